/* The head of a log line: times, levels, numbers between them, and, in syslog, host and process. Part
 * of logmask.c.
 */
#ifndef COTOOL_LOGHEAD_H
#define COTOOL_LOGHEAD_H

#include "logs/logdates.h"
#include "logs/loglevels.h"
#include "logs/logshapes.h"
#include "logs/logzones.h"

enum { NOTHING, SEPARATOR, NUMBER, MOMENT, NAME, ZONE, LEVEL_WORD };

static int level_style(const uint8_t *p, size_t size) {
    int style = 0;
    return cotool_level_of(p, size, &style) < 0 ? 0 : style;
}

static int all_digits(const uint8_t *p, const uint8_t *end) {
    while (p < end && is(*p, DIGIT)) p++;
    return p == end;
}

/* Returns whether a word is the name of a zone, or AM or PM. */
static int is_zone(const uint8_t *p, size_t size) {
    if (size == 2) return p[1] == 'M' && (*p == 'A' || *p == 'P');
    return size > 2 && cotool_zone_quarters(p, size) != COTOOL_NO_ZONE;
}

/* The kind of a head's word, without the punctuation at its end. */
static int head_word(const uint8_t *p, const uint8_t *end, int at_start, int *style) {
    const uint8_t *q = p;
    size_t size;
    *style = 0;
    while (end > p && (end[-1] == ',' || end[-1] == ';')) end--;
    if (end > p && end[-1] == ':') end--;
    size = (size_t)(end - p);
    if (!size || (size <= 2 && *p == '-' && end[-1] == '-') || (size == 1 && *p == '|'))
        return SEPARATOR;
    if (is(*p, DIGIT) || ((*p == '-' || *p == '+') && size > 1 && is(p[1], DIGIT))) {
        int marks = 0;
        if (time_span(p, end) == size) return MOMENT;
        if (!is(*p, DIGIT)) q++;
        for (; q < end; q++) {
            if (is(*q, DIGIT)) continue;
            if ((*q != '.' && *q != '-' && *q != '/') || marks++) return NOTHING;
        }
        /* seconds or milliseconds since 1970: 1117838570, 1117838570123 */
        if (at_start && *p == '1' && (size == 10 || size == 13 || (size > 11 && p[10] == '.')))
            return MOMENT;
        return NUMBER;
    }
    if (size == 3 && (is_month(p) || is_weekday(p))) return NAME;
    if (is_zone(p, size)) return ZONE;
    *style = level_style(p, size);
    return *style ? LEVEL_WORD : NOTHING;
}

/* The kind of a head's bracket: times, levels, numbers; NOTHING if it holds text. */
static int head_bracket(const uint8_t *p, const uint8_t *end) {
    int found = SEPARATOR, words = 0, unknown = 0, timed = 0, letter = 0;
    while (p < end) {
        const uint8_t *q = p;
        int style, kind;
        while (q < end && *q != ' ' && !(*q == ':' && q + 1 < end && is(q[1], LETTER))) q++;
        kind = head_word(p, q, 0, &style);
        words++;
        unknown += kind == NOTHING;
        timed |= kind == MOMENT;
        letter |= kind == NOTHING && words == 1 && q - p == 1 && cotool_letter_level(*p) >= 0;
        if (kind > found) found = kind;
        p = q + 1;
    }
    if (letter && timed) unknown--, found = LEVEL_WORD;
    /* "[INFO main]", "[I 2024-01-05 12:11:10 Server]": one name besides the level. */
    if (!words || (unknown && !(unknown == 1 && found == LEVEL_WORD && (words == 2 || timed))))
        return NOTHING;
    return found;
}

/* Writes the shape of [line, end): d for digits, m for names, L for levels; the rest is copied. */
static int write_signature(const uint8_t *line, const uint8_t *end, uint8_t *to) {
    uint8_t *start = to, *stop = to + COTOOL_SIGNATURE_SIZE - 2;
    while (line < end && to < stop) {
        if (is(*line, DIGIT)) {
            while (line < end && is(*line, DIGIT)) line++;
            *to++ = 'd';
        } else if (is(*line, LETTER)) {
            const uint8_t *word = line;
            while (line < end && is(*line, LETTER)) line++;
            if (line - word == 1)
                *to++ = *word == 'T' || *word == 'Z' ? *word : 'L';
            else
                *to++ = level_style(word, (size_t)(line - word)) ? 'L' : 'm';
        } else if (is(*line, BLANK)) {
            while (line < end && is(*line, BLANK)) line++;
            *to++ = ' ';
        } else {
            *to++ = is(*line, CONTROL) ? '?' : *line;
            line++;
        }
    }
    while (to > start && to[-1] == ' ') to--;
    return (int)(to - start);
}

