/* See bags.h: bags are built in three steps over parts of the texts. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "text/bags.h"

/* A term in at least 1/DENSE_SHARE of the texts is dense. n = 2000, one thread, ms for shares
 * 2, 4, 8, 16: texts of 600 characters 17.8, 16.0, 16.4, 19.5; of 3000 112, 96, 111, 133. */
#define DENSE_SHARE 4

/* Nanoseconds, to decide how many threads are worth it: a lane of a dense term, a scattered add,
 * a cell of the result. */
#define DENSE_COST 0.08
#define RARE_COST 0.8
#define CELL_COST 1.0

enum { COUNT, POST, ROWS };
enum { RARE, DENSE, SINGLE };

/* ---- memory ----------------------------------------------------------------------------- */

static void lay_out_builder(cotool_bags_builder *b, arena *a) {
    size_t texts = (size_t)b->bags->texts, words = (size_t)b->starts[texts];
    size_t vocabulary = (size_t)b->vocabulary, parts = (size_t)b->parts;
    b->first = cut(a, parts + 1, sizeof *b->first);
    b->ends = cut(a, texts, sizeof *b->ends);
    b->entries = cut(a, words, sizeof *b->entries);
    b->tallies = cut(a, parts * vocabulary, sizeof *b->tallies);
    b->frequency = cut(a, vocabulary, sizeof *b->frequency);
    b->kind = cut(a, vocabulary, sizeof *b->kind);
    b->rare = cut(a, vocabulary + 1, sizeof *b->rare);
    b->dense = cut(a, vocabulary + 1, sizeof *b->dense);
    b->factor = cut(a, vocabulary, sizeof *b->factor);
    b->row_next = cut(a, texts + 1, sizeof *b->row_next);
}

static void lay_out(cotool_bags *bags, arena *a, size_t entries, size_t rows) {
    size_t texts = (size_t)bags->texts, stride = (size_t)bags->stride;
    bags->dense = cut(a, (size_t)bags->dense_terms * stride, sizeof(double));
    bags->size = cut(a, stride, sizeof(double));
    bags->inverse = cut(a, stride, sizeof(double));
    bags->posting_start = cut(a, (size_t)bags->rare_terms + 1, sizeof(int64_t));
    bags->posting_text = cut(a, entries, sizeof(int32_t));
    bags->posting_weight = cut(a, entries, sizeof(double));
    bags->row_start = cut(a, texts + 1, sizeof(int64_t));
    bags->row_posting = cut(a, rows, sizeof(int64_t));
    bags->row_term = cut(a, rows, sizeof(int32_t));
    bags->row_weight = cut(a, rows, sizeof(double));
}

int cotool_bags_begin(cotool_bags_builder *builder, cotool_bags *bags, int metric, ptrdiff_t texts,
                      const int64_t *starts, const int32_t *ids, ptrdiff_t vocabulary,
                      const int64_t *copies, ptrdiff_t all, int parts) {
    arena a = {NULL, 0};
    memset(bags, 0, sizeof *bags);
    memset(builder, 0, sizeof *builder);
    bags->metric = metric;
    bags->texts = texts;
    bags->stride = (texts + COTOOL_ROWS - 1) / COTOOL_ROWS * COTOOL_ROWS;
    builder->bags = bags;
    builder->starts = starts;
    builder->ids = ids;
    builder->copies = copies;
    builder->vocabulary = vocabulary;
    builder->all = copies ? all : texts;
    builder->parts = parts;
    for (ptrdiff_t t = 0; t < texts; t++)
        if (starts[t + 1] - starts[t] > INT32_MAX) return -1;
    lay_out_builder(builder, &a);
    if (!(a.next = builder->memory = malloc(a.total + 1))) return -1;
    lay_out_builder(builder, &a);
    ptrdiff_t t = 0;
    for (int p = 0; p <= parts; p++) {
        while (t < texts && (p == parts || starts[t] * parts < starts[texts] * p)) t++;
        builder->first[p] = t;
    }
    return 0;
}

void cotool_bags_end(cotool_bags_builder *builder) {
    free(builder->memory);
    builder->memory = NULL;
}

