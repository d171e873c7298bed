/* How can a Russian word be read? By the dictionary of pymorphy3, and for a word that it does not hold by the words that
 * it does hold and that are alike: the same readings with the same weights in the same order as MorphAnalyzer.parse of
 * pymorphy3 gives (M. Korobov 2015, "Morphological analyzer and generator for Russian and Ukrainian languages"; its
 * documentation, "Internals", "Prediction of unknown words").
 *
 * A paradigm is a table of forms, each with a prefix (empty, по, наи), a suffix and a tag; form 0 is the lemma. The
 * dictionary's records say for a spelling which forms of which paradigms it may be. A word is read
 *   1. by its records;
 *   2. else as a known prefix and what remains, read by all of these steps, with 0.75 of its weight;
 *   3. else as a prefix of 1 to 5 letters and a word of the dictionary, each 0.5, together with the forms that words
 *      with its last letters have, of the longest ending of up to 5 letters that any has, by how many have it;
 *   4. else as itself.
 * Steps 2 and 3 leave out closed classes (pronouns, numerals, prepositions ...). Weights are then P(tag | word) where
 * that is known for some tag, else they are made to sum to 1.
 *
 * Words are letters of U+0400-U+052F in UTF-8, so that every letter has two bytes, and hyphens; step 2 to 4 get none
 * with hyphens. Sums and products are taken in pymorphy3's order: what ties there must tie here.
 *
 * Invariants: a paradigm that was let in by sl_russian_open names only suffixes, prefixes and tags that there are; what
 * a record of the automata names is checked when it is met. Each parse ends: it has one budget of steps, and each
 * remainder of a word is parsed once.
 */
#ifndef SEARCHLIB_READINGS_H
#define SEARCHLIB_READINGS_H
#include <stdlib.h>
#include "dawg.h"

enum { SL_LETTERS = 64, SL_WORD_BYTES = 2 * SL_LETTERS, SL_AFFIX_BYTES = 255, SL_PREFIXES = 8 };
enum { SL_READINGS = 1 << 14, SL_BUDGET = 1 << 21, SL_NONE = 0xFFFF };
enum { SL_DAMAGED = -1, SL_NO_MEMORY = -2 };

/* Strings one after the other, each ended by a 0 byte; string i is at[i] to at[i + 1] - 1. */
typedef struct {
    const uint8_t *text;
    uint32_t *at, count;
} sl_strings;

typedef struct {
    sl_dawg words, probabilities, predictions[SL_PREFIXES];
    const uint8_t *paradigms;   /* numbers of 16 bits: of all forms the suffixes, then the tags, then the prefixes */
    uint32_t *paradigm_at;      /* where the numbers of a paradigm begin; one entry more than there are paradigms */
    uint32_t paradigm_count, longest_ending;
    sl_strings suffixes, prefixes, tags, known_prefixes; /* suffixes and prefixes with ё as е */
    uint32_t known_from[33];    /* of the letters from а on, where the known prefixes that begin with one begin */
    const uint16_t *tag_same;   /* of a tag, the first with the same grammemes */
    const uint8_t *tag_closed;  /* of a tag, whether no unknown word can have it */
} sl_russian;

/* A reading of the word from some letter on. Its lemma is word[0:head] prefix word[from:to] suffix, ё as е. */
typedef struct {
    uint64_t yo;                /* the letters that are ё, see sl_spellings */
    double weight;
    uint16_t tag, paradigm, prefix, suffix; /* SL_NONE where there is none */
    uint8_t head, from, to;
} sl_reading;

typedef struct {
    const uint8_t *word;
    uint32_t length, count, capacity;
    uint32_t first;             /* where the readings of the word last read by sl_read_unknown begin */
    int32_t budget;
    sl_reading *readings;
    uint64_t parsed;            /* a bit for each letter from which the word has been parsed */
    struct { uint32_t start, count; } parses[SL_LETTERS];
} sl_parser;

static inline uint32_t sl_load16(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return v; }

