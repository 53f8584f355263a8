/* See logrecords.h. */

#include "logs/logrecords.h"

#include <errno.h>
#include <stdlib.h>

#include "logs/logreading.h"

int cotool_commit(const cotool_config *config, cotool_span *span) {
    cotool_record *r = &span->record;
    cotool_counts *c = &span->counts;
    if (config->filtered) {
        int passes = r->passes && (!config->wanted || r->matched);
        if (passes && config->late && !r->counted)
            passes = cotool_reading_passes(config, r->format, span->record_text,
                                           span->record_text + r->head_size,
                                           span->record_text + r->text_size, r->level, NULL);
        for (int n = 0; n < config->patterns; n++) {
            if (passes) c->patterns[n] += span->record_patterns[n];
            span->record_patterns[n] = 0;
        }
        if (!passes) {
            c->left_out += !r->counted;
            return 0;
        }
    }
    c->lines += r->lines;
    c->bytes += r->bytes;
    c->keywords[0] += r->keywords[0];
    c->keywords[1] += r->keywords[1];
    c->long_lines += r->long_lines;
    if (r->counted) return 0;
    if ((config->wanted || config->whole) && (config->mine || config->reading)) {
        const cotool_record_facts facts = {r->level, r->has_time, r->inferred, r->seconds};
        const uint8_t *text = span->record_text, *head = text + r->head_size;
        if (config->mine && cotool_forms_add(&span->forms, text, head, &facts)) return ENOMEM;
        if (config->reading) {
            cotool_batch one;
            one.count = 0, one.from = one.until = 0;
            if (cotool_reading_take(config, &one, &span->table, r->format, text, head,
                                    text + r->text_size, NULL, &facts, r->line) ||
                cotool_reading_flush(config, &one, &span->table))
                return ENOMEM;
        }
    }
    return cotool_count_record(config, span, r->level, r->has_time, r->zoned, r->inferred,
                               r->seconds, r->nanos);
}

void cotool_keep(const cotool_config *config, cotool_span *span, size_t text, uint64_t at) {
    const cotool_record *r = &span->record;
    const cotool_line *line = &span->line;
    if (!r->passes || (config->wanted && !line->matched)) return;
    if (span->samples < config->show &&
        (config->show_matches || (!line->continuation && config->show_levels[r->level]))) {
        cotool_sample *s = &span->sample[span->samples++];
        s->line = span->seen_lines - 1, s->at = at, s->size = text, s->level = (uint8_t)r->level;
    }
    if (!config->entries) return;
    if (span->entries == span->entry_room) {
        size_t room = span->entry_room ? 2 * span->entry_room : 4096;
        cotool_entry *entry = realloc(span->entry, room * sizeof *entry);
        if (!entry) {
            span->status = ENOMEM;
            return;
        }
        span->entry = entry, span->entry_room = room;
    }
    {
        cotool_entry *e = &span->entry[span->entries++];
        e->line = span->seen_lines - 1, e->at = at, e->size = (uint32_t)text;
        e->seconds = r->seconds, e->nanos = r->nanos;
        e->has_time = (uint8_t)r->has_time, e->zoned = (uint8_t)r->zoned;
        e->level = (uint8_t)r->level, e->continuation = (uint8_t)line->continuation;
        e->word_at = line->word_at, e->word_size = line->word_size;
    }
}

void cotool_take_record(const cotool_config *config, cotool_worker *worker,
                        cotool_span *span, const cotool_head *head, const uint8_t *line,
                        const uint8_t *end) {
    const cotool_record_facts facts = {head->level, head->has_time, head->inferred, head->seconds};
    if (config->mine && cotool_forms_add(&span->forms, line, end, &facts)) span->status = ENOMEM;
    if (config->reading &&
        cotool_reading_take(config, worker->batch, &span->table, head->format, line, end, end,
                            &worker->members, &facts, (int64_t)span->seen_lines))
        span->status = ENOMEM;
}

void cotool_add_text(cotool_span *span, const uint8_t *line, const uint8_t *end) {
    cotool_record *r = &span->record;
    const size_t room = COTOOL_RECORD_TEXT - r->text_size;
    const size_t size = cotool_least((size_t)(end - line), room ? room - 1 : 0);
    if (!room) return;
    span->record_text[r->text_size] = ' ';
    memcpy(span->record_text + r->text_size + 1, line, size);
    r->text_size += (uint32_t)size + 1;
}
