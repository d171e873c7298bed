/* What do the lists of one term in one segment add to a merge? They are decoded, dead documents dropped and the others
 * renumbered.
 *
 * Positions are numbers within a document and stay as they are. A code says in which form a term stands somewhere, by a form's rank
 * among those of one segment; so codes are translated into local numbers, which forms get in the order in which they first
 * occur. That is the order in which an inversion meets them, with one exception: a form that has lost all its positions to others
 * (postings.h) is silent. In which documents it stood is not known. It is kept as long as each of its terms lives in its segment.
 *
 * Invariants of what is read: lists and blocks lie one after the other, so that no byte is decoded twice; a posting has an
 * occurrence at least; a position is at most SL_LAST_POSITION; the codes of a term are those of its own forms and at most one
 * other.
 */
#ifndef SL_MERGE_LISTS_H
#define SL_MERGE_LISTS_H

#include "merge.h"

#define SL_LAST_POSITION 0x3FFFFFFFu

/* tf of each posting of a block by field, `out` being rows of SL_BLOCK. Returns 0 when the block is damaged. */
SL_FUNCTION int sl_list_field_tfs(const sl_list *l, uint32_t block, uint32_t *out)
{
    uint32_t n = sl_list_count(l, block), all = 0;
    const uint8_t *at = NULL;
    for (uint32_t f = 0; f < l->fields; f++, out += SL_BLOCK) {
        int found = sl_list_next_tfs(l, block, n, f, &at, out);
        if (found < 0)
            return 0;
        if (!found)
            memset(out, 0, n * sizeof *out);
        for (uint32_t i = 0; i < n; i++)
            all |= out[i];
    }
    return !(all >> 31);
}

/* The bytes of a list in a section, checked; NULL when damaged. */
SL_INLINE const uint8_t *sl_merge_bytes(const sl_source *s, uint64_t section, uint64_t size, uint64_t from, uint64_t n)
{
    if (from > size || n > size - from || !sl_file_check(s->file, section + from, n))
        return NULL;
    return s->file->data + section + from;
}

/* Opens the list of postings of an entry of a source. Returns 0 when it is damaged. */
SL_INLINE int sl_merge_list(const sl_source *s, const sl_dictionary_entry *e, uint32_t fields, sl_list *list)
{
    const uint8_t *p = e->once ? e->once : sl_merge_bytes(s, s->postings, s->postings_length, e->postings, e->postings_length);
    return p && sl_list_open(list, p, e->postings_length, e->df, s->documents, fields);
}

/* Has a living document of a source the term of this ordinal? -1: the source is damaged or memory ran out. */
SL_FUNCTION int sl_merge_lives(sl_merge *m, sl_source *s, uint32_t ordinal)
{
    sl_list list;
    uint32_t docs[SL_BLOCK];
    if (!s->lives && !(s->lives = (uint8_t *)calloc((size_t)s->terms->count + 1, 1))) {
        m->failed = 1;
        return -1;
    }
    if (s->lives[ordinal] != SL_LIFE_UNKNOWN)
        return s->lives[ordinal] == SL_LIVES;
    m->probe.next = NULL;
    int sound = sl_dictionary_move(s->terms, ordinal, &m->probe) > 0, lives = sound && s->whole && m->probe.df;
    if (sound && !m->probe.once) { /* lists that lie beside each other are not longer than their section */
        sound = m->probe.postings_length <= s->postings_length - s->probed;
        s->probed += sound ? m->probe.postings_length : 0;
    }
    if (sound && !s->whole && m->probe.df) {
        sound = sl_merge_list(s, &m->probe, m->fields, &list);
        for (uint32_t block = 0; sound && !lives && block < list.blocks; block++) {
            uint32_t n = sl_list_docs(&list, block, docs);
            sound = n != 0;
            for (uint32_t i = 0; i < n; i++)
                lives |= s->numbers[docs[i]] >= 0;
        }
    }
    if (!sound) {
        sl_merge_damaged(m, s, SL_IN_POSTINGS, "a posting list is damaged");
        return -1;
    }
    s->lives[ordinal] = lives ? SL_LIVES : SL_DEAD;
    return lives;
}

/* The local number of the form that a symbol stands for. */
SL_INLINE uint32_t sl_merge_local(sl_merge *m, uint32_t source, uint32_t form)
{
    if (form == SL_NONE)
        return 0;
    sl_merged_form *f = &m->forms[form];
    if (!f->local) {
        f->local = ++m->locals;
        f->source = source;
        m->counts[f->local] = 0;
    }
    return f->local;
}

