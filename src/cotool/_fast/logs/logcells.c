/* See logcells.h. */
#include "logs/logcells.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logs/loghash.h"

/* A table's groups are counted down again only once there are so many times too many. */
#define SLACK 2

void cotool_fixed_halves(const cotool_fixed *number, int64_t *high, uint64_t *low) {
    *high = (int64_t)(*number >> 64), *low = (uint64_t)*number;
}

void cotool_fixed_join(cotool_fixed *number, int64_t high, uint64_t low) {
    *number = (cotool_fixed)((unsigned __int128)(uint64_t)high << 64 | low);
}

/* ---- sketches --------------------------------------------------------------------------------- */

static int leading_bit(unsigned __int128 x) {
    uint64_t high = (uint64_t)(x >> 64);
    return high ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)x);
}

int cotool_bucket_of(cotool_fixed number) {
    unsigned __int128 x = number < 0 ? -(unsigned __int128)number : (unsigned __int128)number;
    int bit, bucket;
    if (!x) return 0;
    bit = leading_bit(x);
    bucket = bit << 6 | (int)((bit >= 6 ? x >> (bit - 6) : x << (6 - bit)) & 63);
    return number < 0 ? -1 - bucket : 1 + bucket;
}

void cotool_bucket_ends(int bucket, cotool_fixed *least, cotool_fixed *most) {
    int n = (bucket < 0 ? -bucket : bucket) - 1, bit = n >> 6;
    cotool_fixed low, high;
    *least = *most = 0;
    if (!bucket) return;
    low = 64 + (n & 63);
    if (bit >= 6) low <<= bit - 6, high = low + (((cotool_fixed)1 << (bit - 6)) - 1);
    else high = low >>= 6 - bit;
    if (bucket > 0) *least = low, *most = high;
    else *least = -high, *most = -low;
}

/* Buckets as numbers from 0 on: 64 of them are a page. */
static unsigned place_of(int bucket) { return (unsigned)(bucket + COTOOL_PAGES * 32); }

static int count_in_page(cotool_cell *cell, unsigned place, uint64_t times) {
    unsigned page = place >> 6;
    uint32_t *counts;
    uint64_t sum;
    if (!cell->pages || page < cell->low || page >= (unsigned)cell->low + cell->pages) {
        unsigned low = !cell->pages || page < cell->low ? page : cell->low;
        unsigned end = cell->low + (unsigned)cell->pages;
        uint32_t **pages;
        if (!cell->pages || page >= end) end = page + 1;
        pages = calloc(end - low, sizeof *pages);
        if (!pages) return ENOMEM;
        if (cell->pages) memcpy(pages + (cell->low - low), cell->page, cell->pages * sizeof *pages);
        free(cell->page);
        cell->page = pages, cell->low = (uint16_t)low, cell->pages = (uint16_t)(end - low);
    }
    counts = cell->page[page - cell->low];
    if (!counts) {
        counts = cell->page[page - cell->low] = calloc(64, sizeof *counts);
        if (!counts) return ENOMEM;
    }
    sum = counts[place & 63] + times;
    counts[place & 63] = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
    return 0;
}

/* `listed`: how many the list holds. */
static int unlist(cotool_cell *cell, uint64_t listed) {
    int16_t *list = cell->list;
    int status = 0;
    cell->list = NULL, cell->list_room = 0;
    for (uint64_t n = 0; list && n < listed; n++) status |= count_in_page(cell, place_of(list[n]), 1);
    free(list);
    return status;
}

/* Adds `times` to a bucket of a cell that has `before` numbers. */
static int sketch(cotool_cell *cell, int bucket, uint64_t before, uint64_t times) {
    if (!cell->pages && before + times <= COTOOL_LISTED) {
        if (before + times > cell->list_room) {
            size_t room = cell->list_room ? cell->list_room : 4;
            int16_t *list;
            while (room < before + times) room *= 2;
            list = realloc(cell->list, room * sizeof *list);
            if (!list) return ENOMEM;
            cell->list = list, cell->list_room = (uint16_t)room;
        }
        for (uint64_t n = 0; n < times; n++) cell->list[before + n] = (int16_t)bucket;
        return 0;
    }
    if (!cell->pages && unlist(cell, before)) return ENOMEM;
    return count_in_page(cell, place_of(bucket), times);
}

