/* See logscan.h. */
#include "logs/logscan.h"

#include <errno.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "logs/loglogfmt.h"
#include "logs/logreading.h"
#include "logs/logtime.h"

/* Newlines and literals are looked for in pieces of this size, which stay in the first-level cache
 * until their lines are parsed. */
#define COTOOL_CHUNK 16384
#define COTOOL_NEWLINES COTOOL_CHUNK
#define COTOOL_HITS COTOOL_CHUNK

COTOOL_INLINE size_t cotool_least(uint64_t a, uint64_t b) { return (size_t)(a < b ? a : b); }

COTOOL_INLINE int cotool_literal_at(const cotool_literal *l, const uint8_t *p) {
    if (!l->fold) return !memcmp(l->bytes, p, l->size);
    for (uint32_t k = 0; k < l->size; k++) {
        uint8_t c = p[k];
        if ((uint8_t)(c - 'A') < 26) c |= 0x20;
        if (c != l->bytes[k]) return 0;
    }
    return 1;
}

/* ---- histogram ----------------------------------------------------------------------------- */

#define COTOOL_EMPTY INT64_MIN

/* The start of the bucket that holds `seconds`. Seconds have at most 40 bits, so half a second is
 * more than what the product loses. */
COTOOL_INLINE int64_t cotool_bucket_start(int64_t seconds, int64_t width) {
    double quotient = ((double)seconds + 0.5) / (double)width;
    int64_t whole = (int64_t)quotient;
    return (whole - (quotient < (double)whole)) * width;
}

static cotool_bucket *cotool_bucket_find(cotool_histogram *h, int64_t start) {
    size_t mask = (size_t)(h->capacity - 1);
    size_t slot = (size_t)((uint64_t)start * 0x9E3779B97F4A7C15u >> 32) & mask;
    while (h->buckets[slot].start != COTOOL_EMPTY && h->buckets[slot].start != start)
        slot = (slot + 1) & mask;
    return &h->buckets[slot];
}

/* Puts every bucket into a table of `capacity`, in buckets of the width that `width` names. */
static int cotool_histogram_rebuild(const cotool_config *config, cotool_histogram *h, int capacity,
                                    int width) {
    cotool_histogram old = *h;
    cotool_bucket *buckets = malloc((size_t)capacity * sizeof *buckets);
    if (!buckets) return ENOMEM;
    for (int n = 0; n < capacity; n++) buckets[n].start = COTOOL_EMPTY;
    h->buckets = buckets, h->capacity = capacity, h->width = width, h->count = 0, h->last = NULL;
    for (int n = 0; n < old.capacity; n++) {
        const cotool_bucket *from = &old.buckets[n];
        cotool_bucket *to;
        int64_t start;
        if (from->start == COTOOL_EMPTY) continue;
        start = cotool_bucket_start(from->start, config->widths[width]);
        to = cotool_bucket_find(h, start);
        if (to->start == COTOOL_EMPTY) {
            *to = *from, to->start = start, h->count++;
        } else {
            for (int k = 0; k < COTOOL_LEVELS; k++) to->counts[k] += from->counts[k];
        }
    }
    free(old.buckets);
    return 0;
}

/* The bucket that holds `seconds`, new where there is none; NULL: out of memory. */
static cotool_bucket *cotool_histogram_bucket(const cotool_config *config, cotool_histogram *h,
                                              int64_t seconds) {
    for (;;) {
        int64_t width = config->widths[h->width], start = cotool_bucket_start(seconds, width);
        cotool_bucket *bucket;
        if (h->capacity) {
            bucket = cotool_bucket_find(h, start);
            if (bucket->start == start) return bucket;
            if (h->count < config->most_buckets && 2 * h->count < h->capacity) {
                bucket->start = start;
                memset(bucket->counts, 0, sizeof bucket->counts);
                h->count++;
                return bucket;
            }
        }
        if (h->count >= config->most_buckets && config->widths[h->width + 1]) {
            if (cotool_histogram_rebuild(config, h, h->capacity, h->width + 1)) return NULL;
        } else if (cotool_histogram_rebuild(config, h, h->capacity ? 2 * h->capacity : 64,
                                            h->width)) {
            return NULL;
        }
    }
}

