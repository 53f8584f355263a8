"""Truth inference where experts fall for the same wrong answer.

Each item has a right label t, a decoy z other than t that draws those who do not know, and a kind
c of two (in practice: easy and hard). An expert e knows the right label with probability p[c, e];
else it falls for the decoy with g[c, e]; else it answers by habit, h[e]. Agreement between two
experts who fall for the same decoy is weaker evidence: the decoy explains it, and the weight of an
expert's vote is log p / ((1 - p) g) instead of
log p / ((1 - p) / labels), so weak experts no longer outvote a strong one. The independent model
with habits is the case g = 0 (MACE: Hovy et al., NAACL 2013); decoys and kinds are cotool's own.

Fitted by EM with weak priors that pull experts of few labels to the mean of their kind. Items'
states are (kind, right, decoy) over the labels that were given, at most 24, and "another one".
O(labels of an item × different ones × kinds) an item.

What is learned is kept as counts, which add up over batches (`decoy_model.Counts`).
"""

from array import array

from cython.parallel cimport prange
from libc.math cimport INFINITY, exp, log, log1p
from libc.stdint cimport int32_t, int64_t

from cotool._fast.truth.decoy_model cimport KINDS, Model, estimate
from cotool._fast.truth.labels cimport Labels, Steps, zeros

from cotool._fast.truth.decoy_model import Counts, add
from cotool._fast.truth.labels import Posterior, weighted_vote

cdef enum:
    MOST = 24            # different labels of an item that may be right or the decoy
    ROOM = MOST + 1

# How far apart the kinds begin.
cdef double SPREAD = 0.15


cdef struct state:
    # The different labels of an item, commonest first, and what each kind, right one and decoy
    # among them is worth; the last place is "another".
    Py_ssize_t count
    int32_t label[MOST]
    double value[KINDS][ROOM][ROOM]


cdef void different(Labels t, Py_ssize_t i, state* s) noexcept nogil:
    """The different labels of an item; of more than MOST the commonest, ties to the lower id."""
    cdef int64_t j, x
    cdef Py_ssize_t k, times, least, at
    cdef Py_ssize_t counts[MOST]
    s.count = 0
    for j in range(t.start[i], t.start[i + 1]):
        for k in range(s.count):
            if s.label[k] == t.label[j]:
                break
        else:
            times = 0
            for x in range(t.start[i], t.start[i + 1]):
                times += t.label[x] == t.label[j]
            if s.count < MOST:
                s.label[s.count] = t.label[j]
                counts[s.count] = times
                s.count += 1
                continue
            at = 0
            for k in range(1, MOST):
                if counts[k] < counts[at] or (
                    counts[k] == counts[at] and s.label[k] > s.label[at]
                ):
                    at = k
            least = counts[at]
            if times > least or (times == least and t.label[j] < s.label[at]):
                s.label[at] = t.label[j]
                counts[at] = times


cdef Py_ssize_t place_of(const state* s, int32_t label) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(s.count):
        if s.label[k] == label:
            return k
    return -1


cdef inline double by_habit(Model m, Py_ssize_t e, int32_t label) noexcept nogil:
    """How likely the expert's habit gives the label; any, where labels are open."""
    if m.habit.shape[0] == 0:
        return 1 / m.values
    return m.habit[e * m.labels + label]


