/* See words.h. */
#include "text/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define trailing_zeros(x) __builtin_ctzll(x)

/* ---- folding ---------------------------------------------------------------------------- */

/* Bits of up to 64 bytes: letters, digits, other word characters, the two kinds of joiners. */
typedef struct {
    uint64_t letter, digit, underscore, apostrophe, point;
} classes;

/* What the bytes of code points beyond ASCII are, a bit for each byte, as is what they join. */
typedef struct {
    uint64_t *word, *letter, *digit;
} wide_classes;

static uint8_t *put_utf8(uint8_t *to, uint32_t point) {
    if (point < 0x80) {
        *to++ = (uint8_t)point;
    } else if (point < 0x800) {
        *to++ = (uint8_t)(0xC0 | point >> 6);
        *to++ = (uint8_t)(0x80 | (point & 63));
    } else if (point < 0x10000) {
        *to++ = (uint8_t)(0xE0 | point >> 12);
        *to++ = (uint8_t)(0x80 | (point >> 6 & 63));
        *to++ = (uint8_t)(0x80 | (point & 63));
    } else {
        *to++ = (uint8_t)(0xF0 | point >> 18);
        *to++ = (uint8_t)(0x80 | (point >> 12 & 63));
        *to++ = (uint8_t)(0x80 | (point >> 6 & 63));
        *to++ = (uint8_t)(0x80 | (point & 63));
    }
    return to;
}

#define POINT_AT(text, i, width)                        \
    ((width) == 1   ? ((const uint8_t *)(text))[i]      \
     : (width) == 2 ? ((const uint16_t *)(text))[i]     \
                    : ((const uint32_t *)(text))[i])

/* Functions with a `width` are inlined once for each, which is then a constant. */
#define FOR_WIDTH static inline __attribute__((always_inline))

/* Code points that are looked at together: nearly all texts are ASCII but for some marks. */
#define SOME 16

/* Whether the code points from `i` on are ASCII; if so, they are written as bytes. */
FOR_WIDTH int are_ascii(const void *text, size_t i, const int width, uint8_t *bytes) {
    uint32_t any = 0;
    for (int k = 0; k < SOME; k++) any |= POINT_AT(text, i + (size_t)k, width);
    if (any >= 0x80) return 0;
    for (int k = 0; k < SOME; k++) bytes[k] = (uint8_t)POINT_AT(text, i + (size_t)k, width);
    return 1;
}

FOR_WIDTH uint32_t flags_of(const void *text, size_t length, const int width,
                            const uint32_t *points) {
    uint32_t all = COTOOL_KNOWN, any = 0;
    for (size_t i = 0; i < length;) {
        size_t stop = i + SOME < length ? i + SOME : length;
        uint8_t bytes[SOME];
        if (stop == i + SOME && are_ascii(text, i, width, bytes)) i = stop;
        for (; i < stop; i++) {
            uint32_t point = POINT_AT(text, i, width), entry = points[point];
            if (point < 0x80) continue;
            all &= entry;
            any |= entry;
        }
    }
    return (all & COTOOL_KNOWN) | (any & COTOOL_COMPOSES);
}

uint32_t cotool_point_flags(const void *text, size_t length, int width, const uint32_t *points) {
    if (width == 1) return flags_of(text, length, 1, points);
    if (width == 2) return flags_of(text, length, 2, points);
    return flags_of(text, length, 4, points);
}

/* Set up to five bits from `first` on, or none. */
static inline void set_bits(uint64_t *bits, size_t first, size_t count, int wanted) {
    uint64_t mask = (((uint64_t)1 << count) - 1) & -(uint64_t)(wanted != 0);
    bits[first >> 6] |= mask << (first & 63);
    bits[(first >> 6) + 1] |= mask >> 1 >> (63 - (first & 63));
}

#define COTOOL_BODY "text/words_fold.inc"
#include "base/cpu_levels.h"

cotool_fold_function *cotool_fold(void) { return COTOOL_CHOOSE(fold); }
cotool_edges_function *cotool_edges(void) { return COTOOL_CHOOSE(edges); }

/* ---- words ------------------------------------------------------------------------------ */

size_t cotool_next_word(const uint64_t *bits, size_t length, size_t *position) {
    size_t words = (length + 63) / 64, start = *position, w = start >> 6;
    if (start >= length) return 0;
    uint64_t window = bits[w] & ~(uint64_t)0 << (start & 63);
    while (window == 0) {
        if (++w == words) return 0;
        window = bits[w];
    }
    start = 64 * w + (size_t)trailing_zeros(window);
    *position = start;
    uint64_t gaps = ~bits[w] & ~(uint64_t)0 << (start & 63);
    while (gaps == 0) {
        if (++w == words) return length;
        gaps = ~bits[w];
    }
    size_t end = 64 * w + (size_t)trailing_zeros(gaps);
    return end < length ? end : length;
}
