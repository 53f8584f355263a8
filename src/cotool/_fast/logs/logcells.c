/* See logcells.h. */

#include "logs/logcells.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void cotool_fixed_halves(const cotool_fixed *number, int64_t *high, uint64_t *low) {
    *high = (int64_t)(*number >> 64), *low = (uint64_t)*number;
}

void cotool_fixed_join(cotool_fixed *number, int64_t high, uint64_t low) {
    *number = (cotool_fixed)((unsigned __int128)(uint64_t)high << 64 | low);
}

double cotool_fixed_number(const cotool_fixed *number, uint64_t count) {
    return (double)((long double)*number / ((long double)COTOOL_UNIT * (long double)count));
}

/* ---- sketches --------------------------------------------------------------------------------- */

static int leading_bit(unsigned __int128 x) {
    uint64_t high = (uint64_t)(x >> 64);
    return high ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)x);
}

int cotool_bucket_step_by_step(cotool_fixed number) {
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

double cotool_bucket_number(int bucket, int bits) {
    cotool_fixed low, high;
    int exponent;
    double middle, whole;
    cotool_bucket_ends(bucket, &low, &high);
    high += low;
    middle = frexp(cotool_fixed_number(&high, 2), &exponent);
    if (!bucket) return 0;
    whole = floor(ldexp(fabs(middle), bits + 1)) + 0.5;
    return ldexp(copysign(whole, middle), exponent - bits - 1);
}

int cotool_cell_bucket(const cotool_cell *cell, unsigned p, int k) {
    int n = (int)((cell->low + p) << 6) + k - COTOOL_PAGES * 32;
    int size = (n < 0 ? -n : n) - 1;
    if (!n) return 0;
    size = (size << cell->shift) + (1 << cell->shift) / 2 + 1;
    return n < 0 ? -size : size;
}

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

static void free_pages(cotool_cell *cell) {
    for (unsigned p = 0; p < cell->pages; p++) free(cell->page[p]);
    free(cell->page);
}

/* Counts the numbers in pages by so many bits fewer than a bucket has. */
static int coarsen(cotool_cell *cell, int shift) {
    cotool_cell fewer = *cell;
    int status = 0;
    fewer.page = NULL, fewer.pages = 0, fewer.shift = (uint8_t)shift;
    for (unsigned p = 0; p < cell->pages; p++)
        for (int k = 0; cell->page[p] && k < 64; k++)
            if (cell->page[p][k])
                status |= count_in_page(&fewer, cotool_cell_place(&fewer, cotool_cell_bucket(cell, p, k)),
                                        cell->page[p][k]);
    free_pages(status ? &fewer : cell);
    if (!status) *cell = fewer;
    return status;
}

/* Counts by fewer bits until the pages have few enough bytes. The result depends on the numbers,
 * not on their order. */
static int fit(cotool_cell *cell) {
    const size_t most = cell->most_bytes ? cell->most_bytes : COTOOL_MOST_BYTES;
    int status = 0;
    while (!status && cell->shift < COTOOL_MOST_SHIFT) {
        size_t size = cell->pages * sizeof *cell->page;
        for (unsigned p = 0; p < cell->pages; p++)
            if (cell->page[p]) size += 64 * sizeof **cell->page;
        if (size <= most) break;
        status = coarsen(cell, cell->shift + 1);
    }
    return status;
}

/* Counts in the pages. */
static int count(cotool_cell *cell, int bucket, uint64_t times) {
    const unsigned place = cotool_cell_place(cell, bucket), page = place >> 6;
    const int known = page >= cell->low && page < (unsigned)cell->low + cell->pages &&
                      cell->page[page - cell->low];
    if (count_in_page(cell, place, times)) return ENOMEM;
    return known ? 0 : fit(cell);
}

int cotool_cell_limit(cotool_cell *cell, unsigned most_bytes) {
    cell->most_bytes = most_bytes;
    return cell->pages ? fit(cell) : 0;
}

/* Moves the numbers of a list into pages. `listed`: how many the list holds. */
static int unlist(cotool_cell *cell, uint64_t listed) {
    int16_t *list = cell->list;
    int status = 0;
    cell->list = NULL, cell->list_room = 0;
    for (uint64_t n = 0; list && n < listed; n++) status |= count(cell, list[n], 1);
    free(list);
    return status;
}

/* Makes room for so many numbers in the list. Returns 0 or ENOMEM. */
static int reserve(cotool_cell *cell, uint64_t numbers) {
    size_t room = cell->list_room ? cell->list_room : 4;
    int16_t *list;
    if (numbers <= cell->list_room) return 0;
    while (room < numbers) room *= 4;
    list = realloc(cell->list, room * sizeof *list);
    if (!list) return ENOMEM;
    cell->list = list, cell->list_room = (uint16_t)room;
    return 0;
}

/* Adds `times` to a bucket of a cell that has `before` numbers. */
static int sketch(cotool_cell *cell, int bucket, uint64_t before, uint64_t times) {
    if (!cell->pages && before + times <= COTOOL_LISTED) {
        if (reserve(cell, before + times)) return ENOMEM;
        for (uint64_t n = 0; n < times; n++) cell->list[before + n] = (int16_t)bucket;
        return 0;
    }
    if (!cell->pages && unlist(cell, before)) return ENOMEM;
    return count(cell, bucket, times);
}

int cotool_cell_count(cotool_cell *cell, int bucket, uint64_t times) {
    if (sketch(cell, bucket, cell->count, times)) return ENOMEM;
    cell->count += times;
    return 0;
}

/* Adds the numbers of a list to those of a cell, which may be in pages. */
static int add_list(cotool_cell *into, const int16_t *list, uint64_t count) {
    const unsigned low = into->low, pages = into->pages;
    uint32_t **const page = into->page;
    uint64_t n = 0, added = 0;
    for (; n < count && pages; n++) {
        const unsigned place = cotool_cell_place(into, list[n]), p = (place >> 6) - low;
        uint32_t *counts = p < pages ? page[p] : NULL;
        if (!counts || counts[place & 63] == UINT32_MAX) break;
        counts[place & 63]++, added++;
    }
    into->count += added;
    for (; n < count; n++)
        if (cotool_cell_count_one(into, list[n])) return ENOMEM;
    return 0;
}

int cotool_cell_merge(cotool_cell *into, const cotool_cell *cell) {
    uint64_t before = into->count;
    into->missing += cell->missing, into->odd += cell->odd;
    if (!cell->count) return 0;
    if (!before || cell->least < into->least) into->least = cell->least;
    if (!before || cell->most > into->most) into->most = cell->most;
    into->sum += cell->sum;
    if (!cell->pages && !into->pages && before + cell->count <= COTOOL_LISTED) {
        if (reserve(into, before + cell->count)) return ENOMEM;
        memcpy(into->list + before, cell->list, cell->count * sizeof *cell->list);
        into->count += cell->count;
    } else if (!cell->pages) {
        if (add_list(into, cell->list, cell->count)) return ENOMEM;
    }
    if (cell->shift > into->shift) {
        if (!into->pages && unlist(into, before)) return ENOMEM;
        if (coarsen(into, cell->shift)) return ENOMEM;
    }
    for (unsigned p = 0; p < cell->pages; p++)
        for (int k = 0; cell->page[p] && k < 64; k++) {
            uint32_t times = cell->page[p][k];
            if (times && cotool_cell_count(into, cotool_cell_bucket(cell, p, k), times))
                return ENOMEM;
        }
    return 0;
}

/* Sorts at most COTOOL_LISTED buckets by their lower and then by their upper byte. */
static void sort_buckets(int16_t *list, size_t count) {
    int16_t other[COTOOL_LISTED];
    for (int byte = 0; byte < 2; byte++) {
        const int16_t *from = byte ? other : list;
        int16_t *to = byte ? list : other;
        unsigned start[257] = {0};
        for (size_t n = 0; n < count; n++)
            start[((uint16_t)(from[n] ^ INT16_MIN) >> 8 * byte & 255) + 1]++;
        for (int k = 0; k < 255; k++) start[k + 1] += start[k];
        for (size_t n = 0; n < count; n++)
            to[start[(uint16_t)(from[n] ^ INT16_MIN) >> 8 * byte & 255]++] = from[n];
    }
}

size_t cotool_cell_places(const cotool_cell *cell) {
    return cell->pages ? 64u * cell->pages : cell->count;
}

static size_t add_spread(cotool_spread *spread, size_t count, double number, uint64_t times) {
    if (count && spread[count - 1].number == number) {
        spread[count - 1].times += times;
        return count;
    }
    spread[count] = (cotool_spread){number, times};
    return count + 1;
}

size_t cotool_cell_spread(const cotool_cell *cell, int bits, cotool_spread *spread) {
    int16_t sorted[COTOOL_LISTED];
    size_t count = 0;
    for (unsigned p = 0; p < cell->pages; p++)
        for (int k = 0; cell->page[p] && k < 64; k++)
            if (cell->page[p][k])
                count = add_spread(spread, count,
                                   cotool_bucket_number(cotool_cell_bucket(cell, p, k), bits),
                                   cell->page[p][k]);
    if (cell->pages || !cell->count) return count;
    memcpy(sorted, cell->list, cell->count * sizeof *sorted);
    sort_buckets(sorted, cell->count);
    for (size_t n = 0; n < cell->count; n++)
        count = add_spread(spread, count, cotool_bucket_number(sorted[n], bits), 1);
    return count;
}

/* Buckets of listed numbers, from the least one on, that are counted instead of sorted: one by one, and in
 * groups of buckets side by side. */
#define COUNTED 4096
#define COUNTED_GROUP 64
typedef struct {
    uint16_t all[COUNTED / COUNTED_GROUP], each[COUNTED];
} counted;

/* Returns the bucket of the number at a place of a list in ascending order. */
static int bucket_at(const counted *c, unsigned place) {
    unsigned n = 0;
    while (place >= c->all[n]) place -= c->all[n++];
    for (n *= COUNTED_GROUP; place >= c->each[n]; n++) place -= c->each[n];
    return (int)n;
}

void cotool_cell_quantiles(const cotool_cell *cell, int shares, const double *share,
                           cotool_fixed *number) {
    const uint64_t last = cell->count - 1;
    int16_t sorted[COTOOL_LISTED], first = INT16_MAX, greatest = INT16_MIN;
    counted c;
    uint64_t seen = 0;
    unsigned next = 0; /* the bucket in the pages that is counted next */
    int is_counted;
    for (uint64_t n = 0; !cell->pages && n < cell->count; n++) {
        if (cell->list[n] < first) first = cell->list[n];
        if (cell->list[n] > greatest) greatest = cell->list[n];
    }
    is_counted = !cell->pages && greatest - first < COUNTED;
    if (is_counted) {
        memset(&c, 0, sizeof c);
        for (uint64_t n = 0; n < cell->count; n++) {
            const unsigned bucket = (unsigned)(cell->list[n] - first);
            c.all[bucket / COUNTED_GROUP]++, c.each[bucket]++;
        }
    } else if (!cell->pages) {
        memcpy(sorted, cell->list, cell->count * sizeof *sorted);
        sort_buckets(sorted, cell->count);
    }
    for (int n = 0; n < shares; n++) {
        /* The share of a count in doubles may be a little more than it is. */
        const uint64_t rank = (uint64_t)ceil(share[n] * (double)cell->count * (1 - 1e-12));
        const uint64_t place = rank ? rank - 1 : 0;
        cotool_fixed low, high, middle;
        int bucket;
        if (place == 0 || place >= last) {
            number[n] = place ? cell->most : cell->least;
            continue;
        }
        if (cell->pages) {
            while (seen <= place && next < 64u * cell->pages) {
                const uint32_t *counts = cell->page[next >> 6];
                if (counts) seen += counts[next & 63];
                next += counts ? 1 : 64;
            }
            bucket = cotool_cell_bucket(cell, (next - 1) >> 6, (int)((next - 1) & 63));
        } else {
            bucket = is_counted ? first + bucket_at(&c, (unsigned)place) : sorted[place];
        }
        cotool_bucket_ends(bucket, &low, &high);
        middle = low + (high - low) / 2;
        number[n] = middle < cell->least ? cell->least : middle > cell->most ? cell->most : middle;
    }
}

void cotool_cell_close(cotool_cell *cell) {
    free_pages(cell);
    free(cell->list);
    memset(cell, 0, sizeof *cell);
}

void cotool_cell_reset(cotool_cell *cell) {
    free_pages(cell);
    *cell = (cotool_cell){.list = cell->list, .list_room = cell->list_room};
}
