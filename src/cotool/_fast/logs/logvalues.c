/* See logvalues.h. */

#include "logs/logvalues.h"

#include "logs/logcolours.h"
#include "logs/logprobe.h"

/* The levels of numbers from 0 on, `step` apart. */
static const struct {
    uint8_t step, count;
    uint8_t level[25];
} cotool_scales[COTOOL_SCALES] = {
    [COTOOL_SCALE_SYSLOG] = {1, 8, {COTOOL_CRITICAL, COTOOL_CRITICAL, COTOOL_CRITICAL, COTOOL_ERROR,
                                    COTOOL_WARNING, COTOOL_NOTICE, COTOOL_INFO, COTOOL_DEBUG}},
    [COTOOL_SCALE_BUNYAN] = {10, 7, {COTOOL_TRACE, COTOOL_TRACE, COTOOL_DEBUG, COTOOL_INFO,
                                     COTOOL_WARNING, COTOOL_ERROR, COTOOL_CRITICAL}},
    [COTOOL_SCALE_PYTHON] = {10, 6, {COTOOL_TRACE, COTOOL_DEBUG, COTOOL_INFO, COTOOL_WARNING,
                                     COTOOL_ERROR, COTOOL_CRITICAL}},
    [COTOOL_SCALE_OTEL] = {1, 25, {COTOOL_UNKNOWN,  COTOOL_TRACE,    COTOOL_TRACE,   COTOOL_TRACE,
                                   COTOOL_TRACE,    COTOOL_DEBUG,    COTOOL_DEBUG,   COTOOL_DEBUG,
                                   COTOOL_DEBUG,    COTOOL_INFO,     COTOOL_INFO,    COTOOL_INFO,
                                   COTOOL_INFO,     COTOOL_WARNING,  COTOOL_WARNING, COTOOL_WARNING,
                                   COTOOL_WARNING,  COTOOL_ERROR,    COTOOL_ERROR,   COTOOL_ERROR,
                                   COTOOL_ERROR,    COTOOL_CRITICAL, COTOOL_CRITICAL,
                                   COTOOL_CRITICAL, COTOOL_CRITICAL}},
    [COTOOL_SCALE_DOTNET] = {1, 6, {COTOOL_TRACE, COTOOL_DEBUG, COTOOL_INFO, COTOOL_WARNING,
                                    COTOOL_ERROR, COTOOL_CRITICAL}},
    [COTOOL_SCALE_NEXTCLOUD] = {1, 5, {COTOOL_DEBUG, COTOOL_INFO, COTOOL_WARNING, COTOOL_ERROR,
                                       COTOOL_CRITICAL}},
    [COTOOL_SCALE_CMTRACE] = {1, 4, {COTOOL_INFO, COTOOL_INFO, COTOOL_WARNING, COTOOL_ERROR}},
    [COTOOL_SCALE_WINDOWS] = {1, 6, {COTOOL_INFO, COTOOL_CRITICAL, COTOOL_ERROR, COTOOL_WARNING,
                                     COTOOL_INFO, COTOOL_DEBUG}},
};

/* Returns the level of a number by one of the scales, -1: none. */
static int cotool_number_level(int number, int scale) {
    int n;
    if (scale == COTOOL_SCALE_STATUS)
        return number < 100 || number > 599 ? -1 : cotool_status_level(number);
    if (number < 0 || !cotool_scales[scale].count) return -1;
    if (number < cotool_scales[scale].step && cotool_scales[scale].step > 1) return -1;
    n = number / cotool_scales[scale].step;
    return n < cotool_scales[scale].count ? cotool_scales[scale].level[n] : -1;
}

/* Removes colours and blanks around a value. */
static void cotool_trim_value(cotool_value *value) {
    const uint8_t *p = value->start, *q, *end = value->end;
    for (;; p = q) {
        q = p < end && (*p == ' ' || *p == '\t') ? p + 1 : cotool_skip_colour(p, end);
        if (q == p) break;
    }
    for (q = p; q < end && *q != '\x1b' && *q != '\\'; q++) {
    }
    if (q < end && cotool_skip_colour(q, end) > q) end = q;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) end--;
    value->start = p, value->end = end;
}

#define COTOOL_LEVEL_VALUE 40 /* bytes of the longest value that is read as a level */

int cotool_value_level(const cotool_value *given, int scale, const cotool_words *words) {
    cotool_value value = *given;
    const uint8_t *first = NULL, *last = NULL, *p;
    int level = -1, style, number = 0, digits = 0;
    uint8_t word[COTOOL_LONGEST_LEVEL + 8] = {0};
    size_t size;
    if (words->count) {
        cotool_trim_value(&value);
        level = cotool_own_level(words, value.start, (size_t)(value.end - value.start), &style);
        if (level >= 0) return level;
        value = *given;
    }
    /* Nearly all levels are one word. */
    level = cotool_level_of(value.start, (size_t)(value.end - value.start), &style);
    if (level >= 0) return level;
    cotool_trim_value(&value);
    size = (size_t)(value.end - value.start);
    if (size == 0 || size > COTOOL_LEVEL_VALUE) return COTOOL_UNKNOWN;
    for (p = value.start; p < value.end && cotool_is_digit(*p) && number < 10000; p++)
        number = number * 10 + *p - '0', digits++;
    if (p == value.end && digits) {
        level = cotool_number_level(number, scale);
        return level < 0 ? COTOOL_UNKNOWN : level;
    }
    if (size == 1) {
        level = cotool_letter_level(value.start[0]);
        return level < 0 ? COTOOL_UNKNOWN : level;
    }
    for (p = value.start; p < value.end; p++) {
        static const char *const heads[] = {"severity_number_", "severity_", "severity.",
                                            "log_level_", "loglevel.", "level_", "level."};
        const uint8_t *start = p;
        if (!cotool_is_letter(*p)) {
            if (*p >= 0x80 && first) continue; /* a dash between numbers */
            if (*p >= 0x80) return COTOOL_UNKNOWN;
            continue;
        }
        if (first) return COTOOL_UNKNOWN; /* two words */
        for (size_t n = 0; n < sizeof heads / sizeof heads[0]; n++) {
            size_t k = 0;
            while (heads[n][k] && p + k < value.end && (p[k] | 0x20) == (heads[n][k] | 0x20)) k++;
            if (!heads[n][k]) {
                start = p += k;
                break;
            }
        }
        while (p < value.end && (cotool_is_word(*p) || *p == '_')) p++;
        first = start, last = p;
        p--;
    }
    size = (size_t)(last - first);
    if (!first || size > COTOOL_LONGEST_LEVEL + 1 || size < 2) return COTOOL_UNKNOWN;
    memcpy(word, first, size);
    level = cotool_level_of(word, size, &style);
    /* INFO2, D1 */
    if (level < 0 && word[size - 1] >= '1' && word[size - 1] <= '5') {
        word[size - 1] = 0;
        level = size == 2 ? cotool_letter_level(word[0]) : cotool_level_of(word, size - 1, &style);
    }
    if (level < 0) { /* mixed case */
        for (size_t k = 0; k < size; k++) word[k] |= cotool_is_letter(word[k]) ? 0x20 : 0;
        level = cotool_level_of(word, strlen((char *)word), &style);
    }
    return level < 0 ? COTOOL_UNKNOWN : level;
}

int cotool_read_level(const uint8_t *text, const uint8_t *end, int scale) {
    cotool_value value = {COTOOL_STRING, text, end};
    return cotool_value_level(&value, scale, &(cotool_words){0});
}
