from libc.stdint cimport int32_t, int64_t


cdef class Labels:
    cdef readonly Py_ssize_t count, items, experts, labels
    # Rows sorted by item, expert and label; an item's rows; an expert's rows.
    cdef int32_t[::1] item, expert, label
    cdef int64_t[::1] start
    cdef int64_t[::1] own_start
    cdef int32_t[::1] own
    # How much each row counts; empty if all count the same.
    cdef double[::1] worth

    cdef int threads(self, object requested) except -1


cdef class Steps:
    cdef Labels t
    cdef int threads
    cdef object post, fit
    cdef double last
    cdef bint begun

    cdef bint settled(self, double tolerance) except -1


cdef double normalise(double* row, Py_ssize_t count) noexcept nogil
cdef double summed(const double[::1] parts) noexcept nogil
cdef object zeros(Py_ssize_t count, str code=*)
