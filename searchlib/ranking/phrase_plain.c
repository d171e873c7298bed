/* The search for phrases for any processor (phrase_build.h). */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif
#include "phrase_build.h"

const sl_phrase_build sl_phrase_plain = {"plain", sl_phrase_run, sl_phrase_best_run, sl_proximity_run};