int cotool_cell_add(cotool_cell *cell, cotool_fixed number) {
    if (sketch(cell, cotool_bucket_of(number), cell->count, 1)) return ENOMEM;
    if (!cell->count || number < cell->least) cell->least = number;
    if (!cell->count || number > cell->most) cell->most = number;
    cell->count++;
    cell->sum += number;
    return 0;
}

int cotool_cell_count(cotool_cell *cell, int bucket, uint64_t times) {
    if (sketch(cell, bucket, cell->count, times)) return ENOMEM;
    cell->count += times;
    return 0;
}

int cotool_cell_merge(cotool_cell *into, const cotool_cell *cell) {
    uint64_t before = into->count;
    into->missing += cell->missing, into->odd += cell->odd;
    if (!cell->count) return 0;
    if (!before || cell->least < into->least) into->least = cell->least;
    if (!before || cell->most > into->most) into->most = cell->most;
    into->sum += cell->sum;
    if (!cell->pages)
        for (uint64_t n = 0; n < cell->count; n++)
            if (cotool_cell_count(into, cell->list[n], 1)) return ENOMEM;
    for (unsigned p = 0; p < cell->pages; p++)
        for (int k = 0; cell->page[p] && k < 64; k++) {
            int bucket = (int)((cell->low + p) << 6) + k - COTOOL_PAGES * 32;
            uint32_t times = cell->page[p][k];
            if (times && cotool_cell_count(into, bucket, times)) return ENOMEM;
        }
    return 0;
}

static int by_bucket(const void *a, const void *b) {
    return *(const int16_t *)a - *(const int16_t *)b;
}

cotool_fixed cotool_cell_quantile(const cotool_cell *cell, double share) {
    uint64_t place = (uint64_t)(share * (double)(cell->count - 1)), seen = 0;
    int bucket = 0;
    cotool_fixed low, high, middle;
    if (place == 0) return cell->least;
    if (place >= cell->count - 1) return cell->most;
    if (!cell->pages) {
        int16_t sorted[COTOOL_LISTED];
        memcpy(sorted, cell->list, cell->count * sizeof *sorted);
        qsort(sorted, cell->count, sizeof *sorted, by_bucket);
        bucket = sorted[place];
    }
    for (unsigned p = 0; p < cell->pages && seen <= place; p++)
        for (int k = 0; cell->page[p] && k < 64 && seen <= place; k++) {
            seen += cell->page[p][k];
            bucket = (int)((cell->low + p) << 6) + k - COTOOL_PAGES * 32;
        }
    cotool_bucket_ends(bucket, &low, &high);
    middle = low + (high - low) / 2;
    return middle < cell->least ? cell->least : middle > cell->most ? cell->most : middle;
}

void cotool_cell_close(cotool_cell *cell) {
    for (unsigned p = 0; p < cell->pages; p++) free(cell->page[p]);
    free(cell->page);
    free(cell->list);
    memset(cell, 0, sizeof *cell);
}

/* ---- what concerns a measure as a whole ------------------------------------------------------- */

int cotool_overall_distinct(cotool_overall *overall, uint64_t hash) {
    uint64_t rest = hash << COTOOL_DISTINCT_BITS | 1;
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1), *r;
    if (!overall->registers && !(overall->registers = calloc(COTOOL_DISTINCT, 1))) return ENOMEM;
    r = &overall->registers[hash >> (64 - COTOOL_DISTINCT_BITS)];
    if (rank > *r) *r = rank;
    return 0;
}

/* The number of distinct values (Flajolet et al. 2007), small ones by the registers that are 0. */
double cotool_distinct_count(const uint8_t *registers) {
    double sum = 0, count, m = COTOOL_DISTINCT;
    int zeros = 0;
    if (!registers) return 0;
    for (int n = 0; n < COTOOL_DISTINCT; n++) sum += ldexp(1, -registers[n]), zeros += !registers[n];
    count = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    return count <= 2.5 * m && zeros ? m * log(m / zeros) : count;
}

