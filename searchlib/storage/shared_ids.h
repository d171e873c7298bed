/* Which ids have two segments in common? Their orders by id (see format.py) are walked together; where one is behind, it gallops:
 * steps that double, then a binary search between the last two (J. Bentley and A. Yao, "An almost optimal algorithm for unbounded
 * searching", 1976). So a small segment beside a large one costs some comparisons for each of its ids, and equals a comparison an id.
 *
 * Nothing is believed: a place, a document and an id are compared with the sections they point into when they are read. Each step
 * moves on in one of the orders, so that any bytes come to an end; in orders that are none, shared ids are missed.
 */
#ifndef SL_SHARED_IDS_H
#define SL_SHARED_IDS_H

#include "keys.h"

#define SL_MAX_ID 512 /* bytes, see documents.py */

/* The three sections of a segment, by offsets that lie in its file: `ends` and `order` with 4 bytes a document. */
typedef struct {
    sl_file *file;
    uint64_t ids, length, ends, order; /* length: of `ids` */
    uint32_t documents;
    uint32_t place, doc; /* place in the order, and the document there; place == documents: behind the last */
    const uint8_t *key;  /* its id */
    uint32_t key_length;
} sl_id_order;

/* Goes to a place of the order. 0: the bytes are damaged. */
SL_FUNCTION int sl_id_order_go(sl_id_order *l, uint32_t place)
{
    l->place = place;
    if (place >= l->documents)
        return 1;
    if (!sl_file_check(l->file, l->order + 4ull * place, 4))
        return 0;
    uint32_t doc = sl_load32(l->file->data + l->order + 4ull * place);
    if (doc >= l->documents)
        return 0;
    uint64_t at = l->ends + 4ull * doc;
    uint32_t start = 0;
    if (doc) {
        if (!sl_file_check(l->file, at - 4, 4))
            return 0;
        start = sl_load32(l->file->data + at - 4);
    }
    if (!sl_file_check(l->file, at, 4))
        return 0;
    uint32_t end = sl_load32(l->file->data + at);
    if (start > end || end > l->length || end - start > SL_MAX_ID || !sl_file_check(l->file, l->ids + start, end - start))
        return 0;
    l->doc = doc;
    l->key = l->file->data + l->ids + start;
    l->key_length = end - start;
    return 1;
}

/* From a place whose id comes before a key, goes to the first whose id does not. 0: the bytes are damaged. */
SL_FUNCTION int sl_id_order_seek(sl_id_order *l, const uint8_t *key, uint32_t n)
{
    uint32_t low = l->place, high = l->documents;
    for (uint32_t step = 1; step < high - low; step *= 2) {
        if (!sl_id_order_go(l, low + step))
            return 0;
        if (sl_key_compare(l->key, l->key_length, key, n) >= 0) {
            high = low + step;
            break;
        }
        low += step;
    }
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (!sl_id_order_go(l, middle))
            return 0;
        if (sl_key_compare(l->key, l->key_length, key, n) >= 0)
            high = middle;
        else
            low = middle;
    }
    return sl_id_order_go(l, high);
}

/* Appends the documents of `a` whose id `b` has too, as u32. Returns NULL, or the one that is damaged. */
SL_FUNCTION const sl_id_order *sl_shared_ids(sl_id_order *a, sl_id_order *b, sl_buffer *out)
{
    if (!sl_id_order_go(a, 0))
        return a;
    if (!sl_id_order_go(b, 0))
        return b;
    while (a->place < a->documents && b->place < b->documents) {
        int order = sl_key_compare(a->key, a->key_length, b->key, b->key_length);
        if (!order) {
            sl_put32(out, a->doc);
            if (!sl_id_order_go(a, a->place + 1))
                return a;
        } else if (order < 0) {
            if (!sl_id_order_seek(a, b->key, b->key_length))
                return a;
        } else if (!sl_id_order_seek(b, a->key, a->key_length))
            return b;
    }
    return NULL;
}

#endif
