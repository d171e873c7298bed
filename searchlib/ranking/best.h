/* What is among the best so far, and what can no longer be?
 *
 * A min-heap of single-precision scores gives the threshold; every document that came within its margin is kept, to be scored
 * once more in double precision (topk.h says why).
 */
#ifndef SL_BEST_H
#define SL_BEST_H

#include <math.h>

#include "../storage/bytes.h"

typedef struct {
    float score;
    uint32_t segment, doc;
} sl_candidate;

typedef struct {
    uint32_t k, size;
    float *heap;
    sl_candidate *kept;
    size_t count, capacity;
    float margin;    /* relative; larger than twice the rounding error of a sum over all groups */
    float slack;     /* relative: how much too high the scores may be that are offered, beside that */
    float excess;    /* how much too high they may be on top of that */
    float ceiling;   /* what scores above it was seen already, about; see sl_best_offer */
    float threshold; /* what scores below it cannot be among the best k */
} sl_best;

SL_FUNCTION int sl_best_init(sl_best *best, uint32_t k, uint32_t groups, float slack)
{
    memset(best, 0, sizeof *best);
    best->k = k;
    best->margin = 2e-6f * (float)(groups + 8);
    best->slack = slack;
    best->ceiling = INFINITY;
    best->heap = (float *)malloc(k * sizeof *best->heap);
    return best->heap != NULL;
}

SL_FUNCTION void sl_best_free(sl_best *best)
{
    free(best->heap);
    free(best->kept);
}

/* k documents score this or more, but for rounding errors. */
SL_INLINE void sl_best_raise(sl_best *best, float score)
{
    float threshold = score * (1 - best->margin);
    if (threshold > best->threshold)
        best->threshold = threshold;
}

/* Offers a document whose score is at least the threshold. One within the margin of the ceiling is kept, since its exact score
 * may be below, but does not count as one of the best k. Returns 0 when memory ran out. */
SL_FUNCTION int sl_best_offer(sl_best *best, float score, uint32_t segment, uint32_t doc)
{
    if (score > best->ceiling * (1 + best->margin) * (1 + best->slack))
        return 1;
    if (best->count == best->capacity) {
        size_t kept = 0;
        for (size_t i = 0; i < best->count; i++)
            if (best->kept[i].score >= best->threshold)
                best->kept[kept++] = best->kept[i];
        best->count = kept;
        if (kept * 2 >= best->capacity) {
            size_t capacity = best->capacity ? best->capacity * 2 : 256;
            sl_candidate *grown = (sl_candidate *)realloc(best->kept, capacity * sizeof *grown);
            if (!grown)
                return 0;
            best->kept = grown;
            best->capacity = capacity;
        }
    }
    sl_candidate candidate = {score, segment, doc};
    best->kept[best->count++] = candidate;
    if (score >= best->ceiling * (1 - best->margin))
        return 1;
    float *heap = best->heap;
    uint32_t i;
    if (best->size < best->k) {
        for (i = best->size++; i > 0 && heap[(i - 1) / 2] > score; i = (i - 1) / 2)
            heap[i] = heap[(i - 1) / 2];
        heap[i] = score;
    } else if (score > heap[0]) {
        for (i = 0; 2 * i + 1 < best->k;) {
            uint32_t child = 2 * i + 1;
            if (child + 1 < best->k && heap[child + 1] < heap[child])
                child++;
            if (heap[child] >= score)
                break;
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = score;
    } else {
        return 1;
    }
    if (best->size == best->k)
        sl_best_raise(best, (heap[0] - best->excess) / (1 + best->slack));
    return 1;
}

#endif
