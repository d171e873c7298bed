/* What are the words of a text? A tokeniser over the code points of a Python string, used by _tokens.pyx and by the
 * accumulator. Plain C99, header only, no allocation, linear time, never reads outside the text it is given.
 *
 * A word is a run of letters and digits (UAX #29 as a rule; where it is silent or unhelpful for search, see below).
 *   fold        case, ё to е, diacritics of Latin and Greek letters, compatibility forms, digits of every script;
 *               combining marks, soft hyphens and zero-width characters inside a word vanish. й ї ў ѓ ќ stay, and
 *               compose from their decomposed spelling. Vowel signs of Indic scripts are letters.
 *   hyphens     "pre-war": the whole first (whole = 1, "pre-war"), then the parts at consecutive positions, the whole
 *               at the first part's. A chain of more than SL_PARTS parts gives only parts, and so does one whose whole
 *               would be longer than SL_LONGEST.
 *   dots        single letters with dots between are one acronym (U.S. us, т.е. те), unless a longer word follows the
 *               last dot immediately: then they are initials (А.С.Пушкин а с пушкин). Other dots separate: UAX #29 joins
 *               "конец.Начало" and "example.com", and a missing space is the commoner of the two.
 *   apostrophes inside a word stay, as '; the possessive 's is stripped.
 *   numbers     3.14 and 3,5 are decimals with a point. Groups of three digits are joined: 1,000,000 and 1 000 000
 *               (space, no-break, figure, thin) and, from two groups, 1.000.000; a decimal part may follow with the other sign.
 *               The first group has 1 to 3 digits and does not begin with 0; more than SL_GROUPS groups are a list.
 *               Every other chain (dates 10.12.2024, versions, IP addresses, lists) gives its numbers one by one,
 *               so that a date is found by its year and, as a phrase, whole. Letters after digits make a mixed word
 *               (5g, т90); after a decimal or grouped number they are a word of their own.
 *   look-alikes a word of Cyrillic and Latin letters becomes Cyrillic when each Latin letter looks like a Cyrillic one
 *               and some Cyrillic letter is unmistakable, Latin in the reverse case; when all are ambiguous the majority
 *               wins, a tie is Cyrillic; otherwise it stays mixed. Its script is then Cyrillic.
 *   no spaces   each Han, kana, Thai, Lao, Khmer or Myanmar character is a token.
 *   length      only the first SL_LONGEST code points of a word count: longer "words" are URLs, encodings and hostile
 *               input; none of them should cost a dictionary entry of its length. The rest of the run is skipped.
 * Everything else, emoji and _ @ # / included, separates.
 */
#ifndef SEARCHLIB_TOKENS_H
#define SEARCHLIB_TOKENS_H
#include <stddef.h>
#include <stdint.h>
#include "tables.h"

#if defined(__GNUC__) || defined(__clang__)
#define SL_UNUSED __attribute__((unused))
#define SL_LIKELY(x) __builtin_expect(!!(x), 1)
#else
#define SL_UNUSED
#define SL_LIKELY(x) (x)
#endif

enum { SL_LATIN = 1, SL_CYRILLIC = 2, SL_NUMBER = 3, SL_OTHER = 4 };
enum { SL_LONGEST = 64, SL_PARTS = 8, SL_GROUPS = 6 };

typedef struct {
    const char *form;    /* folded UTF-8, not NUL terminated, valid until the next call */
    uint32_t length;     /* bytes of form */
    uint32_t start, end; /* half-open range of code points in the source text */
    uint32_t position;   /* 0, 1, 2 ... */
    uint8_t script;      /* of the enum above */
    uint8_t whole;       /* 1: a hyphenated whole; it does not count towards document length */
} sl_token;

/* One word, or one part of a hyphenated one. */
typedef struct {
    uint32_t start, end; /* in the source */
    uint32_t next;       /* where to read on */
    uint16_t at, bytes;  /* its form in the tokenizer's text */
    uint8_t points;      /* code points of its form */
    uint8_t script;
} sl_unit;

