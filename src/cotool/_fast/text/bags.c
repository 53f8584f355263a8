/* See bags.h. */
#include "text/bags.h"

#include "base/arena.h"
#include "base/cpu.h"

/* Texts of one tile. Longer ones leave the first-level cache (8 rows x 2048 doubles are 128 KiB), but
 * a rare term's postings then end less often within a tile. n = 2000, one thread, ms for 512, 2048,
 * 4096: 60 characters 4.7, 4.1, 4.2; 600: 15.2, 13.2, 13.3; 3000: 73, 65, 64. */
#define TILE 2048

/* A column's lines lie a row apart, where no hardware prefetcher follows. */
#define AHEAD 16

/* A term in at least 1/DENSE_SHARE of the texts is dense. n = 2000, one thread, ms for shares
 * 2, 4, 8, 16: texts of 600 characters 17.8, 16.0, 16.4, 19.5; of 3000 112, 96, 111, 133. */
#define DENSE_SHARE 4

/* Nanoseconds, to decide how many threads are worth it: a lane of a dense term, a scattered add,
 * a cell of the result. */
#define DENSE_COST 0.08
#define RARE_COST 0.8
#define CELL_COST 1.0

/* A loop for each metric, so that the compiler knows its formula. */
#define SIMILARITIES(METRIC)                                                                       \
    case METRIC:                                                                                   \
        for (ptrdiff_t j = 0; j < width; j++)                                                      \
            sums[j] = cotool_bag_similarity(METRIC, sums[j], size, sizes[j], inverse,              \
                                            inverses[j]);                                          \
        break;

#define COTOOL_BODY "text/bags_rows.inc"
#include "base/cpu_levels.h"

cotool_bags_rows_function *cotool_bags_rows(void) { return COTOOL_CHOOSE(rows); }
cotool_bags_hits_function *cotool_bags_hits(void) { return COTOOL_CHOOSE(hits); }

/* ---- building --------------------------------------------------------------------------- */

static void lay_out(cotool_bags *bags, arena *a, size_t nnz, size_t rare_terms) {
    size_t texts = (size_t)bags->texts, stride = (size_t)bags->stride;
    bags->dense = cut(a, (size_t)bags->dense_terms * stride, sizeof(double));
    bags->size = cut(a, stride, sizeof(double));
    bags->inverse = cut(a, stride, sizeof(double));
    bags->row_start = cut(a, texts + 1, sizeof(int64_t));
    bags->row_posting = cut(a, nnz, sizeof(int64_t));
    bags->row_term = cut(a, nnz, sizeof(int32_t));
    bags->row_weight = cut(a, nnz, sizeof(double));
    bags->posting_start = cut(a, rare_terms + 2, sizeof(int64_t));
    bags->posting_text = cut(a, nnz, sizeof(int32_t));
    bags->posting_weight = cut(a, nnz, sizeof(double));
}

