/* Which documents of a segment have what a tally counts so often that they may be among the best k?
 *
 * All documents are scored by one weight, so that a score is tf / (tf + norm) times that. Whether this
 * can reach the k-th best so far is asked of a row of documents at once: their counts, weighted in whole numbers that are never
 * too small, against the tf that the shortest of them would need. Only where one may, each is compared with what a document of
 * its own length needs, about, and what is left is few enough to be scored by true norms. As in topk.h, single precision decides
 * what is kept, and no more.
 */
#ifndef SL_TALLY_BEST_H
#define SL_TALLY_BEST_H

#include "best.h"
#include "lengths.h"
#include "norms.h"
#include "tally.h"

#define SL_WHOLE 65535.0 /* the weights of all arrays together, times the largest count */

typedef struct {
    const sl_tally *tally;
    const sl_norms *norms;
    const sl_lengths *lengths;
    const sl_measure *measure;
    const uint8_t *live;      /* a bit a document, or NULL when all are */
    sl_best *best;            /* of all segments so far, by tf / (tf + norm) */
    uint32_t segment;
    uint16_t weights[SL_MAX_FIELDS]; /* by array: rounded up, in units of `unit` */
    double unit;
    float threshold;          /* that the needs are for */
    uint16_t needs[256];      /* by code of the norm: the sum below which a document cannot make it */
} sl_tally_best;

/* Works out anew what documents need. */
SL_FUNCTION void sl_tally_best_needs(sl_tally_best *b)
{
    double least = b->best->threshold * (1 - 3e-7); /* beyond what rounding does to a score in single precision */
    double odds = least / (1 - least) / b->unit * (1 - 1e-9);
    b->threshold = b->best->threshold;
    for (uint32_t code = 0; code < 256; code++) {
        double need = odds * b->norms->least[code]; /* infinite where no document has the code, unless anything will do */
        b->needs[code] = need < SL_WHOLE ? (uint16_t)need : UINT16_MAX;
        b->needs[code] += b->needs[code] == 0;
    }
}

/* Offers a document that has something. Returns 0 when memory ran out. */
SL_INLINE int sl_tally_best_offer(sl_tally_best *b, uint32_t doc)
{
    double tf = sl_tally_tf(b->tally, doc);
    float score = (float)(tf / (tf + sl_true_norm(b->lengths, b->measure, doc)));
    return score < b->best->threshold || (b->live && !(b->live[doc >> 3] >> (doc & 7) & 1)) ||
           sl_best_offer(b->best, score, b->segment, doc);
}

/* Are some counts of a row of a page above 255? */
SL_FUNCTION int sl_tally_best_more(const sl_tally *t, uint32_t base)
{
    uint32_t more = 0;
    for (uint32_t a = 0; a < t->arrays; a++)
        for (uint32_t i = base; t->more[a] && i < base + SL_TALLY_ROW && i < t->documents; i++)
            more |= t->more[a][i];
    return more != 0;
}

/* Offers those of a row that have anything. */
SL_FUNCTION int sl_tally_best_all(sl_tally_best *b, uint32_t base)
{
    uint8_t room[SL_TALLY_ROW];
    const uint8_t *any = sl_tally_row(b->tally, b->tally->pages[base >> b->tally->page_bits], base, room);
    for (uint32_t i = 0; i < SL_TALLY_ROW; i++)
        if (any[i] && !sl_tally_best_offer(b, base + i))
            return 0;
    return 1;
}

/* The largest count of a row of documents. */
SL_INLINE uint32_t sl_tally_best_most(const uint8_t *counts)
{
    uint8_t most = 0;
    for (uint32_t i = 0; i < SL_TALLY_ROW; i++)
        most = counts[i] > most ? counts[i] : most;
    return most;
}

SL_INLINE void sl_tally_best_weigh(const uint8_t *counts, uint16_t weight, uint16_t sums[SL_TALLY_ROW])
{
    for (uint32_t i = 0; i < SL_TALLY_ROW; i++)
        sums[i] = (uint16_t)(counts[i] * weight);
}

