/* The form of a log line: the header set apart, parameters masked by their shape.
 *
 *   "2024-03-01 12:00:00 INFO Took 12 ms for 7" -> "d-d-d d:d:d L" | "Took <1> ms for <1>", 12, 7
 *
 * A form depends on nothing but its line. The scalar way (mask_rest in logmask.c) says what a form
 * is; logmask_rows.inc finds the few places where it would do anything but copy, 64 bytes at a time.
 */
#ifndef COTOOL_LOGMASK_H
#define COTOOL_LOGMASK_H

#include <stddef.h>
#include <stdint.h>

/* What stands in a form where its line has a parameter. */
enum {
    COTOOL_PARAMETER = 1, /* anything */
    COTOOL_TIME = 2,      /* a date, a time of day, or both */
    COTOOL_EPOCH = 3,     /* seconds or milliseconds since 1970, among the first words */
    COTOOL_FOLDED = 4,    /* a word that is kept no longer: there were too many forms */
    COTOOL_SIGNATURE = 31 /* ends the header's signature, which precedes the message */
};

/* Bytes of a line that are looked at, of a form, of a header's signature. */
#define COTOOL_FORM_LINE 4096
#define COTOOL_FORM_SIZE 1024
#define COTOOL_SIGNATURE_SIZE 40
#define COTOOL_FORM_ROOM (COTOOL_SIGNATURE_SIZE + COTOOL_FORM_SIZE + 128)
/* Parameters of a line that are kept apart. */
#define COTOOL_FORM_PARAMETERS 32

typedef struct {
    uint32_t start, end; /* in the line */
    double value;
    uint8_t is_number;
} cotool_parameter;

/* A line's form: `text` is the signature, COTOOL_SIGNATURE, and the masked message. */
typedef struct {
    uint8_t text[COTOOL_FORM_ROOM];
    uint32_t size;
    uint32_t message, end; /* where the message stands in the line */
    int parameters;   /* at most COTOOL_FORM_PARAMETERS */
    cotool_parameter parameter[COTOOL_FORM_PARAMETERS];
} cotool_masked;

/* Headers that were read: lines of the same shape are spared the work. Zeros at first. */
#define COTOOL_SHAPES 4
typedef struct {
    struct cotool_shape {
        unsigned size;   /* bytes that are compared, 0: none */
        unsigned header; /* bytes of the header */
        unsigned one;  /* where a digit must be 1 (an epoch begins with it), plus 1; 0: nowhere */
        uint64_t bytes[20], care[20];
        int state[8];
        uint8_t signature[COTOOL_SIGNATURE_SIZE];
        int signature_size;
    } shape[COTOOL_SHAPES];
    unsigned last, oldest;
} cotool_header;

void cotool_mask_prepare(void);

/* The form of a line. 128 bytes from `end` on must be readable. */
void cotool_mask(const uint8_t *line, const uint8_t *end, cotool_header *memo,
                 cotool_masked *masked);

/* The same, byte by byte and without what was learned of other lines. */
void cotool_mask_plain(const uint8_t *line, const uint8_t *end, cotool_masked *masked);

static inline int cotool_is_blank(uint8_t c) { return c == ' ' || c == '\t'; }

#endif
