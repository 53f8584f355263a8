/* What Python asks of single lines and texts. */
#ifndef COTOOL_LOGPROBE_H
#define COTOOL_LOGPROBE_H

#include "logs/logconfig.h"

/* The known layouts, and what repeats in a layout: 0, COTOOL_YEARLY or COTOOL_DAILY. */
int cotool_layout_count(void);
const char *cotool_layout_form(int layout);
int cotool_layout_cycle(int layout);
int cotool_form_cycle(const char *form);

/* These return NULL past the last one: names of months, keys under which records keep messages. */
const char *cotool_month_name(int n);
const char *cotool_text_key(int n);

/* Reads the time at `text` by a form. Returns the bytes that it takes, 0 if it does not fit. */
int cotool_read_stamp(const char *form, const uint8_t *text, const uint8_t *end, int64_t *seconds,
                      int *nanos, int *zoned, int *cycle);

/* The level that a value states, COTOOL_UNKNOWN where it states none; numbers count by a scale. */
int cotool_read_level(const uint8_t *text, const uint8_t *end, int scale);

/* How many bytes of a line, and how many tokens after a time, are searched for times and levels. */
enum { COTOOL_PROBED = 896, COTOOL_PROBED_TOKENS = 14 };

/* What can be read as a time or as a level in a line. */
typedef struct {
    int token, open, layout, at, length, month, day;
} cotool_seen_time;
typedef struct {
    int kind, token, word, lead, trail, styles, level, at, common;
} cotool_seen_level;
int cotool_probe_times(const uint8_t *line, const uint8_t *end, int tokens, cotool_seen_time *seen,
                       int most);
int cotool_probe_levels(const uint8_t *line, const uint8_t *from, const uint8_t *end, int tokens,
                        cotool_seen_level *seen, int most);

/* What lines with a time at the same place have in common: a word at one place that names a level in
 * each of them. The shape of a line is its first bytes with all digits as zeros; `first` are the lines
 * in which each shape comes first. */
enum { COTOOL_HEAD_SHAPES = 6, COTOOL_HEAD_SIZE = 96 };
typedef struct {
    int lines, token, word, styles;
    uint32_t leads, trails; /* bits of the classes of bytes before and after it */
    const uint8_t **start; /* of each line */
    int shapes;
    const uint8_t *first[COTOOL_HEAD_SHAPES];
    uint8_t shape[COTOOL_HEAD_SHAPES][COTOOL_HEAD_SIZE];
} cotool_same_level;

/* Reads the lines of a text, which is padded. A time ends at byte `from` of each line, and `size` bytes
 * are its shape. `found->start` has room for `most` lines. `leads` and `trails` are what may be around a level. Returns 0 if a line is shorter,
 * where there are more than `most` lines or COTOOL_HEAD_SHAPES shapes, or where the first word that names a
 * level is not at the same place of each line or is not certain to name it. */
int cotool_probe_same(const uint8_t *text, const uint8_t *end, int from, int size, uint32_t leads,
                      uint32_t trails, int most, cotool_same_level *found);

#endif
