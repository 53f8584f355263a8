/* Newlines and literals of a block, compiled once for each CPU level.
 *
 * Literals are found as in Teddy (Hyperscan; G. Langdale): each of the first three bytes of a
 * window is looked up in a table whose bits stand for groups of literals; where one bit survives all
 * three, the literals of its group are compared. Bytes of either case set the same bit, so folding
 * costs nothing. With AVX-512 VBMI a table holds a bit for each of the 128 bytes of ASCII, else it
 * is looked up by both nibbles.
 */

#ifndef COTOOL_SIMD
/* Bits of spaces and tabs among the 64 bytes at p. */
COTOOL_TARGET static inline uint64_t COTOOL_NAME(blanks)(const uint8_t *p) {
    uint64_t mask = 0;
    for (int k = 0; k < 64; k++) mask |= (uint64_t)(p[k] == ' ' || p[k] == '\t') << k;
    return mask;
}

/* Bits of what may begin a token that holds blanks: [ and ". */
COTOOL_TARGET static inline uint64_t COTOOL_NAME(openings)(const uint8_t *p) {
    uint64_t mask = 0;
    for (int k = 0; k < 64; k++) mask |= (uint64_t)(p[k] == '[' || p[k] == '"') << k;
    return mask;
}

/* Bits of decimal digits among the 64 bytes at p. */
COTOOL_TARGET static inline uint64_t COTOOL_NAME(digits)(const uint8_t *p) {
    uint64_t mask = 0;
    for (int k = 0; k < 64; k++) mask |= (uint64_t)cotool_is_digit(p[k]) << k;
    return mask;
}

/* Bits of what belongs to words among the 64 bytes at p: letters, digits, underscores. */
COTOOL_TARGET static inline uint64_t COTOOL_NAME(words)(const uint8_t *p) {
    uint64_t mask = 0;
    for (int k = 0; k < 64; k++) mask |= (uint64_t)(cotool_is_word(p[k]) || p[k] == '_') << k;
    return mask;
}
#elif COTOOL_SIMD == 512
COTOOL_TARGET static inline uint64_t COTOOL_NAME(blanks)(const uint8_t *p) {
    __m512i x = _mm512_loadu_si512(p);
    return _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(' ')) |
           _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\t'));
}

COTOOL_TARGET static inline uint64_t COTOOL_NAME(openings)(const uint8_t *p) {
    __m512i x = _mm512_loadu_si512(p);
    return _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('[')) |
           _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('"'));
}

COTOOL_TARGET static inline uint64_t COTOOL_NAME(digits)(const uint8_t *p) {
    __m512i x = _mm512_sub_epi8(_mm512_loadu_si512(p), _mm512_set1_epi8('0'));
    return _mm512_cmplt_epu8_mask(x, _mm512_set1_epi8(10));
}

COTOOL_TARGET static inline uint64_t COTOOL_NAME(words)(const uint8_t *p) {
    __m512i x = _mm512_loadu_si512(p);
    __m512i letter = _mm512_sub_epi8(_mm512_or_si512(x, _mm512_set1_epi8(0x20)),
                                     _mm512_set1_epi8('a'));
    return _mm512_cmplt_epu8_mask(letter, _mm512_set1_epi8(26)) |
           _mm512_cmplt_epu8_mask(_mm512_sub_epi8(x, _mm512_set1_epi8('0')),
                                  _mm512_set1_epi8(10)) |
           _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('_'));
}
#else
COTOOL_TARGET static inline uint64_t COTOOL_NAME(blanks)(const uint8_t *p) {
    uint64_t mask = 0;
    for (int k = 0; k < 64; k += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(p + k));
        __m256i blank = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8(' ')),
                                        _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\t')));
        mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(blank) << k;
    }
    return mask;
}

