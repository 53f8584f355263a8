/* See logreading.h. */

#include "logs/logreading.h"

#include <errno.h>
#include <string.h>

#include "logs/logpaths.h"

/* Tells whether there is a value, and whether it is in the line, after which COTOOL_PADDING bytes are
 * readable. */
COTOOL_INLINE int is_within(const cotool_value *value, const uint8_t *line, const uint8_t *end) {
    return value->kind != COTOOL_NO_VALUE && (size_t)(value->start - line) < (size_t)(end - line);
}

/* Counts the value of a measure in a row: `state` is 1 for a number, 0 for an odd value, -1 for none. */
COTOOL_INLINE int count_value(cotool_cell *cell, int state, cotool_fixed number, int bucket) {
    if (state > 0) return cotool_cell_add(cell, number, bucket);
    if (state) cell->missing++;
    else cell->odd++;
    return 0;
}

/* Counts a distinct value of measure `m` in a row. */
static int add_seen(const cotool_table *table, cotool_row *row, int m, uint64_t hash) {
    return cotool_row_seen(table, row) ? cotool_seen_add(&row->seen[m], hash) : ENOMEM;
}

/* Tells whether the first line of a file, which has no format, names columns or is a comment. */
static int is_title(const cotool_reading *r, const uint8_t *line, const uint8_t *end) {
    if (line < end && *line == '#') return 1;
    for (int row = 0; row < COTOOL_FORMATS; row++)
        if (r->delimiter[row] && memchr(line, r->delimiter[row], (size_t)(end - line))) return 1;
    return 0;
}

/* Returns the row of the group of a record, NULL: it has none or `status` says why. */
COTOOL_INLINE cotool_row *row_of(const cotool_reading *r, cotool_table *table,
                                 const cotool_fields *f, const uint8_t *line,
                                 const uint8_t *end, const cotool_record_facts *facts,
                                 int64_t step, int *status) {
    uint8_t text[COTOOL_BY * (COTOOL_PART + 1)];
    const cotool_value *first = f->value[r->group->source];
    size_t size = 0;
    if (r->by == 1 && r->group->as == COTOOL_AS_PATH && is_within(first, line, end)) {
        const uint8_t *path;
        size = cotool_short_path(first->start, (size_t)(first->end - first->start), text, &path);
        if (size) return cotool_table_row(table, path, size, step, facts->inferred, status);
    }
    for (int n = 0; n < r->by; n++) {
        if (n) text[size++] = 0x1F;
        size += cotool_write_value(f->value[r->group[n].source], r->group[n].as, text + size);
    }
    return cotool_table_row(table, text, size, step, facts->inferred, status);
}

int cotool_reading_add(const cotool_config *config, cotool_table *table, int format,
                       const uint8_t *line, const uint8_t *end, const cotool_members *members,
                       const cotool_record_facts *facts, int64_t line_number) {
    const cotool_reading *r = config->reading;
    const int64_t step = table->width && facts->has_time ? facts->seconds : COTOOL_NO_STEP;
    int status = 0;
    cotool_fields f;
    cotool_row *row = NULL, *whole;
    size_t place = 0;
    if (format < 0 && config->formats && is_title(r, line, end)) return 0;
    cotool_read_fields(config, format, line, end, facts->level, members, &f);
    if (r->by) {
        row = row_of(r, table, &f, line, end, facts, step, &status);
        if (status) return ENOMEM;
        if (row) place = (size_t)(row - table->row);
    }
    whole = cotool_table_whole(table, step, facts->inferred, &status);
    if (!whole) return ENOMEM;
    whole->records++;
    if (row) row = &table->row[place], row->records++;
    for (int m = 0; m < r->measures; m++) {
        const cotool_value *v = f.value[r->measure[m]];
        const cotool_default_unit *unit = f.unit[r->measure[m]];
        cotool_overall *overall = &table->overall[m];
        const size_t size = (size_t)(v->end - v->start);
        int state = -1, dimension = unit->dimension, added = 0, bucket = 0;
        cotool_fixed number = 0;
        uint64_t hash;
        if (is_within(v, line, end) && cotool_read_plain(v->start, size, unit, &number)) state = 1;
        else if (v->kind != COTOOL_NO_VALUE)
            state = cotool_value_number(v, unit, &number, &dimension, &added);
        if (state > 0) bucket = cotool_bucket_of(number);
        if (count_value(&whole->cell[m], state, number, bucket) ||
            (row && count_value(&row->cell[m], state, number, bucket)))
            return ENOMEM;
        if (state < 0) continue;
        hash = cotool_hash(v->start, size, 1);
        if (r->distinct) {
            if (cotool_overall_distinct(overall, hash)) return ENOMEM;
            /* Without steps, `overall` knows those of all records better. */
            if (table->width && r->stepped[m] && add_seen(table, whole, m, hash)) return ENOMEM;
            if (row && (!table->width || r->stepped[m]) && add_seen(table, row, m, hash))
                return ENOMEM;
        }
        if (!state) {
            cotool_overall_odd(overall, v->start, size);
            continue;
        }
        overall->dimensions[dimension]++;
        overall->added += (uint64_t)added;
        if (table->most && cotool_overall_greatest(overall, table->most, number, line_number, line,
                                                   (size_t)(end - line)))
            return ENOMEM;
    }
    return table->count > table->settle_at ? cotool_table_settle(table) : 0;
}
