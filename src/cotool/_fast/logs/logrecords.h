/* Counts, measures and keeps records and their lines. */
#ifndef COTOOL_LOGRECORDS_H
#define COTOOL_LOGRECORDS_H

#include <string.h>

#include "logs/loghistogram.h"
#include "logs/loglines.h"
#include "logs/logmatches.h"

/* Counts a record by its level and time. */
COTOOL_INLINE int cotool_count_record(const cotool_config *config, cotool_span *span, int level,
                                      int has_time, int zoned, int inferred, int64_t seconds,
                                      int nanos) {
    cotool_counts *c = &span->counts;
    int64_t time;
    c->records++;
    c->levels[level]++;
    if (!has_time) {
        c->timeless++;
        return 0;
    }
    time = seconds * 1000000000 + nanos;
    if (time < c->first[inferred]) c->first[inferred] = time;
    if (time > c->last[inferred]) c->last[inferred] = time;
    c->zoned += (uint64_t)zoned;
    return cotool_histogram_count(config, &c->histogram[inferred], seconds, level);
}

/* Tells whether a line names the columns of a table. */
COTOOL_INLINE int cotool_is_title(const cotool_config *config, const uint8_t *line, size_t size) {
    return config->title_size && config->title_size == size && !memcmp(line, config->title, size);
}

/* Tells whether a line heads one of several records below one time. */
COTOOL_INLINE int cotool_is_entry(const cotool_config *config, const uint8_t *line, size_t size) {
    return config->entry_size && config->entry_size <= size &&
           !memcmp(line, config->entry, config->entry_size);
}

/* Tells whether a line before the first record belongs to no record. */
COTOOL_INLINE int cotool_is_preamble(const cotool_config *config, const uint8_t *line, size_t size) {
    return !size || config->preamble || (config->comments && *line == '#') || cotool_is_title(config, line, size) ||
           (config->entry_size && !cotool_is_entry(config, line, size));
}

/* Adds a further line to the text of the open record. */
void cotool_add_text(cotool_span *span, const uint8_t *line, const uint8_t *end);

/* Adds the open record to the counts. */
int cotool_commit(const cotool_config *config, cotool_span *span);

/* Keeps a line as a sample or an entry, if it is one. */
void cotool_keep(const cotool_config *config, cotool_span *span, size_t text, uint64_t at);

/* Ends a line of `size` bytes, its newline included. `text` bytes of it are at `line`. */
COTOOL_INLINE void cotool_end_line(const cotool_config *config, cotool_worker *worker,
                                   cotool_span *span, const uint8_t *line, size_t text,
                                   uint64_t size, uint64_t at) {
    cotool_record *r = &span->record;
    for (int n = 0; n < config->every_line; n++)
        cotool_try_pattern(config, worker, span, config->every[n], line, text);
    span->seen_lines++;
    if (config->simple) {
        span->counts.lines++;
        span->counts.bytes += size;
        span->counts.keywords[0] += span->line.keywords & 1;
        span->counts.keywords[1] += span->line.keywords >> 1;
        return;
    }
    r->lines++;
    r->bytes += size;
    r->keywords[0] += span->line.keywords & 1;
    r->keywords[1] += span->line.keywords >> 1;
    r->matched |= span->line.matched;
    if (config->show || config->records) cotool_keep(config, span, text, at);
}

/* Counts the forms of plain lines, which have neither time nor level, from number n on; `start` is the
 * start of the first one. */
void cotool_take_plain(const cotool_config *config, cotool_worker *worker, cotool_span *span,
                       const uint8_t *p, size_t start, size_t n, size_t count);

/* Counts the form of a record's first line and measures it, where these are wanted. */
void cotool_take_record(const cotool_config *config, cotool_worker *worker,
                        cotool_span *span, const cotool_head *head, const uint8_t *line,
                        const uint8_t *end);

#endif
