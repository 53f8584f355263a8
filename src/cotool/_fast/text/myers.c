/* See myers.h. */
#include "text/myers.h"

#include "base/cpu.h"

#if COTOOL_DISPATCH
#include <immintrin.h>
#endif

/* Blocks of 64 rows that one sweep over a text advances. n = 8 x 16, TSC ticks a step (8 patterns, 64
 * rows, one symbol) for 4, 5, 6 blocks with AVX-512: 600 characters 3.4, 2.7, 2.9; 3000 3.0, 2.9,
 * 2.6; with AVX2 3000 characters 8.9, 8.6, 8.2. */
#define GROUP 6

/* Patterns of up to so many blocks are swept over several texts at once: with too few blocks a step
 * waits for the one before. */
#define SHORT 3

#define COTOOL_BODY "text/myers_sweep.inc"
#include "base/cpu_levels.h"

/* AVX-512 with the double shift of VBMI2: 12 instructions a step, not 14; 2.5 ticks, not 3.0. */
#if COTOOL_DISPATCH
#undef COTOOL_TARGET
#undef COTOOL_SPLIT
#undef COTOOL_NAME
#define COTOOL_TARGET \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi2,popcnt")))
#define COTOOL_SIMD 512
#define COTOOL_SPLIT 1
#define COTOOL_NAME(name) name##_vbmi2
#define DOUBLE_SHIFT
#include COTOOL_BODY
#endif

static uintptr_t up(uintptr_t size) { return (size + 63) & ~(uintptr_t)63; }

int cotool_myers_open(cotool_myers_scratch *scratch, int32_t alphabet, ptrdiff_t texts) {
    /* Row 0 is for the symbols that no pattern holds. */
    size_t most = (size_t)COTOOL_PATTERNS * GROUP * 64, symbols = (size_t)alphabet;
    size_t table = ((symbols < most ? symbols : most) + 1) * GROUP * 64;
    size_t rows = up(symbols * sizeof(int32_t));
    size_t distances = (size_t)texts * COTOOL_PATTERNS * sizeof(int64_t);
    char *memory = malloc(rows + table + distances + 64);
    memset(scratch, 0, sizeof *scratch);
    if (!memory) return -1;
    scratch->memory = memory;
    memory = (char *)up((uintptr_t)memory);
    scratch->matches = memory;
    scratch->distances = (int64_t *)(memory + table);
    scratch->rows = (int32_t *)(memory + table + distances);
    memset(scratch->rows, 0, symbols * sizeof(int32_t));
    return 0;
}

void cotool_myers_close(cotool_myers_scratch *scratch) {
    free(scratch->memory);
    free(scratch->edges);
    scratch->memory = scratch->edges = NULL;
}

cotool_myers_function *cotool_myers(void) {
#if COTOOL_DISPATCH
    if (cotool_cpu_level() == 2 && __builtin_cpu_supports("avx512vbmi2")) return distances_vbmi2;
#endif
    return COTOOL_CHOOSE(distances);
}
