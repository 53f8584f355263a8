/* Layouts of timestamps.
 *
 * A layout is written as a form: Y year, y year of two digits, m month, d day, H hour, M minute,
 * S second (two digits each); o, e, h, i, s the same from month to second with one or two digits;
 * D day with a leading space or digit; b and a the English abbreviations of month and weekday;
 * B the name of a month in any language that is known, in full or abbreviated; A any word;
 * f an optional fraction after . or , and g one after : (one to three digits are milliseconds);
 * 6 a fraction of exactly six digits; p AM or PM, q the same before the hour; z an optional zone, Z the same or its name;
 * J day of the year, three digits, after the year; w minutes to be added for UTC, with their sign;
 * ~ one or more blanks; E seconds, milli-, micro- or nanoseconds since 1970; X a TAI64N label. Every
 * other byte matches itself, and so does a byte after a backslash.
 *
 * The forms in loglayouts.c are known in advance. Others are composed from a sample of lines
 * (logs/formats/composer.py) and are read by the same code.
 *
 * Most forms have a fixed width up to their seconds. Two instructions on a mask of the digits of a
 * line rule out most of the forms that do not fit.
 */
#ifndef COTOOL_LOGLAYOUTS_H
#define COTOOL_LOGLAYOUTS_H

#include <stddef.h>

#include "logs/logchars.h"
#include "logs/logconfig.h"

enum { COTOOL_YEARLY = 1, COTOOL_DAILY = 2 }; /* what repeats in a form without a year, without a date */

enum { COTOOL_NO_TAIL, COTOOL_TAIL_FRACTION, COTOOL_TAIL_ZONE, COTOOL_TAIL_STEPS };

typedef struct cotool_layout {
    const char *form;
    int fixed;        /* bytes of the part that has a fixed width */
    const char *tail; /* the rest of the form */
    int tail_kind;
    int cycle;        /* 0, COTOOL_YEARLY or COTOOL_DAILY */
    int place[7];     /* of Y (or y), m (or b), d (or D), H, M, S, 6; -1: absent, or in the tail */
    int short_year, named_month, spaced_day;
    int named_zone;   /* the tail ends in Z */
    int dated_tail;   /* the tail holds more than a fraction and a zone */
    int is_epoch;     /* seconds since 1970 are the whole form */
    int day_only;     /* there is no time of day: a value with more text is not of this form */
    uint64_t digits, others; /* which of the first 64 bytes are digits, and which are not */
    cotool_bytes32 want, care;
    cotool_bytes32 whole; /* the bytes of the fixed part, except a fraction */
} cotool_layout;

/* Where two forms fit equally many lines, the first one is chosen. */
extern cotool_layout cotool_layouts[];
#define COTOOL_LAYOUTS 44

void cotool_prepare_layouts(void); /* must be called first */
void cotool_prepare_layout(cotool_layout *layout);
int cotool_cycle(const char *form); /* what repeats in the times of a form */

/* Days from 1970-01-01 to a date of the Gregorian calendar (H. Hinnant, days_from_civil). */
int64_t cotool_days_from_civil(int year, int month, int day);

#define COTOOL_FIRST_YEAR 1900
#define COTOOL_YEARS 300
extern int32_t cotool_year_days[COTOOL_YEARS];

/* The same from a table, for the years that logs have. */
COTOOL_INLINE int64_t cotool_days(int year, int month, int day) {
    static const int16_t before[13] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    unsigned n = (unsigned)(year - COTOOL_FIRST_YEAR);
    int leap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    if (n >= COTOOL_YEARS) return cotool_days_from_civil(year, month, day);
    return cotool_year_days[n] + before[month] + (leap & (month > 2)) + day - 1;
}

#endif
