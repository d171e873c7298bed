/* How can a Russian word be read? By the dictionary of pymorphy3, and for a word that it does not hold by the words that
 * it does hold and that are alike: the same readings with the same weights in the same order as MorphAnalyzer.parse of
 * pymorphy3 gives (M. Korobov 2015, "Morphological analyzer and generator for Russian and Ukrainian languages"; its
 * documentation, "Internals", "Prediction of unknown words").
 *
 * The dictionary's records say for a spelling which forms of which paradigms it may be. A word is read
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
 * Invariants: what a record of the automata names is checked when it is met. Each parse ends: it has one budget of
 * steps, and each remainder of a word is parsed once, so that prefixes upon prefixes cost no more than the word is long.
 */
#ifndef SEARCHLIB_READINGS_H
#define SEARCHLIB_READINGS_H
#include "paradigms.h"

enum { SL_LETTERS = 64, SL_WORD_BYTES = 2 * SL_LETTERS };
enum { SL_READINGS = 1 << 14, SL_BUDGET = 1 << 21 }; /* far more than a word needs in a sound dictionary */
enum { SL_DAMAGED = -1, SL_NO_MEMORY = -2 };

/* A reading of the word from some letter on. Its lemma is word[0:head] prefix word[from:to] suffix, ё as е. */
typedef struct {
    uint64_t yo;                /* the letters that are ё, see sl_spellings */
    double weight;
    uint16_t tag, paradigm, prefix, suffix; /* SL_NO_STRING: none */
    uint8_t head, from, to;
} sl_reading;

typedef struct {
    const uint8_t *word;
    uint32_t length, count, capacity;
    uint32_t first;             /* where the readings of the word last read by sl_read_unknown begin */
    int32_t budget;
    int status;                 /* why a reading could not be added */
    sl_reading *readings;
    uint64_t parsed;            /* a bit for each letter from which the word has been parsed */
    struct { uint32_t start, count; } parses[SL_LETTERS];
} sl_parser;

static inline uint32_t sl_letters(const sl_parser *p, uint32_t from) { return (p->length - from) / 2; }

/* A new last reading; NULL, and p->status says why, when there can be none. */
static inline sl_reading *sl_add_reading(sl_parser *p)
{
    if (p->count == p->capacity) {
        uint32_t capacity = p->capacity ? 2 * p->capacity : 256;
        sl_reading *grown;
        p->status = capacity > SL_READINGS ? SL_DAMAGED : SL_NO_MEMORY;
        if (capacity > SL_READINGS || !(grown = (sl_reading *)realloc(p->readings, capacity * sizeof *grown)))
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
                || (last->tag != SL_NO_STRING && other->tag != SL_NO_STRING && r->tag_same[other->tag] == r->tag_same[last->tag]))) {
            p->count--;
            return;
        }
    }
}

/* Adds the word from byte `from` on as form `index` of a paradigm. NULL as in sl_add_reading. */
static inline sl_reading *sl_add_form(const sl_russian *r, sl_parser *p, uint32_t from, uint64_t yo, uint32_t paradigm,
                                      uint32_t index)
{
    const uint8_t *table;
    uint32_t forms, before, after;
    sl_reading *reading;
    p->status = SL_DAMAGED;
    if (paradigm >= r->paradigm_count)
        return NULL;
    table = r->paradigms + r->paradigm_at[paradigm];
    forms = (r->paradigm_at[paradigm + 1] - r->paradigm_at[paradigm] - 2) / 6;
    if (index >= forms || !(reading = sl_add_reading(p)))
        return NULL;
    reading->yo = yo;
    reading->tag = (uint16_t)sl_number(table + 2 * (forms + index));
    reading->paradigm = (uint16_t)paradigm;
    before = from + sl_strings_length(&r->prefixes, sl_number(table + 2 * (2 * forms + index)));
    after = sl_strings_length(&r->suffixes, sl_number(table + 2 * index));
    after = p->length > after ? p->length - after : 0;
    reading->head = (uint8_t)from;
    reading->prefix = (uint16_t)sl_number(table + 4 * forms);
    reading->suffix = (uint16_t)sl_number(table);
    reading->from = (uint8_t)before;
    reading->to = (uint8_t)after;
    if (before > after) { /* an unknown word too short for the affixes of its ending */
        reading->from = reading->to = 0;
        if (index == 0) {
            reading->head = (uint8_t)p->length;
            reading->prefix = reading->suffix = SL_NO_STRING;
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
                return more < 0 ? SL_DAMAGED : p->status;
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
                        return more < 0 ? SL_DAMAGED : p->status;
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
    if (tag == SL_NO_STRING)
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
            sl_reading *reading = sl_add_reading(p);
            if (!reading)
                return p->status;
            *reading = p->readings[p->parses[letter].start + i];
            reading->weight *= 0.75;
            if (reading->tag != SL_NO_STRING && r->tag_closed[reading->tag])
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
        sl_reading *reading = sl_add_reading(p);
        if (!reading)
            return p->status;
        memset(reading, 0, sizeof *reading);
        reading->weight = 1.0;
        reading->tag = reading->paradigm = reading->prefix = reading->suffix = SL_NO_STRING;
        reading->head = (uint8_t)p->length;
    }
    return 0;
}
#endif
