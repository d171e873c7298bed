/* How do the terms of a segment lie on disk, and how is one found? Terms are what is indexed: lemmas and stems.
 *
 *     terms    = block* starts
 *     starts   = u32 * ceil(count / 32)    where each block begins
 *     block    = base entry*               32 entries, the last block may have fewer
 *     base     = varint postings, varint positions    where the lists of the block's terms begin in their sections
 *     entry    = u8 lengths, [varint], [varint], u8 * n, lists
 *     lengths  = bits 0-3: bytes shared with the key before; bits 4-6: n, the bytes that follow; 15 and 7 stand for
 *                that and as much more as a varint adds, the one for shared first; bit 7: once
 *     lists    = varint df << 1 | varied, [varied: varint symbols - 2], varint postings, varint positions
 *                                                                symbols of its form codes; sizes in bytes of the two
 *                                                                lists (postings.h)
 *              | varint document << 1, varint position           once: the term occurs one time, in the last field; these
 *                                                                are its two lists themselves
 *
 * Most terms of an archive are names and misprints that occur once. Keys (keys.h) ascend by bytes; a block's first shares
 * nothing. An entry's place in this order is its ordinal.
 *
 * Example: a segment with the terms "par" (in document 5 once, the third word) and "paris" (in 9 documents, 40 and 12
 * bytes of lists) has one block: 00 00 | B0 "par" 0A 02 | 23 "is" 12 28 0C, and one start, 00 00 00 00.
 *
 * Reading checks the pages that it touches (bytes.h) and every length; a lookup costs one search over the first keys of
 * the blocks and at most 32 entries.
 */
#ifndef SL_DICTIONARY_H
#define SL_DICTIONARY_H

#include "keys.h"

#define SL_DICTIONARY_BLOCK 32
#define SL_ONCE 0x80
#define SL_SHARED_MORE 15
#define SL_ADDED_MORE 7

typedef struct {
    sl_file *file;
    uint64_t offset, length; /* of the section in the file; the last 4 * blocks bytes are the starts */
    uint32_t count, blocks;
} sl_dictionary;

typedef struct {
    uint32_t ordinal;
    uint32_t key_length;
    uint8_t key[SL_MAX_KEY];
    uint32_t df;
    uint32_t varied; /* symbols of its form codes: 2 or more; 0 when it has none */
    uint64_t postings, postings_length, positions, positions_length;
    const uint8_t *once;        /* the postings and then the positions of a term that occurs once; else NULL */
    const uint8_t *next, *end;  /* the rest of the block; NULL: no entry was read yet */
} sl_dictionary_entry;

/* A section of `count` entries, 32 a block, with the blocks' starts at its end. Returns 0 when it does not
 * fit: an entry takes a byte at least. */
SL_FUNCTION int sl_dictionary_open(sl_dictionary *d, sl_file *file, uint64_t offset, uint64_t length, uint32_t count)
{
    d->file = file;
    d->offset = offset;
    d->length = length;
    d->count = count;
    d->blocks = (uint32_t)(((uint64_t)count + SL_DICTIONARY_BLOCK - 1) / SL_DICTIONARY_BLOCK);
    return offset <= file->length && length <= file->length - offset && count + 4ull * d->blocks <= length;
}

/* A block's bytes, checked; NULL when damaged. */
SL_FUNCTION const uint8_t *sl_dictionary_block(const sl_dictionary *d, uint32_t block, const uint8_t **end)
{
    uint64_t limit = d->length - 4ull * d->blocks, at = d->offset + limit + 4ull * block;
    int last = block + 1 == d->blocks;
    if (!sl_file_check(d->file, at, last ? 4 : 8))
        return NULL;
    uint64_t from = sl_load32(d->file->data + at), to = last ? limit : sl_load32(d->file->data + at + 4);
    if (from > to || to > limit || !sl_file_check(d->file, d->offset + from, to - from))
        return NULL;
    *end = d->file->data + d->offset + to;
    return d->file->data + d->offset + from;
}

