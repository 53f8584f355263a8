"""What a passage says of a sentence: it supports it, contradicts it, or does not mention it.

A passage supports a sentence that it covers, unless it has another number. It contradicts one that
it denies in the same words, or for which it has another value in the same place: a number of the
same kind, a name beside the same word, a word that says the opposite. All else that carries the
two sentences must be about the same.
"""

from libc.math cimport fabs, pow
from libc.stdint cimport uint8_t
from libc.stdlib cimport calloc, free, malloc, realloc

from cotool._fast.text.passages cimport IN_CONCORD, NAME, NUMBER

# A passage supports a sentence if a sentence of it and the next one cover this much of it.
cdef double SUPPORTED = 0.6

# A sentence may contradict a statement if it shares this much of the rest of the statement: of all
# but the numbers, where these differ; of all but the name, or of all, in the other cases.
cdef double SAME_FRAME = 0.55
cdef double OPPOSITE = 0.75

# A passage that says less of a statement does not mention it. Where names differ, a fifth is
# enough: another name leaves no more of "The architect was Ada Lane".
cdef double MENTIONED = SAME_FRAME / 2
cdef double SLIGHT = 0.2

# Two sentences that contradict each other share this much of the other one, too; sentences of few
# shared anchors share most of it.
cdef double SAME_TOPIC = 0.4

cdef enum:
    ENOUGH_SHARED = 3
    MOST_APART = 8    # words of either sentence that the other lacks, where one says the opposite
    LEAST_DIGITS = 2  # of a rounded number: 3 may be anything, 3.1 and 12 say something
    MOST_PAIRS = 2 * MOST_APART


cdef int open_scratch(Scratch* s, const Passages* p) except -1:
    cdef Py_ssize_t anchors = p.anchors + 1, words = p.words + 2
    s.serial = s.mine = s.tick = s.denials = 0
    s.own = <int64_t*>calloc(6 * anchors + 5 * words, sizeof(int64_t))
    s.missing = <int32_t*>malloc(anchors * sizeof(int32_t))
    if s.own == NULL or s.missing == NULL:
        raise MemoryError
    s.there = s.own + anchors
    s.window = s.there + anchors
    s.counted = s.window + anchors
    s.own_denied = s.counted + anchors
    s.their_denied = s.own_denied + anchors
    s.own_words = s.their_denied + anchors
    s.their_words = s.own_words + words
    s.before = s.their_words + words
    s.behind = s.before + words
    s.capital = s.behind + words
    return 0


cdef void close_scratch(Scratch* s) noexcept:
    free(s.own)
    free(s.missing)


cdef Py_ssize_t mark_denied(const Passages* p, Py_ssize_t sentence, int64_t* marks,
                            int64_t mark) noexcept nogil:
    """Mark what a sentence denies: the anchor behind a negation, at its end the one before it.

    Two negations with no anchor between them undo each other: "not without", "nobody did not".
    Those in concord are one. Return how many anchors are marked.
    """
    cdef Py_ssize_t k, count = 0
    cdef uint8_t negation
    cdef int32_t anchor, before = -1
    cdef bint open = False, concord = False
    for k in range(p.begins[sentence], p.begins[sentence + 1] + 1):
        if k < p.begins[sentence + 1]:
            negation = p.negations[p.said[k]]
            if negation:
                if negation != IN_CONCORD or not concord:
                    open = not open
                concord = concord or negation == IN_CONCORD
                continue
            anchor = p.anchor_of[p.said[k]]
            if anchor < 0:
                continue
        else:
            anchor = before
        if open and anchor >= 0 and marks[anchor] != mark:
            marks[anchor] = mark
            count += 1
        before, open = anchor, False
    return count


cdef int add(Verdicts* to, Py_ssize_t n, Py_ssize_t passage, Py_ssize_t nearest, int what,
             int value, int other) noexcept nogil:
    cdef Record* more
    if to.count == to.room:
        more = <Record*>realloc(to.records, (2 * to.room + 64) * sizeof(Record))
        if more == NULL:
            return -1
        to.records = more
        to.room = 2 * to.room + 64
    to.records[to.count] = Record(
        <int32_t>n, <int32_t>passage, <int32_t>nearest, what, value, other
    )
    to.count += 1
    return 0


cdef void enter(Scratch* s, const Passages* p, Py_ssize_t n) noexcept nogil:
    """Mark what the statement `n` says, for judge()."""
    cdef Py_ssize_t k
    s.serial += 1
    s.mine = s.serial
    for k in range(p.bounds[n], p.bounds[n + 1]):
        s.own[p.found[k]] = s.mine
    for k in range(p.begins[n], p.begins[n + 1]):
        s.own_words[p.said[k]] = s.mine
    s.denied_count = mark_denied(p, n, s.own_denied, s.mine)


