/* Included by myers.c once for each CPU level.
 *
 * V holds the lanes that a sweep works on. With AVX2 they are the four of a register, and the eight
 * patterns take two sweeps, so that the state of a group of blocks stays in registers: n = 200, one
 * thread, 60 characters 0.90 ms, with all eight lanes at once 1.49; 600 characters 77 and 115 ms. With
 * SSE2 it does not pay: 600 characters 126, 132, 155 ms in one, two, four parts.
 */

typedef uint64_t COTOOL_NAME(vector) __attribute__((vector_size(64 / COTOOL_SPLIT)));
#define V COTOOL_NAME(vector)
#define SPLIT COTOOL_SPLIT

/* One block of 64 rows over one symbol. vp, vn: vertical differences +1 and -1; p, n: horizontal
 * ones, entering above as 0 or 1 and leaving below likewise. */
COTOOL_TARGET COTOOL_INLINE void COTOOL_NAME(step)(const V *match, V *vp, V *vn, V *p, V *n) {
    V x = *match | *n;
    V d = (((x & *vp) + *vp) ^ *vp) | x | *vn;
    V hp = *vn | ~(d | *vp), hn = d & *vp;
    V hp_in = hp << 1 | *p, hn_in = hn << 1 | *n;
    *p = hp >> 63;
    *n = hn >> 63;
    *vp = hn_in | ~(d | hp_in);
    *vn = hp_in & d;
}

/* Sweep `blocks` blocks over one text; the constants are folded by inlining. `edges` holds the
 * horizontal differences at the upper edge, two of eight lanes for each 64 symbols, and receives
 * those at the lower edge. All pointers are at the part of the lanes that is worked on. */
COTOOL_TARGET COTOOL_INLINE void COTOOL_NAME(sweep)(const int blocks, const int above,
                                                    const int below, const V *matches,
                                                    const int32_t *rows, cotool_sequence text,
                                                    V *edges, V *vp, V *vn) {
    V zero = {0}, one = zero + 1;
    V p_state[GROUP], n_state[GROUP];
    for (int b = 0; b < blocks; b++) p_state[b] = ~zero, n_state[b] = zero;
    for (ptrdiff_t start = 0; start < text.length; start += 64, edges += 2 * SPLIT) {
        ptrdiff_t stop = text.length - start < 64 ? text.length - start : 64;
        const int32_t *symbols = text.symbols + start;
        V in_p = one, in_n = zero, out_p = zero, out_n = zero;
        if (above) in_p = edges[0], in_n = edges[SPLIT];
        for (ptrdiff_t t = 0; t < stop; t++) {
            const V *match = matches + (ptrdiff_t)rows[symbols[t]] * blocks * SPLIT;
            V p = in_p, n = in_n;
            if (above) {
                p &= one, n &= one;
                in_p >>= 1, in_n >>= 1;
            }
            for (int b = 0; b < blocks; b++)
                COTOOL_NAME(step)(&match[b * SPLIT], &p_state[b], &n_state[b], &p, &n);
            if (below) {
                out_p = out_p >> 1 | p << 63;
                out_n = out_n >> 1 | n << 63;
            }
        }
        if (below) {
            edges[0] = out_p >> (64 - stop);
            edges[SPLIT] = out_n >> (64 - stop);
        }
    }
    for (int b = 0; b < blocks; b++) vp[b * SPLIT] = p_state[b], vn[b * SPLIT] = n_state[b];
}

/* Short patterns: `width` texts at once, because one alone waits for its own last step. */
COTOOL_TARGET COTOOL_INLINE void COTOOL_NAME(sweep_short)(const int blocks, const int width,
                                                          const V *matches, const int32_t *rows,
                                                          const cotool_sequence *texts, V *vp,
                                                          V *vn) {
    V zero = {0}, one = zero + 1;
    V p_state[GROUP], n_state[GROUP];
    ptrdiff_t common = texts[0].length;
    for (int w = 1; w < width; w++)
        if (texts[w].length < common) common = texts[w].length;
    for (int s = 0; s < blocks * width; s++) p_state[s] = ~zero, n_state[s] = zero;
    for (ptrdiff_t t = 0; t < common; t++) {
        for (int w = 0; w < width; w++) {
            const V *match = matches + (ptrdiff_t)rows[texts[w].symbols[t]] * blocks * SPLIT;
            V p = one, n = zero;
            for (int b = 0; b < blocks; b++)
                COTOOL_NAME(step)(&match[b * SPLIT], &p_state[w * blocks + b],
                                  &n_state[w * blocks + b], &p, &n);
        }
    }
    for (int w = 0; w < width; w++) {
        for (ptrdiff_t t = common; t < texts[w].length; t++) {
            const V *match = matches + (ptrdiff_t)rows[texts[w].symbols[t]] * blocks * SPLIT;
            V p = one, n = zero;
            for (int b = 0; b < blocks; b++)
                COTOOL_NAME(step)(&match[b * SPLIT], &p_state[w * blocks + b],
                                  &n_state[w * blocks + b], &p, &n);
        }
    }
    for (int s = 0; s < blocks * width; s++) vp[s * SPLIT] = p_state[s], vn[s * SPLIT] = n_state[s];
}

