/* One pass over log lines: what is configured, what is counted, and the way in.
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
#include "logs/logcells.h"
#include "logs/logforms.h"
#include "logs/regex.h"

enum {
    COTOOL_TRACE,
    COTOOL_DEBUG,
    COTOOL_INFO,
    COTOOL_NOTICE,
    COTOOL_WARNING,
    COTOOL_ERROR,
    COTOOL_CRITICAL,
    COTOOL_UNKNOWN,
    COTOOL_LEVELS
};

/* Bytes that must be readable after any line that is parsed; blocks are padded with them. */
#define COTOOL_PADDING 128
/* Of a longer line, regexes see this much; and a buffer need not be larger. */
#define COTOOL_LINE_LIMIT ((size_t)1 << 20)

/* Of a record's first line so much is kept until it is known whether the record counts. */
#define COTOOL_RECORD_TEXT ((size_t)1 << 16)

/* Where a level stands. */
enum {
    COTOOL_PLACE_WORD,   /* word `word` of token `token` names it: INFO, [error], core:warn */
    COTOOL_PLACE_LETTER, /* the token is one letter, or one before a slash: Android */
    COTOOL_PLACE_GLOG,   /* the letter before the time: I0301 */
    COTOOL_PLACE_SYMBOL, /* . - * #: Redis */
    COTOOL_PLACE_STATUS, /* an HTTP status */
    COTOOL_PLACE_PRI,    /* <n> at the start: syslog */
    COTOOL_PLACE_KEY,    /* the value of a key: JSON, logfmt, and key=value in text */
    COTOOL_PLACE_FIND,   /* the first word that names one, between such bytes as elsewhere */
    COTOOL_PLACE_CODE,   /* the digit of %FACILITY-4-NAME: a severity of syslog */
    COTOOL_PLACE_SHORT   /* a code in parentheses or before them: Er(163), (EE), (0x0040) */
};

/* Lines below the one that begins a record: the next one, or those after it that are indented. */
enum { COTOOL_BELOW_NEXT = 1, COTOOL_BELOW_INDENTED };
/* Bytes below a line among which its level is looked for. */
#define COTOOL_BELOW_REACH 4096

/* What numbers as levels mean. NONE: nothing; STATUS: they are those of HTTP. */
enum {
    COTOOL_SCALE_SYSLOG,
    COTOOL_SCALE_BUNYAN,
    COTOOL_SCALE_PYTHON,
    COTOOL_SCALE_OTEL,
    COTOOL_SCALE_DOTNET,
    COTOOL_SCALE_NEXTCLOUD,
    COTOOL_SCALE_WINDOWS,
    COTOOL_SCALE_STATUS,
    COTOOL_SCALE_NONE,
    COTOOL_SCALE_CMTRACE,
    COTOOL_SCALES
};

enum { COTOOL_FORMAT_TEXT, COTOOL_FORMAT_JSON, COTOOL_FORMAT_LOGFMT };

typedef uint8_t cotool_bytes32 __attribute__((vector_size(32)));
typedef uint64_t cotool_quads32 __attribute__((vector_size(32)));

#define COTOOL_KEY 48
#define COTOOL_PLACES 8
#define COTOOL_FORMATS 16
#define COTOOL_LEAD 64
#define COTOOL_MOST_LAYOUTS 64

/* Words that the caller maps to levels, as they may be written. */
typedef struct {
    const uint8_t *bytes;
    uint32_t size;
    uint8_t level, styles; /* of COTOOL_UPPER ... */
} cotool_word;

typedef struct {
    const cotool_word *word;
    int count;
} cotool_words;

