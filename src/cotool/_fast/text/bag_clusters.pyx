"""Clusters of the graph of pairs with similarity >= threshold, without the matrix of all pairs.

bag_index.pyx says which similarities, and what time and memory they take. Labels are numbered by
first appearance:

- components: connected components.
- density: DBSCAN as in clustering.pyx.
- star: the text with the most neighbours becomes a centre, its neighbours its satellites, and so
  on with what is left; a satellite of several centres belongs to the most similar one (Aslam,
  Pelekhov, Rus, "The star clustering algorithm", JGAA 2004). No chains: all of a cluster are
  neighbours of its centre.

`closeness` sums similarities over the clusters that a caller has found.
"""

from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport calloc, free, malloc

from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.text.bag_index cimport BATCH, COTOOL_ROWS, Index, cotool_hit
from cotool._fast.text.forest cimport find, forest, join


ctypedef struct joining:
    const int64_t* degrees  # NULL: all bags are joined
    int64_t least
    int32_t** forests


cdef int count_neighbours(Index self, Py_ssize_t block, int thread, void* context) noexcept nogil:
    """Count each pair of a bag and one before it, for both, in the thread's own counts."""
    cdef int64_t* degree = <int64_t*>context + thread * (self.index.bags + 1)
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
    cdef Py_ssize_t bags = self.index.bags, blocks = self.blocks(), first = 0, b
    cdef int thread, threads = self.threads
    cdef int64_t* degrees = <int64_t*>calloc((bags + 1) * threads, sizeof(int64_t))
    if degrees == NULL:
        raise MemoryError
    try:
        while first < blocks:
            first = self.visit(count_neighbours, degrees, first)
    except BaseException:
        free(degrees)
        raise
    for b in range(bags):
        for thread in range(1, threads):
            degrees[b] += degrees[thread * (bags + 1) + b]
        degrees[b] += self.copies(b)
    return degrees


cdef int join_neighbours(Index self, Py_ssize_t block, int thread, void* context) noexcept nogil:
    """Join bags with their neighbours before them; only those of at least `least` neighbours."""
    cdef joining* all = <joining*>context
    cdef const int64_t* degrees = all.degrees
    cdef int32_t* parents = all.forests[thread]
    cdef Py_ssize_t counts[COTOOL_ROWS]
    cdef cotool_hit* hits
    cdef Py_ssize_t h, r, bag
    for r in range(self.rows_of(block)):
        bag = block * COTOOL_ROWS + r
        if self.ask(block, r, True, thread, counts, &hits) != 0:
            return -1
        if degrees != NULL and degrees[bag] < all.least:
            continue
        for h in range(counts[r]):
            if degrees == NULL or degrees[hits[h].bag] >= all.least:
                join(parents, bag, hits[h].bag)
    return 0


cdef int32_t* joined(Index self, const int64_t* degrees, int64_t least) except NULL:
    """The forest of joined bags; every thread grows its own, then they are laid together."""
    cdef Py_ssize_t bags = self.index.bags, blocks = self.blocks(), first = 0, b
    cdef int thread, threads = self.threads
    cdef joining all
    cdef int32_t** own = <int32_t**>calloc(threads, sizeof(int32_t*))
    cdef int32_t* parents
    if own == NULL:
        raise MemoryError
    try:
        for thread in range(threads):
            own[thread] = forest(bags)
        all.degrees, all.least, all.forests = degrees, least, own
        while first < blocks:
            first = self.visit(join_neighbours, &all, first)
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
            found = self.ask_one(b)
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
            found = self.ask_one(b)
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
                self.add_to(self.index.bag[t], weights[t], sum_)
            for t in own:
                bag = self.index.bag[t]
                found[t] = self.product(bag, sum_)
                if self.index.start[bag] == self.index.start[bag + 1]:  # no words: like its kind
                    found[t] = sum(weights[k] for k in own if self.index.bag[k] == bag)
            for t in own:
                bag = self.index.bag[t]
                for k in range(self.index.start[bag], self.index.start[bag + 1]):
                    sum_[self.index.term[k]] = 0
    finally:
        free(sum_)
    return found
