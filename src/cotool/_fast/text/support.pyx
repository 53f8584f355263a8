"""How far texts say what statements say, from the words that carry a statement: its anchors.

Anchors are small integers: the distinct content words, names, numbers and months of a statement.
A sentence of a text is the set of the anchors that occur in it. Three figures are counted for each
statement against n texts:

    joint     the mean over its numbers of the share of texts in which the number stands in one
              sentence with one of the statement's three heaviest other anchors; where it has no
              numbers, the mean share of texts that have an anchor
    cover     the best coverage by one sentence of any text, by weight
    names     the mean share of texts that have a name; where it has none, the mean over all anchors

and for each statement and text the sentence that covers most of it alone, and the one that does
together with the next one.
How far texts agree with one another is counted once: for each text, the mean share of the other
texts that have one of its numbers, and one of its other anchors.

The measures are cotool's own; counting n-grams of sampled answers is from Manakul et al., EMNLP
2023. Time is linear in the anchors of all texts for each statement, memory in the anchors of all
texts; at most 64 anchors of a statement, the heaviest, take part.
"""

from array import array as new_array

from cpython cimport array
from cython.parallel cimport prange
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from cotool._fast.base._openmp cimport omp_get_thread_num, threads_for
from cotool._fast.base.interrupt cimport check_interrupt

cdef extern from *:
    """
    #define cotool_lowest_bit(mask) __builtin_ctzll(mask)
    """
    int cotool_lowest_bit(uint64_t mask) nogil

cdef array.array INTS = new_array("i")

# What an anchor is.
IS_NUMBER, IS_NAME = 1, 2

cdef enum:
    NUMBER = 1
    NAME = 2
    MOST_ANCHORS = 64
    CONTEXT = 3  # anchors of which one must be beside a number

# Nanoseconds for one sentence of one statement, to decide on threads.
cdef double SENTENCE_COST = 4.0


cdef struct Texts:
    Py_ssize_t texts, sentences, anchors
    const int64_t* first       # [texts + 1] first sentence of each text
    const float* weights       # [anchors]
    const uint8_t* kinds       # [anchors]
    int64_t* starts            # [anchors + 1] where the sentences of an anchor begin
    int32_t* postings          # sentences that have an anchor, ascending
    int32_t* having            # [anchors] texts that have it
    int32_t* text_of           # [sentences]


cdef struct Statement:
    int count
    int32_t anchors[MOST_ANCHORS]
    uint64_t numbers, names, context


cdef void invert(Texts* t, const int32_t* ids, const int64_t* bounds) noexcept nogil:
    """Fill postings from the anchors of each sentence, which are distinct within a sentence."""
    cdef Py_ssize_t s, k, text
    cdef int32_t anchor
    cdef int64_t place
    for k in range(bounds[t.sentences]):
        t.starts[ids[k] + 1] += 1
    for k in range(t.anchors):
        t.starts[k + 1] += t.starts[k]
    for text in range(t.texts):
        for s in range(t.first[text], t.first[text + 1]):
            t.text_of[s] = <int32_t>text
            for k in range(bounds[s], bounds[s + 1]):
                anchor = ids[k]
                place = t.starts[anchor]
                t.postings[place] = <int32_t>s
                t.starts[anchor] = place + 1
    for k in range(t.anchors, 0, -1):
        t.starts[k] = t.starts[k - 1]
    t.starts[0] = 0
    for k in range(t.anchors):
        t.having[k] = 0
        text = -1
        for s in range(t.starts[k], t.starts[k + 1]):
            if t.text_of[t.postings[s]] != text:
                text = t.text_of[t.postings[s]]
                t.having[k] += 1


