/* Which forms of a segment fit a pattern, or are at most so many errors away from a word?
 *
 * A pattern is letters, `?` for any one letter and `*` for any letters or none. Errors are counted as optimal string
 * alignment does: to insert, delete or replace a letter, or to swap two neighbours, is one error each, and nothing
 * is put between two that were swapped. A letter is a code point.
 *
 * What stands before the first `*` or `?` of a pattern, or the letters of a word that must be right, are the beginning of all
 * forms in question, which are neighbours. When they are many the table says which of them to look at (forms_table.h); that
 * search is compiled for AVX2, too. form_set.h reads them from disk otherwise.
 */
#ifndef SL_FORMS_MATCH_H
#define SL_FORMS_MATCH_H

#include "deadline.h"
#include "forms_table.h"
#include "pairs.h"

#define SL_ANY_LETTERS 0xFFFFFFFFu /* no letter has these numbers */
#define SL_ANY_LETTER 0xFFFFFFFEu
#define SL_MAX_PATTERN (2 * SL_MAX_KEY + 1) /* letters; a longer one fits no form, when no two `*` are neighbours */
#define SL_MAX_ERRORS 2
#define SL_MATCH_PATIENCE 4096 /* forms between two looks at the clock */

typedef struct {
    int pattern;                       /* or a word with errors */
    int beginning_only;                /* every form with the beginning fits */
    uint32_t letters[SL_MAX_PATTERN], count;
    uint32_t errors;                   /* of a word: at most */
    int ends_tell;                     /* of a word: its first or its last letter is right; these are their bytes: */
    uint8_t first, last;
    uint8_t beginning[SL_MAX_KEY];     /* of the keys of all forms that fit */
    uint32_t beginning_length;
    uint8_t ending[SL_MAX_KEY];        /* the same of a pattern, behind its last `*` or `?` */
    uint32_t ending_length;
    uint32_t mask, shortest, longest;  /* of the letters; lengths of forms that fit, in letters */
} sl_form_query;

typedef struct {
    sl_pair *hits; /* numbers of forms, each with its errors */
    uint32_t count, capacity;
    uint32_t limit; /* hits that are kept; count is one more when there were others */
    int memory_failed;
} sl_form_hits;

SL_FUNCTION void sl_form_hits_free(sl_form_hits *h)
{
    free(h->hits);
    memset(h, 0, sizeof *h);
}

/* Keeps the bytes of the first n letters of a key as the beginning. */
SL_FUNCTION void sl_query_begin(sl_form_query *q, const uint8_t *key, uint32_t size, uint32_t n)
{
    uint32_t at = 0;
    for (; n > 0 && at < size; n--)
        at += sl_character_size(key[at]);
    at = at < size ? at : size;
    at = at < SL_MAX_KEY ? at : SL_MAX_KEY;
    memcpy(q->beginning, key, at);
    q->beginning_length = at;
}

/* No form at all. */
SL_FUNCTION void sl_query_nothing(sl_form_query *q)
{
    memset(q, 0, sizeof *q);
    q->shortest = 1;
}

/* Forms that a pattern fits, given as the `size` bytes of its key, at most SL_MAX_PATTERN. */
SL_FUNCTION void sl_query_pattern(sl_form_query *q, const uint8_t *key, uint32_t size)
{
    uint32_t literal = 0, stars = 0, plain = 1;
    memset(q, 0, sizeof *q);
    q->pattern = 1;
    q->count = sl_key_letters(key, size, q->letters);
    for (uint32_t i = 0; i < q->count; i++) {
        if (q->letters[i] == '*' || q->letters[i] == '?') {
            stars += q->letters[i] == '*';
            q->letters[i] = q->letters[i] == '*' ? SL_ANY_LETTERS : SL_ANY_LETTER;
            plain = 0;
        } else {
            q->mask |= 1u << (q->letters[i] & 31);
            literal += plain;
        }
    }
    q->beginning_only = stars == 1 && q->count == literal + 1;
    q->shortest = q->count - stars;
    q->longest = stars ? UINT32_MAX : q->shortest;
    sl_query_begin(q, key, size, literal);
    while (q->ending_length < size && q->ending_length < SL_MAX_KEY && key[size - 1 - q->ending_length] != '*' &&
           key[size - 1 - q->ending_length] != '?')
        q->ending_length++;
    memcpy(q->ending, key + size - q->ending_length, q->ending_length);
    q->beginning_only &= q->beginning_length < SL_MAX_KEY; /* else it may have been cut */
}

