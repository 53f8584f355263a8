/* Lines of logs that are wrapped in lines of the programs that carried them.
 *
 * An envelope is a JSON object with the line in a string, or words before the line. The text is taken
 * out of each line, and the time of the envelope is put before it:
 *
 *     {"log":"WARN disk\n","time":"T"}    T WARN disk
 *     T stdout F WARN disk                T WARN disk
 *     T {"level":"warn"}                  {"time":"T","level":"warn"}
 *     web-1  | WARN disk                  WARN disk
 *
 * Pieces of a long line are joined, separately for each stream.
 *
 * A text whose first byte does not begin a record, such as a line of a stack trace, gets no time, so
 * that it belongs to the record before it. A line without an envelope passes unchanged. */
#ifndef COTOOL_LOGENVELOPES_H
#define COTOOL_LOGENVELOPES_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that a line may gain. */
#define COTOOL_ENVELOPE_GAIN 16

/* Streams whose pieces are kept apart, and the longest line that is put together. */
#define COTOOL_STREAMS 4
#define COTOOL_PIECES ((size_t)1 << 20)

typedef struct {
    uint8_t name[8];
    uint8_t *bytes; /* NULL: none are kept */
    size_t size, room;
} cotool_pieces;

typedef struct {
    const char *text_key, *time_key; /* of the object; text_key NULL: words */
    int words;     /* between the time and the text */
    int tagged;    /* the last of these words is P if the text continues in the next line */
    int ended;     /* a text without a newline at its end continues in the next line */
    int prefix;    /* 0: a time is first; '|', ']': what comes before such a byte and a blank is
                    * left out; ' ': this many `words` are; 'x': nothing is */
    int colours;   /* escapes that colour text are left out */
    int untimed;   /* so is the time */
    cotool_pieces pieces[COTOOL_STREAMS]; /* texts that go on */
    size_t kept;   /* bytes of them */
    uint8_t begins[256]; /* whether a record's text may begin with a byte */
} cotool_envelope;

/* Takes whole lines, each with its newline but perhaps the last; returns the size of what is
 * written to `out`, which has room for as much, for what is `kept` and a byte for each stream, and
 * for COTOOL_ENVELOPE_GAIN more a line. Returns SIZE_MAX without memory. */
size_t cotool_unwrap(cotool_envelope *envelope, const uint8_t *p, size_t size, uint8_t *out);

/* Writes the texts that have not ended; returns their size. */
size_t cotool_unwrap_rest(cotool_envelope *envelope, uint8_t *out);
void cotool_unwrap_close(cotool_envelope *envelope);

#endif