/* Reads how much of the key before an entry shares and how much follows. Returns the byte after it, NULL when damaged. */
SL_INLINE const uint8_t *sl_entry_lengths(const uint8_t *p, const uint8_t *end, uint32_t *flags, uint64_t *shared, uint64_t *n)
{
    uint64_t more;
    if (p == end)
        return NULL;
    *flags = *p & SL_ONCE;
    *shared = *p & 15;
    *n = *p++ >> 4 & 7;
    if (SL_UNLIKELY(*shared == SL_SHARED_MORE)) {
        if (!(p = sl_read_varint(p, end, &more)) || more > SL_MAX_KEY)
            return NULL;
        *shared += more;
    }
    if (*n == SL_ADDED_MORE) {
        if (!(p = sl_read_varint(p, end, &more)) || more > SL_MAX_KEY)
            return NULL;
        *n += more;
    }
    return *shared > SL_MAX_KEY || *n > SL_MAX_KEY - *shared || *n > (uint64_t)(end - p) ? NULL : p;
}

/* Reads the entry at e->next over the one before it, all but its ordinal. Returns 0 when damaged. */
SL_FUNCTION int sl_entry_next(sl_dictionary_entry *e)
{
    const uint8_t *p, *end = e->end;
    uint64_t more, shared, n;
    uint32_t flags;
    if (!(p = sl_entry_lengths(e->next, end, &flags, &shared, &n)) || shared > e->key_length)
        return 0;
    memcpy(e->key + shared, p, (size_t)n);
    e->key_length = (uint32_t)(shared + n);
    p += n;
    if (!e->once) {
        e->postings += e->postings_length;
        e->positions += e->positions_length;
    }
    if (flags) {
        e->once = p;
        e->df = 1;
        e->varied = 0;
        if (!(p = sl_read_varint(p, end, &more)))
            return 0;
        e->postings_length = (uint64_t)(p - e->once);
        if (!(p = sl_read_varint(p, end, &more)))
            return 0;
        e->positions_length = (uint64_t)(p - e->once) - e->postings_length;
    } else {
        e->once = NULL;
        if (!(p = sl_read_varint(p, end, &more)) || more > 0xFFFFFFFFu)
            return 0;
        e->df = (uint32_t)(more >> 1);
        e->varied = 0;
        if (more & 1) {
            if (!(p = sl_read_varint(p, end, &more)) || more > 0x7FFFFFFF)
                return 0;
            e->varied = (uint32_t)more + 2;
        }
        if (!(p = sl_read_varint(p, end, &e->postings_length)) || !(p = sl_read_varint(p, end, &e->positions_length)))
            return 0;
    }
    e->next = p;
    return 1;
}

/* Reads the first entry of a block. Returns 0 when damaged. */
SL_FUNCTION int sl_entry_first(const sl_dictionary *d, uint32_t block, sl_dictionary_entry *e)
{
    const uint8_t *p = sl_dictionary_block(d, block, &e->end);
    e->next = NULL;
    e->key_length = 0;
    e->postings_length = e->positions_length = 0;
    e->once = NULL;
    if (!p || !(p = sl_read_varint(p, e->end, &e->postings)) || !(e->next = sl_read_varint(p, e->end, &e->positions)))
        return 0;
    e->ordinal = block * SL_DICTIONARY_BLOCK;
    return sl_entry_next(e);
}

/* Moves on to the entry of an ordinal, cheaply when it is a little further on in the same block; e->next is NULL before the
 * first move. 1: found, -1: damaged or no such ordinal, and then the entry may not be moved on. */
SL_FUNCTION int sl_dictionary_move(const sl_dictionary *d, uint32_t ordinal, sl_dictionary_entry *e)
{
    uint32_t block = ordinal / SL_DICTIONARY_BLOCK;
    if (ordinal >= d->count)
        return -1;
    if ((!e->next || ordinal < e->ordinal || block != e->ordinal / SL_DICTIONARY_BLOCK) && !sl_entry_first(d, block, e))
        return -1;
    for (; e->ordinal < ordinal; e->ordinal++)
        if (!sl_entry_next(e))
            return -1;
    return 1;
}

