"""Which bags of words are at least so similar to a bag: an exact index, or a sweep over all pairs.

Similarities are those of pairwise.pyx (cosine, tfidf, jaccard); index.h explains the index. The
products of TF-IDF weights are summed in another order than in the matrix, so the last bit may
differ. Time grows with the pairs that share a word which is not too frequent, memory with the words
and with what is found. Where most pairs share such words, all pairs are compared instead, tile by
tile; `sweep` asks for one way or the other.
"""

from cython.parallel cimport prange, threadid
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.text.tokens cimport Tokens, tokens_of

cdef extern from "text/index.h" nogil:
    enum:
        COTOOL_COSINE
        COTOOL_TFIDF
        COTOOL_JACCARD
    int cotool_index_open(cotool_index* index, int metric, double threshold, Py_ssize_t texts,
                          const int64_t* starts, const int32_t* ids, Py_ssize_t vocabulary)
    void cotool_index_close(cotool_index* index)
    int cotool_question_open(cotool_question* question, const cotool_index* index)
    void cotool_question_close(cotool_question* question)
    Py_ssize_t cotool_index_ask(const cotool_index* index, cotool_question* question,
                                int32_t bag, int32_t below)
    void cotool_index_add(const cotool_index* index, int32_t bag, double factor, double* sum)
    double cotool_index_product(const cotool_index* index, int32_t bag, const double* sum)

cdef extern from "text/bags.h" nogil:
    int cotool_bags_open(cotool_bags* bags, int metric, Py_ssize_t texts, const int64_t* starts,
                         const int32_t* ids, Py_ssize_t vocabulary, const int64_t* copies,
                         Py_ssize_t all)
    void cotool_bags_close(cotool_bags* bags)
    ctypedef int hits_function "cotool_bags_hits_function"(
        const cotool_bags* bags, Py_ssize_t first_row, int before, float threshold,
        cotool_hit* hits, Py_ssize_t* counts)
    hits_function* cotool_bags_hits()

cdef hits_function* sweep_hits = cotool_bags_hits()

cdef dict METRICS = {
    "cosine": COTOOL_COSINE, "tfidf": COTOOL_TFIDF, "jaccard": COTOOL_JACCARD,
}

# Nanoseconds that a question takes at least, to decide how many threads are worth it.
cdef double QUESTION_COST = 2000.0

# Nanoseconds for one bag of an indexed term and what becomes of it. Where most pairs share such a
# term, comparing all pairs tile by tile (bags.h) is faster.
cdef double POSTING_COST = 5.0


