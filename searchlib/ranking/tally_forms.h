/* In which documents of a segment does any of a set of forms occur, and how often?
 *
 * A pattern stands for thousands of terms of which a document has a few; most are in one document. So lists are taken one after
 * the other, and what a document has of them is added up (tally.h).
 *
 * A term all of whose occurrences count needs its postings alone. Of one that counts in some of its forms the codes of a block
 * are decoded and its positions passed over: occurrences are in the order of fields, so that the tfs say which code is in which field.
 *
 * An occurrence is one of a term: a hyphenated whole and its first part are two, though they stand at one position.
 */
#ifndef SL_TALLY_FORMS_H
#define SL_TALLY_FORMS_H

#include "../storage/form_set.h"
#include "../storage/places.h"
#include "tally.h"

#define SL_TALLY_TERMS 64 /* between two looks at the clock */
#define SL_TALLY_BLOCKS 16
#define SL_LOW_CODES 256  /* are looked up in a table */

typedef struct {
    sl_tally *tally;
    sl_file *file;
    uint64_t postings, postings_length, positions, positions_length; /* the sections in the file */
    const sl_form_set *set;
    sl_deadline *deadline; /* NULL: none */
    int memory_failed;     /* or the tally's did */
} sl_tally_forms;

/* The posting of a term that occurs once. Returns 0 when it is damaged or memory ran out. */
SL_INLINE int sl_tally_once(sl_tally *t, const sl_form_term *term)
{
    uint64_t gap;
    uint32_t doc, last = t->fields - 1;
    if (!sl_read_varint(term->once, term->once + term->postings_length, &gap) || (gap & 1) || gap >> 1 >= t->documents)
        return 0;
    doc = (uint32_t)(gap >> 1);
    return !t->times[last] || sl_tally_add(t, t->array[last], &doc, &t->times[last], 1);
}

/* Adds what is counted of n postings to `counts`, `first`: instead of what is there. */
SL_INLINE void sl_tally_take(uint32_t *counts, const uint32_t *tfs, uint32_t n, uint32_t times, int first)
{
    if (first)
        for (uint32_t i = 0; i < n; i++)
            counts[i] = tfs[i] * times;
    else
        for (uint32_t i = 0; i < n; i++)
            counts[i] += tfs[i] * times;
}

/* A list whose every occurrence counts. Returns 0 when it is damaged or memory ran out. */
SL_FUNCTION int sl_tally_whole(sl_tally_forms *s, const sl_list *l)
{
    sl_tally *t = s->tally;
    uint32_t docs[SL_BLOCK], tfs[SL_BLOCK], counts[SL_BLOCK];
    for (uint32_t block = 0; block < l->blocks; block++) {
        const uint8_t *at = NULL;
        int some = 0;
        if (block % SL_TALLY_BLOCKS == SL_TALLY_BLOCKS - 1 && sl_deadline_passed(s->deadline))
            return 1;
        uint32_t n = sl_list_docs(l, block, docs);
        if (!n)
            return 0;
        for (uint32_t f = 0; f < t->fields; f++) {
            int found = sl_list_next_tfs(l, block, n, f, &at, t->times[f] ? tfs : NULL);
            if (found < 0)
                return 0;
            if (found && t->times[f]) {
                if (n == SL_BLOCK) /* a length that the compiler knows */
                    sl_tally_take(counts, tfs, SL_BLOCK, t->times[f], !some);
                else
                    sl_tally_take(counts, tfs, n, t->times[f], !some);
                some = 1;
            }
            if (some && (t->arrays > 1 || f + 1 == t->fields)) {
                if (!sl_tally_add(t, t->array[f], docs, counts, n))
                    return 0;
                some = 0;
            }
        }
    }
    return 1;
}

/* Replaces n codes by how many of those before each are among the `wanted`, which ascend; there is room for one more, which gets
 * how many of all are. Returns that number; when it is 0 the codes may be as they were. */
SL_FUNCTION uint32_t sl_tally_ranks(uint32_t *codes, uint32_t n, const uint32_t *wanted, uint32_t wanted_count)
{
    uint32_t found = 0, first = wanted[0], high = 0;
    uint8_t table[SL_LOW_CODES] = {0};
    if (wanted_count == 1) {
        for (uint32_t i = 0; i < n; i++) /* many at once; most forms are in few blocks */
            found |= codes[i] == first;
        if (!found)
            return 0;
        found = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t is = codes[i] == first;
            codes[i] = found;
            found += is;
        }
        return codes[n] = found;
    }
    for (; high < wanted_count && wanted[high] < SL_LOW_CODES; high++)
        table[wanted[high]] = 1;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = codes[i];
        codes[i] = found;
        if (SL_LIKELY(code < SL_LOW_CODES)) {
            found += table[code];
        } else if (high < wanted_count) {
            uint32_t at = sl_first_not_below(wanted, high, wanted_count, code);
            found += at < wanted_count && wanted[at] == code;
        }
    }
    return codes[n] = found;
}

