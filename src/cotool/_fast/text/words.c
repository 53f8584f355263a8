/* See words.h. */
#include "text/words.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define trailing_zeros(x) __builtin_ctzll(x)
#define likely(x) __builtin_expect(!!(x), 1)

/* ---- folding ---------------------------------------------------------------------------- */

/* Bits of up to 64 bytes: letters, digits, other word characters, the two kinds of joiners. */
typedef struct {
    uint64_t letter, digit, underscore, apostrophe, point;
} classes;

static classes classify(const uint8_t *text, size_t length, uint8_t *folded) {
    classes c = {0, 0, 0, 0, 0};
    size_t i = 0;
#if defined(__SSE2__)
    /* Signed compares: ASCII bytes are 0..127, so plain ranges work. */
    for (; i + 16 <= length; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(text + i));
        __m128i lower = _mm_or_si128(x, _mm_set1_epi8(0x20));
        __m128i letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                       _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
        __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8('0' - 1)),
                                      _mm_cmplt_epi8(x, _mm_set1_epi8('9' + 1)));
        __m128i point = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('.')),
                                     _mm_cmpeq_epi8(x, _mm_set1_epi8(',')));
        c.letter |= (uint64_t)(uint32_t)_mm_movemask_epi8(letter) << i;
        c.digit |= (uint64_t)(uint32_t)_mm_movemask_epi8(digit) << i;
        c.point |= (uint64_t)(uint32_t)_mm_movemask_epi8(point) << i;
        c.underscore |= (uint64_t)(uint32_t)_mm_movemask_epi8(
                            _mm_cmpeq_epi8(x, _mm_set1_epi8('_')))
                        << i;
        c.apostrophe |= (uint64_t)(uint32_t)_mm_movemask_epi8(
                            _mm_cmpeq_epi8(x, _mm_set1_epi8('\'')))
                        << i;
        x = _mm_or_si128(x, _mm_and_si128(letter, _mm_set1_epi8(0x20)));
        _mm_storeu_si128((__m128i *)(folded + i), x);
    }
#endif
    for (; i < length; i++) {
        uint8_t x = text[i], lower = x | 0x20;
        uint64_t bit = (uint64_t)1 << i;
        int letter = lower >= 'a' && lower <= 'z';
        folded[i] = letter ? lower : x;
        if (letter) c.letter |= bit;
        else if (x >= '0' && x <= '9') c.digit |= bit;
        else if (x == '_') c.underscore |= bit;
        else if (x == '\'') c.apostrophe |= bit;
        else if (x == '.' || x == ',') c.point |= bit;
    }
    return c;
}

/* What the bytes of code points beyond ASCII are, a bit for each byte, as is what they join. */
typedef struct {
    uint64_t *word, *letter, *digit;
} wide_classes;

/* Fold ASCII letters and set the word bits; bytes beyond ASCII are as `wide` says, NULL: none. */
static inline __attribute__((always_inline)) void mark_words(const uint8_t *text, size_t length,
                                                             uint8_t *folded, uint64_t *bits,
                                                             const wide_classes *wide) {
    /* A joiner at the edge of a 64-byte window needs its neighbours in the next and last one. */
    classes last = {0, 0, 0, 0, 0};
    uint64_t before_letter = 0, before_digit = 0; /* bit 0: the byte before `last` */
    uint64_t word = 0;
    size_t words = (length + 63) / 64;
    for (size_t w = 0; w <= words; w++) {
        classes next = {0, 0, 0, 0, 0};
        uint64_t next_word = 0;
        if (w < words) {
            size_t rest = length - 64 * w;
            next = classify(text + 64 * w, rest < 64 ? rest : 64, folded + 64 * w);
            next_word = next.letter | next.digit | next.underscore;
            if (wide) {
                next_word |= wide->word[w];
                next.letter |= wide->letter[w];
                next.digit |= wide->digit[w];
            }
        }
        if (w > 0) {
            uint64_t left_letter = last.letter << 1 | before_letter;
            uint64_t right_letter = last.letter >> 1 | next.letter << 63;
            uint64_t left_digit = last.digit << 1 | before_digit;
            uint64_t right_digit = last.digit >> 1 | next.digit << 63;
            bits[w - 1] = word | (last.apostrophe & left_letter & right_letter) |
                          (last.point & left_digit & right_digit);
            before_letter = last.letter >> 63;
            before_digit = last.digit >> 63;
        }
        last = next;
        word = next_word;
    }
}

