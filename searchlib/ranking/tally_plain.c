/* The counting of forms for any processor (tally_build.h). */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif
#include "tally_build.h"

const sl_tally_build sl_tally_plain = {"plain", sl_tally_forms_run, sl_tally_documents, sl_tally_best_run,
                                       sl_tally_bits, sl_tally_list};
