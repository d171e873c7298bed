/* How do forms become the sections forms, endings and peaks of a segment? Written as forms.h and peaks.h specify.
 *
 * The forms in memory are sorted by their keys; each one's ending is found by comparing it with its first term and counted, then
 * the endings are numbered by how frequent they are and the forms written. The terms have their ordinals by then. A merge
 * (merge_forms.h) has sorted forms with their endings and does the rest alike.
 */
#ifndef SL_FORMS_ENCODE_H
#define SL_FORMS_ENCODE_H

#include "inversion_encode.h"
#include "peaks.h"

#define SL_MOST_PROBES 2048u /* far above what chance needs, even among millions */

typedef struct {
    uint32_t at, length;    /* of its bytes in `text` */
    uint32_t count, number; /* uses; its number when endings are sorted by them */
} sl_ending;

typedef struct {
    sl_buffer forms, endings, peaks; /* the three sections */
    const float *shares; /* by ordinal of a term (term_encode.h) */
    sl_buffer starts, text, keys;
    sl_sort_item *order;
    uint32_t *ending_of; /* by rank of a form: an index into `found`, or SL_NONE */
    sl_ending *found;
    uint32_t count, capacity;
    sl_hash_table table;
    uint32_t written, previous; /* forms; the ordinal of the last one's first term */
    int failed;
} sl_forms_encoding;

/* A form as it is written. */
typedef struct {
    const uint8_t *key;
    uint32_t length;
    uint32_t ending; /* an index into `found`, or SL_NONE */
    uint32_t stop, varied, code, readings;
    uint32_t terms[SL_MAX_READINGS]; /* ordinals */
} sl_form_row;

SL_FUNCTION void sl_forms_end(sl_forms_encoding *e)
{
    sl_buffer_free(&e->forms);
    sl_buffer_free(&e->endings);
    sl_buffer_free(&e->peaks);
    sl_buffer_free(&e->starts);
    sl_buffer_free(&e->text);
    sl_buffer_free(&e->keys);
    free(e->order);
    free(e->ending_of);
    free(e->found);
    free(e->table.slots);
    memset(e, 0, sizeof *e);
}

/* Sorts the forms by their keys. Returns 0 when memory ran out. */
SL_FUNCTION int sl_forms_sort(sl_forms_encoding *e, const sl_inversion *v)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < v->form_count; i++)
        bytes += v->forms[i].length;
    e->order = (sl_sort_item *)malloc((v->form_count + 1) * sizeof *e->order);
    e->ending_of = (uint32_t *)malloc((v->form_count + 1) * sizeof *e->ending_of);
    if (!e->order || !e->ending_of || !sl_buffer_reserve(&e->keys, bytes))
        return 0;
    for (uint32_t i = 0; i < v->form_count; i++) {
        uint8_t *key = e->keys.data + e->keys.length;
        uint32_t length = sl_key_pack(v->forms[i].key, v->forms[i].length, key);
        e->keys.length += length;
        sl_sort_key(&e->order[i], key, length, i);
    }
    qsort(e->order, v->form_count, sizeof *e->order, sl_sort_compare);
    return 1;
}

/* The index of an ending, counted once more; SL_NONE when memory ran out. `bytes` are those of the section. Endings that were made
 * to have one hash may be there twice. */
SL_FUNCTION uint32_t sl_forms_ending(sl_forms_encoding *e, const uint8_t *bytes, uint32_t n)
{
    uint32_t hash = sl_key_hash(bytes, n), probes = 0;
    if (!sl_table_fit(&e->failed, &e->table))
        return SL_NONE;
    for (uint32_t slot = hash & e->table.mask; probes < SL_MOST_PROBES && e->table.slots[slot].item != SL_NONE;
         slot = (slot + 1) & e->table.mask, probes++) {
        sl_ending *one = &e->found[e->table.slots[slot].item];
        if (one->length == n && memcmp(e->text.data + one->at, bytes, n) == 0) {
            one->count++;
            return e->table.slots[slot].item;
        }
    }
    if (!sl_grow(&e->failed, (void **)&e->found, &e->capacity, e->count + 1, sizeof *e->found))
        return SL_NONE;
    sl_ending one = {(uint32_t)e->text.length, n, 1, 0};
    e->found[e->count] = one;
    sl_put_bytes(&e->text, bytes, n);
    if (probes < SL_MOST_PROBES)
        sl_table_put(&e->table, hash, e->count);
    return e->text.failed ? SL_NONE : e->count++;
}

/* The same of a form: `cut` bytes are taken from its first term, and its key agrees with that in its first `shared` ones. */
SL_FUNCTION uint32_t sl_forms_ending_of(sl_forms_encoding *e, const uint8_t *key, uint32_t length, uint32_t shared, uint32_t cut)
{
    uint8_t bytes[2 + SL_MAX_KEY];
    uint32_t n = 0;
    if (cut >= 0x80)
        bytes[n++] = (uint8_t)(cut | 0x80);
    bytes[n++] = (uint8_t)(cut >= 0x80 ? cut >> 7 : cut);
    memcpy(bytes + n, key + shared, length - shared);
    return sl_forms_ending(e, bytes, n + length - shared);
}

