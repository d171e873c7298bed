/* How are numbers read from and written to untrusted bytes?
 *
 * All numbers on disk are little-endian. A variable-length integer ("varint") has seven bits a byte, low bits first, and
 * the top bit set on every byte but its last. A page checksum is the 64-bit hash of XXH64 (Y. Collet, xxHash
 * specification, version 0.1.1, "XXH64 algorithm description") with seed 0.
 *
 * Invariant of every reader here: nothing at or past `end` is touched, whatever the bytes say.
 */
#ifndef SL_BYTES_H
#define SL_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "searchlib reads its files in place and needs a little-endian machine"
#endif

#if defined(__GNUC__) || defined(__clang__)
#define SL_INLINE static inline __attribute__((always_inline, unused))
#define SL_FUNCTION static __attribute__((unused))
#ifndef SL_LIKELY
#define SL_LIKELY(x) __builtin_expect(!!(x), 1)
#endif
#define SL_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define SL_POPCOUNT(x) ((uint32_t)__builtin_popcountll(x))
#define SL_LOWEST_BIT(x) ((uint32_t)__builtin_ctzll(x))
#define SL_BIT_LENGTH(x) ((x) ? 32u - (uint32_t)__builtin_clz(x) : 0u)
#define SL_PREFETCH(p) __builtin_prefetch(p)
#else
#include <intrin.h>
#define SL_INLINE static __forceinline
#define SL_FUNCTION static
#ifndef SL_LIKELY
#define SL_LIKELY(x) (x)
#endif
#define SL_UNLIKELY(x) (x)
static __forceinline uint32_t sl_popcount(uint64_t x)
{
    x = x - ((x >> 1) & 0x5555555555555555ull);
    x = (x & 0x3333333333333333ull) + ((x >> 2) & 0x3333333333333333ull);
    return (uint32_t)((((x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Full) * 0x0101010101010101ull) >> 56);
}
static __forceinline uint32_t sl_lowest_bit(uint64_t x) { unsigned long i; _BitScanForward64(&i, x); return i; }
static __forceinline uint32_t sl_bit_length(uint32_t x) { unsigned long i; return _BitScanReverse(&i, x) ? i + 1 : 0; }
#define SL_POPCOUNT(x) sl_popcount(x)
#define SL_LOWEST_BIT(x) sl_lowest_bit(x)
#define SL_BIT_LENGTH(x) sl_bit_length(x)
#define SL_PREFETCH(p) ((void)(p))
#endif

SL_INLINE uint32_t sl_load16(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return v; }
SL_INLINE uint32_t sl_load32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }
SL_INLINE uint64_t sl_load64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }

/* Reads one varint into *value and returns the byte after it, or NULL when it runs past `end` or past 64 bits. */
SL_INLINE const uint8_t *sl_read_varint(const uint8_t *p, const uint8_t *end, uint64_t *value)
{
    if (SL_LIKELY(p < end && *p < 0x80)) {
        *value = *p;
        return p + 1;
    }
    uint64_t result = 0;
    for (uint32_t shift = 0; p < end && shift < 64; shift += 7) {
        uint8_t byte = *p++;
        result |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *value = result;
            return p;
        }
    }
    return NULL;
}

/* A byte buffer that grows; `failed` is sticky, so that writers check once at their end. */
typedef struct {
    uint8_t *data;
    size_t length, capacity;
    int failed;
} sl_buffer;

SL_FUNCTION int sl_buffer_reserve(sl_buffer *b, size_t extra)
{
    if (b->failed)
        return 0;
    if (b->length + extra <= b->capacity)
        return 1;
    size_t capacity = b->capacity ? b->capacity : 256;
    while (capacity < b->length + extra)
        capacity += capacity / 2;
    uint8_t *data = (uint8_t *)realloc(b->data, capacity);
    if (!data) {
        b->failed = 1;
        return 0;
    }
    b->data = data;
    b->capacity = capacity;
    return 1;
}

SL_INLINE void sl_put_bytes(sl_buffer *b, const void *data, size_t n)
{
    if (n && sl_buffer_reserve(b, n)) {
        memcpy(b->data + b->length, data, n);
        b->length += n;
    }
}

