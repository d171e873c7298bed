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
 *     entry    = varint head << 2 | other << 1 | inflected, [inflected: varint ending],
 *                [other: varint readings << 1 | stop, varint step * (readings - 1)], [coded: varint code]
 *     head     = code << 1 | 1       the first term is that of the form before
 *              | step << 1           it is another; coded when it is varied
 *     step     = from the ordinal of the first term of the form before, or of this form's term before: 2 * d, or -2 * d - 1
 *                when it goes down; a block's first entry is at the ordinal before it
 *     endings  = u32 start * (E + 1), (varint cut, u8 * add)*    a section of its own; the last start is its length
 *
 * The key of a form is that of its first term, with the ending's `cut` bytes taken away and the others put on; not inflected:
 * the term itself. Not other: the form has this one reading and is no stop word. A form without a reading has head 1 and an
 * ending that is put on nothing. Frequent endings have small numbers. The code of a form says which occurrences of its first
 * term are its own (postings.h); it is 0 when that term is not varied (dictionary.h).
 *
 * Example: the terms are "paris" (ordinal 7) and "park" (8), the forms "paris", "park", "parking", "parks"; with the endings
 * 0: (0, "s") and 1: (0, "ing") they are one block: 05 "paris" 07 | 04 | 10 | 05 01 | 05 00. The last three are
 * of one varied term and have the codes 0, 1 and 2 if they occur as often: 10 00 | 0D 01 | 15 00.
 *
 * Reading checks the pages that it touches and every length and number; a lookup costs one search over the first keys of the
 * blocks, at most 32 entries and the terms that they name, most of which are neighbours. A form's place in the order of keys
 * is its number.
 */
#ifndef SL_FORMS_H
#define SL_FORMS_H

#include "varied.h"

#define SL_MAX_READINGS 16 /* terms of one form */
#define SL_INFLECTED 1u
#define SL_OTHER 2u
#define SL_SAME 4u

typedef struct {
    sl_dictionary blocks; /* the section of forms; blocks and starts are as in a dictionary */
    const sl_dictionary *terms;
    uint64_t endings, endings_length; /* the section of endings in the file */
} sl_forms;

typedef struct {
    uint32_t number;
    uint32_t stop, readings;
    uint32_t varied, code; /* symbols of the first term, 0: it is not varied; the form's code there */
    uint32_t terms[SL_MAX_READINGS];
    uint32_t kept, added_length; /* the key: so many bytes of the first term's key, and then these */
    const uint8_t *added;
    sl_dictionary_entry term;   /* the first term, or one read before */
    const uint8_t *next, *end;  /* the rest of the block; NULL: no entry was read yet */
    uint32_t ordinal;           /* of the first term, or the one before */
    sl_varied *keyless;         /* not NULL: neither the key nor the first term is read, which costs a fifth */
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

/* Puts an ending on a term's `length` bytes. Returns 0 when damaged. */
SL_FUNCTION int sl_form_inflect(const sl_forms *f, uint64_t ending, uint32_t length, sl_form_entry *e)
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
    e->kept = length - (uint32_t)cut;
    e->added = p;
    e->added_length = (uint32_t)(data + to - p);
    return e->added_length <= SL_MAX_KEY - e->kept;
}

/* Reads the entry at e->next, all but its number. Returns 0 when damaged. */
SL_FUNCTION int sl_form_next(const sl_forms *f, sl_form_entry *e)
{
    const uint8_t *p = e->next, *end = e->end;
    uint64_t head, more, ending = 0;
    e->stop = 0;
    e->readings = 1;
    if (!(p = sl_read_varint(p, end, &head)) || ((head & SL_INFLECTED) && !(p = sl_read_varint(p, end, &ending))))
        return 0;
    if (head & SL_OTHER) {
        if (!(p = sl_read_varint(p, end, &more)) || more >> 1 > SL_MAX_READINGS)
            return 0;
        e->stop = more & 1;
        e->readings = (uint32_t)(more >> 1);
    }
    e->varied = 0;
    if (e->readings) {
        if (!sl_forms_step(f, head & SL_SAME ? 0 : head >> 3, &e->ordinal))
            return 0;
        if (e->keyless) {
            if (!sl_varied_of(e->keyless, f->terms, e->ordinal, &e->varied))
                return 0;
        } else {
            if (sl_dictionary_move(f->terms, e->ordinal, &e->term) < 0)
                return 0;
            e->varied = e->term.varied;
        }
    }
    e->terms[0] = e->ordinal;
    for (uint32_t k = 1; k < e->readings; k++) {
        e->terms[k] = e->terms[k - 1];
        if (!(p = sl_read_varint(p, end, &more)) || !sl_forms_step(f, more, &e->terms[k]))
            return 0;
    }
    e->code = 0;
    if (e->varied) {
        more = head >> 3;
        if ((!(head & SL_SAME) && !(p = sl_read_varint(p, end, &more))) || more >= e->varied)
            return 0;
        e->code = (uint32_t)more;
    }
    e->next = p;
    if (e->keyless)
        return 1;
    e->kept = e->readings ? e->term.key_length : 0;
    e->added_length = 0;
    return !(head & SL_INFLECTED) || sl_form_inflect(f, ending, e->kept, e);
}

