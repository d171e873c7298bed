/* Which build of the kernel suits this processor?
 *
 * topk.h is compiled twice: for any processor, and, on x86-64 with a compiler that can, for those with AVX2, which its loops
 * over blocks and windows gain from. Both give the same answers.
 */
#ifndef SL_KERNEL_H
#define SL_KERNEL_H

#include "builds.h"
#include "member.h"

typedef struct {
    const char *name;
    int (*run)(sl_search *s, sl_best *best);                  /* sl_search_run */
    double (*score)(sl_search *s, uint32_t doc, double norm); /* sl_search_score */
} sl_kernel;

extern const sl_kernel sl_kernel_plain, sl_kernel_avx2;

/* The i-th build that this processor can run, the best first; NULL past the last. */
SL_FUNCTION const sl_kernel *sl_kernel_at(uint32_t i)
{
    const sl_kernel *builds[2] = {&sl_kernel_plain, NULL};
#ifdef SL_HAS_AVX2
    if (sl_runs_avx2()) {
        builds[0] = &sl_kernel_avx2;
        builds[1] = &sl_kernel_plain;
    }
#endif
    return i < 2 ? builds[i] : NULL;
}

#endif
