/* Figures of numbers, by group and step in time: tables that add up in any order.
 *
 * A number is an integer of COTOOL_UNIT parts, so sums are exact. A sketch counts numbers by their
 * leading bit and the six bits after it: the middle of such a bucket differs from every number in
 * it by at most 1/128. Which groups are kept where there are too many follows from their hashes,
 * and how wide a step is follows from how many there are: nothing depends on the order of records.
 */
#ifndef COTOOL_LOGCELLS_H
#define COTOOL_LOGCELLS_H

#include <stddef.h>
#include <stdint.h>

typedef __int128 cotool_fixed;

/* Parts of one: numbers are exact to twelve decimals. */
#define COTOOL_UNIT 1000000000000ll
#define COTOOL_MEASURES 8
/* Groups that are kept; a group takes 100 to 1,500 bytes for each measure. */
#define COTOOL_GROUPS 65536
/* Groups times steps: beyond it, steps become twice as wide. */
#define COTOOL_CELLS 131072
/* Registers of a HyperLogLog: a standard error of 0.8 % (Flajolet et al. 2007). */
#define COTOOL_DISTINCT_BITS 14
#define COTOOL_DISTINCT (1 << COTOOL_DISTINCT_BITS)
#define COTOOL_EXAMPLES 3
#define COTOOL_EXAMPLE_SIZE 48
#define COTOOL_GREATEST_TEXT 1024
/* Numbers of a cell that are listed; more are counted in pages of 64 buckets, 256 bytes each, of
 * which 155 numbers of a latency take eleven. */
#define COTOOL_LISTED 256
#define COTOOL_PAGES 256
#define COTOOL_NO_STEP INT64_MIN

enum { COTOOL_PLAIN, COTOOL_SECONDS, COTOOL_BYTES, COTOOL_DIMENSIONS };

typedef struct {
    uint64_t count, missing, odd;
    cotool_fixed sum, least, most; /* least and most where count is not 0 */
    uint16_t low, pages;           /* the pages from `low` on */
    uint16_t list_room;
    int16_t *list;    /* buckets of the numbers, while there are at most COTOOL_LISTED */
    uint32_t **page;  /* each 64 counts, or NULL */
} cotool_cell;

typedef struct {
    uint64_t hash;  /* of the group's text and the step */
    uint64_t group; /* of the text alone */
    int64_t step;
    uint64_t records;
    size_t text; /* offset in the table's texts */
    uint32_t size;
    uint8_t inferred; /* the step's year or date is not in the log */
    cotool_cell *cell; /* [measures] */
} cotool_row;

typedef struct {
    cotool_fixed number;
    int64_t line;
    uint32_t size;
    uint8_t *text;
} cotool_greatest;

/* What is known of one measure over all records. */
typedef struct {
    uint64_t dimensions[COTOOL_DIMENSIONS]; /* numbers by what their unit measures */
    uint64_t added;                         /* lists whose numbers were added up */
    uint8_t *registers;                     /* of distinct values, NULL: none yet */
    int examples;
    uint8_t example_size[COTOOL_EXAMPLES];
    uint8_t example[COTOOL_EXAMPLES][COTOOL_EXAMPLE_SIZE]; /* the least of the odd values */
    int greatest;
    cotool_greatest *top; /* [most], the greatest first */
} cotool_overall;

typedef struct {
    int measures, most; /* `most`: greatest lines of a measure that are kept */
    int64_t width;      /* of a step in seconds, 0: no steps */
    uint64_t limit;     /* groups whose hash is not below it are not kept; 0: all are */
    size_t groups, steps;
    size_t count, room, slots;
    cotool_row *row;
    uint32_t *slot; /* number of a row plus 1 */
    uint8_t *texts;
    size_t texts_size, texts_room;
    cotool_overall overall[COTOOL_MEASURES];
} cotool_table;

/* The whole, which is no group, has this as its text. */
#define COTOOL_WHOLE ((const uint8_t *)"\x1e")

void cotool_table_open(cotool_table *table, int measures, int most, int64_t width);
void cotool_table_close(cotool_table *table);
void cotool_table_reset(cotool_table *table, int64_t width, uint64_t limit);

/* The row of a group at a step (a multiple of some width, COTOOL_NO_STEP: none), NULL: the group is
 * not kept, or out of memory, which `status` tells. */
cotool_row *cotool_table_row(cotool_table *table, const uint8_t *text, size_t size, int64_t step,
                             int inferred, int *status);

/* These return 0 or ENOMEM. */
int cotool_cell_add(cotool_cell *cell, cotool_fixed number);
int cotool_cell_count(cotool_cell *cell, int bucket, uint64_t times); /* in the sketch alone */
int cotool_cell_merge(cotool_cell *into, const cotool_cell *cell);
void cotool_cell_close(cotool_cell *cell);
int cotool_overall_distinct(cotool_overall *overall, uint64_t hash);
void cotool_overall_odd(cotool_overall *overall, const uint8_t *text, size_t size);
int cotool_overall_greatest(cotool_overall *overall, int most, cotool_fixed number, int64_t line,
                            const uint8_t *text, size_t size);
/* `first`: the number of the other table's first line less one. `flags`: years and dates count as
 * known from now on; all steps are one. */
enum { COTOOL_MERGE_DATED = 1, COTOOL_MERGE_STEPS = 2 };
int cotool_table_merge(cotool_table *into, const cotool_table *table, int64_t first, int flags);
/* Fewer groups, wider steps, where there are too many. */
int cotool_table_settle(cotool_table *table);

/* A number as its upper and lower 64 bits, for those who have no such integers. */
void cotool_fixed_halves(const cotool_fixed *number, int64_t *high, uint64_t *low);
void cotool_fixed_join(cotool_fixed *number, int64_t high, uint64_t low);

const uint8_t *cotool_example(const cotool_overall *overall, int n);

int cotool_bucket_of(cotool_fixed number);
/* The least and the greatest number of a bucket. */
void cotool_bucket_ends(int bucket, cotool_fixed *least, cotool_fixed *most);
/* The number at place floor(share × (count - 1)) in order of a cell, within a 128th of it. */
cotool_fixed cotool_cell_quantile(const cotool_cell *cell, double share);
double cotool_distinct_count(const uint8_t *registers);

#endif
