/* Lines of JSON: the values of members, nested ones included, in one pass. */
#ifndef COTOOL_LOGJSON_H
#define COTOOL_LOGJSON_H

#include "logs/logkeys.h"

/* Returns what follows the closing quote of the string whose text begins at p, NULL: it does not end. */
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

/* Reads the JSON value at p. Returns what follows it, NULL if it is cut short. */
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

/* Reads the key of the next member of an object; p is after its brace or after a member. Returns what
 * follows the colon, NULL at the end of the object and where it is broken. */
static const uint8_t *cotool_json_key(const uint8_t *p, const uint8_t *end, const uint8_t **key,
                                      size_t *size) {
    p = cotool_skip_blank(p, end);
    if (p < end && *p == ',') p = cotool_skip_blank(p + 1, end);
    if (p >= end || *p != '"') return NULL;
    *key = p + 1;
    if (!(p = cotool_skip_string(*key, end))) return NULL;
    *size = (size_t)(p - 1 - *key);
    p = cotool_skip_blank(p, end);
    if (p >= end || *p != ':') return NULL;
    return cotool_skip_blank(p + 1, end);
}

/* Returns where an object begins in a text: a brace before a key. NULL: nowhere. */
static const uint8_t *cotool_find_object(const uint8_t *p, const uint8_t *end) {
    for (; (p = memchr(p, '{', (size_t)(end - p))); p++) {
        const uint8_t *q = cotool_skip_blank(p + 1, end);
        if (q < end && *q == '"') return p;
    }
    return NULL;
}

/* Finds a member of the object at p. */
static cotool_value cotool_json_find(const uint8_t *p, const uint8_t *end, const char *wanted) {
    cotool_value value = {COTOOL_NO_VALUE, NULL, NULL}, none = value;
    const uint8_t *key;
    size_t size, wanted_size = strlen(wanted);
    if (p >= end || *p != '{') return none;
    for (p++; (p = cotool_json_key(p, end, &key, &size));) {
        if (!(p = cotool_json_value(p, end, &value))) return none;
        if (size == wanted_size && !memcmp(key, wanted, size)) return value;
    }
    return none;
}

/* ---- the message ------------------------------------------------------------------------------ */

/* The keys under which records keep their message, in lower case, the best first.
 * logscan.text_keys() returns them to Python. */
static const char *const cotool_text_keys[] = {
    "msg",      "message",    "@message", "@m",    "short_message", "renderedmessage",
    "textpayload", "log",     "line",     "text",  "body",          "event",
    "stringvalue", "@mt",     "messagetemplate",   "description",   "summary",
    "eventmessage", "formattedmessage",
};
/* The objects in which the message may be. */
static const char *const cotool_text_holders[] = {
    "jsonpayload", "payload", "fields", "record", "body", "event", "log", "data", "properties",
    "attributes",  "protopayload",
};
#define COTOOL_TEXT_KEYS ((int)(sizeof cotool_text_keys / sizeof cotool_text_keys[0]))
#define COTOOL_TEXT_HOLDERS ((int)(sizeof cotool_text_holders / sizeof cotool_text_holders[0]))

/* Returns the place of a name in a list, whatever its case, and `count` where it is not in the list. */
static int cotool_name_rank(const char *const *names, int count, const uint8_t *key, size_t size) {
    for (int n = 0; n < count; n++) {
        size_t k = 0;
        if ((names[n][0] ^ key[0]) & ~0x20) continue;
        while (k < size && names[n][k] && names[n][k] == (key[k] | (cotool_is_letter(key[k]) ? 0x20 : 0)))
            k++;
        if (k == size && !names[n][k]) return n;
    }
    return count;
}

/* Returns the message of the object at p: the string under the best key, else that of an inner object. */
static cotool_value cotool_json_text(const uint8_t *p, const uint8_t *end, int deep) {
    cotool_value best = {COTOOL_NO_VALUE, NULL, NULL}, inner = best, value;
    const uint8_t *key;
    size_t size;
    int least = COTOOL_TEXT_KEYS;
    if (p >= end || *p != '{') return best;
    for (p++; least && (p = cotool_json_key(p, end, &key, &size));) {
        int rank;
        if (!(p = cotool_json_value(p, end, &value))) break;
        if (!size) continue;
        if (value.kind == COTOOL_NESTED) {
            if (deep && !inner.kind && *value.start == '{' &&
                cotool_name_rank(cotool_text_holders, COTOOL_TEXT_HOLDERS, key, size) <
                    COTOOL_TEXT_HOLDERS)
                inner = value;
            continue;
        }
        if (value.kind != COTOOL_STRING || value.start == value.end) continue;
        rank = cotool_name_rank(cotool_text_keys, least, key, size);
        if (rank < least) least = rank, best = value;
    }
    if (!best.kind && inner.kind) return cotool_json_text(inner.start, inner.end, deep - 1);
    return best;
}

#endif
