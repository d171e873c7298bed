/* How is one term written, with its postings and positions? Term after term, in the order of their keys, become the sections
 * terms, postings and positions of a segment, as dictionary.h and postings.h specify, its orders of names (name_order.h), and what forms need
 * to know of their frequency (frequency.h). Whoever has the terms, an inversion
 * (inversion_encode.h) or a merge (merge_terms.h), gives each with all its occurrences at once; lists may leave memory between
 * two terms.
 */
#ifndef SL_TERM_ENCODE_H
#define SL_TERM_ENCODE_H

#include "dictionary.h"
#include "frequency.h"
#include "name_order.h"
#include "postings_encode.h"
#include "table.h"

#define SL_STEP (1u << 16) /* bytes of lists that are enough for one step: a page of the file */

typedef struct {
    uint32_t fields, documents;
    const double *weights;
    double total_length; /* of all documents, by the fields' weights */
    double *norms;       /* by document */
    sl_dictionary_writer terms;
    sl_buffer postings, positions;
    sl_name_list names[2]; /* of Latin letters, of Cyrillic ones (name_order.h) */
    float *shares;         /* by ordinal (frequency.h): forms are written when all terms are */
    uint32_t share_capacity;
    uint64_t postings_gone, positions_gone; /* bytes that were there before what the buffers hold */
    float *impacts;                         /* of the term at hand */
    uint32_t impact_capacity;
    int failed, too_large; /* too large: a list of 4 GiB */
} sl_terms_writer;

typedef struct {
    const uint8_t *key;
    uint32_t length, df, symbols; /* symbols of its form codes: 0 when it is not varied */
    uint64_t occurrences;
    const uint32_t *docs, *tfs[SL_MAX_FIELDS]; /* df; fields x df */
    const uint32_t *places, *codes;            /* by occurrence */
} sl_term_lists;

/* A writer of zeros is readied for documents of these lengths, fields x documents. `weights` stays in use. Returns 0 when memory
 * ran out; end() follows in any case. documents > 0. */
SL_FUNCTION int sl_terms_begin(sl_terms_writer *w, uint32_t fields, uint32_t documents, uint32_t *const *lengths,
                               const double *weights, double k1, double b)
{
    w->fields = fields;
    w->documents = documents;
    w->weights = weights;
    w->norms = (double *)malloc(((size_t)documents + 1) * sizeof *w->norms);
    if (!w->norms)
        return 0;
    for (uint32_t doc = 0; doc < documents; doc++) {
        w->norms[doc] = 0;
        for (uint32_t f = 0; f < fields; f++)
            w->norms[doc] += weights[f] * lengths[f][doc];
        w->total_length += w->norms[doc];
    }
    double average = w->total_length > 0 ? w->total_length / documents : 1;
    for (uint32_t doc = 0; doc < documents; doc++)
        w->norms[doc] = k1 * (1 - b + b * w->norms[doc] / average);
    return 1;
}

SL_FUNCTION void sl_terms_end(sl_terms_writer *w)
{
    sl_buffer_free(&w->terms.out);
    sl_buffer_free(&w->terms.starts);
    sl_buffer_free(&w->postings);
    sl_buffer_free(&w->positions);
    sl_name_list_free(&w->names[0]);
    sl_name_list_free(&w->names[1]);
    free(w->shares);
    free(w->norms);
    free(w->impacts);
    memset(w, 0, sizeof *w);
}

SL_INLINE int sl_terms_failed(const sl_terms_writer *w)
{
    return w->failed || w->postings.failed || w->positions.failed || w->terms.out.failed || w->terms.starts.failed;
}

static int sl_symbol_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Which code has each symbol of a term? Its rank by `counts`: of each form, 1 to `forms`, whose first term it is, and of all others
 * as 0. Returns the number of symbols when there are several, else 0: a term of one symbol has no codes. `scratch` and `codes` have
 * room for forms + 1. A form may never occur: where another one has its place. It is a symbol, so that it cannot be taken for
 * the other. */
SL_FUNCTION uint32_t sl_rank_symbols(const uint32_t *counts, uint32_t forms, uint64_t *scratch, uint32_t *codes)
{
    uint32_t symbols = 0;
    if (forms + (counts[0] != 0) < 2)
        return 0;
    for (uint32_t local = counts[0] ? 0 : 1; local <= forms; local++)
        scratch[symbols++] = (uint64_t)(UINT32_MAX - counts[local]) << 32 | local;
    qsort(scratch, symbols, sizeof *scratch, sl_symbol_compare);
    for (uint32_t i = 0; i < symbols; i++)
        codes[(uint32_t)scratch[i]] = i;
    return symbols;
}

/* Writes the next term. */
SL_FUNCTION void sl_terms_put(sl_terms_writer *w, const sl_term_lists *t)
{
    sl_buffer *out = &w->terms.out;
    size_t postings_before = w->postings.length, positions_before = w->positions.length;
    uint64_t postings = w->postings_gone + postings_before, positions = w->positions_gone + positions_before;
    sl_name_list_add(w->names, &w->failed, t->key, t->length, w->terms.count);
    if (!sl_grow(&w->failed, (void **)&w->shares, &w->share_capacity, w->terms.count + 1, sizeof *w->shares))
        return;
    w->shares[w->terms.count] = sl_term_share(t->df, t->symbols);
    if (t->occurrences == 1 && !t->symbols && t->tfs[w->fields - 1][0] == 1) {
        sl_dictionary_add(&w->terms, t->key, t->length, SL_ONCE, postings, positions);
        sl_put_varint(out, (uint64_t)t->docs[0] << 1);
        sl_put_varint(out, t->places[0]);
        return;
    }
    sl_dictionary_add(&w->terms, t->key, t->length, 0, postings, positions);
    if (t->df) {
        if (!sl_grow(&w->failed, (void **)&w->impacts, &w->impact_capacity, t->df, sizeof *w->impacts))
            return;
        for (uint32_t i = 0; i < t->df; i++) {
            double tf = 0;
            for (uint32_t f = 0; f < w->fields; f++)
                tf += w->weights[f] * t->tfs[f][i];
            w->impacts[i] = (float)(tf / (tf + w->norms[t->docs[i]]));
        }
        sl_list_source source = {t->df, w->documents, w->fields, t->docs, t->tfs, w->impacts, t->places,
                                 t->symbols ? t->codes : NULL};
        sl_put_list(&w->postings, &w->positions, &source);
    }
    size_t postings_length = w->postings.length - postings_before, positions_length = w->positions.length - positions_before;
    w->too_large |= postings_length > UINT32_MAX || positions_length > UINT32_MAX;
    sl_put_varint(out, (uint64_t)t->df << 1 | (t->symbols != 0));
    if (t->symbols)
        sl_put_varint(out, t->symbols - 2);
    sl_put_varint(out, postings_length);
    sl_put_varint(out, positions_length);
}

#endif