cdef int denies_said(const Passages* p, Scratch* s, Py_ssize_t n,
                     Py_ssize_t nearest) noexcept nogil:
    """Whether one of two sentences denies what the other says and does not deny.

    1 where it is the statement that denies, -1 the other one. What both deny does not count;
    where each denies something else, they are about different things.
    """
    cdef Py_ssize_t k, theirs, common = 0
    cdef int32_t anchor
    if s.denied_count == 0 and not p.denies[nearest]:
        return 0
    s.denials += 1
    theirs = mark_denied(p, nearest, s.their_denied, s.denials)
    for k in range(p.bounds[n], p.bounds[n + 1]):
        anchor = p.found[k]
        common += s.own_denied[anchor] == s.mine and s.their_denied[anchor] == s.denials
    if common == theirs and common < s.denied_count:
        for k in range(p.bounds[n], p.bounds[n + 1]):
            anchor = p.found[k]
            if (s.own_denied[anchor] == s.mine and s.their_denied[anchor] != s.denials
                    and s.there[anchor] != s.serial):
                return 0
        return 1
    if common == s.denied_count and common < theirs:
        for k in range(p.bounds[nearest], p.bounds[nearest + 1]):
            anchor = p.found[k]
            if (s.their_denied[anchor] == s.denials and s.own_denied[anchor] != s.mine
                    and s.own[anchor] != s.mine):
                return 0
        return -1
    return 0


cdef int opposed(const Passages* p, Scratch* s, Py_ssize_t n, Py_ssize_t nearest) noexcept nogil:
    """Whether one of two sentences denies what the other affirms: 1 or -1, as denies_said().

    "Nothing is lost by waiting" denies nothing about waiting.
    """
    cdef Py_ssize_t k, shared = 0
    cdef double same = 0, own = 0, back = 0
    for k in range(p.bounds[n], p.bounds[n + 1]):
        own += p.weights[p.found[k]]
        if s.there[p.found[k]] == s.serial:
            same += p.weights[p.found[k]]
            shared += 1
    for k in range(p.bounds[nearest], p.bounds[nearest + 1]):
        back += p.weights[p.found[k]]
    if same < OPPOSITE * own or same < SAME_TOPIC * back:
        return 0
    if shared < ENOUGH_SHARED and same < OPPOSITE * back:
        return 0
    return denies_said(p, s, n, nearest)


cdef int contrary(const Passages* p, Scratch* s, Verdicts* to, Py_ssize_t n, Py_ssize_t passage,
                  Py_ssize_t nearest) noexcept nogil:
    """Add the words of one sentence that say the opposite of a word of the other.

    All else that carries the sentence must be in the other. Return whether there are any, -1
    without memory.
    """
    cdef int32_t[MOST_PAIRS] mine
    cdef int32_t[MOST_PAIRS] theirs
    cdef Py_ssize_t k, c, pairs = 0, apart = 0
    cdef int32_t word, anchor, other
    cdef double same = 0, rest = 0, back = 0
    for k in range(p.begins[n], p.begins[n + 1]):
        if p.contraries_begin[p.said[k]] < p.contraries_begin[p.said[k] + 1]:
            break
    else:
        return 0
    for k in range(p.begins[nearest], p.begins[nearest + 1]):
        word = p.said[k]
        if s.their_words[word] != s.serial:
            s.their_words[word] = s.serial
            apart += s.own_words[word] != s.mine
    if apart > MOST_APART:
        return 0
    apart = 0
    for k in range(p.begins[n], p.begins[n + 1]):
        word = p.said[k]
        if s.their_words[word] == s.serial or s.their_words[word] == -s.serial:
            continue
        s.their_words[word] = -s.serial  # seen
        apart += 1
        for c in range(p.contraries_begin[word], p.contraries_begin[word + 1]):
            other = p.contraries[2 * c + 1]
            if (pairs < MOST_PAIRS and s.their_words[other] == s.serial
                    and s.own_words[other] != s.mine):
                mine[pairs] = word
                theirs[pairs] = other
                pairs += 1
    if apart > MOST_APART or pairs == 0 or p.denies[n] != p.denies[nearest]:
        return 0
    s.tick += 1
    for k in range(pairs):
        anchor = p.anchor_of[mine[k]]
        if anchor >= 0:
            s.counted[anchor] = s.tick
    for k in range(p.bounds[n], p.bounds[n + 1]):
        anchor = p.found[k]
        if s.counted[anchor] != s.tick:
            rest += p.weights[anchor]
            if s.there[anchor] == s.serial:
                same += p.weights[anchor]
    s.tick += 1
    for k in range(pairs):
        anchor = p.anchor_of[theirs[k]]
        if anchor >= 0:
            s.counted[anchor] = s.tick
    for k in range(p.bounds[nearest], p.bounds[nearest + 1]):
        if s.counted[p.found[k]] != s.tick:
            back += p.weights[p.found[k]]
    if same == 0 or same < OPPOSITE * rest or same < SAME_TOPIC * back:
        return 0
    for k in range(pairs):
        if add(to, n, passage, nearest, CONTRARY, mine[k], theirs[k]):
            return -1
    return 1


