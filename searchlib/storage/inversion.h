/* How do words in memory become the lists of a segment?
 *
 * Two hash tables: forms (a word as written, in UTF-8 -> the terms it stands for, a stop word or not) and terms (a key,
 * keys.h -> a growing string of occurrences). An occurrence is a varint (place - place before) << 2 | other form << 1 | new
 * document; for a new document a varint of the distance to the document before; and when the form is not that of the term's
 * occurrence before, a varint of its local number. Local numbers are 1, 2, ... for the forms whose first term this is and 0
 * for all others. Strings live in chunks of 16 bytes doubling to 2 KiB, cut from slabs, so a word that is seen once costs 16
 * bytes and nothing is ever moved.
 *
 * A place is a token position counted on through the fields of a document. inversion_encode.h and forms_encode.h turn all
 * of it into the sections of a segment.
 *
 * A word costs little but the misses of the cache on its way from slot to form to term to string. So the words of a document
 * are gathered first (sl_seen), then looked up and then appended, and each pass asks for the memory that a word some places
 * further on will need.
 *
 * Invariant: a document is added whole or not at all: its words are appended only when no step that can be refused is left
 * but memory itself, whose failure makes the inversion unusable (`failed`).
 */
#ifndef SL_INVERSION_H
#define SL_INVERSION_H

#include "forms.h"
#include "postings.h"
#include "signature.h"
#include "table.h"

#define SL_FIRST_SLAB (1u << 14) /* the next ones double, so that a small inversion has a small waste */
#define SL_LAST_SLAB (1u << 20)
#define SL_FIRST_CHUNK 16u
#define SL_LAST_CHUNK 2048u
#define SL_LAST_PLACE 0x3FFFFFFFu

typedef struct sl_slab {
    struct sl_slab *next;
} sl_slab;

typedef struct {
    const uint8_t *key; /* filled up with zeros to a multiple of 8 bytes */
    uint32_t length;
    uint16_t readings, stop;
    uint32_t first; /* the only term, or an index into `readings` of the inversion */
    uint32_t local; /* its number among the forms of its first term */
} sl_form;

typedef struct {
    const uint8_t *key;
    uint16_t length, chunk;
    uint32_t df, last_doc, last_place;
    uint32_t forms;     /* whose first term it is */
    union {
        uint32_t last;  /* local number of its last occurrence; 1 before the first, which mostly has that */
        uint32_t codes; /* once it is encoded: where its codes begin; SL_NONE: it has none */
    } form;
    uint8_t *head, *at, *limit; /* a chunk: pointer to the next one, then bytes */
    uint32_t occurrences;
    uint32_t ordinal; /* once it is encoded */
} sl_term;

/* A word of the document at hand. */
typedef struct {
    uint32_t hash, at;    /* of its form; where the form is in `letters` */
    uint32_t place, form; /* form: once it was looked up */
    uint16_t length;
    uint8_t field, whole; /* whole: a hyphenated one, which does not count for length */
} sl_seen;

typedef struct {
    uint32_t fields, documents, capacity;
    uint32_t *tokens[SL_MAX_FIELDS];  /* tokens of each document's field, stop words included */
    uint32_t *lengths[SL_MAX_FIELDS]; /* the same without stop words: the length that BM25 sees */
    uint8_t *signatures;              /* signature.h: SL_SIGNATURE bytes a document */
    sl_slab *slabs;
    uint8_t *free_at, *free_end;
    uint32_t slab; /* bytes of the next slab */
    size_t slab_bytes;
    uint64_t occurred; /* occurrences in all terms */
    sl_form *forms;
    uint32_t form_count, form_capacity;
    sl_term *terms;
    uint32_t term_count, term_capacity;
    uint32_t *readings;
    uint32_t reading_count, reading_capacity;
    uint32_t *codes; /* of the terms that are varied (postings.h), by local number */
    uint32_t code_count, code_capacity;
    int encoded;     /* or begun to be: nothing can be added any more */
    sl_hash_table form_table, term_table;
    sl_seen *seen;
    uint32_t seen_count, seen_capacity;
    uint8_t *letters;
    uint32_t letter_count, letter_capacity;
    int failed;
} sl_inversion;

/* Readies an inversion of zeros. */
SL_FUNCTION void sl_inversion_init(sl_inversion *v, uint32_t fields)
{
    v->fields = fields;
    v->slab = SL_FIRST_SLAB;
}

