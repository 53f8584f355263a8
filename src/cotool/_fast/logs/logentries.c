/* Entries of lines as JSON: {"line":1,"level":"error","word":"ERROR","time":"...",...}. */

#include "logs/logscan.h"
#include "logs/logchars.h"

static const char *const level_names[COTOOL_LEVELS] = {"trace",   "debug", "info",     "notice",
                                                       "warning", "error", "critical", "unknown"};

static uint8_t *put_number(uint8_t *to, uint64_t number, int least_digits) {
    uint8_t digits[20];
    int n = 0;
    do digits[n++] = (uint8_t)('0' + number % 10);
    while ((number /= 10) || n < least_digits);
    while (n) *to++ = digits[--n];
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
    to = cotool_put(to, ",\"template\":");
    if (!label) return cotool_put(to, "null,\"parameters\":[]");
    *to++ = '"';
    memcpy(to, names->name + (size_t)label->name * COTOOL_NAME_SIZE, COTOOL_NAME_SIZE);
    to = cotool_put(to + COTOOL_NAME_SIZE, "\",\"parameters\":[");
    for (uint32_t n = 0; n < label->pieces; n++) {
        const uint8_t *from = line + origin[label->piece[n][0]];
        const uint8_t *stop = line + origin[label->piece[n][1]];
        if (n) *to++ = ',';
        to = cotool_put_string(to, from, stop < from ? from : stop);
    }
    *to++ = ']';
    return to;
}

int cotool_write_entries(cotool_span *span, const uint8_t *memory, const uint8_t *prefix,
                         size_t prefix_size, int utc, const cotool_names *names) {
    cotool_text *text = &span->text;
    cotool_head_shapes memo = {0};
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
        if (cotool_text_reserve(text, 6 * (2 * (size_t)e->size + e->word_size) + prefix_size +
                              (label ? 3 * (size_t)label->pieces : 0) + 512))
            return ENOMEM;
        to = text->bytes + text->size;
        *to++ = '{';
        memcpy(to, prefix, prefix_size);
        to = cotool_put(to + prefix_size, "\"line\":");
        to = put_number(to, span->first_line + e->line, 1);
        to = cotool_put(cotool_put(cotool_put(to, ",\"level\":\""), level_names[e->level]), "\",\"word\":");
        if (e->word_size) to = cotool_put_string(to, line + e->word_at, line + e->word_at + e->word_size);
        else to = cotool_put(to, "null");
        to = cotool_put(to, ",\"time\":");
        if (e->has_time) to = put_time(to, e->seconds, e->nanos, utc || e->zoned);
        else to = cotool_put(to, "null");
        to = cotool_put(to, e->continuation ? ",\"continuation\":true,\"text\":"
                                     : ",\"continuation\":false,\"text\":");
        to = cotool_put_string(to, line, line + e->size);
        if (names) to = put_template(to, names, label, line, origin);
        to = cotool_put(to, "}\n");
        text->size = (size_t)(to - text->bytes);
    }
    return 0;
}
