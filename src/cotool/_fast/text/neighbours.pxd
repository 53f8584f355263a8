from libc.stdint cimport int32_t, int64_t

from cotool._fast.text.bag_index cimport cotool_hit


cdef struct near:
    float similarity
    int32_t text


cdef struct row:
    near* items
    Py_ssize_t count

cdef int collect(const int64_t* starts, const int32_t* members, cotool_hit* all_hits,
                 Py_ssize_t hits, Py_ssize_t most, row* out) noexcept nogil
cdef tuple assemble(Py_ssize_t count, const int32_t* bag, const row* rows)
cdef object too_many(Py_ssize_t limit)
