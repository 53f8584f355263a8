/* What a scan looks for and counts: formats, literals, patterns, filters. */
#ifndef COTOOL_LOGCONFIG_H
#define COTOOL_LOGCONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "logs/logforms.h"
#include "logs/loggroups.h"

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

/* Where the level of a line is. */
enum {
    COTOOL_PLACE_WORD,   /* word `word` of token `token` names it: INFO, [error], core:warn */
    COTOOL_PLACE_LETTER, /* the token is one letter, or one before a slash: Android */
    COTOOL_PLACE_GLOG,   /* the letter before the time: I0301 */
    COTOOL_PLACE_SYMBOL, /* . - * #: Redis */
    COTOOL_PLACE_STATUS, /* an HTTP status */
    COTOOL_PLACE_PRI,    /* <n> at the start: syslog */
    COTOOL_PLACE_KEY,    /* the value of a key: JSON, logfmt, and key=value in text */
    COTOOL_PLACE_FIND,   /* the first word that names a level, between bytes of `lead` and `trail` */
    COTOOL_PLACE_CODE,   /* the digit of %FACILITY-4-NAME: a severity of syslog */
    COTOOL_PLACE_SHORT   /* a code in parentheses or before them: Er(163), (EE), (0x0040) */
};

/* Which lines after the first one of a record may hold its level: the next one, or indented ones. */
enum { COTOOL_BELOW_NEXT = 1, COTOOL_BELOW_INDENTED };
/* How many bytes below a line are searched for its level. */
#define COTOOL_BELOW_REACH 4096

/* How a number states a level. NONE: it does not; STATUS: it is a status of HTTP. */
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

/* A word that the caller maps to a level, as it may be written. */
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
    uint8_t before; /* 1: tokens are counted from the start of the line, 0: from the end of the time */
    uint8_t below;  /* 0, or COTOOL_BELOW_...: the level is in other lines */
    uint8_t token, word;
    uint8_t styles;       /* bits of COTOOL_UPPER ... that the word may have */
    uint8_t scale;        /* of numbers */
    uint32_t lead, trail; /* bits of the classes of bytes that may come before and after the word */
    char key[COTOOL_KEY];
    int8_t value; /* the number of the value in `keys`, for JSON and logfmt; -1: none */
    cotool_words words;
} cotool_place;

/* The keys whose values are needed, as a tree: the siblings of a node are keys of the same object, and
 * its children are keys of the object that is its value. Node 0 is the root. A link of 0 ends a list. */
#define COTOOL_KEY_NODES 96
#define COTOOL_VALUES 56 /* the most values that are taken out of a line */

typedef struct {
    uint8_t size, child, next;
    int8_t value; /* the number of its value, -1: its value is not needed */
    uint64_t head, mask; /* its first eight bytes */
    char text[COTOOL_KEY];
} cotool_key;

typedef struct {
    uint8_t nodes, values;
    /* Bits of the values after which a line need not be read further, 0: it is read to its end. */
    uint64_t enough;
    cotool_key node[COTOOL_KEY_NODES];
} cotool_keys;

/* A key that holds the time. Where another key is joined to it, the first key holds the date and the
 * second one the time of day, or the first one seconds and the second one nanoseconds. */
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
    uint8_t time_open;  /* the byte before the time: [ ( < " ', A: any letter, 0: none */
    char lead[COTOOL_LEAD]; /* the text right before the time, instead of token and byte */
    uint16_t reach; /* the time begins within this many bytes; 0: the line begins with `lead` */
    uint64_t layouts;   /* bits of cotool_config.layout */
    uint8_t utc;        /* a time without a zone is in UTC */
    uint8_t heads;      /* a line with its time is a record only above one that begins with `entry` */
    uint8_t below;      /* some places are in the lines below, or `heads` is set */
    uint8_t payload; /* what follows the head of a text: COTOOL_FORMAT_JSON, ..._LOGFMT, or TEXT */
    cotool_keys keys;
    int times;
    cotool_time_key time[COTOOL_TIMES]; /* the first one that can be read counts */
    uint8_t fallback; /* the level where no place names one */
    int places;
    cotool_place place[COTOOL_PLACES];
    uint8_t first[256]; /* whether a record may begin with this byte */
} cotool_format;

/* A literal that is searched for in every line. `fold`: the case of ASCII letters is ignored, and the
 * literal is in lower case. */