/* Forms at most `errors` away from a word, given as a key; the first `right` letters have to be right. */
SL_FUNCTION void sl_query_word(sl_form_query *q, const uint8_t *key, uint32_t size, uint32_t errors, uint32_t right)
{
    memset(q, 0, sizeof *q);
    q->count = sl_key_letters(key, size, q->letters);
    q->errors = q->count < right ? 0 : errors; /* a form with more letters would have more that should be equal */
    q->mask = sl_letters_mask(q->letters, q->count);
    q->shortest = q->count > q->errors ? q->count - q->errors : 0;
    q->longest = q->count + q->errors;
    q->ends_tell = q->errors <= 1 && q->count > 2; /* two letters may be swapped */
    if (q->ends_tell) {
        q->first = key[0];
        q->last = key[size - 1];
    }
    sl_query_begin(q, key, size, right);
}

/* Does a pattern fit? `*` takes as little as it can, and one letter more whenever what follows does not fit: going back to
 * the last `*` alone is enough. */
SL_FUNCTION int sl_pattern_fits(const uint32_t *pattern, uint32_t m, const uint32_t *letters, uint32_t n)
{
    uint32_t i = 0, j = 0, star = UINT32_MAX, after = 0;
    while (i < n) {
        if (j < m && pattern[j] == SL_ANY_LETTERS) {
            star = j++;
            after = i;
        } else if (j < m && (pattern[j] == SL_ANY_LETTER || pattern[j] == letters[i])) {
            i++;
            j++;
        } else if (star != UINT32_MAX) {
            j = star + 1;
            i = ++after;
        } else {
            return 0;
        }
    }
    while (j < m && pattern[j] == SL_ANY_LETTERS)
        j++;
    return j == m;
}

/* Errors between two words of at most SL_MAX_KEY letters, or more than `most` when there are more. Only cells of the matrix
 * that are at most so far from its diagonal are worked out. */
SL_FUNCTION uint32_t sl_word_errors(const uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m, uint32_t most)
{
    uint32_t rows[3][SL_MAX_KEY + 2], *before = rows[0], *last = rows[1], *row = rows[2];
    while (n && m && a[0] == b[0])
        a++, b++, n--, m--;
    while (n && m && a[n - 1] == b[m - 1])
        n--, m--;
    if ((n > m ? n - m : m - n) > most)
        return most + 1;
    if (!n || !m)
        return n + m;
    for (uint32_t j = 0; j <= m && j <= most + 1; j++)
        last[j] = j;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t from = i > most ? i - most : 1, to = i + most < m ? i + most : m, least = most + 1;
        row[from - 1] = from == 1 ? i : most + 1;
        for (uint32_t j = from; j <= to; j++) {
            uint32_t errors = last[j - 1] + (a[i - 1] != b[j - 1]);
            errors = row[j - 1] + 1 < errors ? row[j - 1] + 1 : errors;
            errors = last[j] + 1 < errors ? last[j] + 1 : errors;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < errors)
                errors = before[j - 2] + 1;
            row[j] = errors;
            least = errors < least ? errors : least;
        }
        row[to + 1] = most + 1;
        if (least > most)
            return most + 1;
        uint32_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[m];
}

