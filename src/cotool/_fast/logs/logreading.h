/* What is measured of a record: its sources, which are fields of its first line, or of any line, as
 * numbers and groups.
 * See loggroups.h for what is kept. */
#ifndef COTOOL_LOGREADING_H
#define COTOOL_LOGREADING_H

#include "logs/capture.h"
#include "logs/logmembers.h"
#include "logs/lognumbers.h"
#include "logs/logscan.h"

#define COTOOL_SOURCES 16
#define COTOOL_BY 4
#define COTOOL_TESTS 32
#define COTOOL_OTHERS 32 /* further places of a format's sources */

/* How a source is found in a line. */
enum {
    COTOOL_GET_NONE,
    COTOOL_GET_TOKEN, /* column `token`, without its quotes or brackets */
    COTOOL_GET_KEY,   /* value number `value` of the keys: JSON, logfmt */
    COTOOL_GET_PAIR,  /* key=value in text; `text` is the key; `token` says about quotes: see below */
    COTOOL_GET_TEXT,  /* the word between `text` and `after` */
    COTOOL_GET_GROUP, /* the group of a regex */
    COTOOL_GET_LEVEL,
    COTOOL_GET_GIVEN, /* `text` itself */
    COTOOL_GET_TEMPLATE, /* the id of the record's template */
    COTOOL_GET_PARAMETER /* parameter `token` of template `label`; missing in all others */
};

/* Where a pair may be: anywhere, outside of quotes, within the strings of JSON. */
enum { COTOOL_PAIR_ANYWHERE, COTOOL_PAIR_UNQUOTED, COTOOL_PAIR_IN_JSON };

/* Parts of a value other than its words: an address without its port, what follows the last slash, a
 * program without [id] and colon. */
#define COTOOL_MOST_WORD 8
enum { COTOOL_PART_ADDRESS = COTOOL_MOST_WORD + 1, COTOOL_PART_LAST, COTOOL_PART_PROGRAM };

/* What is made of a field for a group or a comparison. */
enum { COTOOL_AS_IT_IS, COTOOL_AS_PATH, COTOOL_AS_CLASS };

typedef struct {
    uint8_t kind, token;
    uint8_t part; /* 0: the whole value, else the number of a word of it: GET, /path, HTTP/1.1 */
    int8_t value;
    uint32_t label;
    const char *text, *after; /* end with 0; for a column `text` is the value that means none */
    uint32_t text_size, after_size;
    const cotool_capture *capture;
    cotool_default_unit unit;
    uint8_t other; /* where else to look in records without a value here, 0: nowhere */
    uint8_t is_way; /* the field of the place before it, written in another way: the first in a record counts */
} cotool_locator;

enum { COTOOL_TEST_LESS, COTOOL_TEST_LEAST, COTOOL_TEST_MORE, COTOOL_TEST_MOST, COTOOL_TEST_EQUAL,
       COTOOL_TEST_OTHER, COTOOL_TEST_NOT, COTOOL_TEST_AND, COTOOL_TEST_OR };

/* A part of a group's text. */
typedef struct {
    uint8_t source, as;
} cotool_part;

/* One step of a condition in postfix order. */
typedef struct {
    uint8_t kind, source, as, is_number;
    uint8_t is_bare; /* the number has no unit: it is one of those of the field without a unit */
    cotool_fixed number;
    const char *text;
} cotool_test;

typedef struct cotool_reading {
    int sources, measures, by, tests;
    /* The last row is for lines without a format. */
    cotool_locator locator[COTOOL_FORMATS + 1][COTOOL_SOURCES];
    cotool_locator other[COTOOL_FORMATS + 1][COTOOL_OTHERS + 1]; /* from 1 on */
    uint64_t needed[COTOOL_FORMATS]; /* bits of the values of a format's keys that are sources */
    uint8_t members[COTOOL_FORMATS]; /* all sources are whole values of keys, of JSON or logfmt lines */
    uint8_t requests[COTOOL_FORMATS + 1]; /* of an access log; the sources below are its columns and pairs */
    unsigned grouped; /* bits of the sources of measures and groups */
    uint8_t delimiter[COTOOL_FORMATS + 1]; /* between columns, 0: blanks */
    uint8_t tokens[COTOOL_FORMATS + 1];    /* how many columns are needed */
    /* The column of an access log's "request", which all columns depend on; 0: there is none. It is negative
     * where no [time] comes before it. */
    int8_t anchor[COTOOL_FORMATS + 1];
    uint8_t measure[COTOOL_MEASURES];      /* sources */
    cotool_part group[COTOOL_BY];
    cotool_test test[COTOOL_TESTS];
    int distinct; /* count distinct values */
    uint8_t stepped[COTOOL_MEASURES]; /* those of a measure in each step as well */
    const cotool_names *names; /* of templates, NULL: no source needs them */
    /* Steps are numbered by local time: zone_offset[i] is valid from zone_start[i] (UTC). */
    int zones;
    const int64_t *zone_start, *zone_offset;
} cotool_reading;

