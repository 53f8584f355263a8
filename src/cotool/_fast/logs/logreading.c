/* See logreading.h. */

#include "logs/logreading.h"

#include <errno.h>
#include <string.h>

#include "logs/loglogfmt.h"
#include "logs/logpaths.h"

/* The values of a measure in a batch. */
typedef struct {
    int8_t state[COTOOL_BATCH]; /* 1 for a number, 0 for an odd value, -1 for none */
    cotool_fixed number[COTOOL_BATCH];
    int bucket[COTOOL_BATCH];
} numbers;

/* Counts value k in a row. */
COTOOL_INLINE int count_value(cotool_cell *cell, const numbers *v, int k) {
    if (v->state[k] > 0) return cotool_cell_add(cell, v->number[k], v->bucket[k]);
    if (v->state[k]) cell->missing++;
    else cell->odd++;
    return 0;
}

/* Counts the values from number k up to `stop` in a row. */
COTOOL_INLINE int count_values(cotool_cell *cell, const numbers *v, int k, int stop) {
    const int is_first = !cell->count;
    cotool_fixed least = 0, most = 0, sum = 0;
    int status = 0, some = 0;
    for (; k < stop; k++) {
        const cotool_fixed number = v->number[k];
        if (v->state[k] <= 0) {
            status |= count_value(cell, v, k);
            continue;
        }
        if (!some || number < least) least = number;
        if (!some || number > most) most = number;
        sum += number, some = 1;
        status |= cotool_cell_count_one(cell, v->bucket[k]);
    }
    if (!some) return status;
    if (is_first || least < cell->least) cell->least = least;
    if (is_first || most > cell->most) cell->most = most;
    cell->sum += sum;
    return status;
}

static size_t write_taken(const cotool_taken *taken, int as, uint8_t *out) {
    const cotool_value value = {taken->kind, taken->start, taken->start + taken->size};
    return cotool_write_value(&value, as, out);
}

/* Returns the row of a path in the line, as row_of() does. */
COTOOL_INLINE cotool_row *row_of_path(cotool_table *table, const cotool_taken *value, int64_t step,
                                      int inferred, int *status) {
    uint8_t text[COTOOL_PART];
    const uint8_t *path;
    uint32_t *known;
    cotool_row *row;
    size_t size = value->size;
    if (!table->paths && cotool_table_know_paths(table)) {
        *status = ENOMEM;
        return NULL;
    }
    /* A dash is no value, but -?x=1 is the path of a dash. */
    known = size == 1 && *value->start == '-' ? NULL : cotool_known_path(table->paths, value->start, size);
    if (known && *known) {
        row = &table->row[*known - 1];
        if (row->step == cotool_table_step(table, step) &&
            (row->inferred == inferred || step == COTOOL_NO_STEP))
            return row;
    }
    size = cotool_short_path(value->start, size, text, &path);
    if (!size) path = text, size = write_taken(value, COTOOL_AS_PATH, text);
    row = cotool_table_row(table, path, size, step, inferred, status);
    if (known) *known = row ? (uint32_t)(row - table->row) + 1 : 0;
    return row;
}

/* Returns the row of the group of record k, NULL: it has none or `status` says why. */
COTOOL_INLINE cotool_row *row_of(const cotool_reading *r, cotool_table *table,
                                 const cotool_batch *b, int k, int *status) {
    uint8_t text[COTOOL_BY * (COTOOL_PART + 1)];
    size_t size = 0;
    if (r->by == 1 && r->group->as == COTOOL_AS_PATH && b->part[0][k].is_within)
        return row_of_path(table, &b->part[0][k], b->step[k], b->inferred[k], status);
    for (int n = 0; n < r->by; n++) {
        if (n) text[size++] = 0x1F;
        size += write_taken(&b->part[n][k], r->group[n].as, text + size);
    }
    return cotool_table_row(table, text, size, b->step[k], b->inferred[k], status);
}

/* Takes a value for later. `line`: what COTOOL_PADDING readable bytes follow. */
COTOOL_INLINE void take(cotool_taken *taken, const cotool_value *value, const uint8_t *line,
                        const uint8_t *end) {
    taken->start = value->start, taken->size = (uint32_t)(value->end - value->start);
    taken->kind = (uint8_t)value->kind;
    taken->is_within = value->kind != COTOOL_NO_VALUE && value->kind != COTOOL_DOUBLED &&
                       (size_t)(value->start - line) < (size_t)(end - line);
}

