/* See loggroups.h. */

#include "logs/loggroups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows from which on a table is settled for the first time. */
#define FIRST_SETTLED 4096
/* Rows whose memory a table keeps for the next part of a log. */
#define MOST_KEPT 2048

void cotool_table_open(cotool_table *table, int measures, int most, int64_t width) {
    memset(table, 0, sizeof *table);
    table->measures = measures, table->most = most, table->width = width;
    table->settle_at = FIRST_SETTLED, table->most_bytes = table->most_whole = COTOOL_MOST_BYTES;
    table->seen_bits = COTOOL_SEEN_BITS;
}

static void free_cells(cotool_table *table, size_t from) {
    for (; table->kept > from; table->kept--) {
        cotool_cell *cell = table->row[table->kept - 1].cell;
        for (int m = 0; m < table->measures; m++) cotool_cell_close(&cell[m]);
        free(cell);
    }
}

void cotool_table_reset(cotool_table *table, int64_t width, uint64_t limit) {
    for (size_t n = 0; n < table->count; n++) {
        cotool_row *row = &table->row[n];
        for (int m = 0; m < table->measures; m++) {
            cotool_cell_reset(&row->cell[m]);
            if (row->seen) cotool_seen_close(&row->seen[m]);
        }
        free(row->seen);
    }
    free_cells(table, MOST_KEPT);
    if (table->slots) memset(table->slot, 0, table->slots * sizeof *table->slot);
    table->count = table->texts_size = table->groups = table->steps = 0;
    table->width = width, table->limit = limit, table->widened = 0;
    table->settle_at = FIRST_SETTLED, table->most_bytes = table->most_whole = COTOOL_MOST_BYTES;
    table->seen_bits = COTOOL_SEEN_BITS;
    table->last_step = 0, table->last_whole = 0;
    memset(table->near, 0, sizeof table->near);
    if (table->paths) memset(table->paths->row, 0, sizeof table->paths->row);
    for (int m = 0; m < table->measures; m++) cotool_overall_reset(&table->overall[m]);
}

void cotool_table_close(cotool_table *table) {
    cotool_table_reset(table, 0, 0);
    free_cells(table, 0);
    free(table->row);
    free(table->slot);
    free(table->texts);
    free(table->paths);
    memset(table, 0, sizeof *table);
}

static int is_whole(const cotool_table *table, const cotool_row *row) {
    return row->size == 1 && table->texts[row->text] == *COTOOL_WHOLE;
}

static void take_slot(cotool_table *table, size_t n) {
    size_t at = table->row[n].hash & (table->slots - 1);
    while (table->slot[at]) at = (at + 1) & (table->slots - 1);
    table->slot[at] = (uint32_t)n + 1;
}

static int grow(cotool_table *table) {
    if (table->count == table->room) {
        size_t room = table->room ? 2 * table->room : 64;
        cotool_row *row = realloc(table->row, room * sizeof *row);
        if (!row) return ENOMEM;
        table->row = row, table->room = room;
    }
    if (2 * (table->count + 1) > table->slots) {
        size_t slots = table->slots ? 2 * table->slots : 256;
        uint32_t *slot = calloc(slots, sizeof *slot);
        if (!slot) return ENOMEM;
        free(table->slot);
        table->slot = slot, table->slots = slots;
        for (size_t n = 0; n < table->count; n++) take_slot(table, n);
    }
    return 0;
}

static uint64_t hash_of(uint64_t group, int64_t step, int inferred) {
    return fold_product(group ^ (uint64_t)step, 0xD6E8FEB86659FD93u + (uint64_t)inferred * 2);
}

void cotool_table_seek(cotool_table *table, int64_t seconds) {
    const int64_t within = seconds % table->width;
    table->last_step = seconds - (within < 0 ? within + table->width : within);
}

