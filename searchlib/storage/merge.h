/* Which terms and forms do several segments have together? The state of a merge, and its walk over sorted dictionaries.
 *
 * A merge makes one segment of the living documents of several, as if it had been built from those at once. It goes through the
 * sources' dictionaries side by side: first through the terms, which gives every term of each source a number among those of
 * all (this file), then through the forms (merge_forms.h), and then term by term through the lists (merge_terms.h, merge_lists.h). What a
 * merge keeps is a few bytes for each term and form, and the lists of one term.
 *
 * The walk is a heap of the sources by the key that each stands at. Invariant: the keys of a source ascend, or it is damaged; so
 * each merged key comes out once, with all sources that have it one after the other.
 */
#ifndef SL_MERGE_H
#define SL_MERGE_H

#include "forms.h"
#include "places.h"
#include "term_encode.h"

#define SL_WALK_STEP (1u << 14) /* entries of dictionaries that are enough for one step */

typedef struct {
    uint32_t next;   /* another form with the same first term, SL_NONE: the last */
    uint32_t code;   /* in the lists of its first term */
    uint32_t merged; /* its number among the forms of all sources */
} sl_source_form;

enum { SL_LIFE_UNKNOWN, SL_LIVES, SL_DEAD };

/* The section in which damage was found. */
enum { SL_IN_TERMS, SL_IN_FORMS, SL_IN_POSTINGS, SL_IN_POSITIONS };

/* A segment that is merged. */
typedef struct {
    sl_file *file;
    const sl_dictionary *terms;
    const sl_forms *forms;
    uint64_t postings, postings_length, positions, positions_length; /* the two sections in the file */
    const int32_t *numbers; /* by document: its number in the merged segment, ascending; negative: it is dead */
    uint32_t documents;
    int whole;              /* all documents live */
    uint32_t *merged;       /* by ordinal: the term's number among those of all sources */
    uint32_t *heads;        /* by ordinal: one of the forms whose first term it is, or SL_NONE */
    sl_source_form *own;    /* by form */
    uint8_t *lives;         /* by ordinal: does a living document have the term? NULL until that is asked */
    uint64_t probed;        /* bytes of postings that were read for that */
    uint64_t postings_at, positions_at; /* where the lists of the next term begin in their sections */
    /* the walk */
    uint32_t at;            /* entry at hand: an ordinal or a form's number */
    sl_dictionary_entry entry;
    sl_form_entry form;
    uint64_t prefix;        /* of the key at hand, to be compared first */
    const uint8_t *key;
    uint32_t key_length;
    uint8_t form_key[SL_MAX_KEY];
} sl_source;

/* A form of the merged segment, or one that may yet prove to have no living document. */
typedef struct {
    uint64_t key;  /* where it begins in `keys` */
    uint16_t length, kept, cut; /* kept, cut: bytes of the first term's key that it has and has not */
    uint8_t readings, stop;
    uint32_t first;  /* the only term, or an index into `readings` of the merge */
    uint32_t local;  /* its number among the forms of its first term, by arrival from 1; 0: no living document is known to have it */
    uint32_t code;
    uint32_t source; /* the first that has it, then one in which it lives */
} sl_merged_form;

typedef struct {
    sl_source *sources;
    uint32_t count, fields, documents;
    uint32_t *heap, heaped;
    int over_forms, fresh;  /* fresh: the key at hand is the first of its kind */
    uint8_t previous[SL_MAX_KEY];
    uint32_t previous_length;
    uint32_t term_count;    /* of all sources together */
    uint32_t *ordinals;     /* by term: its ordinal, or SL_NONE */
    sl_merged_form *forms;
    uint32_t form_count, form_capacity;
    uint32_t *readings;
    uint32_t reading_count, reading_capacity;
    sl_buffer keys;
    /* the term at hand */
    sl_terms_writer out;
    uint32_t term, rank;    /* terms that are done; those of them that live */
    uint64_t taken;         /* bytes of lists that were taken in by this step */
    uint32_t *docs, *tfs;   /* df, fields x stride */
    uint32_t doc_capacity, tf_capacity, stride, df;
    uint32_t *places, *codes; /* by occurrence; codes: the local number of its form */
    uint32_t occurrence_capacity, code_capacity, occurrences;
    uint32_t *counts;       /* by local number: 0 for the forms of other terms */
    uint32_t count_capacity, locals;
    uint32_t *silent;       /* forms without an occurrence of their own */
    uint32_t silent_capacity, silent_count;
    uint32_t *symbols, *owners; /* of one source, by code: its form, by the number among all and by that in the source */
    uint32_t *seen;             /* and how often it occurs there, in dead documents too */
    uint32_t symbol_capacity, owner_capacity, seen_capacity;
    uint32_t *code_of;      /* by local number */
    const uint32_t *tokens[SL_MAX_FIELDS]; /* by field but the last: of each document; NULL: they are not asked for */
    uint64_t *scratch;
    uint32_t code_of_capacity, scratch_capacity;
    sl_dictionary_entry probe;
    /* what went wrong */
    int failed;             /* memory */
    const char *damage;     /* NULL: nothing */
    uint32_t damaged;       /* the source */
    int section;            /* of it */
    uint32_t against;       /* another that contradicts it, or SL_NONE: either may be the damaged one */
} sl_merge;

