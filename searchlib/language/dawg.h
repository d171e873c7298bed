/* How is a key found in an automaton of pymorphy3's dictionary?
 *
 * A minimal acyclic automaton of byte strings (Daciuk, Mihov, Watson and Watson 2000, "Incremental construction of
 * minimal acyclic finite-state automata") in a double array, as dawgdic (S. Yata) writes it and DAWG2-Python documents
 * it. A file is a count, as many units of 32 bits, a second count and as many pairs of bytes, the guide.
 *   unit    bits 0-7 and 31 the label that leads here, bit 8 "a key ends here", bits 10-30 the offset, 8 bits higher
 *           when bit 9 is set. The child by a label is at own index ^ offset ^ label; the value of a key that ends here
 *           is the unit at own index ^ offset, without its top bit.
 *   guide   of each unit: the label of its first child, and the label of its next sibling
 * A dictionary of records keeps each record as the end of a key: word, byte 1, record in base64, newline. What follows
 * the last significant base64 digit (padding, newline) says nothing and is not read.
 *
 * Invariant: nothing outside the file is touched, whatever its bytes say: an index is used only when it is below the
 * number of units (and of pairs). Walks end: each step costs one of the caller's budget, which no sound dictionary uses
 * up.
 */
#ifndef SEARCHLIB_DAWG_H
#define SEARCHLIB_DAWG_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "searchlib reads its files in place and needs a little-endian machine"
#endif

enum { SL_DAWG_ROOT = 0, SL_RECORD_MARK = 1, SL_RECORD_DIGITS = 11, SL_PENDING = 64 };

typedef struct {
    const uint8_t *units, *guide;
    uint32_t size, guide_size;
} sl_dawg;

static inline uint32_t sl_dawg_load(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }

/* False when the file is shorter than its counts say. */
static inline int sl_dawg_open(sl_dawg *d, const uint8_t *data, size_t n)
{
    if (n < 4)
        return 0;
    d->size = sl_dawg_load(data);
    d->units = data + 4;
    n -= 4;
    if (d->size == 0 || d->size > n / 4)
        return 0;
    n -= 4 * (size_t)d->size;
    d->guide = d->units + 4 * (size_t)d->size;
    if (n < 4)
        return 0;
    d->guide_size = sl_dawg_load(d->guide);
    d->guide += 4;
    return d->guide_size <= (n - 4) / 2;
}

static inline uint32_t sl_dawg_unit(const sl_dawg *d, uint32_t index) { return sl_dawg_load(d->units + 4 * (size_t)index); }

static inline uint32_t sl_dawg_children(uint32_t index, uint32_t unit)
{
    return index ^ ((unit >> 10) << ((unit & 0x200) >> 6));
}

/* The state that a label leads to from `index`, or 0. */
static inline uint32_t sl_dawg_step(const sl_dawg *d, uint32_t index, uint8_t label)
{
    uint32_t next = sl_dawg_children(index, sl_dawg_unit(d, index)) ^ label;
    return next < d->size && (sl_dawg_unit(d, next) & 0x800000FFu) == label ? next : 0;
}

/* The state after n bytes from `index`, or 0. */
static inline uint32_t sl_dawg_walk(const sl_dawg *d, uint32_t index, const uint8_t *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(index = sl_dawg_step(d, index, text[i])))
            return 0;
    return index;
}

/* The value of the key that ends at `index`; 0 when none does. */
static inline uint32_t sl_dawg_value(const sl_dawg *d, uint32_t index)
{
    uint32_t unit = sl_dawg_unit(d, index);
    uint32_t at = sl_dawg_children(index, unit);
    return unit & 0x100 && at < d->size ? sl_dawg_unit(d, at) & 0x7FFFFFFF : 0;
}

/* The records of one key, in the order of the guide. */
typedef struct {
    const sl_dawg *dawg;
    uint32_t path[SL_RECORD_DIGITS + 1]; /* states; path[0] is the one after the mark */
    uint8_t digits[SL_RECORD_DIGITS];    /* 6 bits each */
    uint32_t depth, length;
} sl_records;

