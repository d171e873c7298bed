/* At which positions does a term stand in a document, and in which of its forms? The bounds-checked reader of what postings.h
 * specifies as positions.
 *
 * A reader decodes one block of postings at a time and keeps it, so that whoever asks for documents in ascending order decodes
 * no block twice.
 *
 * Invariant: a count of values is believed only when as many bits are left for them; each takes one at least.
 */
#ifndef SL_PLACES_H
#define SL_PLACES_H

#include "postings.h"

#define SL_NO_BLOCK 0xFFFFFFFFu

typedef struct {
    const sl_list *list;
    const uint8_t *data, *end;  /* the term's positions */
    int varied;                 /* the forms of its occurrences are there too */
    uint32_t block;             /* the one at hand; SL_NO_BLOCK: none */
    uint32_t ends[SL_BLOCK];    /* by posting of the block: where its occurrences end; they begin where the last one's end */
    uint32_t *places, *codes;   /* by occurrence: its position; its form's code, when varied */
    uint32_t capacity;          /* of both */
    int memory_failed;
} sl_places;

/* Over the `length` readable bytes of a term's positions. sl_places_free() later. */
SL_FUNCTION void sl_places_open(sl_places *p, const sl_list *list, const uint8_t *data, uint64_t length, int varied)
{
    memset(p, 0, sizeof *p);
    p->list = list;
    p->data = data;
    p->end = data + length;
    p->varied = varied;
    p->block = SL_NO_BLOCK;
}

SL_FUNCTION void sl_places_free(sl_places *p)
{
    free(p->places);
    free(p->codes);
    memset(p, 0, sizeof *p);
}

/* Adds the rest of n values, in unary from p on, to their low bits. Returns the byte after them, NULL when they do not end. */
SL_FUNCTION const uint8_t *sl_read_rests(const uint8_t *p, const uint8_t *end, uint32_t *values, uint32_t n, uint32_t width)
{
    uint32_t done = 0;
    uint64_t rest = 0; /* 0 bits since the last 1 bit */
    while (done < n) {
        uint64_t word = 0;
        uint32_t bits = end - p < 8 ? 8 * (uint32_t)(end - p) : 64, at = 0;
        if (!bits)
            return NULL;
        memcpy(&word, p, bits / 8);
        for (; word && done < n; word &= word - 1) {
            uint32_t bit = SL_LOWEST_BIT(word);
            rest += bit - at;
            at = bit + 1;
            if (rest << width >> width != rest || rest << width > 0xFFFFFFFFu - values[done])
                return NULL;
            values[done++] += (uint32_t)(rest << width);
            rest = 0;
        }
        if (done == n)
            return p + (at + 7) / 8;
        rest += bits - at;
        p += bits / 8;
    }
    return p;
}

/* Reads `total` values in the code of positions. Returns the byte after them, NULL when they are damaged. */
SL_FUNCTION const uint8_t *sl_read_rice(const uint8_t *p, const uint8_t *end, uint32_t *out, uint32_t total)
{
    for (uint32_t at = 0; at < total; at += SL_BLOCK) {
        uint32_t n = total - at < SL_BLOCK ? total - at : SL_BLOCK, code, width;
        if (n < SL_FEW) {
            for (uint32_t i = 0; i < n; i++) {
                uint64_t value;
                if (!(p = sl_read_varint(p, end, &value)) || value > 0xFFFFFFFFu)
                    return NULL;
                out[at + i] = (uint32_t)value;
            }
            continue;
        }
        if (p == end || (width = (code = *p++) & ~(uint32_t)SL_NO_RESTS) > 31 ||
            (size_t)(end - p) < sl_packed_size(n, width))
            return NULL;
        sl_unpack(p, out + at, n, width);
        p += sl_packed_size(n, width);
        if (!(code & SL_NO_RESTS) && !(p = sl_read_rests(p, end, out + at, n, width)))
            return NULL;
    }
    return p;
}

/* Decodes a block of postings unless it is the one at hand. Returns 0 when it is damaged or, with memory_failed, memory ran
 * out. */
SL_FUNCTION int sl_places_load(sl_places *p, uint32_t block)
{
    const sl_list *l = p->list;
    uint32_t n = sl_list_count(l, block), tfs[SL_BLOCK];
    uint64_t total = 0, start = l->places ? sl_load32(l->places + 4ull * block) : 0;
    if (p->block == block)
        return 1;
    p->block = SL_NO_BLOCK;
    if (start > (uint64_t)(p->end - p->data) || !sl_list_tfs(l, block, tfs))
        return 0;
    const uint8_t *at = p->data + start;
    for (uint32_t i = 0; i < n; i++) {
        total += tfs[i];
        if (total > 8 * (uint64_t)(p->end - at))
            return 0;
        p->ends[i] = (uint32_t)total;
    }
    if (total > p->capacity) {
        uint32_t capacity = p->capacity ? p->capacity : 256;
        while (capacity < total)
            capacity *= 2;
        uint32_t *places = (uint32_t *)realloc(p->places, capacity * sizeof *places);
        p->places = places ? places : p->places;
        uint32_t *codes = p->varied && places ? (uint32_t *)realloc(p->codes, capacity * sizeof *codes) : NULL;
        p->codes = codes ? codes : p->codes;
        if (!places || (p->varied && !codes)) {
            p->memory_failed = 1;
            return 0;
        }
        p->capacity = capacity;
    }
    if (!(at = sl_read_rice(at, p->end, p->places, (uint32_t)total)) ||
        (p->varied && !sl_read_rice(at, p->end, p->codes, (uint32_t)total)))
        return 0;
    for (uint32_t i = 0, k = 0; i < n; i++) {
        uint64_t place = 0;
        for (; k < p->ends[i]; k++) {
            place += p->places[k];
            if (place > 0x7FFFFFFF)
                return 0;
            p->places[k] = (uint32_t)place++;
        }
    }
    p->block = block;
    return 1;
}

#endif
