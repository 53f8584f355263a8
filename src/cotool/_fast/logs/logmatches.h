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

/* Tries a pattern whose literal is in the line, or that has none. */
void cotool_try_pattern(const cotool_config *config, cotool_worker *worker,
                               cotool_span *span, int pattern, const uint8_t *line, size_t size);

/* Tries a pattern whose matches begin with its literal, which is at line[at]. */
void cotool_try_at(const cotool_config *config, cotool_worker *worker, cotool_span *span,
                          int pattern, const uint8_t *line, size_t size, size_t at);

/* Takes note of a literal at line[at], of a pattern or of a keyword set. */
COTOOL_INLINE void cotool_mark(const cotool_config *config, cotool_worker *worker,
                               cotool_span *span, int pattern, const uint8_t *line, size_t size,
                               size_t at) {
    if (pattern < 0) span->line.keywords |= 1u << (-1 - pattern);
    else if (config->pattern[pattern].leads && at < size)
        cotool_try_at(config, worker, span, pattern, line, size, at);
    else cotool_try_pattern(config, worker, span, pattern, line, size);
}

/* Begins a line that is read in pieces. Regexes search its first bytes. */
void cotool_begin_pieces(const cotool_config *config, cotool_worker *worker,
                                cotool_span *span, size_t text);

/* Takes note of a literal in a line that is read in pieces. */
void cotool_mark_piece(const cotool_config *config, cotool_span *span, int pattern);

#endif
