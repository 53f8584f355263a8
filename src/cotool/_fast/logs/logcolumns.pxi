# Finds the #Fields lines, which name the columns of the W3C's extended log format.

import os


cdef extern from "<string.h>" nogil:
    void* memmem(const void* text, size_t size, const void* needle, size_t needle_size)


cdef bytes HEADER = b"#Fields:"
# The most bytes of such a line; how many bytes are searched for one at a time, at first and at
# most: where the columns change often, the next such line is near.
cdef size_t HEADER_LIMIT = 1 << 16
cdef uint64_t FIRST_BLOCK = 1 << 13, HEADER_BLOCK = 1 << 16


cdef uint64_t next_header(int file, uint8_t* memory, uint64_t at, uint64_t begin, uint64_t end,
                          bint whole) except? 0:
    """Return where the first such line in [at, end) begins, `end` without one.

    whole: a line begins at `begin`. The text is in memory, or in a file where `memory` is NULL.
    """
    cdef bytes needle = b"\n" + HEADER, data
    cdef const uint8_t* text
    cdef const uint8_t* found
    cdef uint64_t size, block = FIRST_BLOCK
    if at == begin and whole:
        data = read_bytes(file, memory, at, len(HEADER), end)
        if data == HEADER:
            return at
    at = max(at, begin + 1) - 1
    while at < end:
        size = min(end - at, block)
        if memory == NULL:
            data = os.pread(file, size, at)
            size, text = len(data), <const uint8_t*><const char*>data
        else:
            text = memory + at
        found = <const uint8_t*>memmem(text, size, <const char*>needle, len(needle))
        if found != NULL:
            return at + <uint64_t>(found - text) + 1
        if size < <uint64_t>len(needle) or at + size >= end:
            return end
        at += size - len(needle) + 1
        block = min(2 * block, HEADER_BLOCK)
    return end


cdef bytes header_at(int file, uint8_t* memory, uint64_t at, uint64_t size):
    return read_bytes(file, memory, at, HEADER_LIMIT, size).partition(b"\n")[0].rstrip()


cdef bytes read_bytes(int file, uint8_t* memory, uint64_t at, uint64_t count, uint64_t end):
    count = min(count, end - at)
    if memory == NULL:
        return os.pread(file, count, at)
    return (<char*>memory)[at:at + count]
