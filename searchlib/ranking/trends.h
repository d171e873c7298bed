/* Which terms are in more of the documents of one set than those of another let expect? The terms of all segments are gone through
 * together, in the order of their keys, and the documents of each that are in either set are counted.
 *
 * A term rises when it is in a larger share of the first set than of the second. How surely it does is the log-likelihood ratio
 * G2 of the 2 x 2 table of documents with and without the term in either set: Dunning 1993, Accurate methods for the statistics of
 * surprise and coincidence, section 5; used to compare two corpora: Rayson and Garside 2000, Comparing corpora using frequency
 * profiling. Chance gives one term in 100 of equal shares more than 6.63, one in 1,000 more than 10.83 (chi-square, one degree of
 * freedom).
 *
 * Invariants: sl_trends_next() gives each term once, ascending; each source's entry is the first that was not given yet. Lists and
 * dictionaries are read as everywhere, each length and page checked. A set has a bit for each document and none behind the last.
 */
#ifndef SL_TRENDS_H
#define SL_TRENDS_H

#include <math.h>

#include "../storage/forms_table.h"
#include "../storage/places.h"

enum { SL_TRENDS_DAMAGED = -1, SL_TRENDS_END, SL_TRENDS_TERM };

typedef struct {
    sl_file *file;
    const sl_dictionary *terms;
    uint64_t postings, postings_length; /* the section of posting lists */
    uint32_t documents, fields;
    const uint64_t *first, *second; /* its part of the two sets */
    uint32_t at;                    /* of its term at hand; terms->count: there are no more */
    sl_dictionary_entry entry;
} sl_trend_source;

typedef struct {
    sl_trend_source *sources;
    uint32_t count;
    double first, second;     /* documents of the sets */
    uint32_t least;           /* documents of the first that a term is to have */
    double surely;            /* G2 that it is to have */
    uint32_t damaged;         /* number of the source at fault */
    uint8_t key[SL_MAX_KEY];  /* what was found: the term, */
    uint32_t key_length;
    uint64_t in_first, in_second; /* its documents in both sets */
    double score;                 /* and G2 */
} sl_trends;

/* One cell of the table: how many were seen, how many expected. */
SL_INLINE double sl_surprise(double seen, double expected)
{
    return seen > 0 ? seen * log(seen / expected) : 0;
}

/* G2 of a term in `a` of `first` and `b` of `second` documents, a <= first, b <= second; 0 when it does not rise. */
SL_FUNCTION double sl_rising(double a, double first, double b, double second)
{
    double all = first + second, with = a + b, without = all - with;
    if (!(a * second > b * first))
        return 0;
    double sum = sl_surprise(a, with * first / all) + sl_surprise(b, with * second / all) +
                 sl_surprise(first - a, without * first / all) + sl_surprise(second - b, without * second / all);
    return sum > 0 ? 2 * sum : 0;
}

/* Adds how many documents of a list are in each of two sets. Returns 0 when the list is damaged. */
SL_FUNCTION int sl_count_both(const sl_list *l, const uint64_t *first, const uint64_t *second, uint64_t *a, uint64_t *b)
{
    uint32_t docs[SL_BLOCK];
    uint64_t x = 0, y = 0;
    if (l->bitmap) {
        uint32_t words = (l->documents + 63) / 64;
        for (uint32_t w = 0; w < words; w++) {
            uint64_t bits = sl_load64(l->bits + 8ull * w);
            x += SL_POPCOUNT(bits & first[w]);
            y += SL_POPCOUNT(bits & second[w]);
        }
    } else {
        for (uint32_t block = 0; block < l->blocks; block++) {
            uint32_t n = sl_list_docs(l, block, docs);
            if (!n)
                return 0;
            for (uint32_t k = 0; k < n; k++) {
                x += first[docs[k] >> 6] >> (docs[k] & 63) & 1;
                y += second[docs[k] >> 6] >> (docs[k] & 63) & 1;
            }
        }
    }
    *a += x;
    *b += y;
    return 1;
}

/* Counts the documents of a source's term at hand. Returns 0 when damaged. */
SL_FUNCTION int sl_trend_count(const sl_trend_source *s, uint64_t *a, uint64_t *b)
{
    const sl_dictionary_entry *e = &s->entry;
    const uint8_t *data = e->once;
    sl_list list;
    if (!data) {
        if (e->postings > s->postings_length || e->postings_length > s->postings_length - e->postings ||
            !sl_file_check(s->file, s->postings + e->postings, e->postings_length))
            return 0;
        data = s->file->data + s->postings + e->postings;
    }
    return sl_list_open(&list, data, e->postings_length, e->df, s->documents, s->fields) &&
           sl_count_both(&list, s->first, s->second, a, b);
}

/* Moves on to the term `at` of a source. Returns 0 when damaged. */
SL_FUNCTION int sl_trend_move(sl_trend_source *s)
{
    return s->at >= s->terms->count || sl_dictionary_move(s->terms, s->at, &s->entry) > 0;
}

/* Before the first term: all but `at` and `entry` of the sources is there. Returns SL_TRENDS_DAMAGED or SL_TRENDS_END. */
SL_FUNCTION int sl_trends_begin(sl_trends *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        t->sources[i].at = 0;
        t->sources[i].entry.next = NULL;
        if (!sl_trend_move(&t->sources[i])) {
            t->damaged = i;
            return SL_TRENDS_DAMAGED;
        }
    }
    return SL_TRENDS_END;
}

/* The next term that rises. */
SL_FUNCTION int sl_trends_next(sl_trends *t)
{
    for (;;) {
        const sl_dictionary_entry *lowest = NULL;
        uint64_t df = 0;
        for (uint32_t i = 0; i < t->count; i++) {
            const sl_trend_source *s = &t->sources[i];
            if (s->at >= s->terms->count)
                continue;
            int order = lowest ? sl_key_compare(s->entry.key, s->entry.key_length, lowest->key, lowest->key_length) : -1;
            if (order < 0) {
                lowest = &s->entry;
                df = 0;
            }
            if (order <= 0)
                df += s->entry.df;
        }
        if (!lowest)
            return SL_TRENDS_END;
        memcpy(t->key, lowest->key, lowest->key_length);
        t->key_length = lowest->key_length;
        t->in_first = t->in_second = 0;
        for (uint32_t i = 0; i < t->count; i++) {
            sl_trend_source *s = &t->sources[i];
            if (s->at >= s->terms->count || sl_key_compare(s->entry.key, s->entry.key_length, t->key, t->key_length))
                continue;
            t->damaged = i;
            if (df >= t->least && !sl_trend_count(s, &t->in_first, &t->in_second))
                return SL_TRENDS_DAMAGED;
            s->at++;
            if (!sl_trend_move(s))
                return SL_TRENDS_DAMAGED;
        }
        if (t->in_first < t->least || (double)t->in_first > t->first || (double)t->in_second > t->second)
            continue;
        t->score = sl_rising((double)t->in_first, t->first, (double)t->in_second, t->second);
        if (t->score > t->surely)
            return SL_TRENDS_TERM;
    }
}

#endif
