/* Timestamps of log lines: layouts, and the one parser that recognises and reads them.
 *
 * A layout is written as a form: Y year, y year of two digits, m month, d day, H hour, M minute,
 * S second (two digits each); o, e, h, i, s the same from month to second with one or two digits;
 * D day with a leading space or digit; b and a the English abbreviations of month and weekday;
 * f a fraction after . or , (optional), g milliseconds after : (one to three digits, optional); 6 a
 * fraction of exactly six digits; p AM or PM; z an optional zone; E seconds, milli-, micro- or nanoseconds
 * since 1970. All else stands for itself.
 *
 * Most forms have a fixed width up to their seconds. Whether a form fits is mostly told by which
 * bytes are digits: two instructions on a mask that is made once a line.
 */
#ifndef COTOOL_LOGTIME_H
#define COTOOL_LOGTIME_H

#include <stddef.h>

#include "logs/logscan.h"

enum { COTOOL_YEARLY = 1, COTOOL_DAILY = 2 }; /* what repeats where the form names no year, no date */

enum { COTOOL_NO_TAIL, COTOOL_TAIL_FRACTION, COTOOL_TAIL_ZONE, COTOOL_TAIL_STEPS };

typedef struct {
    const char *form;
    int fixed;        /* bytes of the part that has a fixed width */
    const char *tail; /* the rest of the form */
    int tail_kind;
    int cycle;        /* 0, COTOOL_YEARLY or COTOOL_DAILY */
    int place[7];     /* of Y (or y), m (or b), d (or D), H, M, S, 6; -1: absent, or in the tail */
    int short_year, named_month, spaced_day;
    uint64_t digits, others; /* which of the first 64 bytes are digits, and which are none */
    cotool_bytes32 want, care;
    cotool_bytes32 whole; /* the bytes of the fixed part */
    /* For the quick way: where the digits of Y, m, d, H, M, S stand, which of them there are, and
     * the least that month and day may be. */
    int quick;
    uint8_t gather[32];
    uint32_t present;
    int16_t least[8];
} cotool_layout;

/* A time as it stands in a line. `zone` is its offset from UTC in seconds where `zoned`. */
typedef struct {
    int year, month, day, hour, minute, second, nanos;
    int zoned, zone;
    int64_t epoch; /* seconds, for the form E; else unset */
    int is_epoch;
} cotool_stamp;

/* The order decides where two forms fit the same bytes equally often. */
static cotool_layout cotool_layouts[] = {
    {.form = "Y-m-dTH:M:Sfz"},
    {.form = "Y-m-d H:M:Sfz"},
    {.form = "Y-m-d_H:M:Sfz"},
    {.form = "Y-m-d-H.M.Sf"},
    {.form = "Y/m/d H:M:Sfz"},
    {.form = "Y/m/d-H:M:Sf"},
    {.form = "Y.m.d H:M:Sf"},
    {.form = "Y.m.d-H:M:Sf"},
    {.form = "y/m/d H:M:Sf"},
    {.form = "y-m-d H:M:Sf"},
    {.form = "d/b/Y:H:M:Sz"},
    {.form = "d/b/Y H:M:Sfz"},
    {.form = "d-b-Y H:M:Sfz"},
    {.form = "d b Y H:M:Sfz"},
    {.form = "a b D H:M:S Y"},
    {.form = "a b D H:M:S.6 Y"},
    {.form = "a, d b Y H:M:Sz"},
    {.form = "b D Y H:M:Sfz"},
    {.form = "b D H:M:S Y"},
    {.form = "b D H:M:Sf"},
    {.form = "b e H:M:Sf"},
    {.form = "a b D H:M:Sf"},
    {.form = "b e, Y h:M:S p"},
    {.form = "b e, Y H:M:Sf"},
    {.form = "Ymd-h:i:sg"},
    {.form = "YmdTHMSfz"},
    {.form = "Ymd HMSf"},
    {.form = "Ymd H:M:Sf"},
    {.form = "ymd HMSf"},
    {.form = "ymd H:M:Sf"},
    {.form = "d.m.Y H:M:Sf"},
    {.form = "m/d/Y H:M:Sf"},
    {.form = "d/m/Y H:M:Sf"},
    {.form = "m-d-Y H:M:Sf"},
    {.form = "d-m-Y H:M:Sf"},
    {.form = "o/e/Y h:M:S p"},
    {.form = "o/e/Y, h:M:S p"},
    {.form = "o/e/Y h:i:sf"},
    {.form = "m-d H:M:Sf"},
    {.form = "m/d H:M:Sf"},
    {.form = "m.d H:M:Sf"},
    {.form = "md H:M:Sf"},
    {.form = "H:M:Sf"},
    {.form = "E"},
};
#define COTOOL_LAYOUTS ((int)(sizeof cotool_layouts / sizeof cotool_layouts[0]))

