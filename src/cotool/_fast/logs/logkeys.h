/* The keys of structured log lines and their values. */
#ifndef COTOOL_LOGKEYS_H
#define COTOOL_LOGKEYS_H

#include <string.h>

#include "logs/logchars.h"
#include "logs/logconfig.h"

/* DOUBLED: a text whose quotes are doubled, as in CSV. */
enum { COTOOL_NO_VALUE, COTOOL_STRING, COTOOL_BARE, COTOOL_NESTED, COTOOL_DOUBLED };

typedef struct {
    int kind;
    const uint8_t *start, *end; /* a string without its quotes */
} cotool_value;

/* Returns the node of a key among the children of `parent`, 0: none. Eight bytes at `key` must be
 * readable. */
COTOOL_INLINE int cotool_find_key(const cotool_keys *keys, int parent, const uint8_t *key,
                                  size_t size) {
    uint64_t head;
    int n = keys->node[parent].child;
    memcpy(&head, key, 8);
    while (n && (keys->node[n].size != size || (head ^ keys->node[n].head) & keys->node[n].mask ||
                 (size > 8 && memcmp(keys->node[n].text + 8, key + 8, size - 8))))
        n = keys->node[n].next;
    return n;
}

#endif
