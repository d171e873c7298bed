/* How do sorted words lie on disk, and how is one found?
 *
 * One format serves two dictionaries of a segment: `terms` (what is indexed: lemmas and stems) and `forms` (words as they
 * were written, each with the terms it stands for, so that a query for a known form needs no morphology).
 *
 *     dictionary = block* starts
 *     starts     = u32 * ceil(count / 16)    offset of each block
 *     block      = base entry*               16 entries, the last block may have fewer
 *     base       = varint postings, varint positions     terms only: where the first entry's lists begin in their sections
 *     entry      = varint shared, varint n, u8 * n, payload      the key: `shared` bytes of the key before, then n more
 *     payload    = varint df, varint postings, varint positions  terms: sizes in bytes of the two lists
 *                | varint terms << 1 | stop, varint term *       forms: ordinals into the terms; stop: it is a stop word
 *
 * Keys are UTF-8, ascending by bytes. An entry's place in this order is its ordinal.
 * Reading checks the pages that it touches (bytes.h) and every length; a lookup costs one search over the first keys of
 * the blocks and at most 16 entries.
 */
#ifndef SL_DICTIONARY_H
#define SL_DICTIONARY_H

#include "bytes.h"

#define SL_DICTIONARY_BLOCK 16
#define SL_MAX_KEY 512
#define SL_MAX_READINGS 16 /* terms of one form */

enum { SL_TERMS = 0, SL_FORMS = 1 };

typedef struct {
    sl_file *file;
    uint64_t offset, length; /* of the section in the file; the last 4 * blocks bytes are the starts */
    uint32_t count, blocks;
    int kind;
} sl_dictionary;

typedef struct {
    uint32_t ordinal;
    uint32_t key_length;
    uint8_t key[SL_MAX_KEY];
    /* terms */
    uint32_t df;
    uint64_t postings, postings_length, positions, positions_length;
    /* forms */
    uint32_t stop, readings;
    uint32_t terms[SL_MAX_READINGS];
} sl_dictionary_entry;