cdef double expect(Labels t, Model m, Py_ssize_t i, double* post, double* right, double* fell,
                   double* kind) noexcept nogil:
    """The step over an item: its posterior, and what each of its labels is taken for.

    `post`: a label's probability to be right; `right` (known) and `fell`: KINDS for each row;
    `kind`: KINDS for the item. Returns the log-likelihood.
    """
    cdef state s
    cdef Py_ssize_t c, x, z, y, k, e, states, outside
    cdef int64_t j
    cdef double most = -INFINITY, total = 0, b, value, worth = 1
    cdef double base[KINDS][ROOM]
    different(t, i, &s)
    states = s.count + 1
    total = 1
    for x in range(states):
        value = 1 / m.values
        if x == s.count:
            value = max(total, 1e-9 / m.values)
        elif m.share.shape[0]:
            value = m.share[s.label[x]]
        total -= value
        for c in range(KINDS):
            base[c][x] = m.kinds[c] + log(value)
            for z in range(states):
                s.value[c][x][z] = 0
    total = 0
    for j in range(t.start[i], t.start[i + 1]):
        e = t.expert[j]
        y = place_of(&s, t.label[j])
        b = by_habit(m, e, t.label[j])
        if t.worth.shape[0]:
            worth = t.worth[j]
        for c in range(KINDS):
            # Every state has the label by habit; some have more.
            value = worth * (m.wrong[c * m.experts + e] + log(b))
            for x in range(states):
                base[c][x] += value
            if y < 0:
                continue
            base[c][y] += worth * log1p(m.know[c * m.experts + e] / b)
            value = worth * log1p(m.fall[c * m.experts + e] / b)
            for x in range(states):
                if x != y:
                    s.value[c][x][y] += value
    for x in range(states):
        # Decoys among the labels given, then any other.
        outside = s.count - (x < s.count)
        for z in range(states):
            value = -log(max(m.values - 1, 1.0))
            if z == s.count:
                value += log(max(m.values - 1 - outside, 1e-9))
            for c in range(KINDS):
                if z == x and z < s.count:
                    s.value[c][x][z] = -INFINITY
                    continue
                s.value[c][x][z] += base[c][x] + value
                if s.value[c][x][z] > most:
                    most = s.value[c][x][z]
    for c in range(KINDS):
        kind[c] = 0
        for x in range(states):
            for z in range(states):
                s.value[c][x][z] = exp(s.value[c][x][z] - most)
                kind[c] += s.value[c][x][z]
        total += kind[c]
    for k in range(t.labels):
        post[k] = 0
    for c in range(KINDS):
        kind[c] /= total
        for x in range(states):
            for z in range(states):
                s.value[c][x][z] /= total
                if x < s.count:
                    post[s.label[x]] += s.value[c][x][z]
    for j in range(t.start[i], t.start[i + 1]):
        e = t.expert[j]
        y = place_of(&s, t.label[j])
        for c in range(KINDS):
            right[j * KINDS + c] = fell[j * KINDS + c] = 0
        if y < 0:
            continue
        b = by_habit(m, e, t.label[j])
        for c in range(KINDS):
            value = m.know[c * m.experts + e]
            for z in range(states):
                right[j * KINDS + c] += s.value[c][y][z] * value / (value + b)
            value = m.fall[c * m.experts + e]
            for x in range(states):
                if x != y:
                    fell[j * KINDS + c] += s.value[c][x][y] * value / (value + b)
    return log(total) + most


cdef void gather(Labels t, const double[::1] right, const double[::1] fell,
                 const double[::1] kinds, Py_ssize_t e, double[::1] rights, double[::1] falls,
                 double[::1] seen, double[::1] habits) noexcept nogil:
    """Add an expert's rows to the counts."""
    cdef int64_t j, row
    cdef Py_ssize_t c, place
    cdef double all_, here
    for j in range(t.own_start[e], t.own_start[e + 1]):
        row = t.own[j]
        for c in range(KINDS):
            place = c * t.experts + e
            all_ = kinds[t.item[row] * KINDS + c]
            rights[place] += right[row * KINDS + c]
            falls[place] += fell[row * KINDS + c]
            seen[place] += all_
            if habits.shape[0]:
                here = all_ - right[row * KINDS + c] - fell[row * KINDS + c]
                habits[e * t.labels + t.label[row]] += max(here, 0.0)


def begin(Labels t, bint habits, weights=None):
    """Counts to begin with, from shares of votes; `weights` of experts, equal by default."""
    cdef Py_ssize_t e, c, place
    cdef int64_t j, row
    cdef double total = 0, n, p
    counts = Counts(t.experts, t.labels if habits else 0)
    cdef double[::1] post = weighted_vote(t, weights or array("d", [1.0]) * t.experts)
    cdef double[::1] right = counts.right
    cdef double[::1] fell = counts.fell
    cdef double[::1] seen = counts.seen
    cdef double[::1] habit = counts.habits
    cdef double[::1] kinds = counts.kinds
    for c in range(KINDS):
        kinds[c] = <double>t.items / KINDS
    for e in range(t.experts):
        total = 0
        n = t.own_start[e + 1] - t.own_start[e]
        for j in range(t.own_start[e], t.own_start[e + 1]):
            row = t.own[j]
            total += post[t.item[row] * t.labels + t.label[row]]
            if habits:
                habit[e * t.labels + t.label[row]] += 1
        for c in range(KINDS):
            place = c * t.experts + e
            p = total / n if n else 0.5
            p *= 1 + SPREAD * (1 - 2 * c)
            seen[place] = n / KINDS
            right[place] = min(p, 0.95) * seen[place]
            fell[place] = 0.3 * (seen[place] - right[place])
    return counts