static void fill(cotool_bags *bags, const cotool_entry *entries, ptrdiff_t total,
                 const int64_t *number, const int64_t *frequency, ptrdiff_t all,
                 ptrdiff_t rare_terms) {
    ptrdiff_t texts = bags->texts;
    int64_t *next = bags->posting_start + 1; /* shifted by one while filling */
    memset(bags->posting_start, 0, (size_t)(rare_terms + 2) * sizeof(int64_t));
    memset(bags->row_start, 0, (size_t)(texts + 1) * sizeof(int64_t));
    memset(bags->dense, 0, (size_t)(bags->dense_terms * bags->stride) * sizeof(double));
    memset(bags->size, 0, (size_t)bags->stride * sizeof(double));
    memset(bags->inverse, 0, (size_t)bags->stride * sizeof(double));
    for (ptrdiff_t e = 0; e < total; e++) {
        int64_t rare = number[entries[e].term];
        if (rare < 0) continue;
        next[rare + 1]++;
        bags->row_start[entries[e].text + 1]++;
    }
    for (ptrdiff_t k = 0; k < rare_terms; k++) next[k + 1] += next[k];
    for (ptrdiff_t t = 0; t < texts; t++) bags->row_start[t + 1] += bags->row_start[t];
    for (ptrdiff_t e = 0; e < total; e++) {
        int64_t rare = number[entries[e].term];
        int32_t text = entries[e].text;
        double weight = cotool_term_weight(bags->metric, all, frequency[entries[e].term],
                                           entries[e].count);
        if (rare < 0) {
            bags->dense[(-1 - rare) * bags->stride + text] = weight;
        } else {
            int64_t p = next[rare]++;
            bags->posting_text[p] = text;
            bags->posting_weight[p] = weight;
        }
    }
    /* Sizes are summed in the order of the products, so that equal texts reach exactly 1. */
    for (ptrdiff_t k = 0; k < bags->dense_terms; k++) {
        const double *column = bags->dense + k * bags->stride;
        for (ptrdiff_t t = 0; t < texts; t++) bags->size[t] += column[t] * column[t];
    }
    /* Walking the postings by term fills every text's row by ascending term. */
    for (ptrdiff_t k = 0; k < rare_terms; k++) {
        for (int64_t p = bags->posting_start[k]; p < bags->posting_start[k + 1]; p++) {
            int32_t text = bags->posting_text[p];
            double weight = bags->posting_weight[p];
            int64_t e = bags->row_start[text]++;
            bags->row_term[e] = (int32_t)k;
            bags->row_posting[e] = p;
            bags->row_weight[e] = weight;
            bags->size[text] += weight * weight;
        }
    }
    for (ptrdiff_t t = texts; t > 0; t--) bags->row_start[t] = bags->row_start[t - 1];
    bags->row_start[0] = 0;
    for (ptrdiff_t t = 0; t < texts; t++)
        if (bags->size[t] > 0) bags->inverse[t] = 1.0 / sqrt(bags->size[t]);
}

int cotool_bags_open(cotool_bags *bags, int metric, ptrdiff_t texts, const int64_t *starts,
                     const int32_t *ids, ptrdiff_t vocabulary, const int64_t *copies,
                     ptrdiff_t all) {
    size_t words = (size_t)starts[texts];
    ptrdiff_t total, rare_terms = 0, rare_entries = 0;
    arena scratch = {NULL, 0}, kept = {NULL, 0};
    cotool_entry *entries = NULL;
    int64_t *number = NULL, *frequency = NULL, *spread = NULL;
    memset(bags, 0, sizeof *bags);
    for (int pass = 0; pass < 2; pass++) {
        entries = cut(&scratch, words, sizeof(cotool_entry));
        number = cut(&scratch, (size_t)vocabulary, sizeof(int64_t));
        frequency = cut(&scratch, (size_t)vocabulary, sizeof(int64_t));
        spread = cut(&scratch, (size_t)vocabulary, sizeof(int64_t));
        if (pass == 0 && !(scratch.next = malloc(scratch.total + 1))) return -1;
    }
    total = cotool_count_terms(texts, starts, ids, vocabulary, copies, entries, number, frequency,
                               spread);
    bags->metric = metric;
    bags->texts = texts;
    bags->stride = (texts + COTOOL_ROWS - 1) / COTOOL_ROWS * COTOOL_ROWS;
    for (ptrdiff_t k = 0; k < vocabulary; k++) {
        if (spread[k] * DENSE_SHARE >= texts && spread[k] > 1) {
            number[k] = -1 - bags->dense_terms++;
        } else {
            number[k] = rare_terms++;
            rare_entries += spread[k];
            bags->work += RARE_COST * (double)spread[k] * (double)spread[k] / 2;
        }
    }
    bags->work += (double)texts * (double)texts / 2 *
                  (CELL_COST + DENSE_COST * (double)bags->dense_terms);
    lay_out(bags, &kept, (size_t)rare_entries, (size_t)rare_terms);
    if ((bags->memory = malloc(kept.total + 64)) != NULL) {
        kept.next = (char *)(((uintptr_t)bags->memory + 63) & ~(uintptr_t)63);
        lay_out(bags, &kept, (size_t)rare_entries, (size_t)rare_terms);
        fill(bags, entries, total, number, frequency, copies ? all : texts, rare_terms);
    }
    free(entries);
    return bags->memory ? 0 : -1;
}

void cotool_bags_close(cotool_bags *bags) {
    free(bags->memory);
    bags->memory = NULL;
}