SL_INLINE void sl_put_byte(sl_buffer *b, uint32_t v)
{
    uint8_t byte = (uint8_t)v;
    sl_put_bytes(b, &byte, 1);
}

SL_INLINE void sl_put32(sl_buffer *b, uint32_t v) { sl_put_bytes(b, &v, 4); }

SL_INLINE void sl_put_varint(sl_buffer *b, uint64_t v)
{
    uint8_t bytes[10];
    size_t n = 0;
    while (v >= 0x80) {
        bytes[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    bytes[n++] = (uint8_t)v;
    sl_put_bytes(b, bytes, n);
}

SL_FUNCTION void sl_buffer_free(sl_buffer *b)
{
    free(b->data);
    memset(b, 0, sizeof *b);
}

/* XXH64, seed 0. */
#define SL_P1 0x9E3779B185EBCA87ull
#define SL_P2 0xC2B2AE3D27D4EB4Full
#define SL_P3 0x165667B19E3779F9ull
#define SL_P4 0x85EBCA77C2B2AE63ull
#define SL_P5 0x27D4EB2F165667C5ull
SL_INLINE uint64_t sl_rotate(uint64_t x, int r) { return (x << r) | (x >> (64 - r)); }
SL_INLINE uint64_t sl_hash_round(uint64_t lane, uint64_t word) { return sl_rotate(lane + word * SL_P2, 31) * SL_P1; }

SL_FUNCTION uint64_t sl_hash64(const uint8_t *p, size_t n)
{
    const uint8_t *end = p + n;
    uint64_t h;
    if (n >= 32) {
        uint64_t lane[4] = {SL_P1 + SL_P2, SL_P2, 0, 0 - SL_P1};
        for (; end - p >= 32; p += 32)
            for (int i = 0; i < 4; i++)
                lane[i] = sl_hash_round(lane[i], sl_load64(p + 8 * i));
        h = sl_rotate(lane[0], 1) + sl_rotate(lane[1], 7) + sl_rotate(lane[2], 12) + sl_rotate(lane[3], 18);
        for (int i = 0; i < 4; i++)
            h = (h ^ sl_hash_round(0, lane[i])) * SL_P1 + SL_P4;
    } else {
        h = SL_P5;
    }
    h += n;
    for (; end - p >= 8; p += 8)
        h = sl_rotate(h ^ sl_hash_round(0, sl_load64(p)), 27) * SL_P1 + SL_P4;
    if (end - p >= 4) {
        h = sl_rotate(h ^ (sl_load32(p) * SL_P1), 23) * SL_P2 + SL_P3;
        p += 4;
    }
    for (; p < end; p++)
        h = sl_rotate(h ^ (*p * SL_P5), 11) * SL_P1;
    h = (h ^ (h >> 33)) * SL_P2;
    h = (h ^ (h >> 29)) * SL_P3;
    return h ^ (h >> 32);
}

/* A file mapped for reading. Its pages are hashed when they are first touched; `verified` has a byte a page.
 * Two threads may hash the same page at once: both write the same byte. */
#define SL_PAGE_BITS 16
typedef struct {
    const uint8_t *data;
    uint64_t length;        /* bytes that the page hashes cover */
    const uint8_t *hashes;  /* 8 bytes a page */
    uint8_t *verified;
    uint64_t damaged;       /* offset of the last page found damaged */
} sl_file;

/* True when [offset, offset + n) lies in the file and every page of it is as it was written. */
SL_INLINE int sl_file_check(sl_file *f, uint64_t offset, uint64_t n)
{
    if (offset > f->length || n > f->length - offset)
        return 0;
    if (!n)
        return 1;
    for (uint64_t page = offset >> SL_PAGE_BITS; page <= (offset + n - 1) >> SL_PAGE_BITS; page++) {
        if (SL_LIKELY(f->verified[page]))
            continue;
        uint64_t start = page << SL_PAGE_BITS;
        uint64_t size = f->length - start;
        if (size > (1ull << SL_PAGE_BITS))
            size = 1ull << SL_PAGE_BITS;
        if (sl_hash64(f->data + start, (size_t)size) != sl_load64(f->hashes + 8 * page)) {
            f->damaged = start;
            return 0;
        }
        f->verified[page] = 1;
    }
    return 1;
}

#endif
