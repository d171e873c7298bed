/* How many documents of one list are in another as well? Told from a sample of its blocks. */
#ifndef SL_TOGETHER_H
#define SL_TOGETHER_H

#include "../storage/postings.h"

/* Marks with a 1 which of n ascending documents are in a list. Returns 0 when damaged. */
SL_FUNCTION int sl_together_mark(const sl_list *l, const uint32_t *docs, uint32_t n, uint8_t *marks)
{
    uint32_t theirs[SL_BLOCK], block = 0, read = UINT32_MAX, count = 0, at = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (l->bitmap) {
            if (docs[i] >= l->documents)
                return 0;
            marks[i] |= sl_load64(l->bits + 8ull * (docs[i] >> 6)) >> (docs[i] & 63) & 1;
            continue;
        }
        if ((block = sl_list_seek(l, block, docs[i])) >= l->blocks)
            return 1;
        if (block != read) {
            if (!(count = sl_list_docs(l, block, theirs)))
                return 0;
            read = block;
            at = 0;
        }
        while (at < count && theirs[at] < docs[i])
            at++;
        marks[i] |= at < count && theirs[at] == docs[i];
    }
    return 1;
}

#endif
