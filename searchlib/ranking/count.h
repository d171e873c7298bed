/* How many documents have any of some terms? A bit a document, filled list by list. */
#ifndef SL_COUNT_H
#define SL_COUNT_H

#include "matches.h"

/* Counts the documents that have any of the lists' terms. `bits` is scratch of ceil(documents / 64) words. -1: damaged. */
SL_FUNCTION int64_t sl_count_any(const sl_list *const *lists, uint32_t count, uint32_t documents, const uint8_t *live,
                                 uint64_t *bits)
{
    uint32_t words = (documents + 63) / 64;
    int64_t total = 0;
    memset(bits, 0, words * sizeof *bits);
    for (uint32_t i = 0; i < count; i++)
        if (!sl_match_list(lists[i], bits))
            return -1;
    sl_match_living(bits, documents, live);
    for (uint32_t w = 0; w < words; w++)
        total += SL_POPCOUNT(bits[w]);
    return total;
}

#endif
