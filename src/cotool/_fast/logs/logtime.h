/* Timestamps of log lines: layouts, and the one parser that recognises and reads them.
 *
 * A layout is written as a form: Y year, y year of two digits, m month, d day, H hour, M minute,
 * S second (two digits each); o, e, h, i, s the same from month to second with one or two digits;
 * D day with a leading space or digit; b and a the English abbreviations of month and weekday;
 * B the name of a month in any language that is known, in full or abbreviated; A any word;
 * f a fraction after . or , (optional), g the same after : (one to three digits are milliseconds);
 * 6 a fraction of exactly six digits; p AM or PM; z an optional zone, Z the same or its name;
 * J day of the year, three digits, after the year; w minutes to be added for UTC, with their sign;
 * ~ one or more blanks; E seconds, milli-, micro- or nanoseconds since 1970; X a TAI64N label. All
 * else stands for itself, and so does what follows a backslash.
 *
 * The forms below are known beforehand and quick. Others are composed from a sample in Python
 * (logs/formats/composer.py), and are read by the same code.
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
    int day_only;     /* no time of day: a value that goes on says more than the form */
    uint64_t digits, others; /* which of the first 64 bytes are digits, and which are none */
    cotool_bytes32 want, care;
    cotool_bytes32 whole; /* the bytes of the fixed part, but for a fraction */
    /* For the quick way: where the digits of Y, m, d, H, M, S stand, which of them there are, and
     * the least that month and day may be. */
    int quick;
    uint8_t gather[32];
    uint32_t present;
    int16_t least[8];
} cotool_layout;

/* Times are kept in nanoseconds of 64 bits: years 1678 to 2261. Others, such as 0001-01-01 and
 * 9999-12-31 for "none", are no times of records. */
COTOOL_INLINE int cotool_is_kept(int64_t seconds) {
    return (uint64_t)(seconds + 9214560000) < (uint64_t)9214560000 + 9214646400;
}

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

/* Sets month and day by the day of the stamp's year; 0 where the year has no such day. */
static int cotool_day_of_year(cotool_stamp *stamp, int day) {
    for (int month = 1; month <= 12 && day > 0; month++) {
        const int64_t next = month < 12 ? cotool_days(stamp->year, month + 1, 1)
                                    : cotool_days(stamp->year + 1, 1, 1);
        const int days = (int)(next - cotool_days(stamp->year, month, 1));
        if (day <= days) {
            stamp->month = month, stamp->day = day;
            return 1;
        }
        day -= days;
    }
    return 0;
}

COTOOL_INLINE int cotool_is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }
COTOOL_INLINE int cotool_is_letter(uint8_t c) { return (uint8_t)((c | 0x20) - 'a') < 26; }
COTOOL_INLINE int cotool_is_word(uint8_t c) { return cotool_is_digit(c) || cotool_is_letter(c); }
COTOOL_INLINE int cotool_two(const uint8_t *p) { return p[0] * 10 + p[1] - 11 * '0'; }

/* Whether a form has any of the fields; what follows a backslash is none. */
static int cotool_form_has(const char *form, const char *fields) {
    for (; *form; form++) {
        if (*form == '\\' && form[1]) form++;
        else if (strchr(fields, *form)) return 1;
    }
    return 0;
}

/* What repeats in the times of a form. */
static int cotool_cycle(const char *form) {
    return cotool_form_has(form, "YyEX")  ? 0
           : cotool_form_has(form, "dDeJ") ? COTOOL_YEARLY
                                          : COTOOL_DAILY;
}

