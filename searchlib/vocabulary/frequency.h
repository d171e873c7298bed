/* How often does a form stand in the documents of a segment, about?
 *
 * A dictionary says in how many documents a term is (dictionary.h), and of a term in several forms which of them are the frequent ones:
 * a form's code is its rank (postings.h). How the occurrences are shared among the ranks is not said without reading all codes, so it
 * is taken to fall as 1 / (rank + 1), as Zipf's law has it.
 */
#ifndef SL_FREQUENCY_H
#define SL_FREQUENCY_H

#include "../storage/forms.h"

#include <math.h>

/* The sum of 1 / rank over the ranks 1 to n, n above 0, to a hundredth. */
SL_INLINE double sl_harmonic(uint32_t n)
{
    return log((double)n) + 0.5772156649 + 0.5 / n;
}

/* Documents with the form of an entry that was read with its term, about; 0 when it stands for no term. */
SL_INLINE double sl_form_frequency(const sl_form_entry *e)
{
    if (!e->readings)
        return 0;
    if (!e->varied)
        return e->term.df;
    return e->term.df / ((e->code + 1.0) * sl_harmonic(e->varied));
}

#endif
