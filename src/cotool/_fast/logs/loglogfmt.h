/* Lines of key=value pairs. */
#ifndef COTOOL_LOGLOGFMT_H
#define COTOOL_LOGLOGFMT_H

#include "logs/logjson.h"

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
    while (p < end && *p != ' ' && *p != '\t' && *p != '\r') p++;
    value->kind = COTOOL_BARE, value->end = p;
    return p;
}

/* Tells whether a byte may come before the key of a pair in text, and whether it ends a value. */
COTOOL_INLINE int cotool_opens_pair(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == ';' || c == '|' || c == '(' ||
           c == '[' || c == '{' || c == 0;
}
COTOOL_INLINE int cotool_ends_pair(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == ';' || c == '|' || c == ')' ||
           c == ']' || c == '}' || c == 0;
}

/* Finds key=value in text. The key follows a blank, a separator or the line's start; the value is in
 * quotes or goes up to a blank or a separator. */
static cotool_value cotool_pair_find(const uint8_t *p, const uint8_t *end, const char *key) {
    cotool_value value = {COTOOL_NO_VALUE, NULL, NULL};
    const size_t size = strlen(key);
    const uint8_t *const start = p, *at;
    /* Few bytes are equal signs: the key is compared at each of them. */
    for (p += cotool_least(size, (size_t)(end - p)); (p = memchr(p, '=', (size_t)(end - p))); p++) {
        at = p - size;
        if (memcmp(at, key, size) || (at > start && !cotool_opens_pair(at[-1]))) continue;
        if (++p >= end) return value;
        value.kind = COTOOL_BARE;
        if (*p == '"' || *p == '\'') {
            const uint8_t *next = memchr(p + 1, *p, (size_t)(end - p - 1));
            value.start = p + 1, value.end = next ? next : end;
            return value;
        }
        value.start = p;
        while (p < end && !cotool_ends_pair(*p)) p++;
        value.end = p;
        return value;
    }
    return value;
}

#endif
