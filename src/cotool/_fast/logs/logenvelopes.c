/* See logenvelopes.h. JSON strings are RFC 8259; a broken escape stays as it is written. */
#include "logs/logenvelopes.h"

#include <stdlib.h>
#include <string.h>

#include "logs/logcolours.h"
#include "logs/logjson.h"

static int cotool_hex(const uint8_t *p, const uint8_t *end, uint32_t *code) {
    uint32_t value = 0;
    if (end - p < 4) return 0;
    for (int k = 0; k < 4; k++) {
        uint8_t c = p[k], lower = c | 32;
        if (c >= '0' && c <= '9') value = value * 16 + c - '0';
        else if (lower >= 'a' && lower <= 'f') value = value * 16 + lower - 'a' + 10;
        else return 0;
    }
    *code = value;
    return 1;
}

static uint8_t *cotool_put_utf8(uint8_t *out, uint32_t code) {
    if (code < 0x80) {
        *out++ = (uint8_t)code;
    } else if (code < 0x800) {
        *out++ = (uint8_t)(0xC0 | code >> 6);
        *out++ = (uint8_t)(0x80 | (code & 63));
    } else if (code < 0x10000) {
        *out++ = (uint8_t)(0xE0 | code >> 12);
        *out++ = (uint8_t)(0x80 | (code >> 6 & 63));
        *out++ = (uint8_t)(0x80 | (code & 63));
    } else {
        *out++ = (uint8_t)(0xF0 | code >> 18);
        *out++ = (uint8_t)(0x80 | (code >> 12 & 63));
        *out++ = (uint8_t)(0x80 | (code >> 6 & 63));
        *out++ = (uint8_t)(0x80 | (code & 63));
    }
    return out;
}

/* Writes the text of a JSON string, which is never longer than its escaped form. */
static uint8_t *cotool_unescape(const uint8_t *p, const uint8_t *end, uint8_t *out) {
    for (;;) {
        const uint8_t *back = memchr(p, '\\', (size_t)(end - p));
        size_t size = (size_t)((back ? back : end) - p);
        uint32_t code, low;
        memcpy(out, p, size);
        out += size;
        if (!back) return out;
        if (back + 1 >= end) {
            *out++ = '\\';
            return out;
        }
        p = back + 2;
        switch (back[1]) {
        case 'n': *out++ = '\n'; break;
        case 't': *out++ = '\t'; break;
        case 'r': *out++ = '\r'; break;
        case 'b': *out++ = '\b'; break;
        case 'f': *out++ = '\f'; break;
        case '"': case '\\': case '/': *out++ = back[1]; break;
        case 'u':
            if (!cotool_hex(p, end, &code)) {
                *out++ = '\\', *out++ = 'u';
                break;
            }
            p += 4;
            if (code >= 0xD800 && code < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
                cotool_hex(p + 2, end, &low) && low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                p += 6;
            }
            /* A lone surrogate is not a character. */
            out = cotool_put_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
            break;
        default: *out++ = '\\', *out++ = back[1];
        }
    }
}

typedef struct {
    const uint8_t *time, *time_end, *text, *text_end, *stream, *stream_end;
    int goes_on;
} cotool_opened;

static int cotool_open_words(const cotool_envelope *envelope, const uint8_t *p, const uint8_t *end,
                             cotool_opened *parts) {
    const uint8_t *word = p, *space = memchr(p, ' ', (size_t)(end - p));
    if (!space || p >= end || *p < '0' || *p > '9') return 0;
    parts->time = p, parts->time_end = envelope->untimed ? p : space;
    parts->stream = parts->stream_end = p;
    for (int k = 0; k < envelope->words; k++) {
        word = space + 1;
        space = memchr(word, ' ', (size_t)(end - word));
        if (!space) {
            /* An empty text may have lost the blank before it. */
            if (k + 1 < envelope->words) return 0;
            space = end;
        }
        if (k == 0) parts->stream = word, parts->stream_end = space;
    }
    parts->goes_on = envelope->tagged && word < end && *word == 'P';
    parts->text = space < end ? space + 1 : end;
    parts->text_end = end;
    return 1;
}