/* Keeps a form. Returns 0 when there is no place left for it. */
SL_INLINE int sl_form_hits_add(sl_form_hits *h, uint32_t number, uint32_t errors)
{
    if (h->count == h->limit) {
        h->count++;
        return 0;
    }
    if (h->count == h->capacity) {
        uint32_t capacity = h->capacity ? h->capacity * 2 : 64;
        sl_pair *hits = (sl_pair *)realloc(h->hits, (size_t)capacity * sizeof *hits);
        if (!hits) {
            h->memory_failed = 1;
            return 0;
        }
        h->hits = hits;
        h->capacity = capacity;
    }
    sl_pair hit = {number, errors};
    h->hits[h->count++] = hit;
    return 1;
}

/* Keeps the forms from..to-1. */
SL_FUNCTION void sl_form_hits_range(sl_form_hits *h, uint32_t from, uint32_t to)
{
    h->count = to - from <= h->limit ? to - from : h->limit + 1;
    if (h->count > h->limit)
        return;
    h->hits = (sl_pair *)malloc(((size_t)h->count + 1) * sizeof *h->hits);
    h->memory_failed = !h->hits;
    for (uint32_t i = 0; i < h->count && h->hits; i++) {
        h->hits[i].key = from + i;
        h->hits[i].value = 0;
    }
}

/* Does a form fit? Then *errors says how well. */
SL_FUNCTION int sl_query_fits(const sl_form_query *q, const uint8_t *key, uint32_t size, uint32_t *errors)
{
    uint32_t letters[SL_MAX_KEY], n;
    *errors = 0;
    if (size < q->ending_length || memcmp(key + size - q->ending_length, q->ending, q->ending_length) != 0)
        return 0;
    n = sl_key_letters(key, size, letters);
    if (n < q->shortest || n > q->longest)
        return 0;
    if (q->pattern)
        return sl_pattern_fits(q->letters, q->count, letters, n);
    *errors = sl_word_errors(q->letters, q->count, letters, n, q->errors);
    return *errors <= q->errors;
}

/* Is it one of the forms that are looked for, whatever segment has it? */
SL_FUNCTION int sl_query_accepts(const sl_form_query *q, const uint8_t *key, uint32_t size)
{
    uint32_t errors;
    return size >= q->beginning_length && memcmp(key, q->beginning, q->beginning_length) == 0 &&
           sl_query_fits(q, key, size, &errors);
}

/* The numbers of the forms with the query's beginning: from the one to before the other. Returns 0 when damaged. */
SL_FUNCTION int sl_query_range(const sl_form_query *q, const sl_forms *f, uint32_t *from, uint32_t *to)
{
    sl_form_entry e;
    uint8_t key[SL_MAX_KEY];
    uint32_t n = q->beginning_length;
    *from = 0;
    *to = f->blocks.count;
    if (!n)
        return 1;
    if (sl_forms_seek(f, q->beginning, n, &e) < 0)
        return 0;
    *from = e.number;
    memcpy(key, q->beginning, n);
    while (n && key[n - 1] == 0xFF)
        n--;
    if (n) { /* what comes after all words with this beginning */
        key[n - 1]++;
        if (sl_forms_seek(f, key, n, &e) < 0)
            return 0;
        *to = e.number;
    }
    return *from <= *to;
}

SL_INLINE uint32_t sl_first_not_below(const uint32_t *values, uint32_t low, uint32_t high, uint32_t value)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Looks at the forms at..end-1 of an order of the table, which are all of one length, but not at those with this first byte, if it
 * is one. Returns 0 when there is no place left or the deadline has passed. */