/* False when memory is short or a string is longer than an affix can be. */
static inline int sl_strings_open(sl_strings *s, const uint8_t *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += !text[i];
    if (count >= SL_NONE || (n && text[n - 1]))
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

/* paradigms.array: a count, then of each paradigm a count of numbers and the numbers; all have 16 bits. */
static inline int sl_paradigms_open(sl_russian *r, const uint8_t *data, size_t n)
{
    size_t at = 2;
    if (n < 2)
        return 0;
    r->paradigms = data;
    r->paradigm_count = sl_load16(data);
    if (!(r->paradigm_at = (uint32_t *)malloc((r->paradigm_count + 1) * sizeof *r->paradigm_at)))
        return 0;
    for (uint32_t i = 0; i < r->paradigm_count; i++) {
        size_t numbers;
        if (at + 2 > n || (numbers = sl_load16(data + at)) % 3 || numbers == 0 || at + 2 + 2 * numbers > n)
            return 0;
        at += 2;
        r->paradigm_at[i] = (uint32_t)at;
        for (size_t j = 0; j < numbers; j++, at += 2) {
            uint32_t limit = j < numbers / 3 ? r->suffixes.count : j < numbers / 3 * 2 ? r->tags.count : r->prefixes.count;
            if (sl_load16(data + at) >= limit)
                return 0;
        }
    }
    r->paradigm_at[r->paradigm_count] = (uint32_t)(at + 2);
    return at == n;
}

static inline uint32_t sl_letters(const sl_parser *p, uint32_t from) { return (p->length - from) / 2; }

static inline sl_reading *sl_add(sl_parser *p)
{
    if (p->count == p->capacity) {
        uint32_t capacity = p->capacity ? 2 * p->capacity : 256;
        sl_reading *grown = capacity > SL_READINGS ? NULL : (sl_reading *)realloc(p->readings, capacity * sizeof *grown);
        if (!grown)
            return NULL;
        p->readings = grown;
        p->capacity = capacity;
    }
    return &p->readings[p->count++];
}

/* Takes the last reading back when one from `start` on has its spelling, its paradigm and its grammemes. */
static inline void sl_once(const sl_russian *r, sl_parser *p, uint32_t start)
{
    const sl_reading *last = &p->readings[p->count - 1];
    for (uint32_t i = start; i + 1 < p->count; i++) {
        const sl_reading *other = &p->readings[i];
        if (other->paradigm == last->paradigm && other->yo == last->yo
            && (other->tag == last->tag
                || (last->tag != SL_NONE && other->tag != SL_NONE && r->tag_same[other->tag] == r->tag_same[last->tag]))) {
            p->count--;
            return;
        }
    }
}

/* Adds the word from byte `from` on as form `index` of a paradigm. NULL: damaged, or no memory. */
static inline sl_reading *sl_add_form(const sl_russian *r, sl_parser *p, uint32_t from, uint64_t yo, uint32_t paradigm,
                                      uint32_t index)
{
    const uint8_t *table;
    uint32_t forms, before, after;
    sl_reading *reading;
    if (paradigm >= r->paradigm_count)
        return NULL;
    table = r->paradigms + r->paradigm_at[paradigm];
    forms = (r->paradigm_at[paradigm + 1] - r->paradigm_at[paradigm] - 2) / 6;
    if (index >= forms || !(reading = sl_add(p)))
        return NULL;
    reading->yo = yo;
    reading->tag = (uint16_t)sl_load16(table + 2 * (forms + index));
    reading->paradigm = (uint16_t)paradigm;
    before = from + sl_strings_length(&r->prefixes, sl_load16(table + 2 * (2 * forms + index)));
    after = sl_strings_length(&r->suffixes, sl_load16(table + 2 * index));
    after = p->length > after ? p->length - after : 0;
    reading->head = (uint8_t)from;
    reading->prefix = (uint16_t)sl_load16(table + 4 * forms);
    reading->suffix = (uint16_t)sl_load16(table);
    reading->from = (uint8_t)before;
    reading->to = (uint8_t)after;
    if (before > after) { /* an unknown word too short for the affixes of its ending */
        reading->from = reading->to = 0;
        if (index == 0) {
            reading->head = (uint8_t)p->length;
            reading->prefix = reading->suffix = SL_NONE;
        }
    }
    return reading;
}

/* Adds the readings that the dictionary has for the word from byte `from` on; of those only what `start` and open say:
 * open classes only and none that stands from `start` on already. */
static inline int sl_look_up(const sl_russian *r, sl_parser *p, uint32_t from, double weight, int open, uint32_t start)
{
    sl_spellings spellings;
    sl_records records;
    uint64_t yo;
    uint32_t index;
    int more;
    sl_spellings_start(&spellings, &r->words, p->word, from, p->length);
    while ((index = sl_spellings_next(&spellings, &yo, &p->budget))) {
        if (index == (uint32_t)-1)
            return SL_DAMAGED;
        sl_records_start(&records, &r->words, index, 6);
        while ((more = sl_records_next(&records, &p->budget))) {
            sl_reading *reading;
            if (more < 0 || !(reading = sl_add_form(r, p, from, yo, sl_record_field(&records, 0, 16),
                                                    sl_record_field(&records, 16, 16))))
                return SL_DAMAGED;
            reading->weight = weight;
            if (!open)
                continue;
            if (r->tag_closed[reading->tag])
                p->count--;
            else
                sl_once(r, p, start);
        }
    }
    return 0;
}

/* Heavier readings first; equal ones keep their order. */
static inline void sl_sort(sl_reading *readings, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        sl_reading reading = readings[i];
        uint32_t j = i;
        for (; j && readings[j - 1].weight < reading.weight; j--)
            readings[j] = readings[j - 1];
        readings[j] = reading;
    }
}

