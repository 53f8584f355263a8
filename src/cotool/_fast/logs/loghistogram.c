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

/* Returns the slot of the bucket that begins at `start`, or the empty one where it belongs. */
COTOOL_INLINE uint32_t *cotool_bucket_slot(const cotool_histogram *h, int64_t start) {
    const size_t mask = 2 * (size_t)h->capacity - 1;
    size_t slot = (size_t)((uint64_t)start * 0x9E3779B97F4A7C15u >> 32) & mask;
    while (h->slots[slot] && h->buckets[h->slots[slot] - 1].start != start) slot = (slot + 1) & mask;
    return &h->slots[slot];
}

static cotool_bucket *cotool_bucket_add(cotool_histogram *h, uint32_t *slot, int64_t start) {
    cotool_bucket *bucket = &h->buckets[h->count];
    memset(bucket, 0, sizeof *bucket);
    bucket->start = start;
    *slot = (uint32_t)++h->count;
    return bucket;
}

void cotool_histogram_reset(cotool_histogram *h, int width) {
    if (h->capacity) memset(h->slots, 0, 2 * (size_t)h->capacity * sizeof *h->slots);
    h->count = 0, h->last = NULL, h->width = width;
}

/* Moves every bucket into a table of `capacity`, whose buckets have widths[width]. */
static int cotool_histogram_rebuild(const cotool_config *config, cotool_histogram *h, int capacity,
                                    int width) {
    const cotool_histogram old = *h;
    const size_t room = (size_t)capacity;
    h->buckets = malloc(room * (sizeof *h->buckets + 2 * sizeof *h->slots));
    if (!h->buckets) {
        *h = old;
        return ENOMEM;
    }
    h->slots = (uint32_t *)(h->buckets + room), h->capacity = capacity;
    cotool_histogram_reset(h, width);
    for (int n = 0; n < old.count; n++) {
        const cotool_bucket *from = &old.buckets[n];
        const int64_t start = cotool_bucket_start(from->start, config->widths[width]);
        uint32_t *slot = cotool_bucket_slot(h, start);
        cotool_bucket *to =
            *slot ? &h->buckets[*slot - 1] : cotool_bucket_add(h, slot, start);
        for (int k = 0; k < COTOOL_LEVELS; k++) to->counts[k] += from->counts[k];
    }
    free(old.buckets);
    return 0;
}

void cotool_histogram_fetch(const cotool_config *config, const cotool_histogram *h,
                            int64_t seconds) {
    const int64_t width = config->widths[h->width];
    const cotool_bucket *bucket;
    uint32_t number;
    if (!h->capacity || (h->last && (uint64_t)(seconds - h->last->start) < (uint64_t)width)) return;
    number = *cotool_bucket_slot(h, cotool_bucket_start(seconds, width));
    if (!number) return;
    bucket = &h->buckets[number - 1];
    __builtin_prefetch(bucket, 1);
    __builtin_prefetch(&bucket->counts[COTOOL_LEVELS - 1], 1);
}

cotool_bucket *cotool_histogram_bucket(const cotool_config *config, cotool_histogram *h,
                                              int64_t seconds) {
    for (;;) {
        const int64_t start = cotool_bucket_start(seconds, config->widths[h->width]);
        const int is_full = h->count >= config->most_buckets[h->width] && config->widths[h->width + 1];
        if (h->capacity) {
            uint32_t *slot = cotool_bucket_slot(h, start);
            if (*slot) return &h->buckets[*slot - 1];
            if (!is_full && h->count < h->capacity) return cotool_bucket_add(h, slot, start);
        }
        if (cotool_histogram_rebuild(config, h,
                                     is_full         ? h->capacity
                                     : h->capacity ? 2 * h->capacity
                                                   : 64,
                                     h->width + is_full))
            return NULL;
    }
}

int cotool_histogram_merge(const cotool_config *config, cotool_histogram *into,
                           const cotool_histogram *from) {
    while (into->width < from->width)
        if (cotool_histogram_rebuild(config, into, into->capacity ? into->capacity : 64,
                                     into->width + 1))
            return ENOMEM;
    for (int n = 0; n < from->count; n++) {
        cotool_bucket *bucket = cotool_histogram_bucket(config, into, from->buckets[n].start);
        if (!bucket) return ENOMEM;
        for (int k = 0; k < COTOOL_LEVELS; k++) bucket->counts[k] += from->buckets[n].counts[k];
    }
    into->last = NULL;
    return 0;
}
