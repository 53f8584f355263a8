/* Fields of a log line: tokens, words that name levels, members of JSON objects and of logfmt. */
#ifndef COTOOL_LOGFIELDS_H
#define COTOOL_LOGFIELDS_H

#include "logs/logscan.h"
#include "logs/logtime.h"

/* ---- words that name levels ---------------------------------------------------------------- */

static const struct {
    const char *word;
    int level;
} cotool_level_words[] = {
    {"trace", COTOOL_TRACE},          {"trc", COTOOL_TRACE},
    {"verbose", COTOOL_TRACE},        {"finest", COTOOL_TRACE},
    {"finer", COTOOL_TRACE},          {"silly", COTOOL_TRACE},
    {"debug", COTOOL_DEBUG},          {"dbg", COTOOL_DEBUG},
    {"debug1", COTOOL_DEBUG},         {"debug2", COTOOL_DEBUG},
    {"debug3", COTOOL_DEBUG},         {"debug4", COTOOL_DEBUG},
    {"debug5", COTOOL_DEBUG},         {"fine", COTOOL_DEBUG},
    {"dbug", COTOOL_DEBUG},           {"info", COTOOL_INFO},
    {"inf", COTOOL_INFO},             {"information", COTOOL_INFO},
    {"informational", COTOOL_INFO},   {"log", COTOOL_INFO},
    {"config", COTOOL_INFO},          {"notice", COTOOL_NOTICE},
    {"note", COTOOL_NOTICE},          {"warn", COTOOL_WARNING},
    {"warning", COTOOL_WARNING},      {"wrn", COTOOL_WARNING},
    {"error", COTOOL_ERROR},          {"err", COTOOL_ERROR},
    {"eror", COTOOL_ERROR},           {"severe", COTOOL_ERROR},
    {"failure", COTOOL_ERROR},        {"fail", COTOOL_ERROR},
    {"critical", COTOOL_CRITICAL},    {"crit", COTOOL_CRITICAL},
    {"fatal", COTOOL_CRITICAL},       {"ftl", COTOOL_CRITICAL},
    {"alert", COTOOL_CRITICAL},       {"emerg", COTOOL_CRITICAL},
    {"emergency", COTOOL_CRITICAL},   {"panic", COTOOL_CRITICAL},
    {"dpanic", COTOOL_CRITICAL},      {"system", COTOOL_INFO},
};
#define COTOOL_LEVEL_WORDS ((int)(sizeof cotool_level_words / sizeof cotool_level_words[0]))
#define COTOOL_LONGEST_LEVEL 13

/* Words as they may be written, INFO, info and Info, by their first eight bytes. */
static struct {
    uint64_t head; /* 0: empty */
    const char *rest; /* from the ninth letter on, in small letters */
    uint8_t size, level, style;
} cotool_level_table[512];

COTOOL_INLINE unsigned cotool_level_slot(uint64_t head) {
    return (unsigned)((head * 0x9E3779B97F4A7C15u) >> 55);
}

static uint64_t cotool_head(const uint8_t *p, size_t size) {
    uint64_t head = 0;
    memcpy(&head, p, size < 8 ? size : 8);
    return head;
}

static void cotool_prepare_levels(void) {
    for (int n = 0; n < 3 * COTOOL_LEVEL_WORDS; n++) {
        const char *word = cotool_level_words[n / 3].word;
        size_t size = strlen(word);
        uint8_t written[16] = {0};
        uint64_t head;
        unsigned slot;
        int style = 1 << n % 3;
        for (size_t k = 0; k < size; k++) {
            int capital = style == COTOOL_UPPER || (style == COTOOL_TITLE && k == 0);
            written[k] = (uint8_t)word[k];
            if (capital && written[k] >= 'a') written[k] ^= 0x20;
        }
        head = cotool_head(written, size);
        slot = cotool_level_slot(head);
        while (cotool_level_table[slot].head) slot = (slot + 1) & 511;
        cotool_level_table[slot].head = head;
        cotool_level_table[slot].rest = size > 8 ? word + 8 : "";
        cotool_level_table[slot].size = (uint8_t)size;
        cotool_level_table[slot].level = (uint8_t)cotool_level_words[n / 3].level;
        cotool_level_table[slot].style = (uint8_t)style;
    }
}