/* Match masks of rows first ... first + 64 * blocks - 1 of the patterns of one vector. */
COTOOL_TARGET static void COTOOL_NAME(match_masks)(const cotool_sequence *patterns, int count,
                                                   ptrdiff_t first, int blocks,
                                                   cotool_myers_scratch *scratch) {
    uint64_t *masks = scratch->matches;
    size_t row_words = (size_t)blocks * COTOOL_LANES;
    int32_t used = 0;
    memset(masks, 0, row_words * sizeof *masks);
    for (int p = 0; p < count; p++) {
        ptrdiff_t rest = patterns[p].length - first;
        ptrdiff_t rows = rest < 64 * blocks ? rest : 64 * blocks;
        for (ptrdiff_t i = 0; i < rows; i++) {
            int32_t *row = &scratch->rows[patterns[p].symbols[first + i]];
            if (*row == 0) {
                *row = ++used;
                memset(masks + (size_t)used * row_words, 0, row_words * sizeof *masks);
            }
            masks[(size_t)*row * row_words + (size_t)(i / 64) * COTOOL_LANES + (size_t)p] |=
                (uint64_t)1 << (i & 63);
        }
    }
}

static void COTOOL_NAME(forget_rows)(const cotool_sequence *patterns, int count, ptrdiff_t first,
                                     int blocks, cotool_myers_scratch *scratch) {
    for (int p = 0; p < count; p++)
        for (ptrdiff_t i = first; i < first + 64 * blocks && i < patterns[p].length; i++)
            scratch->rows[patterns[p].symbols[i]] = 0;
}

/* Add the vertical differences of the patterns' own rows among those swept. */
COTOOL_TARGET static void COTOOL_NAME(read_off)(const cotool_sequence *patterns, int count,
                                                ptrdiff_t first, int blocks, const V *vp,
                                                const V *vn, int64_t *distances) {
    uint64_t up[GROUP * COTOOL_LANES], down[GROUP * COTOOL_LANES];
    memcpy(up, vp, (size_t)blocks * SPLIT * sizeof(V));
    memcpy(down, vn, (size_t)blocks * SPLIT * sizeof(V));
    for (int b = 0; b < blocks; b++) {
        for (int p = 0; p < count; p++) {
            ptrdiff_t rows = patterns[p].length - first - 64 * b;
            if (rows <= 0) continue;
            uint64_t mask = rows < 64 ? ~(~(uint64_t)0 << rows) : ~(uint64_t)0;
            distances[p] += __builtin_popcountll(up[b * COTOOL_LANES + p] & mask) -
                            __builtin_popcountll(down[b * COTOOL_LANES + p] & mask);
        }
    }
}

COTOOL_TARGET static void COTOOL_NAME(short_patterns)(const cotool_sequence *patterns, int count,
                                                      int blocks, const cotool_sequence *texts,
                                                      ptrdiff_t text_count,
                                                      cotool_myers_scratch *scratch) {
    const V *matches = scratch->matches;
    const int32_t *rows = scratch->rows;
    V vp[GROUP * SPLIT], vn[GROUP * SPLIT];
    int width = blocks == 1 ? 4 : 2;
    for (ptrdiff_t t = 0; t < text_count; t += width) {
        cotool_sequence some[4];
        for (int w = 0; w < width; w++) /* the last text fills up the rest */
            some[w] = texts[t + w < text_count ? t + w : text_count - 1];
        for (int part = 0; part < SPLIT; part++) {
            if (blocks == 1)
                COTOOL_NAME(sweep_short)(1, 4, matches + part, rows, some, vp + part, vn + part);
            else
                COTOOL_NAME(sweep_short)(2, 2, matches + part, rows, some, vp + part, vn + part);
        }
        for (int w = 0; w < width && t + w < text_count; w++)
            COTOOL_NAME(read_off)(patterns, count, 0, blocks, vp + w * blocks * SPLIT,
                                  vn + w * blocks * SPLIT, scratch->distances + (t + w) * COTOOL_PATTERNS);
    }
}

