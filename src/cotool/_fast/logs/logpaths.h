/* Paths of requests, without what varies from one to the next. */
#ifndef COTOOL_LOGPATHS_H
#define COTOOL_LOGPATHS_H

#include <stddef.h>
#include <stdint.h>

/* Writes a path with what varies masked; returns its size. `room` is at least 512. */
size_t cotool_mask_path(const uint8_t *text, const uint8_t *end, uint8_t *out, size_t room);

#endif
