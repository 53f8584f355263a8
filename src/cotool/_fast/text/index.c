/* See index.h. */
#include "text/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Similarities are rounded to float32 before they are compared, and sums of products round: what
 * is this close to the threshold is computed in full. */
#define SLACK 1e-6

typedef struct {
    int64_t frequency;
    int32_t term;
} ranked;

static int by_frequency(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->frequency != y->frequency) return x->frequency < y->frequency ? -1 : 1;
    return x->term < y->term ? -1 : 1;
}

static int by_term(const void *a, const void *b) {
    int32_t x = ((const cotool_entry *)a)->term, y = ((const cotool_entry *)b)->term;
    return (x > y) - (x < y);
}

typedef struct {
    cotool_entry *entries;
    cotool_tally *tallies;
    ranked *order;
    int32_t *rank;
    cotool_entry *terms; /* entries of each text, by rank */
    int64_t *first;  /* [texts + 1] */
    int32_t *slots;  /* bags by hash */
    int32_t *sample; /* [texts] a text of each bag */
    size_t mask;
} scratch;

static void lay_out_scratch(scratch *s, arena *a, size_t texts, size_t words, size_t vocabulary) {
    s->entries = cut(a, words, sizeof *s->entries);
    s->tallies = cut(a, vocabulary, sizeof *s->tallies);
    s->order = cut(a, vocabulary, sizeof *s->order);
    s->rank = cut(a, vocabulary, sizeof *s->rank);
    s->terms = cut(a, words, sizeof *s->terms);
    s->first = cut(a, texts + 1, sizeof *s->first);
    s->slots = cut(a, s->mask + 1, sizeof *s->slots);
    s->sample = cut(a, texts, sizeof *s->sample);
}

static void lay_out(cotool_index *index, arena *a, size_t nnz) {
    size_t bags = (size_t)index->bags, vocabulary = (size_t)index->vocabulary;
    index->bag = cut(a, (size_t)index->texts, sizeof *index->bag);
    index->start = cut(a, bags + 1, sizeof *index->start);
    index->term = cut(a, nnz, sizeof *index->term);
    index->weight = cut(a, nnz, sizeof *index->weight);
    index->cut = cut(a, bags, sizeof *index->cut);
    index->rest = cut(a, bags, sizeof *index->rest);
    index->size = cut(a, bags, sizeof *index->size);
    index->inverse = cut(a, bags, sizeof *index->inverse);
    index->posting_start = cut(a, vocabulary + 2, sizeof *index->posting_start);
    index->posting_bag = cut(a, nnz, sizeof *index->posting_bag);
    index->posting_weight = cut(a, nnz, sizeof *index->posting_weight);
}

static uint64_t hash_of(const cotool_entry *terms, ptrdiff_t count, int metric) {
    uint64_t hash = 0x9E3779B97F4A7C15u;
    for (ptrdiff_t e = 0; e < count; e++) {
        uint64_t weight = metric == COTOOL_JACCARD ? 1 : (uint64_t)terms[e].count;
        hash = (hash ^ ((uint64_t)terms[e].term << 20) ^ weight) * 0xD6E8FEB86659FD93u;
        hash ^= hash >> 32;
    }
    return hash;
}

static int same_bag(const cotool_entry *a, const cotool_entry *b, ptrdiff_t count, int metric) {
    for (ptrdiff_t e = 0; e < count; e++)
        if (a[e].term != b[e].term || (metric != COTOOL_JACCARD && a[e].count != b[e].count))
            return 0;
    return 1;
}

/* Number the terms from the rarest on, and sort every text by that. */
static void sort_terms(scratch *s, ptrdiff_t texts, ptrdiff_t vocabulary) {
    for (ptrdiff_t k = 0; k < vocabulary; k++)
        s->order[k] = (ranked){s->tallies[k].spread, (int32_t)k};
    qsort(s->order, (size_t)vocabulary, sizeof *s->order, by_frequency);
    for (ptrdiff_t k = 0; k < vocabulary; k++) s->rank[s->order[k].term] = (int32_t)k;
    for (ptrdiff_t t = 0; t < texts; t++) {
        for (int64_t e = s->first[t]; e < s->first[t + 1]; e++)
            s->terms[e] = (cotool_entry){s->rank[s->entries[e].term], s->entries[e].count};
        qsort(s->terms + s->first[t], (size_t)(s->first[t + 1] - s->first[t]), sizeof *s->terms,
              by_term);
    }
}

