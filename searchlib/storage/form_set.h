/* Which terms do some forms of a segment stand for, and which occurrences of these terms are theirs?
 *
 * A form is an occurrence of its first term, told from the term's other forms by its code (forms.h, postings.h). So a set of
 * forms is a list of terms, each with the codes that count and with what its entry in the dictionary says.
 *
 * Invariants: terms ascend by ordinal and each is there once; so are the codes of a term. `once` points into the segment's file.
 */
#ifndef SL_FORM_SET_H
#define SL_FORM_SET_H

#include "forms_match.h"

#define SL_READ_FROM_DISK 4096 /* forms, at most, when there is no table */

typedef struct {
    uint32_t ordinal, df, varied;
    uint32_t first, count; /* of its codes in the set; count 0: all its occurrences are of these forms */
    uint64_t postings, postings_length, positions, positions_length;
    const uint8_t *once;   /* as in a dictionary's entry */
} sl_form_term;

typedef struct {
    sl_form_hits hits;   /* the forms, ascending */
    sl_form_term *terms;
    uint32_t *codes;
    uint32_t count, used; /* of terms, of codes */
} sl_form_set;

SL_FUNCTION void sl_form_set_free(sl_form_set *s)
{
    sl_form_hits_free(&s->hits);
    free(s->terms);
    free(s->codes);
    memset(s, 0, sizeof *s);
}

