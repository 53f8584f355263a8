from libc.stdint cimport int32_t, int64_t


cdef class Choices:
    cdef const int64_t[::1] start, features
    cdef const int32_t[::1] feature
    cdef const double[::1] base, target
    cdef int32_t[::1] own, own_start


cdef double chances(Choices t, Py_ssize_t q, const double* w, double* p) noexcept nogil
cdef Py_ssize_t widest(Choices t)
