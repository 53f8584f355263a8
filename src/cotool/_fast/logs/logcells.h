/* Figures of one number in one group: an exact sum, and a sketch of the distribution. They add up in
 * any order.
 *
 * A number is an integer of COTOOL_UNIT parts, so sums are exact. A sketch counts numbers by their
 * leading bit and the six bits after it: the middle of such a bucket differs from every number in
 * it by at most 1/128.
 */
#ifndef COTOOL_LOGCELLS_H
#define COTOOL_LOGCELLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

typedef __int128 cotool_fixed;

/* Parts of one: numbers are exact to twelve decimals. */
#define COTOOL_UNIT 1000000000000ll

/* A cell lists the buckets of this many numbers. More are counted in pages of 64 buckets, 256 bytes each:
 * 155 latencies take eleven pages. Where these are too many bytes, a cell counts by fewer bits. */
#define COTOOL_LISTED 256
#define COTOOL_PAGES 256
#define COTOOL_MOST_BYTES (1 << 17) /* of a cell's pages: enough for all numbers */
#define COTOOL_MOST_SHIFT 6

enum { COTOOL_PLAIN, COTOOL_SECONDS, COTOOL_BYTES, COTOOL_DIMENSIONS };

typedef struct {
    uint64_t count, missing, odd;
    cotool_fixed sum, least, most; /* least and most where count is not 0 */
    uint16_t low, pages;           /* the pages from `low` on */
    uint16_t list_room;
    uint8_t shift;       /* bits of a bucket that the pages leave out */
    uint32_t most_bytes; /* of the pages; 0: COTOOL_MOST_BYTES */
    int16_t *list;    /* buckets of the numbers, while there are at most COTOOL_LISTED */
    uint32_t **page;  /* each 64 counts, or NULL */
} cotool_cell;

/* These return 0 or ENOMEM. */
int cotool_cell_count(cotool_cell *cell, int bucket, uint64_t times); /* in the sketch alone */
int cotool_cell_limit(cotool_cell *cell, unsigned most_bytes);
int cotool_cell_merge(cotool_cell *into, const cotool_cell *cell);
void cotool_cell_close(cotool_cell *cell);
void cotool_cell_reset(cotool_cell *cell); /* keeps the memory of the list */

/* A number as its upper and lower 64 bits, for Cython. */
void cotool_fixed_halves(const cotool_fixed *number, int64_t *high, uint64_t *low);
void cotool_fixed_join(cotool_fixed *number, int64_t high, uint64_t low);

/* A number divided by a count. */
double cotool_fixed_number(const cotool_fixed *number, uint64_t count);

/* The bucket for which place k of page p counts: one in the middle of those that share the place. */
int cotool_cell_bucket(const cotool_cell *cell, unsigned p, int k);

/* The leading bit of numbers that are less than 64 parts. */
int cotool_bucket_step_by_step(cotool_fixed number);

COTOOL_INLINE int cotool_bucket_of(cotool_fixed number) {
    if (number >= 64 && number <= INT64_MAX) {
        const int bit = 63 - __builtin_clzll((uint64_t)number);
        return 1 + (bit << 6 | (int)((uint64_t)number >> (bit - 6) & 63));
    }
    return cotool_bucket_step_by_step(number);
}

/* The place of a bucket of a cell, from 0 on. A page has 64 places. */
COTOOL_INLINE unsigned cotool_cell_place(const cotool_cell *cell, int bucket) {
    int n = bucket;
    if (cell->shift && bucket)
        n = bucket < 0 ? -1 - ((-bucket - 1) >> cell->shift) : 1 + ((bucket - 1) >> cell->shift);
    return (unsigned)(n + COTOOL_PAGES * 32);
}

/* Counts one number in the sketch. Returns 0 or ENOMEM. */
COTOOL_INLINE int cotool_cell_count_one(cotool_cell *cell, int bucket) {
    const unsigned place = cotool_cell_place(cell, bucket), page = (place >> 6) - cell->low;
    uint32_t *counts = page < cell->pages ? cell->page[page] : NULL;
    if (counts && counts[place & 63] < UINT32_MAX) {
        counts[place & 63]++;
        cell->count++;
    } else if (!cell->pages && cell->count < cell->list_room) {
        cell->list[cell->count++] = (int16_t)bucket;
    } else {
        return cotool_cell_count(cell, bucket, 1);
    }
    return 0;
}

/* Adds a number, which has this bucket. Returns 0 or ENOMEM. */
COTOOL_INLINE int cotool_cell_add(cotool_cell *cell, cotool_fixed number, int bucket) {
    if (!cell->count || number < cell->least) cell->least = number;
    if (!cell->count || number > cell->most) cell->most = number;
    cell->sum += number;
    return cotool_cell_count_one(cell, bucket);
}

/* The least and the greatest number of a bucket. */
void cotool_bucket_ends(int bucket, cotool_fixed *least, cotool_fixed *most);
/* The middle of the numbers that share a bucket's middle up to this many bits after the leading one. */
double cotool_bucket_number(int bucket, int bits);
/* How many places a cell has for numbers, and how often numbers are there, in ascending order, those of
 * cotool_bucket_number(). Returns how many there are. */
typedef struct {
    double number;
    uint64_t times;
} cotool_spread;
size_t cotool_cell_places(const cotool_cell *cell);
size_t cotool_cell_spread(const cotool_cell *cell, int bits, cotool_spread *spread);
/* The least numbers that at least these shares of the numbers do not exceed (the nearest ranks), of a cell that has numbers, within a 128th
 * of them. The shares ascend. */
void cotool_cell_quantiles(const cotool_cell *cell, int shares, const double *share,
                           cotool_fixed *number);

#endif
