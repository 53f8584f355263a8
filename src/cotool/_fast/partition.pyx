"""Messages of one shape parted into templates: which words of a place are values, which are text.

All messages of a call have the same number of words; words are numbers, in the order of their
spelling. A group whose places hold either one word, or so many that they must be values, is a
template. Any other group is parted by the words of one place: that after which most places hold one
word. So the result depends on the set of messages alone.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from cotool._fast.interrupt cimport check_interrupt

# What is known of a word.
(IS_PARAMETER, LOOKS_LIKE_ID, IS_UPPER, IS_SIZE, IS_DURATION, IS_NOUN, IS_PREPOSITION, IS_TEXT,
 HAS_NUMBER, IS_BOOLEAN) = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)

cdef enum:
    PARAMETER = 1
    ID = 2
    UPPER = 4
    SIZE = 8
    DURATION = 16
    NOUN = 32
    PREPOSITION = 64
    TEXT = 128
    NUMBER = 256
    BOOLEAN = 512

# Distinct words of a place from which on they are values rather than text.
cdef enum:
    MANY = 10  # plain words
    MANY_NUMBERED = 2  # words with a number inside: rdd_<*>, broadcast_<*>
    MANY_IDS = 3  # what looks like the name of a thing: a dot, a digit, camel case
    MANY_QUOTED = 4  # after "=" or a quote
    MANY_NAMED = 2  # after a noun such as "user"
    MANY_AFTER = 5  # after a preposition
    MANY_UPPER = 20  # in capitals: mostly states


cdef struct Work:
    int words
    const int32_t* ids       # [messages][words]
    const uint16_t* facts    # [vocabulary]
    const uint8_t* quoted    # [words] after "=" or a quote
    const int32_t* before    # [words] the place before, one blank away; -1: none
    int32_t* row             # [messages] in the order of the groups
    int32_t* scratch         # [messages]
    int32_t* stamp           # [vocabulary] the last count that saw the word
    int32_t* group           # [vocabulary] the word's group in a trial
    int32_t* first           # [messages] a group's first message
    int32_t* size            # [messages]
    uint8_t* same            # [messages * words] whether a group's place holds one word
    int32_t* distinct        # [words]
    int32_t* varying         # [words]
    int32_t now


cdef struct Place:
    int distinct, ids, numbered, upper, sizes, durations, booleans, has_parameter


cdef Place look(Work* w, int low, int high, int place) noexcept nogil:
    cdef Place p
    cdef int n
    cdef int32_t word
    cdef uint16_t facts
    memset(&p, 0, sizeof(p))
    w.now += 1
    for n in range(low, high):
        word = w.ids[<int64_t>w.row[n] * w.words + place]
        if w.stamp[word] == w.now:
            continue
        w.stamp[word] = w.now
        facts = w.facts[word]
        p.distinct += 1
        p.ids += (facts & ID) != 0
        p.numbered += (facts & NUMBER) != 0
        p.upper += (facts & UPPER) != 0
        p.sizes += (facts & SIZE) != 0
        p.durations += (facts & DURATION) != 0
        p.booleans += (facts & BOOLEAN) != 0
        p.has_parameter |= facts & PARAMETER
    return p


cdef bint holds_values(Work* w, int low, int place, Place p) noexcept nogil:
    """Whether the words of a place that differ are values."""
    cdef int before = w.before[place], least = MANY
    cdef uint16_t facts = 0
    if p.has_parameter or p.booleans == p.distinct:
        return True
    if before >= 0 and w.distinct[before] == 1:
        facts = w.facts[w.ids[<int64_t>w.row[low] * w.words + before]]
    if facts & PARAMETER and (p.sizes == p.distinct or p.durations == p.distinct):
        return True
    if p.numbered == p.distinct:
        return p.distinct >= MANY_NUMBERED
    if 10 * p.ids >= 7 * p.distinct:
        least = MANY_IDS
    elif w.quoted[place]:
        least = MANY_QUOTED
    elif facts & NOUN:
        least = MANY_NAMED
    elif facts & PREPOSITION:
        least = MANY_AFTER
    if 10 * p.upper >= 8 * p.distinct:
        least = MANY_UPPER
    return p.distinct >= least


cdef int64_t gain(Work* w, int low, int high, int place, int* groups) noexcept nogil:
    """How many places of messages hold one word after the group is parted at a place."""
    cdef int n, k, g, count = 0
    cdef int32_t word
    cdef int64_t total = 0, alike
    cdef const int32_t* ids
    cdef const int32_t* other
    w.now += 1
    for n in range(low, high):
        ids = w.ids + <int64_t>w.row[n] * w.words
        word = ids[place]
        if w.stamp[word] != w.now:
            w.stamp[word] = w.now
            w.group[word] = count
            w.first[count] = w.row[n]
            w.size[count] = 1
            memset(w.same + <int64_t>count * w.words, 1, w.words)
            count += 1
            continue
        g = w.group[word]
        w.size[g] += 1
        other = w.ids + <int64_t>w.first[g] * w.words
        for k in range(w.words):
            if w.varying[k] and ids[k] != other[k]:
                w.same[<int64_t>g * w.words + k] = 0
    for g in range(count):
        alike = 0
        for k in range(w.words):
            alike += w.varying[k] and w.same[<int64_t>g * w.words + k]
        total += w.size[g] * alike
    groups[0] = count
    return total


cdef int sort_rows(Work* w, int low, int high, int place, int groups) noexcept nogil:
    """Sort a group's messages by the words of a place; stable."""
    cdef int n, width = 1, left, middle, right, i, j, k
    cdef int32_t* source = w.row
    cdef int32_t* target = w.scratch
    # Merge sort, from the bottom up.
    while width < high - low:
        left = low
        while left < high:
            middle, right = min(left + width, high), min(left + 2 * width, high)
            i, j = left, middle
            for k in range(left, right):
                if i < middle and (
                        j >= right
                        or w.ids[<int64_t>source[i] * w.words + place]
                        <= w.ids[<int64_t>source[j] * w.words + place]):
                    target[k] = source[i]
                    i += 1
                else:
                    target[k] = source[j]
                    j += 1
            left += 2 * width
        for n in range(low, high):
            source[n] = target[n]
        width *= 2
    return 0