void cotool_fold_ascii(const uint8_t *text, size_t length, uint8_t *folded, uint64_t *bits) {
    mark_words(text, length, folded, bits, NULL);
}

static uint8_t *put_utf8(uint8_t *to, uint32_t point) {
    if (point < 0x80) {
        *to++ = (uint8_t)point;
    } else if (point < 0x800) {
        *to++ = (uint8_t)(0xC0 | point >> 6);
        *to++ = (uint8_t)(0x80 | (point & 63));
    } else if (point < 0x10000) {
        *to++ = (uint8_t)(0xE0 | point >> 12);
        *to++ = (uint8_t)(0x80 | (point >> 6 & 63));
        *to++ = (uint8_t)(0x80 | (point & 63));
    } else {
        *to++ = (uint8_t)(0xF0 | point >> 18);
        *to++ = (uint8_t)(0x80 | (point >> 12 & 63));
        *to++ = (uint8_t)(0x80 | (point >> 6 & 63));
        *to++ = (uint8_t)(0x80 | (point & 63));
    }
    return to;
}

#define POINT_AT(text, i, width)                        \
    ((width) == 1   ? ((const uint8_t *)(text))[i]      \
     : (width) == 2 ? ((const uint16_t *)(text))[i]     \
                    : ((const uint32_t *)(text))[i])

/* Functions with a `width` are inlined once for each, which is then a constant. */
#define FOR_WIDTH static inline __attribute__((always_inline))

/* Code points that are looked at together: nearly all texts are ASCII but for some marks. */
#define SOME 16

/* Whether the code points from `i` on are ASCII; if so, they are written as bytes. */
FOR_WIDTH int are_ascii(const void *text, size_t i, const int width, uint8_t *bytes) {
    uint32_t any = 0;
    for (int k = 0; k < SOME; k++) any |= POINT_AT(text, i + (size_t)k, width);
    if (any >= 0x80) return 0;
    for (int k = 0; k < SOME; k++) bytes[k] = (uint8_t)POINT_AT(text, i + (size_t)k, width);
    return 1;
}

FOR_WIDTH uint32_t flags_of(const void *text, size_t length, const int width,
                            const uint32_t *points) {
    uint32_t all = COTOOL_KNOWN, any = 0;
    for (size_t i = 0; i < length;) {
        size_t stop = i + SOME < length ? i + SOME : length;
        uint8_t bytes[SOME];
        if (stop == i + SOME && are_ascii(text, i, width, bytes)) i = stop;
        for (; i < stop; i++) {
            uint32_t point = POINT_AT(text, i, width), entry = points[point];
            if (point < 0x80) continue;
            all &= entry;
            any |= entry;
        }
    }
    return (all & COTOOL_KNOWN) | (any & COTOOL_COMPOSES);
}

uint32_t cotool_point_flags(const void *text, size_t length, int width, const uint32_t *points) {
    if (width == 1) return flags_of(text, length, 1, points);
    if (width == 2) return flags_of(text, length, 2, points);
    return flags_of(text, length, 4, points);
}

static void set_bits(uint64_t *bits, size_t first, size_t last) {
    for (; first < last; first++) bits[first >> 6] |= (uint64_t)1 << (first & 63);
}

