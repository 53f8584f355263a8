"""The distinct anchors of sentences, and how often an anchor occurs.

Anchors are small integers: what carries a sentence, its content words, names, numbers and months.
"""

from array import array as new_array

from cpython cimport array
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport free, malloc

from cotool._fast.text.passages cimport CODE, IN_CONCORD, MONTH, NAME, NEGATES, NUMBER, YEAR

cdef array.array INTS = new_array("i")

# What an anchor is, and how a word negates; passages.pxd explains them.
IS_NUMBER, IS_NAME = NUMBER, NAME
IS_MONTH, IS_YEAR, IS_CODE = NUMBER | MONTH, NUMBER | YEAR, NUMBER | CODE
NEGATES_ALONE, NEGATES_IN_CONCORD = NEGATES, IN_CONCORD


def anchors_of(
    const int32_t[::1] words not None,
    const int64_t[::1] starts not None,
    const int32_t[::1] anchors not None,
    int32_t[::1] found not None,
    int64_t[::1] bounds not None,
):
    """Write the distinct anchors of each sentence to `found` and where each begins to `bounds`.

    Sentence s has words[starts[s]:starts[s + 1]]; anchors[w] is the anchor of word w, -1 where it
    has none. `found` has room for all words, `bounds` is as long as `starts`. Return how many
    anchors were written. ValueError if shapes do not fit.
    """
    cdef Py_ssize_t s, k, total = 0, most = 0
    cdef int32_t anchor
    check(words, starts, anchors.shape[0])
    if found.shape[0] < words.shape[0] or bounds.shape[0] != starts.shape[0]:
        raise ValueError("the results do not have room for the anchors")
    for k in range(anchors.shape[0]):
        most = max(most, anchors[k] + 1)
    cdef int32_t* seen = <int32_t*>malloc((most + 1) * sizeof(int32_t))
    if seen == NULL:
        raise MemoryError
    with nogil:
        for k in range(most):
            seen[k] = -1
        bounds[0] = 0
        for s in range(starts.shape[0] - 1):
            for k in range(starts[s], starts[s + 1]):
                anchor = anchors[words[k]]
                if anchor >= 0 and seen[anchor] != s:
                    seen[anchor] = <int32_t>s
                    found[total] = anchor
                    total += 1
            bounds[s + 1] = total
    free(seen)
    return total


def count_anchors(
    const int32_t[::1] words not None,
    const int64_t[::1] starts not None,
    const int32_t[::1] anchors not None,
    Py_ssize_t count,
):
    """Return how often each of `count` anchors follows the first word of a sentence.

    The arrays are those of anchors_of().
    """
    cdef array.array found = array.clone(INTS, count, zero=count > 0)
    cdef int32_t* counts = <int32_t*>found.data.as_ints
    cdef Py_ssize_t s, k
    cdef int32_t anchor
    check(words, starts, anchors.shape[0])
    for s in range(starts.shape[0] - 1):
        for k in range(starts[s] + 1, starts[s + 1]):
            anchor = anchors[words[k]]
            if 0 <= anchor < count:
                counts[anchor] += 1
    return found


cdef int check(const int32_t[::1] anchors, const int64_t[::1] starts,
               Py_ssize_t count) except -1:
    cdef Py_ssize_t k
    cdef Py_ssize_t last = starts.shape[0] - 1
    if last < 0 or starts[0] != 0 or starts[last] != anchors.shape[0]:
        raise ValueError("the starts do not fit the anchors")
    for k in range(last):
        if starts[k] > starts[k + 1]:
            raise ValueError("the starts descend")
    for k in range(anchors.shape[0]):
        if not 0 <= anchors[k] < count:
            raise ValueError("an anchor is not one of the weights'")
    return 0
