/* See logpaths.h. */

#include "logs/logpaths.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "logs/logchars.h"

/* Tells whether a segment is a number, an address or a place: 7, 1.2.3, 10.0.0.1, 12.5,-3.1. */
static int is_number(const uint8_t *p, const uint8_t *end) {
    if (p == end || !cotool_is_digit(end[-1])) return 0;
    while (p < end && (cotool_is_digit(*p) || strchr(".,-_:", *p))) p++;
    return p == end;
}

/* Tells whether a segment is an id as a whole; `stop` is set to its end, before an extension. */
static int is_id(const uint8_t *p, const uint8_t *end, const uint8_t **stop) {
    int digits = 0, hex = 0, others = 0, dashes = 0, changes = 0, was = -1;
    int kinds = 0, kind = 0, last = 0; /* changes of case and digits but Ab; digits at the end */
    const uint8_t *q = p;
    *stop = end;
    if (is_number(p, end)) return 1;
    for (; q < end && *q != '.'; q++) {
        int is;
        if (*q == '-' || *q == '_' || *q == ':') {
            dashes++, last = 0;
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
        last = is ? last + 1 : 0;
        kinds += kind && kind != (is ? 1 : *q & 0x20 ? 2 : 3) && !(kind == 3 && !is);
        kind = is ? 1 : *q & 0x20 ? 2 : 3;
    }
    *stop = q;
    if (!digits) return 0;
    if (!hex && !others) return 1;
    if (q < end && memchr(q + 1, '.', (size_t)(end - q - 1))) return 0;
    if (!others) return digits + hex >= 8;
    if (digits + hex + others >= 16 &&
        ((digits >= 3 && changes >= 4 && dashes <= 4) || kinds * 20 >= 7 * (digits + hex + others)))
        return 1;
    return q - p >= 8 && last >= 5 && (last >= 6 || q[-1 - last] == '-' || q[-1 - last] == '_');
}

/* Tells whether letters and digits are a hash: from eight hexadecimal digits on, or eight of base 32 with a
 * digit before a letter, as esbuild writes them. */
static int is_hash(const uint8_t *p, const uint8_t *end) {
    int digits = 0, hex = 1, base32 = end - p == 8, mixed = 0;
    if (end - p < 8) return 0;
    for (; p < end; p++) {
        const int is = cotool_is_digit(*p);
        mixed |= digits && !is;
        digits += is;
        hex &= is || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'f');
        base32 &= is ? *p >= '2' && *p <= '7' : *p >= 'A' && *p <= 'Z';
    }
    return (hex && digits) || (base32 && mixed);
}

/* Finds the hash in a file name such as app.0010c696.js or chunk-5YJ4XK2L.js.map: between a dot or a dash
 * and extensions. */
static int find_hash(const uint8_t *p, const uint8_t *end, const uint8_t **start,
                     const uint8_t **stop) {
    for (const uint8_t *to = end, *q;; to = q - 1) {
        for (q = to; q > p && (cotool_is_digit(q[-1]) || cotool_is_letter(q[-1]));) q--;
        if (q - p < 2) return 0;
        if (to < end && (q[-1] == '.' || q[-1] == '-') && is_hash(q, to)) {
            *start = q, *stop = to;
            return 1;
        }
        if (q[-1] != '.' || q == to || !cotool_is_letter(*q)) return 0;
    }
}

int cotool_path_id(const uint8_t *p, const uint8_t *end, const uint8_t **start, const uint8_t **stop) {
    *start = p;
    return is_id(p, end, stop) || (end - p > 10 && find_hash(p, end, start, stop));
}

static int ends_path(uint8_t c) { return c == '?' || c == '#' || c == ';'; }

/* Returns the first byte at p or before `end` that may be part of an id, end the path or begin an escape:
 * of 0x30 to 0x3F, which are digits and : ; < = > ?, or a # or \. */
static const uint8_t *seek(const uint8_t *p, const uint8_t *end) {
    for (; end - p >= 8; p += 8) {
        const uint64_t x = cotool_load_eight(p);
        const uint64_t found = cotool_zero_bytes((x & 0xF0 * COTOOL_EIGHT) ^ 0x30 * COTOOL_EIGHT) |
                               cotool_zero_bytes(x ^ '#' * COTOOL_EIGHT) |
                               cotool_zero_bytes(x ^ '\\' * COTOOL_EIGHT);
        if (found) return p + __builtin_ctzll(found) / 8;
    }
    while (p < end && *p >> 4 != 3 && *p != '#' && *p != '\\') p++;
    return p;
}

#if COTOOL_DISPATCH
/* Bits of the kinds of bytes by their lower and upper four bits; both halves have the bit: 1 digits, 2 the
 * slash, 4 the colon, 8 ; and ?, 16 #, 32 the backslash, 64 NUL. */
static const union {
    uint8_t byte[16];
    __m128i vector;
} lower_half = {{65, 1, 1, 17, 1, 1, 1, 1, 1, 1, 4, 8, 32, 0, 0, 10}},
  upper_half = {{64, 0, 18, 13, 0, 32}};
#endif

#define COTOOL_BODY "logs/logpaths.inc"
#include "base/cpu_levels.h"

cotool_short_path_function *cotool_short_path = cotool_short_path_plain;

cotool_known_path_function *cotool_known_path = cotool_known_path_plain;

void cotool_paths_prepare(void) {
    cotool_short_path = COTOOL_CHOOSE(cotool_short_path);
    cotool_known_path = COTOOL_CHOOSE(cotool_known_path);
}

/* Returns the path of a URL with a scheme and a host, else `text`. */
static const uint8_t *after_host(const uint8_t *text, const uint8_t *end) {
    const uint8_t *p = text;
    while (p < end && !ends_path(*p)) p++;
    end = p;
    if (end - text <= 8 || !(p = memchr(text, ':', 8)) || end - p <= 3 || memcmp(p, "://", 3))
        return text;
    p = memchr(p + 3, '/', (size_t)(end - p - 3));
    return p ? p : end;
}

/* Copies [p, end), but not beyond `stop`. */
static uint8_t *copy(uint8_t *to, const uint8_t *stop, const uint8_t *p, const uint8_t *end) {
    size_t size = to < stop ? cotool_least((size_t)(end - p), (size_t)(stop - to)) : 0;
    memcpy(to, p, size);
    return to + size;
}

size_t cotool_mask_path(const uint8_t *text, const uint8_t *end, uint8_t *out, size_t room) {
    const uint8_t *p = text, *q = seek(text, end), *pending = text, *id, *rest;
    uint8_t *to = out, *const stop = out + room - 8;
    if (q < end && q - text < 8) {
        p = pending = after_host(text, end);
        if (p != text) q = seek(p, end);
    }
    for (; q < end; q = seek(q, end)) {
        const uint8_t *segment = q;
        if (ends_path(*q)) {
            end = q;
            break;
        }
        if (!cotool_is_digit(*q)) {
            q++;
            continue;
        }
        while (segment > p && segment[-1] != '/') segment--;
        while (q < end && *q != '/' && !ends_path(*q)) q++;
        p = q;
        if (!cotool_path_id(segment, q, &id, &rest)) continue;
        to = copy(to, stop, pending, id);
        if (to >= stop) break;
        memcpy(to, "<*>", 3);
        to += 3, pending = rest;
    }
    to = copy(to, stop, pending, end);
    if (to == out && end > text) *to++ = '/';
    return (size_t)(to - out);
}
