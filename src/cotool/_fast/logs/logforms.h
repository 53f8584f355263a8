/* Forms of log lines (logmask.h), equal ones counted.
 *
 *   line -> form "Took <1> seconds for <1>" + parameters -> table of forms
 *
 * A form depends only on its line, and every figure of the table (counts, ranges, kept parameters) is
 * a function of the set of lines: the tables of parts add up to the table of the whole in any order.
 * The templates are decided later, once, on the distinct forms.
 */
#ifndef COTOOL_LOGFORMS_H
#define COTOOL_LOGFORMS_H

#include "logs/logmask.h"

/* The most bytes of a parameter that are kept. */
#define COTOOL_KEPT_SIZE 96
/* The number of last parameters of which the range and the number of values are known. */
#define COTOOL_RANGES 12
/* Registers of a HyperLogLog: a standard error of 6.5 % (Flajolet et al. 2007). */
#define COTOOL_REGISTER_BITS 8
#define COTOOL_REGISTERS (1 << COTOOL_REGISTER_BITS)
/* Buckets of a form's time line. */
#define COTOOL_TIMELINE 128
/* The most forms that are kept unchanged; with more, rare words are folded. A form takes 1 to 3 kB. */
#define COTOOL_FORMS 16384
/* The most distinct lines that are kept of a form, if there are few forms. */
#define COTOOL_SAMPLES 256
#define COTOOL_LOG_LEVELS 8

/* The parameters of a kept line; the lines of the least hashes are kept. */
typedef struct {
    uint64_t hash, count;
    uint32_t size;
    uint8_t *bytes;
} cotool_kept;

/* How often numbers of each magnitude occur: see logsketch.h. */
typedef struct {
    uint64_t *slot; /* a count and the bucket that it is of, or 0 */
    uint32_t slots, used;
} cotool_sketch;

typedef struct {
    uint64_t hash;
    size_t text; /* offset in the table's texts */
    uint32_t size;
    uint8_t inferred; /* its times lack a year or a date */
    uint8_t parameters;
    uint16_t numbers; /* bits: the parameters that were numbers in every line */
    uint8_t crowded; /* not every distinct line is kept */
    uint64_t count;
    uint64_t levels[COTOOL_LOG_LEVELS];
    int64_t first, last;           /* seconds */
    int64_t start;                 /* the time line's first bucket */
    int width;                     /* index into widths */
    int now;                       /* the bucket of the last time, from `from` to `until` */
    int64_t from, until;
    int span;                      /* buckets of the time line, at most COTOOL_TIMELINE */
    uint64_t *timeline;            /* [span] */
    double least[COTOOL_RANGES], greatest[COTOOL_RANGES];
    cotool_sketch *sketch;         /* [parameters, at most COTOOL_RANGES], NULL: no numbers */
    uint8_t *registers;            /* [parameters, at most COTOOL_RANGES][COTOOL_REGISTERS] */
    uint64_t limit;                /* lines of greater hashes are not kept: see `prior` */
    int kept, room;
    cotool_kept *keep;
    size_t label; /* offset in the table's labels plus 1, 0: none */
} cotool_form;

/* The label of a form's lines: the number of a name, and the positions in the form of the parameters
 * that are written. */
typedef struct {
    uint32_t name, pieces;
    uint32_t piece[][2]; /* from, to; offsets in the message's form */
} cotool_label;

typedef struct cotool_forms {
    const int64_t *widths; /* of the time lines, each divides the next; ends with 0 */
    const struct cotool_forms *prior; /* the table that this one will be added to, or NULL: saves work */
    cotool_head_shapes heads;
    size_t count, room, slots;
    cotool_form *form;
    uint32_t *slot; /* index of a form plus 1 */
    uint8_t *texts;
    size_t texts_size, texts_room;
    int samples;          /* distinct lines that are kept of a form */
    int folding;          /* 0: no; 1: by the first row of limits; 2: by the second (logfold.h) */
    size_t settle_at;     /* forms at which it is folded again */
    uint64_t *least;      /* the least hashes of distinct forms, ascending */
    int least_count;
    uint64_t *collapsed;  /* hashes of the beginnings after which a word is folded */
    size_t collapsed_count, collapsed_slots;
    uint8_t *labels;
    size_t labels_size, labels_room;
} cotool_forms;

/* The facts about a record that the table counts. */
typedef struct {
    int level, has_time, inferred;
    int64_t seconds;
} cotool_record_facts;

/* These return 0 or ENOMEM. */
/* Adds a line that occurs that many times. */
int cotool_forms_add(cotool_forms *forms, const uint8_t *line, const uint8_t *end,
                     const cotool_record_facts *facts, uint64_t times);
/* Adds a table; `whole`: its times are no longer inferred. */
int cotool_forms_merge(cotool_forms *forms, const cotool_forms *from, int whole);
/* Adds one form whose widths are those of the table. */
int cotool_forms_insert(cotool_forms *forms, const cotool_form *form, const uint8_t *text,
                        size_t size);
/* Makes an empty table fold like another one, whose forms are inserted next. */
int cotool_forms_fold(cotool_forms *forms, int folding, const uint64_t *least, int count);
/* Folds words if there are too many forms. */
int cotool_forms_settle(cotool_forms *forms);

void cotool_forms_open(cotool_forms *forms, const int64_t *widths);
void cotool_forms_reset(cotool_forms *forms); /* empty; its memory is kept */
void cotool_forms_close(cotool_forms *forms);

const cotool_form *cotool_forms_find(const cotool_forms *forms, const uint8_t *text, uint32_t size,
                                     int inferred);
/* Labels a form of the table; ENOENT if the table does not have it. */
int cotool_forms_label(cotool_forms *forms, const uint8_t *text, size_t size, uint32_t name,
                       const uint32_t *pieces, uint32_t count);

/* Returns the label of a line, NULL if it has none. `origin` gets the offset in the line of each byte
 * of the message's form, and of its end. */
const cotool_label *cotool_forms_lookup(const cotool_forms *forms, const uint8_t *line,
                                        const uint8_t *end, cotool_head_shapes *memo,
                                        cotool_masked *masked, uint32_t *origin);

/* The number that a bucket of a sketch represents. */
double cotool_sketch_middle(unsigned bucket);

#endif