typedef struct {
    uint8_t kind;
    uint8_t before; /* tokens count from the line's start, else from after the time */
    uint8_t below;  /* 0, or where it is looked for instead: COTOOL_BELOW_... */
    uint8_t token, word;
    uint8_t styles;       /* of COTOOL_UPPER ... that the word may have */
    uint8_t scale;        /* of numbers */
    uint32_t lead, trail; /* classes of the bytes that may stand before and after the word */
    char key[COTOOL_KEY];
    int8_t value; /* of `keys`: the value of a key in JSON and logfmt */
    cotool_words words;
} cotool_place;

/* Keys that are looked for. They lead through nested objects: the siblings of a node are keys of
 * one object, its children those of the object that is its value. A link of 0 ends a list, node 0 is
 * the root. */
#define COTOOL_KEY_NODES 48
#define COTOOL_VALUES 24 /* that are taken out of a line */

typedef struct {
    uint8_t size, child, next;
    int8_t value; /* which of the values it is, -1: none */
    char text[COTOOL_KEY];
} cotool_key;

typedef struct {
    uint8_t nodes, values;
    uint32_t enough; /* bits of the values with which no further ones are needed, 0: never */
    cotool_key node[COTOOL_KEY_NODES];
} cotool_keys;

/* A key that holds the time. With another one that is joined to it, it holds the date alone, and the
 * other one the time of day, or it holds seconds, and the other one nanoseconds. */
enum { COTOOL_JOIN_NONE, COTOOL_JOIN_DAY, COTOOL_JOIN_NANOS };
#define COTOOL_TIMES 8

typedef struct {
    int8_t value, joined; /* of `keys` */
    int8_t zone;          /* the key of the offset from UTC, -1: none */
    uint8_t join;
    uint64_t layouts;
} cotool_time_key;

enum { COTOOL_UPPER = 1, COTOOL_LOWER = 2, COTOOL_TITLE = 4 };

typedef struct {
    uint8_t kind;
    uint8_t pri;
    int8_t time_token;  /* -1: no time */
    uint8_t time_open;  /* the byte before the time: [ ( < " ', A for a letter, 0 for none */
    char lead[COTOOL_LEAD]; /* what stands right before the time, instead of token and byte */
    uint16_t reach; /* the time begins among so many bytes; 0: the line begins with `lead` */
    uint64_t layouts;   /* bits of cotool_config.layout */
    uint8_t below;      /* some places are below the line */
    uint8_t payload; /* COTOOL_FORMAT_JSON, ..._LOGFMT: of a text, what stands in it; else TEXT */
    cotool_keys keys;
    int times;
    cotool_time_key time[COTOOL_TIMES]; /* the first that can be read counts */
    uint8_t fallback; /* the level where no place has one */
    int places;
    cotool_place place[COTOOL_PLACES];
    uint8_t first[256]; /* whether a record may begin with this byte */
} cotool_format;

/* A literal to be found anywhere; `fold`: without regard to ASCII case, and given in lower case. */
typedef struct {
    const uint8_t *bytes;
    uint32_t size;
    uint8_t fold;
    int32_t pattern; /* -1, -2: the keyword sets; else the pattern that it stands for */
    uint64_t head, mask, fold_bits; /* of its first eight bytes, by cotool_config_literals */
} cotool_literal;

typedef struct {
    const uint8_t *program; /* NULL: a literal decides */
    size_t size;
    int leads; /* every match begins with one of the pattern's literals */
} cotool_pattern;

#define COTOOL_BUCKETS 8 /* groups of literals, one bit each */

