/* Entries of lines as JSON: {"line":1,"level":"error","word":"ERROR","time":"...",...}. */
#include <errno.h>

#include "logs/logscan.h"
#include "logs/logchars.h"

static const char *const level_names[COTOOL_LEVELS] = {"trace",   "debug", "info",     "notice",
                                                       "warning", "error", "critical", "unknown"};

static int reserve(cotool_text *text, size_t more) {
    size_t room = text->size + more;
    uint8_t *bytes;
    if (room <= text->room) return 0;
    if (room < 2 * text->room) room = 2 * text->room;
    bytes = realloc(text->bytes, room);
    if (!bytes) return ENOMEM;
    text->bytes = bytes, text->room = room;
    return 0;
}

static uint8_t *put(uint8_t *to, const char *from) {
    size_t size = strlen(from);
    memcpy(to, from, size);
    return to + size;
}

static uint8_t *put_number(uint8_t *to, uint64_t number, int least_digits) {
    uint8_t digits[20];
    int n = 0;
    do digits[n++] = (uint8_t)('0' + number % 10);
    while ((number /= 10) || n < least_digits);
    while (n) *to++ = digits[--n];
    return to;
}

/* The length of the valid UTF-8 sequence at p, 0: none (RFC 3629). */
static int sequence(const uint8_t *p, const uint8_t *end) {
    uint8_t c = p[0];
    ptrdiff_t left = end - p;
#define TAIL(k) ((p[k] & 0xC0) == 0x80)
    if (c < 0xC2) return 0;
    if (c < 0xE0) return left > 1 && TAIL(1) ? 2 : 0;
    if (c < 0xF0)
        return left > 2 && TAIL(1) && TAIL(2) && !(c == 0xE0 && p[1] < 0xA0) &&
                       !(c == 0xED && p[1] > 0x9F)
                   ? 3
                   : 0;
    return c < 0xF5 && left > 3 && TAIL(1) && TAIL(2) && TAIL(3) && !(c == 0xF0 && p[1] < 0x90) &&
                   !(c == 0xF4 && p[1] > 0x8F)
               ? 4
               : 0;
#undef TAIL
}

/* Text between quotes; bytes that are not UTF-8 become U+FFFD. Takes at most 6 bytes for one. */
static uint8_t *put_string(uint8_t *to, const uint8_t *p, const uint8_t *end) {
    static const char hex[] = "0123456789abcdef";
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    *to++ = '"';
    while (p < end) {
        uint8_t c;
        int size;
        if (end - p >= 8) {
            /* Eight bytes at once where none is a control, a quote, a backslash or above ASCII. */
            uint64_t x, quote, slash;
            memcpy(&x, p, 8);
            quote = x ^ ones * '"', slash = x ^ ones * '\\';
            if (!((x | (x - ones * 0x20) | (quote - ones) | (slash - ones)) & tops)) {
                memcpy(to, &x, 8);
                to += 8, p += 8;
                continue;
            }
        }
        c = *p;
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            *to++ = c, p++;
        } else if (c >= 0x80) {
            size = sequence(p, end);
            if (size) {
                memcpy(to, p, (size_t)size);
                to += size, p += size;
            } else {
                to = put(to, "\xEF\xBF\xBD"), p++;
            }
        } else {
            *to++ = '\\', p++;
            if (c == '"' || c == '\\') *to++ = c;
            else if (c == '\t') *to++ = 't';
            else to = put(to, "u00"), *to++ = (uint8_t)hex[c >> 4], *to++ = (uint8_t)hex[c & 15];
        }
    }
    *to++ = '"';
    return to;
}