/* Adds the readings that words with the same ending have. */
static inline int sl_predict(const sl_russian *r, sl_parser *p, uint32_t from, uint32_t start)
{
    uint32_t letters = sl_letters(p, from), first = p->count;
    if (letters < 4)
        return 0;
    for (uint32_t k = r->prefixes.count; k--;) {
        uint32_t length = sl_strings_length(&r->prefixes, k), mine = p->count;
        double total = 1;
        if (length > p->length - from || memcmp(r->prefixes.text + r->prefixes.at[k], p->word + from, length))
            continue;
        for (uint32_t size = letters < r->longest_ending ? letters : r->longest_ending; size && total == 1; size--) {
            sl_spellings spellings;
            sl_records records;
            uint64_t yo;
            uint32_t index;
            int more;
            sl_spellings_start(&spellings, &r->predictions[k], p->word, p->length - 2 * size, p->length);
            while ((index = sl_spellings_next(&spellings, &yo, &p->budget))) {
                if (index == (uint32_t)-1)
                    return SL_DAMAGED;
                sl_records_start(&records, &r->predictions[k], index, 11);
                while ((more = sl_records_next(&records, &p->budget))) {
                    sl_reading *reading;
                    if (more < 0 || !(reading = sl_add_form(r, p, from, yo, sl_record_field(&records, 32, 16),
                                                            sl_record_field(&records, 48, 16))))
                        return SL_DAMAGED;
                    if (r->tag_closed[reading->tag]) {
                        p->count--;
                        continue;
                    }
                    reading->weight = sl_record_field(&records, 0, 32);
                    total += reading->weight;
                    sl_once(r, p, start);
                }
            }
        }
        for (; mine < p->count; mine++)
            p->readings[mine].weight = p->readings[mine].weight / total * 0.5;
    }
    sl_sort(p->readings + first, p->count - first);
    return 0;
}

static inline double sl_total(const sl_parser *p, uint32_t start)
{
    double total = 0;
    for (uint32_t i = start; i < p->count; i++)
        total += p->readings[i].weight;
    return total;
}

/* 1,000,000 P(tag | word), where `index` is the state after the word and a colon; 0 when nothing is known. */
static inline uint32_t sl_probability(const sl_russian *r, uint32_t index, uint32_t tag)
{
    if (tag == SL_NONE)
        return 0;
    index = sl_dawg_walk(&r->probabilities, index, r->tags.text + r->tags.at[tag], sl_strings_length(&r->tags, tag));
    return index ? sl_dawg_value(&r->probabilities, index) : 0;
}

