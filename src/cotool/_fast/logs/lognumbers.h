/* Numbers in text, with and without units. */
#ifndef COTOOL_LOGNUMBERS_H
#define COTOOL_LOGNUMBERS_H

#include "logs/logcells.h"

/* The unit of numbers that have none: number × factor × 10^power in a base unit. */
typedef struct {
    int64_t factor;
    int8_t power;
    uint8_t dimension;
} cotool_default_unit;

/* Returns the end of the unit at p, p if there is none. */
const uint8_t *cotool_unit_end(const uint8_t *p, const uint8_t *end);

/* Reads a number with an optional unit, or a percentage. Returns 1, 0 if the text is not a number, or -1 where it
 * states that there is no value. `dimension`: what the unit measures; `added`: it was a list. */
int cotool_read_number(const uint8_t *text, const uint8_t *end, const cotool_default_unit *scale,
                       cotool_fixed *number, int *dimension, int *added);

#endif
