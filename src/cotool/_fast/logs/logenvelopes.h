/* Lines of logs that stand wrapped in lines of those who carried them.
 *
 * An envelope is a JSON object with the line in a string, or words before the line. Of each line
 * the text is taken out, and what says when it came is put before it:
 *
 *     {"log":"WARN disk\n","time":"T"}    T WARN disk
 *     T stdout F WARN disk                T WARN disk
 *     T {"level":"warn"}                  {"time":"T","level":"warn"}
 *
 * A text whose first byte begins no record, such as a line of a stack trace, stays as it is, so
 * that it belongs to the record before it. A line that is no envelope passes unchanged. */
#ifndef COTOOL_LOGENVELOPES_H
#define COTOOL_LOGENVELOPES_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that a line may gain. */
#define COTOOL_ENVELOPE_GAIN 16

typedef struct {
    const char *text_key, *time_key; /* of the object; text_key NULL: words */
    int words;     /* between the time and the text */
    int tagged;    /* the last of these words tells by P that the text goes on in the next line */
    int ended;     /* a text without a newline at its end goes on in the next line */
    int open;      /* the text before goes on */
    uint8_t begins[256]; /* whether a record's text may begin with a byte */
} cotool_envelope;

/* Takes whole lines, each with its newline but perhaps the last; returns the size of what is
 * written to `out`, which has room for as much and COTOOL_ENVELOPE_GAIN more a line. */
size_t cotool_unwrap(cotool_envelope *envelope, const uint8_t *p, size_t size, uint8_t *out);

#endif
