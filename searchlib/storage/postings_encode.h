/* How is the list of one term written? The encoder of the format that postings.h specifies.
 *
 * A caller gives all postings of a term at once (sl_list_source); widths, bounds and the choice between gaps and a bitmap
 * follow from them. Check the `failed` of both buffers afterwards.
 */
#ifndef SL_POSTINGS_ENCODE_H
#define SL_POSTINGS_ENCODE_H

#include "postings.h"

typedef struct {
    uint32_t df, documents, fields;
    const uint32_t *docs;        /* df, ascending */
    const uint32_t *const *tfs;  /* fields x df */
    const float *impacts;        /* df */
    const uint32_t *places;      /* position values of all postings, in order: sum of all tf */
    const uint32_t *codes;       /* their forms; NULL when the term is not varied */
} sl_list_source;

/* The width in which n values take the fewest bits. */
SL_FUNCTION uint32_t sl_rice_width(const uint32_t *values, uint32_t n)
{
    uint64_t cost, least = UINT64_MAX;
    uint32_t width = 0;
    for (;; width++) {
        cost = (uint64_t)n * width;
        for (uint32_t i = 0; i < n; i++)
            cost += values[i] >> width;
        if (cost >= least) /* it falls and then rises: halving the rests saves less each time */
            return width - 1;
        least = cost;
    }
}

SL_FUNCTION void sl_put_positions(sl_buffer *out, const uint32_t *values, uint32_t total)
{
    for (uint32_t at = 0; at < total; at += SL_BLOCK) {
        uint32_t n = total - at < SL_BLOCK ? total - at : SL_BLOCK, low[SL_BLOCK];
        const uint32_t *v = values + at;
        if (n < SL_FEW) {
            for (uint32_t i = 0; i < n; i++)
                sl_put_varint(out, v[i]);
            continue;
        }
        uint32_t width = sl_rice_width(v, n), mask = (1u << width) - 1;
        size_t bits = 0;
        for (uint32_t i = 0; i < n; i++) {
            low[i] = v[i] & mask;
            bits += (v[i] >> width) + 1;
        }
        sl_put_byte(out, width);
        sl_pack(out, low, n, width);
        if (!sl_buffer_reserve(out, (bits + 7) / 8))
            return;
        uint8_t *unary = out->data + out->length;
        memset(unary, 0, (bits + 7) / 8);
        out->length += (bits + 7) / 8;
        size_t bit = 0;
        for (uint32_t i = 0; i < n; i++) {
            bit += v[i] >> width;
            unary[bit >> 3] |= (uint8_t)(1u << (bit & 7));
            bit++;
        }
    }
}

SL_FUNCTION void sl_put_block(sl_buffer *out, const sl_list_source *s, uint32_t from, uint32_t n, int bitmap)
{
    uint32_t values[SL_BLOCK], previous = from ? s->docs[from - 1] : 0xFFFFFFFFu, used = 0;
    if (n < SL_FEW && !bitmap) {
        for (uint32_t i = from; i < from + n; i++) {
            uint32_t more = 0;
            for (uint32_t f = 0; f + 1 < s->fields; f++)
                more |= s->tfs[f][i] != 0;
            uint32_t main = s->tfs[s->fields - 1][i], other = more || main != 1;
            sl_put_varint(out, (uint64_t)(s->docs[i] - previous - 1) << 1 | other);
            if (other)
                sl_put_varint(out, (uint64_t)main << 1 | more);
            for (uint32_t f = 0; more && f + 1 < s->fields; f++)
                sl_put_varint(out, s->tfs[f][i]);
            previous = s->docs[i];
        }
        return;
    }
    uint32_t widths[SL_MAX_FIELDS], less[SL_MAX_FIELDS];
    for (uint32_t f = 0; f < s->fields; f++) {
        uint32_t smallest = 0xFFFFFFFFu;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t tf = s->tfs[f][from + i];
            smallest = tf < smallest ? tf : smallest;
        }
        less[f] = smallest > 0;
        used = 0;
        for (uint32_t i = 0; i < n; i++)
            used |= s->tfs[f][from + i] - less[f];
        widths[f] = SL_BIT_LENGTH(used);
        sl_put_byte(out, widths[f] | (less[f] ? SL_TF_LESS_ONE : 0));
    }
    if (!bitmap) {
        for (uint32_t i = 0; i < n; i++) {
            values[i] = s->docs[from + i] - previous - 1;
            previous = s->docs[from + i];
        }
        uint32_t width = sl_width(values, n);
        sl_put_byte(out, width);
        sl_pack(out, values, n, width);
    }
    for (uint32_t f = 0; f < s->fields; f++) {
        for (uint32_t i = 0; i < n; i++)
            values[i] = s->tfs[f][from + i] - less[f];
        sl_pack(out, values, n, widths[f]);
    }
}

