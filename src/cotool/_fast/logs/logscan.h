/* One pass over log lines: the state of a scan and what it counts.
 *
 *   bytes -> index: newlines and literals (SIMD) -> lines -> record start, time, level -> counts
 *
 * A file is cut into spans. A span owns the records that *start* in it: it skips what belongs to
 * the record before, and reads past its end to finish its last record. So the counts do not depend
 * on where spans begin. Spans run in parallel; what depends on their order (line numbers, disorder,
 * the year of stamps without one) is settled when their results are added up in order.
 */
#ifndef COTOOL_LOGSCAN_H
#define COTOOL_LOGSCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"
#include "logs/logconfig.h"
#include "logs/logguess.h"
#include "logs/logmembers.h"
#include "logs/logquoted.h"
#include "logs/regex.h"

/* Bytes that must be readable after any line that is parsed; blocks are padded with them. */
#define COTOOL_PADDING 128
/* Regexes search this many bytes of a line, and a buffer need not be larger. */
#define COTOOL_LINE_LIMIT ((size_t)1 << 20)

/* How much of a record's first line is kept until it is known whether the record passes the filters. */
#define COTOOL_RECORD_TEXT ((size_t)1 << 16)

typedef struct {
    int64_t start;
    uint64_t counts[COTOOL_LEVELS];
} cotool_bucket;

typedef struct {
    int width; /* index into widths */
    int count, capacity;
    cotool_bucket *buckets; /* in the order of their first records, which are mostly side by side */
    uint32_t *slots; /* twice the capacity, open addressing: the number of a bucket from 1, 0: none */
    cotool_bucket *last;
} cotool_histogram;

/* A line, for --records. */
typedef struct {
    uint64_t line, at; /* as in cotool_sample */
    uint32_t size, word_at;
    int64_t seconds;
    int32_t nanos;
    uint8_t word_size, level, has_time, continuation, zoned;
} cotool_entry;

typedef struct {
    uint64_t line; /* counted from 0 in the span */
    uint64_t at;   /* offset in the file or memory */
    uint64_t size;
    uint8_t level;
} cotool_sample;

/* Everything that is added up. */
typedef struct {
    uint64_t bytes, lines, records, timeless, disordered, long_lines, left_out;
    uint64_t zoned; /* records whose time names its zone */
    uint64_t levels[COTOOL_LEVELS];
    uint64_t keywords[2];
    /* Of records whose time is whole, and of those whose year or date is inferred. */
    int64_t first[2], last[2]; /* nanoseconds */
    cotool_histogram histogram[2];
    uint64_t *patterns;
} cotool_counts;

/* The record that is being read. */
typedef struct {
    int open;    /* 1: a record is open, further lines may belong to it; 2: its lines are no record */
    int headed;  /* a line that heads records has been read in it */
    int counted; /* another scan has counted it: only its further lines are counted here */
    int passes; /* as far as level and time tell */
    int matched;
    int level;
    int has_time, zoned, inferred;
    int64_t seconds;
    int32_t nanos;
    uint64_t lines, bytes, long_lines;
    uint64_t keywords[2];
    uint32_t text_size; /* of the span's record_text */
    uint32_t head_size; /* of its first line */
    int format;         /* of its first line, -1: none */
    int64_t line;       /* its first line, counted from 0 in the span */
} cotool_record;

typedef struct {
    int64_t cycle;  /* years or days since the first record of a form without year or date */
    int64_t within; /* seconds within that year or day of the last such record, -1: none yet */
    int kind;       /* COTOOL_YEARLY, COTOOL_DAILY of that record */
    int64_t head;   /* `within` of the span's first such record, -1: none */
    int64_t head_cycle;
    int head_kind;
} cotool_clock;

/* The line that is being read. */
typedef struct {
    int foreign; /* it belongs to the span before */
    int continuation;
    int matched; /* a wanted pattern */
    unsigned keywords;
    uint32_t word_at;
    uint8_t word_size;
    /* a line that is longer than a buffer and is read in pieces */
    int in_pieces;
    size_t overlap; /* bytes at the front that have been seen */
    uint64_t size, at;
    const uint8_t *head;
    size_t head_size;
} cotool_line;

typedef struct cotool_span {
    /* in */
    uint64_t begin, end, limit; /* owns what starts before end; reads lines that start before limit */
    int first;                  /* begins at a line, with `record` and `clock` of the span before */
    int waits;                  /* to be scanned, or scanned again because its clock was wrong */
    /* in and out */
    cotool_record record;
    cotool_line line;
    cotool_clock clock;
    uint64_t *record_patterns; /* lines of the open record that match, per pattern */
    uint8_t *line_patterns;    /* patterns that a line in pieces has matched */
    uint8_t *record_text;      /* the open record's first line, or all its lines, until it is counted */
    /* out */
    int status;    /* 0, or an errno */
    int owns;      /* found the start of a record, or began with one open */
    int open_end;  /* its last record was still open at `limit` */
    uint64_t stop; /* where it ended: the next line's start */
    uint64_t seen_lines; /* of its own records, left out ones included */
    int timed;
    int64_t head_time, tail_time; /* nanoseconds, of its first and last record with a time */
    cotool_counts counts;
    cotool_forms forms;
    cotool_table table;
    int samples;
    cotool_sample *sample;
    cotool_entry *entry;
    size_t entries, entry_room;
    uint64_t first_line; /* the number of its first line, once it is known */
    cotool_text text;    /* its entries as JSON */
} cotool_span;