/* Reads the values of measure m as numbers. */
static void read_numbers(const cotool_batch *b, int m, cotool_overall *overall, numbers *all) {
    const cotool_default_unit *unit = NULL;
    cotool_plain_unit plain;
    uint64_t usual = 0, scaled = 0; /* numbers without a unit of their own; those of a unit that scales them */
    for (int k = 0; k < b->count; k++) {
        const cotool_taken *v = &b->value[m][k];
        int dimension, added = 0;
        if (unit != b->unit[m][k]) {
            if (unit) overall->dimensions[unit->dimension] += usual;
            usual = 0, unit = b->unit[m][k];
            cotool_prepare_plain(unit, &plain);
        }
        if (v->is_within && cotool_read_plain(v->start, v->size, &plain, &all->number[k])) {
            all->state[k] = 1;
            all->bucket[k] = cotool_bucket_of(all->number[k]);
            usual++, scaled += plain.scales;
            continue;
        }
        dimension = unit->dimension;
        all->state[k] = -1;
        if (v->kind != COTOOL_NO_VALUE) {
            const cotool_value value = {v->kind, v->start, v->start + v->size};
            all->state[k] = (int8_t)cotool_value_number(&value, unit, &all->number[k], &dimension, &added);
            if (!all->state[k]) cotool_overall_odd(overall, v->start, v->size);
        }
        if (all->state[k] <= 0) continue;
        all->bucket[k] = cotool_bucket_of(all->number[k]);
        overall->dimensions[dimension]++;
        overall->added += (uint64_t)added;
        overall->stated += dimension != unit->dimension;
        scaled += plain.scales;
    }
    if (unit) overall->dimensions[unit->dimension] += usual;
    overall->scaled += scaled;
}

/* Counts a value of measure m among the distinct ones of a row. */
static int see(cotool_table *table, cotool_row *row, int m, uint64_t hash) {
    return cotool_row_seen(table, row) ? cotool_seen_add(&row->seen[m], hash) : ENOMEM;
}

/* Counts the distinct values of measure m from record k up to `stop`, whose row of all records is number
 * `whole`. Without steps, `overall` knows those of all records better than a row does. */
static int count_distinct(const cotool_reading *r, cotool_table *table, const cotool_batch *b, int m,
                          const int8_t *state, uint32_t whole, int k, int stop) {
    const int of_step = !table->width || r->stepped[m], of_whole = table->width && r->stepped[m];
    uint8_t *registers;
    int status = 0;
    while (k < stop && state[k] < 0) k++;
    if (k == stop) return 0;
    if (!(registers = cotool_overall_registers(&table->overall[m]))) return ENOMEM;
    for (; k < stop && !status; k++) {
        uint64_t hash;
        if (state[k] < 0) continue;
        hash = cotool_hash(b->value[m][k].start, b->value[m][k].size, 1);
        cotool_seen_mark(registers, COTOOL_DISTINCT_BITS, hash);
        if (!of_whole && !of_step) continue;
        if (of_whole) status |= see(table, &table->row[whole], m, hash);
        if (of_step && b->row[k] != COTOOL_NO_ROW) status |= see(table, &table->row[b->row[k]], m, hash);
    }
    return status;
}

int cotool_reading_flush(const cotool_config *config, cotool_batch *b, cotool_table *table) {
    const cotool_reading *r = config->reading;
    const int count = b->count;
    int first[COTOOL_BATCH + 1], runs = 0; /* records in a row that share the row of all records */
    numbers all;
    int status = 0;
    for (int k = 0; k < count; k++) {
        cotool_row *row = r->by ? row_of(r, table, b, k, &status) : NULL;
        b->row[k] = row ? (uint32_t)(row - table->row) : COTOOL_NO_ROW;
        if (row) row->records++;
        if (k && b->step[k] == b->step[k - 1] && b->inferred[k] == b->inferred[k - 1]) continue;
        row = cotool_table_whole(table, b->step[k], b->inferred[k], &status);
        if (status) return ENOMEM;
        if (runs && b->whole[runs - 1] == (uint32_t)(row - table->row)) continue;
        b->whole[runs] = (uint32_t)(row - table->row), first[runs++] = k;
    }
    if (status) return ENOMEM;
    first[runs] = count;
    for (int n = 0; n < runs; n++)
        table->row[b->whole[n]].records += (uint64_t)(first[n + 1] - first[n]);
    for (int m = 0; m < r->measures; m++) {
        read_numbers(b, m, &table->overall[m], &all);
        for (int n = 0; n < runs; n++)
            status |= count_values(&table->row[b->whole[n]].cell[m], &all, first[n], first[n + 1]);
        for (int k = 0; k < count; k++)
            if (b->row[k] != COTOOL_NO_ROW) status |= count_value(&table->row[b->row[k]].cell[m], &all, k);
        for (int n = 0; r->distinct && n < runs; n++)
            status |= count_distinct(r, table, b, m, all.state, b->whole[n], first[n], first[n + 1]);
        for (int k = 0; table->most && k < count; k++)
            if (all.state[k] > 0)
                status |= cotool_overall_greatest(&table->overall[m], table->most, all.number[k],
                                                  b->number[k], b->line[k],
                                                  (size_t)(b->end[k] - b->line[k]));
    }
    b->count = 0;
    if (status) return ENOMEM;
    return table->count > table->settle_at ? cotool_table_settle(table) : 0;
}

