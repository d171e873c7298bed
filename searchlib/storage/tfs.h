/* How often does a term occur in the documents of a block of its list, in each field? Read as postings.h has it on disk.
 *
 * Each kind of question has its reader: sums by the weights of fields, quick ones for bounds and exact ones for answers; all fields together;
 * one field after the other; and one posting alone.
 */
#ifndef SL_TFS_H
#define SL_TFS_H

#include "postings.h"

/* Where the packed tf of a block of n postings begin, behind its documents; NULL when it is damaged. Not for a block of few. */
SL_INLINE const uint8_t *sl_list_tf_start(const sl_list *l, const uint8_t *head, uint32_t n)
{
    const uint8_t *p = head + l->fields;
    if (l->end - head < (ptrdiff_t)l->fields + !l->bitmap)
        return NULL;
    if (l->bitmap)
        return p;
    if (*p > 31 || (size_t)(l->end - p) < 1 + sl_packed_size(n, *p))
        return NULL;
    return p + 1 + sl_packed_size(n, *p);
}

/* Sum of tf times weight over the fields, for each posting of a block. Returns 0 when the block is damaged. */
SL_FUNCTION int sl_list_weighted_tfs(const sl_list *l, uint32_t block, const float *weights, float out[SL_BLOCK])
{
    uint32_t n = sl_list_count(l, block), tfs[SL_BLOCK];
    if (n < SL_FEW && !l->bitmap) {
        memset(out, 0, n * sizeof *out);
        for (uint32_t f = 0; f < l->fields; f++) {
            if (!sl_list_few(l, block, n, NULL, f, tfs))
                return 0;
            for (uint32_t i = 0; i < n; i++)
                out[i] += weights[f] * (float)tfs[i];
        }
        return 1;
    }
    const uint8_t *head = sl_list_block(l, block), *p = sl_list_tf_start(l, head, n);
    if (!p)
        return 0;
    float constant = 0; /* what the fields of width 0 add to every posting */
    int first = 1;
    for (uint32_t f = 0; f < l->fields; f++) {
        uint32_t width = head[f] & 0x3F;
        float less = head[f] >> 7 ? weights[f] : 0.0f, weight = weights[f];
        size_t size = sl_packed_size(n, width);
        if (width > 32 || (size_t)(l->end - p) < size)
            return 0;
        constant += less;
        if (!width)
            continue;
        sl_unpack(p, tfs, n, width);
        p += size;
        if (first)
            for (uint32_t i = 0; i < n; i++)
                out[i] = weight * (float)(int32_t)tfs[i];
        else
            for (uint32_t i = 0; i < n; i++)
                out[i] += weight * (float)(int32_t)tfs[i];
        first = 0;
    }
    if (first)
        for (uint32_t i = 0; i < n; i++)
            out[i] = constant;
    else if (constant != 0)
        for (uint32_t i = 0; i < n; i++)
            out[i] += constant;
    return 1;
}

/* tf of each posting of a block, in all fields together. Returns 0 when the block is damaged. */
SL_FUNCTION int sl_list_tfs(const sl_list *l, uint32_t block, uint32_t out[SL_BLOCK])
{
    uint32_t n = sl_list_count(l, block), tfs[SL_BLOCK], constant = 0, all = 0, first = 1;
    const uint8_t *head = sl_list_block(l, block), *p = head;
    int few = n < SL_FEW && !l->bitmap;
    if (!few && !(p = sl_list_tf_start(l, head, n)))
        return 0;
    for (uint32_t f = 0; f < l->fields; f++) {
        uint32_t *to = first ? out : tfs;
        if (few) {
            if (!sl_list_few(l, block, n, NULL, f, to))
                return 0;
        } else {
            uint32_t width = head[f] & 0x3F;
            size_t size = sl_packed_size(n, width);
            if (width > 31 || (size_t)(l->end - p) < size)
                return 0;
            constant += head[f] >> 7;
            if (!width)
                continue;
            sl_unpack(p, to, n, width);
            p += size;
        }
        for (uint32_t i = 0; i < n; i++)
            all |= to[i];
        if (!first) /* of two below 2^31 the sum does not come round, and bit 31 shows that it is too large */
            for (uint32_t i = 0; i < n; i++) {
                out[i] += tfs[i];
                all |= out[i];
            }
        if (all >> 31)
            return 0;
        first = 0;
    }
    if (first)
        memset(out, 0, n * sizeof *out);
    for (uint32_t i = 0; i < n && constant; i++) {
        out[i] += constant;
        all |= out[i];
    }
    return !(all >> 31);
}