static int cotool_histogram_merge(const cotool_config *config, cotool_histogram *into,
                           const cotool_histogram *from) {
    while (into->width < from->width)
        if (cotool_histogram_rebuild(config, into, into->capacity ? into->capacity : 64,
                                     into->width + 1))
            return ENOMEM;
    for (int n = 0; n < from->capacity; n++) {
        cotool_bucket *bucket;
        if (from->buckets[n].start == COTOOL_EMPTY) continue;
        bucket = cotool_histogram_bucket(config, into, from->buckets[n].start);
        if (!bucket) return ENOMEM;
        for (int k = 0; k < COTOOL_LEVELS; k++) bucket->counts[k] += from->buckets[n].counts[k];
    }
    into->last = NULL;
    return 0;
}

COTOOL_INLINE int cotool_histogram_count(const cotool_config *config, cotool_histogram *h,
                                         int64_t seconds, int level) {
    if (!h->last ||
        (uint64_t)(seconds - h->last->start) >= (uint64_t)config->widths[h->width]) {
        h->last = cotool_histogram_bucket(config, h, seconds);
        if (!h->last) return ENOMEM;
    }
    h->last->counts[level]++;
    return 0;
}

/* ---- time ---------------------------------------------------------------------------------- */

int64_t cotool_period(int kind) { return kind == COTOOL_DAILY ? 86400 : (int64_t)366 * 86400; }

/* Inferred years and days stop ten years after the first stamp, and one year before it: stamps that
 * keep stepping back are out of order (the logs of several hosts, one after the other). The clock
 * itself goes on, so that a span does not have to know what came before. */
int64_t cotool_held_cycle(int64_t cycle, int kind) {
    int64_t most = kind == COTOOL_DAILY ? 3653 : 10, least = kind == COTOOL_DAILY ? -366 : -1;
    return cycle > most ? most : cycle < least ? least : cycle;
}

/* The seconds since 1970 of a stamp as it is written, before its zone. Sets the span's clock by a
 * stamp without a year or without a date. */
static int64_t cotool_local_seconds(const cotool_config *config, cotool_span *span, int cycle,
                                    const cotool_stamp *stamp) {
    int64_t of_day, days;
    cotool_clock *clock = &span->clock;
    if (stamp->is_epoch) return stamp->epoch;
    of_day = stamp->hour * 3600 + stamp->minute * 60 + stamp->second;
    days = cotool_days(stamp->year, stamp->month, stamp->day);
    if (!cycle) return days * 86400 + of_day;
    {
        int64_t period = cotool_period(cycle);
        int64_t within =
            cycle == COTOOL_DAILY ? of_day : (days - cotool_days(1972, 1, 1)) * 86400 + of_day;
        if (clock->within >= 0 && clock->kind == cycle) {
            /* More than half a period back is the next one; as much ahead, a late record of the
             * one before. */
            if (within < clock->within - period / 2) clock->cycle++;
            else if (within > clock->within + period / 2) clock->cycle--;
        }
        clock->kind = cycle;
        clock->within = within;
        if (clock->head < 0)
            clock->head = within, clock->head_kind = cycle, clock->head_cycle = clock->cycle;
    }
    {
        int64_t held = cotool_held_cycle(clock->cycle, cycle);
        if (cycle == COTOOL_DAILY)
            return (cotool_days(config->year, config->month, config->day) + held) * 86400 + of_day;
        return cotool_days(config->year + (int)held, stamp->month, stamp->day) * 86400 + of_day;
    }
}

/* Local seconds in UTC: by the stamp's zone, else by the zone that is set for stamps without. */
COTOOL_INLINE int64_t cotool_universal(const cotool_config *config, int64_t local,
                                       const cotool_stamp *stamp) {
    int low = 0, high = config->zones;
    if (stamp->zoned) return local - stamp->zone;
    if (!high) return local;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (config->zone_start[middle] <= local) low = middle;
        else high = middle;
    }
    return local - config->zone_offset[low];
}

