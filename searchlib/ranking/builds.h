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

/* The i-th of a thing's two builds that this processor can run, the best first; NULL past the last. `avx2`: NULL where there is
 * none. */
SL_FUNCTION const void *sl_build_at(uint32_t i, const void *plain, const void *avx2)
{
    if (avx2 && sl_runs_avx2())
        return i == 0 ? avx2 : i == 1 ? plain : NULL;
    return i == 0 ? plain : NULL;
}

/* The same of what is called NAME_plain and NAME_avx2. */
#ifdef SL_HAS_AVX2
#define SL_BUILD_AT(i, name) sl_build_at(i, &name##_plain, &name##_avx2)
#else
#define SL_BUILD_AT(i, name) sl_build_at(i, &name##_plain, NULL)
#endif

#endif
