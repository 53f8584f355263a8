"""Vectors that are at least so similar to each vector, without the matrix of all pairs.

A similarity is the inner product of two vectors of length 1. All pairs are looked at, eight vectors
with sixteen at a time: a few elements of each, and the others only where, by the lengths of what is
left (Cauchy and Schwarz), a similarity can reach the threshold. Vectors whose elements decline, as
spread_axes of embedding.pyx makes them, are told apart by few of them; sorted by the signs of these
elements, those that are far apart are so together. Time is quadratic, memory linear in the vectors
and the neighbours.
"""

from cython.parallel cimport prange, threadid
from libc.math cimport sqrt
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.base.matrix cimport Matrix
from cotool._fast.text.bag_index cimport cotool_hit
from cotool._fast.text.neighbours cimport assemble, collect, row, too_many

cdef extern from "text/near.h" nogil:
    enum:
        COTOOL_NEAR_ROWS
        COTOOL_NEAR_LANES
        COTOOL_NEAR_STEPS
    ctypedef struct cotool_near_vectors:
        const float* elements
        const float* tails[COTOOL_NEAR_STEPS]
    ctypedef unsigned cotool_near_function(
        const cotool_near_vectors* rows, const cotool_near_vectors* block, Py_ssize_t d,
        const Py_ssize_t* ends, float least, float (*sums)[COTOOL_NEAR_LANES]
    )
    cotool_near_function* cotool_near()

# Elements after which sums are looked at, and those whose signs sort. Of 20,000 answers of two to
# twenty words and a threshold of .8, a fifth of the blocks go on after 16 elements, one in fifteen
# after 48; unsorted, all and six of ten.
cdef Py_ssize_t[2] ENDS = [16, 48]
cdef enum:
    SIGNS = 12

# Sums of floats are rounded: so much may be missing.
cdef float SLACK = 1e-5
# Nanoseconds for one pair, to decide on threads; how many of them between two looks for Ctrl-C.
cdef double PAIR_COST = 1.0
cdef double SLICE = 2e8


cdef struct vectors:
    Py_ssize_t count, blocks, d
    Py_ssize_t[COTOOL_NEAR_STEPS] ends
    float* rows             # [blocks * LANES][d], as sorted
    float* packed           # [blocks][d][LANES]
    float* tails            # [STEPS][blocks * LANES]
    float least
    int32_t* order          # the vector in each place
    const int64_t* starts   # the texts of vector v are members[starts[v] : starts[v + 1]]
    const int32_t* members
    Py_ssize_t most


cdef inline cotool_near_vectors at(const vectors* v, const float* elements,
                                   Py_ssize_t first) noexcept nogil:
    cdef cotool_near_vectors found
    cdef int step
    found.elements = elements + first * v.d
    for step in range(COTOOL_NEAR_STEPS):
        found.tails[step] = v.tails + step * v.blocks * COTOOL_NEAR_LANES + first
    return found


cdef int ask(const vectors* v, cotool_near_function* near, Py_ssize_t group, cotool_hit* hits,
             row* found) noexcept nogil:
    """Find the neighbours of the vectors of one group; -1 without memory."""
    cdef float[COTOOL_NEAR_ROWS][COTOOL_NEAR_LANES] sums
    cdef Py_ssize_t[COTOOL_NEAR_ROWS] counts
    cdef Py_ssize_t first = group * COTOOL_NEAR_ROWS, block, r, lane, other
    cdef cotool_near_vectors rows = at(v, v.rows, first), asked
    cdef unsigned whole
    cdef cotool_hit* own
    for r in range(COTOOL_NEAR_ROWS):
        counts[r] = 0
    for block in range(v.blocks):
        asked = at(v, v.packed, block * COTOOL_NEAR_LANES)
        whole = near(&rows, &asked, v.d, v.ends, v.least - SLACK, sums)
        for r in range(COTOOL_NEAR_ROWS if whole else 0):
            if not whole >> r & 1:
                continue
            for lane in range(COTOOL_NEAR_LANES):
                other = block * COTOOL_NEAR_LANES + lane
                if sums[r][lane] >= v.least and other != first + r and other < v.count:
                    own = hits + r * (v.count + 1) + counts[r]
                    own.bag, own.similarity = v.order[other], min(sums[r][lane], <float>1)
                    counts[r] += 1
    for r in range(min(<Py_ssize_t>COTOOL_NEAR_ROWS, v.count - first)):
        own = hits + r * (v.count + 1)
        own[counts[r]].bag, own[counts[r]].similarity = v.order[first + r], 1
        if collect(v.starts, v.members, own, counts[r] + 1, v.most,
                   &found[v.order[first + r]]) != 0:
            return -1
    return 0


