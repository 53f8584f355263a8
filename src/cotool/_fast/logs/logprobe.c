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

int cotool_probe_levels(const uint8_t *line, const uint8_t *from, const uint8_t *end,
                        cotool_seen_level *seen, int most) {
    tokens_plain t;
    const uint8_t *start, *stop;
    int n = 0;
    t.end = end;
    seek_plain(&t, from);
    for (int token = 0; token < 14 && next_plain(&t, &start, &stop); token++) {
        const uint8_t *p = start;
        int word = 0, kind = -1, level = -1;
        if (stop - start == 1 && cotool_symbol_level(*start) >= 0)
            kind = COTOOL_PLACE_SYMBOL, level = cotool_symbol_level(*start);
        else if (cotool_letter_of(start, stop))
            kind = COTOOL_PLACE_LETTER, level = cotool_letter_level(*cotool_letter_of(start, stop));
        if (kind >= 0 && n < most)
            seen[n++] = (cotool_seen_level){kind, token, 0, 0, 0, 0, level, (int)(start - line)};
        for (; word < 6 && n < most; word++) {
            const uint8_t *first;
            int styles = 0;
            while (p < stop && cotool_byte_class[*p] != COTOOL_CLASS_WORD) p++;
            first = p;
            while (p < stop && cotool_byte_class[*p] == COTOOL_CLASS_WORD) p++;
            if (first == p) break;
            level = cotool_level_of(first, (size_t)(p - first), &styles);
            kind = COTOOL_PLACE_WORD;
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
                                            (int)(first - line)};
        }
    }
    return n;
}

const char *cotool_text_key(int n) { return n < COTOOL_TEXT_KEYS ? cotool_text_keys[n] : NULL; }
