/* The words that are folded when there are too many forms. Part of logforms.c. */
#ifndef COTOOL_LOGFOLD_H
#define COTOOL_LOGFOLD_H

#include "logs/logforms.h"

/* With more than COTOOL_FORMS forms, the table is treated as a tree of words: if more words follow a
 * beginning than the limit of its depth, they become one. The result depends only on the set of forms,
 * because beginnings are judged from the first word on, and following words only become more. So the
 * tables of parts, folded or not, add up to the same table. There is one exception: if more than twice
 * COTOOL_FORMS are left, the second row of limits applies early, which may depend on the order of
 * lines.
 */

#define DEPTH 24
/* The limits after the signature, the first word, the second ...; the last one is for all later words.
 * With the first row, a message with free text is folded and the others stay. The second row bounds
 * the number of any forms; it applies after more than MANY distinct forms, or if more than twice
 * COTOOL_FORMS are left. */
static const int limits[2][8] = {{256, 1024, 256, 64, 64, 32, 32, 16}, {4, 256, 8, 2, 1, 1, 1, 1}};
#define MANY (64.0 * COTOOL_FORMS)
#define LEAST 512

typedef struct {
    uint64_t *key;
    int32_t *value;
    size_t mask;
} counter;

static int counter_open(counter *c, size_t expected) {
    size_t slots = 64;
    while (slots < 2 * expected) slots *= 2;
    c->mask = slots - 1;
    c->key = calloc(slots, sizeof *c->key);
    c->value = calloc(slots, sizeof *c->value);
    return c->key && c->value ? 0 : ENOMEM;
}

static void counter_close(counter *c) {
    free(c->key);
    free(c->value);
}

static int32_t *counter_at(counter *c, uint64_t key) {
    size_t at;
    key += !key;
    for (at = (size_t)key & c->mask; c->key[at] && c->key[at] != key; at = (at + 1) & c->mask) {
    }
    c->key[at] = key;
    return &c->value[at];
}

static int has_collapsed(const cotool_forms *forms, uint64_t key) {
    size_t mask = forms->collapsed_slots - 1;
    if (!forms->collapsed_slots) return 0;
    key += !key;
    for (size_t at = (size_t)key & mask; forms->collapsed[at]; at = (at + 1) & mask)
        if (forms->collapsed[at] == key) return 1;
    return 0;
}

static int add_collapsed(cotool_forms *forms, uint64_t key) {
    size_t at;
    if (has_collapsed(forms, key)) return 0;
    if (2 * (forms->collapsed_count + 1) > forms->collapsed_slots) {
        size_t slots = forms->collapsed_slots ? 2 * forms->collapsed_slots : 64;
        uint64_t *collapsed = calloc(slots, sizeof *collapsed);
        if (!collapsed) return ENOMEM;
        for (size_t n = 0; n < forms->collapsed_slots; n++) {
            uint64_t old = forms->collapsed[n];
            if (!old) continue;
            for (at = (size_t)old & (slots - 1); collapsed[at]; at = (at + 1) & (slots - 1)) {
            }
            collapsed[at] = old;
        }
        free(forms->collapsed);
        forms->collapsed = collapsed, forms->collapsed_slots = slots;
    }
    key += !key;
    for (at = (size_t)key & (forms->collapsed_slots - 1); forms->collapsed[at];
         at = (at + 1) & (forms->collapsed_slots - 1)) {
    }
    forms->collapsed[at] = key;
    forms->collapsed_count++;
    return 0;
}

/* Returns the end of the word of a depth, which begins at `at` with the blanks before it. The first
 * one is the signature, which may be empty. */
static size_t next_piece(const uint8_t *text, size_t size, int depth, size_t at, size_t *word) {
    size_t stop = at;
    if (depth == 0) {
        while (stop < size && text[stop] != COTOOL_SIGNATURE) stop++;
        *word = 0;
        return stop;
    }
    if (text[stop] == COTOOL_SIGNATURE) stop++;
    while (stop < size && cotool_is_blank(text[stop])) stop++;
    *word = stop;
    while (stop < size && !cotool_is_blank(text[stop])) stop++;
    return stop;
}

