/* Where does a search keep what it computes on the way?
 *
 * One sl_scratch serves one search at a time and is used again by the next, so that a search in a steady state asks the
 * system for no memory: arrays for one window, and an arena that gives out memory until the search ends.
 */
#ifndef SL_SCRATCH_H
#define SL_SCRATCH_H

#include "../storage/bytes.h"

#define SL_WINDOW_BITS 12
#define SL_WINDOW (1u << SL_WINDOW_BITS) /* documents; a multiple of the 512 that a bitmap's ranks are given for */
#define SL_ARENA (256u << 10) /* bytes of its first chunk */
#define SL_KEPT (8u << 20)    /* bytes that are kept for the next search */

typedef struct sl_chunk {
    struct sl_chunk *next;
    size_t size;
} sl_chunk;

typedef struct sl_scratch {
    float sums[SL_WINDOW];              /* score so far of each document of a window; zero between windows */
    float best[SL_WINDOW];              /* score of the group at hand, its best member's; zero between groups */
    uint16_t slots[SL_WINDOW];          /* candidates: documents of the window that could still make it */
    float scores[SL_WINDOW];            /* their scores so far */
    uint32_t docs[SL_WINDOW];           /* documents of a bitmap in the window */
    sl_chunk *chunks;                   /* of the arena, the current one first */
    uint8_t *at, *end;                  /* what is left of it */
    struct sl_scratch *next;            /* of the idle ones */
} sl_scratch;

/* n bytes, aligned for anything, until sl_scratch_reset(); NULL when memory ran out. */
SL_INLINE void *sl_scratch_take(sl_scratch *s, size_t n)
{
    n = (n + 31) & ~(size_t)31;
    if (SL_UNLIKELY((size_t)(s->end - s->at) < n)) {
        size_t size = s->chunks ? s->chunks->size * 2 : SL_ARENA;
        while (size < n + 64)
            size *= 2;
        sl_chunk *chunk = (sl_chunk *)malloc(size);
        if (!chunk)
            return NULL;
        chunk->next = s->chunks;
        chunk->size = size;
        s->chunks = chunk;
        s->at = (uint8_t *)chunk + 32;
        s->end = (uint8_t *)chunk + size;
    }
    void *p = s->at;
    s->at += n;
    return p;
}

SL_INLINE void *sl_scratch_zeroed(sl_scratch *s, size_t n)
{
    void *p = sl_scratch_take(s, n);
    if (p)
        memset(p, 0, n);
    return p;
}

/* Takes back all that the arena gave out; keeps its largest chunk unless that is very large. */
SL_FUNCTION void sl_scratch_reset(sl_scratch *s)
{
    sl_chunk *keep = NULL;
    for (sl_chunk *chunk = s->chunks; chunk;) {
        sl_chunk *next = chunk->next;
        if (!keep && chunk->size <= SL_KEPT)
            keep = chunk; /* chunks grow: the first that may be kept is the largest of those */
        else
            free(chunk);
        chunk = next;
    }
    s->chunks = keep;
    s->at = s->end = NULL;
    if (keep) {
        keep->next = NULL;
        s->at = (uint8_t *)keep + 32;
        s->end = (uint8_t *)keep + keep->size;
    }
}

SL_FUNCTION void sl_scratch_free(sl_scratch *s)
{
    while (s->chunks) {
        sl_chunk *next = s->chunks->next;
        free(s->chunks);
        s->chunks = next;
    }
    free(s);
}

#endif
