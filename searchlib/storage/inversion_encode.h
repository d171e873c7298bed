/* How do the lists in memory become the sections terms, postings and positions of a segment?
 *
 * Terms are sorted by their keys, which gives them their ordinals; each one's string of occurrences is read once, its places
 * split back into fields, and written as postings.h and dictionary.h specify. It goes in steps, so that postings can leave
 * memory while others are made: begin, then step until it says that nothing is left, then end. Forms come afterwards
 * (forms_encode.h): they need the ordinals.
 */
#ifndef SL_INVERSION_ENCODE_H
#define SL_INVERSION_ENCODE_H

#include "inversion.h"
#include "term_encode.h"

typedef struct {
    uint64_t prefix;
    const uint8_t *key;
    uint32_t length, index;
} sl_sort_item;

static int sl_sort_compare(const void *a, const void *b)
{
    const sl_sort_item *x = (const sl_sort_item *)a, *y = (const sl_sort_item *)b;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    return sl_key_compare(x->key, x->length, y->key, y->length);
}

SL_INLINE void sl_sort_key(sl_sort_item *item, const uint8_t *key, uint32_t length, uint32_t index)
{
    uint64_t prefix = 0;
    for (uint32_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < length ? key[i] : 0);
    item->prefix = prefix;
    item->key = key;
    item->length = length;
    item->index = index;
}

/* Reads a term's string of occurrences. */
typedef struct {
    const uint8_t *at, *limit;
    uint32_t chunk;
} sl_term_reader;

