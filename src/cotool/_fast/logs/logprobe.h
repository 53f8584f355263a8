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

/* Reads the time at `text` by a form. Returns the bytes that it takes, 0 where it does not fit. */
int cotool_read_stamp(const char *form, const uint8_t *text, const uint8_t *end, int64_t *seconds,
                      int *nanos, int *zoned, int *cycle);

/* The level that a value states, COTOOL_UNKNOWN where it states none; numbers count by a scale. */
int cotool_read_level(const uint8_t *text, const uint8_t *end, int scale);

/* What can be read as a time or as a level in a line. */
typedef struct {
    int token, open, layout, at, length, month, day;
} cotool_seen_time;
typedef struct {
    int kind, token, word, lead, trail, styles, level, at;
} cotool_seen_level;
int cotool_probe_times(const uint8_t *line, const uint8_t *end, int tokens, cotool_seen_time *seen,
                       int most);
int cotool_probe_levels(const uint8_t *line, const uint8_t *from, const uint8_t *end,
                        cotool_seen_level *seen, int most);

#endif