static const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end) {
    while (p < end && is(*p, BLANK)) p++;
    return p;
}

/* Returns the end of "name[123]:" or "name:" at p, NULL if there is none. */
static const uint8_t *process_name(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p;
    int blank = 0;
    if (end - p > 64) end = p + 64;
    while (q < end && *q != ':' && *q != '[' && *q != ']') blank |= is(*q++, BLANK);
    if (q == p || q == end) return NULL;
    if (*q == '[') {
        q++;
        if (q == end || !is(*q, DIGIT)) return NULL;
        while (q < end && is(*q, DIGIT)) q++;
        if (end - q < 2 || *q != ']' || q[1] != ':') return NULL;
        q++;
    } else if (*q != ':' || blank) {
        return NULL;
    }
    q++;
    return q == end || is(*q, BLANK) ? q : NULL;
}

/* Returns the end of a head's word at p: a blank, | or [. */
static const uint8_t *word_end(const uint8_t *p, const uint8_t *stop) {
#if defined(__SSE2__)
    for (; p < stop; p += 16) {
        const __m128i x = _mm_loadu_si128((const __m128i *)p);
        const __m128i ends = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\t'))),
            _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('|')), _mm_cmpeq_epi8(x, _mm_set1_epi8('['))));
        const unsigned found = (unsigned)_mm_movemask_epi8(ends);
        if (!found) continue;
        p += __builtin_ctz(found);
        break;
    }
    return p < stop ? p : stop;
#else
    while (p < stop && !is(*p, BLANK) && *p != '|' && *p != '[') p++;
    return p;
#endif
}

/* Returns the end of the time in a line of an access log, "127.0.0.1 - - [07/Mar/2026:10:00:00 +0000]",
 * NULL if there is none. */
static const uint8_t *access_time(const uint8_t *line, const uint8_t *end) {
    const uint8_t *p, *close;
    if (end - line < 40) return NULL;
    p = memchr(line, '[', end - line > 128 ? 128 : (size_t)(end - line));
    if (!p || p == line || end - p < 22 || !all_digits(p + 1, p + 3) || p[3] != '/' ||
        !is_month(p + 4) || p[7] != '/' || !all_digits(p + 8, p + 12) || p[12] != ':')
        return NULL;
    close = memchr(p, ']', end - p > 40 ? 40 : (size_t)(end - p));
    return close ? close + 1 : NULL;
}

/* Returns the end of glog's "417 volume.go:93]" at p, NULL if there is none. */
static const uint8_t *source_place(const uint8_t *p, const uint8_t *end) {
    const uint8_t *start, *digits;
    if (end - p > 96) end = p + 96;
    while (p < end && is(*p, DIGIT)) p++;
    start = p = skip_blanks(p, end);
    while (p < end && (is(*p, WORD) || *p == '.' || *p == '-' || *p == '/')) p++;
    if (p == start || p == end || *p != ':') return NULL;
    for (digits = ++p; p < end && is(*p, DIGIT);) p++;
    return p > digits && end - p > 1 && *p == ']' && is(p[1], BLANK) ? p + 1 : NULL;
}

/* Returns where the message begins: after time, level, numbers between them, and, in syslog, host
 * and process. Writes the shape of these. */
