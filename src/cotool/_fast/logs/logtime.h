/* The parser of timestamps. It reads a time by a layout, see loglayouts.h. */
#ifndef COTOOL_LOGTIME_H
#define COTOOL_LOGTIME_H

#include <string.h>

#include "logs/loglayouts.h"
#include "logs/logzones.h"

/* Times are kept in nanoseconds of 64 bits: years 1678 to 2261. Others, such as 0001-01-01 and
 * 9999-12-31 for "none", do not count as times. */
COTOOL_INLINE int cotool_is_kept(int64_t seconds) {
    return (uint64_t)(seconds + 9214560000) < (uint64_t)9214560000 + 9214646400;
}

/* A time as it is written in a line. `zone` is its offset from UTC in seconds where `zoned`. */
typedef struct {
    int year, month, day, hour, minute, second, nanos;
    int zoned, zone;
    int64_t epoch; /* seconds, for the form E; else unset */
    int is_epoch;
} cotool_stamp;

/* Returns the month that three letters name, 0: none, by a perfect hash of the folded letters. */
COTOOL_INLINE int cotool_month(const uint8_t *p) {
    static const struct {
        char name[4];
        int number;
    } months[32] = {
        [('j' + 'a' + 'n' * 3) % 32] = {"jan", 1},
        [('f' + 'e' + 'b' * 3) % 32] = {"feb", 2},
        [('m' + 'a' + 'r' * 3) % 32] = {"mar", 3},
        [('a' + 'p' + 'r' * 3) % 32] = {"apr", 4},
        [('m' + 'a' + 'y' * 3) % 32] = {"may", 5},
        [('j' + 'u' + 'n' * 3) % 32] = {"jun", 6},
        [('j' + 'u' + 'l' * 3) % 32] = {"jul", 7},
        [('a' + 'u' + 'g' * 3) % 32] = {"aug", 8},
        [('s' + 'e' + 'p' * 3) % 32] = {"sep", 9},
        [('o' + 'c' + 't' * 3) % 32] = {"oct", 10},
        [('n' + 'o' + 'v' * 3) % 32] = {"nov", 11},
        [('d' + 'e' + 'c' * 3) % 32] = {"dec", 12},
    };
    uint8_t a = p[0] | 0x20, b = p[1] | 0x20, c = p[2] | 0x20;
    int k = (a + b + c * 3) % 32;
    const char *name = months[k].name;
    return name[0] == a && name[1] == b && name[2] == c ? months[k].number : 0;
}

/* Reads digits after a point as nanoseconds. Returns the bytes taken. */
static int cotool_fraction(const uint8_t *p, const uint8_t *end, int *nanos) {
    static const int scale[10] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                  10000,      1000,      100,      10,      1};
    int value = 0, n = 0;
    while (n < 9 && p + n < end && cotool_is_digit(p[n])) value = value * 10 + p[n++] - '0';
    *nanos = value * scale[n];
    while (p + n < end && cotool_is_digit(p[n])) n++; /* digits beyond nanoseconds are dropped */
    return n;
}

/* Z, UTC, GMT, +hh, +hhmm or +hh:mm, or one of them after a space. Returns the bytes taken, 0: no zone. */
static int cotool_zone(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp) {
    const uint8_t *start = p;
    int hours, minutes = 0, negative;
    if (p < end && *p == ' ') p++;
    if (p >= end) return 0;
    if ((*p == 'Z' || *p == 'z') && p == start && (p + 1 >= end || !cotool_is_word(p[1]))) {
        stamp->zoned = 1, stamp->zone = 0;
        return 1;
    }
    if (end - p >= 3 && (!memcmp(p, "UTC", 3) || !memcmp(p, "GMT", 3)) &&
        (p + 3 >= end || !cotool_is_word(p[3]))) {
        stamp->zoned = 1, stamp->zone = 0;
        return (int)(p + 3 - start);
    }
    if ((*p != '+' && *p != '-') || end - p < 3 || !cotool_is_digit(p[1]) || !cotool_is_digit(p[2]))
        return 0;
    negative = *p == '-';
    hours = cotool_two(p + 1), p += 3;
    if (end - p >= 3 && p[0] == ':' && cotool_is_digit(p[1]) && cotool_is_digit(p[2]))
        minutes = cotool_two(p + 1), p += 3;
    else if (end - p >= 2 && cotool_is_digit(p[0]) && cotool_is_digit(p[1]))
        minutes = cotool_two(p), p += 2;
    else if (p < end && cotool_is_digit(*p)) { /* -300: minutes */
        minutes = hours * 10 + *p++ - '0';
        hours = minutes / 60, minutes %= 60;
    }
    if (hours > 15 || minutes > 59 || (p < end && cotool_is_word(*p))) return 0;
    stamp->zoned = 1;
    stamp->zone = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
    return (int)(p - start);
}

/* Reads a zone by its name or its offset, perhaps after blanks. Returns the bytes taken, 0: none. */
int cotool_named_zone(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp);

