/* How does a document join the lists in memory? Its words have been seen and looked up (inversion.h); here each is written to the
 * string of every term that it stands for. */
#ifndef SL_INVERSION_APPEND_H
#define SL_INVERSION_APPEND_H

#include "inversion.h"

SL_INLINE int sl_term_byte(sl_inversion *v, sl_term *t, uint8_t byte)
{
    if (SL_UNLIKELY(t->at == t->limit)) {
        uint8_t *chunk = sl_inversion_allocate(v, t->chunk);
        if (!chunk)
            return 0;
        if (t->head)
            memcpy(t->limit, &chunk, sizeof chunk);
        else
            t->head = chunk;
        /* the link to the next chunk stands at the end, where writing stops */
        t->at = chunk;
        t->limit = chunk + t->chunk - sizeof chunk;
        t->chunk = (uint16_t)(t->chunk < SL_LAST_CHUNK ? t->chunk * 2 : SL_LAST_CHUNK);
    }
    *t->at++ = byte;
    return 1;
}

SL_INLINE int sl_term_varint(sl_inversion *v, sl_term *t, uint32_t n)
{
    while (n >= 0x80) {
        if (!sl_term_byte(v, t, (uint8_t)(n | 0x80)))
            return 0;
        n >>= 7;
    }
    return sl_term_byte(v, t, (uint8_t)n);
}

/* Has a hyphenated whole a term in common with its first part, the next word? The part then stands for both, so that the part, by
 * which such words are asked for, is found there in its own form. */
SL_INLINE int sl_inversion_in_part(const sl_inversion *v, uint32_t i, uint32_t term)
{
    if (!v->seen[i].whole || i + 1 == v->seen_count || v->seen[i + 1].place != v->seen[i].place)
        return 0;
    const sl_form *part = &v->forms[v->seen[i + 1].form];
    const uint32_t *terms = sl_form_terms(v, part);
    for (uint32_t k = 0; k < part->readings; k++)
        if (terms[k] == term)
            return 1;
    return 0;
}

/* What the words that were seen say of the document as a whole. */
SL_INLINE void sl_inversion_sign(const sl_inversion *v, uint8_t *signature)
{
    sl_signing signing;
    sl_signing_begin(&signing);
    for (uint32_t i = 0; i < v->seen_count; i++) {
        if (i && v->seen[i].field != v->seen[i - 1].field)
            sl_signing_field(&signing);
        if (!v->seen[i].whole)
            sl_signing_word(&signing, v->seen[i].hash);
    }
    sl_signing_end(&signing, signature);
}

/* Appends the words that were seen and looked up as the next document; tokens: of each field. Returns 0 when memory ran out. */
SL_FUNCTION int sl_inversion_append(sl_inversion *v, const uint32_t *tokens)
{
    uint32_t lengths[SL_MAX_FIELDS] = {0};
    uint32_t doc = v->documents;
    if (doc + 1 > v->capacity) {
        uint32_t capacity = v->capacity, signed_for = capacity;
        if (!sl_inversion_grow(v, (void **)&v->signatures, &signed_for, doc + 1, SL_SIGNATURE))
            return 0;
        for (uint32_t f = 0; f < v->fields; f++) {
            uint32_t same = capacity, other = capacity;
            if (!sl_inversion_grow(v, (void **)&v->tokens[f], &same, doc + 1, sizeof(uint32_t)) ||
                !sl_inversion_grow(v, (void **)&v->lengths[f], &other, doc + 1, sizeof(uint32_t)))
                return 0;
            v->capacity = same;
        }
    }
    for (uint32_t i = 0; i < v->seen_count; i++) {
        uint32_t place = v->seen[i].place;
        const sl_form *form = &v->forms[v->seen[i].form];
        if (i + 8 < v->seen_count && v->forms[v->seen[i + 8].form].readings == 1)
            SL_PREFETCH(v->terms[v->forms[v->seen[i + 8].form].first].at);
        lengths[v->seen[i].field] += !(v->seen[i].whole || form->stop);
        const uint32_t *terms = sl_form_terms(v, form);
        for (uint32_t k = 0; k < form->readings; k++) {
            sl_term *t = &v->terms[terms[k]];
            if (SL_UNLIKELY(v->seen[i].whole) && sl_inversion_in_part(v, i, terms[k]))
                continue;
            uint32_t local = k ? 0 : form->local, other = (local != t->form.last) << 1;
            if (t->df && t->last_doc == doc) {
                if (t->last_place == place)
                    continue; /* two readings of one form met in one term */
                if (place - t->last_place > SL_LAST_PLACE || !sl_term_varint(v, t, (place - t->last_place) << 2 | other))
                    goto broken;
            } else {
                if (place > SL_LAST_PLACE || !sl_term_varint(v, t, place << 2 | other | 1) ||
                    !sl_term_varint(v, t, doc - t->last_doc))
                    goto broken;
                t->df++;
                t->last_doc = doc;
            }
            if (other) {
                if (!sl_term_varint(v, t, local))
                    goto broken;
                t->form.last = local;
            }
            t->occurrences++;
            v->occurred++;
            t->last_place = place;
        }
    }
    for (uint32_t f = 0; f < v->fields; f++) {
        v->tokens[f][doc] = tokens[f];
        v->lengths[f][doc] = lengths[f];
    }
    sl_inversion_sign(v, v->signatures + SL_SIGNATURE * (size_t)doc);
    v->documents++;
    return 1;
broken:
    v->failed = 1;
    return 0;
}

#endif