/* The level that a word names, -1: none. Eight bytes at p must be readable. `style` gets how the
 * word is written. */
COTOOL_INLINE int cotool_level_of(const uint8_t *p, size_t size, int *style) {
    uint64_t head;
    unsigned slot;
    if (size < 3 || size > COTOOL_LONGEST_LEVEL) return -1;
    memcpy(&head, p, 8);
    if (size < 8) head &= ((uint64_t)1 << (8 * size)) - 1;
    for (slot = cotool_level_slot(head); cotool_level_table[slot].head; slot = (slot + 1) & 511) {
        size_t k = 8;
        if (cotool_level_table[slot].head != head || cotool_level_table[slot].size != size)
            continue;
        while (k < size && (p[k] | 0x20) == cotool_level_table[slot].rest[k - 8]) k++;
        if (k < size) continue;
        *style = cotool_level_table[slot].style;
        return cotool_level_table[slot].level;
    }
    return -1;
}

/* The level of a single letter, -1: none (Android, glog, MongoDB). */
COTOOL_INLINE int cotool_letter_level(uint8_t c) {
    switch (c) {
        case 'V': return COTOOL_TRACE;
        case 'D': return COTOOL_DEBUG;
        case 'I': return COTOOL_INFO;
        case 'W': return COTOOL_WARNING;
        case 'E': return COTOOL_ERROR;
        case 'F':
        case 'A': return COTOOL_CRITICAL;
    }
    return -1;
}

