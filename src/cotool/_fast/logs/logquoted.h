/* Text that grows, and strings of JSON in it (RFC 8259, RFC 3629). */
#ifndef COTOOL_LOGQUOTED_H
#define COTOOL_LOGQUOTED_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint8_t *bytes;
    size_t size, room;
} cotool_text;

/* A byte takes at most this many in a string. */
#define COTOOL_QUOTED_GAIN 6

static int cotool_text_reserve(cotool_text *text, size_t more) {
    size_t room = text->size + more;
    uint8_t *bytes;
    if (room <= text->room) return 0;
    if (room < 2 * text->room) room = 2 * text->room;
    bytes = realloc(text->bytes, room);
    if (!bytes) return ENOMEM;
    text->bytes = bytes, text->room = room;
    return 0;
}

static uint8_t *cotool_put(uint8_t *to, const char *from) {
    size_t size = strlen(from);
    memcpy(to, from, size);
    return to + size;
}

/* The length of the valid UTF-8 sequence at p, 0: none. */
static int cotool_sequence(const uint8_t *p, const uint8_t *end) {
    uint8_t c = p[0];
    ptrdiff_t left = end - p;
#define TAIL(k) ((p[k] & 0xC0) == 0x80)
    if (c < 0xC2) return 0;
    if (c < 0xE0) return left > 1 && TAIL(1) ? 2 : 0;
    if (c < 0xF0)
        return left > 2 && TAIL(1) && TAIL(2) && !(c == 0xE0 && p[1] < 0xA0) &&
                       !(c == 0xED && p[1] > 0x9F)
                   ? 3
                   : 0;
    return c < 0xF5 && left > 3 && TAIL(1) && TAIL(2) && TAIL(3) && !(c == 0xF0 && p[1] < 0x90) &&
                   !(c == 0xF4 && p[1] > 0x8F)
               ? 4
               : 0;
#undef TAIL
}

/* The text of a string; bytes that are not UTF-8 become U+FFFD. */
static uint8_t *cotool_put_escaped(uint8_t *to, const uint8_t *p, const uint8_t *end) {
    static const char hex[] = "0123456789abcdef";
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    while (p < end) {
        uint8_t c;
        int size;
        if (end - p >= 8) {
            /* Eight bytes at once where none is a control, a quote, a backslash or above ASCII. */
            uint64_t x, quote, slash;
            memcpy(&x, p, 8);
            quote = x ^ ones * '"', slash = x ^ ones * '\\';
            if (!((x | (x - ones * 0x20) | (quote - ones) | (slash - ones)) & tops)) {
                memcpy(to, &x, 8);
                to += 8, p += 8;
                continue;
            }
        }
        c = *p;
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            *to++ = c, p++;
        } else if (c >= 0x80) {
            size = cotool_sequence(p, end);
            if (size) {
                memcpy(to, p, (size_t)size);
                to += size, p += size;
            } else {
                to = cotool_put(to, "\xEF\xBF\xBD"), p++;
            }
        } else {
            *to++ = '\\', p++;
            if (c == '"' || c == '\\') *to++ = c;
            else if (c == '\t') *to++ = 't';
            else if (c == '\n') *to++ = 'n';
            else if (c == '\r') *to++ = 'r';
            else to = cotool_put(to, "u00"), *to++ = (uint8_t)hex[c >> 4], *to++ = (uint8_t)hex[c & 15];
        }
    }
    return to;
}

/* Text between quotes. */
static uint8_t *cotool_put_string(uint8_t *to, const uint8_t *p, const uint8_t *end) {
    *to++ = '"';
    to = cotool_put_escaped(to, p, end);
    *to++ = '"';
    return to;
}

#endif
