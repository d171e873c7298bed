/* How do the words as they were written lie on disk, each with the terms it stands for?
 *
 * So that a query for a form that the index has seen needs no morphology. A form is written as its first term with another
 * ending: forms ascend by their keys (keys.h), terms do too, and so a form's term is a step or none from that of the form
 * before. Every form of a segment is here.
 *
 *     forms    = block* starts
 *     starts   = u32 * ceil(count / 32)    where each block begins
 *     block    = varint n, u8 * n, varint ordinal, entry*    the key of its first form, the ordinal of that one's first
 *                                          term; 32 entries, the last block may have fewer
 *     entry    = varint step << 2 | other << 1 | inflected, [inflected: varint ending],
 *                [other: varint readings << 1 | stop, varint step * (readings - 1)], [varied: varint code]
 *     step     = from the ordinal of the first term of the form before, or of this form's term before: 2 * d, or -2 * d - 1
 *                when it goes down; a block's first entry has step 0
 *     endings  = u32 start * (E + 1), (varint cut, u8 * add)*    a section of its own; the last start is its length
 *
 * The key of a form is that of its first term, with the ending's `cut` bytes taken away and the others put on; not inflected:
 * the term itself. Not other: the form has this one reading and is no stop word. A form without a reading has step 0 and an
 * ending that is put on nothing. Frequent endings have small numbers. A form of which the first term is varied (dictionary.h)
 * has a code: that of its occurrences among those of this term (postings.h).
 *
 * Example: the terms are "paris" (ordinal 7) and "park" (8), the forms "paris", "park", "parking", "parks"; with the endings
 * 0: (0, "s") and 1: (0, "ing") they are one block: 05 "paris" 07 | 00 | 08 | 01 01 | 01 00.
 *
 * Reading checks the pages that it touches and every length and number; a lookup costs one search over the first keys of the
 * blocks, at most 32 entries and the terms that they name, most of which are neighbours.
 */
#ifndef SL_FORMS_H
#define SL_FORMS_H

#include "dictionary.h"

#define SL_MAX_READINGS 16 /* terms of one form */
#define SL_INFLECTED 1u
#define SL_OTHER 2u

typedef struct {
    sl_dictionary blocks; /* the section of forms; blocks and starts are as in a dictionary */
    const sl_dictionary *terms;
    uint64_t endings, endings_length; /* the section of endings in the file */
} sl_forms;

typedef struct {
    uint32_t stop, readings;
    uint32_t varied, code; /* symbols of the first term, 0: it is not varied; the form's code there */
    uint32_t terms[SL_MAX_READINGS];
} sl_form_entry;

/* The first key of a block. Returns the byte after it, NULL when damaged. */
SL_FUNCTION const uint8_t *sl_forms_first(const sl_forms *f, uint32_t block, const uint8_t **key, uint32_t *n,
                                          const uint8_t **end)
{
    uint64_t length;
    const uint8_t *p = sl_dictionary_block(&f->blocks, block, end);
    if (!p || !(p = sl_read_varint(p, *end, &length)) || length > SL_MAX_KEY || length > (uint64_t)(*end - p))
        return NULL;
    *key = p;
    *n = (uint32_t)length;
    return p + length;
}

/* Follows a step from an ordinal. Returns 0 when there is no such term. */
SL_INLINE int sl_forms_step(const sl_forms *f, uint64_t step, uint32_t *ordinal)
{
    uint64_t to = step & 1 ? *ordinal - (step >> 1) - 1 : *ordinal + (step >> 1);
    *ordinal = (uint32_t)to;
    return to < f->terms->count;
}

/* Compares a term with an ending put on it with another key. Returns 0 when damaged. */
SL_FUNCTION int sl_forms_inflected(const sl_forms *f, uint64_t ending, const uint8_t *term, uint32_t length, const uint8_t *key,
                                   uint32_t n, int *order)
{
    uint64_t cut;
    const uint8_t *data = f->blocks.file->data + f->endings;
    if (ending > f->endings_length / 4 || !sl_file_check(f->blocks.file, f->endings + 4 * ending, 8))
        return 0;
    uint32_t from = sl_load32(data + 4 * ending), to = sl_load32(data + 4 * ending + 4);
    if (from > to || to > f->endings_length || !sl_file_check(f->blocks.file, f->endings + from, to - from))
        return 0;
    const uint8_t *p = sl_read_varint(data + from, data + to, &cut);
    if (!p || cut > length)
        return 0;
    uint32_t kept = length - (uint32_t)cut;
    *order = memcmp(term, key, kept < n ? kept : n);
    if (*order == 0)
        *order = kept > n ? 1 : sl_key_compare(p, (uint32_t)(data + to - p), key + kept, n - kept);
    return 1;
}

/* Finds a form by its key. 1: found; 0: the segment has not seen it; -1: damaged. */
SL_FUNCTION int sl_forms_find(const sl_forms *f, const uint8_t *key, uint32_t n, sl_form_entry *e)
{
    uint32_t low = 0, high = f->blocks.blocks, first_length; /* first block whose first key is above the key */
    const uint8_t *p, *end, *first;
    sl_dictionary_entry term;
    uint64_t code, more, ending = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (!sl_forms_first(f, middle, &first, &first_length, &end))
            return -1;
        if (sl_key_compare(first, first_length, key, n) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return 0;
    uint32_t block = low - 1, left = f->blocks.count - block * SL_DICTIONARY_BLOCK;
    if (!(p = sl_forms_first(f, block, &first, &first_length, &end)) || !(p = sl_read_varint(p, end, &more)) ||
        more > 0xFFFFFFFFu)
        return -1;
    uint32_t ordinal = (uint32_t)more; /* of the first term */
    term.next = NULL;
    for (uint32_t i = left < SL_DICTIONARY_BLOCK ? left : SL_DICTIONARY_BLOCK; i > 0; i--) {
        int order;
        e->stop = 0;
        e->readings = 1;
        if (!(p = sl_read_varint(p, end, &code)) || ((code & SL_INFLECTED) && !(p = sl_read_varint(p, end, &ending))))
            return -1;
        if (code & SL_OTHER) {
            if (!(p = sl_read_varint(p, end, &more)) || more >> 1 > SL_MAX_READINGS)
                return -1;
            e->stop = more & 1;
            e->readings = (uint32_t)(more >> 1);
        }
        if (e->readings && (!sl_forms_step(f, code >> 2, &ordinal) || sl_dictionary_move(f->terms, ordinal, &term) < 0))
            return -1;
        e->terms[0] = ordinal;
        for (uint32_t k = 1; k < e->readings; k++) {
            e->terms[k] = e->terms[k - 1];
            if (!(p = sl_read_varint(p, end, &more)) || !sl_forms_step(f, more, &e->terms[k]))
                return -1;
        }
        e->varied = e->readings ? term.varied : 0;
        e->code = 0;
        if (e->varied) {
            if (!(p = sl_read_varint(p, end, &more)) || more >= e->varied)
                return -1;
            e->code = (uint32_t)more;
        }
        uint32_t length = e->readings ? term.key_length : 0;
        if (!(code & SL_INFLECTED))
            order = sl_key_compare(term.key, length, key, n);
        else if (!sl_forms_inflected(f, ending, term.key, length, key, n, &order))
            return -1;
        if (order >= 0)
            return order == 0;
    }
    return 0;
}

#endif
