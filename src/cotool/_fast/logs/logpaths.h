/* Paths of requests, with ids masked. */
#ifndef COTOOL_LOGPATHS_H
#define COTOOL_LOGPATHS_H

#include <stddef.h>
#include <stdint.h>

/* Does what cotool_mask_path() does for a path of 2 to 63 bytes whose ids are digits alone, as most are.
 * Returns its size, and sets `found` to it: in place or in `out`, which has room for 256 bytes. 0: the
 * path must be read step by step. 128 bytes at `text` must be readable. */
typedef size_t cotool_short_path_function(const uint8_t *text, size_t size, uint8_t *out,
                                          const uint8_t **found);
extern cotool_short_path_function *cotool_short_path;

/* The rows of the paths that were seen last, by what is left of a path without the digits of its ids. */
#define COTOOL_KNOWN_BITS 10
#define COTOOL_KNOWN_PATHS (1 << COTOOL_KNOWN_BITS)
typedef struct {
    uint8_t key[COTOOL_KNOWN_PATHS][64];
    uint32_t row[COTOOL_KNOWN_PATHS]; /* the number of a row plus 1; 0: not known */
} cotool_known_paths;

/* Returns where the row of a path is noted, NULL: the path is too long or needs a closer look. All paths
 * that share the place are the same masked path. 128 bytes at `text` must be readable. */
typedef uint32_t *cotool_known_path_function(cotool_known_paths *known, const uint8_t *text,
                                             size_t size);
extern cotool_known_path_function *cotool_known_path;

void cotool_paths_prepare(void); /* must be called first */

/* Tells whether a segment of a path names one thing among many: digits, a UUID, a hash, a token, a word
 * with a long number (ORD-17544), a file name with a hash of the content (app.0010c696.js). `start` and
 * `stop` are set to the ends of what does, before an extension. */
int cotool_path_id(const uint8_t *p, const uint8_t *end, const uint8_t **start, const uint8_t **stop);

/* Writes a path without its query and with <*> for ids. Returns its size. `room` is at least 512. */
size_t cotool_mask_path(const uint8_t *text, const uint8_t *end, uint8_t *out, size_t room);

#endif
