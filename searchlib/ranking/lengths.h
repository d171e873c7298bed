/* How long is a document, exactly, and what does BM25 make of it? What norms.h rounds. */
#ifndef SL_LENGTHS_H
#define SL_LENGTHS_H

#include "../storage/postings.h"

typedef struct {
    const uint8_t *columns[SL_MAX_FIELDS]; /* by field: words of each document, a number of `widths` bytes */
    int widths[SL_MAX_FIELDS];             /* 1, 2 or 4 */
    uint32_t fields;
} sl_lengths;

typedef struct {
    double k1, b, mean;    /* the average length of all documents */
    const double *weights; /* by field */
} sl_measure;

/* Words of a document, weighted by field. */
SL_INLINE double sl_length(const sl_lengths *l, const double *weights, uint32_t doc)
{
    double length = 0;
    for (uint32_t f = 0; f < l->fields; f++) {
        const uint8_t *column = l->columns[f];
        uint32_t words = l->widths[f] == 1   ? column[doc]
                         : l->widths[f] == 2 ? sl_load16(column + 2 * (size_t)doc)
                                             : sl_load32(column + 4 * (size_t)doc);
        length += weights[f] * words;
    }
    return length;
}

/* Asks for what sl_length() will read. */
SL_INLINE void sl_length_expect(const sl_lengths *l, uint32_t doc)
{
    for (uint32_t f = 0; f < l->fields; f++)
        SL_PREFETCH(l->columns[f] + (size_t)l->widths[f] * doc);
}

/* k1 * (1 - b + b * length / average) */
SL_INLINE double sl_true_norm(const sl_lengths *l, const sl_measure *m, uint32_t doc)
{
    return m->k1 * (1 - m->b + m->b * sl_length(l, m->weights, doc) / m->mean);
}

#endif