SL_INLINE uint32_t sl_term_read(sl_term_reader *r)
{
    uint32_t value = 0, shift = 0;
    for (;;) {
        if (r->at == r->limit) {
            const uint8_t *next;
            memcpy(&next, r->limit, sizeof next);
            r->chunk = r->chunk < SL_LAST_CHUNK ? r->chunk * 2 : SL_LAST_CHUNK;
            r->at = next;
            r->limit = next + r->chunk - sizeof next;
        }
        uint8_t byte = *r->at++;
        value |= (uint32_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
        shift += 7;
    }
}

typedef struct {
    sl_inversion *v;
    sl_terms_writer out;
    sl_sort_item *order;
    uint32_t rank;                 /* terms that are done */
    uint32_t *docs, *tfs, *places; /* of the term at hand */
    uint32_t *codes;               /* by occurrence: the local number of its form, then that one's code */
    uint32_t *counts;              /* by local number */
    uint64_t *symbols;             /* the same to be sorted */
} sl_encoding;

SL_FUNCTION void sl_encoding_end(sl_encoding *e)
{
    sl_terms_end(&e->out);
    free(e->order);
    free(e->docs);
    free(e->tfs);
    free(e->places);
    free(e->codes);
    free(e->counts);
    free(e->symbols);
    memset(e, 0, sizeof *e);
}

/* Returns 0 when memory ran out; `weights` stays in use, and end() follows in any case. documents > 0. */
SL_FUNCTION int sl_encoding_begin(sl_encoding *e, sl_inversion *v, const double *weights, double k1, double b)
{
    uint32_t most = 0, most_occurrences = 0, most_forms = 0;
    memset(e, 0, sizeof *e);
    e->v = v;
    v->encoded = 1;
    v->code_count = 0;
    for (uint32_t i = 0; i < v->term_count; i++) {
        most = v->terms[i].df > most ? v->terms[i].df : most;
        most_occurrences = v->terms[i].occurrences > most_occurrences ? v->terms[i].occurrences : most_occurrences;
        most_forms = v->terms[i].forms > most_forms ? v->terms[i].forms : most_forms;
    }
    e->order = (sl_sort_item *)malloc((v->term_count + 1) * sizeof *e->order);
    e->docs = (uint32_t *)malloc((most + 1) * sizeof *e->docs);
    e->tfs = (uint32_t *)malloc((size_t)(most + 1) * v->fields * sizeof *e->tfs);
    e->places = (uint32_t *)malloc((most_occurrences + 1) * sizeof *e->places);
    e->codes = (uint32_t *)malloc((most_occurrences + 1) * sizeof *e->codes);
    e->counts = (uint32_t *)malloc(((size_t)most_forms + 1) * sizeof *e->counts);
    e->symbols = (uint64_t *)malloc(((size_t)most_forms + 1) * sizeof *e->symbols);
    if (!e->order || !e->docs || !e->tfs || !e->places || !e->codes || !e->counts || !e->symbols ||
        !sl_terms_begin(&e->out, v->fields, v->documents, v->lengths, weights, k1, b))
        return 0;
    for (uint32_t i = 0; i < v->term_count; i++)
        sl_sort_key(&e->order[i], v->terms[i].key, v->terms[i].length, i);
    qsort(e->order, v->term_count, sizeof *e->order, sl_sort_compare);
    return 1;
}

/* Reads the occurrences of a term into docs, tfs (fields x df), places, codes (local numbers) and counts. */
SL_FUNCTION void sl_encoding_read(sl_encoding *e, const sl_term *t)
{
    const sl_inversion *v = e->v;
    sl_term_reader r = {t->head, t->head + SL_FIRST_CHUNK - sizeof(uint8_t *), SL_FIRST_CHUNK};
    uint32_t n = 0, doc = 0, place = 0, field = 0, boundary = 0, local = 1;
    memset(e->counts, 0, ((size_t)t->forms + 1) * sizeof *e->counts);
    memset(e->tfs, 0, (size_t)t->df * v->fields * sizeof *e->tfs);
    for (uint32_t i = 0; i < t->occurrences; i++) {
        uint32_t code = sl_term_read(&r);
        if (code & 1) {
            place = code >> 2;
            doc += sl_term_read(&r);
            e->docs[n++] = doc;
            e->places[i] = place;
            field = 0;
            boundary = v->tokens[0][doc];
        } else {
            place += code >> 2;
            e->places[i] = (code >> 2) - 1;
        }
        if (code & 2)
            local = sl_term_read(&r);
        e->codes[i] = local;
        e->counts[local]++;
        while (field + 1 < v->fields && place >= boundary)
            boundary += v->tokens[++field][doc];
        e->tfs[(size_t)field * t->df + n - 1]++;
    }
}

/* Turns the local numbers in codes into codes and remembers which code a form has. Returns the number of symbols when there
 * are several, else 0. */
SL_FUNCTION uint32_t sl_encoding_codes(sl_encoding *e, sl_term *t)
{
    sl_inversion *v = e->v;
    t->form.codes = SL_NONE;
    if (!sl_inversion_grow(v, (void **)&v->codes, &v->code_capacity, v->code_count + t->forms + 1, sizeof *v->codes))
        return 0;
    uint32_t *codes = v->codes + v->code_count;
    uint32_t symbols = sl_rank_symbols(e->counts, t->forms, e->symbols, codes);
    if (!symbols)
        return 0;
    t->form.codes = v->code_count;
    v->code_count += t->forms + 1;
    for (uint32_t i = 0; i < t->occurrences; i++)
        e->codes[i] = codes[e->codes[i]];
    return symbols;
}

/* Encodes the next term. */
SL_FUNCTION void sl_encoding_term(sl_encoding *e, sl_term *t)
{
    const sl_inversion *v = e->v;
    t->ordinal = e->rank;
    if (t->df)
        sl_encoding_read(e, t);
    else
        memset(e->counts, 0, ((size_t)t->forms + 1) * sizeof *e->counts);
    sl_term_lists lists = {t->key, t->length, t->df, sl_encoding_codes(e, t), t->occurrences, e->docs, {NULL}, e->places, e->codes};
    for (uint32_t f = 0; f < v->fields; f++)
        lists.tfs[f] = e->tfs + (size_t)f * t->df;
    sl_terms_put(&e->out, &lists);
}

/* Encodes terms until `postings` holds enough to be written; sl_encoding_written() empties it. 1: done, or more is left while
 * rank < term_count; 0: memory ran out. */
SL_FUNCTION int sl_encoding_step(sl_encoding *e)
{
    for (; e->rank < e->v->term_count && e->out.postings.length < SL_STEP; e->rank++)
        sl_encoding_term(e, &e->v->terms[e->order[e->rank].index]);
    if (e->rank == e->v->term_count)
        sl_dictionary_finish(&e->out.terms);
    return !(e->v->failed || sl_terms_failed(&e->out));
}

SL_FUNCTION void sl_encoding_written(sl_encoding *e)
{
    e->out.postings_gone += e->out.postings.length;
    e->out.postings.length = 0;
}

#endif
