/* The rows of a similarity matrix of bags; included by bags.c once for each CPU level. */

/* Products of the dense terms: 8 rows against the texts of a tile, 8 texts to a vector. */
COTOOL_TARGET static void COTOOL_NAME(dense_products)(const cotool_bags *bags, ptrdiff_t first_row,
                                                      ptrdiff_t tile, ptrdiff_t width,
                                                      double sums[COTOOL_ROWS][TILE]) {
    ptrdiff_t stride = bags->stride;
    for (ptrdiff_t j = 0; j < width; j += COTOOL_LANES) {
        cotool_doubles sum[COTOOL_ROWS];
        const double *rows = bags->dense + first_row, *texts = bags->dense + tile + j;
        memset(sum, 0, sizeof sum);
        for (ptrdiff_t k = 0; k < bags->dense_terms; k++, rows += stride, texts += stride) {
            cotool_doubles column;
            memcpy(&column, texts, sizeof column);
            for (int r = 0; r < COTOOL_ROWS; r++) sum[r] += column * rows[r];
        }
        for (int r = 0; r < COTOOL_ROWS; r++) memcpy(&sums[r][j], &sum[r], sizeof sum[r]);
    }
}

COTOOL_TARGET static void COTOOL_NAME(rare_products)(const cotool_bags *bags, ptrdiff_t row,
                                                     ptrdiff_t tile, ptrdiff_t end,
                                                     int64_t *cursors, double *sums) {
    for (int64_t e = bags->row_start[row]; e < bags->row_start[row + 1]; e++, cursors++) {
        int64_t p = *cursors, stop = bags->posting_start[bags->row_term[e] + 1];
        double weight = bags->row_weight[e];
        for (; p < stop && bags->posting_text[p] < end; p++)
            sums[bags->posting_text[p] - tile] += weight * bags->posting_weight[p];
        *cursors = p;
    }
}

COTOOL_TARGET static void COTOOL_NAME(similarities)(const cotool_bags *bags, ptrdiff_t row,
                                                    ptrdiff_t tile, ptrdiff_t width, double *sums) {
    const double *sizes = bags->size + tile, *inverses = bags->inverse + tile;
    double size = bags->size[row], inverse = bags->inverse[row];
    if (bags->metric == COTOOL_JACCARD)
        for (ptrdiff_t j = 0; j < width; j++)
            sums[j] = cotool_bag_similarity(COTOOL_JACCARD, sums[j], size, sizes[j], 0, 0);
    else
        for (ptrdiff_t j = 0; j < width; j++)
            sums[j] = cotool_bag_similarity(COTOOL_COSINE, sums[j], size, sizes[j], inverse,
                                            inverses[j]);
}

COTOOL_TARGET static int COTOOL_NAME(rows)(const cotool_bags *bags, ptrdiff_t first_row,
                                           float *out) {
    double sums[COTOOL_ROWS][TILE];
    float cells[COTOOL_ROWS][TILE];
    ptrdiff_t texts = bags->texts;
    ptrdiff_t rows = texts - first_row < COTOOL_ROWS ? texts - first_row : COTOOL_ROWS;
    int64_t base = bags->row_start[first_row], entries = bags->row_start[first_row + rows] - base;
    int64_t *cursors = malloc(((size_t)entries + 1) * sizeof *cursors);
    if (!cursors) return -1;
    /* A text's own place in a posting list is where the texts after it begin. */
    for (int64_t e = 0; e < entries; e++) cursors[e] = bags->row_posting[base + e] + 1;

    for (ptrdiff_t tile = first_row; tile < texts; tile += TILE) {
        ptrdiff_t width = texts - tile < TILE ? texts - tile : TILE;
        if (bags->dense_terms)
            COTOOL_NAME(dense_products)(bags, first_row, tile, width, sums);
        else
            memset(sums, 0, sizeof sums);
        for (ptrdiff_t r = 0; r < rows; r++) {
            ptrdiff_t i = first_row + r;
            COTOOL_NAME(rare_products)(bags, i, tile, tile + width,
                                       cursors + (bags->row_start[i] - base), sums[r]);
            COTOOL_NAME(similarities)(bags, i, tile, width, sums[r]);
            for (ptrdiff_t j = 0; j < width; j++) cells[r][j] = (float)sums[r][j];
        }
        ptrdiff_t j = 0;
        if (tile == first_row) {
            for (; j < rows; j++) {
                out[(tile + j) * texts + tile + j] = 1.0F;
                for (ptrdiff_t r = 0; r < j; r++)
                    out[(first_row + r) * texts + tile + j] =
                        out[(tile + j) * texts + first_row + r] = cells[r][j];
            }
        }
        for (ptrdiff_t r = 0; r < rows && j < width; r++)
            memcpy(out + (first_row + r) * texts + tile + j, &cells[r][j],
                   (size_t)(width - j) * sizeof(float));
        for (; j < width; j++) {
            float *column = out + (tile + j) * texts + first_row;
            __builtin_prefetch(column + AHEAD * texts, 1);
            if (rows == COTOOL_ROWS)
                for (int r = 0; r < COTOOL_ROWS; r++) column[r] = cells[r][j];
            else
                for (ptrdiff_t r = 0; r < rows; r++) column[r] = cells[r][j];
        }
    }
    free(cursors);
    return 0;
}

