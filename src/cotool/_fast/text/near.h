/* Vectors that are near others, by inner products in a fixed order on every CPU. */
#ifndef COTOOL_NEAR_H
#define COTOOL_NEAR_H

#include <stddef.h>
#include <stdint.h>

enum {
    COTOOL_NEAR_ROWS = 8,   /* query vectors per block */
    COTOOL_NEAR_LANES = 16, /* candidate vectors per block: element k of all, then k + 1 */
    COTOOL_NEAR_STEPS = 2,  /* early checks of partial sums */
};

/* `rows` are COTOOL_NEAR_ROWS vectors of `d` floats, `block` is COTOOL_NEAR_LANES vectors. Of both,
 * tails[step] are the lengths of what is behind ends[step] elements: where no inner product can
 * reach `least`, it is not summed up further. Returns which rows of `sums` are whole. */
typedef struct {
    const float *elements, *tails[COTOOL_NEAR_STEPS];
} cotool_near_vectors;
typedef unsigned cotool_near_function(const cotool_near_vectors *rows,
                                      const cotool_near_vectors *block, ptrdiff_t d,
                                      const ptrdiff_t ends[COTOOL_NEAR_STEPS], float least,
                                      float sums[COTOOL_NEAR_ROWS][COTOOL_NEAR_LANES]);
cotool_near_function *cotool_near(void);

#endif