static int cotool_open_object(const cotool_envelope *envelope, const uint8_t *p, const uint8_t *end,
                              cotool_opened *parts) {
    cotool_value text, time;
    p = cotool_skip_blank(p, end);
    text = cotool_json_find(p, end, envelope->text_key);
    if (text.kind != COTOOL_STRING) return 0;
    time = cotool_json_find(p, end, envelope->time_key);
    if (time.kind == COTOOL_NESTED) return 0;
    parts->text = text.start, parts->text_end = text.end;
    parts->time = time.start, parts->time_end = envelope->untimed ? time.start : time.end;
    parts->goes_on = 0;
    parts->stream = parts->stream_end = p;
    if (envelope->ended) {
        cotool_value stream = cotool_json_find(p, end, "stream");
        if (stream.kind == COTOOL_STRING) parts->stream = stream.start, parts->stream_end = stream.end;
    }
    return 1;
}

static int cotool_open_prefix(const cotool_envelope *envelope, const uint8_t *p, const uint8_t *end,
                              cotool_opened *parts) {
    const uint8_t *q = p;
    parts->time = parts->time_end = parts->stream = parts->stream_end = p;
    parts->goes_on = 0;
    if (envelope->prefix == ' ') {
        for (int k = 0; k < envelope->words; k++, q++)
            if (!(q = memchr(q, ' ', (size_t)(end - q)))) return 0;
    } else if (envelope->prefix == '\t') {
        for (int k = 0; k < envelope->words && q < end && (*q == ' ' || *q == '\t'); k++) q++;
    } else if (envelope->prefix != 'x') {
        q = memchr(p, envelope->prefix, (size_t)(end - p));
        if (!q || (q + 1 < end && q[1] != ' ')) return 0;
        q += q + 1 < end ? 2 : 1;
    }
    parts->text = q, parts->text_end = end;
    return 1;
}

