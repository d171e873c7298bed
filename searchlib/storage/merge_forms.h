/* Which forms has a merged segment, and how are they written? Before its lists the forms of all sources are brought together;
 * after them, when it is known which of them live and which codes they have, those are written as forms.h and peaks.h specify.
 *
 * Invariant: what a form stands for is the same in all sources: they were analysed by one version. If not, one is damaged.
 *
 * A form without a reading has no occurrences, so that nothing says which documents have it: it is kept.
 */
#ifndef SL_MERGE_FORMS_H
#define SL_MERGE_FORMS_H

#include "forms_encode.h"
#include "merge.h"

/* The terms of a form, by their numbers among all. */
SL_INLINE const uint32_t *sl_merged_terms(const sl_merge *m, const sl_merged_form *f)
{
    return f->readings == 1 ? &f->first : m->readings + f->first;
}

/* Adds the form that a source stands at. */
SL_FUNCTION int sl_merge_form_add(sl_merge *m, const sl_source *s)
{
    const sl_form_entry *e = &s->form;
    if (!sl_grow(&m->failed, (void **)&m->forms, &m->form_capacity, m->form_count + 1, sizeof *m->forms) ||
        !sl_merge_grow(m, &m->readings, &m->reading_capacity, (uint64_t)m->reading_count + e->readings))
        return 0;
    sl_merged_form *f = &m->forms[m->form_count++];
    memset(f, 0, sizeof *f);
    f->key = m->keys.length;
    f->length = (uint16_t)s->key_length;
    f->kept = (uint16_t)e->kept;
    f->cut = (uint16_t)(e->readings ? e->term.key_length - e->kept : 0);
    f->readings = (uint8_t)e->readings;
    f->stop = (uint8_t)e->stop;
    f->source = (uint32_t)(s - m->sources);
    sl_put_bytes(&m->keys, s->key, s->key_length);
    if (e->readings == 1) {
        f->first = s->merged[e->terms[0]];
    } else {
        f->first = m->reading_count;
        f->local = !e->readings;
        for (uint32_t k = 0; k < e->readings; k++)
            m->readings[m->reading_count++] = s->merged[e->terms[k]];
    }
    m->failed |= m->keys.failed;
    return !m->failed;
}

/* Takes in the forms of a step. More are left while m->heaped. Returns 0 when a source is damaged or, with `failed`, memory ran
 * out. */
SL_FUNCTION int sl_merge_forms_walk(sl_merge *m)
{
    for (uint32_t left = SL_WALK_STEP; m->heaped && left; left--) {
        sl_source *s = &m->sources[m->heap[0]];
        const sl_form_entry *e = &s->form;
        if (m->fresh) {
            if (!sl_merge_form_add(m, s))
                return 0;
        } else {
            const sl_merged_form *f = &m->forms[m->form_count - 1];
            const uint32_t *terms = sl_merged_terms(m, f);
            uint32_t other = f->readings != e->readings || f->stop != e->stop;
            for (uint32_t k = 0; !other && k < e->readings; k++)
                other = terms[k] != s->merged[e->terms[k]];
            if (other) {
                sl_merge_damaged(m, s, SL_IN_FORMS, "a form stands for other terms");
                m->against = f->source;
                return 0;
            }
        }
        sl_source_form own = {e->readings ? s->heads[e->terms[0]] : SL_NONE, e->code, m->form_count - 1};
        s->own[s->at] = own;
        if (e->readings)
            s->heads[e->terms[0]] = s->at;
        if (!sl_walk_on(m))
            return 0;
    }
    return 1;
}

/* Puts the endings of the forms that live into the table of endings. Returns 0 when memory ran out. */
SL_FUNCTION int sl_merge_endings(const sl_merge *m, sl_forms_encoding *e)
{
    e->ending_of = (uint32_t *)malloc(((size_t)m->form_count + 1) * sizeof *e->ending_of);
    if (!e->ending_of)
        return 0;
    for (uint32_t i = 0; i < m->form_count; i++) {
        const sl_merged_form *f = &m->forms[i];
        e->ending_of[i] = SL_NONE;
        if (!f->local || (!f->cut && f->kept == f->length))
            continue;
        e->ending_of[i] = sl_forms_ending_of(e, m->keys.data + f->key, f->length, f->kept, f->cut);
        if (e->ending_of[i] == SL_NONE)
            return 0;
    }
    return sl_forms_number(e);
}

/* Encodes the forms that live into `forms`, `endings` and `peaks`; e->written is their number. Returns 0 when a source is damaged or
 * memory ran out; sl_forms_end() follows in any case. */
SL_FUNCTION int sl_merge_forms_encode(sl_merge *m, sl_forms_encoding *e)
{
    memset(e, 0, sizeof *e);
    e->shares = m->out.shares;
    if (!sl_merge_endings(m, e)) {
        m->failed = 1;
        return 0;
    }
    for (uint32_t i = 0; i < m->form_count; i++) {
        const sl_merged_form *f = &m->forms[i];
        if (!f->local)
            continue;
        const uint32_t *terms = sl_merged_terms(m, f);
        sl_form_row row = {m->keys.data + f->key, f->length, e->ending_of[i], f->stop, f->code != SL_NONE, f->code, f->readings, {0}};
        for (uint32_t k = 0; k < row.readings; k++) {
            row.terms[k] = m->ordinals[terms[k]];
            if (row.terms[k] == SL_NONE)
                return sl_merge_damaged(m, &m->sources[f->source], SL_IN_FORMS, "a form occurs, and not all of its terms do");
        }
        if (!row.varied || !row.readings)
            row.varied = row.code = 0;
        sl_forms_put(e, &row);
    }
    m->failed |= !sl_forms_finish(e);
    return !m->failed;
}

#endif