static int sl_code_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sorts n codes and leaves each once. Returns how many there are then. */
SL_FUNCTION uint32_t sl_codes_sort(uint32_t *codes, uint32_t n)
{
    uint32_t kept = 0;
    if (n > 32) {
        qsort(codes, n, sizeof *codes, sl_code_compare);
    } else {
        for (uint32_t i = 1; i < n; i++) {
            uint32_t code = codes[i], k = i;
            for (; k > 0 && codes[k - 1] > code; k--)
                codes[k] = codes[k - 1];
            codes[k] = code;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        if (!kept || codes[i] != codes[kept - 1])
            codes[kept++] = codes[i];
    return kept;
}

/* Adds a term of which n codes are wanted, which ascend and have been written behind those of the terms before. */
SL_INLINE int sl_form_set_add(sl_form_set *s, const sl_forms *f, uint32_t ordinal, uint32_t n, sl_dictionary_entry *e)
{
    if (sl_dictionary_move(f->terms, ordinal, e) < 0)
        return SL_DAMAGED;
    sl_form_term term = {ordinal,     e->df,        e->varied, s->used, n < e->varied ? n : 0, e->postings, e->postings_length,
                         e->positions, e->positions_length, e->once};
    s->used += term.count;
    s->terms[s->count++] = term;
    return SL_FOUND;
}

/* Takes n pairs of a term and a code; `least` is the first of the terms, masks[i] says with a bit for each which codes of the term
 * least + i are wanted: none is above 63. */
SL_FUNCTION int sl_form_set_take_masks(sl_form_set *s, const sl_forms *f, uint32_t least, const uint64_t *masks, uint32_t span,
                                       sl_deadline *deadline)
{
    sl_dictionary_entry e;
    e.next = NULL;
    for (uint32_t i = 0; i < span; i++) {
        uint32_t n = 0;
        if (i % SL_MATCH_PATIENCE == SL_MATCH_PATIENCE - 1 && sl_deadline_passed(deadline))
            break;
        if (!masks[i])
            continue;
        for (uint64_t mask = masks[i]; mask; mask &= mask - 1)
            s->codes[s->used + n++] = SL_LOWEST_BIT(mask);
        if (sl_form_set_add(s, f, least + i, n, &e) != SL_FOUND)
            return SL_DAMAGED;
    }
    return SL_FOUND;
}

/* Takes n pairs of a term and a code, in any order, which they lose. */
SL_FUNCTION int sl_form_set_take(sl_form_set *s, const sl_forms *f, sl_pair *pairs, uint32_t n, sl_deadline *deadline)
{
    sl_dictionary_entry e;
    uint32_t least = UINT32_MAX, most = 0, codes = 0, terms = 0, same;
    for (uint32_t i = 0; i < n; i++) {
        least = pairs[i].key < least ? pairs[i].key : least;
        most = pairs[i].key > most ? pairs[i].key : most;
        codes |= pairs[i].value;
        terms += !i || pairs[i].key != pairs[i - 1].key;
    }
    s->terms = (sl_form_term *)malloc(((size_t)terms + 1) * sizeof *s->terms);
    s->codes = (uint32_t *)malloc(((size_t)n + 1) * sizeof *s->codes);
    if (!s->terms || !s->codes)
        return SL_NO_MEMORY;
    if (codes < 64 && n && most - least < n) { /* neighbours, as those of a beginning are */
        uint64_t *masks = (uint64_t *)calloc((size_t)(most - least) + 1, sizeof *masks);
        if (!masks)
            return SL_NO_MEMORY;
        for (uint32_t i = 0; i < n; i++)
            masks[pairs[i].key - least] |= 1ull << pairs[i].value;
        int done = sl_form_set_take_masks(s, f, least, masks, most - least + 1, deadline);
        free(masks);
        return done;
    }
    if (!sl_pairs_sort(pairs, n))
        return SL_NO_MEMORY;
    e.next = NULL;
    for (uint32_t i = 0; i < n; i += same) {
        if (s->count % SL_MATCH_PATIENCE == SL_MATCH_PATIENCE - 1 && sl_deadline_passed(deadline))
            break;
        for (same = 0; i + same < n && pairs[i + same].key == pairs[i].key; same++)
            s->codes[s->used + same] = pairs[i + same].value;
        if (sl_form_set_add(s, f, pairs[i].key, sl_codes_sort(s->codes + s->used, same), &e) != SL_FOUND)
            return SL_DAMAGED;
    }
    return SL_FOUND;
}

/* Looks up what the hits stand for, which are there; some of it, when the deadline passes. sl_form_set_free() in any case. */
SL_FUNCTION int sl_form_set_fill(sl_form_set *s, const sl_forms *f, sl_deadline *deadline)
{
    sl_form_entry e;
    sl_varied varied;
    uint32_t n = 0;
    int done = SL_FOUND;
    sl_pair *pairs = (sl_pair *)malloc(((size_t)s->hits.count + 1) * sizeof *pairs);
    if (!pairs)
        return SL_NO_MEMORY;
    sl_form_begin_keyless(&e, &varied);
    for (uint32_t i = 0; i < s->hits.count; i++) {
        if (i % SL_MATCH_PATIENCE == SL_MATCH_PATIENCE - 1 && sl_deadline_passed(deadline))
            break;
        if (!sl_form_move(f, s->hits.hits[i].key, &e)) {
            done = SL_DAMAGED;
            break;
        }
        pairs[n].key = e.ordinal;
        pairs[n].value = e.code;
        n += e.readings > 0;
    }
    if (done == SL_FOUND && !(deadline && deadline->passed))
        done = sl_form_set_take(s, f, pairs, n, deadline);
    free(pairs);
    return done;
}

/* Reads forms from disk and lists those that fit. Returns 0 when damaged. */
SL_FUNCTION int sl_form_set_read(sl_form_set *s, const sl_form_query *q, const sl_forms *f, uint32_t from, uint32_t to)
{
    sl_form_entry e;
    uint8_t key[SL_MAX_KEY];
    uint32_t errors;
    sl_form_begin(&e);
    for (; from < to; from++) {
        if (!sl_form_move(f, from, &e))
            return 0;
        if (sl_query_fits(q, key, sl_form_key(&e, key), &errors) && !sl_form_hits_add(&s->hits, from, errors))
            return 1;
    }
    return 1;
}

/* Finds the forms that fit; `table` may be NULL. Only the hits' count is of use when it is above their limit, which the caller
 * has set in a set that is empty. When the deadline has passed, some of them or none. sl_form_set_free() in any case. */
SL_FUNCTION int sl_form_set_find(sl_form_set *s, const sl_form_query *q, const sl_forms *f, const sl_forms_table *table,
                                 sl_deadline *deadline)
{
    uint32_t from, to;
    if (q->shortest > q->longest)
        return SL_FOUND;
    if (!sl_query_range(q, f, &from, &to))
        return SL_DAMAGED;
    if (q->beginning_only) {
        sl_form_hits_range(&s->hits, from, to);
    } else if (table) {
        sl_query_look(q, table, from, to, &s->hits, deadline);
    } else if (to - from > SL_READ_FROM_DISK) {
        return SL_TABLE_WANTED;
    } else if (!sl_form_set_read(s, q, f, from, to)) {
        return SL_DAMAGED;
    }
    if (s->hits.memory_failed)
        return SL_NO_MEMORY;
    return s->hits.count > s->hits.limit ? SL_FOUND : sl_form_set_fill(s, f, deadline);
}

#endif
