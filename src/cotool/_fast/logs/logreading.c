/* See logreading.h. */

#include "logs/logreading.h"

#include <errno.h>
#include <string.h>

#include "logs/loghash.h"

/* A number and whether it could be read. */
typedef struct {
    int state; /* 1, 0, -1: as cotool_read_number() */
    int bucket;
    cotool_fixed number;
    uint64_t hash; /* of the value */
} read_number;

static int add_to(const cotool_reading *r, cotool_row *row, const read_number *numbers) {
    row->records++;
    for (int m = 0; m < r->measures; m++) {
        cotool_cell *cell = &row->cell[m];
        if (numbers[m].state < 0) cell->missing++;
        else if (!numbers[m].state) cell->odd++;
        else if (cotool_cell_add(cell, numbers[m].number, numbers[m].bucket)) return ENOMEM;
    }
    return 0;
}

static int add_seen(const cotool_reading *r, const cotool_table *table, cotool_row *row,
                    const read_number *numbers) {
    for (int m = 0; m < r->measures; m++)
        if (numbers[m].state >= 0 && (!table->width || r->stepped[m]) &&
            (!cotool_row_seen(table, row) || cotool_seen_add(&row->seen[m], numbers[m].hash)))
            return ENOMEM;
    return 0;
}

/* Tells whether the first line of a file, which has no format, names columns or is a comment. */
static int is_title(const cotool_reading *r, const uint8_t *line, const uint8_t *end) {
    if (line < end && *line == '#') return 1;
    for (int row = 0; row < COTOOL_FORMATS; row++)
        if (r->delimiter[row] && memchr(line, r->delimiter[row], (size_t)(end - line))) return 1;
    return 0;
}

int cotool_reading_add(const cotool_config *config, cotool_table *table, int format,
                       const uint8_t *line, const uint8_t *end, const cotool_members *members,
                       const cotool_record_facts *facts, int64_t line_number) {
    const cotool_reading *r = config->reading;
    int64_t step = table->width && facts->has_time ? facts->seconds : COTOOL_NO_STEP;
    read_number numbers[COTOOL_MEASURES];
    uint8_t text[COTOOL_BY * (COTOOL_PART + 1)];
    const uint8_t *group = text;
    size_t size = 0;
    const int row_of = cotool_locator_row(format);
    int status = 0;
    cotool_fields f;
    cotool_row *row;
    if (format < 0 && config->formats && is_title(r, line, end)) return 0;
    cotool_read_fields(config, format, line, end, facts->level, members, &f);
    for (int m = 0; m < r->measures; m++) {
        const cotool_value *v = &f.value[r->measure[m]];
        cotool_overall *overall = &table->overall[m];
        int dimension = COTOOL_PLAIN, added = 0;
        numbers[m].state = v->kind == COTOOL_NO_VALUE
                               ? -1
                               : cotool_value_number(v, &r->locator[row_of][r->measure[m]].unit,
                                                     &numbers[m].number, &dimension, &added);
        if (numbers[m].state < 0) continue;
        numbers[m].hash = cotool_hash(v->start, (size_t)(v->end - v->start), 1);
        if (r->distinct && cotool_overall_distinct(overall, numbers[m].hash)) return ENOMEM;
        if (numbers[m].state) {
            numbers[m].bucket = cotool_bucket_of(numbers[m].number);
            overall->dimensions[dimension]++;
            overall->added += (uint64_t)added;
            if (table->most &&
                cotool_overall_greatest(overall, table->most, numbers[m].number, line_number, line,
                                        (size_t)(end - line)))
                return ENOMEM;
        } else {
            cotool_overall_odd(overall, v->start, (size_t)(v->end - v->start));
        }
    }
    row = cotool_table_whole(table, step, facts->inferred, &status);
    if (!row || add_to(r, row, numbers)) return ENOMEM;
    /* Without steps, `overall` knows them better. */
    if (table->width && r->distinct && add_seen(r, table, row, numbers)) return ENOMEM;
    if (!r->by) return 0;
    /* A path without ids is read where it is. */
    if (r->by == 1 && cotool_is_plain_path(&f.value[r->group->source], r->group->as))
        group = f.value[r->group->source].start,
        size = (size_t)(f.value[r->group->source].end - group);
    for (int n = 0; n < r->by && group == text; n++) {
        if (n) text[size++] = 0x1F;
        size += cotool_write_value(&f.value[r->group[n].source], r->group[n].as, text + size);
    }
    row = cotool_table_row(table, group, size, step, facts->inferred, &status);
    if (status) return ENOMEM;
    if (row && add_to(r, row, numbers)) return ENOMEM;
    if (row && r->distinct && add_seen(r, table, row, numbers)) return ENOMEM;
    return table->count > table->settle_at ? cotool_table_settle(table) : 0;
}