typedef struct sl_tokenizer {
    const void *data;
    uint32_t length;
    uint32_t at;         /* the next code point to read */
    uint32_t position;   /* of the next token */
    int kind;
    uint32_t chain_at;   /* a unit that starts here goes on a hyphenated chain that had too many parts */
    uint32_t plain_to;   /* digits before this place belong to no decimal or group */
    uint32_t initial_to; /* single letters before this place belong to no acronym */
    uint32_t unit_count, unit_next;
    sl_unit units[SL_PARTS];
    char text[SL_PARTS * (SL_LONGEST * 4 + 1)];
} sl_tokenizer;

/* Classes of code points, as make_tables.py numbers them; 1 to 4 are the scripts' own numbers. */
enum {
    SL_C_SEPARATOR, SL_C_LATIN, SL_C_CYRILLIC, SL_C_DIGIT, SL_C_OTHER, SL_C_SINGLE,
    SL_C_MARK, SL_C_FORMAT, SL_C_APOSTROPHE, SL_C_HYPHEN, SL_C_DOT, SL_C_COMMA
};
#define SL_E_CLASS(entry) ((entry) & 15u)
#define SL_E_IS_UPPER 16u
#define SL_E_EXPANDS 32u
#define SL_E_FOLD(entry) ((entry) >> 8)
#define SL_IN(entry, set) (((set) >> SL_E_CLASS(entry)) & 1u)
#define SL_SET_LETTER ((1u << SL_C_LATIN) | (1u << SL_C_CYRILLIC) | (1u << SL_C_OTHER))
#define SL_SET_WORD (SL_SET_LETTER | (1u << SL_C_DIGIT))
#define SL_SET_START (SL_SET_WORD | (1u << SL_C_SINGLE))
#define SL_SET_UNSEEN ((1u << SL_C_MARK) | (1u << SL_C_FORMAT))
/* After a plain run of letters these may belong to the word; anything else ends it. */
#define SL_SET_UNSURE (SL_SET_WORD | SL_SET_UNSEEN | (1u << SL_C_APOSTROPHE) | (1u << SL_C_HYPHEN))

static inline uint32_t sl_entry(uint32_t c) {
    if (SL_LIKELY(c < 0x20000u)) return sl_entries[((uint32_t)sl_block_of[c >> 6] << 6) | (c & 63u)];
    if (c <= 0x3FFFDu) return SL_C_SINGLE;                /* the ideographic planes */
    if (c >= 0xE0100u && c <= 0xE01EFu) return SL_C_MARK; /* variation selectors */
    return SL_C_SEPARATOR;
}

static inline uint32_t sl_point(const sl_tokenizer *t, uint32_t i) {
    if (t->kind == 2) return ((const uint16_t *)t->data)[i];
    if (t->kind == 1) return ((const uint8_t *)t->data)[i];
    return ((const uint32_t *)t->data)[i];
}

/* The entry at i; past the end of the text a separator. */
static inline uint32_t sl_entry_at(const sl_tokenizer *t, uint32_t i) {
    return i < t->length ? sl_entry(sl_point(t, i)) : SL_C_SEPARATOR;
}

static inline char *sl_put(char *out, uint32_t c) {
    if (c < 0x80u) {
        *out++ = (char)c;
    } else if (c < 0x800u) {
        *out++ = (char)(0xC0u | (c >> 6));
        *out++ = (char)(0x80u | (c & 63u));
    } else if (c < 0x10000u) {
        *out++ = (char)(0xE0u | (c >> 12));
        *out++ = (char)(0x80u | ((c >> 6) & 63u));
        *out++ = (char)(0x80u | (c & 63u));
    } else {
        *out++ = (char)(0xF0u | (c >> 18));
        *out++ = (char)(0x80u | ((c >> 12) & 63u));
        *out++ = (char)(0x80u | ((c >> 6) & 63u));
        *out++ = (char)(0x80u | (c & 63u));
    }
    return out;
}

/* kind: bytes per code point of data (1, 2 or 4, as PyUnicode_KIND); length: code points. Text past 2^32 - 2 code
 * points is not read: offsets are 32 bits wide. The data must outlive the tokenizer. */