/* A sweep with constants for the numbers of blocks and edges that occur. */
COTOOL_TARGET static void COTOOL_NAME(sweep_any)(int blocks, int above, int below, const V *m,
                                                 const int32_t *r, cotool_sequence text, V *edges,
                                                 V *vp, V *vn) {
    if (blocks == 4 && above && below) COTOOL_NAME(sweep)(4, 1, 1, m, r, text, edges, vp, vn);
    else if (blocks == 4 && below) COTOOL_NAME(sweep)(4, 0, 1, m, r, text, edges, vp, vn);
    else if (blocks == 4 && above) COTOOL_NAME(sweep)(4, 1, 0, m, r, text, edges, vp, vn);
    else if (blocks == 4) COTOOL_NAME(sweep)(4, 0, 0, m, r, text, edges, vp, vn);
    else if (blocks == 3 && above) COTOOL_NAME(sweep)(3, 1, 0, m, r, text, edges, vp, vn);
    else if (blocks == 3) COTOOL_NAME(sweep)(3, 0, 0, m, r, text, edges, vp, vn);
    else if (blocks == 2) COTOOL_NAME(sweep)(2, 1, 0, m, r, text, edges, vp, vn);
    else COTOOL_NAME(sweep)(1, 1, 0, m, r, text, edges, vp, vn);
}

COTOOL_TARGET static void COTOOL_NAME(long_patterns)(const cotool_sequence *patterns, int count,
                                                     ptrdiff_t first, int blocks, int below,
                                                     const cotool_sequence *texts,
                                                     ptrdiff_t text_count,
                                                     cotool_myers_scratch *scratch) {
    const int32_t *r = scratch->rows;
    V *edges = scratch->edges;
    V vp[GROUP * SPLIT], vn[GROUP * SPLIT];
    int above = first > 0;
    for (ptrdiff_t t = 0; t < text_count; t++) {
        cotool_sequence text = texts[t];
        for (int part = 0; part < SPLIT; part++)
            COTOOL_NAME(sweep_any)(blocks, above, below, (const V *)scratch->matches + part, r,
                                   text, edges + part, vp + part, vn + part);
        COTOOL_NAME(read_off)(patterns, count, first, blocks, vp, vn,
                              scratch->distances + t * COTOOL_PATTERNS);
        edges += (text.length + 63) / 64 * 2 * SPLIT;
    }
}

COTOOL_TARGET static int COTOOL_NAME(distances)(const cotool_sequence *patterns, int count,
                                                const cotool_sequence *texts,
                                                ptrdiff_t text_count,
                                                cotool_myers_scratch *scratch) {
    ptrdiff_t longest = 0, edge_words = 0;
    for (ptrdiff_t t = 0; t < text_count; t++) {
        for (int p = 0; p < count; p++)
            scratch->distances[t * COTOOL_PATTERNS + p] = texts[t].length;
        edge_words += (texts[t].length + 63) / 64 * 2 * COTOOL_LANES;
    }
    for (int p = 0; p < count; p++)
        if (patterns[p].length > longest) longest = patterns[p].length;
    if (longest > 64 * GROUP && edge_words > scratch->edge_words) {
        free(scratch->edges);
        scratch->edge_words = 0;
        scratch->edges = aligned_alloc(64, (size_t)edge_words * sizeof(uint64_t));
        if (!scratch->edges) return -1;
        scratch->edge_words = edge_words;
    }
    for (ptrdiff_t first = 0; first < longest; first += 64 * GROUP) {
        ptrdiff_t rest = (longest - first + 63) / 64;
        int blocks = rest < GROUP ? (int)rest : GROUP;
        COTOOL_NAME(match_masks)(patterns, count, first, blocks, scratch);
        if (longest <= 128)
            COTOOL_NAME(short_patterns)(patterns, count, blocks, texts, text_count, scratch);
        else
            COTOOL_NAME(long_patterns)(patterns, count, first, blocks, rest > GROUP, texts,
                                       text_count, scratch);
        COTOOL_NAME(forget_rows)(patterns, count, first, blocks, scratch);
    }
    return 0;
}

#undef V
#undef SPLIT
