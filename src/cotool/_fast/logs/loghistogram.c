/* See loghistogram.h. */

#include "logs/loghistogram.h"

#include <stdlib.h>
#include <string.h>

/* Returns the start of the bucket that holds `seconds`. Seconds have at most 40 bits, so the rounding
 * error of the quotient is less than half a second. */
COTOOL_INLINE int64_t cotool_bucket_start(int64_t seconds, int64_t width) {
    double quotient = ((double)seconds + 0.5) / (double)width;
    int64_t whole = (int64_t)quotient;
    return (whole - (quotient < (double)whole)) * width;
}

COTOOL_INLINE size_t cotool_bucket_slot(const cotool_histogram *h, int64_t start) {
    return (size_t)((uint64_t)start * 0x9E3779B97F4A7C15u >> 32) & (size_t)(h->capacity - 1);
}

static cotool_bucket *cotool_bucket_find(cotool_histogram *h, int64_t start) {
    size_t mask = (size_t)(h->capacity - 1), slot = cotool_bucket_slot(h, start);
    while (h->buckets[slot].start != COTOOL_EMPTY && h->buckets[slot].start != start)
        slot = (slot + 1) & mask;
    return &h->buckets[slot];
}

/* Moves every bucket into a table of `capacity`, whose buckets have widths[width]. */
static int cotool_histogram_rebuild(const cotool_config *config, cotool_histogram *h, int capacity,
                                    int width) {
    cotool_histogram old = *h;
    cotool_bucket *buckets = malloc((size_t)capacity * sizeof *buckets);
    if (!buckets) return ENOMEM;
    for (int n = 0; n < capacity; n++) buckets[n].start = COTOOL_EMPTY;
    h->buckets = buckets, h->capacity = capacity, h->width = width, h->count = 0, h->last = NULL;
    for (int n = 0; n < old.capacity; n++) {
        const cotool_bucket *from = &old.buckets[n];
        cotool_bucket *to;
        int64_t start;
        if (from->start == COTOOL_EMPTY) continue;
        start = cotool_bucket_start(from->start, config->widths[width]);
        to = cotool_bucket_find(h, start);
        if (to->start == COTOOL_EMPTY) {
            *to = *from, to->start = start, h->count++;
        } else {
            for (int k = 0; k < COTOOL_LEVELS; k++) to->counts[k] += from->counts[k];
        }
    }
    free(old.buckets);
    return 0;
}

void cotool_histogram_fetch(const cotool_config *config, const cotool_histogram *h,
                            int64_t seconds) {
    const int64_t width = config->widths[h->width];
    const cotool_bucket *bucket;
    if (!h->capacity || (h->last && (uint64_t)(seconds - h->last->start) < (uint64_t)width)) return;
    bucket = &h->buckets[cotool_bucket_slot(h, cotool_bucket_start(seconds, width))];
    __builtin_prefetch(bucket, 1);
    __builtin_prefetch(&bucket->counts[COTOOL_LEVELS - 1], 1);
}

cotool_bucket *cotool_histogram_bucket(const cotool_config *config, cotool_histogram *h,
                                              int64_t seconds) {
    for (;;) {
        int64_t width = config->widths[h->width], start = cotool_bucket_start(seconds, width);
        cotool_bucket *bucket;
        if (h->capacity) {
            bucket = cotool_bucket_find(h, start);
            if (bucket->start == start) return bucket;
            if (h->count < config->most_buckets && 2 * h->count < h->capacity) {
                bucket->start = start;
                memset(bucket->counts, 0, sizeof bucket->counts);
                h->count++;
                return bucket;
            }
        }
        if (h->count >= config->most_buckets && config->widths[h->width + 1]) {
            if (cotool_histogram_rebuild(config, h, h->capacity, h->width + 1)) return NULL;
        } else if (cotool_histogram_rebuild(config, h, h->capacity ? 2 * h->capacity : 64,
                                            h->width)) {
            return NULL;
        }
    }
}

int cotool_histogram_merge(const cotool_config *config, cotool_histogram *into,
                           const cotool_histogram *from) {
    while (into->width < from->width)
        if (cotool_histogram_rebuild(config, into, into->capacity ? into->capacity : 64,
                                     into->width + 1))
            return ENOMEM;
    for (int n = 0; n < from->capacity; n++) {
        cotool_bucket *bucket;
        if (from->buckets[n].start == COTOOL_EMPTY) continue;
        bucket = cotool_histogram_bucket(config, into, from->buckets[n].start);
        if (!bucket) return ENOMEM;
        for (int k = 0; k < COTOOL_LEVELS; k++) bucket->counts[k] += from->buckets[n].counts[k];
    }
    into->last = NULL;
    return 0;
}