static SL_UNUSED void sl_tokenizer_init(sl_tokenizer *t, int kind, const void *data, size_t length) {
    t->data = data;
    t->kind = kind;
    t->length = length < 0xFFFFFFFEu ? (uint32_t)length : 0xFFFFFFFEu;
    t->at = t->position = 0;
    t->chain_at = 0xFFFFFFFFu;
    t->plain_to = t->initial_to = 0;
    t->unit_count = t->unit_next = 0;
}

/* ---- words ---- */

/* A word while it is read: code points after folding, at most SL_LONGEST of them. */
typedef struct {
    uint32_t points[SL_LONGEST];
    uint8_t entry_bits[SL_LONGEST]; /* class and SL_E_IS_UPPER of the letter each came from */
    uint32_t count;
    int full;
} sl_word;

static inline void sl_word_add(sl_word *w, uint32_t c, uint32_t entry) {
    if (w->count == SL_LONGEST) {
        w->full = 1;
        return;
    }
    w->points[w->count] = c;
    w->entry_bits[w->count++] = (uint8_t)(entry & 31u);
}

static void sl_word_add_letter(sl_word *w, uint32_t c, uint32_t entry) {
    uint32_t fold = SL_E_FOLD(entry);
    if (entry & SL_E_EXPANDS) {
        for (int k = 0; k < 4 && sl_expansions[fold][k]; k++) sl_word_add(w, sl_expansions[fold][k], entry);
    } else {
        sl_word_add(w, fold ? fold : c, entry);
    }
}

/* A combining mark changes the letter before it only where the pair is a letter of its own. */
static void sl_word_add_mark(sl_word *w, uint32_t mark) {
    if (w->count == 0 || w->full) return;
    uint32_t *last = &w->points[w->count - 1];
    if (mark == 0x306u && *last == 0x438u) *last = 0x439u;      /* и й */
    else if (mark == 0x306u && *last == 0x443u) *last = 0x45Eu; /* у ў */
    else if (mark == 0x308u && *last == 0x456u) *last = 0x457u; /* і ї */
    else if (mark == 0x301u && *last == 0x433u) *last = 0x453u; /* г ѓ */
    else if (mark == 0x301u && *last == 0x43Au) *last = 0x45Cu; /* к ќ */
}

/* The Cyrillic letter that a folded Latin one looks like, or 0. Capitals have more twins than small letters. */
static uint32_t sl_cyrillic_twin(uint32_t c, int upper) {
    static const uint16_t small[26] = {0x430, 0, 0x441, 0, 0x435, 0, 0, 0, 0x456, 0x458, 0x43A, 0, 0,
                                       0, 0x43E, 0x440, 0, 0, 0x455, 0, 0, 0, 0, 0x445, 0x443, 0};
    static const uint16_t large[26] = {0x430, 0x432, 0x441, 0, 0x435, 0, 0, 0x43D, 0x456, 0x458, 0x43A, 0, 0x43C,
                                       0, 0x43E, 0x440, 0, 0, 0x455, 0x442, 0, 0, 0, 0x445, 0x443, 0};
    if (c < 'a' || c > 'z') return 0;
    return upper ? large[c - 'a'] : small[c - 'a'];
}

/* The Latin letter that a folded Cyrillic one looks like, or 0. */
static uint32_t sl_latin_twin(uint32_t c, int upper) {
    for (uint32_t latin = 'a'; latin <= 'z'; latin++)
        if (sl_cyrillic_twin(latin, upper) == c) return latin;
    return 0;
}