typedef struct {
    /* what to find */
    int formats;
    cotool_format format[COTOOL_FORMATS];
    const struct cotool_layout *layout[COTOOL_MOST_LAYOUTS]; /* those known, then those given */
    int own_layouts;
    uint32_t by_first_byte[256]; /* bits of the formats whose records may begin with it */
    uint64_t must[COTOOL_FORMATS], want[COTOOL_FORMATS]; /* of the digits at the line's start */
    int below;  /* some format has places below the line */
    int simple; /* no filter, samples or entries: records are counted where they begin */
    uint8_t quick[COTOOL_FORMATS]; /* formats whose header is read in a quick way */
    int literals;
    cotool_literal *literal;
    int bucket_start[COTOOL_BUCKETS + 1];
    uint8_t low[3][16], high[3][16]; /* nibbles of the first three bytes -> buckets */
    uint8_t group[3][128];           /* the bytes themselves -> buckets; of the rest, by 7 bits */
    uint32_t longest;                /* literal */
    int patterns;
    cotool_pattern *pattern;
    int every_line; /* patterns without a literal: */
    int *every;
    /* what to count */
    int filtered; /* any of the following */
    uint8_t levels[COTOOL_LEVELS];
    /* Seconds, of times without a zone and of others; a record passes from since to before until. */
    int64_t since[2], until[2];
    int timed;            /* since or until is set */
    uint8_t *wanted;      /* per pattern: a record must match one of these; NULL: none asked */
    /* time */
    int year, month, day;                /* of the first record of a form without year or date */
    int zones;                           /* local times without zone: from zone_start[i] (local) */
    const int64_t *zone_start, *zone_offset;
    const int64_t *widths; /* of buckets, each divides the next; ends with 0 */
    int most_buckets;
    /* samples */
    int show;
    uint8_t show_levels[COTOOL_LEVELS];
    int show_matches; /* lines that match a wanted pattern, whatever their level */
    int entries;      /* keep an entry for each line */
    int lone;         /* every line is a record */
    int mine;         /* count the forms of records */
    const cotool_forms *prior; /* the forms of the batches before */
    const struct cotool_reading *reading; /* what is measured, see logreading.h; NULL: nothing */
    const cotool_table *measured;         /* what the batches before have measured */
} cotool_config;

typedef struct {
    int64_t start;
    uint64_t counts[COTOOL_LEVELS];
} cotool_bucket;

typedef struct {
    int width; /* index into widths */
    int count, capacity;
    cotool_bucket *buckets; /* open addressing; empty where start is INT64_MIN */
    cotool_bucket *last;
} cotool_histogram;

/* Text that grows. */
typedef struct {
    uint8_t *bytes;
    size_t size, room;
} cotool_text;

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

