/* See logseen.h. */

#include "logs/logseen.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void cotool_seen_mark(uint8_t *registers, int bits, uint64_t hash) {
    uint8_t rank = (uint8_t)(__builtin_clzll(hash << bits | 1) + 1);
    uint8_t *r = &registers[hash >> (64 - bits)];
    if (rank > *r) *r = rank;
}

double cotool_distinct_count(const uint8_t *registers, int bits) {
    const int m = 1 << bits;
    double sum = 0, count;
    int zeros = 0;
    if (!registers) return 0;
    for (int n = 0; n < m; n++) sum += ldexp(1, -registers[n]), zeros += !registers[n];
    count = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    return count <= 2.5 * m && zeros ? m * log((double)m / zeros) : count;
}

static int spread(cotool_seen *seen) {
    seen->registers = calloc(COTOOL_SEEN_REGISTERS, 1);
    if (!seen->registers) return ENOMEM;
    for (uint32_t n = 0; n < seen->count; n++)
        cotool_seen_mark(seen->registers, COTOOL_SEEN_BITS, seen->hash[n]);
    free(seen->hash);
    seen->hash = NULL, seen->count = seen->room = 0;
    return 0;
}

int cotool_seen_add(cotool_seen *seen, uint64_t hash) {
    uint32_t low = 0, high = seen->count;
    if (!seen->registers) {
        while (low < high) {
            uint32_t middle = (low + high) / 2;
            if (seen->hash[middle] < hash) low = middle + 1;
            else high = middle;
        }
        if (low < seen->count && seen->hash[low] == hash) return 0;
        if (seen->count == COTOOL_SEEN_LISTED && spread(seen)) return ENOMEM;
    }
    if (seen->registers) {
        cotool_seen_mark(seen->registers, COTOOL_SEEN_BITS, hash);
        return 0;
    }
    if (seen->count == seen->room) {
        uint32_t room = seen->room ? 2 * seen->room : 2;
        uint64_t *list = realloc(seen->hash, room * sizeof *list);
        if (!list) return ENOMEM;
        seen->hash = list, seen->room = room;
    }
    memmove(seen->hash + low + 1, seen->hash + low, (seen->count - low) * sizeof *seen->hash);
    seen->hash[low] = hash, seen->count++;
    return 0;
}

int cotool_seen_load(cotool_seen *seen, const uint8_t *registers) {
    if (!seen->registers && spread(seen)) return ENOMEM;
    for (int n = 0; n < COTOOL_SEEN_REGISTERS; n++)
        if (registers[n] > seen->registers[n]) seen->registers[n] = registers[n];
    return 0;
}

int cotool_seen_merge(cotool_seen *into, const cotool_seen *seen) {
    for (uint32_t n = 0; n < seen->count; n++)
        if (cotool_seen_add(into, seen->hash[n])) return ENOMEM;
    return seen->registers ? cotool_seen_load(into, seen->registers) : 0;
}

void cotool_seen_close(cotool_seen *seen) {
    free(seen->hash);
    free(seen->registers);
    memset(seen, 0, sizeof *seen);
}