cdef class Index:
    """An index of texts, the texts of each bag (ascending), and a question for each thread.

    Bags are asked for in blocks of COTOOL_ROWS: by the index one by one, or by a sweep over all
    pairs where that takes less time.
    """

    def __cinit__(self, texts, str metric not None, double threshold, num_threads,
                  sweep=None, bint graph=True):
        cdef Tokens tokens = tokens_of(texts, num_threads)
        cdef Py_ssize_t t, b
        cdef int failed, thread
        if not threshold > 0:
            raise ValueError(f"the threshold must be above 0, got {threshold:g}")
        cdef int number = METRICS[metric]
        with nogil:
            failed = cotool_index_open(
                &self.index, number, threshold, tokens.texts, tokens.starts, tokens.ids,
                tokens.vocabulary,
            )
        if failed:
            raise MemoryError
        self.threads = threads_for(num_threads, QUESTION_COST * self.index.bags)
        self.questions = <cotool_question*>calloc(self.threads, sizeof(cotool_question))
        self.member_start = <int64_t*>calloc(self.index.bags + 2, sizeof(int64_t))
        self.member = <int32_t*>malloc((self.index.texts + 1) * sizeof(int32_t))
        if self.questions == NULL or self.member_start == NULL or self.member == NULL:
            raise MemoryError
        for thread in range(self.threads):
            if cotool_question_open(&self.questions[thread], &self.index) != 0:
                raise MemoryError
        cdef int64_t* next_ = self.member_start + 1  # shifted by one while filling
        for t in range(self.index.texts):
            next_[self.index.bag[t] + 1] += 1
        for b in range(self.index.bags):
            next_[b + 1] += next_[b]
        for t in range(self.index.texts):
            self.member[next_[self.index.bag[t]]] = <int32_t>t
            next_[self.index.bag[t]] += 1
        self.threshold = threshold
        if graph:
            self.choose(tokens, number, sweep)

    cdef int choose(self, Tokens tokens, int metric, object wanted) except -1:
        """Sweep over all pairs of bags if that is `wanted`, or (None) takes less time."""
        cdef Py_ssize_t bags = self.index.bags, b, k, first, length, total = 0
        cdef int64_t* starts = <int64_t*>malloc((bags + 1) * sizeof(int64_t))
        cdef int64_t* copies = <int64_t*>malloc((bags + 1) * sizeof(int64_t))
        cdef int32_t* ids = <int32_t*>malloc((tokens.starts[tokens.texts] + 1) * sizeof(int32_t))
        cdef double cost = 0, listed
        cdef int failed = 1
        for k in range(self.index.vocabulary):
            listed = self.index.posting_start[k + 1] - self.index.posting_start[k]
            cost += POSTING_COST * listed * listed / 2
        if starts != NULL and copies != NULL and ids != NULL:
            starts[0] = 0
            for b in range(bags):
                first = self.member[self.member_start[b]]
                length = tokens.starts[first + 1] - tokens.starts[first]
                memcpy(ids + total, tokens.ids + tokens.starts[first], length * sizeof(int32_t))
                total += length
                starts[b + 1] = total
                copies[b] = self.copies(b)
            failed = cotool_bags_open(&self.bags, metric, bags, starts, ids, tokens.vocabulary,
                                      copies, self.index.texts)
        free(starts)
        free(copies)
        free(ids)
        if failed:
            raise MemoryError
        self.sweeps = self.bags.work < cost if wanted is None else wanted
        if not self.sweeps:
            cotool_bags_close(&self.bags)
            return 0
        self.found = <cotool_hit*>malloc(
            (<Py_ssize_t>self.threads * COTOOL_ROWS * bags + 1) * sizeof(cotool_hit)
        )
        if self.found == NULL:
            raise MemoryError
        return 0

    cdef int ask(self, Py_ssize_t block, Py_ssize_t r, bint before, int thread, Py_ssize_t* counts,
                 cotool_hit** hits) noexcept nogil:
        """The neighbours of row r of a block, rows being asked for in order; -1 without memory."""
        cdef Py_ssize_t bags = self.index.bags, bag = block * COTOOL_ROWS + r
        if self.sweeps:
            hits[0] = self.found + (<Py_ssize_t>thread * COTOOL_ROWS + r) * bags
            if r == 0:
                return sweep_hits(
                    &self.bags, block * COTOOL_ROWS, before, self.threshold, hits[0], counts
                )
            return 0
        hits[0] = self.questions[thread].hits
        counts[r] = cotool_index_ask(
            &self.index, &self.questions[thread], <int32_t>bag,
            <int32_t>(bag if before else bags),
        )
        return 0

    cdef Py_ssize_t visit(self, visitor visited, void* context, Py_ssize_t first) except -1:
        """Visit the blocks from `first` on, a batch on all threads; return the end of the batch."""
        cdef Py_ssize_t last = min(first + BATCH, self.blocks()), block
        cdef int failed = 0, threads = self.threads
        with nogil:
            for block in prange(first, last, schedule="dynamic", num_threads=threads,
                                use_threads_if=threads > 1):
                failed |= visited(self, block, threadid(), context)
        if failed:
            raise MemoryError
        check_interrupt()
        return last

    cdef Py_ssize_t ask_one(self, Py_ssize_t bag) noexcept nogil:
        """The neighbours of one bag, among the hits of the first question; how many."""
        return cotool_index_ask(
            &self.index, &self.questions[0], <int32_t>bag, <int32_t>self.index.bags
        )

    cdef void add_to(self, Py_ssize_t bag, double factor, double* sums) noexcept nogil:
        """Add a bag's weights times `factor` to the sums of the terms."""
        cotool_index_add(&self.index, <int32_t>bag, factor, sums)

    cdef double product(self, Py_ssize_t bag, const double* sums) noexcept nogil:
        """The inner product of a bag and the sums of the terms."""
        return cotool_index_product(&self.index, <int32_t>bag, sums)

    cdef Py_ssize_t blocks(self) noexcept nogil:
        return (self.index.bags + COTOOL_ROWS - 1) // COTOOL_ROWS

    cdef Py_ssize_t rows_of(self, Py_ssize_t block) noexcept nogil:
        return min(<Py_ssize_t>COTOOL_ROWS, self.index.bags - block * COTOOL_ROWS)

    def __dealloc__(self):
        cdef int thread
        if self.questions != NULL:
            for thread in range(self.threads):
                cotool_question_close(&self.questions[thread])
        free(self.questions)
        free(self.member_start)
        free(self.member)
        free(self.found)
        cotool_bags_close(&self.bags)
        cotool_index_close(&self.index)

    cdef int64_t copies(self, Py_ssize_t bag) noexcept nogil:
        """How many texts have this bag."""
        return self.member_start[bag + 1] - self.member_start[bag]

    cdef list labels(self, const int32_t* of_bag):
        """Labels of texts, by first appearance, from the clusters of bags."""
        cdef dict numbers = {}
        cdef Py_ssize_t t
        return [
            numbers.setdefault(of_bag[self.index.bag[t]], len(numbers))
            for t in range(self.index.texts)
        ]
