/* Which forms of a segment may fit a pattern or be a misspelling? A table in memory that leaves few to look at.
 *
 * Forms stand on disk as steps and endings, which takes a tenth of a microsecond each to read: too long when all of them are
 * asked for. The table, made once for a segment, has the keys of all forms one after the other, and for each form a mask: bit
 * i says that it has a letter whose last byte ends in the five bits of i. The 32 letters of Russian have a bit each, and so
 * have those of English. Masks are sorted by the length of their forms in letters (code points), then by the number of the form, and
 * once more by the length and the last byte: one error leaves the first letter of a word right or the last one, so that most
 * masks need not be tested at all.
 *
 * A form of n letters that a replacement (one letter lost, one gained), an insertion (one gained), a deletion (one lost) or a
 * swap makes of a word has at most that many bits less and more than the word; one that fits a pattern has all the bits of its
 * letters. So a test of a few instructions on four masks at once drops all but some in a hundred of those that have a length
 * in question (signature hashing, in: Boytsov, "Indexing methods for approximate dictionary searching: comparative
 * analysis", 2011).
 */
#ifndef SL_FORMS_TABLE_H
#define SL_FORMS_TABLE_H

#include "deadline.h"
#include "forms.h"

#define SL_LONG_FORM 64 /* letters; forms of more share a group */
#define SL_MASKS 64     /* are tested together */
#define SL_TABLE_PATIENCE 1024 /* forms between two looks at the clock */

enum { SL_DAMAGED = -1, SL_NO_MEMORY, SL_FOUND, SL_TABLE_WANTED, SL_UNFINISHED }; /* how a search for forms may end */

typedef struct {
    uint32_t count;
    sl_buffer keys;
    uint32_t *starts;           /* by number: where its key begins; one more for the end of the last */
    uint32_t *masks, *numbers;  /* by length and then by number */
    uint32_t groups[SL_LONG_FORM + 2]; /* where the forms of each length begin */
    uint32_t *tail_masks, *tail_numbers; /* by length, by last byte and then by number */
    uint32_t tails[(SL_LONG_FORM + 1) * 256 + 1]; /* where the forms of each length and last byte begin */
    uint32_t heads[257];               /* by first byte: the number of the first form that begins with it or comes after */
    uint32_t read, placed;             /* while it is made: forms whose keys, and whose masks are there */
    uint32_t next[SL_LONG_FORM + 1];   /* by length: where its next mask belongs */
    uint32_t next_tail[(SL_LONG_FORM + 1) * 256]; /* the same by length and last byte */
} sl_forms_table;

/* The letters of a key, each as its bytes in one number. Returns how many; `letters` has room for n. */
SL_FUNCTION uint32_t sl_key_letters(const uint8_t *key, uint32_t n, uint32_t *letters)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; count++) {
        uint32_t letter = key[i++];
        if (SL_UNLIKELY(letter >= 0xC0))
            for (uint32_t size = sl_character_size((uint8_t)letter); size > 1 && i < n; size--)
                letter = letter << 8 | key[i++];
        letters[count] = letter;
    }
    return count;
}

SL_INLINE uint32_t sl_letters_mask(const uint32_t *letters, uint32_t n)
{
    uint32_t mask = 0;
    for (uint32_t i = 0; i < n; i++)
        mask |= 1u << (letters[i] & 31);
    return mask;
}

SL_FUNCTION void sl_forms_table_free(sl_forms_table *t)
{
    sl_buffer_free(&t->keys);
    free(t->starts);
    free(t->masks);
    free(t->numbers);
    free(t->tail_masks);
    free(t->tail_numbers);
    memset(t, 0, sizeof *t);
}

/* Begins the table of a segment's forms. Returns 0 when memory ran out. sl_forms_table_free() in any case. */
SL_FUNCTION int sl_forms_table_begin(sl_forms_table *t, const sl_forms *f)
{
    uint32_t n = f->blocks.count;
    memset(t, 0, sizeof *t);
    t->count = n;
    t->starts = (uint32_t *)malloc(((size_t)n + 1) * sizeof *t->starts);
    t->masks = (uint32_t *)malloc(((size_t)n + 1) * sizeof *t->masks);
    t->numbers = (uint32_t *)malloc(((size_t)n + 1) * sizeof *t->numbers);
    t->tail_masks = (uint32_t *)malloc(((size_t)n + 1) * sizeof *t->tail_masks);
    t->tail_numbers = (uint32_t *)malloc(((size_t)n + 1) * sizeof *t->tail_numbers);
    return t->starts && t->masks && t->numbers && t->tail_masks && t->tail_numbers;
}