/* Compares the first key of a block with another. Returns 0 when damaged. */
SL_FUNCTION int sl_dictionary_compare(const sl_dictionary *d, uint32_t block, const uint8_t *key, uint32_t n, int *order)
{
    const uint8_t *end, *p = sl_dictionary_block(d, block, &end);
    uint64_t skipped, shared, length;
    uint32_t flags;
    if (!p || !(p = sl_read_varint(p, end, &skipped)) || !(p = sl_read_varint(p, end, &skipped)) ||
        !(p = sl_entry_lengths(p, end, &flags, &shared, &length)))
        return 0;
    *order = sl_key_compare(p, (uint32_t)length, key, n);
    return 1;
}

/* Finds the first entry whose key is not below the one given. 1: it is the key; 0: it is another, or e->ordinal == count;
 * -1: damaged. */
SL_FUNCTION int sl_dictionary_seek(const sl_dictionary *d, const uint8_t *key, uint32_t n, sl_dictionary_entry *e)
{
    uint32_t low = 0, high = d->blocks; /* first block whose first key is above the key */
    int order;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (!sl_dictionary_compare(d, middle, key, n, &order))
            return -1;
        if (order <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (uint32_t block = low ? low - 1 : 0; block < d->blocks; block++) {
        uint64_t stop = (uint64_t)(block + 1) * SL_DICTIONARY_BLOCK;
        if (!sl_entry_first(d, block, e))
            return -1;
        for (;;) {
            order = sl_key_compare(e->key, e->key_length, key, n);
            if (order >= 0)
                return order == 0;
            if (++e->ordinal == stop || e->ordinal == d->count)
                break;
            if (!sl_entry_next(e))
                return -1;
        }
    }
    e->ordinal = d->count;
    return 0;
}

/* ---- writing: begin a key, put its lists after it, key after key in ascending order; then finish ---- */

typedef struct {
    sl_buffer out, starts;
    uint8_t previous[SL_MAX_KEY];
    uint32_t previous_length, count;
} sl_dictionary_writer;

/* `flags` is SL_ONCE or 0; postings and positions: where the lists of the key begin, or would. */
SL_FUNCTION void sl_dictionary_add(sl_dictionary_writer *w, const uint8_t *key, uint32_t n, uint32_t flags,
                                   uint64_t postings, uint64_t positions)
{
    uint32_t shared = 0, added;
    if (w->count++ % SL_DICTIONARY_BLOCK == 0) {
        sl_put32(&w->starts, (uint32_t)w->out.length);
        if (w->out.length > 0xFFFFFFFFu)
            w->out.failed = 1;
        sl_put_varint(&w->out, postings);
        sl_put_varint(&w->out, positions);
    } else {
        while (shared < n && shared < w->previous_length && key[shared] == w->previous[shared])
            shared++;
    }
    added = n - shared;
    sl_put_byte(&w->out, flags | (shared < SL_SHARED_MORE ? shared : SL_SHARED_MORE) |
                             (added < SL_ADDED_MORE ? added : SL_ADDED_MORE) << 4);
    if (shared >= SL_SHARED_MORE)
        sl_put_varint(&w->out, shared - SL_SHARED_MORE);
    if (added >= SL_ADDED_MORE)
        sl_put_varint(&w->out, added - SL_ADDED_MORE);
    sl_put_bytes(&w->out, key + shared, added);
    memcpy(w->previous, key, n);
    w->previous_length = n;
}

SL_FUNCTION void sl_dictionary_finish(sl_dictionary_writer *w)
{
    sl_put_bytes(&w->out, w->starts.data, w->starts.length);
    w->out.failed |= w->starts.failed;
    sl_buffer_free(&w->starts);
}

#endif
