"""Levenshtein similarity of all pairs of texts, in code points or in words.

The similarity of a and b is 1 - distance(a, b) / max(len(a), len(b)), and 1 for two empty texts;
distance counts insertions, deletions and substitutions. The kernel is in myers.h; here texts
become sequences of small numbers, are sorted by length so that the patterns of one call are
alike, and pairs are cut into tasks. Matrices are n × n float64, symmetric, 1 on the diagonal.
"""

from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport prange, threadid
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport calloc, free, malloc

from cotool._fast._openmp cimport threads_for
from cotool._fast.matrix cimport Matrix, new_matrix
from cotool._fast.tokens cimport Tokens, tokens_of

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_UCS4 PyUnicode_READ(int kind, void* data, Py_ssize_t index) nogil

cdef extern from "myers.h" nogil:
    enum:
        COTOOL_PATTERNS
    ctypedef struct cotool_sequence:
        const int32_t* symbols
        Py_ssize_t length
    ctypedef struct cotool_myers_scratch:
        int64_t* distances
    int cotool_myers_open(cotool_myers_scratch* scratch, int32_t alphabet, Py_ssize_t texts)
    void cotool_myers_close(cotool_myers_scratch* scratch)
    ctypedef int myers_function "cotool_myers_function"(
        const cotool_sequence* patterns, int count, const cotool_sequence* texts,
        Py_ssize_t text_count, cotool_myers_scratch* scratch)
    myers_function* cotool_myers()

cdef myers_function* distances = cotool_myers()

# Texts of one task, and their symbols together: the edges between block groups take 4 bytes a
# symbol and should stay in the second-level cache.
cdef Py_ssize_t TASK_TEXTS = 256
cdef Py_ssize_t TASK_SYMBOLS = 200_000

# Nanoseconds for 64 rows of eight patterns and one symbol, and for a call of the kernel.
cdef double STEP_COST = 2.0
cdef double TASK_COST = 500.0

# Between two looks for Ctrl-C the kernel works at most about this long, in nanoseconds, unless one
# task is longer.
cdef double SLICE = 2e8


cdef struct task:
    Py_ssize_t pattern, first, last


cdef class Sequences:
    """n texts as symbols 0 ... alphabet - 1, by ascending length; `order` is their place before."""

    cdef Py_ssize_t count
    cdef int32_t alphabet
    cdef int32_t* symbols
    cdef cotool_sequence* sorted
    cdef Py_ssize_t* order

    def __cinit__(self, Py_ssize_t count, Py_ssize_t total):
        self.count = count
        self.symbols = <int32_t*>malloc((total + 1) * sizeof(int32_t))
        self.sorted = <cotool_sequence*>malloc((count + 1) * sizeof(cotool_sequence))
        self.order = <Py_ssize_t*>malloc((count + 1) * sizeof(Py_ssize_t))
        if self.symbols == NULL or self.sorted == NULL or self.order == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.symbols)
        free(self.sorted)
        free(self.order)

    cdef int place(self, list lengths) except -1:
        """Sort the texts, which lie one after the other in `symbols`, by length."""
        cdef Py_ssize_t i, k, start = 0
        cdef list starts = []
        for length in lengths:
            starts.append(start)
            start += length
        for i, k in enumerate(sorted(range(self.count), key=lengths.__getitem__)):
            self.order[i] = k
            self.sorted[i].symbols = self.symbols + <Py_ssize_t>starts[k]
            self.sorted[i].length = lengths[k]
        return 0


cdef Sequences code_points(object texts):
    cdef list keep = list(texts)
    cdef list lengths
    cdef Py_ssize_t i, length
    cdef int32_t alphabet = 0
    cdef int32_t* symbols
    cdef int32_t* known
    cdef void* data
    cdef int kind
    cdef Py_UCS4 point
    for i, text in enumerate(keep):
        if not isinstance(text, str):
            raise TypeError(f"text {i} is not a str but {type(text).__name__}")
    lengths = [len(text) for text in keep]
    cdef Sequences result = Sequences(len(keep), sum(lengths))
    # Symbol + 1 of each code point; pages never touched cost nothing.
    known = <int32_t*>calloc(0x110000, sizeof(int32_t))
    if known == NULL:
        raise MemoryError
    symbols = result.symbols
    for text in keep:
        length = len(text)
        kind = PyUnicode_KIND(text)
        data = PyUnicode_DATA(text)
        with nogil:
            for i in range(length):
                point = PyUnicode_READ(kind, data, i)
                if known[point] == 0:
                    alphabet += 1
                    known[point] = alphabet
                symbols[i] = known[point] - 1
        symbols += length
    free(known)
    result.alphabet = alphabet
    result.place(lengths)
    return result


