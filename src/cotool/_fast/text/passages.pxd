"""Passages that are compared with one another, as numbers."""

from libc.stdint cimport int32_t, int64_t, uint8_t

cdef enum:
    # What an anchor is: a number or a name, else a word. Months, years and codes are numbers.
    NUMBER = 1
    NAME = 2
    MONTH = 4
    YEAR = 8
    CODE = 16
    # How a word negates: by itself, or once together with others of its kind.
    NEGATES = 1
    IN_CONCORD = 2

cdef struct Passages:
    Py_ssize_t passages, sentences, anchors, words
    const int64_t* first       # [passages + 1] first sentence of each passage
    const int32_t* found       # the distinct anchors of each sentence, in order
    const int64_t* bounds      # [sentences + 1] where those of a sentence begin
    const float* weights       # [anchors]
    const uint8_t* kinds       # [anchors]
    int64_t* starts            # [anchors + 1] where the sentences of an anchor begin
    int32_t* postings          # sentences that have an anchor, ascending
    int32_t* having            # [anchors] passages that have it
    int32_t* passage_of        # [sentences]
    const int32_t* said        # the words of each sentence
    const int64_t* begins      # [sentences + 1] where those of a sentence begin
    const int32_t* anchor_of   # [words] -1: none
    const uint8_t* negations   # [words]
    const int32_t* capitals    # the words of each sentence that are written with a capital in it
    const int64_t* capitals_begin  # [sentences + 1]
    const double* values       # [anchors] of plain numbers; others are not a number
    const uint8_t* decimals    # [anchors] digits behind the point
    const uint8_t* digits      # [anchors] all digits, at most 255
    int64_t* contraries_begin  # [words + 1] in pairs
    const int32_t* contraries  # pairs of a word and one that says the opposite
    uint8_t* denies            # [sentences]
