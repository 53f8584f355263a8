/* Numbers in text, with and without units. */
#ifndef COTOOL_LOGNUMBERS_H
#define COTOOL_LOGNUMBERS_H

#include "logs/logcells.h"
#include "logs/logchars.h"

/* Powers of ten. */
#define COTOOL_MOST_POWER 18
extern const int64_t cotool_tens[COTOOL_MOST_POWER + 1];

/* What a comma separates: thousands (1,234), decimals (0,27), or it is not known, and 1,234 is no number. */
enum { COTOOL_COMMA_THOUSANDS, COTOOL_COMMA_DECIMALS, COTOOL_COMMA_UNSURE, COTOOL_COMMA_BESIDE_POINTS };

/* The unit of numbers that have none: number × factor × 10^power in a base unit. `comma` says how all
 * numbers are written, `clock` that they are durations, which may be 1:02:03. */
typedef struct {
    int64_t factor;
    int8_t power;
    uint8_t dimension, comma, clock;
} cotool_default_unit;

/* Numbers without a unit of their own, of a default unit: what one is worth by its decimals; 0: it takes more
 * steps. `point`: what separates decimals as '.' ^ '0' has it, 0: it takes more steps. `scales`: the unit is not
 * that of the dimension. */
#define COTOOL_PLAIN_DIGITS 8
typedef struct {
    uint64_t worth[COTOOL_PLAIN_DIGITS], point, scales;
} cotool_plain_unit;

void cotool_prepare_plain(const cotool_default_unit *unit, cotool_plain_unit *plain);

/* Reads one to eight digits, perhaps with a point between two of them: most numbers. Returns 0 if the
 * text is not such a number, or if its unit is so small or so large that it takes more steps. Eight
 * bytes at `text` must be readable. */
COTOOL_INLINE int cotool_read_plain(const uint8_t *text, size_t size, const cotool_plain_unit *unit,
                                    cotool_fixed *number) {
    const unsigned first = 64 - 8 * (unsigned)size; /* the bits before the first digit */
    unsigned decimals = 0;
    uint64_t x, others;
    if (size - 1 >= COTOOL_PLAIN_DIGITS) return 0;
    /* The number ends at the highest byte; what is before it counts as zeros. */
    x = (cotool_load_eight(text) ^ '0' * COTOOL_EIGHT) << first;
    others = ((x + 0x76 * COTOOL_EIGHT) | x) & 0x80 * COTOOL_EIGHT;
    if (others) {
        const unsigned at = (unsigned)__builtin_ctzll(others) & ~7u; /* the bits before the point */
        const uint64_t before = ((uint64_t)1 << at) - 1;
        if (others & (others - 1) || (x >> at & 0xFF) != unit->point || at == 56 || at == first) return 0;
        decimals = 7 - at / 8;
        x = (x & ~(before << 8 | 0xFF)) | (x & before) << 8;
    }
    x = x * 10 + (x >> 8);
    x = ((x & 0x000000FF000000FF) * 0x000F424000000064 +
         (x >> 16 & 0x000000FF000000FF) * 0x0000271000000001) >> 32;
    *number = (cotool_fixed)((unsigned __int128)x * unit->worth[decimals]);
    return unit->worth[decimals] != 0;
}

/* Returns the end of the unit at p, p if there is none. */
const uint8_t *cotool_unit_end(const uint8_t *p, const uint8_t *end);

/* Returns the end of the duration whose first unit is at p: behind the last s of `m 30 s`. */
const uint8_t *cotool_duration_end(const uint8_t *p, const uint8_t *end);

/* Reads a number with an optional unit, or a percentage. Returns 1, 0 if the text is not a number, or -1 where it
 * states that there is no value. `dimension`: what the unit measures; `added`: it was a list. */
int cotool_read_number(const uint8_t *text, const uint8_t *end, const cotool_default_unit *scale,
                       cotool_fixed *number, int *dimension, int *added);

#endif
