/* Which documents have a term? Their bits, set list by list: whole bitmaps at once, other lists block by block. */
#ifndef SL_MATCHES_H
#define SL_MATCHES_H

#include "../storage/tfs.h"

/* Sets the bits of a list's documents in ceil(documents / 64) words. Returns 0 when the list is damaged. */
SL_FUNCTION int sl_match_list(const sl_list *l, uint64_t *bits)
{
    uint32_t words = (l->documents + 63) / 64, docs[SL_BLOCK];
    if (l->bitmap) {
        for (uint32_t w = 0; w < words; w++)
            bits[w] |= sl_load64(l->bits + 8ull * w);
        return !(l->documents & 63) || !(sl_load64(l->bits + 8ull * (words - 1)) >> (l->documents & 63));
    }
    for (uint32_t b = 0; b < l->blocks; b++) {
        uint32_t n = sl_list_docs(l, b, docs);
        if (!n)
            return 0;
        for (uint32_t k = 0; k < n; k++)
            bits[docs[k] >> 6] |= 1ull << (docs[k] & 63);
    }
    return 1;
}

/* Which postings of a block are in any of the fields whose bits are set? Those with found[i] != 0. Returns 0 when the block is
 * damaged. */
SL_FUNCTION int sl_match_block(const sl_list *l, uint32_t block, uint32_t fields, uint32_t found[SL_BLOCK])
{
    uint32_t n = sl_list_count(l, block), tfs[SL_BLOCK];
    const uint8_t *at = NULL;
    memset(found, 0, n * sizeof *found);
    for (uint32_t f = 0; f < l->fields && fields >> f; f++) {
        int wanted = fields >> f & 1, there = sl_list_next_tfs(l, block, n, f, &at, wanted ? tfs : NULL);
        if (there < 0)
            return 0;
        for (uint32_t i = 0; i < n && wanted && there; i++)
            found[i] |= tfs[i];
    }
    return 1;
}

/* As sl_match_list, for the documents that have the term in one of the fields. */
SL_FUNCTION int sl_match_fields(const sl_list *l, uint32_t fields, uint64_t *bits)
{
    uint32_t docs[SL_BLOCK], found[SL_BLOCK];
    for (uint32_t b = 0; b < l->blocks; b++) {
        uint32_t n = sl_list_docs(l, b, docs);
        if (!n || !sl_match_block(l, b, fields, found))
            return 0;
        for (uint32_t k = 0; k < n; k++)
            bits[docs[k] >> 6] |= (uint64_t)(found[k] != 0) << (docs[k] & 63);
    }
    return 1;
}

/* Clears the bits of deleted documents. `live` has ceil(documents / 8) bytes; NULL: all live. */
SL_FUNCTION void sl_match_living(uint64_t *bits, uint32_t documents, const uint8_t *live)
{
    for (uint32_t w = 0; live && w < (documents + 63) / 64; w++) {
        uint64_t mask = 0;
        uint32_t left = (documents + 7) / 8 - w * 8;
        memcpy(&mask, live + 8ull * w, left < 8 ? left : 8);
        bits[w] &= mask;
    }
}

#endif
