/* Sizes and small functions that the passes over lines share. */
#ifndef COTOOL_LOGLINES_H
#define COTOOL_LOGLINES_H

#include "logs/loglevels.h"
#include "logs/logscan.h"

/* Newlines and literals are found in pieces of this size, which stay in the first-level cache until
 * their lines are parsed. */
#define COTOOL_CHUNK 16384
#define COTOOL_NEWLINES COTOOL_CHUNK
#define COTOOL_HITS COTOOL_CHUNK
#define COTOOL_SOME_HITS 64 /* places of literals that are confirmed at once */

/* Returns what follows the last carriage return within a line, NULL: there is none. */
static const uint8_t *cotool_after_return(const uint8_t *line, const uint8_t *end) {
    if (!memchr(line, '\r', (size_t)(end - line))) return NULL;
    while (end > line && end[-1] == '\r') end--;
    for (const uint8_t *p = end; p > line; p--)
        if (p[-1] == '\r') return p;
    return NULL;
}

/* Tells whether a letter fills a column of a table. */
static int cotool_fills_column(const uint8_t *line, const uint8_t *letter, const uint8_t *end) {
    static const char marks[] = ",;|\t\"";
    return letter > line && letter[-1] && strchr(marks, letter[-1]) &&
           (letter + 1 >= end || (letter[1] && strchr(marks, letter[1])));
}

/* All classes of bytes. */
#define COTOOL_ANY_CLASS 0xFFFFFFFFu

enum { COTOOL_LOOK_CLOSER = -2 };

/* How far COTOOL_PLACE_FIND searches. */
#define COTOOL_FIND_REACH 160

#define COTOOL_DATE_SIZE 64 /* bytes of the longest date and time of day that are joined */

/* What the keys of a line hold. PLACE: a key of the level, whatever its value. */
enum { COTOOL_HAS_TIME = 1, COTOOL_HAS_PLACE = 2, COTOOL_HAS_LEVEL = 4 };

/* The head of a line. `inferred`: its stamp has no year or no date. */
typedef struct cotool_head {
    int format; /* -1: none */
    int level, has_time, zoned, inferred;
    int64_t seconds;
    int32_t nanos;
    const uint8_t *word;
    unsigned word_size;
    /* From here on for logguess.c: the time as it is written, NULL: not in one piece; its layout; the
     * place that named the level, -1: none; and, of a line of keys, whether nothing behind the time and
     * the level counts. */
    const uint8_t *time;
    unsigned time_size;
    int layout, place, is_prefix;
} cotool_head;

#endif