cdef double name_weight(const Passages* p, Scratch* s, Py_ssize_t sentence, int32_t value,
                        bint own) noexcept nogil:
    """The weight of a value and the names in a row with it that only one of two sentences has."""
    cdef Py_ssize_t k, i, row = p.begins[sentence]
    cdef int32_t anchor
    cdef double weight = p.weights[value]
    cdef bint holds = False
    s.tick += 1
    s.counted[value] = s.tick
    for k in range(p.begins[sentence], p.begins[sentence + 1] + 1):
        anchor = p.anchor_of[p.said[k]] if k < p.begins[sentence + 1] else -1
        if anchor >= 0 and p.kinds[anchor] & NAME and (
                s.own[anchor] == s.mine and s.window[anchor] != s.serial if own
                else s.own[anchor] != s.mine):
            holds = holds or anchor == value
            continue
        if holds:
            for i in range(row, k):
                anchor = p.anchor_of[p.said[i]]
                if s.counted[anchor] != s.tick:
                    s.counted[anchor] = s.tick
                    weight += p.weights[anchor]
        row, holds = k + 1, False
    return weight


cdef int32_t name_beside(const Passages* p, Scratch* s, Py_ssize_t n, int32_t value,
                         Py_ssize_t nearest, bint* marked) noexcept nogil:
    """The one other name of a sentence beside a word that is beside the value, too; -1: none."""
    cdef Py_ssize_t k, start = p.begins[n], end = p.begins[n + 1]
    cdef int32_t anchor, one = -1
    if not marked[0]:
        marked[0] = True
        for k in range(p.capitals_begin[nearest], p.capitals_begin[nearest + 1]):
            if p.capitals[k] >= 0:
                s.capital[p.capitals[k]] = s.serial
    s.tick += 1
    for k in range(start, end):
        if p.anchor_of[p.said[k]] == value:
            s.before[p.said[k - 1] + 1 if k > start else 0] = s.tick
            s.behind[p.said[k + 1] + 1 if k + 1 < end else 0] = s.tick
    start, end = p.begins[nearest], p.begins[nearest + 1]
    for k in range(start, end):
        anchor = p.anchor_of[p.said[k]]
        if anchor < 0 or s.own[anchor] == s.mine or s.capital[p.said[k]] != s.serial:
            continue
        if (s.before[p.said[k - 1] + 1 if k > start else 0] == s.tick
                or s.behind[p.said[k + 1] + 1 if k + 1 < end else 0] == s.tick):
            if one >= 0 and one != anchor:
                return -1
            one = anchor
    return one


cdef bint rounded(const Passages* p, int32_t value, int32_t other) noexcept nogil:
    """Whether one of two plain numbers is the other, rounded to fewer decimals."""
    cdef int32_t coarse = value if p.decimals[value] < p.decimals[other] else other
    if p.decimals[value] == p.decimals[other] or p.digits[coarse] < LEAST_DIGITS:
        return False
    return (fabs(p.values[value] - p.values[other])
            <= pow(10.0, -p.decimals[coarse]) / 2 * (1 + 1e-9))


cdef bint compatible(const Passages* p, const Scratch* s, int32_t value, int32_t other,
                     Py_ssize_t missing) noexcept nogil:
    """Whether a number is another one rounded, or lies between two of a sentence."""
    cdef double number, least = p.values[value], most = p.values[value]
    cdef Py_ssize_t k
    if p.values[value] != p.values[value] or p.values[other] != p.values[other]:
        return False
    if rounded(p, value, other):
        return True
    for k in range(missing):
        number = p.values[s.missing[k]]
        if number < least:
            least = number
        if number > most:
            most = number
    return p.kinds[value] == NUMBER and least < p.values[other] < most


cdef bint also_says(const Passages* p, const Scratch* s, Py_ssize_t n, int32_t other,
                    double same) noexcept nogil:
    """Whether the own passage says the other value of the same things, too: "verse 1, 2, 3"."""
    cdef Py_ssize_t k, sentence, passage = p.passage_of[n], place
    cdef double shared
    for place in range(p.starts[other], p.starts[other + 1]):
        sentence = p.postings[place]
        if p.passage_of[sentence] != passage:
            continue
        shared = 0
        for k in range(p.bounds[sentence], p.bounds[sentence + 1]):
            if (s.own[p.found[k]] == s.mine and s.there[p.found[k]] == s.serial):
                shared += p.weights[p.found[k]]
        if shared >= SAME_FRAME * same:
            return True
    return False


