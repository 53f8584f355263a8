/* See vectors.h. */
#include "vectors.h"

#include <math.h>

#include "cpu.h"

#if COTOOL_DISPATCH
#define COTOOL_TARGET COTOOL_AVX512
#define COTOOL_NAME(name) name##_avx512
#include "vectors_rows.h"
#undef COTOOL_TARGET
#undef COTOOL_NAME
#define COTOOL_TARGET COTOOL_AVX2
#define COTOOL_NAME(name) name##_avx2
#include "vectors_rows.h"
#undef COTOOL_TARGET
#undef COTOOL_NAME
#endif
#define COTOOL_TARGET
#define COTOOL_NAME(name) name##_plain
#include "vectors_rows.h"

cotool_vectors_rows_function *cotool_vectors_rows(void) {
#if COTOOL_DISPATCH
    int level = cotool_cpu_level();
    if (level == 2) return rows_avx512;
    if (level == 1) return rows_avx2;
#endif
    return rows_plain;
}

double cotool_vectors_size(const double *vector, ptrdiff_t stride) {
    return product_plain(vector, vector, stride);
}
