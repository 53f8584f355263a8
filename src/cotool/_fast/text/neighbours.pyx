"""Texts that are at least so similar, without the matrix of all pairs.

Similarities are those of pairwise.pyx (cosine, tfidf, jaccard); index.h explains the index, which
is exact. The products of TF-IDF weights are summed in another order than in the matrix, so the last
bit may differ. Time grows with the pairs that share a word which is not too frequent,
memory with the words and with what is found. Where most pairs share such words, all pairs are
compared instead, tile by tile; `sweep` asks for one way or the other.

Clusters of the graph of pairs with similarity >= threshold, as labels by first appearance:

- components: connected components.
- density: DBSCAN as in clustering.pyx.
- star: the text with the most neighbours becomes a centre, its neighbours its satellites, and so
  on with what is left; a satellite of several centres belongs to the most similar one (Aslam,
  Pelekhov, Rus, "The star clustering algorithm", JGAA 2004). No chains: all of a cluster are
  neighbours of its centre.
"""

from array import array

from cpython cimport array as arrays
from cython.parallel cimport prange, threadid
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memcpy

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.text.forest cimport find, forest, join
from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.text.tokens cimport Tokens, tokens_of

cdef extern from "text/index.h" nogil:
    enum:
        COTOOL_COSINE
        COTOOL_TFIDF
        COTOOL_JACCARD
    ctypedef struct cotool_index:
        Py_ssize_t texts, bags, vocabulary
        int32_t* bag
        int64_t* start
        int32_t* term
        int64_t* posting_start
    ctypedef struct cotool_question:
        cotool_hit* hits
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
    enum:
        COTOOL_ROWS
    ctypedef struct cotool_bags:
        double work
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

# Blocks of bags between two looks for Ctrl-C: at 100,000 alike texts one takes milliseconds.
cdef Py_ssize_t BATCH = 64

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

    cdef cotool_index index
    cdef cotool_bags bags
    cdef bint sweeps
    cdef double threshold
    cdef cotool_hit* found  # [threads][COTOOL_ROWS][bags]
    cdef cotool_question* questions
    cdef int threads
    cdef int64_t* member_start
    cdef int32_t* member

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


# ---- neighbours ------------------------------------------------------------------------------


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


cdef int collect_block(Index self, Py_ssize_t block, Py_ssize_t most, int thread,
                       row* rows) noexcept nogil:
    cdef Py_ssize_t counts[COTOOL_ROWS]
    cdef cotool_hit* hits
    cdef Py_ssize_t r, bag
    for r in range(self.rows_of(block)):
        bag = block * COTOOL_ROWS + r
        if self.ask(block, r, False, thread, counts, &hits) != 0:
            return -1
        hits[counts[r]].bag = <int32_t>bag  # of all bags, at most all others are hits
        hits[counts[r]].similarity = 1.0
        if collect(self.member_start, self.member, hits, counts[r] + 1, most, &rows[bag]) != 0:
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

    Ties are by place. With `top`, at most so many of each. Returns (starts, places,
    similarities) as arrays: text i has those from starts[i] to starts[i + 1]. ValueError beyond
    `limit` neighbours altogether.
    """
    cdef Index self = Index(texts, metric, threshold, num_threads, sweep)
    cdef Py_ssize_t count = self.index.texts, bags = self.index.bags, blocks = self.blocks()
    cdef Py_ssize_t most = count if top is None else min(<Py_ssize_t>top + 1, count)
    cdef Py_ssize_t first, last, b, total = 0
    cdef int failed = 0, threads = self.threads
    cdef row* rows = <row*>calloc(bags + 1, sizeof(row))
    if rows == NULL:
        raise MemoryError
    try:
        first = 0
        while first < blocks:
            last = min(first + BATCH, blocks)
            with nogil:
                for b in prange(first, last, schedule="dynamic", num_threads=threads,
                                use_threads_if=threads > 1):
                    failed |= collect_block(self, b, most, threadid(), rows)
            if failed:
                raise MemoryError
            for b in range(first * COTOOL_ROWS, min(last * COTOOL_ROWS, bags)):
                total += self.copies(b) * (rows[b].count - 1)
            if total > limit:
                raise too_many(limit)
            check_interrupt()
            first = last
        return assemble(count, self.index.bag, rows)
    finally:
        for b in range(bags):
            free(rows[b].items)
        free(rows)


# ---- clusters --------------------------------------------------------------------------------


cdef int count_neighbours(Index self, Py_ssize_t block, int thread, int64_t* degree) noexcept nogil:
    """Count each pair of a bag and one before it, for both, in the thread's own counts."""
    cdef Py_ssize_t counts[COTOOL_ROWS]
    cdef cotool_hit* hits
    cdef Py_ssize_t h, r, bag
    for r in range(self.rows_of(block)):
        bag = block * COTOOL_ROWS + r
        if self.ask(block, r, True, thread, counts, &hits) != 0:
            return -1
        for h in range(counts[r]):
            degree[bag] += self.copies(hits[h].bag)
            degree[hits[h].bag] += self.copies(bag)
    return 0


