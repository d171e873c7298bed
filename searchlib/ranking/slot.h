/* Which documents of a window have a word of a phrase, and where? A slot is one place of the phrase; any of its terms fills it.
 *
 * A slot of one term remembers the rank of each posting of the window. One of several keeps an entry for each posting, linked
 * by document, because a pattern may stand for thousands of terms of which a document has a few.
 */
#ifndef SL_SLOT_H
#define SL_SLOT_H

#include "cursor.h"

#define SL_NO_DOCUMENT 0xFFFFFFFFu
#define SL_LAID 8    /* one of so many postings is wanted: then all are passed over, rather than each looked for */
#define SL_SPARSE 24 /* one of so many postings is looked at: then a subblock is rarely of use twice */

typedef struct {
    uint32_t cursor, rank;
    uint32_t next;           /* of the same document: its number + 1; 0: none */
} sl_entry;

/* Which documents of a window are wanted: those at whose byte `mark` stands. */
typedef struct {
    uint8_t bytes[SL_WINDOW], mark;
} sl_map;

typedef struct {
    sl_cursor *cursors;
    uint32_t count;
    uint64_t postings;       /* of all its terms */
    uint64_t bytes;          /* of their positions: what looking at them costs */
    uint32_t *first;         /* by document of the window: the rank in the only cursor, or the number of the first entry + 1 */
    sl_entry *entries;
    size_t used, capacity;
    int kept;                /* entries outlast their window, so that what sl_slot_mark() gave does */
    uint32_t doc;            /* the one whose positions are at hand; SL_NO_DOCUMENT: none */
    const uint32_t *places;  /* ascending, each once; a position is what stands here less `base`, modulo 2^32 */
    uint32_t base, place_count;
    uint32_t *own, *spare;   /* room for positions that are put together */
    size_t room;
    int memory_failed;
} sl_slot;

/* Lays out n documents of the window from `from` on. Returns their mark. */
SL_INLINE uint8_t sl_map_lay(sl_map *map, uint32_t from, const uint32_t *docs, uint32_t n)
{
    if (!++map->mark) {
        memset(map->bytes, 0, sizeof map->bytes);
        map->mark = 1;
    }
    for (uint32_t i = 0; i < n; i++)
        map->bytes[(docs[i] - from) % SL_WINDOW] = map->mark;
    return map->mark;
}

/* Room for n numbers in *a and *b, which keep what they hold. Returns 0 when memory ran out. */
SL_FUNCTION int sl_grow_both(uint32_t **a, uint32_t **b, size_t *room, size_t n)
{
    size_t capacity = *room ? *room : 256;
    if (n <= *room)
        return 1;
    while (capacity < n)
        capacity *= 2;
    uint32_t *first = (uint32_t *)realloc(*a, capacity * sizeof **a);
    *a = first ? first : *a;
    uint32_t *second = first ? (uint32_t *)realloc(*b, capacity * sizeof **b) : NULL;
    *b = second ? second : *b;
    if (!second)
        return 0;
    *room = capacity;
    return 1;
}

/* Sets out, with cursors over open lists. Returns 0 when memory ran out; sl_slot_end() later in any case. */
SL_FUNCTION int sl_slot_begin(sl_slot *s)
{
    s->doc = SL_NO_DOCUMENT;
    s->postings = s->bytes = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        sl_cursor_begin(&s->cursors[i]);
        s->postings += s->cursors[i].list.df;
        s->bytes += s->cursors[i].positions_length;
    }
    s->first = (uint32_t *)malloc(SL_WINDOW * sizeof *s->first);
    s->memory_failed = !s->first;
    return !s->memory_failed;
}

SL_FUNCTION void sl_slot_end(sl_slot *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        s->memory_failed |= s->cursors[i].places.memory_failed;
        sl_cursor_end(&s->cursors[i]);
    }
    free(s->first);
    free(s->entries);
    free(s->own);
    free(s->spare);
    s->first = s->own = s->spare = NULL;
    s->entries = NULL;
    s->capacity = s->room = 0;
}

/* Those of the documents in [from, to) that have the slot, to[from] at most SL_WINDOW: of n ascending `wanted`, or of all when
 * wanted is NULL; `docs` may be `wanted`. docs and ranks have room for SL_WINDOW + 64. map: begins all zero, is kept for the
 * next. Returns how many, -1 when a list is damaged or, with memory_failed, memory ran out. */
