/* See lognumbers.h. */

#include "logs/lognumbers.h"

#include <string.h>

#include "logs/logchars.h"

/* Greater numbers are odd, because their sums would not fit. */
#define GREATEST_NUMBER 1e18
#define MOST_DIGITS 18
#define MOST_PARTS ((cotool_fixed)1000000000000000000ll * COTOOL_UNIT)

static const struct {
    const char *name;
    int64_t factor;
    int8_t power;
    uint8_t dimension;
} units[] = {
    {"ns", 1, -9, COTOOL_SECONDS}, {"nanosecond", 1, -9, COTOOL_SECONDS},
    {"nanoseconds", 1, -9, COTOOL_SECONDS}, {"us", 1, -6, COTOOL_SECONDS},
    {"\xc2\xb5s", 1, -6, COTOOL_SECONDS}, {"\xce\xbcs", 1, -6, COTOOL_SECONDS},
    {"usec", 1, -6, COTOOL_SECONDS}, {"usecs", 1, -6, COTOOL_SECONDS},
    {"microsecond", 1, -6, COTOOL_SECONDS}, {"microseconds", 1, -6, COTOOL_SECONDS},
    {"ms", 1, -3, COTOOL_SECONDS}, {"msec", 1, -3, COTOOL_SECONDS},
    {"msecs", 1, -3, COTOOL_SECONDS}, {"millis", 1, -3, COTOOL_SECONDS},
    {"millisecond", 1, -3, COTOOL_SECONDS}, {"milliseconds", 1, -3, COTOOL_SECONDS},
    {"s", 1, 0, COTOOL_SECONDS}, {"sec", 1, 0, COTOOL_SECONDS}, {"secs", 1, 0, COTOOL_SECONDS},
    {"second", 1, 0, COTOOL_SECONDS}, {"seconds", 1, 0, COTOOL_SECONDS},
    {"m", 60, 0, COTOOL_SECONDS}, {"min", 60, 0, COTOOL_SECONDS}, {"mins", 60, 0, COTOOL_SECONDS},
    {"minute", 60, 0, COTOOL_SECONDS}, {"minutes", 60, 0, COTOOL_SECONDS},
    {"h", 3600, 0, COTOOL_SECONDS}, {"hr", 3600, 0, COTOOL_SECONDS},
    {"hrs", 3600, 0, COTOOL_SECONDS}, {"hour", 3600, 0, COTOOL_SECONDS},
    {"hours", 3600, 0, COTOOL_SECONDS}, {"d", 86400, 0, COTOOL_SECONDS},
    {"day", 86400, 0, COTOOL_SECONDS}, {"days", 86400, 0, COTOOL_SECONDS},
    {"week", 604800, 0, COTOOL_SECONDS}, {"weeks", 604800, 0, COTOOL_SECONDS},
    {"S", 1, 0, COTOOL_SECONDS}, {"MS", 1, -3, COTOOL_SECONDS}, {"Ms", 1, -3, COTOOL_SECONDS},
    {"H", 3600, 0, COTOOL_SECONDS}, {"octets", 1, 0, COTOOL_BYTES},
    {"B", 1, 0, COTOOL_BYTES}, {"byte", 1, 0, COTOOL_BYTES}, {"bytes", 1, 0, COTOOL_BYTES},
    {"kB", 1, 3, COTOOL_BYTES}, {"KB", 1, 3, COTOOL_BYTES}, {"kb", 1, 3, COTOOL_BYTES},
    {"MB", 1, 6, COTOOL_BYTES}, {"mb", 1, 6, COTOOL_BYTES}, {"GB", 1, 9, COTOOL_BYTES},
    {"gb", 1, 9, COTOOL_BYTES}, {"TB", 1, 12, COTOOL_BYTES}, {"tb", 1, 12, COTOOL_BYTES},
    {"KiB", 1 << 10, 0, COTOOL_BYTES}, {"MiB", 1 << 20, 0, COTOOL_BYTES},
    {"GiB", 1 << 30, 0, COTOOL_BYTES}, {"TiB", (int64_t)1 << 40, 0, COTOOL_BYTES},
};
#define UNITS (sizeof units / sizeof units[0])

