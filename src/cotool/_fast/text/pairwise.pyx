"""Similarity of all pairs of texts as bags of words, and of all pairs of dense vectors.

Metrics, for texts as multisets of words (see tokens.pyx):

- cosine: cosine of the vectors of term frequencies
- tfidf: the same with each frequency multiplied by ln((1 + n) / (1 + df)) + 1, n texts, df of
  which hold the term (the smoothed form that scikit-learn uses)
- jaccard: |A ∩ B| / |A ∪ B| of the sets of words
- containment: |A ∩ B| / min(|A|, |B|) of the sets of words (Szymkiewicz-Simpson)

Two texts without words are alike (1); a text without words and one with words are not (0).
Matrices are n × n float32, symmetric, 1 on the diagonal.
"""

from cython.parallel cimport prange
from libc.math cimport isfinite, sqrt
from libc.stdint cimport UINT16_MAX, int32_t, int64_t, uint16_t
from libc.stdlib cimport free, malloc

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.base.matrix cimport Matrix, new_matrix, touch
from cotool._fast.text.tokens cimport Texts, Tokens, texts_of, tokens_of
from cotool._fast.text.word_counts cimport Counts, counts_of

cdef extern from "text/bags.h" nogil:
    enum:
        COTOOL_COSINE
        COTOOL_TFIDF
        COTOOL_JACCARD
        COTOOL_CONTAINMENT
        COTOOL_ROWS
        COTOOL_FEW
        COTOOL_BAG_STEPS
    ctypedef struct cotool_bags:
        double work
    ctypedef struct cotool_bags_builder:
        pass
    int cotool_bags_begin(cotool_bags_builder* builder, cotool_bags* bags, int metric,
                          Py_ssize_t texts, const int64_t* starts, const int32_t* ids,
                          Py_ssize_t vocabulary, const int64_t* copies, Py_ssize_t all,
                          int parts)
    void cotool_bags_part(cotool_bags_builder* builder, int step, int part)
    int cotool_bags_join(cotool_bags_builder* builder, int step)
    void cotool_bags_end(cotool_bags_builder* builder)
    void cotool_bags_close(cotool_bags* bags)
    ctypedef int rows_function "cotool_bags_rows_function"(
        const cotool_bags* bags, Py_ssize_t first_row, float* out)
    rows_function* cotool_bags_rows()
    Py_ssize_t COTOOL_FEW_STRIDE(Py_ssize_t texts)
    ctypedef void few_function "cotool_bags_few_function"(
        int metric, const uint16_t* counts, Py_ssize_t vocabulary, Py_ssize_t texts,
        double* columns, float* out)
    few_function* cotool_bags_few()

cdef extern from "text/vectors.h" nogil:
    ctypedef void vectors_function "cotool_vectors_rows_function"(
        const double* vectors, const double* sizes, Py_ssize_t count, Py_ssize_t stride,
        Py_ssize_t first_row, float* out)
    vectors_function* cotool_vectors_rows()
    double cotool_vectors_size(const double* vector, Py_ssize_t stride)
    enum:
        COTOOL_VECTOR_STEP

cdef rows_function* bags_rows = cotool_bags_rows()
cdef few_function* bags_few = cotool_bags_few()
cdef vectors_function* vectors_rows = cotool_vectors_rows()

# Between two looks for Ctrl-C a kernel works at most about this long, in nanoseconds.
cdef double SLICE = 2e8

# Few texts are compared on one thread, term by term, up to so many code points together.
cdef Py_ssize_t FEW_LENGTH = 250_000

# Nanoseconds to build the bags, for each word, to decide how many threads are worth it.
cdef double WORD_COST = 8.0


cdef Py_ssize_t blocks_of(Py_ssize_t blocks, double work) noexcept:
    """How many of `blocks`, which take `work` nanoseconds together, to do at a time."""
    return max(<Py_ssize_t>(blocks * SLICE / (work + 1)), 16)


METRICS = {
    "cosine": COTOOL_COSINE,
    "tfidf": COTOOL_TFIDF,
    "jaccard": COTOOL_JACCARD,
    "containment": COTOOL_CONTAINMENT,
}


cdef int build(cotool_bags* own, int metric, Tokens tokens, object num_threads) except -1:
    """Bags of all texts, the same for every number of threads."""
    cdef cotool_bags_builder builder
    cdef Py_ssize_t count = tokens.texts
    cdef int step, part, failed
    cdef int parts = threads_for(num_threads, WORD_COST * tokens.starts[count])
    with nogil:
        failed = cotool_bags_begin(&builder, own, metric, count, tokens.starts, tokens.ids,
                                   tokens.vocabulary, NULL, 0, parts)
        for step in range(COTOOL_BAG_STEPS):
            if failed:
                break
            for part in prange(parts, schedule="static", chunksize=1, num_threads=parts,
                               use_threads_if=parts > 1):
                cotool_bags_part(&builder, step, part)
            failed = cotool_bags_join(&builder, step)
        cotool_bags_end(&builder)
    if failed:
        cotool_bags_close(own)
        raise MemoryError
    return 0


cdef int compare_few(int metric, Texts texts, Matrix out) except -1:
    cdef Counts found = counts_of(texts, COTOOL_FEW_STRIDE(texts.count))
    cdef Py_ssize_t cells = (found.vocabulary + 1) * found.stride
    cdef double* columns = <double*>malloc(cells * sizeof(double))
    if columns == NULL:
        raise MemoryError
    with nogil:
        bags_few(metric, found.counts, found.vocabulary, texts.count, columns, out.data)
    free(columns)
    return 0


