from libc.stdint cimport int32_t, int64_t

from cotool._fast.text.passages cimport Passages

cdef enum:
    # What a passage says of a sentence.
    SUPPORTS = 0
    LACKS = 1      # the same without one of its names
    CONFLICTS = 2  # another value in the place of one of its values
    DENIES = 3     # the same words, with a negation or without
    CONTRARY = 4   # the same, but for a word that says the opposite

cdef struct Record:
    # `value` and `other` are anchors of CONFLICTS, words of CONTRARY; of DENIES, `value` is 1 where
    # the statement denies, 0 where the other sentence does; else they are -1.
    int32_t sentence, passage, nearest, what, value, other

cdef struct Verdicts:
    # Those of one thread, in the order in which they were found.
    Record* records
    Py_ssize_t count, room

cdef struct Scratch:
    # What one thread needs. Each array holds the number of what marked a place last: `mine` of the
    # statement, `serial` of the other passage, `tick` and `denials` of a step.
    int64_t serial, mine, tick, denials
    int64_t* own       # [anchors] of the statement
    int64_t* there     # [anchors] of the other sentence
    int64_t* window    # [anchors] of the sentence and the next one
    int64_t* counted   # [anchors]
    int64_t* own_denied  # [anchors] what the statement denies
    int64_t* their_denied  # [anchors] what the other sentence denies
    Py_ssize_t denied_count  # anchors that the statement denies
    int64_t* own_words  # [words] of the statement
    int64_t* their_words  # [words] of the other sentence
    int64_t* before    # [words + 1] words before a value, moved by one: 0 is none
    int64_t* behind    # [words + 1] likewise
    int64_t* capital   # [words] of the other sentence
    int32_t* missing   # [anchors]

cdef int open_scratch(Scratch* s, const Passages* p) except -1
cdef void close_scratch(Scratch* s) noexcept
cdef Py_ssize_t mark_denied(const Passages* p, Py_ssize_t sentence, int64_t* marks,
                            int64_t mark) noexcept nogil
cdef void enter(Scratch* s, const Passages* p, Py_ssize_t n) noexcept nogil
cdef int judge(const Passages* p, Scratch* s, Verdicts* to, Py_ssize_t n, Py_ssize_t passage,
               double cover, Py_ssize_t place, Py_ssize_t nearest) noexcept nogil
