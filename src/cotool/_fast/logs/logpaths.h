/* Paths of requests, with ids masked. */
#ifndef COTOOL_LOGPATHS_H
#define COTOOL_LOGPATHS_H

#include <stddef.h>
#include <stdint.h>

/* Tells whether a path has neither ids nor a query, nor anything that has to be decoded. */
int cotool_path_is_plain(const uint8_t *text, const uint8_t *end);

/* Writes a path without its query and with <*> for ids. Returns its size. `room` is at least 512. */
size_t cotool_mask_path(const uint8_t *text, const uint8_t *end, uint8_t *out, size_t room);

#endif