def bags(texts, str metric not None, num_threads=None):
    """Similarity of all pairs of `texts` by a metric of METRICS."""
    cdef Texts given = texts_of(texts)
    cdef Py_ssize_t count = given.count, blocks, first, last, block, step
    cdef Matrix out = new_matrix(count, count)
    cdef cotool_bags own
    cdef int threads = threads_for(num_threads, 0), failed = 0
    if count <= COTOOL_FEW and given.longest <= UINT16_MAX and given.length <= FEW_LENGTH:
        compare_few(METRICS[metric], given, out)
        return out
    build(&own, METRICS[metric], tokens_of(given, num_threads), num_threads)
    try:
        threads = threads_for(num_threads, own.work)
        blocks = (count + COTOOL_ROWS - 1) // COTOOL_ROWS
        step = blocks_of(blocks, own.work)
        with nogil:
            touch(out, threads)
        for first in range(0, blocks, step):
            last = min(first + step, blocks)
            with nogil:
                for block in prange(
                    first, last, schedule="dynamic", num_threads=threads,
                    use_threads_if=threads > 1,
                ):
                    failed |= bags_rows(&own, block * COTOOL_ROWS, out.data)
            if failed:
                raise MemoryError
            if last < blocks:
                check_interrupt()
    finally:
        cotool_bags_close(&own)
    return out


def mixed(Matrix first not None, Matrix second not None, double share):
    """Two matrices of one shape added, `share` of the second, in the place of the first."""
    cdef Py_ssize_t i
    if first.rows != second.rows or first.columns != second.columns:
        raise ValueError("the matrices differ in shape")
    with nogil:
        for i in range(first.rows * first.columns):
            first.data[i] = <float>((1 - share) * first.data[i] + share * second.data[i])
    return first


def equal(labels):
    """1 where two of n `labels` are the same number, else 0; a negative one is like itself alone.

    An n x n matrix.
    """
    cdef list given = list(labels)
    cdef Py_ssize_t count = len(given), i, j
    cdef Matrix out = new_matrix(count, count)
    cdef int* own = <int*>malloc((count + 1) * sizeof(int))
    if own == NULL:
        raise MemoryError
    try:
        for i in range(count):
            own[i] = given[i]
        with nogil:
            for i in range(count):
                for j in range(count):
                    out.data[i * count + j] = own[i] == own[j] and (own[i] >= 0 or i == j)
    finally:
        free(own)
    return out


def unit_rows(vectors):
    """`vectors`, sequences of finite numbers of one length, scaled to length 1; ValueError else."""
    cdef list rows = list(vectors)
    cdef Py_ssize_t count = len(rows), length = len(rows[0]) if count else 0, i, k
    cdef Matrix out = new_matrix(count, length)
    cdef double value, largest, size
    for i in range(count):
        row = rows[i]
        if len(row) != length:
            raise ValueError(f"vector {i} has {len(row)} numbers where vector 0 has {length}")
        largest = size = 0
        for k in range(length):
            value = row[k]
            if not isfinite(value):
                raise ValueError(f"vector {i} holds a number that is not finite")
            largest = max(largest, abs(value))
        for k in range(length):
            value = row[k]
            value = value / largest if largest > 0 else 0
            out.data[i * length + k] = <float>value
            size += value * value
        for k in range(length):
            out.data[i * length + k] = <float>(out.data[i * length + k] / max(sqrt(size), 1))
    return out


def vector_cosine(vectors, num_threads=None):
    """Cosine of all pairs of `vectors`, negative ones as 0; zeros are like none but themselves.

    `vectors` are sequences of finite numbers of one length; ValueError if they are not.
    """
    cdef list rows = list(vectors)
    cdef Py_ssize_t count = len(rows), i, k, block
    cdef Py_ssize_t length = len(rows[0]) if count else 0
    cdef Py_ssize_t stride = (length + COTOOL_VECTOR_STEP - 1) // COTOOL_VECTOR_STEP
    stride = max(stride, 1) * COTOOL_VECTOR_STEP
    cdef Matrix out = new_matrix(count, count)
    cdef double* data = <double*>malloc((count * stride + 1) * sizeof(double))
    cdef double* sizes = <double*>malloc((count + 1) * sizeof(double))
    cdef double value, largest
    cdef int threads = threads_for(num_threads, <double>count * count * (stride * 0.1 + 4))
    try:
        if data == NULL or sizes == NULL:
            raise MemoryError
        for i in range(count):
            row = rows[i]
            if len(row) != length:
                raise ValueError(
                    f"vector {i} has {len(row)} numbers where vector 0 has {length}"
                )
            largest = 0
            for k in range(length):
                value = row[k]
                if not isfinite(value):
                    raise ValueError(f"vector {i} holds a number that is not finite")
                data[i * stride + k] = value
                largest = max(largest, abs(value))
            for k in range(length, stride):
                data[i * stride + k] = 0
            # Scaled to a largest component of 1, squares neither overflow nor vanish.
            if largest > 0:
                for k in range(length):
                    data[i * stride + k] /= largest
            sizes[i] = cotool_vectors_size(data + i * stride, stride)
        with nogil:
            for block in prange(count, schedule="dynamic", chunksize=4, num_threads=threads,
                                use_threads_if=threads > 1):
                vectors_rows(data, sizes, count, stride, block, out.data)
    finally:
        free(data)
        free(sizes)
    return out