/* Which form does each code of the term that a source stands at mean? Returns the number of codes, 0 when they are damaged. */
SL_FUNCTION uint32_t sl_merge_symbols(sl_merge *m, sl_source *s)
{
    uint32_t own = 0, symbols = s->entry.varied ? s->entry.varied : 1;
    for (uint32_t i = s->heads[s->at]; i != SL_NONE; i = s->own[i].next)
        own++;
    if (symbols != own && symbols != (uint64_t)own + 1)
        return sl_merge_damaged(m, s, SL_IN_FORMS, "the forms of a term do not fit its codes");
    if (!sl_merge_grow(m, &m->symbols, &m->symbol_capacity, symbols) || !sl_merge_grow(m, &m->seen, &m->seen_capacity, symbols) ||
        !sl_merge_grow(m, &m->owners, &m->owner_capacity, symbols) ||
        !sl_merge_grow(m, &m->counts, &m->count_capacity, (uint64_t)m->locals + m->silent_count + own + 1))
        return 0;
    for (uint32_t code = 0; code < symbols; code++) {
        m->symbols[code] = SL_NONE;
        m->seen[code] = 0;
    }
    for (uint32_t i = s->heads[s->at]; i != SL_NONE; i = s->own[i].next) {
        uint32_t code = s->own[i].code;
        if (code >= symbols || m->symbols[code] != SL_NONE)
            return sl_merge_damaged(m, s, SL_IN_FORMS, "two forms of a term have one code");
        m->symbols[code] = s->own[i].merged;
        m->owners[code] = i;
    }
    return symbols;
}

/* Adds a term's one occurrence in a source. */
SL_FUNCTION int sl_merge_once(sl_merge *m, sl_source *s)
{
    const uint8_t *end = s->entry.end;
    uint64_t doc, place;
    const uint8_t *p = sl_read_varint(s->entry.once, end, &doc);
    if (!p || !sl_read_varint(p, end, &place) || doc & 1 || doc >> 1 >= s->documents || place > SL_LAST_POSITION)
        return sl_merge_damaged(m, s, SL_IN_TERMS, "the occurrence of a term is damaged");
    int32_t number = s->numbers[doc >> 1];
    if (number < 0)
        return 1;
    uint32_t local = sl_merge_local(m, (uint32_t)(s - m->sources), m->symbols[0]);
    m->counts[local]++;
    for (uint32_t f = 0; f < m->fields; f++)
        m->tfs[(size_t)f * m->stride + m->df] = f + 1 == m->fields;
    m->docs[m->df++] = (uint32_t)number;
    m->places[m->occurrences] = (uint32_t)place;
    m->codes[m->occurrences++] = local;
    return 1;
}

/* Room for another n occurrences. */
SL_INLINE int sl_merge_reserve(sl_merge *m, uint64_t n)
{
    return sl_merge_grow(m, &m->places, &m->occurrence_capacity, m->occurrences + n) &&
           sl_merge_grow(m, &m->codes, &m->code_capacity, m->occurrences + n);
}

/* Decodes the positions and codes of a block of `total` occurrences behind those that are there. Returns the byte after them,
 * NULL when they are damaged or memory ran out. */
SL_FUNCTION const uint8_t *sl_merge_places(sl_merge *m, const sl_source *s, const uint8_t *data, const uint8_t *end,
                                           uint32_t total, const uint32_t *ends, uint32_t n)
{
    sl_rice rice;
    if (total > 8 * (uint64_t)(end - data) || !sl_merge_reserve(m, total))
        return NULL;
    uint32_t *places = m->places + m->occurrences, *codes = m->codes + m->occurrences, from = 0;
    memset(&rice, 0, sizeof rice);
    rice.at = data;
    rice.total = total;
    rice.values = places;
    if (!sl_rice_read(&rice, end, 0, total))
        return NULL;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < total; i++)
        sum += places[i];
    for (uint32_t i = 0; i < n && sum + total > SL_LAST_POSITION; from = ends[i++]) {
        uint64_t last = 0;
        for (uint32_t k = from; k < ends[i]; k++)
            last += (uint64_t)places[k] + (k > from);
        if (last > SL_LAST_POSITION)
            return NULL;
    }
    if (!s->entry.varied) {
        m->seen[0] += total;
        return rice.at;
    }
    rice.next = 0;
    rice.values = codes;
    if (!sl_rice_read(&rice, end, 0, total))
        return NULL;
    for (uint32_t i = 0; i < total; i++) {
        if (codes[i] >= s->entry.varied)
            return NULL;
        m->seen[codes[i]]++;
    }
    return rice.at;
}

/* Keeps of a block's occurrences, which stand behind those that are there, those from..to-1, with codes made local numbers. */
SL_INLINE void sl_merge_keep(sl_merge *m, const sl_source *s, uint32_t base, uint32_t from, uint32_t to)
{
    uint32_t source = (uint32_t)(s - m->sources), *places = m->places, *codes = m->codes, n = m->occurrences;
    if (n != base + from)
        memmove(places + n, places + base + from, (size_t)(to - from) * sizeof *places);
    if (s->entry.varied) {
        for (uint32_t i = from; i < to; i++) {
            uint32_t local = sl_merge_local(m, source, m->symbols[codes[base + i]]);
            m->counts[local]++;
            codes[n + i - from] = local;
        }
    } else {
        uint32_t local = sl_merge_local(m, source, m->symbols[0]);
        m->counts[local] += to - from;
        for (uint32_t i = from; i < to; i++)
            codes[n + i - from] = local;
    }
    m->occurrences += to - from;
}

