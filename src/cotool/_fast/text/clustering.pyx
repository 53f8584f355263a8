"""Clusters of a similarity matrix.

All functions take n × n similarities as any C-contiguous buffer of float32 (higher is closer,
symmetric; only cells right of the diagonal are read unless said otherwise) and return a label for
each row, numbered by first appearance. A threshold is rounded to float32 as the cells are.

- components: connected components of the graph of pairs with similarity >= threshold, by
  union-find; O(n²).
- average linkage (UPGMA): by nearest-neighbour chains (Murtagh, "A survey of recent advances in
  hierarchical clustering algorithms", 1983); O(n²) time, n² working cells.
- density: DBSCAN (Ester et al., KDD 1996) on similarities: a core row has at least `min_points`
  rows, itself included, at similarity >= threshold; a border row joins its most similar core row
  (ties to the first), so the order of rows does not matter; other rows are clusters of their own.
- star: the row with the most rows at similarity >= threshold (ties to the first) becomes a centre,
  these rows its satellites, and so on with what is left; a satellite of several centres belongs
  to the most similar one (Aslam, Pelekhov, Rus, JGAA 2004).
"""

from cpython.buffer cimport PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBuffer_Release, PyObject_GetBuffer
from libc.math cimport sqrt
from libc.stdint cimport int32_t
from libc.stdlib cimport free, malloc

from cotool._fast.text.forest cimport find, forest, join


cdef class Square:
    """A borrowed n × n buffer of float32."""

    cdef Py_buffer view
    cdef bint held
    cdef const float* cells
    cdef Py_ssize_t count

    def __cinit__(self, matrix):
        PyObject_GetBuffer(matrix, &self.view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT)
        self.held = True
        if (
            self.view.ndim != 2
            or self.view.shape[0] != self.view.shape[1]
            or self.view.format == NULL
            or self.view.format[0] != b"f"
            or self.view.format[1] != 0
        ):
            raise ValueError("a similarity matrix is an n x n buffer of float32")
        self.cells = <const float*>self.view.buf
        self.count = self.view.shape[0]

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.view)


cdef list labels_of(int32_t* parents, Py_ssize_t count):
    """Labels by first appearance; frees `parents`. A root is its cluster's smallest row."""
    cdef dict numbers = {}
    cdef Py_ssize_t i
    cdef list labels = [
        numbers.setdefault(find(parents, i), len(numbers)) for i in range(count)
    ]
    free(parents)
    return labels


def components(matrix, float threshold):
    """Connected components of the pairs with similarity >= threshold."""
    cdef Square s = Square(matrix)
    cdef Py_ssize_t i, j
    cdef int32_t* parents = forest(s.count)
    with nogil:
        for i in range(s.count):
            for j in range(i + 1, s.count):
                if s.cells[i * s.count + j] >= threshold:
                    join(parents, i, j)
    return labels_of(parents, s.count)


cdef struct merge:
    Py_ssize_t first, second
    double similarity


cdef void link_averages(double* cells, Py_ssize_t n, Py_ssize_t* size, Py_ssize_t* chain,
                        merge* merges) noexcept nogil:
    """n - 1 merges by nearest-neighbour chains; `cells` is overwritten, both triangles of it."""
    cdef Py_ssize_t depth = 0, done = 0, top, best, i, start = 0
    cdef double similarity
    for i in range(n):
        size[i] = 1
    while done < n - 1:
        if depth == 0:
            while size[start] == 0:
                start += 1
            chain[0] = start
            depth = 1
        top = chain[depth - 1]
        # The row before in the chain wins ties, which ends every chain.
        best = chain[depth - 2] if depth > 1 else -1
        similarity = cells[top * n + best] if depth > 1 else 0
        for i in range(n):
            if size[i] and i != top and (best < 0 or cells[top * n + i] > similarity):
                best = i
                similarity = cells[top * n + i]
        if depth < 2 or best != chain[depth - 2]:
            chain[depth] = best
            depth += 1
            continue
        depth -= 2
        merges[done].first = top
        merges[done].second = best
        merges[done].similarity = similarity
        done += 1
        for i in range(n):
            if size[i] and i != top and i != best:
                cells[best * n + i] = (
                    size[top] * cells[top * n + i] + size[best] * cells[best * n + i]
                ) / (size[top] + size[best])
                cells[i * n + best] = cells[best * n + i]
        size[best] += size[top]
        size[top] = 0


