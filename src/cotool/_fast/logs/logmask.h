/* The form of a log line: the head is separated, and parameters are masked by their shape.
 *
 *   "2024-03-01 12:00:00 INFO Took 12 ms for 7" -> "d-d-d d:d:d L" | "Took <1> ms for <1>", 12, 7
 *
 * A form depends only on its line. The scalar code (mask_rest in logmask.c) defines it;
 * logmask_rows.inc finds the few places where that would do anything other than copy, 64 bytes at a
 * time.
 */
#ifndef COTOOL_LOGMASK_H
#define COTOOL_LOGMASK_H

#include <stddef.h>
#include <stdint.h>

#include "logs/logchars.h"

/* The marks that replace the parameters of a line in its form. */
enum {
    COTOOL_PARAMETER = 1, /* anything */
    COTOOL_TIME = 2,      /* a date, a time of day, or both */
    COTOOL_EPOCH = 3,     /* seconds or milliseconds since 1970, among the first words */
    COTOOL_FOLDED = 4,    /* a word that is no longer kept, because there were too many forms */
    COTOOL_SIGNATURE = 31 /* ends the head's signature, which precedes the message */
};

/* The most bytes of a line that are read, of a form, and of a head's signature. */
#define COTOOL_FORM_LINE 4096
#define COTOOL_FORM_SIZE 1024
#define COTOOL_SIGNATURE_SIZE 40
#define COTOOL_FORM_ROOM (COTOOL_SIGNATURE_SIZE + COTOOL_FORM_SIZE + 128)
/* The most parameters of a line that are kept separately. */
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
    uint32_t message, end; /* where the message begins and ends in the line */
    int parameters;   /* at most COTOOL_FORM_PARAMETERS */
    cotool_parameter parameter[COTOOL_FORM_PARAMETERS];
} cotool_masked;

/* Shapes of heads that were read, so that equal ones are not read again. Zeros at first. */
#define COTOOL_SHAPES 4
typedef struct {
    struct cotool_shape {
        unsigned size;   /* bytes that are compared, 0: none */
        unsigned head;   /* bytes of the head */
        unsigned one;  /* where a digit must be 1 (an epoch begins with it), plus 1; 0: nowhere */
        uint64_t bytes[20], care[20];
        int state[8];
        uint8_t signature[COTOOL_SIGNATURE_SIZE];
        int signature_size;
    } shape[COTOOL_SHAPES];
    unsigned last, oldest;
} cotool_head_shapes;

void cotool_mask_prepare(void);

/* Computes the form of a line. 128 bytes from `end` on must be readable. */
void cotool_mask(const uint8_t *line, const uint8_t *end, cotool_head_shapes *memo,
                 cotool_masked *masked);

/* The same, byte by byte and without the shapes of other lines. */
void cotool_mask_plain(const uint8_t *line, const uint8_t *end, cotool_masked *masked);

#endif