static void cotool_prepare_layout(cotool_layout *l) {
    uint8_t want[32] = {0}, care[32] = {0}, whole[32] = {0};
    int at = 0;
    const char *f = l->form;
    for (int k = 0; k < 7; k++) l->place[k] = -1;
    l->cycle = cotool_cycle(f);
    for (; *f && !strchr("fgpzZoehisBA~EXJw", *f); f++) {
        const char *fields = "YmdHMS6", *field = strchr(fields, *f);
        int width = *f == 'Y' ? 4 : *f == '6' ? 6 : 2;
        if (*f == 'y') field = fields;
        else if (*f == 'b') field = fields + 1, width = 3;
        else if (*f == 'D') field = fields + 2;
        else if (*f == 'a') width = 3;
        else if (!field) width = 1;
        if (at + width > 32) break;
        if (*f == 'y') l->short_year = 1;
        else if (*f == 'b') l->named_month = 1;
        else if (*f == 'D') l->spaced_day = 1;
        else if (*f == '\\' && f[1]) f++;
        if (field) l->place[field - fields] = at;
        for (int k = 0; k < width; k++, at++) {
            if (field == fields + 2 && l->spaced_day && k == 0) continue; /* a space or a digit */
            if (field && !(field == fields + 1 && l->named_month)) l->digits |= (uint64_t)1 << at;
            else l->others |= (uint64_t)1 << at;
            if (!field && width == 1) care[at] = 0xFF, want[at] = (uint8_t)*f;
        }
        if (!field && width == 1 && cotool_is_digit((uint8_t)*f))
            l->digits |= (uint64_t)1 << (at - 1), l->others &= ~((uint64_t)1 << (at - 1));
    }
    l->fixed = at;
    l->tail = f;
    l->named_zone = !strcmp(f, "fZ");
    l->dated_tail = cotool_form_has(f, "YymdDbaHMS6oehispBAEXJw");
    l->day_only = !cotool_form_has(l->form, "HhEX");
    l->tail_kind = !*f                                   ? COTOOL_NO_TAIL
                   : !strcmp(f, "f")                     ? COTOOL_TAIL_FRACTION
                   : !strcmp(f, "fz") || !strcmp(f, "fZ") ? COTOOL_TAIL_ZONE
                                                         : COTOOL_TAIL_STEPS;
    if (*f == 'E' && at == 0) l->digits = 0x3FF;
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
    if (l->place[6] >= 0) memset(whole + l->place[6], 0, 6);
    memcpy(&l->want, want, 32), memcpy(&l->care, care, 32), memcpy(&l->whole, whole, 32);
}

static void cotool_prepare_layouts(void) {
    for (int n = 0; n < COTOOL_LAYOUTS; n++) cotool_prepare_layout(&cotool_layouts[n]);
    for (int year = 0; year < COTOOL_YEARS; year++)
        cotool_year_days[year] = (int32_t)cotool_days_from_civil(COTOOL_FIRST_YEAR + year, 1, 1);
}

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

/* A letter of a name, in ASCII or not. */
COTOOL_INLINE int cotool_is_name(uint8_t c) { return cotool_is_letter(c) || c >= 0x80; }

/* Names of months from January to December, in small letters; each may be cut to the letters before
 * the bar, or anywhere behind them. */
static const char *const cotool_month_names[][12] = {
    {"jan|uary", "feb|ruary", "mar|ch", "apr|il", "may", "jun|e", "jul|y", "aug|ust",
     "sep|tember", "oct|ober", "nov|ember", "dec|ember"},
    {"jan|uar", "feb|ruar", "m\xc3\xa4r|z", "apr|il", "mai", "jun|i", "jul|i", "aug|ust",
     "sep|tember", "okt|ober", "nov|ember", "dez|ember"},
    {"janv|ier", "f\xc3\xa9v|rier", "mars", "avr|il", "mai", "juin", "juil|let", "ao\xc3\xbbt",
     "sept|embre", "oct|obre", "nov|embre", "d\xc3\xa9" "c|embre"},
    {"ene|ro", "feb|rero", "mar|zo", "abr|il", "may|o", "jun|io", "jul|io", "ago|sto",
     "sep|tiembre", "oct|ubre", "nov|iembre", "dic|iembre"},
    {"gen|naio", "feb|braio", "mar|zo", "apr|ile", "mag|gio", "giu|gno", "lug|lio", "ago|sto",
     "set|tembre", "ott|obre", "nov|embre", "dic|embre"},
    {"jan|eiro", "fev|ereiro", "mar|\xc3\xa7o", "abr|il", "mai|o", "jun|ho", "jul|ho", "ago|sto",
     "set|embro", "out|ubro", "nov|embro", "dez|embro"},
    {"jan|uari", "feb|ruari", "mrt", "apr|il", "mei", "jun|i", "jul|i", "aug|ustus",
     "sep|tember", "okt|ober", "nov|ember", "dec|ember"},
    {"sty|cznia", "lut|ego", "mar|ca", "kwi|etnia", "maj|a", "cze|rwca", "lip|ca", "sie|rpnia",
     "wrz|e\xc5\x9bnia", "pa\xc5\xba|dziernika", "lis|topada", "gru|dnia"},
    {"jan|uari", "feb|ruari", "mars", "apr|il", "maj", "juni", "juli", "aug|usti",
     "sep|tember", "okt|ober", "nov|ember", "dec|ember"},
    {"j\xc3\xa4n|ner", "fevr|ier", "maerz", "", "", "", "", "aout", "", "", "", ""},
};

