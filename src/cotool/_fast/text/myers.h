/* Levenshtein distances of eight patterns against many texts, bit-parallel.
 *
 * G. Myers, "A fast bit-vector algorithm for approximate string matching", J. ACM 46 (1999), in
 * the form of H. Hyyro, "A bit-vector algorithm for computing Levenshtein and Damerau edit
 * distances" (2003). A column of the dynamic programming matrix is kept as differences, one bit a
 * row, 64 rows to a word. The lanes of a vector hold the same rows of eight patterns; all lanes
 * read the same symbol of one text, so the match masks lie side by side, [symbol][block][lane],
 * and nothing is gathered:
 *
 *           text ->                  lane:  0    1    2        7
 *         +-----------------+             +----+----+----+-  -+----+
 *   rows  | block group 0   |   block 0   | 64 rows of each pattern|
 *   of    +-----------------+   block 1   |                        |
 *   the   | block group 1   |   ...       +----+----+----+-  -+----+
 *   pat-  +-----------------+
 *   terns | ...             |   Horizontal differences at the lower edge of a group are kept as
 *         +-----------------+   bits, 64 symbols to a word, and read by the group below.
 *
 * The distance is read off at the end: the text's length plus the sum of the vertical differences
 * down the last column, by population counts. Time is O(rows / 64 * text) for eight patterns.
 */
#ifndef COTOOL_MYERS_H
#define COTOOL_MYERS_H

#include <stddef.h>
#include <stdint.h>

/* Patterns that are compared together. */
#define COTOOL_PATTERNS 8

typedef struct {
    const int32_t *symbols; /* 0 ... alphabet - 1 */
    ptrdiff_t length;
} cotool_sequence;

/* One thread's working memory. */
typedef struct {
    int32_t *rows; /* symbol -> row of `matches`, all 0 between calls */
    void *matches;
    void *edges;
    int64_t *distances; /* the result: [text][COTOOL_PATTERNS] */
    ptrdiff_t edge_words;
    void *memory;
} cotool_myers_scratch;

/* For symbols below `alphabet` and at most `texts` texts a call; 0, or -1 without memory. */
int cotool_myers_open(cotool_myers_scratch *scratch, int32_t alphabet, ptrdiff_t texts);
void cotool_myers_close(cotool_myers_scratch *scratch);

/* Distances of `count` (at most COTOOL_PATTERNS) patterns to `texts` texts, into
 * scratch->distances. Returns -1 without memory. */
typedef int cotool_myers_function(const cotool_sequence *patterns, int count,
                                  const cotool_sequence *texts, ptrdiff_t text_count,
                                  cotool_myers_scratch *scratch);
cotool_myers_function *cotool_myers(void);

#endif