cdef int conflicts(const Passages* p, Scratch* s, Verdicts* to, Py_ssize_t n, Py_ssize_t passage,
                   Py_ssize_t nearest, Py_ssize_t missing, bint mentioned) noexcept nogil:
    """Add pairs of a missing value and the one other value in its place.

    Of what is not `mentioned`, only names are looked at. Return whether there are any, -1 without
    memory.
    """
    cdef Py_ssize_t k, c
    cdef double same = 0, own = 0, back = 0, rest, rest_back
    cdef double[2] absent     # weights of missing numbers, names
    cdef double foreign = 0   # weight of the numbers that only the other sentence has
    cdef int32_t anchor, value, other
    cdef int found = 0
    cdef bint named, marked = False
    absent[0] = absent[1] = 0
    for k in range(p.bounds[n], p.bounds[n + 1]):
        anchor = p.found[k]
        own += p.weights[anchor]
        if s.there[anchor] == s.serial:
            same += p.weights[anchor]
    if same == 0:
        return 0
    for k in range(missing):
        anchor = s.missing[k]
        absent[p.kinds[anchor] == NAME] += p.weights[anchor]
    for k in range(p.bounds[nearest], p.bounds[nearest + 1]):
        anchor = p.found[k]
        back += p.weights[anchor]
        if s.own[anchor] != s.mine and p.kinds[anchor] & NUMBER:
            foreign += p.weights[anchor]
    for k in range(missing):
        value = s.missing[k]
        named = p.kinds[value] == NAME
        if not (named or mentioned):
            continue
        # A date may differ in all its numbers; another name beside is another subject.
        rest, rest_back = own - absent[named], 0 if named else back - foreign
        if same < (OPPOSITE if named else SAME_FRAME) * rest or same < SAME_TOPIC * rest_back:
            continue
        if named:
            other = name_beside(p, s, n, value, nearest, &marked)
            if other < 0:
                continue
            rest = own - name_weight(p, s, n, value, True)
            rest_back = back - name_weight(p, s, nearest, other, False)
            if same < OPPOSITE * rest or same < SAME_TOPIC * rest_back:
                continue
        else:
            other = -1
            for c in range(p.bounds[nearest], p.bounds[nearest + 1]):
                anchor = p.found[c]
                if s.own[anchor] != s.mine and p.kinds[anchor] == p.kinds[value]:
                    if other >= 0:
                        other = -1
                        break
                    other = anchor
            if other < 0 or compatible(p, s, value, other, missing):
                continue
        if not also_says(p, s, n, other, same):
            if add(to, n, passage, nearest, CONFLICTS, value, other):
                return -1
            found = 1
    return found


cdef int judge(const Passages* p, Scratch* s, Verdicts* to, Py_ssize_t n, Py_ssize_t passage,
               double cover, Py_ssize_t place, Py_ssize_t nearest) noexcept nogil:
    """Add what a passage says of the statement that was entered.

    `cover` is how much of it the sentence `place` and the next one say, `nearest` the sentence that
    says most of it alone. Return 1 if the passage contradicts it, -1 without memory.
    """
    cdef Py_ssize_t k, sentence, missing = 0
    cdef int32_t anchor
    cdef bint number = False
    cdef int found
    if cover < SLIGHT:
        return 0
    s.serial += 1
    for sentence in range(place, min(place + 2, <Py_ssize_t>p.first[passage + 1])):
        for k in range(p.bounds[sentence], p.bounds[sentence + 1]):
            s.window[p.found[k]] = s.serial
    for k in range(p.bounds[nearest], p.bounds[nearest + 1]):
        s.there[p.found[k]] = s.serial
    for k in range(p.bounds[n], p.bounds[n + 1]):
        anchor = p.found[k]
        if p.kinds[anchor] and s.window[anchor] != s.serial:
            s.missing[missing] = anchor
            missing += 1
            number = number or p.kinds[anchor] & NUMBER
    if missing:
        found = conflicts(p, s, to, n, passage, nearest, missing, cover >= MENTIONED)
        if found:
            return found
    elif cover >= OPPOSITE:
        found = opposed(p, s, n, nearest)
        if found:
            return -1 if add(to, n, passage, nearest, DENIES, found > 0, -1) else 1
    if cover >= SAME_FRAME:
        found = contrary(p, s, to, n, passage, nearest)
        if found:
            return found
    if cover >= SUPPORTED and not number and not denies_said(p, s, n, nearest):
        return add(to, n, passage, nearest, LACKS if missing else SUPPORTS, -1, -1)
    return 0
