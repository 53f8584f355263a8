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
    int32_t term, text;
    int64_t count;
} cotool_entry;

/* A text among those that are searched. */
typedef struct {
    int32_t bag;
    float similarity; /* rounded as the cells of a matrix are */
} cotool_hit;

/* Distinct (text, term, count) in text order, by first appearance within a text, and in how many
 * texts each term occurs: `spread` counts a text once, `frequency` as often as `copies` says (NULL:
 * once). `entries` has room for one per word, the other arrays for one per term. Returns how many
 * entries there are. */
static ptrdiff_t cotool_count_terms(ptrdiff_t texts, const int64_t *starts, const int32_t *ids,
                                    ptrdiff_t vocabulary, const int64_t *copies,
                                    cotool_entry *entries, int64_t *place, int64_t *frequency,
                                    int64_t *spread) {
    ptrdiff_t total = 0;
    for (ptrdiff_t k = 0; k < vocabulary; k++) place[k] = -1, frequency[k] = spread[k] = 0;
    for (ptrdiff_t t = 0; t < texts; t++) {
        ptrdiff_t first = total;
        for (int64_t p = starts[t]; p < starts[t + 1]; p++) {
            int32_t term = ids[p];
            if (place[term] >= first) {
                entries[place[term]].count++;
            } else {
                place[term] = total;
                frequency[term] += copies ? copies[t] : 1;
                spread[term]++;
                entries[total++] = (cotool_entry){term, (int32_t)t, 1};
            }
        }
    }
    return total;
}

/* The weight of a term that occurs `count` times in a text, and in `frequency` of all `texts`. */
static double cotool_term_weight(int metric, ptrdiff_t texts, int64_t frequency, int64_t count) {
    if (metric == COTOOL_JACCARD || metric == COTOOL_CONTAINMENT) return 1.0;
    if (metric == COTOOL_COSINE) return (double)count;
    return (double)count * (log((1.0 + (double)texts) / (1.0 + (double)frequency)) + 1.0);
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