/* Leaves escapes that colour text out, also those that JSON spells; returns the new end. */
static uint8_t *cotool_without_colours(uint8_t *p, uint8_t *end) {
    uint8_t *to = p;
    while (p < end) {
        const uint8_t *next = *p == '\x1b' || *p == '\\' ? cotool_skip_colour(p, end) : p;
        if (next > p) {
            p += next - p;
        } else if (*p == '\\' && p + 1 < end) {
            *to++ = *p++;
            *to++ = *p++;
        } else {
            *to++ = *p++;
        }
    }
    return to;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static cotool_pieces *cotool_pieces_of(cotool_envelope *envelope, const cotool_opened *parts) {
    size_t size = (size_t)(parts->stream_end - parts->stream);
    uint8_t name[8] = {0};
    memcpy(name, parts->stream, size < 8 ? size : 8);
    for (int n = 0; n < COTOOL_STREAMS; n++) {
        cotool_pieces *pieces = &envelope->pieces[n];
        if (!pieces->size && !pieces->name[0]) memcpy(pieces->name, name, 8);
        if (!memcmp(pieces->name, name, 8)) return pieces;
    }
    return &envelope->pieces[0];
}

/* Keeps a text that goes on; 0 without memory. */
static int cotool_keep_piece(cotool_envelope *envelope, cotool_pieces *pieces, const uint8_t *text,
                             size_t size) {
    if (pieces->size + size >= pieces->room) { /* an empty text has a place, too */
        size_t room = 2 * (pieces->size + size) + 1024;
        uint8_t *bytes = realloc(pieces->bytes, room);
        if (!bytes) return 0;
        pieces->bytes = bytes, pieces->room = room;
    }
    memcpy(pieces->bytes + pieces->size, text, size);
    pieces->size += size, envelope->kept += size;
    return 1;
}

/* Puts what is kept of a stream before the text at `out`, which ends at `stop`. */
static uint8_t *cotool_put_pieces(cotool_envelope *envelope, cotool_pieces *pieces, uint8_t *out,
                                  uint8_t *stop) {
    size_t size = pieces->size;
    if (!size) return stop;
    memmove(out + size, out, (size_t)(stop - out));
    memcpy(out, pieces->bytes, size);
    envelope->kept -= size, pieces->size = 0;
    return stop + size;
}

size_t cotool_unwrap_rest(cotool_envelope *envelope, uint8_t *out) {
    uint8_t *start = out;
    for (int n = 0; n < COTOOL_STREAMS; n++)
        if (envelope->pieces[n].size) {
            out = cotool_put_pieces(envelope, &envelope->pieces[n], out, out);
            *out++ = '\n';
        }
    return (size_t)(out - start);
}

void cotool_unwrap_close(cotool_envelope *envelope) {
    for (int n = 0; n < COTOOL_STREAMS; n++) free(envelope->pieces[n].bytes);
}

/* Takes the text out of one line; NULL without memory. */
static uint8_t *cotool_take_out(cotool_envelope *envelope, const uint8_t *p, const uint8_t *end,
                                uint8_t *out) {
    static const char before[] = "{\"time\":\"", after[] = "\",";
    cotool_opened parts;
    cotool_pieces *pieces;
    uint8_t *text, *stop;
    size_t time_size, size;
    int object = envelope->text_key != NULL, goes_on;
    if (end > p && end[-1] == '\r') end--;
    if (!(object             ? cotool_open_object(envelope, p, end, &parts)
          : envelope->prefix ? cotool_open_prefix(envelope, p, end, &parts)
                             : cotool_open_words(envelope, p, end, &parts))) {
        /* What goes on was cut off by a line of another kind. */
        out += cotool_unwrap_rest(envelope, out);
        memcpy(out, p, (size_t)(end - p));
        stop = out + (end - p);
        if (envelope->colours) stop = cotool_without_colours(out, stop);
        *stop++ = '\n';
        return stop;
    }
    pieces = cotool_pieces_of(envelope, &parts);
    time_size = (size_t)(parts.time_end - parts.time);
    /* An object stays where it is: behind its first byte and the time. */
    text = pieces->size ? out : out + sizeof before - 1 + time_size + sizeof after - 1 - 1;
    if (object) {
        stop = cotool_unescape(parts.text, parts.text_end, text);
    } else {
        stop = text + (parts.text_end - parts.text);
        memcpy(text, parts.text, (size_t)(parts.text_end - parts.text));
    }
    goes_on = parts.goes_on;
    if (stop > text && stop[-1] == '\n') stop--;
    else if (envelope->ended) goes_on = 1;
    if (envelope->colours) stop = cotool_without_colours(text, stop);
    size = (size_t)(stop - text);
    if (pieces->size) {
        /* It goes on where the pieces end. */
    } else if (size == 0 || !envelope->begins[text[0]] || time_size == 0) {
        memmove(out, text, size);
        stop = out + size;
    } else if (size > 2 && text[0] == '{' && text[1] == '"') {
        memcpy(out, before, sizeof before - 1);
        memcpy(out + sizeof before - 1, parts.time, time_size);
        memcpy(out + sizeof before - 1 + time_size, after, sizeof after - 1);
    } else {
        memcpy(out, parts.time, time_size);
        out[time_size] = ' ';
        memmove(out + time_size + 1, text, size);
        stop = out + time_size + 1 + size;
    }
    if (goes_on && pieces->size < COTOOL_PIECES)
        return cotool_keep_piece(envelope, pieces, out, (size_t)(stop - out)) ? out : NULL;
    stop = cotool_put_pieces(envelope, pieces, out, stop);
    *stop++ = '\n';
    return stop;
}

size_t cotool_unwrap(cotool_envelope *envelope, const uint8_t *p, size_t size, uint8_t *out) {
    const uint8_t *end = p + size;
    uint8_t *start = out;
    while (p < end) {
        const uint8_t *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop) stop = end;
        if (!(out = cotool_take_out(envelope, p, stop, out))) return SIZE_MAX;
        p = stop + 1;
    }
    return (size_t)(out - start);
}
