/* See logmask.h. */
#include "logs/logmask.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/cpu.h"
#include "logs/logbytes.h"
#include "logs/loghead.h"
#include "logs/loglogfmt.h"
#include "logs/logrequest.h"
#include "logs/logwords.h"

/* A number may be a time among this many first words of a line without a head. */
#define FIRST_WORDS 6

/* The state while a message is masked: where it begins, whether its head has a time, the number of
 * blanks so far. */
typedef struct {
    writer w;
    const uint8_t *start;
    int timed, words;
} masking;

/* Masks the rest of a message from p on, byte by byte and word by word. */
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
            p = put_word(w, p, q, any, !m->timed && m->words < FIRST_WORDS);
            before = p[-1];
            continue;
        }
        if (k & BLANK) {
            p = put_blanks(w, p);
            m->words++, before = ' ';
            continue;
        }
        if (c == '/' && begins_path(before)) {
            const uint8_t *q = put_request(w, p);
            if (q > p) {
                before = q[-1], p = q;
                continue;
            }
            q = path_end(p, end);
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
    cotool_prepare_levels();
    cotool_prepare_classes();
    mask_message = COTOOL_CHOOSE(mask);
}

/* Returns the start of a JSON object at p or after a few names ("api-1 | {…}"), NULL if there is
 * none. */
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

/* Returns the message of a line of JSON, {NULL} if it has none. */
static cotool_value text_of_json(const uint8_t *p, const uint8_t *end) {
    cotool_value value = {0}, none = value;
    if (!(p = object_start(p, end))) return none;
    value = cotool_json_text(p, end, 2);
    return value.kind ? value : none;
}

/* Returns the message of a line of logfmt, `ts=... level=info msg="..."`, {NULL} if it has none. */
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

static void mask_line(const uint8_t *line, const uint8_t *end, cotool_head_shapes *memo,
                      cotool_masked *masked, void (*message)(masking *)) {
    masking m;
    const uint8_t *p;
    cotool_value value;
    int size, json;
    if (end - line > COTOOL_FORM_LINE) end = line + COTOOL_FORM_LINE;
    masked->parameters = 0;
    p = message_start(line, end, masked->text, &size, memo);
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

void cotool_mask(const uint8_t *line, const uint8_t *end, cotool_head_shapes *memo,
                 cotool_masked *masked) {
    mask_line(line, end, memo, masked, mask_message);
}

void cotool_mask_plain(const uint8_t *line, const uint8_t *end, cotool_masked *masked) {
    cotool_head_shapes memo;
    memset(&memo, 0, sizeof memo);
    mask_line(line, end, &memo, masked, mask_plain);
}
