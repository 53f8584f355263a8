"""Levenshtein similarity of all pairs of texts, in code points or in words.

The similarity of a and b is 1 - distance(a, b) / max(len(a), len(b)), and 1 for two empty texts;
distance counts insertions, deletions and substitutions. The kernel is in myers.h; here texts
become sequences of small numbers, equal ones are taken once, they are sorted by length so that the
patterns of one call are alike, and pairs are cut into tasks. Matrices are n × n float32,
symmetric, 1 on the diagonal.
"""

from cython.parallel cimport prange, threadid
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memcmp, memcpy, memset

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.base.matrix cimport Matrix, new_matrix
from cotool._fast.text.tokens cimport Tokens, tokens_of

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    Py_UCS4 PyUnicode_READ(int kind, void* data, Py_ssize_t index) nogil

cdef myers_function* distances = cotool_myers()

# Texts of one task, and their symbols together: the edges between block groups take 4 bytes a
# symbol and should stay in the second-level cache.
cdef Py_ssize_t TASK_TEXTS = 256
cdef Py_ssize_t TASK_SYMBOLS = 200_000

# Tasks for each thread, where few texts make few: those of the first patterns take the longest.
cdef Py_ssize_t TASKS = 3

# Patterns so many times longer than the shortest are compared apart: 19 texts of 600 characters and
# one of 1 MB take 60 ms; together with the longest as a pattern, 24 s, as long as rapidfuzz takes.
cdef Py_ssize_t TIMES_LONGER = 4

# Nanoseconds for 64 rows of eight patterns and one symbol, and for a call of the kernel.
cdef double STEP_COST = 1.1
cdef double TASK_COST = 500.0

# Between two looks for Ctrl-C the kernel works at most about this long, in nanoseconds, unless one
# task is longer.
cdef double SLICE = 2e8


cdef enum:
    PAGE = 256
    PAGES = 0x1100


cdef struct task:
    # Patterns from `pattern` on, `count` of them, and the texts from `first` to before `last`.
    Py_ssize_t pattern, count, first, last
    double cost


cdef inline Py_ssize_t blocks_of(const cotool_sequence* text) noexcept nogil:
    return (text.length + 63) // 64


cdef Py_ssize_t patterns_from(const cotool_sequence* texts, Py_ssize_t n,
                              Py_ssize_t pattern) noexcept nogil:
    """How many patterns go together: all take the time of the longest.

    The last text is not a pattern, because no text comes after it.
    """
    cdef Py_ssize_t end = pattern + 1
    while (end < n - 1 and end < pattern + COTOOL_PATTERNS
           and blocks_of(&texts[end]) <= TIMES_LONGER * (blocks_of(&texts[pattern]) + 1)):
        end += 1
    return end - pattern


cdef Py_ssize_t plan(const cotool_sequence* texts, Py_ssize_t n, double most, double* work,
                     task* tasks) noexcept nogil:
    """Cut all pairs of n texts into tasks of about `most` nanoseconds at most; NULL only counts.

    Returns their number; `work` becomes the time of all together.
    """
    cdef Py_ssize_t pattern = 0, together, first, last, symbols, count = 0
    cdef double cost
    work[0] = 0
    while pattern < n - 1:
        first = pattern + 1
        together = patterns_from(texts, n, pattern)
        cost = STEP_COST * blocks_of(&texts[pattern + together - 1])
        while first < n:
            symbols = 0
            last = first
            while last < n and last - first < TASK_TEXTS and (
                symbols + texts[last].length <= TASK_SYMBOLS
                and cost * symbols < most or last == first
            ):
                symbols += texts[last].length
                last += 1
            work[0] += TASK_COST + cost * symbols
            if tasks != NULL:
                tasks[count] = task(pattern, together, first, last, TASK_COST + cost * symbols)
            count += 1
            first = last
        pattern += together
    return count


cdef class Sequences:
    def __cinit__(self, Py_ssize_t count, Py_ssize_t total):
        self.texts = count
        self.symbols = <int32_t*>malloc((total + 1) * sizeof(int32_t))
        self.sorted = <cotool_sequence*>malloc((count + 1) * sizeof(cotool_sequence))
        self.lengths = <Py_ssize_t*>malloc((3 * count + 3) * sizeof(Py_ssize_t))
        if self.symbols == NULL or self.sorted == NULL or self.lengths == NULL:
            raise MemoryError
        self.starts = <int64_t*>(self.lengths + count + 1)
        self.members = <int32_t*>(self.starts + count + 1)

    def __dealloc__(self):
        free(self.symbols)
        free(self.sorted)
        free(self.lengths)

    cdef int place(self, const int64_t* starts) except -1 nogil:
        """Sort the texts by length; text t is `symbols[starts[t] : starts[t + 1]]`."""
        cdef placed* texts = <placed*>malloc((self.texts + 1) * sizeof(placed))
        cdef Py_ssize_t i, k = -1
        if texts == NULL:
            with gil:
                raise MemoryError
        for i in range(self.texts):
            texts[i].place = i
            texts[i].length = starts[i + 1] - starts[i]
            texts[i].hash = hash_of(self.symbols + starts[i], texts[i].length)
        qsort(texts, self.texts, sizeof(placed), by_length)
        for i in range(self.texts):
            self.members[i] = <int32_t>texts[i].place
            if i == 0 or texts[i].length != texts[i - 1].length or (
                texts[i].hash != texts[i - 1].hash
            ) or memcmp(
                self.symbols + starts[texts[i].place], self.sorted[k].symbols,
                texts[i].length * sizeof(int32_t),
            ) != 0:
                k += 1
                self.starts[k] = i
                self.lengths[k] = texts[i].length
                self.sorted[k].symbols = self.symbols + starts[texts[i].place]
                self.sorted[k].length = texts[i].length
        free(texts)
        self.count = k + 1
        self.starts[self.count] = self.texts
        self.trim()
        return 0

    cdef void trim(self) noexcept nogil:
        """Leave out what all texts begin with, and what they end with."""
        cdef Py_ssize_t k, before, after
        if self.count < 2:
            return
        before = after = self.sorted[0].length
        for k in range(1, self.count):
            before = common(self.sorted[0], self.sorted[k], before, 0)
        after -= before
        for k in range(1, self.count):
            after = common(self.sorted[0], self.sorted[k], after, 1)
        for k in range(self.count):
            self.sorted[k].symbols += before
            self.sorted[k].length -= before + after


