"""How far the words of one text are matched by words of another, by the vectors of words.

A word matches another by the squared cosine of their vectors (negative ones as 0), in steps of
1/255; it matches itself by 1. The similarity of two texts, as sets of words, is the mean,
over the words of the one that has fewer, of the best match among the words of the other; where both
have as many, it is the mean of both directions. So it is the overlap coefficient |A ∩ B| / min(|A|,
|B|) of pairwise.pyx where no word is like another. Two texts without words are alike (1).

For n texts with w words altogether, of which v have a vector of d numbers: d * v² for the table of
matches (v² bytes), then w * (v + n).
"""

from cython.parallel cimport prange
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from cotool._fast.base._openmp cimport omp_get_thread_num, threads_for
from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.base.matrix cimport Matrix, new_matrix
from cotool._fast.text.dense cimport product

cdef enum:
    FULL = 255
    # Rows between two looks for Ctrl-C: at 4,000 texts of 40 words one takes a tenth of a
    # millisecond.
    BATCH = 512


cdef void match_word(const float* vectors, Py_ssize_t count, Py_ssize_t d, Py_ssize_t word,
                     uint8_t* table) noexcept nogil:
    """Fill a word's row of the table up to the word, and the mirror image."""
    cdef Py_ssize_t other
    cdef double cosine
    for other in range(word):
        cosine = product(vectors + word * d, vectors + other * d, d)
        cosine = 0 if cosine < 0 else 1 if cosine > 1 else cosine
        table[word * count + other] = <uint8_t>(FULL * cosine * cosine + 0.5)
        table[other * count + word] = table[word * count + other]
    table[word * count + word] = FULL


cdef void match_text(const int32_t* ids, const int64_t* starts, Py_ssize_t texts, Py_ssize_t text,
                     const uint8_t* table, Py_ssize_t count, uint8_t* best,
                     float* out) noexcept nogil:
    """For each text, the mean of the best matches of its words among those of `text`."""
    cdef Py_ssize_t other, k, v
    cdef const uint8_t* row
    cdef int64_t sum_, length
    memset(best, 0, count)
    for k in range(starts[text], starts[text + 1]):
        if ids[k] < count:
            row = table + ids[k] * count
            for v in range(count):
                best[v] = max(best[v], row[v])
        else:
            best[ids[k]] = FULL
    for other in range(texts):
        sum_ = 0
        length = starts[other + 1] - starts[other]
        for k in range(starts[other], starts[other + 1]):
            sum_ += best[ids[k]]
        out[other] = <float>(sum_ / (<double>FULL * length)) if length else 0
    for k in range(starts[text], starts[text + 1]):
        best[ids[k]] = 0


cdef void of_shorter(const int64_t* starts, Py_ssize_t texts, Py_ssize_t text,
                     float* out) noexcept nogil:
    """Replace both directions of a text's pairs with later texts by the one that counts."""
    cdef Py_ssize_t other
    cdef int64_t own = starts[text + 1] - starts[text], length
    cdef float here, there
    for other in range(text, texts):
        length = starts[other + 1] - starts[other]
        here = out[other * texts + text]  # of the words of `text`
        there = out[text * texts + other]
        if own == length:
            here = 1 if own == 0 or other == text else (here + there) / 2
        elif own > length:
            here = there
        out[other * texts + text] = here
        out[text * texts + other] = here


def best_matches(const int32_t[::1] ids not None, const int64_t[::1] starts not None,
                 Matrix vectors not None, num_threads=None):
    """Similarity of all pairs of n texts, n x n.

    Text i has the distinct words ids[starts[i]:starts[i + 1]]. Word w has row w of `vectors`, of
    length 1 or zero; one without a row matches itself only. ValueError if shapes do not fit.
    """
    cdef Py_ssize_t texts = starts.shape[0] - 1, count = vectors.rows, words = count, i, first, last
    cdef Py_ssize_t d = vectors.columns
    cdef int threads, thread
    if texts < 0 or starts[0] != 0 or starts[texts] != ids.shape[0]:
        raise ValueError("the starts do not fit the words")
    for i in range(texts):
        if starts[i] > starts[i + 1]:
            raise ValueError("the starts descend")
    for i in range(ids.shape[0]):
        if ids[i] < 0:
            raise ValueError("the number of a word is negative")
        words = max(words, ids[i] + 1)
    cdef const int32_t* own = &ids[0] if ids.shape[0] else NULL
    cdef Matrix out = new_matrix(texts, texts)
    threads = threads_for(
        num_threads,
        <double>count * count * d * 0.1 + ids.shape[0] * (count * 0.05 + texts * 1.0),
    )
    cdef uint8_t* table = <uint8_t*>malloc(count * count + 1)
    cdef uint8_t* best = <uint8_t*>malloc((words + 1) * threads)
    try:
        if table == NULL or best == NULL:
            raise MemoryError
        memset(best, 0, (words + 1) * threads)
        for first in range(0, count, BATCH):
            last = min(first + BATCH, count)
            with nogil:
                for i in prange(first, last, schedule="dynamic", chunksize=8, num_threads=threads,
                                use_threads_if=threads > 1):
                    match_word(vectors.data, count, d, i, table)
            check_interrupt()
        for first in range(0, texts, BATCH):
            last = min(first + BATCH, texts)
            with nogil:
                for i in prange(first, last, schedule="static", num_threads=threads,
                                use_threads_if=threads > 1):
                    thread = omp_get_thread_num()
                    match_text(own, &starts[0], texts, i, table, count,
                               best + thread * (words + 1), out.data + i * texts)
            check_interrupt()
        with nogil:
            for i in prange(texts, schedule="dynamic", chunksize=16, num_threads=threads,
                            use_threads_if=threads > 1):
                of_shorter(&starts[0], texts, i, out.data)
    finally:
        free(table)
        free(best)
    return out
