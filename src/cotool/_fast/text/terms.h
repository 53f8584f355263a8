/* How often each term occurs in each text, and its weight: what the matrix of all pairs
 * (bags.h) and the index of neighbours (index.h) begin with. */
#ifndef COTOOL_TERMS_H
#define COTOOL_TERMS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Metrics of bags: DO is a macro that takes the name of each. */
#define COTOOL_BAG_METRICS(DO) \
    DO(COTOOL_COSINE) DO(COTOOL_TFIDF) DO(COTOOL_JACCARD) DO(COTOOL_CONTAINMENT)
#define COTOOL_LISTED(METRIC) METRIC,
enum { COTOOL_BAG_METRICS(COTOOL_LISTED) };

typedef struct {
    int32_t term, count;
} cotool_entry;

/* A text among those that are searched. */
typedef struct {
    int32_t bag;
    float similarity; /* rounded as the cells of a matrix are */
} cotool_hit;

/* What is counted of a term. */
typedef struct {
    int64_t place;  /* its entry of the last text that holds it; -1: none does */
    int64_t spread; /* how many texts hold it */
} cotool_tally;

/* Distinct terms of each of the texts `first` to before `last` and how often it holds them, by first
 * appearance, and in how many of these texts each term occurs. `entries` has room for one per word,
 * `ends` [last - first] for where those of a text end, `tallies` for one per term. A text has at
 * most INT32_MAX words.
 *
 * Whether a text holds a word for the first time is like the toss of a coin: both take one way. */
static void cotool_count_terms(ptrdiff_t first, ptrdiff_t last, const int64_t *starts,
                               const int32_t *ids, ptrdiff_t vocabulary, cotool_entry *entries,
                               int64_t *ends, cotool_tally *tallies) {
    int64_t total = 0;
    for (ptrdiff_t k = 0; k < vocabulary; k++) tallies[k] = (cotool_tally){-1, 0};
    for (ptrdiff_t t = first; t < last; t++) {
        int64_t begin = total;
        for (int64_t p = starts[t]; p < starts[t + 1]; p++) {
            cotool_tally *tally = &tallies[ids[p]];
            int64_t place = tally->place, fresh = place < begin;
            place = (place & (fresh - 1)) | (total & -fresh);
            tally->place = place;
            tally->spread += fresh;
            entries[place].count = (entries[place].count & (int32_t)(fresh - 1)) + 1;
            entries[place].term = ids[p];
            total += fresh;
        }
        ends[t - first] = total;
    }
}

/* What a term weighs for each time that a text holds it, if it is in `frequency` of all `texts`. */
static double cotool_term_factor(int metric, ptrdiff_t texts, int64_t frequency) {
    if (metric != COTOOL_TFIDF) return 1.0;
    return log((1.0 + (double)texts) / (1.0 + (double)frequency)) + 1.0;
}

/* How often a term counts that occurs `count` times in a text: once in a set. */
static inline double cotool_term_count(int metric, int64_t count) {
    return metric == COTOOL_JACCARD || metric == COTOOL_CONTAINMENT ? 1.0 : (double)count;
}

/* The similarity of two vectors with this product and these squared norms (of sets: sizes), and
 * the inverses of the norms. Parallel vectors reach exactly 1 (Cauchy-Schwarz holds with
 * equality), and so do two texts without words. */
static inline double cotool_bag_similarity(int metric, double product, double size,
                                           double other_size, double inverse,
                                           double other_inverse) {
    if (metric == COTOOL_JACCARD) {
        double all = size + other_size - product;
        return all > 0 ? product / all : 1.0;
    }
    if (metric == COTOOL_CONTAINMENT) {
        double least = size < other_size ? size : other_size;
        return least > 0 ? product / least : size == other_size;
    }
    double cosine = product * (inverse * other_inverse);
    cosine = cosine > 1.0 ? 1.0 : cosine;
    int parallel = (product * product == size * other_size) &
                   ((product > 0) | (size == other_size));
    return parallel ? 1.0 : cosine;
}

#endif
