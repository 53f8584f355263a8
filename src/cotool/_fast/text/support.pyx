"""How strongly passages support or contradict the sentences of others.

A sentence is the set of its anchors. Three figures are counted for each sentence against the n
other passages:

    joint     the mean over its numbers of the share of passages in which the number is in one
              sentence with one of the statement's three heaviest other anchors; where it has no
              numbers, the mean share of passages that have an anchor
    cover     the best coverage by one sentence of any passage, by weight; it counts less where the
              passage contradicts the statement
    names     exp(-m), where m is the sum over the names of the share of passages that lack them

How far the other passages agree is counted once for each passage: the mean over them of the share
of the rest that have one of its numbers, and one of its other anchors.

The measures are cotool's own; counting n-grams of sampled answers is from Manakul et al., EMNLP
2023. Time is linear in the sentences and the anchors of all passages for each statement, memory in
the anchors of all passages; at most 64 anchors of a statement, the heaviest, take part.
"""

from array import array as new_array

from cpython cimport array
from cython.parallel cimport prange
from libc.math cimport exp
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from cotool._fast.base._openmp cimport omp_get_thread_num, threads_for
from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.text.passages cimport NAME, NUMBER, Passages
from cotool._fast.text.verdicts cimport (
    CONFLICTS,
    CONTRARY,
    DENIES,
    LACKS,
    SUPPORTS,
    Record,
    Scratch,
    Verdicts,
    close_scratch,
    enter,
    judge,
    mark_denied,
    open_scratch,
)

cdef extern from *:
    """
    #define cotool_lowest_bit(mask) __builtin_ctzll(mask)
    #define cotool_bits(mask) __builtin_popcountll(mask)
    """
    int cotool_lowest_bit(uint64_t mask) nogil
    int cotool_bits(uint64_t mask) nogil

cdef array.array INTS = new_array("i")
cdef array.array DOUBLES = new_array("d")
cdef array.array BYTES = new_array("B")

# What a passage says of a sentence; verdicts.pxd explains them.
SAYS_SO, SAYS_LESS, SAYS_OTHERWISE, SAYS_NOT, SAYS_CONTRARY = (
    SUPPORTS, LACKS, CONFLICTS, DENIES, CONTRARY
)

cdef enum:
    MOST_ANCHORS = 64
    CONTEXT = 3  # anchors of which one must be beside a number
    RECORD = sizeof(Record) // sizeof(int32_t)

# Nanoseconds for one sentence of one statement, to decide on threads; how many of them between two
# looks for an interruption.
cdef double SENTENCE_COST = 4.0
cdef double SLICE = 2e8

# The best coverage counts by this factor where the passage contradicts the statement. At 0.7, 0.8,
# 0.9 and 1 areas are .905, .904, .904, .902 NonFact and .528, .531, .534, .537 NonFact* on one half
# of the 119 passages of Manakul et al., .946, .946, .946, .945 and .624, .626, .626, .628 on the
# other.
cdef double CONTRADICTED = 0.8


cdef struct Statement:
    int count
    int32_t[MOST_ANCHORS] anchors
    uint64_t numbers, names, context


cdef void invert(Passages* p) noexcept nogil:
    """Fill the index of the anchors of each sentence, which are distinct within a sentence."""
    cdef Py_ssize_t s, k, passage
    cdef int32_t anchor
    for k in range(p.bounds[p.sentences]):
        p.starts[p.found[k] + 1] += 1
    for k in range(p.anchors):
        p.starts[k + 1] += p.starts[k]
    for passage in range(p.passages):
        for s in range(p.first[passage], p.first[passage + 1]):
            p.passage_of[s] = <int32_t>passage
            for k in range(p.bounds[s], p.bounds[s + 1]):
                anchor = p.found[k]
                p.postings[p.starts[anchor]] = <int32_t>s
                p.starts[anchor] += 1
    for k in range(p.anchors, 0, -1):
        p.starts[k] = p.starts[k - 1]
    p.starts[0] = 0
    for k in range(p.anchors):
        p.having[k] = 0
        passage = -1
        for s in range(p.starts[k], p.starts[k + 1]):
            if p.passage_of[p.postings[s]] != passage:
                passage = p.passage_of[p.postings[s]]
                p.having[k] += 1


