"""Messages of one shape parted into templates: which words of a place are values, which are text.

All messages of a call have the same number of words; words are numbers, in the order of their
spelling. A group whose places hold either one word, or so many that they must be values, is a
template. So is one whose places vary on their own: far more combinations occur than words. Any
other group is parted by the words of one place: that after which most places hold one word. So the
result depends on the set of messages alone.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from cotool._fast.base.interrupt cimport check_interrupt

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


# Places vary on their own where there are so many times more messages than words in them; fewer
# where all stand after "=" or in quotes. No fewer messages than this tell.
cdef enum:
    COMBINED = 4
    COMBINED_QUOTED = 2
    LEAST_COMBINED = 16

# Of so many places, those of the fewest words, it is looked which one parts a group best.
cdef enum:
    CANDIDATES = 16


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


cdef int best_place(Work* w, int low, int high, list places, int* best_groups) except -1:
    """Return the place whose words part a group best, of (distinct words, place)."""
    cdef int k, best = -1, groups = 0
    cdef int64_t score, best_score = -1
    for k in sorted([place for _, place in sorted(places)[:CANDIDATES]]):
        score = gain(w, low, high, k, &groups)
        if score > best_score or (score == best_score and groups < best_groups[0]):
            best, best_score, best_groups[0] = k, score, groups
    return best


cdef int part(Work* w, int low, int high, list found) except -1:
    """Part the messages row[low:high]; append (messages, places of values) of each template."""
    cdef int k, n, values = 0, texts = 0, varying = 0, best, groups = 0, start
    cdef int open_places = 0, open_words = 0, open_quoted = 0
    cdef bint combined
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
        else:
            open_places += 1
            open_words += w.distinct[k]
            open_quoted += w.quoted[k]
    combined = (open_places > 1 and texts > 0 and high - low >= LEAST_COMBINED and
                high - low >= open_words * (
                    COMBINED_QUOTED if open_quoted == open_places else COMBINED))
    if combined or (values == varying and (
            varying == 0 or (texts >= 1 and w.words - varying >= max(1, (varying + 1) // 2)))):
        found.append(([w.row[n] for n in range(low, high)],
                      [k for k in range(w.words) if w.varying[k]]))
        return 0
    best = best_place(w, low, high, [
        (w.distinct[k], k) for k in range(w.words)
        if w.varying[k] and not (open_places and places[k])
    ], &groups)
    sort_rows(w, low, high, best, groups)
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


# ---- groups that follow themselves ---------------------------------------------------------------

# What is known of a token.
(GROUP_BETWEEN, GROUP_PARAMETER, GROUP_WORD) = (1, 2, 4)

cdef enum:
    BETWEEN = 1  # a blank, or a delimiter of lists
    HAS_PARAMETER = 2
    PLAIN_WORD = 4  # a word without a parameter


cdef bint alike(const int32_t* a, const int32_t* b, int count) noexcept nogil:
    cdef int n
    for n in range(count):
        if a[n] != b[n]:
            return False
    return True


cdef int repeated(const int32_t* ids, const uint8_t* flags, int count, int at, int size,
                  int* length) noexcept nogil:
    """Return where the repetitions of the group of `size` tokens at `at` end, `at` without any.

    `length` gets how many of its tokens stand for all: a list ends without what is between its
    items, as in "0:1, 0:2, 0:3".
    """
    cdef int times = 1, n, stop, head = size
    cdef uint8_t any_flag = 0, any_head = 0
    cdef bint is_group
    length[0] = size
    if at + size > count:
        return at
    while at + (times + 1) * size <= count and alike(ids + at, ids + at + times * size, size):
        times += 1
    stop = at + times * size
    while head and flags[at + head - 1] & BETWEEN:
        head -= 1
    for n in range(size):
        any_flag |= flags[at + n]
        if n < head:
            any_head |= flags[at + n]
    if not any_flag & HAS_PARAMETER:
        return at
    # Twice the same may be chance, but for what has a name or an end of its own.
    is_group = (times > 2 or (any_flag & PLAIN_WORD) != 0
                or (flags[at + size - 1] & BETWEEN) != 0)
    if 1 < head < size and stop + head <= count and alike(ids + at, ids + stop, head):
        if times == 1 and any_head & HAS_PARAMETER and not any_head & PLAIN_WORD:
            length[0] = head
            return stop + head
        if times > 1 and is_group:
            length[0] = head
            return stop + head
        return at
    return stop if times > 1 and is_group else at


def groups(const int32_t[::1] ids not None, const uint8_t[::1] flags not None, int longest):
    """Return tokens with groups of 2 to `longest` that follow themselves as one: (first, last).

    ids: numbers of tokens; flags: what is known of each. A pair says which token stands there, and
    which is the last that it stands for. Linear in the tokens for each size.
    """
    cdef int count = ids.shape[0], size, at, to, length, stop, n
    cdef int32_t* id_ = NULL
    cdef int32_t* first = NULL
    cdef int32_t* last = NULL
    cdef uint8_t* flag = NULL
    if flags.shape[0] != count:
        raise ValueError("flags of each token are needed")
    if count == 0:
        return []
    id_ = <int32_t*>malloc(count * sizeof(int32_t))
    first = <int32_t*>malloc(count * sizeof(int32_t))
    last = <int32_t*>malloc(count * sizeof(int32_t))
    flag = <uint8_t*>malloc(count)
    try:
        if id_ == NULL or first == NULL or last == NULL or flag == NULL:
            raise MemoryError
        for n in range(count):
            id_[n], flag[n], first[n], last[n] = ids[n], flags[n], n, n
        for size in range(2, longest + 1):
            at = to = 0
            while at < count:
                stop = repeated(id_, flag, count, at, size, &length)
                if stop == at:
                    id_[to], flag[to], first[to], last[to] = id_[at], flag[at], first[at], last[at]
                    to += 1
                    at += 1
                    continue
                for n in range(length):
                    id_[to + n], flag[to + n] = id_[at + n], flag[at + n]
                    first[to + n], last[to + n] = first[at + n], last[stop - length + n]
                to += length
                at = stop
            count = to
        return [(first[n], last[n]) for n in range(count)]
    finally:
        free(id_)
        free(first)
        free(last)
        free(flag)
