/* Which build of the search for phrases suits this processor?
 *
 * phrase.h, phrase_best.h and proximity.h are compiled twice, as the kernel is (kernel.h): reading positions is
 * counting and finding bits, for which the processors with AVX2 have instructions of their own. Both builds give the same answers.
 */
#ifndef SL_PHRASE_BUILD_H
#define SL_PHRASE_BUILD_H

#include "builds.h"
#include "phrase_best.h"
#include "proximity.h"

typedef struct {
    const char *name;
    int (*run)(sl_phrase *s);          /* sl_phrase_run */
    int (*best)(sl_phrase_best *b);    /* sl_phrase_best_run */
    int (*proximity)(sl_proximity *p); /* sl_proximity_run */
} sl_phrase_build;

extern const sl_phrase_build sl_phrase_plain, sl_phrase_avx2;

/* The i-th build that this processor can run, the best first; NULL past the last. */
SL_FUNCTION const sl_phrase_build *sl_phrase_build_at(uint32_t i) { return (const sl_phrase_build *)SL_BUILD_AT(i, sl_phrase); }

#endif
