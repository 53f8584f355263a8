"""The C functions that fold texts, find words and intern them; see words.h and vocabulary.h."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

cdef extern from "text/words.h" nogil:
    enum:
        COTOOL_WORDS_PADDING
    Py_ssize_t COTOOL_BITS(Py_ssize_t bytes)
    ctypedef size_t fold_function "cotool_fold_function"(
        const void* text, size_t length, int width, const uint32_t* points, uint8_t* folded,
        uint64_t* bits)
    fold_function* cotool_fold()
    ctypedef size_t edges_function "cotool_edges_function"(
        const uint64_t* bits, size_t windows, uint64_t* before, uint32_t offset, uint32_t* edges)
    edges_function* cotool_edges()
    size_t cotool_next_word(const uint64_t* bits, size_t length, size_t* position)

cdef extern from "text/vocabulary.h" nogil:
    ctypedef struct cotool_word:
        const uint8_t* start
        uint32_t length
    ctypedef struct cotool_vocabulary:
        cotool_word* words
        int32_t count, room
    int cotool_vocabulary_open(cotool_vocabulary* vocabulary, size_t expected, uint64_t seed)
    void cotool_vocabulary_close(cotool_vocabulary* vocabulary)
    Py_ssize_t cotool_intern(cotool_vocabulary* vocabulary, const uint8_t* folded,
                             size_t length, const uint64_t* bits, edges_function* find_edges,
                             int32_t* ids)
    void cotool_vocabulary_split(const cotool_vocabulary* vocabulary, int shares, int32_t* ids,
                                 int32_t* starts)
    int cotool_vocabulary_merge(cotool_vocabulary* vocabulary, const cotool_vocabulary* from_,
                                const int32_t* which, Py_ssize_t count, int32_t* ids)

cdef inline Py_ssize_t bits_for(Py_ssize_t bytes_) noexcept nogil:
    return 4 * COTOOL_BITS(bytes_)


cdef inline Py_ssize_t expected(Py_ssize_t room) noexcept nogil:
    """New words to make room for at once; a table that is full grows by half or more.

    2,000 texts of 3,000 characters: 20 ms; 53 ms with room // 16 for any size, most of it spent on
    clearing a table that is then nearly empty.
    """
    return min(room // 16 + 100, <Py_ssize_t>8192)
