/* How are up to 128 small integers packed into equal numbers of bits?
 *
 * A full block of 128 values of `width` bits is stored in four interleaved lanes: value i is in lane i % 4, row i / 4, and
 * each lane is a string of 32-bit words, filled from the low bits up. So one vector instruction of 128 bits serves four
 * values on any machine (Lemire and Boytsov, "Decoding billions of integers per second through vectorization", 2015).
 * Size: 16 * width bytes.
 * A short block of n < 128 values is one string of bits, low bits first, in ceil(n * width / 8) bytes.
 * Widths are 0 to 32.
 */
#ifndef SL_BITPACK_H
#define SL_BITPACK_H

#include "bytes.h"

#define SL_BLOCK 128

SL_INLINE size_t sl_packed_size(uint32_t n, uint32_t width)
{
    return n == SL_BLOCK ? 16u * (size_t)width : ((size_t)n * width + 7) / 8;
}

SL_FUNCTION void sl_pack(sl_buffer *b, const uint32_t *values, uint32_t n, uint32_t width)
{
    size_t size = sl_packed_size(n, width);
    if (!size || !sl_buffer_reserve(b, size))
        return;
    uint8_t *out = b->data + b->length;
    memset(out, 0, size);
    if (n == SL_BLOCK) {
        for (uint32_t lane = 0; lane < 4; lane++) {
            for (uint32_t row = 0; row < 32; row++) {
                uint32_t bit = row * width, word = bit >> 5, shift = bit & 31;
                uint64_t v = (uint64_t)values[row * 4 + lane] << shift;
                uint8_t *low = out + 4 * (word * 4 + lane);
                uint32_t old = sl_load32(low) | (uint32_t)v;
                memcpy(low, &old, 4);
                if (shift + width > 32) {
                    uint32_t high = (uint32_t)(v >> 32);
                    memcpy(low + 16, &high, 4);
                }
            }
        }
    } else {
        uint64_t pending = 0;
        uint32_t bits = 0;
        for (uint32_t i = 0; i < n; i++) {
            pending |= (uint64_t)values[i] << bits;
            for (bits += width; bits >= 8; bits -= 8, pending >>= 8)
                *out++ = (uint8_t)pending;
        }
        if (bits)
            *out = (uint8_t)pending;
    }
    b->length += size;
}

#if defined(__GNUC__) || defined(__clang__)
typedef uint32_t sl_v4 __attribute__((vector_size(16)));
#define SL_UNPACK_ROWS(WIDTH)                                                              \
    {                                                                                      \
        const uint32_t m = (WIDTH) == 32 ? 0xFFFFFFFFu : (1u << ((WIDTH) & 31)) - 1;       \
        const sl_v4 mask = {m, m, m, m};                                                   \
        _Pragma("GCC unroll 32")                                                           \
        for (uint32_t row = 0; row < 32; row++) {                                          \
            const uint32_t bit = row * (WIDTH), word = bit >> 5, shift = bit & 31;         \
            sl_v4 v;                                                                       \
            memcpy(&v, in + 16 * word, 16);                                                \
            v >>= shift;                                                                   \
            if (shift + (WIDTH) > 32) {                                                    \
                sl_v4 high;                                                                \
                memcpy(&high, in + 16 * (word + 1), 16);                                   \
                v |= high << (32 - shift);                                                 \
            }                                                                              \
            v &= mask;                                                                     \
            memcpy(out + 4 * row, &v, 16);                                                 \
        }                                                                                  \
    }
#else
#define SL_UNPACK_ROWS(WIDTH)                                                              \
    {                                                                                      \
        const uint32_t mask = (WIDTH) == 32 ? 0xFFFFFFFFu : (1u << ((WIDTH) & 31)) - 1;    \
        for (uint32_t i = 0; i < SL_BLOCK; i++) {                                          \
            const uint32_t bit = (i >> 2) * (WIDTH), shift = bit & 31;                     \
            const uint8_t *p = in + 16 * (bit >> 5) + 4 * (i & 3);                         \
            uint32_t v = sl_load32(p) >> shift;                                            \
            if (shift + (WIDTH) > 32)                                                      \
                v |= sl_load32(p + 16) << (32 - shift);                                    \
            out[i] = v & mask;                                                             \
        }                                                                                  \
    }
#endif

