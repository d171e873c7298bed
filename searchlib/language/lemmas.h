/* Which lemmas does a Russian word have? Those whose readings' weights sum to a threshold, the likeliest first, with the
 * corrections that russian.py describes and gives reasons for.
 *
 * Lemmas of equal weight keep the order in which their readings came. Invariant: every text is copied under a check of
 * the room there is, so no dictionary can make a lemma too long.
 */
#ifndef SEARCHLIB_LEMMAS_H
#define SEARCHLIB_LEMMAS_H
#include "readings.h"

enum { SL_JOINED_BYTES = 4096 }; /* of a hyphenated word's parts; a sound dictionary needs no tenth of it */

typedef struct {
    uint64_t parts;             /* what its text was put together from */
    double weight;
    uint32_t at, length;        /* of its text in the lemmatiser's */
    uint32_t same;              /* the first lemma with this text; the weights are there */
} sl_lemma;

/* Room for the work on one word after the other, and the answer. */
typedef struct {
    sl_parser parser;
    uint8_t folded[SL_WORD_BYTES]; /* the word with ё as е */
    sl_lemma *lemmas;
    uint8_t *text;
    uint32_t count, capacity, text_length, text_capacity;
    uint32_t *answer, answers;  /* numbers of lemmas, the likeliest first */
} sl_lemmatizer;

static inline void sl_lemmatizer_free(sl_lemmatizer *l)
{
    free(l->parser.readings);
    free(l->lemmas);
    free(l->text);
    free(l->answer);
}

/* Whether a letter is in a set that has a bit for each of а-я. */
static inline int sl_among(uint32_t set, uint32_t letter)
{
    return letter - 0x430u < 32 && set >> (letter - 0x430u) & 1;
}

static inline int sl_is_vowel(uint32_t letter) /* ё is not here: it is folded */
{
    const uint32_t vowels = 0xF8084121u; /* аеиоуыьэюя */
    return sl_among(vowels, letter) || letter == 0x454 || letter == 0x456 || letter == 0x457;
}

static inline int sl_is_consonant(uint32_t letter)
{
    const uint32_t consonants = 0x03F7BEDEu; /* бвгджзйклмнпрстфхцчшщ */
    return sl_among(consonants, letter);
}

/* Room for one more lemma and for `bytes` more of text; false when memory is short. */
static inline int sl_reserve(sl_lemmatizer *l, size_t bytes)
{
    if (l->count == l->capacity) {
        uint32_t capacity = l->capacity ? 2 * l->capacity : 64;
        sl_lemma *lemmas = (sl_lemma *)realloc(l->lemmas, capacity * sizeof *lemmas);
        uint32_t *answer;
        if (!lemmas)
            return 0;
        l->lemmas = lemmas;
        if (!(answer = (uint32_t *)realloc(l->answer, capacity * sizeof *answer)))
            return 0;
        l->answer = answer;
        l->capacity = capacity;
    }
    if (l->text_capacity - l->text_length < bytes) {
        size_t capacity = 2 * (size_t)l->text_capacity + bytes;
        uint8_t *text = capacity > 1u << 30 ? NULL : (uint8_t *)realloc(l->text, capacity);
        if (!text)
            return 0;
        l->text = text;
        l->text_capacity = (uint32_t)capacity;
    }
    return 1;
}

/* Appends to the text of the lemma being written, for which sl_reserve made room. */
static inline void sl_append(sl_lemmatizer *l, const uint8_t *text, uint32_t n)
{
    if (n) {
        memcpy(l->text + l->text_length, text, n);
        l->text_length += n;
    }
}

static inline void sl_append_string(sl_lemmatizer *l, const sl_strings *strings, uint32_t i)
{
    if (i != SL_NO_STRING)
        sl_append(l, strings->text + strings->at[i], sl_strings_length(strings, i));
}

