/* Which builds of a search can this processor run?
 *
 * What is worth it is compiled twice: for any processor, and, on x86-64 with a compiler that can, for those with AVX2 (avx2.h).
 */
#ifndef SL_BUILDS_H
#define SL_BUILDS_H

#include "../storage/bytes.h"

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
#define SL_HAS_AVX2 1
#endif

/* Does the processor have all that avx2.h tells the compiler to use? */
SL_FUNCTION int sl_runs_avx2(void)
{
#ifdef SL_HAS_AVX2
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
#else
    return 0;
#endif
}

#endif
