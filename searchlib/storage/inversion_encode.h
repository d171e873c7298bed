/* How do the lists in memory become the sections of a segment?
 *
 * Terms are sorted by bytes, which gives them their ordinals; each one's string of occurrences is read once, its places split
 * back into fields, and written as postings.h and dictionary.h specify. Forms are sorted and written after them.
 */
#ifndef SL_INVERSION_ENCODE_H
#define SL_INVERSION_ENCODE_H

#include "inversion.h"
#include "postings_encode.h"

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
    sl_buffer postings, positions, terms, forms;
    double total_length; /* of all documents, by the fields' weights */
} sl_encoded;

SL_FUNCTION void sl_encoded_free(sl_encoded *e)
{
    sl_buffer_free(&e->postings);
    sl_buffer_free(&e->positions);
    sl_buffer_free(&e->terms);
    sl_buffer_free(&e->forms);
}

/* Encodes everything. Returns 0 when memory ran out. documents > 0. */
SL_FUNCTION int sl_inversion_encode(sl_inversion *v, const double *weights, double k1, double b, sl_encoded *out)
{
    int ok = 0;
    uint32_t fields = v->fields, most = 0, most_occurrences = 0;
    for (uint32_t i = 0; i < v->term_count; i++) {
        most = v->terms[i].df > most ? v->terms[i].df : most;
        most_occurrences = v->terms[i].occurrences > most_occurrences ? v->terms[i].occurrences : most_occurrences;
    }
    uint32_t sortable = v->term_count > v->form_count ? v->term_count : v->form_count;
    sl_dictionary_writer *terms = (sl_dictionary_writer *)calloc(1, sizeof *terms);
    sl_dictionary_writer *forms = (sl_dictionary_writer *)calloc(1, sizeof *forms);
    sl_sort_item *order = (sl_sort_item *)malloc((sortable + 1) * sizeof *order);
    uint32_t *docs = (uint32_t *)malloc((most + 1) * sizeof *docs);
    uint32_t *tfs = (uint32_t *)malloc((size_t)(most + 1) * fields * sizeof *tfs);
    uint32_t *places = (uint32_t *)malloc((most_occurrences + 1) * sizeof *places);
    float *impacts = (float *)malloc((most + 1) * sizeof *impacts);
    double *norms = (double *)malloc((v->documents + 1) * sizeof *norms);
    memset(out, 0, sizeof *out);
    if (!terms || !forms || !order || !docs || !tfs || !places || !impacts || !norms)
        goto done;
    forms->kind = SL_FORMS;
    for (uint32_t doc = 0; doc < v->documents; doc++) {
        norms[doc] = 0;
        for (uint32_t f = 0; f < fields; f++)
            norms[doc] += weights[f] * v->lengths[f][doc];
        out->total_length += norms[doc];
    }
    double average = out->total_length > 0 ? out->total_length / v->documents : 1;
    for (uint32_t doc = 0; doc < v->documents; doc++)
        norms[doc] = k1 * (1 - b + b * norms[doc] / average);

    for (uint32_t i = 0; i < v->term_count; i++)
        sl_sort_key(&order[i], v->terms[i].key, v->terms[i].length, i);
    qsort(order, v->term_count, sizeof *order, sl_sort_compare);
    for (uint32_t rank = 0; rank < v->term_count; rank++) {
        sl_term *t = &v->terms[order[rank].index];
        t->ordinal = rank;
        size_t postings_at = out->postings.length, positions_at = out->positions.length;
        sl_dictionary_add(terms, t->key, t->length, postings_at, positions_at);
        if (t->df) {
            sl_term_reader r = {t->head, t->head + SL_FIRST_CHUNK - sizeof(uint8_t *), SL_FIRST_CHUNK};
            uint32_t n = 0, doc = 0, place = 0, field = 0, boundary = 0;
            memset(tfs, 0, (size_t)t->df * fields * sizeof *tfs);
            for (uint32_t i = 0; i < t->occurrences; i++) {
                uint32_t code = sl_term_read(&r);
                if (code & 1) {
                    place = code >> 1;
                    doc += sl_term_read(&r);
                    docs[n++] = doc;
                    places[i] = place;
                    field = 0;
                    boundary = v->tokens[0][doc];
                } else {
                    place += code >> 1;
                    places[i] = (code >> 1) - 1;
                }
                while (field + 1 < fields && place >= boundary)
                    boundary += v->tokens[++field][doc];
                tfs[(size_t)field * t->df + n - 1]++;
            }
            const uint32_t *by_field[SL_MAX_FIELDS];
            for (uint32_t f = 0; f < fields; f++)
                by_field[f] = tfs + (size_t)f * t->df;
            for (uint32_t i = 0; i < n; i++) {
                double tf = 0;
                for (uint32_t f = 0; f < fields; f++)
                    tf += weights[f] * by_field[f][i];
                impacts[i] = (float)(tf / (tf + norms[docs[i]]));
            }
            sl_list_source source = {t->df, v->documents, fields, docs, by_field, impacts, places};
            sl_put_list(&out->postings, &out->positions, &source);
        }
        sl_put_varint(&terms->out, t->df);
        sl_put_varint(&terms->out, out->postings.length - postings_at);
        sl_put_varint(&terms->out, out->positions.length - positions_at);
    }
    for (uint32_t i = 0; i < v->form_count; i++)
        sl_sort_key(&order[i], v->forms[i].key, v->forms[i].length, i);
    qsort(order, v->form_count, sizeof *order, sl_sort_compare);
    for (uint32_t rank = 0; rank < v->form_count; rank++) {
        const sl_form *f = &v->forms[order[rank].index];
        const uint32_t *ids = sl_form_terms(v, f);
        sl_dictionary_add(forms, f->key, f->length, 0, 0);
        sl_put_varint(&forms->out, f->readings << 1 | f->stop);
        for (uint32_t k = 0; k < f->readings; k++)
            sl_put_varint(&forms->out, v->terms[ids[k]].ordinal);
    }
    sl_dictionary_finish(terms);
    sl_dictionary_finish(forms);
    out->terms = terms->out;
    out->forms = forms->out;
    memset(&terms->out, 0, sizeof terms->out);
    memset(&forms->out, 0, sizeof forms->out);
    ok = !(out->postings.failed || out->positions.failed || out->terms.failed || out->forms.failed);
done:
    if (terms)
        sl_buffer_free(&terms->out), sl_buffer_free(&terms->starts);
    if (forms)
        sl_buffer_free(&forms->out), sl_buffer_free(&forms->starts);
    free(terms);
    free(forms);
    free(order);
    free(docs);
    free(tfs);
    free(places);
    free(impacts);
    free(norms);
    return ok;
}

#endif