SL_FUNCTION void sl_merge_end(sl_merge *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        free(m->sources[i].merged);
        free(m->sources[i].heads);
        free(m->sources[i].own);
        free(m->sources[i].lives);
    }
    free(m->sources);
    free(m->heap);
    free(m->ordinals);
    free(m->forms);
    free(m->readings);
    sl_buffer_free(&m->keys);
    sl_terms_end(&m->out);
    free(m->docs);
    free(m->tfs);
    free(m->places);
    free(m->codes);
    free(m->counts);
    free(m->silent);
    free(m->symbols);
    free(m->owners);
    free(m->seen);
    free(m->code_of);
    free(m->scratch);
    memset(m, 0, sizeof *m);
}

/* Readies a merge of zeros for `count` sources, which the caller fills in up to `whole`. end() follows in any case. Returns 0
 * when memory ran out. */
SL_FUNCTION int sl_merge_begin(sl_merge *m, uint32_t count, uint32_t fields)
{
    m->fields = fields;
    m->sources = (sl_source *)calloc(count, sizeof *m->sources);
    m->heap = (uint32_t *)malloc((count + 1) * sizeof *m->heap);
    if (!m->sources || !m->heap)
        return 0;
    m->count = count;
    return 1;
}

SL_INLINE int sl_merge_damaged(sl_merge *m, const sl_source *s, int section, const char *what)
{
    m->damage = what;
    m->section = section;
    m->damaged = (uint32_t)(s - m->sources);
    m->against = SL_NONE;
    return 0;
}

/* Where in the damaged source's file is the damage? The list at hand, or the block of the dictionary. */
SL_FUNCTION uint64_t sl_merge_damage_at(const sl_merge *m)
{
    const sl_source *s = &m->sources[m->damaged];
    const sl_dictionary *d = m->section == SL_IN_FORMS ? &s->forms->blocks : s->terms;
    const uint8_t *end, *block;
    if (m->section == SL_IN_POSTINGS && !s->entry.once)
        return s->postings + (s->entry.postings < s->postings_length ? s->entry.postings : 0);
    if (m->section == SL_IN_POSITIONS && !s->entry.once)
        return s->positions + (s->entry.positions < s->positions_length ? s->entry.positions : 0);
    if ((m->section == SL_IN_FORMS) != m->over_forms || s->at >= d->count)
        return d->offset;
    block = sl_dictionary_block(d, s->at / SL_DICTIONARY_BLOCK, &end);
    return block ? (uint64_t)(block - d->file->data) : d->offset;
}

SL_INLINE int sl_merge_grow(sl_merge *m, uint32_t **array, uint32_t *capacity, uint64_t need)
{
    if (need > UINT32_MAX) {
        m->out.too_large = 1;
        return 0;
    }
    return sl_grow(&m->failed, (void **)array, capacity, (uint32_t)need, sizeof **array);
}

/* Takes the key of the entry `at` to hand. Returns 0 when it is damaged. */
SL_FUNCTION int sl_walk_load(sl_merge *m, sl_source *s)
{
    if (m->over_forms) {
        if (!sl_form_move(s->forms, s->at, &s->form))
            return sl_merge_damaged(m, s, SL_IN_FORMS, "the dictionary of forms is damaged");
        s->key = s->form_key;
        s->key_length = sl_form_key(&s->form, s->form_key);
    } else {
        if (sl_dictionary_move(s->terms, s->at, &s->entry) < 0)
            return sl_merge_damaged(m, s, SL_IN_TERMS, "the dictionary of terms is damaged");
        s->key = s->entry.key;
        s->key_length = s->entry.key_length;
    }
    s->prefix = 0;
    for (uint32_t i = 0; i < 8; i++)
        s->prefix = s->prefix << 8 | (i < s->key_length ? s->key[i] : 0);
    return 1;
}