/* Tells whether cotool_named_zone() may read a zone at p, where no time ends in + or -. */
COTOOL_INLINE int cotool_zone_follows(const uint8_t *p, const uint8_t *end) {
    cotool_stamp stamp;
    while (p < end && *p == ' ') p++;
    if (p >= end) return 0;
    if (*p == '+' || *p == '-') return 1;
    if (!cotool_is_word(p[1])) return *p == 'Z' || *p == 'z';
    if ((uint8_t)(*p - 'A') >= 26) return 0;
    if (!(cotool_zone_pairs[*p - 'A'] >> ((p[1] - 'A') & 31) & 1)) return 0;
    return cotool_named_zone(p, end, &stamp) != 0;
}

/* Reads seconds (10 digits), milli-, micro- or nanoseconds (13, 16, 19) since 1970, from 2001 to 2100.
 * Returns the bytes taken, 0: none. */
int cotool_epoch(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp);

/* Reads a form that has no fixed width, or what follows the fixed part. Returns the bytes that it
 * takes, -1 if it does not fit. */
int cotool_steps(const char *form, const uint8_t *p, const uint8_t *end, cotool_stamp *stamp);

/* Reads what follows the fixed part; returns the bytes of the whole time, 0 if it does not fit. */
COTOOL_INLINE int cotool_read_tail(const cotool_layout *l, const uint8_t *p, const uint8_t *end,
                                   uint64_t digits, cotool_stamp *stamp) {
    int length = l->fixed;
    if (l->tail_kind == COTOOL_TAIL_STEPS) {
        int rest = cotool_steps(l->tail, p + length, end, stamp);
        if (rest < 0) return 0;
        length += rest;
    } else if (l->tail_kind != COTOOL_NO_TAIL) {
        if (p + length + 1 < end && (p[length] == '.' || p[length] == ',') &&
            digits >> (length + 1) & 1)
            length += 1 + cotool_fraction(p + length + 1, end, &stamp->nanos);
        if (l->named_zone) {
            length += cotool_named_zone(p + length, end, stamp);
        } else if (l->tail_kind == COTOOL_TAIL_ZONE && p + length < end) {
            uint8_t c = p[length];
            if (c == ' ') c = p[length + 1] | 0x80;
            if (c == 'Z' || c == 'z' || (c & 0x7F) == '+' || (c & 0x7F) == '-' ||
                c == ('U' | 0x80) || c == ('G' | 0x80))
                length += cotool_zone(p + length, end, stamp);
        }
    }
    return p + length < end && cotool_is_word(p[length]) ? 0 : length;
}

/* Reads the time at p, of which 32 bytes must be readable even past `end`; `digits` tells which of
 * the 64 bytes from p are digits. Returns the bytes that it takes, 0 if the layout does not fit
 * or a field is out of range. */
COTOOL_INLINE int cotool_read_time(const cotool_layout *l, const uint8_t *p, const uint8_t *end,
                                   uint64_t digits, cotool_stamp *stamp) {
    int length = l->fixed;
    cotool_bytes32 x;
    cotool_quads32 q;
    if ((digits & (l->digits | l->others)) != l->digits || end - p < length) return 0;
    memcpy(&x, p, 32);
    q = (cotool_quads32)((x ^ l->want) & l->care);
    if (q[0] | q[1] | q[2] | q[3]) return 0;
    stamp->nanos = 0;
    stamp->zoned = stamp->is_epoch = 0;
    stamp->hour = stamp->minute = stamp->second = 0;
    stamp->year = 1972, stamp->month = stamp->day = 1; /* of a form without date: a leap year */
    if (l->place[0] >= 0) {
        const uint8_t *y = p + l->place[0];
        stamp->year = l->short_year ? 2000 + cotool_two(y) : cotool_two(y) * 100 + cotool_two(y + 2);
        if (l->short_year && stamp->year > 2069) stamp->year -= 100;
    }
    if (l->place[1] >= 0)
        stamp->month = l->named_month ? cotool_month(p + l->place[1]) : cotool_two(p + l->place[1]);
    if (l->place[2] >= 0) {
        const uint8_t *d = p + l->place[2];
        stamp->day = cotool_two(d);
        if (l->spaced_day && *d == ' ') stamp->day = d[1] - '0';
        else if (l->spaced_day && !cotool_is_digit(*d)) return 0;
    }
    if (l->place[3] >= 0) stamp->hour = cotool_two(p + l->place[3]);
    if (l->place[4] >= 0) stamp->minute = cotool_two(p + l->place[4]);
    if (l->place[5] >= 0) stamp->second = cotool_two(p + l->place[5]);
    if (l->place[6] >= 0) cotool_fraction(p + l->place[6], p + l->place[6] + 6, &stamp->nanos);
    length = cotool_read_tail(l, p, end, digits, stamp);
    if (!length || (unsigned)(stamp->month - 1) >= 12 || (unsigned)(stamp->day - 1) >= 31 ||
        stamp->hour > 23 || stamp->minute > 59 || stamp->second > 60)
        return 0;
    return length;
}

#endif
