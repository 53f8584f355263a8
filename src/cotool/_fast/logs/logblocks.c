/* See logblocks.h. */
#include "logs/logblocks.h"

#include "logs/logchars.h"
#include "logs/loghash.h"

/* The longest label, and the name of the lines before the first one. */
#define LONGEST_LABEL 47
static const uint8_t unnamed[] = "text";

static int is_blank(uint8_t c) { return c == ' ' || c == '\t'; }
static int is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static int is_word(uint8_t c) { return cotool_is_word(c) || c == '_'; }

static const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end) {
    while (p < end && is_blank(*p)) p++;
    return p;
}

static int is_empty(const uint8_t *p, const uint8_t *end) {
    while (p < end && is_space(*p)) p++;
    return p == end;
}

static int is_rule(const uint8_t *p, const uint8_t *end) {
    const uint8_t *first = skip_blanks(p, end);
    if (end - first < 3 || !memchr("-=*_~#+", *first, 7)) return 0;
    for (p = first; p < end && *p == *first;) p++;
    return p - first >= 3 && skip_blanks(p, end) == end;
}

/* Finds the label of a line. Returns its size, 0: there is none. */
static size_t find_label(const uint8_t *p, const uint8_t *end, const uint8_t **label,
                         const uint8_t **value) {
    const uint8_t *stop;
    *label = p = skip_blanks(p, end);
    if (p == end || !(cotool_is_letter(*p) || *p == '_')) return 0;
    while (p < end && (is_word(*p) || (*p && strchr(" ./()@#&-", *p)))) p++;
    for (stop = p; stop[-1] == ' ';) stop--;
    if (!(is_word(stop[-1]) || (stop[-1] == ')' && stop - *label > 1))) return 0;
    p = skip_blanks(p, end);
    if (p == end || !(*p == ':' || *p == '=')) return 0;
    if (p + 1 == end ? *p == '=' : !is_space(p[1])) return 0;
    for (p++; p < end && is_space(*p);) p++;
    *value = p;
    return stop - *label > LONGEST_LABEL ? 0 : (size_t)(stop - *label);
}

/* Returns the field of a label, a new one where it is the first; NULL without memory. */
static cotool_block_field *field_of(cotool_blocks *b, const uint8_t *label, size_t size) {
    const uint64_t hash = cotool_hash(label, size, 0);
    cotool_block_field *f;
    size_t at;
    if (2 * b->fields >= b->slots) {
        const size_t slots = b->slots ? 2 * b->slots : 64;
        uint32_t *slot = calloc(slots, sizeof *slot);
        if (!slot) return NULL;
        for (size_t n = 0; n < b->fields; n++) {
            at = cotool_hash(b->field[n].label, b->field[n].size, 0) & (slots - 1);
            while (slot[at]) at = (at + 1) & (slots - 1);
            slot[at] = (uint32_t)n + 1;
        }
        free(b->slot);
        b->slot = slot, b->slots = slots;
    }
    for (at = hash & (b->slots - 1); b->slot[at]; at = (at + 1) & (b->slots - 1)) {
        f = &b->field[b->slot[at] - 1];
        if (f->size == size && !memcmp(f->label, label, size)) return f;
    }
    if (b->fields == b->field_room) {
        const size_t room = b->field_room ? 2 * b->field_room : 32;
        if (!(f = realloc(b->field, room * sizeof *f))) return NULL;
        b->field = f, b->field_room = room;
    }
    f = &b->field[b->fields++];
    *f = (cotool_block_field){.label = label, .size = (uint32_t)size};
    b->slot[at] = (uint32_t)b->fields;
    return f;
}

/* Adds a piece to the value of a field. Returns 0 or ENOMEM. */
static int add_piece(cotool_blocks *b, cotool_block_field *f, const uint8_t *p, const uint8_t *end,
                     int apart) {
    if (b->pieces == b->piece_room) {
        const size_t room = b->piece_room ? 2 * b->piece_room : 64;
        cotool_block_piece *piece = realloc(b->piece, room * sizeof *piece);
        if (!piece) return ENOMEM;
        b->piece = piece, b->piece_room = room;
    }
    b->piece[b->pieces++] = (cotool_block_piece){p, end, 0, apart};
    if (f->last) b->piece[f->last - 1].next = (uint32_t)b->pieces;
    else f->first = (uint32_t)b->pieces;
    f->last = (uint32_t)b->pieces;
    f->filled |= p < end || apart;
    return 0;
}

