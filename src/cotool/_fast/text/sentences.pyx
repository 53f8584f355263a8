"""Where sentences end: a walk over the marks that may end one, and what is around them.

Marks of Latin and other scripts that are written with blanks end a sentence before a blank;
"。！？｡" need none. Quotes and brackets that close belong to the sentence. Tables of words come
from the caller.
"""

from cpython.unicode cimport (
    PyUnicode_Substring,
    Py_UNICODE_ISALNUM,
    Py_UNICODE_ISALPHA,
    Py_UNICODE_ISLOWER,
    Py_UNICODE_ISSPACE,
    Py_UNICODE_ISUPPER,
)

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    Py_UCS4 PyUnicode_READ(int width, void* data, Py_ssize_t place) nogil

# How far the word before a full stop is looked for.
cdef enum:
    LOOK_BACK = 24


cdef inline int mark_of(Py_UCS4 point) noexcept nogil:
    """0: no mark; 1: a mark before a blank; 2: a mark of a script without blanks."""
    if point < 128:
        return point == u"." or point == u"!" or point == u"?"
    if point in (u"。", u"！", u"？", u"｡"):
        return 2
    return point in (u"…", u"‽", u"؟", u"۔", u"।", u"॥")


cdef inline bint closes(Py_UCS4 point) noexcept nogil:
    return point in (
        u'"', u"'", u"”", u"’", u"»", u")", u"]", u"›", u"」", u"』"
    )


cdef inline bint closes_wide(Py_UCS4 point) noexcept nogil:
    return point in (u"”", u"’", u"」", u"』", u"）", u"】")


cdef inline bint opens(Py_UCS4 point) noexcept nogil:
    """What may come before the first letter of a sentence."""
    return point in (u'"', u"'", u"“", u"‘", u"«", u"(", u"¿", u"¡", u"[")


cdef inline bint bounds_word(Py_UCS4 point) noexcept:
    """What ends the word before a full stop, seen from its end."""
    return Py_UNICODE_ISSPACE(point) or point in (
        u'"', u"'", u"“", u"”", u"‘", u"’", u"«", u"»", u"(", u"["
    )


cdef void add(int width, void* data, Py_ssize_t start, Py_ssize_t end, list found):
    while start < end and Py_UNICODE_ISSPACE(PyUnicode_READ(width, data, start)):
        start += 1
    while end > start and Py_UNICODE_ISSPACE(PyUnicode_READ(width, data, end - 1)):
        end -= 1
    if start < end:
        found.append((start, end))


cdef bint full_stop_ends(str text, int width, void* data, Py_ssize_t start, Py_ssize_t stop,
                         Py_ssize_t after, Py_ssize_t end, Py_UCS4 begins, frozenset abbreviations,
                         frozenset may_end, object month) except -1:
    """Whether the full stop at `stop` ends a sentence; the next one would begin at `after`."""
    cdef Py_ssize_t back = max(start, stop - LOOK_BACK), first = stop
    cdef bint plain = True
    cdef Py_UCS4 point
    cdef str word
    while first > back:
        point = PyUnicode_READ(width, data, first - 1)
        if point == u" ":
            break
        plain = plain and Py_UNICODE_ISALNUM(point)
        first -= 1
    if not plain:
        first = stop
        while first > back and not bounds_word(PyUnicode_READ(width, data, first - 1)):
            first -= 1
    if first == stop:
        return True
    if stop - first == 1 and Py_UNICODE_ISALPHA(PyUnicode_READ(width, data, first)):
        return False  # an initial or a part of an abbreviation: "J. Smith", "z. B."
    word = PyUnicode_Substring(text, first, stop).lower()
    if word in abbreviations:
        return word in may_end and Py_UNICODE_ISUPPER(begins)
    if stop - first <= 2 and word.isdigit():
        # "1. First", or an ordinal in a date, "3. Mai"; else a sentence may end with a number.
        return first != start and month.match(text, after, end) is None
    return True


def split_sentences(str text not None, Py_ssize_t start, Py_ssize_t end, list found not None,
                    frozenset abbreviations not None, frozenset may_end not None, month not None):
    """Append the sentences of text[start:end] to `found` as (start, end), none of them blank.

    A full stop ends no sentence behind one of the `abbreviations`, but may behind those of
    `may_end` if a capital follows; nor behind a number of one or two digits before a text that the
    pattern `month` matches, nor before a small letter. IndexError where the range is not of the
    text.
    """
    cdef int width = PyUnicode_KIND(text), kind
    cdef void* data = PyUnicode_DATA(text)
    cdef Py_ssize_t i = start, mark, marked, closed, gap
    cdef Py_UCS4 begins
    if not 0 <= start <= end <= PyUnicode_GET_LENGTH(text):
        raise IndexError("the range is not of the text")
    while i < end:
        kind = mark_of(PyUnicode_READ(width, data, i))
        if kind == 0:
            i += 1
            continue
        mark = i
        while i < end and mark_of(PyUnicode_READ(width, data, i)):
            kind |= mark_of(PyUnicode_READ(width, data, i))
            i += 1
        marked = closed = i
        if kind & 2:
            while closed < end and closes_wide(PyUnicode_READ(width, data, closed)):
                closed += 1
        else:
            while closed < end and closes(PyUnicode_READ(width, data, closed)):
                closed += 1
        gap = closed
        while gap < end and Py_UNICODE_ISSPACE(PyUnicode_READ(width, data, gap)):
            gap += 1
        if not kind & 2:
            if gap == closed:
                continue
            if gap < end:
                begins = PyUnicode_READ(width, data, gap)
                if opens(begins) and gap + 1 < PyUnicode_GET_LENGTH(text):
                    begins = PyUnicode_READ(width, data, gap + 1)
                    if opens(begins):
                        begins = PyUnicode_READ(width, data, gap)
                if Py_UNICODE_ISLOWER(begins):
                    continue  # "e.g. this", "… and so on", "Who? he asked"
                if (marked - mark == 1 and closed == marked
                        and PyUnicode_READ(width, data, mark) == u"."
                        and not full_stop_ends(text, width, data, start, mark, gap, end, begins,
                                               abbreviations, may_end, month)):
                    continue
        add(width, data, start, gap, found)
        start = gap
    add(width, data, start, end, found)