COTOOL_TARGET static ptrdiff_t COTOOL_NAME(at_least)(float threshold, ptrdiff_t row,
                                                     ptrdiff_t tile, ptrdiff_t width,
                                                     const double *sums, cotool_hit *hits) {
    ptrdiff_t count = 0;
    for (ptrdiff_t j = 0; j < width; j += 64) {
        ptrdiff_t end = width - j < 64 ? width : j + 64;
        int any = 0;
        for (ptrdiff_t k = j; k < end; k++) any |= (float)sums[k] >= threshold;
        if (!any) continue;
        for (ptrdiff_t k = j; k < end; k++) {
            hits[count] = (cotool_hit){(int32_t)(tile + k), (float)sums[k]};
            count += ((float)sums[k] >= threshold) & (tile + k != row);
        }
    }
    return count;
}

COTOOL_TARGET static int COTOOL_NAME(hits)(const cotool_bags *bags, ptrdiff_t first_row,
                                           int before, float threshold, cotool_hit *hits,
                                           ptrdiff_t *counts) {
    double sums[COTOOL_ROWS][TILE];
    ptrdiff_t texts = bags->texts;
    ptrdiff_t rows = texts - first_row < COTOOL_ROWS ? texts - first_row : COTOOL_ROWS;
    ptrdiff_t end = before ? first_row + rows : texts;
    int64_t base = bags->row_start[first_row], entries = bags->row_start[first_row + rows] - base;
    int64_t *cursors = malloc(((size_t)entries + 1) * sizeof *cursors);
    if (!cursors) return -1;
    for (int64_t e = 0; e < entries; e++)
        cursors[e] = bags->posting_start[bags->row_term[base + e]];
    for (ptrdiff_t r = 0; r < COTOOL_ROWS; r++) counts[r] = 0;
    for (ptrdiff_t tile = 0; tile < end; tile += TILE) {
        ptrdiff_t width = end - tile < TILE ? end - tile : TILE;
        if (bags->dense_terms)
            COTOOL_NAME(dense_products)(bags, first_row, tile, width, sums);
        else
            memset(sums, 0, sizeof sums);
        for (ptrdiff_t r = 0; r < rows; r++) {
            ptrdiff_t i = first_row + r, wide = before && i - tile < width ? i - tile : width;
            COTOOL_NAME(rare_products)(bags, i, tile, tile + width,
                                       cursors + (bags->row_start[i] - base), sums[r]);
            COTOOL_NAME(similarities)(bags, i, tile, width, sums[r]);
            counts[r] += COTOOL_NAME(at_least)(threshold, i, tile, wide, sums[r],
                                               hits + r * texts + counts[r]);
        }
    }
    free(cursors);
    return 0;
}