/* Number the distinct bags: the bag of each text goes to `bag`. Returns the terms of all bags. */
static size_t find_bags(scratch *s, int metric, ptrdiff_t texts, int32_t *bag, ptrdiff_t *bags) {
    size_t nnz = 0;
    *bags = 0;
    for (size_t i = 0; i <= s->mask; i++) s->slots[i] = -1;
    for (ptrdiff_t t = 0; t < texts; t++) {
        const cotool_entry *terms = s->terms + s->first[t];
        ptrdiff_t count = s->first[t + 1] - s->first[t];
        size_t slot = hash_of(terms, count, metric) & s->mask;
        for (;; slot = (slot + 1) & s->mask) {
            int32_t known = s->slots[slot];
            if (known < 0) {
                bag[t] = s->slots[slot] = (int32_t)*bags;
                s->sample[(*bags)++] = (int32_t)t;
                nnz += (size_t)count;
                break;
            }
            ptrdiff_t other = s->sample[known];
            if (s->first[other + 1] - s->first[other] == count &&
                same_bag(terms, s->terms + s->first[other], count, metric)) {
                bag[t] = known;
                break;
            }
        }
    }
    return nnz;
}

/* Where the tail of a bag begins, and what it weighs: less than the threshold asks for. */
static void cut_tail(cotool_index *index, ptrdiff_t b) {
    int64_t first = index->start[b], e = index->start[b + 1];
    double size = index->size[b], tail = 0;
    double most = index->threshold - SLACK;
    most = index->metric == COTOOL_JACCARD ? most * size : most * most * size;
    while (e > first) {
        double weight = index->weight[e - 1];
        double more = tail + (index->metric == COTOOL_JACCARD ? 1.0 : weight * weight);
        if (more >= most) break;
        tail = more;
        e--;
    }
    index->cut[b] = e;
    index->rest[b] = index->metric == COTOOL_JACCARD ? tail : sqrt(tail) * index->inverse[b];
}

static void fill(cotool_index *index, const scratch *s) {
    int64_t e = 0;
    for (ptrdiff_t b = 0; b < index->bags; b++) {
        ptrdiff_t t = s->sample[b];
        double size = 0;
        index->start[b] = e;
        for (int64_t k = s->first[t]; k < s->first[t + 1]; k++, e++) {
            int32_t rank = s->terms[k].term;
            index->term[e] = rank;
            index->weight[e] =
                cotool_term_count(index->metric, s->terms[k].count) *
                cotool_term_factor(index->metric, index->texts, s->order[rank].frequency);
            size += index->weight[e] * index->weight[e];
        }
        index->start[b + 1] = e;
        index->size[b] = size;
        index->inverse[b] = size > 0 ? 1.0 / sqrt(size) : 0.0;
        cut_tail(index, b);
    }
    int64_t *next = index->posting_start + 1; /* shifted by one while filling */
    memset(index->posting_start, 0, (size_t)(index->vocabulary + 2) * sizeof(int64_t));
    for (ptrdiff_t b = 0; b < index->bags; b++)
        for (e = index->start[b]; e < index->cut[b]; e++) next[index->term[e] + 1]++;
    for (ptrdiff_t k = 0; k < index->vocabulary; k++) next[k + 1] += next[k];
    for (ptrdiff_t b = 0; b < index->bags; b++) {
        for (e = index->start[b]; e < index->cut[b]; e++) {
            int64_t p = next[index->term[e]]++;
            index->posting_bag[p] = (int32_t)b;
            index->posting_weight[p] = index->weight[e];
        }
    }
}

int cotool_index_open(cotool_index *index, int metric, double threshold, ptrdiff_t texts,
                      const int64_t *starts, const int32_t *ids, ptrdiff_t vocabulary) {
    size_t words = (size_t)starts[texts];
    scratch s;
    arena temporary = {NULL, 0}, kept = {NULL, 0};
    memset(index, 0, sizeof *index);
    s.mask = 63;
    while (s.mask + 1 < 2 * (size_t)texts) s.mask = 2 * s.mask + 1;
    lay_out_scratch(&s, &temporary, (size_t)texts, words, (size_t)vocabulary);
    int32_t *bag = malloc((size_t)texts * sizeof *bag + 1);
    void *memory = malloc(temporary.total + 1);
    if (!bag || !memory) {
        free(bag);
        free(memory);
        return -1;
    }
    temporary.next = memory;
    lay_out_scratch(&s, &temporary, (size_t)texts, words, (size_t)vocabulary);
    s.first[0] = 0;
    cotool_count_terms(0, texts, starts, ids, vocabulary, s.entries, s.first + 1, s.tallies);
    sort_terms(&s, texts, vocabulary);
    index->metric = metric;
    index->threshold = threshold;
    index->texts = texts;
    index->vocabulary = vocabulary;
    size_t nnz = find_bags(&s, metric, texts, bag, &index->bags);
    lay_out(index, &kept, nnz);
    if ((index->memory = malloc(kept.total + 64)) != NULL) {
        kept.next = (char *)(((uintptr_t)index->memory + 63) & ~(uintptr_t)63);
        lay_out(index, &kept, nnz);
        memcpy(index->bag, bag, (size_t)texts * sizeof *bag);
        fill(index, &s);
    }
    free(bag);
    free(memory);
    return index->memory ? 0 : -1;
}

