/* Writes the words of a message to its form, and marks those that are parameters by their shape. Part
 * of logmask.c.
 */
#ifndef COTOOL_LOGWORDS_H
#define COTOOL_LOGWORDS_H

#include "logs/loghead.h"
#include "logs/logspans.h"

typedef struct {
    const uint8_t *line, *end;
    uint8_t *to, *stop;
    cotool_masked *masked;
} writer;

/* Copies in units of sixteen bytes; both buffers have room for it. */
COTOOL_INLINE void copy(uint8_t *to, const uint8_t *from, size_t size) {
    for (size_t n = 0; n < size; n += 16) memcpy(to + n, from + n, 16);
}

COTOOL_INLINE void put_parameter(writer *w, const uint8_t *from, const uint8_t *to, uint8_t mark,
                          int is_number, double value) {
    cotool_masked *m = w->masked;
    *w->to++ = mark;
    if (m->parameters < COTOOL_FORM_PARAMETERS) {
        cotool_parameter *x = &m->parameter[m->parameters++];
        x->start = (uint32_t)(from - w->line), x->end = (uint32_t)(to - w->line);
        x->is_number = (uint8_t)is_number, x->value = value;
    }
}

static const double tens[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                              1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

/* Returns the value of the one to eight digits at p; eight bytes must be readable. Combines pairs of
 * digits, then pairs of pairs (D. Lemire, 2018). Needs little-endian words. */
COTOOL_INLINE uint64_t eight_digits(const uint8_t *p, size_t size) {
    const uint64_t zeros = 0x3030303030303030u;
    uint64_t x;
    memcpy(&x, p, 8);
    if (size < 8) x = x << 8 * (8 - size) | zeros >> 8 * size;
    x -= zeros;
    x = x * 10 + (x >> 8);
    return (((x & 0x000000FF000000FFu) * 0x000F424000000064u) +
            ((x >> 16 & 0x000000FF000000FFu) * 0x0000271000000001u)) >> 32;
}

/* Returns the value of the digits [p, end); digits after the eighteenth count as zeros. */
COTOOL_INLINE double whole_number(const uint8_t *p, const uint8_t *end) {
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    size_t size = (size_t)(end - p);
    double more = 1;
    uint64_t value;
    if (size <= 8) return (double)eight_digits(p, size);
    for (; size > 18; size--) more *= 10;
    value = eight_digits(p, 8);
    for (p += 8, size -= 8; size; ) {
        const size_t next = size < 8 ? size : 8;
        value = value * powers[next] + eight_digits(p, next);
        p += next, size -= next;
    }
    return (double)value * more;
}

/* Writes the run of letters, digits and underscores [p, q), with marks for the parameters in it.
 * Returns 0 if all of it is one parameter. */
COTOOL_INLINE int put_identifier(writer *w, const uint8_t *p, const uint8_t *q) {
    const uint8_t *at;
    int groups = 0, size = 0;
    if (q - p > 2 && *p == '0' && (p[1] | 0x20) == 'x') return 0;
    for (at = p; at <= q; at++) {
        if (at == q || *at == '_') {
            if (groups >= 2 && size >= 8) return 0;
            groups = size = 0;
            continue;
        }
        size++;
        groups += is(*at, DIGIT) && (at == p || !is(at[-1], DIGIT));
    }
    for (at = p; at < q;) {
        const uint8_t *start = at;
        int joined = 0;
        if (!is(*at, DIGIT)) {
            *w->to++ = *at++;
            continue;
        }
        /* Digits, and more that underscores join to them: 1445144423722_0020_m_000001 */
        for (;;) {
            while (at < q && is(*at, DIGIT)) at++;
            if (at + 1 >= q || *at != '_') break;
            if (is(at[1], DIGIT)) at++;
            else if (at + 2 < q && is(at[1], LETTER) && at[2] == '_') at += 2;
            else break;
            joined = 1;
        }
        put_parameter(w, start, at, COTOOL_PARAMETER, !joined, joined ? 0 : whole_number(start, at));
    }
    return 1;
}

/* Writes the word [p, q), in which the classes `any` occur, and what belongs to it. Returns where
 * that ends. */
COTOOL_INLINE const uint8_t *put_word(writer *w, const uint8_t *p, const uint8_t *q, int any,
                                      int header_words) {
    const uint8_t *end = w->end, *stop;
    const size_t size = (size_t)(q - p);
    int hex;
    if ((any & (DIGIT | OTHER)) == OTHER && size != 3 && size <= LONGEST_WORD &&
        (q == end || *q != ':')) {
        /* A common word. */
        copy(w->to, p, size);
        w->to += size;
        return q;
    }
    hex = (any & OTHER) == 0;
    if (size > LONGEST_WORD) {
        put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
        return q;
    }
    if (!(any & DIGIT)) {
        if (q < end && *q == ':') {
            if (end - q > 3 && q[1] == '/' && q[2] == '/') {
                copy(w->to, p, size);
                w->to += size;
                *w->to++ = ':', *w->to++ = '/', *w->to++ = '/';
                stop = url_end(q + 3, end);
                put_parameter(w, q + 3, stop, COTOOL_PARAMETER, 0, 0);
                return stop;
            }
            if (size == 1 && end - q > 1 && q[1] == '\\') {
                while (q < end && (!is(*q, PATH_END) || *q == ':')) q++;
                put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
                return q;
            }
        }
        if (size == 3 && *p >= 'A' && *p <= 'Z' && q < end && (*q == ' ' || *q == ',')) {
            size_t date = named_date_span(p, end);
            if (date) {
                put_parameter(w, p, p + date, COTOOL_TIME, 0, 0);
                return p + date;
            }
        }
    }
    if (hex && q < end) {
        /* Perhaps an address or a UUID. */
        if (size == 8 && *q == '-' && (stop = uuid_end(p, end)) > p) {
            put_parameter(w, p, stop, COTOOL_PARAMETER, 0, 0);
            return stop;
        }
        if (size <= 4 && (*q == ':' || (*q == '-' && size == 2)) &&
            (stop = groups_end(p, end)) > p) {
            put_parameter(w, p, stop, COTOOL_PARAMETER, 0, 0);
            return stop;
        }
    }
    if (!(any & ~DIGIT)) { /* only digits */
        const uint8_t *unit = q;
        double value;
        int dots = 0, epoch;
        if (q + 1 < end && is(q[1], DIGIT) &&
            (*q == ':' ? size <= 2 : *q == '.' ? size == 4 : *q == '-' || *q == '/')) {
            size_t time = time_span(p, end);
            if (time) {
                put_parameter(w, p, p + time, COTOOL_TIME, 0, 0);
                return p + time;
            }
        }
        value = whole_number(p, q);
        epoch = header_words && (size == 10 || size == 13) && *p == '1' &&
                (q == end || is(*q, BLANK));
        stop = decimals_end(q, end, &dots);
        if (!dots && (unit = unit_end(q, end)) > q)
            for (stop = q + 1, dots = 1; is(*stop, DIGIT);) stop++;
        if (dots == 1 && stop - q <= 18) value += whole_number(q + 1, stop) / tens[stop - q - 1];
        put_parameter(w, p, stop, epoch ? COTOOL_EPOCH : COTOOL_PARAMETER, dots < 2, value);
        while (stop < unit) *w->to++ = *stop++;
        return stop;
    }
    if (is(*p, DIGIT)) {
        const uint8_t *unit = q - 1;
        double value = 0;
        stop = bytes_end(p, q);
        if (stop > p) value = whole_number(p, unit);
        else stop = duration_end(p, end, &unit, &value);
        if (stop > p) {
            put_parameter(w, p, unit, COTOOL_PARAMETER, 1, value);
            while (unit < stop) *w->to++ = *unit++;
            return stop;
        }
    }
    if (hex && (any & (HEX_LOWER | HEX_UPPER)) != (HEX_LOWER | HEX_UPPER) &&
        ((any & DIGIT) ? size >= 4 : size >= 8)) {
        put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
        return q;
    }
    if (!(any & DIGIT)) {
        copy(w->to, p, size);
        w->to += size;
    } else if (!put_identifier(w, p, q)) {
        put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
    } else if (is(q[-1], DIGIT)) {
        int dots = 0;
        stop = decimals_end(q, end, &dots);
        if (dots && w->masked->parameters) {
            cotool_parameter *last = &w->masked->parameter[w->masked->parameters - 1];
            if (last->end == (uint32_t)(q - w->line)) last->end = (uint32_t)(stop - w->line);
            last->is_number = 0;
        }
        q = stop;
    }
    return q;
}

/* Writes the blanks at p, at most two of them or a single tab. Returns where they end. */
COTOOL_INLINE const uint8_t *put_blanks(writer *w, const uint8_t *p) {
    const uint8_t *q = p + 1;
    while (q < w->end && is(*q, BLANK)) q++;
    *w->to++ = q == p + 1 ? *p : ' ';
    if (q > p + 1) *w->to++ = ' ';
    return q;
}

/* Returns whether a slash after this byte begins a path. */
COTOOL_INLINE int begins_path(int before) {
    return !is((uint8_t)before, WORD) && before && !strchr("._-/*>)]", before);
}

/* Returns whether a sign after this byte belongs to a number: -1, blk_-6952295868487656571 */
COTOOL_INLINE int begins_number(int before) {
    return !is((uint8_t)before, DIGIT | LETTER) && before && !strchr(")]}-", before);
}

/* Returns the end of the word at p; `any` gets the classes that occur in it. */
COTOOL_INLINE const uint8_t *scan_word(const uint8_t *p, const uint8_t *end, int *any) {
    *any = 0;
    for (; p < end && is(*p, WORD); p++) *any |= class_of[*p];
    return p;
}

/* Writes the number, or another word that begins with a digit, after the sign at p. */
COTOOL_INLINE const uint8_t *put_signed(writer *w, const uint8_t *p) {
    cotool_masked *masked = w->masked;
    const int first = masked->parameters;
    int any;
    const uint8_t *q = scan_word(p + 1, w->end, &any);
    q = put_word(w, p + 1, q, any, 0);
    if (masked->parameters > first) {
        masked->parameter[first].start = (uint32_t)(p - w->line);
        if (*p == '-') masked->parameter[first].value *= -1;
    }
    return q;
}

#endif
