/* See logreading.h. */
#define _GNU_SOURCE /* memmem */
#include "logs/logreading.h"

#include <errno.h>
#include <string.h>

#include "logs/loghash.h"
#include "logs/loglogfmt.h"

/* Bytes of a part of a group's text. */
#define PART 512
/* Numbers beyond this are odd: with more, sums would not fit. */
#define GREATEST_NUMBER 1e18
#define MOST_DIGITS 18

void cotool_reading_prepare(void) { cotool_prepare_classes(); }

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* ---- numbers ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int64_t factor;
    int8_t power;
    uint8_t dimension;
} units[] = {
    {"ns", 1, -9, COTOOL_SECONDS},          {"us", 1, -6, COTOOL_SECONDS},
    {"\xc2\xb5s", 1, -6, COTOOL_SECONDS},   {"\xce\xbcs", 1, -6, COTOOL_SECONDS},
    {"ms", 1, -3, COTOOL_SECONDS},          {"msec", 1, -3, COTOOL_SECONDS},
    {"msecs", 1, -3, COTOOL_SECONDS},       {"millis", 1, -3, COTOOL_SECONDS},
    {"s", 1, 0, COTOOL_SECONDS},            {"sec", 1, 0, COTOOL_SECONDS},
    {"secs", 1, 0, COTOOL_SECONDS},         {"second", 1, 0, COTOOL_SECONDS},
    {"seconds", 1, 0, COTOOL_SECONDS},      {"m", 60, 0, COTOOL_SECONDS},
    {"min", 60, 0, COTOOL_SECONDS},         {"mins", 60, 0, COTOOL_SECONDS},
    {"h", 3600, 0, COTOOL_SECONDS},         {"d", 86400, 0, COTOOL_SECONDS},
    {"B", 1, 0, COTOOL_BYTES},              {"bytes", 1, 0, COTOOL_BYTES},
    {"kB", 1, 3, COTOOL_BYTES},             {"KB", 1, 3, COTOOL_BYTES},
    {"MB", 1, 6, COTOOL_BYTES},             {"GB", 1, 9, COTOOL_BYTES},
    {"TB", 1, 12, COTOOL_BYTES},            {"KiB", 1 << 10, 0, COTOOL_BYTES},
    {"MiB", 1 << 20, 0, COTOOL_BYTES},      {"GiB", 1 << 30, 0, COTOOL_BYTES},
    {"TiB", (int64_t)1 << 40, 0, COTOOL_BYTES},
};
#define UNITS (sizeof units / sizeof units[0])

static const int64_t tens[] = {1ll, 10ll, 100ll, 1000ll, 10000ll, 100000ll, 1000000ll, 10000000ll,
                               100000000ll, 1000000000ll, 10000000000ll, 100000000000ll,
                               1000000000000ll, 10000000000000ll, 100000000000000ll,
                               1000000000000000ll, 10000000000000000ll, 100000000000000000ll,
                               1000000000000000000ll};

/* digits × factor × 10^power in parts of COTOOL_UNIT; 0 where it is too great. Halves are rounded
 * away from zero. */
static int scaled(uint64_t digits, int64_t factor, int power, cotool_fixed *number) {
    cotool_fixed x = (cotool_fixed)digits * factor;
    power += 12;
    if (!x) {
        *number = 0;
        return 1;
    }
    if (power > 30) return 0;
    for (; power > 0; power -= power > 18 ? 18 : power) {
        int64_t ten = tens[power > 18 ? 18 : power];
        if ((double)x * (double)ten > GREATEST_NUMBER * 1e12) return 0;
        x *= ten;
    }
    for (; power < 0 && x; power += power < -18 ? 18 : -power) {
        int64_t ten = tens[power < -18 ? 18 : -power];
        x = (x + (power >= -18 ? ten / 2 : 0)) / ten;
    }
    if ((double)x > GREATEST_NUMBER * 1e12) return 0;
    *number = x;
    return 1;
}

