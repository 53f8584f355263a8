/* See vocabulary.h. */
#include "text/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#define trailing_zeros(x) __builtin_ctzll(x)
#define likely(x) __builtin_expect(!!(x), 1)

static uint64_t load8(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, 8);
    return value;
}

/* Multiply to 128 bits and fold: the mixing step of wyhash (Wang Yi, public domain design). */
static uint64_t mix(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* What follows the first eight bytes of a word of more than sixteen. Its first byte is 0 and another is
 * not, as in no shorter word: words hold no zero byte. */
static uint64_t hash_rest(const uint8_t *bytes, size_t length, uint64_t seed) {
    uint64_t hash = seed;
    for (; length > 8; bytes += 8, length -= 8) hash = mix(hash ^ load8(bytes), 0xD6E8FEB86659FD93u);
    hash = mix(hash ^ load8(bytes + length - 8), 0xA0761D6478BD642Fu ^ seed ^ length);
    uint8_t *parts = (uint8_t *)&hash;
    parts[0] = 0;
    parts[1] |= 1;
    return hash;
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

/* Whether words of more than 16 bytes are the same, of which the first 8 and a hash are equal. */
static int same_rest(const cotool_word *a, const cotool_word *b) {
    return a->length == b->length && memcmp(a->start, b->start, a->length) == 0;
}

/* The id of a word, which gets the next one if it is new. New words are nearly as common as known
 * ones, so both take the same way: the word is written behind all others in any case. */
static inline int32_t id_of(cotool_vocabulary *vocabulary, cotool_word word, uint64_t slot) {
    cotool_word *next = &vocabulary->words[vocabulary->count + 1];
    *next = word;
    for (;; slot = (slot + 1) & vocabulary->mask) {
        int32_t held = vocabulary->slots[slot], fresh = held == 0;
        const cotool_word *other = &vocabulary->words[held];
        uint64_t differ = (other->head ^ word.head) | (other->tail ^ word.tail);
        if (likely((differ & ((uint64_t)fresh - 1)) == 0) &&
            (likely(word.length <= 16) || fresh || same_rest(other, next))) {
            held += -fresh & (vocabulary->count + 1);
            vocabulary->slots[slot] = held;
            vocabulary->count += fresh;
            return held - 1;
        }
    }
}

typedef struct {
    uint64_t head, tail, slot;
} key;

/* The key of the word of `length` bytes, after which COTOOL_WORDS_PADDING can be read. Nothing
 * predicts how long a word is: what follows its first 16 bytes is masked, without a branch. */
static inline key key_of(const cotool_vocabulary *vocabulary, const uint8_t *bytes, size_t length) {
    static const uint64_t masks[4] = {~(uint64_t)0, ~(uint64_t)0, 0, 0};
    const uint8_t *mask = (const uint8_t *)(masks + 2) - (length < 16 ? length : 16);
    key k = {load8(bytes) & load8(mask), load8(bytes + 8) & load8(mask + 8), 0};
    if (__builtin_expect(length > 16, 0))
        k.tail = hash_rest(bytes + 8, length - 8, vocabulary->seed);
    k.slot = slot_of(vocabulary, k.head, k.tail);
    return k;
}

/* Windows of 64 bytes whose words are taken together: all keys are made before the first is looked
 * up, so that a mispredicted collision costs little. n = 20, 3000 characters, new texts each time:
 * 71 us, 75 with 4 windows. */
#define WINDOWS 16

ptrdiff_t cotool_intern(cotool_vocabulary *vocabulary, const uint8_t *folded, size_t length,
                        const uint64_t *bits, cotool_edges_function *find_edges, int32_t *ids) {
    /* Where words begin and end by turns, from `base` on. A beginning without an end becomes the
     * base of the next windows. */
    uint32_t edges[64 * WINDOWS + COTOOL_EDGES_PADDING];
    key keys[32 * WINDOWS + 1];
    size_t count = 0, windows = (length + 63) / 64, total = 0, at = 0;
    uint64_t before = 0;
    for (size_t w = 0; w < windows; w += WINDOWS) {
        size_t some = windows - w < WINDOWS ? windows - w : WINDOWS;
        at = count & 1 ? at + edges[count - 1] : 64 * w;
        count &= 1;
        edges[0] = 0;
        count += find_edges(bits + w, some, &before, (uint32_t)(64 * w - at), edges + count);
        if (w + some == windows && before) edges[count++] = (uint32_t)(length - at);
        const uint8_t *base = folded + at;
        size_t words = count / 2;
        if (make_room(vocabulary, words) != 0) return -1;
        cotool_vocabulary own = *vocabulary;
        for (size_t k = 0; k < words; k++) {
            keys[k] = key_of(&own, base + edges[2 * k], edges[2 * k + 1] - edges[2 * k]);
            __builtin_prefetch(&own.slots[keys[k].slot]);
        }
        for (size_t k = 0; k < words; k++) {
            size_t start = edges[2 * k], size = edges[2 * k + 1] - start;
            cotool_word word = {keys[k].head, keys[k].tail, base + start, (uint32_t)size};
            ids[total++] = id_of(&own, word, keys[k].slot);
        }
        vocabulary->count = own.count;
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
