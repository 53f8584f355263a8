/* One block of memory that is cut into arrays, each on a cache line: cut once with `next` NULL to
 * learn the total, then again from the block. */
#ifndef COTOOL_ARENA_H
#define COTOOL_ARENA_H

#include <stddef.h>

typedef struct {
    char *next;
    size_t total;
} arena;

static void *cut(arena *a, size_t count, size_t size) {
    size_t bytes = (count * size + 63) & ~(size_t)63;
    void *piece = a->next;
    if (a->next) a->next += bytes;
    a->total += bytes;
    return piece;
}

#endif
