/* Which build of the counting of forms suits this processor?
 *
 * tally.h, tally_forms.h and tally_best.h are compiled twice, as the kernel is (kernel.h). Both builds give the same answers.
 */
#ifndef SL_TALLY_BUILD_H
#define SL_TALLY_BUILD_H

#include "builds.h"
#include "tally_best.h"
#include "tally_forms.h"

typedef struct {
    const char *name;
    int (*forms)(sl_tally_forms *s, uint32_t documents, uint32_t fields, const double *weights); /* sl_tally_forms_run */
    uint32_t (*documents)(const sl_tally *t);                                                    /* sl_tally_documents */
    int (*best)(sl_tally_best *b);                                                               /* sl_tally_best_run */
    void (*bits)(const sl_tally *t, uint64_t *bits);                                             /* sl_tally_bits */
    uint32_t (*list)(const sl_tally *t, const uint64_t *bits, uint32_t *docs, double *tfs);      /* sl_tally_list */
} sl_tally_build;

extern const sl_tally_build sl_tally_plain, sl_tally_avx2;

/* The i-th build that this processor can run, the best first; NULL past the last. */
SL_FUNCTION const sl_tally_build *sl_tally_build_at(uint32_t i) { return (const sl_tally_build *)SL_BUILD_AT(i, sl_tally); }

#endif
