"""Several transcripts of one recording, or near-paraphrases, aligned word by word.

The transcripts join a network of positions one after the other (ROVER: Fiscus, "A post-processing
system to yield reduced word error rates", ASRU 1997). A word may fill a position for 1 - the share
of the weight that has this word there, leave a position out for 1 - the share that has none, or
open a new position for 1; the cheapest way is found by dynamic programming, equal ones in favour of
a position's own words. O(positions × words × transcripts) for each transcript, and a byte for each
position and word.
"""

from array import array

from cpython cimport array as arrays
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

cdef enum:
    FILL
    SKIP    # the position has no word of this transcript
    OPEN    # the word gets a position of its own


cdef double share(const int32_t* position, const double* weight, Py_ssize_t joined, int32_t word,
                  double total) noexcept nogil:
    """Return the share of the weight, of all transcripts so far, that has this word there."""
    cdef Py_ssize_t k
    cdef double own = 0
    for k in range(joined):
        if position[k] == word:
            own += weight[k]
    return own / total


cdef Py_ssize_t join(int32_t** network, Py_ssize_t positions, Py_ssize_t width, Py_ssize_t joined,
                     const double* weight, const int32_t* words, Py_ssize_t length) noexcept nogil:
    """Let one more transcript join; returns how many positions there are now, -1 without memory."""
    cdef Py_ssize_t i, j, k, place, row = length + 1
    cdef double total = 0, fill, skip, opened
    cdef uint8_t* ways = <uint8_t*>malloc((positions + 1) * row)
    cdef double* last = <double*>malloc(2 * row * sizeof(double))
    cdef double* here
    cdef double* swap
    cdef int32_t* grown = <int32_t*>malloc(
        max((positions + length) * width, <Py_ssize_t>1) * sizeof(int32_t)
    )
    if ways == NULL or last == NULL or grown == NULL:
        free(ways)
        free(last)
        free(grown)
        return -1
    cdef double* memory = last
    here = last + row
    for k in range(joined):
        total += weight[k]
    for j in range(row):
        last[j] = <double>j
        ways[j] = OPEN
    for i in range(1, positions + 1):
        skip = 1 - share(network[0] + (i - 1) * width, weight, joined, -1, total)
        here[0] = last[0] + skip
        ways[i * row] = SKIP
        for j in range(1, row):
            fill = 1 - share(
                network[0] + (i - 1) * width, weight, joined, words[j - 1], total
            )
            fill += last[j - 1]
            opened = here[j - 1] + 1
            here[j] = fill
            ways[i * row + j] = FILL
            if last[j] + skip < here[j]:
                here[j] = last[j] + skip
                ways[i * row + j] = SKIP
            if opened < here[j]:
                here[j] = opened
                ways[i * row + j] = OPEN
        swap = last
        last = here
        here = swap
    # Back from the end: first how many positions, then the positions themselves.
    i, j, place = positions, length, 0
    while i or j:
        place += 1
        if ways[i * row + j] == FILL:
            i -= 1
            j -= 1
        elif ways[i * row + j] == SKIP:
            i -= 1
        else:
            j -= 1
    cdef Py_ssize_t count = place
    i, j = positions, length
    while i or j:
        place -= 1
        if ways[i * row + j] == OPEN:
            for k in range(width):
                grown[place * width + k] = -1
            j -= 1
            grown[place * width + joined] = words[j]
            continue
        memcpy(grown + place * width, network[0] + (i - 1) * width, width * sizeof(int32_t))
        if ways[i * row + j] == FILL:
            j -= 1
            grown[place * width + joined] = words[j]
        i -= 1
    free(ways)
    free(memory)
    free(network[0])
    network[0] = grown
    return count


def align(words, starts, weights):
    """Align transcripts in the order given.

    Transcript k has the word ids (from 0 on) words[starts[k]:starts[k + 1]] (int32, int64) and
    weights[k] > 0 (float64). Returns the positions one after the other as an array of int32: of
    each, a word id for each transcript, -1 if it has none.
    """
    cdef const int32_t[::1] ids = words
    cdef const int64_t[::1] bounds = starts
    cdef const double[::1] own = weights
    cdef Py_ssize_t count = own.shape[0], k, positions = 0
    cdef int32_t* network
    if bounds.shape[0] != count + 1 or bounds[count] != ids.shape[0]:
        raise ValueError("starts and weights do not fit the words")
    if count == 0 or ids.shape[0] == 0:
        return array("i")
    for k in range(count):
        if not 0 <= bounds[k] <= bounds[k + 1]:
            raise ValueError("starts do not ascend")
        if not own[k] > 0:
            raise ValueError("weights are above 0")
    network = <int32_t*>malloc(sizeof(int32_t))
    if network == NULL:
        raise MemoryError
    try:
        with nogil:
            for k in range(count):
                if bounds[k + 1] > bounds[k] or positions:
                    positions = join(&network, positions, count, k, &own[0],
                                     &ids[0] + bounds[k], bounds[k + 1] - bounds[k])
                    if positions < 0:
                        break
        if positions < 0:
            raise MemoryError
        out = arrays.clone(array("i"), positions * count, zero=True)
        memcpy((<arrays.array>out).data.as_ints, network, positions * count * sizeof(int32_t))
        return out
    finally:
        free(network)
