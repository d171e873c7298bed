/* The counting of forms for processors with AVX2 (tally_build.h). */
#include "avx2.h"

#include "tally_build.h"

#ifdef SL_HAS_AVX2
const sl_tally_build sl_tally_avx2 = {"avx2", sl_tally_forms_run, sl_tally_documents, sl_tally_best_run,
                                       sl_tally_bits, sl_tally_list};
#endif
#if (defined(__x86_64__) || defined(_M_X64)) && defined(__clang__)
#pragma clang attribute pop
#endif
