/* The outline of a line of keys: the texts between its values, which the next line mostly shares. Its
 * values are found by a compare for each text, without a search for keys.
 *
 * A line that has the texts of an outline has the same keys in the same order, so the values are those
 * that a walk over the line would take.
 *
 * The plan of an outline joins texts across values that no source needs and that have had one length so far,
 * such as times: one compare covers them together with the texts around them. See logplanned.inc.
 */
#ifndef COTOOL_LOGOUTLINE_H
#define COTOOL_LOGOUTLINE_H

#include "logs/logkeys.h"

/* What follows the text of a step. */
enum {
    COTOOL_STEP_STRING, /* up to the closing quote */
    COTOOL_STEP_BARE,   /* a number or a name of JSON */
    COTOOL_STEP_PAIR,   /* up to a blank */
    COTOOL_STEP_NESTED, /* an object or a list */
    COTOOL_STEP_TEXT,   /* the text of the next step */
    COTOOL_STEP_BRACE,  /* nothing that is needed: the object has ended */
    COTOOL_STEP_END     /* the end of the line */
};

#define COTOOL_STEP_SIZE 32
#define COTOOL_OUTLINE_STEPS 48 /* lines with more of them have no outline */

typedef struct {
    uint8_t text[COTOOL_STEP_SIZE];
    uint32_t mask; /* bits of the bytes of `text` that count */
    uint8_t size, kind;
    int8_t value;    /* the number of its value, -1: none that is needed */
    uint8_t varies;  /* values have had several lengths */
    uint32_t length; /* of the last value */
} cotool_step;

/* A part of a plan: bytes, and the value behind them. */
typedef struct {
    uint8_t text[COTOOL_STEP_SIZE], exact[COTOOL_STEP_SIZE]; /* exact: 255 where the byte must be equal */
    uint8_t without[COTOOL_STEP_SIZE]; /* kinds of bytes that may not be there */
    uint8_t size, kind;
    int8_t value; /* as in a step */
} cotool_chunk;

typedef struct {
    int steps; /* 0: there is none */
    cotool_step step[COTOOL_OUTLINE_STEPS];
    const uint8_t *from; /* the end of the last value, while a walk learns it */
    int is_planned;      /* the plan is that of the steps; without chunks there is none */
    int chunks;
    cotool_chunk chunk[COTOOL_OUTLINE_STEPS];
} cotool_outline;

/* The last two outlines. Where lines have many, these are not tried for a while. */
#define COTOOL_OUTLINE_MISSES 16
#define COTOOL_OUTLINE_PAUSE 1024

typedef struct {
    const cotool_keys *keys; /* whose values are taken */
    uint64_t enough;
    unsigned last; /* the one that fitted last */
    int misses, pause;
    cotool_outline outline[2];
} cotool_outlines;

/* Adds the text before value number `value` (-1: it is not needed) to an outline. The value begins at
 * `start` and ends at `next`. */
static void cotool_note_step(cotool_outline *o, const uint8_t *start, int kind, int value,
                             const uint8_t *next) {
    while (o && o->steps >= 0) {
        size_t size = (size_t)(start - o->from);
        cotool_step *s = &o->step[o->steps];
        if (o->steps == COTOOL_OUTLINE_STEPS) {
            o->steps = -1;
            return;
        }
        o->steps++;
        s->kind = (uint8_t)(size > COTOOL_STEP_SIZE ? COTOOL_STEP_TEXT : kind);
        s->value = (int8_t)(size > COTOOL_STEP_SIZE ? -1 : value);
        if (size > COTOOL_STEP_SIZE) size = COTOOL_STEP_SIZE;
        memset(s->text, 0, sizeof s->text);
        memcpy(s->text, o->from, size);
        s->size = (uint8_t)size, s->varies = 0;
        s->length = (uint32_t)(next - start) - (s->kind == COTOOL_STEP_STRING);
        s->mask = size == 32 ? ~(uint32_t)0 : ((uint32_t)1 << size) - 1;
        o->from += size;
        if (s->kind == COTOOL_STEP_TEXT) continue;
        o->from = next;
        return;
    }
}

/* Ends a walk that learned an outline: one that broke off has none. */
static void cotool_end_outline(cotool_outline *o, int whole) {
    if (o && (o->steps < 0 || !whole)) o->steps = 0;
    if (o) o->is_planned = o->chunks = 0;
}

#endif
