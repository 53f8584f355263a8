/* Times that are read step by step. See logtime.h. */

#include "logs/logtime.h"

#include "logs/logprobe.h"

/* Names of months from January to December in lower case. Each may be cut at the bar or anywhere after
 * it. */
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
    /* Russian in both cases of the noun, Ukrainian, Turkish, Indonesian, Czech, Romanian, Arabic */
    {"янв|аря", "фев|раля", "мар|та", "апр|еля", "мая", "июн|я", "июл|я", "авг|уста",
     "сен|тября", "окт|ября", "ноя|бря", "дек|абря"},
    {"янв|арь", "фев|раль", "мар|т", "апр|ель", "май", "июн|ь", "июл|ь", "авг|уст", "сен|тябрь",
     "окт|ябрь", "ноя|брь", "дек|абрь"},
    {"січ|ня", "лют|ого", "бер|езня", "кві|тня", "тра|вня", "чер|вня", "лип|ня", "сер|пня",
     "вер|есня", "жов|тня", "лис|топада", "гру|дня"},
    {"oca|k", "şub|at", "mar|t", "nis|an", "may|ıs", "haz|iran", "tem|muz", "ağu|stos",
     "eyl|ül", "eki|m", "kas|ım", "ara|lık"},
    {"jan|uari", "feb|ruari", "mar|et", "apr|il", "mei", "jun|i", "jul|i", "agu|stus",
     "sep|tember", "okt|ober", "nov|ember", "des|ember"},
    {"led|na", "úno|ra", "bře|zna", "dub|na", "kvě|tna", "června", "července", "srp|na",
     "zář|í", "říj|na", "lis|topadu", "pro|since"},
    {"ian|uarie", "feb|ruarie", "mar|tie", "apr|ilie", "mai", "iun|ie", "iul|ie", "aug|ust",
     "sep|tembrie", "oct|ombrie", "noi|embrie", "dec|embrie"},
    {"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر",
     "نوفمبر", "ديسمبر"},
    /* Capitals of several bytes that differ from the letter in more than one bit */
    {"Янв|аря", "Фев|раля", "", "", "", "", "", "", "Сен|тября", "", "", ""},
    {"Янв|арь", "Фев|раль", "", "", "", "", "", "", "Сен|тябрь", "", "", ""},
    {"Січ|ня", "Şub|at", "", "", "", "Чер|вня", "", "Сер|пня", "", "", "", ""},
    {"j\xc3\xa4n|ner", "fevr|ier", "maerz", "", "", "", "", "aout", "", "", "", ""},
};

/* Returns the month whose name is at p, 0: none. `size` is set to its bytes. */
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
                /* The capital of a letter of two bytes differs by 0x20 in its second byte. */
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

const char *cotool_month_name(int n) {
    return (size_t)n < sizeof cotool_month_names / sizeof cotool_month_names[0][0]
               ? cotool_month_names[n / 12][n % 12]
               : NULL;
}

/* Sets month and day from the day of the year. Returns 0 if the year has no such day. */
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

/* Reads one or two digits. Returns how many. */
COTOOL_INLINE int cotool_short_number(const uint8_t *p, const uint8_t *end, int *value) {
    if (p >= end || !cotool_is_digit(p[0])) return 0;
    *value = p[0] - '0';
    if (p + 1 >= end || !cotool_is_digit(p[1])) return 1;
    *value = cotool_two(p);
    return 2;
}

int cotool_named_zone(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp) {
    const uint8_t *start = p;
    size_t size = 0;
    int quarters, taken;
    while (p < end && *p == ' ') p++;
    while (size < 6 && p + size < end && cotool_is_word(p[size])) size++;
    quarters = cotool_zone_quarters(p, size);
    if (quarters < COTOOL_NO_ZONE) {
        const uint8_t *q = p + size;
        /* UTC+02:00: the offset counts. */
        if (q < end && (*q == '+' || *q == '-') && (taken = cotool_zone(q, end, stamp)))
            return (int)(q + taken - start);
        stamp->zoned = 1, stamp->zone = quarters * 900;
        return (int)(q - start);
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

int cotool_epoch(const uint8_t *p, const uint8_t *end, cotool_stamp *stamp) {
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

/* Returns 1 if six bytes say "before noon" in Chinese, Japanese or Korean, 2 if "after noon", else 0. */
static int half_of_day(const uint8_t *p) {
    static const char *const names[] = {"午前", "上午", "오전", "午後", "下午", "오후"};
    for (int n = 0; n < 6; n++)
        if (!memcmp(p, names[n], 6)) return 1 + n / 3;
    return 0;
}

/* The hour of the day; some write 13:00 PM. */
static int in_half(int hour, int half) {
    return half == 2 ? hour + (hour < 12 ? 12 : 0) : hour - (hour == 12 ? 12 : 0);
}

int cotool_steps(const char *form, const uint8_t *p, const uint8_t *end,
                        cotool_stamp *stamp) {
    const uint8_t *start = p;
    int n, half = 0;
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
            case 'q':
                if (end - p < 6) return -1;
                if (*p >= 0x80) half = half_of_day(p), p += 6;
                else if (p[1] == 'M') half = *p == 'A' ? 1 : *p == 'P' ? 2 : 0, p += 2;
                if (!half) return -1;
                break;
            case 'p':
                if (end - p >= 6 && *p >= 0x80) {
                    if (!(n = half_of_day(p))) return -1;
                    stamp->hour = in_half(stamp->hour, n);
                    p += 6;
                    break;
                }
                n = 1;
                if (end - p >= 4 && p[1] == '.') { /* a.m., a. m. */
                    n = 2 + (p[2] == ' ') + 2 * (p[2] == 0xc2 && p[3] == 0xa0);
                    if (end - p < n + 2 || p[n + 1] != '.') return -1;
                }
                if (end - p < n + 1 || (p[n] | 0x20) != 'm' || stamp->hour > 23) return -1;
                if ((p[0] | 0x20) == 'p') stamp->hour = in_half(stamp->hour, 2);
                else if ((p[0] | 0x20) == 'a') stamp->hour = in_half(stamp->hour, 1);
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
                /* U+202F may come before AM and PM. */
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
    if (half && stamp->hour <= 12) stamp->hour = in_half(stamp->hour, half);
    return (int)(p - start);
}

/* Which of the 64 bytes at p are digits. */
static uint64_t cotool_digit_bits(const uint8_t *p) {
    uint64_t bits = 0;
    for (int k = 0; k < 64; k++) bits |= (uint64_t)cotool_is_digit(p[k]) << k;
    return bits;
}

int cotool_read_stamp(const char *form, const uint8_t *text, const uint8_t *end, int64_t *seconds,
                     int *nanos, int *zoned, int *cycle) {
    cotool_layout layout;
    cotool_stamp stamp;
    int length;
    memset(&layout, 0, sizeof layout);
    memset(&stamp, 0, sizeof stamp);
    layout.form = form;
    cotool_prepare_layout(&layout);
    length = cotool_read_time(&layout, text, end, cotool_digit_bits(text), &stamp);
    if (!length) return 0; /* a month may be out of range */
    *seconds = stamp.is_epoch ? stamp.epoch
                              : cotool_days(stamp.year, stamp.month, stamp.day) * 86400 +
                                    stamp.hour * 3600 + stamp.minute * 60 + stamp.second -
                                    (stamp.zoned ? stamp.zone : 0);
    *nanos = stamp.nanos, *zoned = stamp.zoned, *cycle = layout.cycle;
    return length;
}
