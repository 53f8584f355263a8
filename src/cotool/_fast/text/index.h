/* An inverted index of bags of words that finds all texts at least as similar to one as a threshold,
 * without the matrix of all pairs.
 *
 * Terms are numbered from the rarest to the most frequent. Each text's most frequent terms, whose
 * weight is too small to reach the threshold, are cut off as a tail: two texts as similar as the
 * threshold then share a term before both cuts (prefix filtering: Bayardo, Ma, Srikant, "Scaling up all
 * pairs similarity search", WWW 2007; with norms as bounds: Anastasiu, Karypis, ICDE 2014). Only
 * the terms before the cut are indexed and looked up; the tails of candidates that can still
 * reach the threshold are added, so that similarities are exact. Texts with the same bag are in
 * the index once.
 *
 *   rare                    frequent
 *   [ t3  t17  t20  t41 | t90  t95 ]     indexed | tail
 */
#ifndef COTOOL_INDEX_H
#define COTOOL_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "text/terms.h"

typedef struct {
    int metric;
    double threshold;
    ptrdiff_t texts, bags, vocabulary;
    int32_t *bag;              /* [texts] the bag of each text; bags by first appearance */
    int64_t *start;            /* [bags + 1] terms of a bag, rarest first */
    int32_t *term;
    double *weight;
    int64_t *cut;              /* [bags] where a bag's tail begins */
    double *rest;              /* [bags] the tail's share of the norm (Jaccard: its size) */
    double *size, *inverse;    /* [bags] squared norm (Jaccard: size of the set); 1 / norm */
    int64_t *posting_start;    /* [vocabulary + 1] bags that index a term, ascending */
    int32_t *posting_bag;
    double *posting_weight;
    void *memory;
} cotool_index;

/* What one thread needs to ask. */
typedef struct {
    double *score;             /* [bags] zeros between calls */
    int32_t *touched;          /* [bags] */
    double *own;               /* [vocabulary] zeros between calls */
    cotool_hit *hits;          /* [bags] */
    void *memory;
} cotool_question;

/* Build from word ids, for similarities of at least `threshold` > 0; 0, or -1 without memory. */
int cotool_index_open(cotool_index *index, int metric, double threshold, ptrdiff_t texts,
                      const int64_t *starts, const int32_t *ids, ptrdiff_t vocabulary);
void cotool_index_close(cotool_index *index);

int cotool_question_open(cotool_question *question, const cotool_index *index);
void cotool_question_close(cotool_question *question);

/* Find the bags before `below`, but for `bag` itself, that are as similar to `bag` as the
 * threshold; returns how many hits there are, in no order that matters. */
ptrdiff_t cotool_index_ask(const cotool_index *index, cotool_question *question, int32_t bag,
                           int32_t below);

/* `sum` [vocabulary] += factor times the unit vector of a bag; the product of the two; cosines
 * only. */
void cotool_index_add(const cotool_index *index, int32_t bag, double factor, double *sum);
double cotool_index_product(const cotool_index *index, int32_t bag, const double *sum);

#endif
