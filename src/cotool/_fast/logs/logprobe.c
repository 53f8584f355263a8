/* See logprobe.h. */

#include "logs/logprobe.h"

#include "logs/loglines.h"
#include "logs/logjson.h"
#include "logs/loglevels.h"
#include "logs/logtime.h"
#include "logs/logvalues.h"

#define COTOOL_TARGET
#define COTOOL_NAME(name) name##_plain
#include "logs/logtokens.inc"

int cotool_probe_times(const uint8_t *line, const uint8_t *end, int tokens, cotool_seen_time *seen,
                       int most) {
    tokens_plain t;
    const uint8_t *start, *stop;
    uint64_t digits;
    int n = 0;
    t.end = end;
    seek_plain(&t, line);
    for (int token = 0; token < tokens && next_plain(&t, &start, &stop); token++) {
        int open = cotool_is_open(*start) ? *start : 0;
        if (token == 0 && start != line) break; /* a record begins at the line's start */
        /* A letter before a time of digits: glog. */
        if (token == 0 && (stop - start == 5 || stop - start == 9) &&
            cotool_letter_level(*start) >= 0 && cotool_is_digit(start[1]))
            open = 'A';
        if (open) start++;
        digits = digits_plain(start);
        for (int k = 0; k < COTOOL_LAYOUTS && start < end && n < most; k++) {
            cotool_stamp stamp;
            int length = cotool_read_time(&cotool_layouts[k], start, end, digits, &stamp);
            if (!length) continue;
            seen[n].token = token, seen[n].open = open, seen[n].layout = k;
            seen[n].at = (int)(start - line), seen[n].length = length;
            seen[n].month = stamp.month, seen[n].day = stamp.day;
            n++;
        }
    }
    return n;
}

/* The most words of a token that may name a level: a time in front of them has up to nine. */
#define PROBED_WORDS 11

int cotool_probe_levels(const uint8_t *line, const uint8_t *from, const uint8_t *end, int tokens,
                        cotool_seen_level *seen, int most) {
    tokens_plain t;
    const uint8_t *start, *stop;
    int n = 0;
    t.end = end;
    seek_plain(&t, from);
    for (int token = 0; token < tokens && next_plain(&t, &start, &stop); token++) {
        const uint8_t *p = start;
        int word = 0, kind = -1, level = -1;
        if (stop - start == 1 && cotool_symbol_level(*start) >= 0)
            kind = COTOOL_PLACE_SYMBOL, level = cotool_symbol_level(*start);
        else if (cotool_letter_of(start, stop))
            kind = COTOOL_PLACE_LETTER, level = cotool_any_letter_level(*cotool_letter_of(start, stop));
        if (kind >= 0 && n < most)
            seen[n++] = (cotool_seen_level){kind, token, 0, 0, 0, 0, level, (int)(start - line), 0};
        for (; word < PROBED_WORDS && n < most; word++) {
            const uint8_t *first;
            int styles = 0;
            while (p < stop && cotool_byte_class[*p] != COTOOL_CLASS_WORD) p++;
            first = p;
            while (p < stop && cotool_byte_class[*p] == COTOOL_CLASS_WORD) p++;
            if (first == p) break;
            level = cotool_level_of(first, (size_t)(p - first), &styles);
            kind = COTOOL_PLACE_WORD;
            if (level < 0 && (level = cotool_report_level(line, first, p, end)) >= 0) styles = COTOOL_UPPER;
            if (p - first == 1 && cotool_fills_column(line, first, end) && cotool_letter_level(*first) >= 0)
                kind = COTOOL_PLACE_LETTER, level = cotool_letter_level(*first), styles = COTOOL_UPPER;
            if (level < 0 && p - first == 3 && first[0] >= '1' && first[0] <= '5' &&
                cotool_is_digit(first[1]) && cotool_is_digit(first[2]))
                kind = COTOOL_PLACE_STATUS, level = cotool_status_level((first[0] - '0') * 100);
            if (level < 0) continue;
            seen[n++] = (cotool_seen_level){kind,
                                            token,
                                            word,
                                            first > line ? cotool_byte_class[first[-1]] : 0,
                                            p < end ? cotool_byte_class[*p] : 0,
                                            styles,
                                            level,
                                            (int)(first - line),
                                            kind == COTOOL_PLACE_WORD &&
                                                cotool_common_word(first, (size_t)(p - first))};
        }
    }
    return n;
}

/* Returns whether a word certainly names a level: -1 if it may, for another reason than these. */
static int cotool_is_certain(const cotool_seen_level *seen, uint32_t leads, uint32_t trails) {
    if (!(trails >> seen->trail & 1)) return seen->trail == cotool_byte_class['['] ? -1 : 0;
    if (!(leads >> seen->lead & 1)) return -1;
    if (seen->common && (seen->styles != COTOOL_UPPER || seen->trail == cotool_byte_class[']']))
        return -1;
    return 1;
}

/* Adds the shape of a line unless it is known. Returns 0 if it cannot be added. */
static int cotool_add_shape(cotool_same_level *found, const uint8_t *line, const uint8_t *end, int size) {
    uint8_t shape[COTOOL_HEAD_SIZE];
    if (size > COTOOL_HEAD_SIZE || end - line < size) return 0;
    for (int n = 0; n < size; n++) shape[n] = cotool_is_digit(line[n]) ? '0' : line[n];
    for (int n = 0; n < found->shapes; n++)
        if (!memcmp(found->shape[n], shape, (size_t)size)) return 1;
    if (found->shapes == COTOOL_HEAD_SHAPES) return 0;
    memcpy(found->shape[found->shapes], shape, (size_t)size);
    found->first[found->shapes++] = line;
    return 1;
}

int cotool_probe_same(const uint8_t *text, const uint8_t *end, int from, int size, uint32_t leads,
                      uint32_t trails, int most, cotool_same_level *found) {
    cotool_seen_level seen[64];
    const uint8_t *stop;
    const uint8_t **start = found->start;
    memset(found, 0, sizeof *found);
    found->start = start;
    for (const uint8_t *line = text; line < end && (stop = memchr(line, '\n', (size_t)(end - line)));
         line = stop + 1) {
        int tokens = found->lines ? found->token + 1 : COTOOL_PROBED_TOKENS;
        int n = 0, certain = 0, count;
        if (found->lines == most || !cotool_add_shape(found, line, stop, size)) return 0;
        count = cotool_probe_levels(line, line + from, line + cotool_least((uint64_t)(stop - line), COTOOL_PROBED),
                                    tokens, seen, 64);
        for (; n < count; n++) {
            /* A symbol of Redis: the hyphen alone is a separator. */
            if (seen[n].kind == COTOOL_PLACE_SYMBOL && !seen[n].token && line[seen[n].at] != '-')
                return 0;
            if (seen[n].kind != COTOOL_PLACE_WORD) continue;
            if (found->lines && (seen[n].token != found->token || seen[n].word != found->word))
                continue;
            certain = cotool_is_certain(&seen[n], leads, trails);
            if (certain) break;
        }
        if (certain != 1) return 0;
        found->token = seen[n].token, found->word = seen[n].word;
        found->styles |= seen[n].styles;
        found->leads |= (uint32_t)1 << seen[n].lead, found->trails |= (uint32_t)1 << seen[n].trail;
        start[found->lines++] = line;
    }
    return found->lines > 0;
}

const char *cotool_text_key(int n) { return n < COTOOL_TEXT_KEYS ? cotool_text_keys[n] : NULL; }
