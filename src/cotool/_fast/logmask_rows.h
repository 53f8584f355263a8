/* Masking 64 bytes at a time, compiled once for each CPU level that has the instructions.
 *
 * Of each block there are bits for a few classes of bytes. From them follow the bits of the places
 * where mask_rest() would do anything but copy; between those the message is copied.
 */

/* One more than the blocks of a line, so that the block after each can be looked at. */
#define BLOCKS (COTOOL_FORM_LINE / 64 + 2)

typedef struct {
    uint64_t word, digit, letter, hex, upper, blank, tab, control, colon, slash, sign, comma, back;
    uint64_t no_path, no_number; /* no path, no sign of a number, stands right after these */
} COTOOL_NAME(block);

#if COTOOL_SIMD == 512
COTOOL_TARGET static inline void COTOOL_NAME(classify)(const uint8_t *p, uint64_t within,
                                                       COTOOL_NAME(block) *b) {
    const __m512i x = _mm512_loadu_si512(p), low = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
#define EQUAL(c) _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(c))
#define BELOW(x, from, size) \
    _mm512_cmplt_epu8_mask(_mm512_sub_epi8(x, _mm512_set1_epi8(from)), _mm512_set1_epi8(size))
    b->digit = BELOW(x, '0', 10) & within;
    b->letter = (BELOW(low, 'a', 26) | _mm512_movepi8_mask(x)) & within;
    b->hex = (BELOW(low, 'a', 6) & within) | b->digit;
#else
#define ALL(k, condition) \
    ((uint64_t)(uint32_t)_mm256_movemask_epi8(condition) << (32 * (k)))
COTOOL_TARGET static inline uint64_t COTOOL_NAME(equal)(__m256i x, __m256i y, char c) {
    const __m256i wanted = _mm256_set1_epi8(c);
    return ALL(0, _mm256_cmpeq_epi8(x, wanted)) | ALL(1, _mm256_cmpeq_epi8(y, wanted));
}

COTOOL_TARGET static inline uint64_t COTOOL_NAME(below)(__m256i x, __m256i y, char from, char size) {
    const __m256i first = _mm256_set1_epi8(from), most = _mm256_set1_epi8((char)(size - 1));
    x = _mm256_sub_epi8(x, first), y = _mm256_sub_epi8(y, first);
    return ALL(0, _mm256_cmpeq_epi8(_mm256_min_epu8(x, most), x)) |
           ALL(1, _mm256_cmpeq_epi8(_mm256_min_epu8(y, most), y));
}

COTOOL_TARGET static inline void COTOOL_NAME(classify)(const uint8_t *p, uint64_t within,
                                                       COTOOL_NAME(block) *b) {
    const __m256i x = _mm256_loadu_si256((const __m256i *)p);
    const __m256i y = _mm256_loadu_si256((const __m256i *)(p + 32));
    const __m256i case_bit = _mm256_set1_epi8(0x20);
    const __m256i low_x = _mm256_or_si256(x, case_bit), low_y = _mm256_or_si256(y, case_bit);
#define EQUAL(c) COTOOL_NAME(equal)(x, y, c)
#define BELOW(x, from, size) COTOOL_NAME(below)(x, y, from, size)
    b->digit = BELOW(x, '0', 10) & within;
    b->letter = (COTOOL_NAME(below)(low_x, low_y, 'a', 26) | ALL(0, x) | ALL(1, y)) & within;
    b->hex = (COTOOL_NAME(below)(low_x, low_y, 'a', 6) & within) | b->digit;
#endif
    {
        const uint64_t underscore = EQUAL('_') & within, dash = EQUAL('-') & within;
        const uint64_t closes = (EQUAL(')') | EQUAL(']')) & within, zero = EQUAL(0);
        b->tab = EQUAL('\t') & within;
        b->blank = (EQUAL(' ') & within) | b->tab;
        b->upper = BELOW(x, 'A', 26);
        b->control = ((BELOW(x, 0, 32) | EQUAL(127)) & within) & ~b->tab;
        b->colon = EQUAL(':') & within;
        b->slash = EQUAL('/') & within;
        b->comma = EQUAL(',') & within;
        b->back = EQUAL('\\') & within;
        b->sign = dash | (EQUAL('+') & within);
        b->word = b->digit | b->letter | underscore;
        b->no_path = b->word | closes | b->slash | dash | zero | EQUAL('.') | EQUAL('*') | EQUAL('>');
        b->no_number = b->digit | b->letter | closes | dash | zero | EQUAL('}');
    }
#undef EQUAL
#undef BELOW
}

/* Bits n places on: b[1] follows b[0]. */
#define AHEAD(member, n) (b[0].member >> (n) | b[1].member << (64 - (n)))

/* The places of a block that have to be looked at. `carry`: a word goes on from the block before
 * without a digit so far; `last`: the block before. */
COTOOL_TARGET static inline uint64_t COTOOL_NAME(events)(const COTOOL_NAME(block) *b,
                                                         const COTOOL_NAME(block) *last,
                                                         uint64_t *carry) {
    const uint64_t word = b->word, starts = word & ~(word << 1 | last->word >> 63);
    const uint64_t plain = word & ~b->digit;
    const uint64_t blanks = b->blank & ~(b->blank << 1 | last->blank >> 63);
    const uint64_t word1 = AHEAD(word, 1), word2 = AHEAD(word, 2), word3 = AHEAD(word, 3);
    const uint64_t hex1 = AHEAD(hex, 1), hex2 = AHEAD(hex, 2), hex3 = AHEAD(hex, 3);
    const uint64_t colon1 = AHEAD(colon, 1), colon2 = AHEAD(colon, 2);
    uint64_t found, reached, hex4, more;
    /* The first digit of a word: starts, added up through what is no digit, end there or past it. */
    reached = plain + (starts & plain);
    more = reached < plain;
    more |= reached + *carry < reached;
    reached += *carry;
    *carry = more;
    found = (starts | (reached & ~plain)) & b->digit;
    /* Three letters, then a blank or a comma: perhaps a date with the name of a month. */
    found |= starts & b->upper & word1 & word2 & ~word3 & (AHEAD(blank, 3) | AHEAD(comma, 3));
    /* Eight hexadecimal digits; up to four before a colon, two before a dash. */
    hex4 = b->hex & hex1 & hex2 & hex3;
    found |= starts & hex4 & AHEAD(hex, 4) & AHEAD(hex, 5) & AHEAD(hex, 6) & AHEAD(hex, 7);
    found |= starts & b->hex & (colon1 | (hex1 & (colon2 | AHEAD(sign, 2))) |
                                (hex1 & hex2 & (AHEAD(colon, 3) | (hex3 & AHEAD(colon, 4)))));
    /* "c:\", "://" after a word. */
    found |= starts & colon1 & AHEAD(back, 2);
    found |= b->colon & (word << 1 | last->word >> 63) & AHEAD(slash, 1) & AHEAD(slash, 2);
    found |= b->slash & ~(b->no_path << 1 | last->no_path >> 63);
    found |= b->sign & AHEAD(digit, 1) & ~(b->no_number << 1 | last->no_number >> 63);
    /* Blanks that are not written as they are. */
    found |= blanks & AHEAD(blank, 1) & (AHEAD(blank, 2) | b->tab | AHEAD(tab, 1));
    return found | b->control;
}

/* Marks the starts of words past LONGEST_WORD. */
COTOOL_TARGET static inline void COTOOL_NAME(mark_long)(const COTOOL_NAME(block) *block, int blocks,
                                                        uint64_t *found) {
    size_t run = 0;
    for (int n = 0; n < blocks; n++) {
        const uint64_t word = block[n].word;
        const size_t lead = ~word ? (size_t)__builtin_ctzll(~word) : 64;
        if (run && run <= LONGEST_WORD && run + lead > LONGEST_WORD) {
            const size_t start = 64 * (size_t)n - run;
            found[start / 64] |= (uint64_t)1 << start % 64;
        }
        run = lead == 64 ? run + 64 : (size_t)__builtin_clzll(~word);
    }
}

/* The end of the word at p, `at` bytes into the message; `any` gets the classes that occur in it. */
COTOOL_TARGET static inline const uint8_t *COTOOL_NAME(look)(const COTOOL_NAME(block) *block,
                                                             size_t at, const uint8_t *p,
                                                             const uint8_t *end, int *any) {
    const COTOOL_NAME(block) *b = block + at / 64;
    const unsigned shift = at % 64;
#define BITS(member) (b[0].member >> shift | b[1].member << 1 << (63 - shift))
    const uint64_t word = BITS(word);
    uint64_t digit, hex, upper, within, letter;
    unsigned size;
    if (!~word) return scan_word(p, end, any);
    size = (unsigned)__builtin_ctzll(~word);
    within = ((uint64_t)1 << size) - 1;
    digit = BITS(digit) & within;
    if (digit == within) {
        *any = DIGIT;
        return p + size;
    }
    hex = BITS(hex) & within, upper = BITS(upper) & within;
    letter = hex & ~digit;
    *any = (digit ? DIGIT : 0) | (within & ~hex ? OTHER : 0) | (letter & upper ? HEX_UPPER : 0) |
           (letter & ~upper ? HEX_LOWER : 0);
#undef BITS
    return p + size;
}

/* Copies by 64 bytes: both sides have room behind them. */
COTOOL_TARGET static inline void COTOOL_NAME(copy)(uint8_t *to, const uint8_t *from, size_t size) {
    size_t n = 0;
    do memcpy(to + n, from + n, 64);
    while ((n += 64) < size);
}

COTOOL_TARGET static void COTOOL_NAME(mask)(masking *m) {
    COTOOL_NAME(block) block[BLOCKS + 1];
    uint64_t found[BLOCKS];
    writer *w = &m->w;
    const uint8_t *start = m->start, *end = w->end, *p = start, *q;
    const int blocks = (int)((end - start + 63) / 64);
    uint64_t carry = 0;
    int n = 0;
    memset(&block[0], 0, sizeof block[0]);
    for (n = 0; n < blocks; n++) {
        const ptrdiff_t left = end - start - 64 * n;
        COTOOL_NAME(classify)(start + 64 * n, left < 64 ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0,
                              &block[n + 1]);
    }
    memset(&block[blocks + 1], 0, sizeof block[0]);
    for (n = 0; n < blocks; n++)
        found[n] = COTOOL_NAME(events)(&block[n + 1], &block[n], &carry);
    if (end - start > LONGEST_WORD) COTOOL_NAME(mark_long)(block + 1, blocks, found);
    while (p < end) {
        const size_t at = (size_t)(p - start);
        uint64_t rest;
        size_t size;
        n = (int)(at / 64);
        rest = found[n] & ~(uint64_t)0 << at % 64;
        while (!rest && ++n < blocks) rest = found[n];
        q = rest ? start + 64 * n + __builtin_ctzll(rest) : end;
        size = (size_t)(q - p);
        if (w->to + size >= w->stop) {
            mask_rest(m, p);
            return;
        }
        COTOOL_NAME(copy)(w->to, p, size);
        w->to += size;
        if (!m->timed && m->words < HEADER_WORDS)
            for (; p < q; p++) m->words += is(*p, BLANK) && !is(p[1], BLANK);
        if (q == end) break;
        if (is(*q, WORD)) {
            const uint8_t *stop;
            int any;
            /* The word began before its first digit. */
            while (q > start && is(q[-1], WORD)) q--, w->to--;
            stop = COTOOL_NAME(look)(block + 1, (size_t)(q - start), q, end, &any);
            p = put_word(w, q, stop, any, !m->timed && m->words < HEADER_WORDS);
        } else if (is(*q, BLANK)) {
            p = put_blanks(w, q);
            m->words++;
        } else if (*q == ':' && size && end - q > 3) {
            *w->to++ = ':', *w->to++ = '/', *w->to++ = '/';
            p = url_end(q + 3, end);
            put_parameter(w, q + 3, p, COTOOL_PARAMETER, 0, 0);
        } else if (*q == '/') {
            p = path_end(q, end);
            if (p > q) put_parameter(w, q, p, COTOOL_PARAMETER, 0, 0);
            else *w->to++ = '/', p++;
        } else if (*q == '-' || *q == '+') {
            p = put_signed(w, q);
        } else {
            *w->to++ = is(*q, CONTROL) ? 0x1A : *q;
            p = q + 1;
        }
    }
    w->masked->size = (uint32_t)(w->to - w->masked->text);
}

#undef AHEAD
#undef BLOCKS
#undef ALL
