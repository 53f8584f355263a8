/* Sketches of numbers: how often each magnitude occurs. Part of logforms.c.
 *
 * A bucket holds the numbers of one sign, one exponent and the same four bits after the leading one,
 * so that the middle of a bucket differs from each number in it by at most 1/32. Whole numbers and
 * fractions are counted apart, since few whole numbers share a bucket. Counts add up in any order.
 * A sketch of a latency takes about 2 kB.
 */
#ifndef COTOOL_LOGSKETCH_H
#define COTOOL_LOGSKETCH_H

#include "logs/logforms.h"

/* Exponents below the first one count as zero, those from the last one on as the greatest number. */
#define FIRST_EXPONENT (-32)
#define LAST_EXPONENT 64
#define MANTISSA 4
/* The bucket of zero; a slot that holds 0 is empty. */
#define ZERO_BUCKET 2048
#define COUNT_SHIFT 16

static unsigned sketch_bucket(double number) {
    const double size = fabs(number);
    const int64_t first = (int64_t)(FIRST_EXPONENT + 1023) << MANTISSA;
    const int64_t most = (int64_t)(LAST_EXPONENT - FIRST_EXPONENT) << MANTISSA;
    uint64_t bits;
    int64_t index;
    int fraction = size < 9e15 && (double)(int64_t)size != size;
    memcpy(&bits, &size, sizeof bits);
    index = (int64_t)(bits >> (52 - MANTISSA)) - first + 1;
    if (index < 0) index = 0;
    if (index > most) index = most;
    return (unsigned)(number < 0 ? ZERO_BUCKET - index : ZERO_BUCKET + index) << 1 |
           (unsigned)fraction;
}

/* The middle of a bucket; of whole numbers, of those that it can hold. */
double cotool_sketch_middle(unsigned bucket) {
    const int64_t place = (int64_t)(bucket >> 1) - ZERO_BUCKET, index = place < 0 ? -place : place;
    const uint64_t first = (uint64_t)(FIRST_EXPONENT + 1023) << MANTISSA;
    uint64_t bits = (uint64_t)index - 1 + first;
    double low, high, middle;
    if (!index) return 0;
    bits <<= 52 - MANTISSA;
    memcpy(&low, &bits, sizeof low);
    bits += (uint64_t)1 << (52 - MANTISSA);
    memcpy(&high, &bits, sizeof high);
    middle = bucket & 1 ? (low + high) / 2 : high - low < 1 ? ceil(low) : (low + high - 1) / 2;
    return place < 0 ? -middle : middle;
}

/* Returns the slot of a bucket, or the empty slot where it belongs; there must be an empty one. */
static inline uint64_t *sketch_slot(const cotool_sketch *sketch, unsigned bucket) {
    /* Neighbouring buckets are in neighbouring slots: most parameters have a narrow range. */
    size_t at = bucket >> 1;
    for (;; at++) {
        uint64_t *slot = &sketch->slot[at & (sketch->slots - 1)];
        if (!*slot || (uint16_t)*slot == bucket) return slot;
    }
}

static int sketch_widen(cotool_sketch *sketch) {
    cotool_sketch wider = {.slots = sketch->slots ? 2 * sketch->slots : 8, .used = sketch->used};
    wider.slot = calloc(wider.slots, sizeof *wider.slot);
    if (!wider.slot) return ENOMEM;
    for (size_t n = 0; n < sketch->slots; n++)
        if (sketch->slot[n]) *sketch_slot(&wider, (uint16_t)sketch->slot[n]) = sketch->slot[n];
    free(sketch->slot);
    *sketch = wider;
    return 0;
}

static inline int sketch_add(cotool_sketch *sketch, unsigned bucket, uint64_t times) {
    uint64_t *slot = sketch->slots ? sketch_slot(sketch, bucket) : NULL;
    if (!slot || !*slot) {
        if (4 * (sketch->used + 1) > 3 * sketch->slots) {
            if (sketch_widen(sketch)) return ENOMEM;
            slot = sketch_slot(sketch, bucket);
        }
        *slot = bucket, sketch->used++;
    }
    *slot += times << COUNT_SHIFT;
    return 0;
}

static int sketch_merge(cotool_sketch *into, const cotool_sketch *sketch) {
    for (size_t n = 0; n < sketch->slots; n++)
        if (sketch->slot[n] && sketch_add(into, (uint16_t)sketch->slot[n],
                                          sketch->slot[n] >> COUNT_SHIFT))
            return ENOMEM;
    return 0;
}

static void sketch_close(cotool_sketch *sketch) {
    free(sketch->slot);
    memset(sketch, 0, sizeof *sketch);
}

#endif