/* Finds the ending of every form. Returns 0 when memory ran out. */
SL_FUNCTION int sl_forms_compare(sl_forms_encoding *e, const sl_inversion *v)
{
    for (uint32_t rank = 0; rank < v->form_count; rank++) {
        const sl_sort_item *item = &e->order[rank];
        const sl_form *form = &v->forms[item->index];
        const sl_term *term = form->readings ? &v->terms[*sl_form_terms(v, form)] : NULL;
        uint32_t length = term ? term->length : 0, shared = 0;
        while (shared < length && shared < item->length && item->key[shared] == term->key[shared])
            shared++;
        e->ending_of[rank] = SL_NONE;
        if (shared == length && shared == item->length)
            continue;
        e->ending_of[rank] = sl_forms_ending_of(e, item->key, item->length, shared, length - shared);
        if (e->ending_of[rank] == SL_NONE)
            return 0;
    }
    return 1;
}

/* Numbers the endings, the frequent ones first, and writes them. Returns 0 when memory ran out. */
SL_FUNCTION int sl_forms_number(sl_forms_encoding *e)
{
    sl_sort_item *order = (sl_sort_item *)malloc((e->count + 1) * sizeof *order);
    if (!order)
        return 0;
    for (uint32_t i = 0; i < e->count; i++) {
        order[i].prefix = UINT32_MAX - e->found[i].count;
        order[i].key = e->text.data + e->found[i].at;
        order[i].length = e->found[i].length;
        order[i].index = i;
    }
    qsort(order, e->count, sizeof *order, sl_sort_compare);
    size_t at = 4 * ((size_t)e->count + 1);
    for (uint32_t i = 0; i < e->count; i++) {
        e->found[order[i].index].number = i;
        sl_put32(&e->endings, (uint32_t)at);
        at += order[i].length;
    }
    sl_put32(&e->endings, (uint32_t)at);
    for (uint32_t i = 0; i < e->count; i++)
        sl_put_bytes(&e->endings, order[i].key, order[i].length);
    free(order);
    return at <= 0xFFFFFFFFu && !e->endings.failed;
}

SL_INLINE uint64_t sl_forms_step_to(uint32_t from, uint32_t to)
{
    return to >= from ? (uint64_t)(to - from) << 1 : ((uint64_t)(from - to) << 1) - 1;
}

/* Writes the next form. */
SL_FUNCTION void sl_forms_put(sl_forms_encoding *e, const sl_form_row *row)
{
    uint32_t other = row->readings != 1 || row->stop, first = row->readings ? row->terms[0] : e->previous;
    sl_peaks_add(&e->peaks, e->written, row->stop || !row->readings ? 0 : sl_coded_frequency(e->shares[first], row->code));
    if (e->written++ % SL_DICTIONARY_BLOCK == 0) {
        if (e->forms.length > 0xFFFFFFFFu)
            e->failed = 1;
        sl_put32(&e->starts, (uint32_t)e->forms.length);
        sl_put_varint(&e->forms, row->length);
        sl_put_bytes(&e->forms, row->key, row->length);
        sl_put_varint(&e->forms, first);
        e->previous = first;
    }
    int same = first == e->previous;
    sl_put_varint(&e->forms, (same ? (uint64_t)row->code << 3 | SL_SAME : sl_forms_step_to(e->previous, first) << 3) |
                                 (other ? SL_OTHER : 0) | (row->ending != SL_NONE ? SL_INFLECTED : 0));
    if (row->ending != SL_NONE)
        sl_put_varint(&e->forms, e->found[row->ending].number);
    if (other)
        sl_put_varint(&e->forms, row->readings << 1 | row->stop);
    for (uint32_t k = 1; k < row->readings; k++)
        sl_put_varint(&e->forms, sl_forms_step_to(row->terms[k - 1], row->terms[k]));
    if (row->varied && !same)
        sl_put_varint(&e->forms, row->code);
    e->previous = first;
}

/* After the last form. Returns 0 when memory ran out. */
SL_FUNCTION int sl_forms_finish(sl_forms_encoding *e)
{
    sl_put_bytes(&e->forms, e->starts.data, e->starts.length);
    return !(e->failed || e->forms.failed || e->starts.failed || e->peaks.failed);
}

/* Encodes all forms into `forms`, `endings` and `peaks`. shares: of the terms that were written. Returns 0 when memory ran out; end()
 * follows in any case. */
SL_FUNCTION int sl_forms_encode(sl_forms_encoding *e, const sl_inversion *v, const float *shares)
{
    memset(e, 0, sizeof *e);
    e->shares = shares;
    if (!sl_forms_sort(e, v) || !sl_forms_compare(e, v) || !sl_forms_number(e))
        return 0;
    for (uint32_t rank = 0; rank < v->form_count; rank++) {
        const sl_form *form = &v->forms[e->order[rank].index];
        const uint32_t *terms = sl_form_terms(v, form);
        sl_form_row row = {e->order[rank].key, e->order[rank].length, e->ending_of[rank], form->stop, 0, 0, form->readings, {0}};
        for (uint32_t k = 0; k < row.readings; k++)
            row.terms[k] = v->terms[terms[k]].ordinal;
        if (row.readings && v->terms[terms[0]].form.codes != SL_NONE) {
            row.varied = 1;
            row.code = v->codes[v->terms[terms[0]].form.codes + form->local];
        }
        sl_forms_put(e, &row);
    }
    return sl_forms_finish(e);
}

#endif
