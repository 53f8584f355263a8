/* The digits of a written time that may differ from one line to the next, for logguess.h. */
#ifndef COTOOL_LOGPARTS_H
#define COTOOL_LOGPARTS_H

#include <stdint.h>

#include "logs/logchars.h"

/* Digits at a place of a time. */
typedef struct {
    unsigned at, size;
} cotool_digits_at;

/* The parts of a time that may differ from line to line. */
typedef struct {
    cotool_digits_at field[3]; /* hours, minutes, seconds; or parts of an epoch */
    int16_t weight[3], most[3];
    cotool_digits_at fraction;
    int32_t scale;
    int watch_zone, watch_named; /* a zone may follow after blanks, and there is none */
} cotool_time_parts;

/* Returns the digits at p + at, before p + size, at most `most` of them. */
COTOOL_INLINE cotool_digits_at cotool_digits_from(const uint8_t *p, unsigned at, unsigned size,
                                                  unsigned most) {
    cotool_digits_at d = {at, 0};
    while (d.size < most && at + d.size < size && cotool_is_digit(p[at + d.size])) d.size++;
    return d;
}

/* Finds the parts of the time p[0, size), which was written by `form`, by a walk over both. Returns 0 for
 * a form that is not known here, and where what follows the time may decide how it is read. */
int cotool_time_parts_of(const char *form, const uint8_t *p, unsigned size,
                         cotool_time_parts *parts);

#endif