/* The month that a name at p says, 0 where none; `size` gets its bytes. */
static int cotool_named_month(const uint8_t *p, const uint8_t *end, int *size) {
    int length = 0;
    while (length < 24 && p + length < end && cotool_is_name(p[length])) length++;
    if (length < 3) return 0;
    *size = length;
    for (size_t set = 0; set < sizeof cotool_month_names / sizeof cotool_month_names[0]; set++)
        for (int month = 0; month < 12; month++) {
            const char *name = cotool_month_names[set][month];
            int k = 0, whole = 1;
            for (; *name && k < length; name++) {
                /* Two bytes of a letter that is not ASCII: capitals differ by 0x20 in the second. */
                uint8_t c = (uint8_t)*name, given = p[k];
                if (c == '|') {
                    whole = 0;
                    continue;
                }
                if (given != c && (given | 0x20) != c) break;
                k++;
            }
            if (*name == '|') whole = 0;
            if (k == length && (!*name || !whole)) return month + 1;
        }
    return 0;
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
    else if (p < end && cotool_is_digit(*p)) { /* -300: minutes */
        minutes = hours * 10 + *p++ - '0';
        hours = minutes / 60, minutes %= 60;
    }
    if (hours > 15 || minutes > 59 || (p < end && cotool_is_word(*p))) return 0;
    stamp->zoned = 1;
    stamp->zone = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
    return (int)(p - start);
}

/* Names of zones, with their offset from UTC in quarters of an hour. Names that several zones share
 * (IST) are left out. */
static const struct {
    char name[6];
    int8_t quarters;
} cotool_zone_names[] = {
    {"UTC", 0},    {"GMT", 0},    {"WET", 0},    {"WEST", 4},   {"BST", 4},    {"CET", 4},
    {"CEST", 8},   {"MET", 4},    {"MEST", 8},   {"MEZ", 4},    {"MESZ", 8},   {"EET", 8},
    {"EEST", 12},  {"MSK", 12},   {"EST", -20},  {"EDT", -16},  {"CST", -24},  {"CDT", -20},
    {"MST", -28},  {"MDT", -24},  {"PST", -32},  {"PDT", -28},  {"AKST", -36}, {"AKDT", -32},
    {"HST", -40},  {"AST", -16},  {"ADT", -12},  {"BRT", -12},  {"ART", -12},  {"SAST", 8},
    {"JST", 36},   {"KST", 36},   {"HKT", 32},   {"SGT", 32},   {"AWST", 32},  {"ACST", 38},
    {"AEST", 40},  {"AEDT", 44},  {"NZST", 48},  {"NZDT", 52},  {"WIB", 28},   {"TRT", 12},
    {"Z", 0},
};

/* A zone by its name or its offset, after blanks or not; returns the bytes taken, 0: none. */
static int cotool_named_zone(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp) {
    const uint8_t *start = p;
    size_t size = 0;
    int taken;
    while (p < end && *p == ' ') p++;
    while (size < 6 && p + size < end && cotool_is_word(p[size])) size++;
    for (size_t n = 0; n < sizeof cotool_zone_names / sizeof cotool_zone_names[0]; n++) {
        const char *name = cotool_zone_names[n].name;
        if (strlen(name) == size && !memcmp(name, p, size)) {
            const uint8_t *q = p + size;
            /* UTC+02:00: the offset counts. */
            if (q < end && (*q == '+' || *q == '-') && (taken = cotool_zone(q, end, stamp)))
                return (int)(q + taken - start);
            stamp->zoned = 1, stamp->zone = cotool_zone_names[n].quarters * 900;
            return (int)(q - start);
        }
    }
    taken = cotool_zone(p, end, stamp);
    return taken ? (int)(p + taken - start) : 0;
}

/* A TAI64 or TAI64N label without its @: 16 hexadecimal digits, and 8 of nanoseconds. As written by
 * multilog and s6 it is 10 seconds ahead of Unix time. */
