"""Divides messages of one shape into templates: which words of a place are values, which are text.

All messages of a call have the same number of words; words are numbers in the order of their
spelling. A group is a template if each of its places holds either one word, or so many that they
must be values. So is a group whose places vary independently: it has far more combinations than
words. Any other group is divided by the words of one place: the one after which the most places
hold one word. So the result depends only on the set of messages.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memset

from cotool._fast.base.interrupt cimport check_interrupt

# What is known about a word.
(IS_PARAMETER, IS_STRONG, IS_WEAK, IS_KNOWN, IS_UPPER, IS_NOUN, IS_PREPOSITION, IS_TEXT,
 IS_VALUE, IS_TITLE, IS_LOWER) = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
# What is known about a place.
(IN_QUOTES, IS_KEY, AFTER_COLON, IS_CALL, IS_FIRST) = (1, 2, 4, 8, 16)

cdef enum:
    PARAMETER = 1
    STRONG = 2  # looks like the name of a thing: a dot, a slash, "@", a digit
    WEAK = 4  # camel case, a hyphen
    KNOWN = 8  # a common word of messages
    UPPER = 16  # capitals: usually a state
    NOUN = 32  # a name follows, as after "user"
    PREPOSITION = 64
    TEXT = 128
    VALUE = 256  # a value of other templates
    TITLE = 512  # a capital and small letters: within a sentence a name
    LOWER = 1024  # small letters
    QUOTED = 1
    KEY = 2
    COLON = 4
    CALL = 8
    FIRST = 16  # the message begins with it

# As many distinct words of a place are values rather than text, by the kind of most of them and by
# the word before. Chosen on loghub's eight sets (corrected truth) and on calls
# found in the source of 22 Python packages; GA/FGA there .991/.978 and .86/.72, on 21 packages held
# back .83/.68 (.62/.42 with the rules before), on invented programs held back .94/.86.
cdef enum:
    PLAIN = 0  # no evidence
    AFTER = 1  # a preposition
    COLONED = 2  # a colon
    NAMED = 3  # a noun such as "user"
    INSIDE = 4  # "=" or a quote
cdef int* LEAST_STRONG = [3, 3, 3, 2, 2]
cdef int* LEAST_WEAK = [6, 3, 3, 2, 2]
cdef int* LEAST_UNKNOWN = [6, 2, 3, 2, 2]
cdef int* LEAST_KNOWN = [10, 6, 4, 3, 2]
# After a lower-case word: a capital at the beginning of a word is evidence too.
# Four were chosen on the calls of 16 Python packages: with three, .029 of their lines were in mixed
# templates, with four .015. On 17 others these shares are .027 and .020.
cdef int* LEAST_TITLED = [4, 3, 3, 2, 2]
cdef int* LEAST_UPPER = [20, 20, 5, 3, 2]
# Unknown words at the beginning of a message, and keys there: `Pump7=3.5 limit=4`. The bound of
# words was chosen on the eight loghub sets: with 6 instead of 10, their grouping F1 is .973, not
# .978; of 17 Python packages it is .678 with 6, 10 and 20. The bound of keys was chosen on nine
# invented programs: .542 with 12, .550 with 3 and 6; the packages and loghub do not change.
cdef enum:
    LEAST_FIRST = 10
    LEAST_KEYS = 6

# Places vary independently if they have this many times more combinations than words; fewer are
# enough if all are after "=" or in quotes. At least LEAST_COMBINED combinations are needed.
cdef enum:
    COMBINED = 4
    COMBINED_QUOTED = 2
    LEAST_COMBINED = 16

# Two places that share this many words, and two thirds of the words of one, hold values of one
# kind, as in "changed from ACTIVE to LOST": text seldom has the same words in two places.
# 3, 5 and 8 differ little: grouping F1 of 17 Python packages .679, .678, .678, of nine invented
# programs .560, .550, .550; loghub and by-call sets do not change.
cdef enum:
    LEAST_SHARED = 5

# The number of places, those with the fewest words, that are tried to divide a group.
cdef enum:
    CANDIDATES = 16


cdef struct Work:
    int words
    const int32_t* ids       # [messages][words]
    const uint16_t* facts    # [vocabulary]
    const uint8_t* context   # [words]
    const int32_t* before    # [words] the place before, one blank away; -1: none
    int32_t* row             # [messages] in the order of the groups
    int32_t* scratch         # [messages]
    uint64_t* mixed          # [messages] hashes of combinations
    int32_t* stamp           # [vocabulary] the last count that saw the word
    int32_t* group           # [vocabulary] the word's group in a trial
    int32_t* first           # [messages] a group's first message
    int32_t* size            # [messages]
    uint8_t* same            # [messages * words] whether a group's place holds one word
    int32_t* distinct        # [words]
    int32_t* varying         # [words]
    int32_t now


cdef struct Place:
    int distinct, strong, weak, unknown, known, plain, upper, values, titled, has_parameter


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
        p.strong += (facts & STRONG) != 0
        p.weak += (facts & (STRONG | WEAK)) != 0
        p.unknown += (facts & KNOWN) == 0
        p.known += (facts & (KNOWN | STRONG | PARAMETER)) == KNOWN
        p.plain += (facts & PARAMETER) == 0
        p.upper += (facts & UPPER) != 0
        p.values += (facts & VALUE) != 0
        p.titled += (facts & (STRONG | WEAK | TITLE)) != 0
        p.has_parameter |= facts & PARAMETER
    return p


cdef bint holds_values(Work* w, int low, int place, Place p, int outside) noexcept nogil:
    """Return whether the words of a place are values; `outside`: words of text elsewhere."""
    cdef int before = w.before[place], context = PLAIN
    cdef uint16_t facts = 0
    cdef bint is_strong
    if w.context[place] & KEY:
        return (w.context[place] & FIRST and p.distinct >= LEAST_KEYS
                and 10 * p.weak >= 7 * p.distinct)
    if before >= 0 and w.distinct[before] == 1:
        facts = w.facts[w.ids[<int64_t>w.row[low] * w.words + before]]
    if w.context[place] & QUOTED and outside:
        context = INSIDE
    elif facts & NOUN:
        context = NAMED
    elif w.context[place] & COLON and outside:
        context = COLONED
    elif facts & PREPOSITION:
        context = AFTER
    if p.has_parameter and (
            p.known == 0 or 2 * p.known < p.plain or p.known >= LEAST_KNOWN[context] - 1):
        # A value of another shape, unless they are common words of messages.
        return True
    if p.values == p.distinct:
        return True
    is_strong = 10 * p.strong >= 7 * p.distinct and not w.context[place] & CALL
    if 10 * p.upper >= 8 * p.distinct and not (is_strong and context >= COLONED):
        return p.distinct >= LEAST_UPPER[context]
    if is_strong:
        return p.distinct >= LEAST_STRONG[context]
    if facts & LOWER and 10 * p.titled >= 7 * p.distinct:
        return p.distinct >= LEAST_TITLED[context]
    if 10 * p.weak >= 7 * p.distinct:
        return p.distinct >= LEAST_WEAK[context]
    if 10 * p.unknown >= 7 * p.distinct:
        return p.distinct >= (LEAST_FIRST if context == PLAIN and w.context[place] & FIRST
                              else LEAST_UNKNOWN[context])
    return p.distinct >= LEAST_KNOWN[context]


cdef int by_hash(const void* a, const void* b) noexcept nogil:
    cdef uint64_t x = (<const uint64_t*>a)[0], y = (<const uint64_t*>b)[0]
    return (x > y) - (x < y)


cdef int combinations(Work* w, int low, int high, const uint8_t* chosen) noexcept nogil:
    """Return how many combinations of words the chosen places hold; equal hashes count once."""
    cdef int n, k, count = 0
    cdef uint64_t hash_
    cdef const int32_t* ids
    for n in range(low, high):
        ids = w.ids + <int64_t>w.row[n] * w.words
        hash_ = 0
        for k in range(w.words):
            if chosen[k]:
                hash_ = (hash_ ^ <uint64_t>ids[k]) * <uint64_t>0x9E3779B97F4A7C15
                hash_ ^= hash_ >> 29
        w.mixed[n - low] = hash_
    qsort(w.mixed, high - low, sizeof(uint64_t), by_hash)
    for n in range(high - low):
        count += n == 0 or w.mixed[n] != w.mixed[n - 1]
    return count


cdef bint share_words(Work* w, int low, int high, int one, int other,
                      uint8_t* chosen) noexcept nogil:
    """Return whether two places hold values of one kind; `chosen` is zeros, and stays so."""
    cdef int n, shared = 0, count
    cdef int32_t* stamp
    if w.distinct[one] < LEAST_SHARED or w.distinct[other] < LEAST_SHARED:
        return False
    w.now += 2
    for n in range(low, high):
        w.stamp[w.ids[<int64_t>w.row[n] * w.words + one]] = w.now - 1
    for n in range(low, high):
        stamp = &w.stamp[w.ids[<int64_t>w.row[n] * w.words + other]]
        if stamp[0] == w.now - 1:
            stamp[0] = w.now
            shared += 1
    if shared < LEAST_SHARED or 3 * shared < 2 * min(w.distinct[one], w.distinct[other]):
        return False
    chosen[one] = chosen[other] = 1
    count = combinations(w, low, high, chosen)
    chosen[one] = chosen[other] = 0
    return count > max(w.distinct[one], w.distinct[other])


cdef int64_t gain(Work* w, int low, int high, int place, int* groups) noexcept nogil:
    """Return how many places of messages hold one word after the group is divided at a place."""
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
        total += (w.size[g] - 1) * alike
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
    """Return the place whose words divide a group best; `places`: (distinct words, place)."""
    cdef int k, best = -1, groups = 0
    cdef int64_t score, best_score = -1
    for k in sorted([place for _, place in sorted(places)[:CANDIDATES]]):
        score = gain(w, low, high, k, &groups)
        if score > best_score or (score == best_score and groups < best_groups[0]):
            best, best_score, best_groups[0] = k, score, groups
    return best


cdef int part(Work* w, int low, int high, list found) except -1:
    """Divide the messages row[low:high]; append (messages, places of values) of each template."""
    cdef int k, n, values = 0, texts = 0, outside = 0, varying = 0, best, groups = 0, start
    cdef int open_places = 0, open_words = 0, open_quoted = 0, rows = high - low
    cdef int other
    cdef bint combined
    cdef Place p
    cdef bint is_text
    if rows == 1:
        found.append(([w.row[low]], []))
        return 0
    places = [False] * w.words
    open_ = bytearray(w.words)
    for k in range(w.words):
        p = look(w, low, high, k)
        w.distinct[k] = p.distinct
        w.varying[k] = p.distinct > 1
        if p.distinct == 1:
            is_text = (w.facts[w.ids[<int64_t>w.row[low] * w.words + k]] & TEXT) != 0
            texts += is_text
            outside += is_text and not w.context[k] & (QUOTED | KEY)
    for k in range(w.words):
        if not w.varying[k]:
            continue
        varying += 1
        p = look(w, low, high, k)
        if holds_values(w, low, k, p, outside):
            places[k] = True
        else:
            open_[k] = 1
    pair = bytearray(w.words)
    candidates = [k for k in range(w.words) if open_[k] and not w.context[k] & KEY][:CANDIDATES]
    for n, k in enumerate(candidates):
        for other in candidates[n + 1:]:
            if share_words(w, low, high, k, other, pair):
                places[k] = places[other] = True
                open_[k] = open_[other] = 0
    for k in range(w.words):
        values += places[k]
        if open_[k]:
            open_places += 1
            open_words += w.distinct[k]
            open_quoted += w.context[k] & QUOTED
    combined = (open_places > 1 and texts > 0 and rows >= LEAST_COMBINED and
                combinations(w, low, high, open_) >= max(LEAST_COMBINED, open_words * (
                    COMBINED_QUOTED if open_quoted == open_places else COMBINED)))
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
              const uint8_t[::1] context not None, const int32_t[::1] before not None):
    """Return (messages, places of values) of each template.

    ids: [messages, words] numbers of words, distinct rows; facts: [vocabulary] what is known about
    a word; context: [words] what is known about a place; before: [words] the place one word
    before, after one blank, or -1. Raises ValueError for shapes and numbers that do not fit.
    """
    cdef Work w
    cdef int n, messages = ids.shape[0], words = ids.shape[1]
    cdef int64_t k
    found = []
    if messages == 0:
        return found
    if words == 0:
        return [(list(range(messages)), [])]
    if context.shape[0] != words or before.shape[0] != words:
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
    w.context, w.before = &context[0], &before[0]
    w.row = <int32_t*>malloc(messages * sizeof(int32_t))
    w.scratch = <int32_t*>malloc(messages * sizeof(int32_t))
    w.mixed = <uint64_t*>malloc(messages * sizeof(uint64_t))
    w.stamp = <int32_t*>calloc(facts.shape[0], sizeof(int32_t))
    w.group = <int32_t*>calloc(facts.shape[0], sizeof(int32_t))
    w.first = <int32_t*>malloc(messages * sizeof(int32_t))
    w.size = <int32_t*>malloc(messages * sizeof(int32_t))
    w.same = <uint8_t*>malloc(<int64_t>messages * words)
    w.distinct = <int32_t*>calloc(words, sizeof(int32_t))
    w.varying = <int32_t*>calloc(words, sizeof(int32_t))
    try:
        if (w.row == NULL or w.scratch == NULL or w.mixed == NULL or w.stamp == NULL
                or w.group == NULL
                or w.first == NULL or w.size == NULL or w.same == NULL or w.distinct == NULL
                or w.varying == NULL):
            raise MemoryError
        for n in range(messages):
            w.row[n] = n
        part(&w, 0, messages, found)
    finally:
        free(w.row)
        free(w.scratch)
        free(w.mixed)
        free(w.stamp)
        free(w.group)
        free(w.first)
        free(w.size)
        free(w.same)
        free(w.distinct)
        free(w.varying)
    return found
