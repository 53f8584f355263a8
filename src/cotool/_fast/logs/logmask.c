/* See logmask.h. */
#include "logs/logmask.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"
#include "logs/loglogfmt.h"

/* ---- bytes --------------------------------------------------------------------------------- */

enum {
    DIGIT = 1,
    LETTER = 2, /* also of any byte above ASCII */
    UNDERSCORE = 4,
    HEX_LOWER = 8,
    HEX_UPPER = 16,
    BLANK = 32,
    PATH_END = 64, /* no path goes on past it */
    CONTROL = 128,
    OTHER = 256 /* a word's byte that is no hex digit */
};
#define WORD (DIGIT | LETTER | UNDERSCORE)
/* A longer run of word bytes is no text of a message. */
#define LONGEST_WORD 64
/* Letters of a unit after decimals. */
#define LONGEST_UNIT 4
/* Among the first words of a line without a header a number may be a time. */
#define HEADER_WORDS 6

static uint16_t class_of[256];

COTOOL_INLINE int is(uint8_t c, int classes) { return class_of[c] & classes; }

static void prepare_classes(void) {
    const char *ends = " \t:'\"<>()[]{},;=|";
    for (int c = 0; c < 256; c++) {
        int k = 0;
        if (c >= '0' && c <= '9') k |= DIGIT;
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 128) k |= LETTER;
        if (c == '_') k |= UNDERSCORE;
        if (c >= 'a' && c <= 'f') k |= HEX_LOWER;
        if (c >= 'A' && c <= 'F') k |= HEX_UPPER;
        if (c == ' ' || c == '\t') k |= BLANK;
        if (c && strchr(ends, c)) k |= PATH_END;
        if ((c < 32 && c != '\t') || c == 127) k |= CONTROL;
        if ((k & WORD) && !(k & (DIGIT | HEX_LOWER | HEX_UPPER))) k |= OTHER;
        class_of[c] = (uint16_t)k;
    }
}

#include "logs/loghead.h"

/* ---- masking ------------------------------------------------------------------------------- */

typedef struct {
    const uint8_t *line, *end;
    uint8_t *to, *stop;
    cotool_masked *masked;
} writer;

/* Copies by sixteen bytes: both sides have room behind them. */
COTOOL_INLINE void copy(uint8_t *to, const uint8_t *from, size_t size) {
    for (size_t n = 0; n < size; n += 16) memcpy(to + n, from + n, 16);
}

COTOOL_INLINE void put_parameter(writer *w, const uint8_t *from, const uint8_t *to, uint8_t mark,
                          int is_number, double value) {
    cotool_masked *m = w->masked;
    *w->to++ = mark;
    if (m->parameters < COTOOL_FORM_PARAMETERS) {
        cotool_parameter *x = &m->parameter[m->parameters++];
        x->start = (uint32_t)(from - w->line), x->end = (uint32_t)(to - w->line);
        x->is_number = (uint8_t)is_number, x->value = value;
    }
}

