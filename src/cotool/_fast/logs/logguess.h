/* Guesses of the heads of lines.
 *
 * Most lines look like one of the last few: the same format, the date of the same day, the level at the
 * same place. A guess is learned from a line that was read step by step. It holds what the result
 * depended on: bytes that must be equal, bytes that must be digits, and the words that named a level.
 * If another line agrees with it in all of these, its head reads as the guess says. If the line
 * differs, the guess is not used, and the line is parsed in full. So guesses never change a result.
 */
#ifndef COTOOL_LOGGUESS_H
#define COTOOL_LOGGUESS_H

#include "logs/logconfig.h"

/* How many guesses a thread keeps, and how many words of levels each of them knows. Sixteen systems that
 * take turns of 200 lines need one each. */
#define COTOOL_GUESSES 16
#define COTOOL_GUESSED_WORDS 8
#define COTOOL_GUESS_WINDOW 64 /* bytes of a line that a guess compares */

/* Where the level is. */
enum {
    COTOOL_LEVEL_SAME,  /* it is among the bytes that are equal, or there is none */
    COTOOL_LEVEL_AT,    /* a word at a fixed place */
    COTOOL_LEVEL_TOKEN, /* a word in a token that is counted from the end of the time */
    COTOOL_LEVEL_READ   /* it is read step by step */
};

typedef struct {
    /* The 64 bytes from the line's start, or from the token of the time where `token` is not 0. */
    uint8_t text[COTOOL_GUESS_WINDOW];
    uint64_t exact;        /* bits of the bytes that must be equal */
    uint64_t digits, care; /* which bytes are digits, and for which of them this counts */
    uint64_t line_digits, line_care; /* the same of the line's start, where `token` is not 0 */
    /* Where the digits of hours, minutes and seconds are, and those of the fraction: sixteen numbers of
     * two digits, what each is worth, and the most that the first eight may be. */
    uint8_t gather[64];
    uint32_t present;
    int16_t weight[16], most[8];
    int32_t scale; /* of the fraction to nanoseconds, 0: there is none */
    uint32_t candidates; /* the formats whose records may begin with the line's first byte */
    uint8_t is_set, format, token;
    uint8_t size;       /* the bytes before and of the time, and the one after it */
    uint8_t from;       /* what follows the time */
    uint8_t other_token, other_byte; /* how this token begins, which rules another format out; 0: none */
    uint8_t zone_watch; /* where no zone may begin, 0: anything may follow */
    uint8_t no_named_zone; /* no zone may follow the time, not even a named one */
    uint8_t zoned, inferred, keyed;
    uint8_t steps; /* the level may be read step by step behind the time */
    uint8_t single; /* the only place of a level is the first word of a token */
    uint64_t head, head_mask; /* of its exact bytes, the first eight; a mask of 0 where `token` is not 0 */
    int64_t date; /* seconds since 1970 without the digits that may differ */
    /* For a time without a year or a date: its kind, its seconds in the year, and the clock. */
    int kind;
    int64_t within, cycle, half;
    uint8_t mode, place, level_at, level_token; /* of the level */
    /* What was learned after the first line, too: the words with the byte before the token and the byte
     * after the word, in two halves. */
    uint8_t level, words, next_word;
    uint8_t word_size[COTOOL_GUESSED_WORDS + 1], word_level[COTOOL_GUESSED_WORDS + 1];
    uint64_t word[2][COTOOL_GUESSED_WORDS], word_mask[2][COTOOL_GUESSED_WORDS];
} cotool_guess;

struct cotool_head;
struct cotool_worker;
struct cotool_span;

/* Learns a guess from the head of [line, end), which was read step by step. */
void cotool_learn_guess(const cotool_config *config, struct cotool_worker *worker,
                        const struct cotool_span *span, const struct cotool_head *head,
                        const uint8_t *line, const uint8_t *end);

/* Learns the word of a level: [word, word + size), in a text that begins at p. */
void cotool_learn_word(cotool_guess *g, const cotool_place *place, const uint8_t *p,
                       const uint8_t *word, unsigned size, const uint8_t *end, int level);

/* Returns where token `token` of a text begins, NULL: nowhere. Blanks in [...] and "..." belong to it. */
const uint8_t *cotool_token_start(const uint8_t *p, const uint8_t *end, int token);

#endif
