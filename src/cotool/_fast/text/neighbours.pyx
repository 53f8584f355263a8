"""Texts that are at least so similar to each text, without the matrix of all pairs.

bag_index.pyx says which similarities, and what time and memory they take.
"""

from array import array

from cpython cimport array as arrays
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport calloc, free, malloc, qsort

from cotool._fast.text.bag_index cimport COTOOL_ROWS, Index, cotool_hit


cdef int by_similarity(const void* a, const void* b) noexcept nogil:
    cdef const near* x = <const near*>a
    cdef const near* y = <const near*>b
    if x.similarity != y.similarity:
        return -1 if x.similarity > y.similarity else 1
    return -1 if x.text < y.text else 1 if x.text > y.text else 0


cdef int hits_by_similarity(const void* a, const void* b) noexcept nogil:
    cdef float x = (<const cotool_hit*>a).similarity
    cdef float y = (<const cotool_hit*>b).similarity
    return -1 if x > y else 1 if x < y else 0


ctypedef struct collection:
    Py_ssize_t most
    row* rows


cdef int collect_block(Index self, Py_ssize_t block, int thread, void* context) noexcept nogil:
    cdef collection* all = <collection*>context
    cdef Py_ssize_t counts[COTOOL_ROWS]
    cdef cotool_hit* hits
    cdef Py_ssize_t r, bag
    for r in range(self.rows_of(block)):
        bag = block * COTOOL_ROWS + r
        if self.ask(block, r, False, thread, counts, &hits) != 0:
            return -1
        hits[counts[r]].bag = <int32_t>bag  # of all bags, at most all others are hits
        hits[counts[r]].similarity = 1.0
        if collect(self.member_start, self.member, hits, counts[r] + 1, all.most,
                   &all.rows[bag]) != 0:
            return -1
    return 0


cdef Py_ssize_t nearest_first(cotool_hit* hits, Py_ssize_t count, Py_ssize_t most) noexcept nogil:
    """Move the hits that can be among the `most` nearest texts to the front; how many they are."""
    # Quickselect by similarity; equal ones stay together.
    cdef Py_ssize_t low = 0, high = count, less, more, i
    cdef float pivot
    cdef cotool_hit swapped
    while high - low > 1 and low < most < high:
        pivot = hits[low + (high - low) // 2].similarity
        more = low
        less = high
        i = low
        while i < less:
            if hits[i].similarity > pivot:
                swapped = hits[i]
                hits[i] = hits[more]
                hits[more] = swapped
                more += 1
                i += 1
            elif hits[i].similarity < pivot:
                less -= 1
                swapped = hits[i]
                hits[i] = hits[less]
                hits[less] = swapped
            else:
                i += 1
        if most <= more:
            high = more
        elif most <= less:
            return less
        else:
            low = less
    return high


cdef int collect(const int64_t* starts, const int32_t* members, cotool_hit* all_hits,
                 Py_ssize_t hits, Py_ssize_t most, row* out) noexcept nogil:
    """The `most` nearest texts among the hits, of which one is the bag itself; -1 without memory.

    Bag b is that of the texts members[starts[b] : starts[b + 1]].
    """
    cdef Py_ssize_t h, room = 0, taken, count = 0
    cdef int64_t m
    hits = nearest_first(all_hits, hits, most)
    qsort(all_hits, hits, sizeof(cotool_hit), hits_by_similarity)
    for h in range(hits):
        if room >= most and all_hits[h].similarity < all_hits[h - 1].similarity:
            hits = h
            break
        m = all_hits[h].bag
        room += min(<Py_ssize_t>(starts[m + 1] - starts[m]), most)
    out.items = <near*>malloc((room + 1) * sizeof(near))
    if out.items == NULL:
        return -1
    for h in range(hits):
        m = all_hits[h].bag
        taken = min(<Py_ssize_t>(starts[m + 1] - starts[m]), most)
        for m in range(starts[m], starts[m] + taken):
            out.items[count].text = members[m]
            out.items[count].similarity = all_hits[h].similarity
            count += 1
    qsort(out.items, count, sizeof(near), by_similarity)
    out.count = min(count, most)
    return 0


cdef tuple assemble(Py_ssize_t count, const int32_t* bag, const row* rows):
    """(starts, places, similarities) of all texts, from the lists of their bags."""
    cdef Py_ssize_t t, k, wanted, place = 0
    cdef const row* own
    cdef arrays.array starts = arrays.clone(array("q"), count + 1, zero=True)
    # A list holds the text itself, or, where more are exactly as near, one too many.
    for t in range(count):
        starts.data.as_longlongs[t] = place
        place += rows[bag[t]].count - 1
    starts.data.as_longlongs[count] = place
    cdef arrays.array places = arrays.clone(array("i"), place, zero=False)
    cdef arrays.array similarities = arrays.clone(array("f"), place, zero=False)
    place = 0
    for t in range(count):
        own = &rows[bag[t]]
        wanted = starts.data.as_longlongs[t + 1] - place
        k = 0
        while wanted > 0:
            if own.items[k].text != t:
                places.data.as_ints[place] = own.items[k].text
                similarities.data.as_floats[place] = own.items[k].similarity
                place += 1
                wanted -= 1
            k += 1
    return starts, places, similarities


cdef object too_many(Py_ssize_t limit):
    return ValueError(
        f"more than {limit:,} neighbours: raise the threshold, or ask for the top few"
    )


def neighbours(texts, str metric not None, double threshold, top=None, num_threads=None,
               Py_ssize_t limit=100_000_000, sweep=None):
    """The other texts at least `threshold` similar to each text, the most similar first.

    Ties are by place. With `top`, at most this many of each. Returns (starts, places,
    similarities) as arrays: text i has those from starts[i] to starts[i + 1]. ValueError beyond
    `limit` neighbours altogether.
    """
    cdef Index self = Index(texts, metric, threshold, num_threads, sweep)
    cdef Py_ssize_t count = self.index.texts, bags = self.index.bags, blocks = self.blocks()
    cdef Py_ssize_t most = count if top is None else min(<Py_ssize_t>top + 1, count)
    cdef Py_ssize_t first, last, b, total = 0
    cdef collection found
    cdef row* rows = <row*>calloc(bags + 1, sizeof(row))
    if rows == NULL:
        raise MemoryError
    found.most, found.rows = most, rows
    try:
        first = 0
        while first < blocks:
            last = self.visit(collect_block, &found, first)
            for b in range(first * COTOOL_ROWS, min(last * COTOOL_ROWS, bags)):
                total += self.copies(b) * (rows[b].count - 1)
            if total > limit:
                raise too_many(limit)
            first = last
        return assemble(count, self.index.bag, rows)
    finally:
        for b in range(bags):
            free(rows[b].items)
        free(rows)
