/* How does a name sound, so that it is found in the other script? Tasmagambetov and Тасмагамбетов fold to much the same sounds.
 *
 * A word is folded letter by letter, the longest rule first, to sounds: b p f v t d k g h s z r l m n, C (ts), X (ch), S (sh), J (zh, j) and the
 * vowels a e i o u and Q (э, which writes English a and e). Soft and hard signs and doubled sounds are dropped. The key of the
 * sounds is what is left of them without vowels and h, sibilants as one: words that may be the same name mostly share it, so an order
 * by keys brings them together. What one script writes in several ways of the other (w as в or у, g as г or дж, a final s that the
 * stem has lost) comes as further spellings of the word that is looked for, each with a small cost.
 *
 * How far two words are apart is the cheapest way to turn the sounds of one into those of the other (Levenshtein 1966), sounds that
 * are mistaken for each other at a lower price, divided by the number of sounds. Costs are hundredths.
 *
 * Letters are bytes as in storage/keys.h: ASCII as it is, а to я as 80..9F. Any other byte makes a word that is no name.
 */
#ifndef SL_NAMES_H
#define SL_NAMES_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) || defined(__clang__)
#define SL_NAMES_FUNCTION static __attribute__((unused))
#else
#define SL_NAMES_FUNCTION static
#endif

#define SL_NAME_SOUNDS 48u   /* longer words are no names */
#define SL_NAME_LETTERS 3u   /* nor are shorter ones */
#define SL_NAME_SPELLINGS 12u
#define SL_NAME_RESPELT 4u   /* what a spelling of ours costs, in hundredths of the whole word */

/* Sets of sounds: a bit for each, by the lower bits of its letter. */
#define SL_SOUND(c) (1ull << ((c) & 63))
#define SL_TWO_SOUNDS(a, b) (SL_SOUND(a) | SL_SOUND(b))
#define SL_VOWEL_SOUNDS (SL_TWO_SOUNDS('a', 'e') | SL_TWO_SOUNDS('i', 'o') | SL_TWO_SOUNDS('u', 'Q'))
#define SL_SIBILANTS (SL_TWO_SOUNDS('s', 'z') | SL_TWO_SOUNDS('C', 'X') | SL_TWO_SOUNDS('S', 'J'))

enum { SL_NO_NAME = 0, SL_LATIN_NAME = 1, SL_CYRILLIC_NAME = 2 };

typedef struct {
    char sounds[SL_NAME_SOUNDS + 2];
    uint32_t length, cost;
} sl_name;

static const char *const sl_latin_sounds[][2] = {
    {"shch", "S"}, {"tsch", "X"}, {"sch", "S"}, {"tch", "X"}, {"dzh", "J"}, {"zh", "J"}, {"kh", "h"}, {"gh", "g"},
    {"ch", "X"},   {"sh", "S"},   {"cz", "X"},  {"ts", "C"},  {"tz", "C"},  {"dj", "J"}, {"ph", "f"}, {"th", "t"},
    {"ck", "k"},   {"qu", "kv"},  {"ce", "se"}, {"ci", "si"}, {"cy", "si"}, {"ee", "i"}, {"oo", "u"}, {"yu", "u"},
    {"ya", "a"},   {"ye", "e"},   {"yo", "o"},  {"iu", "u"},  {"ia", "a"},  {"ie", "e"}, {"x", "ks"}, {"w", "v"},
    {"q", "k"},    {"c", "k"},    {"j", "J"},   {"y", "i"},
};

/* а to я */
static const char sl_cyrillic_sounds[] = "abvgdeJziiklmnoprstufhCXSS\0i\0Qua";

SL_NAMES_FUNCTION void sl_name_add(sl_name *name, char sound)
{
    if (sound && name->length <= SL_NAME_SOUNDS && (!name->length || name->sounds[name->length - 1] != sound))
        name->sounds[name->length++] = sound;
}

