/* Finds the sources of a record in its lines. See logreading.h. */

#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "logs/loglogfmt.h"
#include "logs/logreading.h"

/* Returns the quote that ends a cell whose text begins at p, NULL without one. Within the cell a quote is
 * doubled (RFC 4180), or, if the first one is, behind a backslash. */
static const uint8_t *closing_quote(const uint8_t *p, const uint8_t *end, uint8_t delimiter, int *kind) {
    const uint8_t *q = p;
    *kind = COTOOL_BARE;
    while ((q = memchr(q, '"', (size_t)(end - q)))) {
        if (q + 1 == end || q[1] == delimiter) return q;
        if (q[1] == '"') {
            *kind = COTOOL_DOUBLED, q += 2;
        } else if (q > p && q[-1] == '\\' && *kind == COTOOL_BARE) {
            q = cotool_skip_string(q + 1, end);
            return q ? q - 1 : NULL;
        } else {
            return q;
        }
    }
    return NULL;
}

/* Takes the first `count` columns between delimiters out of the line up to `stop`. Returns how many there
 * are. A cell that is not all in its quotes keeps them; quotes may end in a further line of the record,
 * up to `end`, where the row goes on. One whose quotes do not end is the last one. */
static int delimited(const uint8_t *p, const uint8_t *stop, const uint8_t *end, uint8_t delimiter, int count,
                     cotool_value *value) {
    int n = 0;
    for (; n < count && p < stop; n++) {
        const uint8_t *q = p, *close = NULL;
        value[n].kind = COTOOL_BARE, value[n].start = p;
        if (*p == '"') {
            close = closing_quote(p + 1, end, delimiter, &value[n].kind);
            if (close && close >= stop) {
                stop = memchr(close, '\n', (size_t)(end - close));
                if (!stop) stop = end;
                if (stop > close + 1 && stop[-1] == '\r') stop--;
            }
            for (q = close ? close + 1 : stop; q < stop && *q == ' ';) q++;
            if (q < stop && *q != delimiter) close = NULL, value[n].kind = COTOOL_BARE;
        }
        q = memchr(q, delimiter, (size_t)(stop - q));
        value[n].end = q ? q : stop;
        if (close) value[n].start = p + 1, value[n].end = close;
        p = q ? q + 1 : stop;
    }
    return n;
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

void cotool_take_part(const cotool_value *whole, int part, cotool_value *value) {
    const uint8_t *p, *end = whole->end, *start = whole->start;
    value->kind = whole->kind;
    if (part == COTOOL_PART_ADDRESS) {
        value->start = start, value->end = end;
        take_address(value);
        return;
    }
    if (part == COTOOL_PART_LAST) {
        for (p = end; p > start && p[-1] != '/';) p--;
        value->start = p, value->end = end;
        return;
    }
    if (part == COTOOL_PART_PROGRAM) {
        for (p = start; p < end && *p != '[' && !(*p == ':' && p + 1 == end);) p++;
        value->start = start, value->end = p;
        return;
    }
    cotool_find_word(start, end, part, value);
    /* A path may have blanks: GET /a b HTTP/1.1. */
    for (p = end; p > start && p[-1] != ' ';) p--;
    if (part >= 2 && p > value->start && p > start && end - p > 5 && !memcmp(p, "HTTP/", 5)) {
        if (part == 3) value->start = p, value->end = end;
        if (part == 2) {
            for (value->end = p; value->end[-1] == ' ' || value->end[-1] == '\t';) value->end--;
        }
    }
    if (value->start == value->end) value->kind = COTOOL_NO_VALUE;
}

/* Reads the templates of a record, and their parameters, into the sources that need them. */
static void read_templates(const cotool_reading *r, int row, const uint8_t *line,
                           const uint8_t *end, cotool_fields *f) {
    cotool_head_shapes memo = {0};
    cotool_masked masked;
    uint32_t origin[COTOOL_FORM_ROOM + 1];
    const cotool_label *label =
        cotool_forms_lookup(r->names->forms, line, end, &memo, &masked, origin);
    if (!label) return;
    for (int n = 0; n < r->sources; n++) {
        const cotool_locator *l = &r->locator[row][n];
        cotool_value *v = &f->own[n];
        if (l->kind == COTOOL_GET_TEMPLATE) {
            v->kind = COTOOL_BARE;
            v->start = r->names->name + (size_t)label->name * COTOOL_NAME_SIZE;
            v->end = v->start + COTOOL_NAME_SIZE;
        } else if (l->kind == COTOOL_GET_PARAMETER && l->label == label->name &&
                   l->token < label->pieces) {
            v->kind = COTOOL_BARE;
            v->start = line + origin[label->piece[l->token][0]];
            v->end = line + origin[label->piece[l->token][1]];
            if (v->end < v->start) v->end = v->start;
        }
    }
}

static const char *const level_names[COTOOL_LEVELS] = {
    "trace", "debug", "info", "notice", "warning", "error", "critical", "unknown"};

/* Returns the values of the keys of a line: those of `members`, or else they are read into `own`. */
static const cotool_members *members_of(const cotool_config *config, int format,
                                        const uint8_t *line, const uint8_t *end,
                                        const cotool_members *members, cotool_members *own) {
    const cotool_format *f = &config->format[format];
    const uint64_t needed = config->reading->needed[format];
    const int kind = f->kind == COTOOL_FORMAT_TEXT ? f->payload : f->kind;
    const uint8_t *from = f->kind != COTOOL_FORMAT_TEXT    ? cotool_skip_blank(line, end)
                          : kind == COTOOL_FORMAT_JSON ? cotool_find_object(line, end)
                                                       : line;
    if (members && members->from == from && members->format == format && from) return members;
    own->found = own->nested = 0;
    if (!from) return own;
    (kind == COTOOL_FORMAT_JSON ? cotool_json_members : cotool_logfmt_members)(from, end, &f->keys,
                                                                               needed, own, NULL);
    return own;
}

/* Moves the columns of an access log so that the "request" behind the [time] is column `anchor`: the user
 * before it may have blanks, or none, and the virtual host in front may be missing. Returns how many
 * columns there are, 0 for a line without a request. */
static int align(const uint8_t *line, const uint8_t *end, int anchor, int columns, cotool_value *column) {
    int at, start;
    const int request = anchor < 0 ? -anchor : anchor;
    const int is_quoted = columns > request && column[request].start[-1] == '"';
    if (anchor < 0) return is_quoted ? columns : 0;
    anchor--; /* the time */
    if (is_quoted && column[anchor].start > line && column[anchor].start[-1] == '[') return columns;
    columns = cotool_columns(line, end, UINT8_MAX / 2, column);
    for (at = 1; at + 1 < columns; at++)
        if (column[at].start[-1] == '[' && column[at + 1].start[-1] == '"') break;
    if (at + 1 >= columns) return is_quoted ? columns : 0;
    memmove(column + anchor, column + at, (size_t)(columns - at) * sizeof *column);
    columns += anchor - at;
    if (at > anchor) {
        /* What lay between is the end of the user's name. */
        const uint8_t *p = column[anchor].start - 1;
        while (p > line && (p[-1] == ' ' || p[-1] == '\t')) p--;
        column[anchor - 1].end = p;
        return columns;
    }
    start = at == 3 ? 0 : at; /* three columns are a client and a user without a host */
    if (!start) memmove(column + anchor - at, column, (size_t)at * sizeof *column);
    for (int n = start; n < start + anchor - at; n++) column[n].kind = COTOOL_NO_VALUE;
    return columns;
}

/* Joins the columns from `first` on that are one list. Returns how many columns there are then. */
static int join_lists(int first, int columns, cotool_value *column) {
    int count = first;
    for (int n = first; n < columns; n++, count++) {
        column[count] = column[n];
        while (n + 1 < columns && cotool_goes_on(&column[count])) {
            n += column[count].end[-1] != ',' && n + 2 < columns; /* the colon */
            column[count].end = column[++n].end;
        }
    }
    return count;
}

/* The same for a line of an access log, of whose columns those that are needed have been taken. */
static int with_lists(const uint8_t *line, const uint8_t *end, int anchor, int columns, cotool_value *column) {
    const int first = (anchor < 0 ? -anchor : anchor) + 1;
    for (int n = first; n < columns; n++)
        if (cotool_goes_on(&column[n])) {
            columns = align(line, end, anchor, cotool_columns(line, end, UINT8_MAX / 2, column), column);
            return join_lists(first, columns, column);
        }
    return columns;
}

/* Finds key=value within the strings of a JSON object. The value is in escaped or single quotes, or
 * goes up to a blank, a separator or the end of the string. */
static void pair_in_json(const uint8_t *line, const uint8_t *end, const char *key, size_t size,
                         cotool_value *value) {
    const uint8_t *p = line, *q;
    while ((p = memmem(p, (size_t)(end - p), key, size))) {
        q = p + size;
        if (p++ == line || q + 1 >= end || *q != '=' || !strchr(" \t,;|([{\"", p[-2])) continue;
        q++;
        value->kind = COTOOL_BARE, value->start = q;
        if (*q == '\\' && q[1] == '"') {
            value->start = q += 2;
            while (q < end && *q != '\\' && *q != '"') q++;
        } else if (*q == '\'') {
            value->start = ++q;
            while (q < end && *q != '\'' && *q != '"') q++;
        } else {
            while (q < end && !strchr(" \t,;|)]}\"\\", *q)) q++;
        }
        value->end = q;
        return;
    }
}

/* Reads a value where a locator says. Returns NULL without one. */
static const cotool_value *read_at(const cotool_locator *l, const uint8_t *line, const uint8_t *head,
                                   const uint8_t *end, int level, const cotool_members *members, int columns,
                                   const cotool_fields *f, cotool_value *v) {
    const cotool_value *given = v;
    v->kind = COTOOL_NO_VALUE;
    switch (l->kind) {
        case COTOOL_GET_KEY:
            if (!members || !((members->found | members->nested) >> l->value & 1)) return NULL;
            given = &members->value[l->value];
            break;
        case COTOOL_GET_TOKEN:
            if (l->token >= columns) return NULL;
            given = &f->column[l->token];
            break;
        case COTOOL_GET_PAIR:
            if (l->token == COTOOL_PAIR_IN_JSON) pair_in_json(line, end, l->text, l->text_size, v);
            else cotool_pair(line, end, l->text, l->text_size, l->token == COTOOL_PAIR_ANYWHERE, v);
            cotool_extend(v, end);
            break;
        case COTOOL_GET_TEXT:
            /* The first line comes before the others, whatever a name follows there. */
            if (!cotool_read_hole(l, line, head, v) && head < end) cotool_read_hole(l, line, end, v);
            break;
        case COTOOL_GET_GROUP:
            if (cotool_capture_find(l->capture, line, end, &v->start, &v->end)) v->kind = COTOOL_BARE;
            break;
        case COTOOL_GET_LEVEL:
            v->kind = COTOOL_BARE, v->start = (const uint8_t *)level_names[level];
            v->end = v->start + strlen(level_names[level]);
            break;
        case COTOOL_GET_GIVEN:
            v->kind = COTOOL_BARE, v->start = (const uint8_t *)l->text;
            v->end = v->start + l->text_size;
            break;
        default: return l->kind == COTOOL_GET_NONE ? NULL : v;
    }
    if (l->part && given->kind) {
        cotool_take_part(given, l->part, v);
        given = v;
    }
    if (l->kind == COTOOL_GET_TOKEN && l->text_size && given->kind &&
        l->text_size == (size_t)(given->end - given->start) &&
        !memcmp(given->start, l->text, l->text_size))
        return NULL;
    return given->kind ? given : NULL;
}

int cotool_comes_again(const cotool_locator *l, const cotool_value *value, const uint8_t *end) {
    cotool_value next;
    if (l->kind != COTOOL_GET_PAIR && l->kind != COTOOL_GET_TEXT && l->kind != COTOOL_GET_GROUP) return 0;
    if (end - value->end < 3) return 0; /* as where a line ends with it */
    return read_at(l, value->end + (*value->end == '"' || *value->end == '\''), end, end, COTOOL_UNKNOWN, NULL,
                   0, NULL, &next) != NULL;
}

int cotool_source_comes_again(const cotool_reading *r, int row, int source, const cotool_locator *l,
                              const cotool_value *value, const uint8_t *end) {
    const cotool_locator *place = &r->locator[row][source];
    int is_own = 0, again = 0;
    for (;; place = &r->other[row][place->other]) {
        if (!place->is_way && is_own) break;
        is_own |= place == l;
        again = (place->is_way && again) || cotool_comes_again(place, value, end);
        if (!place->other) break;
    }
    return is_own && again;
}

void cotool_read_fields(const cotool_config *config, int format, const uint8_t *line,
                        const uint8_t *head, const uint8_t *end, int level, const cotool_members *members,
                        cotool_fields *f) {
    static const cotool_value none = {COTOOL_NO_VALUE, NULL, NULL};
    const cotool_reading *r = config->reading;
    const int row = cotool_locator_row(format);
    const cotool_members *found = NULL;
    int columns = 0;
    if (format >= 0 && r->needed[format])
        found = members_of(config, format, line, end, members, &f->members);
    if (r->tokens[row])
        columns = r->delimiter[row]
                      ? delimited(line, head, end, r->delimiter[row], r->tokens[row], f->column)
                      : cotool_columns(line, head, r->tokens[row], f->column);
    if (r->anchor[row]) {
        columns = align(line, head, r->anchor[row], columns, f->column);
        columns = with_lists(line, head, r->anchor[row], columns, f->column);
    }
    for (int n = 0; n < r->sources; n++) {
        const cotool_locator *l = &r->locator[row][n];
        const cotool_value *given = read_at(l, line, head, end, level, found, columns, f, &f->own[n]);
        for (const cotool_locator *next = l; next->other;) {
            cotool_value other;
            const cotool_value *more;
            next = &r->other[row][next->other];
            if (given && !next->is_way) break;
            more = read_at(next, line, head, end, level, found, columns, f, given ? &other : &f->own[n]);
            if (!more || (given && more->start >= given->start)) continue;
            if (given) f->own[n] = *more, more = &f->own[n];
            given = more, l = next;
        }
        f->value[n] = given ? given : &none;
        f->locator[n] = l;
    }
    if (r->names) read_templates(r, row, line, head, f);
}