/* Before the first entry is read. */
SL_INLINE void sl_form_begin(sl_form_entry *e)
{
    e->next = e->term.next = NULL;
    e->keyless = NULL;
}

/* The same for entries of which no key is asked for, with `varied` to read them with. */
SL_INLINE void sl_form_begin_keyless(sl_form_entry *e, sl_varied *varied)
{
    sl_form_begin(e);
    e->keyless = varied;
    sl_varied_begin(varied);
}

/* Reads the first entry of a block. Returns 0 when damaged. */
SL_FUNCTION int sl_form_first(const sl_forms *f, uint32_t block, sl_form_entry *e)
{
    const uint8_t *key, *p;
    uint32_t n;
    uint64_t ordinal;
    if (!(p = sl_forms_first(f, block, &key, &n, &e->end)) || !(p = sl_read_varint(p, e->end, &ordinal)) ||
        ordinal > 0xFFFFFFFFu)
        return 0;
    e->next = p;
    e->number = block * SL_DICTIONARY_BLOCK;
    e->ordinal = (uint32_t)ordinal;
    return sl_form_next(f, e);
}

/* Moves on to the form of a number, cheaply when it is a little further on; sl_form_begin() before the first move. Returns 0
 * when damaged or when there is none, and then the entry may not be moved on. */
SL_FUNCTION int sl_form_move(const sl_forms *f, uint32_t number, sl_form_entry *e)
{
    uint32_t block = number / SL_DICTIONARY_BLOCK;
    if (number >= f->blocks.count)
        return 0;
    if ((!e->next || number < e->number || block != e->number / SL_DICTIONARY_BLOCK) && !sl_form_first(f, block, e))
        return 0;
    for (; e->number < number; e->number++)
        if (!sl_form_next(f, e))
            return 0;
    return 1;
}

/* Copies the key of a form; room for SL_MAX_KEY bytes. Returns its length. */
SL_INLINE uint32_t sl_form_key(const sl_form_entry *e, uint8_t *key)
{
    memcpy(key, e->term.key, e->kept);
    if (e->added_length)
        memcpy(key + e->kept, e->added, e->added_length);
    return e->kept + e->added_length;
}

/* Compares the key of a form with another. */
SL_INLINE int sl_form_compare(const sl_form_entry *e, const uint8_t *key, uint32_t n)
{
    int order = memcmp(e->term.key, key, e->kept < n ? e->kept : n);
    if (order || e->kept > n)
        return order ? order : 1;
    if (!e->added_length)
        return -(e->kept < n);
    return sl_key_compare(e->added, e->added_length, key + e->kept, n - e->kept);
}

/* Finds the first form whose key is not below the one given. 1: it is the key; 0: it is another, or e->number == count;
 * -1: damaged. */
SL_FUNCTION int sl_forms_seek(const sl_forms *f, const uint8_t *key, uint32_t n, sl_form_entry *e)
{
    uint32_t low = 0, high = f->blocks.blocks, length; /* first block whose first key is above the key */
    const uint8_t *first, *end;
    sl_form_begin(e);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (!sl_forms_first(f, middle, &first, &length, &end))
            return -1;
        if (sl_key_compare(first, length, key, n) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    e->number = 0;
    if (!low)
        return 0;
    uint32_t block = low - 1, left = f->blocks.count - block * SL_DICTIONARY_BLOCK;
    if (!sl_form_first(f, block, e))
        return -1;
    for (left = left < SL_DICTIONARY_BLOCK ? left : SL_DICTIONARY_BLOCK;;) {
        int order = sl_form_compare(e, key, n);
        if (order >= 0)
            return order == 0;
        e->number++;
        if (--left == 0)
            return 0; /* the first of the next block, which need not be read */
        if (!sl_form_next(f, e))
            return -1;
    }
}

#endif