void cotool_bags_close(cotool_bags *bags) {
    free(bags->memory);
    bags->memory = NULL;
}

/* ---- kinds of terms --------------------------------------------------------------------- */

static int weigh(cotool_bags_builder *b) {
    double *known; /* by frequency: a logarithm takes longer than all else of a term */
    if (b->bags->metric != COTOOL_TFIDF) return 0;
    if (!(known = calloc((size_t)b->all + 1, sizeof *known))) return -1;
    if (b->copies) {
        memset(b->frequency, 0, (size_t)b->vocabulary * sizeof *b->frequency);
        for (ptrdiff_t t = 0, e = 0; t < b->bags->texts; t++)
            for (; e < b->ends[t]; e++) b->frequency[b->entries[e].term] += b->copies[t];
    }
    for (ptrdiff_t k = 0; k < b->vocabulary; k++) {
        double *factor = &known[b->frequency[k]];
        if (*factor == 0) *factor = cotool_term_factor(COTOOL_TFIDF, b->all, b->frequency[k]);
        b->factor[k] = *factor;
    }
    free(known);
    return 0;
}

/* Where each part's postings of a term go. */
static int64_t place(cotool_bags_builder *b, int32_t term, int64_t next) {
    for (int p = 0; p < b->parts; p++) {
        cotool_tally *tally = &b->tallies[p * b->vocabulary + term];
        tally->place = next;
        next += tally->spread;
    }
    return next;
}

static int find_kinds(cotool_bags_builder *b) {
    cotool_bags *bags = b->bags;
    ptrdiff_t vocabulary = b->vocabulary, rare = 0, dense = 0;
    int64_t entries = 0, rare_entries = 0, squares = 0, next = 0;
    arena kept = {NULL, 0};
    for (int p = 0; p < b->parts; p++)
        if (b->first[p] < b->first[p + 1]) entries += b->ends[b->first[p + 1] - 1];
    for (ptrdiff_t k = 0; k < vocabulary; k++) {
        int64_t spread = 0;
        for (int p = 0; p < b->parts; p++) {
            spread += b->tallies[p * vocabulary + k].spread;
            b->tallies[p * vocabulary + k].place = entries; /* nobody asks for single ones */
        }
        int single = spread == 1, many = !single & (spread * DENSE_SHARE >= bags->texts);
        int64_t few = !single & !many;
        b->frequency[k] = spread;
        b->kind[k] = (uint8_t)(SINGLE * single + DENSE * many);
        b->rare[rare] = b->dense[dense] = (int32_t)k;
        rare += few, dense += many;
        rare_entries += spread & -few;
        squares += spread * spread & -few;
    }
    bags->rare_terms = rare;
    bags->dense_terms = dense;
    bags->work = RARE_COST / 2 * (double)squares + (double)bags->texts * (double)bags->texts / 2 *
                                                       (CELL_COST + DENSE_COST * (double)dense);
    lay_out(bags, &kept, (size_t)entries + 1, (size_t)rare_entries);
    if (!(bags->memory = malloc(kept.total + 64))) return -1;
    kept.next = (char *)(((uintptr_t)bags->memory + 63) & ~(uintptr_t)63);
    lay_out(bags, &kept, (size_t)entries + 1, (size_t)rare_entries);
    for (ptrdiff_t k = 0; k < rare; k++) {
        bags->posting_start[k] = next;
        next = place(b, b->rare[k], next);
    }
    bags->posting_start[rare] = next;
    for (ptrdiff_t k = 0; k < dense; k++) next = place(b, b->dense[k], next);
    return weigh(b);
}

/* ---- postings and rows ------------------------------------------------------------------ */

