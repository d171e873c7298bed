/* How is it told from 32 bytes that two texts are nearly the same? The format of section `signatures`, and what makes it.
 *
 *     signatures = (32 bytes)*     a signature for each document, in order
 *
 * A text is the set of its shingles: two words that follow one another in a field, as they are written, folded; stop words
 * count, hyphenated wholes do not (their parts do). The likeness of two texts is the Jaccard index of their sets: shared shingles
 * by all. A signature is a sketch of the set by one permutation (P. Li, A. Owen and C. Zhang 2012, One permutation hashing, section 2):
 * a hash puts each shingle in one of 32 bins, and of each bin the last byte of its least hash is kept. A bin with no shingle takes the byte
 * of another one, chosen by a hash of its number (A. Shrivastava 2017, Optimal densification for fast and accurate minwise hashing,
 * algorithm 1). So of two signatures about as large a share of bytes is equal as the texts are alike, and 1 of 256 of the others.
 *
 * Few shingles say little: a text of fewer than SL_FEW_SHINGLES has bytes from a hash of all its words in order, so that it is like
 * those of the same words alone. A text without words has zeros, and is like none.
 *
 * A signature depends on nothing but the words: not on other documents, segments, analysis or the machine.
 */
#ifndef SL_SIGNATURE_H
#define SL_SIGNATURE_H

#include "bytes.h"

enum { SL_SIGNATURE = 32, SL_FEW_SHINGLES = 8 };

/* A signature in the making. */
typedef struct {
    uint64_t least[SL_SIGNATURE]; /* by bin; UINT64_MAX: no shingle is in it */
    uint64_t words;               /* a hash of all of them so far; 0: there is none */
    uint64_t shingles;            /* so far, those that come again included */
    uint32_t last;                /* hash of the word before */
    int follows;                  /* is there one in this field? */
} sl_signing;

SL_INLINE uint64_t sl_signature_mix(uint64_t h)
{
    h = (h ^ (h >> 32)) * SL_P2;
    h = (h ^ (h >> 29)) * SL_P3;
    return h ^ (h >> 32);
}

SL_INLINE uint64_t sl_shingle(uint32_t word, uint32_t next) { return sl_signature_mix(((uint64_t)word << 32 | next) * SL_P1); }

SL_FUNCTION void sl_signing_begin(sl_signing *s)
{
    memset(s, 0, sizeof *s);
    memset(s->least, 0xFF, sizeof s->least);
}

/* What comes now is in another field. */
SL_INLINE void sl_signing_field(sl_signing *s) { s->follows = 0; }

/* The next word, by the hash of its form (sl_key_hash of the form filled up with zeros). Gives the shingle that it ends; 0: none. */
SL_INLINE uint64_t sl_signing_word(sl_signing *s, uint32_t word)
{
    uint64_t shingle = 0;
    if (s->follows) {
        shingle = sl_shingle(s->last, word);
        uint64_t rank = shingle / SL_SIGNATURE, *least = &s->least[shingle % SL_SIGNATURE];
        *least = rank < *least ? rank : *least;
        s->shingles++;
    }
    if (s->shingles < SL_FEW_SHINGLES) /* else nobody will ask for it */
        s->words = sl_signature_mix((s->words ^ word) * SL_P1 + SL_P4);
    s->last = word;
    s->follows = 1;
    return shingle;
}

SL_FUNCTION void sl_signing_end(const sl_signing *s, uint8_t *signature)
{
    if (s->shingles < SL_FEW_SHINGLES) {
        for (uint32_t bin = 0; bin < SL_SIGNATURE; bin++)
            signature[bin] = s->words ? (uint8_t)sl_signature_mix(s->words + bin * SL_P1) : 0;
        return;
    }
    for (uint32_t bin = 0; bin < SL_SIGNATURE; bin++) {
        uint32_t from = bin;
        for (uint32_t tried = 1; s->least[from] == UINT64_MAX; tried++) /* some bin is full; in the end each is tried */
            from = tried < 256 ? sl_signature_mix(((uint64_t)bin << 32 | tried) * SL_P1) % SL_SIGNATURE : tried % SL_SIGNATURE;
        signature[bin] = (uint8_t)s->least[from];
    }
}

/* How many bytes of two signatures are equal; 0 when one is of a text without words. */
SL_INLINE uint32_t sl_signature_alike(const uint8_t *a, const uint8_t *b)
{
    uint8_t equal = 0, any = 0; /* bytes, so that a compiler does sixteen at a time */
    for (uint32_t i = 0; i < SL_SIGNATURE; i++) {
        equal = (uint8_t)(equal + (a[i] == b[i]));
        any |= a[i];
    }
    return any ? equal : 0; /* when only the other has zeros, some may be equal by chance, as with any two */
}

#endif
