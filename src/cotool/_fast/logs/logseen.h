/* How many distinct values a group has: exact for a few, estimated for more. Adds up in any order. */
#ifndef COTOOL_LOGSEEN_H
#define COTOOL_LOGSEEN_H

#include <stddef.h>
#include <stdint.h>

/* Hashes that are listed; more are counted by a HyperLogLog with a standard error of 3.3 %. */
#define COTOOL_SEEN_LISTED 64
#define COTOOL_SEEN_BITS 10
#define COTOOL_SEEN_REGISTERS (1 << COTOOL_SEEN_BITS)

typedef struct {
    uint32_t count, room;
    uint64_t *hash;     /* ascending, while there are at most COTOOL_SEEN_LISTED */
    uint8_t *registers; /* NULL while hashes are listed */
} cotool_seen;

/* These return 0 or ENOMEM. */
int cotool_seen_add(cotool_seen *seen, uint64_t hash);
int cotool_seen_merge(cotool_seen *into, const cotool_seen *seen);
int cotool_seen_load(cotool_seen *seen, const uint8_t *registers);
void cotool_seen_close(cotool_seen *seen);

/* Marks a hash in the 2^bits registers of a HyperLogLog. */
void cotool_seen_mark(uint8_t *registers, int bits, uint64_t hash);
/* The number of distinct values (Flajolet et al. 2007); small numbers by the registers that are 0. */
double cotool_distinct_count(const uint8_t *registers, int bits);

#endif
