/* Bags of words and the similarity of all their pairs.
 *
 * Terms that occur in many texts are kept as dense rows and multiplied by the lanes of a vector;
 * the others as an inverted index, where only pairs that share a term cost anything. A pair's
 * products are summed in one fixed order (dense terms, then rare terms by id), so results do not
 * depend on threads, tiles or the CPU.
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
    ptrdiff_t dense_terms;
    double *dense;              /* [dense_terms][stride] weights */
    int64_t *row_start;         /* [texts + 1] rare terms of a text, by ascending id */
    int64_t *row_posting;       /* this text's own place in the term's posting list */
    int32_t *row_term;
    double *row_weight;
    int64_t *posting_start;     /* [rare terms + 1] texts of a term, ascending */
    int32_t *posting_text;
    double *posting_weight;
    double *size;               /* [stride] squared norm, or size of the set */
    double *inverse;            /* [stride] 1 / norm, 0 for a text without words */
    double work;                /* estimated nanoseconds for all pairs on one thread */
    void *memory;
} cotool_bags;

/* Build from word ids; 0, or -1 without memory. `copies`: how many of `all` texts each of these
 * stands for, where terms are weighed by their frequency; NULL: these are all. */
int cotool_bags_open(cotool_bags *bags, int metric, ptrdiff_t texts, const int64_t *starts,
                     const int32_t *ids, ptrdiff_t vocabulary, const int64_t *copies,
                     ptrdiff_t all);
void cotool_bags_close(cotool_bags *bags);

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
