/* What does pymorphy3's dictionary hold besides its automata? Paradigms, and the strings that they are made of.
 *
 * A paradigm is a table of forms, each with a prefix (empty, по, наи), a suffix and a tag; form 0 is the lemma. The file
 * paradigms.array is a count, then of each paradigm a count of numbers and the numbers, all of 16 bits: the suffixes of
 * all its forms, then their tags, then their prefixes. (pymorphy3's documentation, "Internals", "Dictionary format".)
 *
 * Invariant: a paradigm that sl_paradigms_open let in names only suffixes, prefixes and tags that there are. It is
 * looked at once, so the bytes must not change afterwards.
 */
#ifndef SEARCHLIB_PARADIGMS_H
#define SEARCHLIB_PARADIGMS_H
#include <stdlib.h>
#include "dawg.h"

enum { SL_AFFIX_BYTES = 255, SL_PREFIXES = 8, SL_NO_STRING = 0xFFFF };

/* Strings one after the other, each ended by a 0 byte; string i is at[i] to at[i + 1] - 1. */
typedef struct {
    const uint8_t *text;
    uint32_t *at, count;
} sl_strings;

typedef struct {
    sl_dawg words, probabilities, predictions[SL_PREFIXES];
    const uint8_t *paradigms;   /* the file */
    uint32_t *paradigm_at;      /* where the numbers of a paradigm begin; one entry more than there are paradigms */
    uint32_t paradigm_count, longest_ending;
    sl_strings suffixes, prefixes, tags, known_prefixes; /* suffixes and prefixes with ё as е */
    uint32_t known_from[33];    /* of the letters from а on, where the known prefixes that begin with one begin */
    const uint16_t *tag_same;   /* of a tag, the first with the same grammemes */
    const uint8_t *tag_closed;  /* of a tag, whether no unknown word can have it */
    const uint8_t *tag_name;    /* of a tag, whether it is of a name */
} sl_russian;

static inline uint32_t sl_number(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return v; }

/* False when memory is short, or there are too many strings or too long ones. */
static inline int sl_strings_open(sl_strings *s, const uint8_t *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += !text[i];
    if (count >= SL_NO_STRING || (n && text[n - 1]))
        return 0;
    s->text = text;
    s->count = (uint32_t)count;
    if (!(s->at = (uint32_t *)malloc((count + 1) * sizeof *s->at)))
        return 0;
    count = 0;
    s->at[0] = 0;
    for (size_t i = 0; i < n; i++)
        if (!text[i]) {
            s->at[++count] = (uint32_t)(i + 1);
            if (s->at[count] - s->at[count - 1] > SL_AFFIX_BYTES)
                return 0;
        }
    return 1;
}

static inline uint32_t sl_strings_length(const sl_strings *s, uint32_t i) { return s->at[i + 1] - s->at[i] - 1; }

/* A letter of U+0400-U+052F from its two bytes. */
static inline uint32_t sl_letter(const uint8_t *p) { return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3F); }

/* The known prefixes are in the order of their first letters, and of one letter the longer ones come first. */
static inline int sl_known_prefixes_open(sl_russian *r)
{
    const sl_strings *known = &r->known_prefixes;
    uint32_t k = 0;
    for (uint32_t letter = 0; letter < 33; letter++) {
        while (k < known->count && sl_strings_length(known, k) >= 2
               && sl_letter(known->text + known->at[k]) < 0x430 + letter)
            k++;
        r->known_from[letter] = k;
    }
    return k == known->count;
}

/* False when the file is damaged or memory is short. */
static inline int sl_paradigms_open(sl_russian *r, const uint8_t *data, size_t n)
{
    size_t at = 2;
    if (n < 2)
        return 0;
    r->paradigms = data;
    r->paradigm_count = sl_number(data);
    if (!(r->paradigm_at = (uint32_t *)malloc((r->paradigm_count + 1) * sizeof *r->paradigm_at)))
        return 0;
    for (uint32_t i = 0; i < r->paradigm_count; i++) {
        size_t numbers;
        if (at + 2 > n || (numbers = sl_number(data + at)) % 3 || numbers == 0 || at + 2 + 2 * numbers > n)
            return 0;
        at += 2;
        r->paradigm_at[i] = (uint32_t)at;
        for (size_t j = 0; j < numbers; j++, at += 2) {
            uint32_t limit = j < numbers / 3 ? r->suffixes.count : j < numbers / 3 * 2 ? r->tags.count : r->prefixes.count;
            if (sl_number(data + at) >= limit)
                return 0;
        }
    }
    r->paradigm_at[r->paradigm_count] = (uint32_t)(at + 2);
    return at == n;
}
#endif