enum { SL_NOWHERE, SL_SOME, SL_EVERY }; /* postings of a block that are in a field: none, any number, all of them */

/* tf in one field of each posting of a block, of which there are n. Fields are asked for one after the other: *at is NULL at first
 * and then where the next one's begin. Says how many of them are in the field, and when it is none nothing is written; so when `out`
 * is NULL. Returns -1 when the block is damaged. */
SL_FUNCTION int sl_list_next_tfs(const sl_list *l, uint32_t block, uint32_t n, uint32_t field, const uint8_t **at,
                                 uint32_t out[SL_BLOCK])
{
    if (n < SL_FEW && !l->bitmap)
        return sl_list_few(l, block, n, NULL, field, out) ? SL_SOME : -1;
    const uint8_t *head = sl_list_block(l, block);
    if (!*at && !(*at = sl_list_tf_start(l, head, n)))
        return -1;
    uint32_t width = head[field] & 0x3F, less = head[field] >> 7;
    size_t size = sl_packed_size(n, width);
    if (width > 31 || (size_t)(l->end - *at) < size)
        return -1;
    if (out && width)
        sl_unpack(*at, out, n, width);
    *at += size;
    if (out && less)
        for (uint32_t i = 0; i < n; i++)
            out[i] = (width ? out[i] : 0) + 1;
    return less ? SL_EVERY : width ? SL_SOME : SL_NOWHERE;
}

/* Sum of tf times weight over the fields, for each posting of a block, in double precision: for what is not a bound but an answer.
 * Returns 0 when the block is damaged. */
SL_FUNCTION int sl_list_exact_tfs(const sl_list *l, uint32_t block, const double *weights, double out[SL_BLOCK])
{
    uint32_t n = sl_list_count(l, block), tfs[SL_BLOCK];
    const uint8_t *at = NULL;
    memset(out, 0, n * sizeof *out);
    for (uint32_t f = 0; f < l->fields; f++) {
        int counts = weights[f] != 0, there = sl_list_next_tfs(l, block, n, f, &at, counts ? tfs : NULL);
        if (there < 0)
            return 0;
        for (uint32_t i = 0; i < n && counts && there; i++)
            out[i] += weights[f] * (double)(int32_t)tfs[i];
    }
    return 1;
}

/* Sum of tf times weight over the fields, for one posting given by its rank; negative when the block is damaged. */
SL_FUNCTION double sl_list_weighted_tf(const sl_list *l, uint32_t rank, const double *weights)
{
    uint32_t block = rank / SL_BLOCK, n = sl_list_count(l, block);
    double sum = 0;
    if (n < SL_FEW && !l->bitmap) {
        uint32_t tfs[SL_FEW];
        for (uint32_t f = 0; f < l->fields; f++) {
            if (!sl_list_few(l, block, n, NULL, f, tfs))
                return -1;
            sum += weights[f] * tfs[rank % SL_BLOCK];
        }
        return sum;
    }
    const uint8_t *head = sl_list_block(l, block), *p = sl_list_tf_start(l, head, n);
    if (!p)
        return -1;
    for (uint32_t f = 0; f < l->fields; f++) {
        uint32_t width = head[f] & 0x3F;
        size_t size = sl_packed_size(n, width);
        if (width > 32 || (size_t)(l->end - p) < size)
            return -1;
        sum += weights[f] * ((head[f] >> 7) + (double)sl_unpack_one(p, n, width, rank % SL_BLOCK));
        p += size;
    }
    return sum;
}

#endif
