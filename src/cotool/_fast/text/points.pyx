"""What each code point is to the tokenizer, and texts that need full normalization.

A text is folded code point by code point (see words.h) where that is enough. Where folding or
composing one code point depends on its neighbours, the text is normalized (NFC) and case folded
as a whole before.
"""

import unicodedata

from cpython.mem cimport PyMem_RawCalloc
from libc.stdint cimport uint32_t

from cotool.text import normalised

cdef extern from "Python.h":
    bint PyUnicode_IS_ASCII(object text)
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)

cdef extern from "text/words.h" nogil:
    enum:
        COTOOL_KNOWN
        COTOOL_WORD
        COTOOL_LETTER
        COTOOL_DIGIT
        COTOOL_ALONE
        COTOOL_COMPOSES
        COTOOL_APOSTROPHE
        COTOOL_POINT
        COTOOL_MARK
        COTOOL_LIGATURE
    uint32_t cotool_point_flags(const void* text, size_t length, int width,
                                const uint32_t* points)

# Scripts without spaces whose letters are words of their own: first and last code point.
cdef tuple ALONE = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007), (0x3021, 0x3029), (0x3040, 0x309F),  # iteration marks, hiragana
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),  # Han
)
# Hangul that composes with its neighbours without being a mark.
cdef tuple JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF))

# What each code point is (see words.h), filled on demand: pages never touched cost nothing.
cdef uint32_t* POINTS = <uint32_t*>PyMem_RawCalloc(0x110000, sizeof(uint32_t))
if POINTS == NULL:
    raise MemoryError


def _within(point, ranges):
    return any(first <= point <= last for first, last in ranges)


cdef uint32_t classify(uint32_t point) except 0:
    cdef uint32_t flags = COTOOL_KNOWN
    text = chr(point)
    category = unicodedata.category(text)
    folded = unicodedata.normalize("NFC", text.casefold())
    ligature = 2 <= len(folded) <= 3 and folded.isascii() and folded.isalpha()
    composes = (
        (len(folded) != 1 and not ligature)
        or category[0] == "M"
        or unicodedata.combining(text) != 0
        or unicodedata.normalize("NFC", text) != text
        or _within(point, JAMO)
    )
    if category[0] == "M":
        flags |= COTOOL_MARK
    if composes:
        flags |= COTOOL_COMPOSES
        folded = text
    if text.isalnum() or text == "_" or category[0] == "M":
        flags |= COTOOL_WORD
    if text.isalpha():
        flags |= COTOOL_LETTER
        if _within(point, ALONE):
            flags |= COTOOL_ALONE
    if category == "Nd":
        flags |= COTOOL_DIGIT
    if text in "'\N{RIGHT SINGLE QUOTATION MARK}":
        flags |= COTOOL_APOSTROPHE
        folded = "'"
    if text in ".,":
        flags |= COTOOL_POINT
    if ligature:
        flags |= COTOOL_LIGATURE
        for place, letter in enumerate(folded):
            flags |= <uint32_t>ord(letter) << 7 * <int>place
        return flags
    return flags | <uint32_t>ord(folded)


cdef uint32_t fill(str text) except? 0:
    """Look up the code points of `text`; the flags of cotool_point_flags."""
    cdef Py_UCS4 point
    cdef void* data = PyUnicode_DATA(text)
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
    cdef int width = PyUnicode_KIND(text)
    cdef uint32_t flags = cotool_point_flags(data, length, width, POINTS)
    if not flags & COTOOL_KNOWN:
        for point in text:
            if POINTS[point] == 0:
                POINTS[point] = classify(point)
        flags = cotool_point_flags(data, length, width, POINTS)
    return flags


cdef str prepared(str text):
    """`text`, normalized and case folded where folding code point by code point is not enough."""
    if PyUnicode_IS_ASCII(text) or not fill(text) & COTOOL_COMPOSES:
        return text
    text = normalised("NFC", normalised("NFC", text).casefold())
    fill(text)
    return text
