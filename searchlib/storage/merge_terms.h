/* How do the lists of several segments become those of one? Term by term: what its lists in all sources hold (merge_lists.h) is
 * encoded at once, as if it had been gathered from texts. Its forms' codes are ranked anew by how often they occur now; a term
 * without a living document is left out.
 */
#ifndef SL_MERGE_TERMS_H
#define SL_MERGE_TERMS_H

#include "merge_lists.h"

#define SL_TAKEN_STEP (1u << 20) /* bytes of lists that are enough for one step to read */

/* Encodes what was gathered of the term at hand. */
SL_FUNCTION int sl_merge_put(sl_merge *m, const sl_source *named)
{
    for (uint32_t i = 0; i < m->silent_count; i++)
        sl_merge_local(m, m->forms[m->silent[i]].source, m->silent[i]);
    if (!sl_merge_grow(m, &m->code_of, &m->code_of_capacity, (uint64_t)m->locals + 1) ||
        !sl_grow(&m->failed, (void **)&m->scratch, &m->scratch_capacity, m->locals + 1, sizeof *m->scratch))
        return 0;
    uint32_t symbols = sl_rank_symbols(m->counts, m->locals, m->scratch, m->code_of);
    if (symbols)
        for (uint32_t i = 0; i < m->occurrences; i++)
            m->codes[i] = m->code_of[m->codes[i]];
    sl_term_lists lists = {named->entry.key, named->entry.key_length, m->df, symbols, m->occurrences, m->docs, {NULL}, m->places,
                           m->codes};
    for (uint32_t f = 0; f < m->fields; f++)
        lists.tfs[f] = m->tfs + (size_t)f * m->stride;
    sl_terms_put(&m->out, &lists);
    for (uint32_t i = 0; i < m->count; i++) { /* the forms learn their codes */
        const sl_source *s = &m->sources[i];
        if (s->at == s->terms->count || s->merged[s->at] != m->term)
            continue;
        for (uint32_t k = s->heads[s->at]; k != SL_NONE; k = s->own[k].next) {
            sl_merged_form *f = &m->forms[s->own[k].merged];
            if (f->local)
                f->code = symbols ? m->code_of[f->local] : SL_NONE;
        }
    }
    m->ordinals[m->term] = m->rank++;
    return 1;
}

/* Does the term at hand stand in the fields that its tfs tell of, when `tokens` says where they end? The last field has no end. */
SL_FUNCTION int sl_merge_in_fields(const sl_merge *m)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < m->df && m->tokens[0]; i++) {
        uint64_t place = 0, start = 0, end = 0;
        uint32_t first = at;
        for (uint32_t f = 0; f < m->fields; f++, start = end) {
            end = f + 1 < m->fields ? start + m->tokens[f][m->docs[i]] : UINT64_MAX;
            for (uint32_t k = 0; k < m->tfs[(size_t)f * m->stride + i]; k++, at++) {
                place += (uint64_t)m->places[at] + (at > first);
                if (place < start || place >= end)
                    return 0;
            }
        }
    }
    return 1;
}

/* Merges the next term. Returns 0 when a source is damaged, memory ran out or a list grew too large. */
SL_FUNCTION int sl_merge_term(sl_merge *m)
{
    const sl_source *named = NULL;
    uint64_t most = 0;
    m->df = m->occurrences = m->locals = m->silent_count = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        const sl_source *s = &m->sources[i];
        if (s->at == s->terms->count || s->merged[s->at] != m->term)
            continue;
        named = named ? named : s;
        if (s->entry.df > s->documents)
            return sl_merge_damaged(m, s, SL_IN_POSTINGS, "a posting list is damaged");
        most += s->entry.df;
    }
    if (!sl_merge_grow(m, &m->docs, &m->doc_capacity, most) ||
        !sl_merge_grow(m, &m->tfs, &m->tf_capacity, most * m->fields) || !sl_merge_grow(m, &m->counts, &m->count_capacity, 1))
        return 0;
    m->stride = (uint32_t)most;
    m->counts[0] = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        sl_source *s = &m->sources[i];
        if (s->at < s->terms->count && s->merged[s->at] == m->term && !sl_merge_lists(m, s))
            return 0;
    }
    if (!sl_merge_in_fields(m))
        return sl_merge_damaged(m, named, SL_IN_POSITIONS, "positions lie in other fields than a posting list says");
    m->ordinals[m->term] = SL_NONE;
    if (m->df && !sl_merge_put(m, named))
        return 0;
    for (uint32_t i = 0; i < m->count; i++) {
        sl_source *s = &m->sources[i];
        if (s->at < s->terms->count && s->merged[s->at] == m->term && ++s->at < s->terms->count &&
            sl_dictionary_move(s->terms, s->at, &s->entry) < 0)
            return sl_merge_damaged(m, s, SL_IN_TERMS, "the dictionary of terms is damaged");
    }
    m->term++;
    return 1;
}

/* Stands at the first term again, to merge the lists. */
SL_FUNCTION int sl_merge_lists_begin(sl_merge *m)
{
    m->ordinals = (uint32_t *)malloc(((size_t)m->term_count + 1) * sizeof *m->ordinals);
    m->failed |= !m->ordinals;
    return m->ordinals && sl_walk_begin(m, 0);
}

/* Merges terms until there is enough to be written, or enough was read of which little lives; sl_merge_written() empties it. More
 * are left while term < term_count. */
SL_FUNCTION int sl_merge_step(sl_merge *m)
{
    m->taken = 0;
    for (uint32_t left = SL_WALK_STEP; left && m->term < m->term_count && m->taken < SL_TAKEN_STEP &&
                                       m->out.postings.length + m->out.positions.length < SL_STEP; left--)
        if (!sl_merge_term(m))
            return 0;
    if (m->term == m->term_count)
        sl_dictionary_finish(&m->out.terms);
    return !(m->failed || m->out.too_large || sl_terms_failed(&m->out));
}

SL_FUNCTION void sl_merge_written(sl_merge *m)
{
    m->out.postings_gone += m->out.postings.length;
    m->out.positions_gone += m->out.positions.length;
    m->out.postings.length = m->out.positions.length = 0;
}

#endif