const int64_t cotool_tens[] = {1ll, 10ll, 100ll, 1000ll, 10000ll, 100000ll, 1000000ll, 10000000ll,
                               100000000ll, 1000000000ll, 10000000000ll, 100000000000ll,
                               1000000000000ll, 10000000000000ll, 100000000000000ll,
                               1000000000000000ll, 10000000000000000ll, 100000000000000000ll,
                               1000000000000000000ll};

/* digits × factor × 10^power in parts of COTOOL_UNIT; 0 if that is too great. Halves are
 * rounded away from zero. */
static int scaled(uint64_t digits, int64_t factor, int power, cotool_fixed *number) {
    cotool_fixed x = (cotool_fixed)digits * factor;
    int64_t product;
    power += 12;
    if (power >= 0 && power <= 18 && x <= INT64_MAX &&
        !__builtin_mul_overflow((int64_t)x, cotool_tens[power], &product)) {
        *number = product;
        return 1;
    }
    if (!x) {
        *number = 0;
        return 1;
    }
    if (power > 30) return 0;
    if (power >= 0 && power <= 18 && x <= INT64_MAX && x * cotool_tens[power] <= MOST_PARTS) {
        *number = x * cotool_tens[power];
        return 1;
    }
    for (; power > 0; power -= power > 18 ? 18 : power) {
        int64_t ten = cotool_tens[power > 18 ? 18 : power];
        if ((double)x * (double)ten > GREATEST_NUMBER * 1e12) return 0;
        x *= ten;
    }
    for (; power < 0 && x; power += power < -18 ? 18 : -power) {
        int64_t ten = cotool_tens[power < -18 ? 18 : -power];
        x = (x + (power >= -18 ? ten / 2 : 0)) / ten;
    }
    if ((double)x > GREATEST_NUMBER * 1e12) return 0;
    *number = x;
    return 1;
}

/* Reads a decimal number without sign and unit. Returns 0 if the text must be read step by step. */
static int read_decimal(const uint8_t *p, const uint8_t *end, const cotool_default_unit *given,
                      cotool_fixed *number) {
    uint64_t digits = 0;
    int decimals = 0;
    if (end - p > 16 || !cotool_is_digit(*p) || !cotool_is_digit(end[-1])) return 0;
    for (; p < end && cotool_is_digit(*p); p++) digits = digits * 10 + (uint64_t)(*p - '0');
    if (p < end && (*p++ != '.' || given->comma == COTOOL_COMMA_DECIMALS ||
                    given->comma == COTOOL_COMMA_BESIDE_POINTS))
        return 0;
    for (; p < end && cotool_is_digit(*p); p++, decimals++)
        digits = digits * 10 + (uint64_t)(*p - '0');
    return p == end && scaled(digits, given->factor, given->power - decimals, number);
}

void cotool_prepare_plain(const cotool_default_unit *unit, cotool_plain_unit *plain) {
    plain->point = unit->comma == COTOOL_COMMA_DECIMALS || unit->comma == COTOOL_COMMA_BESIDE_POINTS ? 0 : '.' ^ '0';
    plain->scales = unit->factor != 1 || unit->power;
    for (int decimals = 0; decimals < COTOOL_PLAIN_DIGITS; decimals++) {
        const int power = unit->power + 12 - decimals;
        int64_t worth;
        if (power < 0 || power > COTOOL_MOST_POWER || unit->factor < 0 ||
            __builtin_mul_overflow(unit->factor, cotool_tens[power], &worth))
            worth = 0;
        plain->worth[decimals] = (uint64_t)worth;
    }
}

/* Returns the end of groups of three digits with `mark` before each, at p; p if the last one has more. */
static const uint8_t *after_groups(const uint8_t *p, const uint8_t *end, uint8_t mark) {
    while (end - p >= 4 && *p == mark && cotool_is_digit(p[1]) && cotool_is_digit(p[2]) &&
           cotool_is_digit(p[3]) && (end - p == 4 || !cotool_is_digit(p[4])))
        p += 4;
    return p;
}