/* The values of the sources in a record, and where they are kept. */
typedef struct {
    const cotool_value *value[COTOOL_SOURCES];
    const cotool_locator *locator[COTOOL_SOURCES]; /* the one that has found the value */
    cotool_value own[COTOOL_SOURCES]; /* those that are neither members nor columns */
    cotool_members members;
    cotool_value column[UINT8_MAX];
} cotool_fields;

/* A value that was taken from a line. */
typedef struct {
    const uint8_t *start;
    uint32_t size;
    uint8_t kind;
    uint8_t is_within; /* it is in the line, after which COTOOL_PADDING bytes are readable */
} cotool_taken;

/* Records whose values were found, but not yet added to the table. A processor works on several of them at
 * once where each step is a loop over records. */
#define COTOOL_BATCH 32
#define COTOOL_NO_ROW UINT32_MAX

typedef struct cotool_batch {
    int count;
    uint8_t inferred[COTOOL_BATCH];
    int64_t step[COTOOL_BATCH];   /* the time in seconds, COTOOL_NO_STEP: none */
    int64_t number[COTOOL_BATCH]; /* of the line */
    const uint8_t *line[COTOOL_BATCH], *end[COTOOL_BATCH];
    cotool_taken part[COTOOL_BY][COTOOL_BATCH], value[COTOOL_MEASURES][COTOOL_BATCH];
    const cotool_default_unit *unit[COTOOL_MEASURES][COTOOL_BATCH];
    uint32_t row[COTOOL_BATCH];   /* of the group */
    uint32_t whole[COTOOL_BATCH]; /* of all records, of each run of them */
    int64_t from, until, offset; /* the zone's offset for times in [from, until) */
} cotool_batch;

/* Bytes of a part of a group's text. */
#define COTOOL_PART 512

/* The row of locators of a format. */
COTOOL_INLINE int cotool_locator_row(int format) { return format < 0 ? COTOOL_FORMATS : format; }

/* Reads the sources of a record in [line, end): its first line, up to `head`, and the lines after it, each
 * preceded by a blank, if config->whole is set. `format` is -1 for none. `members`: the values of
 * keys that were found in the line, NULL: none yet. */
void cotool_read_fields(const cotool_config *config, int format, const uint8_t *line,
                        const uint8_t *head, const uint8_t *end, int level, const cotool_members *members,
                        cotool_fields *fields);

/* Takes the values of the sources of measures and groups from [line, end), of a format with requests; the same
 * as cotool_read_fields(). Sets the bits of pairs that may come again in `again`. Returns 0 where the line must
 * be read step by step. */
typedef int cotool_take_request_function(const cotool_reading *r, int row, const uint8_t *line,
                                         const uint8_t *end, cotool_value *value, unsigned *again);
extern cotool_take_request_function *cotool_take_request;
cotool_take_request_function cotool_take_request_plain;

/* Tells whether a column behind a request goes on in the next one, as a list of several upstreams does:
 * `0.1, 0.2`, `0.1 : 0.2`. The padding behind the line is readable. */
COTOOL_INLINE int cotool_goes_on(const cotool_value *column) {
    const uint8_t *end = column->end, *start = column->start, *next;
    if (start == end || start[-1] == '"') return 0;
    if (end[-1] == ',') next = end + 1;
    else if (end[0] == ' ' && end[1] == ':' && end[2] == ' ') next = end + 3;
    else return 0;
    return end[0] == ' ' && ((*start >= '0' && *start <= '9') || *start == '-' || *start == 'u') &&
           ((*next >= '0' && *next <= '9') || *next == '-' || *next == 'u');
}

