/* Lines of key=value pairs. */
#ifndef COTOOL_LOGLOGFMT_H
#define COTOOL_LOGLOGFMT_H

#include "logs/logjson.h"

/* Returns the single quote that closes the one at p, before a blank or the end; NULL: it does not
 * open a quotation. */
static inline const uint8_t *cotool_single_quoted(const uint8_t *p, const uint8_t *end) {
    for (p++; (p = memchr(p, '\'', (size_t)(end - p))); p++)
        if (p + 1 == end || p[1] == ' ' || p[1] == '\t' || p[1] == '\r') return p;
    return NULL;
}

/* Reads the next pair at or after p, where no word is cut. Returns what follows it, NULL: none. */
static const uint8_t *cotool_next_pair(const uint8_t *p, const uint8_t *end, const uint8_t **key,
                                       size_t *size, cotool_value *value) {
    for (;;) {
        p = cotool_skip_blank(p, end);
        if (p >= end) return NULL;
        *key = p;
        while (p < end && *p != '=' && *p != ' ' && *p != '\t' && *p != '"') p++;
        *size = (size_t)(p - *key);
        if (p < end && *p == '=' && *size) break;
        while (p < end && *p != ' ' && *p != '\t') p++;
    }
    value->start = ++p;
    if (p < end && *p == '"') {
        const uint8_t *next = cotool_skip_string(p + 1, end);
        value->kind = COTOOL_STRING, value->start = p + 1;
        value->end = next ? next - 1 : end;
        return next ? next : end;
    }
    if (p < end && *p == '\'' && (value->end = cotool_single_quoted(p, end))) {
        value->kind = COTOOL_BARE, value->start = p + 1;
        return value->end + 1;
    }
    while (p < end && *p != ' ' && *p != '\t' && *p != '\r') p++;
    value->kind = COTOOL_BARE, value->end = p;
    return p;
}

#endif