static int cotool_tai(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp) {
    uint64_t value[2] = {0, 0};
    int n = 0;
    for (; n < 24 && p + n < end; n++) {
        uint8_t c = p[n];
        int digit = cotool_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) break;
        value[n >= 16] = value[n >= 16] << 4 | (uint64_t)digit;
    }
    if ((n != 16 && n != 24) || value[0] >> 62 != 1 || value[1] > 999999999) return 0;
    value[0] -= ((uint64_t)1 << 62) + 10;
    if (value[0] >= 4102444800u) return 0;
    stamp->epoch = (int64_t)value[0];
    stamp->nanos = (int)value[1];
    stamp->is_epoch = stamp->zoned = 1, stamp->zone = 0;
    return n;
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
                    if (p + n < end && cotool_is_digit(p[n]))
                        n = 1 + cotool_fraction(p + 1, end, &stamp->nanos);
                    p += n;
                }
                break;
            case 'p':
                if (end - p >= 6 && *p >= 0x80) { /* in Japanese and Chinese */
                    int late = !memcmp(p, "\xe5\x8d\x88\xe5\xbe\x8c", 6) ||
                               !memcmp(p, "\xe4\xb8\x8b\xe5\x8d\x88", 6);
                    if (!late && memcmp(p, "\xe5\x8d\x88\xe5\x89\x8d", 6) &&
                        memcmp(p, "\xe4\xb8\x8a\xe5\x8d\x88", 6))
                        return -1;
                    if (late) stamp->hour += stamp->hour < 12 ? 12 : 0;
                    else stamp->hour -= stamp->hour == 12 ? 12 : 0;
                    p += 6;
                    break;
                }
                n = 1;
                if (end - p >= 4 && p[1] == '.') { /* a.m., a. m. */
                    n = 2 + (p[2] == ' ') + 2 * (p[2] == 0xc2 && p[3] == 0xa0);
                    if (end - p < n + 2 || p[n + 1] != '.') return -1;
                }
                if (end - p < n + 1 || (p[n] | 0x20) != 'm' || stamp->hour > 23) return -1;
                /* Some write 13:00 PM. */
                if ((p[0] | 0x20) == 'p') stamp->hour += stamp->hour < 12 ? 12 : 0;
                else if ((p[0] | 0x20) == 'a') stamp->hour -= stamp->hour == 12 ? 12 : 0;
                else return -1;
                p += n + 1 + (n > 1);
                break;
            case 'B':
                if (!(stamp->month = cotool_named_month(p, end, &n))) return -1;
                p += n;
                if (p < end && *p == '.' && form[1] != '.') p++;
                break;
            case 'A':
                if (p >= end || !cotool_is_name(*p)) return -1;
                while (p < end && (cotool_is_name(*p) || *p == '/' || *p == '_')) p++;
                break;
            case '~':
                /* U+202F stands before AM and PM. */
                if (end - p >= 3 && !memcmp(p, "\xe2\x80\xaf", 3)) {
                    p += 3;
                    break;
                }
                if (p >= end || (*p != ' ' && *p != '\t')) return -1;
                while (p < end && (*p == ' ' || *p == '\t')) p++;
                break;
            case 'D':
                if (end - p < 2 || (*p != ' ' && !cotool_is_digit(*p)) || !cotool_is_digit(p[1]))
                    return -1;
                stamp->day = (*p == ' ' ? 0 : *p - '0') * 10 + p[1] - '0';
                p += 2;
                break;
            case 'y':
                if (end - p < 2 || !cotool_is_digit(p[0]) || !cotool_is_digit(p[1])) return -1;
                stamp->year = 2000 + cotool_two(p);
                if (stamp->year > 2069) stamp->year -= 100;
                p += 2;
                break;
            case 'Z':
                p += cotool_named_zone(p, end, stamp);
                break;
            case 'J':
                if (end - p < 3 || !cotool_is_digit(p[0]) || !cotool_is_digit(p[1]) ||
                    !cotool_is_digit(p[2]) || !cotool_day_of_year(stamp, p[0] * 100 + p[1] * 10 + p[2] - 111 * '0'))
                    return -1;
                p += 3;
                break;
            case 'w': {
                const uint8_t *digits = p + 1;
                if (end - p < 2 || (*p != '+' && *p != '-') || !cotool_is_digit(*digits)) return -1;
                for (n = 0; digits < end && digits < p + 4 && cotool_is_digit(*digits); digits++)
                    n = 10 * n + *digits - '0';
                stamp->zoned = 1, stamp->zone = (*p == '+' ? -60 : 60) * n;
                p = digits;
                break;
            }
            case 'X':
                n = cotool_tai(p, end, stamp);
                if (!n) return -1;
                p += n;
                break;
            case 'z':
                p += cotool_zone(p, end, stamp);
                break;
            case 'E':
                n = cotool_epoch(p, end, stamp);
                if (!n) return -1;
                p += n;
                break;
            case '\\':
                if (form[1]) form++;
                /* fall through */
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
        if (l->named_zone) {
            length += cotool_named_zone(p + length, end, stamp);
        } else if (l->tail_kind == COTOOL_TAIL_ZONE && p + length < end) {
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
