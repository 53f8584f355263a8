/* Regular expressions over lines of bytes, in time linear in the line's length.
 *
 * A program is a Thompson automaton that logs/patterns.py compiles; it runs as a DFA whose states
 * are made when they are first met (R. Cox, "Regular Expression Matching in the Wild"; RE2). The
 * states are dropped when they fill their memory; where that goes on, the automaton is simulated
 * without keeping any.
 *
 * A program is a sequence of little-endian 32-bit numbers: COTOOL_REGEX_MAGIC, flags, the number of
 * instructions, the number of sets, then the instructions (operation, argument, next) from the
 * first one on, then the sets of bytes (eight numbers each).
 */
#ifndef COTOOL_REGEX_H
#define COTOOL_REGEX_H

#include <stddef.h>
#include <stdint.h>

#define COTOOL_REGEX_MAGIC 0x31585243u /* CRX1 */

enum { COTOOL_REGEX_ANCHORED = 1 }; /* flag: a match begins at the line's start */

enum {
    COTOOL_REGEX_SET,   /* a byte of set `argument`, then `next` */
    COTOOL_REGEX_SPLIT, /* `argument` or `next` */
    COTOOL_REGEX_TEST,  /* an assertion, then `next` */
    COTOOL_REGEX_MATCH
};

enum { COTOOL_REGEX_BEGIN, COTOOL_REGEX_END, COTOOL_REGEX_BOUNDARY, COTOOL_REGEX_NO_BOUNDARY };

typedef struct cotool_regex cotool_regex;

/* `anchored`: matches begin where a search begins. NULL: not a program, or out of memory. */
cotool_regex *cotool_regex_new(const uint8_t *program, size_t size, int anchored);

/* Returns 1 where a match begins at or after line[from], 0 if none does, -1: out of memory. A
 * regex is for one thread at a time. */
int cotool_regex_search(cotool_regex *regex, const uint8_t *line, size_t size, size_t from);

void cotool_regex_free(cotool_regex *regex);

#endif