/* Takes a word of a value or another part of it. */
void cotool_take_part(const cotool_value *whole, int part, cotool_value *value);

/* Extends a number after key= past commas: 1,234, a list of seconds: 0.012, 0.034, and a unit after
 * a blank: 12.5 ms. A full stop that ends a sentence is left out. */
void cotool_extend(cotool_value *value, const uint8_t *end);
/* Reads the word at the hole of a text in a line. Returns 0 if the line has none. */
int cotool_read_hole(const cotool_locator *l, const uint8_t *line, const uint8_t *end, cotool_value *value);

/* Decides which formats have requests, once all sources are set. */
void cotool_reading_prepare(cotool_reading *r);

/* Tells whether a source that is found by the text around it has another value behind one. */
int cotool_comes_again(const cotool_locator *locator, const cotool_value *value, const uint8_t *end);

/* The same for a source of a row of locators, whose value is at one of its places, in any of the ways that
 * the field is written. */
int cotool_source_comes_again(const cotool_reading *r, int row, int source, const cotool_locator *locator,
                              const cotool_value *value, const uint8_t *end);

/* Writes a value as a part of a group's text, or for a comparison; returns its size, at most
 * COTOOL_PART. */
size_t cotool_write_value(const cotool_value *value, int as, uint8_t *out);

/* Reads a value as a number, as cotool_read_number() does. */
int cotool_value_number(const cotool_value *value, const cotool_default_unit *unit,
                        cotool_fixed *number, int *dimension, int *added);

/* Tells whether a record meets the conditions. */
int cotool_reading_passes(const cotool_config *config, int format, const uint8_t *line,
                          const uint8_t *head, const uint8_t *end, int level, const cotool_members *members);

/* Takes a record into a batch, and adds the batch to the table once it is full. The line must stay in
 * place up to then. Returns 0 or ENOMEM. */
int cotool_reading_take(const cotool_config *config, cotool_batch *batch, cotool_table *table,
                        int format, const uint8_t *line, const uint8_t *head, const uint8_t *end,
                        const cotool_members *members, const cotool_record_facts *facts,
                        int64_t line_number);

/* Adds the records of a batch to the table. */
int cotool_reading_flush(const cotool_config *config, cotool_batch *batch, cotool_table *table);

/* Takes the first lines of records in a row that agree with a guess. They are of a format of keys whose sources
 * are all among their values, or of a format with requests. Line n begins after newline[n - 1], the first one
 * at p + start, and what the guess compares is at[n] bytes further on. Returns how many lines were taken
 * before one that must be read step by step. */
typedef size_t cotool_take_rows_function(const cotool_config *config, cotool_worker *worker,
                                         cotool_span *span, const cotool_guess *g, const uint8_t *p,
                                         size_t start, const uint32_t *newline, const uint32_t *at,
                                         const int64_t *seconds, size_t count);
extern cotool_take_rows_function *cotool_take_planned, *cotool_take_requests;
cotool_take_rows_function cotool_take_planned_plain, cotool_take_requests_plain;

/* Returns the time by which the step of a record is numbered. */
COTOOL_INLINE int64_t cotool_step_time(const cotool_reading *r, cotool_batch *b, int64_t seconds) {
    if (!r->zones) return seconds;
    if (seconds < b->from || seconds >= b->until) {
        int n = 0;
        while (n + 1 < r->zones && r->zone_start[n + 1] <= seconds) n++;
        b->from = n ? r->zone_start[n] : INT64_MIN;
        b->until = n + 1 < r->zones ? r->zone_start[n + 1] : INT64_MAX;
        b->offset = r->zone_offset[n];
    }
    return seconds + b->offset;
}

/* Ends a record in a batch whose values are there. */
COTOOL_INLINE int cotool_reading_end(const cotool_config *config, cotool_batch *b, cotool_table *table,
                                     const uint8_t *line, const uint8_t *end, int has_time, int64_t seconds,
                                     int inferred, int64_t number) {
    const int k = b->count;
    b->step[k] = table->width && has_time ? cotool_step_time(config->reading, b, seconds) : COTOOL_NO_STEP;
    b->inferred[k] = (uint8_t)inferred;
    b->line[k] = line, b->end[k] = end, b->number[k] = number;
    return ++b->count < COTOOL_BATCH ? 0 : cotool_reading_flush(config, b, table);
}

#endif