/* Days from 1970-01-01 to a date of the Gregorian calendar (H. Hinnant, days_from_civil). */
static int64_t cotool_days_from_civil(int year, int month, int day) {
    int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
    unsigned of_era = (unsigned)(y - era * 400);
    unsigned of_year = (153u * (unsigned)(month + (month > 2 ? -3 : 9)) + 2) / 5 + (unsigned)day - 1;
    return era * 146097 + (of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

#define COTOOL_FIRST_YEAR 1900
#define COTOOL_YEARS 300
static int32_t cotool_year_days[COTOOL_YEARS];

/* The same from a table, for the years that logs have. */
COTOOL_INLINE int64_t cotool_days(int year, int month, int day) {
    static const int16_t before[13] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    unsigned n = (unsigned)(year - COTOOL_FIRST_YEAR);
    int leap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    if (n >= COTOOL_YEARS) return cotool_days_from_civil(year, month, day);
    return cotool_year_days[n] + before[month] + (leap & (month > 2)) + day - 1;
}

static void cotool_prepare_layouts(void) {
    for (int n = 0; n < COTOOL_LAYOUTS; n++) {
        cotool_layout *l = &cotool_layouts[n];
        uint8_t want[32] = {0}, care[32] = {0}, whole[32] = {0};
        int at = 0;
        const char *f = l->form;
        for (int k = 0; k < 7; k++) l->place[k] = -1;
        l->cycle = strpbrk(f, "YyE") ? 0 : strpbrk(f, "dDe") ? COTOOL_YEARLY : COTOOL_DAILY;
        for (; *f && !strchr("fgpzoehisE", *f); f++) {
            const char *fields = "YmdHMS6", *field = strchr(fields, *f);
            int width = *f == 'Y' ? 4 : *f == '6' ? 6 : 2;
            if (*f == 'y') field = fields, l->short_year = 1;
            else if (*f == 'b') field = fields + 1, l->named_month = 1, width = 3;
            else if (*f == 'D') field = fields + 2, l->spaced_day = 1;
            else if (*f == 'a') width = 3;
            else if (!field) width = 1;
            if (field) l->place[field - fields] = at;
            for (int k = 0; k < width; k++, at++) {
                if (*f == 'D' && k == 0) continue; /* a space or a digit */
                if (field && *f != 'b') l->digits |= (uint64_t)1 << at;
                else l->others |= (uint64_t)1 << at;
                if (!field && *f != 'a') care[at] = 0xFF, want[at] = (uint8_t)*f;
            }
        }
        l->fixed = at;
        l->tail = f;
        l->tail_kind = !*f                ? COTOOL_NO_TAIL
                       : !strcmp(f, "f")  ? COTOOL_TAIL_FRACTION
                       : !strcmp(f, "fz") ? COTOOL_TAIL_ZONE
                                          : COTOOL_TAIL_STEPS;
        if (*f == 'E') l->digits = 0x3FF;
        l->quick = l->place[5] >= 0 && l->place[6] < 0 && l->tail_kind != COTOOL_TAIL_STEPS;
        for (int k = 0, to = 0; k < 6; to += k == 0 ? 4 : 2, k++) {
            int width = k == 0 && !l->short_year ? 4 : 2;
            int start = to + (k == 0 && l->short_year ? 2 : 0);
            if (l->place[k] < 0 || (k == 1 && l->named_month)) continue;
            for (int i = 0; i < width; i++) {
                l->gather[start + i] = (uint8_t)(l->place[k] + i);
                l->present |= (uint32_t)1 << (start + i);
            }
        }
        l->least[2] = l->place[1] >= 0, l->least[3] = l->place[2] >= 0;
        memset(whole, 0xFF, (size_t)at);
        memcpy(&l->want, want, 32), memcpy(&l->care, care, 32), memcpy(&l->whole, whole, 32);
    }
    for (int year = 0; year < COTOOL_YEARS; year++)
        cotool_year_days[year] = (int32_t)cotool_days_from_civil(COTOOL_FIRST_YEAR + year, 1, 1);
}

COTOOL_INLINE int cotool_is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }
COTOOL_INLINE int cotool_is_letter(uint8_t c) { return (uint8_t)((c | 0x20) - 'a') < 26; }
COTOOL_INLINE int cotool_is_word(uint8_t c) { return cotool_is_digit(c) || cotool_is_letter(c); }
COTOOL_INLINE int cotool_two(const uint8_t *p) { return p[0] * 10 + p[1] - 11 * '0'; }

/* The month that three letters name, 0 where none: a perfect hash of the folded letters. */
COTOOL_INLINE int cotool_month(const uint8_t *p) {
    static const struct {
        char name[4];
        int number;
    } months[32] = {
        [('j' + 'a' + 'n' * 3) % 32] = {"jan", 1},
        [('f' + 'e' + 'b' * 3) % 32] = {"feb", 2},
        [('m' + 'a' + 'r' * 3) % 32] = {"mar", 3},
        [('a' + 'p' + 'r' * 3) % 32] = {"apr", 4},
        [('m' + 'a' + 'y' * 3) % 32] = {"may", 5},
        [('j' + 'u' + 'n' * 3) % 32] = {"jun", 6},
        [('j' + 'u' + 'l' * 3) % 32] = {"jul", 7},
        [('a' + 'u' + 'g' * 3) % 32] = {"aug", 8},
        [('s' + 'e' + 'p' * 3) % 32] = {"sep", 9},
        [('o' + 'c' + 't' * 3) % 32] = {"oct", 10},
        [('n' + 'o' + 'v' * 3) % 32] = {"nov", 11},
        [('d' + 'e' + 'c' * 3) % 32] = {"dec", 12},
    };
    uint8_t a = p[0] | 0x20, b = p[1] | 0x20, c = p[2] | 0x20;
    int k = (a + b + c * 3) % 32;
    const char *name = months[k].name;
    return name[0] == a && name[1] == b && name[2] == c ? months[k].number : 0;
}

/* One or two digits; returns how many. */
COTOOL_INLINE int cotool_short_number(const uint8_t *p, const uint8_t *end, int *value) {
    if (p >= end || !cotool_is_digit(p[0])) return 0;
    *value = p[0] - '0';
    if (p + 1 >= end || !cotool_is_digit(p[1])) return 1;
    *value = cotool_two(p);
    return 2;
}

/* Digits after a point as nanoseconds, at most nine of them; returns the bytes taken. */
static int cotool_fraction(const uint8_t *p, const uint8_t *end, int *nanos) {
    static const int scale[10] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                  10000,      1000,      100,      10,      1};
    int value = 0, n = 0;
    while (n < 9 && p + n < end && cotool_is_digit(p[n])) value = value * 10 + p[n++] - '0';
    *nanos = value * scale[n];
    while (p + n < end && cotool_is_digit(p[n])) n++; /* finer than nanoseconds is cut */
    return n;
}