cdef merge* average_merges(Square s) except NULL:
    """The n - 1 merges of average linkage; to be freed."""
    cdef Py_ssize_t n = s.count, i
    cdef double* cells = <double*>malloc((n * n + 1) * sizeof(double))
    cdef Py_ssize_t* size = <Py_ssize_t*>malloc((2 * n + 2) * sizeof(Py_ssize_t))
    cdef merge* merges = <merge*>malloc((n + 1) * sizeof(merge))
    if cells == NULL or size == NULL or merges == NULL:
        free(cells)
        free(size)
        free(merges)
        raise MemoryError
    with nogil:
        for i in range(n * n):
            cells[i] = s.cells[i]
        link_averages(cells, n, size, size + n + 1, merges)
    free(cells)
    free(size)
    return merges


def spread(matrix):
    """The standard deviation of the similarities of all pairs, 0 if there are none."""
    cdef Square s = Square(matrix)
    cdef Py_ssize_t n = s.count, i, j
    cdef double total = 0, squares = 0, mean, pairs = n * (n - 1) / 2.0
    if n < 2:
        return 0.0
    with nogil:
        for i in range(n):
            for j in range(i + 1, n):
                total += s.cells[i * n + j]
        mean = total / pairs
        for i in range(n):
            for j in range(i + 1, n):
                squares += (s.cells[i * n + j] - mean) * (s.cells[i * n + j] - mean)
    return sqrt(squares / pairs)


def average_heights(matrix):
    """The n - 1 similarities at which average linkage merges, in descending order.

    Reads both triangles of `matrix`.
    """
    cdef Square s = Square(matrix)
    cdef Py_ssize_t i
    cdef merge* merges = average_merges(s)
    cdef list heights = [merges[i].similarity for i in range(s.count - 1)]
    free(merges)
    return sorted(heights, reverse=True)


def average(matrix, float threshold):
    """Average linkage, cut where clusters are less similar than threshold.

    Reads both triangles of `matrix`.
    """
    cdef Square s = Square(matrix)
    cdef Py_ssize_t i
    cdef merge* merges = average_merges(s)
    cdef int32_t* parents
    try:
        parents = forest(s.count)
        for i in range(s.count - 1):
            if <float>merges[i].similarity >= threshold:
                join(parents, merges[i].first, merges[i].second)
    finally:
        free(merges)
    return labels_of(parents, s.count)


cdef void grow(const float* cells, Py_ssize_t n, float threshold, Py_ssize_t min_points,
               char* core, int32_t* parents) noexcept nogil:
    cdef Py_ssize_t i, j, near, best
    for i in range(n):
        near = 0
        for j in range(n):
            near += i == j or cells[i * n + j] >= threshold
        core[i] = near >= min_points
    for i in range(n):
        for j in range(i + 1, n):
            if core[i] and core[j] and cells[i * n + j] >= threshold:
                join(parents, i, j)
    for i in range(n):
        if core[i]:
            continue
        best = -1
        for j in range(n):
            if core[j] and cells[i * n + j] >= threshold and (
                best < 0 or cells[i * n + j] > cells[i * n + best]
            ):
                best = j
        if best >= 0:
            # A border row is a leaf: it must not connect two clusters.
            join(parents, i, best)


def density(matrix, float threshold, Py_ssize_t min_points=3):
    """Dense regions of rows with at least min_points rows at similarity >= threshold.

    Reads both triangles of `matrix`.
    """
    cdef Square s = Square(matrix)
    cdef int32_t* parents = forest(s.count)
    cdef char* core = <char*>malloc(s.count + 1)
    if core == NULL:
        free(parents)
        raise MemoryError
    with nogil:
        grow(s.cells, s.count, threshold, min_points, core, parents)
    free(core)
    return labels_of(parents, s.count)


def star(matrix, float threshold):
    """Stars: centres with many neighbours, each with the rows that are most similar to it.

    Reads both triangles of `matrix`.
    """
    cdef Square s = Square(matrix)
    cdef Py_ssize_t n = s.count, i, j
    cdef int32_t* parents = forest(n)
    cdef double* similarity = <double*>malloc((n + 1) * sizeof(double))
    cdef list degrees = [0] * n
    cdef Py_ssize_t degree
    cdef dict numbers = {}
    if similarity == NULL:
        free(parents)
        raise MemoryError
    for i in range(n):
        degree = 0
        for j in range(n):
            degree += s.cells[i * n + j] >= threshold
        degrees[i] = -degree
        similarity[i] = 0
    for i in sorted(range(n), key=degrees.__getitem__):
        if similarity[i] > 0:
            continue
        similarity[i] = 2.0  # a centre stays one
        for j in range(n):
            if s.cells[i * n + j] >= threshold and s.cells[i * n + j] > similarity[j]:
                parents[j] = i
                similarity[j] = s.cells[i * n + j]
    free(similarity)
    cdef list labels = [numbers.setdefault(parents[i], len(numbers)) for i in range(n)]
    free(parents)
    return labels
