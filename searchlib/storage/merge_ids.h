/* How do the ids of several segments become those of one? Sections as format.py says: where ids end is added up, and the orders by
 * id, each sorted, are merged.
 *
 * Invariant of what is read: ids ascend in their order, equal ones by document; so each document stands there once.
 */
#ifndef SL_MERGE_IDS_H
#define SL_MERGE_IDS_H

#include "keys.h"

/* The three sections of a segment, checked, and its documents' new numbers. */
typedef struct {
    const uint8_t *ids, *ends, *order;
    uint64_t length; /* of `ids` */
    const int32_t *numbers;
    uint32_t documents;
    uint32_t at, doc;        /* place in the order, and the document there */
    const uint8_t *key;      /* its id */
    uint32_t key_length;
} sl_ids;

/* Do the ids lie one after the other in their section? */
SL_FUNCTION int sl_ids_sound(const sl_ids *s)
{
    uint32_t before = 0;
    for (uint32_t doc = 0; doc < s->documents; doc++) {
        uint32_t end = sl_load32(s->ends + 4ull * doc);
        if (end < before)
            return 0;
        before = end;
    }
    return before <= s->length;
}

SL_INLINE uint32_t sl_ids_start(const sl_ids *s, uint32_t doc)
{
    return doc ? sl_load32(s->ends + 4ull * (doc - 1)) : 0;
}

/* Appends the ids of living documents to `out`, and where each ends, counted on from *total, to `ends`. Returns the number of
 * documents. */
SL_FUNCTION uint32_t sl_ids_copy(const sl_ids *s, sl_buffer *out, uint32_t *ends, uint64_t *total)
{
    uint32_t n = 0;
    for (uint32_t doc = 0; doc < s->documents; doc++) {
        if (s->numbers[doc] < 0)
            continue;
        uint32_t start = sl_ids_start(s, doc), length = sl_load32(s->ends + 4ull * doc) - start;
        sl_put_bytes(out, s->ids + start, length);
        *total += length;
        ends[n++] = (uint32_t)*total;
    }
    return n;
}

/* Moves on to the next living document in the order; at == documents: there is none. Returns 0 when the order is none. */
SL_FUNCTION int sl_ids_next(sl_ids *s)
{
    for (; s->at < s->documents; s->at++) {
        uint32_t doc = sl_load32(s->order + 4ull * s->at);
        if (doc >= s->documents)
            return 0;
        const uint8_t *key = s->ids + sl_ids_start(s, doc);
        uint32_t length = sl_load32(s->ends + 4ull * doc) - sl_ids_start(s, doc);
        if (s->at) {
            int order = sl_key_compare(s->key, s->key_length, key, length);
            if (order > 0 || (!order && s->doc >= doc))
                return 0;
        }
        s->doc = doc;
        s->key = key;
        s->key_length = length;
        if (s->numbers[doc] >= 0)
            return 1;
    }
    return 1;
}

SL_INLINE int sl_ids_before(const sl_ids *sources, uint32_t a, uint32_t b)
{
    int order = sl_key_compare(sources[a].key, sources[a].key_length, sources[b].key, sources[b].key_length);
    return order ? order < 0 : a < b;
}

SL_FUNCTION void sl_ids_sink(const sl_ids *sources, uint32_t *heap, uint32_t n, uint32_t i)
{
    uint32_t source = heap[i];
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= n)
            break;
        if (child + 1 < n && sl_ids_before(sources, heap[child + 1], heap[child]))
            child++;
        if (!sl_ids_before(sources, heap[child], source))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = source;
}

/* Writes the new numbers of all living documents by their ids. `heap` has room for the sources. Returns -1, or the number of a
 * damaged source. */
SL_FUNCTION int64_t sl_ids_merge(sl_ids *sources, uint32_t count, uint32_t *heap, uint32_t *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        sources[i].at = 0;
        if (!sl_ids_next(&sources[i]))
            return i;
        if (sources[i].at < sources[i].documents)
            heap[n++] = i;
    }
    for (uint32_t i = n / 2; i-- > 0;)
        sl_ids_sink(sources, heap, n, i);
    while (n) {
        sl_ids *s = &sources[heap[0]];
        *out++ = (uint32_t)s->numbers[s->doc];
        s->at++;
        if (!sl_ids_next(s))
            return heap[0];
        if (s->at == s->documents)
            heap[0] = heap[--n];
        if (n)
            sl_ids_sink(sources, heap, n, 0);
    }
    return -1;
}

#endif