/* The first lemma with the text that was appended since `at`; that lemma itself, which is now the last, when it is new. */
static inline uint32_t sl_keep(sl_lemmatizer *l, uint64_t parts, uint32_t at)
{
    sl_lemma *lemma = &l->lemmas[l->count];
    lemma->parts = parts;
    lemma->weight = 0;
    lemma->at = at;
    lemma->length = l->text_length - at;
    for (uint32_t i = 0; i < l->count; i++)
        if (l->lemmas[i].length == lemma->length && !memcmp(l->text + l->lemmas[i].at, l->text + at, lemma->length)) {
            l->text_length = at;
            lemma->at = l->lemmas[i].at;
            return lemma->same = l->lemmas[i].same;
        }
    return lemma->same = l->count;
}

static inline uint64_t sl_parts(const sl_reading *r)
{
    return (uint64_t)r->head << 48 | (uint64_t)r->from << 40 | (uint64_t)r->to << 32 | (uint64_t)r->prefix << 16 | r->suffix;
}

/* The lemma of a reading; negative when memory is short. Readings of one paradigm share its parts: few are put together. */
static inline int64_t sl_lemma_of(sl_lemmatizer *l, const sl_russian *r, const sl_reading *reading)
{
    uint64_t parts = sl_parts(reading);
    uint32_t at = l->text_length, found;
    for (uint32_t i = 0; i < l->count; i++)
        if (l->lemmas[i].parts == parts)
            return l->lemmas[i].same;
    if (!sl_reserve(l, 2 * SL_WORD_BYTES + 2 * SL_AFFIX_BYTES))
        return SL_NO_MEMORY;
    sl_append(l, l->folded, reading->head);
    sl_append_string(l, &r->prefixes, reading->prefix);
    sl_append(l, l->folded + reading->from, (uint32_t)reading->to - reading->from);
    sl_append_string(l, &r->suffixes, reading->suffix);
    found = sl_keep(l, parts, at);
    l->count++;
    return found;
}

/* Adds a lemma at the end of the answer that already has its text at `at`, unless the answer has it. */
static inline void sl_answer_too(sl_lemmatizer *l, uint32_t at)
{
    uint32_t found = sl_keep(l, 0, at);
    l->count++;
    for (uint32_t i = 0; i < l->answers; i++)
        if (l->answer[i] == found)
            return;
    l->answer[l->answers++] = found;
}

/* What russian.py says of names that the dictionary does not hold. */
static inline int sl_add_names(sl_lemmatizer *l)
{
    static const uint8_t ETS[4] = {0xD0, 0xB5, 0xD1, 0x86}, TS[4] = {0xD1, 0x8C, 0xD1, 0x86};
    const sl_parser *p = &l->parser;
    uint32_t predicted = l->answers, at;
    if (sl_is_consonant(sl_letter(p->word + p->length - 2))) {
        if (!sl_reserve(l, p->length))
            return SL_NO_MEMORY;
        at = l->text_length;
        sl_append(l, p->word, p->length);
        sl_answer_too(l, at);
    }
    for (uint32_t i = 0; i < predicted; i++) {
        const sl_lemma *lemma = &l->lemmas[l->answer[i]];
        uint32_t n = lemma->length, within = 0;
        if (n < 4 || memcmp(l->text + lemma->at + n - 4, ETS, 4) || n > p->length)
            continue;
        while (within + n <= p->length && (memcmp(p->word + within, l->text + lemma->at, n - 4)
                                           || memcmp(p->word + within + n - 4, TS, 4)))
            within += 2;
        if (within + n > p->length)
            continue;
        if (!sl_reserve(l, n))
            return SL_NO_MEMORY;
        at = l->text_length;
        sl_append(l, p->word + within, n);
        sl_answer_too(l, at);
    }
    return 0;
}

