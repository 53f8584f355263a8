/* Classes of single bytes, and short reads of them. */
#ifndef COTOOL_LOGCHARS_H
#define COTOOL_LOGCHARS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu.h"

COTOOL_INLINE int cotool_is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }
COTOOL_INLINE int cotool_is_blank(uint8_t c) { return c == ' ' || c == '\t'; }
COTOOL_INLINE int cotool_is_letter(uint8_t c) { return (uint8_t)((c | 0x20) - 'a') < 26; }
COTOOL_INLINE int cotool_is_word(uint8_t c) { return cotool_is_digit(c) || cotool_is_letter(c); }

/* A letter of a name, in ASCII or not. */
COTOOL_INLINE int cotool_is_name(uint8_t c) { return cotool_is_letter(c) || c >= 0x80; }

COTOOL_INLINE int cotool_two(const uint8_t *p) { return p[0] * 10 + p[1] - 11 * '0'; }

COTOOL_INLINE size_t cotool_least(uint64_t a, uint64_t b) { return (size_t)(a < b ? a : b); }

/* The first eight bytes of a text as a number; shorter ones are padded with 0. */
COTOOL_INLINE uint64_t cotool_first_eight(const uint8_t *p, size_t size) {
    uint64_t head = 0;
    memcpy(&head, p, size < 8 ? size : 8);
    return head;
}

/* The eight bytes at p, of which the first one is the lowest. */
COTOOL_INLINE uint64_t cotool_load_eight(const uint8_t *p) {
    uint64_t x;
    memcpy(&x, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

#define COTOOL_EIGHT 0x0101010101010101u

/* The highest bits of the bytes of x that are 0. Bits above the lowest one of them may be wrong. */
COTOOL_INLINE uint64_t cotool_zero_bytes(uint64_t x) {
    return (x - COTOOL_EIGHT) & ~x & 0x80 * COTOOL_EIGHT;
}

/* ---- classes of bytes that surround a level ------------------------------------------------ */

extern uint8_t cotool_byte_class[256]; /* a bit of lead and trail; 31: part of a word */

/* LABEL: of lead only, a blank behind a colon or a bracket, as after "worker: ". */
enum { COTOOL_CLASS_SPACE = 0, COTOOL_CLASS_LABEL = 29, COTOOL_CLASS_OTHER = 30, COTOOL_CLASS_WORD = 31 };

void cotool_prepare_classes(void); /* must be called first */

#endif
