/* The classes of bytes that separate the words of a log line. Part of logmask.c. */
#ifndef COTOOL_LOGBYTES_H
#define COTOOL_LOGBYTES_H

#include "base/cpu.h"
#include "logs/logmask.h"

enum {
    DIGIT = 1,
    LETTER = 2, /* or any byte above ASCII */
    UNDERSCORE = 4,
    HEX_LOWER = 8,
    HEX_UPPER = 16,
    BLANK = 32,
    PATH_END = 64, /* ends a path */
    CONTROL = 128,
    OTHER = 256 /* a byte of a word that is not a hexadecimal digit */
};
#define WORD (DIGIT | LETTER | UNDERSCORE)
/* A longer word is always a parameter. */
#define LONGEST_WORD 64
/* The most letters of a unit after decimals. */
#define LONGEST_UNIT 4

static uint16_t class_of[256];

COTOOL_INLINE int is(uint8_t c, int classes) { return class_of[c] & classes; }

static void prepare_classes(void) {
    const char *ends = " \t:'\"<>()[]{},;=|";
    for (int c = 0; c < 256; c++) {
        int k = 0;
        if (c >= '0' && c <= '9') k |= DIGIT;
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 128) k |= LETTER;
        if (c == '_') k |= UNDERSCORE;
        if (c >= 'a' && c <= 'f') k |= HEX_LOWER;
        if (c >= 'A' && c <= 'F') k |= HEX_UPPER;
        if (c == ' ' || c == '\t') k |= BLANK;
        if (c && strchr(ends, c)) k |= PATH_END;
        if ((c < 32 && c != '\t') || c == 127) k |= CONTROL;
        if ((k & WORD) && !(k & (DIGIT | HEX_LOWER | HEX_UPPER))) k |= OTHER;
        class_of[c] = (uint16_t)k;
    }
}

#endif