def decoys(Labels t, counts=None, known=None, double values=0, bint balanced=True,
           int iterations=100, double tolerance=1e-6, num_threads=None):
    """EM of decoys.

    `known` are counts from earlier items, which are added in every iteration; `counts` those to
    begin with (by default `known`, else from shares of votes). `values` is how many labels are
    possible where they differ from item to item, 0 if the table has them all. With
    ``iterations=0`` items are judged by the counts alone. `balanced`: right labels are taken to be
    equally likely, else their shares are estimated. Returns a posterior whose `experts` are the
    counts of these items.
    """
    closed = values <= 0
    cdef Model m = Model(t.experts, t.labels, t.labels if closed else values, closed, balanced)
    cdef Steps s = Steps(t, num_threads)
    cdef Py_ssize_t e, i, k, threads = s.threads
    cdef int done = 0
    cdef double[::1] post = s.post
    cdef double[::1] fit = s.fit
    cdef double[::1] right = zeros(t.count * KINDS)
    cdef double[::1] fell = zeros(t.count * KINDS)
    cdef double[::1] kinds = zeros(t.items * KINDS)
    cdef double[::1] rights
    cdef double[::1] falls
    cdef double[::1] seen
    cdef double[::1] habit
    cdef double[::1] shares
    cdef double[::1] labels
    cdef double nothing = 0
    cdef double* first_right = &right[0] if t.count else &nothing
    cdef double* first_fell = &fell[0] if t.count else &nothing
    if counts is None and (known is None or (iterations and not any(known.seen))):
        counts = begin(t, closed)
    current = counts or known
    converged = False
    found = None
    while found is None or (done < iterations and not converged):
        done += 1
        estimate(m, current.right, current.fell, current.seen, current.habits, current.kinds,
                 current.labels)
        found = Counts(t.experts, len(current.labels))
        rights, falls, seen, habit = found.right, found.fell, found.seen, found.habits
        shares, labels = found.kinds, found.labels
        with nogil:
            for i in prange(t.items, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                fit[i] = expect(t, m, i, &post[i * t.labels], first_right, first_fell,
                                &kinds[i * KINDS])
            for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                            use_threads_if=threads > 1):
                gather(t, right, fell, kinds, e, rights, falls, seen, habit)
            for i in range(t.items):
                for k in range(KINDS):
                    shares[k] += kinds[i * KINDS + k]
                for k in range(labels.shape[0]):
                    labels[k] += post[i * t.labels + k]
        current = found if known is None else add(known, found)
        converged = s.settled(tolerance)
    return Posterior(s.post, found, done, converged, s.last)


def model(counts, Py_ssize_t experts, Py_ssize_t labels, double values=0, bint balanced=True):
    """What the counts say, for `judge`; `values` and `balanced` as in `decoys`."""
    cdef Model m = Model(experts, labels, values or labels, values <= 0, balanced)
    estimate(m, counts.right, counts.fell, counts.seen, counts.habits, counts.kinds,
             counts.labels)
    return m


def judge(Labels t, Model m not None):
    """The posterior of items, items × labels, by a model of the same experts and labels."""
    if t.experts != m.experts or (m.habit.shape[0] and t.labels != m.labels):
        raise ValueError("the model is of other experts or labels")
    items = zeros(t.items * t.labels)
    cdef double[::1] post = items
    cdef double[::1] right = zeros(max(t.count, 1) * KINDS)
    cdef double[::1] fell = zeros(max(t.count, 1) * KINDS)
    cdef double[::1] kinds = zeros(KINDS)
    cdef Py_ssize_t i
    for i in range(t.items):
        if t.start[i + 1] > t.start[i]:
            expect(t, m, i, &post[i * t.labels], &right[0], &fell[0], &kinds[0])
    return items
