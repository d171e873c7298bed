/* Which terms do some forms of a segment stand for, and which occurrences of these terms are theirs?
 *
 * A form is an occurrence of its first term, told from the term's other forms by its code (forms.h, postings.h). So a set of
 * forms is a list of terms, each with the codes that count: all that its entry in the dictionary says is kept beside it,
 * because forms are read together with their terms.
 *
 * Invariants: terms ascend by ordinal and each is there once; so are the codes of a term. `once` points into the segment's file.
 */
#ifndef SL_FORM_SET_H
#define SL_FORM_SET_H

#include "forms_match.h"

#define SL_READ_FROM_DISK 4096 /* forms, at most, when there is no table */

enum { SL_DAMAGED = -1, SL_NO_MEMORY, SL_FOUND, SL_TABLE_WANTED }; /* how a search for forms may end */

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
    uint32_t capacity;   /* of both */
} sl_form_set;

SL_FUNCTION void sl_form_set_free(sl_form_set *s)
{
    sl_form_hits_free(&s->hits);
    free(s->terms);
    free(s->codes);
    memset(s, 0, sizeof *s);
}

static int sl_form_term_compare(const void *a, const void *b)
{
    uint32_t x = ((const sl_form_term *)a)->ordinal, y = ((const sl_form_term *)b)->ordinal;
    return (x > y) - (x < y);
}

static int sl_code_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

SL_FUNCTION void sl_codes_sort(uint32_t *codes, uint32_t n)
{
    if (n > 32) {
        qsort(codes, n, sizeof *codes, sl_code_compare);
        return;
    }
    for (uint32_t i = 1; i < n; i++) {
        uint32_t code = codes[i], k = i;
        for (; k > 0 && codes[k - 1] > code; k--)
            codes[k] = codes[k - 1];
        codes[k] = code;
    }
}

/* Brings terms that do not ascend into order, those of one ordinal together. Returns 0 when memory ran out. */
SL_FUNCTION int sl_form_set_sort(sl_form_set *s)
{
    uint32_t *codes = (uint32_t *)malloc(s->hits.count * sizeof *codes), used = 0, kept = 0;
    if (!codes)
        return 0;
    qsort(s->terms, s->count, sizeof *s->terms, sl_form_term_compare);
    for (uint32_t i = 0; i < s->count; i++) {
        sl_form_term *term = &s->terms[i];
        memcpy(codes + used, s->codes + term->first, term->count * sizeof *codes);
        if (kept && s->terms[kept - 1].ordinal == term->ordinal) {
            s->terms[kept - 1].count += term->count;
        } else {
            s->terms[kept] = *term;
            s->terms[kept++].first = used;
        }
        used += term->count;
    }
    free(s->codes);
    s->codes = codes;
    s->count = kept;
    return 1;
}

/* Adds what a form stands for. Returns 0 when memory ran out. */
SL_INLINE int sl_form_set_add(sl_form_set *s, const sl_form_entry *e)
{
    if (!e->readings)
        return 1;
    if (s->used == s->capacity) { /* there are no more terms than codes */
        uint32_t capacity = s->capacity ? s->capacity * 2 : 64;
        sl_form_term *terms = (sl_form_term *)realloc(s->terms, capacity * sizeof *terms);
        s->terms = terms ? terms : s->terms;
        uint32_t *codes = terms ? (uint32_t *)realloc(s->codes, capacity * sizeof *codes) : NULL;
        s->codes = codes ? codes : s->codes;
        if (!codes)
            return 0;
        s->capacity = capacity;
    }
    if (!s->count || s->terms[s->count - 1].ordinal != e->ordinal) {
        const sl_dictionary_entry *t = &e->term;
        sl_form_term term = {t->ordinal,         t->df,        t->varied,           s->used, 0, t->postings,
                             t->postings_length, t->positions, t->positions_length, t->once};
        s->terms[s->count++] = term;
    }
    s->terms[s->count - 1].count++;
    s->codes[s->used++] = e->code;
    return 1;
}

/* Brings terms and codes into order when all forms were added. Returns 0 when memory ran out. */
SL_FUNCTION int sl_form_set_finish(sl_form_set *s)
{
    int ascending = 1;
    for (uint32_t i = 1; i < s->count; i++)
        ascending &= s->terms[i - 1].ordinal < s->terms[i].ordinal;
    if (!ascending && !sl_form_set_sort(s))
        return 0;
    for (uint32_t i = 0; i < s->count; i++) {
        sl_form_term *term = &s->terms[i];
        uint32_t *codes = s->codes + term->first, kept = 0;
        sl_codes_sort(codes, term->count);
        for (uint32_t k = 0; k < term->count; k++)
            if (!kept || codes[k] != codes[kept - 1])
                codes[kept++] = codes[k];
        term->count = kept < term->varied ? kept : 0;
    }
    return 1;
}

/* Looks up what the hits stand for, which are there. sl_form_set_free() in any case. */
SL_FUNCTION int sl_form_set_fill(sl_form_set *s, const sl_forms *f)
{
    sl_form_entry e;
    sl_form_begin(&e);
    for (uint32_t i = 0; i < s->hits.count; i++) {
        if (!sl_form_move(f, s->hits.hits[i].number, &e))
            return SL_DAMAGED;
        if (!sl_form_set_add(s, &e))
            return SL_NO_MEMORY;
    }
    return sl_form_set_finish(s) ? SL_FOUND : SL_NO_MEMORY;
}

/* Reads forms from disk and adds those that fit. */
SL_FUNCTION int sl_form_set_read(sl_form_set *s, const sl_form_query *q, const sl_forms *f, uint32_t from, uint32_t to)
{
    sl_form_entry e;
    uint8_t key[SL_MAX_KEY];
    uint32_t errors = 0;
    sl_form_begin(&e);
    for (; from < to; from++) {
        if (!sl_form_move(f, from, &e))
            return SL_DAMAGED;
        if (!q->beginning_only && !sl_query_fits(q, key, sl_form_key(&e, key), &errors))
            continue;
        if (!sl_form_hits_add(&s->hits, from, errors))
            return s->hits.memory_failed ? SL_NO_MEMORY : SL_FOUND;
        if (!sl_form_set_add(s, &e))
            return SL_NO_MEMORY;
    }
    return sl_form_set_finish(s) ? SL_FOUND : SL_NO_MEMORY;
}

/* Finds the forms that fit; `table` may be NULL. Only the hits' count is of use when it is above their limit, which the caller
 * has set in a set that is empty. sl_form_set_free() in any case. */
SL_FUNCTION int sl_form_set_find(sl_form_set *s, const sl_form_query *q, const sl_forms *f, const sl_forms_table *table)
{
    uint32_t from, to;
    if (!sl_query_range(q, f, &from, &to))
        return SL_DAMAGED;
    if (to - from <= SL_READ_FROM_DISK && (!table || q->beginning_only))
        return sl_form_set_read(s, q, f, from, to);
    if (!table)
        return SL_TABLE_WANTED;
    sl_query_look(q, table, from, to, &s->hits);
    if (s->hits.memory_failed)
        return SL_NO_MEMORY;
    return s->hits.count > s->hits.limit ? SL_FOUND : sl_form_set_fill(s, f);
}

#endif