/* Adds a block of postings of a source, whose positions begin at *at, where those of the block before end. */
SL_FUNCTION int sl_merge_block(sl_merge *m, sl_source *s, const sl_list *list, uint32_t block, const uint8_t *positions,
                               const uint8_t **at, const uint8_t *end)
{
    uint32_t docs[SL_BLOCK], tfs[SL_MAX_FIELDS * SL_BLOCK], ends[SL_BLOCK];
    uint32_t n = sl_list_docs(list, block, docs), base = m->occurrences, from = 0;
    uint64_t total = 0;
    if (!n || !sl_list_field_tfs(list, block, tfs))
        return sl_merge_damaged(m, s, SL_IN_POSTINGS, "a posting list is damaged");
    for (uint32_t i = 0; i < n; i++) {
        uint64_t before = total;
        for (uint32_t f = 0; f < m->fields; f++)
            total += tfs[f * SL_BLOCK + i];
        if (total == before || total > 0x7FFFFFFF)
            return sl_merge_damaged(m, s, SL_IN_POSTINGS, "a posting list is damaged");
        ends[i] = (uint32_t)total;
    }
    uint64_t start = list->places ? sl_load32(list->places + 4ull * block) : 0;
    if (start != (uint64_t)(*at - positions) || !(*at = sl_merge_places(m, s, *at, end, (uint32_t)total, ends, n)))
        return m->failed || m->out.too_large ? 0 : sl_merge_damaged(m, s, SL_IN_POSITIONS, "positions are damaged");
    for (uint32_t i = 0; i < n;) {
        uint32_t first = i, kept = m->df;
        while (i < n && s->numbers[docs[i]] >= 0)
            m->docs[m->df++] = (uint32_t)s->numbers[docs[i++]];
        if (i > first) {
            for (uint32_t f = 0; f < m->fields; f++)
                memcpy(m->tfs + (size_t)f * m->stride + kept, tfs + f * SL_BLOCK + first, (i - first) * sizeof *tfs);
            sl_merge_keep(m, s, base, from, ends[i - 1]);
        } else {
            i++; /* a dead one */
        }
        from = ends[i - 1];
    }
    return 1;
}

/* Adds the forms of the term at hand that never occur in a source, and may yet be written there. */
SL_FUNCTION int sl_merge_silent(sl_merge *m, sl_source *s, uint32_t symbols)
{
    for (uint32_t code = 0; code < symbols; code++) {
        if (m->symbols[code] == SL_NONE || m->seen[code])
            continue;
        uint32_t form = m->symbols[code];
        sl_form_begin(&s->form);
        if (!sl_form_move(s->forms, m->owners[code], &s->form))
            return sl_merge_damaged(m, s, SL_IN_FORMS, "the dictionary of forms is damaged");
        int lives = 1;
        for (uint32_t k = 1; lives == 1 && k < s->form.readings; k++)
            lives = sl_merge_lives(m, s, s->form.terms[k]);
        if (lives < 0 || !sl_merge_grow(m, &m->silent, &m->silent_capacity, (uint64_t)m->silent_count + 1))
            return 0;
        if (lives && !m->forms[form].local) {
            m->silent[m->silent_count++] = form;
            m->forms[form].source = (uint32_t)(s - m->sources);
        }
    }
    return 1;
}

/* Adds the lists of the term that a source stands at. */
SL_FUNCTION int sl_merge_lists(sl_merge *m, sl_source *s)
{
    const sl_dictionary_entry *e = &s->entry;
    uint32_t before = m->df, symbols = sl_merge_symbols(m, s);
    if (!symbols)
        return 0;
    if (e->postings != s->postings_at || e->positions != s->positions_at)
        return sl_merge_damaged(m, s, SL_IN_TERMS, "lists do not lie one after the other");
    if (!e->once) { /* none leads back to where lists have been, not even one without a document */
        if (e->postings_length > s->postings_length - s->postings_at || e->positions_length > s->positions_length - s->positions_at)
            return sl_merge_damaged(m, s, SL_IN_TERMS, "a list lies outside its section");
        s->postings_at += e->postings_length;
        s->positions_at += e->positions_length;
        m->taken += e->postings_length + e->positions_length;
    }
    if (!e->df)
        return 1; /* a document was refused after its words had been analysed */
    if (!sl_merge_reserve(m, 1))
        return 0;
    if (e->once)
        return sl_merge_once(m, s);
    sl_list list;
    const uint8_t *positions = sl_merge_bytes(s, s->positions, s->positions_length, e->positions, e->positions_length);
    if (!positions)
        return sl_merge_damaged(m, s, SL_IN_POSITIONS, "positions are damaged");
    if (!sl_merge_list(s, e, m->fields, &list))
        return sl_merge_damaged(m, s, SL_IN_POSTINGS, "a posting list is damaged");
    const uint8_t *at = positions;
    for (uint32_t block = 0; block < list.blocks; block++)
        if (!sl_merge_block(m, s, &list, block, positions, &at, positions + e->positions_length))
            return 0;
    return m->df == before || symbols == 1 || sl_merge_silent(m, s, symbols);
}

#endif
