/* How often symbols occur in two texts, which bounds their edit distance from below. */
#ifndef COTOOL_SYMBOLS_H
#define COTOOL_SYMBOLS_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Symbols are counted in this many buckets, each up to 255. */
#define COTOOL_BUCKETS 32

/* An edit adds at most one to what one text has more than the other, and to what it has less. */
static inline int cotool_least_distance(const uint8_t *a, const uint8_t *b) {
#if defined(__SSE2__)
    const __m128i zero = _mm_setzero_si128();
    __m128i more = zero, less = zero;
    for (int k = 0; k < COTOOL_BUCKETS; k += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(a + k));
        __m128i y = _mm_loadu_si128((const __m128i *)(b + k));
        more = _mm_add_epi64(more, _mm_sad_epu8(_mm_subs_epu8(x, y), zero));
        less = _mm_add_epi64(less, _mm_sad_epu8(_mm_subs_epu8(y, x), zero));
    }
    int m = _mm_cvtsi128_si32(more) + _mm_cvtsi128_si32(_mm_srli_si128(more, 8));
    int l = _mm_cvtsi128_si32(less) + _mm_cvtsi128_si32(_mm_srli_si128(less, 8));
#else
    int m = 0, l = 0;
    for (int k = 0; k < COTOOL_BUCKETS; k++) {
        m += a[k] > b[k] ? a[k] - b[k] : 0;
        l += b[k] > a[k] ? b[k] - a[k] : 0;
    }
#endif
    return m > l ? m : l;
}

#endif