/* Lists the postings of a block with an occurrence that counts: their places in the block, and where their codes begin. `ends` says
 * where each one's end. */
SL_INLINE uint32_t sl_tally_hits(const uint32_t *ranks, const uint32_t *ends, uint32_t n, uint32_t *hits, uint32_t *starts)
{
    uint32_t count = 0, from = 0, before = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t found = ranks[ends[i]];
        hits[count] = i;
        starts[count] = from;
        count += found != before;
        before = found;
        from = ends[i];
    }
    return count;
}

/* A list of which the occurrences with these codes count. Returns 0 when it is damaged or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_tally_part(sl_tally_forms *s, const sl_list *l, sl_places *places, const uint32_t *wanted,
                              uint32_t wanted_count)
{
    sl_tally *t = s->tally;
    uint32_t docs[SL_BLOCK], hits[SL_BLOCK], starts[SL_BLOCK], tfs[SL_BLOCK], counts[SL_BLOCK], *ranks;
    for (uint32_t block = 0; block < l->blocks; block++) {
        const uint8_t *at = NULL;
        if (block % SL_TALLY_BLOCKS == SL_TALLY_BLOCKS - 1 && sl_deadline_passed(s->deadline))
            return 1;
        if (!sl_places_load(places, block) || !(ranks = sl_places_all_codes(places)))
            return 0;
        if (!sl_tally_ranks(ranks, places->codes.total, wanted, wanted_count))
            continue;
        uint32_t n = sl_list_count(l, block), count = sl_tally_hits(ranks, places->ends, n, hits, starts);
        if (!sl_list_docs(l, block, docs))
            return 0;
        for (uint32_t k = 0; k < count; k++)
            docs[k] = docs[hits[k]];
        memset(counts, 0, count * sizeof *counts);
        for (uint32_t f = 0; f < t->fields; f++) { /* tfs of the fields add up to those that `ends` come from */
            int last = f + 1 == t->fields, found = last ? SL_SOME : sl_list_next_tfs(l, block, n, f, &at, tfs);
            if (found < 0)
                return 0;
            for (uint32_t k = 0; k < count && found; k++) {
                uint32_t to = last ? places->ends[hits[k]] : starts[k] + tfs[hits[k]];
                counts[k] += (ranks[to] - ranks[starts[k]]) * t->times[f];
                starts[k] = to;
            }
            if (found && t->times[f] && t->arrays > 1) {
                if (!sl_tally_add(t, t->array[f], docs, counts, count))
                    return 0;
                memset(counts, 0, count * sizeof *counts);
            }
        }
        if (t->arrays == 1 && !sl_tally_add(t, 0, docs, counts, count))
            return 0;
    }
    return 1;
}

/* Adds one term. Returns 0 when its lists are damaged or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_tally_term(sl_tally_forms *s, const sl_form_term *term)
{
    sl_list l;
    sl_places places;
    uint64_t at = s->postings + term->postings;
    if (!term->df)
        return 1;
    if (term->once)
        return sl_tally_once(s->tally, term);
    if (term->postings > s->postings_length || term->postings_length > s->postings_length - term->postings ||
        !sl_file_check(s->file, at, term->postings_length) ||
        !sl_list_open(&l, s->file->data + at, term->postings_length, term->df, s->tally->documents, s->tally->fields))
        return 0;
    if (!term->count)
        return sl_tally_whole(s, &l);
    at = s->positions + term->positions;
    if (term->positions > s->positions_length || term->positions_length > s->positions_length - term->positions ||
        !sl_file_check(s->file, at, term->positions_length))
        return 0;
    sl_places_open(&places, &l, s->file->data + at, term->positions_length, 1);
    int ok = sl_tally_part(s, &l, &places, s->set->codes + term->first, term->count);
    s->memory_failed |= places.memory_failed;
    sl_places_free(&places);
    return ok;
}

/* Counts all forms of a set; some, when the deadline passes. The caller has set everything, and has put idle arrays into the tally, which
 * it has zeroed and ends in any case. weights: by field; 0 when it does not count. Returns 0 when a list is damaged
 * or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_tally_forms_run(sl_tally_forms *s, uint32_t documents, uint32_t fields, const double *weights)
{
    uint64_t postings = 0;
    int ok;
    for (uint32_t i = 0; i < s->set->count; i++)
        postings += s->set->terms[i].df;
    ok = sl_tally_begin(s->tally, documents, fields, weights, postings);
    for (uint32_t i = 0; i < s->set->count && ok && s->tally->arrays; i++) {
        if (i % SL_TALLY_TERMS == 0 && sl_deadline_passed(s->deadline))
            break;
        ok = sl_tally_term(s, &s->set->terms[i]);
    }
    s->memory_failed |= s->tally->memory_failed;
    return ok && !s->memory_failed;
}

#endif
