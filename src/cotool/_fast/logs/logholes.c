/* Values within text: where one begins after its name, and where it ends. See logreading.h. */

#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "logs/logreading.h"

/* Tells whether the text after a hole may begin at q: not within a number (3.25s. 1,234,) or a unit: the s
 * of 3ms. */
static int ends_hole(const uint8_t *q, const uint8_t *end, const char *after) {
    if (*after == '.' || *after == ',')
        return after[1] || !(cotool_is_digit(q[-1]) && q + 1 < end && cotool_is_digit(q[1]));
    return !(cotool_is_letter((uint8_t)*after) && cotool_is_letter(q[-1]));
}

/* Tells whether a word from p to q is not a unit but the name of the next value: `count: 5 min: 3`, and
 * `min 3 max 9`. `labelled`: the value before it has such a name. */
static int names_next(const uint8_t *p, const uint8_t *q, const uint8_t *end, int labelled) {
    const uint8_t *next = q + (q < end && *q == ' ');
    const int is_least = q - p == 3 && (!memcmp(p, "min", 3) || !memcmp(p, "Min", 3) || !memcmp(p, "MIN", 3));
    if (next < end && *next == '=') return 1;
    if (next < end && *next == ':') {
        for (next++; next < end && (*next == ' ' || *next == '-');) next++;
        return next < end && cotool_is_digit(*next) && (labelled || is_least);
    }
    return is_least && next > q && next < end && cotool_is_digit(*next) &&
           cotool_duration_end(p, end) == q &&
           memmem(next, (size_t)(end - next), *p == 'm' ? " max" : p[1] == 'i' ? " Max" : " MAX", 4);
}

/* Returns the end of what goes on behind the digits from `start` to p as no number that is read does: blanks
 * between thousands, 1 234 ms, and a number for a telephone, 030 1234567. p: nothing does. */
static const uint8_t *after_blanks(const uint8_t *start, const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p, *digits;
    int groups = 0;
    for (const uint8_t *each = start; each < p; each++)
        if (!cotool_is_digit(*each)) return p;
    for (; end - q > 3 && *q == ' ' && cotool_is_digit(q[1]); q = digits, groups++) {
        for (digits = q + 1; digits < end && cotool_is_digit(*digits);) digits++;
        if (*start == '0' && p - start > 1 && digits - q > 5) return digits;
        if (digits - q != 4) return p;
    }
    if (!groups || p - start > 3 || *start == '0') return p;
    q += q < end && *q == ' ';
    digits = cotool_unit_end(q, end);
    return digits > q && (digits == end || !cotool_is_letter(*digits)) ? digits : p;
}

/* Tells whether the word behind the blank at p names the number behind it: 122 bytes 5016. */
static int names_beside(const uint8_t *p, const uint8_t *end) {
    for (p++; p < end && cotool_is_letter(*p);) p++;
    return end - p > 1 && *p == ' ' && cotool_is_digit(p[1]);
}

/* Returns the end of a unit at p or behind a blank at p, or of further parts of a duration: `m 30 s`;
 * p without one. The letters m, h and d behind a blank may be words. `labelled`: see above. */
static const uint8_t *after_unit(const uint8_t *p, const uint8_t *end, int labelled) {
    const uint8_t *unit = p + (p + 1 < end && *p == ' '), *q = cotool_unit_end(unit, end), *next;
    if (unit != p && names_next(unit, q, end, labelled)) return p;
    if (q == unit || !(q == end || strchr(" \t,;:)]}>.|!\"'\n\r", *q))) return p;
    if (unit != p && q - unit == 1 && *unit != 's' && *unit != 'B' && q < end && *q == ' ' &&
        cotool_duration_end(unit, end) == q) {
        for (next = q + 1; next < end && (cotool_is_letter(*next) || strchr("_-.", *next));) next++;
        if (next >= end || *next != '=') return p;
    }
    return cotool_duration_end(unit, end);
}

/* Returns the end of a duration that is written from p to q, 1m, and goes on behind q: 1m 30s. */
static const uint8_t *after_parts(const uint8_t *p, const uint8_t *q, const uint8_t *end) {
    const uint8_t *unit = q;
    while (unit > p && !cotool_is_digit(unit[-1])) unit--;
    return unit > p && cotool_unit_end(unit, end) == q ? cotool_duration_end(unit, end) : q;
}

/* Finds a text at or after p. The blank that it begins with may be a tab, or, before a name, what opens
 * a list or a quotation; at the start of the line it may be missing. */
static const uint8_t *find_text(const char *text, size_t size, const uint8_t *line, const uint8_t *p,
                                const uint8_t *end, int is_name) {
    const size_t skipped = *text == ' ' && size > 1;
    if (p > line) p += skipped;
    for (; p < end; p++) {
        p = memmem(p, (size_t)(end - p), text + skipped, size - skipped);
        if (!p || !skipped) return p;
        if (p == line && is_name) return p - 1;
        if (p > line && (p[-1] == ' ' || p[-1] == '\t' || (is_name && strchr("\n([{|,;\"", p[-1]))))
            return p - 1;
    }
    return NULL;
}

/* Tells whether the blank at p ends a value or opens the line, so that a name begins behind it: that of
 * `900 ms Duration:`, not of `Billed Duration:`. */
