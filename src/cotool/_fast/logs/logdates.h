/* Dates and times of day in a log line, by their shape. Part of logmask.c. */
#ifndef COTOOL_LOGDATES_H
#define COTOOL_LOGDATES_H

#include "logs/logbytes.h"
#include "logs/loglevels.h"

static int is_month(const uint8_t *p) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int n = 0; n < 12; n++)
        if (!memcmp(p, months + 3 * n, 3)) return 1;
    return 0;
}

static int is_weekday(const uint8_t *p) {
    static const char days[] = "MonTueWedThuFriSatSun";
    for (int n = 0; n < 7; n++)
        if (!memcmp(p, days + 3 * n, 3)) return 1;
    return 0;
}

/* Returns the length of the numeric date or time at p, 0 if there is none. */
static size_t time_span(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p, *stop = p, *last = end;
    int groups = 0, colons = 0, dashes = 0, slashes = 0, dots = 0, dots_before = 0;
    int size[16], before = 0, after = 0, longest = 0;
    if (end - p > 40) end = p + 40;
    while (q < end) {
        if (is(*q, DIGIT)) {
            const uint8_t *first = q;
            while (q < end && is(*q, DIGIT)) q++;
            if (groups < 16) size[groups] = (int)(q - first);
            if (groups < 3 && q - first > longest) longest = (int)(q - first);
            if (groups == before && colons == 1 && !after) after = (int)(q - first);
            groups++;
            stop = q;
            continue;
        }
        if (*q != 'Z' && (q + 1 >= end || !is(q[1], DIGIT))) goto done;
        switch (*q) {
            case ':':
                if (!colons) {
                    if (!groups || q != stop) goto done;
                    before = groups, dots_before = dots;
                }
                colons++;
                break;
            case '-':
            case '+': dashes += *q == '-'; break;
            case '/': slashes++; break;
            case '.': dots++; break;
            case ',':
            case '_':
            case 'T': break;
            case 'Z':
                if (q + 1 < end && is(q[1], WORD)) goto done;
                stop = q + 1;
                goto done;
            default: goto done;
        }
        q++;
    }
done:
    if (stop < last && is(*stop, WORD)) return 0;
    if (last - stop > 1 && (*stop == '.' || *stop == '-') && is(stop[1], WORD)) return 0;
    if (groups < 2 || groups > 10) return 0;
    if (colons) {
        int hour = size[before - 1 < 15 ? before - 1 : 15];
        if (colons > 3 || hour > 2 || after > 2 || !after || dots_before % 2) return 0;
        if (groups == 2 && (hour != 2 || after != 2)) return 0;
        return (size_t)(stop - p);
    }
    if (groups < 3 || (groups > 3 && size[0] != 4) || !(dashes >= 2 || slashes >= 2 || (dots >= 2 && size[0] == 4))) return 0;
    if (!(longest == 4 || (size[0] == 2 && size[1] == 2 && size[2] == 2))) return 0;
    if (size[0] == 3 || size[0] > 4 || size[1] > 2) return 0;
    return (size_t)(stop - p);
}

/* Returns the length of a date with a named month at p, "Sun Jul 17 15:09:16 2005", or 0. */
static size_t named_date_span(const uint8_t *p, const uint8_t *end) {
    const uint8_t *start = p;
    size_t size;
    if (end - p < 10) return 0;
    if (is_weekday(p)) {
        p += 3;
        if (*p == ',') p++;
        if (p >= end || *p != ' ') return 0;
        p++;
    }
    if (end - p < 8 || !is_month(p) || p[3] != ' ') return 0;
    p += 4;
    if (*p == ' ') p++;
    if (p >= end || !is(*p, DIGIT)) return 0;
    while (p < end && is(*p, DIGIT)) p++;
    if (p >= end || *p != ' ') return 0;
    size = time_span(p + 1, end);
    if (!size || p[3] != ':') return 0;
    p += 1 + size;
    if (end - p >= 4 && *p == ' ' && p[1] >= 'A' && p[1] <= 'Z' && p[2] >= 'A' && p[2] <= 'Z' &&
        p[3] >= 'A' && p[3] <= 'Z') {
        const uint8_t *zone = p + 1;
        while (zone < end && *zone >= 'A' && *zone <= 'Z') zone++;
        if (zone - p <= 5 && (zone == end || !is(*zone, WORD))) p = zone;
    }
    if (end - p >= 5 && *p == ' ' && is(p[1], DIGIT) && is(p[2], DIGIT) && is(p[3], DIGIT) &&
        is(p[4], DIGIT) && (end - p == 5 || !is(p[5], WORD)))
        p += 5;
    return (size_t)(p - start);
}

#endif