SL_FUNCTION void sl_inversion_clear(sl_inversion *v)
{
    uint32_t fields = v->fields;
    for (sl_slab *slab = v->slabs; slab;) {
        sl_slab *next = slab->next;
        free(slab);
        slab = next;
    }
    for (uint32_t f = 0; f < SL_MAX_FIELDS; f++) {
        free(v->tokens[f]);
        free(v->lengths[f]);
    }
    free(v->signatures);
    free(v->forms);
    free(v->terms);
    free(v->readings);
    free(v->codes);
    free(v->form_table.slots);
    free(v->term_table.slots);
    free(v->seen);
    free(v->letters);
    memset(v, 0, sizeof *v);
    sl_inversion_init(v, fields);
}

/* Bytes that are in use, and those that encoding will take besides, about. What an array has reserved beyond its items was
 * never touched and takes no memory. */
SL_FUNCTION size_t sl_inversion_memory(const sl_inversion *v)
{
    size_t lists = v->occurred + v->occurred / 4 + 60 * (size_t)v->term_count + 8 * ((size_t)v->fields + 3) * v->documents;
    size_t forms = 44 * (size_t)v->form_count + 4 * (size_t)v->term_count; /* made when those are gone */
    return v->slab_bytes + v->form_count * sizeof(sl_form) + v->term_count * sizeof(sl_term) +
           (v->reading_count + v->form_count) * sizeof(uint32_t) + v->seen_capacity * sizeof(sl_seen) + v->letter_capacity +
           ((size_t)v->form_table.mask + v->term_table.mask) * sizeof(sl_slot) +
           (2 * sizeof(uint32_t) * v->fields + 2 * SL_SIGNATURE) * (size_t)v->documents + (lists > forms ? lists : forms);
}

/* n bytes, at most SL_LAST_CHUNK, that stay where they are; NULL when memory ran out. */
SL_FUNCTION uint8_t *sl_inversion_allocate(sl_inversion *v, size_t n)
{
    n = (n + 7) & ~(size_t)7;
    if ((size_t)(v->free_end - v->free_at) < n || !v->slabs) {
        size_t size = v->slab;
        v->slab = v->slab < SL_LAST_SLAB ? v->slab * 2 : SL_LAST_SLAB;
        sl_slab *slab = (sl_slab *)malloc(size);
        if (!slab) {
            v->failed = 1;
            return NULL;
        }
        slab->next = v->slabs;
        v->slabs = slab;
        v->slab_bytes += size;
        v->free_at = (uint8_t *)slab + sizeof(sl_slab);
        v->free_end = (uint8_t *)slab + size;
    }
    uint8_t *p = v->free_at;
    v->free_at += n;
    return p;
}

/* Grows *array to hold at least `need` items of `size` bytes. */
SL_INLINE int sl_inversion_grow(sl_inversion *v, void **array, uint32_t *capacity, uint32_t need, size_t size)
{
    return sl_grow(&v->failed, array, capacity, need, size);
}

/* Gathers a word of the document at hand; its form has 1 to SL_MAX_KEY bytes. Returns 0 when memory ran out. */
SL_INLINE int sl_inversion_see(sl_inversion *v, const char *form, uint32_t n, uint32_t place, uint32_t field, uint32_t whole)
{
    uint32_t padded = (n + 7) & ~7u;
    if (!sl_inversion_grow(v, (void **)&v->seen, &v->seen_capacity, v->seen_count + 1, sizeof(sl_seen)) ||
        !sl_inversion_grow(v, (void **)&v->letters, &v->letter_capacity, v->letter_count + padded, 1))
        return 0;
    sl_seen *w = &v->seen[v->seen_count++];
    uint8_t *letters = v->letters + v->letter_count;
    memset(letters + padded - 8, 0, 8);
    memcpy(letters, form, n);
    w->hash = sl_key_hash(letters, padded);
    w->at = v->letter_count;
    w->place = place;
    w->length = (uint16_t)n;
    w->field = (uint8_t)field;
    w->whole = (uint8_t)whole;
    v->letter_count += padded;
    if (v->form_table.slots)
        SL_PREFETCH(&v->form_table.slots[w->hash & v->form_table.mask]);
    return 1;
}

/* Asks for the memory that words behind the i-th will need: first for the form, then for its letters and its term. */
SL_INLINE void sl_inversion_ahead(const sl_inversion *v, uint32_t i)
{
    const sl_hash_table *t = &v->form_table;
    if (!t->slots)
        return;
    if (i + 16 < v->seen_count) {
        const sl_slot *slot = &t->slots[v->seen[i + 16].hash & t->mask];
        if (slot->item != SL_NONE)
            SL_PREFETCH(&v->forms[slot->item]);
    }
    if (i + 8 < v->seen_count) {
        const sl_slot *slot = &t->slots[v->seen[i + 8].hash & t->mask];
        if (slot->item != SL_NONE) {
            const sl_form *form = &v->forms[slot->item];
            SL_PREFETCH(form->key);
            if (form->readings == 1)
                SL_PREFETCH(&v->terms[form->first]);
        }
    }
}