/* Look-alike repair, as the head of this file says. */
static void sl_word_repair(sl_word *w) {
    uint32_t latin = 0, cyrillic = 0, latin_sure = 0, cyrillic_sure = 0;
    for (uint32_t k = 0; k < w->count; k++) {
        int upper = (w->entry_bits[k] & SL_E_IS_UPPER) != 0;
        if (SL_E_CLASS(w->entry_bits[k]) == SL_C_LATIN) {
            latin++;
            latin_sure += sl_cyrillic_twin(w->points[k], upper) == 0;
        } else if (SL_E_CLASS(w->entry_bits[k]) == SL_C_CYRILLIC) {
            cyrillic++;
            cyrillic_sure += sl_latin_twin(w->points[k], upper) == 0;
        }
    }
    if (latin == 0 || cyrillic == 0 || (latin_sure && cyrillic_sure)) return;
    int to_latin = latin_sure || (!cyrillic_sure && latin > cyrillic);
    uint32_t from = to_latin ? SL_C_CYRILLIC : SL_C_LATIN;
    for (uint32_t k = 0; k < w->count; k++) {
        int upper = (w->entry_bits[k] & SL_E_IS_UPPER) != 0;
        if (SL_E_CLASS(w->entry_bits[k]) != from) continue;
        w->points[k] = to_latin ? sl_latin_twin(w->points[k], upper) : sl_cyrillic_twin(w->points[k], upper);
        w->entry_bits[k] = (uint8_t)(to_latin ? SL_C_LATIN : SL_C_CYRILLIC);
    }
}

/* Writes the word's form at text[at]; fills the unit's form, size and script. */
static void sl_word_finish(sl_tokenizer *t, sl_word *w, uint32_t at, sl_unit *unit) {
    unsigned seen = 0;
    char *out = t->text + at;
    sl_word_repair(w);
    for (uint32_t k = 0; k < w->count; k++) {
        out = sl_put(out, w->points[k]);
        seen |= 1u << SL_E_CLASS(w->entry_bits[k]);
    }
    unit->at = (uint16_t)at;
    unit->bytes = (uint16_t)(out - (t->text + at));
    unit->points = (uint8_t)w->count;
    unit->script = seen & (1u << SL_C_CYRILLIC) ? SL_CYRILLIC
                   : seen & (1u << SL_C_LATIN)  ? SL_LATIN
                   : seen & (1u << SL_C_OTHER)  ? SL_OTHER
                                                : SL_NUMBER;
}

/* The first place from i on that is neither a mark nor a format character. */
static uint32_t sl_skip_unseen(const sl_tokenizer *t, uint32_t i) {
    while (i < t->length && SL_IN(sl_entry_at(t, i), SL_SET_UNSEEN)) i++;
    return i;
}

/* After a number or an acronym: past a possessive 's, if one follows; otherwise i. */
static uint32_t sl_skip_possessive(const sl_tokenizer *t, uint32_t i) {
    if (SL_E_CLASS(sl_entry_at(t, i)) != SL_C_APOSTROPHE) return i;
    uint32_t s = i + 1 < t->length ? sl_point(t, i + 1) : 0;
    if (s != 's' && s != 'S') return i;
    return SL_IN(sl_entry_at(t, i + 2), SL_SET_WORD | SL_SET_UNSEEN | (1u << SL_C_APOSTROPHE)) ? i : i + 2;
}

/* A run of letters, digits, marks and inner apostrophes. */
static void sl_read_word(sl_tokenizer *t, uint32_t start, uint32_t at, sl_unit *unit) {
    sl_word w;
    uint32_t i = start, end = start;
    w.count = 0;
    w.full = 0;
    while (i < t->length) {
        uint32_t c = sl_point(t, i), entry = sl_entry(c);
        if (SL_IN(entry, SL_SET_WORD)) {
            sl_word_add_letter(&w, c, entry);
            end = ++i;
        } else if (SL_E_CLASS(entry) == SL_C_MARK) {
            sl_word_add_mark(&w, c);
            end = ++i;
        } else if (SL_E_CLASS(entry) == SL_C_FORMAT) {
            i++;
        } else if (SL_E_CLASS(entry) == SL_C_APOSTROPHE) {
            uint32_t after = sl_skip_unseen(t, i + 1);
            if (!SL_IN(sl_entry_at(t, after), SL_SET_LETTER)) break;
            sl_word_add(&w, '\'', SL_C_SEPARATOR);
            i = after;
        } else {
            break;
        }
    }
    unit->next = i;
    while (w.count > 2 && w.points[w.count - 1] == 's' && w.points[w.count - 2] == '\'') {
        w.count -= 2;
        /* the offsets end before the apostrophe as well, unless the word was cut */
        if (!w.full)
            for (uint32_t k = end; k > start; k--)
                if (SL_E_CLASS(sl_entry_at(t, k - 1)) == SL_C_APOSTROPHE) {
                    end = k - 1;
                    break;
                }
    }
    if (w.points[w.count - 1] == '\'') w.count--; /* cut just there */
    unit->start = start;
    unit->end = end;
    sl_word_finish(t, &w, at, unit);
}

