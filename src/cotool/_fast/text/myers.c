/* See myers.h. */
#include "text/myers.h"

#include "base/cpu.h"

/* Blocks of 64 rows that one sweep over a text advances: their state fills the registers of
 * AVX-512, and successive blocks overlap where one alone would wait for its own result. */
#define GROUP 4

#define COTOOL_BODY "text/myers_sweep.inc"
#include "base/cpu_levels.h"

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

cotool_myers_function *cotool_myers(void) { return COTOOL_CHOOSE(distances); }