/* ISO 8601; the fraction has three, six or nine digits, or is left out where it is zero. */
static uint8_t *put_time(uint8_t *to, int64_t seconds, int32_t nanos, int utc) {
    int64_t days = seconds / 86400, of_day = seconds % 86400, shifted, era;
    unsigned of_era, year_of_era, of_year, month;
    if (of_day < 0) of_day += 86400, days--;
    /* H. Hinnant, civil_from_days */
    shifted = days + 719468;
    era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    of_era = (unsigned)(shifted - era * 146097);
    year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    month = (5 * of_year + 2) / 153;
    *to++ = '"';
    to = put_number(to, (uint64_t)((int64_t)year_of_era + era * 400 + (month >= 10)), 4);
    *to++ = '-';
    to = put_number(to, month < 10 ? month + 3 : month - 9, 2);
    *to++ = '-';
    to = put_number(to, of_year - (153 * month + 2) / 5 + 1, 2);
    *to++ = 'T';
    to = put_number(to, (uint64_t)of_day / 3600, 2);
    *to++ = ':';
    to = put_number(to, (uint64_t)of_day / 60 % 60, 2);
    *to++ = ':';
    to = put_number(to, (uint64_t)of_day % 60, 2);
    if (nanos) {
        *to++ = '.';
        if (nanos % 1000000 == 0) to = put_number(to, (uint64_t)nanos / 1000000, 3);
        else if (nanos % 1000 == 0) to = put_number(to, (uint64_t)nanos / 1000, 6);
        else to = put_number(to, (uint64_t)nanos, 9);
    }
    if (utc) *to++ = 'Z';
    *to++ = '"';
    return to;
}

/* "template":"0123456789ab","parameters":["..."] */
static uint8_t *put_template(uint8_t *to, const cotool_names *names, const cotool_label *label,
                             const uint8_t *line, const uint32_t *origin) {
    to = put(to, ",\"template\":");
    if (!label) return put(to, "null,\"parameters\":[]");
    *to++ = '"';
    memcpy(to, names->name + (size_t)label->name * COTOOL_NAME_SIZE, COTOOL_NAME_SIZE);
    to = put(to + COTOOL_NAME_SIZE, "\",\"parameters\":[");
    for (uint32_t n = 0; n < label->pieces; n++) {
        const uint8_t *from = line + origin[label->piece[n][0]];
        const uint8_t *stop = line + origin[label->piece[n][1]];
        if (n) *to++ = ',';
        to = put_string(to, from, stop < from ? from : stop);
    }
    *to++ = ']';
    return to;
}

int cotool_write_entries(cotool_span *span, const uint8_t *memory, const uint8_t *prefix,
                         size_t prefix_size, int utc, const cotool_names *names) {
    cotool_text *text = &span->text;
    cotool_header memo = {0};
    cotool_masked masked;
    uint32_t origin[COTOOL_FORM_ROOM + 1];
    text->size = 0;
    for (size_t n = 0; n < span->entries; n++) {
        const cotool_entry *e = &span->entry[n];
        const uint8_t *line = memory + e->at;
        const cotool_label *label = NULL;
        uint8_t *to;
        if (names) {
            if (!e->continuation)
                label = cotool_forms_lookup(names->forms, line, line + e->size, &memo, &masked,
                                            origin);
            if (names->only >= 0 && (!label || label->name != (uint32_t)names->only)) continue;
        }
        /* Every byte of the line, of its parameters and of the word may become six. */
        if (reserve(text, 6 * (2 * (size_t)e->size + e->word_size) + prefix_size +
                              (label ? 3 * (size_t)label->pieces : 0) + 512))
            return ENOMEM;
        to = text->bytes + text->size;
        *to++ = '{';
        memcpy(to, prefix, prefix_size);
        to = put(to + prefix_size, "\"line\":");
        to = put_number(to, span->first_line + e->line, 1);
        to = put(put(put(to, ",\"level\":\""), level_names[e->level]), "\",\"word\":");
        if (e->word_size) to = put_string(to, line + e->word_at, line + e->word_at + e->word_size);
        else to = put(to, "null");
        to = put(to, ",\"time\":");
        if (e->has_time) to = put_time(to, e->seconds, e->nanos, utc || e->zoned);
        else to = put(to, "null");
        to = put(to, e->continuation ? ",\"continuation\":true,\"text\":"
                                     : ",\"continuation\":false,\"text\":");
        to = put_string(to, line, line + e->size);
        if (names) to = put_template(to, names, label, line, origin);
        to = put(to, "}\n");
        text->size = (size_t)(to - text->bytes);
    }
    return 0;
}
