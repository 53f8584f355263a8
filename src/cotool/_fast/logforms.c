/* See logforms.h. */
#include "logforms.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "loghash.h"

static size_t least_size(size_t a, size_t b) { return a < b ? a : b; }

/* ---- figures of a form --------------------------------------------------------------------- */

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Makes the time line hold [first, last] as well, in the narrowest width that can. */
static int fit_timeline(cotool_form *f, const int64_t *widths, int64_t first, int64_t last) {
    uint64_t counts[COTOOL_TIMELINE] = {0};
    int64_t start, stop, ratio;
    int width = f->width, span = f->span ? f->span : 4;
    for (;; width++) {
        start = floor_divide(first, widths[width]), stop = floor_divide(last, widths[width]) + 1;
        if (stop - start <= COTOOL_TIMELINE || !widths[width + 1]) break;
    }
    while (span < stop - start && span < COTOOL_TIMELINE) span *= 2;
    if (span > f->span) {
        uint64_t *timeline = realloc(f->timeline, (size_t)span * sizeof *timeline);
        if (!timeline) return ENOMEM;
        memset(timeline + f->span, 0, (size_t)(span - f->span) * sizeof *timeline);
        f->timeline = timeline;
    }
    if (f->span && (width != f->width || start != f->start)) {
        ratio = widths[width] / widths[f->width];
        for (int n = 0; n < f->span; n++)
            if (f->timeline[n])
                counts[floor_divide(f->start + n, ratio) - start] += f->timeline[n];
        memcpy(f->timeline, counts, (size_t)span * sizeof *counts);
    }
    f->width = width, f->start = start, f->span = span;
    f->from = f->until = 0;
    return 0;
}

static int count_time(cotool_form *f, const int64_t *widths, int64_t seconds, uint64_t count) {
    if (seconds < f->from || seconds >= f->until) {
        int64_t bucket = floor_divide(seconds, widths[f->width]) - f->start;
        if (bucket < 0 || bucket >= f->span) {
            if (fit_timeline(f, widths, seconds < f->first ? seconds : f->first,
                             seconds > f->last ? seconds : f->last))
                return ENOMEM;
            bucket = floor_divide(seconds, widths[f->width]) - f->start;
        }
        f->now = (int)bucket;
        f->from = (f->start + bucket) * widths[f->width];
        f->until = f->from + widths[f->width];
    }
    if (seconds < f->first) f->first = seconds;
    if (seconds > f->last) f->last = seconds;
    f->timeline[f->now] += count;
    return 0;
}

static void mark_register(uint8_t *registers, uint64_t hash) {
    uint8_t *r = &registers[hash & (COTOOL_REGISTERS - 1)];
    uint8_t rank = (uint8_t)(__builtin_clzll((hash >> 8) | 1) - 7);
    if (rank > *r) *r = rank;
}

double cotool_distinct(const uint8_t *registers) {
    const double m = COTOOL_REGISTERS;
    double sum = 0, estimate;
    int empty = 0;
    for (int n = 0; n < COTOOL_REGISTERS; n++) {
        sum += ldexp(1, -registers[n]);
        empty += !registers[n];
    }
    estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    return estimate <= 2.5 * m && empty ? m * log(m / empty) : estimate;
}

static int ranges_of(const cotool_form *f) {
    return f->parameters < COTOOL_RANGES ? f->parameters : COTOOL_RANGES;
}

/* The first parameter whose range is known. */
static int first_range(const cotool_form *f) { return f->parameters - ranges_of(f); }

/* Counts what a kept line holds among the distinct values. */
static void mark_kept(cotool_form *f, const cotool_kept *kept) {
    const uint8_t *p = kept->bytes;
    const int first = first_range(f);
    for (int k = 0; k < f->parameters; k++) {
        uint64_t hash;
        memcpy(&hash, p, 8);
        if (k >= first) mark_register(f->registers + (k - first) * COTOOL_REGISTERS, hash);
        p += 10 + (p[8] | p[9] << 8);
    }
}

/* From now on not every distinct line is kept: distinct values are estimated. */
static int crowd(cotool_form *f) {
    int count = ranges_of(f);
    if (f->crowded) return 0;
    f->crowded = 1;
    if (!count) return 0;
    f->registers = calloc((size_t)count, COTOOL_REGISTERS);
    if (!f->registers) return ENOMEM;
    for (int n = 0; n < f->kept; n++) mark_kept(f, &f->keep[n]);
    return 0;
}

