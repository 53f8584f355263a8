/* The shapes of heads that were read before: a line of the same shape is not read again. Part of
 * logmask.c.
 */
#ifndef COTOOL_LOGSHAPES_H
#define COTOOL_LOGSHAPES_H

#include "logs/logbytes.h"

/* Replaces every digit among eight bytes by 0. */
COTOOL_INLINE uint64_t without_digits(uint64_t x) {
    const uint64_t ones = 0x0101010101010101u;
    uint64_t y = x ^ ones * '0';
    uint64_t other = (((y & ones * 0x7F) + ones * 0x76) | y) & ones * 0x80;
    other = (other >> 7) * 0xFF;
    return (x & other) | (ones * '0' & ~other);
}

/* Returns whether a digit follows a letter. */
static int has_numbered_word(const uint8_t *p, const uint8_t *end) {
    for (; p + 1 < end; p++)
        if (is(*p, LETTER) && is(p[1], DIGIT)) return 1;
    return 0;
}

typedef struct {
    int timed, level, syslog, pri, names, after_number;
} head_state;

/* Returns whether the head at `line` has a shape: equal except for the values of digits. */
static int has_shape(const uint8_t *line, const uint8_t *end, const struct cotool_shape *shape) {
    if (!shape->size || (size_t)(end - line) < shape->size) return 0;
    if (shape->one && line[shape->one - 1] != '1') return 0;
    for (unsigned n = 0; n < shape->size; n += 8) {
        uint64_t x;
        memcpy(&x, line + n, 8);
        if ((without_digits(x) ^ shape->bytes[n / 8]) & shape->care[n / 8]) return 0;
    }
    return 1;
}

static const struct cotool_shape *known_shape(const uint8_t *line, const uint8_t *end,
                                              cotool_head_shapes *memo) {
    if (has_shape(line, end, &memo->shape[memo->last])) return &memo->shape[memo->last];
    for (unsigned n = 0; n < COTOOL_SHAPES; n++)
        if (n != memo->last && has_shape(line, end, &memo->shape[n])) {
            memo->last = n;
            return &memo->shape[n];
        }
    return NULL;
}

/* Keeps the shape of the head that ends at `done`. `seen` is the last byte that was read to find
 * that end. `epoch` is a number that is a time because it begins with 1, or NULL. */
static void learn_shape(const uint8_t *line, const uint8_t *end, const uint8_t *done,
                        const uint8_t *seen, const uint8_t *epoch, const head_state *state, const uint8_t *signature,
                        int size, cotool_head_shapes *memo) {
    const unsigned whole = (unsigned)(seen - line) + 1;
    struct cotool_shape *shape = &memo->shape[memo->oldest];
    if (done == line || seen >= end || whole > sizeof shape->bytes) return;
    memo->last = memo->oldest;
    memo->oldest = (memo->oldest + 1) % COTOOL_SHAPES;
    shape->size = whole, shape->head = (unsigned)(done - line);
    shape->one = epoch ? (unsigned)(epoch - line) + 1 : 0;
    for (unsigned n = 0; n < whole; n += 8) {
        uint64_t x;
        unsigned left = whole - n;
        memcpy(&x, line + n, 8);
        shape->bytes[n / 8] = without_digits(x);
        shape->care[n / 8] = left >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * left)) - 1;
    }
    memcpy(shape->state, state, sizeof *state);
    memcpy(shape->signature, signature, (size_t)size);
    shape->signature_size = size;
}

#endif