/* Z, UTC, GMT, +hh, +hhmm or +hh:mm, also after a space; returns the bytes taken, 0: no zone. */
static int cotool_zone(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp) {
    const uint8_t *start = p;
    int hours, minutes = 0, negative;
    if (p < end && *p == ' ') p++;
    if (p >= end) return 0;
    if ((*p == 'Z' || *p == 'z') && p == start && (p + 1 >= end || !cotool_is_word(p[1]))) {
        stamp->zoned = 1, stamp->zone = 0;
        return 1;
    }
    if (end - p >= 3 && (!memcmp(p, "UTC", 3) || !memcmp(p, "GMT", 3)) &&
        (p + 3 >= end || !cotool_is_word(p[3]))) {
        stamp->zoned = 1, stamp->zone = 0;
        return (int)(p + 3 - start);
    }
    if ((*p != '+' && *p != '-') || end - p < 3 || !cotool_is_digit(p[1]) || !cotool_is_digit(p[2]))
        return 0;
    negative = *p == '-';
    hours = cotool_two(p + 1), p += 3;
    if (end - p >= 3 && p[0] == ':' && cotool_is_digit(p[1]) && cotool_is_digit(p[2]))
        minutes = cotool_two(p + 1), p += 3;
    else if (end - p >= 2 && cotool_is_digit(p[0]) && cotool_is_digit(p[1]))
        minutes = cotool_two(p), p += 2;
    if (hours > 15 || minutes > 59 || (p < end && cotool_is_word(*p))) return 0;
    stamp->zoned = 1;
    stamp->zone = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
    return (int)(p - start);
}

