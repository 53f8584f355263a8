/* See capture.h. */
#define _GNU_SOURCE /* memmem */
#include "logs/capture.h"

#include <stdlib.h>
#include <string.h>

#include "logs/regex.h"

/* Bytes of a line that are searched. */
#define REACH ((size_t)1 << 16)

typedef struct {
    uint32_t operation, argument, next;
} instruction;

struct cotool_capture {
    uint32_t instructions, sets;
    instruction *program;
    uint32_t (*set)[8];
    uint8_t *needed;
    size_t needed_size;
};

/* A state of the program, and where its group began and ended. */
typedef struct {
    uint32_t at;
    const uint8_t *group[2];
} thread;

typedef struct {
    uint32_t count;
    thread thread[COTOOL_CAPTURE_INSTRUCTIONS];
} threads;

static uint32_t number_at(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

cotool_capture *cotool_capture_new(const uint8_t *program, size_t size, const uint8_t *needed,
                                   size_t needed_size) {
    cotool_capture *c;
    if (size < 16 || number_at(program) != COTOOL_REGEX_MAGIC) return NULL;
    c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->instructions = number_at(program + 8), c->sets = number_at(program + 12);
    if (!c->instructions || c->instructions > COTOOL_CAPTURE_INSTRUCTIONS || c->sets > size ||
        size != 16 + (size_t)c->instructions * 12 + (size_t)c->sets * 32)
        goto fail;
    c->program = malloc(c->instructions * sizeof *c->program);
    c->set = malloc(((size_t)c->sets + 1) * sizeof *c->set);
    c->needed = malloc(needed_size + 1);
    if (!c->program || !c->set || !c->needed) goto fail;
    if (needed_size) memcpy(c->needed, needed, needed_size);
    c->needed_size = needed_size;
    for (size_t n = 0; n < c->instructions; n++) {
        const uint8_t *p = program + 16 + 12 * n;
        instruction i = {number_at(p), number_at(p + 4), number_at(p + 8)};
        if (i.next >= c->instructions || (i.operation == COTOOL_REGEX_SET && i.argument >= c->sets) ||
            (i.operation == COTOOL_REGEX_SPLIT && i.argument >= c->instructions) ||
            (i.operation == COTOOL_REGEX_TEST && i.argument > COTOOL_REGEX_NO_BOUNDARY) ||
            (i.operation > COTOOL_REGEX_MATCH &&
             (i.operation != COTOOL_CAPTURE_SAVE || i.argument > 1)))
            goto fail;
        c->program[n] = i;
    }
    for (size_t n = 0; n < c->sets; n++)
        for (size_t k = 0; k < 8; k++)
            c->set[n][k] = number_at(program + 16 + 12 * (size_t)c->instructions + 32 * n + 4 * k);
    return c;
fail:
    cotool_capture_free(c);
    return NULL;
}

void cotool_capture_free(cotool_capture *capture) {
    if (!capture) return;
    free(capture->program);
    free(capture->set);
    free(capture->needed);
    free(capture);
}

static int is_word(unsigned c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= 'a' && c <= 'z');
}

static int holds(uint32_t test, const uint8_t *line, const uint8_t *p, const uint8_t *end) {
    int before = p > line && is_word(p[-1]), after = p < end && is_word(*p);
    switch (test) {
        case COTOOL_REGEX_BEGIN: return p == line;
        case COTOOL_REGEX_END: return p == end;
        case COTOOL_REGEX_BOUNDARY: return before != after;
        default: return before == after;
    }
}

/* Follows the instructions that take no byte, in order of preference. `seen` has the step in which
 * an instruction was met. */
static void follow(const cotool_capture *c, threads *list, thread first, uint32_t *seen,
                   uint32_t step, const uint8_t *line, const uint8_t *p, const uint8_t *end) {
    thread stack[COTOOL_CAPTURE_INSTRUCTIONS + 1];
    uint32_t depth = 1;
    stack[0] = first;
    while (depth) {
        thread t = stack[--depth];
        for (;;) {
            const instruction *i = &c->program[t.at];
            if (seen[t.at] == step) break;
            seen[t.at] = step;
            if (i->operation == COTOOL_REGEX_SPLIT) {
                /* Each instruction is met once, and each split leaves one way for later. */
                stack[depth] = t, stack[depth++].at = i->next;
                t.at = i->argument;
            } else if (i->operation == COTOOL_CAPTURE_SAVE) {
                t.group[i->argument] = p, t.at = i->next;
            } else if (i->operation == COTOOL_REGEX_TEST) {
                if (!holds(i->argument, line, p, end)) break;
                t.at = i->next;
            } else {
                list->thread[list->count++] = t;
                break;
            }
        }
    }
}

int cotool_capture_find(const cotool_capture *c, const uint8_t *line, const uint8_t *end,
                        const uint8_t **start, const uint8_t **stop) {
    threads a, b, *now = &a, *then = &b, *other;
    uint32_t seen[COTOOL_CAPTURE_INSTRUCTIONS], step = 1;
    thread best = {0, {NULL, NULL}};
    int found = 0;
    if ((size_t)(end - line) > REACH) end = line + REACH;
    if (c->needed_size && !memmem(line, (size_t)(end - line), c->needed, c->needed_size)) return 0;
    memset(seen, 0, c->instructions * sizeof *seen);
    now->count = 0;
    for (const uint8_t *p = line;; p++, step++) {
        /* A match that begins further left is preferred: a new one is the last in the list. `seen`
         * has what the threads before it met at this byte. */
        if (!found) follow(c, now, (thread){0, {NULL, NULL}}, seen, step, line, p, end);
        then->count = 0;
        for (uint32_t n = 0; n < now->count; n++) {
            const thread *t = &now->thread[n];
            const instruction *i = &c->program[t->at];
            if (i->operation == COTOOL_REGEX_MATCH) {
                best = *t, found = 1;
                break; /* those behind it are preferred less */
            }
            if (p < end && c->set[i->argument][*p >> 5] >> (*p & 31) & 1) {
                thread moved = *t;
                moved.at = i->next;
                follow(c, then, moved, seen, step + 1, line, p + 1, end);
            }
        }
        other = now, now = then, then = other;
        if (p >= end || (found && !now->count)) break;
    }
    if (!found || !best.group[0] || !best.group[1]) return 0;
    *start = best.group[0], *stop = best.group[1];
    return 1;
}