static inline uint32_t sl_base64(uint8_t c)
{
    if (c >= 'a')
        return c <= 'z' ? c - 71u : 64;
    if (c >= 'A')
        return c <= 'Z' ? c - 65u : 64;
    if (c >= '0')
        return c <= '9' ? c + 4u : 64;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Records of `digits` significant base64 digits of the key that led to `index`. */
static inline void sl_records_start(sl_records *r, const sl_dawg *d, uint32_t index, uint32_t digits)
{
    r->dawg = d;
    r->length = digits;
    r->path[0] = sl_dawg_step(d, index, SL_RECORD_MARK);
    r->depth = 0;
}

/* Reads the next record into r->digits. 1: there is one; 0: no more; -1: the dictionary is damaged. */
static inline int sl_records_next(sl_records *r, int32_t *budget)
{
    const sl_dawg *d = r->dawg;
    uint8_t label = 0;
    if (!r->path[0])
        return 0;
    while (r->depth) { /* up from the last record to the first state with another child */
        uint32_t last = r->path[r->depth];
        if (last >= d->guide_size)
            return -1;
        r->depth--;
        if ((label = d->guide[2 * (size_t)last + 1]))
            break;
        if (!r->depth) {
            r->path[0] = 0;
            return 0;
        }
    }
    while (r->depth < r->length) {
        uint32_t index = r->path[r->depth], digit;
        if (!label) {
            if (index >= d->guide_size)
                return -1;
            label = d->guide[2 * (size_t)index];
        }
        digit = sl_base64(label);
        if (digit > 63 || --*budget < 0 || !(index = sl_dawg_step(d, index, label)))
            return -1;
        r->digits[r->depth++] = (uint8_t)digit;
        r->path[r->depth] = index;
        label = 0;
    }
    return 1;
}

/* `bits` bits of a record from bit `from` on, both multiples of 8 as its fields are. */
static inline uint32_t sl_record_field(const sl_records *r, uint32_t from, uint32_t bits)
{
    uint64_t v = 0;
    uint32_t first = from / 6, last = (from + bits - 1) / 6;
    for (uint32_t i = first; i <= last; i++)
        v = v << 6 | r->digits[i];
    return (uint32_t)(v >> (6 * (last + 1) - from - bits) & (((uint64_t)1 << bits) - 1));
}

/* The spellings of a word that an automaton has when each е may stand for ё: first as it is, then those with ё for the
 * first е that may be one, and so on; pymorphy3's order. */
typedef struct {
    const sl_dawg *dawg;
    const uint8_t *word;
    uint32_t to, waiting;
    struct { uint64_t yo; uint32_t at, index; } pending[SL_PENDING];
} sl_spellings;

static inline void sl_spellings_start(sl_spellings *s, const sl_dawg *d, const uint8_t *word, uint32_t from, uint32_t to)
{
    s->dawg = d;
    s->word = word;
    s->to = to;
    s->waiting = 1;
    s->pending[0].yo = 0;
    s->pending[0].at = from;
    s->pending[0].index = SL_DAWG_ROOT;
}

/* The state after the next spelling; *yo has a bit for each letter that is ё, by half its offset in the word's bytes
 * (which are at most 128). 0: no more; -1 as uint32: damaged. */
static inline uint32_t sl_spellings_next(sl_spellings *s, uint64_t *yo, int32_t *budget)
{
    static const uint8_t YO[2] = {0xD1, 0x91};
    while (s->waiting) {
        uint32_t first = --s->waiting, at = s->pending[first].at, index = s->pending[first].index;
        uint64_t chosen = s->pending[first].yo;
        for (; at < s->to; at++) {
            uint32_t other;
            if (--*budget < 0)
                return (uint32_t)-1;
            if (s->word[at] == 0xD0 && at + 1 < s->to && s->word[at + 1] == 0xB5
                && (other = sl_dawg_walk(s->dawg, index, YO, 2))) {
                if (s->waiting == SL_PENDING)
                    return (uint32_t)-1;
                s->pending[s->waiting].yo = chosen | (uint64_t)1 << (at >> 1);
                s->pending[s->waiting].at = at + 2;
                s->pending[s->waiting++].index = other;
            }
            if (!(index = sl_dawg_step(s->dawg, index, s->word[at])))
                break;
        }
        /* the earliest choice of this walk is taken up first: it goes on top */
        for (uint32_t low = first, high = s->waiting; low + 1 < high; low++, high--) {
            uint64_t mask = s->pending[low].yo;
            uint32_t where = s->pending[low].at, state = s->pending[low].index;
            s->pending[low] = s->pending[high - 1];
            s->pending[high - 1].yo = mask;
            s->pending[high - 1].at = where;
            s->pending[high - 1].index = state;
        }
        if (index) {
            *yo = chosen;
            return index;
        }
    }
    return 0;
}
#endif