/* Tells whether the time at p is the last one that was read, up to its seconds. */
COTOOL_INLINE int cotool_is_memo(const cotool_memo *memo, const cotool_clock *clock,
                                 const uint8_t *p) {
    const cotool_layout *l = memo->layout;
    cotool_bytes32 text, before;
    cotool_quads32 q;
    memcpy(&text, p, 32);
    memcpy(&before, memo->text, 32);
    q = (cotool_quads32)((text ^ before) & l->whole);
    if (q[0] | q[1] | q[2] | q[3]) return 0;
    if (l->place[5] < 0 || l->dated_tail) return 0;
    /* The first such stamp of a span sets the head of its clock. */
    return !l->cycle || (clock->head >= 0 && clock->kind == l->cycle &&
                         clock->within == memo->within && clock->cycle == memo->cycle);
}

/* ---- records ------------------------------------------------------------------------------- */

/* Counts a record by what its first line says. */
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

/* Adds the open record to the counts. */
static int cotool_commit(const cotool_config *config, cotool_span *span) {
    cotool_record *r = &span->record;
    cotool_counts *c = &span->counts;
    if (config->filtered) {
        int passes = r->passes && (!config->wanted || r->matched);
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
    if (config->mine && config->wanted && span->record_text) {
        cotool_record_facts facts = {r->level, r->has_time, r->inferred, r->seconds};
        if (cotool_forms_add(&span->forms, span->record_text, span->record_text + r->text_size,
                             &facts))
            return ENOMEM;
    }
    if (config->reading && config->wanted &&
        cotool_reading_add(config, &span->table, r->format, span->record_text,
                           span->record_text + r->text_size, r->level, r->has_time, r->inferred,
                           r->seconds, r->line))
        return ENOMEM;
    return cotool_count_record(config, span, r->level, r->has_time, r->zoned, r->inferred,
                               r->seconds, r->nanos);
}

COTOOL_INLINE void cotool_count_pattern(const cotool_config *config, cotool_span *span,
                                        int pattern) {
    if (config->filtered) span->record_patterns[pattern]++;
    else span->counts.patterns[pattern]++;
    if (config->wanted && config->wanted[pattern]) span->line.matched = 1;
}

/* A pattern may match the line: its literal is there, or it has none. */
static void cotool_try_pattern(const cotool_config *config, cotool_worker *worker,
                               cotool_span *span, int pattern, const uint8_t *line, size_t size) {
    if (worker->stamp[pattern] == worker->serial) return;
    worker->stamp[pattern] = worker->serial; /* one look at the line is enough */
    if (config->pattern[pattern].program) {
        int found = cotool_regex_search(worker->regex[pattern], line, size, 0);
        if (found < 0) span->status = ENOMEM;
        if (found <= 0) return;
    }
    cotool_count_pattern(config, span, pattern);
}

/* Literals of a line at which a regex begins anew, before it looks at the rest of the line. */
#define COTOOL_TRIES 4

/* A literal of a pattern is at line[at], and every match begins with a literal. */
static void cotool_try_at(const cotool_config *config, cotool_worker *worker, cotool_span *span,
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
static void cotool_begin_pieces(const cotool_config *config, cotool_worker *worker,
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

/* A literal of a pattern, or of a keyword set, stands in a line that goes by in pieces. */
static void cotool_mark_piece(const cotool_config *config, cotool_span *span, int pattern) {
    if (pattern < 0) {
        span->line.keywords |= 1u << (-1 - pattern);
    } else if (!config->pattern[pattern].program && !span->line_patterns[pattern]) {
        span->line_patterns[pattern] = 1;
        cotool_count_pattern(config, span, pattern);
    }
}

/* Keeps a line as a sample or an entry, where it is one. */
static void cotool_keep(const cotool_config *config, cotool_span *span, size_t text, uint64_t at) {
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

/* Ends a line of `size` bytes with its line end; `text` bytes of it are at `line`. */
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
    if (config->show || config->entries) cotool_keep(config, span, text, at);
}

/* Counts the form of a record's first line. */
static void cotool_mine(cotool_span *span, const uint8_t *line, const uint8_t *end, int level,
                        int has_time, int inferred, int64_t seconds) {
    cotool_record_facts facts = {level, has_time, inferred, seconds};
    if (cotool_forms_add(&span->forms, line, end, &facts)) span->status = ENOMEM;
}

/* Measures a record by its first line. */
static void cotool_measure(const cotool_config *config, cotool_span *span, int format,
                           const uint8_t *line, const uint8_t *end, int level, int has_time,
                           int inferred, int64_t seconds, int64_t number) {
    if (cotool_reading_add(config, &span->table, format, line, end, level, has_time, inferred,
                           seconds, number))
        span->status = ENOMEM;
}

static int cotool_grow(cotool_worker *worker, size_t room) {
    uint8_t *buffer;
    if (room <= worker->room) return 0;
    buffer = realloc(worker->buffer, room);
    if (!buffer) return ENOMEM;
    worker->buffer = buffer, worker->room = room;
    return 0;
}

/* What follows the last carriage return within a line, NULL: none. */
static const uint8_t *cotool_after_return(const uint8_t *line, const uint8_t *end) {
    if (!memchr(line, '\r', (size_t)(end - line))) return NULL;
    while (end > line && end[-1] == '\r') end--;
    for (const uint8_t *p = end; p > line; p--)
        if (p[-1] == '\r') return p;
    return NULL;
}

/* Whether a letter fills a cell of a table. */
static int cotool_is_cell(const uint8_t *line, const uint8_t *letter, const uint8_t *end) {
    static const char marks[] = ",;|\t\"";
    return letter > line && letter[-1] && strchr(marks, letter[-1]) &&
           (letter + 1 >= end || (letter[1] && strchr(marks, letter[1])));
}

/* All classes of bytes. */
#define COTOOL_ANY_CLASS 0xFFFFFFFFu

enum { COTOOL_LOOK_CLOSER = -2 };

/* Words are looked for this far by COTOOL_PLACE_FIND. */
#define COTOOL_FIND_REACH 160

/* What the keys of a line hold; PLACE: a key of the level, whatever its value. */
enum { COTOOL_HAS_TIME = 1, COTOOL_HAS_PLACE = 2, COTOOL_HAS_LEVEL = 4 };

/* ---- one pass, for each CPU ---------------------------------------------------------------- */

#define COTOOL_AVX512_TARGET \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi,bmi2,popcnt")))
#define COTOOL_BODY "logs/loglines_rows.inc"
#include "base/cpu_levels.h"

cotool_scan_function *cotool_scan(void) {
#if COTOOL_DISPATCH
    if (cotool_cpu_level() == 2 && !__builtin_cpu_supports("avx512vbmi")) return scan_avx2;
#endif
    return COTOOL_CHOOSE(scan);
}

void cotool_logscan_prepare(void) {
    cotool_mask_prepare();
    cotool_prepare_layouts();
    cotool_prepare_levels();
    cotool_prepare_classes();
}

/* ---- looking at a sample ------------------------------------------------------------------- */

int cotool_probe_times(const uint8_t *line, const uint8_t *end, int tokens, cotool_seen_time *seen,
                       int most) {
    tokens_plain t;
    const uint8_t *start, *stop;
    uint64_t digits;
    int n = 0;
    t.end = end;
    seek_plain(&t, line);
    for (int token = 0; token < tokens && next_plain(&t, &start, &stop); token++) {
        int open = cotool_is_open(*start) ? *start : 0;
        if (token == 0 && start != line) break; /* a record begins at the line's start */
        /* A letter before a time of digits: glog. */
        if (token == 0 && (stop - start == 5 || stop - start == 9) &&
            cotool_letter_level(*start) >= 0 && cotool_is_digit(start[1]))
            open = 'A';
        if (open) start++;
        digits = digits_plain(start);
        for (int k = 0; k < COTOOL_LAYOUTS && start < end && n < most; k++) {
            cotool_stamp stamp;
            int length = cotool_read_time(&cotool_layouts[k], start, end, digits, &stamp);
            if (!length) continue;
            seen[n].token = token, seen[n].open = open, seen[n].layout = k;
            seen[n].at = (int)(start - line), seen[n].length = length;
            seen[n].month = stamp.month, seen[n].day = stamp.day;
            n++;
        }
    }
    return n;
}

int cotool_probe_levels(const uint8_t *line, const uint8_t *from, const uint8_t *end,
                        cotool_seen_level *seen, int most) {
    tokens_plain t;
    const uint8_t *start, *stop;
    int n = 0;
    t.end = end;
    seek_plain(&t, from);
    for (int token = 0; token < 14 && next_plain(&t, &start, &stop); token++) {
        const uint8_t *p = start;
        int word = 0, kind = -1, level = -1;
        if (stop - start == 1 && cotool_symbol_level(*start) >= 0)
            kind = COTOOL_PLACE_SYMBOL, level = cotool_symbol_level(*start);
        else if (cotool_letter_of(start, stop))
            kind = COTOOL_PLACE_LETTER, level = cotool_letter_level(*cotool_letter_of(start, stop));
        if (kind >= 0 && n < most)
            seen[n++] = (cotool_seen_level){kind, token, 0, 0, 0, 0, level, (int)(start - line)};
        for (; word < 6 && n < most; word++) {
            const uint8_t *first;
            int styles = 0;
            while (p < stop && cotool_byte_class[*p] != COTOOL_CLASS_WORD) p++;
            first = p;
            while (p < stop && cotool_byte_class[*p] == COTOOL_CLASS_WORD) p++;
            if (first == p) break;
            level = cotool_level_of(first, (size_t)(p - first), &styles);
            kind = COTOOL_PLACE_WORD;
            if (p - first == 1 && cotool_is_cell(line, first, end) && cotool_letter_level(*first) >= 0)
                kind = COTOOL_PLACE_LETTER, level = cotool_letter_level(*first), styles = COTOOL_UPPER;
            if (level < 0 && p - first == 3 && first[0] >= '1' && first[0] <= '5' &&
                cotool_is_digit(first[1]) && cotool_is_digit(first[2]))
                kind = COTOOL_PLACE_STATUS, level = cotool_status_level((first[0] - '0') * 100);
            if (level < 0) continue;
            seen[n++] = (cotool_seen_level){kind,
                                            token,
                                            word,
                                            first > line ? cotool_byte_class[first[-1]] : 0,
                                            p < end ? cotool_byte_class[*p] : 0,
                                            styles,
                                            level,
                                            (int)(first - line)};
        }
    }
    return n;
}

/* ---- setting up ---------------------------------------------------------------------------- */

/* Sorts literals into buckets and fills the tables. */
void cotool_config_literals(cotool_config *config) {
    int next = 0, buckets = config->literals < COTOOL_BUCKETS ? config->literals : COTOOL_BUCKETS;
    config->longest = 1;
    memset(config->low, 0, sizeof config->low);
    memset(config->high, 0, sizeof config->high);
    memset(config->group, 0, sizeof config->group);
    for (int b = 0; b < COTOOL_BUCKETS; b++) {
        config->bucket_start[b] = next;
        /* Literals come sorted, so those of a bucket begin alike. */
        if (b < buckets) next = (int)((int64_t)config->literals * (b + 1) / buckets);
        for (int k = config->bucket_start[b]; k < next; k++) {
            cotool_literal *l = &config->literal[k];
            if (l->size > config->longest) config->longest = l->size;
            l->head = cotool_head(l->bytes, l->size);
            l->mask = l->size >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * l->size)) - 1;
            l->fold_bits = 0;
            for (uint32_t i = 0; i < 8 && i < l->size; i++)
                if (l->fold && cotool_is_letter(l->bytes[i])) l->fold_bits |= (uint64_t)0x20 << 8 * i;
            for (uint32_t i = 0; i < 3; i++) {
                uint8_t bit = (uint8_t)(1u << b);
                if (i >= l->size) {
                    for (int c = 0; c < 16; c++) config->low[i][c] |= bit, config->high[i][c] |= bit;
                    for (int c = 0; c < 128; c++) config->group[i][c] |= bit;
                    continue;
                }
                config->group[i][l->bytes[i] & 127] |= bit;
                if (l->fold && cotool_is_letter(l->bytes[i]))
                    config->group[i][(l->bytes[i] ^ 0x20) & 127] |= bit;
                config->low[i][l->bytes[i] & 15] |= bit;
                config->high[i][l->bytes[i] >> 4] |= bit;
                if (l->fold && cotool_is_letter(l->bytes[i]))
                    config->high[i][(l->bytes[i] ^ 0x20) >> 4] |= bit;
            }
        }
    }
    config->bucket_start[COTOOL_BUCKETS] = next;
}

/* Takes a form up; returns its number among the layouts, -1: too many, -2: out of memory. */
int cotool_config_form(cotool_config *config, const char *form) {
    cotool_layout *own;
    for (int n = 0; n < COTOOL_LAYOUTS; n++) config->layout[n] = &cotool_layouts[n];
    if (!form) return 0;
    for (int n = 0; n < COTOOL_LAYOUTS + config->own_layouts; n++)
        if (!strcmp(config->layout[n]->form, form)) return n;
    if (COTOOL_LAYOUTS + config->own_layouts >= COTOOL_MOST_LAYOUTS) return -1;
    own = aligned_alloc(32, (sizeof *own + 31) / 32 * 32);
    if (!own) return -2;
    memset(own, 0, sizeof *own);
    own->form = form;
    cotool_prepare_layout(own);
    config->layout[COTOOL_LAYOUTS + config->own_layouts] = own;
    return COTOOL_LAYOUTS + config->own_layouts++;
}

void cotool_config_close(cotool_config *config) {
    for (int n = 0; n < config->own_layouts; n++) free((void *)config->layout[COTOOL_LAYOUTS + n]);
    config->own_layouts = 0;
}

int cotool_read_form(const char *form, const uint8_t *text, const uint8_t *end, int64_t *seconds,
                     int *nanos, int *zoned, int *cycle) {
    cotool_layout layout;
    cotool_stamp stamp;
    int length;
    memset(&layout, 0, sizeof layout);
    memset(&stamp, 0, sizeof stamp);
    layout.form = form;
    cotool_prepare_layout(&layout);
    length = cotool_read_time(&layout, text, end, digits_plain(text), &stamp);
    *seconds = stamp.is_epoch ? stamp.epoch
                              : cotool_days(stamp.year, stamp.month, stamp.day) * 86400 +
                                    stamp.hour * 3600 + stamp.minute * 60 + stamp.second -
                                    (stamp.zoned ? stamp.zone : 0);
    *nanos = stamp.nanos, *zoned = stamp.zoned, *cycle = layout.cycle;
    return length;
}

int cotool_add_key(cotool_keys *keys, const char *path) {
    int parent = 0;
    if (!keys->nodes) keys->nodes = 1, keys->node[0].value = -1;
    for (;;) {
        size_t size = strcspn(path, "\x1f");
        uint8_t *link = &keys->node[parent].child;
        if (!size || size >= COTOOL_KEY) return -1;
        while (*link && (keys->node[*link].size != size || memcmp(keys->node[*link].text, path, size)))
            link = &keys->node[*link].next;
        if (!*link) {
            cotool_key *node = &keys->node[keys->nodes];
            if (keys->nodes == COTOOL_KEY_NODES) return -1;
            node->size = (uint8_t)size, node->value = -1;
            memcpy(node->text, path, size);
            *link = keys->nodes++;
        }
        parent = *link;
        if (!path[size]) break;
        path += size + 1;
    }
    if (keys->node[parent].value < 0) {
        if (keys->values == COTOOL_VALUES) return -1;
        keys->node[parent].value = (int8_t)keys->values++;
    }
    return keys->node[parent].value;
}

void cotool_config_formats(cotool_config *config) {
    memset(config->by_first_byte, 0, sizeof config->by_first_byte);
    config->simple = !config->filtered && !config->show && !config->entries;
    config->below = 0;
    for (int n = 0; n < config->formats; n++) {
        cotool_format *f = &config->format[n];
        int shift = f->time_open != 0, layouts = 0;
        uint64_t digits = ~(uint64_t)0, others = ~(uint64_t)0;
        for (int k = 0; k < COTOOL_LAYOUTS + config->own_layouts; k++)
            if (f->layouts >> k & 1) {
                digits &= config->layout[k]->digits, others &= config->layout[k]->others;
                layouts++;
            }
        if (!layouts || f->kind != COTOOL_FORMAT_TEXT || f->pri || f->time_token != 0)
            digits = others = 0;
        if (f->lead[0]) digits = others = 0;
        config->quick[n] = f->kind == COTOOL_FORMAT_TEXT && !f->pri && f->time_token >= 0 &&
                           !f->lead[0] && f->payload == COTOOL_FORMAT_TEXT;
        for (int k = 0; k < f->places; k++)
            if (f->place[k].kind != COTOOL_PLACE_WORD || f->place[k].before || f->place[k].below)
                config->quick[n] = 0;
        f->below = 0;
        for (int k = 0; k < f->places; k++) f->below |= f->place[k].below;
        config->below |= f->below;
        /* The best time and the best level: no more is asked of a line that has both. */
        f->keys.enough = 0;
        if (f->times) {
            f->keys.enough |= (uint32_t)1 << f->time[0].value;
            if (f->time[0].join) f->keys.enough |= (uint32_t)1 << f->time[0].joined;
            if (f->time[0].zone >= 0) f->keys.enough |= (uint32_t)1 << f->time[0].zone;
        }
        for (int k = 0; k < f->places; k++)
            if (f->place[k].kind == COTOOL_PLACE_KEY && f->place[k].value >= 0) {
                f->keys.enough |= (uint32_t)1 << f->place[k].value;
                break;
            }
        config->must[n] = (digits | others) << shift;
        config->want[n] = digits << shift;
    }
    for (int n = 0; n < config->formats; n++)
        for (int c = 0; c < 256; c++)
            if (config->format[n].first[c]) config->by_first_byte[c] |= (uint32_t)1 << n;
}

int cotool_worker_open(cotool_worker *worker, const cotool_config *config, size_t block) {
    size_t patterns = (size_t)config->patterns;
    memset(worker, 0, sizeof *worker);
    worker->block = block;
    worker->newline = malloc((COTOOL_NEWLINES + 64) * sizeof *worker->newline);
    worker->hit = malloc((COTOOL_HITS + 1 + 64 * (size_t)(config->literals + 1)) * sizeof *worker->hit);
    worker->regex = calloc(patterns + 1, sizeof *worker->regex);
    worker->anchored = calloc(patterns + 1, sizeof *worker->anchored);
    worker->stamp = calloc(patterns + 1, sizeof *worker->stamp);
    worker->tries = calloc(patterns + 1, sizeof *worker->tries);
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

void cotool_worker_close(cotool_worker *worker, const cotool_config *config) {
    for (int n = 0; n < config->patterns; n++) {
        if (worker->regex) cotool_regex_free(worker->regex[n]);
        if (worker->anchored) cotool_regex_free(worker->anchored[n]);
    }
    free(worker->regex);
    free(worker->anchored);
    free(worker->stamp);
    free(worker->tries);
    free(worker->newline);
    free(worker->hit);
    free(worker->buffer);
}

/* Makes a span ready to begin at a fresh place; its memory is kept. */
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
        cotool_histogram *h = &kept[k];
        if (h->capacity > 64 && h->capacity > 8 * h->count) {
            /* Small tables stay in the cache, and are cleared and added up in no time: a mixed
             * log takes 193 ms a gigabyte instead of 265. */
            free(h->buckets);
            h->buckets = NULL, h->capacity = 0;
        }
        for (int n = 0; n < h->capacity; n++) h->buckets[n].start = COTOOL_EMPTY;
        h->count = 0, h->last = NULL, h->width = total->histogram[k].width;
        c->histogram[k] = *h;
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
    span->record_text = calloc(COTOOL_RECORD_TEXT + COTOOL_PADDING, 1);
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

int cotool_read_level(const uint8_t *text, const uint8_t *end, int scale) {
    cotool_value value = {COTOOL_STRING, text, end};
    return cotool_value_level(&value, scale, &(cotool_words){0});
}

const char *cotool_text_key(int n) { return n < COTOOL_TEXT_KEYS ? cotool_text_keys[n] : NULL; }

int cotool_layout_count(void) { return COTOOL_LAYOUTS; }
const char *cotool_layout_form(int layout) { return cotool_layouts[layout].form; }
int cotool_form_cycle(const char *form) { return cotool_cycle(form); }
const char *cotool_month_name(int n) {
    return (size_t)n < sizeof cotool_month_names / sizeof cotool_month_names[0][0]
               ? cotool_month_names[n / 12][n % 12]
               : NULL;
}
int cotool_layout_cycle(int layout) { return cotool_layouts[layout].cycle; }

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