cdef void agreement(const Passages* p, Py_ssize_t left_out, int64_t* sums, int64_t* counts,
                    double* agreed) noexcept nogil:
    """The mean over passages but one of how far the others share its numbers, and the rest."""
    cdef Py_ssize_t k, s, passage, kind, others = p.passages - 1
    cdef Py_ssize_t[2] having
    cdef bint own
    agreed[0] = agreed[1] = 0
    if others < 2:
        return
    for k in range(2 * p.passages):
        sums[k] = counts[k] = 0
    for k in range(p.anchors):
        kind = 0 if p.kinds[k] & NUMBER else 1
        own = False
        for s in range(p.starts[k], p.starts[k + 1]):
            if p.passage_of[p.postings[s]] >= left_out:
                own = p.passage_of[p.postings[s]] == left_out
                break
        passage = -1
        for s in range(p.starts[k], p.starts[k + 1]):
            if p.passage_of[p.postings[s]] != passage:
                passage = p.passage_of[p.postings[s]]
                sums[2 * passage + kind] += p.having[k] - own - 1
                counts[2 * passage + kind] += 1
    for kind in range(2):
        having[kind] = 0
        for passage in range(p.passages):
            if passage != left_out and counts[2 * passage + kind]:
                agreed[kind] += <double>sums[2 * passage + kind] / counts[2 * passage + kind]
                having[kind] += 1
        if having[kind]:
            agreed[kind] /= (others - 1) * having[kind]


cdef void choose(const Passages* p, const int32_t* ids, Py_ssize_t count,
                 Statement* one) noexcept nogil:
    """Take the heaviest anchors in their order, and note which are numbers, names, context."""
    cdef Py_ssize_t k, least, taken = 0
    cdef int _
    cdef uint64_t rest
    one.count = 0
    for k in range(count):
        if one.count < MOST_ANCHORS:
            one.anchors[one.count] = ids[k]
            one.count += 1
            continue
        least = MOST_ANCHORS - 1
        for taken in range(MOST_ANCHORS - 2, -1, -1):
            if p.weights[one.anchors[taken]] < p.weights[one.anchors[least]]:
                least = taken
        if p.weights[ids[k]] > p.weights[one.anchors[least]]:
            for taken in range(least, MOST_ANCHORS - 1):
                one.anchors[taken] = one.anchors[taken + 1]
            one.anchors[MOST_ANCHORS - 1] = ids[k]
    one.numbers = one.names = one.context = 0
    for k in range(one.count):
        if p.kinds[one.anchors[k]] & NUMBER:
            one.numbers |= <uint64_t>1 << k
        if p.kinds[one.anchors[k]] & NAME:
            one.names |= <uint64_t>1 << k
    for _ in range(CONTEXT):
        least = -1
        for k in range(one.count):
            rest = <uint64_t>1 << k
            if (one.numbers | one.context) & rest:
                continue
            if least < 0 or p.weights[one.anchors[k]] > p.weights[one.anchors[least]]:
                least = k
        if least >= 0:
            one.context |= <uint64_t>1 << least


cdef inline double weight_of(const Passages* p, const Statement* one, uint64_t mask) noexcept nogil:
    cdef double total = 0
    while mask:
        total += p.weights[one.anchors[cotool_lowest_bit(mask)]]
        mask &= mask - 1
    return total


cdef int weigh(const Passages* p, Py_ssize_t n, uint64_t* masks, Scratch* scratch, Verdicts* to,
               double* figures) noexcept nogil:
    """Count a statement's figures: joint, cover, names; add what each other passage says of it.

    Return -1 without memory.
    """
    cdef Statement one
    cdef Py_ssize_t k, s, passage, own = p.passage_of[n], place, nearest, others = p.passages - 1
    cdef int64_t[MOST_ANCHORS] joint
    cdef uint64_t mask, numbers
    cdef double total, cover, best, single, share, lacking = 0, mean = 0, together = 0
    cdef int found
    choose(p, p.found + p.bounds[n], p.bounds[n + 1] - p.bounds[n], &one)
    figures[0] = figures[1] = figures[2] = 0
    if one.count == 0:
        return 0
    enter(scratch, p, n)
    for k in range(one.count):
        joint[k] = 0
        share = <double>(p.having[one.anchors[k]] - 1) / others
        mean += share
        if one.names >> k & 1:
            lacking += 1 - share
        for s in range(p.starts[one.anchors[k]], p.starts[one.anchors[k] + 1]):
            masks[p.postings[s]] |= <uint64_t>1 << k
    total = weight_of(p, &one, ~<uint64_t>0 >> (64 - one.count))
    for passage in range(p.passages):
        if passage == own:
            continue
        best, place, single, nearest, numbers = 0, -1, 0, -1, 0
        for s in range(p.first[passage], p.first[passage + 1]):
            mask = masks[s]
            if mask == 0:
                continue
            if mask & one.context or one.context == 0:
                numbers |= mask & one.numbers
            cover = weight_of(p, &one, mask) / total
            if cover > single or (
                cover == single and nearest >= 0
                and cotool_bits(mask & one.numbers) > cotool_bits(masks[nearest] & one.numbers)
            ):
                single, nearest = cover, s
            if s + 1 < p.first[passage + 1] and mask | masks[s + 1] != mask:
                cover = weight_of(p, &one, mask | masks[s + 1]) / total
            if cover > best:
                best, place = cover, s
        while numbers:
            joint[cotool_lowest_bit(numbers)] += 1
            numbers &= numbers - 1
        found = judge(p, scratch, to, n, passage, best, place, nearest)
        if found < 0:
            return -1
        figures[1] = max(figures[1], single * (CONTRADICTED if found else 1))
    for k in range(one.count):
        together += <double>joint[k] / others
        for s in range(p.starts[one.anchors[k]], p.starts[one.anchors[k] + 1]):
            masks[p.postings[s]] = 0
    mean /= one.count
    figures[0] = together / cotool_bits(one.numbers) if one.numbers else mean
    figures[2] = exp(-lacking)
    return 0


