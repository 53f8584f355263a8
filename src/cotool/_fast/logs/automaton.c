/* See regex.h. */
#include "logs/regex.h"

#include <stdlib.h>
#include <string.h>

/* What the states of one regex may take, in bytes, and the fewest bytes of text for which a full
 * set of states must have been of use. */
#define MEMORY ((size_t)1 << 24)
#define LEAST_USE ((size_t)1 << 15)
#define MOST_INSTRUCTIONS 100000u
#define STATES 8192

typedef struct {
    uint32_t operation, argument, next;
} instruction;

/* Marks of a state besides its instructions. */
enum { AT_START = 1, AFTER_WORD = 2 };

/* Transitions to these are not states. */
enum { UNKNOWN = 0, ACCEPT = 1, DEAD = 2, FIRST_STATE = 3 };

typedef struct {
    uint32_t marks, count, hash;
    const uint32_t *instructions; /* sorted; before assertions are looked at */
} state;

struct cotool_regex {
    uint32_t flags, instructions, sets, classes;
    int has_tests;
    instruction *program;
    uint32_t (*set)[8];
    uint8_t class_of[256];
    uint8_t sample[257]; /* a byte of each class */
    /* the states; numbers below FIRST_STATE are none */
    int states;
    int starts[4]; /* by marks: where a search begins */
    state *state;
    int *table; /* of transitions: [state][class], the last class is the line's end */
    int *slots; /* hash table of states */
    uint32_t *pool;
    size_t pool_size, pool_room, used;
    /* sets of instructions while a step is made */
    uint32_t *stack, *now, *then;
    uint32_t *seen, serial;
    uint32_t now_count;
};

static int is_word(unsigned c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= 'a' && c <= 'z');
}