/* Folds a word of n letters. Gives its script, SL_NO_NAME for what is no name. */
SL_NAMES_FUNCTION int sl_name_fold(const uint8_t *letters, uint32_t n, sl_name *name)
{
    int script = n && letters[0] >= 0x80 ? SL_CYRILLIC_NAME : SL_LATIN_NAME;
    name->length = name->cost = 0;
    if (n < SL_NAME_LETTERS || n > SL_NAME_SOUNDS)
        return SL_NO_NAME;
    for (uint32_t i = 0; i < n; i++)
        if (script == SL_CYRILLIC_NAME ? letters[i] < 0x80 || letters[i] > 0x9F : letters[i] < 'a' || letters[i] > 'z')
            return SL_NO_NAME;
    for (uint32_t i = 0; i < n;) {
        if (script == SL_CYRILLIC_NAME) {
            uint8_t next = i + 1 < n ? letters[i + 1] : 0;
            char sound = sl_cyrillic_sounds[letters[i] - 0x80];
            if ((letters[i] == 0x84 || letters[i] == 0x97) && next == 0x86) /* дж, чж */
                sound = 'J', i++;
            else if (letters[i] == 0x92 && next == 0x91) /* тс */
                sound = 'C', i++;
            else if (letters[i] == 0x84 && next == 0x87) /* дз */
                sound = 'z', i++;
            sl_name_add(name, sound);
            i++;
            continue;
        }
        uint32_t rule = 0, rules = sizeof sl_latin_sounds / sizeof *sl_latin_sounds, length = 0;
        for (; rule < rules; rule++) {
            if (letters[i] != (uint8_t)*sl_latin_sounds[rule][0])
                continue;
            length = (uint32_t)strlen(sl_latin_sounds[rule][0]);
            if (length <= n - i && memcmp(letters + i, sl_latin_sounds[rule][0], length) == 0)
                break;
        }
        if (rule == rules) {
            sl_name_add(name, (char)letters[i++]);
        } else {
            for (const char *sound = sl_latin_sounds[rule][1]; *sound; sound++)
                sl_name_add(name, *sound);
            i += length;
        }
    }
    return name->length && name->length <= SL_NAME_SOUNDS ? script : SL_NO_NAME;
}

SL_NAMES_FUNCTION int sl_is_vowel_sound(char sound)
{
    return sound && (SL_SOUND(sound) & SL_VOWEL_SOUNDS) != 0;
}

/* The key of a name's sounds, 4 bits each, the first 16 of them; its length is what `*count` says. */
SL_NAMES_FUNCTION uint64_t sl_name_key(const sl_name *name, uint32_t *count)
{
    uint64_t key = 0;
    uint32_t n = 0, last = 0;
    for (uint32_t i = 0; i < name->length && n < 16; i++) {
        uint32_t class = 0;
        switch (name->sounds[i]) {
        case 'b': class = 1; break;
        case 'p': class = 2; break;
        case 'f': class = 3; break;
        case 'v': class = 4; break;
        case 't': class = 5; break;
        case 'd': class = 6; break;
        case 'k': class = 7; break;
        case 'g': class = 8; break;
        case 's': case 'z': case 'C': case 'X': case 'S': case 'J': class = 9; break;
        case 'r': class = 10; break;
        case 'l': class = 11; break;
        case 'm': class = 12; break;
        case 'n': class = 13; break;
        }
        if (class && class != last) {
            key |= (uint64_t)class << (60 - 4 * n);
            n++;
            last = class;
        }
    }
    *count = n;
    return key;
}

/* Puts a spelling after the others, unless one of them is the same. `written` are its n sounds. */
SL_NAMES_FUNCTION void sl_name_respell(sl_name *spellings, uint32_t *count, const char *written, uint32_t n)
{
    sl_name *made = &spellings[*count];
    if (*count == SL_NAME_SPELLINGS)
        return;
    made->length = 0;
    for (uint32_t i = 0; i < n; i++)
        sl_name_add(made, written[i]);
    made->cost = SL_NAME_RESPELT;
    if (!made->length || made->length > SL_NAME_SOUNDS)
        return;
    for (uint32_t i = 0; i < *count; i++)
        if (spellings[i].length == made->length && memcmp(spellings[i].sounds, made->sounds, made->length) == 0)
            return;
    ++*count;
}