cdef struct placed:
    Py_ssize_t length, place
    uint64_t hash


cdef uint64_t hash_of(const int32_t* symbols, Py_ssize_t length) noexcept nogil:
    """Tell most different texts of one length apart."""
    cdef uint64_t found = 0
    cdef Py_ssize_t i
    for i in range(length):
        found = (found ^ <uint32_t>symbols[i]) * <uint64_t>0x9E3779B97F4A7C15
    return found ^ found >> 32


cdef Py_ssize_t common(cotool_sequence a, cotool_sequence b, Py_ssize_t most,
                       bint from_end) noexcept nogil:
    """How many of the first (last) `most` symbols of two sequences are equal before one differs."""
    cdef Py_ssize_t i
    for i in range(most):
        if from_end:
            if a.symbols[a.length - 1 - i] != b.symbols[b.length - 1 - i]:
                return i
        elif a.symbols[i] != b.symbols[i]:
            return i
    return most


cdef int by_length(const void* a, const void* b) noexcept nogil:
    """Order texts by length, equal ones together, by place."""
    cdef const placed* x = <const placed*>a
    cdef const placed* y = <const placed*>b
    if x.length != y.length:
        return -1 if x.length < y.length else 1
    if x.hash != y.hash:
        return -1 if x.hash < y.hash else 1
    return -1 if x.place < y.place else 1


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
    """Write the symbols of a text; -1 if there is no memory."""
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


cdef Sequences word_ids(object texts, object num_threads):
    cdef Tokens tokens = tokens_of(texts, num_threads)
    cdef Py_ssize_t total = tokens.starts[tokens.texts]
    cdef Sequences result = Sequences(tokens.texts, total)
    memcpy(result.symbols, tokens.ids, total * sizeof(int32_t))
    result.alphabet = <int32_t>tokens.vocabulary
    result.place(tokens.starts)
    return result


cdef void write(Sequences sequences, const task* t, const int64_t* found,
                float* out) noexcept nogil:
    """Similarities of one task's pairs: those whose text comes after the pattern."""
    cdef Py_ssize_t n = sequences.texts, p, text, i, j
    cdef int32_t* members = sequences.members
    cdef double length
    cdef float similarity
    for text in range(t.first, t.last):
        length = <double>sequences.lengths[text]  # the text is the longer one, and not empty
        for p in range(t.pattern, min(t.pattern + t.count, text)):
            similarity = <float>(1.0 - <double>found[
                (text - t.first) * COTOOL_PATTERNS + p - t.pattern] / length)
            for i in range(sequences.starts[p], sequences.starts[p + 1]):
                for j in range(sequences.starts[text], sequences.starts[text + 1]):
                    out[members[i] * n + members[j]] = similarity
                    out[members[j] * n + members[i]] = similarity


cdef int run(Sequences sequences, const task* t, cotool_myers_scratch* scratch,
             float* out) noexcept nogil:
    if distances(sequences.sorted + t.pattern, <int>t.count, sequences.sorted + t.first,
                 t.last - t.first, scratch) != 0:
        return 1
    write(sequences, t, scratch.distances, out)
    return 0


cdef Matrix similarity(Sequences sequences, object num_threads):
    cdef Py_ssize_t n = sequences.texts, i, j, k, done, until
    cdef Matrix out = new_matrix(n, n)
    cdef cotool_myers_scratch* scratch = NULL
    cdef int threads = 1, opened = 0, failed = 0
    cdef double work = 0, most = INFINITY
    cdef Py_ssize_t count = plan(sequences.sorted, sequences.count, most, &work, NULL)
    cdef task* tasks = NULL
    for k in range(sequences.count):
        for i in range(sequences.starts[k], sequences.starts[k + 1]):
            for j in range(sequences.starts[k], sequences.starts[k + 1]):
                out.data[sequences.members[i] * n + sequences.members[j]] = 1.0
    if count == 0:
        return out
    threads = threads_for(num_threads, work)
    if threads > 1:
        most = work / (TASKS * threads)
        count = plan(sequences.sorted, sequences.count, most, &work, NULL)
        threads = <int>min(<Py_ssize_t>threads, count)
    try:
        tasks = <task*>malloc(count * sizeof(task))
        if tasks == NULL:
            raise MemoryError
        plan(sequences.sorted, sequences.count, most, &work, tasks)
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
                check_interrupt()
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
    return similarity(word_ids(texts, num_threads), num_threads)
