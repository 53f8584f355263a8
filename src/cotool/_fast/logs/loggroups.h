/* Tables of figures by group and step in time, which add up in any order.
 *
 * Which groups are kept where there are too many follows from their hashes, and how wide a step is
 * follows from how many there are: nothing depends on the order of records.
 */
#ifndef COTOOL_LOGGROUPS_H
#define COTOOL_LOGGROUPS_H

#include <string.h>

#include "logs/loghash.h"
#include "logs/logoverall.h"
#include "logs/logpaths.h"

#define COTOOL_MEASURES 8
/* Groups times measures: beyond this many, groups are left out. */
#define COTOOL_GROUPS 65536
/* Groups times steps times measures: beyond this many, steps become twice as wide. */
#define COTOOL_CELLS 131072
/* Steps times measures: the same. */
#define COTOOL_STEPS 16384
/* Bytes of the sketches of groups, and of those of all records: where there are many of them, those with
 * numbers of many magnitudes have fewer bits. */
#define COTOOL_GROUP_BYTES (64 << 20)
#define COTOOL_WHOLE_BYTES (32 << 20)
/* Bytes of what is known of distinct values. */
#define COTOOL_SEEN_BYTES (64 << 20)

#define COTOOL_NO_STEP INT64_MIN
#define COTOOL_NEAR 512

typedef struct {
    uint64_t hash;  /* of the group's text and the step */
    uint64_t group; /* of the text alone */
    int64_t step;
    uint64_t records;
    size_t text; /* offset in the table's texts */
    uint32_t size;
    uint8_t inferred; /* the step's year or date is not in the log */
    cotool_cell *cell; /* [measures] */
    cotool_seen *seen; /* [measures], NULL: distinct values are not counted */
} cotool_row;

typedef struct {
    int measures, most; /* `most`: greatest lines of a measure that are kept */
    int64_t width;      /* of a step in seconds, 0: no steps */
    int widened;        /* steps are wider than was asked */
    uint64_t limit;     /* groups whose hash is not below it are not kept; 0: all are */
    size_t groups, steps;
    size_t settle_at;    /* rows from which on the table is settled again */
    unsigned most_bytes, most_whole; /* of a cell of a group, of all records */
    int seen_bits; /* of the numbers of registers of distinct values */
    size_t count, room, slots;
    size_t kept;     /* rows whose cells are in place, though there may be fewer rows in use */
    cotool_row *row;
    uint32_t *slot; /* number of a row plus 1 */
    int64_t last_step;  /* the step of the last record */
    uint32_t near[COTOOL_NEAR]; /* by a group's hash: number plus 1 of the row that was found last */
    size_t last_whole;  /* number of the row of all records that was used last, plus 1 */
    cotool_known_paths *paths; /* their rows; NULL: none */
    uint8_t *texts;
    size_t texts_size, texts_room;
    cotool_overall overall[COTOOL_MEASURES];
} cotool_table;

/* The text of the row of all records, which is not a group. */
#define COTOOL_WHOLE ((const uint8_t *)"\x1e")

void cotool_table_open(cotool_table *table, int measures, int most, int64_t width);
void cotool_table_close(cotool_table *table);
void cotool_table_reset(cotool_table *table, int64_t width, uint64_t limit);

/* Sets table->last_step to the start of the step that holds a time. */
void cotool_table_seek(cotool_table *table, int64_t seconds);

/* Returns the row of a group, whose text has this hash, at the start of a step. */
cotool_row *cotool_table_find(cotool_table *table, uint64_t group, const uint8_t *text, size_t size,
                              int64_t step, int inferred, int *status);

/* Returns the start of the step that holds a time. Most records are in the step of the record before. */
COTOOL_INLINE int64_t cotool_table_step(cotool_table *table, int64_t seconds) {
    if (seconds == COTOOL_NO_STEP) return COTOOL_NO_STEP;
    if ((uint64_t)(seconds - table->last_step) >= (uint64_t)table->width)
        cotool_table_seek(table, seconds);
    return table->last_step;
}

/* Returns the row of a group at the step that holds a time (COTOOL_NO_STEP: none). NULL: the group is
 * not kept, or memory ran out, where `status` is ENOMEM. */
COTOOL_INLINE cotool_row *cotool_table_row(cotool_table *table, const uint8_t *text, size_t size,
                                           int64_t step, int inferred, int *status) {
    const uint64_t group = cotool_hash(text, size, 0);
    const uint32_t near = table->near[group % COTOOL_NEAR];
    if (step == COTOOL_NO_STEP) inferred = 0;
    step = cotool_table_step(table, step);
    if (near) {
        cotool_row *row = &table->row[near - 1];
        if (row->group == group && row->step == step && row->size == size &&
            row->inferred == inferred && !memcmp(table->texts + row->text, text, size))
            return row;
    }
    return cotool_table_find(table, group, text, size, step, inferred, status);
}

/* Makes room for the rows of known paths, of which there are none yet. Returns 0 or ENOMEM. */
int cotool_table_know_paths(cotool_table *table);

/* Counts distinct values in a row from now on. Returns NULL without memory. */
cotool_seen *cotool_row_seen(const cotool_table *table, cotool_row *row);
/* The same as cotool_table_row() for the row of all records. */
cotool_row *cotool_table_whole(cotool_table *table, int64_t step, int inferred, int *status);

/* `first`: the lines before those of the other table. DATED: years and dates count as known; STEPS: all
 * steps become one. */
enum { COTOOL_MERGE_DATED = 1, COTOOL_MERGE_STEPS = 2 };
int cotool_table_merge(cotool_table *into, const cotool_table *table, int64_t first, int flags);
/* Drops groups, widens steps and reduces sketches where there is too much of them. What is known after
 * it depends only on the records, as each limit only becomes tighter with more of them. */
int cotool_table_settle(cotool_table *table);

#endif
