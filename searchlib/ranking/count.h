/* How many documents have any of some terms? A bit a document, filled list by list. */
#ifndef SL_COUNT_H
#define SL_COUNT_H

#include "../storage/postings.h"

/* Counts the documents that have any of the lists' terms. `bits` is scratch of ceil(documents / 64) words. -1: damaged. */
SL_FUNCTION int64_t sl_count_any(const sl_list *const *lists, uint32_t count, uint32_t documents, const uint8_t *live,
                                 uint64_t *bits)
{
    uint32_t words = (documents + 63) / 64, docs[SL_BLOCK];
    int64_t total = 0;
    memset(bits, 0, words * sizeof *bits);
    for (uint32_t i = 0; i < count; i++) {
        const sl_list *l = lists[i];
        if (l->bitmap) {
            for (uint32_t w = 0; w < words; w++)
                bits[w] |= sl_load64(l->bits + 8ull * w);
            if (documents & 63 && sl_load64(l->bits + 8ull * (words - 1)) >> (documents & 63))
                return -1; /* bits of documents that there are not */
            continue;
        }
        for (uint32_t b = 0; b < l->blocks; b++) {
            uint32_t n = sl_list_docs(l, b, docs);
            if (!n)
                return -1;
            for (uint32_t k = 0; k < n; k++)
                bits[docs[k] >> 6] |= 1ull << (docs[k] & 63);
        }
    }
    for (uint32_t w = 0; w < words; w++) {
        uint64_t word = bits[w];
        if (live) {
            uint64_t mask = 0;
            uint32_t left = (documents + 7) / 8 - w * 8;
            memcpy(&mask, live + 8ull * w, left < 8 ? left : 8);
            word &= mask;
        }
        total += SL_POPCOUNT(word);
    }
    return total;
}

#endif
