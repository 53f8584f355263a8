/* The figures of one form: time line, ranges, distinct values, kept lines. Part of logforms.c. */
#ifndef COTOOL_LOGFIGURES_H
#define COTOOL_LOGFIGURES_H

#include "logs/logforms.h"
#include "logs/logsketch.h"

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Extends the time line to [first, last], with the narrowest buckets that can cover it. */
static int fit_timeline(cotool_form *f, const int64_t *widths, int64_t first, int64_t last) {
    uint64_t counts[COTOOL_TIMELINE] = {0};
    int64_t start, stop, ratio;
    int width = f->width, span = f->span ? f->span : 4;
    for (;; width++) {
        start = floor_divide(first, widths[width]), stop = floor_divide(last, widths[width]) + 1;
        if (stop - start <= COTOOL_TIMELINE || !widths[width + 1]) break;
    }
    while (span < stop - start && span < COTOOL_TIMELINE) span *= 2;
    if (span > f->span) {
        uint64_t *timeline = realloc(f->timeline, (size_t)span * sizeof *timeline);
        if (!timeline) return ENOMEM;
        memset(timeline + f->span, 0, (size_t)(span - f->span) * sizeof *timeline);
        f->timeline = timeline;
    }
    if (f->span && (width != f->width || start != f->start)) {
        ratio = widths[width] / widths[f->width];
        for (int n = 0; n < f->span; n++)
            if (f->timeline[n])
                counts[floor_divide(f->start + n, ratio) - start] += f->timeline[n];
        memcpy(f->timeline, counts, (size_t)span * sizeof *counts);
    }
    f->width = width, f->start = start, f->span = span;
    f->from = f->until = 0;
    return 0;
}

static int count_time(cotool_form *f, const int64_t *widths, int64_t seconds, uint64_t count) {
    if (seconds < f->from || seconds >= f->until) {
        int64_t bucket = floor_divide(seconds, widths[f->width]) - f->start;
        if (bucket < 0 || bucket >= f->span) {
            if (fit_timeline(f, widths, seconds < f->first ? seconds : f->first,
                             seconds > f->last ? seconds : f->last))
                return ENOMEM;
            bucket = floor_divide(seconds, widths[f->width]) - f->start;
        }
        f->now = (int)bucket;
        f->from = (f->start + bucket) * widths[f->width];
        f->until = f->from + widths[f->width];
    }
    if (seconds < f->first) f->first = seconds;
    if (seconds > f->last) f->last = seconds;
    f->timeline[f->now] += count;
    return 0;
}

static void mark_register(uint8_t *registers, uint64_t hash) {
    uint8_t *r = &registers[hash & (COTOOL_REGISTERS - 1)];
    uint8_t rank = (uint8_t)(__builtin_clzll((hash >> 8) | 1) - 7);
    if (rank > *r) *r = rank;
}

static int ranges_of(const cotool_form *f) {
    return f->parameters < COTOOL_RANGES ? f->parameters : COTOOL_RANGES;
}

/* The first parameter whose range is known. */
static int first_range(const cotool_form *f) { return f->parameters - ranges_of(f); }

/* Adds the parameters of a kept line to the distinct values. */
static void mark_kept(cotool_form *f, const cotool_kept *kept) {
    const uint8_t *p = kept->bytes;
    const int first = first_range(f);
    for (int k = 0; k < f->parameters; k++) {
        uint64_t hash;
        memcpy(&hash, p, 8);
        if (k >= first) mark_register(f->registers + (k - first) * COTOOL_REGISTERS, hash);
        p += 10 + (p[8] | p[9] << 8);
    }
}

/* Changes to a form of which not every distinct line is kept: distinct values are estimated. */
static int crowd(cotool_form *f) {
    int count = ranges_of(f);
    if (f->crowded) return 0;
    f->crowded = 1;
    if (!count) return 0;
    f->registers = calloc((size_t)count, COTOOL_REGISTERS);
    if (!f->registers) return ENOMEM;
    for (int n = 0; n < f->kept; n++) mark_kept(f, &f->keep[n]);
    return 0;
}

/* Sets the greatest hash of lines that are kept. */
static void set_limit(cotool_form *f, int most) {
    if (f->kept == most && f->keep[most - 1].hash < f->limit) f->limit = f->keep[most - 1].hash;
}

static int cut_kept(cotool_form *f, int most) {
    if (f->kept <= most) return 0;
    if (crowd(f)) return ENOMEM;
    while (f->kept > most) free(f->keep[--f->kept].bytes);
    set_limit(f, most);
    return 0;
}

/* Returns the place of a hash among the kept lines, or the place to insert it. */
static int kept_place(const cotool_form *f, uint64_t hash) {
    int low = 0, high = f->kept;
    while (low < high) {
        int middle = (low + high) / 2;
        if (f->keep[middle].hash < hash) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Makes room for one more line at `place`; the last one is dropped if there are `most`. */
static int open_place(cotool_form *f, int place, int most) {
    if (f->kept == most) {
        if (crowd(f)) return ENOMEM;
        free(f->keep[--f->kept].bytes);
    }
    if (f->kept == f->room) {
        int room = f->room ? 2 * f->room : 2;
        cotool_kept *keep = realloc(f->keep, (size_t)room * sizeof *keep);
        if (!keep) return ENOMEM;
        f->keep = keep, f->room = room;
    }
    memmove(f->keep + place + 1, f->keep + place, (size_t)(f->kept - place) * sizeof *f->keep);
    f->kept++;
    return 0;
}

/* Keeps the parameters of a line: for each its hash, its size in two bytes, and its bytes. */
static int keep_line(cotool_form *f, const uint8_t *line, const cotool_masked *m,
                     const uint64_t *hashes, uint64_t hash, int most, uint64_t times) {
    size_t size = 0;
    int place = kept_place(f, hash);
    uint8_t *to;
    if (place < f->kept && f->keep[place].hash == hash) {
        f->keep[place].count += times;
        return 0;
    }
    if (place >= most) return crowd(f);
    for (int n = 0; n < m->parameters; n++)
        size += 10 + least_size(m->parameter[n].end - m->parameter[n].start, COTOOL_KEPT_SIZE);
    to = malloc(size + 1);
    if (!to) return ENOMEM;
    if (open_place(f, place, most)) {
        free(to);
        return ENOMEM;
    }
    f->keep[place].hash = hash, f->keep[place].count = times;
    f->keep[place].bytes = to, f->keep[place].size = (uint32_t)size;
    for (int n = 0; n < m->parameters; n++) {
        size_t length = least_size(m->parameter[n].end - m->parameter[n].start,
                                          COTOOL_KEPT_SIZE);
        memcpy(to, &hashes[n], 8);
        to[8] = (uint8_t)length, to[9] = (uint8_t)(length >> 8);
        memcpy(to + 10, line + m->parameter[n].start, length);
        to += 10 + length;
    }
    set_limit(f, most);
    return 0;
}

#endif
