from libc.stdint cimport int32_t, int64_t


cdef class Tokens:
    # The words of each text as ids, in order: text t has ids[starts[t] : starts[t + 1]].
    # Ids are 0 ... vocabulary - 1 by first appearance.
    cdef Py_ssize_t texts
    cdef Py_ssize_t vocabulary
    cdef int64_t* starts
    cdef int32_t* ids

cdef Tokens tokens_of(object texts, object num_threads, list words=*)
