/* Writes values as text for groups and comparisons. See logreading.h. */

#include <string.h>

#include "logs/logpaths.h"
#include "logs/logreading.h"

static int hex_at(const uint8_t *p) {
    int code = 0;
    for (int k = 0; k < 4; k++) {
        int c = p[k] | 0x20;
        code = code << 4 | (cotool_is_digit(p[k]) ? p[k] - '0' : c - 'a' + 10);
        if (!cotool_is_digit(p[k]) && (c < 'a' || c > 'f')) return -1;
    }
    return code;
}

static size_t write_code(uint8_t *out, unsigned code) {
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | code >> 6), out[1] = (uint8_t)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code >> 12), out[1] = (uint8_t)(0x80 | (code >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | code >> 18), out[1] = (uint8_t)(0x80 | (code >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 63)), out[3] = (uint8_t)(0x80 | (code & 63));
    return 4;
}

/* Decodes the escapes of a string. Half a surrogate pair becomes U+FFFD. */
static size_t unescape(const uint8_t *p, const uint8_t *end, uint8_t *out, size_t room) {
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    size_t size = 0;
    while (p < end && size + 4 < room) {
        const char *letter;
        if (*p != '\\' || p + 1 >= end) {
            out[size++] = *p++;
            continue;
        }
        if (p[1] == 'u' && end - p >= 6 && hex_at(p + 2) >= 0) {
            unsigned code = (unsigned)hex_at(p + 2);
            p += 6;
            if (code >= 0xD800 && code < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
                hex_at(p + 2) >= 0xDC00 && hex_at(p + 2) < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + ((unsigned)hex_at(p + 2) - 0xDC00);
                p += 6;
            } else if (code >= 0xD800 && code < 0xE000) {
                code = 0xFFFD;
            }
            size += write_code(out + size, code);
            continue;
        }
        letter = strchr(from, p[1]);
        out[size++] = letter && p[1] ? (uint8_t)to[letter - from] : p[1];
        p += 2;
    }
    return size;
}

/* Takes one quote for two. */
static size_t undouble(const uint8_t *p, const uint8_t *end, uint8_t *out, size_t room) {
    size_t size = 0;
    for (; p < end && size < room; p++) {
        out[size++] = *p;
        if (*p == '"' && p + 1 < end && p[1] == '"') p++;
    }
    return size;
}

int cotool_value_number(const cotool_value *value, const cotool_default_unit *unit,
                        cotool_fixed *number, int *dimension, int *added) {
    const uint8_t *p = value->start, *end = value->end;
    uint8_t text[COTOOL_PART];
    if (value->kind == COTOOL_STRING && memchr(p, '\\', (size_t)(end - p))) {
        end = text + unescape(p, end, text, sizeof text);
        p = text;
    }
    return cotool_read_number(p, end, unit, number, dimension, added);
}

size_t cotool_write_value(const cotool_value *value, int as, uint8_t *out) {
    uint8_t text[2 * COTOOL_PART];
    const uint8_t *p = value->start, *end = value->end;
    size_t size;
    if (value->kind == COTOOL_NO_VALUE || (end - p == 1 && *p == '-')) return 0;
    if (value->kind == COTOOL_STRING && memchr(p, '\\', (size_t)(end - p))) {
        size = unescape(p, end, text, sizeof text);
        p = text, end = text + size;
    } else if (value->kind == COTOOL_DOUBLED) {
        size = undouble(p, end, text, sizeof text);
        p = text, end = text + size;
    }
    if (as == COTOOL_AS_PATH) return cotool_mask_path(p, end, out, COTOOL_PART);
    if (as == COTOOL_AS_CLASS) {
        if (end - p != 3 || *p < '1' || *p > '5') return 0;
        out[0] = *p, out[1] = out[2] = 'x';
        return 3;
    }
    size = cotool_least((size_t)(end - p), COTOOL_PART);
    while (size == COTOOL_PART && size > COTOOL_PART - 4 && (p[size] & 0xC0) == 0x80) size--;
    for (size_t n = 0; n < size; n++) out[n] = p[n] < 0x20 ? ' ' : p[n];
    return size;
}
