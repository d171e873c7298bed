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
    uint32_t count;      /* of terms */
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

/* Looks up what the hits stand for, which are there. 1: done; 0: memory ran out; -1: damaged. sl_form_set_free() in any case. */
SL_FUNCTION int sl_form_set_fill(sl_form_set *s, const sl_forms *f)
{
    uint32_t used = 0, ascending = 1, n = s->hits.count;
    sl_form_entry e;
    s->terms = (sl_form_term *)malloc(((size_t)n + 1) * sizeof *s->terms);
    s->codes = (uint32_t *)malloc(((size_t)n + 1) * sizeof *s->codes);
    if (!s->terms || !s->codes)
        return 0;
    sl_form_begin(&e);
    for (uint32_t i = 0; i < n; i++) {
        if (!sl_form_move(f, s->hits.hits[i].number, &e))
            return -1;
        if (!e.readings)
            continue;
        if (!s->count || s->terms[s->count - 1].ordinal != e.ordinal) {
            const sl_dictionary_entry *t = &e.term;
            sl_form_term term = {t->ordinal,         t->df,        t->varied,           used,   0, t->postings,
                                 t->postings_length, t->positions, t->positions_length, t->once};
            ascending &= !s->count || s->terms[s->count - 1].ordinal < term.ordinal;
            s->terms[s->count++] = term;
        }
        s->terms[s->count - 1].count++;
        s->codes[used++] = e.code;
    }
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

#endif
