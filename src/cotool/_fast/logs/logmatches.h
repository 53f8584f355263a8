/* Literals and patterns that match a line. */
#ifndef COTOOL_LOGMATCHES_H
#define COTOOL_LOGMATCHES_H

#include <string.h>

#include "logs/logscan.h"

COTOOL_INLINE int cotool_literal_at(const cotool_literal *l, const uint8_t *p) {
    if (!l->fold) return !memcmp(l->bytes, p, l->size);
    for (uint32_t k = 0; k < l->size; k++) {
        uint8_t c = p[k];
        if ((uint8_t)(c - 'A') < 26) c |= 0x20;
        if (c != l->bytes[k]) return 0;
    }
    return 1;
}

/* A pattern may match the line: its literal is there, or it has none. */
void cotool_try_pattern(const cotool_config *config, cotool_worker *worker,
                               cotool_span *span, int pattern, const uint8_t *line, size_t size);

/* A literal of a pattern is at line[at], and every match begins with a literal. */
void cotool_try_at(const cotool_config *config, cotool_worker *worker, cotool_span *span,
                          int pattern, const uint8_t *line, size_t size, size_t at);

/* A literal of `pattern`, or of a keyword set, is at line[at]. */
COTOOL_INLINE void cotool_mark(const cotool_config *config, cotool_worker *worker,
                               cotool_span *span, int pattern, const uint8_t *line, size_t size,
                               size_t at) {
    if (pattern < 0) span->line.keywords |= 1u << (-1 - pattern);
    else if (config->pattern[pattern].leads && at < size)
        cotool_try_at(config, worker, span, pattern, line, size, at);
    else cotool_try_pattern(config, worker, span, pattern, line, size);
}

/* A line begins that goes by in pieces: regexes look at its head. */
void cotool_begin_pieces(const cotool_config *config, cotool_worker *worker,
                                cotool_span *span, size_t text);

/* A literal of a pattern, or of a keyword set, stands in a line that goes by in pieces. */
void cotool_mark_piece(const cotool_config *config, cotool_span *span, int pattern);

#endif