cdef void arrange(vectors* v, const float* given) noexcept nogil:
    """Sort the vectors by their signs, and pack them."""
    cdef Py_ssize_t[(1 << SIGNS) + 1] places
    cdef Py_ssize_t k, i, lane, place, signs = min(<Py_ssize_t>SIGNS, v.d)
    cdef Py_ssize_t lanes = v.blocks * COTOOL_NEAR_LANES
    cdef int step
    memset(places, 0, sizeof(places))
    for k in range(v.count):
        places[signs_of(given + k * v.d, signs) + 1] += 1
    for k in range(1 << SIGNS):
        places[k + 1] += places[k]
    for k in range(v.count):
        place = places[signs_of(given + k * v.d, signs)]
        places[signs_of(given + k * v.d, signs)] += 1
        v.order[place] = <int32_t>k
        lane = place % COTOOL_NEAR_LANES
        for i in range(v.d):
            v.rows[place * v.d + i] = given[k * v.d + i]
            v.packed[(place - lane) * v.d + i * COTOOL_NEAR_LANES + lane] = given[k * v.d + i]
        for step in range(COTOOL_NEAR_STEPS):
            v.tails[step * lanes + place] = <float>length(
                given + k * v.d + v.ends[step], v.d - v.ends[step]
            )


cdef inline int signs_of(const float* vector, Py_ssize_t count) noexcept nogil:
    cdef int signs = 0
    cdef Py_ssize_t k
    for k in range(count):
        signs = signs << 1 | (vector[k] > 0)
    return signs


cdef double length(const float* values, Py_ssize_t count) noexcept nogil:
    cdef double total = 0
    cdef Py_ssize_t k
    for k in range(count):
        total += <double>values[k] * values[k]
    return sqrt(total)


def neighbours(Matrix given not None, const int32_t[::1] vector_of not None, double threshold,
               top=None, num_threads=None, Py_ssize_t limit=100_000_000):
    """The other texts at least `threshold` similar to each text, as neighbours.neighbours does.

    Text t has the vector vector_of[t] of `given`, rows of length 1 or zero, of which the first ones
    have a text each. ValueError if texts and vectors do not fit, and beyond `limit` neighbours.
    """
    cdef vectors v
    cdef Py_ssize_t texts = vector_of.shape[0], lanes, groups, step, first = 0, last, total = 0
    cdef Py_ssize_t k, i
    cdef int threads, failed = 0
    cdef cotool_near_function* near = cotool_near()
    cdef float* memory = NULL
    cdef int64_t* starts = NULL
    cdef int32_t* members = NULL
    cdef cotool_hit* hits = NULL
    cdef row* rows = NULL
    v.count, v.d = 0, given.columns
    for k in range(texts):
        if not 0 <= vector_of[k] < given.rows:
            raise ValueError("a text has no vector")
        v.count = max(v.count, <Py_ssize_t>vector_of[k] + 1)
    v.blocks = (v.count + COTOOL_NEAR_LANES - 1) // COTOOL_NEAR_LANES
    for k in range(COTOOL_NEAR_STEPS):
        v.ends[k] = min(ENDS[k], v.d)
    v.least = <float>threshold
    v.most = texts if top is None else min(<Py_ssize_t>top + 1, texts)
    groups = (v.count + COTOOL_NEAR_ROWS - 1) // COTOOL_NEAR_ROWS
    lanes = v.blocks * COTOOL_NEAR_LANES
    threads = threads_for(num_threads, PAIR_COST * v.count * v.count)
    step = max(threads, <Py_ssize_t>(
        SLICE * threads / (PAIR_COST * COTOOL_NEAR_ROWS * (v.count + 1))
    ))
    try:
        memory = <float*>calloc(
            lanes * (2 * v.d + COTOOL_NEAR_STEPS) + 1, sizeof(float)
        )
        starts = <int64_t*>calloc(v.count + 2, sizeof(int64_t))
        members = <int32_t*>malloc((texts + v.count + 1) * sizeof(int32_t))
        hits = <cotool_hit*>malloc(
            threads * COTOOL_NEAR_ROWS * (v.count + 1) * sizeof(cotool_hit)
        )
        rows = <row*>calloc(v.count + 1, sizeof(row))
        if not (memory and starts and members and hits and rows):
            raise MemoryError
        for k in range(texts):
            starts[vector_of[k] + 2] += 1
        for k in range(v.count):
            if starts[k + 2] == 0:
                raise ValueError("a vector has no text")
            starts[k + 2] += starts[k + 1]
        for k in range(texts):
            members[starts[vector_of[k] + 1]] = <int32_t>k
            starts[vector_of[k] + 1] += 1
        v.rows = memory
        v.packed = memory + lanes * v.d
        v.tails = memory + 2 * lanes * v.d
        v.starts, v.members, v.order = starts, members, members + texts
        with nogil:
            arrange(&v, given.data)
        while first < groups:
            last = min(first + step, groups)
            for k in prange(first, last, schedule="dynamic", num_threads=threads, nogil=True,
                            use_threads_if=threads > 1):
                if ask(&v, near, k, hits + threadid() * COTOOL_NEAR_ROWS * (v.count + 1),
                       rows) != 0:
                    failed = 1
            if failed:
                raise MemoryError
            for i in range(first * COTOOL_NEAR_ROWS, min(last * COTOOL_NEAR_ROWS, v.count)):
                k = v.order[i]
                total += (starts[k + 1] - starts[k]) * (rows[k].count - 1)
            if total > limit:
                raise too_many(limit)
            check_interrupt()
            first = last
        return assemble(texts, &vector_of[0] if texts else NULL, rows)
    finally:
        if rows != NULL:
            for k in range(v.count):
                free(rows[k].items)
        free(rows)
        free(hits)
        free(members)
        free(starts)
        free(memory)
