/* Counts of records by time and level, in buckets that merge in any order. */
#ifndef COTOOL_LOGHISTOGRAM_H
#define COTOOL_LOGHISTOGRAM_H

#include <errno.h>

#include "logs/logscan.h"

/* Returns the bucket that holds `seconds`, which may be a new one. NULL: out of memory. */
cotool_bucket *cotool_histogram_bucket(const cotool_config *config, cotool_histogram *h,
                                              int64_t seconds);

/* Fetches the bucket that holds `seconds` into the cache, for a count that follows later. */
void cotool_histogram_fetch(const cotool_config *config, const cotool_histogram *h,
                            int64_t seconds);

/* Empties a histogram; its memory is kept. */
void cotool_histogram_reset(cotool_histogram *h, int width);

int cotool_histogram_merge(const cotool_config *config, cotool_histogram *into,
                           const cotool_histogram *from);

COTOOL_INLINE int cotool_histogram_count(const cotool_config *config, cotool_histogram *h,
                                         int64_t seconds, int level) {
    if (!h->last ||
        (uint64_t)(seconds - h->last->start) >= (uint64_t)config->widths[h->width]) {
        h->last = cotool_histogram_bucket(config, h, seconds);
        if (!h->last) return ENOMEM;
    }
    h->last->counts[level]++;
    return 0;
}

#endif
