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
SL_FUNCTION const sl_kernel *sl_kernel_at(uint32_t i) { return (const sl_kernel *)SL_BUILD_AT(i, sl_kernel); }

#endif
