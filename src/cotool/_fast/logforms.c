/* See logforms.h. */
#include "logforms.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "logfields.h"

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

static uint16_t class_of[256];

static size_t least_size(size_t a, size_t b) { return a < b ? a : b; }

COTOOL_INLINE int is(uint8_t c, int classes) { return class_of[c] & classes; }

void cotool_forms_prepare(void) {
    const char *ends = " \t:'\"<>()[]{},;=|";
    cotool_prepare_layouts();
    cotool_prepare_levels();
    cotool_prepare_classes();
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

COTOOL_INLINE uint64_t fold_product(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A multiplicative hash of sixteen bytes a step (after W. Yi, wyhash). The same on every machine
 * that is little-endian: parts that are added up must agree. */
uint64_t cotool_hash(const uint8_t *p, size_t size, uint64_t seed) {
    uint64_t h = seed ^ 0x9E3779B97F4A7C15u ^ (size * 0xA0761D6478BD642Fu), x, y;
    for (; size >= 16; p += 16, size -= 16) {
        memcpy(&x, p, 8);
        memcpy(&y, p + 8, 8);
        h = fold_product(h ^ x, y ^ 0xE7037ED1A0B428DBu);
    }
    x = y = 0;
    if (size > 8) {
        memcpy(&x, p, 8);
        memcpy(&y, p + size - 8, 8);
    } else if (size >= 4) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + size - 4, 4);
        x = low, y = high;
    } else if (size) {
        x = (uint64_t)p[0] << 16 | (uint64_t)p[size >> 1] << 8 | p[size - 1];
    }
    h = fold_product(h ^ x, y ^ 0x8EBC6AF09C88C6E3u);
    return fold_product(h ^ 0x589965CC75374CC3u, 0x1D8E4E27C47D124Fu);
}

/* ---- times --------------------------------------------------------------------------------- */

static int is_month(const uint8_t *p) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int n = 0; n < 12; n++)
        if (!memcmp(p, months + 3 * n, 3)) return 1;
    return 0;
}

static int is_weekday(const uint8_t *p) {
    static const char days[] = "MonTueWedThuFriSatSun";
    for (int n = 0; n < 7; n++)
        if (!memcmp(p, days + 3 * n, 3)) return 1;
    return 0;
}

/* The length of the date or time of digits at p, 0: none. */
static size_t time_span(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p, *stop = p;
    int groups = 0, colons = 0, dashes = 0, slashes = 0, dots = 0, dots_before = 0;
    int size[16], before = 0, after = 0, longest = 0;
    if (end - p > 40) end = p + 40;
    while (q < end) {
        if (is(*q, DIGIT)) {
            const uint8_t *first = q;
            while (q < end && is(*q, DIGIT)) q++;
            if (groups < 16) size[groups] = (int)(q - first);
            if (groups < 3 && q - first > longest) longest = (int)(q - first);
            if (groups == before && colons == 1 && !after) after = (int)(q - first);
            groups++;
            stop = q;
            continue;
        }
        switch (*q) {
            case ':':
                if (!colons) {
                    if (!groups || q != stop) goto done;
                    before = groups, dots_before = dots;
                }
                colons++;
                break;
            case '-':
            case '+': dashes += *q == '-'; break;
            case '/': slashes++; break;
            case '.': dots++; break;
            case ',':
            case '_':
            case 'T': break;
            case 'Z':
                if (q + 1 < end && is(q[1], WORD)) goto done;
                stop = q + 1;
                goto done;
            default: goto done;
        }
        if (q + 1 >= end || !is(q[1], DIGIT)) goto done;
        q++;
    }
done:
    if (stop < end && is(*stop, WORD)) return 0;
    if (end - stop > 1 && (*stop == '.' || *stop == '-') && is(stop[1], WORD)) return 0;
    if (groups < 2 || groups > 10) return 0;
    if (colons) {
        int hour = size[before - 1 < 15 ? before - 1 : 15];
        if (colons > 3 || hour > 2 || after > 2 || !after || dots_before % 2) return 0;
        if (groups == 2 && (hour != 2 || after != 2)) return 0;
        return (size_t)(stop - p);
    }
    if (groups < 3 || (groups > 3 && size[0] != 4) || !(dashes >= 2 || slashes >= 2 || (dots >= 2 && size[0] == 4))) return 0;
    if (!(longest == 4 || (size[0] == 2 && size[1] == 2 && size[2] == 2))) return 0;
    if (size[0] == 3 || size[0] > 4 || size[1] > 2) return 0;
    return (size_t)(stop - p);
}

/* The length of a date with the name of its month at p: "Sun Jul 17 15:09:16 2005". */
static size_t named_date_span(const uint8_t *p, const uint8_t *end) {
    const uint8_t *start = p;
    size_t size;
    if (end - p < 10) return 0;
    if (is_weekday(p)) {
        p += 3;
        if (*p == ',') p++;
        if (p >= end || *p != ' ') return 0;
        p++;
    }
    if (end - p < 8 || !is_month(p) || p[3] != ' ') return 0;
    p += 4;
    if (*p == ' ') p++;
    if (p >= end || !is(*p, DIGIT)) return 0;
    while (p < end && is(*p, DIGIT)) p++;
    if (p >= end || *p != ' ') return 0;
    size = time_span(p + 1, end);
    if (!size || p[3] != ':') return 0;
    p += 1 + size;
    if (end - p >= 4 && *p == ' ' && p[1] >= 'A' && p[1] <= 'Z' && p[2] >= 'A' && p[2] <= 'Z' &&
        p[3] >= 'A' && p[3] <= 'Z') {
        const uint8_t *zone = p + 1;
        while (zone < end && *zone >= 'A' && *zone <= 'Z') zone++;
        if (zone - p <= 5 && (zone == end || !is(*zone, WORD))) p = zone;
    }
    if (end - p >= 5 && *p == ' ' && is(p[1], DIGIT) && is(p[2], DIGIT) && is(p[3], DIGIT) &&
        is(p[4], DIGIT) && (end - p == 5 || !is(p[5], WORD)))
        p += 5;
    return (size_t)(p - start);
}

/* ---- headers ------------------------------------------------------------------------------- */

enum { NOTHING, SEPARATOR, NUMBER, MOMENT, NAME, ZONE, LEVEL_WORD };

static int level_style(const uint8_t *p, size_t size) {
    int style = 0;
    return cotool_level_of(p, size, &style) < 0 ? 0 : style;
}

