/* See logseen.h. */

#define _GNU_SOURCE /* M_LN2 */

#include "logs/logseen.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_RANK 64

void cotool_seen_join(uint8_t *restrict into, const uint8_t *restrict registers, size_t count) {
    for (size_t n = 0; n < count; n++) into[n] = into[n] > registers[n] ? into[n] : registers[n];
}

/* What the registers that are 0 add: x + x^2 + 2 x^4 + 4 x^8 + ... */
static double of_empty(double x) {
    double sum = x, before, times = 1;
    do {
        before = sum;
        x *= x;
        sum += x * times;
        times += times;
    } while (sum != before);
    return sum;
}

double cotool_distinct_count(const uint8_t *registers, int bits) {
    const int m = 1 << bits;
    int ranks[MOST_RANK + 1] = {0};
    double sum = 0;
    if (!registers) return 0;
    for (int n = 0; n < m; n++) ranks[registers[n] > MOST_RANK ? MOST_RANK : registers[n]]++;
    if (ranks[0] == m) return 0;
    for (int rank = MOST_RANK; rank > 0; rank--) sum = (sum + ranks[rank]) / 2;
    sum += m * of_empty((double)ranks[0] / m);
    return m * (m / sum) / (2 * M_LN2);
}

static int bits_of(const cotool_seen *seen) { return COTOOL_SEEN_BITS - seen->fewer; }

/* How many hashes are listed at most. */
static uint32_t most_listed(const cotool_seen *seen) { return (uint32_t)1 << bits_of(seen) >> 4; }

static int spread(cotool_seen *seen) {
    seen->registers = calloc((size_t)1 << bits_of(seen), 1);
    if (!seen->registers) return ENOMEM;
    for (uint32_t n = 0; n < seen->count; n++)
        cotool_seen_mark(seen->registers, bits_of(seen), seen->hash[n]);
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
        if (seen->count == most_listed(seen) && spread(seen)) return ENOMEM;
    }
    if (seen->registers) {
        cotool_seen_mark(seen->registers, bits_of(seen), hash);
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

/* Adds 2^from registers to 2^to, which are not more. The bits that the number of a register loses come
 * before those that its rank counts. */
static void fold(uint8_t *into, int to, const uint8_t *registers, int from) {
    const int lost = from - to;
    if (!lost) {
        cotool_seen_join(into, registers, (size_t)1 << from);
        return;
    }
    for (uint32_t n = 0; n < (uint32_t)1 << from; n++) {
        const uint32_t below = n & (((uint32_t)1 << lost) - 1);
        int rank = registers[n];
        if (!rank) continue;
        rank = below ? __builtin_clz(below) - (32 - lost) + 1 : rank + lost;
        if (rank > MOST_RANK) rank = MOST_RANK;
        if (rank > into[n >> lost]) into[n >> lost] = (uint8_t)rank;
    }
}

int cotool_seen_limit(cotool_seen *seen, int bits) {
    const int before = bits_of(seen);
    uint8_t *fewer;
    if (bits >= before) return 0;
    if (seen->registers) {
        fewer = calloc((size_t)1 << bits, 1);
        if (!fewer) return ENOMEM;
        fold(fewer, bits, seen->registers, before);
        free(seen->registers);
        seen->registers = fewer;
    }
    seen->fewer = (uint8_t)(COTOOL_SEEN_BITS - bits);
    return !seen->registers && seen->count > most_listed(seen) ? spread(seen) : 0;
}

int cotool_seen_load(cotool_seen *seen, const uint8_t *registers, int bits) {
    if (cotool_seen_limit(seen, bits) || (!seen->registers && spread(seen))) return ENOMEM;
    fold(seen->registers, bits_of(seen), registers, bits);
    return 0;
}

int cotool_seen_merge(cotool_seen *into, const cotool_seen *seen) {
    if (cotool_seen_limit(into, bits_of(seen))) return ENOMEM;
    for (uint32_t n = 0; n < seen->count; n++)
        if (cotool_seen_add(into, seen->hash[n])) return ENOMEM;
    return seen->registers ? cotool_seen_load(into, seen->registers, bits_of(seen)) : 0;
}

void cotool_seen_close(cotool_seen *seen) {
    free(seen->hash);
    free(seen->registers);
    memset(seen, 0, sizeof *seen);
}