/* Unpacks n values; `in` must hold sl_packed_size(n, width) readable bytes (the caller has checked). */
SL_FUNCTION void sl_unpack(const uint8_t *in, uint32_t *out, uint32_t n, uint32_t width)
{
    if (width == 0) {
        memset(out, 0, n * sizeof *out);
        return;
    }
    if (n == SL_BLOCK) {
#define SL_CASE(W) case W: SL_UNPACK_ROWS(W) break;
        switch (width) {
            SL_CASE(1) SL_CASE(2) SL_CASE(3) SL_CASE(4) SL_CASE(5) SL_CASE(6) SL_CASE(7) SL_CASE(8)
            SL_CASE(9) SL_CASE(10) SL_CASE(11) SL_CASE(12) SL_CASE(13) SL_CASE(14) SL_CASE(15) SL_CASE(16)
            SL_CASE(17) SL_CASE(18) SL_CASE(19) SL_CASE(20) SL_CASE(21) SL_CASE(22) SL_CASE(23) SL_CASE(24)
            SL_CASE(25) SL_CASE(26) SL_CASE(27) SL_CASE(28) SL_CASE(29) SL_CASE(30) SL_CASE(31)
            default: SL_UNPACK_ROWS(32)
        }
#undef SL_CASE
        return;
    }
    const size_t size = sl_packed_size(n, width);
    const uint64_t mask = (1ull << width) - 1;
    uint8_t last[16] = {0}; /* what the last eight bytes would reach beyond */
    uint32_t i = 0;
    for (; i < n && (i * width >> 3) + 8 <= size; i++)
        out[i] = (uint32_t)(sl_load64(in + (i * width >> 3)) >> (i * width & 7) & mask);
    const uint32_t from = i * width >> 3;
    if (i < n)
        memcpy(last, in + from, size - from);
    for (; i < n; i++)
        out[i] = (uint32_t)(sl_load64(last + (i * width >> 3) - from) >> (i * width & 7) & mask);
}

#if defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 12)
#define SL_VECTOR_SUM 1
#endif

/* Turns n gaps into values, each the one before + gap + 1, the first after `before`; modulo 2^32. */
SL_FUNCTION void sl_sum_gaps(uint32_t *values, uint32_t n, uint32_t before)
{
    uint32_t i = 0;
#ifdef SL_VECTOR_SUM
    const sl_v4 zero = {0, 0, 0, 0}, ramp = {1, 2, 3, 4};
    sl_v4 carry = {before, before, before, before};
    for (; i + 4 <= n; i += 4) {
        sl_v4 v;
        memcpy(&v, values + i, 16);
        v += __builtin_shufflevector(zero, v, 0, 4, 5, 6);
        v += __builtin_shufflevector(zero, v, 0, 1, 4, 5);
        v += ramp;
        sl_v4 sum = v + carry;
        memcpy(values + i, &sum, 16);
        carry += __builtin_shufflevector(v, v, 3, 3, 3, 3); /* one addition is all that the next step waits for */
    }
    before = i ? values[i - 1] : before;
#endif
    for (; i < n; i++)
        values[i] = before += values[i] + 1;
}

/* The i-th of n packed values, without unpacking the others. */
SL_FUNCTION uint32_t sl_unpack_one(const uint8_t *in, uint32_t n, uint32_t width, uint32_t i)
{
    if (width == 0)
        return 0;
    if (n == SL_BLOCK) {
        uint32_t bit = (i >> 2) * width, shift = bit & 31;
        const uint8_t *p = in + 16 * (bit >> 5) + 4 * (i & 3);
        uint64_t v = sl_load32(p);
        if (shift + width > 32)
            v |= (uint64_t)sl_load32(p + 16) << 32;
        return (uint32_t)((v >> shift) & ((1ull << width) - 1));
    }
    uint64_t v = 0;
    size_t first = (size_t)i * width / 8, last = ((size_t)(i + 1) * width - 1) / 8;
    for (size_t k = first; k <= last; k++)
        v |= (uint64_t)in[k] << (8 * (k - first));
    return (uint32_t)((v >> ((size_t)i * width & 7)) & ((1ull << width) - 1));
}

/* Bits needed for the largest of n values. */
SL_FUNCTION uint32_t sl_width(const uint32_t *values, uint32_t n)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < n; i++)
        all |= values[i];
    return SL_BIT_LENGTH(all);
}

#endif