SL_FUNCTION int sl_dictionary_open(sl_dictionary *d, sl_file *file, uint64_t offset, uint64_t length, uint32_t count,
                                   int kind)
{
    d->file = file;
    d->offset = offset;
    d->length = length;
    d->count = count;
    d->blocks = (uint32_t)(((uint64_t)count + SL_DICTIONARY_BLOCK - 1) / SL_DICTIONARY_BLOCK);
    d->kind = kind;
    return offset <= file->length && length <= file->length - offset && 4ull * d->blocks <= length;
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

/* Reads the entry at p over the one before it. Returns the byte after it, NULL when damaged. */
SL_FUNCTION const uint8_t *sl_entry_next(const sl_dictionary *d, const uint8_t *p, const uint8_t *end, sl_dictionary_entry *e)
{
    uint64_t shared, n, v;
    if (!(p = sl_read_varint(p, end, &shared)) || !(p = sl_read_varint(p, end, &n)) || shared > e->key_length ||
        n > SL_MAX_KEY - shared || n > (uint64_t)(end - p))
        return NULL;
    memcpy(e->key + shared, p, (size_t)n);
    e->key_length = (uint32_t)(shared + n);
    p += n;
    if (d->kind == SL_TERMS) {
        e->postings += e->postings_length;
        e->positions += e->positions_length;
        if (!(p = sl_read_varint(p, end, &v)) || v > 0x7FFFFFFF)
            return NULL;
        e->df = (uint32_t)v;
        if (!(p = sl_read_varint(p, end, &e->postings_length)))
            return NULL;
        return sl_read_varint(p, end, &e->positions_length);
    }
    if (!(p = sl_read_varint(p, end, &v)) || v >> 1 > SL_MAX_READINGS)
        return NULL;
    e->stop = v & 1;
    e->readings = (uint32_t)(v >> 1);
    for (uint32_t i = 0; i < e->readings; i++) {
        if (!(p = sl_read_varint(p, end, &v)) || v > 0xFFFFFFFFu)
            return NULL;
        e->terms[i] = (uint32_t)v;
    }
    return p;
}

SL_INLINE const uint8_t *sl_entry_first(const sl_dictionary *d, const uint8_t *p, const uint8_t *end, sl_dictionary_entry *e)
{
    e->key_length = 0;
    e->postings = e->postings_length = e->positions = e->positions_length = 0;
    if (d->kind == SL_TERMS && (!(p = sl_read_varint(p, end, &e->postings)) || !(p = sl_read_varint(p, end, &e->positions))))
        return NULL;
    return sl_entry_next(d, p, end, e);
}

SL_INLINE int sl_key_compare(const uint8_t *a, uint32_t an, const uint8_t *b, uint32_t bn)
{
    int order = memcmp(a, b, an < bn ? an : bn);
    return order ? order : (an > bn) - (an < bn);
}

/* Finds the entry of an ordinal. 1: found, -1: damaged or no such ordinal. */
SL_FUNCTION int sl_dictionary_at(const sl_dictionary *d, uint32_t ordinal, sl_dictionary_entry *e)
{
    const uint8_t *end, *p;
    if (ordinal >= d->count || !(p = sl_dictionary_block(d, ordinal / SL_DICTIONARY_BLOCK, &end)) ||
        !(p = sl_entry_first(d, p, end, e)))
        return -1;
    for (uint32_t i = ordinal % SL_DICTIONARY_BLOCK; i > 0; i--)
        if (!(p = sl_entry_next(d, p, end, e)))
            return -1;
    e->ordinal = ordinal;
    return 1;
}

/* Finds the first entry whose key is not below the one given. 1: it is the key; 0: it is another, or e->ordinal == count;
 * -1: damaged. */
SL_FUNCTION int sl_dictionary_seek(const sl_dictionary *d, const uint8_t *key, uint32_t n, sl_dictionary_entry *e)
{
    uint32_t low = 0, high = d->blocks; /* first block whose first key is above the key */
    const uint8_t *p, *end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (!(p = sl_dictionary_block(d, middle, &end)) || !sl_entry_first(d, p, end, e))
            return -1;
        if (sl_key_compare(e->key, e->key_length, key, n) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t block = low ? low - 1 : 0;
    e->ordinal = d->count;
    for (; block < d->blocks; block++) {
        uint32_t ordinal = block * SL_DICTIONARY_BLOCK, stop = ordinal + SL_DICTIONARY_BLOCK;
        if (!(p = sl_dictionary_block(d, block, &end)) || !(p = sl_entry_first(d, p, end, e)))
            return -1;
        for (;;) {
            int order = sl_key_compare(e->key, e->key_length, key, n);
            if (order >= 0) {
                e->ordinal = ordinal;
                return order == 0;
            }
            if (++ordinal == stop || ordinal == d->count)
                break;
            if (!(p = sl_entry_next(d, p, end, e)))
                return -1;
        }
    }
    e->ordinal = d->count;
    return 0;
}

/* ---- writing: add keys in ascending order, put the payload after each key, then finish ---- */

typedef struct {
    sl_buffer out, starts;
    uint8_t previous[SL_MAX_KEY];
    uint32_t previous_length, count;
    int kind;
} sl_dictionary_writer;

SL_FUNCTION void sl_dictionary_add(sl_dictionary_writer *w, const uint8_t *key, uint32_t n, uint64_t postings,
                                   uint64_t positions)
{
    uint32_t shared = 0;
    if (w->count++ % SL_DICTIONARY_BLOCK == 0) {
        sl_put32(&w->starts, (uint32_t)w->out.length);
        if (w->out.length > 0xFFFFFFFFu)
            w->out.failed = 1;
        if (w->kind == SL_TERMS) {
            sl_put_varint(&w->out, postings);
            sl_put_varint(&w->out, positions);
        }
    } else {
        while (shared < n && shared < w->previous_length && key[shared] == w->previous[shared])
            shared++;
    }
    sl_put_varint(&w->out, shared);
    sl_put_varint(&w->out, n - shared);
    sl_put_bytes(&w->out, key + shared, n - shared);
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