SL_INLINE int sl_query_scan(const sl_form_query *q, const sl_forms_table *t, const uint32_t *of_masks, const uint32_t *numbers,
                            uint32_t at, uint32_t end, uint32_t length, uint32_t first, sl_form_hits *h, sl_deadline *deadline)
{
    uint32_t lost = 0, gained = 3, masks[SL_MASKS];
    uint8_t bad[SL_MASKS];
    if (!q->pattern) {
        lost = gained = q->errors;
        if (length < SL_LONG_FORM) { /* what is inserted loses nothing, what is deleted gains nothing */
            lost -= length > q->count ? length - q->count : 0;
            gained -= length < q->count ? q->count - length : 0;
        }
    }
    for (uint32_t looked = 0; at < end; at += SL_MASKS, looked += SL_MASKS) {
        if (looked % SL_MATCH_PATIENCE == 0 && sl_deadline_passed(deadline))
            return 0;
        uint32_t n = end - at < SL_MASKS ? end - at : SL_MASKS;
        const uint32_t *tested = of_masks + at;
        if (n < SL_MASKS) {
            memset(masks, 0, sizeof masks);
            tested = (const uint32_t *)memcpy(masks, tested, n * sizeof *masks);
        }
        sl_masks_test(tested, q->mask, lost, gained, bad);
        for (uint32_t i = 0; i < n; i++) {
            if (i % 8 == 0 && sl_load64(bad + i) == 0x0101010101010101ull) {
                i += 7;
                continue;
            }
            if (bad[i])
                continue;
            uint32_t number = numbers[at + i], start = t->starts[number], size = t->starts[number + 1] - start, errors;
            const uint8_t *key = t->keys.data + start;
            if ((!size || key[0] != first) && sl_query_fits(q, key, size, &errors) && !sl_form_hits_add(h, number, errors))
                return 0;
        }
    }
    return 1;
}

#define SL_NO_BYTE 256

/* Looks at the forms that the table does not exclude, until the deadline. Hits are in no order. */
SL_INLINE void sl_query_look_at(const sl_form_query *q, const sl_forms_table *t, uint32_t from, uint32_t to, sl_form_hits *h,
                                sl_deadline *deadline)
{
    uint32_t longest = q->longest < SL_LONG_FORM ? q->longest : SL_LONG_FORM;
    int ends_tell = q->ends_tell && !q->beginning_length;
    if (ends_tell) {
        from = t->heads[q->first];
        to = t->heads[q->first + 1];
    }
    for (uint32_t length = q->shortest < SL_LONG_FORM ? q->shortest : SL_LONG_FORM; length <= longest; length++) {
        uint32_t at = t->groups[length], end = t->groups[length + 1], tail = length * 256 + q->last;
        if (from > 0 || to < t->count) {
            at = sl_first_not_below(t->numbers, at, end, from);
            end = sl_first_not_below(t->numbers, at, end, to);
        }
        if (!sl_query_scan(q, t, t->masks, t->numbers, at, end, length, SL_NO_BYTE, h, deadline))
            return;
        if (ends_tell && !sl_query_scan(q, t, t->tail_masks, t->tail_numbers, t->tails[tail], t->tails[tail + 1], length, q->first,
                                        h, deadline))
            return;
    }
}

SL_FUNCTION void sl_query_look_plain(const sl_form_query *q, const sl_forms_table *t, uint32_t from, uint32_t to, sl_form_hits *h,
                                     sl_deadline *deadline)
{
    sl_query_look_at(q, t, from, to, h, deadline);
}

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define SL_LOOK_AVX2 1
/* The same for processors with AVX2, which test twice as many masks at once. */
__attribute__((target("avx2"))) SL_FUNCTION void sl_query_look_avx2(const sl_form_query *q, const sl_forms_table *t, uint32_t from,
                                                                    uint32_t to, sl_form_hits *h, sl_deadline *deadline)
{
    sl_query_look_at(q, t, from, to, h, deadline);
}
#endif

/* Finds the forms that fit by way of the table, in order; none when the deadline passes. */
SL_FUNCTION void sl_query_look(const sl_form_query *q, const sl_forms_table *t, uint32_t from, uint32_t to, sl_form_hits *h,
                               sl_deadline *deadline)
{
#ifdef SL_LOOK_AVX2
    if (__builtin_cpu_supports("avx2"))
        sl_query_look_avx2(q, t, from, to, h, deadline);
    else
#endif
        sl_query_look_plain(q, t, from, to, h, deadline);
    if (deadline && deadline->passed)
        h->count = 0;
    if (h->count <= h->limit && !h->memory_failed)
        h->memory_failed = !sl_pairs_sort(h->hits, h->count);
}

#endif
