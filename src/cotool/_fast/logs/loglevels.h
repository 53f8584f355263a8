/* Levels of log lines: the words, letters and codes that name them. */
#ifndef COTOOL_LOGLEVELS_H
#define COTOOL_LOGLEVELS_H

#include <string.h>

#include "logs/logchars.h"
#include "logs/logconfig.h"

#define COTOOL_LONGEST_LEVEL 28 /* bytes */

/* The words in each way of writing (INFO, info, Info), hashed by their first eight bytes. */
typedef struct {
    uint64_t head; /* 0: empty */
    const uint8_t *rest; /* the bytes from the ninth on */
    uint8_t size, level, style, common;
} cotool_level_word;
extern cotool_level_word cotool_level_table[1024];

void cotool_prepare_levels(void); /* must be called first */

COTOOL_INLINE unsigned cotool_level_slot(uint64_t head) {
    return (unsigned)((head * 0x9E3779B97F4A7C15u) >> 54);
}

/* Returns the level that a word names, -1: none. Eight bytes at p must be readable. `style` is set to
 * the way in which the word is written. */
COTOOL_INLINE int cotool_level_of(const uint8_t *p, size_t size, int *style) {
    uint64_t head;
    unsigned slot;
    if (size < 3 || size > COTOOL_LONGEST_LEVEL) return -1;
    memcpy(&head, p, 8);
    if (size < 8) head &= ((uint64_t)1 << (8 * size)) - 1;
    for (slot = cotool_level_slot(head); cotool_level_table[slot].head; slot = (slot + 1) & 1023) {
        size_t k = 8;
        if (cotool_level_table[slot].head != head || cotool_level_table[slot].size != size)
            continue;
        while (k < size && p[k] == cotool_level_table[slot].rest[k - 8]) k++;
        if (k < size) continue;
        *style = cotool_level_table[slot].style;
        return cotool_level_table[slot].level;
    }
    return -1;
}

/* Returns whether a word that names a level is also a common word. */
int cotool_common_word(const uint8_t *p, size_t size);

/* The level of a report of Erlang that no word names, -1: none: the CRASH of =CRASH REPORT====. */
int cotool_report_level(const uint8_t *line, const uint8_t *start, const uint8_t *stop, const uint8_t *end);

/* The level of a word of the caller, -1: none. */
int cotool_own_level(const cotool_words *words, const uint8_t *p, size_t size, int *style);

static int cotool_is_open(uint8_t c) {
    return c == '[' || c == '(' || c == '<' || c == '{' || c == '"' || c == '\'';
}

/* The level of a single letter, -1: none (Android, glog, MongoDB, QuestDB). */
COTOOL_INLINE int cotool_letter_level(uint8_t c) {
    switch (c) {
        case 'T':
        case 'V': return COTOOL_TRACE;
        case 'D': return COTOOL_DEBUG;
        case 'I': return COTOOL_INFO;
        case 'N': return COTOOL_NOTICE;
        case 'W': return COTOOL_WARNING;
        case 'E': return COTOOL_ERROR;
        case 'C':
        case 'F':
        case 'A': return COTOOL_CRITICAL;
    }
    return -1;
}

/* The same of a letter that fills a token, perhaps a small one (SAP HANA), -1: none. */
COTOOL_INLINE int cotool_any_letter_level(uint8_t c) {
    const int level = cotool_letter_level(c);
    return level < 0 && c && strchr("diwef", c) ? cotool_letter_level((uint8_t)(c - 0x20)) : level;
}

/* The symbols by which Redis marks debug, verbose, notice and warning. */
COTOOL_INLINE int cotool_symbol_level(uint8_t c) {
    switch (c) {
        case '.': return COTOOL_DEBUG;
        case '-': return COTOOL_DEBUG;
        case '*': return COTOOL_NOTICE;
        case '#': return COTOOL_WARNING;
    }
    return -1;
}

/* The severities of syslog (RFC 5424), 0 emergency ... 7 debug. */
COTOOL_INLINE int cotool_syslog_level(int severity) {
    static const uint8_t levels[8] = {COTOOL_CRITICAL, COTOOL_CRITICAL, COTOOL_CRITICAL,
                                      COTOOL_ERROR,    COTOOL_WARNING,  COTOOL_NOTICE,
                                      COTOOL_INFO,     COTOOL_DEBUG};
    return levels[severity & 7];
}

COTOOL_INLINE int cotool_status_level(int status) {
    return status >= 500 ? COTOOL_ERROR : status >= 400 ? COTOOL_WARNING : COTOOL_INFO;
}

/* Returns the letter of a token that names a level, NULL: none. The letter is alone, before a slash or
 * an exclamation mark, or first in brackets. */
const uint8_t *cotool_letter_of(const uint8_t *start, const uint8_t *stop);

/* Returns the severity in %FACILITY-4-NAME or %%01MODULE/4/NAME, -1: none. The percent sign is at p. */
int cotool_code_severity(const uint8_t *p, const uint8_t *end, const uint8_t **digit);

/* Returns the level that a token encodes, -1: none: Er(163) of ESXi, (EE) of X.org, (0x0040) of SSSD.
 * `word` and `size` are set to the code. */
int cotool_code_level(const uint8_t *start, const uint8_t *stop, const uint8_t **word,
                      unsigned *size);

#endif