void cotool_overall_odd(cotool_overall *overall, const uint8_t *text, size_t size) {
    int n = overall->examples;
    if (size > COTOOL_EXAMPLE_SIZE) size = COTOOL_EXAMPLE_SIZE;
    for (int k = 0; k < overall->examples; k++) {
        size_t shorter = size < overall->example_size[k] ? size : overall->example_size[k];
        int order = memcmp(text, overall->example[k], shorter);
        if (!order) order = (size > shorter) - (overall->example_size[k] > shorter);
        if (!order) return;
        if (order < 0) {
            n = k;
            break;
        }
    }
    if (n == COTOOL_EXAMPLES) return;
    if (overall->examples < COTOOL_EXAMPLES) overall->examples++;
    for (int k = overall->examples - 1; k > n; k--) {
        memcpy(overall->example[k], overall->example[k - 1], COTOOL_EXAMPLE_SIZE);
        overall->example_size[k] = overall->example_size[k - 1];
    }
    memcpy(overall->example[n], text, size);
    overall->example_size[n] = (uint8_t)size;
}

const uint8_t *cotool_example(const cotool_overall *overall, int n) {
    return overall->example[n];
}

int cotool_overall_greatest(cotool_overall *overall, int most, cotool_fixed number, int64_t line,
                            const uint8_t *text, size_t size) {
    int n = overall->greatest;
    cotool_greatest *top = overall->top;
    uint8_t *copy;
    if (!most) return 0;
    if (n == most && (number < top[n - 1].number ||
                      (number == top[n - 1].number && line >= top[n - 1].line)))
        return 0;
    if (!top && !(top = overall->top = calloc((size_t)most, sizeof *top))) return ENOMEM;
    if (size > COTOOL_GREATEST_TEXT) size = COTOOL_GREATEST_TEXT;
    if (!(copy = malloc(size + 1))) return ENOMEM;
    memcpy(copy, text, size);
    if (n == most) free(top[--n].text);
    else overall->greatest++;
    for (; n && (number > top[n - 1].number ||
                 (number == top[n - 1].number && line < top[n - 1].line)); n--)
        top[n] = top[n - 1];
    top[n] = (cotool_greatest){number, line, (uint32_t)size, copy};
    return 0;
}

static int merge_overall(cotool_overall *into, const cotool_overall *other, int most,
                         int64_t first) {
    for (int n = 0; n < COTOOL_DIMENSIONS; n++) into->dimensions[n] += other->dimensions[n];
    into->added += other->added;
    for (int n = 0; n < other->examples; n++)
        cotool_overall_odd(into, other->example[n], other->example_size[n]);
    if (other->registers) {
        if (!into->registers && !(into->registers = calloc(COTOOL_DISTINCT, 1))) return ENOMEM;
        for (int n = 0; n < COTOOL_DISTINCT; n++)
            if (other->registers[n] > into->registers[n]) into->registers[n] = other->registers[n];
    }
    for (int n = 0; n < other->greatest; n++)
        if (cotool_overall_greatest(into, most, other->top[n].number, other->top[n].line + first,
                                    other->top[n].text, other->top[n].size))
            return ENOMEM;
    return 0;
}

static void reset_overall(cotool_overall *overall) {
    for (int n = 0; n < overall->greatest; n++) free(overall->top[n].text);
    free(overall->top);
    free(overall->registers);
    memset(overall, 0, sizeof *overall);
}

/* ---- tables ----------------------------------------------------------------------------------- */

void cotool_table_open(cotool_table *table, int measures, int most, int64_t width) {
    memset(table, 0, sizeof *table);
    table->measures = measures, table->most = most, table->width = width;
}

static void drop_row(cotool_table *table, cotool_row *row) {
    for (int m = 0; m < table->measures; m++) cotool_cell_close(&row->cell[m]);
    free(row->cell);
}

