/* Words of a text: folding to lower case, and word boundaries as bits.
 *
 * A folded text is UTF-8 in a buffer with a bit for each byte that belongs to a word. Words are
 * maximal runs of set bits.
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
/* Folds to two or three ASCII letters, which the low 21 bits hold, the first one lowest. */
#define COTOOL_LIGATURE (1u << 30)

/* Words of a bit for each of `bytes` bytes, and one more. */
#define COTOOL_BITS(bytes) ((bytes) / 64 + 2)

/* COTOOL_KNOWN if all code points of a text beyond ASCII are filled in `points`, and
 * COTOOL_COMPOSES if one asks for normalization. `width` is the bytes of a code point: 1 (Latin-1), 2 or 4. */
uint32_t cotool_point_flags(const void *text, size_t length, int width, const uint32_t *points);

/* Fold a text to UTF-8 and set a bit for each byte of a word. `width` is 0 for ASCII, else that of
 * cotool_point_flags, and the code points beyond ASCII are filled in `points`. Returns the folded
 * length. `folded` needs 5 bytes for each code point, one for ASCII, and COTOOL_WORDS_PADDING;
 * `bits` four times COTOOL_BITS of these. */
typedef size_t cotool_fold_function(const void *text, size_t length, int width,
                                    const uint32_t *points, uint8_t *folded, uint64_t *bits);
cotool_fold_function *cotool_fold(void);

/* Find where the bits of `windows` words of 64 bits change, ascending; `offset` is added to each
 * place. `before` is the last bit of the window before and becomes the last one of these. `edges`
 * needs a place for each bit and COTOOL_EDGES_PADDING. Returns how many there are. */
#define COTOOL_EDGES_PADDING 18
typedef size_t cotool_edges_function(const uint64_t *bits, size_t windows, uint64_t *before,
                                     uint32_t offset, uint32_t *edges);
cotool_edges_function *cotool_edges(void);

/* The end of the word that starts at or after *position; *position becomes its start.
 * Returns 0 if there is no further word. */
size_t cotool_next_word(const uint64_t *bits, size_t length, size_t *position);

#endif