/* ---- acronyms and initials ---- */

/* A single letter and what is attached to it; the place after it, or 0 when the letter goes on as a word. */
static uint32_t sl_single_letter(const sl_tokenizer *t, uint32_t i) {
    if (!SL_IN(sl_entry_at(t, i), SL_SET_LETTER)) return 0;
    i = sl_skip_unseen(t, i + 1);
    if (SL_E_CLASS(sl_entry_at(t, i)) == SL_C_APOSTROPHE && sl_skip_possessive(t, i) == i &&
        SL_IN(sl_entry_at(t, sl_skip_unseen(t, i + 1)), SL_SET_LETTER))
        return 0; /* O'Neill */
    return SL_IN(sl_entry_at(t, i), SL_SET_WORD) ? 0 : i;
}

/* Reads "U.S." if it is there; otherwise 0, and initials are remembered as such. */
static int sl_read_acronym(sl_tokenizer *t, uint32_t start, uint32_t at, sl_unit *unit) {
    uint32_t letters = 0, i = start, end = start, after;
    if (start < t->initial_to) return 0;
    while ((after = sl_single_letter(t, i)) != 0) {
        letters++;
        end = after;
        if (SL_E_CLASS(sl_entry_at(t, after)) != SL_C_DOT) break;
        i = end = after + 1;
    }
    if (letters < 2) return 0;
    if (i == end && SL_IN(sl_entry_at(t, i), SL_SET_WORD)) {
        t->initial_to = end;
        return 0;
    }
    sl_word w;
    w.count = 0;
    w.full = 0;
    for (i = start; i < end; i++) {
        uint32_t c = sl_point(t, i), entry = sl_entry(c);
        if (SL_IN(entry, SL_SET_LETTER)) sl_word_add_letter(&w, c, entry);
        else if (SL_E_CLASS(entry) == SL_C_MARK) sl_word_add_mark(&w, c);
    }
    unit->start = start;
    unit->end = end;
    unit->next = sl_skip_possessive(t, end);
    sl_word_finish(t, &w, at, unit);
    return 1;
}

/* ---- numbers ---- */

static int sl_is_digit(const sl_tokenizer *t, uint32_t i) { return SL_E_CLASS(sl_entry_at(t, i)) == SL_C_DIGIT; }

static uint32_t sl_digits_end(const sl_tokenizer *t, uint32_t i) {
    while (sl_is_digit(t, i)) i++;
    return i;
}

/* What stands at i between two numbers: '.', ',', ' ' (of any width that groups digits) or 0. */
static int sl_number_sign(const sl_tokenizer *t, uint32_t i) {
    if (i + 1 >= t->length || !sl_is_digit(t, i + 1)) return 0;
    uint32_t c = sl_point(t, i);
    if (c == ' ' || c == 0xA0u || c == 0x2007u || c == 0x2009u || c == 0x202Fu) return ' ';
    switch (SL_E_CLASS(sl_entry(c))) {
        case SL_C_DOT: return '.';
        case SL_C_COMMA: return ',';
        default: return 0;
    }
}

/* Reads a decimal or a grouped number that is more than its first run of digits; otherwise 0, and a chain that is
 * neither is remembered as plain. spaces: whether groups may be parted by spaces here. */