static int opens_name(const uint8_t *line, const uint8_t *p) {
    const uint8_t *word = p;
    while (word > line && cotool_is_letter(word[-1])) word--;
    if (word == p) return 1;
    if (word == line || cotool_unit_end(word, p) != p) return 0;
    return cotool_is_digit(word[-1]) ||
           (word - line > 1 && word[-1] == ' ' && cotool_is_digit(word[-2]));
}

/* Finds a text at or after p; of `name: `, the first that opens a name, if there is one. */
static const uint8_t *find_name(const char *text, size_t size, const uint8_t *line, const uint8_t *p,
                                const uint8_t *end) {
    const int is_label = size >= 4 && *text == ' ' && !memcmp(text + size - 2, ": ", 2);
    const int is_name = is_label || (size >= 3 && *text == ' ' &&
                                     (text[size - 1] == '[' || !memcmp(text + size - 2, "= ", 2)));
    const uint8_t *found = find_text(text, size, line, p, end, is_name), *next = found;
    while (is_label && next && !opens_name(line, next))
        next = find_text(text, size, line, next + 1, end, is_name);
    return next ? next : found;
}

int cotool_read_hole(const cotool_locator *l, const uint8_t *line, const uint8_t *end, cotool_value *value) {
    const size_t before = l->text_size, after = l->after_size;
    const int is_name = before >= 4 && *l->text == ' ' && !after && l->text[before - 1] == ' ';
    const uint8_t *p = line, *q;
    if (!before) {
        /* the word in front of the text */
        for (q = line; (q = memmem(q, (size_t)(end - q), l->after, after)); q++) {
            for (p = q; p > line && p[-1] != ' ' && p[-1] != '\t';) p--;
            if (p == q) continue;
            value->kind = COTOOL_BARE, value->start = p, value->end = q;
            return 1;
        }
        return 0;
    }
    while ((p = find_name(l->text, before, line, p, end))) {
        p += before;
        while (is_name && p < end && *p == ' ') p++; /* Total time:  3 s */
        /* The quotation that a name is in ends its value. */
        for (q = p; q < end && *q != ' ' && *q != '\t' && !(is_name && *q == '"' && q > p); q++)
            if (after && q > p && (size_t)(end - q) >= after && !memcmp(q, l->after, after) &&
                ends_hole(q, end, l->after))
                break;
        /* The hole at the end of a text leaves out what closes a bracket or a sentence. */
        if (!after && q > p && q < end && *q == ' ' && after_blanks(p, q, end) > q)
            q = after_blanks(p, q, end);
        else if (!after && q > p && cotool_is_digit(q[-1]) && !memchr(p, ':', (size_t)(q - p)) &&
                 !(is_name && cotool_is_word(l->text[before - 2]) && names_beside(q, end)))
            q = after_unit(q, end, before > 1 && strchr(":=", l->text[before - 1 - (l->text[before - 1] == ' ')]));
        else if (!after && q > p && cotool_is_digit(*p) && cotool_is_letter(q[-1]))
            q = after_parts(p, q, end);
        while (!after && q > p + 1 && strchr(")]}>,;:.\"'\\", q[-1])) q--;
        if (q > p && (!after || ((size_t)(end - q) >= after && !memcmp(q, l->after, after)))) {
            value->kind = COTOOL_BARE, value->start = p, value->end = q;
            return 1;
        }
    }
    return 0;
}

/* Reads seconds as nginx writes them, 0.012, or a dash for none. Returns what follows, NULL: neither. */
static const uint8_t *read_seconds(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p;
    if (p < end && *p == '-') return p + 1;
    while (q < end && cotool_is_digit(*q)) q++;
    if (q == p || end - q < 4 || *q != '.') return NULL;
    for (int k = 1; k <= 3; k++)
        if (!cotool_is_digit(q[k])) return NULL;
    return q + 4 < end && cotool_is_digit(q[4]) ? NULL : q + 4;
}

void cotool_extend(cotool_value *value, const uint8_t *end) {
    const uint8_t *p = value->end, *q;
    if (value->kind != COTOOL_BARE || p == value->start) return;
    /* The full stop of a sentence, and the quote of what is around the pair. */
    if (p - value->start > 1 &&
        (p[-1] == '.' || (p[-1] == '\'' && !memchr(value->start, '\'', (size_t)(p - 1 - value->start))))) {
        value->end = p - 1;
        return;
    }
    if (p < end && *p == ' ' && cotool_is_digit(value->start[*value->start == '-' || *value->start == '+'])) {
        q = after_blanks(value->start, p, end);
        if (q > p) value->end = q;
        else value->end = cotool_is_digit(p[-1]) ? after_unit(p, end, 1) : after_parts(value->start, p, end);
        return;
    }
    if (p >= end || *p != ',' || !(cotool_is_digit(p[-1]) || p[-1] == '-')) return;
    if (p + 1 < end && cotool_is_digit(p[1])) {
        while (p < end && (cotool_is_digit(*p) || *p == ',' || *p == '.')) p++;
        while (!cotool_is_digit(p[-1])) p--;
        value->end = after_unit(p, end, 1);
        return;
    }
    if (read_seconds(value->start, end) != p) return;
    while (end - p > 2 && *p == ',' && p[1] == ' ' && (q = read_seconds(p + 2, end))) p = q;
    value->end = p;
}
