/* Words of folded texts (words.h) interned to small numbers: by their bytes, so equal words have equal
 * ids whatever text they are in. Ids are numbered by first appearance. */
#ifndef COTOOL_VOCABULARY_H
#define COTOOL_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "text/words.h"

typedef struct {
    uint64_t head, tail; /* bytes 0-7 and 8-15; for longer words tail is a hash of the rest */
    const uint8_t *start;
    uint32_t length;
} cotool_word;

typedef struct {
    int32_t *slots; /* id + 1 of a word by its hash, 0: free */
    cotool_word *words; /* [room + 2], the word of an id behind it; the first is none, the last is
                         * the one that is looked up */
    uint64_t mask; /* slots - 1, a power of two less one */
    uint64_t seed;
    int32_t count, room;
} cotool_vocabulary;

int cotool_vocabulary_open(cotool_vocabulary *vocabulary, size_t expected, uint64_t seed);
void cotool_vocabulary_close(cotool_vocabulary *vocabulary);

/* Intern all words of a folded text; `ids` needs length / 2 + 1 places. The folded text must
 * outlive the vocabulary. Returns the number of words, -1 without memory. */
ptrdiff_t cotool_intern(cotool_vocabulary *vocabulary, const uint8_t *folded, size_t length,
                        const uint64_t *bits, cotool_edges_function *find_edges, int32_t *ids);

/* Share out the words by their bytes, so that equal words of all vocabularies with one seed are in
 * one share: `ids` [count] by share, those of a share ascending, from starts[share] on. `starts`
 * needs shares + 2 places. */
void cotool_vocabulary_split(const cotool_vocabulary *vocabulary, int shares, int32_t *ids,
                             int32_t *starts);

/* Intern `count` words of another vocabulary: ids[k] is the id here of word k there, for each k of
 * `which`. Returns -1 without memory. */
int cotool_vocabulary_merge(cotool_vocabulary *vocabulary, const cotool_vocabulary *from,
                            const int32_t *which, ptrdiff_t count, int32_t *ids);

#endif
