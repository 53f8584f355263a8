/* How many distinct values a group has: exact for a few, estimated for more. Adds up in any order. */
#ifndef COTOOL_LOGSEEN_H
#define COTOOL_LOGSEEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

/* Hashes are listed while they take at most half the bytes of the registers of a HyperLogLog: 64 for
 * 1024 registers, with which the standard error is 3.3 %. Where there are many groups or steps, each has
 * fewer registers: 128 at least, 9 %. */
#define COTOOL_SEEN_BITS 10
#define COTOOL_SEEN_LEAST_BITS 7

typedef struct {
    uint32_t count, room;
    uint8_t fewer;      /* bits that the number of a register has less than COTOOL_SEEN_BITS */
    uint64_t *hash;     /* ascending, while they are listed */
    uint8_t *registers; /* NULL while hashes are listed */
} cotool_seen;

/* These return 0 or ENOMEM. */
int cotool_seen_add(cotool_seen *seen, uint64_t hash);
int cotool_seen_merge(cotool_seen *into, const cotool_seen *seen);
int cotool_seen_load(cotool_seen *seen, const uint8_t *registers, int bits);
/* Reduces the registers to 2^bits, or more if there are fewer already. */
int cotool_seen_limit(cotool_seen *seen, int bits);
void cotool_seen_close(cotool_seen *seen);

/* Marks a hash in the 2^bits registers of a HyperLogLog. */
COTOOL_INLINE void cotool_seen_mark(uint8_t *registers, int bits, uint64_t hash) {
    const uint8_t rank = (uint8_t)(__builtin_clzll(hash << bits | 1) + 1);
    uint8_t *r = &registers[hash >> (64 - bits)];
    if (rank > *r) *r = rank;
}
/* Adds the registers of as many others. */
void cotool_seen_join(uint8_t *into, const uint8_t *registers, size_t count);
/* The number of distinct values, without bias at any number (Ertl, arXiv:1702.01284, section 4). */
double cotool_distinct_count(const uint8_t *registers, int bits);

#endif