/* What a word of a header is, without the mark that ends it. */
static int header_word(const uint8_t *p, const uint8_t *end, int at_start, int *style) {
    const uint8_t *q = p;
    size_t size;
    *style = 0;
    while (end > p && (end[-1] == ',' || end[-1] == ';')) end--;
    if (end > p && end[-1] == ':') end--;
    size = (size_t)(end - p);
    if (!size || (size <= 2 && *p == '-' && end[-1] == '-') || (size == 1 && *p == '|'))
        return SEPARATOR;
    if (is(*p, DIGIT) || ((*p == '-' || *p == '+') && size > 1 && is(p[1], DIGIT))) {
        int marks = 0;
        if (time_span(p, end) == size) return MOMENT;
        if (!is(*p, DIGIT)) q++;
        for (; q < end; q++) {
            if (is(*q, DIGIT)) continue;
            if ((*q != '.' && *q != '-' && *q != '/') || marks++) return NOTHING;
        }
        /* 1117838570, 1117838570123: the epoch */
        if (at_start && *p == '1' && (size == 10 || size == 13 || (size > 11 && p[10] == '.')))
            return MOMENT;
        return NUMBER;
    }
    if (size == 3 && (is_month(p) || is_weekday(p))) return NAME;
    if ((size == 3 && (!memcmp(p, "UTC", 3) || !memcmp(p, "GMT", 3))) ||
        (size == 2 && (!memcmp(p, "AM", 2) || !memcmp(p, "PM", 2))) ||
        (size >= 3 && size <= 4 && p[size - 1] == 'T' && (p[size - 2] == 'S' || p[size - 2] == 'D' ||
         p[size - 2] == 'E') && p[0] >= 'A' && p[0] <= 'Z' && p[1] >= 'A' && p[1] <= 'Z' &&
         memcmp(p, "TEST", size)))
        return ZONE;
    *style = level_style(p, size);
    return *style ? LEVEL_WORD : NOTHING;
}

/* What a bracket of a header holds: times, levels, numbers; NOTHING where it is a text. */
static int header_bracket(const uint8_t *p, const uint8_t *end) {
    int found = SEPARATOR, words = 0, unknown = 0;
    while (p < end) {
        const uint8_t *q = p;
        int style, kind;
        while (q < end && *q != ' ' && !(*q == ':' && q + 1 < end && is(q[1], LETTER))) q++;
        kind = header_word(p, q, 0, &style);
        words++;
        unknown += kind == NOTHING;
        if (kind > found) found = kind;
        p = q + 1;
    }
    if (!words || (unknown && !(unknown == 1 && words == 2 && found == LEVEL_WORD))) return NOTHING;
    return found;
}

/* The shape of [line, end): digits d, names m, levels L; what lies between as it is. */
static int write_signature(const uint8_t *line, const uint8_t *end, uint8_t *to) {
    uint8_t *start = to, *stop = to + COTOOL_SIGNATURE_SIZE - 2;
    while (line < end && to < stop) {
        if (is(*line, DIGIT)) {
            while (line < end && is(*line, DIGIT)) line++;
            *to++ = 'd';
        } else if (is(*line, LETTER)) {
            const uint8_t *word = line;
            while (line < end && is(*line, LETTER)) line++;
            if (line - word == 1)
                *to++ = *word == 'T' || *word == 'Z' ? *word : 'L';
            else
                *to++ = level_style(word, (size_t)(line - word)) ? 'L' : 'm';
        } else if (is(*line, BLANK)) {
            while (line < end && is(*line, BLANK)) line++;
            *to++ = ' ';
        } else {
            *to++ = is(*line, CONTROL) ? '?' : *line;
            line++;
        }
    }
    while (to > start && to[-1] == ' ') to--;
    return (int)(to - start);
}

static const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end) {
    while (p < end && is(*p, BLANK)) p++;
    return p;
}

/* The end of "name[123]:" or "name:" at p, NULL: none. */
static const uint8_t *process_name(const uint8_t *p, const uint8_t *end) {
    const uint8_t *q = p;
    int blank = 0;
    if (end - p > 64) end = p + 64;
    while (q < end && *q != ':' && *q != '[' && *q != ']') blank |= is(*q++, BLANK);
    if (q == p || q == end) return NULL;
    if (*q == '[') {
        q++;
        if (q == end || !is(*q, DIGIT)) return NULL;
        while (q < end && is(*q, DIGIT)) q++;
        if (end - q < 2 || *q != ']' || q[1] != ':') return NULL;
        q++;
    } else if (*q != ':' || blank) {
        return NULL;
    }
    q++;
    return q == end || is(*q, BLANK) ? q : NULL;
}

/* Eight bytes in which every digit is a 0. */
COTOOL_INLINE uint64_t without_digits(uint64_t x) {
    const uint64_t ones = 0x0101010101010101u;
    uint64_t y = x ^ ones * '0';
    uint64_t other = (((y & ones * 0x7F) + ones * 0x76) | y) & ones * 0x80;
    other = (other >> 7) * 0xFF;
    return (x & other) | (ones * '0' & ~other);
}

typedef struct {
    int timed, level, syslog, pri, names, after_number;
} header_state;

/* Whether the header at `line` has the shape of one that was read before: the same but for the
 * values of digits. */
static int has_shape(const uint8_t *line, const uint8_t *end, const cotool_header *memo) {
    if (!memo->size || (size_t)(end - line) < memo->size) return 0;
    for (unsigned n = 0; n < memo->size; n += 8) {
        uint64_t x;
        memcpy(&x, line + n, 8);
        if ((without_digits(x) ^ memo->shape[n / 8]) & memo->care[n / 8]) return 0;
    }
    return 1;
}

static void learn_shape(const uint8_t *line, const uint8_t *end, const uint8_t *done,
                        const header_state *state, const uint8_t *signature, int size,
                        cotool_header *memo) {
    memo->size = (unsigned)(done - line) + 1; /* with the byte that ends it */
    if (done == line || done >= end || memo->size > sizeof memo->shape) {
        memo->size = 0;
        return;
    }
    for (unsigned n = 0; n < memo->size; n += 8) {
        uint64_t x;
        unsigned left = memo->size - n;
        memcpy(&x, line + n, 8);
        memo->shape[n / 8] = without_digits(x);
        memo->care[n / 8] = left >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * left)) - 1;
    }
    memcpy(memo->state, state, sizeof *state);
    memcpy(memo->signature, signature, (size_t)size);
    memo->signature_size = size;
}

/* Where the message begins: past time, level, numbers between them, and, in syslog, host and
 * process. Writes the shape of what was passed. */
