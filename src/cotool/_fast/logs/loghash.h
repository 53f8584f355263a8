/* A hash of bytes for tables of forms. */
#ifndef COTOOL_LOGHASH_H
#define COTOOL_LOGHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu.h"

COTOOL_INLINE uint64_t fold_product(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A multiplicative hash of sixteen bytes per step (after W. Yi, wyhash). The same on every machine
 * that is little-endian: parts that are added up must agree. */
COTOOL_INLINE uint64_t cotool_hash(const uint8_t *p, size_t size, uint64_t seed) {
    uint64_t h = seed ^ 0x9E3779B97F4A7C15u ^ (size * 0xA0761D6478BD642Fu), x, y;
    for (; size >= 16; p += 16, size -= 16) {
        memcpy(&x, p, 8);
        memcpy(&y, p + 8, 8);
        h = fold_product(h ^ x, y ^ 0xE7037ED1A0B428DBu);
    }
    x = y = 0;
    if (size > 8) {
        memcpy(&x, p, 8);
        memcpy(&y, p + size - 8, 8);
    } else if (size >= 4) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + size - 4, 4);
        x = low, y = high;
    } else if (size) {
        x = (uint64_t)p[0] << 16 | (uint64_t)p[size >> 1] << 8 | p[size - 1];
    }
    h = fold_product(h ^ x, y ^ 0x8EBC6AF09C88C6E3u);
    return fold_product(h ^ 0x589965CC75374CC3u, 0x1D8E4E27C47D124Fu);
}

#endif
