/* What is known of a measure over all records: units, distinct values, odd ones, the greatest. */
#ifndef COTOOL_LOGOVERALL_H
#define COTOOL_LOGOVERALL_H

#include "logs/logcells.h"
#include "logs/logseen.h"

/* Registers of a HyperLogLog: a standard error of 0.8 % (Flajolet et al. 2007). */
#define COTOOL_DISTINCT_BITS 14
#define COTOOL_DISTINCT (1 << COTOOL_DISTINCT_BITS)
#define COTOOL_EXAMPLES 3
#define COTOOL_EXAMPLE_SIZE 48
#define COTOOL_GREATEST_TEXT 1024

typedef struct {
    cotool_fixed number;
    int64_t line;
    uint32_t size;
    uint8_t *text;
} cotool_greatest;

typedef struct {
    uint64_t dimensions[COTOOL_DIMENSIONS]; /* numbers by what their unit measures */
    uint64_t added;                         /* lists whose numbers were added up */
    uint64_t scaled; /* numbers of a field whose unit is not seconds or bytes */
    uint64_t further; /* records with more than one value, of which the first counts */
    uint64_t stated; /* numbers with a unit that measures something else than the field's */
    uint8_t *registers;                     /* of distinct values, NULL: none yet */
    int examples;
    uint8_t example_size[COTOOL_EXAMPLES];
    uint8_t example[COTOOL_EXAMPLES][COTOOL_EXAMPLE_SIZE]; /* the least of the odd values */
    int greatest;
    cotool_greatest *top; /* [most], the greatest first */
} cotool_overall;

/* Counts distinct values from now on. Returns the registers, NULL without memory. */
uint8_t *cotool_overall_registers(cotool_overall *overall);

/* These return 0 or ENOMEM. */
void cotool_overall_odd(cotool_overall *overall, const uint8_t *text, size_t size);
int cotool_overall_greatest(cotool_overall *overall, int most, cotool_fixed number, int64_t line,
                            const uint8_t *text, size_t size);
int cotool_overall_merge(cotool_overall *into, const cotool_overall *other, int most, int64_t first);
void cotool_overall_reset(cotool_overall *overall);

const uint8_t *cotool_example(const cotool_overall *overall, int n);

#endif