/* The number that eight bytes spell, where all are digits (D. Lemire, little-endian). */
COTOOL_INLINE int cotool_eight_digits(const uint8_t *p, int64_t *value) {
    const uint64_t zeros = 0x3030303030303030u;
    uint64_t x;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    return 0;
#endif
    memcpy(&x, p, 8);
    if (((x & 0xF0F0F0F0F0F0F0F0u) | ((x + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4) !=
        0x3333333333333333u)
        return 0;
    x -= zeros;
    x = x * 10 + (x >> 8);
    *value = (int64_t)(((x & 0x000000FF000000FFu) * 0x000F424000000064u +
                        (x >> 16 & 0x000000FF000000FFu) * 0x0000271000000001u) >>
                       32);
    return 1;
}

/* Seconds (10 digits), milli-, micro- or nanoseconds (13, 16, 19) since 1970, from 2001 to 2100. */
static int cotool_epoch(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp) {
    int64_t value = 0;
    int n = 0, taken;
    if (end - p >= 8 && cotool_eight_digits(p, &value)) n = 8;
    while (n < 19 && p + n < end && cotool_is_digit(p[n])) value = value * 10 + p[n++] - '0';
    if ((n != 10 && n != 13 && n != 16 && n != 19) || (p + n < end && cotool_is_digit(p[n])) ||
        p[0] == '0')
        return 0;
    stamp->nanos = 0;
    taken = n;
    if (n == 10) {
        if (p + n + 1 < end && (p[n] == '.' || p[n] == ',') && cotool_is_digit(p[n + 1]))
            taken += 1 + cotool_fraction(p + n + 1, end, &stamp->nanos);
    } else {
        int64_t unit = n == 13 ? 1000 : n == 16 ? 1000000 : 1000000000;
        stamp->nanos = (int)(value % unit * (1000000000 / unit));
        value /= unit;
    }
    if (value >= 4102444800) return 0;
    stamp->is_epoch = stamp->zoned = 1;
    stamp->zone = 0;
    stamp->epoch = value;
    return taken;
}

/* The steps of a form that has no fixed width, or of what follows the fixed part. */
static int cotool_steps(const char *form, const uint8_t *p, const uint8_t *end,
                        cotool_stamp *stamp) {
    const uint8_t *start = p;
    int n;
    for (; *form; form++) {
        switch (*form) {
            case 'Y':
            case 'm':
            case 'd':
            case 'M':
            case 'S':
            case 'H': {
                int width = *form == 'Y' ? 4 : 2, value = 0;
                if (end - p < width) return -1;
                for (n = 0; n < width; n++) {
                    if (!cotool_is_digit(p[n])) return -1;
                    value = value * 10 + p[n] - '0';
                }
                if (*form == 'Y') stamp->year = value;
                else if (*form == 'm') stamp->month = value;
                else if (*form == 'd') stamp->day = value;
                else if (*form == 'H') stamp->hour = value;
                else if (*form == 'M') stamp->minute = value;
                else stamp->second = value;
                p += width;
                break;
            }
            case 'b':
                if (end - p < 3 || !(stamp->month = cotool_month(p))) return -1;
                p += 3;
                break;
            case 'o':
            case 'e':
            case 'h':
            case 'i':
            case 's':
                n = cotool_short_number(p, end,
                                        *form == 'o'   ? &stamp->month
                                        : *form == 'e' ? &stamp->day
                                        : *form == 'h' ? &stamp->hour
                                        : *form == 'i' ? &stamp->minute
                                                       : &stamp->second);
                if (!n) return -1;
                p += n;
                break;
            case 'f':
                if (p + 1 < end && (p[0] == '.' || p[0] == ',') && cotool_is_digit(p[1]))
                    p += 1 + cotool_fraction(p + 1, end, &stamp->nanos);
                break;
            case 'g':
                if (p + 1 < end && p[0] == ':' && cotool_is_digit(p[1])) {
                    int milliseconds = 0;
                    for (n = 1; n <= 3 && p + n < end && cotool_is_digit(p[n]); n++)
                        milliseconds = milliseconds * 10 + p[n] - '0';
                    stamp->nanos = milliseconds * 1000000;
                    p += n;
                }
                break;
            case 'p':
                if (end - p < 2 || (p[1] | 0x20) != 'm' || stamp->hour < 1 || stamp->hour > 12)
                    return -1;
                if ((p[0] | 0x20) == 'p') stamp->hour = stamp->hour % 12 + 12;
                else if ((p[0] | 0x20) == 'a') stamp->hour %= 12;
                else return -1;
                p += 2;
                break;
            case 'z':
                p += cotool_zone(p, end, stamp);
                break;
            case 'E':
                n = cotool_epoch(p, end, stamp);
                if (!n) return -1;
                p += n;
                break;
            default:
                if (p >= end || *p != (uint8_t)*form) return -1;
                p++;
        }
    }
    return (int)(p - start);
}

/* Reads what follows the fixed part; returns the bytes of the whole time, 0 where it does not fit. */
COTOOL_INLINE int cotool_read_tail(const cotool_layout *l, const uint8_t *p, const uint8_t *end,
                                   uint64_t digits, cotool_stamp *stamp) {
    int length = l->fixed;
    if (l->tail_kind == COTOOL_TAIL_STEPS) {
        int rest = cotool_steps(l->tail, p + length, end, stamp);
        if (rest < 0) return 0;
        length += rest;
    } else if (l->tail_kind != COTOOL_NO_TAIL) {
        if (p + length + 1 < end && (p[length] == '.' || p[length] == ',') &&
            digits >> (length + 1) & 1)
            length += 1 + cotool_fraction(p + length + 1, end, &stamp->nanos);
        if (l->tail_kind == COTOOL_TAIL_ZONE && p + length < end) {
            uint8_t c = p[length];
            if (c == ' ') c = p[length + 1] | 0x80;
            if (c == 'Z' || c == 'z' || (c & 0x7F) == '+' || (c & 0x7F) == '-' ||
                c == ('U' | 0x80) || c == ('G' | 0x80))
                length += cotool_zone(p + length, end, stamp);
        }
    }
    return p + length < end && cotool_is_word(p[length]) ? 0 : length;
}

/* Reads the time at p, of which 32 bytes must be readable even past `end`; `digits` tells which of
 * the 64 bytes from p are digits. Returns the bytes that it takes, 0 where the layout does not fit
 * or a field is out of range. */
COTOOL_INLINE int cotool_read_time(const cotool_layout *l, const uint8_t *p, const uint8_t *end,
                                   uint64_t digits, cotool_stamp *stamp) {
    int length = l->fixed;
    cotool_bytes32 x;
    cotool_quads32 q;
    if ((digits & (l->digits | l->others)) != l->digits || end - p < length) return 0;
    memcpy(&x, p, 32);
    q = (cotool_quads32)((x ^ l->want) & l->care);
    if (q[0] | q[1] | q[2] | q[3]) return 0;
    stamp->nanos = 0;
    stamp->zoned = stamp->is_epoch = 0;
    stamp->hour = stamp->minute = stamp->second = 0;
    stamp->year = 1972, stamp->month = stamp->day = 1; /* of a form without date: a leap year */
    if (l->place[0] >= 0) {
        const uint8_t *y = p + l->place[0];
        stamp->year = l->short_year ? 2000 + cotool_two(y) : cotool_two(y) * 100 + cotool_two(y + 2);
        if (l->short_year && stamp->year > 2069) stamp->year -= 100;
    }
    if (l->place[1] >= 0)
        stamp->month = l->named_month ? cotool_month(p + l->place[1]) : cotool_two(p + l->place[1]);
    if (l->place[2] >= 0) {
        const uint8_t *d = p + l->place[2];
        stamp->day = cotool_two(d);
        if (l->spaced_day && *d == ' ') stamp->day = d[1] - '0';
        else if (l->spaced_day && !cotool_is_digit(*d)) return 0;
    }
    if (l->place[3] >= 0) stamp->hour = cotool_two(p + l->place[3]);
    if (l->place[4] >= 0) stamp->minute = cotool_two(p + l->place[4]);
    if (l->place[5] >= 0) stamp->second = cotool_two(p + l->place[5]);
    if (l->place[6] >= 0) cotool_fraction(p + l->place[6], p + l->place[6] + 6, &stamp->nanos);
    length = cotool_read_tail(l, p, end, digits, stamp);
    if (!length || (unsigned)(stamp->month - 1) >= 12 || (unsigned)(stamp->day - 1) >= 31 ||
        stamp->hour > 23 || stamp->minute > 59 || stamp->second > 60)
        return 0;
    return length;
}

#endif
