"""Texts that are at least so similar by Levenshtein, without the matrix of all pairs.

Similarities are those of levenshtein.pyx. Only those pairs reach the kernel that can be as
similar as the threshold: by length, since a distance is at least the difference of two lengths,
and by how often symbols occur in them, since every edit changes two of the counts by at most one
(Jokinen, Tarhio, Ukkonen, "A comparison of approximate string matching algorithms", 1996).
"""

from cython.parallel cimport prange, threadid
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free, malloc, realloc

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.text.levenshtein cimport (
    COTOOL_PATTERNS,
    Sequences,
    code_points,
    cotool_myers,
    cotool_myers_close,
    cotool_myers_open,
    cotool_myers_scratch,
    cotool_sequence,
    myers_function,
    word_ids,
)
from cotool._fast.text.bag_index cimport cotool_hit
from cotool._fast.text.neighbours cimport assemble, collect, row, too_many

cdef myers_function* distances = cotool_myers()

cdef extern from "text/symbols.h" nogil:
    enum:
        COTOOL_BUCKETS
    int cotool_least_distance(const uint8_t* a, const uint8_t* b)

cdef enum:
    SOME = 128  # texts that go to the kernel together

# Nanoseconds to look at a pair.
cdef double PAIR_COST = 3.0
# Groups of patterns between two looks for Ctrl-C.
cdef Py_ssize_t BATCH = 32


cdef struct pair:
    int32_t first, second
    float similarity


cdef struct finder:
    # What one thread needs, and what it has found.
    cotool_myers_scratch scratch
    cotool_sequence some[SOME]
    Py_ssize_t which[SOME]
    Py_ssize_t taken
    pair* pairs
    Py_ssize_t count, room


cdef void count_symbols(Sequences sequences, Py_ssize_t text, uint8_t* counts) noexcept nogil:
    cdef Py_ssize_t i
    cdef uint8_t* bucket
    for i in range(sequences.sorted[text].length):
        bucket = counts + (sequences.sorted[text].symbols[i] & (COTOOL_BUCKETS - 1))
        bucket[0] += bucket[0] < 255


cdef inline bint is_near(Py_ssize_t distance, Py_ssize_t length, float threshold) noexcept nogil:
    return <float>(1.0 - <double>distance / <double>length) >= threshold


cdef int compare(Sequences sequences, Py_ssize_t pattern, int count, float threshold,
                 finder* own) noexcept nogil:
    """Compare the texts that are taken; keep the pairs that are near. -1 without memory."""
    cdef Py_ssize_t k, p, text, length
    cdef pair* more
    if distances(sequences.sorted + pattern, count, own.some, own.taken, &own.scratch) != 0:
        return -1
    for k in range(own.taken):
        text = own.which[k]
        length = sequences.lengths[text]
        for p in range(pattern, min(pattern + count, text)):
            if not is_near(own.scratch.distances[k * COTOOL_PATTERNS + p - pattern], length,
                           threshold):
                continue
            if own.count == own.room:
                own.room = 2 * own.room + 1024
                more = <pair*>realloc(own.pairs, own.room * sizeof(pair))
                if more == NULL:
                    return -1
                own.pairs = more
            own.pairs[own.count].first = <int32_t>p
            own.pairs[own.count].second = <int32_t>text
            own.pairs[own.count].similarity = <float>(
                1.0 - <double>own.scratch.distances[k * COTOOL_PATTERNS + p - pattern]
                / <double>length
            )
            own.count += 1
    own.taken = 0
    return 0


cdef int look(Sequences sequences, const uint8_t* counts, Py_ssize_t group, float threshold,
              finder* own) noexcept nogil:
    """Find what is near to a group of patterns among the texts after each."""
    cdef Py_ssize_t pattern = group * COTOOL_PATTERNS, text, p, length
    cdef int count = <int>min(COTOOL_PATTERNS, sequences.count - pattern)
    cdef Py_ssize_t longest = sequences.lengths[pattern + count - 1], measured = -1
    cdef int most = 0  # edits that are surely not too many
    for text in range(pattern + 1, sequences.count):
        length = sequences.lengths[text]
        if length > longest and not is_near(length - longest, length, threshold):
            break  # texts only get longer
        if length > measured:  # texts of one length are adjacent
            measured = length
            most = <int>((1.0 - threshold) * <double>length) + 1
        for p in range(pattern, min(pattern + count, text)):
            if cotool_least_distance(
                counts + p * COTOOL_BUCKETS, counts + text * COTOOL_BUCKETS
            ) <= most:
                own.some[own.taken] = sequences.sorted[text]
                own.which[own.taken] = text
                own.taken += 1
                break
        if own.taken == SOME and compare(sequences, pattern, count, threshold, own) != 0:
            return -1
    return compare(sequences, pattern, count, threshold, own) if own.taken else 0