/* Reads digits with separators of thousands, decimals and an exponent. NULL: there are none at p. */
static const uint8_t *read_digits(const uint8_t *p, const uint8_t *end, int comma, uint64_t *digits,
                                  int *power) {
    const uint8_t *start = p, *last = p, *q;
    const int points = comma == COTOOL_COMMA_BESIDE_POINTS;
    const uint8_t group = points || comma == COTOOL_COMMA_DECIMALS ? '.' : ',';
    uint8_t point = '.';
    int count = 0;
    *digits = 0, *power = 0;
    /* 1,234,567: groups of three digits follow one to three digits; 0,123 has a decimal comma */
    while (last < end && cotool_is_digit(*last)) last++;
    if (last > p && last - p <= 3 && *p != '0' && comma != COTOOL_COMMA_UNSURE) {
        q = after_groups(last, end, group);
        /* 1.234 among decimal commas may be either, unless other numbers are 1.234.567. */
        if (group == '.' && !points && q - last == 4 && !(q < end && *q == ',')) return NULL;
        last = q;
    }
    if (group == '.' && last < end && *last == ',') point = ',';
    for (; p < last; p++) {
        if (*p == group) continue;
        if (count < MOST_DIGITS) {
            *digits = *digits * 10 + (uint64_t)(*p - '0');
            count += count || *p != '0';
        } else {
            (*power)++;
        }
    }
    if (p == start && !(p + 1 < end && *p == point && cotool_is_digit(p[1]))) return NULL;
    if (p + 1 < end && *p == point && cotool_is_digit(p[1]))
        for (p++; p < end && cotool_is_digit(*p); p++)
            if (count < MOST_DIGITS) {
                *digits = *digits * 10 + (uint64_t)(*p - '0');
                count += count || *p != '0';
                (*power)--;
            }
    if (p < end && (*p | 0x20) == 'e') {
        int negative, exponent = 0;
        q = p + 1;
        negative = q < end && *q == '-';
        if (q < end && (*q == '-' || *q == '+')) q++;
        if (q < end && cotool_is_digit(*q)) {
            for (; q < end && cotool_is_digit(*q) && exponent < 1000; q++)
                exponent = exponent * 10 + *q - '0';
            *power += negative ? -exponent : exponent;
            p = q;
        }
    }
    return p;
}

/* Tells whether the text from p to q is the name of a unit; capitals matter in names of one or two letters. */
static int is_named(const char *name, const uint8_t *p, const uint8_t *q) {
    const size_t size = (size_t)(q - p);
    if (strlen(name) != size) return 0;
    for (size_t k = 0; k < size; k++)
        if ((uint8_t)name[k] != p[k] &&
            (size < 3 || (uint8_t)name[k] != (p[k] | 0x20) || !cotool_is_letter(p[k])))
            return 0;
    return 1;
}

/* Returns the unit at p, -1 without one; `stop`: where it ends. Bytes may be those of each second. */
static int unit_at(const uint8_t *p, const uint8_t *end, const uint8_t **stop) {
    const uint8_t *q = p;
    while (q < end && (cotool_is_letter(*q) || *q >= 0x80)) q++;
    *stop = q;
    for (size_t n = 0; q > p && n < UNITS; n++) {
        if (!is_named(units[n].name, p, q)) continue;
        if (units[n].dimension == COTOOL_BYTES && end - q >= 2 && q[0] == '/' && q[1] == 's' &&
            (end - q == 2 || !cotool_is_letter(q[2])))
            *stop = q + 2;
        return (int)n;
    }
    return -1;
}

const uint8_t *cotool_unit_end(const uint8_t *p, const uint8_t *end) {
    const uint8_t *stop;
    return unit_at(p, end, &stop) < 0 ? p : stop;
}

/* Reads one to `most` digits at p. Returns what follows, NULL without one. */
static const uint8_t *few_digits(const uint8_t *p, const uint8_t *end, int most, int64_t *number) {
    const uint8_t *start = p;
    for (*number = 0; p < end && p - start < most && cotool_is_digit(*p); p++)
        *number = *number * 10 + (*p - '0');
    return p > start ? p : NULL;
}

/* Reads a duration as hours, minutes and seconds: 1:02:03.5, perhaps behind days: 2-01:02:03, 1.01:02:03,
 * 2 days, 1:02:03. Returns 0 if the text is none. */