static int sl_read_number(sl_tokenizer *t, uint32_t start, int spaces, uint32_t at, sl_unit *unit) {
    if (start < t->plain_to || !sl_is_digit(t, start)) return 0;
    uint32_t first = sl_digits_end(t, start), end = first, point = 0;
    int sign = sl_number_sign(t, first);
    if (sign == 0 || (sign == ' ' && !spaces)) return 0;

    uint32_t groups = 0;
    int groupable = first - start <= 3 && SL_E_FOLD(sl_entry_at(t, start)) != '0';
    while (sl_number_sign(t, end) == sign) {
        uint32_t next = sl_digits_end(t, end + 1);
        int three = next - end == 4;
        if (sign == ' ' && (!three || !groupable)) break;
        groups++;
        groupable = groupable && three;
        end = next;
    }
    groupable = groupable && groups <= SL_GROUPS && groups >= (sign == '.' ? 2u : 1u);
    if (groupable) {
        int other = sl_number_sign(t, end);
        if (other != 0 && other != ' ' && other != sign) {
            uint32_t last = sl_digits_end(t, end + 1), more = (uint32_t)sl_number_sign(t, last);
            if (more == 0 || more == ' ') {
                point = end;
                end = last;
            } else {
                end = last; /* 1,000.5.7 is a chain after all */
                while (sl_number_sign(t, end) == '.' || sl_number_sign(t, end) == ',') end = sl_digits_end(t, end + 1);
                groupable = 0;
            }
        }
    } else if (sign != ' ' && groups == 1) {
        point = first;
        groupable = 1;
    }
    if (!groupable) {
        t->plain_to = end;
        return 0;
    }

    sl_word w;
    w.count = 0;
    w.full = 0;
    for (uint32_t i = start; i < end; i++) {
        uint32_t c = sl_point(t, i), entry = sl_entry(c);
        if (SL_E_CLASS(entry) == SL_C_DIGIT) sl_word_add_letter(&w, c, entry);
        else if (i == point && point != 0) sl_word_add(&w, '.', SL_C_SEPARATOR);
    }
    if (w.points[w.count - 1] == '.') w.count--; /* cut just there */
    unit->start = start;
    unit->end = end;
    unit->next = sl_skip_possessive(t, end);
    sl_word_finish(t, &w, at, unit);
    return 1;
}

/* ---- tokens ---- */

static void sl_read_unit(sl_tokenizer *t, uint32_t start, int spaces, uint32_t at, sl_unit *unit) {
    if (sl_read_number(t, start, spaces, at, unit) || sl_read_acronym(t, start, at, unit)) return;
    sl_read_word(t, start, at, unit);
}

/* Where the next part starts when a hyphen at i joins it, or 0. */
static uint32_t sl_after_hyphen(const sl_tokenizer *t, uint32_t i) {
    if (SL_E_CLASS(sl_entry_at(t, i)) != SL_C_HYPHEN) return 0;
    i = sl_skip_unseen(t, i + 1);
    return SL_IN(sl_entry_at(t, i), SL_SET_WORD) ? i : 0;
}

static void sl_give_unit(sl_tokenizer *t, sl_token *out) {
    const sl_unit *unit = &t->units[t->unit_next++];
    out->form = t->text + unit->at;
    out->length = unit->bytes;
    out->start = unit->start;
    out->end = unit->end;
    out->script = unit->script;
    out->position = t->position++;
    out->whole = 0;
}

/* The unusual word that starts at start, with its hyphenated parts. */
static int sl_next_slowly(sl_tokenizer *t, uint32_t start, sl_token *out) {
    uint32_t count = 0, used = 0, points = 0, next = start;
    int script = SL_NUMBER, chained = start == t->chain_at;
    for (;;) {
        int spaces = count == 0 || t->units[count - 1].script == SL_NUMBER;
        sl_unit *unit = &t->units[count++];
        sl_read_unit(t, next, spaces, used, unit);
        used += unit->bytes;
        points += unit->points;
        if (unit->script == SL_CYRILLIC || script == SL_NUMBER) script = unit->script;
        else if (unit->script == SL_LATIN && script == SL_OTHER) script = SL_LATIN;
        t->at = unit->next;
        next = sl_after_hyphen(t, t->at);
        if (next == 0) break;
        if (chained || count == SL_PARTS) {
            t->chain_at = t->at = next;
            chained = 1;
            break;
        }
        t->text[used++] = '-';
        points++;
    }
    t->unit_count = count;
    t->unit_next = 0;
    if (chained || count == 1 || points > SL_LONGEST) {
        sl_give_unit(t, out);
        return 1;
    }
    out->form = t->text;
    out->length = used;
    out->start = t->units[0].start;
    out->end = t->units[count - 1].end;
    out->script = (uint8_t)script;
    out->position = t->position;
    out->whole = 1;
    return 1;
}

