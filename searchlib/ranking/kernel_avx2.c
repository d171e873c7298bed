/* The kernel for processors with AVX2 (kernel.h). */
#include "avx2.h"

#include "kernel.h"

#ifdef SL_HAS_AVX2
#include "topk.h"

const sl_kernel sl_kernel_avx2 = {"avx2", sl_search_run, sl_search_score};
#endif
#if (defined(__x86_64__) || defined(_M_X64)) && defined(__clang__)
#pragma clang attribute pop
#endif
