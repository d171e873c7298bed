/* The kernel for any processor (kernel.h). */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif
#include "kernel.h"
#include "topk.h"

const sl_kernel sl_kernel_plain = {"plain", sl_search_run, sl_search_score};
