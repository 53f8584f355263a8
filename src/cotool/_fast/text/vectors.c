/* See vectors.h. */
#include "text/vectors.h"

#include <math.h>

#include "base/cpu.h"

#define COTOOL_BODY "text/vectors_rows.inc"
#include "base/cpu_levels.h"

cotool_vectors_rows_function *cotool_vectors_rows(void) { return COTOOL_CHOOSE(rows); }

double cotool_vectors_size(const double *vector, ptrdiff_t stride) {
    return product_plain(vector, vector, stride);
}
