/* See logpaths.h. */

#include "logs/logpaths.h"

#include <string.h>

#include "logs/logchars.h"

/* Tells whether a segment of a path names one thing among many: digits, a UUID, a hash, a token. `stop`
 * is set to its end, before an extension. */
static int is_id(const uint8_t *p, const uint8_t *end, const uint8_t **stop) {
    int digits = 0, hex = 0, others = 0, dashes = 0, changes = 0, was = -1;
    const uint8_t *q = p;
    for (; q < end && *q != '.'; q++) {
        int is;
        if (*q == '-' || *q == '_' || *q == ':') {
            dashes++;
            continue;
        }
        if (*q == '%' || *q >= 0x80) return 0;
        is = cotool_is_digit(*q);
        digits += is;
        if (!is && (*q | 0x20) >= 'a' && (*q | 0x20) <= 'f') hex++;
        else if (!is && cotool_is_letter(*q)) others++;
        else if (!is) return 0;
        changes += was >= 0 && was != is;
        was = is;
    }
    *stop = q;
    if (!digits) return 0;
    if (!hex && !others) return 1;
    if (q < end && memchr(q + 1, '.', (size_t)(end - q - 1))) return 0;
    if (!others) return digits + hex >= 8;
    return digits + hex + others >= 16 && digits >= 3 && changes >= 4 && dashes <= 4;
}

enum { DIGIT = 1, ENDS = 2 };
static const uint8_t path_class[256] = {
    ['0'] = DIGIT, ['1'] = DIGIT, ['2'] = DIGIT, ['3'] = DIGIT, ['4'] = DIGIT, ['5'] = DIGIT,
    ['6'] = DIGIT, ['7'] = DIGIT, ['8'] = DIGIT, ['9'] = DIGIT, ['?'] = ENDS,  ['#'] = ENDS,
    [';'] = ENDS,
};

int cotool_path_is_plain(const uint8_t *p, const uint8_t *end) {
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    if (end - p < 8) {
        while (p < end && *p >> 4 != 3 && *p != '#' && *p != '\\') p++;
        return p == end;
    }
    /* Bytes of 0x30 to 0x3F are digits, what ends a path, a colon, and < = > which are rare. */
    for (;; p = end - p < 16 ? end - 8 : p + 8) {
        uint64_t x, found;
        memcpy(&x, p, 8);
        found = ((x & 0xF0 * ones) ^ 0x30 * ones);
        found = (found - ones) & ~found;
        found |= ((x ^ '#' * ones) - ones) & ~(x ^ '#' * ones);
        found |= ((x ^ '\\' * ones) - ones) & ~(x ^ '\\' * ones);
        if (found & high) return 0;
        if (end - p == 8) return 1;
    }
}

/* Copies [p, end), but not beyond `stop`. */
static uint8_t *copy(uint8_t *to, const uint8_t *stop, const uint8_t *p, const uint8_t *end) {
    size_t size = to < stop ? cotool_least((size_t)(end - p), (size_t)(stop - to)) : 0;
    memcpy(to, p, size);
    return to + size;
}

size_t cotool_mask_path(const uint8_t *text, const uint8_t *end, uint8_t *out, size_t room) {
    const uint8_t *p = text, *q, *rest, *pending;
    uint8_t *to = out, *const stop = out + room - 8;
    int classes = 0;
    if (cotool_path_is_plain(text, end)) return (size_t)(copy(to, stop, text, end) - out);
    for (q = p; q < end && !(path_class[*q] & ENDS); q++) classes |= path_class[*q];
    end = q;
    if (end - p > 8 && (q = memchr(p, ':', 8)) && end - q > 3 && !memcmp(q, "://", 3)) {
        /* https://host/path */
        q = memchr(q + 3, '/', (size_t)(end - q - 3));
        p = q ? q : end;
    }
    pending = p;
    /* Ids have digits. What has none is copied with the rest. */
    while (classes && p < end) {
        const uint8_t *segment = p + (*p == '/');
        int digits = 0;
        for (q = segment; q < end && *q != '/'; q++) digits |= path_class[*q];
        if (digits && is_id(segment, q, &rest)) {
            to = copy(to, stop, pending, segment);
            if (to >= stop) break;
            memcpy(to, "<*>", 3);
            to += 3, pending = rest;
        }
        p = q;
    }
    to = copy(to, stop, pending, end);
    if (to == out && end > text) *to++ = '/';
    return (size_t)(to - out);
}
