/* How is a word spelt in a dictionary? As UTF-8, but for the Russian letters, which take one byte and not two.
 *
 *     key    = letter*
 *     letter = 80..9F               one of the 32 letters from U+0430 to U+044F; folding leaves no others of Russian
 *            | UTF-8                of any other character; its first byte is never 80..9F
 *
 * A key of the first letters of a word is the beginning of the word's key, so words of one beginning stand together.
 * Example: "дом-a" is 84 8E 8C 2D 61.
 */
#ifndef SL_KEYS_H
#define SL_KEYS_H

#include "bytes.h"

#define SL_MAX_KEY 512 /* bytes, of a word in UTF-8 and so of its key */

/* Bytes of the character that a byte of UTF-8 begins. */
SL_INLINE uint32_t sl_character_size(uint8_t first)
{
    return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* The key of n <= SL_MAX_KEY bytes of UTF-8, which may be cut short in a character. `key` has room for n bytes. */
SL_FUNCTION uint32_t sl_key_pack(const uint8_t *word, uint32_t n, uint8_t *key)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < n;) {
        if (word[i] < 0x80) {
            key[length++] = word[i++];
        } else if (i + 1 < n && ((word[i] == 0xD0 && word[i + 1] >= 0xB0) || (word[i] == 0xD1 && word[i + 1] < 0x90))) {
            key[length++] = word[i] == 0xD0 ? word[i + 1] - 0x30 : word[i + 1] + 0x10;
            i += 2;
        } else {
            for (uint32_t size = sl_character_size(word[i]); size && i < n; size--)
                key[length++] = word[i++];
        }
    }
    return length;
}

/* The UTF-8 of a key; of bytes that are no key, something. `word` has room for 2 * n bytes. */
SL_FUNCTION uint32_t sl_key_unpack(const uint8_t *key, uint32_t n, uint8_t *word)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < n;) {
        if (key[i] >= 0x80 && key[i] < 0xA0) {
            word[length++] = key[i] < 0x90 ? 0xD0 : 0xD1;
            word[length++] = key[i] < 0x90 ? key[i] + 0x30 : key[i] - 0x10;
            i++;
        } else {
            for (uint32_t size = sl_character_size(key[i]); size && i < n; size--)
                word[length++] = key[i++];
        }
    }
    return length;
}

SL_INLINE int sl_key_compare(const uint8_t *a, uint32_t an, const uint8_t *b, uint32_t bn)
{
    int order = memcmp(a, b, an < bn ? an : bn);
    return order ? order : (an > bn) - (an < bn);
}

#endif
