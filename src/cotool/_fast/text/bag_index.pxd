from libc.stdint cimport int32_t, int64_t

from cotool._fast.text.tokens cimport Tokens

cdef extern from "text/terms.h" nogil:
    ctypedef struct cotool_hit:
        int32_t bag
        float similarity

cdef extern from "text/index.h" nogil:
    ctypedef struct cotool_index:
        Py_ssize_t texts, bags, vocabulary
        int32_t* bag
        int64_t* start
        int32_t* term
        int64_t* posting_start
    ctypedef struct cotool_question:
        cotool_hit* hits

cdef extern from "text/bags.h" nogil:
    enum:
        COTOOL_ROWS
    ctypedef struct cotool_bags:
        double work

cdef enum:
    BATCH = 64  # blocks of bags between two looks for Ctrl-C: milliseconds at 100,000 alike texts


cdef class Index

# What is done with the bags of a block, by one of the threads; -1 without memory.
ctypedef int (*visitor)(Index self, Py_ssize_t block, int thread, void* context) noexcept nogil


cdef class Index:
    cdef cotool_index index
    cdef cotool_bags bags
    cdef bint sweeps
    cdef double threshold
    cdef cotool_hit* found  # [threads][COTOOL_ROWS][bags]
    cdef cotool_question* questions
    cdef int threads
    cdef int64_t* member_start
    cdef int32_t* member

    cdef int choose(self, Tokens tokens, int metric, object wanted) except -1
    cdef int ask(self, Py_ssize_t block, Py_ssize_t r, bint before, int thread, Py_ssize_t* counts,
                 cotool_hit** hits) noexcept nogil
    cdef Py_ssize_t visit(self, visitor visited, void* context, Py_ssize_t first) except -1
    cdef Py_ssize_t ask_one(self, Py_ssize_t bag) noexcept nogil
    cdef void add_to(self, Py_ssize_t bag, double factor, double* sums) noexcept nogil
    cdef double product(self, Py_ssize_t bag, const double* sums) noexcept nogil
    cdef Py_ssize_t blocks(self) noexcept nogil
    cdef Py_ssize_t rows_of(self, Py_ssize_t block) noexcept nogil
    cdef int64_t copies(self, Py_ssize_t bag) noexcept nogil
    cdef list labels(self, const int32_t* of_bag)