typedef struct {
    const uint8_t *bytes;
    uint32_t size;
    uint8_t fold;
    int32_t pattern; /* -1, -2: the keyword sets; else the number of its pattern */
    uint64_t head, mask, fold_bits; /* of its first eight bytes, set by cotool_config_literals */
} cotool_literal;

typedef struct {
    const uint8_t *program; /* NULL: the literal is the whole pattern */
    size_t size;
    int leads; /* every match begins with one of the pattern's literals */
} cotool_pattern;

/* Flags and counts of LogOptions that the kernel takes as they are, by their names. */
#define COTOOL_CHOICES(X) \
    X(show)      /* the most samples that are kept */ \
    X(records)   /* keep an entry for each line */ \
    X(each_line) /* every line is a record */

#define COTOOL_BUCKETS 8 /* groups of literals, one bit each */

typedef struct {
    /* what to find */
    int formats;
    cotool_format format[COTOOL_FORMATS];
    /* The known ones, then those of the caller. */
    const struct cotool_layout *layout[COTOOL_MOST_LAYOUTS];
    int own_layouts;
    uint32_t by_first_byte[256]; /* bits of the formats whose records may begin with it */
    /* Bits of the first 64 bytes of a line: `must` be digits or other bytes, and the digits among them. */
    uint64_t must[COTOOL_FORMATS], want[COTOOL_FORMATS];
    int below;  /* some format has places in the lines below */
    int simple; /* no filter, no samples, no entries, nothing in later lines: a record is counted as soon as it begins */
    int literals;
    cotool_literal *literal;
    int bucket_start[COTOOL_BUCKETS + 1];
    uint8_t low[3][16], high[3][16]; /* buckets by the nibbles of the first three bytes */
    uint8_t group[3][128];           /* buckets by the lower 7 bits of the first three bytes */
    uint32_t longest;                /* literal */
    int patterns;
    cotool_pattern *pattern;
    int every_line; /* patterns without a literal: they are tried on every line */
    int *every;
    /* what to count */
    int filtered; /* some of the following filters is set */
    uint8_t levels[COTOOL_LEVELS];
    /* In seconds, for times without a zone and for others: a record passes if since <= time < until. */
    int64_t since[2], until[2];
    int timed;            /* since or until is set */
    uint8_t *wanted;      /* the patterns of which a record must match one; NULL: all records pass */
    /* time */
    int year, month, day;                /* of the first record whose stamp has no year or no date */
    /* The zone of stamps without one: zone_offset[i] is valid from zone_start[i] (local time). */
    int zones;
    const int64_t *zone_start, *zone_offset;
    const int64_t *widths; /* of buckets: each divides the next one; 0 ends the list */
    const int64_t *most_buckets; /* of each width */
    /* samples */
    uint8_t show_levels[COTOOL_LEVELS];
    int show_matches; /* show lines that match a wanted pattern, of any level */
    const char *title; /* a line that names columns and is no record */
    size_t title_size; /* 0: there is none */
    const char *entry; /* how a line begins that heads each of several records below one time */
    size_t entry_size; /* 0: each record has a time of its own */
    int comments;     /* lines before the first record that begin with # are none */
    int preamble;     /* nor are any lines before the first one with a time or a level */
    int mine;         /* count the forms of records */
    int whole;        /* sources may be in any line of a record, not only in its first one */
    int late;         /* the conditions as well: a record is known to pass once it has ended */
    const cotool_forms *prior; /* the forms of the batches before */
    const struct cotool_reading *reading; /* what is measured, see logreading.h; NULL: nothing */
    const cotool_table *measured;         /* what the batches before have measured */
#define COTOOL_FIELD(name) int name;
    COTOOL_CHOICES(COTOOL_FIELD)
#undef COTOOL_FIELD
} cotool_config;

/* Returns the name of choice n, and sets `value` to its place; NULL: there are fewer choices. */
const char *cotool_config_choice(cotool_config *config, int n, int **value);

/* Fills the tables by which literals are found. The literals are sorted by their bytes. */
void cotool_config_literals(cotool_config *config);
void cotool_config_formats(cotool_config *config);

/* Adds a layout; returns its number, -1: too many, -2: out of memory. NULL: the known ones alone. */
int cotool_config_layout(cotool_config *config, const char *form);
void cotool_config_close(cotool_config *config);

/* Adds a key by its path: the names of the objects and of the member, separated by bytes 31. Returns
 * the number of its value, -1 if there is no room. */
int cotool_add_key(cotool_keys *keys, const char *path);

#endif
