/* See logmatches.h. */

#include "logs/logmatches.h"

#include <errno.h>

COTOOL_INLINE void cotool_count_pattern(const cotool_config *config, cotool_span *span,
                                        int pattern) {
    if (config->filtered) span->record_patterns[pattern]++;
    else span->counts.patterns[pattern]++;
    if (config->wanted && config->wanted[pattern]) span->line.matched = 1;
}

void cotool_try_pattern(const cotool_config *config, cotool_worker *worker,
                               cotool_span *span, int pattern, const uint8_t *line, size_t size) {
    if (worker->stamp[pattern] == worker->serial) return;
    worker->stamp[pattern] = worker->serial; /* a line is tried once */
    if (config->pattern[pattern].program) {
        int found = cotool_regex_search(worker->regex[pattern], line, size, 0);
        if (found < 0) span->status = ENOMEM;
        if (found <= 0) return;
    }
    cotool_count_pattern(config, span, pattern);
}

/* A regex is tried at this many literals of a line, then on the rest of the line at once. */
#define COTOOL_TRIES 4

void cotool_try_at(const cotool_config *config, cotool_worker *worker, cotool_span *span,
                          int pattern, const uint8_t *line, size_t size, size_t at) {
    uint64_t *tries = &worker->tries[pattern];
    int found, last;
    if (worker->stamp[pattern] == worker->serial) return;
    if (*tries / COTOOL_TRIES != worker->serial) *tries = worker->serial * COTOOL_TRIES;
    last = ++*tries % COTOOL_TRIES == 0;
    found = cotool_regex_search((last ? worker->regex : worker->anchored)[pattern], line, size, at);
    if (last || found) worker->stamp[pattern] = worker->serial;
    if (found < 0) span->status = ENOMEM;
    if (found > 0) cotool_count_pattern(config, span, pattern);
}

void cotool_begin_pieces(const cotool_config *config, cotool_worker *worker,
                                cotool_span *span, size_t text) {
    if (config->patterns) memset(span->line_patterns, 0, (size_t)config->patterns);
    if (text > COTOOL_LINE_LIMIT) {
        if (config->simple) span->counts.long_lines++;
        else span->record.long_lines++;
    }
    for (int n = 0; n < config->patterns; n++)
        if (config->pattern[n].program)
            cotool_try_pattern(config, worker, span, n, span->line.head, span->line.head_size);
}

void cotool_mark_piece(const cotool_config *config, cotool_span *span, int pattern) {
    if (pattern < 0) {
        span->line.keywords |= 1u << (-1 - pattern);
    } else if (!config->pattern[pattern].program && !span->line_patterns[pattern]) {
        span->line_patterns[pattern] = 1;
        cotool_count_pattern(config, span, pattern);
    }
}