static const uint8_t *message_start(const uint8_t *line, const uint8_t *end, uint8_t *signature,
                                  int *size, cotool_head_shapes *memo) {
    const uint8_t *p = line, *done = line, *seen = line, *stop, *epoch = NULL;
    head_state s = {0}, reached;
    const struct cotool_shape *known = known_shape(line, end, memo);
    int host = 0, numbered = 0;
    if (known) {
        /* Its kind does not depend on its digits. Read the words after it. */
        memcpy(&s, known->state, sizeof s);
        p = done = line + known->head;
        if (known->one) epoch = line + known->one - 1;
    } else if (p < end && *p == '<') {
        const uint8_t *q = p + 1;
        while (q < end && q < p + 4 && is(*q, DIGIT)) q++;
        if (q > p + 1 && q < end && *q == '>') {
            p = q + 1;
            if (end - p >= 2 && *p == '1' && p[1] == ' ') p++; /* RFC 5424 */
            done = p, s.pri = 1;
        }
    }
    reached = s;
    stop = end - line > 160 ? line + 160 : end;
    while (p < stop) {
        const uint8_t *q, *first = p;
        int kind, style = 0, at_start = done == line;
        if (is(*p, BLANK) || *p == '|') {
            p++;
            continue;
        }
        if (*p == '[' || *p == '(') {
            q = memchr(p, *p == '[' ? ']' : ')', (size_t)(stop - p));
            if (!q) break;
            kind = head_bracket(p + 1, q);
            if (kind == NOTHING || kind == SEPARATOR || (kind == LEVEL_WORD && s.level)) break;
            q++;
            while (q < stop && (*q == ':' || *q == ',')) q++;
            p = q;
            s.names = 0, s.after_number = kind == NUMBER || kind == MOMENT;
            if (kind == MOMENT) s.timed = 1;
            if (kind == LEVEL_WORD) s.level = 1;
            if (kind == LEVEL_WORD) numbered |= has_numbered_word(first, p);
            if (kind == MOMENT || kind == LEVEL_WORD) done = p, s.syslog = 0, reached = s, known = NULL;
            continue;
        }
        q = word_end(p, stop);
        kind = head_word(p, q, at_start, &style);
        if (kind == NOTHING && s.after_number && s.timed && !s.level && q - p == 1 &&
            cotool_letter_level(*p) >= 0)
            kind = LEVEL_WORD, style = COTOOL_UPPER;
        if (at_start && q - p == 5 && cotool_letter_level(*p) >= 0 && all_digits(p + 1, q))
            kind = MOMENT, s.level = 1; /* glog: I0102 03:04:05.678901 */
        if (kind == NOTHING) break;
        if (kind == LEVEL_WORD) {
            if (s.level || (!s.timed && style != COTOOL_UPPER)) break;
            /* "Error opening ..." begins a message; "Info:" and "info |" are levels. */
            if (style != COTOOL_UPPER && q[-1] != ':' && q[-1] != ',' &&
                !(q + 1 < end && (*q == '\t' || *q == '|' || (is(q[0], BLANK) && is(q[1], BLANK)))))
                break;
            if (style != COTOOL_UPPER) seen = q + 1;
            numbered |= has_numbered_word(p, q);
            s.level = 1, s.syslog = 0;
        } else if (kind == MOMENT) {
            if (at_start && is(*p, DIGIT) && time_span(p, q) != (size_t)(q - p)) epoch = p;
            s.timed = 1;
            s.syslog = s.names && s.after_number;
        } else if (kind == ZONE && (!s.after_number || p > done + 1)) {
            break;
        }
        if (kind != ZONE) {
            s.names = kind == NAME ? 1 : kind == NUMBER ? s.names : 0;
            s.after_number = kind == NUMBER || kind == MOMENT;
        }
        p = q;
        if (kind == LEVEL_WORD || kind == MOMENT || kind == ZONE) done = q, reached = s, known = NULL;
    }
    if (done == line && (stop = access_time(line, end))) {
        memcpy(signature, "[d/m/d]", 7);
        *size = 7;
        return skip_blanks(stop, end);
    }
    p = skip_blanks(done, end);
    if (known) {
        memcpy(signature, known->signature, sizeof known->signature);
        *size = known->signature_size;
    } else {
        *size = write_signature(line, done, signature);
        /* The digit decides whether "<34>1" has a version, and whether "debug1" is a level. */
        if (!reached.pri && !numbered)
            learn_shape(line, end, done, seen > done ? seen : done, epoch, &reached, signature, *size, memo);
    }
    if (reached.syslog || reached.pri) {
        const uint8_t *q = p, *process;
        while (q < end && !is(*q, BLANK)) q++;
        if (q > p && q < end && q[-1] != ':' && !process_name(p, end)) {
            p = skip_blanks(q, end);
            host = 1;
        }
        if ((process = process_name(p, end))) p = skip_blanks(process, end), host |= 2;
        signature[(*size)++] = (uint8_t)('0' + host);
    } else if (done > line) {
        const uint8_t *place = source_place(p, end);
        if (place) p = skip_blanks(place, end), signature[(*size)++] = 's';
    }
    return p;
}

#endif