static int read_clock(const uint8_t *p, const uint8_t *end, cotool_fixed *number) {
    const int negative = p < end && *p == '-';
    int64_t days = 0, hours, minutes, seconds, part;
    int unit;
    const uint8_t *q = few_digits(p += negative, end, 9, &hours), *stop;
    if (!q || q == end) return 0;
    if (*q != ':') {
        days = hours;
        if (*q == ' ' && (unit = unit_at(q + 1, end, &stop)) >= 0 && units[unit].factor == 86400) {
            q = stop + (stop < end && *stop == ',');
            if (q == end || *q != ' ') return 0;
        } else if (*q != '-' && *q != '.') {
            return 0;
        }
        q = few_digits(q + 1, end, 2, &hours);
        if (!q || hours > 23) return 0;
    }
    if (end - q < 6 || q[0] != ':' || q[3] != ':') return 0;
    if (few_digits(q + 1, end, 2, &minutes) != q + 3 || few_digits(q + 4, end, 2, &seconds) != q + 6) return 0;
    if (minutes > 59 || seconds > 59) return 0;
    *number = (cotool_fixed)(((days * 24 + hours) * 60 + minutes) * 60 + seconds) * COTOOL_UNIT;
    q += 6;
    if (q < end) {
        if ((*q != '.' && *q != ',') || !(stop = few_digits(q + 1, end, 12, &part))) return 0;
        *number += (cotool_fixed)part * cotool_tens[12 - (stop - q - 1)];
        if (stop != end) return 0;
    }
    if (negative) *number = -*number;
    return 1;
}

/* Nanoseconds of a unit of time. */
static int64_t worth(int unit) { return units[unit].factor * cotool_tens[9 + units[unit].power]; }

/* Returns the next part of a duration in words, behind a blank, a comma or "and", with a smaller unit: the
 * 30s of `1m 30s`. NULL: there is none. */
static const uint8_t *smaller_part(const uint8_t *p, const uint8_t *end, int unit) {
    const uint8_t *start, *stop;
    int smaller;
    if (units[unit].dimension != COTOOL_SECONDS) return NULL;
    p += end - p > 2 && *p == ',';
    if (end - p > 5 && !memcmp(p, " and ", 5)) p += 5;
    else if (p < end && *p == ' ') p++;
    else return NULL;
    for (start = p; p < end && cotool_is_digit(*p);) p++;
    if (p == start) return NULL;
    if (end - p > 1 && *p == '.' && cotool_is_digit(p[1]))
        for (p++; p < end && cotool_is_digit(*p);) p++;
    if (p < end && *p == ' ') p++;
    smaller = unit_at(p, end, &stop);
    return smaller >= 0 && units[smaller].dimension == COTOOL_SECONDS && worth(smaller) < worth(unit)
               ? start
               : NULL;
}

/* Returns the end of the two digits of minutes or seconds that end a duration: the 30 of 1h30 or 1h 30, which
 * the end of a phrase or the next pair follows. NULL: there are none. */
static const uint8_t *bare_part(const uint8_t *p, const uint8_t *end, int unit) {
    const uint8_t *next;
    if (units[unit].dimension != COTOOL_SECONDS || (units[unit].factor != 60 && units[unit].factor != 3600))
        return NULL;
    p += end - p > 2 && *p == ' ';
    if (end - p < 2 || *p < '0' || *p > '5' || !cotool_is_digit(p[1])) return NULL;
    p += 2;
    if (p == end || strchr("\n\r,;)]}|\"'", *p)) return p;
    for (next = p + 1; next < end && (cotool_is_word(*next) || *next == '_' || *next == '.');) next++;
    return *p == ' ' && next < end && next > p + 1 && *next == '=' ? p : NULL;
}