cotool_row *cotool_table_find(cotool_table *table, uint64_t group, const uint8_t *text, size_t size,
                              int64_t step, int inferred, int *status) {
    const int whole = size == 1 && *text == *COTOOL_WHOLE;
    const uint64_t hash = hash_of(group, step, inferred);
    uint32_t *near = &table->near[group % COTOOL_NEAR];
    cotool_row *row;
    cotool_cell *cell;
    if (!whole && table->limit && group >= table->limit) return NULL;
    for (size_t at = hash & (table->slots - 1); table->slots && table->slot[at];
         at = (at + 1) & (table->slots - 1)) {
        row = &table->row[table->slot[at] - 1];
        if (row->hash == hash && row->group == group && row->step == step &&
            row->inferred == inferred && row->size == size &&
            !memcmp(table->texts + row->text, text, size)) {
            *near = table->slot[at];
            return row;
        }
    }
    *status = ENOMEM;
    if (grow(table)) return NULL;
    if (table->texts_size + size >= table->texts_room) { /* an empty text has a place, too */
        size_t room = 2 * table->texts_room + size + 4096;
        uint8_t *texts = realloc(table->texts, room);
        if (!texts) return NULL;
        table->texts = texts, table->texts_room = room;
    }
    row = &table->row[table->count];
    cell = table->count < table->kept ? row->cell
                                      : calloc((size_t)table->measures + 1, sizeof *cell);
    if (!cell) return NULL;
    if (table->kept == table->count) table->kept++;
    *row = (cotool_row){.hash = hash, .group = group, .step = step, .size = (uint32_t)size,
                        .inferred = (uint8_t)inferred, .cell = cell};
    for (int m = 0; m < table->measures; m++)
        row->cell[m].most_bytes = whole ? table->most_whole : table->most_bytes;
    row->text = table->texts_size;
    memcpy(table->texts + row->text, text, size);
    table->texts_size += size;
    take_slot(table, table->count++);
    *near = (uint32_t)table->count;
    if (whole) table->steps++;
    *status = 0;
    return row;
}

int cotool_table_know_paths(cotool_table *table) {
    table->paths = aligned_alloc(64, sizeof *table->paths);
    if (!table->paths) return ENOMEM;
    memset(table->paths->row, 0, sizeof table->paths->row);
    return 0;
}

cotool_seen *cotool_row_seen(const cotool_table *table, cotool_row *row) {
    if (row->seen || !(row->seen = calloc((size_t)table->measures + 1, sizeof *row->seen)))
        return row->seen;
    for (int m = 0; m < table->measures; m++)
        row->seen[m].fewer = (uint8_t)(COTOOL_SEEN_BITS - table->seen_bits);
    return row->seen;
}

/* Adds a row of another table, which has the same measures. */
static int add_row(const cotool_table *table, cotool_row *to, const cotool_row *from) {
    int status = 0;
    to->records += from->records;
    for (int m = 0; m < table->measures; m++)
        status |= cotool_cell_merge(&to->cell[m], &from->cell[m]);
    if (!from->seen) return status;
    if (!cotool_row_seen(table, to)) return ENOMEM;
    for (int m = 0; m < table->measures; m++)
        status |= cotool_seen_merge(&to->seen[m], &from->seen[m]);
    return status;
}

cotool_row *cotool_table_whole(cotool_table *table, int64_t step, int inferred, int *status) {
    cotool_row *row = table->last_whole ? &table->row[table->last_whole - 1] : NULL;
    if (row && (step == COTOOL_NO_STEP
                    ? row->step == COTOOL_NO_STEP
                    : row->step != COTOOL_NO_STEP && row->inferred == inferred &&
                          (uint64_t)(step - row->step) < (uint64_t)table->width))
        return row;
    row = cotool_table_row(table, COTOOL_WHOLE, 1, step, inferred, status);
    if (row) table->last_whole = (size_t)(row - table->row) + 1;
    return row;
}

