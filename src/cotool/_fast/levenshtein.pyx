"""Levenshtein similarity of all pairs of texts, in code points or in words.

The similarity of a and b is 1 - distance(a, b) / max(len(a), len(b)), and 1 for two empty texts;
distance counts insertions, deletions and substitutions. The kernel is in myers.h; here texts
become sequences of small numbers, are sorted by length so that the patterns of one call are
alike, and pairs are cut into tasks. Matrices are n × n float32, symmetric, 1 on the diagonal.
"""

from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport prange, threadid
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memcpy, memset

from cotool._fast._openmp cimport threads_for
from cotool._fast.matrix cimport Matrix, new_matrix
from cotool._fast.tokens cimport Tokens, tokens_of

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
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


cdef enum:
    PAGE = 256
    PAGES = 0x1100


cdef struct task:
    Py_ssize_t pattern, first, last
    double cost


cdef Py_ssize_t plan(const cotool_sequence* texts, Py_ssize_t n, task* tasks) noexcept nogil:
    """Cut all pairs of n texts into tasks, of which it returns the number; NULL only counts."""
    cdef Py_ssize_t pattern = 0, first, last, symbols, count = 0
    cdef double cost
    while pattern < n:
        first = pattern + 1
        # Blocks of the longest pattern, which is the last one.
        last = min(pattern + COTOOL_PATTERNS, n) - 1
        cost = STEP_COST * ((texts[last].length + 63) // 64)
        while first < n:
            symbols = 0
            last = first
            while last < n and last - first < TASK_TEXTS and (
                symbols + texts[last].length <= TASK_SYMBOLS or last == first
            ):
                symbols += texts[last].length
                last += 1
            if tasks != NULL:
                tasks[count] = task(pattern, first, last, TASK_COST + cost * symbols)
            count += 1
            first = last
        pattern += COTOOL_PATTERNS
    return count


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

    cdef int place(self, const int64_t* starts) except -1 nogil:
        """Sort the texts by length; text t is `symbols[starts[t] : starts[t + 1]]`."""
        cdef int64_t* keys = <int64_t*>malloc((self.count + 1) * 2 * sizeof(int64_t))
        cdef Py_ssize_t i, k
        if keys == NULL:
            with gil:
                raise MemoryError
        for i in range(self.count):
            keys[2 * i] = starts[i + 1] - starts[i]
            keys[2 * i + 1] = i
        qsort(keys, self.count, 2 * sizeof(int64_t), by_length)
        for i in range(self.count):
            k = keys[2 * i + 1]
            self.order[i] = k
            self.sorted[i].symbols = self.symbols + starts[k]
            self.sorted[i].length = keys[2 * i]
        free(keys)
        return 0


cdef int by_length(const void* a, const void* b) noexcept nogil:
    """Order (length, place) pairs."""
    cdef const int64_t* x = <const int64_t*>a
    cdef const int64_t* y = <const int64_t*>b
    if x[0] != y[0]:
        return -1 if x[0] < y[0] else 1
    return -1 if x[1] < y[1] else 1


cdef struct text_view:
    void* data
    Py_ssize_t length
    int kind


cdef struct numbering:
    # Symbol + 1 of each code point, 0 for one that has none yet. Pages of 256 code points are
    # made on demand: a table of all of them would take longer to clear than short texts to compare.
    int32_t first[PAGE]
    int32_t** pages
    int32_t alphabet


cdef int number(const text_view* view, numbering* table, int32_t* symbols) noexcept nogil:
    """Write the symbols of a text; -1 where there is no memory."""
    cdef Py_ssize_t i
    cdef uint32_t point
    cdef int32_t* page
    cdef const uint8_t* bytes_ = <const uint8_t*>view.data
    if view.kind == 1:
        for i in range(view.length):
            if table.first[bytes_[i]] == 0:
                table.alphabet += 1
                table.first[bytes_[i]] = table.alphabet
            symbols[i] = table.first[bytes_[i]] - 1
        return 0
    if table.pages == NULL:
        table.pages = <int32_t**>calloc(PAGES, sizeof(int32_t*))
        if table.pages == NULL:
            return -1
        table.pages[0] = table.first
    for i in range(view.length):
        point = <uint32_t>PyUnicode_READ(view.kind, view.data, i)
        page = table.pages[point // PAGE]
        if page == NULL:
            page = <int32_t*>calloc(PAGE, sizeof(int32_t))
            if page == NULL:
                return -1
            table.pages[point // PAGE] = page
        if page[point % PAGE] == 0:
            table.alphabet += 1
            page[point % PAGE] = table.alphabet
        symbols[i] = page[point % PAGE] - 1
    return 0


cdef Sequences code_points(object texts):
    cdef list keep = list(texts)
    cdef Py_ssize_t count = len(keep), i, page, total = 0
    cdef text_view* views = <text_view*>malloc((count + 1) * sizeof(text_view))
    cdef int64_t* starts = <int64_t*>malloc((count + 1) * sizeof(int64_t))
    cdef numbering table
    cdef int failed = 0
    cdef Sequences result
    memset(&table, 0, sizeof(table))
    try:
        if views == NULL or starts == NULL:
            raise MemoryError
        starts[0] = 0
        for i in range(count):
            text = keep[i]
            if not isinstance(text, str):
                raise TypeError(f"text {i} is not a str but {type(text).__name__}")
            views[i].data = PyUnicode_DATA(text)
            views[i].length = PyUnicode_GET_LENGTH(text)
            views[i].kind = PyUnicode_KIND(text)
            total += views[i].length
            starts[i + 1] = total
        result = Sequences(count, total)
        with nogil:
            for i in range(count):
                failed |= number(&views[i], &table, result.symbols + starts[i])
            result.alphabet = table.alphabet
            result.place(starts)
        if failed:
            raise MemoryError
    finally:
        if table.pages != NULL:
            for page in range(1, PAGES):
                free(table.pages[page])
        free(table.pages)
        free(views)
        free(starts)
    return result


cdef Sequences word_ids(object texts):
    cdef Tokens tokens = tokens_of(texts)
    cdef Py_ssize_t total = tokens.starts[tokens.texts]
    cdef Sequences result = Sequences(tokens.texts, total)
    memcpy(result.symbols, tokens.ids, total * sizeof(int32_t))
    result.alphabet = <int32_t>tokens.vocabulary
    result.place(tokens.starts)
    return result


cdef void write(Sequences sequences, const task* t, const int64_t* found,
                float* out) noexcept nogil:
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
            out[i * n + j] = <float>similarity
            out[j * n + i] = <float>similarity


cdef int run(Sequences sequences, const task* t, cotool_myers_scratch* scratch,
             float* out) noexcept nogil:
    cdef int count = <int>min(COTOOL_PATTERNS, sequences.count - t.pattern)
    if distances(sequences.sorted + t.pattern, count, sequences.sorted + t.first,
                 t.last - t.first, scratch) != 0:
        return 1
    write(sequences, t, scratch.distances, out)
    return 0


cdef Matrix similarity(Sequences sequences, object num_threads):
    cdef Py_ssize_t n = sequences.count, i, done, until
    cdef Matrix out = new_matrix(n, n)
    cdef cotool_myers_scratch* scratch = NULL
    cdef int threads = 1, opened = 0, failed = 0
    cdef double work = 0
    cdef Py_ssize_t count = plan(sequences.sorted, n, NULL)
    cdef task* tasks
    for i in range(n):
        out.data[i * n + i] = 1.0
    if count == 0:
        return out
    tasks = <task*>malloc(count * sizeof(task))
    try:
        if tasks == NULL:
            raise MemoryError
        plan(sequences.sorted, n, tasks)
        for i in range(count):
            work += tasks[i].cost
        threads = <int>min(<Py_ssize_t>threads_for(num_threads, work), count)
        scratch = <cotool_myers_scratch*>calloc(threads, sizeof(cotool_myers_scratch))
        if scratch == NULL:
            raise MemoryError
        for opened in range(threads):
            if cotool_myers_open(&scratch[opened], sequences.alphabet, TASK_TEXTS) != 0:
                raise MemoryError
        done = 0
        while done < count:
            until = done
            work = 0
            while until < count and (work < SLICE * threads or until == done):
                work += tasks[until].cost
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