/* Lines of a greater hash than this are not kept. */
static void set_limit(cotool_form *f, int most) {
    if (f->kept == most && f->keep[most - 1].hash < f->limit) f->limit = f->keep[most - 1].hash;
}

static int cut_kept(cotool_form *f, int most) {
    if (f->kept <= most) return 0;
    if (crowd(f)) return ENOMEM;
    while (f->kept > most) free(f->keep[--f->kept].bytes);
    set_limit(f, most);
    return 0;
}

/* The place of a hash among those that are kept, or where it would be. */
static int kept_place(const cotool_form *f, uint64_t hash) {
    int low = 0, high = f->kept;
    while (low < high) {
        int middle = (low + high) / 2;
        if (f->keep[middle].hash < hash) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Room for one more at `place`; the last one goes where there are `most`. */
static int open_place(cotool_form *f, int place, int most) {
    if (f->kept == most) {
        if (crowd(f)) return ENOMEM;
        free(f->keep[--f->kept].bytes);
    }
    if (f->kept == f->room) {
        int room = f->room ? 2 * f->room : 2;
        cotool_kept *keep = realloc(f->keep, (size_t)room * sizeof *keep);
        if (!keep) return ENOMEM;
        f->keep = keep, f->room = room;
    }
    memmove(f->keep + place + 1, f->keep + place, (size_t)(f->kept - place) * sizeof *f->keep);
    f->kept++;
    return 0;
}

/* The parameters of a line: of each its hash, its size in two bytes, and its bytes. */
static int keep_line(cotool_form *f, const uint8_t *line, const cotool_masked *m,
                     const uint64_t *hashes, uint64_t hash, int most) {
    size_t size = 0;
    int place = kept_place(f, hash);
    uint8_t *to;
    if (place < f->kept && f->keep[place].hash == hash) {
        f->keep[place].count++;
        return 0;
    }
    if (place >= most) return crowd(f);
    for (int n = 0; n < m->parameters; n++)
        size += 10 + least_size(m->parameter[n].end - m->parameter[n].start, COTOOL_KEPT_SIZE);
    to = malloc(size + 1);
    if (!to) return ENOMEM;
    if (open_place(f, place, most)) {
        free(to);
        return ENOMEM;
    }
    f->keep[place].hash = hash, f->keep[place].count = 1;
    f->keep[place].bytes = to, f->keep[place].size = (uint32_t)size;
    for (int n = 0; n < m->parameters; n++) {
        size_t length = least_size(m->parameter[n].end - m->parameter[n].start,
                                          COTOOL_KEPT_SIZE);
        memcpy(to, &hashes[n], 8);
        to[8] = (uint8_t)length, to[9] = (uint8_t)(length >> 8);
        memcpy(to + 10, line + m->parameter[n].start, length);
        to += 10 + length;
    }
    set_limit(f, most);
    return 0;
}

/* ---- the table ----------------------------------------------------------------------------- */

static void free_form(cotool_form *f) {
    for (int n = 0; n < f->kept; n++) free(f->keep[n].bytes);
    free(f->keep);
    free(f->timeline);
    free(f->registers);
}

void cotool_forms_open(cotool_forms *forms, const int64_t *widths) {
    memset(forms, 0, sizeof *forms);
    forms->widths = widths;
    forms->samples = COTOOL_SAMPLES;
}

void cotool_forms_reset(cotool_forms *forms) {
    for (size_t n = 0; n < forms->count; n++) free_form(&forms->form[n]);
    if (forms->slots > 4096 && forms->slots > 16 * forms->count) {
        free(forms->slot);
        forms->slot = NULL, forms->slots = 0;
    }
    if (forms->slots) memset(forms->slot, 0, forms->slots * sizeof *forms->slot);
    if (forms->collapsed_slots)
        memset(forms->collapsed, 0, forms->collapsed_slots * sizeof *forms->collapsed);
    forms->count = forms->texts_size = forms->collapsed_count = 0;
    forms->samples = COTOOL_SAMPLES;
    forms->folding = 0, forms->least_count = 0, forms->settle_at = 0;
}

void cotool_forms_close(cotool_forms *forms) {
    for (size_t n = 0; n < forms->count; n++) free_form(&forms->form[n]);
    free(forms->form);
    free(forms->slot);
    free(forms->texts);
    free(forms->collapsed);
    free(forms->least);
    free(forms->labels);
    memset(forms, 0, sizeof *forms);
}

static size_t find_slot(const cotool_forms *forms, uint64_t hash, const uint8_t *text,
                        uint32_t size) {
    size_t mask = forms->slots - 1, at = (size_t)hash & mask;
    while (forms->slot[at]) {
        const cotool_form *f = &forms->form[forms->slot[at] - 1];
        if (f->hash == hash && f->size == size && !memcmp(forms->texts + f->text, text, size))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

const cotool_form *cotool_forms_find(const cotool_forms *forms, const uint8_t *text, uint32_t size,
                                     int inferred) {
    size_t at;
    if (!forms->slots) return NULL;
    at = find_slot(forms, cotool_hash(text, size, (uint64_t)inferred), text, size);
    return forms->slot[at] ? &forms->form[forms->slot[at] - 1] : NULL;
}

static int index_forms(cotool_forms *forms, size_t slots) {
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (!slot) return ENOMEM;
    free(forms->slot);
    forms->slot = slot, forms->slots = slots;
    for (size_t n = 0; n < forms->count; n++) {
        size_t at = (size_t)forms->form[n].hash & (slots - 1);
        while (slot[at]) at = (at + 1) & (slots - 1);
        slot[at] = (uint32_t)n + 1;
    }
    return 0;
}

/* Distinct lines that are kept of each form: fewer of each where there are many. */
static int samples_for(size_t forms) {
    return forms <= 256    ? COTOOL_SAMPLES
           : forms <= 1024 ? COTOOL_SAMPLES / 4
           : forms <= 8192 ? COTOOL_SAMPLES / 16
                           : COTOOL_SAMPLES / 64;
}

/* The form of a text, new where there is none; NULL without memory. */
static cotool_form *form_of(cotool_forms *forms, uint64_t hash, const uint8_t *text, uint32_t size,
                            int *is_new) {
    size_t at;
    cotool_form *f;
    *is_new = 0;
    if (4 * forms->count >= 3 * forms->slots &&
        index_forms(forms, forms->slots ? 2 * forms->slots : 256))
        return NULL;
    at = find_slot(forms, hash, text, size);
    if (forms->slot[at]) return &forms->form[forms->slot[at] - 1];
    if (forms->count == forms->room) {
        size_t room = forms->room ? 2 * forms->room : 64;
        f = realloc(forms->form, room * sizeof *f);
        if (!f) return NULL;
        forms->form = f, forms->room = room;
    }
    if (forms->texts_size + size > forms->texts_room) {
        size_t room = 2 * forms->texts_room + size + 4096;
        uint8_t *texts = realloc(forms->texts, room);
        if (!texts) return NULL;
        forms->texts = texts, forms->texts_room = room;
    }
    f = &forms->form[forms->count++];
    memset(f, 0, sizeof *f);
    f->hash = hash, f->size = size, f->text = forms->texts_size;
    f->first = INT64_MAX, f->last = INT64_MIN;
    f->limit = UINT64_MAX;
    memcpy(forms->texts + f->text, text, size);
    forms->texts_size += size;
    forms->slot[at] = (uint32_t)forms->count;
    if (samples_for(forms->count) < forms->samples) {
        forms->samples = samples_for(forms->count);
        for (size_t n = 0; n < forms->count; n++)
            if (cut_kept(&forms->form[n], forms->samples)) return NULL;
    }
    *is_new = 1;
    return f;
}

/* The bits of what was a number in every line; the ranges of those. */
static void widen_ranges(cotool_form *f, const cotool_masked *m) {
    const int count = ranges_of(f), first = first_range(f);
    for (int n = 0; n < count; n++) {
        const cotool_parameter *x = &m->parameter[first + n];
        if (!x->is_number) {
            f->numbers &= (uint16_t)~(1u << n);
            continue;
        }
        if (x->value < f->least[n]) f->least[n] = x->value;
        if (x->value > f->greatest[n]) f->greatest[n] = x->value;
    }
}

/* ---- folding -------------------------------------------------------------------------------- */

/* With more forms than COTOOL_FORMS the table becomes a tree of words: where more words follow a
 * beginning than its depth allows, they become one. Which do depends on the set of forms alone:
 * beginnings are judged from the first word on, and words that follow only become more. So tables
 * of parts, folded or not, add up to the same.
 */

#define DEPTH 24
/* Of the signature, the first word, the second ...; later words as the last one. By the first row a
 * message with free text folds and the others stay. The second row bounds the number of forms whatever
 * they are; it takes over where more than MANY were seen, or more than twice COTOOL_FORMS are left. */
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

/* The word of a depth, which begins at `at`, with the blanks before it; the signature, which may
 * be empty, is the first. */
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

/* Puts the mark of folded words where the tree has one; tells whether there was one. */
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

/* Notes one of the distinct forms, of which the least hashes tell how many there are. */
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

/* Finds the beginnings that too many words follow. */
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

static int add_form(cotool_forms *forms, const cotool_form *g, const uint8_t *text, uint32_t size,
                    const int64_t *widths, int whole);

int cotool_forms_settle(cotool_forms *forms) {
    cotool_forms old;
    int status = 0;
    if (!forms->folding) {
        if (forms->count <= COTOOL_FORMS) return 0;
        forms->folding = 1;
        for (size_t n = 0; n < forms->count && !status; n++)
            status = note_hash(forms, forms->form[n].hash);
    }
    if (forms->folding == 1 && forms->least_count == LEAST &&
        (LEAST - 1) / ldexp((double)forms->least[LEAST - 1], -64) > MANY)
        forms->folding = 2;
    if (!status) status = collapse(forms);
    if (status) return status;
    old = *forms;
    forms->form = NULL, forms->slot = NULL, forms->texts = NULL;
    forms->count = forms->room = forms->slots = forms->texts_size = forms->texts_room = 0;
    for (size_t n = 0; n < old.count && !status; n++)
        status = add_form(forms, &old.form[n], old.texts + old.form[n].text, old.form[n].size,
                          old.widths, 0);
    for (size_t n = 0; n < old.count; n++) free_form(&old.form[n]);
    free(old.form);
    free(old.slot);
    free(old.texts);
    if (!status && forms->folding == 1 && forms->count > 2 * COTOOL_FORMS) {
        forms->folding = 2;
        return cotool_forms_settle(forms);
    }
    forms->settle_at = forms->count + COTOOL_FORMS;
    return status;
}

/* ---- adding -------------------------------------------------------------------------------- */

/* Adds the figures of another table's form. */
static int add_form(cotool_forms *forms, const cotool_form *g, const uint8_t *given, uint32_t size,
                    const int64_t *widths, int whole) {
    uint8_t text[COTOOL_FORM_ROOM];
    const int inferred = whole ? 0 : g->inferred;
    cotool_form *f;
    int is_new, folded = 0, count;
    memcpy(text, given, size);
    if (forms->folding) folded = fold_text(forms, text, &size);
    f = form_of(forms, cotool_hash(text, size, (uint64_t)inferred), text, size, &is_new);
    if (!f) return ENOMEM;
    folded |= memchr(text, COTOOL_FOLDED, size) != NULL;
    if (is_new) {
        f->inferred = (uint8_t)inferred;
        f->parameters = folded ? 0 : g->parameters;
        f->numbers = 0xFFFF;
        f->crowded = (uint8_t)folded;
        for (int n = 0; n < COTOOL_RANGES; n++) f->least[n] = INFINITY, f->greatest[n] = -INFINITY;
    }
    f->count += g->count;
    for (int n = 0; n < COTOOL_LOG_LEVELS; n++) f->levels[n] += g->levels[n];
    if (g->first <= g->last) {
        const int64_t width = widths[g->width];
        if (g->first < f->first) f->first = g->first;
        if (g->last > f->last) f->last = g->last;
        if (fit_timeline(f, forms->widths, f->first, f->last)) return ENOMEM;
        for (int n = 0; n < g->span; n++) {
            int64_t at = (g->start + n) * width;
            if (!g->timeline[n]) continue;
            if (at < g->first) at = g->first;
            if (count_time(f, forms->widths, at, g->timeline[n])) return ENOMEM;
        }
    }
    if (folded) return 0;
    f->numbers &= g->numbers;
    count = ranges_of(f);
    for (int n = 0; n < count; n++) {
        if (g->least[n] < f->least[n]) f->least[n] = g->least[n];
        if (g->greatest[n] > f->greatest[n]) f->greatest[n] = g->greatest[n];
    }
    if (g->crowded && crowd(f)) return ENOMEM;
    for (int n = 0; n < g->kept; n++) {
        const cotool_kept *from = &g->keep[n];
        int place = kept_place(f, from->hash);
        if (place < f->kept && f->keep[place].hash == from->hash) {
            f->keep[place].count += from->count;
        } else if (place >= forms->samples) {
            if (crowd(f)) return ENOMEM;
        } else {
            uint8_t *bytes = malloc(from->size + 1);
            if (!bytes || open_place(f, place, forms->samples)) {
                free(bytes);
                return ENOMEM;
            }
            memcpy(bytes, from->bytes, from->size);
            f->keep[place] = *from;
            f->keep[place].bytes = bytes;
            set_limit(f, forms->samples);
        }
        if (f->registers && !g->registers) mark_kept(f, from);
    }
    if (f->registers && g->registers)
        for (size_t n = 0; n < (size_t)count * COTOOL_REGISTERS; n++)
            if (g->registers[n] > f->registers[n]) f->registers[n] = g->registers[n];
    return 0;
}

int cotool_forms_merge(cotool_forms *forms, const cotool_forms *from, int whole) {
    int status = 0;
    if (from->folding) {
        if (!forms->folding) {
            forms->folding = 1, forms->settle_at = 2 * COTOOL_FORMS;
            for (size_t n = 0; n < forms->count && !status; n++)
                status = note_hash(forms, forms->form[n].hash);
        }
        if (from->folding > forms->folding) forms->folding = from->folding;
        for (int n = 0; n < from->least_count && !status; n++)
            status = note_hash(forms, from->least[n]);
    }
    for (size_t n = 0; n < from->count && !status; n++) {
        const cotool_form *g = &from->form[n];
        if (forms->folding && !from->folding) status = note_hash(forms, g->hash);
        if (!status)
            status = add_form(forms, g, from->texts + g->text, g->size, from->widths, whole);
        if (!status && forms->count > settle_limit(forms)) status = cotool_forms_settle(forms);
    }
    return status;
}

int cotool_forms_insert(cotool_forms *forms, const cotool_form *form, const uint8_t *text,
                        size_t size) {
    if (form->crowded && memchr(text, COTOOL_FOLDED, size) && !forms->folding) {
        forms->folding = 1, forms->settle_at = 2 * COTOOL_FORMS;
    }
    if (add_form(forms, form, text, (uint32_t)size, forms->widths, 0)) return ENOMEM;
    return forms->count > settle_limit(forms) ? cotool_forms_settle(forms) : 0;
}

int cotool_forms_fold(cotool_forms *forms, int folding, const uint64_t *least, int count) {
    int status = 0;
    if (folding > forms->folding) forms->folding = folding, forms->settle_at = 2 * COTOOL_FORMS;
    for (int n = 0; n < count && !status; n++) status = note_hash(forms, least[n]);
    return status;
}

int cotool_forms_add(cotool_forms *forms, const uint8_t *line, const uint8_t *end,
                     const cotool_record_facts *facts) {
    cotool_masked m;
    uint64_t hashes[COTOOL_FORM_PARAMETERS], hash, all = 0;
    cotool_form *f;
    int is_new, folded = 0;
    cotool_mask(line, end, &forms->header, &m);
    hash = cotool_hash(m.text, m.size, (uint64_t)facts->inferred);
    if (forms->folding) {
        if (note_hash(forms, hash)) return ENOMEM;
        folded = fold_text(forms, m.text, &m.size);
        if (folded) hash = cotool_hash(m.text, m.size, (uint64_t)facts->inferred);
    }
    f = form_of(forms, hash, m.text, m.size, &is_new);
    if (!f) return ENOMEM;
    if (is_new) {
        f->inferred = (uint8_t)facts->inferred;
        f->parameters = folded ? 0 : (uint8_t)m.parameters;
        f->numbers = 0xFFFF;
        f->crowded = (uint8_t)folded;
        for (int n = 0; n < COTOOL_RANGES; n++) f->least[n] = INFINITY, f->greatest[n] = -INFINITY;
        if (forms->prior && !folded) {
            const cotool_form *before = cotool_forms_find(forms->prior, m.text, m.size,
                                                          facts->inferred);
            if (before) f->limit = before->limit;
            if (before && before->crowded && crowd(f)) return ENOMEM;
        }
    }
    f->count++;
    f->levels[facts->level]++;
    if (facts->has_time && count_time(f, forms->widths, facts->seconds, 1)) return ENOMEM;
    if (!folded) {
        int count = ranges_of(f);
        for (int n = 0; n < m.parameters; n++) {
            const cotool_parameter *x = &m.parameter[n];
            hashes[n] = cotool_hash(line + x->start, x->end - x->start, 0);
            all = fold_product(all ^ hashes[n], 0xD6E8FEB86659FD93u) + (uint64_t)n;
        }
        widen_ranges(f, &m);
        if (!m.parameters) {
            /* Nothing differs between its lines. */
        } else if (all > f->limit) {
            if (crowd(f)) return ENOMEM;
        } else if (keep_line(f, line, &m, hashes, all, forms->samples)) {
            return ENOMEM;
        }
        if (f->registers)
            for (int n = 0; n < count; n++)
                mark_register(f->registers + n * COTOOL_REGISTERS, hashes[first_range(f) + n]);
    }
    if (is_new && forms->count > settle_limit(forms)) return cotool_forms_settle(forms);
    return 0;
}

/* ---- labels -------------------------------------------------------------------------------- */

int cotool_forms_label(cotool_forms *forms, const uint8_t *text, size_t size, uint32_t name,
                       const uint32_t *pieces, uint32_t count) {
    const size_t more = sizeof(cotool_label) + (size_t)count * 2 * sizeof *pieces;
    cotool_form *f = (cotool_form *)cotool_forms_find(forms, text, (uint32_t)size, 0);
    cotool_label *label;
    if (!f) return ENOENT;
    if (forms->labels_size + more > forms->labels_room) {
        size_t room = 2 * forms->labels_room + more + 4096;
        uint8_t *labels = realloc(forms->labels, room);
        if (!labels) return ENOMEM;
        forms->labels = labels, forms->labels_room = room;
    }
    label = (cotool_label *)(forms->labels + forms->labels_size);
    label->name = name, label->pieces = count;
    if (count) memcpy(label->piece, pieces, (size_t)count * 2 * sizeof *pieces);
    f->label = forms->labels_size + 1;
    forms->labels_size += more;
    return 0;
}

/* Where the bytes of a message's form stand in its line. */
static void trace_origin(const uint8_t *line, const uint8_t *end, const uint8_t *form, size_t size,
                         const cotool_masked *m, uint32_t *origin) {
    const uint8_t *p = line + m->message;
    int parameter = 0;
    for (size_t n = 0; n < size; n++) {
        origin[n] = (uint32_t)(p - line);
        if (form[n] >= COTOOL_PARAMETER && form[n] <= COTOOL_EPOCH) {
            if (parameter < m->parameters) {
                origin[n] = m->parameter[parameter].start;
                p = line + m->parameter[parameter++].end;
            }
        } else if (cotool_is_blank(form[n]) && n + 1 < size && cotool_is_blank(form[n + 1])) {
            p++;
        } else if (cotool_is_blank(form[n])) {
            while (p < end && cotool_is_blank(*p)) p++;
        } else {
            p += p < end;
        }
    }
    origin[size] = (uint32_t)(p - line);
}

const cotool_label *cotool_forms_lookup(const cotool_forms *forms, const uint8_t *line,
                                        const uint8_t *end, cotool_header *memo,
                                        cotool_masked *m, uint32_t *origin) {
    const cotool_form *f;
    const uint8_t *message;
    if (end - line > COTOOL_FORM_LINE) end = line + COTOOL_FORM_LINE;
    cotool_mask(line, end, memo, m);
    f = cotool_forms_find(forms, m->text, m->size, 0);
    if (!f && forms->folding && fold_text(forms, m->text, &m->size))
        f = cotool_forms_find(forms, m->text, m->size, 0);
    if (!f || !f->label) return NULL;
    message = (const uint8_t *)memchr(m->text, COTOOL_SIGNATURE, m->size) + 1;
    trace_origin(line, end, message, m->size - (size_t)(message - m->text), m, origin);
    return (const cotool_label *)(forms->labels + f->label - 1);
}
