/* Bags of words and the similarity of all their pairs.
 *
 * Terms that occur in many texts are kept as dense rows and multiplied by the lanes of a vector;
 * the others as an inverted index, where only pairs that share a term cost anything. A term of a
 * single text counts for the size of that text alone. A pair's products are summed in one fixed
 * order (dense terms, then rare terms by id), so results do not depend on threads, tiles or the
 * CPU.
 */
#ifndef COTOOL_BAGS_H
#define COTOOL_BAGS_H

#include <stddef.h>
#include <stdint.h>

#include "text/terms.h"

/* Rows of the matrix that are worked on together. */
#define COTOOL_ROWS 8

typedef struct {
    int metric;
    ptrdiff_t texts;
    ptrdiff_t stride;           /* texts, rounded up to COTOOL_ROWS */
    ptrdiff_t rare_terms, dense_terms;
    double *dense;              /* [dense_terms][stride] weights */
    int64_t *row_start;         /* [texts + 1] rare terms of a text, by ascending id */
    int64_t *row_posting;       /* this text's own place in the term's posting list */
    int32_t *row_term;
    double *row_weight;
    int64_t *posting_start;     /* [rare_terms + 1] texts of a term, ascending */
    int32_t *posting_text;
    double *posting_weight;
    double *size;               /* [stride] squared norm, or size of the set */
    double *inverse;            /* [stride] 1 / norm, 0 for a text without words */
    double work;                /* estimated nanoseconds for all pairs on one thread */
    void *memory;
} cotool_bags;

/* Bags that are being built, in steps. A step works on parts of the texts, each by itself, and is
 * followed by what concerns all of them. */
#define COTOOL_BAG_STEPS 3
typedef struct {
    cotool_bags *bags;
    const int64_t *starts;
    const int32_t *ids;
    const int64_t *copies;
    ptrdiff_t vocabulary, all;
    int parts;
    ptrdiff_t *first;      /* [parts + 1] texts of each part */
    cotool_entry *entries; /* those of a part begin where its words do */
    int64_t *ends;         /* [texts] entries of a part up to the end of a text */
    cotool_tally *tallies; /* [parts][vocabulary]; then `place` is where a part's next posting goes */
    int64_t *frequency;    /* [vocabulary] texts that hold a term, each as often as it is copied */
    uint8_t *kind;         /* [vocabulary] whether a term is rare, dense or of a single text */
    int32_t *rare, *dense; /* these terms by id */
    double *factor;        /* [vocabulary] what a term weighs */
    int64_t *row_next;     /* [texts] where a text's next rare term goes */
    void *memory;
} cotool_bags_builder;

/* Begin to build from word ids in `parts` parts; 0, or -1 without memory. `copies`: how many of
 * `all` texts each of these stands for, where terms are weighed by their frequency; NULL: these are
 * all. */
int cotool_bags_begin(cotool_bags_builder *builder, cotool_bags *bags, int metric, ptrdiff_t texts,
                      const int64_t *starts, const int32_t *ids, ptrdiff_t vocabulary,
                      const int64_t *copies, ptrdiff_t all, int parts);
void cotool_bags_part(cotool_bags_builder *builder, int step, int part);
/* -1 without memory. */
int cotool_bags_join(cotool_bags_builder *builder, int step);
/* The bags stay. */
void cotool_bags_end(cotool_bags_builder *builder);

/* All steps in one part. */
int cotool_bags_open(cotool_bags *bags, int metric, ptrdiff_t texts, const int64_t *starts,
                     const int32_t *ids, ptrdiff_t vocabulary, const int64_t *copies,
                     ptrdiff_t all);
void cotool_bags_close(cotool_bags *bags);

/* Fill the texts x texts matrix `out` for at most COTOOL_FEW texts, from a row for each term of how
 * often each text holds it, and zeros up to COTOOL_FEW_STRIDE. `columns` needs a place for each count.
 * TF-IDF, one thread, us by this and by rows: 20 texts of 600 characters 21 and 33, of 3000 92 and
 * 129; 40 texts 49 and 61, 220 and 256; 64 texts 108 and 101, 500 and 438. */
#define COTOOL_FEW 48
#define COTOOL_FEW_STRIDE(texts) (((texts) + COTOOL_ROWS - 1) / COTOOL_ROWS * COTOOL_ROWS)
typedef void cotool_bags_few_function(int metric, const uint16_t *counts, ptrdiff_t vocabulary,
                                      ptrdiff_t texts, double *columns, float *out);
cotool_bags_few_function *cotool_bags_few(void);

/* Fill rows first_row ... first_row + COTOOL_ROWS - 1 right of the diagonal, and their mirror
 * image, of the texts x texts matrix `out`. first_row is a multiple of COTOOL_ROWS.
 * Returns -1 without memory. */
typedef int cotool_bags_rows_function(const cotool_bags *bags, ptrdiff_t first_row, float *out);
cotool_bags_rows_function *cotool_bags_rows(void);

/* Find the texts that are at least `threshold` similar to each of the rows first_row ...
 * first_row + COTOOL_ROWS - 1, themselves left out: `counts` [COTOOL_ROWS] of them, ascending, in
 * `hits` [COTOOL_ROWS][texts]. `before`: only texts before the row. Returns -1 without memory. */
typedef int cotool_bags_hits_function(const cotool_bags *bags, ptrdiff_t first_row, int before,
                                      float threshold, cotool_hit *hits, ptrdiff_t *counts);
cotool_bags_hits_function *cotool_bags_hits(void);

#endif