SL_FUNCTION int64_t sl_slot_find(sl_slot *s, uint32_t from, uint32_t to, const uint32_t *wanted, uint32_t n, uint32_t *docs,
                                 uint32_t *ranks, sl_map *map)
{
    uint32_t some[SL_WINDOW + 64], found = 0;
    if (s->count == 1) {
        const sl_list *l = &s->cursors->list;
        int64_t k;
        if (!wanted)
            k = sl_cursor_all(s->cursors, from, to, docs, ranks);
        else if (l->bitmap || !n || (uint64_t)n * SL_LAID * l->documents < (uint64_t)l->df * SL_WINDOW)
            k = sl_cursor_meet(s->cursors, from, wanted, n, docs, ranks);
        else
            k = sl_cursor_pass(s->cursors, from, wanted[0], wanted[n - 1], map->bytes, sl_map_lay(map, from, wanted, n), docs, ranks);
        for (int64_t i = 0; i < k && !s->cursors->list.bitmap; i++)
            s->first[docs[i] - from] = ranks[i];
        return k;
    }
    uint64_t present[SL_WINDOW / 64] = {0};
    memset(s->first, 0, (to - from) * sizeof *s->first);
    s->used = s->kept ? s->used : 0;
    for (uint32_t c = 0; c < s->count; c++) {
        sl_cursor *cursor = &s->cursors[c];
        int64_t k = wanted ? sl_cursor_meet(cursor, from, wanted, n, some, ranks) : sl_cursor_all(cursor, from, to, some, ranks);
        if (k < 0)
            return -1;
        if (s->used + (size_t)k > s->capacity) {
            size_t capacity = 2 * (s->used + (size_t)k);
            sl_entry *entries = (sl_entry *)realloc(s->entries, capacity * sizeof *entries);
            if (!entries || capacity > 0x7FFFFFFF) {
                s->entries = entries ? entries : s->entries;
                s->memory_failed = 1;
                return -1;
            }
            s->entries = entries;
            s->capacity = capacity;
        }
        for (int64_t i = 0; i < k; i++) {
            uint32_t at = some[i] - from;
            sl_entry entry = {c, ranks[i], s->first[at]};
            s->entries[s->used++] = entry;
            s->first[at] = (uint32_t)s->used;
            present[at / 64] |= 1ull << (at & 63);
        }
    }
    for (uint32_t w = 0; w < SL_WINDOW / 64; w++)
        for (uint64_t word = present[w]; word; word &= word - 1)
            docs[found++] = from + 64 * w + SL_LOWEST_BIT(word);
    return found;
}

/* Sorts n numbers that are made of ascending runs, and leaves each once; the result is in *values, *other has room for as many.
 * Returns how many there are. */
SL_FUNCTION uint32_t sl_merge_runs(uint32_t **values, uint32_t **other, uint32_t n)
{
    uint32_t runs = 2;
    while (runs > 1) {
        const uint32_t *v = *values;
        uint32_t *out = *other, k = 0;
        runs = 0;
        for (uint32_t i = 0; i < n; runs++) {
            uint32_t middle = i + 1, j, end;
            while (middle < n && v[middle] > v[middle - 1])
                middle++;
            for (j = middle, end = middle + (middle < n); end < n && v[end] > v[end - 1];)
                end++;
            for (uint32_t next = end, stop = middle; i < stop || j < next;) {
                if (j == next || (i < stop && v[i] < v[j])) {
                    out[k++] = v[i++];
                } else {
                    i += i < stop && v[i] == v[j];
                    out[k++] = v[j++];
                }
            }
            i = end;
        }
        *other = *values;
        *values = out;
        n = k;
    }
    return n;
}

/* Says that n documents of a window of `size` will be looked at. */
SL_FUNCTION void sl_slot_expect(sl_slot *s, uint32_t n, uint32_t size)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const sl_list *l = &s->cursors[i].list;
        s->cursors[i].places.sparse = (uint64_t)n * l->documents * SL_SPARSE < (uint64_t)l->df * size;
    }
}