/* Whether one of these strings begins the word. */
static inline int sl_begins(const sl_strings *strings, uint32_t from, uint32_t to, const sl_parser *p)
{
    for (uint32_t i = from; i < to; i++) {
        uint32_t n = sl_strings_length(strings, i);
        if (n && n <= p->length && !memcmp(p->word, strings->text + strings->at[i], n))
            return 1;
    }
    return 0;
}

/* Whether pymorphy3 has no rules for an unknown word but those that nearly all get: it is not short, and neither a known
 * prefix nor that of a paradigm begins it. */
static inline int sl_is_plain(const sl_russian *r, const sl_parser *p)
{
    uint32_t letter = sl_letter(p->word) - 0x430;
    return sl_letters(p, 0) >= 6 && !sl_begins(&r->prefixes, 0, r->prefixes.count, p)
        && (letter > 31 || !sl_begins(&r->known_prefixes, r->known_from[letter], r->known_from[letter + 1], p));
}

/* Puts the likely lemmas of the readings from `start` on into the answer. */
static inline int sl_choose(sl_lemmatizer *l, const sl_russian *r, uint32_t start, double threshold, int plain)
{
    sl_parser *p = &l->parser;
    uint64_t parts = sl_parts(&p->readings[start]);
    uint32_t alike = start + 1;
    while (alike < p->count && sl_parts(&p->readings[alike]) == parts)
        alike++;
    if (alike == p->count)
        p->count = start + 1; /* all have one lemma: weights have no say */
    else if (!plain)
        sl_weigh(r, p, 0, start);
    else {
        /* Divided by the sum where pymorphy3 multiplies by its inverse: of lemmas that weigh the same this rounding is
         * what decides, and VERSION says that terms are what they were. */
        double total = sl_total(p, start);
        for (uint32_t i = start; i < p->count; i++)
            p->readings[i].weight /= total;
    }
    for (uint32_t i = start; i < p->count; i++) {
        int64_t found = sl_lemma_of(l, r, &p->readings[i]);
        if (found < 0)
            return (int)found;
        l->lemmas[found].weight += p->readings[i].weight;
    }
    l->answers = 0;
    for (uint32_t i = 0; i < l->count; i++) {
        uint32_t j = l->answers;
        if (l->lemmas[i].same != i)
            continue;
        for (; j && l->lemmas[l->answer[j - 1]].weight < l->lemmas[i].weight; j--)
            l->answer[j] = l->answer[j - 1];
        l->answer[j] = i;
        l->answers++;
    }
    while (l->answers > 1 && l->lemmas[l->answer[l->answers - 1]].weight < threshold)
        l->answers--;
    return 0;
}

/* Makes the readings that the dictionary has for a word all there are. 0, or SL_DAMAGED or SL_NO_MEMORY. */
static inline int sl_read_known(const sl_russian *r, sl_parser *p, const uint8_t *word, uint32_t n)
{
    p->word = word;
    p->length = n;
    p->count = 0;
    p->parsed = 0;
    p->budget = SL_BUDGET;
    return sl_look_up(r, p, 0, 1.0, 0, 0);
}

/* The lemmas of a word without a hyphen, or, when `known`, only those that the dictionary has for it, perhaps none. */
static inline int sl_lemmas_of_word(sl_lemmatizer *l, const sl_russian *r, const uint8_t *word, uint32_t n,
                                    double threshold, int known)
{
    sl_parser *p = &l->parser;
    int status;
    l->count = l->text_length = l->answers = 0;
    for (uint32_t i = 0; i < n; i++)
        l->folded[i] = word[i];
    for (uint32_t i = 0; i + 1 < n; i++)
        if (word[i] == 0xD1 && word[i + 1] == 0x91) {
            l->folded[i] = 0xD0;
            l->folded[i + 1] = 0xB5;
        }
    if ((status = sl_read_known(r, p, word, n)))
        return status;
    if (p->count || known)
        return p->count ? sl_choose(l, r, 0, threshold, 0) : 0;
    if ((status = sl_read_unknown(r, p, 0)) || (status = sl_choose(l, r, p->first, threshold, sl_is_plain(r, p))))
        return status;
    return sl_add_names(l);
}