FOR_WIDTH size_t fold_points(const void *text, size_t length, const int width,
                             const uint32_t *points, uint8_t *folded, uint64_t *bits) {
    size_t windows = COTOOL_BITS(5 * length);
    wide_classes wide = {bits + windows, bits + 2 * windows, bits + 3 * windows};
    uint8_t *to = folded;
    uint32_t before = 0; /* the entry of the last code point that is not ASCII, or 0 */
    int alone = 0;       /* the last word is complete, marks may still follow */
    memset(wide.word, 0, 3 * windows * sizeof *bits);
    for (size_t i = 0; i < length;) {
        size_t stop = i + SOME < length ? i + SOME : length;
        if (stop == i + SOME && !alone && are_ascii(text, i, width, to)) {
            to += SOME;
            i = stop;
        }
        for (; i < stop; i++) {
            uint32_t point = POINT_AT(text, i, width), entry = 0;
            if (point >= 0x80) {
                entry = points[point];
                point = entry & COTOOL_POINT_MASK;
            }
            /* A space separates a word that is alone from the words beside it. To a joiner on its
             * other side it is what it stands before or after. */
            if ((entry & COTOOL_ALONE) || (alone && !(entry & COTOOL_MARK))) {
                size_t place = (size_t)(to - folded);
                if ((entry & COTOOL_ALONE ? entry : before) & COTOOL_LETTER)
                    set_bits(wide.letter, place, place + 1);
                *to++ = ' ';
                alone = 0;
            }
            if (entry & COTOOL_ALONE) alone = 1;
            before = entry;
            if (point < 0x80) {
                *to++ = (uint8_t)point;
                continue;
            }
            size_t first = (size_t)(to - folded);
            to = put_utf8(to, point);
            size_t last = (size_t)(to - folded);
            if (entry & COTOOL_WORD) set_bits(wide.word, first, last);
            if (entry & COTOOL_LETTER) set_bits(wide.letter, first, last);
            if (entry & COTOOL_DIGIT) set_bits(wide.digit, first, last);
        }
    }
    size_t total = (size_t)(to - folded);
    mark_words(folded, total, folded, bits, &wide);
    return total;
}

size_t cotool_fold_points(const void *text, size_t length, int width, const uint32_t *points,
                          uint8_t *folded, uint64_t *bits) {
    if (width == 1) return fold_points(text, length, 1, points, folded, bits);
    if (width == 2) return fold_points(text, length, 2, points, folded, bits);
    return fold_points(text, length, 4, points, folded, bits);
}

/* ---- words ------------------------------------------------------------------------------ */

size_t cotool_next_word(const uint64_t *bits, size_t length, size_t *position) {
    size_t words = (length + 63) / 64, start = *position, w = start >> 6;
    if (start >= length) return 0;
    uint64_t window = bits[w] & ~(uint64_t)0 << (start & 63);
    while (window == 0) {
        if (++w == words) return 0;
        window = bits[w];
    }
    start = 64 * w + (size_t)trailing_zeros(window);
    *position = start;
    uint64_t gaps = ~bits[w] & ~(uint64_t)0 << (start & 63);
    while (gaps == 0) {
        if (++w == words) return length;
        gaps = ~bits[w];
    }
    size_t end = 64 * w + (size_t)trailing_zeros(gaps);
    return end < length ? end : length;
}

/* ---- interning -------------------------------------------------------------------------- */

static uint64_t load8(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, 8);
    return value;
}

/* Bytes 0..length-1 of an 8-byte load, the rest zero, in memory order on either endianness. */
static uint64_t load_part(const uint8_t *bytes, size_t length) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return length ? load8(bytes) >> (64 - 8 * length) : 0;
#else
    return length ? load8(bytes) & ~(uint64_t)0 >> (64 - 8 * length) : 0;
#endif
}

