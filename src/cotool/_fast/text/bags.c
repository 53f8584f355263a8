/* See bags.h. */
#include "text/bags.h"

#include "base/cpu.h"

/* Texts of one tile. Longer ones leave the first-level cache (8 rows x 2048 doubles are 128 KiB), but
 * a rare term's postings then end less often within a tile. n = 2000, one thread, ms for 512, 2048,
 * 4096: 60 characters 4.7, 4.1, 4.2; 600: 15.2, 13.2, 13.3; 3000: 73, 65, 64. */
#define TILE 2048

/* A column's lines lie a row apart, where no hardware prefetcher follows. */
#define AHEAD 16

typedef uint16_t shorts __attribute__((vector_size(2 * COTOOL_LANES)));
typedef int32_t ints __attribute__((vector_size(4 * COTOOL_LANES)));

/* A loop for each metric, so that the compiler knows its formula. */
#define SIMILARITIES(METRIC)                                                                       \
    case METRIC:                                                                                   \
        for (ptrdiff_t j = 0; j < width; j++)                                                      \
            sums[j] = cotool_bag_similarity(METRIC, sums[j], size, sizes[j], inverse,              \
                                            inverses[j]);                                          \
        break;

#define COTOOL_BODY "text/bags_rows.inc"
#include "base/cpu_levels.h"

cotool_bags_few_function *cotool_bags_few(void) { return COTOOL_CHOOSE(few); }
cotool_bags_rows_function *cotool_bags_rows(void) { return COTOOL_CHOOSE(rows); }
cotool_bags_hits_function *cotool_bags_hits(void) { return COTOOL_CHOOSE(hits); }