/* Takes the values of a record whose sources are all among the members. Returns 0 if one is missing. */
COTOOL_INLINE int take_members(const cotool_reading *r, cotool_batch *b, int format,
                               const uint8_t *line, const uint8_t *end,
                               const cotool_members *members) {
    const uint64_t needed = r->needed[format];
    const int k = b->count;
    if ((members->found & needed) != needed || members->format != format ||
        members->from != cotool_skip_blank(line, end))
        return 0;
    for (int n = 0; n < r->by; n++)
        take(&b->part[n][k], &members->value[r->locator[format][r->group[n].source].value], line, end);
    for (int m = 0; m < r->measures; m++) {
        const cotool_locator *l = &r->locator[format][r->measure[m]];
        take(&b->value[m][k], &members->value[l->value], line, end);
        b->unit[m][k] = &l->unit;
    }
    return 1;
}

void cotool_reading_prepare(cotool_reading *r) {
    r->grouped = 0;
    for (int n = 0; n < r->by; n++) r->grouped |= 1u << r->group[n].source;
    for (int m = 0; m < r->measures; m++) r->grouped |= 1u << r->measure[m];
    for (int row = 0; row <= COTOOL_FORMATS; row++) {
        r->requests[row] = r->anchor[row] > 0 && !r->delimiter[row] && !r->names;
        for (int n = 0; n < r->sources; n++) {
            const cotool_locator *l = &r->locator[row][n];
            if (!(r->grouped >> n & 1)) continue;
            if ((l->other && r->other[row][l->other].is_way) ||
                (l->kind != COTOOL_GET_TOKEN && !(l->kind == COTOOL_GET_PAIR && l->token != COTOOL_PAIR_IN_JSON)))
                r->requests[row] = 0;
        }
    }
}

/* Takes the values of a request. Returns 0 where it must be read step by step. */
COTOOL_INLINE int take_request(const cotool_reading *r, cotool_batch *b, cotool_table *table, int row,
                               const uint8_t *line, const uint8_t *end) {
    const int k = b->count;
    cotool_value value[COTOOL_SOURCES];
    unsigned again = 0;
    if (!cotool_take_request(r, row, line, end, value, &again)) return 0;
    for (int n = 0; n < r->by; n++) take(&b->part[n][k], &value[r->group[n].source], line, end);
    for (int m = 0; m < r->measures; m++) {
        const int n = r->measure[m];
        const cotool_locator *l = &r->locator[row][n];
        take(&b->value[m][k], &value[n], line, end);
        b->unit[m][k] = &l->unit;
        if (again >> n & 1 && cotool_comes_again(l, &value[n], end)) table->overall[m].further++;
    }
    return 1;
}

/* Takes the values of a record, wherever they are. */
static void take_fields(const cotool_config *config, cotool_batch *b, cotool_table *table, int format,
                        const uint8_t *line, const uint8_t *head, const uint8_t *end, int level,
                        const cotool_members *members) {
    const cotool_reading *r = config->reading;
    const int k = b->count;
    cotool_fields f;
    cotool_read_fields(config, format, line, head, end, level, members, &f);
    for (int n = 0; n < r->by; n++) take(&b->part[n][k], f.value[r->group[n].source], line, end);
    for (int m = 0; m < r->measures; m++) {
        const cotool_value *value = f.value[r->measure[m]];
        const cotool_locator *l = f.locator[r->measure[m]];
        take(&b->value[m][k], value, line, end);
        b->unit[m][k] = &l->unit;
        if (value->kind != COTOOL_NO_VALUE &&
            cotool_source_comes_again(r, cotool_locator_row(format), r->measure[m], l, value, end))
            table->overall[m].further++;
    }
}

int cotool_reading_take(const cotool_config *config, cotool_batch *b, cotool_table *table, int format,
                        const uint8_t *line, const uint8_t *head, const uint8_t *end,
                        const cotool_members *members,
                        const cotool_record_facts *facts, int64_t line_number) {
    const cotool_reading *r = config->reading;
    const int row = cotool_locator_row(format);
    if ((format < 0 || !members || !r->members[format] ||
         !take_members(r, b, format, line, end, members)) &&
        (!r->requests[row] || head != end || !take_request(r, b, table, row, line, end)))
        take_fields(config, b, table, format, line, head, end, facts->level, members);
    return cotool_reading_end(config, b, table, line, end, facts->has_time, facts->seconds, facts->inferred,
                              line_number);
}