/* Reads digits with separators of thousands, decimals and an exponent; NULL: none stand at p. */
static const uint8_t *read_digits(const uint8_t *p, const uint8_t *end, uint64_t *digits,
                                  int *power) {
    const uint8_t *start = p, *last = p, *q;
    int count = 0;
    *digits = 0, *power = 0;
    /* 1,234,567: groups of three after one to three digits; 0,123 has a decimal comma */
    while (last < end && cotool_is_digit(*last)) last++;
    if (last > p && last - p <= 3 && *p != '0')
        for (q = last; end - q >= 4 && *q == ',' && cotool_is_digit(q[1]) && cotool_is_digit(q[2]) &&
                       cotool_is_digit(q[3]) && (end - q == 4 || !cotool_is_digit(q[4]));
             q += 4)
            last = q + 4;
    for (; p < last; p++) {
        if (*p == ',') continue;
        if (count < MOST_DIGITS) {
            *digits = *digits * 10 + (uint64_t)(*p - '0');
            count += count || *p != '0';
        } else {
            (*power)++;
        }
    }
    if (p == start && !(p + 1 < end && *p == '.' && cotool_is_digit(p[1]))) return NULL;
    if (p + 1 < end && *p == '.' && cotool_is_digit(p[1]))
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

static int unit_at(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p;
    while (q < end && (cotool_is_letter(*q) || *q >= 0x80)) q++;
    for (size_t n = 0; q > p && n < UNITS; n++)
        if (strlen(units[n].name) == (size_t)(q - p) && !memcmp(units[n].name, p, (size_t)(q - p)))
            return (int)n;
    return -1;
}

/* One number with its unit, or several of time that follow each other: 1m30s. Returns what follows,
 * NULL where there is none. */
static const uint8_t *read_one(const uint8_t *p, const uint8_t *end, const cotool_scale *scale,
                               cotool_fixed *number, int *dimension) {
    int negative = p < end && *p == '-', parts = 0;
    *number = 0;
    if (p < end && (*p == '-' || *p == '+')) p++;
    for (;; parts++) {
        uint64_t digits;
        int power, unit;
        cotool_fixed part;
        const uint8_t *q = read_digits(p, end, &digits, &power), *name = q;
        if (!q) return NULL;
        if (name < end && *name == ' ' && parts == 0) name++;
        unit = unit_at(name, end);
        if (unit < 0) {
            if (parts) return NULL;
            if (!scaled(digits, scale->factor, power + scale->power, &part)) return NULL;
            *number = part, *dimension = scale->dimension;
            p = q;
            break;
        }
        if (parts && units[unit].dimension != COTOOL_SECONDS) return NULL;
        if (!scaled(digits, units[unit].factor, power + units[unit].power, &part)) return NULL;
        *number += part, *dimension = units[unit].dimension;
        p = name + strlen(units[unit].name);
        if (p >= end || !cotool_is_digit(*p) || units[unit].dimension != COTOOL_SECONDS) break;
    }
    if (negative) *number = -*number;
    return p;
}

int cotool_read_number(const uint8_t *text, const uint8_t *end, const cotool_scale *scale,
                       cotool_fixed *number, int *dimension, int *added) {
    cotool_fixed sum = 0;
    int count = 0, missing = 0;
    *added = 0;
    while (text < end && cotool_byte_class[*text] == COTOOL_CLASS_SPACE) text++;
    while (end > text && cotool_byte_class[end[-1]] == COTOOL_CLASS_SPACE) end--;
    if (text == end) return -1;
    for (;;) {
        cotool_fixed one;
        const uint8_t *next;
        if (*text == '-' && (text + 1 == end || text[1] == ',' || text[1] == ' ')) {
            missing++, next = text + 1;
        } else {
            next = read_one(text, end, scale, &one, dimension);
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

/* ---- paths ------------------------------------------------------------------------------------ */

/* Tells whether what stands between slashes names one thing among many: digits, an UUID, a hash, a
 * token. `stop` gets where it ends: before an extension. */
static int is_id(const uint8_t *p, const uint8_t *end, const uint8_t **stop) {
    int digits = 0, hex = 0, others = 0, dashes = 0, changes = 0, was = -1;
    const uint8_t *q = p;
    for (; q < end && *q != '.'; q++) {
        int is;
        if (*q == '-' || *q == '_' || *q == ':') {
            dashes++;
            continue;
        }
        if (*q == '%' || *q >= 0x80) return 0;
        is = cotool_is_digit(*q);
        digits += is;
        if (!is && (*q | 0x20) >= 'a' && (*q | 0x20) <= 'f') hex++;
        else if (!is && cotool_is_letter(*q)) others++;
        else if (!is) return 0;
        changes += was >= 0 && was != is;
        was = is;
    }
    *stop = q;
    if (!digits) return 0;
    if (!hex && !others) return 1;
    if (q < end && memchr(q + 1, '.', (size_t)(end - q - 1))) return 0;
    if (!others) return digits + hex >= 8;
    return digits + hex + others >= 16 && digits >= 3 && changes >= 4 && dashes <= 4;
}

size_t cotool_mask_path(const uint8_t *text, const uint8_t *end, uint8_t *out, size_t room) {
    const uint8_t *p = text, *q;
    size_t size = 0;
    for (q = p; q < end && *q != '?' && *q != '#' && *q != ';';) q++;
    end = q;
    if (end - p > 8 && (q = memchr(p, ':', 8)) && end - q > 3 && !memcmp(q, "://", 3)) {
        /* https://host/path */
        q = memchr(q + 3, '/', (size_t)(end - q - 3));
        p = q ? q : end;
    }
    while (p < end && size + 8 < room) {
        const uint8_t *stop;
        if (*p == '/') {
            out[size++] = *p++;
            continue;
        }
        q = memchr(p, '/', (size_t)(end - p));
        if (!q) q = end;
        if (is_id(p, q, &stop)) {
            memcpy(out + size, "<*>", 3);
            size += 3, p = stop;
        }
        while (p < q && size + 8 < room) out[size++] = *p++;
    }
    if (!size && end > text) out[size++] = '/';
    return size;
}

/* ---- fields ----------------------------------------------------------------------------------- */

/* The next column; returns what follows it, NULL: there is none. */
static const uint8_t *column(const uint8_t *p, const uint8_t *end, uint8_t delimiter,
                             cotool_value *value) {
    const uint8_t *q;
    if (!delimiter) p = cotool_skip_blank(p, end);
    if (p >= end) return NULL;
    value->kind = COTOOL_BARE;
    if (*p == '"' && (q = cotool_skip_string(p + 1, end))) {
        value->start = p + 1, value->end = q - 1;
        if (delimiter && q < end && *q == delimiter) q++;
        return q;
    }
    if (!delimiter && *p == '[' && (q = memchr(p, ']', (size_t)(end - p)))) {
        value->start = p + 1, value->end = q;
        return q + 1;
    }
    value->start = p;
    if (delimiter) {
        q = memchr(p, delimiter, (size_t)(end - p));
        value->end = q ? q : end;
        return q ? q + 1 : end;
    }
    while (p < end && *p != ' ' && *p != '\t') p++;
    value->end = p;
    return p;
}

/* Leaves out the port: 10.0.0.1:8080, [2001:db8::1]:8080. */
static void take_address(cotool_value *value) {
    const uint8_t *p = value->end, *bracket;
    if (p > value->start && *value->start == '[') {
        value->start++;
        bracket = memchr(value->start, ']', (size_t)(p - value->start));
        if (bracket) value->end = bracket;
        return;
    }
    while (p > value->start && cotool_is_digit(p[-1])) p--;
    if (p == value->end || p - value->start < 2 || *--p != ':') return;
    if (!memchr(value->start, ':', (size_t)(p - value->start))) value->end = p;
}

/* A word of a value, or another part of it. */
static void take_part(cotool_value *value, int part) {
    const uint8_t *p = value->start, *end = value->end, *start = p;
    if (part == COTOOL_PART_ADDRESS) {
        take_address(value);
        return;
    }
    if (part == COTOOL_PART_LAST) {
        for (p = end; p > start && p[-1] != '/';) p--;
        value->start = p;
        return;
    }
    for (int n = 0; n < part; n++) {
        p = cotool_skip_blank(p, end);
        start = p;
        while (p < end && *p != ' ' && *p != '\t') p++;
    }
    if (start == p) value->kind = COTOOL_NO_VALUE;
    value->start = start, value->end = p;
}

/* What stands where a text has its hole. */
static int hole(const cotool_locator *l, const uint8_t *line, const uint8_t *end,
                cotool_value *value) {
    size_t before = strlen(l->text), after = strlen(l->after);
    const uint8_t *p = line, *q;
    if (!before) {
        /* the word in front of the text */
        for (q = line; (q = memmem(q, (size_t)(end - q), l->after, after)); q++) {
            for (p = q; p > line && p[-1] != ' ' && p[-1] != '\t';) p--;
            if (p == q) continue;
            value->kind = COTOOL_BARE, value->start = p, value->end = q;
            return 1;
        }
        return 0;
    }
    while ((p = memmem(p, (size_t)(end - p), l->text, before))) {
        p += before;
        for (q = p; q < end && *q != ' ' && *q != '\t'; q++)
            if (after && q > p && (size_t)(end - q) >= after && !memcmp(q, l->after, after)) break;
        if (q > p && (!after || ((size_t)(end - q) >= after && !memcmp(q, l->after, after)))) {
            value->kind = COTOOL_BARE, value->start = p, value->end = q;
            return 1;
        }
    }
    return 0;
}

/* 0.012, as nginx writes seconds, or a dash for none; returns what follows, NULL: neither. */
static const uint8_t *read_seconds(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p;
    if (p < end && *p == '-') return p + 1;
    while (q < end && cotool_is_digit(*q)) q++;
    if (q == p || end - q < 4 || *q != '.') return NULL;
    for (int k = 1; k <= 3; k++)
        if (!cotool_is_digit(q[k])) return NULL;
    return q + 4 < end && cotool_is_digit(q[4]) ? NULL : q + 4;
}

/* A number after key= goes on after a comma: 1,234, and lists of seconds: 0.012, 0.034. */
static void extend(cotool_value *value, const uint8_t *end) {
    const uint8_t *p = value->end, *q;
    if (value->kind != COTOOL_BARE || p == value->start || p >= end || *p != ',' ||
        !(cotool_is_digit(p[-1]) || p[-1] == '-'))
        return;
    if (p + 1 < end && cotool_is_digit(p[1])) {
        while (p < end && (cotool_is_digit(*p) || *p == ',' || *p == '.')) p++;
        while (!cotool_is_digit(p[-1])) p--;
        value->end = p;
        return;
    }
    if (read_seconds(value->start, end) != p) return;
    while (end - p > 2 && *p == ',' && p[1] == ' ' && (q = read_seconds(p + 2, end))) p = q;
    value->end = p;
}

typedef struct {
    cotool_value value[COTOOL_SOURCES];
    char level[16];
} fields;

static const char *const level_names[COTOOL_LEVELS] = {
    "trace", "debug", "info", "notice", "warning", "error", "critical", "unknown"};

/* The row of locators of a format. */
static int row_of(int format) { return format < 0 ? COTOOL_FORMATS : format; }

static void read_fields(const cotool_config *config, int format, const uint8_t *line,
                        const uint8_t *end, int level, fields *f) {
    const cotool_reading *r = config->reading;
    int row = row_of(format);
    cotool_value tokens[256];
    int columns = 0;
    cotool_members members;
    members.found = 0;
    if (format >= 0 && r->keys[format].values) {
        const cotool_format *form = &config->format[format];
        int kind = form->kind == COTOOL_FORMAT_TEXT ? form->payload : form->kind;
        const uint8_t *from = line;
        if (kind == COTOOL_FORMAT_JSON) {
            from = form->kind == COTOOL_FORMAT_TEXT ? cotool_find_object(line, end)
                                                    : cotool_skip_blank(line, end);
            if (from) cotool_json_members(from, end, &r->keys[format], 0, 0, &members);
        } else {
            cotool_logfmt_members(from, end, &r->keys[format], 0, &members);
        }
    }
    if (r->tokens[row]) {
        const uint8_t *p = line;
        while (columns < r->tokens[row] && (p = column(p, end, r->delimiter[row], &tokens[columns])))
            columns++;
    }
    for (int n = 0; n < r->sources; n++) {
        const cotool_locator *l = &r->locator[row][n];
        cotool_value *v = &f->value[n];
        v->kind = COTOOL_NO_VALUE;
        switch (l->kind) {
            case COTOOL_GET_TOKEN:
                if (l->token < columns) *v = tokens[l->token];
                break;
            case COTOOL_GET_KEY:
                if (members.found >> l->value & 1) *v = members.value[l->value];
                break;
            case COTOOL_GET_PAIR:
                *v = cotool_pair_find(line, end, l->text);
                extend(v, end);
                break;
            case COTOOL_GET_TEXT:
                hole(l, line, end, v);
                break;
            case COTOOL_GET_GROUP:
                if (cotool_capture_find(l->capture, line, end, &v->start, &v->end))
                    v->kind = COTOOL_BARE;
                break;
            case COTOOL_GET_LEVEL:
                v->kind = COTOOL_BARE, v->start = (const uint8_t *)level_names[level];
                v->end = v->start + strlen(level_names[level]);
                break;
            case COTOOL_GET_GIVEN:
                v->kind = COTOOL_BARE, v->start = (const uint8_t *)l->text;
                v->end = v->start + strlen(l->text);
                break;
        }
        if (v->kind && l->part) take_part(v, l->part);
        if (l->kind == COTOOL_GET_TOKEN && v->kind && *l->text &&
            strlen(l->text) == (size_t)(v->end - v->start) &&
            !memcmp(v->start, l->text, strlen(l->text)))
            v->kind = COTOOL_NO_VALUE;
    }
}

static int hex_at(const uint8_t *p) {
    int code = 0;
    for (int k = 0; k < 4; k++) {
        int c = p[k] | 0x20;
        code = code << 4 | (cotool_is_digit(p[k]) ? p[k] - '0' : c - 'a' + 10);
        if (!cotool_is_digit(p[k]) && (c < 'a' || c > 'f')) return -1;
    }
    return code;
}

static size_t write_code(uint8_t *out, unsigned code) {
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | code >> 6), out[1] = (uint8_t)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code >> 12), out[1] = (uint8_t)(0x80 | (code >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | code >> 18), out[1] = (uint8_t)(0x80 | (code >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 63)), out[3] = (uint8_t)(0x80 | (code & 63));
    return 4;
}

/* A string without its escapes; half a surrogate pair becomes U+FFFD. */
static size_t unescape(const uint8_t *p, const uint8_t *end, uint8_t *out, size_t room) {
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    size_t size = 0;
    while (p < end && size + 4 < room) {
        const char *letter;
        if (*p != '\\' || p + 1 >= end) {
            out[size++] = *p++;
            continue;
        }
        if (p[1] == 'u' && end - p >= 6 && hex_at(p + 2) >= 0) {
            unsigned code = (unsigned)hex_at(p + 2);
            p += 6;
            if (code >= 0xD800 && code < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
                hex_at(p + 2) >= 0xDC00 && hex_at(p + 2) < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + ((unsigned)hex_at(p + 2) - 0xDC00);
                p += 6;
            } else if (code >= 0xD800 && code < 0xE000) {
                code = 0xFFFD;
            }
            size += write_code(out + size, code);
            continue;
        }
        letter = strchr(from, p[1]);
        out[size++] = letter && p[1] ? (uint8_t)to[letter - from] : p[1];
        p += 2;
    }
    return size;
}

/* Writes a value as a part of a group's text, or for a comparison; returns its size. */
static size_t write_value(const cotool_value *value, int as, uint8_t *out) {
    uint8_t text[2 * PART];
    const uint8_t *p = value->start, *end = value->end;
    size_t size;
    if (value->kind == COTOOL_NO_VALUE || (end - p == 1 && *p == '-')) return 0;
    if (value->kind == COTOOL_STRING && memchr(p, '\\', (size_t)(end - p))) {
        size = unescape(p, end, text, sizeof text);
        p = text, end = text + size;
    }
    if (as == COTOOL_AS_PATH) return cotool_mask_path(p, end, out, PART);
    if (as == COTOOL_AS_CLASS) {
        if (end - p != 3 || *p < '1' || *p > '5') return 0;
        out[0] = *p, out[1] = out[2] = 'x';
        return 3;
    }
    size = least((size_t)(end - p), PART);
    while (size == PART && size > PART - 4 && (p[size] & 0xC0) == 0x80) size--;
    for (size_t n = 0; n < size; n++) out[n] = p[n] < 0x20 ? ' ' : p[n];
    return size;
}

/* ---- conditions ------------------------------------------------------------------------------- */

static int compare(const cotool_test *test, const cotool_value *value, const cotool_scale *scale) {
    int order;
    if (value->kind == COTOOL_NO_VALUE) return 0;
    if (test->is_number) {
        cotool_fixed number;
        int dimension, added;
        if (cotool_read_number(value->start, value->end, scale, &number, &dimension,
                               &added) <= 0)
            return test->kind == COTOOL_TEST_OTHER;
        order = (number > test->number) - (number < test->number);
    } else {
        uint8_t text[PART];
        size_t size = write_value(value, test->as, text), wanted = strlen(test->text);
        order = memcmp(text, test->text, least(size, wanted));
        if (!order) order = (size > wanted) - (size < wanted);
    }
    switch (test->kind) {
        case COTOOL_TEST_LESS: return order < 0;
        case COTOOL_TEST_LEAST: return order <= 0;
        case COTOOL_TEST_MORE: return order > 0;
        case COTOOL_TEST_MOST: return order >= 0;
        case COTOOL_TEST_EQUAL: return order == 0;
        default: return order != 0;
    }
}

static int passes(const cotool_reading *r, int row, const fields *f) {
    int stack[COTOOL_TESTS + 1], depth = 0;
    for (int n = 0; n < r->tests; n++) {
        const cotool_test *test = &r->test[n];
        if (test->kind == COTOOL_TEST_NOT) {
            stack[depth - 1] = !stack[depth - 1];
        } else if (test->kind == COTOOL_TEST_AND || test->kind == COTOOL_TEST_OR) {
            depth--;
            stack[depth - 1] = test->kind == COTOOL_TEST_AND ? stack[depth - 1] & stack[depth]
                                                             : stack[depth - 1] | stack[depth];
        } else {
            stack[depth++] = compare(test, &f->value[test->source],
                                     &r->locator[row][test->source].scale);
        }
    }
    return !r->tests || stack[0];
}

int cotool_reading_passes(const cotool_config *config, int format, const uint8_t *line,
                          const uint8_t *end, int level) {
    fields f;
    read_fields(config, format, line, end, level, &f);
    return passes(config->reading, row_of(format), &f);
}

/* ---- records ---------------------------------------------------------------------------------- */

/* A number as it was read. */
typedef struct {
    int state; /* 1, 0, -1: as cotool_read_number() */
    cotool_fixed number;
} read_number;

static int add_to(const cotool_reading *r, cotool_row *row, const read_number *numbers) {
    row->records++;
    for (int m = 0; m < r->measures; m++) {
        cotool_cell *cell = &row->cell[m];
        if (numbers[m].state < 0) cell->missing++;
        else if (!numbers[m].state) cell->odd++;
        else if (cotool_cell_add(cell, numbers[m].number)) return ENOMEM;
    }
    return 0;
}

int cotool_reading_add(const cotool_config *config, cotool_table *table, int format,
                       const uint8_t *line, const uint8_t *end, int level, int has_time,
                       int inferred, int64_t seconds, int64_t line_number) {
    const cotool_reading *r = config->reading;
    int64_t step = table->width && has_time ? seconds : COTOOL_NO_STEP;
    read_number numbers[COTOOL_MEASURES];
    uint8_t text[COTOOL_BY * (PART + 1)];
    size_t size = 0;
    int status = 0;
    fields f;
    cotool_row *row;
    read_fields(config, format, line, end, level, &f);
    for (int m = 0; m < r->measures; m++) {
        const cotool_value *v = &f.value[r->measure[m]];
        cotool_overall *overall = &table->overall[m];
        int dimension = COTOOL_PLAIN, added = 0;
        numbers[m].state = v->kind == COTOOL_NO_VALUE
                               ? -1
                               : cotool_read_number(v->start, v->end,
                                                    &r->locator[row_of(format)][r->measure[m]].scale,
                                                    &numbers[m].number, &dimension, &added);
        if (numbers[m].state < 0) continue;
        if (r->distinct &&
            cotool_overall_distinct(overall, cotool_hash(v->start, (size_t)(v->end - v->start), 1)))
            return ENOMEM;
        if (numbers[m].state) {
            overall->dimensions[dimension]++;
            overall->added += (uint64_t)added;
            if (table->most &&
                cotool_overall_greatest(overall, table->most, numbers[m].number, line_number, line,
                                        (size_t)(end - line)))
                return ENOMEM;
        } else {
            cotool_overall_odd(overall, v->start, (size_t)(v->end - v->start));
        }
    }
    row = cotool_table_row(table, COTOOL_WHOLE, 1, step, inferred, &status);
    if (!row || add_to(r, row, numbers)) return ENOMEM;
    if (!r->by) return 0;
    for (int n = 0; n < r->by; n++) {
        if (n) text[size++] = 0x1F;
        size += write_value(&f.value[r->group[n].source], r->group[n].as, text + size);
    }
    row = cotool_table_row(table, text, size, step, inferred, &status);
    if (status) return ENOMEM;
    if (row && add_to(r, row, numbers)) return ENOMEM;
    return table->count > 4 * COTOOL_GROUPS ? cotool_table_settle(table) : 0;
}
