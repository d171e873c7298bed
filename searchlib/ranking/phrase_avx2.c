/* The search for phrases for processors with AVX2 (phrase_build.h). */
#include "avx2.h"

#include "phrase_build.h"

#ifdef SL_HAS_AVX2
const sl_phrase_build sl_phrase_avx2 = {"avx2", sl_phrase_run, sl_phrase_best_run, sl_proximity_run};
#endif
#if (defined(__x86_64__) || defined(_M_X64)) && defined(__clang__)
#pragma clang attribute pop
#endif