/* Multiply to 128 bits and fold: the mixing step of wyhash (Wang Yi, public domain design). */
static uint64_t mix(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_rest(const uint8_t *bytes, size_t length, uint64_t seed) {
    uint64_t hash = seed;
    for (; length > 8; bytes += 8, length -= 8) hash = mix(hash ^ load8(bytes), 0xD6E8FEB86659FD93u);
    return mix(hash ^ load_part(bytes, length), 0xA0761D6478BD642Fu ^ seed);
}

/* A quarter of the slots is taken at most: a word that finds its first slot taken by another costs a
 * branch that nothing predicts. */
#define SLOTS_PER_WORD 4

static int open_slots(cotool_vocabulary *vocabulary, size_t words) {
    size_t slots = 256;
    while (slots < SLOTS_PER_WORD * words) slots *= 2;
    if (words > INT32_MAX / 2) return -1;
    vocabulary->slots = calloc(slots, sizeof *vocabulary->slots);
    vocabulary->mask = slots - 1;
    vocabulary->room = (int32_t)(slots / SLOTS_PER_WORD);
    return vocabulary->slots ? 0 : -1;
}

int cotool_vocabulary_open(cotool_vocabulary *vocabulary, size_t expected, uint64_t seed) {
    vocabulary->seed = seed;
    vocabulary->count = 0;
    vocabulary->words = NULL;
    if (open_slots(vocabulary, expected) != 0) return -1;
    vocabulary->words = malloc(((size_t)vocabulary->room + 2) * sizeof(cotool_word));
    if (!vocabulary->words) return -1;
    vocabulary->words[0] = (cotool_word){0, 0, NULL, 0};
    return 0;
}

void cotool_vocabulary_close(cotool_vocabulary *vocabulary) {
    free(vocabulary->slots);
    free(vocabulary->words);
    vocabulary->slots = NULL;
    vocabulary->words = NULL;
}

static uint64_t hash_of(const cotool_vocabulary *vocabulary, uint64_t head, uint64_t tail) {
    return mix(head ^ vocabulary->seed, tail ^ 0x9E3779B97F4A7C15u);
}

static uint64_t slot_of(const cotool_vocabulary *vocabulary, uint64_t head, uint64_t tail) {
    return hash_of(vocabulary, head, tail) & vocabulary->mask;
}

/* Room for so many new words. */
static int make_room(cotool_vocabulary *vocabulary, size_t more) {
    cotool_vocabulary larger = *vocabulary;
    size_t needed = (size_t)vocabulary->count + more;
    if (likely(needed <= (size_t)vocabulary->room)) return 0;
    if (open_slots(&larger, needed + needed / 2) != 0) return -1;
    larger.words = realloc(vocabulary->words, ((size_t)larger.room + 2) * sizeof(cotool_word));
    if (!larger.words) {
        free(larger.slots);
        return -1;
    }
    for (int32_t id = 0; id < larger.count; id++) {
        uint64_t slot = slot_of(&larger, larger.words[id + 1].head, larger.words[id + 1].tail);
        while (larger.slots[slot]) slot = (slot + 1) & larger.mask;
        larger.slots[slot] = id + 1;
    }
    free(vocabulary->slots);
    *vocabulary = larger;
    return 0;
}

/* The id of a word, which gets the next one if it is new. New words are nearly as common as known ones,
 * so both take the same way: the word is written behind all others in any case. */
static inline int32_t id_of(cotool_vocabulary *vocabulary, cotool_word word, uint64_t slot) {
    vocabulary->words[vocabulary->count + 1] = word;
    for (;; slot = (slot + 1) & vocabulary->mask) {
        int32_t held = vocabulary->slots[slot], fresh = held == 0;
        const cotool_word *other = &vocabulary->words[held];
        uint64_t differ = (other->head ^ word.head) | (other->tail ^ word.tail) |
                          (other->length ^ word.length);
        if (likely((differ & ((uint64_t)fresh - 1)) == 0) &&
            (likely(word.length <= 16) || fresh ||
             memcmp(other->start, word.start, word.length) == 0)) {
            held += -fresh & (vocabulary->count + 1);
            vocabulary->slots[slot] = held;
            vocabulary->count += fresh;
            return held - 1;
        }
    }
}

/* The word of `length` bytes, after which COTOOL_WORDS_PADDING can be read. Nothing predicts how long
 * a word is: what follows its first 16 bytes is masked, without a branch. */
static inline cotool_word word_at(const uint8_t *bytes, size_t length, uint64_t seed) {
    static const uint64_t masks[4] = {~(uint64_t)0, ~(uint64_t)0, 0, 0};
    const uint8_t *mask = (const uint8_t *)masks + 16 - (length < 16 ? length : 16);
    cotool_word word = {load8(bytes) & load8(mask), load8(bytes + 8) & load8(mask + 8), bytes,
                        (uint32_t)length};
    if (__builtin_expect(length > 16, 0)) word.tail = hash_rest(bytes + 8, length - 8, seed);
    return word;
}

/* Bytes whose words are taken together. */
#define WINDOWS 16

ptrdiff_t cotool_intern(cotool_vocabulary *vocabulary, const uint8_t *folded, size_t length,
                        const uint64_t *bits, int32_t *ids) {
    /* Where words begin and end by turns. A beginning without an end is kept for the next ones. */
    size_t edges[64 * WINDOWS + 2], count = 0, windows = (length + 63) / 64, total = 0;
    cotool_word found[32 * WINDOWS + 1];
    uint64_t slots[32 * WINDOWS + 1];
    uint64_t before = 0;
    for (size_t w = 0; w < windows;) {
        size_t stop = windows - w < WINDOWS ? windows : w + WINDOWS;
        for (; w < stop; w++) {
            uint64_t changes = bits[w] ^ (bits[w] << 1 | before);
            before = bits[w] >> 63;
            for (; changes; changes &= changes - 1)
                edges[count++] = 64 * w + (size_t)trailing_zeros(changes);
        }
        if (w == windows && before) edges[count++] = length;
        if (make_room(vocabulary, count / 2) != 0) return -1;
        cotool_vocabulary own = *vocabulary;
        size_t n = count / 2;
        for (size_t k = 0; k < n; k++) {
            size_t size = edges[2 * k + 1] - edges[2 * k];
            if (size > UINT32_MAX) return -1;
            found[k] = word_at(folded + edges[2 * k], size, own.seed);
            slots[k] = slot_of(&own, found[k].head, found[k].tail);
            __builtin_prefetch(&own.slots[slots[k]]);
        }
        for (size_t k = 0; k < n; k++) ids[total++] = id_of(&own, found[k], slots[k]);
        vocabulary->count = own.count;
        if (count & 1) edges[0] = edges[count - 1];
        count &= 1;
    }
    return (ptrdiff_t)total;
}

void cotool_vocabulary_split(const cotool_vocabulary *vocabulary, int shares, int32_t *ids,
                             int32_t *starts) {
    memset(starts, 0, ((size_t)shares + 2) * sizeof *starts);
    /* `starts` is shifted by one while `ids` is filled. */
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t k = 0; k < vocabulary->count; k++) {
            const cotool_word *word = &vocabulary->words[k + 1];
            uint64_t hash = hash_of(vocabulary, word->head, word->tail) >> 32;
            uint64_t share = hash * (uint64_t)shares >> 32;
            if (pass == 0) starts[share + 2]++;
            else ids[starts[share + 1]++] = k;
        }
        for (int d = 0; d < shares && pass == 0; d++) starts[d + 2] += starts[d + 1];
    }
}

int cotool_vocabulary_merge(cotool_vocabulary *vocabulary, const cotool_vocabulary *from,
                            const int32_t *which, ptrdiff_t count, int32_t *ids) {
    if (make_room(vocabulary, (size_t)count) != 0) return -1;
    for (ptrdiff_t i = 0; i < count; i++) {
        cotool_word word = from->words[which[i] + 1];
        ids[which[i]] = id_of(vocabulary, word, slot_of(vocabulary, word.head, word.tail));
    }
    return 0;
}
