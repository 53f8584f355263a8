/* Memory of threads and spans, and the sums of their counts. See logscan.h. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "logs/loghistogram.h"
#include "logs/loglines.h"
#include "logs/logreading.h"
#include "logs/logrecords.h"

int cotool_worker_open(cotool_worker *worker, const cotool_config *config, size_t block) {
    size_t patterns = (size_t)config->patterns;
    memset(worker, 0, sizeof *worker);
    worker->block = block, worker->patterns = config->patterns;
    worker->newline = malloc((COTOOL_NEWLINES + 64) * sizeof *worker->newline);
    worker->hit = malloc((COTOOL_HITS + 2 * COTOOL_SOME_HITS * (size_t)(config->literals + 1)) *
                         sizeof *worker->hit);
    worker->regex = calloc(patterns + 1, sizeof *worker->regex);
    worker->anchored = calloc(patterns + 1, sizeof *worker->anchored);
    worker->stamp = calloc(patterns + 1, sizeof *worker->stamp);
    worker->tries = calloc(patterns + 1, sizeof *worker->tries);
    if (config->reading && !(worker->batch = calloc(1, sizeof *worker->batch))) return ENOMEM;
    if (!worker->newline || !worker->hit || !worker->regex || !worker->anchored ||
        !worker->stamp || !worker->tries)
        return ENOMEM;
    for (size_t n = 0; n < patterns; n++) {
        const cotool_pattern *p = &config->pattern[n];
        if (p->program && !(worker->regex[n] = cotool_regex_new(p->program, p->size, 0)))
            return EINVAL;
        if (p->leads && !(worker->anchored[n] = cotool_regex_new(p->program, p->size, 1)))
            return EINVAL;
    }
    return 0;
}

void cotool_worker_close(cotool_worker *worker) {
    for (int n = 0; n < worker->patterns; n++) {
        if (worker->regex) cotool_regex_free(worker->regex[n]);
        if (worker->anchored) cotool_regex_free(worker->anchored[n]);
    }
    free(worker->regex);
    free(worker->anchored);
    free(worker->stamp);
    free(worker->tries);
    free(worker->batch);
    free(worker->newline);
    free(worker->hit);
    free(worker->buffer);
}

/* What one span needs, the whole log needs as well: the next span begins with buckets as wide. So the
 * first spans do not widen theirs one after the other. Times that are inferred are left out, because a
 * span may be scanned again with other years. */
void cotool_worker_begin(const cotool_worker *worker, cotool_span *span) {
    cotool_histogram *h = &span->counts.histogram[0];
    if (!h->count && h->width < worker->width) h->width = worker->width;
}

void cotool_worker_end(cotool_worker *worker, const cotool_span *span) {
    const cotool_histogram *h = &span->counts.histogram[0];
    if (worker->width < h->width) worker->width = h->width;
}

/* Prepares a span for another part of the file. Its memory is kept. */
void cotool_span_reset(cotool_span *span, const cotool_config *config,
                       const cotool_counts *total) {
    cotool_counts *c = &span->counts;
    uint64_t *patterns = c->patterns;
    cotool_histogram kept[2] = {c->histogram[0], c->histogram[1]};
    memset(c, 0, sizeof *c);
    c->patterns = patterns;
    if (config->patterns) {
        memset(patterns, 0, (size_t)config->patterns * sizeof *patterns);
        memset(span->record_patterns, 0, (size_t)config->patterns * sizeof *patterns);
    }
    for (int k = 0; k < 2; k++) {
        cotool_histogram_reset(&kept[k], total->histogram[k].width);
        c->histogram[k] = kept[k];
        c->first[k] = INT64_MAX, c->last[k] = INT64_MIN;
    }
    memset(&span->record, 0, sizeof span->record);
    memset(&span->line, 0, sizeof span->line);
    span->status = span->owns = span->open_end = span->timed = 0;
    span->seen_lines = 0;
    span->samples = 0;
    span->entries = 0;
    span->stop = span->begin;
    if (config->mine) {
        cotool_forms_reset(&span->forms);
        span->forms.prior = config->prior;
    }
    if (config->reading)
        cotool_table_reset(&span->table, config->measured->width, config->measured->limit);
}

int cotool_span_open(cotool_span *span, const cotool_config *config) {
    size_t patterns = (size_t)config->patterns + 1;
    memset(span, 0, sizeof *span);
    span->counts.patterns = calloc(patterns, sizeof *span->counts.patterns);
    span->record_patterns = calloc(patterns, sizeof *span->record_patterns);
    span->line_patterns = calloc(patterns, 1);
    span->sample = calloc((size_t)config->show + 1, sizeof *span->sample);
    cotool_forms_open(&span->forms, config->widths);
    if (config->reading)
        cotool_table_open(&span->table, config->measured->measures, config->measured->most,
                          config->measured->width);
    span->record_text = malloc(COTOOL_RECORD_TEXT + COTOOL_PADDING);
    return span->counts.patterns && span->record_patterns && span->line_patterns &&
                   span->sample && span->record_text
               ? 0
               : ENOMEM;
}

void cotool_span_close(cotool_span *span) {
    free(span->counts.patterns);
    for (int k = 0; k < 2; k++) free(span->counts.histogram[k].buckets);
    free(span->record_patterns);
    free(span->line_patterns);
    free(span->record_text);
    cotool_forms_close(&span->forms);
    cotool_table_close(&span->table);
    free(span->sample);
    free(span->entry);
    free(span->text.bytes);
}

int cotool_span_finish(const cotool_config *config, cotool_span *span) {
    int status = span->record.open && !config->simple ? cotool_commit(config, span) : 0;
    span->record.open = 0;
    return status;
}

int cotool_counts_merge(const cotool_config *config, cotool_counts *into,
                        const cotool_counts *counts) {
    into->bytes += counts->bytes;
    into->lines += counts->lines;
    into->records += counts->records;
    into->timeless += counts->timeless;
    into->disordered += counts->disordered;
    into->long_lines += counts->long_lines;
    into->left_out += counts->left_out;
    into->zoned += counts->zoned;
    for (int n = 0; n < COTOOL_LEVELS; n++) into->levels[n] += counts->levels[n];
    for (int n = 0; n < 2; n++) into->keywords[n] += counts->keywords[n];
    for (int n = 0; n < config->patterns; n++) into->patterns[n] += counts->patterns[n];
    for (int k = 0; k < 2; k++) {
        if (counts->first[k] < into->first[k]) into->first[k] = counts->first[k];
        if (counts->last[k] > into->last[k]) into->last[k] = counts->last[k];
        if (cotool_histogram_merge(config, &into->histogram[k], &counts->histogram[k]))
            return ENOMEM;
    }
    return 0;
}