enum { SL_EVERYWHERE, SL_BEFORE_VOWEL, SL_BEFORE_NO_VOWEL, SL_AFTER_VOWEL, SL_BEFORE_E_OR_I };

SL_NAMES_FUNCTION int sl_name_is_there(const sl_name *name, uint32_t i, int where)
{
    char before = i ? name->sounds[i - 1] : 0, after = i + 1 < name->length ? name->sounds[i + 1] : 0;
    switch (where) {
    case SL_BEFORE_VOWEL: return sl_is_vowel_sound(after);
    case SL_BEFORE_NO_VOWEL: return !sl_is_vowel_sound(after);
    case SL_AFTER_VOWEL: return sl_is_vowel_sound(before);
    case SL_BEFORE_E_OR_I: return after == 'e' || after == 'i';
    default: return 1;
    }
}

/* A spelling with another sound for one, wherever it is there. */
SL_NAMES_FUNCTION void sl_name_swap(sl_name *spellings, uint32_t *count, char from, char to, int where)
{
    const sl_name *name = spellings;
    char written[SL_NAME_SOUNDS + 2];
    int swapped = 0;
    for (uint32_t i = 0; i < name->length; i++) {
        written[i] = name->sounds[i];
        if (written[i] == from && sl_name_is_there(name, i, where)) {
            written[i] = to;
            swapped = 1;
        }
    }
    if (swapped)
        sl_name_respell(spellings, count, written, name->length);
}

/* A spelling with one sound for two neighbours, wherever they are there. */
SL_NAMES_FUNCTION void sl_name_join(sl_name *spellings, uint32_t *count, char first, char second, char to)
{
    const sl_name *name = spellings;
    char written[SL_NAME_SOUNDS + 2];
    uint32_t n = 0;
    for (uint32_t i = 0; i < name->length; i++) {
        written[n++] = name->sounds[i];
        if (name->sounds[i] == first && i + 1 < name->length && name->sounds[i + 1] == second) {
            written[n - 1] = to;
            i++;
        }
    }
    if (n < name->length)
        sl_name_respell(spellings, count, written, n);
}

/* How else the word may have been written, to find it among words of the other script. spellings: room for SL_NAME_SPELLINGS, the
 * first is the word as it was folded. Gives how many there are then. */
SL_NAMES_FUNCTION uint32_t sl_name_spellings(sl_name *spellings, int script)
{
    uint32_t count = 1, n = spellings->length;
    char written[SL_NAME_SOUNDS + 2];
    memcpy(written, spellings->sounds, n);
    if (script == SL_LATIN_NAME) {
        sl_name_swap(spellings, &count, 'h', 'g', SL_EVERYWHERE);
        sl_name_swap(spellings, &count, 'J', 'i', SL_EVERYWHERE);
        sl_name_swap(spellings, &count, 'g', 'J', SL_BEFORE_E_OR_I);
        sl_name_swap(spellings, &count, 'v', 'u', SL_BEFORE_NO_VOWEL);
        sl_name_swap(spellings, &count, 'v', 'u', SL_BEFORE_VOWEL);
        sl_name_swap(spellings, &count, 'X', 'k', SL_EVERYWHERE);
        sl_name_swap(spellings, &count, 'X', 'h', SL_EVERYWHERE);
        sl_name_join(spellings, &count, 'k', 's', 's');
        sl_name_join(spellings, &count, 'n', 'g', 'n');
        if (n > 4 && (written[n - 4] == 'e' || written[n - 4] == 'o') && memcmp(written + n - 3, "vna", 3) == 0) {
            written[n - 2] = 'i'; /* Ivanovna is of Ivanovich, as the lemma is */
            written[n - 1] = 'X';
            sl_name_respell(spellings, &count, written, n);
        } else if (n < SL_NAME_SOUNDS) {
            written[n] = 's'; /* the stem has lost it */
            sl_name_respell(spellings, &count, written, n + 1);
        }
        return count;
    }
    sl_name_swap(spellings, &count, 'g', 'h', SL_EVERYWHERE);
    sl_name_swap(spellings, &count, 'J', 'g', SL_EVERYWHERE);
    sl_name_swap(spellings, &count, 'u', 'v', SL_BEFORE_VOWEL);
    sl_name_swap(spellings, &count, 'u', 'v', SL_AFTER_VOWEL);
    sl_name_swap(spellings, &count, 'k', 'X', SL_EVERYWHERE);
    sl_name_swap(spellings, &count, 'h', 'X', SL_EVERYWHERE);
    if (n > 1 && written[0] == 'i' && sl_is_vowel_sound(written[1])) {
        written[0] = 'J';
        sl_name_respell(spellings, &count, written, n);
        written[0] = 'i';
    }
    if (n > 1 && written[n - 1] == 's')
        sl_name_respell(spellings, &count, written, n - 1);
    return count;
}

