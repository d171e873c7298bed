/* In which order do the terms of a segment that may be names lie on disk, and how are those found that sound like another?
 *
 *     names.latin, names.cyrillic    u8 * width each: ordinals of terms (dictionary.h), width the bytes that the number of terms needs
 *
 * In each are the terms of letters of one script alone that names.h folds, by the keys of their sounds, of one key by their
 * ordinals. The keys are not kept: whoever looks something up folds the terms that the search comes by. Those that every search
 * comes by first are remembered. A term with no consonant has the key 0 and is left out.
 *
 * Example: with the terms "kiev" (0), "putin" (1), "киев" (2), "путин" (3) names.latin is 01 00 and names.cyrillic 03 02:
 * p t n comes before k v.
 *
 * Reading checks each ordinal and the pages it touches. An order that is not what it should be leads to other words or to none,
 * which a merge of the segment shows (verification.py).
 */
#ifndef SL_NAME_ORDER_H
#define SL_NAME_ORDER_H

#include "../language/names.h"
#include "dictionary.h"
#include "table.h"

#define SL_KNOWN_NAMES 4096u /* 12 of the 17 steps among a hundred thousand names */
#define SL_MOST_ALIKE 4096u /* terms of one key that are looked at: more have keys that say nothing */

SL_INLINE uint32_t sl_name_width(uint32_t terms) { return terms <= 0xFF ? 1 : terms <= 0xFFFF ? 2 : terms <= 0xFFFFFF ? 3 : 4; }

/* ---- writing ---- */

typedef struct {
    uint64_t key;
    uint32_t ordinal;
} sl_keyed_name;

typedef struct {
    sl_keyed_name *names;
    uint32_t count, capacity;
} sl_name_list;

/* Adds the next term to the list of its script, lists[script - 1], if it may be a name. */
SL_FUNCTION void sl_name_list_add(sl_name_list *lists, int *failed, const uint8_t *key, uint32_t n, uint32_t ordinal)
{
    sl_name name;
    uint32_t count;
    int script = sl_name_fold(key, n, &name);
    if (script == SL_NO_NAME)
        return;
    sl_name_list *list = &lists[script - 1];
    uint64_t sounds = sl_name_key(&name, &count);
    if (count && sl_grow(failed, (void **)&list->names, &list->capacity, list->count + 1, sizeof *list->names)) {
        list->names[list->count].key = sounds;
        list->names[list->count++].ordinal = ordinal;
    }
}

static int sl_keyed_compare(const void *a, const void *b)
{
    const sl_keyed_name *x = (const sl_keyed_name *)a, *y = (const sl_keyed_name *)b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* Writes the section of a list. */
SL_FUNCTION void sl_name_list_encode(sl_name_list *list, uint32_t terms, sl_buffer *out)
{
    uint32_t width = sl_name_width(terms);
    if (list->count) /* else there may be no array */
        qsort(list->names, list->count, sizeof *list->names, sl_keyed_compare);
    for (uint32_t i = 0; i < list->count; i++)
        sl_put_bytes(out, &list->names[i].ordinal, width);
}

SL_FUNCTION void sl_name_list_free(sl_name_list *list)
{
    free(list->names);
    memset(list, 0, sizeof *list);
}

/* ---- reading ---- */

typedef struct {
    const sl_dictionary *terms;
    uint64_t offset; /* of the section in the file */
    uint32_t count, width;
    uint64_t *known; /* SL_KNOWN_NAMES keys, each and 1 added, by the steps of a binary search: the first at 1, from i on 2 * i or 2 * i + 1;
                        0 until a search came by. Two threads may find the same key at once: both write the same */
} sl_name_order;

typedef struct {
    uint32_t ordinal;
    float distance;
} sl_alike;

/* A section of so many bytes; `known` is for this one alone. */
SL_FUNCTION void sl_name_order_open(sl_name_order *o, const sl_dictionary *terms, uint64_t offset, uint64_t length, uint64_t *known)
{
    o->terms = terms;
    o->known = known;
    o->offset = offset;
    o->width = sl_name_width(terms->count);
    o->count = (uint32_t)(length / o->width);
}

/* Reads the i-th term and folds it, to the key 0 when it is no name. Returns 0 when damaged. */
SL_FUNCTION int sl_name_at(const sl_name_order *o, uint32_t i, sl_dictionary_entry *e, sl_name *name, uint64_t *key)
{
    uint64_t at = o->offset + (uint64_t)i * o->width;
    uint32_t ordinal = 0, count;
    if (!sl_file_check(o->terms->file, at, o->width))
        return 0;
    memcpy(&ordinal, o->terms->file->data + at, o->width);
    if (sl_dictionary_move(o->terms, ordinal, e) < 0)
        return 0;
    *key = sl_name_fold(e->key, e->key_length, name) == SL_NO_NAME ? 0 : sl_name_key(name, &count);
    return 1;
}

/* How far a term may be from a word with so many consonants, when it may be `most` in general. Of a word with one or two, which many others
 * have too, they must be nearer. */
SL_INLINE double sl_alike_within(double most, uint32_t consonants)
{
    return most * (consonants == 1 ? 0.4 : consonants == 2 ? 0.7 : 1);
}

/* Puts the terms that sound like one spelling of a word into `out` as sl_alike; `most`: hundredths a sound. Returns 0 when damaged. */
SL_FUNCTION int sl_alike_find(const sl_name_order *o, const sl_name *spelling, double most, sl_buffer *out)
{
    sl_dictionary_entry e;
    sl_name name;
    uint32_t low = 0, high = o->count, consonants;
    uint64_t other, step = 1, wanted = sl_name_key(spelling, &consonants);
    if (!consonants)
        return 1;
    most = sl_alike_within(most, consonants);
    e.next = NULL;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (step < SL_KNOWN_NAMES && o->known[step]) {
            other = o->known[step] - 1;
        } else {
            if (!sl_name_at(o, middle, &e, &name, &other))
                return 0;
            if (step < SL_KNOWN_NAMES)
                o->known[step] = other + 1;
        }
        step *= 2;
        if (other < wanted) {
            low = middle + 1;
            step++;
        } else {
            high = middle;
        }
    }
    for (uint32_t i = low; i < o->count && i - low < SL_MOST_ALIKE; i++) {
        sl_alike alike;
        if (!sl_name_at(o, i, &e, &name, &other))
            return 0;
        if (other != wanted)
            break;
        alike.distance = (float)sl_name_distance(spelling, &name);
        alike.ordinal = e.ordinal;
        if (alike.distance <= most)
            sl_put_bytes(out, &alike, sizeof alike);
    }
    return 1;
}

#endif
