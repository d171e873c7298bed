/* How frequent is the most frequent form of a block, at most? So that the best forms of a beginning are found without reading all of it.
 *
 *     peaks    = u8 * ceil(count / 32)    for each block of forms (forms.h) a bound on how frequent its forms are (frequency.h), stop
 *                                         words not counted
 *
 * A bound is 0: no form is above 0; 1 to 254: the number of a step, eight to a doubling, from 1/8 documents to 436 million; 255: none. The
 * steps of a doubling are equal, as those of a float with three bits of fraction are: so the bound of 1 to 16 documents is exact, and above it
 * at most an eighth too high.
 *
 * Example: of a block with forms in 20, 3 and 1 documents the bound is 20, 2.5 times 2 ^ 3: the step 1 + 8 * 7 + 2 = 59 (3B).
 *
 * Any bytes are safe to read. Bounds that are too low leave forms out, which a merge of the segment shows (verification.py).
 */
#ifndef SL_PEAKS_H
#define SL_PEAKS_H

#include "frequency.h"

#define SL_PEAK_ORIGIN 991u /* the bits of a float above its 20 lower ones, of the step before 1/8 */
#define SL_NO_BOUND 255u

/* The least bound that holds for a frequency. */
SL_INLINE uint32_t sl_peak_of(float frequency)
{
    uint32_t bits;
    if (!(frequency > 0))
        return 0;
    memcpy(&bits, &frequency, sizeof bits);
    bits = (bits + 0xFFFFF) >> 20;
    return bits <= SL_PEAK_ORIGIN ? 1 : bits - SL_PEAK_ORIGIN < SL_NO_BOUND ? bits - SL_PEAK_ORIGIN : SL_NO_BOUND;
}

/* The frequency that a bound above 0 stands for. */
SL_INLINE float sl_peak_bound(uint32_t peak)
{
    uint32_t bits = peak < SL_NO_BOUND ? (peak + SL_PEAK_ORIGIN) << 20 : 0x7F800000;
    float bound;
    memcpy(&bound, &bits, sizeof bound);
    return bound;
}

/* Takes in the next form of a section in the making. */
SL_INLINE void sl_peaks_add(sl_buffer *peaks, uint32_t number, float frequency)
{
    uint32_t peak = sl_peak_of(frequency);
    if (number % SL_DICTIONARY_BLOCK == 0)
        sl_put_byte(peaks, peak);
    else if (!peaks->failed && peak > peaks->data[peaks->length - 1])
        peaks->data[peaks->length - 1] = (uint8_t)peak;
}

#endif