static const double tens[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                              1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

/* The value of `size` digits at p, one to eight; eight bytes must be readable. Pairs of digits are
 * added up, then pairs of pairs (D. Lemire, 2018). Needs little-endian words. */
COTOOL_INLINE uint64_t eight_digits(const uint8_t *p, size_t size) {
    const uint64_t zeros = 0x3030303030303030u;
    uint64_t x;
    memcpy(&x, p, 8);
    if (size < 8) x = x << 8 * (8 - size) | zeros >> 8 * size;
    x -= zeros;
    x = x * 10 + (x >> 8);
    return (((x & 0x000000FF000000FFu) * 0x000F424000000064u) +
            ((x >> 16 & 0x000000FF000000FFu) * 0x0000271000000001u)) >> 32;
}

/* The value of the digits [p, end), of those past eighteen the magnitude alone. */
COTOOL_INLINE double whole_number(const uint8_t *p, const uint8_t *end) {
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    size_t size = (size_t)(end - p);
    double more = 1;
    uint64_t value;
    if (size <= 8) return (double)eight_digits(p, size);
    for (; size > 18; size--) more *= 10;
    value = eight_digits(p, 8);
    for (p += 8, size -= 8; size; ) {
        const size_t next = size < 8 ? size : 8;
        value = value * powers[next] + eight_digits(p, next);
        p += next, size -= next;
    }
    return (double)value * more;
}

/* Past the path at p, which has a second slash; p where there is none. */
static const uint8_t *path_end(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p + 1;
    int slashes = 0;
    while (q < end && !is(*q, PATH_END)) slashes += *q++ == '/';
    if (!slashes) return p;
    while (q[-1] == '.') q--;
    return q;
}

static const uint8_t *url_end(const uint8_t *p, const uint8_t *end) {
    while (p < end && !is(*p, BLANK) && *p != '\'' && *p != '"' && *p != '<' && *p != '>' &&
           *p != ')' && *p != ']' && *p != ',' && *p != ';')
        p++;
    while (p[-1] == '.' || p[-1] == ':') p--;
    return p;
}

static int is_hex(uint8_t c) { return is(c, DIGIT | HEX_LOWER | HEX_UPPER); }

static const uint8_t *uuid_end(const uint8_t *p, const uint8_t *end) {
    if (end - p < 36) return p;
    for (int n = 0; n < 36; n++) {
        if (n == 8 || n == 13 || n == 18 || n == 23) {
            if (p[n] != '-') return p;
        } else if (!is_hex(p[n])) {
            return p;
        }
    }
    return end - p > 36 && is(p[36], WORD) ? p : p + 36;
}

/* Groups of hex digits between colons with a letter among them, or six pairs between dashes: MAC
 * and IPv6 addresses, GUIDs. */
static const uint8_t *groups_end(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p;
    uint8_t mark = 0;
    int groups = 0, letters = 0, twice = 0;
    for (;;) {
        const uint8_t *first = q;
        while (q < end && q - first < 5 && is_hex(*q)) letters |= !is(*q++, DIGIT);
        if (q - first > 4) return p;
        if (q == first) {
            if (twice++ || !groups) break;
        }
        groups += q > first;
        if (mark == '-' && q - first != 2) return p;
        if (q >= end || (*q != ':' && *q != '-') || (mark && *q != mark)) break;
        if (!mark) mark = *q;
        q++;
    }
    if (q < end && is(*q, WORD)) return p;
    if (q > p && q[-1] == ':' && !(q - p > 2 && q[-2] == ':')) q--;
    if (mark == '-' ? groups != 6 : groups + 2 * twice < 4 || !letters) return p;
    return q;
}

/* The part of the run of letters, digits and underscores [p, q) that is written: what is no
 * parameter. Returns 0 where it is a parameter as a whole. */
COTOOL_INLINE int put_identifier(writer *w, const uint8_t *p, const uint8_t *q) {
    const uint8_t *at;
    int groups = 0, size = 0;
    if (q - p > 2 && *p == '0' && (p[1] | 0x20) == 'x') return 0;
    for (at = p; at <= q; at++) {
        if (at == q || *at == '_') {
            if (groups >= 2 && size >= 8) return 0;
            groups = size = 0;
            continue;
        }
        size++;
        groups += is(*at, DIGIT) && (at == p || !is(at[-1], DIGIT));
    }
    for (at = p; at < q;) {
        const uint8_t *start = at;
        int joined = 0;
        if (!is(*at, DIGIT)) {
            *w->to++ = *at++;
            continue;
        }
        /* Digits, and what underscores join to them: 1445144423722_0020_m_000001 */
        for (;;) {
            while (at < q && is(*at, DIGIT)) at++;
            if (at + 1 >= q || *at != '_') break;
            if (is(at[1], DIGIT)) at++;
            else if (at + 2 < q && is(at[1], LETTER) && at[2] == '_') at += 2;
            else break;
            joined = 1;
        }
        put_parameter(w, start, at, COTOOL_PARAMETER, !joined, joined ? 0 : whole_number(start, at));
    }
    return 1;
}

/* Past the decimals that go on after a number that ends at q: .5, .250.7.244 */
static const uint8_t *decimals_end(const uint8_t *q, const uint8_t *end, int *dots) {
    while (q + 1 < end && *q == '.' && is(q[1], DIGIT)) {
        const uint8_t *stop = q + 1;
        while (stop < end && is(*stop, DIGIT)) stop++;
        if (stop < end && is(*stop, WORD)) break;
        q = stop, ++*dots;
    }
    return q;
}

/* Past the decimals at q and a unit after them, as in 7.527ms; q where there are none. */
static const uint8_t *unit_end(const uint8_t *q, const uint8_t *end) {
    const uint8_t *p = q + 1, *unit;
    if (end - q < 3 || *q != '.' || !is(*p, DIGIT)) return q;
    while (p < end && is(*p, DIGIT)) p++;
    for (unit = p; p < end && p - unit <= LONGEST_UNIT && is(*p, LETTER);) p++;
    return p == unit || p - unit > LONGEST_UNIT || (p < end && is(*p, WORD)) ? q : p;
}

/* Writes the word [p, q), in which the classes `any` occur, and what belongs to it; returns where
 * that ends. */
COTOOL_INLINE const uint8_t *put_word(writer *w, const uint8_t *p, const uint8_t *q, int any,
                                      int header_words) {
    const uint8_t *end = w->end, *stop;
    const size_t size = (size_t)(q - p);
    int hex;
    if ((any & (DIGIT | OTHER)) == OTHER && size != 3 && size <= LONGEST_WORD &&
        (q == end || *q != ':')) {
        /* A common word. */
        copy(w->to, p, size);
        w->to += size;
        return q;
    }
    hex = (any & OTHER) == 0;
    if (size > LONGEST_WORD) {
        put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
        return q;
    }
    if (!(any & DIGIT)) {
        if (q < end && *q == ':') {
            if (end - q > 3 && q[1] == '/' && q[2] == '/') {
                copy(w->to, p, size);
                w->to += size;
                *w->to++ = ':', *w->to++ = '/', *w->to++ = '/';
                stop = url_end(q + 3, end);
                put_parameter(w, q + 3, stop, COTOOL_PARAMETER, 0, 0);
                return stop;
            }
            if (size == 1 && end - q > 1 && q[1] == '\\') {
                while (q < end && (!is(*q, PATH_END) || *q == ':')) q++;
                put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
                return q;
            }
        }
        if (size == 3 && *p >= 'A' && *p <= 'Z' && q < end && (*q == ' ' || *q == ',')) {
            size_t date = named_date_span(p, end);
            if (date) {
                put_parameter(w, p, p + date, COTOOL_TIME, 0, 0);
                return p + date;
            }
        }
    }
    if (hex && q < end) {
        /* Addresses and UUIDs begin like this. */
        if (size == 8 && *q == '-' && (stop = uuid_end(p, end)) > p) {
            put_parameter(w, p, stop, COTOOL_PARAMETER, 0, 0);
            return stop;
        }
        if (size <= 4 && (*q == ':' || (*q == '-' && size == 2)) &&
            (stop = groups_end(p, end)) > p) {
            put_parameter(w, p, stop, COTOOL_PARAMETER, 0, 0);
            return stop;
        }
    }
    if (!(any & ~DIGIT)) { /* digits alone */
        const uint8_t *unit = q;
        double value;
        int dots = 0, epoch;
        if (q + 1 < end && is(q[1], DIGIT) &&
            (*q == ':' ? size <= 2 : *q == '.' ? size == 4 : *q == '-' || *q == '/')) {
            size_t time = time_span(p, end);
            if (time) {
                put_parameter(w, p, p + time, COTOOL_TIME, 0, 0);
                return p + time;
            }
        }
        value = whole_number(p, q);
        epoch = header_words && (size == 10 || size == 13) && *p == '1' &&
                (q == end || is(*q, BLANK));
        stop = decimals_end(q, end, &dots);
        if (!dots && (unit = unit_end(q, end)) > q)
            for (stop = q + 1, dots = 1; is(*stop, DIGIT);) stop++;
        if (dots == 1 && stop - q <= 18) value += whole_number(q + 1, stop) / tens[stop - q - 1];
        put_parameter(w, p, stop, epoch ? COTOOL_EPOCH : COTOOL_PARAMETER, dots < 2, value);
        while (stop < unit) *w->to++ = *stop++;
        return stop;
    }
    if (hex && (any & (HEX_LOWER | HEX_UPPER)) != (HEX_LOWER | HEX_UPPER) &&
        ((any & DIGIT) ? size >= 4 : size >= 8)) {
        put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
        return q;
    }
    if (!(any & DIGIT)) {
        copy(w->to, p, size);
        w->to += size;
    } else if (!put_identifier(w, p, q)) {
        put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
    } else if (is(q[-1], DIGIT)) {
        int dots = 0;
        stop = decimals_end(q, end, &dots);
        if (dots && w->masked->parameters) {
            cotool_parameter *last = &w->masked->parameter[w->masked->parameters - 1];
            if (last->end == (uint32_t)(q - w->line)) last->end = (uint32_t)(stop - w->line);
            last->is_number = 0;
        }
        q = stop;
    }
    return q;
}

/* Past the blanks at p, of which two are kept, or a single tab. */
COTOOL_INLINE const uint8_t *put_blanks(writer *w, const uint8_t *p) {
    const uint8_t *q = p + 1;
    while (q < w->end && is(*q, BLANK)) q++;
    *w->to++ = q == p + 1 ? *p : ' ';
    if (q > p + 1) *w->to++ = ' ';
    return q;
}

/* Whether a slash after this byte begins a path. */
COTOOL_INLINE int begins_path(int before) {
    return !is((uint8_t)before, WORD) && before && !strchr("._-/*>)]", before);
}

/* Whether a sign after this byte is that of a number: -1, blk_-6952295868487656571 */
COTOOL_INLINE int begins_number(int before) {
    return !is((uint8_t)before, DIGIT | LETTER) && before && !strchr(")]}-", before);
}

/* The end of the word at p; `any` gets the classes that occur in it. */
COTOOL_INLINE const uint8_t *scan_word(const uint8_t *p, const uint8_t *end, int *any) {
    *any = 0;
    for (; p < end && is(*p, WORD); p++) *any |= class_of[*p];
    return p;
}

/* Writes the number, or what else a digit begins, after the sign at p. */
COTOOL_INLINE const uint8_t *put_signed(writer *w, const uint8_t *p) {
    cotool_masked *masked = w->masked;
    const int first = masked->parameters;
    int any;
    const uint8_t *q = scan_word(p + 1, w->end, &any);
    q = put_word(w, p + 1, q, any, 0);
    if (masked->parameters > first) {
        masked->parameter[first].start = (uint32_t)(p - w->line);
        if (*p == '-') masked->parameter[first].value *= -1;
    }
    return q;
}

/* What the whole of a message is masked by: where it begins, whether its header tells the time, the
 * blanks so far. */
typedef struct {
    writer w;
    const uint8_t *start;
    int timed, words;
} masking;

/* Masks the message from p on, byte by byte and word by word. */
static void mask_rest(masking *m, const uint8_t *p) {
    writer *w = &m->w;
    cotool_masked *masked = w->masked;
    const uint8_t *end = w->end;
    int before = p == m->start || is(p[-1], BLANK) ? ' ' : p[-1];
    while (p < end) {
        uint8_t c = *p;
        int k = class_of[c];
        if (w->to >= w->stop) {
            put_parameter(w, p, end, COTOOL_PARAMETER, 0, 0); /* the rest */
            break;
        }
        if (k & WORD) {
            int any;
            const uint8_t *q = scan_word(p, end, &any);
            p = put_word(w, p, q, any, !m->timed && m->words < HEADER_WORDS);
            before = p[-1];
            continue;
        }
        if (k & BLANK) {
            p = put_blanks(w, p);
            m->words++, before = ' ';
            continue;
        }
        if (c == '/' && begins_path(before)) {
            const uint8_t *q = path_end(p, end);
            if (q > p) {
                put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
                before = 'a', p = q;
                continue;
            }
        }
        if ((c == '-' || c == '+') && end - p > 1 && is(p[1], DIGIT) && begins_number(before)) {
            p = put_signed(w, p);
            before = p[-1];
            continue;
        }
        *w->to++ = k & CONTROL ? 0x1A : c;
        before = c;
        p++;
    }
    masked->size = (uint32_t)(w->to - masked->text);
}

#define COTOOL_AVX512_TARGET \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,lzcnt,popcnt")))
#define COTOOL_AVX2_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define COTOOL_BODY "logs/logmask_rows.inc"
#include "base/cpu_levels.h"

static void mask_plain(masking *m) { mask_rest(m, m->start); }

static void (*mask_message)(masking *) = mask_plain;

void cotool_mask_prepare(void) {
    prepare_classes();
    cotool_prepare_layouts();
    cotool_prepare_levels();
    cotool_prepare_classes();
    mask_message = COTOOL_CHOOSE(mask);
}

/* Where an object with a message stands in a line, from p or behind a few names ("api-1 | {…}"), NULL:
 * nowhere. */
#define NAMES_BEFORE 100
static const uint8_t *object_start(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q;
    int words = 0;
    if (end - p <= 8 || end[-1] != '}') return p < end && *p == '{' ? p : NULL;
    if (*p == '{') return p;
    q = cotool_find_object(p, end - p > NAMES_BEFORE ? p + NAMES_BEFORE : end);
    if (!q || !is(q[-1], BLANK)) return NULL;
    for (const uint8_t *at = p; at < q; at++) words += is(*at, BLANK) && !is(at[1], BLANK);
    return words <= 1 || q[-2] == '|' || q[-2] == ']' || q[-2] == ':' ? q : NULL;
}

/* Where the text of a line of JSON stands, {NULL} where it has none. */
static cotool_value text_of_json(const uint8_t *p, const uint8_t *end) {
    cotool_value value = {0}, none = value;
    if (!(p = object_start(p, end))) return none;
    value = cotool_json_text(p, end, 2);
    return value.kind ? value : none;
}

/* Where the text of a line of logfmt stands, `ts=... level=info msg="..."`, {NULL} for others. */
static cotool_value text_of_logfmt(const uint8_t *p, const uint8_t *end) {
    static const char *const signs[] = {"level", "lvl", "severity", "ts", "time", "t"};
    const uint8_t *q = p, *key;
    cotool_value none = {0}, value = none, pair;
    size_t size;
    int least = COTOOL_TEXT_KEYS, told = 0;
    if (p >= end || !is(*p, LETTER) || !memchr(p, '=', 17)) return none;
    while (q < end && q - p < 16 && (is(*q, LETTER) || *q == '_' || *q == '.')) q++;
    if (q == p || q >= end || *q != '=') return none;
    for (q = p; (q = cotool_next_pair(q, end, &key, &size, &pair));) {
        int rank = cotool_name_rank(cotool_text_keys, least, key, size);
        if (rank < least && pair.end > pair.start) least = rank, value = pair;
        for (int n = 0; n < 6; n++)
            told |= strlen(signs[n]) == size && !memcmp(signs[n], key, size);
    }
    return told && least < COTOOL_TEXT_KEYS ? value : none;
}

static void mask_line(const uint8_t *line, const uint8_t *end, cotool_header *memo,
                      cotool_masked *masked, void (*message)(masking *)) {
    masking m;
    const uint8_t *p;
    cotool_value value;
    int size, json;
    if (end - line > COTOOL_FORM_LINE) end = line + COTOOL_FORM_LINE;
    masked->parameters = 0;
    p = read_header(line, end, masked->text, &size, memo);
    m.timed = size != 0, m.words = 0;
    while (end > p && is(end[-1], BLANK)) end--;
    value = text_of_json(p, end);
    json = value.start != NULL;
    if (!json) value = text_of_logfmt(p, end);
    if (value.start) {
        masked->text[size++] = json ? '{' : '=';
        p = value.start, end = value.end;
        m.timed = 1;
    }
    masked->text[size] = COTOOL_SIGNATURE;
    masked->message = (uint32_t)(p - line), masked->end = (uint32_t)(end - line);
    m.w.line = line, m.w.end = end, m.w.masked = masked;
    m.w.to = masked->text + size + 1;
    m.w.stop = m.w.to + COTOOL_FORM_SIZE - LONGEST_WORD - 16;
    m.start = p;
    message(&m);
}

void cotool_mask(const uint8_t *line, const uint8_t *end, cotool_header *memo,
                 cotool_masked *masked) {
    mask_line(line, end, memo, masked, mask_message);
}

void cotool_mask_plain(const uint8_t *line, const uint8_t *end, cotool_masked *masked) {
    cotool_header memo;
    memset(&memo, 0, sizeof memo);
    mask_line(line, end, &memo, masked, mask_plain);
}