cdef Sequences word_ids(object texts):
    cdef Tokens tokens = tokens_of(texts)
    cdef Py_ssize_t i, total = tokens.starts[tokens.texts]
    cdef Sequences result = Sequences(tokens.texts, total)
    for i in range(total):
        result.symbols[i] = tokens.ids[i]
    result.alphabet = <int32_t>tokens.vocabulary
    result.place([tokens.starts[i + 1] - tokens.starts[i] for i in range(tokens.texts)])
    return result


cdef void write(Sequences sequences, const task* t, const int64_t* found,
                double* out) noexcept nogil:
    """Similarities of one task's pairs: those whose text comes after the pattern."""
    cdef Py_ssize_t n = sequences.count, p, text, i, j, length
    cdef double similarity
    for text in range(t.first, t.last):
        length = sequences.sorted[text].length
        j = sequences.order[text]
        for p in range(t.pattern, min(t.pattern + COTOOL_PATTERNS, text)):
            i = sequences.order[p]
            similarity = 1.0
            if length > 0:  # the text is the longer one
                similarity = 1.0 - <double>found[
                    (text - t.first) * COTOOL_PATTERNS + p - t.pattern] / <double>length
            out[i * n + j] = similarity
            out[j * n + i] = similarity


cdef int run(Sequences sequences, const task* t, cotool_myers_scratch* scratch,
             double* out) noexcept nogil:
    cdef int count = <int>min(COTOOL_PATTERNS, sequences.count - t.pattern)
    if distances(sequences.sorted + t.pattern, count, sequences.sorted + t.first,
                 t.last - t.first, scratch) != 0:
        return 1
    write(sequences, t, scratch.distances, out)
    return 0


cdef Matrix similarity(Sequences sequences, object num_threads):
    cdef Py_ssize_t n = sequences.count, pattern, first, last, symbols, i, done, until
    cdef Matrix out = new_matrix(n, n)
    cdef cotool_myers_scratch* scratch = NULL
    cdef int threads = 1, opened = 0, failed = 0
    cdef double work = 0, cost
    cdef task* tasks
    cdef list plan = []
    cdef list costs = []
    for i in range(n):
        out.data[i * n + i] = 1.0
    for pattern in range(0, n, COTOOL_PATTERNS):
        first = pattern + 1
        # Blocks of the longest pattern, which is the last one.
        last = min(pattern + COTOOL_PATTERNS, n) - 1
        cost = STEP_COST * ((sequences.sorted[last].length + 63) // 64)
        while first < n:
            symbols = 0
            last = first
            while last < n and last - first < TASK_TEXTS and (
                symbols + sequences.sorted[last].length <= TASK_SYMBOLS or last == first
            ):
                symbols += sequences.sorted[last].length
                last += 1
            plan.append((pattern, first, last))
            costs.append(TASK_COST + cost * symbols)
            work += TASK_COST + cost * symbols
            first = last
    cdef Py_ssize_t count = len(plan)
    if count == 0:
        return out
    threads = <int>min(<Py_ssize_t>threads_for(num_threads, work), count)
    tasks = <task*>malloc(count * sizeof(task))
    scratch = <cotool_myers_scratch*>calloc(threads, sizeof(cotool_myers_scratch))
    try:
        if tasks == NULL or scratch == NULL:
            raise MemoryError
        for opened in range(threads):
            if cotool_myers_open(&scratch[opened], sequences.alphabet, TASK_TEXTS) != 0:
                raise MemoryError
        for i in range(count):
            tasks[i].pattern, tasks[i].first, tasks[i].last = plan[i]
        done = 0
        while done < count:
            until = done
            work = 0
            while until < count and (work < SLICE * threads or until == done):
                work += costs[until]
                until += 1
            with nogil:
                for i in prange(done, until, schedule="dynamic", num_threads=threads,
                                use_threads_if=threads > 1):
                    failed |= run(sequences, &tasks[i], &scratch[threadid()], out.data)
            if failed:
                raise MemoryError
            done = until
            if done < count:
                PyErr_CheckSignals()
    finally:
        if scratch != NULL:
            for i in range(threads):
                cotool_myers_close(&scratch[i])
        free(scratch)
        free(tasks)
    return out


def characters(texts, num_threads=None):
    """Levenshtein similarity of all pairs of `texts`, in code points."""
    return similarity(code_points(texts), num_threads)


def words(texts, num_threads=None):
    """Levenshtein similarity of all pairs of `texts`, in words."""
    return similarity(word_ids(texts), num_threads)