static uint32_t number_at(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int in_set(const cotool_regex *r, uint32_t set, unsigned c) {
    return (int)(r->set[set][c >> 5] >> (c & 31) & 1);
}

/* Bytes that no set tells apart are one class. */
static void make_classes(cotool_regex *r) {
    r->classes = 0;
    for (unsigned c = 0; c < 256; c++) {
        uint32_t k;
        for (k = 0; k < r->classes; k++) {
            unsigned other = r->sample[k];
            uint32_t s = 0;
            if (r->has_tests && is_word(c) != is_word(other)) continue;
            while (s < r->sets && in_set(r, s, c) == in_set(r, s, other)) s++;
            if (s == r->sets) break;
        }
        if (k == r->classes) r->sample[r->classes++] = (uint8_t)c;
        r->class_of[c] = (uint8_t)k;
    }
}

cotool_regex *cotool_regex_new(const uint8_t *program, size_t size, int anchored) {
    cotool_regex *r;
    size_t n, k;
    if (size < 16 || number_at(program) != COTOOL_REGEX_MAGIC) return NULL;
    r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->flags = number_at(program + 4) | (anchored ? COTOOL_REGEX_ANCHORED : 0);
    r->instructions = number_at(program + 8);
    r->sets = number_at(program + 12);
    if (r->instructions == 0 || r->instructions > MOST_INSTRUCTIONS ||
        r->sets > MOST_INSTRUCTIONS ||
        size != 16 + (size_t)r->instructions * 12 + (size_t)r->sets * 32)
        goto fail;
    r->program = malloc(r->instructions * sizeof *r->program);
    r->set = malloc(((size_t)r->sets + 1) * sizeof *r->set);
    r->stack = malloc(3 * ((size_t)r->instructions + 1) * sizeof *r->stack);
    r->now = malloc(((size_t)r->instructions + 1) * sizeof *r->now);
    r->then = malloc(((size_t)r->instructions + 1) * sizeof *r->then);
    r->seen = calloc((size_t)r->instructions + 1, sizeof *r->seen);
    if (!r->program || !r->set || !r->stack || !r->now || !r->then || !r->seen) goto fail;
    for (n = 0; n < r->instructions; n++) {
        const uint8_t *p = program + 16 + 12 * n;
        instruction i = {number_at(p), number_at(p + 4), number_at(p + 8)};
        if (i.operation > COTOOL_REGEX_MATCH || i.next >= r->instructions ||
            (i.operation == COTOOL_REGEX_SET && i.argument >= r->sets) ||
            (i.operation == COTOOL_REGEX_SPLIT && i.argument >= r->instructions) ||
            (i.operation == COTOOL_REGEX_TEST && i.argument > COTOOL_REGEX_NO_BOUNDARY))
            goto fail;
        r->has_tests |= i.operation == COTOOL_REGEX_TEST;
        r->program[n] = i;
    }
    for (n = 0; n < r->sets; n++)
        for (k = 0; k < 8; k++)
            r->set[n][k] = number_at(program + 16 + 12 * (size_t)r->instructions + 32 * n + 4 * k);
    make_classes(r);
    r->pool_room = MEMORY / sizeof *r->pool;
    /* One state must fit, however many instructions it has. */
    if (r->pool_room < 2 * (size_t)r->instructions) r->pool_room = 2 * (size_t)r->instructions;
    r->state = malloc(STATES * sizeof *r->state);
    r->slots = malloc(2 * STATES * sizeof *r->slots);
    r->table = malloc(STATES * ((size_t)r->classes + 1) * sizeof *r->table);
    r->pool = malloc(r->pool_room * sizeof *r->pool);
    if (!r->state || !r->slots || !r->table || !r->pool) goto fail;
    r->states = 0; /* the first search makes the first state */
    return r;
fail:
    cotool_regex_free(r);
    return NULL;
}

void cotool_regex_free(cotool_regex *r) {
    if (!r) return;
    free(r->program);
    free(r->set);
    free(r->stack);
    free(r->now);
    free(r->then);
    free(r->seen);
    free(r->state);
    free(r->slots);
    free(r->table);
    free(r->pool);
    free(r);
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* One step: what follows from r->now (`marks` apply) by the byte c, 256 at the line's end. Leaves
 * the next instructions in r->now, in order where `sorted`. Returns 1 where a match is found on the way. */
static int step(cotool_regex *r, uint32_t marks, unsigned c, int sorted) {
    uint32_t top = 0, count = 0, serial = ++r->serial, next_serial;
    int word = c < 256 && is_word(c), at_word = (marks & AFTER_WORD) != 0;
    uint32_t reached = 0;
    if (serial > UINT32_MAX - 4) {
        memset(r->seen, 0, ((size_t)r->instructions + 1) * sizeof *r->seen);
        serial = r->serial = 1;
    }
    for (uint32_t n = r->now_count; n-- > 0;) r->stack[top++] = r->now[n];
    while (top) {
        uint32_t n = r->stack[--top];
        const instruction *i = &r->program[n];
        int holds;
        if (r->seen[n] == serial) continue;
        r->seen[n] = serial;
        switch (i->operation) {
            case COTOOL_REGEX_MATCH:
                return 1;
            case COTOOL_REGEX_SPLIT:
                /* Each is expanded once: the stack holds them all. */
                r->stack[top++] = i->next;
                r->stack[top++] = i->argument;
                break;
            case COTOOL_REGEX_TEST:
                holds = i->argument == COTOOL_REGEX_BEGIN ? (marks & AT_START) != 0
                        : i->argument == COTOOL_REGEX_END ? c == 256
                                                          : (word != at_word) == (i->argument == COTOOL_REGEX_BOUNDARY);
                if (holds) r->stack[top++] = i->next;
                break;
            default:
                if (c < 256 && in_set(r, i->argument, c)) r->then[reached++] = i->next;
        }
    }
    next_serial = ++r->serial;
    if (!(r->flags & COTOOL_REGEX_ANCHORED)) r->then[reached++] = 0;
    for (uint32_t n = 0; n < reached; n++) {
        if (r->seen[r->then[n]] == next_serial) continue;
        r->seen[r->then[n]] = next_serial;
        r->now[count++] = r->then[n];
    }
    if (sorted && count > r->instructions / 16) {
        count = 0;
        for (uint32_t n = 0; n < r->instructions; n++)
            if (r->seen[n] == next_serial) r->now[count++] = n;
    } else if (sorted) {
        qsort(r->now, count, sizeof *r->now, compare);
    }
    r->now_count = count;
    return 0;
}

static uint32_t marks_after(const cotool_regex *r, unsigned c) {
    return r->has_tests && c < 256 && is_word(c) ? AFTER_WORD : 0;
}

static void flush(cotool_regex *r) {
    r->states = FIRST_STATE;
    r->pool_size = 0;
    for (int n = 0; n < 4; n++) r->starts[n] = UNKNOWN;
    for (int n = 0; n < 2 * STATES; n++) r->slots[n] = UNKNOWN;
}

/* The state of r->now with `marks`; UNKNOWN if there is no room for one more. */
static int state_of(cotool_regex *r, uint32_t marks) {
    uint32_t hash = 2166136261u ^ marks;
    unsigned slot;
    state *s;
    if (r->now_count == 0) return DEAD;
    for (uint32_t n = 0; n < r->now_count; n++) hash = (hash ^ r->now[n]) * 16777619u;
    for (slot = hash % (2 * STATES); r->slots[slot] != UNKNOWN; slot = (slot + 1) % (2 * STATES)) {
        s = &r->state[r->slots[slot]];
        if (s->hash == hash && s->marks == marks && s->count == r->now_count &&
            !memcmp(s->instructions, r->now, r->now_count * sizeof *r->now))
            return r->slots[slot];
    }
    if (r->states == STATES || r->pool_size + r->now_count > r->pool_room) return UNKNOWN;
    s = &r->state[r->states];
    s->marks = marks, s->count = r->now_count, s->hash = hash;
    memcpy(r->pool + r->pool_size, r->now, r->now_count * sizeof *r->now);
    s->instructions = r->pool + r->pool_size;
    r->pool_size += r->now_count;
    for (uint32_t k = 0; k <= r->classes; k++)
        r->table[(size_t)r->states * (r->classes + 1) + k] = UNKNOWN;
    r->slots[slot] = r->states;
    return r->states++;
}

/* The state in which a search begins. */
static int first_state(cotool_regex *r, uint32_t marks) {
    if (!r->states) flush(r);
    if (r->starts[marks] == UNKNOWN) {
        int s;
        r->now[0] = 0;
        r->now_count = 1;
        s = state_of(r, marks);
        if (s == UNKNOWN) {
            flush(r);
            s = state_of(r, marks);
        }
        r->starts[marks] = s;
    }
    return r->starts[marks];
}

/* The rest of a line from r->now on, without keeping states. */
static int simulate(cotool_regex *r, uint32_t marks, const uint8_t *p, const uint8_t *end) {
    for (; p < end && r->now_count; p++) {
        if (step(r, marks, *p, 0)) return 1;
        marks = marks_after(r, *p);
    }
    return r->now_count && step(r, marks, 256, 0);
}

int cotool_regex_search(cotool_regex *r, const uint8_t *line, size_t size, size_t from) {
    const uint8_t *p = line + from, *end = line + size;
    size_t stride = r->classes + 1;
    int s = first_state(r, !r->has_tests ? 0 : from ? marks_after(r, p[-1]) : AT_START);
    r->used += size - from;
    for (;;) {
        unsigned c;
        int next;
        uint32_t marks;
        while (p < end && (next = r->table[(size_t)s * stride + r->class_of[*p]]) >= FIRST_STATE)
            s = next, p++;
        c = p < end ? *p : 256;
        next = r->table[(size_t)s * stride + (p < end ? r->class_of[c] : r->classes)];
        if (next == ACCEPT) return 1;
        if (next == DEAD) return 0;
        /* A transition that has not been made yet. */
        marks = r->state[s].marks;
        r->now_count = r->state[s].count;
        memcpy(r->now, r->state[s].instructions, r->now_count * sizeof *r->now);
        if (step(r, marks, c, 1)) {
            r->table[(size_t)s * stride + (p < end ? r->class_of[c] : r->classes)] = ACCEPT;
            return 1;
        }
        if (p >= end) {
            r->table[(size_t)s * stride + r->classes] = DEAD;
            return 0;
        }
        marks = marks_after(r, c);
        next = state_of(r, marks);
        p++;
        if (next != UNKNOWN) {
            r->table[(size_t)s * stride + r->class_of[c]] = next;
            if (next == DEAD) return 0;
            s = next;
            continue;
        }
        /* The states are full: begin again, unless they were of little use. */
        if (r->used < LEAST_USE) return simulate(r, marks, p, end);
        r->used = 0;
        flush(r);
        s = state_of(r, marks);
        if (s == UNKNOWN) return simulate(r, marks, p, end);
    }
}