static void post(cotool_bags_builder *b, int part) {
    cotool_bags *bags = b->bags;
    const cotool_entry *entries = b->entries + b->starts[b->first[part]], *entry = entries;
    cotool_tally *tallies = b->tallies + part * b->vocabulary;
    int weighed = bags->metric == COTOOL_TFIDF;
    static const double alone[] = {0, 0, 1}; /* by kind: nothing predicts it */
    for (ptrdiff_t t = b->first[part]; t < b->first[part + 1]; t++) {
        double single = 0;
        int64_t rare = 0;
        for (; entry < entries + b->ends[t]; entry++) {
            int64_t p = tallies[entry->term].place++;
            int kind = b->kind[entry->term];
            double weight = cotool_term_count(bags->metric, entry->count);
            if (weighed) weight *= b->factor[entry->term];
            bags->posting_text[p] = (int32_t)t;
            bags->posting_weight[p] = weight;
            single += alone[kind] * weight * weight;
            rare += kind == RARE;
        }
        bags->size[t] = single;
        b->row_next[t] = rare;
    }
}

/* Rows, dense terms and sizes of a part's texts. Sizes are summed in the order of the products, so
 * that equal texts, which have no single terms, reach exactly 1. */
static void fill_rows(cotool_bags_builder *b, int part) {
    cotool_bags *bags = b->bags;
    ptrdiff_t first = b->first[part], last = b->first[part + 1];
    const cotool_tally *ends = b->tallies + part * b->vocabulary;
    if (part == b->parts - 1) last = bags->stride;
    for (ptrdiff_t t = bags->texts; t < last; t++) bags->size[t] = 0;
    for (ptrdiff_t d = 0; d < bags->dense_terms; d++) {
        double *column = bags->dense + d * bags->stride;
        int64_t end = ends[b->dense[d]].place, p = end - ends[b->dense[d]].spread;
        memset(column + first, 0, (size_t)(last - first) * sizeof(double));
        for (; p < end; p++) column[bags->posting_text[p]] = bags->posting_weight[p];
        for (ptrdiff_t t = first; t < last; t++) bags->size[t] += column[t] * column[t];
    }
    for (ptrdiff_t k = 0; k < bags->rare_terms; k++) {
        int64_t end = ends[b->rare[k]].place, p = end - ends[b->rare[k]].spread;
        for (; p < end; p++) {
            int32_t text = bags->posting_text[p];
            double weight = bags->posting_weight[p];
            bags->size[text] += weight * weight;
            int64_t e = b->row_next[text]++;
            bags->row_term[e] = (int32_t)k;
            bags->row_posting[e] = p;
            bags->row_weight[e] = weight;
        }
    }
    for (ptrdiff_t t = first; t < last; t++)
        bags->inverse[t] = bags->size[t] > 0 ? 1.0 / sqrt(bags->size[t]) : 0;
}

static void start_rows(cotool_bags_builder *b) {
    int64_t next = 0;
    for (ptrdiff_t t = 0; t < b->bags->texts; t++) {
        b->bags->row_start[t] = next;
        next += b->row_next[t];
        b->row_next[t] = b->bags->row_start[t];
    }
    b->bags->row_start[b->bags->texts] = next;
}

/* ---- steps ------------------------------------------------------------------------------ */

void cotool_bags_part(cotool_bags_builder *b, int step, int part) {
    if (step == COUNT)
        cotool_count_terms(b->first[part], b->first[part + 1], b->starts, b->ids, b->vocabulary,
                           b->entries + b->starts[b->first[part]], b->ends + b->first[part],
                           b->tallies + part * b->vocabulary);
    else if (step == POST)
        post(b, part);
    else
        fill_rows(b, part);
}

int cotool_bags_join(cotool_bags_builder *b, int step) {
    if (step == COUNT) return find_kinds(b);
    if (step == POST) start_rows(b);
    return 0;
}

int cotool_bags_open(cotool_bags *bags, int metric, ptrdiff_t texts, const int64_t *starts,
                     const int32_t *ids, ptrdiff_t vocabulary, const int64_t *copies,
                     ptrdiff_t all) {
    cotool_bags_builder builder;
    int failed = cotool_bags_begin(&builder, bags, metric, texts, starts, ids, vocabulary, copies,
                                   all, 1);
    for (int step = 0; step < COTOOL_BAG_STEPS && !failed; step++) {
        cotool_bags_part(&builder, step, 0);
        failed = cotool_bags_join(&builder, step);
    }
    cotool_bags_end(&builder);
    return failed;
}
