"""Inner products of vectors of float32."""

from libc.string cimport memset


cdef inline float product(const float* a, const float* b, Py_ssize_t d) noexcept nogil:
    """An inner product in eight sums, so that the order of additions is fixed."""
    cdef float[8] sums
    cdef float total = 0
    cdef Py_ssize_t i, k
    memset(sums, 0, sizeof(sums))
    for k in range(0, d - d % 8, 8):
        for i in range(8):
            sums[i] += a[k + i] * b[k + i]
    for k in range(d - d % 8, d):
        total += a[k] * b[k]
    for i in range(8):
        total += sums[i]
    return total
