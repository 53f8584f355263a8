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

/* Takes the values of keys out of a line in one pass, which ends early once the values in `enough` have
 * been found. */
static void cotool_logfmt_members(const uint8_t *p, const uint8_t *end, const cotool_keys *keys,
                                  uint32_t enough, cotool_members *members) {
    const uint8_t *key;
    size_t size;
    cotool_value value;
    while ((p = cotool_next_pair(p, end, &key, &size, &value))) {
        cotool_take_value(keys, cotool_find_key(keys, 0, key, size), &value, members);
        if (enough && (members->found & enough) == enough) return;
    }
}

/* Finds key=value among the words of a line. */
static cotool_value cotool_logfmt_find(const uint8_t *p, const uint8_t *end, const char *wanted) {
    cotool_value value = {COTOOL_NO_VALUE, NULL, NULL}, none = value;
    const uint8_t *key;
    size_t size, wanted_size = strlen(wanted);
    while ((p = cotool_next_pair(p, end, &key, &size, &value)))
        if (size == wanted_size && !memcmp(key, wanted, size)) return value;
    return none;
}

/* Finds key=value in text. The key follows a blank, a separator or the line's start; the value is in
 * quotes or goes up to a blank or a separator. */
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

#endif