/* By what the slot is asked about a document of the window at hand, which it has. */
SL_INLINE uint32_t sl_slot_mark(sl_slot *s, uint32_t from, uint32_t doc)
{
    uint32_t mark = s->first[doc - from];
    if (s->count == 1)
        return sl_cursor_rank(s->cursors, doc, mark);
    for (uint32_t more = mark; more;) {
        sl_entry *entry = &s->entries[more - 1];
        entry->rank = sl_cursor_rank(&s->cursors[entry->cursor], doc, entry->rank);
        more = entry->next;
    }
    return mark;
}

/* How often the document of a mark has the slot, weighted by field, when its list says so: it has one of the terms, in any form.
 * -1: the list is damaged; -2: positions are to be looked at. */
SL_FUNCTION double sl_slot_tf(const sl_slot *s, uint32_t mark, const double *weights)
{
    const sl_entry *entry = s->count > 1 ? &s->entries[mark - 1] : NULL;
    const sl_cursor *c = &s->cursors[entry ? entry->cursor : 0];
    uint32_t rank = entry ? entry->rank : mark;
    if (c->codes || (entry && entry->next))
        return -2;
    return rank < c->list.df ? sl_list_weighted_tf(&c->list, rank, weights) : -1;
}

/* How often the document of a mark has the slot at most, weighted by field; `dense`: most documents of a block will be asked for.
 * Negative when a list is damaged. */
SL_INLINE float sl_slot_most(sl_slot *s, uint32_t mark, int dense, const double *weights, const float *rounded)
{
    float sum = 0;
    if (s->count == 1)
        return sl_cursor_tf(s->cursors, mark, dense, weights, rounded);
    for (uint32_t more = mark; more; more = s->entries[more - 1].next) {
        const sl_entry *entry = &s->entries[more - 1];
        float tf = sl_cursor_tf(&s->cursors[entry->cursor], entry->rank, dense, weights, rounded);
        if (tf < 0)
            return -1;
        sum += tf;
    }
    return sum;
}

/* Asks for the bytes by which a document of a mark is looked up in the only list. */
SL_INLINE void sl_slot_prefetch(const sl_slot *s, uint32_t mark)
{
    if (s->count == 1)
        sl_cursor_prefetch(s->cursors, mark);
}

/* What sl_slot_places() does where several terms or given forms are to be put together. */
SL_FUNCTION int sl_slot_gather(sl_slot *s, uint32_t doc, uint32_t mark)
{
    uint32_t at = mark, total = 0, parts = 0;
    s->doc = SL_NO_DOCUMENT;
    for (uint32_t more = 1; more; parts++) {
        const sl_entry *entry = s->count > 1 ? &s->entries[at - 1] : NULL;
        sl_cursor *c = &s->cursors[entry ? entry->cursor : 0];
        const uint32_t *places, *codes;
        uint32_t base, n;
        if (!sl_cursor_places(c, entry ? entry->rank : at, &places, &base, &n))
            return 0;
        at = more = entry ? entry->next : 0;
        if (!sl_grow_both(&s->own, &s->spare, &s->room, (size_t)total + n)) {
            s->memory_failed = 1;
            return 0;
        }
        if (c->codes) {
            if (!(codes = sl_places_codes(&c->places)))
                return 0;
            n = sl_cursor_choose(c, places, base, codes, n, s->own + total);
        } else {
            for (uint32_t i = 0; i < n; i++)
                s->own[total + i] = places[i] - base;
        }
        total += n;
    }
    s->place_count = parts > 1 ? sl_merge_runs(&s->own, &s->spare, total) : total;
    s->places = s->own;
    s->base = 0;
    s->doc = doc;
    return 1;
}

/* Takes the positions of a document and its mark to hand. Returns 0 when they are damaged or, with memory_failed here or in a
 * cursor, memory ran out. */
SL_INLINE int sl_slot_places(sl_slot *s, uint32_t doc, uint32_t mark)
{
    if (s->doc == doc)
        return 1;
    if (s->count > 1 || s->cursors->codes)
        return sl_slot_gather(s, doc, mark);
    s->doc = doc;
    return sl_cursor_places(s->cursors, mark, &s->places, &s->base, &s->place_count);
}

#endif
