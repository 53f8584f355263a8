"""Lines of logs taken out of the lines that carried them, see logenvelopes.h."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

cdef extern from "logs/logenvelopes.h" nogil:
    ctypedef struct cotool_envelope:
        const char* text_key
        const char* time_key
        int words
        int tagged
        int ended
        int prefix
        int colours
        int untimed
        size_t kept
        uint8_t begins[256]
    size_t cotool_unwrap(cotool_envelope* envelope, const uint8_t* p, size_t size, uint8_t* out)
    size_t cotool_unwrap_rest(cotool_envelope* envelope, uint8_t* out)
    void cotool_unwrap_close(cotool_envelope* envelope)
    enum:
        COTOOL_ENVELOPE_GAIN
        COTOOL_STREAMS

cdef extern from "logs/logquoted.h" nogil:
    ctypedef struct cotool_text:
        uint8_t* bytes
        size_t size

cdef extern from "logs/logblocks.h" nogil:
    ctypedef struct cotool_blocks:
        cotool_text text
    const uint8_t* cotool_take_blocks(cotool_blocks* blocks, const uint8_t* p, const uint8_t* end,
                                      int final)
    void cotool_blocks_close(cotool_blocks* blocks)

cdef extern from "logs/logelements.h" nogil:
    ctypedef struct cotool_elements:
        cotool_text text
    const uint8_t* cotool_take_elements(cotool_elements* elements, const uint8_t* p,
                                        const uint8_t* end, const uint8_t* tag, size_t size)

cdef enum:
    # A line that is longer is not an envelope: it passes in pieces.
    LONGEST = 1 << 26
    # What is longer without an end is read again only once it has doubled.
    OFTEN = 1 << 16


cdef class Unwrapper:
    """Takes blocks of bytes, cut anywhere, and gives the texts of their lines, each with its end.

    text_key, time_key: the members of an object that hold the text and the time. Without a
    text_key the time comes first, then this many `words`, then the text; `tagged`: the last of
    them is P if the text continues in the next line. `ended`: a text that does not end in a newline
    continues as well. begins: the bytes with which a record's text may begin. prefix: b"|" or b"]"
    leaves out what comes before it and a blank, b" " this many words, b"\\t" as many blanks, b"x"
    nothing. colours:
    escapes that colour text are left out. untimed: so is the time, as the texts have the same one.
    """

    cdef cotool_envelope envelope
    cdef bytes text_key, time_key, rest

    def __cinit__(self, *, bytes text_key=None, bytes time_key=b"", int words=0, tagged=False,
                  ended=False, bytes prefix=b"", colours=False, untimed=False,
                  bytes begins=None):
        cdef uint8_t byte
        self.text_key, self.time_key, self.rest = text_key, time_key or b"", b""
        if text_key is None:
            self.envelope.text_key = NULL
        else:
            self.envelope.text_key = <const char*>self.text_key
        self.envelope.time_key = <const char*>self.time_key
        self.envelope.words = words
        self.envelope.tagged = bool(tagged)
        self.envelope.ended = bool(ended)
        self.envelope.prefix = prefix[0] if prefix else 0
        self.envelope.colours = bool(colours)
        self.envelope.untimed = bool(untimed)
        memset(self.envelope.begins, begins is None, 256)
        for byte in begins or b"":
            self.envelope.begins[byte] = 1

    def feed(self, bytes data not None, *, bint final=False):
        """Return the texts of the lines that `data` completes; `final` takes what is left, too."""
        cdef Py_ssize_t cut = data.rfind(b"\n") + 1
        cdef bytes lines
        if final:
            lines, self.rest = self.rest + data, b""
        elif cut:
            lines, self.rest = self.rest + data[:cut], data[cut:]
        elif len(self.rest) + len(data) < LONGEST:
            self.rest += data
            return b""
        else:
            lines, self.rest = self.rest + data, b""
            return lines
        return self._unwrap(lines, final)

    cdef bytes _unwrap(self, bytes lines, bint final):
        cdef size_t size = len(lines), count = lines.count(b"\n") + 1, written = 0
        cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(lines)
        cdef uint8_t* out
        if not size and not (final and self.envelope.kept):
            return b""
        out = <uint8_t*>malloc(size + self.envelope.kept + COTOOL_STREAMS
                               + count * COTOOL_ENVELOPE_GAIN)
        if out == NULL:
            raise MemoryError
        try:
            with nogil:
                written = cotool_unwrap(&self.envelope, p, size, out)
                if final and written != <size_t>-1:
                    written += cotool_unwrap_rest(&self.envelope, out + written)
            if written == <size_t>-1:
                raise MemoryError
            return PyBytes_FromStringAndSize(<const char*>out, written)
        finally:
            free(out)

    def __dealloc__(self):
        cotool_unwrap_close(&self.envelope)


cdef class Blocks:
    """Takes bytes of blocks of labelled lines, and gives each block as a line of JSON."""

    cdef cotool_blocks blocks
    cdef bytes rest
    cdef Py_ssize_t tried  # bytes of `rest` in which no block ended

    def __cinit__(self):
        self.rest = b""

    def feed(self, bytes data not None, *, bint final=False):
        """Return the blocks that `data` completes; `final` takes what is left, too."""
        cdef bytes whole = self.rest + data
        cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(whole)
        cdef const uint8_t* end = p + len(whole)
        cdef const uint8_t* stop
        self.rest = whole
        if not final and OFTEN < len(whole) < 2 * self.tried:
            return b""
        with nogil:
            stop = cotool_take_blocks(&self.blocks, p, end, final)
        if stop == NULL:
            raise MemoryError
        self.rest = whole[stop - p:]
        self.tried = len(self.rest)
        return text_of(&self.blocks.text)

    def __dealloc__(self):
        cotool_blocks_close(&self.blocks)


cdef class Elements:
    """Takes the elements of one name out of XML in UTF-8, and gives each as a line of JSON."""

    cdef cotool_elements* elements
    cdef bytes tag

    def __cinit__(self, bytes name not None):
        self.tag = b"<" + name
        self.elements = <cotool_elements*>calloc(1, sizeof(cotool_elements))
        if self.elements == NULL:
            raise MemoryError

    def take(self, bytes data not None, Py_ssize_t at):
        """Return the lines of the elements of `data` from `at` on, and where the last one ends.

        Before the end, what follows is an element that has not ended, is broken, or is of a kind
        that is rare in logs.
        """
        cdef const uint8_t* start = <const uint8_t*>PyBytes_AS_STRING(data)
        cdef const uint8_t* p = start + min(at, len(data))
        cdef const uint8_t* end = start + len(data)
        cdef const uint8_t* tag = <const uint8_t*>PyBytes_AS_STRING(self.tag)
        cdef size_t size = len(self.tag)
        with nogil:
            p = cotool_take_elements(self.elements, p, end, tag, size)
        return text_of(&self.elements.text), p - start

    def __dealloc__(self):
        if self.elements != NULL:
            free(self.elements.text.bytes)
        free(self.elements)


cdef bytes text_of(const cotool_text* text):
    return PyBytes_FromStringAndSize(<const char*>text.bytes, text.size) if text.size else b""