/* One character that is a token by itself. */
static int sl_give_single(sl_tokenizer *t, uint32_t c, uint32_t entry, uint32_t start, sl_token *out) {
    uint32_t fold = SL_E_FOLD(entry);
    out->form = t->text;
    out->length = (uint32_t)(sl_put(t->text, fold ? fold : c) - t->text);
    out->start = start;
    out->end = t->at = start + 1;
    out->script = SL_OTHER;
    out->position = t->position++;
    out->whole = 0;
    return 1;
}

/* The usual case, once for each width of code point: a run of letters of one script between two separators. */
#define SL_DEFINE_NEXT(NAME, TYPE)                                                                        \
    static int NAME(sl_tokenizer *t, sl_token *out) {                                                     \
        const TYPE *s = (const TYPE *)t->data;                                                            \
        uint32_t i = t->at, n = t->length, start, entry = 0, script;                                      \
        char *w = t->text;                                                                                \
        for (;; i++) {                                                                                    \
            if (i >= n) {                                                                                 \
                t->at = n;                                                                                \
                return 0;                                                                                 \
            }                                                                                             \
            entry = sl_entry(s[i]);                                                                       \
            if (SL_IN(entry, SL_SET_START)) break;                                                        \
        }                                                                                                 \
        start = i;                                                                                        \
        script = SL_E_CLASS(entry);                                                                       \
        if (script == SL_C_SINGLE) return sl_give_single(t, s[i], entry, i, out);                         \
        if (script > SL_C_CYRILLIC || start == t->chain_at) return sl_next_slowly(t, start, out);         \
        do {                                                                                              \
            if ((entry & SL_E_EXPANDS) || i - start == SL_LONGEST) return sl_next_slowly(t, start, out);  \
            w = sl_put(w, SL_E_FOLD(entry));                                                              \
            entry = ++i < n ? sl_entry(s[i]) : SL_C_SEPARATOR;                                            \
        } while (SL_E_CLASS(entry) == script);                                                            \
        if (SL_IN(entry, SL_SET_UNSURE)) {                                                                \
            /* a hyphen or an apostrophe at the end of a word, as quotes and dashes are, joins nothing */ \
            if (SL_IN(entry, SL_SET_WORD | SL_SET_UNSEEN) ||                                              \
                SL_IN(sl_entry_at(t, i + 1), SL_SET_WORD | SL_SET_UNSEEN))                                \
                return sl_next_slowly(t, start, out);                                                     \
        } else if (SL_E_CLASS(entry) == SL_C_DOT && i - start == 1) {                                     \
            return sl_next_slowly(t, start, out);                                                         \
        }                                                                                                 \
        t->at = i;                                                                                        \
        out->form = t->text;                                                                              \
        out->length = (uint32_t)(w - t->text);                                                            \
        out->start = start;                                                                               \
        out->end = i;                                                                                     \
        out->script = (uint8_t)script;                                                                    \
        out->position = t->position++;                                                                    \
        out->whole = 0;                                                                                   \
        return 1;                                                                                         \
    }
SL_DEFINE_NEXT(sl_next_1, uint8_t)
SL_DEFINE_NEXT(sl_next_2, uint16_t)
SL_DEFINE_NEXT(sl_next_4, uint32_t)
#undef SL_DEFINE_NEXT

/* 1: out holds the next token; 0: the text is at its end. */
static SL_UNUSED int sl_tokenizer_next(sl_tokenizer *t, sl_token *out) {
    if (t->unit_next < t->unit_count) {
        sl_give_unit(t, out);
        return 1;
    }
    return t->kind == 2 ? sl_next_2(t, out) : t->kind == 1 ? sl_next_1(t, out) : sl_next_4(t, out);
}

#endif
