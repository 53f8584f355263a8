"""Union-find over 0 ... count - 1, where a root is the smallest of its tree.

(Tarjan, "Efficiency of a good but not linear set union algorithm", J. ACM 1975; paths are halved.)
"""

from libc.stdint cimport int32_t
from libc.stdlib cimport malloc


cdef inline int32_t* forest(Py_ssize_t count) except NULL:
    """A tree for each number; to be freed."""
    cdef int32_t* parents = <int32_t*>malloc((count + 1) * sizeof(int32_t))
    cdef Py_ssize_t i
    if parents == NULL:
        raise MemoryError
    for i in range(count):
        parents[i] = <int32_t>i
    return parents


cdef inline int32_t find(int32_t* parents, Py_ssize_t i) noexcept nogil:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return <int32_t>i


cdef inline void join(int32_t* parents, Py_ssize_t i, Py_ssize_t j) noexcept nogil:
    cdef int32_t x = find(parents, i), y = find(parents, j)
    parents[max(x, y)] = min(x, y)
