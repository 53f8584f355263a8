/* The ends of parameters that are longer than one word: paths, URLs, addresses, numbers with decimals.
 * Part of logmask.c.
 */
#ifndef COTOOL_LOGSPANS_H
#define COTOOL_LOGSPANS_H

#include "logs/logbytes.h"

/* Returns the end of the path at p, p if there is none: a path has two slashes. */
static const uint8_t *path_end(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p + 1;
    int slashes = 0;
    while (q < end && !is(*q, PATH_END)) slashes += *q++ == '/';
    if (!slashes) return p;
    while (q[-1] == '.') q--;
    return q;
}

static const uint8_t *url_end(const uint8_t *p, const uint8_t *end) {
    while (p < end && !is(*p, BLANK) && *p != '\'' && *p != '"' && *p != '<' && *p != '>' &&
           *p != ')' && *p != ']' && *p != ',' && *p != ';')
        p++;
    while (p[-1] == '.' || p[-1] == ':') p--;
    return p;
}

static int is_hex(uint8_t c) { return is(c, DIGIT | HEX_LOWER | HEX_UPPER); }

static const uint8_t *uuid_end(const uint8_t *p, const uint8_t *end) {
    if (end - p < 36) return p;
    for (int n = 0; n < 36; n++) {
        if (n == 8 || n == 13 || n == 18 || n == 23) {
            if (p[n] != '-') return p;
        } else if (!is_hex(p[n])) {
            return p;
        }
    }
    return end - p > 36 && is(p[36], WORD) ? p : p + 36;
}

/* Returns the end of a MAC address, IPv6 address or GUID at p, p if there is none: groups of
 * hexadecimal digits between colons, with a letter among them, or six pairs between dashes. */
static const uint8_t *groups_end(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p;
    uint8_t mark = 0;
    int groups = 0, letters = 0, twice = 0;
    for (;;) {
        const uint8_t *first = q;
        while (q < end && q - first < 5 && is_hex(*q)) letters |= !is(*q++, DIGIT);
        if (q - first > 4) return p;
        if (q == first) {
            if (twice++ || !groups) break;
        }
        groups += q > first;
        if (mark == '-' && q - first != 2) return p;
        if (q >= end || (*q != ':' && *q != '-') || (mark && *q != mark)) break;
        if (!mark) mark = *q;
        q++;
    }
    if (q < end && is(*q, WORD)) return p;
    if (q > p && q[-1] == ':' && !(q - p > 2 && q[-2] == ':')) q--;
    if (mark == '-' ? groups != 6 : groups + 2 * twice < 4 || !letters) return p;
    return q;
}

/* Returns the end of the decimals that continue a number at q: .5, .250.7.244 */
static const uint8_t *decimals_end(const uint8_t *q, const uint8_t *end, int *dots) {
    while (q + 1 < end && *q == '.' && is(q[1], DIGIT)) {
        const uint8_t *stop = q + 1;
        while (stop < end && is(*stop, DIGIT)) stop++;
        if (stop < end && is(*stop, WORD)) break;
        q = stop, ++*dots;
    }
    return q;
}

/* Returns the end of the decimals at q and the unit after them, as in 7.527ms, q without both. */
static const uint8_t *unit_end(const uint8_t *q, const uint8_t *end) {
    const uint8_t *p = q + 1, *unit;
    if (end - q < 3 || *q != '.' || !is(*p, DIGIT)) return q;
    while (p < end && is(*p, DIGIT)) p++;
    for (unit = p; p < end && p - unit <= LONGEST_UNIT && is(*p, LETTER);) p++;
    return p == unit || p - unit > LONGEST_UNIT || (p < end && is(*p, WORD)) ? q : p;
}

/* Returns the end of a duration in several units at p, as in 1m30s, 1h2m3.5s or 1s200ms, p if there
 * is none. `unit` gets where its last unit begins, `value` the duration in that unit. */
static const uint8_t *duration_end(const uint8_t *p, const uint8_t *end, const uint8_t **unit,
                                   double *value) {
    static const struct {
        const char *name;
        size_t size;
        double micros; /* of one unit */
    } units[] = {{"d", 1, 864e8}, {"h", 1, 36e8}, {"m", 1, 6e7}, {"s", 1, 1e6}, {"ms", 2, 1e3},
                 {"us", 2, 1},    {"ns", 2, 1e-3}};
    const uint8_t *at = p;
    double total = 0;
    size_t next = 0;
    int count = 0;
    for (;;) {
        const uint8_t *digits = at;
        double number = 0, part = 1;
        size_t n, letters;
        while (at < end && is(*at, DIGIT) && at - digits < 12) number = number * 10 + (*at++ - '0');
        if (at == digits) return p;
        if (at < end && *at == '.')
            for (at++; at < end && is(*at, DIGIT); at++) number += (*at - '0') * (part /= 10);
        for (letters = 0; at + letters < end && is(at[letters], LETTER) && letters < 3;) letters++;
        for (n = next; n < sizeof units / sizeof *units; n++)
            if (units[n].size == letters && !memcmp(at, units[n].name, letters)) break;
        if (n == sizeof units / sizeof *units || (part < 1 && at + letters < end &&
                                                  is(at[letters], DIGIT)))
            return p;
        total += number * units[n].micros;
        *unit = at, *value = total / units[n].micros;
        at += letters, next = n + 1, count++;
        if (at == end || !is(*at, WORD)) return count > 1 ? at : p;
    }
}

/* Returns the end of the size in bytes [p, end), as in 100B, p if it is none: a hexadecimal number
 * may have leading zeros. */
static const uint8_t *bytes_end(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p;
    if (*p == '0' && end - p > 2) return p;
    while (q < end && is(*q, DIGIT) && q - p < 12) q++;
    return q > p && q + 1 == end && *q == 'B' ? end : p;
}

#endif