const uint8_t *cotool_duration_end(const uint8_t *p, const uint8_t *end) {
    const uint8_t *stop = p, *next;
    int unit;
    for (unit = unit_at(p, end, &stop); unit >= 0 && (next = smaller_part(stop, end, unit));) {
        for (p = next; cotool_is_digit(*p) || *p == '.';) p++;
        unit = unit_at(p + (*p == ' '), end, &stop);
    }
    if (unit >= 0 && (next = bare_part(stop, end, unit))) return next;
    if (unit >= 0 && units[unit].factor == 86400 && end - stop > 8) {
        /* 1 day, 0:00:05 */
        for (next = stop + (*stop == ','); next < end && (*next == ' ' || cotool_is_digit(*next) || strchr(":.", *next));)
            next++;
        while (!cotool_is_digit(next[-1])) next--;
        if (read_clock(stop + (*stop == ',') + 1, next, &(cotool_fixed){0})) return next;
    }
    return stop;
}

/* Reads a number with its unit, or a duration of several: 1m30s, 1 min 30 s. Returns what follows, NULL: none. */
static const uint8_t *read_one(const uint8_t *p, const uint8_t *end, const cotool_default_unit *given,
                               cotool_fixed *number, int *dimension) {
    int negative = p < end && *p == '-', parts = 0, spaced = 1; /* spaced: a blank may precede the unit */
    *number = 0;
    if (p < end && (*p == '-' || *p == '+')) p++;
    for (;; parts++) {
        uint64_t digits;
        int power, unit;
        cotool_fixed part;
        const uint8_t *q = read_digits(p, end, given->comma, &digits, &power), *name = q, *next;
        if (!q) return NULL;
        if (name < end && *name == ' ' && spaced) name++;
        unit = unit_at(name, end, &p);
        if (unit < 0) {
            if (parts) return NULL;
            if (!scaled(digits, given->factor, power + given->power, &part)) return NULL;
            *number = part, *dimension = given->dimension;
            p = q < end && *q == '%' ? q + 1 : q;
            break;
        }
        if (parts && units[unit].dimension != COTOOL_SECONDS) return NULL;
        if (!scaled(digits, units[unit].factor, power + units[unit].power, &part)) return NULL;
        *number += part, *dimension = units[unit].dimension;
        if (units[unit].factor == 3600 && (next = bare_part(p, end, unit))) {
            if (!scaled((uint64_t)(next[-2] - '0') * 10 + (uint64_t)(next[-1] - '0'), units[unit].factor / 60, 0, &part))
                return NULL;
            *number += part, p = next;
            break;
        }
        next = smaller_part(p, end, unit);
        spaced = next != NULL;
        if (next) p = next;
        else if (p >= end || !cotool_is_digit(*p) || units[unit].dimension != COTOOL_SECONDS) break;
    }
    if (negative) *number = -*number;
    return p;
}

int cotool_read_number(const uint8_t *text, const uint8_t *end, const cotool_default_unit *given,
                       cotool_fixed *number, int *dimension, int *added) {
    cotool_fixed sum = 0;
    int count = 0, missing = 0;
    *added = 0;
    while (text < end && cotool_byte_class[*text] == COTOOL_CLASS_SPACE) text++;
    while (end > text && cotool_byte_class[end[-1]] == COTOOL_CLASS_SPACE) end--;
    if (text == end) return -1;
    if (read_decimal(text, end, given, number)) {
        *dimension = given->dimension;
        return 1;
    }
    if (given->clock && read_clock(text, end, number)) {
        *dimension = COTOOL_SECONDS;
        return 1;
    }
    for (;;) {
        cotool_fixed one;
        const uint8_t *next;
        if (*text == '-' && (text + 1 == end || text[1] == ',' || text[1] == ' ')) {
            missing++, next = text + 1;
        } else {
            next = read_one(text, end, given, &one, dimension);
            if (!next) break;
            sum += one, count++;
        }
        if (next == end) {
            if (!count) return -1;
            *number = sum, *added = count > 1;
            return 1;
        }
        /* 0.01, 0.03 : 0.02 of several upstreams */
        if (next + 1 < end && *next == ',' && next[1] == ' ') text = next + 2;
        else if (next + 2 < end && *next == ' ' && next[1] == ':' && next[2] == ' ') text = next + 3;
        else break;
        if (text >= end) break;
    }
    if (end - text == 4 && (!memcmp(text, "null", 4) || !memcmp(text, "None", 4))) return -1;
    return 0;
}
