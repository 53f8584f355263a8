/* See logoverall.h. */

#include "logs/logoverall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint8_t *cotool_overall_registers(cotool_overall *overall) {
    if (!overall->registers) overall->registers = calloc(COTOOL_DISTINCT, 1);
    return overall->registers;
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

int cotool_overall_merge(cotool_overall *into, const cotool_overall *other, int most,
                         int64_t first) {
    for (int n = 0; n < COTOOL_DIMENSIONS; n++) into->dimensions[n] += other->dimensions[n];
    into->added += other->added;
    into->scaled += other->scaled;
    into->stated += other->stated;
    into->further += other->further;
    for (int n = 0; n < other->examples; n++)
        cotool_overall_odd(into, other->example[n], other->example_size[n]);
    if (other->registers) {
        if (!cotool_overall_registers(into)) return ENOMEM;
        cotool_seen_join(into->registers, other->registers, COTOOL_DISTINCT);
    }
    for (int n = 0; n < other->greatest; n++)
        if (cotool_overall_greatest(into, most, other->top[n].number, other->top[n].line + first,
                                    other->top[n].text, other->top[n].size))
            return ENOMEM;
    return 0;
}

void cotool_overall_reset(cotool_overall *overall) {
    for (int n = 0; n < overall->greatest; n++) free(overall->top[n].text);
    free(overall->top);
    free(overall->registers);
    memset(overall, 0, sizeof *overall);
}
