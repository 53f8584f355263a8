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

/* Sets up what a scan needs of its literals, which are sorted by their bytes. */
void cotool_config_literals(cotool_config *config);
void cotool_config_formats(cotool_config *config);

/* Adds a layout; returns its number, -1: too many, -2: out of memory. NULL: the known ones alone. */
int cotool_config_layout(cotool_config *config, const char *form);
void cotool_config_close(cotool_config *config);

/* Adds the key to which `path` leads, the names of objects and of a member with bytes 31 between
 * them. Returns the number of its value, -1: there is no room. */
int cotool_add_key(cotool_keys *keys, const char *path);

#endif
