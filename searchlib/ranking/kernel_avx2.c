/* The kernel for processors with AVX2 (kernel.h). */
#include <float.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if (defined(__x86_64__) || defined(_M_X64)) && defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#elif defined(__x86_64__) && defined(__GNUC__)
#pragma GCC optimize("O3")
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif
#include "kernel.h"

#ifdef SL_HAS_AVX2
#include "topk.h"

const sl_kernel sl_kernel_avx2 = {"avx2", sl_search_run, sl_search_score};
#endif
#if (defined(__x86_64__) || defined(_M_X64)) && defined(__clang__)
#pragma clang attribute pop
#endif