cdef tuple listed(Sequences sequences, finder* finders, int threads, Py_ssize_t most,
                  Py_ssize_t limit):
    """Each text's list from the pairs of all threads."""
    cdef Py_ssize_t distinct = sequences.count, k, i, first, total = 0
    cdef int thread
    cdef pair* one
    cdef int64_t* ends = <int64_t*>calloc(distinct + 2, sizeof(int64_t))
    cdef int32_t* group = <int32_t*>malloc((sequences.texts + 1) * sizeof(int32_t))
    cdef row* rows = <row*>calloc(distinct + 1, sizeof(row))
    cdef cotool_hit* hits = NULL
    try:
        if ends == NULL or group == NULL or rows == NULL:
            raise MemoryError
        for thread in range(threads):
            for k in range(finders[thread].count):
                ends[finders[thread].pairs[k].first + 1] += 1
                ends[finders[thread].pairs[k].second + 1] += 1
        for k in range(distinct):
            ends[k + 1] += ends[k] + 1  # and the text itself
        hits = <cotool_hit*>malloc((ends[distinct] + 1) * sizeof(cotool_hit))
        if hits == NULL:
            raise MemoryError
        # Each list is filled from its start, which becomes its end.
        for k in range(distinct):
            hits[ends[k]].bag = <int32_t>k
            hits[ends[k]].similarity = 1.0
            ends[k] += 1
        for thread in range(threads):
            for k in range(finders[thread].count):
                one = &finders[thread].pairs[k]
                hits[ends[one.first]].bag = one.second
                hits[ends[one.first]].similarity = one.similarity
                ends[one.first] += 1
                hits[ends[one.second]].bag = one.first
                hits[ends[one.second]].similarity = one.similarity
                ends[one.second] += 1
        for k in range(distinct):
            first = ends[k - 1] if k else 0
            if collect(sequences.starts, sequences.members, hits + first,
                       ends[k] - first, most, &rows[k]) != 0:
                raise MemoryError
            total += (rows[k].count - 1) * (sequences.starts[k + 1] - sequences.starts[k])
            if total > limit:
                raise too_many(limit)
            for i in range(sequences.starts[k], sequences.starts[k + 1]):
                group[sequences.members[i]] = <int32_t>k
        return assemble(sequences.texts, group, rows)
    finally:
        if rows != NULL:
            for k in range(distinct):
                free(rows[k].items)
        free(rows)
        free(group)
        free(ends)
        free(hits)


def neighbours(texts, bint in_words, double threshold, top=None, num_threads=None,
               Py_ssize_t limit=100_000_000):
    """The other texts at least `threshold` similar to each text, as neighbours.neighbours does.

    Distances are in code points, or in words. ValueError beyond `limit` neighbours.
    """
    cdef Sequences sequences = (
        word_ids(texts, num_threads) if in_words else code_points(texts)
    )
    cdef Py_ssize_t distinct = sequences.count, k, first = 0, last, found
    cdef Py_ssize_t groups = (distinct + COTOOL_PATTERNS - 1) // COTOOL_PATTERNS
    cdef Py_ssize_t most = sequences.texts if top is None else min(
        <Py_ssize_t>top + 1, sequences.texts
    )
    cdef int threads = threads_for(num_threads, PAIR_COST * distinct * distinct / 2)
    cdef int thread, failed = 0
    cdef float least = <float>threshold
    cdef uint8_t* counts = <uint8_t*>calloc(distinct + 1, COTOOL_BUCKETS)
    cdef finder* finders = <finder*>calloc(threads, sizeof(finder))
    try:
        if counts == NULL or finders == NULL:
            raise MemoryError
        for thread in range(threads):
            if cotool_myers_open(&finders[thread].scratch, sequences.alphabet, SOME) != 0:
                raise MemoryError
        with nogil:
            for k in range(distinct):
                count_symbols(sequences, k, counts + k * COTOOL_BUCKETS)
        while first < groups:
            last = min(first + BATCH, groups)
            with nogil:
                for k in prange(first, last, schedule="dynamic", num_threads=threads,
                                use_threads_if=threads > 1):
                    failed |= look(sequences, counts, k, least, &finders[threadid()])
            if failed:
                raise MemoryError
            found = 0
            for thread in range(threads):
                found += finders[thread].count
            if found > limit:
                raise too_many(limit)
            check_interrupt()
            first = last
        return listed(sequences, finders, threads, most, limit)
    finally:
        if finders != NULL:
            for thread in range(threads):
                cotool_myers_close(&finders[thread].scratch)
                free(finders[thread].pairs)
        free(finders)
        free(counts)
