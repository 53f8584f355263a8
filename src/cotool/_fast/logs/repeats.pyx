"""Reduces groups of tokens that repeat to one: "0:1, 0:2, 0:3" becomes "0:1".

A list in a message may have any number of items. Messages with lists of different lengths should
have one template, so a group of tokens that repeats is kept once. Linear in the tokens for each
size of a group.
"""

from libc.stdint cimport int32_t, uint8_t
from libc.stdlib cimport free, malloc

# What is known about a token.
(IS_BETWEEN, IS_PARAMETER, IS_WORD) = (1, 2, 4)

cdef enum:
    BETWEEN = 1  # a blank, or a delimiter of lists
    HAS_PARAMETER = 2
    PLAIN_WORD = 4  # a word without a parameter


cdef bint alike(const int32_t* a, const int32_t* b, int count) noexcept nogil:
    cdef int n
    for n in range(count):
        if a[n] != b[n]:
            return False
    return True


cdef int repeated(const int32_t* ids, const uint8_t* flags, int count, int at, int size,
                  int* length) noexcept nogil:
    """Return where the repetitions of the group of `size` tokens at `at` end, `at` without any.

    `length` gets the number of its tokens that represent all: a list ends without the separator of
    its items, as in "0:1, 0:2, 0:3".
    """
    cdef int times = 1, n, stop, head = size
    cdef uint8_t any_flag = 0, any_head = 0
    cdef bint is_group
    length[0] = size
    if at + size > count:
        return at
    while at + (times + 1) * size <= count and alike(ids + at, ids + at + times * size, size):
        times += 1
    stop = at + times * size
    while head and flags[at + head - 1] & BETWEEN:
        head -= 1
    for n in range(size):
        any_flag |= flags[at + n]
        if n < head:
            any_head |= flags[at + n]
    if not any_flag & HAS_PARAMETER:
        return at
    # Two equal groups may be chance, unless they contain a word or end with a separator.
    is_group = (times > 2 or (any_flag & PLAIN_WORD) != 0
                or (flags[at + size - 1] & BETWEEN) != 0)
    if 1 < head < size and stop + head <= count and alike(ids + at, ids + stop, head):
        if times == 1 and any_head & HAS_PARAMETER and not any_head & PLAIN_WORD:
            length[0] = head
            return stop + head
        if times > 1 and is_group:
            length[0] = head
            return stop + head
        return at
    return stop if times > 1 and is_group else at


def groups(const int32_t[::1] ids not None, const uint8_t[::1] flags not None, int longest):
    """Return the tokens as (first, last), with repeated groups of 2 to `longest` tokens as one.

    ids: numbers of tokens; flags: what is known about each. Each pair has the token that is kept
    and the last token that it represents.
    """
    cdef int count = ids.shape[0], size, at, to, length, stop, n
    cdef int32_t* id_ = NULL
    cdef int32_t* first = NULL
    cdef int32_t* last = NULL
    cdef uint8_t* flag = NULL
    if flags.shape[0] != count:
        raise ValueError("flags of each token are needed")
    if count == 0:
        return []
    id_ = <int32_t*>malloc(count * sizeof(int32_t))
    first = <int32_t*>malloc(count * sizeof(int32_t))
    last = <int32_t*>malloc(count * sizeof(int32_t))
    flag = <uint8_t*>malloc(count)
    try:
        if id_ == NULL or first == NULL or last == NULL or flag == NULL:
            raise MemoryError
        for n in range(count):
            id_[n], flag[n], first[n], last[n] = ids[n], flags[n], n, n
        for size in range(2, longest + 1):
            at = to = 0
            while at < count:
                stop = repeated(id_, flag, count, at, size, &length)
                if stop == at:
                    id_[to], flag[to], first[to], last[to] = id_[at], flag[at], first[at], last[at]
                    to += 1
                    at += 1
                    continue
                for n in range(length):
                    id_[to + n], flag[to + n] = id_[at + n], flag[at + n]
                    first[to + n], last[to + n] = first[at + n], last[stop - length + n]
                to += length
                at = stop
            count = to
        return [(first[n], last[n]) for n in range(count)]
    finally:
        free(id_)
        free(first)
        free(last)
        free(flag)
