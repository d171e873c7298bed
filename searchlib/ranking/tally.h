/* In which documents of a segment does any of a set of forms occur, and how often?
 *
 * A pattern stands for thousands of terms of which a document has a few; most are in one document. So lists are taken one after
 * the other, and how often a document has any of them is added up in an array by document, beside a set of bits that says which
 * of its numbers were written: the array is not cleared, and what no list touches costs nothing.
 *
 * A term all of whose occurrences count needs its postings alone. Of one that counts in some of its forms the codes of a block
 * are decoded and its positions passed over: occurrences are in the order of fields, so that the tfs say which code is in which field.
 *
 * An occurrence is one of a term: a hyphenated whole and its first part are two, though they stand at one position.
 */
#ifndef SL_TALLY_H
#define SL_TALLY_H

#include "../storage/form_set.h"
#include "../storage/places.h"
#include "deadline.h"

#define SL_TALLY_TERMS 64 /* between two looks at the clock */
#define SL_TALLY_BLOCKS 16
#define SL_TALLY_STEP 4   /* documents that are listed without asking for each whether there is one more */
#define SL_LOW_CODES 256  /* are looked up in a table */

typedef struct {
    sl_file *file;
    const sl_form_set *set;
    uint64_t postings, postings_length, positions, positions_length; /* the sections in the file */
    uint32_t documents, fields;
    double weights[SL_MAX_FIELDS]; /* by field; 0 when it does not count */
    sl_deadline *deadline;         /* NULL: none */
    double *sums;                  /* by document; something only where its bit is set */
    uint64_t *bits;
    uint32_t *found;               /* the answer: documents, ascending, and how often, weighted */
    double *tfs;
    uint32_t used;
    int memory_failed;
} sl_tally;

/* Adds n postings of one list, whose documents are all different; without branches that depend on them. */
SL_INLINE void sl_tally_add(sl_tally *t, const uint32_t *docs, const double *tfs, uint32_t n)
{
    double *sums = t->sums;
    uint64_t *bits = t->bits;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t doc = docs[i];
        uint64_t kept = sl_load64((const uint8_t *)(sums + doc)) & (0 - (bits[doc >> 6] >> (doc & 63) & 1));
        double before; /* 0 when nothing was written there */
        memcpy(&before, &kept, sizeof before);
        sums[doc] = before + tfs[i];
    }
    for (uint32_t i = 0; i < n; i++)
        bits[docs[i] >> 6] |= (uint64_t)(tfs[i] > 0) << (docs[i] & 63);
}

/* The posting of a term that occurs once. Returns 0 when it is damaged. */
SL_INLINE int sl_tally_once(sl_tally *t, const sl_form_term *term)
{
    uint64_t gap;
    double tf = t->weights[t->fields - 1];
    uint32_t doc;
    if (!sl_read_varint(term->once, term->once + term->postings_length, &gap) || (gap & 1) || gap >> 1 >= t->documents)
        return 0;
    doc = (uint32_t)(gap >> 1);
    sl_tally_add(t, &doc, &tf, 1);
    return 1;
}

/* A list whose every occurrence counts. Returns 0 when it is damaged. */
SL_FUNCTION int sl_tally_whole(sl_tally *t, const sl_list *l)
{
    uint32_t docs[SL_BLOCK];
    double tfs[SL_BLOCK];
    for (uint32_t block = 0; block < l->blocks; block++) {
        if (block % SL_TALLY_BLOCKS == SL_TALLY_BLOCKS - 1 && sl_deadline_passed(t->deadline))
            return 1;
        uint32_t n = sl_list_docs(l, block, docs);
        if (!n || !sl_list_exact_tfs(l, block, t->weights, tfs))
            return 0;
        if (n == SL_BLOCK) /* a length that the compiler knows */
            sl_tally_add(t, docs, tfs, SL_BLOCK);
        else
            sl_tally_add(t, docs, tfs, n);
    }
    return 1;
}

/* Replaces n codes by how many of them, up to each, are among the `wanted`, which ascend. */
SL_FUNCTION void sl_tally_ranks(uint32_t *codes, uint32_t n, const uint32_t *wanted, uint32_t wanted_count)
{
    uint32_t found = 0, first = wanted[0], high = 0;
    uint8_t table[SL_LOW_CODES] = {0};
    if (wanted_count == 1) {
        for (uint32_t i = 0; i < n; i++)
            codes[i] = found += codes[i] == first;
        return;
    }
    for (; high < wanted_count && wanted[high] < SL_LOW_CODES; high++)
        table[wanted[high]] = 1;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = codes[i];
        if (SL_LIKELY(code < SL_LOW_CODES)) {
            found += table[code];
        } else if (high < wanted_count) {
            uint32_t at = sl_first_not_below(wanted, high, wanted_count, code);
            found += at < wanted_count && wanted[at] == code;
        }
        codes[i] = found;
    }
}