cdef void agreement(const Texts* t, double* sums, int64_t* counts, double* numbers,
                    double* words) noexcept nogil:
    """The mean over texts of how far the others share its numbers, and its other anchors."""
    cdef Py_ssize_t k, p, text, kind, with_numbers = 0, with_words = 0
    cdef double share
    numbers[0] = words[0] = 0
    if t.texts < 2:
        return
    for k in range(t.anchors):
        kind = 0 if t.kinds[k] & NUMBER else 1
        share = <double>(t.having[k] - 1) / (t.texts - 1)
        text = -1
        for p in range(t.starts[k], t.starts[k + 1]):
            if t.text_of[t.postings[p]] != text:
                text = t.text_of[t.postings[p]]
                sums[2 * text + kind] += share
                counts[2 * text + kind] += 1
    for text in range(t.texts):
        if counts[2 * text]:
            numbers[0] += sums[2 * text] / counts[2 * text]
            with_numbers += 1
        if counts[2 * text + 1]:
            words[0] += sums[2 * text + 1] / counts[2 * text + 1]
            with_words += 1
    if with_numbers:
        numbers[0] /= with_numbers
    if with_words:
        words[0] /= with_words


cdef void choose(const Texts* t, const int32_t* ids, Py_ssize_t count,
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
            if t.weights[one.anchors[taken]] < t.weights[one.anchors[least]]:
                least = taken
        if t.weights[ids[k]] > t.weights[one.anchors[least]]:
            for taken in range(least, MOST_ANCHORS - 1):
                one.anchors[taken] = one.anchors[taken + 1]
            one.anchors[MOST_ANCHORS - 1] = ids[k]
    one.numbers = one.names = one.context = 0
    for k in range(one.count):
        if t.kinds[one.anchors[k]] & NUMBER:
            one.numbers |= <uint64_t>1 << k
        if t.kinds[one.anchors[k]] & NAME:
            one.names |= <uint64_t>1 << k
    for _ in range(CONTEXT):
        least = -1
        for k in range(one.count):
            rest = <uint64_t>1 << k
            if (one.numbers | one.context) & rest:
                continue
            if least < 0 or t.weights[one.anchors[k]] > t.weights[one.anchors[least]]:
                least = k
        if least >= 0:
            one.context |= <uint64_t>1 << least


cdef inline double weight_of(const Texts* t, const Statement* one, uint64_t mask) noexcept nogil:
    cdef double total = 0
    while mask:
        total += t.weights[one.anchors[cotool_lowest_bit(mask)]]
        mask &= mask - 1
    return total


cdef inline int bits(uint64_t mask) noexcept nogil:
    cdef int count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


cdef void weigh(const Texts* t, const int32_t* ids, Py_ssize_t count, uint64_t* masks,
                double* figures, float* covers, int32_t* places, float* alone,
                int32_t* nearest) noexcept nogil:
    """Count a statement's figures: joint, cover, names; and its best sentences in each text."""
    cdef Statement one
    cdef Py_ssize_t k, s, text, first, one_alone
    cdef int64_t joint[MOST_ANCHORS]
    cdef uint64_t mask, numbers
    cdef double total, cover, best, single, named = 0, mean = 0, together = 0
    choose(t, ids, count, &one)
    for k in range(one.count):
        joint[k] = 0
        mean += <double>t.having[one.anchors[k]] / t.texts
        if one.names >> k & 1:
            named += <double>t.having[one.anchors[k]] / t.texts
        for s in range(t.starts[one.anchors[k]], t.starts[one.anchors[k] + 1]):
            masks[t.postings[s]] |= <uint64_t>1 << k
    total = weight_of(t, &one, ~<uint64_t>0 >> (64 - one.count)) if one.count else 0
    figures[1] = 0
    for text in range(t.texts):
        best, first, single, one_alone, numbers = 0, -1, 0, -1, 0
        for s in range(t.first[text], t.first[text + 1]):
            mask = masks[s]
            if mask == 0:
                continue
            if mask & one.context or one.context == 0:
                numbers |= mask & one.numbers
            cover = weight_of(t, &one, mask) / total
            if cover > single or (
                cover == single and one_alone >= 0
                and bits(mask & one.numbers) > bits(masks[one_alone] & one.numbers)
            ):
                single, one_alone = cover, s
            if s + 1 < t.first[text + 1] and mask | masks[s + 1] != mask:
                cover = weight_of(t, &one, mask | masks[s + 1]) / total
            if cover > best:
                best, first = cover, s
        while numbers:
            joint[cotool_lowest_bit(numbers)] += 1
            numbers &= numbers - 1
        covers[text] = <float>best
        places[text] = <int32_t>first
        alone[text] = <float>single
        nearest[text] = <int32_t>one_alone
        figures[1] = max(figures[1], single)
    for k in range(one.count):
        together += <double>joint[k] / t.texts
        for s in range(t.starts[one.anchors[k]], t.starts[one.anchors[k] + 1]):
            masks[t.postings[s]] = 0
    if one.count:
        mean /= one.count
    figures[0] = together / bits(one.numbers) if one.numbers else mean
    figures[2] = named / bits(one.names) if one.names else mean


def weigh_statements(
    const int32_t[::1] statement_anchors not None,
    const int64_t[::1] statement_starts not None,
    const int32_t[::1] sentence_anchors not None,
    const int64_t[::1] sentence_starts not None,
    const int64_t[::1] text_starts not None,
    const float[::1] weights not None,
    const uint8_t[::1] kinds not None,
    double[::1] figures not None,
    float[::1] covers not None,
    int32_t[::1] places not None,
    float[::1] alone not None,
    int32_t[::1] nearest not None,
    num_threads=None,
):
    """Fill `figures` [statements * 3], and the others [statements * texts], by rows.

    Statement i has the distinct anchors statement_anchors[statement_starts[i]:statement_starts[i +
    1]], sentence s likewise, text t the sentences text_starts[t] to text_starts[t + 1]. `alone` is
    the coverage by one sentence, `nearest`, of equal ones that with most numbers; `covers` that by
    two in a row, or by one if it is the last or the next adds nothing, of which `places` is the
    first. Sentences are -1 where no anchor of the statement is in the text.
    Return how far the texts agree: (numbers, other anchors), each 0 to 1, or (0, 0) for one text.
    ValueError where shapes or anchors do not fit.
    """
    cdef Texts t
    cdef Py_ssize_t statements = statement_starts.shape[0] - 1, i
    cdef int threads, thread
    cdef double numbers = 0, words = 0
    cdef double* sums = NULL
    cdef int64_t* counts = NULL
    cdef uint64_t* masks = NULL
    cdef const int32_t* asked = &statement_anchors[0] if statement_anchors.shape[0] else NULL
    t.texts = text_starts.shape[0] - 1
    t.sentences = sentence_starts.shape[0] - 1
    t.anchors = weights.shape[0]
    check(statement_anchors, statement_starts, t.anchors)
    check(sentence_anchors, sentence_starts, t.anchors)
    if t.texts < 1 or text_starts[0] != 0 or text_starts[t.texts] != t.sentences:
        raise ValueError("text_starts do not fit the sentences")
    for i in range(t.texts):
        if text_starts[i] > text_starts[i + 1]:
            raise ValueError("text_starts descend")
    if kinds.shape[0] != t.anchors:
        raise ValueError("weights and kinds differ in length")
    if (figures.shape[0] != 3 * statements or covers.shape[0] != statements * t.texts
            or places.shape[0] != statements * t.texts or alone.shape[0] != statements * t.texts
            or nearest.shape[0] != statements * t.texts):
        raise ValueError("the results do not have room for the statements")
    if statements == 0:
        return 0.0, 0.0
    t.first = &text_starts[0]
    t.weights = &weights[0] if t.anchors else NULL
    t.kinds = &kinds[0] if t.anchors else NULL
    threads = threads_for(num_threads, SENTENCE_COST * t.sentences * statements)
    t.starts = <int64_t*>calloc(t.anchors + 1, sizeof(int64_t))
    t.postings = <int32_t*>malloc((sentence_anchors.shape[0] + 1) * sizeof(int32_t))
    t.having = <int32_t*>malloc((t.anchors + 1) * sizeof(int32_t))
    t.text_of = <int32_t*>malloc((t.sentences + 1) * sizeof(int32_t))
    sums = <double*>calloc(2 * t.texts, sizeof(double))
    counts = <int64_t*>calloc(2 * t.texts, sizeof(int64_t))
    masks = <uint64_t*>calloc((t.sentences + 1) * threads, sizeof(uint64_t))
    try:
        if not (t.starts and t.postings and t.having and t.text_of and sums and counts and masks):
            raise MemoryError
        check_interrupt()
        with nogil:
            invert(
                &t,
                &sentence_anchors[0] if sentence_anchors.shape[0] else NULL,
                &sentence_starts[0],
            )
            agreement(&t, sums, counts, &numbers, &words)
            for i in prange(statements, schedule="dynamic", chunksize=4, num_threads=threads):
                thread = omp_get_thread_num()
                weigh(
                    &t,
                    asked + statement_starts[i],
                    statement_starts[i + 1] - statement_starts[i],
                    masks + thread * (t.sentences + 1),
                    &figures[3 * i],
                    &covers[i * t.texts],
                    &places[i * t.texts],
                    &alone[i * t.texts],
                    &nearest[i * t.texts],
                )
    finally:
        free(t.starts)
        free(t.postings)
        free(t.having)
        free(t.text_of)
        free(sums)
        free(counts)
        free(masks)
    return numbers, words


def anchors_of(
    const int32_t[::1] words not None,
    const int64_t[::1] starts not None,
    const int32_t[::1] anchors not None,
    int32_t[::1] found not None,
    int64_t[::1] bounds not None,
):
    """Write the distinct anchors of each sentence to `found` and where each begins to `bounds`.

    Sentence s has words[starts[s]:starts[s + 1]]; anchors[w] is the anchor of word w, -1 where it
    has none. `found` has room for all words, `bounds` is as long as `starts`. Return how many
    anchors were written. ValueError where shapes do not fit.
    """
    cdef Py_ssize_t s, k, total = 0, most = 0
    cdef int32_t anchor
    check(words, starts, anchors.shape[0])
    if found.shape[0] < words.shape[0] or bounds.shape[0] != starts.shape[0]:
        raise ValueError("the results do not have room for the anchors")
    for k in range(anchors.shape[0]):
        most = max(most, anchors[k] + 1)
    cdef int32_t* seen = <int32_t*>malloc((most + 1) * sizeof(int32_t))
    if seen == NULL:
        raise MemoryError
    with nogil:
        for k in range(most):
            seen[k] = -1
        bounds[0] = 0
        for s in range(starts.shape[0] - 1):
            for k in range(starts[s], starts[s + 1]):
                anchor = anchors[words[k]]
                if anchor >= 0 and seen[anchor] != s:
                    seen[anchor] = <int32_t>s
                    found[total] = anchor
                    total += 1
            bounds[s + 1] = total
    free(seen)
    return total


def count_anchors(
    const int32_t[::1] words not None,
    const int64_t[::1] starts not None,
    const int32_t[::1] anchors not None,
    Py_ssize_t count,
):
    """Return how often each of `count` anchors follows the first word of a sentence.

    The arrays are those of anchors_of().
    """
    cdef array.array found = array.clone(INTS, count, zero=True)
    cdef int32_t* counts = <int32_t*>found.data.as_ints
    cdef Py_ssize_t s, k
    cdef int32_t anchor
    check(words, starts, anchors.shape[0])
    for s in range(starts.shape[0] - 1):
        for k in range(starts[s] + 1, starts[s + 1]):
            anchor = anchors[words[k]]
            if 0 <= anchor < count:
                counts[anchor] += 1
    return found


cdef int check(const int32_t[::1] anchors, const int64_t[::1] starts,
               Py_ssize_t count) except -1:
    cdef Py_ssize_t k
    cdef Py_ssize_t last = starts.shape[0] - 1
    if last < 0 or starts[0] != 0 or starts[last] != anchors.shape[0]:
        raise ValueError("the starts do not fit the anchors")
    for k in range(last):
        if starts[k] > starts[k + 1]:
            raise ValueError("the starts descend")
    for k in range(anchors.shape[0]):
        if not 0 <= anchors[k] < count:
            raise ValueError("an anchor is not one of the weights'")
    return 0