/* The form of the i-th word that was seen; SL_NONE when it is new. */
SL_INLINE uint32_t sl_inversion_find_form(const sl_inversion *v, uint32_t i)
{
    const sl_hash_table *t = &v->form_table;
    const sl_seen *w = &v->seen[i];
    const uint8_t *letters = v->letters + w->at;
    if (!t->slots)
        return SL_NONE;
    for (uint32_t slot = w->hash & t->mask; t->slots[slot].item != SL_NONE; slot = (slot + 1) & t->mask) {
        if (t->slots[slot].hash != w->hash)
            continue;
        const sl_form *f = &v->forms[t->slots[slot].item];
        uint32_t same = f->length == w->length;
        for (uint32_t k = 0; same && k < w->length; k += 8)
            same = sl_load64(f->key + k) == sl_load64(letters + k);
        if (same)
            return t->slots[slot].item;
    }
    return SL_NONE;
}

/* The term of n <= SL_MAX_KEY bytes of UTF-8, made when it is new; SL_NONE when memory ran out. */
SL_FUNCTION uint32_t sl_inversion_term(sl_inversion *v, const uint8_t *word, uint32_t n)
{
    uint8_t key[SL_MAX_KEY];
    n = sl_key_pack(word, n, key);
    uint32_t hash = sl_key_hash(key, n);
    sl_hash_table *table = &v->term_table;
    if (!sl_table_fit(&v->failed, table))
        return SL_NONE;
    for (uint32_t slot = hash & table->mask; table->slots[slot].item != SL_NONE; slot = (slot + 1) & table->mask) {
        if (table->slots[slot].hash != hash)
            continue;
        const sl_term *t = &v->terms[table->slots[slot].item];
        if (t->length == n && memcmp(t->key, key, n) == 0)
            return table->slots[slot].item;
    }
    uint8_t *copy = sl_inversion_allocate(v, n);
    if (!copy || !sl_inversion_grow(v, (void **)&v->terms, &v->term_capacity, v->term_count + 1, sizeof(sl_term)))
        return SL_NONE;
    memcpy(copy, key, n);
    sl_term *t = &v->terms[v->term_count];
    memset(t, 0, sizeof *t);
    t->key = copy;
    t->length = (uint16_t)n;
    t->form.last = 1;
    t->chunk = SL_FIRST_CHUNK;
    sl_table_put(table, hash, v->term_count);
    return v->term_count++;
}

/* Adds the form of the i-th word that was seen, which is not there yet. Its terms come from sl_inversion_term. SL_NONE when
 * memory ran out. */
SL_FUNCTION uint32_t sl_inversion_add_form(sl_inversion *v, uint32_t i, const uint32_t *terms, uint32_t readings, int stop)
{
    uint32_t n = v->seen[i].length, padded = (n + 7) & ~7u;
    if (!sl_table_fit(&v->failed, &v->form_table) ||
        !sl_inversion_grow(v, (void **)&v->forms, &v->form_capacity, v->form_count + 1, sizeof(sl_form)) ||
        !sl_inversion_grow(v, (void **)&v->readings, &v->reading_capacity, v->reading_count + readings, sizeof(uint32_t)))
        return SL_NONE;
    uint8_t *copy = sl_inversion_allocate(v, padded);
    if (!copy)
        return SL_NONE;
    memcpy(copy, v->letters + v->seen[i].at, padded);
    sl_form *f = &v->forms[v->form_count];
    f->key = copy;
    f->length = n;
    f->readings = (uint16_t)readings;
    f->stop = stop != 0;
    f->first = readings == 1 ? terms[0] : v->reading_count;
    f->local = readings ? ++v->terms[terms[0]].forms : 0;
    if (readings > 1) {
        memcpy(v->readings + v->reading_count, terms, readings * sizeof *terms);
        v->reading_count += readings;
    }
    sl_table_put(&v->form_table, v->seen[i].hash, v->form_count);
    return v->form_count++;
}

SL_INLINE const uint32_t *sl_form_terms(const sl_inversion *v, const sl_form *f)
{
    return f->readings == 1 ? &f->first : v->readings + f->first;
}

#endif
