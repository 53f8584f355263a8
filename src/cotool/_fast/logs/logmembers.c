/* See logmembers.h. */
#include "logs/logmembers.h"

#include <errno.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "logs/loglogfmt.h"
#include "logs/logreading.h"

/* Adds value number n to those that were found, if it is needed and the first one. */
COTOOL_INLINE void take_value(int n, const cotool_value *value, cotool_members *members) {
    if (n < 0 || members->found >> n & 1) return;
    members->found |= (uint64_t)1 << n;
    members->value[n] = *value;
}

/* The same for an object or a list, which counts only if nothing else is found. */
static void take_nested(int n, const cotool_value *value, cotool_members *members) {
    if (n < 0 || (members->found | members->nested) >> n & 1) return;
    members->nested |= (uint64_t)1 << n;
    members->value[n] = *value;
}

COTOOL_INLINE int is_blank(uint8_t c) { return c == ' ' || c == '\t' || c == '\r'; }

/* Tells whether a byte ends a number or a name in JSON. */
COTOOL_INLINE int ends_bare(uint8_t c) {
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t';
}

/* Tells whether a byte may come before the key of a pair in text, and whether it ends a value. */
COTOOL_INLINE int opens_pair(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == ';' || c == '|' || c == '(' ||
           c == '[' || c == '{' || c == 0;
}
COTOOL_INLINE int ends_pair(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == ';' || c == '|' || c == ')' ||
           c == ']' || c == '}' || c == 0;
}

/* Tells whether brackets in a line are those of an address before its port: [2001:db8::1]:8080. */
static int is_address(const uint8_t *open, const uint8_t *close, const uint8_t *end) {
    if (end - close < 3 || close[1] != ':' || !cotool_is_digit(close[2])) return 0;
    for (const uint8_t *p = open + 1; p < close; p++)
        if (!cotool_is_digit(*p) && *p != ':' && *p != '.' && ((*p | 0x20) < 'a' || (*p | 0x20) > 'f')) return 0;
    return 1;
}

#if COTOOL_DISPATCH
/* The bytes that end a value, by their lower four bits. Other places have a byte that is not looked up
 * there. Both } and ] end what is bare: the latter is compared. */
typedef union {
    uint8_t byte[32];
    __m128i one;
    __m256i two;
} ends_table;
static const ends_table ends_of_strings = {{1, 0, '"', 0, 0, 0, 0, 0, 0, 0, 0, 0, '\\', 0, 0, 0,
                                            1, 0, '"', 0, 0, 0, 0, 0, 0, 0, 0, 0, '\\', 0, 0, 0}};
static const ends_table ends_of_bare = {{' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', 0, 0, ',', '}', 0, 0}};
static const ends_table ends_of_pairs = {{' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', 0, 0, 0, '\r', 0, 0}};
/* Bits of the bytes of ends_pair() by their lower and upper four bits; both halves have the bit. */
static const ends_table pair_ends_lower = {{3, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 4, 2 | 16, 1 | 8 | 16}},
                        pair_ends_upper = {{1, 0, 2, 4, 0, 8, 0, 16}};
#endif

#define COTOOL_AVX512_TARGET \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,popcnt")))
#define COTOOL_AVX2_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define COTOOL_BODY "logs/logmembers.inc"
#include "base/cpu_levels.h"

cotool_members_function *cotool_json_members = cotool_json_members_plain;
cotool_members_function *cotool_logfmt_members = cotool_logfmt_members_plain;

cotool_columns_function *cotool_columns = cotool_columns_plain;
cotool_pair_function *cotool_pair = cotool_pair_plain;
cotool_find_word_function *cotool_find_word = cotool_find_word_plain;
cotool_take_request_function *cotool_take_request = cotool_take_request_plain;
cotool_take_rows_function *cotool_take_planned = cotool_take_planned_plain;
cotool_take_rows_function *cotool_take_requests = cotool_take_requests_plain;

void cotool_members_prepare(void) {
    cotool_json_members = COTOOL_CHOOSE(cotool_json_members);
    cotool_logfmt_members = COTOOL_CHOOSE(cotool_logfmt_members);
    cotool_columns = COTOOL_CHOOSE(cotool_columns);
    cotool_pair = COTOOL_CHOOSE(cotool_pair);
    cotool_find_word = COTOOL_CHOOSE(cotool_find_word);
    cotool_take_request = COTOOL_CHOOSE(cotool_take_request);
    cotool_take_planned = COTOOL_CHOOSE(cotool_take_planned);
    cotool_take_requests = COTOOL_CHOOSE(cotool_take_requests);
}