/* A list of which the occurrences with these codes count. Returns 0 when it is damaged or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_tally_part(sl_tally *t, const sl_list *l, sl_places *places, const uint32_t *wanted, uint32_t wanted_count)
{
    uint32_t docs[SL_BLOCK], starts[SL_BLOCK], *codes;
    double tfs[SL_BLOCK], counts[SL_BLOCK], one[SL_MAX_FIELDS];
    for (uint32_t block = 0; block < l->blocks; block++) {
        if (block % SL_TALLY_BLOCKS == SL_TALLY_BLOCKS - 1 && sl_deadline_passed(t->deadline))
            return 1;
        uint32_t n = sl_list_docs(l, block, docs);
        if (!n || !sl_places_load(places, block) || !(codes = sl_places_all_codes(places)))
            return 0;
        sl_tally_ranks(codes, places->codes.total, wanted, wanted_count);
        memset(tfs, 0, n * sizeof *tfs);
        for (uint32_t i = 0; i < n; i++)
            starts[i] = i ? places->ends[i - 1] : 0;
        for (uint32_t f = 0; f < t->fields; f++) {
            int last = f + 1 == t->fields;
            memset(one, 0, sizeof one);
            one[f] = 1;
            if (!last && !sl_list_exact_tfs(l, block, one, counts))
                return 0;
            for (uint32_t i = 0; i < n; i++) { /* tfs of the fields add up to no more than those that `ends` come from */
                uint32_t from = starts[i], to = last ? places->ends[i] : from + (uint32_t)counts[i];
                uint32_t found = (to ? codes[to - 1] : 0) - (from ? codes[from - 1] : 0);
                tfs[i] += t->weights[f] * found;
                starts[i] = to;
            }
        }
        sl_tally_add(t, docs, tfs, n);
    }
    return 1;
}

/* Adds one term. Returns 0 when its lists are damaged or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_tally_term(sl_tally *t, const sl_form_term *term)
{
    sl_list l;
    sl_places places;
    uint64_t at = t->postings + term->postings;
    if (!term->df)
        return 1;
    if (term->once)
        return sl_tally_once(t, term);
    if (term->postings > t->postings_length || term->postings_length > t->postings_length - term->postings ||
        !sl_file_check(t->file, at, term->postings_length) ||
        !sl_list_open(&l, t->file->data + at, term->postings_length, term->df, t->documents, t->fields))
        return 0;
    if (!term->count)
        return sl_tally_whole(t, &l);
    at = t->positions + term->positions;
    if (term->positions > t->positions_length || term->positions_length > t->positions_length - term->positions ||
        !sl_file_check(t->file, at, term->positions_length))
        return 0;
    sl_places_open(&places, &l, t->file->data + at, term->positions_length, 1);
    int ok = sl_tally_part(t, &l, &places, t->set->codes + term->first, term->count);
    t->memory_failed |= places.memory_failed;
    sl_places_free(&places);
    return ok;
}

/* Lists what was found. Returns 0 when memory ran out. */
SL_FUNCTION int sl_tally_list(sl_tally *t)
{
    uint32_t words = (t->documents + 63) / 64, count = 0, used = 0;
    for (uint32_t w = 0; w < words; w++)
        count += SL_POPCOUNT(t->bits[w]);
    t->found = (uint32_t *)malloc(((size_t)count + SL_TALLY_STEP) * sizeof *t->found);
    t->tfs = (double *)malloc(((size_t)count + 1) * sizeof *t->tfs);
    if (!t->found || !t->tfs)
        return 0;
    for (uint32_t w = 0; w < words; w++) {
        uint64_t word = t->bits[w];
        uint32_t *out = t->found + used;
        used += SL_POPCOUNT(word);
        for (; word; out += SL_TALLY_STEP) /* what is written behind the last one is written over */
            for (uint32_t i = 0; i < SL_TALLY_STEP; i++, word &= word - 1)
                out[i] = w * 64 + SL_LOWEST_BIT(word | 1ull << 63);
    }
    for (uint32_t i = 0; i < used; i++)
        t->tfs[i] = t->sums[t->found[i]];
    t->used = used;
    return 1;
}

/* Finds the documents; what was found until the deadline, when that passes. The caller has set the file, the set, sections,
 * counts, weights and the deadline, zeroed the rest, and frees `found` and `tfs` in any case. Returns 0 when a list is damaged
 * or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_tally_run(sl_tally *t)
{
    int ok = 1;
    t->sums = (double *)malloc((size_t)t->documents * sizeof *t->sums);
    t->bits = (uint64_t *)calloc(((size_t)t->documents + 63) / 64, sizeof *t->bits);
    t->memory_failed = !t->sums || !t->bits;
    for (uint32_t i = 0; i < t->set->count && ok && !t->memory_failed; i++) {
        if (i % SL_TALLY_TERMS == 0 && sl_deadline_passed(t->deadline))
            break;
        ok = sl_tally_term(t, &t->set->terms[i]);
    }
    if (ok && !t->memory_failed)
        t->memory_failed = !sl_tally_list(t);
    free(t->sums);
    free(t->bits);
    return ok && !t->memory_failed;
}

#endif
