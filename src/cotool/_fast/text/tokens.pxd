from libc.stdint cimport int32_t, int64_t, uint64_t

cdef uint64_t SEED

cdef struct text_view:
    void* data
    Py_ssize_t length
    int width


cdef class Texts:
    # Texts that are ready to be folded (see points.pyx). `length` and `room` are the code points of
    # all texts and the bytes that they take when folded; `longest`, `most` of one text.
    cdef list kept
    cdef text_view* views
    cdef Py_ssize_t count, length, longest, room, most


cdef class Tokens:
    # The words of each text as ids, in order: text t has ids[starts[t] : starts[t + 1]].
    # Ids are 0 ... vocabulary - 1 by first appearance.
    cdef Py_ssize_t texts
    cdef Py_ssize_t vocabulary
    cdef int64_t* starts
    cdef int32_t* ids

cdef Texts texts_of(object texts)
cdef Tokens tokens_of(object texts, object num_threads, list words=*)
