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

#endif