SL_INLINE void sl_set32(sl_buffer *out, size_t at, uint32_t v)
{
    if (!out->failed)
        memcpy(out->data + at, &v, 4);
}

/* Appends the list of one term to `out` and its positions to `places`. Check both buffers' `failed` afterwards. */
SL_FUNCTION void sl_put_list(sl_buffer *out, sl_buffer *places, const sl_list_source *s)
{
    uint32_t blocks = (s->df + SL_BLOCK - 1) / SL_BLOCK;
    size_t base = out->length, places_base = places->length;
    int is_long = s->df >= SL_BLOCK, bitmap = is_long && s->df > s->documents / SL_BITMAP_SHARE;
    size_t last = base + 4, start = last + 4ull * blocks, place = start + 4ull * blocks, bound = place + 4ull * blocks;
    if (is_long) {
        uint32_t counts[256] = {0}, above = 0, rank = 0;
        static const uint32_t ranks[3] = {10, 100, 1000};
        uint8_t kth[3] = {0, 0, 0};
        for (uint32_t i = 0; i < s->df; i++)
            counts[(uint32_t)(s->impacts[i] * (SL_IMPACT_UNITS * 0.99999f))]++;
        for (uint32_t v = 255; v > 0; v--)
            for (above += counts[v]; rank < 3 && above >= ranks[rank]; rank++)
                kth[rank] = (uint8_t)v;
        if (!sl_buffer_reserve(out, 4 + 13ull * blocks))
            return;
        memset(out->data + base, 0, 4 + 13ull * blocks);
        out->data[base] = (uint8_t)bitmap;
        memcpy(out->data + base + 1, kth, 3);
        out->length += 4 + 13ull * blocks;
    }
    if (bitmap) {
        size_t words = ((size_t)s->documents + 63) / 64, ranks = ((size_t)s->documents + 511) / 512;
        if (!sl_buffer_reserve(out, ranks * 4 + words * 8))
            return;
        uint8_t *rank = out->data + out->length, *bits = rank + ranks * 4;
        memset(rank, 0, ranks * 4 + words * 8);
        for (uint32_t i = 0; i < s->df; i++)
            bits[s->docs[i] >> 3] |= (uint8_t)(1u << (s->docs[i] & 7));
        uint32_t before = 0;
        for (size_t w = 0; w < words; w++) {
            if (w % 8 == 0)
                memcpy(rank + w / 8 * 4, &before, 4);
            before += SL_POPCOUNT(sl_load64(bits + 8 * w));
        }
        out->length += ranks * 4 + words * 8;
    }
    const uint32_t *values = s->places, *codes = s->codes;
    for (uint32_t b = 0; b < blocks; b++) {
        uint32_t from = b * SL_BLOCK, n = s->df - from < SL_BLOCK ? s->df - from : SL_BLOCK, total = 0;
        float best = 0;
        for (uint32_t i = from; i < from + n; i++) {
            best = s->impacts[i] > best ? s->impacts[i] : best;
            for (uint32_t f = 0; f < s->fields; f++)
                total += s->tfs[f][i];
        }
        if (is_long && !out->failed) {
            float units = best * SL_IMPACT_UNITS * 1.00001f;
            uint32_t up = (uint32_t)units + 1;
            sl_set32(out, last + 4ull * b, s->docs[from + n - 1]);
            sl_set32(out, start + 4ull * b, (uint32_t)(out->length - base));
            sl_set32(out, place + 4ull * b, (uint32_t)(places->length - places_base));
            out->data[bound + b] = (uint8_t)(up > 255 ? 255 : up);
        }
        sl_put_block(out, s, from, n, bitmap);
        sl_put_positions(places, values, total);
        values += total;
        if (codes) {
            sl_put_positions(places, codes, total);
            codes += total;
        }
    }
}

#endif