cdef int check_ids(const int32_t[::1] ids, const int64_t[::1] starts, Py_ssize_t sentences,
                   Py_ssize_t count, int least) except -1:
    cdef Py_ssize_t k
    if starts.shape[0] != sentences + 1 or starts[0] != 0 or starts[sentences] != ids.shape[0]:
        raise ValueError("the starts do not fit")
    for k in range(sentences):
        if starts[k] > starts[k + 1]:
            raise ValueError("the starts descend")
    for k in range(ids.shape[0]):
        if not least <= ids[k] < count:
            raise ValueError("an anchor or a word is not one of those given")
    return 0


def judge_sentences(
    const int64_t[::1] first not None,
    Py_ssize_t judged,
    const int32_t[::1] found not None,
    const int64_t[::1] bounds not None,
    const float[::1] weights not None,
    const uint8_t[::1] kinds not None,
    const double[::1] values not None,
    const uint8_t[::1] decimals not None,
    const uint8_t[::1] digits not None,
    const int32_t[::1] said not None,
    const int64_t[::1] begins not None,
    const int32_t[::1] anchor_of not None,
    const uint8_t[::1] negations not None,
    const int32_t[::1] contraries not None,
    const int32_t[::1] capitals not None,
    const int64_t[::1] capitals_begin not None,
    num_threads=None,
):
    """Judge the sentences of the first `judged` passages by all other passages.

    Passage i has the sentences first[i] to first[i + 1]; sentence s has the distinct anchors
    found[bounds[s]:bounds[s + 1]], likewise its words in `said` and those written with a capital
    (-1: a word that no sentence has). `contraries` are pairs of words that say the opposite, each
    in both orders, ascending. By anchor: `weights`, `kinds`, and of plain numbers `values`,
    `decimals` and `digits`. By word: `anchor_of`, `negations`.

    Return three arrays: for each sentence joint, cover and names; for each passage how far the
    others agree in numbers, and in other anchors; and what passages say, by sentence, as
    (sentence, passage, its sentence, what, value, other). ValueError if shapes or ids do not fit.
    """
    cdef Passages p
    cdef Py_ssize_t i, k, low, high, step, statements, pairs = contraries.shape[0] // 2
    cdef int threads, thread, failed = 0
    cdef int64_t* memory = NULL
    cdef int64_t* sums
    cdef uint64_t* masks = NULL
    cdef Scratch* scratch = NULL
    cdef Verdicts* verdicts = NULL
    cdef int64_t* order = NULL
    cdef double* figure
    cdef double* agreed
    cdef Py_ssize_t total = 0
    cdef array.array figures, agreements, denies, records
    p.passages = first.shape[0] - 1
    p.anchors, p.words = weights.shape[0], anchor_of.shape[0]
    if p.passages < 2 or not 0 <= judged <= p.passages or first[0] != 0:
        raise ValueError("there must be two passages, and those to judge among them")
    for i in range(p.passages):
        if first[i] > first[i + 1]:
            raise ValueError("the passages descend")
    p.sentences = first[p.passages]
    check_ids(found, bounds, p.sentences, p.anchors, 0)
    check_ids(said, begins, p.sentences, p.words, 0)
    check_ids(capitals, capitals_begin, p.sentences, p.words, -1)
    if (kinds.shape[0] != p.anchors or values.shape[0] != p.anchors
            or decimals.shape[0] != p.anchors or digits.shape[0] != p.anchors
            or negations.shape[0] != p.words or contraries.shape[0] % 2):
        raise ValueError("the arrays differ in length")
    for k in range(p.words):
        if not -1 <= anchor_of[k] < p.anchors:
            raise ValueError("an anchor or a word is not one of those given")
    for k in range(2 * pairs):
        if not 0 <= contraries[k] < p.words or (
                k > 1 and k % 2 == 0 and contraries[k - 2] > contraries[k]):
            raise ValueError("the contraries are not pairs of words, ascending")
    p.first = &first[0]
    p.bounds, p.begins, p.capitals_begin = &bounds[0], &begins[0], &capitals_begin[0]
    p.found = &found[0] if found.shape[0] else NULL
    p.said = &said[0] if said.shape[0] else NULL
    p.capitals = &capitals[0] if capitals.shape[0] else NULL
    p.weights = &weights[0] if p.anchors else NULL
    p.kinds = &kinds[0] if p.anchors else NULL
    p.values = &values[0] if p.anchors else NULL
    p.decimals = &decimals[0] if p.anchors else NULL
    p.digits = &digits[0] if p.anchors else NULL
    p.anchor_of = &anchor_of[0] if p.words else NULL
    p.negations = &negations[0] if p.words else NULL
    p.contraries = &contraries[0] if pairs else NULL
    statements = first[judged]
    threads = threads_for(num_threads, SENTENCE_COST * p.sentences * statements)
    step = max(64 * threads, <Py_ssize_t>(SLICE * threads / (SENTENCE_COST * (p.sentences + 1))))
    figures = array.clone(DOUBLES, 3 * statements, zero=statements > 0)
    agreements = array.clone(DOUBLES, 2 * judged, zero=judged > 0)
    denies = array.clone(BYTES, p.sentences, zero=p.sentences > 0)
    figure, agreed = figures.data.as_doubles, agreements.data.as_doubles
    p.denies = denies.data.as_uchars
    try:
        memory = <int64_t*>calloc(
            p.anchors + 2 + p.words + 2 + 4 * p.passages
            + (found.shape[0] + p.anchors + p.sentences) // 2 + 2,
            sizeof(int64_t),
        )
        masks = <uint64_t*>calloc((p.sentences + 1) * threads, sizeof(uint64_t))
        scratch = <Scratch*>calloc(threads, sizeof(Scratch))
        verdicts = <Verdicts*>calloc(threads, sizeof(Verdicts))
        order = <int64_t*>calloc(3 * (statements + 1), sizeof(int64_t))
        if not (memory and masks and scratch and verdicts and order):
            raise MemoryError
        for i in range(threads):
            open_scratch(&scratch[i], &p)
        p.starts = memory
        p.contraries_begin = memory + p.anchors + 2
        sums = p.contraries_begin + p.words + 2
        p.postings = <int32_t*>(sums + 4 * p.passages)
        p.having = p.postings + found.shape[0]
        p.passage_of = p.having + p.anchors
        for k in range(pairs):
            p.contraries_begin[contraries[2 * k] + 1] += 1
        for k in range(p.words):
            p.contraries_begin[k + 1] += p.contraries_begin[k]
        with nogil:
            invert(&p)
            for i in range(p.sentences):
                p.denies[i] = mark_denied(&p, i, scratch[0].own_denied, -1 - i) > 0
            for i in range(judged):
                agreement(&p, i, sums, sums + 2 * p.passages, &agreed[2 * i])
        low = 0
        while low < statements and not failed:
            check_interrupt()
            high = min(statements, low + step)
            for i in prange(low, high, schedule="dynamic", chunksize=4, num_threads=threads,
                            nogil=True):
                thread = omp_get_thread_num()
                order[3 * i] = thread
                order[3 * i + 1] = verdicts[thread].count
                if weigh(&p, i, masks + thread * (p.sentences + 1), &scratch[thread],
                         &verdicts[thread], &figure[3 * i]) < 0:
                    failed = 1
                order[3 * i + 2] = verdicts[thread].count
            low = high
        if failed:
            raise MemoryError
        for i in range(threads):
            total += verdicts[i].count
        records = array.clone(INTS, RECORD * total, zero=False)
        total = 0
        for i in range(statements):
            k = order[3 * i + 2] - order[3 * i + 1]
            if k:
                memcpy(records.data.as_ints + RECORD * total,
                       verdicts[order[3 * i]].records + order[3 * i + 1], k * sizeof(Record))
            total += k
    finally:
        if scratch != NULL:
            for i in range(threads):
                close_scratch(&scratch[i])
        if verdicts != NULL:
            for i in range(threads):
                free(verdicts[i].records)
        free(memory)
        free(masks)
        free(scratch)
        free(verdicts)
        free(order)
    return figures, agreements, records