/* Weighs the readings from `start` on, of the word from byte `from` on, by P(tag | word), or so that they sum to 1. */
static inline void sl_weigh(const sl_russian *r, sl_parser *p, uint32_t from, uint32_t start)
{
    sl_reading *readings = p->readings + start;
    uint32_t n = p->count - start;
    uint32_t index = sl_dawg_walk(&r->probabilities, SL_DAWG_ROOT, p->word + from, p->length - from);
    double share;
    if (index && (index = sl_dawg_step(&r->probabilities, index, ':'))) {
        uint32_t known = 0;
        while (known < n && !sl_probability(r, index, readings[known].tag))
            known++;
        if (known < n) {
            for (uint32_t i = 0; i < n; i++)
                readings[i].weight = i < known ? 0 : sl_probability(r, index, readings[i].tag) / 1000000.0;
            sl_sort(readings, n);
            return;
        }
    }
    share = 1.0 / sl_total(p, start);
    for (uint32_t i = 0; i < n; i++)
        readings[i].weight *= share;
}

static int sl_read_unknown(const sl_russian *r, sl_parser *p, uint32_t from);

/* Parses the word from byte `from` on, once; its readings are then p->parses[from / 2]. */
static int sl_parse_remainder(const sl_russian *r, sl_parser *p, uint32_t from)
{
    uint32_t start;
    int status;
    if (p->parsed >> (from / 2) & 1)
        return 0;
    p->parsed |= (uint64_t)1 << (from / 2);
    start = p->count;
    if ((status = sl_look_up(r, p, from, 1.0, 0, start)))
        return status;
    if (p->count == start) {
        if ((status = sl_read_unknown(r, p, from)))
            return status;
        start = p->first; /* remainders of this remainder came before its own readings */
    }
    sl_weigh(r, p, from, start);
    p->parses[from / 2].start = start;
    p->parses[from / 2].count = p->count - start;
    return 0;
}

/* Where the word from byte `from` on goes on after each known prefix that leaves three letters, the longest prefix first. */
static inline uint32_t sl_remainders(const sl_russian *r, const sl_parser *p, uint32_t from, uint8_t *rests)
{
    const sl_strings *known = &r->known_prefixes;
    uint32_t n = 0, letter = sl_letter(p->word + from) - 0x430;
    if (letter > 31)
        return 0;
    for (uint32_t k = r->known_from[letter]; k < r->known_from[letter + 1]; k++) {
        uint32_t length = sl_strings_length(known, k);
        if (length + 3 * 2 <= p->length - from && !memcmp(p->word + from, known->text + known->at[k], length)
            && n < SL_LETTERS)
            rests[n++] = (uint8_t)(from + length);
    }
    return n;
}

/* Adds the readings of the word from byte `from` on, which the dictionary does not hold, by steps 2 to 4. They begin at
 * p->first and go to the end of all readings. */
static int sl_read_unknown(const sl_russian *r, sl_parser *p, uint32_t from)
{
    uint8_t rests[SL_LETTERS];
    uint32_t start, letters = sl_letters(p, from), n = sl_remainders(r, p, from, rests);
    int status;
    for (uint32_t k = 0; k < n; k++)
        if ((status = sl_parse_remainder(r, p, rests[k])))
            return status;
    p->first = start = p->count;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t letter = rests[k] / 2u;
        for (uint32_t i = 0; i < p->parses[letter].count; i++) {
            sl_reading *reading = sl_add(p);
            if (!reading)
                return SL_NO_MEMORY;
            *reading = p->readings[p->parses[letter].start + i];
            reading->weight *= 0.75;
            if (reading->tag != SL_NONE && r->tag_closed[reading->tag])
                p->count--;
            else
                sl_once(r, p, start);
        }
    }
    if (p->count > start)
        return 0;
    for (uint32_t cut = 1; cut <= 5 && cut + 3 <= letters; cut++)
        if ((status = sl_look_up(r, p, from + 2 * cut, 0.5, 1, start)))
            return status;
    if ((status = sl_predict(r, p, from, start)))
        return status;
    if (p->count == start) {
        sl_reading *reading = sl_add(p);
        if (!reading)
            return SL_NO_MEMORY;
        memset(reading, 0, sizeof *reading);
        reading->weight = 1.0;
        reading->tag = reading->paradigm = reading->prefix = reading->suffix = SL_NONE;
        reading->head = (uint8_t)p->length;
    }
    return 0;
}
#endif