/* What it costs that one sound stands for another. */
SL_NAMES_FUNCTION uint32_t sl_sound_swap(char a, char b)
{
    uint64_t both = SL_TWO_SOUNDS(a, b);
    if (a == b)
        return 0;
    if (!(both & ~SL_VOWEL_SOUNDS)) {
        if (both == SL_TWO_SOUNDS('a', 'Q') || both == SL_TWO_SOUNDS('e', 'Q'))
            return 5;
        return both == SL_TWO_SOUNDS('o', 'u') || both == SL_TWO_SOUNDS('e', 'i') || both == SL_TWO_SOUNDS('u', 'a') ||
                       both == SL_TWO_SOUNDS('a', 'e')
                   ? 30
                   : 40;
    }
    if (both == SL_TWO_SOUNDS('g', 'h'))
        return 30;
    if (!(both & ~SL_SIBILANTS) || both == SL_TWO_SOUNDS('v', 'f'))
        return 40;
    if (both == SL_TWO_SOUNDS('g', 'J') || both == SL_TWO_SOUNDS('v', 'u') || both == SL_TWO_SOUNDS('k', 'X') ||
        both == SL_TWO_SOUNDS('h', 'X') || both == SL_TWO_SOUNDS('J', 'i') || both == SL_TWO_SOUNDS('k', 'h'))
        return 50;
    if (both == SL_TWO_SOUNDS('d', 't') || both == SL_TWO_SOUNDS('g', 'k'))
        return 60;
    if (both == SL_TWO_SOUNDS('k', 's'))
        return 70;
    return both == SL_TWO_SOUNDS('b', 'p') ? 80 : 130;
}

/* What it costs that a sound is there or not. */
SL_NAMES_FUNCTION uint32_t sl_sound_extra(char sound) { return sl_is_vowel_sound(sound) ? 40 : sound == 'h' ? 25 : 100; }

/* How far two names are apart, in hundredths a sound; the cost of the first one's spelling is part of it. */
SL_NAMES_FUNCTION double sl_name_distance(const sl_name *a, const sl_name *b)
{
    uint32_t row[SL_NAME_SOUNDS + 1], longer = a->length > b->length ? a->length : b->length, cost;
    row[0] = 0;
    for (uint32_t j = 0; j < b->length; j++)
        row[j + 1] = row[j] + sl_sound_extra(b->sounds[j]);
    for (uint32_t i = 0; i < a->length; i++) {
        uint32_t corner = row[0], extra = sl_sound_extra(a->sounds[i]);
        row[0] += extra;
        for (uint32_t j = 0; j < b->length; j++) {
            uint32_t best = corner + sl_sound_swap(a->sounds[i], b->sounds[j]), other = row[j + 1] + extra;
            corner = row[j + 1];
            best = other < best ? other : best;
            other = row[j] + sl_sound_extra(b->sounds[j]);
            row[j + 1] = other < best ? other : best;
        }
    }
    cost = row[b->length];
    if (a->sounds[0] != b->sounds[0]) /* a name is rarely taken for one that begins otherwise */
        cost += sl_is_vowel_sound(a->sounds[0]) && sl_is_vowel_sound(b->sounds[0]) ? 10
                : sl_sound_swap(a->sounds[0], b->sounds[0]) < 60                    ? 30
                                                                                    : 60;
    return (double)cost / longer + a->cost;
}

#endif