/* The time that was read last by a format. The next line often has the same one up to its seconds. */
typedef struct {
    uint8_t text[32];
    const void *layout; /* NULL: nothing to compare with */
    int64_t local, within, cycle;
} cotool_memo;

/* The records that guesses have read and that are not counted yet; all times are inferred, or none. */
#define COTOOL_MOST_GUESSED 1024
typedef struct {
    size_t count;
    int inferred;
    int64_t seconds[COTOOL_MOST_GUESSED];
    int32_t nanos[COTOOL_MOST_GUESSED];
    uint32_t at[COTOOL_MOST_GUESSED]; /* where in the line the bytes are that the guess compares */
    uint8_t level[COTOOL_MOST_GUESSED];
} cotool_guessed;

/* The level that a value of a key named. */
#define COTOOL_NAMED_LEVELS 8
typedef struct {
    const cotool_place *place; /* NULL: nothing to compare with */
    uint64_t text;             /* up to eight bytes */
    size_t size;
    int level;
} cotool_named_level;

/* A short line that begins a record, and how often it was read since it was last counted. */
#define COTOOL_SHORT_LINES 256
#define COTOOL_SHORT_SIZE 15
typedef struct {
    uint64_t text[2]; /* its bytes, and its size in the last one */
    const uint8_t *line;
    uint64_t times; /* 0: none */
} cotool_short_line;

/* Outlines for the keys of time, level and measures, and for those of measures alone. */
enum { COTOOL_OUTLINES_OF_HEADS, COTOOL_OUTLINES_OF_MEASURES };

/* A thread's own memory. */
typedef struct cotool_worker {
    uint8_t *buffer;
    size_t room, block; /* block: bytes of one read */
    uint32_t *newline;
    uint64_t *hit;
    int patterns;
    cotool_regex **regex, **anchored; /* the second one: matches begin with a literal */
    uint64_t *stamp; /* per pattern: the last line that matched */
    uint64_t *tries; /* per pattern: the last line that was tried, and how often */
    uint64_t serial; /* of lines */
    const uint8_t *stop; /* the end of the bytes that have been read; `final`: no more follow */
    int final;
    cotool_memo memo[COTOOL_FORMATS];
    cotool_members members; /* of the line that is being read */
    struct cotool_batch *batch; /* of records that are measured; NULL: none are */
    cotool_outlines outlines[COTOOL_OUTLINES_OF_MEASURES + 1];
    cotool_named_level named[COTOOL_NAMED_LEVELS];
    cotool_guess guess[COTOOL_GUESSES];
    unsigned last_guess, next_guess; /* the one that fitted last, and the one that is replaced next */
    int luck, unlearned; /* see logquick.inc */
    cotool_guessed guessed;
    cotool_short_line short_line[COTOOL_SHORT_LINES];
    int width; /* of buckets that the times of some span have needed; see logworkers.c */
} cotool_worker;

void cotool_logscan_prepare(void); /* must be called first */

/* These return 0, ENOMEM, or EINVAL for a program that is none. */
int cotool_worker_open(cotool_worker *worker, const cotool_config *config, size_t block);
void cotool_worker_close(cotool_worker *worker);
/* Begins and ends the scan of a span by a worker. */
void cotool_worker_begin(const cotool_worker *worker, cotool_span *span);
void cotool_worker_end(cotool_worker *worker, const cotool_span *span);
int cotool_span_open(cotool_span *span, const cotool_config *config);
void cotool_span_reset(cotool_span *span, const cotool_config *config, const cotool_counts *total);
void cotool_span_close(cotool_span *span);

/* Returns the year or day of a stamp without one, `within` seconds into it, that follows what the clock
 * shows: a stamp that is more than half a period back belongs to the next period, one that is as much
 * ahead is a late record of the one before. */
int64_t cotool_next_cycle(const cotool_clock *clock, int64_t within, int kind);

/* Returns the inferred year or day that counts for `cycle`; it stays within ten years. */
int64_t cotool_held_cycle(int64_t cycle, int kind);

/* Adds counts to others. The result does not depend on the order. */
int cotool_counts_merge(const cotool_config *config, cotool_counts *into,
                        const cotool_counts *counts);

/* Adds the record that is still open to the counts. */
int cotool_span_finish(const cotool_config *config, cotool_span *span);

/* Scans a span of a file, or of memory. */
typedef void cotool_scan_function(const cotool_config *config, cotool_worker *worker,
                                  cotool_span *span, int file, const uint8_t *memory,
                                  uint64_t size, int final);
cotool_scan_function *cotool_scan(void);

/* Ids of the templates of forms. */
#define COTOOL_NAME_SIZE 12
typedef struct {
    const cotool_forms *forms;
    const uint8_t *name; /* [...][COTOOL_NAME_SIZE] */
    int64_t only;        /* only lines of this template are written, -1: all */
} cotool_names;

/* Writes the entries of a span, whose text is in `memory`, as lines of JSON objects. `prefix` holds
 * their first members. `utc`: all times are universal; `names`: NULL, or the templates to add. Returns
 * 0 or ENOMEM. */
int cotool_write_entries(cotool_span *span, const uint8_t *memory, const uint8_t *prefix,
                         size_t prefix_size, int utc, const cotool_names *names);

#endif