SL_INLINE void sl_tally_best_add(const uint8_t *counts, uint16_t weight, uint16_t sums[SL_TALLY_ROW])
{
    for (uint32_t i = 0; i < SL_TALLY_ROW; i++)
        sums[i] = (uint16_t)(sums[i] + counts[i] * weight);
}

/* Marks the sums of a row that are at least `need`. Returns 0 when none is. */
SL_INLINE int sl_tally_best_mark(const uint16_t sums[SL_TALLY_ROW], uint16_t need, uint8_t marks[SL_TALLY_ROW])
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < SL_TALLY_ROW; i++) {
        marks[i] = sums[i] >= need;
        any |= marks[i];
    }
    return any;
}

/* Offers the documents of a row that are marked and have sums enough for their lengths. Returns 0 when memory ran out. */
SL_INLINE int sl_tally_best_look(sl_tally_best *b, uint32_t base, const uint16_t sums[SL_TALLY_ROW],
                                 const uint8_t marks[SL_TALLY_ROW])
{
    for (uint32_t at = 0; at < SL_TALLY_ROW; at += 8)
        for (uint64_t left = sl_load64(marks + at); left; left &= left - 1) {
            uint32_t i = at + SL_LOWEST_BIT(left) / 8;
            if (sums[i] >= b->needs[b->norms->codes[base + i]] && !sl_tally_best_offer(b, base + i))
                return 0;
        }
    if (b->best->threshold > b->threshold)
        sl_tally_best_needs(b);
    return 1;
}

/* Offers those of a page that may make it. Returns 0 when memory ran out. */
SL_FUNCTION int sl_tally_best_page(sl_tally_best *b, uint32_t page)
{
    const sl_tally *t = b->tally;
    const uint8_t *counts[SL_MAX_FIELDS], *rows = b->norms->rows;
    uint16_t weights[SL_MAX_FIELDS], sums[SL_TALLY_ROW];
    uint8_t marks[SL_TALLY_ROW];
    uint32_t arrays = 0, there = t->pages[page], base = page << t->page_bits, end = base + (1u << t->page_bits);
    for (uint32_t a = 0; a < t->arrays; a++)
        if (there >> a & 1) {
            weights[arrays] = b->weights[a];
            counts[arrays++] = t->counts[a];
        }
    for (end = end < t->documents ? end : t->documents; base < end; base += SL_TALLY_ROW) {
        uint16_t need = b->needs[rows[base / SL_NORM_ROW]];
        uint32_t most = 0;
        if (SL_UNLIKELY(there & SL_TALLY_MORE) && sl_tally_best_more(t, base)) {
            if (!sl_tally_best_all(b, base))
                return 0;
            continue;
        }
        for (uint32_t a = 0; a < arrays; a++)
            most += sl_tally_best_most(counts[a] + base) * weights[a];
        if (SL_LIKELY(most < need))
            continue;
        sl_tally_best_weigh(counts[0] + base, weights[0], sums);
        for (uint32_t a = 1; a < arrays; a++)
            sl_tally_best_add(counts[a] + base, weights[a], sums);
        if (sl_tally_best_mark(sums, need, marks) && !sl_tally_best_look(b, base, sums, marks))
            return 0;
    }
    return 1;
}

/* Offers the documents. The caller has set the tally, norms, lengths, live, best and the segment. Returns 0 when memory ran out. */
SL_FUNCTION int sl_tally_best_run(sl_tally_best *b)
{
    const sl_tally *t = b->tally;
    double all = 0;
    for (uint32_t a = 0; a < t->arrays; a++)
        all += t->weights[a];
    if (!t->arrays)
        return 1;
    b->unit = all / (SL_WHOLE / UINT8_MAX - t->arrays);
    for (uint32_t a = 0; a < t->arrays; a++)
        b->weights[a] = (uint16_t)ceil(t->weights[a] / b->unit);
    sl_tally_best_needs(b);
    for (uint32_t page = 0; page < sl_tally_pages(t); page++)
        if (t->pages[page] && !sl_tally_best_page(b, page))
            return 0;
    return 1;
}

#endif
