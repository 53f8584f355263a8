/* Words of a text: folding to lower case, word boundaries as bits, interning to small numbers.
 *
 * A folded text is UTF-8 in a buffer with a bit for each byte that belongs to a word. Words are
 * maximal runs of set bits; they are interned by their bytes, so equal words have equal ids
 * whatever text they are in. Ids are numbered by first appearance.
 */
#ifndef COTOOL_WORDS_H
#define COTOOL_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* Room that must follow the bytes of a folded text: words are loaded 16 bytes at a time. */
#define COTOOL_WORDS_PADDING 32

/* What a code point is to the tokenizer: its folded code point in the low 21 bits, and flags.
 * 0 means not looked up yet. */
#define COTOOL_POINT_MASK 0x1FFFFFu
#define COTOOL_KNOWN (1u << 21)    /* the entry is filled */
#define COTOOL_WORD (1u << 22)     /* letters, digits, marks, underscore */
#define COTOOL_LETTER (1u << 23)   /* joins an apostrophe */
#define COTOOL_DIGIT (1u << 24)    /* joins a point or a comma */
#define COTOOL_ALONE (1u << 25)    /* a word of its own: ideographs, hiragana, Thai ... */
#define COTOOL_COMPOSES (1u << 26) /* the text needs full normalization */
#define COTOOL_APOSTROPHE (1u << 27)
#define COTOOL_POINT (1u << 28)
#define COTOOL_MARK (1u << 29) /* stays with the letter before it */

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

/* Fold `length` ASCII bytes into `folded` and set the word bits (one for each byte). */
void cotool_fold_ascii(const uint8_t *text, size_t length, uint8_t *folded, uint64_t *bits);

/* Words of a bit for each of `bytes` bytes, and one more. */
#define COTOOL_BITS(bytes) ((bytes) / 64 + 2)

/* COTOOL_KNOWN if all code points of a text beyond ASCII are filled in `points`, and
 * COTOOL_COMPOSES if one asks for normalization. `width` is the bytes of a code point: 1 (Latin-1), 2 or 4. */
uint32_t cotool_point_flags(const void *text, size_t length, int width, const uint32_t *points);

/* Fold code points, those beyond ASCII filled in `points`, to UTF-8. Returns the folded length;
 * `folded` needs 5 bytes for each code point and COTOOL_WORDS_PADDING, and `bits` four times
 * COTOOL_BITS of these. */
size_t cotool_fold_points(const void *text, size_t length, int width, const uint32_t *points,
                          uint8_t *folded, uint64_t *bits);

/* The end of the word that starts at or after *position; *position becomes its start.
 * Returns 0 if there is no further word. */
size_t cotool_next_word(const uint64_t *bits, size_t length, size_t *position);

/* Intern all words of a folded text; `ids` needs length / 2 + 1 places. The folded text must
 * outlive the vocabulary. Returns the number of words, -1 without memory. */
ptrdiff_t cotool_intern(cotool_vocabulary *vocabulary, const uint8_t *folded, size_t length,
                        const uint64_t *bits, int32_t *ids);

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