COTOOL_TARGET static inline uint64_t COTOOL_NAME(openings)(const uint8_t *p) {
    uint64_t mask = 0;
    for (int k = 0; k < 64; k += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(p + k));
        __m256i opening = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('[')),
                                          _mm256_cmpeq_epi8(x, _mm256_set1_epi8('"')));
        mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(opening) << k;
    }
    return mask;
}

COTOOL_TARGET static inline uint64_t COTOOL_NAME(digits)(const uint8_t *p) {
    uint64_t mask = 0;
    for (int k = 0; k < 64; k += 32) {
        __m256i x = _mm256_sub_epi8(_mm256_loadu_si256((const __m256i *)(p + k)),
                                    _mm256_set1_epi8('0'));
        __m256i digit = _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8(9)), x);
        mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(digit) << k;
    }
    return mask;
}

COTOOL_TARGET static inline uint64_t COTOOL_NAME(words)(const uint8_t *p) {
    uint64_t mask = 0;
    for (int k = 0; k < 64; k += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(p + k));
        __m256i letter = _mm256_sub_epi8(_mm256_or_si256(x, _mm256_set1_epi8(0x20)),
                                         _mm256_set1_epi8('a'));
        __m256i digit = _mm256_sub_epi8(x, _mm256_set1_epi8('0'));
        letter = _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(25)), letter);
        digit = _mm256_cmpeq_epi8(_mm256_min_epu8(digit, _mm256_set1_epi8(9)), digit);
        letter = _mm256_or_si256(_mm256_or_si256(letter, digit),
                                 _mm256_cmpeq_epi8(x, _mm256_set1_epi8('_')));
        mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(letter) << k;
    }
    return mask;
}
#endif

/* Appends the literals of `buckets` that stand at p as hits. */
COTOOL_TARGET static inline size_t COTOOL_NAME(confirm)(const cotool_config *config,
                                                        const uint8_t *p, const uint8_t *end,
                                                        uint64_t at, unsigned buckets,
                                                        uint64_t *hit, size_t hits) {
    size_t left = (size_t)(end - p);
    while (buckets) {
        int b = __builtin_ctz(buckets);
        buckets &= buckets - 1;
        for (int k = config->bucket_start[b]; k < config->bucket_start[b + 1]; k++) {
            const cotool_literal *l = &config->literal[k];
            if (l->size > left) continue;
            if (l->size <= 8) {
                uint64_t x;
                memcpy(&x, p, 8);
                if (((x | l->fold_bits) ^ l->head) & l->mask) continue;
            } else if (!cotool_literal_at(l, p)) {
                continue;
            }
            hit[hits++] = at << 16 | (uint64_t)k;
        }
    }
    return hits;
}

/* Finds newlines and literals that begin in data[0, size), where data goes on to `available`;
 * COTOOL_PADDING further bytes are readable. Positions count from data. Stops early, at a multiple of 64,
 * where the arrays are full; returns how far it came. */
