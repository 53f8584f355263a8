/* Escapes that colour text. */
#ifndef COTOOL_LOGCOLOURS_H
#define COTOOL_LOGCOLOURS_H

#include "logs/logchars.h"

/* Returns what follows an escape that colours text, which may be spelled \u001b, \x1b, \e or \033; p
 * where there is none. */
static const uint8_t *cotool_skip_colour(const uint8_t *p, const uint8_t *end) {
    static const char *const signs[] = {"\x1b[", "\\u001b[", "\\u001B[", "\\x1b[", "\\e[", "\\033["};
    if (p >= end || (*p != '\x1b' && *p != '\\')) return p;
    for (size_t n = 0; n < sizeof signs / sizeof signs[0]; n++) {
        size_t size = strlen(signs[n]);
        const uint8_t *q = p + size;
        if ((size_t)(end - p) <= size || memcmp(p, signs[n], size)) continue;
        while (q < end && (cotool_is_digit(*q) || *q == ';' || *q == ':' || *q == '?')) q++;
        return q < end && cotool_is_letter(*q) ? q + 1 : p;
    }
    return p;
}

#endif
