/* How is a thing found again by its bytes? Arrays that grow, and a hash table of the items of one.
 *
 * The table holds a hash and an item's number in each slot; whoever looks something up compares the bytes itself. Probing is
 * linear. A `failed` that is set when memory runs out is the caller's, and sticky.
 */
#ifndef SL_TABLE_H
#define SL_TABLE_H

#include "bytes.h"

#define SL_FIRST_SLOTS 256u
#define SL_NONE 0xFFFFFFFFu

typedef struct {
    uint32_t hash, item; /* SL_NONE: free */
} sl_slot;

typedef struct {
    sl_slot *slots;
    uint32_t mask, count;
} sl_hash_table;

/* Grows *array to hold at least `need` items of `size` bytes. */
SL_FUNCTION int sl_grow(int *failed, void **array, uint32_t *capacity, uint32_t need, size_t size)
{
    if (need <= *capacity)
        return 1;
    uint64_t wanted = *capacity ? *capacity : 256;
    while (wanted < need)
        wanted += wanted / 2;
    wanted = wanted > 0xFFFFFFFFu ? 0xFFFFFFFFu : wanted;
    void *grown = realloc(*array, (size_t)wanted * size);
    if (!grown) {
        *failed = 1;
        return 0;
    }
    *array = grown;
    *capacity = (uint32_t)wanted;
    return 1;
}

SL_INLINE uint32_t sl_key_hash(const uint8_t *key, uint32_t n)
{
    uint64_t h = n * SL_P1;
    for (; n >= 8; n -= 8, key += 8)
        h = sl_rotate((h ^ sl_load64(key)) * SL_P2, 29);
    uint64_t tail = 0;
    memcpy(&tail, key, n);
    h = (h ^ tail) * SL_P1;
    return (uint32_t)(h >> 32) ^ (uint32_t)h;
}

/* Doubles a table when it is three quarters full: most probes end at a hash, without a look at an item. */
SL_FUNCTION int sl_table_fit(int *failed, sl_hash_table *t)
{
    if (t->slots && t->count < t->mask / 4 * 3)
        return 1;
    uint32_t size = t->slots ? (t->mask + 1) * 2 : SL_FIRST_SLOTS;
    sl_slot *slots = (sl_slot *)malloc((size_t)size * sizeof *slots);
    if (!slots) {
        *failed = 1;
        return 0;
    }
    memset(slots, 0xFF, (size_t)size * sizeof *slots);
    for (uint32_t i = 0; t->slots && i <= t->mask; i++) {
        if (t->slots[i].item == SL_NONE)
            continue;
        uint32_t slot = t->slots[i].hash & (size - 1);
        while (slots[slot].item != SL_NONE)
            slot = (slot + 1) & (size - 1);
        slots[slot] = t->slots[i];
    }
    free(t->slots);
    t->slots = slots;
    t->mask = size - 1;
    return 1;
}

/* Takes the next free slot for an item that is not there; sl_table_fit made room. */
SL_INLINE void sl_table_put(sl_hash_table *t, uint32_t hash, uint32_t item)
{
    uint32_t slot = hash & t->mask;
    while (t->slots[slot].item != SL_NONE)
        slot = (slot + 1) & t->mask;
    t->slots[slot].hash = hash;
    t->slots[slot].item = item;
    t->count++;
}

#endif