/* The number of a length and a last byte among all, `length` being that of a key in letters. */
SL_INLINE uint32_t sl_forms_tail(uint32_t length, const uint8_t *key, uint32_t size)
{
    return (length < SL_LONG_FORM ? length : SL_LONG_FORM) * 256 + (size ? key[size - 1] : 0);
}

/* Reads the keys of all forms, from where it stopped; sl_forms_table_make() says what it returns. */
SL_FUNCTION int sl_forms_table_read(sl_forms_table *t, const sl_forms *f, sl_deadline *deadline)
{
    uint64_t most = 64 * (f->blocks.length + f->terms->length + f->endings_length) + (1u << 20);
    uint32_t letters[SL_MAX_KEY];
    sl_form_entry e;
    sl_form_begin(&e);
    for (; t->read < t->count; t->read++) {
        if (t->read % SL_TABLE_PATIENCE == SL_TABLE_PATIENCE - 1 && sl_deadline_passed(deadline))
            return SL_UNFINISHED;
        if (!sl_form_move(f, t->read, &e))
            return SL_DAMAGED;
        if (t->keys.length > most) /* damage that would fill the memory */
            return SL_DAMAGED;
        if (t->keys.length > 0xFFFFFFFFu - SL_MAX_KEY || !sl_buffer_reserve(&t->keys, SL_MAX_KEY))
            return SL_NO_MEMORY;
        uint8_t *key = t->keys.data + t->keys.length;
        uint32_t size = sl_form_key(&e, key), length = sl_key_letters(key, size, letters);
        t->starts[t->read] = (uint32_t)t->keys.length;
        t->keys.length += size;
        t->groups[(length < SL_LONG_FORM ? length : SL_LONG_FORM) + 1]++;
        t->tails[sl_forms_tail(length, key, size) + 1]++;
        t->heads[(size ? key[0] : 0) + 1]++;
    }
    t->starts[t->count] = (uint32_t)t->keys.length;
    return SL_FOUND;
}

/* Makes a table that was begun, from where it stopped. SL_UNFINISHED: the deadline passed, and it may be gone on with. */
SL_FUNCTION int sl_forms_table_make(sl_forms_table *t, const sl_forms *f, sl_deadline *deadline)
{
    uint32_t letters[SL_MAX_KEY];
    if (t->read < t->count || !t->count) {
        int done = sl_forms_table_read(t, f, deadline);
        if (done != SL_FOUND)
            return done;
        for (uint32_t length = 0; length <= SL_LONG_FORM; length++) {
            t->groups[length + 1] += t->groups[length];
            t->next[length] = t->groups[length];
        }
        for (uint32_t tail = 0; tail < (SL_LONG_FORM + 1) * 256; tail++) {
            t->tails[tail + 1] += t->tails[tail];
            t->next_tail[tail] = t->tails[tail];
        }
        for (uint32_t first = 0; first < 256; first++)
            t->heads[first + 1] += t->heads[first];
    }
    for (; t->placed < t->count; t->placed++) {
        uint32_t i = t->placed;
        if (i % SL_TABLE_PATIENCE == SL_TABLE_PATIENCE - 1 && sl_deadline_passed(deadline))
            return SL_UNFINISHED;
        const uint8_t *key = t->keys.data + t->starts[i];
        uint32_t size = t->starts[i + 1] - t->starts[i], length = sl_key_letters(key, size, letters);
        uint32_t at = t->next[length < SL_LONG_FORM ? length : SL_LONG_FORM]++;
        uint32_t tail = t->next_tail[sl_forms_tail(length, key, size)]++;
        t->masks[at] = t->tail_masks[tail] = sl_letters_mask(letters, length);
        t->numbers[at] = t->tail_numbers[tail] = i;
    }
    return SL_FOUND;
}

/* Which of SL_MASKS masks lack at most `lost` of the wanted bits, and have at most `gained` others? lost: 0 to 2, or 3 for any;
 * so is gained. Those have a 0 in `bad`. */
SL_INLINE void sl_masks_test(const uint32_t *masks, uint32_t wanted, uint32_t lost, uint32_t gained, uint8_t *bad)
{
    const uint32_t lost1 = lost > 0, lost2 = lost > 1, lost_any = lost > 2 ? 0 : 0xFFFFFFFFu;
    const uint32_t gained1 = gained > 0, gained2 = gained > 1, gained_any = gained > 2 ? 0 : 0xFFFFFFFFu;
    for (uint32_t i = 0; i < SL_MASKS; i++) {
        uint32_t less = wanted & ~masks[i] & lost_any, more = masks[i] & ~wanted & gained_any;
        less &= less - lost1; /* without its lowest bit */
        less &= less - lost2;
        more &= more - gained1;
        more &= more - gained2;
        bad[i] = (less | more) != 0;
    }
}

#endif
