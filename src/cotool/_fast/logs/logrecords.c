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
        if (config->mine && cotool_forms_add(&span->forms, text, head, &facts, 1)) return ENOMEM;
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
    if (!config->records) return;
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
    if (config->mine && cotool_forms_add(&span->forms, line, end, &facts, 1)) span->status = ENOMEM;
    if (config->reading &&
        cotool_reading_take(config, worker->batch, &span->table, head->format, line, end, end,
                            &worker->members, &facts, (int64_t)span->seen_lines))
        span->status = ENOMEM;
}

static void count_short(cotool_span *span, cotool_short_line *s) {
    const cotool_record_facts facts = {COTOOL_UNKNOWN, 0, 0, 0};
    const uint8_t *end = s->line + (s->text[1] >> 56);
    if (s->times && cotool_forms_add(&span->forms, s->line, end, &facts, s->times))
        span->status = ENOMEM;
    s->times = 0;
}

void cotool_take_plain(const cotool_config *config, cotool_worker *worker, cotool_span *span,
                       const uint8_t *p, size_t start, size_t n, size_t count) {
    const cotool_head head = {.level = COTOOL_UNKNOWN};
    uint8_t used[COTOOL_SHORT_LINES];
    int kinds = 0;
    for (const size_t stop = n + count; n < stop; start = worker->newline[n++] + 1) {
        const uint8_t *line = p + start;
        size_t text = worker->newline[n] - start;
        uint64_t low, high;
        cotool_short_line *s;
        if (text && line[text - 1] == '\r') text--;
        if (text > COTOOL_SHORT_SIZE) {
            cotool_take_record(config, worker, span, &head, line, line + text);
            continue;
        }
        low = cotool_load_eight(line), high = cotool_load_eight(line + 8);
        if (text < 8) low &= ((uint64_t)1 << 8 * text) - 1, high = 0;
        else high &= ((uint64_t)1 << 8 * (text - 8)) - 1;
        high |= (uint64_t)text << 56;
        s = &worker->short_line[((low ^ high * 31) * 0x9E3779B97F4A7C15u) >> 56];
        if (s->times && (s->text[0] != low || s->text[1] != high)) count_short(span, s);
        else if (!s->times) used[kinds++] = (uint8_t)(s - worker->short_line);
        if (!s->times++) s->text[0] = low, s->text[1] = high, s->line = line;
    }
    while (kinds) count_short(span, &worker->short_line[used[--kinds]]);
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
