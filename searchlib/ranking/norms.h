/* How long is a document, in one byte?
 *
 * Adding scores up touches the norm of one document after the other all over a segment: at four bytes each they would come
 * from beyond the second-level cache, and that would take longer than all arithmetic. So the search for candidates has a code
 * for each document, and for each code the smallest norm that a document with it has. Scores come out too high, by `slack` at most,
 * never too low; what is kept is scored once more with the true norm (topk.h).
 *
 * Codes divide the range of the logarithm, by way of the bits of a float, which ascend with it. Code 0 is for norms of
 * next to nothing, as empty documents have them when b is 1.
 */
#ifndef SL_NORMS_H
#define SL_NORMS_H

#include <math.h>

#include "../storage/bytes.h"

#define SL_NORM_ROW 64 /* documents, of which the smallest code is kept, too */
#define SL_NO_NORM 1e-30f /* stands for 0, so that tf / (tf + norm) is a number even for tf 0 */

typedef struct {
    uint8_t *codes;   /* by document */
    uint8_t *rows;    /* the smallest of each SL_NORM_ROW documents */
    float least[256]; /* by code: the smallest norm */
    float slack;      /* relative: how much too high a score may come out */
} sl_norms;

SL_FUNCTION void sl_norms_free(sl_norms *norms)
{
    free(norms->codes);
    free(norms->rows);
    norms->codes = norms->rows = NULL;
}

/* Codes the norms of n documents, all above 0. Returns 0 when memory ran out. sl_norms_free() later. */
SL_FUNCTION int sl_norms_make(sl_norms *norms, const float *of, uint32_t n)
{
    uint32_t low = UINT32_MAX, high = 0, bits;
    float most[256];
    norms->codes = (uint8_t *)malloc((size_t)n + 1);
    norms->rows = (uint8_t *)malloc((size_t)n / SL_NORM_ROW + 1);
    if (!norms->codes || !norms->rows) {
        sl_norms_free(norms);
        return 0;
    }
    memset(norms->rows, UINT8_MAX, (size_t)n / SL_NORM_ROW + 1);
    for (uint32_t doc = 0; doc < n; doc++) {
        memcpy(&bits, &of[doc], sizeof bits);
        low = of[doc] > SL_NO_NORM && bits < low ? bits : low;
        high = bits > high ? bits : high;
    }
    uint64_t range = high > low ? high - low : 1;
    for (uint32_t code = 0; code < 256; code++) {
        norms->least[code] = INFINITY;
        most[code] = 0;
    }
    for (uint32_t doc = 0; doc < n; doc++) {
        memcpy(&bits, &of[doc], sizeof bits);
        uint32_t code = of[doc] > SL_NO_NORM ? 1 + (uint32_t)((bits - low) * 254ull / range) : 0;
        norms->codes[doc] = (uint8_t)code;
        if (code < norms->rows[doc / SL_NORM_ROW])
            norms->rows[doc / SL_NORM_ROW] = (uint8_t)code;
        norms->least[code] = of[doc] < norms->least[code] ? of[doc] : norms->least[code];
        most[code] = of[doc] > most[code] ? of[doc] : most[code];
    }
    norms->slack = 0;
    for (uint32_t code = 0; code < 256; code++)
        if (most[code] > norms->least[code] * (1 + norms->slack))
            norms->slack = most[code] / norms->least[code] - 1;
    return 1;
}

SL_INLINE float sl_norm(const sl_norms *norms, uint32_t doc) { return norms->least[norms->codes[doc]]; }

#endif