static const uint8_t *read_header(const uint8_t *line, const uint8_t *end, uint8_t *signature,
                                  int *size, cotool_header *memo) {
    const uint8_t *p = line, *done = line, *stop;
    header_state s = {0}, reached;
    int known = 0, epoch = 0, host = 0;
    if (has_shape(line, end, memo)) {
        /* What it says does not depend on its digits; the words after it are looked at. */
        memcpy(&s, memo->state, sizeof s);
        p = done = line + memo->size - 1;
        known = 1;
    } else if (p < end && *p == '<') {
        const uint8_t *q = p + 1;
        while (q < end && q < p + 4 && is(*q, DIGIT)) q++;
        if (q > p + 1 && q < end && *q == '>') {
            p = q + 1;
            if (end - p >= 2 && *p == '1' && p[1] == ' ') p++; /* RFC 5424 */
            done = p, s.pri = 1;
        }
    }
    reached = s;
    stop = end - line > 160 ? line + 160 : end;
    while (p < stop) {
        const uint8_t *q;
        int kind, style = 0, at_start = done == line;
        if (is(*p, BLANK) || *p == '|') {
            p++;
            continue;
        }
        if (*p == '[' || *p == '(') {
            q = memchr(p, *p == '[' ? ']' : ')', (size_t)(stop - p));
            if (!q) break;
            kind = header_bracket(p + 1, q);
            if (kind == NOTHING || kind == SEPARATOR || (kind == LEVEL_WORD && s.level)) break;
            q++;
            while (q < stop && (*q == ':' || *q == ',')) q++;
            p = q;
            s.names = 0, s.after_number = kind == NUMBER || kind == MOMENT;
            if (kind == MOMENT) s.timed = 1;
            if (kind == LEVEL_WORD) s.level = 1;
            if (kind == MOMENT || kind == LEVEL_WORD) done = p, s.syslog = 0, reached = s, known = 0;
            continue;
        }
        for (q = p; q < stop && !is(*q, BLANK) && *q != '|' && *q != '['; q++) {
        }
        kind = header_word(p, q, at_start, &style);
        if (kind == NOTHING && s.after_number && s.timed && !s.level && q - p == 1 &&
            cotool_letter_level(*p) >= 0)
            kind = LEVEL_WORD, style = COTOOL_UPPER;
        if (kind == NOTHING) break;
        if (kind == LEVEL_WORD) {
            if (s.level || (!s.timed && style != COTOOL_UPPER)) break;
            /* "Error opening ..." is how a message begins; "Info:", "info |" is a level. */
            if (style != COTOOL_UPPER && q[-1] != ':' && q[-1] != ',' &&
                !(q + 1 < end && (*q == '\t' || *q == '|' || (is(q[0], BLANK) && is(q[1], BLANK)))))
                break;
            s.level = 1, s.syslog = 0;
        } else if (kind == MOMENT) {
            epoch |= at_start && (q - p >= 10) && is(p[9], DIGIT);
            s.timed = 1;
            s.syslog = s.names && s.after_number;
        } else if (kind == ZONE && (!s.timed || done == line || p > done + 1)) {
            break;
        }
        if (kind != ZONE) {
            s.names = kind == NAME ? 1 : kind == NUMBER ? s.names : 0;
            s.after_number = kind == NUMBER || kind == MOMENT;
        }
        p = q;
        if (kind == LEVEL_WORD || kind == MOMENT || kind == ZONE) done = q, reached = s, known = 0;
    }
    p = skip_blanks(done, end);
    if (known) {
        memcpy(signature, memo->signature, sizeof memo->signature);
        *size = memo->signature_size;
    } else {
        *size = write_signature(line, done, signature);
        /* That a number is an epoch depends on its first digit. */
        if (epoch) memo->size = 0;
        else learn_shape(line, end, done, &reached, signature, *size, memo);
    }
    if (reached.syslog || reached.pri) {
        const uint8_t *q = p, *process;
        while (q < end && !is(*q, BLANK)) q++;
        if (q > p && q < end && q[-1] != ':' && !process_name(p, end)) {
            p = skip_blanks(q, end);
            host = 1;
        }
        if ((process = process_name(p, end))) p = skip_blanks(process, end), host |= 2;
        signature[(*size)++] = (uint8_t)('0' + host);
    }
    return p;
}

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

