from libc.stdint cimport int32_t, int64_t

cdef extern from "text/myers.h" nogil:
    enum:
        COTOOL_PATTERNS
    ctypedef struct cotool_sequence:
        const int32_t* symbols
        Py_ssize_t length
    ctypedef struct cotool_myers_scratch:
        int64_t* distances
    int cotool_myers_open(cotool_myers_scratch* scratch, int32_t alphabet, Py_ssize_t texts)
    void cotool_myers_close(cotool_myers_scratch* scratch)
    ctypedef int myers_function "cotool_myers_function"(
        const cotool_sequence* patterns, int count, const cotool_sequence* texts,
        Py_ssize_t text_count, cotool_myers_scratch* scratch)
    myers_function* cotool_myers()


cdef class Sequences:
    # The distinct ones of n texts as symbols 0 ... alphabet - 1, by ascending length. What all
    # texts begin or end with is left out of `sorted`, since it changes no distance; `lengths` has
    # it. Text k of `sorted` stands for the texts members[starts[k] : starts[k + 1]], ascending.
    cdef Py_ssize_t texts, count
    cdef int32_t alphabet
    cdef int32_t* symbols
    cdef cotool_sequence* sorted
    cdef Py_ssize_t* lengths
    cdef int64_t* starts
    cdef int32_t* members
    cdef int place(self, const int64_t* starts) except -1 nogil
    cdef void trim(self) noexcept nogil

cdef Sequences code_points(object texts)
cdef Sequences word_ids(object texts, object num_threads)
