/* Cosines of one vector with those after it; included by vectors.c once for each CPU level. */

/* 32 partial sums whatever the CPU, added up in one order. */
COTOOL_TARGET static double COTOOL_NAME(product)(const double *a, const double *b,
                                                 ptrdiff_t stride) {
    enum { VECTORS = COTOOL_VECTOR_STEP / COTOOL_LANES };
    cotool_doubles sums[VECTORS];
    double lanes[COTOOL_VECTOR_STEP];
    memset(sums, 0, sizeof sums);
    for (ptrdiff_t k = 0; k < stride; k += COTOOL_VECTOR_STEP) {
        for (int v = 0; v < VECTORS; v++) {
            cotool_doubles x, y;
            memcpy(&x, a + k + v * COTOOL_LANES, sizeof x);
            memcpy(&y, b + k + v * COTOOL_LANES, sizeof y);
            sums[v] += x * y;
        }
    }
    memcpy(lanes, sums, sizeof lanes);
    for (int half = COTOOL_VECTOR_STEP / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++) lanes[k] += lanes[k + half];
    return lanes[0];
}

COTOOL_TARGET static void COTOOL_NAME(rows)(const double *vectors, const double *sizes,
                                            ptrdiff_t count, ptrdiff_t stride, ptrdiff_t row,
                                            float *out) {
    out[row * count + row] = 1.0F;
    for (ptrdiff_t j = row + 1; j < count; j++) {
        double dot = COTOOL_NAME(product)(vectors + row * stride, vectors + j * stride, stride);
        double product = sizes[row] * sizes[j];
        double cosine = product > 0 ? dot / sqrt(product) : 0.0;
        cosine = cosine > 1.0 ? 1.0 : cosine < 0.0 ? 0.0 : cosine;
        out[row * count + j] = out[j * count + row] = (float)cosine;
    }
}