COTOOL_TARGET static size_t COTOOL_NAME(index)(const cotool_config *config, const uint8_t *data,
                                               size_t size, size_t available, uint32_t *newline,
                                               size_t *newlines, uint64_t *hit, size_t *hits) {
    const uint8_t *end = data + available;
    size_t n = 0, h = 0, at = 0;
#if COTOOL_SIMD == 512
    /* A table of 128 bytes in two registers; what is not ASCII finds some group, and is compared. */
    const __m512i first0 = _mm512_loadu_si512(config->group[0]);
    const __m512i first1 = _mm512_loadu_si512(config->group[0] + 64);
    const __m512i second0 = _mm512_loadu_si512(config->group[1]);
    const __m512i second1 = _mm512_loadu_si512(config->group[1] + 64);
    const __m512i third0 = _mm512_loadu_si512(config->group[2]);
    const __m512i third1 = _mm512_loadu_si512(config->group[2] + 64);
#elif COTOOL_SIMD == 256
#define COTOOL_TABLE(x) _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(x)))
    const __m256i low0 = COTOOL_TABLE(config->low[0]), high0 = COTOOL_TABLE(config->high[0]);
    const __m256i low1 = COTOOL_TABLE(config->low[1]), high1 = COTOOL_TABLE(config->high[1]);
    const __m256i low2 = COTOOL_TABLE(config->low[2]), high2 = COTOOL_TABLE(config->high[2]);
#undef COTOOL_TABLE
#endif
    for (; at < size && n + 64 <= COTOOL_NEWLINES && h <= COTOOL_HITS; at += 64) {
        const uint8_t *p = data + at;
        uint64_t ends = 0, found = 0, valid;
        uint8_t group[64];
#ifndef COTOOL_SIMD
        for (int k = 0; k < 64; k++) {
            unsigned g = config->low[0][p[k] & 15] & config->high[0][p[k] >> 4];
            ends |= (uint64_t)(p[k] == '\n') << k;
            if (g) g &= config->low[1][p[k + 1] & 15] & config->high[1][p[k + 1] >> 4];
            if (g) g &= config->low[2][p[k + 2] & 15] & config->high[2][p[k + 2] >> 4];
            group[k] = (uint8_t)g;
            found |= (uint64_t)(g != 0) << k;
        }
#elif COTOOL_SIMD == 512
        const __m512i x = _mm512_loadu_si512(p);
        __m512i g = _mm512_permutex2var_epi8(first0, x, first1);
        g = _mm512_and_si512(g, _mm512_permutex2var_epi8(second0, _mm512_loadu_si512(p + 1), second1));
        g = _mm512_and_si512(g, _mm512_permutex2var_epi8(third0, _mm512_loadu_si512(p + 2), third1));
        ends = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\n'));
        found = _mm512_test_epi8_mask(g, g);
        if (found) _mm512_storeu_si512(group, g);
#else
        const __m256i nibble = _mm256_set1_epi8(15);
        for (int k = 0; k < 64; k += 32) {
#define COTOOL_LOAD(offset) _mm256_loadu_si256((const __m256i *)(p + k + offset))
#define COTOOL_LOOK(offset, low, high)                                                            \
    _mm256_and_si256(                                                                             \
        _mm256_shuffle_epi8(low, _mm256_and_si256(COTOOL_LOAD(offset), nibble)),                  \
        _mm256_shuffle_epi8(high,                                                                 \
                            _mm256_and_si256(_mm256_srli_epi16(COTOOL_LOAD(offset), 4), nibble)))
            __m256i g = _mm256_and_si256(
                _mm256_and_si256(COTOOL_LOOK(0, low0, high0), COTOOL_LOOK(1, low1, high1)),
                COTOOL_LOOK(2, low2, high2));
            ends |= (uint64_t)(uint32_t)_mm256_movemask_epi8(
                        _mm256_cmpeq_epi8(COTOOL_LOAD(0), _mm256_set1_epi8('\n')))
                    << k;
            found |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(
                         _mm256_cmpeq_epi8(g, _mm256_setzero_si256()))
                     << k;
            _mm256_storeu_si256((__m256i *)(group + k), g);
#undef COTOOL_LOAD
#undef COTOOL_LOOK
        }
#endif
        valid = size - at >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (size - at)) - 1;
        ends &= valid;
        found &= valid;
        /* Mostly none or one: no branch tells which. */
        newline[n] = (uint32_t)(at + (size_t)__builtin_ctzll(ends | (uint64_t)1 << 63));
        n += ends != 0;
        ends &= ends - 1;
        while (ends) {
            newline[n++] = (uint32_t)(at + (size_t)__builtin_ctzll(ends));
            ends &= ends - 1;
        }
        while (found) {
            int k = __builtin_ctzll(found);
            found &= found - 1;
            h = COTOOL_NAME(confirm)(config, p + k, end, at + (size_t)k, group[k], hit, h);
        }
    }
    *newlines = n;
    *hits = h;
    return at < size ? at : size;
}