/* Redis marks levels with symbols. */
COTOOL_INLINE int cotool_symbol_level(uint8_t c) {
    switch (c) {
        case '.': return COTOOL_DEBUG;
        case '-': return COTOOL_INFO;
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

/* A number as a level by one of the scales; -1: out of its range. */
static int cotool_number_level(int number, int scale) {
    static const uint8_t bunyan[7] = {COTOOL_TRACE, COTOOL_TRACE,   COTOOL_DEBUG,   COTOOL_INFO,
                                      COTOOL_WARNING, COTOOL_ERROR, COTOOL_CRITICAL};
    static const uint8_t python[6] = {COTOOL_TRACE,   COTOOL_DEBUG, COTOOL_INFO,
                                      COTOOL_WARNING, COTOOL_ERROR, COTOOL_CRITICAL};
    if (number < 0) return -1;
    if (scale == COTOOL_SCALE_SYSLOG) return number > 7 ? -1 : cotool_syslog_level(number);
    if (number < 1 || number > 69) return -1;
    number /= 10;
    if (scale == COTOOL_SCALE_BUNYAN) return bunyan[number];
    return number > 5 ? -1 : python[number];
}

/* ---- classes of bytes that surround a level ------------------------------------------------ */

static uint8_t cotool_byte_class[256]; /* a bit of lead and trail; 31: part of a word */

enum { COTOOL_CLASS_SPACE = 0, COTOOL_CLASS_OTHER = 30, COTOOL_CLASS_WORD = 31 };

static void cotool_prepare_classes(void) {
    const char *marks = " []()<>:|/-,;=\"'*{}#!.$@%\\~+?&";
    for (int c = 0; c < 256; c++) {
        const char *mark = c ? strchr(marks, c) : NULL;
        cotool_byte_class[c] = cotool_is_word((uint8_t)c) || c == '_' ? COTOOL_CLASS_WORD
                               : c == '\t' || c == '\r'               ? COTOOL_CLASS_SPACE
                               : mark                                 ? (uint8_t)(mark - marks)
                                                                      : COTOOL_CLASS_OTHER;
    }
}

/* ---- JSON and logfmt ----------------------------------------------------------------------- */

enum { COTOOL_NO_VALUE, COTOOL_STRING, COTOOL_BARE, COTOOL_NESTED };

typedef struct {
    int kind;
    const uint8_t *start, *end; /* a string without its quotes */
} cotool_value;

/* Past the closing quote of the string whose text begins at p, NULL: it does not end. */
static const uint8_t *cotool_skip_string(const uint8_t *p, const uint8_t *end) {
    for (;;) {
        const uint8_t *quote = memchr(p, '"', (size_t)(end - p)), *back;
        if (!quote) return NULL;
        for (back = quote; back > p && back[-1] == '\\'; back--) {
        }
        if ((quote - back) % 2 == 0) return quote + 1;
        p = quote + 1;
    }
}

static const uint8_t *cotool_skip_blank(const uint8_t *p, const uint8_t *end) {
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r')) p++;
    return p;
}

/* Reads the JSON value at p; returns what follows it, NULL where it is cut short. */
static const uint8_t *cotool_json_value(const uint8_t *p, const uint8_t *end, cotool_value *value) {
    if (p >= end) return NULL;
    value->start = p;
    if (*p == '"') {
        const uint8_t *next = cotool_skip_string(p + 1, end);
        if (!next) return NULL;
        value->kind = COTOOL_STRING, value->start = p + 1, value->end = next - 1;
        return next;
    }
    if (*p == '{' || *p == '[') {
        size_t depth = 0;
        do {
            if (p >= end) return NULL;
            if (*p == '"') {
                if (!(p = cotool_skip_string(p + 1, end))) return NULL;
                continue;
            }
            if (*p == '{' || *p == '[') depth++;
            else if (*p == '}' || *p == ']') depth--;
            p++;
        } while (depth);
        value->kind = COTOOL_NESTED, value->end = p;
        return p;
    }
    while (p < end && *p != ',' && *p != '}' && *p != ']' && *p != ' ' && *p != '\t') p++;
    value->kind = COTOOL_BARE, value->end = p;
    return p;
}

/* Finds the member that `path` names in the object at p; dots lead into nested objects, unless a
 * key holds them itself. */
static cotool_value cotool_json_find(const uint8_t *p, const uint8_t *end, const char *path) {
    cotool_value value = {COTOOL_NO_VALUE, NULL, NULL}, none = value;
    size_t size = strlen(path);
    if (p >= end || *p != '{') return none;
    for (p++;; p++) {
        const uint8_t *key;
        size_t key_size;
        p = cotool_skip_blank(p, end);
        if (p >= end || *p != '"') return none;
        key = p + 1;
        if (!(p = cotool_skip_string(key, end))) return none;
        key_size = (size_t)(p - 1 - key);
        p = cotool_skip_blank(p, end);
        if (p >= end || *p != ':') return none;
        p = cotool_json_value(cotool_skip_blank(p + 1, end), end, &value);
        if (!p) return none;
        if (key_size == size && !memcmp(key, path, size)) return value;
        if (value.kind == COTOOL_NESTED && key_size < size && path[key_size] == '.' &&
            !memcmp(key, path, key_size)) {
            cotool_value inner = cotool_json_find(value.start, value.end, path + key_size + 1);
            if (inner.kind) return inner;
        }
        p = cotool_skip_blank(p, end);
        if (p >= end || *p != ',') return none;
    }
}

/* Finds key=value among the words of a line. */
static cotool_value cotool_logfmt_find(const uint8_t *p, const uint8_t *end, const char *key) {
    cotool_value value = {COTOOL_NO_VALUE, NULL, NULL};
    size_t size = strlen(key);
    for (;;) {
        int wanted;
        p = cotool_skip_blank(p, end);
        if (p >= end) return value;
        wanted = (size_t)(end - p) > size && !memcmp(p, key, size) && p[size] == '=';
        while (p < end && *p != '=' && *p != ' ' && *p != '\t') p++;
        if (p >= end || *p != '=') continue;
        value.start = ++p;
        if (p < end && *p == '"') {
            const uint8_t *next = cotool_skip_string(p + 1, end);
            value.kind = COTOOL_STRING, value.start = p + 1;
            value.end = next ? next - 1 : end;
            p = next ? next : end;
        } else {
            while (p < end && *p != ' ' && *p != '\t' && *p != '\r') p++;
            value.kind = COTOOL_BARE, value.end = p;
        }
        if (wanted) return value;
        value.kind = COTOOL_NO_VALUE;
    }
}

/* Finds key=value in text: before the key a blank, a separator or the line's start; the value in
 * quotes, or up to a blank or a separator. */
static cotool_value cotool_pair_find(const uint8_t *p, const uint8_t *end, const char *key) {
    cotool_value value = {COTOOL_NO_VALUE, NULL, NULL};
    size_t size = strlen(key);
    const uint8_t *start = p;
    for (; (p = memchr(p, key[0], (size_t)(end - p))); p++) {
        if ((size_t)(end - p) <= size + 1) return value;
        if (p[size] != '=' || memcmp(p, key, size) ||
            (p > start && cotool_byte_class[p[-1]] != COTOOL_CLASS_SPACE && !strchr(",;|([{", p[-1])))
            continue;
        p += size + 1;
        value.kind = COTOOL_BARE;
        if (*p == '"' || *p == '\'') {
            const uint8_t *next = memchr(p + 1, *p, (size_t)(end - p - 1));
            value.start = p + 1, value.end = next ? next : end;
            return value;
        }
        value.start = p;
        while (p < end && cotool_byte_class[*p] != COTOOL_CLASS_SPACE && !strchr(",;|)]}", *p)) p++;
        value.end = p;
        return value;
    }
    return value;
}

/* The severity of %FACILITY-4-NAME at p, which is a percent sign; -1: none. */
static int cotool_code_severity(const uint8_t *p, const uint8_t *end, const uint8_t **digit) {
    const uint8_t *start = ++p;
    while (p < end && (cotool_is_word(*p) || *p == '_' || *p == '-')) {
        if (*p == '-' && p > start && end - p > 3 && p[1] >= '0' && p[1] <= '7' && p[2] == '-' &&
            (cotool_is_word(p[3]) || p[3] == '_')) {
            *digit = p + 1;
            return p[1] - '0';
        }
        p++;
    }
    return -1;
}

/* The level of two letters (VMware ESXi), -1: none. */
static int cotool_short_level(const uint8_t *p) {
    static const struct {
        char name[3];
        int8_t level;
    } names[] = {{"Em", COTOOL_CRITICAL}, {"Al", COTOOL_CRITICAL}, {"Cr", COTOOL_CRITICAL},
                 {"Er", COTOOL_ERROR},    {"Wa", COTOOL_WARNING},  {"No", COTOOL_NOTICE},
                 {"In", COTOOL_INFO},     {"Db", COTOOL_DEBUG},    {"De", COTOOL_DEBUG},
                 {"Tr", COTOOL_TRACE},    {"Ve", COTOOL_TRACE},    {"Fa", COTOOL_CRITICAL}};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        if (!memcmp(names[n].name, p, 2)) return names[n].level;
    return -1;
}

/* The level that a value states, COTOOL_UNKNOWN where it states none that is known. */
static int cotool_value_level(const cotool_value *value, int scale) {
    size_t size = (size_t)(value->end - value->start);
    int level, style, number = 0;
    uint8_t word[16] = {0};
    if (size == 0 || size > COTOOL_LONGEST_LEVEL) return COTOOL_UNKNOWN;
    if (cotool_is_digit(value->start[0])) {
        for (size_t k = 0; k < size && number < 1000; k++) {
            if (!cotool_is_digit(value->start[k])) return COTOOL_UNKNOWN;
            number = number * 10 + value->start[k] - '0';
        }
        level = cotool_number_level(number, scale);
    } else if (size == 1) {
        level = cotool_letter_level(value->start[0]);
    } else {
        memcpy(word, value->start, size);
        level = cotool_level_of(word, size, &style);
    }
    return level < 0 ? COTOOL_UNKNOWN : level;
}

#endif