SL_INLINE int sl_walk_before(const sl_merge *m, uint32_t a, uint32_t b)
{
    const sl_source *x = &m->sources[a], *y = &m->sources[b];
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix;
    int order = sl_key_compare(x->key, x->key_length, y->key, y->key_length);
    return order ? order < 0 : a < b;
}

/* Puts a source where it belongs in the heap, from place i down. */
SL_FUNCTION void sl_walk_sink(sl_merge *m, uint32_t i)
{
    uint32_t source = m->heap[i];
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= m->heaped)
            break;
        if (child + 1 < m->heaped && sl_walk_before(m, m->heap[child + 1], m->heap[child]))
            child++;
        if (!sl_walk_before(m, m->heap[child], source))
            break;
        m->heap[i] = m->heap[child];
        i = child;
    }
    m->heap[i] = source;
}

/* Begins the walk over the terms or the forms. Returns 0 when a source is damaged. */
SL_FUNCTION int sl_walk_begin(sl_merge *m, int over_forms)
{
    m->over_forms = over_forms;
    m->heaped = 0;
    m->fresh = 1;
    for (uint32_t i = 0; i < m->count; i++) {
        sl_source *s = &m->sources[i];
        s->at = 0;
        s->entry.next = NULL;
        sl_form_begin(&s->form);
        if (!(over_forms ? s->forms->blocks.count : s->terms->count))
            continue;
        if (!sl_walk_load(m, s))
            return 0;
        m->heap[m->heaped++] = i;
    }
    for (uint32_t i = m->heaped / 2; i-- > 0;)
        sl_walk_sink(m, i);
    return 1;
}

/* Moves the source that stands first on to its next entry. Returns 0 when it is damaged. */
SL_FUNCTION int sl_walk_on(sl_merge *m)
{
    sl_source *s = &m->sources[m->heap[0]];
    memcpy(m->previous, s->key, s->key_length);
    m->previous_length = s->key_length;
    if (++s->at == (m->over_forms ? s->forms->blocks.count : s->terms->count)) {
        m->heap[0] = m->heap[--m->heaped];
    } else {
        if (!sl_walk_load(m, s))
            return 0;
        if (sl_key_compare(m->previous, m->previous_length, s->key, s->key_length) >= 0)
            return m->over_forms ? sl_merge_damaged(m, s, SL_IN_FORMS, "forms are out of order")
                                 : sl_merge_damaged(m, s, SL_IN_TERMS, "terms are out of order");
    }
    if (!m->heaped)
        return 1;
    sl_walk_sink(m, 0);
    s = &m->sources[m->heap[0]];
    m->fresh = s->key_length != m->previous_length || memcmp(s->key, m->previous, s->key_length) != 0;
    return 1;
}

/* Readies the walk over the terms. Returns 0 when a source is damaged or, with `failed`, memory ran out. */
SL_FUNCTION int sl_merge_terms_begin(sl_merge *m)
{
    uint64_t terms = 0, forms = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        sl_source *s = &m->sources[i];
        terms += s->terms->count;
        forms += s->forms->blocks.count;
        s->merged = (uint32_t *)malloc(((size_t)s->terms->count + 1) * sizeof *s->merged);
        s->heads = (uint32_t *)malloc(((size_t)s->terms->count + 1) * sizeof *s->heads);
        s->own = (sl_source_form *)malloc(((size_t)s->forms->blocks.count + 1) * sizeof *s->own);
        if (!s->merged || !s->heads || !s->own) {
            m->failed = 1;
            return 0;
        }
        memset(s->heads, 0xFF, (size_t)s->terms->count * sizeof *s->heads);
    }
    if (terms >= SL_NONE || forms >= SL_NONE) {
        m->out.too_large = 1;
        return 0;
    }
    return sl_walk_begin(m, 0);
}

/* Numbers the terms of a step. More are left while m->heaped. Returns 0 when a source is damaged. */
SL_FUNCTION int sl_merge_terms_walk(sl_merge *m)
{
    for (uint32_t left = SL_WALK_STEP; m->heaped && left; left--) {
        sl_source *s = &m->sources[m->heap[0]];
        m->term_count += m->fresh;
        s->merged[s->at] = m->term_count - 1;
        if (!sl_walk_on(m))
            return 0;
    }
    return 1;
}

#endif