void cotool_index_close(cotool_index *index) {
    free(index->memory);
    index->memory = NULL;
}

int cotool_question_open(cotool_question *question, const cotool_index *index) {
    size_t bags = (size_t)index->bags, vocabulary = (size_t)index->vocabulary;
    arena a = {NULL, 0};
    for (int pass = 0; pass < 2; pass++) {
        question->score = cut(&a, bags, sizeof *question->score);
        question->own = cut(&a, vocabulary, sizeof *question->own);
        question->touched = cut(&a, bags + 1, sizeof *question->touched);
        question->hits = cut(&a, bags, sizeof *question->hits);
        if (pass == 0 && !(a.next = question->memory = malloc(a.total + 1))) return -1;
    }
    memset(question->score, 0, bags * sizeof *question->score);
    memset(question->own, 0, vocabulary * sizeof *question->own);
    return 0;
}

void cotool_question_close(cotool_question *question) {
    free(question->memory);
    question->memory = NULL;
}

/* Add up the products of the terms before both cuts; returns how many bags share one. */
static ptrdiff_t gather(const cotool_index *index, cotool_question *question, int32_t bag,
                        int32_t below) {
    double *score = question->score;
    int32_t *touched = question->touched;
    ptrdiff_t count = 0;
    for (int64_t e = index->start[bag]; e < index->cut[bag]; e++) {
        int64_t p = index->posting_start[index->term[e]];
        int64_t stop = index->posting_start[index->term[e] + 1];
        double weight = index->weight[e];
        for (; p < stop; p++) {
            int32_t other = index->posting_bag[p];
            if (other >= below) break;
            double before = score[other];
            touched[count] = other;
            count += before == 0;
            score[other] = before + weight * index->posting_weight[p];
        }
    }
    return count;
}

ptrdiff_t cotool_index_ask(const cotool_index *index, cotool_question *question, int32_t bag,
                           int32_t below) {
    ptrdiff_t found = 0, count = gather(index, question, bag, below);
    int64_t cut_place = index->cut[bag], end = index->start[bag + 1];
    int32_t own_cut = cut_place < end ? index->term[cut_place] : INT32_MAX;
    double size = index->size[bag], inverse = index->inverse[bag], rest = index->rest[bag];
    for (int64_t e = index->start[bag]; e < end; e++)
        question->own[index->term[e]] = index->weight[e];
    for (ptrdiff_t k = 0; k < count; k++) {
        int32_t other = question->touched[k];
        double product = question->score[other];
        question->score[other] = 0;
        if (other == bag) continue;
        /* What the tails can add at most. */
        double more = rest > index->rest[other] ? rest : index->rest[other];
        if (index->metric == COTOOL_JACCARD) {
            double larger = size > index->size[other] ? size : index->size[other];
            if (product + more < (index->threshold - SLACK) * larger) continue;
        } else if (product * inverse * index->inverse[other] + more < index->threshold - SLACK) {
            continue;
        }
        int64_t first = index->start[other], last = index->start[other + 1];
        int32_t other_cut = index->cut[other] < last ? index->term[index->cut[other]] : INT32_MAX;
        int32_t least = own_cut < other_cut ? own_cut : other_cut;
        while (last > first && index->term[last - 1] >= least) {
            last--;
            product += question->own[index->term[last]] * index->weight[last];
        }
        double similarity = cotool_bag_similarity(index->metric, product, size, index->size[other],
                                                  inverse, index->inverse[other]);
        if ((float)similarity >= (float)index->threshold)
            question->hits[found++] = (cotool_hit){other, (float)similarity};
    }
    for (int64_t e = index->start[bag]; e < end; e++) question->own[index->term[e]] = 0;
    return found;
}

void cotool_index_add(const cotool_index *index, int32_t bag, double factor, double *sum) {
    double scale = factor * index->inverse[bag];
    for (int64_t e = index->start[bag]; e < index->start[bag + 1]; e++)
        sum[index->term[e]] += scale * index->weight[e];
}

double cotool_index_product(const cotool_index *index, int32_t bag, const double *sum) {
    double product = 0;
    for (int64_t e = index->start[bag]; e < index->start[bag + 1]; e++)
        product += index->weight[e] * sum[index->term[e]];
    return product * index->inverse[bag];
}