static uint64_t extend(uint64_t prefix, const uint8_t *text, size_t at, size_t word, size_t stop,
                       int folded) {
    static const uint8_t mark = COTOOL_FOLDED;
    prefix = cotool_hash(text + at, word - at, prefix);
    return folded ? cotool_hash(&mark, 1, prefix) : cotool_hash(text + word, stop - word, prefix);
}

/* Replaces the words that the tree folds by a mark. Returns whether there were any. */
static int fold_text(const cotool_forms *forms, uint8_t *text, uint32_t *size) {
    uint8_t out[COTOOL_FORM_ROOM];
    size_t at = 0, to = 0;
    uint64_t prefix = 0;
    int changed = 0;
    for (int depth = 0; at < *size || depth == 0; depth++) {
        size_t word, stop = next_piece(text, *size, depth, at, &word);
        int folded;
        if (depth == DEPTH) {
            memcpy(out + to, text + at, word - at);
            to += word - at;
            out[to++] = COTOOL_FOLDED;
            changed = 1;
            break;
        }
        folded = has_collapsed(forms, prefix);
        memcpy(out + to, text + at, word - at);
        to += word - at;
        if (folded) {
            changed |= stop - word != 1 || text[word] != COTOOL_FOLDED;
            out[to++] = COTOOL_FOLDED;
        } else {
            memcpy(out + to, text + word, stop - word);
            to += stop - word;
        }
        prefix = extend(prefix, text, at, word, stop, folded);
        at = stop;
    }
    memcpy(text, out, to);
    *size = (uint32_t)to;
    return changed;
}

/* Notes a form's hash: the number of distinct forms is estimated from the least hashes. */
static int note_hash(cotool_forms *forms, uint64_t hash) {
    int low = 0, high = forms->least_count;
    if (!forms->least && !(forms->least = malloc((LEAST + 1) * sizeof *forms->least))) return ENOMEM;
    if (high == LEAST && hash >= forms->least[LEAST - 1]) return 0;
    while (low < high) {
        int middle = (low + high) / 2;
        if (forms->least[middle] < hash) low = middle + 1;
        else high = middle;
    }
    if (low < forms->least_count && forms->least[low] == hash) return 0;
    memmove(forms->least + low + 1, forms->least + low,
            (size_t)(forms->least_count - low) * sizeof *forms->least);
    forms->least[low] = hash;
    if (forms->least_count < LEAST) forms->least_count++;
    return 0;
}

static size_t settle_limit(const cotool_forms *forms) {
    return forms->folding ? forms->settle_at : COTOOL_FORMS;
}

/* Finds the beginnings that are followed by too many words. */
static int collapse(cotool_forms *forms) {
    size_t count = forms->count;
    uint64_t *prefix = calloc(count + 1, sizeof *prefix);
    uint32_t *at = calloc(count + 1, sizeof *at);
    int status = prefix && at ? 0 : ENOMEM, left = 1;
    for (int depth = 0; depth < DEPTH && left && !status; depth++) {
        const int limit = limits[forms->folding - 1][depth < 7 ? depth : 7];
        counter pairs, words;
        status = counter_open(&pairs, count) | counter_open(&words, count);
        left = 0;
        for (size_t n = 0; n < count && !status; n++) {
            const cotool_form *f = &forms->form[n];
            const uint8_t *text = forms->texts + f->text;
            size_t word, stop;
            uint64_t next;
            if (at[n] >= f->size && depth) continue;
            left = 1;
            stop = next_piece(text, f->size, depth, at[n], &word);
            if (stop - word == 1 && text[word] == COTOOL_FOLDED)
                status = add_collapsed(forms, prefix[n]);
            next = extend(prefix[n], text, at[n], word, stop, 0);
            if (!(*counter_at(&pairs, next))++ && ++*counter_at(&words, prefix[n]) > limit)
                status = add_collapsed(forms, prefix[n]);
        }
        for (size_t n = 0; n < count && !status; n++) {
            const cotool_form *f = &forms->form[n];
            const uint8_t *text = forms->texts + f->text;
            size_t word, stop;
            if (at[n] >= f->size && depth) continue;
            stop = next_piece(text, f->size, depth, at[n], &word);
            prefix[n] = extend(prefix[n], text, at[n], word, stop,
                               has_collapsed(forms, prefix[n]));
            at[n] = (uint32_t)stop;
        }
        counter_close(&pairs);
        counter_close(&words);
    }
    free(prefix);
    free(at);
    return status;
}

#endif
