/* Cosine of all pairs of dense vectors, summed in a fixed order on every CPU. */
#ifndef COTOOL_VECTORS_H
#define COTOOL_VECTORS_H

#include <stddef.h>

/* Vectors are padded with zeros to a multiple of this: four accumulators of eight lanes. */
#define COTOOL_VECTOR_STEP 32

/* The squared norm, summed as the products are. */
double cotool_vectors_size(const double *vector, ptrdiff_t stride);

/* Row `row` of the count x count matrix `out` right of the diagonal, and its mirror image. */
typedef void cotool_vectors_rows_function(const double *vectors, const double *sizes,
                                          ptrdiff_t count, ptrdiff_t stride, ptrdiff_t row,
                                          float *out);
cotool_vectors_rows_function *cotool_vectors_rows(void);

#endif
