/* See logpaths.h. */

#include "logs/logpaths.h"

#include <string.h>

#include "logs/logchars.h"

/* Tells whether a segment of a path names one thing among many: digits, a UUID, a hash, a token. `stop`
 * is set to its end, before an extension. */
static int is_id(const uint8_t *p, const uint8_t *end, const uint8_t **stop) {
    int digits = 0, hex = 0, others = 0, dashes = 0, changes = 0, was = -1;
    const uint8_t *q = p;
    for (; q < end && *q != '.'; q++) {
        int is;
        if (*q == '-' || *q == '_' || *q == ':') {
            dashes++;
            continue;
        }
        if (*q == '%' || *q >= 0x80) return 0;
        is = cotool_is_digit(*q);
        digits += is;
        if (!is && (*q | 0x20) >= 'a' && (*q | 0x20) <= 'f') hex++;
        else if (!is && cotool_is_letter(*q)) others++;
        else if (!is) return 0;
        changes += was >= 0 && was != is;
        was = is;
    }
    *stop = q;
    if (!digits) return 0;
    if (!hex && !others) return 1;
    if (q < end && memchr(q + 1, '.', (size_t)(end - q - 1))) return 0;
    if (!others) return digits + hex >= 8;
    return digits + hex + others >= 16 && digits >= 3 && changes >= 4 && dashes <= 4;
}

size_t cotool_mask_path(const uint8_t *text, const uint8_t *end, uint8_t *out, size_t room) {
    const uint8_t *p = text, *q;
    size_t size = 0;
    for (q = p; q < end && *q != '?' && *q != '#' && *q != ';';) q++;
    end = q;
    if (end - p > 8 && (q = memchr(p, ':', 8)) && end - q > 3 && !memcmp(q, "://", 3)) {
        /* https://host/path */
        q = memchr(q + 3, '/', (size_t)(end - q - 3));
        p = q ? q : end;
    }
    while (p < end && size + 8 < room) {
        const uint8_t *stop;
        if (*p == '/') {
            out[size++] = *p++;
            continue;
        }
        q = memchr(p, '/', (size_t)(end - p));
        if (!q) q = end;
        if (is_id(p, q, &stop)) {
            memcpy(out + size, "<*>", 3);
            size += 3, p = stop;
        }
        while (p < q && size + 8 < room) out[size++] = *p++;
    }
    if (!size && end > text) out[size++] = '/';
    return size;
}