void cotool_table_reset(cotool_table *table, int64_t width, uint64_t limit) {
    for (size_t n = 0; n < table->count; n++) drop_row(table, &table->row[n]);
    if (table->slots) memset(table->slot, 0, table->slots * sizeof *table->slot);
    table->count = table->texts_size = table->groups = table->steps = 0;
    table->width = width, table->limit = limit;
    for (int m = 0; m < table->measures; m++) reset_overall(&table->overall[m]);
}

void cotool_table_close(cotool_table *table) {
    cotool_table_reset(table, 0, 0);
    free(table->row);
    free(table->slot);
    free(table->texts);
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

static int64_t step_at(int64_t seconds, int64_t width) {
    int64_t within = seconds % width;
    return seconds - (within < 0 ? within + width : within);
}

cotool_row *cotool_table_row(cotool_table *table, const uint8_t *text, size_t size, int64_t step,
                             int inferred, int *status) {
    uint64_t group = cotool_hash(text, size, 0), hash;
    int whole = size == 1 && *text == *COTOOL_WHOLE;
    cotool_row *row;
    size_t at;
    if (!whole && table->limit && group >= table->limit) return NULL;
    if (step != COTOOL_NO_STEP) step = step_at(step, table->width);
    else inferred = 0;
    hash = hash_of(group, step, inferred);
    for (at = hash & (table->slots - 1); table->slots && table->slot[at];
         at = (at + 1) & (table->slots - 1)) {
        row = &table->row[table->slot[at] - 1];
        if (row->hash == hash && row->size == size && row->step == step &&
            row->inferred == inferred && !memcmp(table->texts + row->text, text, size))
            return row;
    }
    *status = ENOMEM;
    if (grow(table)) return NULL;
    if (table->texts_size + size > table->texts_room) {
        size_t room = 2 * table->texts_room + size + 4096;
        uint8_t *texts = realloc(table->texts, room);
        if (!texts) return NULL;
        table->texts = texts, table->texts_room = room;
    }
    row = &table->row[table->count];
    memset(row, 0, sizeof *row);
    row->cell = calloc((size_t)table->measures + 1, sizeof *row->cell);
    if (!row->cell) return NULL;
    row->hash = hash, row->group = group, row->step = step, row->inferred = (uint8_t)inferred;
    row->text = table->texts_size, row->size = (uint32_t)size;
    memcpy(table->texts + row->text, text, size);
    table->texts_size += size;
    take_slot(table, table->count++);
    if (whole) table->steps++;
    *status = 0;
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
    fresh.limit = limit;
    for (size_t n = 0; n < table->count && !status; n++) {
        cotool_row *from = &table->row[n];
        cotool_row *to = cotool_table_row(&fresh, table->texts + from->text, from->size, from->step,
                                          from->inferred, &status);
        if (!to) continue;
        to->records += from->records;
        for (int m = 0; m < table->measures; m++)
            status |= cotool_cell_merge(&to->cell[m], &from->cell[m]);
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

int cotool_table_settle(cotool_table *table) {
    uint64_t *hash;
    uint64_t limit = table->limit;
    if (groups_of(table, &hash)) return ENOMEM;
    if (table->groups > COTOOL_GROUPS) limit = hash[COTOOL_GROUPS];
    free(hash);
    if (limit != table->limit) {
        if (rebuild(table, limit, table->width)) return ENOMEM;
        table->groups = COTOOL_GROUPS;
    }
    while (table->width && table->steps > 1 &&
           table->steps * (table->groups + 1) > COTOOL_CELLS) {
        size_t groups = table->groups;
        if (rebuild(table, table->limit, 2 * table->width)) return ENOMEM;
        table->groups = groups;
    }
    return 0;
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
        to->records += from->records;
        for (int m = 0; m < into->measures; m++)
            status |= cotool_cell_merge(&to->cell[m], &from->cell[m]);
    }
    for (int m = 0; m < into->measures; m++)
        status |= merge_overall(&into->overall[m], &table->overall[m], into->most, first);
    if (!status && into->count > SLACK * COTOOL_GROUPS) status = cotool_table_settle(into);
    return status ? ENOMEM : 0;
}
