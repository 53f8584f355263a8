"""Which of a few short strings a text holds, and its words that begin with a capital letter.

Both are one pass over the characters: 1 ns each, where a search for each string, or a regular
expression, takes 20 times as long.
"""

from array import array as new_array

cimport cython
from cpython cimport array
from cpython.unicode cimport (
    PyUnicode_Substring,
    Py_UNICODE_ISALNUM,
    Py_UNICODE_ISTITLE,
    Py_UNICODE_ISUPPER,
)
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)

cdef extern from *:
    """
    #define cotool_lowest_bit(mask) __builtin_ctzll(mask)
    """
    int cotool_lowest_bit(uint64_t mask) nogil

cdef array.array PLACES = new_array("q")

ctypedef fused characters:
    uint8_t
    uint16_t
    uint32_t

cdef enum:
    MOST_MARKS = 64
    MOST_LETTERS = 16


@cython.final
cdef class Marks:
    """Up to 64 strings of 1 to 16 characters."""

    cdef uint64_t first[256]   # the marks whose first character has this low byte
    cdef uint64_t second[256]  # likewise the second one; marks of one character are everywhere
    cdef uint32_t letters[MOST_MARKS][MOST_LETTERS]
    cdef int lengths[MOST_MARKS]
    cdef uint64_t all

    def __init__(self, marks):
        cdef int n = 0, k
        for mark in marks:
            if n == MOST_MARKS or not 0 < len(mark) <= MOST_LETTERS:
                raise ValueError("more than 64 marks, or one that is not of 1 to 16 characters")
            self.lengths[n] = len(mark)
            for k in range(self.lengths[n]):
                self.letters[n][k] = ord(mark[k])
            self.first[self.letters[n][0] & 255] |= <uint64_t>1 << n
            if self.lengths[n] > 1:
                self.second[self.letters[n][1] & 255] |= <uint64_t>1 << n
            else:
                for k in range(256):
                    self.second[k] |= <uint64_t>1 << n
            self.all |= <uint64_t>1 << n
            n += 1

    def held_by(self, str text not None):
        """Return which marks are in `text`: bit n is set where mark n is."""
        cdef void* data = PyUnicode_DATA(text)
        cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
        cdef int width = PyUnicode_KIND(text)
        if width == 1:
            return search[uint8_t](self, <const uint8_t*>data, length)
        if width == 2:
            return search[uint16_t](self, <const uint16_t*>data, length)
        return search[uint32_t](self, <const uint32_t*>data, length)


cdef uint64_t search(Marks marks, const characters* text, Py_ssize_t length) noexcept nogil:
    cdef uint64_t found = 0, here
    cdef Py_ssize_t i, k
    cdef int n
    for i in range(length):
        here = marks.first[text[i] & 255] & ~found
        if here == 0 or i + 1 < length and here & marks.second[text[i + 1] & 255] == 0:
            continue
        while here:
            n = cotool_lowest_bit(here)
            here &= here - 1
            k = 0
            while (k < marks.lengths[n] and i + k < length
                   and text[i + k] == marks.letters[n][k]):
                k += 1
            if k == marks.lengths[n]:
                found |= <uint64_t>1 << n
        if found == marks.all:
            break
    return found


cdef inline bint of_word(Py_UCS4 point) noexcept:
    return point == u"_" or Py_UNICODE_ISALNUM(point)


cdef inline bint is_capital(Py_UCS4 point) noexcept:
    return Py_UNICODE_ISUPPER(point) or Py_UNICODE_ISTITLE(point)


cdef int capitals_of(str text, const characters* letters, dict places, array.array found) except -1:
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text), i = 1, end
    cdef Py_UCS4 before
    cdef int place
    while i + 1 < length:
        if letters[i] != 32 or not is_capital(letters[i + 1]):
            i += 1
            continue
        before = letters[i - 1]
        if not (before == u"," or before == u";" or before == u")" or of_word(before)):
            i += 1
            continue
        end = i + 2
        while end < length and of_word(letters[end]):
            end += 1
        place = places.setdefault(PyUnicode_Substring(text, i + 1, end), len(places))
        array.extend_buffer(found, <char*>&place, 1)
        i = end
    return 0


def capitals(texts):
    """Return the words of texts that begin with a capital behind a word, and where they are.

    The words are those of all texts, by their first places; text t has found[starts[t]:starts[t +
    1]], which are places in these. A word before may end with a comma, a semicolon or a bracket.
    """
    cdef dict places = {}
    cdef array.array found = new_array("i"), starts = array.clone(PLACES, len(texts) + 1, True)
    cdef Py_ssize_t n = 0
    cdef str text
    cdef void* data
    cdef int width
    for text in texts:
        data = PyUnicode_DATA(text)
        width = PyUnicode_KIND(text)
        if width == 1:
            capitals_of[uint8_t](text, <const uint8_t*>data, places, found)
        elif width == 2:
            capitals_of[uint16_t](text, <const uint16_t*>data, places, found)
        else:
            capitals_of[uint32_t](text, <const uint32_t*>data, places, found)
        n += 1
        starts.data.as_longlongs[n] = len(found)
    return list(places), found, starts