static double whole_number(const uint8_t *p, const uint8_t *end) {
    double more = 1;
    uint64_t value = 0;
    for (; end - p > 18; end--) more *= 10;
    while (p < end) value = value * 10 + (*p++ - '0');
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

/* Writes the word at p and what belongs to it; returns where it ends. */
COTOOL_INLINE const uint8_t *put_word(writer *w, const uint8_t *p, int header_words) {
    const uint8_t *end = w->end, *q = p, *stop;
    int any = 0, hex;
    size_t size;
    for (; q < end; q++) {
        int c = class_of[*q];
        if (!(c & WORD)) break;
        any |= c;
    }
    size = (size_t)(q - p);
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
        if (dots == 1 && stop - q <= 18) value += whole_number(q + 1, stop) / tens[stop - q - 1];
        put_parameter(w, p, stop, epoch ? COTOOL_EPOCH : COTOOL_PARAMETER, dots < 2, value);
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

void cotool_mask(const uint8_t *line, const uint8_t *end, cotool_header *memo,
                 cotool_masked *masked) {
    writer w;
    const uint8_t *p;
    int size, words = 0, before = ' ', timed;
    if (end - line > COTOOL_FORM_LINE) end = line + COTOOL_FORM_LINE;
    masked->parameters = 0;
    p = read_header(line, end, masked->text, &size, memo);
    timed = size != 0;
    masked->message = (uint32_t)(p - line);
    masked->text[size] = COTOOL_SIGNATURE;
    w.line = line, w.end = end, w.masked = masked;
    w.to = masked->text + size + 1;
    w.stop = w.to + COTOOL_FORM_SIZE;
    while (end > p && is(end[-1], BLANK)) end--;
    w.end = end;
    if (p < end && *p == '{' && end - p > 8) {
        static const char *const keys[] = {"msg", "message", "@message", "event", "log"};
        for (int n = 0; n < 5; n++) {
            cotool_value value = cotool_json_find(p, end, keys[n]);
            if (value.kind != COTOOL_STRING) continue;
            p = value.start, w.end = end = value.end;
            masked->message = (uint32_t)(p - line);
            masked->text[size] = '{', masked->text[size + 1] = COTOOL_SIGNATURE;
            w.to++;
            timed = 1;
            break;
        }
    }
    while (p < end) {
        uint8_t c = *p;
        int k = class_of[c];
        if (w.to >= w.stop - LONGEST_WORD - 16) {
            put_parameter(&w, p, end, COTOOL_PARAMETER, 0, 0); /* the rest */
            break;
        }
        if (k & WORD) {
            p = put_word(&w, p, !timed && words < 6);
            before = p[-1];
            continue;
        }
        if (k & BLANK) {
            const uint8_t *q = p + 1;
            while (q < end && is(*q, BLANK)) q++;
            if (c == '\t' && q == p + 1) {
                *w.to++ = '\t';
            } else {
                *w.to++ = ' ';
                if (q - p > 1) *w.to++ = ' ';
            }
            words++, before = ' ', p = q;
            continue;
        }
        if (c == '/' && !(is((uint8_t)before, WORD) || strchr("._-/*>)]", before))) {
            const uint8_t *q = path_end(p, end);
            if (q > p) {
                put_parameter(&w, p, q, COTOOL_PARAMETER, 0, 0);
                before = 'a', p = q;
                continue;
            }
        }
        /* A sign: -1, blk_-6952295868487656571 */
        if ((c == '-' || c == '+') && end - p > 1 && is(p[1], DIGIT) &&
            !(is((uint8_t)before, DIGIT | LETTER) || strchr(")]}-", before))) {
            const uint8_t *q;
            int first = masked->parameters;
            q = put_word(&w, p + 1, 0);
            if (masked->parameters > first) {
                masked->parameter[first].start = (uint32_t)(p - line);
                if (c == '-') masked->parameter[first].value *= -1;
            }
            before = q[-1], p = q;
            continue;
        }
        *w.to++ = k & CONTROL ? 0x1A : c;
        before = c;
        p++;
    }
    masked->size = (uint32_t)(w.to - masked->text);
}

/* ---- figures of a form --------------------------------------------------------------------- */

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Makes the time line hold [first, last] as well, in the narrowest width that can. */
static int fit_timeline(cotool_form *f, const int64_t *widths, int64_t first, int64_t last) {
    uint64_t counts[COTOOL_TIMELINE] = {0};
    int64_t start, ratio;
    int width = f->width;
    while (widths[width + 1] && floor_divide(last, widths[width]) -
                                        floor_divide(first, widths[width]) >= COTOOL_TIMELINE)
        width++;
    if (!f->timeline) {
        f->timeline = calloc(COTOOL_TIMELINE, sizeof *f->timeline);
        if (!f->timeline) return ENOMEM;
        f->width = width, f->start = floor_divide(first, widths[width]);
        return 0;
    }
    start = floor_divide(first, widths[width]);
    if (width == f->width && start == f->start) return 0;
    f->from = f->until = 0;
    ratio = widths[width] / widths[f->width];
    for (int n = 0; n < COTOOL_TIMELINE; n++)
        if (f->timeline[n])
            counts[floor_divide(f->start + n, ratio) - start] += f->timeline[n];
    memcpy(f->timeline, counts, sizeof counts);
    f->width = width, f->start = start;
    return 0;
}

static int count_time(cotool_form *f, const int64_t *widths, int64_t seconds, uint64_t count) {
    if (seconds < f->from || seconds >= f->until) {
        int64_t bucket = floor_divide(seconds, widths[f->width]) - f->start;
        if (!f->timeline || bucket < 0 || bucket >= COTOOL_TIMELINE) {
            if (fit_timeline(f, widths, seconds < f->first ? seconds : f->first,
                             seconds > f->last ? seconds : f->last))
                return ENOMEM;
            bucket = floor_divide(seconds, widths[f->width]) - f->start;
        }
        f->now = (int)bucket;
        f->from = (f->start + bucket) * widths[f->width];
        f->until = f->from + widths[f->width];
    }
    if (seconds < f->first) f->first = seconds;
    if (seconds > f->last) f->last = seconds;
    f->timeline[f->now] += count;
    return 0;
}

static void mark_register(uint8_t *registers, uint64_t hash) {
    uint8_t *r = &registers[hash & (COTOOL_REGISTERS - 1)];
    uint8_t rank = (uint8_t)(__builtin_clzll((hash >> 8) | 1) - 7);
    if (rank > *r) *r = rank;
}

double cotool_distinct(const uint8_t *registers) {
    const double m = COTOOL_REGISTERS;
    double sum = 0, estimate;
    int empty = 0;
    for (int n = 0; n < COTOOL_REGISTERS; n++) {
        sum += ldexp(1, -registers[n]);
        empty += !registers[n];
    }
    estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    return estimate <= 2.5 * m && empty ? m * log(m / empty) : estimate;
}

static int ranges_of(const cotool_form *f) {
    return f->parameters < COTOOL_RANGES ? f->parameters : COTOOL_RANGES;
}

/* The first parameter whose range is known. */
static int first_range(const cotool_form *f) { return f->parameters - ranges_of(f); }

/* Counts what a kept line holds among the distinct values. */
static void mark_kept(cotool_form *f, const cotool_kept *kept) {
    const uint8_t *p = kept->bytes;
    const int first = first_range(f);
    for (int k = 0; k < f->parameters; k++) {
        uint64_t hash;
        memcpy(&hash, p, 8);
        if (k >= first) mark_register(f->registers + (k - first) * COTOOL_REGISTERS, hash);
        p += 10 + (p[8] | p[9] << 8);
    }
}

/* From now on not every distinct line is kept: distinct values are estimated. */
static int crowd(cotool_form *f) {
    int count = ranges_of(f);
    if (f->crowded) return 0;
    f->crowded = 1;
    if (!count) return 0;
    f->registers = calloc((size_t)count, COTOOL_REGISTERS);
    if (!f->registers) return ENOMEM;
    for (int n = 0; n < f->kept; n++) mark_kept(f, &f->keep[n]);
    return 0;
}

/* Lines of a greater hash than this are not kept. */
static void set_limit(cotool_form *f, int most) {
    if (f->kept == most && f->keep[most - 1].hash < f->limit) f->limit = f->keep[most - 1].hash;
}

static int cut_kept(cotool_form *f, int most) {
    if (f->kept <= most) return 0;
    if (crowd(f)) return ENOMEM;
    while (f->kept > most) free(f->keep[--f->kept].bytes);
    set_limit(f, most);
    return 0;
}

/* The place of a hash among those that are kept, or where it would be. */
static int kept_place(const cotool_form *f, uint64_t hash) {
    int low = 0, high = f->kept;
    while (low < high) {
        int middle = (low + high) / 2;
        if (f->keep[middle].hash < hash) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Room for one more at `place`; the last one goes where there are `most`. */
static int open_place(cotool_form *f, int place, int most) {
    if (f->kept == most) {
        if (crowd(f)) return ENOMEM;
        free(f->keep[--f->kept].bytes);
    }
    if (f->kept == f->room) {
        int room = f->room ? 2 * f->room : 2;
        cotool_kept *keep = realloc(f->keep, (size_t)room * sizeof *keep);
        if (!keep) return ENOMEM;
        f->keep = keep, f->room = room;
    }
    memmove(f->keep + place + 1, f->keep + place, (size_t)(f->kept - place) * sizeof *f->keep);
    f->kept++;
    return 0;
}

/* The parameters of a line: of each its hash, its size in two bytes, and its bytes. */
static int keep_line(cotool_form *f, const uint8_t *line, const cotool_masked *m,
                     const uint64_t *hashes, uint64_t hash, int most) {
    size_t size = 0;
    int place = kept_place(f, hash);
    uint8_t *to;
    if (place < f->kept && f->keep[place].hash == hash) {
        f->keep[place].count++;
        return 0;
    }
    if (place >= most) return crowd(f);
    for (int n = 0; n < m->parameters; n++)
        size += 10 + least_size(m->parameter[n].end - m->parameter[n].start, COTOOL_KEPT_SIZE);
    to = malloc(size + 1);
    if (!to) return ENOMEM;
    if (open_place(f, place, most)) {
        free(to);
        return ENOMEM;
    }
    f->keep[place].hash = hash, f->keep[place].count = 1;
    f->keep[place].bytes = to, f->keep[place].size = (uint32_t)size;
    for (int n = 0; n < m->parameters; n++) {
        size_t length = least_size(m->parameter[n].end - m->parameter[n].start,
                                          COTOOL_KEPT_SIZE);
        memcpy(to, &hashes[n], 8);
        to[8] = (uint8_t)length, to[9] = (uint8_t)(length >> 8);
        memcpy(to + 10, line + m->parameter[n].start, length);
        to += 10 + length;
    }
    set_limit(f, most);
    return 0;
}

/* ---- the table ----------------------------------------------------------------------------- */

static void free_form(cotool_form *f) {
    for (int n = 0; n < f->kept; n++) free(f->keep[n].bytes);
    free(f->keep);
    free(f->timeline);
    free(f->registers);
}

void cotool_forms_open(cotool_forms *forms, const int64_t *widths) {
    memset(forms, 0, sizeof *forms);
    forms->widths = widths;
    forms->samples = COTOOL_SAMPLES;
}

void cotool_forms_reset(cotool_forms *forms) {
    for (size_t n = 0; n < forms->count; n++) free_form(&forms->form[n]);
    if (forms->slots > 4096 && forms->slots > 16 * forms->count) {
        free(forms->slot);
        forms->slot = NULL, forms->slots = 0;
    }
    if (forms->slots) memset(forms->slot, 0, forms->slots * sizeof *forms->slot);
    if (forms->collapsed_slots)
        memset(forms->collapsed, 0, forms->collapsed_slots * sizeof *forms->collapsed);
    forms->count = forms->texts_size = forms->collapsed_count = 0;
    forms->samples = COTOOL_SAMPLES;
    forms->folding = 0, forms->least_count = 0, forms->settle_at = 0;
}

void cotool_forms_close(cotool_forms *forms) {
    for (size_t n = 0; n < forms->count; n++) free_form(&forms->form[n]);
    free(forms->form);
    free(forms->slot);
    free(forms->texts);
    free(forms->collapsed);
    free(forms->least);
    free(forms->labels);
    memset(forms, 0, sizeof *forms);
}

static size_t find_slot(const cotool_forms *forms, uint64_t hash, const uint8_t *text,
                        uint32_t size) {
    size_t mask = forms->slots - 1, at = (size_t)hash & mask;
    while (forms->slot[at]) {
        const cotool_form *f = &forms->form[forms->slot[at] - 1];
        if (f->hash == hash && f->size == size && !memcmp(forms->texts + f->text, text, size))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

const cotool_form *cotool_forms_find(const cotool_forms *forms, const uint8_t *text, uint32_t size,
                                     int inferred) {
    size_t at;
    if (!forms->slots) return NULL;
    at = find_slot(forms, cotool_hash(text, size, (uint64_t)inferred), text, size);
    return forms->slot[at] ? &forms->form[forms->slot[at] - 1] : NULL;
}

static int index_forms(cotool_forms *forms, size_t slots) {
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (!slot) return ENOMEM;
    free(forms->slot);
    forms->slot = slot, forms->slots = slots;
    for (size_t n = 0; n < forms->count; n++) {
        size_t at = (size_t)forms->form[n].hash & (slots - 1);
        while (slot[at]) at = (at + 1) & (slots - 1);
        slot[at] = (uint32_t)n + 1;
    }
    return 0;
}

/* Distinct lines that are kept of each form: fewer of each where there are many. */
static int samples_for(size_t forms) {
    return forms <= 1024 ? COTOOL_SAMPLES : forms <= 8192 ? COTOOL_SAMPLES / 4 : COTOOL_SAMPLES / 16;
}

/* The form of a text, new where there is none; NULL without memory. */
static cotool_form *form_of(cotool_forms *forms, uint64_t hash, const uint8_t *text, uint32_t size,
                            int *is_new) {
    size_t at;
    cotool_form *f;
    *is_new = 0;
    if (4 * forms->count >= 3 * forms->slots &&
        index_forms(forms, forms->slots ? 2 * forms->slots : 256))
        return NULL;
    at = find_slot(forms, hash, text, size);
    if (forms->slot[at]) return &forms->form[forms->slot[at] - 1];
    if (forms->count == forms->room) {
        size_t room = forms->room ? 2 * forms->room : 64;
        f = realloc(forms->form, room * sizeof *f);
        if (!f) return NULL;
        forms->form = f, forms->room = room;
    }
    if (forms->texts_size + size > forms->texts_room) {
        size_t room = 2 * forms->texts_room + size + 4096;
        uint8_t *texts = realloc(forms->texts, room);
        if (!texts) return NULL;
        forms->texts = texts, forms->texts_room = room;
    }
    f = &forms->form[forms->count++];
    memset(f, 0, sizeof *f);
    f->hash = hash, f->size = size, f->text = forms->texts_size;
    f->first = INT64_MAX, f->last = INT64_MIN;
    f->limit = UINT64_MAX;
    memcpy(forms->texts + f->text, text, size);
    forms->texts_size += size;
    forms->slot[at] = (uint32_t)forms->count;
    if (samples_for(forms->count) < forms->samples) {
        forms->samples = samples_for(forms->count);
        for (size_t n = 0; n < forms->count; n++)
            if (cut_kept(&forms->form[n], forms->samples)) return NULL;
    }
    *is_new = 1;
    return f;
}

/* The bits of what was a number in every line; the ranges of those. */
static void widen_ranges(cotool_form *f, const cotool_masked *m) {
    const int count = ranges_of(f), first = first_range(f);
    for (int n = 0; n < count; n++) {
        const cotool_parameter *x = &m->parameter[first + n];
        if (!x->is_number) {
            f->numbers &= (uint16_t)~(1u << n);
            continue;
        }
        if (x->value < f->least[n]) f->least[n] = x->value;
        if (x->value > f->greatest[n]) f->greatest[n] = x->value;
    }
}

/* ---- folding -------------------------------------------------------------------------------- */

/* With more forms than COTOOL_FORMS the table becomes a tree of words: where more words follow a
 * beginning than its depth allows, they become one. Which do depends on the set of forms alone:
 * beginnings are judged from the first word on, and words that follow only become more. So tables
 * of parts, folded or not, add up to the same.
 */

#define DEPTH 24
/* Of the signature, the first word, the second ...; later words as the last one. The second row
 * bounds the number of forms whatever they are; it takes over where more than MANY were seen. */
static const int limits[2][8] = {{256, 1024, 256, 64, 64, 32, 32, 16}, {4, 512, 8, 2, 2, 1, 1, 1}};
#define MANY (4.0 * COTOOL_FORMS)
#define LEAST 512

typedef struct {
    uint64_t *key;
    int32_t *value;
    size_t mask;
} counter;

static int counter_open(counter *c, size_t expected) {
    size_t slots = 64;
    while (slots < 2 * expected) slots *= 2;
    c->mask = slots - 1;
    c->key = calloc(slots, sizeof *c->key);
    c->value = calloc(slots, sizeof *c->value);
    return c->key && c->value ? 0 : ENOMEM;
}

static void counter_close(counter *c) {
    free(c->key);
    free(c->value);
}

static int32_t *counter_at(counter *c, uint64_t key) {
    size_t at;
    key += !key;
    for (at = (size_t)key & c->mask; c->key[at] && c->key[at] != key; at = (at + 1) & c->mask) {
    }
    c->key[at] = key;
    return &c->value[at];
}

static int has_collapsed(const cotool_forms *forms, uint64_t key) {
    size_t mask = forms->collapsed_slots - 1;
    if (!forms->collapsed_slots) return 0;
    key += !key;
    for (size_t at = (size_t)key & mask; forms->collapsed[at]; at = (at + 1) & mask)
        if (forms->collapsed[at] == key) return 1;
    return 0;
}

static int add_collapsed(cotool_forms *forms, uint64_t key) {
    size_t at;
    if (has_collapsed(forms, key)) return 0;
    if (2 * (forms->collapsed_count + 1) > forms->collapsed_slots) {
        size_t slots = forms->collapsed_slots ? 2 * forms->collapsed_slots : 64;
        uint64_t *collapsed = calloc(slots, sizeof *collapsed);
        if (!collapsed) return ENOMEM;
        for (size_t n = 0; n < forms->collapsed_slots; n++) {
            uint64_t old = forms->collapsed[n];
            if (!old) continue;
            for (at = (size_t)old & (slots - 1); collapsed[at]; at = (at + 1) & (slots - 1)) {
            }
            collapsed[at] = old;
        }
        free(forms->collapsed);
        forms->collapsed = collapsed, forms->collapsed_slots = slots;
    }
    key += !key;
    for (at = (size_t)key & (forms->collapsed_slots - 1); forms->collapsed[at];
         at = (at + 1) & (forms->collapsed_slots - 1)) {
    }
    forms->collapsed[at] = key;
    forms->collapsed_count++;
    return 0;
}

/* The word at *at with the blanks before it; the signature is the first word. */
static size_t next_piece(const uint8_t *text, size_t size, size_t at, size_t *word) {
    size_t stop = at;
    if (at == 0) {
        while (stop < size && text[stop] != COTOOL_SIGNATURE) stop++;
        *word = 0;
        return stop;
    }
    if (text[stop] == COTOOL_SIGNATURE) stop++;
    while (stop < size && is(text[stop], BLANK)) stop++;
    *word = stop;
    while (stop < size && !is(text[stop], BLANK)) stop++;
    return stop;
}

static uint64_t extend(uint64_t prefix, const uint8_t *text, size_t at, size_t word, size_t stop,
                       int folded) {
    static const uint8_t mark = COTOOL_FOLDED;
    prefix = cotool_hash(text + at, word - at, prefix);
    return folded ? cotool_hash(&mark, 1, prefix) : cotool_hash(text + word, stop - word, prefix);
}

/* Puts the mark of folded words where the tree has one; tells whether there was one. */
static int fold_text(const cotool_forms *forms, uint8_t *text, uint32_t *size) {
    uint8_t out[COTOOL_FORM_ROOM];
    size_t at = 0, to = 0;
    uint64_t prefix = 0;
    int changed = 0;
    for (int depth = 0; at < *size || depth == 0; depth++) {
        size_t word, stop = next_piece(text, *size, at, &word);
        int folded;
        if (depth == DEPTH) {
            memcpy(out + to, text + at, word - at);
            to += word - at;
            out[to++] = COTOOL_FOLDED;
            changed = 1;
            break;
        }
        folded = has_collapsed(forms, prefix);
        memcpy(out + to, text + at, word - at);
        to += word - at;
        if (folded) {
            changed |= stop - word != 1 || text[word] != COTOOL_FOLDED;
            out[to++] = COTOOL_FOLDED;
        } else {
            memcpy(out + to, text + word, stop - word);
            to += stop - word;
        }
        prefix = extend(prefix, text, at, word, stop, folded);
        at = stop;
    }
    memcpy(text, out, to);
    *size = (uint32_t)to;
    return changed;
}

/* Notes one of the distinct forms, of which the least hashes tell how many there are. */
static int note_hash(cotool_forms *forms, uint64_t hash) {
    int low = 0, high = forms->least_count;
    if (!forms->least && !(forms->least = malloc((LEAST + 1) * sizeof *forms->least))) return ENOMEM;
    if (high == LEAST && hash >= forms->least[LEAST - 1]) return 0;
    while (low < high) {
        int middle = (low + high) / 2;
        if (forms->least[middle] < hash) low = middle + 1;
        else high = middle;
    }
    if (low < forms->least_count && forms->least[low] == hash) return 0;
    memmove(forms->least + low + 1, forms->least + low,
            (size_t)(forms->least_count - low) * sizeof *forms->least);
    forms->least[low] = hash;
    if (forms->least_count < LEAST) forms->least_count++;
    return 0;
}

static size_t settle_limit(const cotool_forms *forms) {
    return forms->folding ? forms->settle_at : COTOOL_FORMS;
}

/* Finds the beginnings that too many words follow. */
static int collapse(cotool_forms *forms) {
    size_t count = forms->count;
    uint64_t *prefix = calloc(count + 1, sizeof *prefix);
    uint32_t *at = calloc(count + 1, sizeof *at);
    int status = prefix && at ? 0 : ENOMEM, left = 1;
    for (int depth = 0; depth < DEPTH && left && !status; depth++) {
        const int limit = limits[forms->folding - 1][depth < 7 ? depth : 7];
        counter pairs, words;
        status = counter_open(&pairs, count) | counter_open(&words, count);
        left = 0;
        for (size_t n = 0; n < count && !status; n++) {
            const cotool_form *f = &forms->form[n];
            const uint8_t *text = forms->texts + f->text;
            size_t word, stop;
            uint64_t next;
            if (at[n] >= f->size && depth) continue;
            left = 1;
            stop = next_piece(text, f->size, at[n], &word);
            if (stop - word == 1 && text[word] == COTOOL_FOLDED)
                status = add_collapsed(forms, prefix[n]);
            next = extend(prefix[n], text, at[n], word, stop, 0);
            if (!(*counter_at(&pairs, next))++ && ++*counter_at(&words, prefix[n]) > limit)
                status = add_collapsed(forms, prefix[n]);
        }
        for (size_t n = 0; n < count && !status; n++) {
            const cotool_form *f = &forms->form[n];
            const uint8_t *text = forms->texts + f->text;
            size_t word, stop;
            if (at[n] >= f->size && depth) continue;
            stop = next_piece(text, f->size, at[n], &word);
            prefix[n] = extend(prefix[n], text, at[n], word, stop,
                               has_collapsed(forms, prefix[n]));
            at[n] = (uint32_t)stop;
        }
        counter_close(&pairs);
        counter_close(&words);
    }
    free(prefix);
    free(at);
    return status;
}

static int add_form(cotool_forms *forms, const cotool_form *g, const uint8_t *text, uint32_t size,
                    const int64_t *widths, int whole);

int cotool_forms_settle(cotool_forms *forms) {
    cotool_forms old;
    int status = 0;
    if (!forms->folding) {
        if (forms->count <= COTOOL_FORMS) return 0;
        forms->folding = 1;
        for (size_t n = 0; n < forms->count && !status; n++)
            status = note_hash(forms, forms->form[n].hash);
    }
    if (forms->folding == 1 && forms->least_count == LEAST &&
        (LEAST - 1) / ldexp((double)forms->least[LEAST - 1], -64) > MANY)
        forms->folding = 2;
    if (!status) status = collapse(forms);
    if (status) return status;
    old = *forms;
    forms->form = NULL, forms->slot = NULL, forms->texts = NULL;
    forms->count = forms->room = forms->slots = forms->texts_size = forms->texts_room = 0;
    for (size_t n = 0; n < old.count && !status; n++)
        status = add_form(forms, &old.form[n], old.texts + old.form[n].text, old.form[n].size,
                          old.widths, 0);
    for (size_t n = 0; n < old.count; n++) free_form(&old.form[n]);
    free(old.form);
    free(old.slot);
    free(old.texts);
    forms->settle_at = 2 * (forms->count > COTOOL_FORMS ? forms->count : COTOOL_FORMS);
    return status;
}

/* ---- adding -------------------------------------------------------------------------------- */

/* Adds the figures of another table's form. */
static int add_form(cotool_forms *forms, const cotool_form *g, const uint8_t *given, uint32_t size,
                    const int64_t *widths, int whole) {
    uint8_t text[COTOOL_FORM_ROOM];
    const int inferred = whole ? 0 : g->inferred;
    cotool_form *f;
    int is_new, folded = 0, count;
    memcpy(text, given, size);
    if (forms->folding) folded = fold_text(forms, text, &size);
    f = form_of(forms, cotool_hash(text, size, (uint64_t)inferred), text, size, &is_new);
    if (!f) return ENOMEM;
    folded |= memchr(text, COTOOL_FOLDED, size) != NULL;
    if (is_new) {
        f->inferred = (uint8_t)inferred;
        f->parameters = folded ? 0 : g->parameters;
        f->numbers = 0xFFFF;
        f->crowded = (uint8_t)folded;
        for (int n = 0; n < COTOOL_RANGES; n++) f->least[n] = INFINITY, f->greatest[n] = -INFINITY;
    }
    f->count += g->count;
    for (int n = 0; n < COTOOL_LOG_LEVELS; n++) f->levels[n] += g->levels[n];
    if (g->first <= g->last) {
        const int64_t width = widths[g->width];
        if (g->first < f->first) f->first = g->first;
        if (g->last > f->last) f->last = g->last;
        if (fit_timeline(f, forms->widths, f->first, f->last)) return ENOMEM;
        for (int n = 0; n < COTOOL_TIMELINE; n++) {
            int64_t at = (g->start + n) * width;
            if (!g->timeline[n]) continue;
            if (at < g->first) at = g->first;
            if (count_time(f, forms->widths, at, g->timeline[n])) return ENOMEM;
        }
    }
    if (folded) return 0;
    f->numbers &= g->numbers;
    count = ranges_of(f);
    for (int n = 0; n < count; n++) {
        if (g->least[n] < f->least[n]) f->least[n] = g->least[n];
        if (g->greatest[n] > f->greatest[n]) f->greatest[n] = g->greatest[n];
    }
    if (g->crowded && crowd(f)) return ENOMEM;
    for (int n = 0; n < g->kept; n++) {
        const cotool_kept *from = &g->keep[n];
        int place = kept_place(f, from->hash);
        if (place < f->kept && f->keep[place].hash == from->hash) {
            f->keep[place].count += from->count;
        } else if (place >= forms->samples) {
            if (crowd(f)) return ENOMEM;
        } else {
            uint8_t *bytes = malloc(from->size + 1);
            if (!bytes || open_place(f, place, forms->samples)) {
                free(bytes);
                return ENOMEM;
            }
            memcpy(bytes, from->bytes, from->size);
            f->keep[place] = *from;
            f->keep[place].bytes = bytes;
            set_limit(f, forms->samples);
        }
        if (f->registers && !g->registers) mark_kept(f, from);
    }
    if (f->registers && g->registers)
        for (size_t n = 0; n < (size_t)count * COTOOL_REGISTERS; n++)
            if (g->registers[n] > f->registers[n]) f->registers[n] = g->registers[n];
    return 0;
}

int cotool_forms_merge(cotool_forms *forms, const cotool_forms *from, int whole) {
    int status = 0;
    if (from->folding) {
        if (!forms->folding) {
            forms->folding = 1, forms->settle_at = 2 * COTOOL_FORMS;
            for (size_t n = 0; n < forms->count && !status; n++)
                status = note_hash(forms, forms->form[n].hash);
        }
        if (from->folding > forms->folding) forms->folding = from->folding;
        for (int n = 0; n < from->least_count && !status; n++)
            status = note_hash(forms, from->least[n]);
    }
    for (size_t n = 0; n < from->count && !status; n++) {
        const cotool_form *g = &from->form[n];
        if (forms->folding && !from->folding) status = note_hash(forms, g->hash);
        if (!status)
            status = add_form(forms, g, from->texts + g->text, g->size, from->widths, whole);
        if (!status && forms->count > settle_limit(forms)) status = cotool_forms_settle(forms);
    }
    return status;
}

int cotool_forms_insert(cotool_forms *forms, const cotool_form *form, const uint8_t *text,
                        size_t size) {
    if (form->crowded && memchr(text, COTOOL_FOLDED, size) && !forms->folding) {
        forms->folding = 1, forms->settle_at = 2 * COTOOL_FORMS;
    }
    if (add_form(forms, form, text, (uint32_t)size, forms->widths, 0)) return ENOMEM;
    return forms->count > settle_limit(forms) ? cotool_forms_settle(forms) : 0;
}

int cotool_forms_fold(cotool_forms *forms, int folding, const uint64_t *least, int count) {
    int status = 0;
    if (folding > forms->folding) forms->folding = folding, forms->settle_at = 2 * COTOOL_FORMS;
    for (int n = 0; n < count && !status; n++) status = note_hash(forms, least[n]);
    return status;
}

int cotool_forms_add(cotool_forms *forms, const uint8_t *line, const uint8_t *end,
                     const cotool_record_facts *facts) {
    cotool_masked m;
    uint64_t hashes[COTOOL_FORM_PARAMETERS], hash, all = 0;
    cotool_form *f;
    int is_new, folded = 0;
    cotool_mask(line, end, &forms->header, &m);
    hash = cotool_hash(m.text, m.size, (uint64_t)facts->inferred);
    if (forms->folding) {
        if (note_hash(forms, hash)) return ENOMEM;
        folded = fold_text(forms, m.text, &m.size);
        if (folded) hash = cotool_hash(m.text, m.size, (uint64_t)facts->inferred);
    }
    f = form_of(forms, hash, m.text, m.size, &is_new);
    if (!f) return ENOMEM;
    if (is_new) {
        f->inferred = (uint8_t)facts->inferred;
        f->parameters = folded ? 0 : (uint8_t)m.parameters;
        f->numbers = 0xFFFF;
        f->crowded = (uint8_t)folded;
        for (int n = 0; n < COTOOL_RANGES; n++) f->least[n] = INFINITY, f->greatest[n] = -INFINITY;
        if (forms->prior && !folded) {
            const cotool_form *before = cotool_forms_find(forms->prior, m.text, m.size,
                                                          facts->inferred);
            if (before) f->limit = before->limit;
            if (before && before->crowded && crowd(f)) return ENOMEM;
        }
    }
    f->count++;
    f->levels[facts->level]++;
    if (facts->has_time && count_time(f, forms->widths, facts->seconds, 1)) return ENOMEM;
    if (!folded) {
        int count = ranges_of(f);
        for (int n = 0; n < m.parameters; n++) {
            const cotool_parameter *x = &m.parameter[n];
            hashes[n] = cotool_hash(line + x->start, x->end - x->start, 0);
            all = fold_product(all ^ hashes[n], 0xD6E8FEB86659FD93u) + (uint64_t)n;
        }
        widen_ranges(f, &m);
        if (!m.parameters) {
            /* Nothing differs between its lines. */
        } else if (all > f->limit) {
            if (crowd(f)) return ENOMEM;
        } else if (keep_line(f, line, &m, hashes, all, forms->samples)) {
            return ENOMEM;
        }
        if (f->registers)
            for (int n = 0; n < count; n++)
                mark_register(f->registers + n * COTOOL_REGISTERS, hashes[first_range(f) + n]);
    }
    if (is_new && forms->count > settle_limit(forms)) return cotool_forms_settle(forms);
    return 0;
}

/* ---- labels -------------------------------------------------------------------------------- */

int cotool_forms_label(cotool_forms *forms, const uint8_t *text, size_t size, uint32_t name,
                       const uint32_t *pieces, uint32_t count) {
    const size_t more = sizeof(cotool_label) + (size_t)count * 2 * sizeof *pieces;
    cotool_form *f = (cotool_form *)cotool_forms_find(forms, text, (uint32_t)size, 0);
    cotool_label *label;
    if (!f) return ENOENT;
    if (forms->labels_size + more > forms->labels_room) {
        size_t room = 2 * forms->labels_room + more + 4096;
        uint8_t *labels = realloc(forms->labels, room);
        if (!labels) return ENOMEM;
        forms->labels = labels, forms->labels_room = room;
    }
    label = (cotool_label *)(forms->labels + forms->labels_size);
    label->name = name, label->pieces = count;
    if (count) memcpy(label->piece, pieces, (size_t)count * 2 * sizeof *pieces);
    f->label = forms->labels_size + 1;
    forms->labels_size += more;
    return 0;
}

/* Where the bytes of a message's form stand in its line. */
static void trace_origin(const uint8_t *line, const uint8_t *end, const uint8_t *form, size_t size,
                         const cotool_masked *m, uint32_t *origin) {
    const uint8_t *p = line + m->message;
    int parameter = 0;
    for (size_t n = 0; n < size; n++) {
        origin[n] = (uint32_t)(p - line);
        if (form[n] >= COTOOL_PARAMETER && form[n] <= COTOOL_EPOCH) {
            if (parameter < m->parameters) {
                origin[n] = m->parameter[parameter].start;
                p = line + m->parameter[parameter++].end;
            }
        } else if (is(form[n], BLANK) && n + 1 < size && is(form[n + 1], BLANK)) {
            p++;
        } else if (is(form[n], BLANK)) {
            while (p < end && is(*p, BLANK)) p++;
        } else {
            p += p < end;
        }
    }
    origin[size] = (uint32_t)(p - line);
}

const cotool_label *cotool_forms_lookup(const cotool_forms *forms, const uint8_t *line,
                                        const uint8_t *end, cotool_header *memo,
                                        cotool_masked *m, uint32_t *origin) {
    const cotool_form *f;
    const uint8_t *message;
    if (end - line > COTOOL_FORM_LINE) end = line + COTOOL_FORM_LINE;
    cotool_mask(line, end, memo, m);
    f = cotool_forms_find(forms, m->text, m->size, 0);
    if (!f && forms->folding && fold_text(forms, m->text, &m->size))
        f = cotool_forms_find(forms, m->text, m->size, 0);
    if (!f || !f->label) return NULL;
    message = (const uint8_t *)memchr(m->text, COTOOL_SIGNATURE, m->size) + 1;
    trace_origin(line, end, message, m->size - (size_t)(message - m->text), m, origin);
    return (const cotool_label *)(forms->labels + f->label - 1);
}
