/* The keys of structured log lines and their values. */
#ifndef COTOOL_LOGKEYS_H
#define COTOOL_LOGKEYS_H

#include <string.h>

#include "logs/logchars.h"
#include "logs/logconfig.h"

enum { COTOOL_NO_VALUE, COTOOL_STRING, COTOOL_BARE, COTOOL_NESTED };

typedef struct {
    int kind;
    const uint8_t *start, *end; /* a string without its quotes */
} cotool_value;

/* The values that were found: the first one of each key. */
typedef struct {
    uint32_t found;
    cotool_value value[COTOOL_VALUES];
} cotool_members;

/* Returns the node of a key among the children of `parent`, 0: none. */
COTOOL_INLINE int cotool_find_key(const cotool_keys *keys, int parent, const uint8_t *key,
                                  size_t size) {
    int n = keys->node[parent].child;
    while (n && (keys->node[n].size != size || (uint8_t)keys->node[n].text[0] != key[0] ||
                 memcmp(keys->node[n].text, key, size)))
        n = keys->node[n].next;
    return n;
}

COTOOL_INLINE void cotool_take_value(const cotool_keys *keys, int node, const cotool_value *value,
                                     cotool_members *members) {
    int n = node ? keys->node[node].value : -1;
    if (n < 0 || members->found >> n & 1) return;
    members->found |= (uint32_t)1 << n;
    members->value[n] = *value;
}



#endif
