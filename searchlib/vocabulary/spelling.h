/* How likely is it that somebody who meant one word typed another?
 *
 * Errors are to leave a letter out, to put one in, to type another in its place, and to swap two neighbours; each has a cost, in tenths
 * of a nat, that depends on the letters: minus the logarithm of how likely it is. The cost of a word is that of the cheapest way from
 * the word that was meant to what was typed, as in optimal string alignment (Damerau, "A technique for computer detection and
 * correction of spelling errors", 1964, with weights as Kernighan, Church and Gale, "A spelling correction program based on a noisy
 * channel model", 1990, have them).
 *
 * Letters are the bytes of keys (keys.h): Latin and Russian ones have a byte each; another letter is as many letters as it has bytes.
 */
#ifndef SL_SPELLING_H
#define SL_SPELLING_H

#include "../storage/form_set.h"
#include "../storage/frequency.h"

#include <math.h>

#define SL_LONGEST_SPELLING 64 /* bytes of a key; a longer word is not compared */
#define SL_SPELLING_TABLE 65536

enum { SL_COST_REPLACED, SL_COST_LOST, SL_COST_EXTRA, SL_COST_SWAPPED, SL_COST_TABLES };

typedef struct {
    /* By two bytes: [typed][meant] of one in place of another; [neighbour][letter] of one that is lost or extra, of its two
     * neighbours the one that makes it cheaper, 0 being an end of the word; [first typed][second typed] of two that are swapped. */
    uint8_t tables[SL_COST_TABLES][SL_SPELLING_TABLE];
    uint8_t first; /* more for an error in the first letter */
} sl_costs;

SL_INLINE uint32_t sl_cost(const sl_costs *c, int table, uint8_t a, uint8_t b)
{
    return c->tables[table][(uint32_t)a << 8 | b];
}

/* The cost of the letter at i of a word being lost or extra. */
SL_INLINE uint32_t sl_cost_beside(const sl_costs *c, int table, const uint8_t *word, uint32_t n, uint32_t i)
{
    uint32_t before = sl_cost(c, table, i ? word[i - 1] : 0, word[i]);
    uint32_t after = sl_cost(c, table, i + 1 < n ? word[i + 1] : 0, word[i]);
    return (before < after ? before : after) + (i ? 0 : c->first);
}

/* The cost of having typed a word of n bytes for one of m; both are at most SL_LONGEST_SPELLING. */
SL_FUNCTION uint32_t sl_spelling_cost(const sl_costs *c, const uint8_t *typed, uint32_t n, const uint8_t *meant, uint32_t m)
{
    uint32_t rows[3][SL_LONGEST_SPELLING + 1], *before = rows[0], *last = rows[1], *row = rows[2];
    last[0] = 0;
    for (uint32_t j = 1; j <= m; j++)
        last[j] = last[j - 1] + sl_cost_beside(c, SL_COST_LOST, meant, m, j - 1);
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t extra = sl_cost_beside(c, SL_COST_EXTRA, typed, n, i - 1);
        row[0] = last[0] + extra;
        for (uint32_t j = 1; j <= m; j++) {
            uint8_t a = typed[i - 1], b = meant[j - 1];
            uint32_t least = last[j - 1], other;
            if (a != b)
                least += sl_cost(c, SL_COST_REPLACED, a, b) + (i == 1 && j == 1 ? c->first : 0);
            if ((other = last[j] + extra) < least)
                least = other;
            if ((other = row[j - 1] + sl_cost_beside(c, SL_COST_LOST, meant, m, j - 1)) < least)
                least = other;
            if (i > 1 && j > 1 && a == meant[j - 2] && typed[i - 2] == b) {
                other = before[j - 2] + sl_cost(c, SL_COST_SWAPPED, typed[i - 2], a) + (i == 2 && j == 2 ? c->first : 0);
                least = other < least ? other : least;
            }
            row[j] = least;
        }
        uint32_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[m];
}

typedef struct {
    uint32_t number, cost;
    double frequency, score; /* ln frequency - cost / 10 */
} sl_spelling;

/* Keeps the best `most` of what came, the best first; of equal ones the first that came. */
SL_INLINE void sl_spelling_keep(sl_spelling *kept, uint32_t *count, uint32_t most, sl_spelling one)
{
    uint32_t i = *count < most ? (*count)++ : most;
    if (i == most && (!most || kept[--i].score >= one.score))
        return;
    for (; i > 0 && kept[i - 1].score < one.score; i--)
        kept[i] = kept[i - 1];
    kept[i] = one;
}

/* The likeliest of some forms when the n bytes of a key were typed, the best first; `kept` has room for `most`. Returns 0 when damaged. */
SL_FUNCTION int sl_likeliest(const sl_costs *c, const sl_forms *f, const sl_form_hits *hits, const uint8_t *typed, uint32_t n,
                             sl_spelling *kept, uint32_t most, uint32_t *count)
{
    sl_form_entry e;
    uint8_t key[SL_MAX_KEY];
    *count = 0;
    sl_form_begin(&e);
    for (uint32_t i = 0; i < hits->count; i++) {
        if (!sl_form_move(f, hits->hits[i].key, &e))
            return 0;
        double frequency = sl_form_frequency(&e);
        uint32_t size = sl_form_key(&e, key);
        if (!(frequency > 0) || size > SL_LONGEST_SPELLING)
            continue;
        sl_spelling one = {hits->hits[i].key, sl_spelling_cost(c, typed, n, key, size), frequency, 0};
        one.score = log(frequency) - one.cost / 10.0;
        sl_spelling_keep(kept, count, most, one);
    }
    return 1;
}

#endif