/* The record being read, and what came before it. */
typedef struct {
    int open;    /* a record is open: further lines may belong to it */
    int counted; /* by another scan: its further lines are counted here */
    int passes; /* so far as level and time tell */
    int matched;
    int level;
    int has_time, zoned, inferred;
    int64_t seconds;
    int32_t nanos;
    uint64_t lines, bytes, long_lines;
    uint64_t keywords[2];
    uint32_t text_size; /* of the span's record_text */
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

/* The line being read. */
typedef struct {
    int foreign; /* it belongs to the span before */
    int continuation;
    int matched; /* a wanted pattern */
    unsigned keywords;
    uint32_t word_at;
    uint8_t word_size;
    /* a line that goes by in pieces */
    int in_pieces;
    size_t overlap; /* bytes at the front that have been seen */
    uint64_t size, at;
    const uint8_t *head;
    size_t head_size;
} cotool_line;

typedef struct {
    /* in */
    uint64_t begin, end, limit; /* owns what starts in [begin, end); reads lines that start before limit */
    int first;                  /* starts at a line's start, with `record` and `clock` as left before */
    int again;                  /* its clock was wrong */
    /* in and out */
    cotool_record record;
    cotool_line line;
    cotool_clock clock;
    uint64_t *record_patterns; /* lines of the open record that match, per pattern */
    uint8_t *line_patterns;    /* patterns that a line in pieces has matched */
    uint8_t *record_text;      /* the first line of the open record, until it is known to pass */
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

/* The last time that a format has read: the next line often has the same up to its seconds. */
typedef struct {
    uint8_t text[32];
    const void *layout; /* NULL: nothing to compare with */
    int64_t local, within, cycle;
    /* of the quick way: the date as four numbers, and the days from 1970 to it */
    uint64_t date;
    int64_t days;
} cotool_memo;

/* A thread's own memory. */
typedef struct {
    uint8_t *buffer;
    size_t room, block; /* block: bytes of one read */
    uint32_t *newline;
    uint64_t *hit;
    cotool_regex **regex, **anchored; /* the second for patterns that literals lead */
    uint64_t *stamp; /* per pattern: the last line that matched */
    uint64_t *tries; /* per pattern: a line, and how often the regex began at a literal of it */
    uint64_t serial; /* of lines */
    const uint8_t *stop; /* of the bytes that are read; `final`: no more follow */
    int final;
    cotool_memo memo[COTOOL_FORMATS];
} cotool_worker;

void cotool_logscan_prepare(void);
void cotool_config_literals(cotool_config *config); /* `literal` sorted by its bytes */
void cotool_config_formats(cotool_config *config);
int cotool_config_form(cotool_config *config, const char *form); /* NULL: the known ones only */
void cotool_config_close(cotool_config *config);

/* Reads the time at `text` by a form. Returns the bytes that it takes, 0 where it does not fit. */
int cotool_read_form(const char *form, const uint8_t *text, const uint8_t *end, int64_t *seconds,
                     int *nanos, int *zoned, int *cycle);

/* Adds the key to which `path` leads, the names of objects and of a member with bytes 31 between
 * them. Returns the number of its value, -1: there is no room. */
int cotool_add_key(cotool_keys *keys, const char *path);

/* These return 0, ENOMEM, or EINVAL for a program that is none. */
int cotool_worker_open(cotool_worker *worker, const cotool_config *config, size_t block);
void cotool_worker_close(cotool_worker *worker, const cotool_config *config);
int cotool_span_open(cotool_span *span, const cotool_config *config);
void cotool_span_reset(cotool_span *span, const cotool_config *config, const cotool_counts *total);
void cotool_span_close(cotool_span *span);

/* What stands in a line of a sample. */
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
/* The level that a value states, COTOOL_UNKNOWN: none; numbers by a scale. */
int cotool_read_level(const uint8_t *text, const uint8_t *end, int scale);
const char *cotool_text_key(int n); /* the keys of messages, NULL past the last one */
int64_t cotool_period(int kind); /* seconds of COTOOL_YEARLY, COTOOL_DAILY */
int64_t cotool_held_cycle(int64_t cycle, int kind); /* within ten years */
int cotool_layout_count(void);
const char *cotool_layout_form(int layout);
int cotool_form_cycle(const char *form);
const char *cotool_month_name(int n); /* NULL past the last one; see logtime.h */
int cotool_layout_cycle(int layout);

/* Adds up; the open addressing of histograms makes no order of its own. */
int cotool_counts_merge(const cotool_config *config, cotool_counts *into,
                        const cotool_counts *counts);

/* Adds the record that is still open to the counts. */
int cotool_span_finish(const cotool_config *config, cotool_span *span);

/* Scans a span of a file, or of memory. */
typedef void cotool_scan_function(const cotool_config *config, cotool_worker *worker,
                                  cotool_span *span, int file, const uint8_t *memory,
                                  uint64_t size, int final);
cotool_scan_function *cotool_scan(void);


/* Ids of templates, for the labels of forms. */
#define COTOOL_NAME_SIZE 12
typedef struct {
    const cotool_forms *forms;
    const uint8_t *name; /* [...][COTOOL_NAME_SIZE] */
    int64_t only;        /* the lines of this one alone, -1: all */
} cotool_names;

/* Writes one JSON object a line for the entries of a span, whose text stands in `memory`. `prefix`
 * holds the first members; `utc`: all times are universal; `names`: NULL, or what adds templates.
 * Returns 0 or ENOMEM. */
int cotool_write_entries(cotool_span *span, const uint8_t *memory, const uint8_t *prefix,
                         size_t prefix_size, int utc, const cotool_names *names);

#endif