static int by_number(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Puts the rows into a fresh table, without groups from `limit` on and in steps of `width`. */
static int rebuild(cotool_table *table, uint64_t limit, int64_t width) {
    cotool_table fresh;
    int status = 0;
    cotool_table_open(&fresh, table->measures, table->most, width);
    fresh.limit = limit, fresh.widened = table->widened || width != table->width;
    fresh.most_bytes = table->most_bytes, fresh.most_whole = table->most_whole;
    fresh.seen_bits = table->seen_bits;
    for (size_t n = 0; n < table->count && !status; n++) {
        cotool_row *from = &table->row[n];
        cotool_row *to = cotool_table_row(&fresh, table->texts + from->text, from->size, from->step,
                                          from->inferred, &status);
        if (!to) continue;
        status |= add_row(table, to, from);
    }
    if (status) {
        cotool_table_close(&fresh);
        return status;
    }
    memcpy(fresh.overall, table->overall, sizeof fresh.overall);
    memset(table->overall, 0, sizeof table->overall);
    cotool_table_close(table);
    *table = fresh;
    return 0;
}

/* Sorts the hashes of the groups that are kept; returns how many there are. */
static int groups_of(cotool_table *table, uint64_t **sorted) {
    uint64_t *hash = malloc((table->count + 1) * sizeof *hash);
    size_t n = 0, distinct = 0;
    if (!hash) return ENOMEM;
    for (size_t k = 0; k < table->count; k++)
        if (!is_whole(table, &table->row[k])) hash[n++] = table->row[k].group;
    qsort(hash, n, sizeof *hash, by_number);
    for (size_t k = 0; k < n; k++)
        if (!k || hash[k] != hash[k - 1]) hash[distinct++] = hash[k];
    table->groups = distinct;
    *sorted = hash;
    return 0;
}

/* The bytes that each of so many cells may have, of all that they have together. */
static unsigned bytes_of_cell(size_t cells, size_t most_cells, size_t bytes) {
    unsigned most = COTOOL_MOST_BYTES;
    while (most > bytes / most_cells && cells * most > bytes) most /= 2;
    return most;
}

/* Reduces what is known of distinct values where there are many groups and steps. */
static int settle_seen(cotool_table *table, size_t cells) {
    int bits = COTOOL_SEEN_BITS, status = 0;
    while (bits > COTOOL_SEEN_LEAST_BITS && cells << bits > COTOOL_SEEN_BYTES) bits--;
    if (bits >= table->seen_bits) return 0;
    table->seen_bits = bits;
    for (size_t n = 0; n < table->count; n++)
        for (int m = 0; table->row[n].seen && m < table->measures; m++)
            status |= cotool_seen_limit(&table->row[n].seen[m], bits);
    return status;
}

int cotool_table_settle(cotool_table *table) {
    const size_t measures = table->measures ? (size_t)table->measures : 1;
    const size_t most_groups = COTOOL_GROUPS / measures;
    uint64_t *hash;
    uint64_t limit = table->limit;
    size_t cells;
    unsigned most, whole;
    int status = 0;
    if (groups_of(table, &hash)) return ENOMEM;
    if (table->groups > most_groups) limit = hash[most_groups];
    free(hash);
    if (limit != table->limit) {
        if (rebuild(table, limit, table->width)) return ENOMEM;
        table->groups = most_groups;
    }
    while (table->width && table->steps > 1 &&
           (table->steps * (table->groups + 1) * measures > COTOOL_CELLS ||
            table->steps * measures > COTOOL_STEPS)) {
        size_t groups = table->groups;
        if (rebuild(table, table->limit, 2 * table->width)) return ENOMEM;
        table->groups = groups;
    }
    /* A table whose steps were widened has had too many of them. */
    cells = (table->steps ? table->steps : 1) * measures;
    most = bytes_of_cell(table->widened ? COTOOL_CELLS : cells * (table->groups + 1), COTOOL_CELLS,
                         COTOOL_GROUP_BYTES);
    status |= settle_seen(table, table->widened ? COTOOL_CELLS
                                                : cells * (table->groups + (table->width != 0)));
    whole = bytes_of_cell(table->widened ? COTOOL_STEPS : cells, COTOOL_STEPS, COTOOL_WHOLE_BYTES);
    if (most < table->most_bytes || whole < table->most_whole) {
        table->most_bytes = most, table->most_whole = whole;
        for (size_t n = 0; n < table->count; n++)
            for (int m = 0; m < table->measures; m++)
                status |= cotool_cell_limit(&table->row[n].cell[m],
                                            is_whole(table, &table->row[n]) ? whole : most);
    }
    table->settle_at = 2 * table->count > FIRST_SETTLED ? 2 * table->count : FIRST_SETTLED;
    return status ? ENOMEM : 0;
}

int cotool_table_merge(cotool_table *into, const cotool_table *table, int64_t first, int flags) {
    int status = 0;
    if (table->limit && (!into->limit || table->limit < into->limit) &&
        rebuild(into, table->limit, into->width))
        return ENOMEM;
    if (table->width > into->width && !(flags & COTOOL_MERGE_STEPS) &&
        rebuild(into, into->limit, table->width)) return ENOMEM;
    for (size_t n = 0; n < table->count && !status; n++) {
        const cotool_row *from = &table->row[n];
        cotool_row *to = cotool_table_row(
            into, table->texts + from->text, from->size,
            flags & COTOOL_MERGE_STEPS ? COTOOL_NO_STEP : from->step,
            flags & COTOOL_MERGE_DATED ? 0 : from->inferred, &status);
        if (!to) continue;
        status |= add_row(into, to, from);
    }
    for (int m = 0; m < into->measures; m++)
        status |= cotool_overall_merge(&into->overall[m], &table->overall[m], into->most, first);
    if (!(flags & COTOOL_MERGE_STEPS)) into->widened |= table->widened;
    if (!status && into->count > into->settle_at) status = cotool_table_settle(into);
    return status ? ENOMEM : 0;
}