cdef int64_t* degrees_of(Index self) except NULL:
    """How many texts are neighbours of each bag, its own texts among them; to be freed."""
    cdef Py_ssize_t bags = self.index.bags, blocks = self.blocks(), first, last, b
    cdef int thread, threads = self.threads, failed = 0
    cdef int64_t* degrees = <int64_t*>calloc((bags + 1) * threads, sizeof(int64_t))
    if degrees == NULL:
        raise MemoryError
    try:
        first = 0
        while first < blocks:
            last = min(first + BATCH, blocks)
            with nogil:
                for b in prange(first, last, schedule="dynamic", num_threads=threads,
                                use_threads_if=threads > 1):
                    failed |= count_neighbours(
                        self, b, threadid(), degrees + threadid() * (bags + 1)
                    )
            if failed:
                raise MemoryError
            check_interrupt()
            first = last
    except BaseException:
        free(degrees)
        raise
    for b in range(bags):
        for thread in range(1, threads):
            degrees[b] += degrees[thread * (bags + 1) + b]
        degrees[b] += self.copies(b)
    return degrees


cdef int join_neighbours(Index self, Py_ssize_t block, int thread, const int64_t* degrees,
                         int64_t least, int32_t* parents) noexcept nogil:
    """Join bags with their neighbours before them; only those of at least `least` neighbours."""
    cdef Py_ssize_t counts[COTOOL_ROWS]
    cdef cotool_hit* hits
    cdef Py_ssize_t h, r, bag
    for r in range(self.rows_of(block)):
        bag = block * COTOOL_ROWS + r
        if self.ask(block, r, True, thread, counts, &hits) != 0:
            return -1
        if degrees != NULL and degrees[bag] < least:
            continue
        for h in range(counts[r]):
            if degrees == NULL or degrees[hits[h].bag] >= least:
                join(parents, bag, hits[h].bag)
    return 0


cdef int32_t* joined(Index self, const int64_t* degrees, int64_t least) except NULL:
    """The forest of joined bags; every thread grows its own, then they are laid together."""
    cdef Py_ssize_t bags = self.index.bags, blocks = self.blocks(), first = 0, last, b
    cdef int thread, threads = self.threads, failed = 0
    cdef int32_t** own = <int32_t**>calloc(threads, sizeof(int32_t*))
    cdef int32_t* parents
    if own == NULL:
        raise MemoryError
    try:
        for thread in range(threads):
            own[thread] = forest(bags)
        while first < blocks:
            last = min(first + BATCH, blocks)
            with nogil:
                for b in prange(first, last, schedule="dynamic", num_threads=threads,
                                use_threads_if=threads > 1):
                    failed |= join_neighbours(
                        self, b, threadid(), degrees, least, own[threadid()]
                    )
            if failed:
                raise MemoryError
            check_interrupt()
            first = last
        for thread in range(1, threads):
            for b in range(bags):
                join(own[0], b, own[thread][b])
        parents = own[0]
        own[0] = NULL
    finally:
        for thread in range(threads):
            free(own[thread])
        free(own)
    for b in range(bags):
        parents[b] = find(parents, b)
    return parents


def components(texts, str metric not None, double threshold, num_threads=None, sweep=None):
    """Connected components of the pairs with similarity >= threshold."""
    cdef Index self = Index(texts, metric, threshold, num_threads, sweep)
    cdef int32_t* parents = joined(self, NULL, 0)
    try:
        return self.labels(parents)
    finally:
        free(parents)


