/* How often does a form stand in the documents of a segment, about?
 *
 * A dictionary says in how many documents a term is (dictionary.h), and of a term in several forms which of them are the frequent ones:
 * a form's code is its rank (postings.h). How the occurrences are shared among the ranks is not said without reading all codes, so it
 * is taken to fall as 1 / (rank + 1), as Zipf's law has it.
 *
 * Bounds on it lie on disk (peaks.h). So it comes out alike on every machine: of operations that IEEE 754 rounds in one way, and not of the
 * C library's logarithm.
 */
#ifndef SL_FREQUENCY_H
#define SL_FREQUENCY_H

#include "forms.h"

/* The natural logarithm of n, above 0, to seven digits: of the power of two below it, and the series of the area tangent. */
SL_INLINE double sl_logarithm(uint32_t n)
{
    uint32_t power = SL_BIT_LENGTH(n) - 1;
    double rest = (double)n / (double)(1u << power), z = (rest - 1) / (rest + 1), s = z * z;
    return power * 0.6931471805599453 + 2 * z * (1 + s * (1.0 / 3 + s * (1.0 / 5 + s * (1.0 / 7 + s * (1.0 / 9 + s / 11)))));
}

/* The sum of 1 / rank over the ranks 1 to n, n above 0, to a hundredth. */
SL_INLINE double sl_harmonic(uint32_t n)
{
    return sl_logarithm(n) + 0.5772156649 + 0.5 / n;
}

/* Documents with the most frequent form of a term, about; symbols: of its form codes, 0 when it has none. */
SL_INLINE float sl_term_share(uint32_t df, uint32_t symbols)
{
    return symbols ? (float)(df / sl_harmonic(symbols)) : (float)df;
}

/* Documents with the form of a code, about, of a term with such a share. */
SL_INLINE float sl_coded_frequency(float share, uint32_t code) { return share / ((float)code + 1); }

/* The same of an entry that was read with its term; 0 when it stands for no term. */
SL_INLINE float sl_form_frequency(const sl_form_entry *e)
{
    return e->readings ? sl_coded_frequency(sl_term_share(e->term.df, e->varied), e->code) : 0;
}

#endif