/* Adds a line to the block. `last` is the label that lines without one belong to. Returns 0 or ENOMEM. */
static int add_line(cotool_blocks *b, const uint8_t *p, const uint8_t *end, const uint8_t **last,
                    size_t *last_size) {
    const uint8_t *label, *value;
    size_t size = find_label(p, end, &label, &value);
    const int indented = size && label > p;
    cotool_block_field *f;
    if (!size || indented) {
        const size_t before = b->fields;
        if (!size || before) {
            if (!(f = field_of(b, *last, *last_size))) return ENOMEM;
            if (!size || f->filled) return add_piece(b, f, p, end, f->filled);
        }
        if (indented && !before) *last = label, *last_size = size;
    } else {
        *last = label, *last_size = size;
    }
    while (end > value && is_space(end[-1])) end--;
    if (!(f = field_of(b, label, size))) return ENOMEM;
    return add_piece(b, f, value, end, f->last != 0);
}

static void begin_block(cotool_blocks *b) {
    if (b->slots > 16 * b->fields + 64) {
        free(b->slot);
        b->slot = NULL, b->slots = 0;
    }
    if (b->slots) memset(b->slot, 0, b->slots * sizeof *b->slot);
    b->fields = b->pieces = 0;
}

/* Writes the block as a line, and begins the next one. Returns 0 or ENOMEM. */
static int end_block(cotool_blocks *b) {
    size_t size = 3;
    uint8_t *to;
    if (!b->fields) return 0;
    for (size_t n = 0; n < b->fields; n++) size += b->field[n].size + 6;
    for (size_t n = 0; n < b->pieces; n++)
        size += COTOOL_QUOTED_GAIN * (size_t)(b->piece[n].end - b->piece[n].start) + 2;
    if (cotool_text_reserve(&b->text, size)) return ENOMEM;
    to = b->text.bytes + b->text.size;
    for (size_t n = 0; n < b->fields; n++) {
        const cotool_block_field *f = &b->field[n];
        *to++ = n ? ',' : '{';
        to = cotool_put_string(to, f->label, f->label + f->size);
        *to++ = ':', *to++ = '"';
        for (uint32_t k = f->first; k; k = b->piece[k - 1].next) {
            if (b->piece[k - 1].apart) to = cotool_put(to, "\\n");
            to = cotool_put_escaped(to, b->piece[k - 1].start, b->piece[k - 1].end);
        }
        *to++ = '"';
    }
    to = cotool_put(to, "}\n");
    b->text.size = (size_t)(to - b->text.bytes);
    begin_block(b);
    return 0;
}

const uint8_t *cotool_take_blocks(cotool_blocks *b, const uint8_t *p, const uint8_t *end, int final) {
    const uint8_t *start = p, *last = unnamed; /* start: of the block */
    size_t last_size = sizeof unnamed - 1;
    begin_block(b);
    b->text.size = 0;
    while (p < end) {
        const size_t room = (size_t)(end - p) < COTOOL_BLOCK_LINE ? (size_t)(end - p) : COTOOL_BLOCK_LINE;
        const uint8_t *newline = memchr(p, '\n', room), *stop = newline ? newline : p + room, *line = p;
        int is_end;
        if (!newline && room < COTOOL_BLOCK_LINE && !final) break;
        p = newline ? newline + 1 : stop;
        while (stop > line && stop[-1] == '\r') stop--;
        is_end = is_empty(line, stop) || is_rule(line, stop);
        if (is_end || (size_t)(p - start) > COTOOL_BLOCK_SIZE) {
            if (end_block(b)) return NULL;
            start = is_end ? p : line;
            last = unnamed, last_size = sizeof unnamed - 1;
        }
        if (!is_end && add_line(b, line, stop, &last, &last_size)) return NULL;
    }
    if (final && end_block(b)) return NULL;
    return final ? end : start;
}

void cotool_blocks_close(cotool_blocks *b) {
    free(b->field);
    free(b->piece);
    free(b->slot);
    free(b->text.bytes);
}