def density(texts, str metric not None, double threshold, num_threads=None,
            Py_ssize_t min_points=3, sweep=None):
    """Dense regions of texts with at least min_points texts at similarity >= threshold."""
    cdef Index self = Index(texts, metric, threshold, num_threads, sweep)
    cdef int64_t* degrees = degrees_of(self)
    cdef int32_t* parents = NULL
    cdef Py_ssize_t bags = self.index.bags, b, h, found
    cdef cotool_hit* hits = self.questions[0].hits
    cdef cotool_hit best
    cdef list borders = []
    cdef list labels
    try:
        parents = joined(self, degrees, min_points)
        for b in range(bags):
            if degrees[b] >= min_points or degrees[b] == self.copies(b):
                continue
            found = cotool_index_ask(&self.index, &self.questions[0], <int32_t>b, <int32_t>bags)
            best.bag = -1
            for h in range(found):
                if degrees[hits[h].bag] < min_points:
                    continue
                if best.bag < 0 or hits[h].similarity > best.similarity or (
                    hits[h].similarity == best.similarity and hits[h].bag < best.bag
                ):
                    best = hits[h]
            if best.bag >= 0:
                borders.append((b, parents[best.bag]))
        for b, h in borders:
            parents[b] = <int32_t>h
        labels = self.labels(parents)
        return apart(self, degrees, min_points, borders, labels)
    finally:
        free(degrees)
        free(parents)


cdef list apart(Index self, const int64_t* degrees, Py_ssize_t min_points, list borders,
                list labels):
    """Texts of one bag that is neither core nor border are clusters of their own."""
    cdef set border = {b for b, _ in borders}
    cdef dict numbers = {}
    cdef Py_ssize_t t, b
    cdef list keys = []
    for t in range(self.index.texts):
        b = self.index.bag[t]
        lone = degrees[b] < min_points and b not in border
        keys.append(~t if lone else labels[t])
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def star(texts, str metric not None, double threshold, num_threads=None, sweep=None):
    """Stars: centres with many neighbours, each with the texts that are most similar to it."""
    cdef Index self = Index(texts, metric, threshold, num_threads, sweep)
    cdef Py_ssize_t bags = self.index.bags, b, h, found, asked = 0
    cdef cotool_hit* hits = self.questions[0].hits
    cdef int64_t* degrees = degrees_of(self)
    cdef int32_t* centre = <int32_t*>malloc((bags + 1) * sizeof(int32_t))
    cdef double* similarity = <double*>calloc(bags + 1, sizeof(double))
    try:
        if centre == NULL or similarity == NULL:
            raise MemoryError
        for b in range(bags):
            centre[b] = -1
        for b in sorted(range(bags), key=[-degrees[b] for b in range(bags)].__getitem__):
            if centre[b] >= 0:
                continue
            centre[b] = <int32_t>b
            similarity[b] = 2.0  # a centre stays one
            if degrees[b] == self.copies(b):
                continue
            found = cotool_index_ask(&self.index, &self.questions[0], <int32_t>b, <int32_t>bags)
            for h in range(found):
                if hits[h].similarity > similarity[hits[h].bag]:
                    centre[hits[h].bag] = <int32_t>b
                    similarity[hits[h].bag] = hits[h].similarity
            asked += 1
            if asked % BATCH == 0:
                check_interrupt()
        return self.labels(centre)
    finally:
        free(degrees)
        free(centre)
        free(similarity)


# ---- sums over clusters ----------------------------------------------------------------------


def closeness(texts, str metric not None, labels, weights):
    """For each text the weighted sum of its cosines with all texts of its label, itself among them.

    `metric` is "cosine" or "tfidf"; `labels` are 0 … k - 1.
    """
    if metric == "jaccard":
        raise ValueError("sums of Jaccard similarities need every pair")
    cdef Index self = Index(texts, metric, 1.0, 1, graph=False)
    cdef Py_ssize_t t, k
    cdef double* sum_ = <double*>calloc(self.index.vocabulary + 1, sizeof(double))
    cdef list members = [[] for _ in range(max(labels, default=-1) + 1)]
    cdef list found = [0.0] * self.index.texts
    cdef int32_t bag
    if sum_ == NULL:
        raise MemoryError
    try:
        for t in range(self.index.texts):
            members[labels[t]].append(t)
        for own in members:
            for t in own:
                cotool_index_add(&self.index, self.index.bag[t], weights[t], sum_)
            for t in own:
                bag = self.index.bag[t]
                found[t] = cotool_index_product(&self.index, bag, sum_)
                if self.index.start[bag] == self.index.start[bag + 1]:  # no words: like its kind
                    found[t] = sum(weights[k] for k in own
                                   if self.index.bag[k] == bag)
            for t in own:
                bag = self.index.bag[t]
                for k in range(self.index.start[bag], self.index.start[bag + 1]):
                    sum_[self.index.term[k]] = 0
    finally:
        free(sum_)
    return found