cdef int part(Work* w, int low, int high, list found) except -1:
    """Part the messages row[low:high]; append (messages, places of values) of each template."""
    cdef int k, n, values = 0, texts = 0, varying = 0, best = -1, groups = 0, best_groups = 0
    cdef int open_places = 0, start
    cdef int64_t score, best_score = -1
    cdef Place p
    cdef uint16_t facts
    if high - low == 1:
        found.append(([w.row[low]], []))
        return 0
    places = [False] * w.words
    for k in range(w.words):
        p = look(w, low, high, k)
        w.distinct[k] = p.distinct
    for k in range(w.words):
        w.varying[k] = w.distinct[k] > 1
        if w.distinct[k] == 1:
            facts = w.facts[w.ids[<int64_t>w.row[low] * w.words + k]]
            texts += (facts & TEXT) != 0
            continue
        varying += 1
        p = look(w, low, high, k)
        if holds_values(w, low, k, p):
            values += 1
            places[k] = True
    if values == varying and (
            varying == 0 or (texts >= 1 and w.words - varying >= max(1, (varying + 1) // 2))):
        found.append(([w.row[n] for n in range(low, high)],
                      [k for k in range(w.words) if places[k]]))
        return 0
    open_places = varying - values
    for k in range(w.words):
        if not w.varying[k] or (open_places and places[k]):
            continue
        score = gain(w, low, high, k, &groups)
        if score > best_score or (score == best_score and groups < best_groups):
            best, best_score, best_groups = k, score, groups
    sort_rows(w, low, high, best, best_groups)
    check_interrupt()
    start = low
    for n in range(low + 1, high + 1):
        if n == high or (w.ids[<int64_t>w.row[n] * w.words + best]
                         != w.ids[<int64_t>w.row[start] * w.words + best]):
            part(w, start, n, found)
            start = n
    return 0


def partition(const int32_t[:, ::1] ids not None, const uint16_t[::1] facts not None,
              const uint8_t[::1] quoted not None, const int32_t[::1] before not None):
    """Return (messages, places of values) of each template.

    ids: [messages, words] numbers of words, distinct rows; facts: [vocabulary] what is known of a
    word; quoted: [words] whether "=" or a quote stands before; before: [words] the place before,
    one blank away, or -1. Raises ValueError for shapes and numbers that do not fit.
    """
    cdef Work w
    cdef int n, messages = ids.shape[0], words = ids.shape[1]
    cdef int64_t k
    found = []
    if messages == 0:
        return found
    if words == 0:
        return [(list(range(messages)), [])]
    if quoted.shape[0] != words or before.shape[0] != words:
        raise ValueError("a flag for each place is needed")
    for n in range(messages):
        for k in range(words):
            if not 0 <= ids[n, k] < facts.shape[0]:
                raise ValueError("a word without facts")
    for k in range(words):
        if not -1 <= before[k] < words:
            raise ValueError("no such place")
    memset(&w, 0, sizeof(w))
    w.words = words
    w.ids, w.facts = &ids[0, 0], &facts[0]
    w.quoted, w.before = &quoted[0], &before[0]
    w.row = <int32_t*>malloc(messages * sizeof(int32_t))
    w.scratch = <int32_t*>malloc(messages * sizeof(int32_t))
    w.stamp = <int32_t*>calloc(facts.shape[0], sizeof(int32_t))
    w.group = <int32_t*>calloc(facts.shape[0], sizeof(int32_t))
    w.first = <int32_t*>malloc(messages * sizeof(int32_t))
    w.size = <int32_t*>malloc(messages * sizeof(int32_t))
    w.same = <uint8_t*>malloc(<int64_t>messages * words)
    w.distinct = <int32_t*>calloc(words, sizeof(int32_t))
    w.varying = <int32_t*>calloc(words, sizeof(int32_t))
    try:
        if (w.row == NULL or w.scratch == NULL or w.stamp == NULL or w.group == NULL
                or w.first == NULL or w.size == NULL or w.same == NULL or w.distinct == NULL
                or w.varying == NULL):
            raise MemoryError
        for n in range(messages):
            w.row[n] = n
        part(&w, 0, messages, found)
    finally:
        free(w.row)
        free(w.scratch)
        free(w.stamp)
        free(w.group)
        free(w.first)
        free(w.size)
        free(w.same)
        free(w.distinct)
        free(w.varying)
    return found