/* How much of what a word without a hyphen may be, by the dictionary, is names: from 0 to 1, negative when the dictionary does not
 * have it. Returns 0, or SL_DAMAGED or SL_NO_MEMORY. */
static inline int sl_name_share(sl_lemmatizer *l, const sl_russian *r, const uint8_t *word, uint32_t n, double *share)
{
    sl_parser *p = &l->parser;
    int status;
    *share = -1;
    if ((status = sl_read_known(r, p, word, n)) || !p->count)
        return status;
    sl_weigh(r, p, 0, 0);
    *share = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->readings[i].tag != SL_NO_STRING && r->tag_name[p->readings[i].tag])
            *share += p->readings[i].weight;
    return 0;
}

static inline int sl_has_vowel(const uint8_t *word, uint32_t n)
{
    for (uint32_t i = 0; i + 1 < n; i += word[i] == '-' ? 1 : 2)
        if (word[i] != '-' && sl_is_vowel(sl_letter(word + i)))
            return 1;
    return 0;
}

/* Makes one text the answer: that of the word as it is. */
static inline int sl_answer_only(sl_lemmatizer *l, const uint8_t *text, uint32_t n)
{
    l->count = l->text_length = l->answers = 0;
    if (!sl_reserve(l, n))
        return SL_NO_MEMORY;
    sl_append(l, text, n);
    sl_answer_too(l, 0);
    return 0;
}

/* The lemmas of a word of letters of U+0400-U+052F with single hyphens between, at most SL_WORD_BYTES long, as
 * l->answer. 0, or SL_DAMAGED or SL_NO_MEMORY. */
static inline int sl_lemmas(sl_lemmatizer *l, const sl_russian *r, const uint8_t *word, uint32_t n, double threshold)
{
    const uint8_t *hyphen = (const uint8_t *)memchr(word, '-', n);
    uint8_t joined[SL_JOINED_BYTES];
    uint32_t length = 0;
    int status;
    if (!sl_has_vowel(word, n))
        return sl_answer_only(l, word, n);
    if ((status = sl_lemmas_of_word(l, r, word, n, threshold, hyphen != NULL)) || l->answers)
        return status;
    for (uint32_t from = 0, to; from < n; from = to + 1) { /* the likeliest lemma of each part */
        const sl_lemma *lemma;
        for (to = from; to < n && word[to] != '-'; to++)
            ;
        status = sl_has_vowel(word + from, to - from) ? sl_lemmas_of_word(l, r, word + from, to - from, threshold, 0)
                                                      : sl_answer_only(l, word + from, to - from);
        if (status)
            return status;
        lemma = &l->lemmas[l->answer[0]];
        if (length + lemma->length + 1 > sizeof joined)
            return SL_DAMAGED;
        memcpy(joined + length, l->text + lemma->at, lemma->length);
        length += lemma->length;
        if (to < n)
            joined[length++] = '-';
    }
    return sl_answer_only(l, joined, length);
}
/* Does the dictionary hold the word, n <= SL_WORD_BYTES bytes of UTF-8 letters of two bytes each? SL_DAMAGED: it makes no sense. */
static inline int sl_word_known(const sl_russian *r, const uint8_t *word, uint32_t n)
{
    sl_spellings spellings;
    uint64_t yo;
    uint32_t index;
    int32_t budget = 64 * SL_WORD_BYTES;
    sl_spellings_start(&spellings, &r->words, word, 0, n);
    while ((index = sl_spellings_next(&spellings, &yo, &budget))) {
        if (index == (uint32_t)-1)
            return SL_DAMAGED;
        if (sl_dawg_step(&r->words, index, SL_RECORD_MARK))
            return 1;
    }
    return 0;
}
#endif
