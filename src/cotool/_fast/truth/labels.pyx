"""Labels of items by experts, and what all methods of truth inference share.

`Labels` holds N labels, one (item, expert, label) each, sorted by item and by expert; the methods
return a `Posterior`: items × labels probabilities, and what was learned of the experts. All are
expectation maximization: a step over items (their labels' posterior) and a step over experts (their
parameters), each split over threads by item or by expert (`Steps`). Sums over an item or an expert
have one order, so results depend on neither the order of the rows nor the number of threads. An
iteration costs O(N × labels).

The methods: `dawid_skene` (confusion matrices), `one_coin`, `glad`, `mace`, and two models of
errors that experts share, `decoys` and `subclasses`. Votes, weighted or not, are counted here.
"""

from array import array

from cpython cimport array as arrays
from libc.math cimport exp, fabs, log
from libc.stdint cimport int32_t, int64_t

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.base.interrupt cimport check_interrupt

# Nanoseconds for a label and one of the labels it may be compared with.
cdef double LABEL_COST = 3.0


cdef object zeros(Py_ssize_t count, str code="d"):
    """An array of zeros."""
    return arrays.clone(array(code), count, zero=True) if count else array(code)


cdef class Labels:
    """Labels by item and by expert. The ids are 0 … count - 1.

    Raises ValueError if an id is out of range or the arrays differ in length.
    """

    def __init__(self, item, expert, label, Py_ssize_t items, Py_ssize_t experts,
                 Py_ssize_t labels):
        cdef const int32_t[::1] i_ = item
        cdef const int32_t[::1] e_ = expert
        cdef const int32_t[::1] l_ = label
        cdef Py_ssize_t count = i_.shape[0], k, place
        if e_.shape[0] != count or l_.shape[0] != count:
            raise ValueError("items, experts and labels differ in length")
        for k in range(count):
            if not (0 <= i_[k] < items and 0 <= e_[k] < experts and 0 <= l_[k] < labels):
                raise ValueError("an id is out of range")
        self.count, self.items, self.experts, self.labels = count, items, experts, labels
        # Three stable counting sorts: by label, by expert, by item.
        order = array("i", range(count))
        cdef int32_t[::1] by = order
        cdef int32_t[::1] other = zeros(count, "i")
        _sort(l_, by, other, labels)
        _sort(e_, other, by, experts)
        _sort(i_, by, other, items)
        self.item = zeros(count, "i")
        self.expert = zeros(count, "i")
        self.label = zeros(count, "i")
        self.start = zeros(items + 1, "q")
        self.own_start = zeros(experts + 1, "q")
        self.own = zeros(count, "i")
        for k in range(count):
            place = other[k]
            self.item[k] = i_[place]
            self.expert[k] = e_[place]
            self.label[k] = l_[place]
            self.start[i_[place] + 1] += 1
            self.own_start[e_[place] + 1] += 1
        for k in range(items):
            self.start[k + 1] += self.start[k]
        for k in range(experts):
            self.own_start[k + 1] += self.own_start[k]
        for k in range(count):
            by[k] = <int32_t>k
        _sort(self.expert, by, self.own, experts)
        self.worth = zeros(0)

    def rows(self):
        """(item, expert, label) as three arrays, sorted by item, expert and label."""
        return self.item.base, self.expert.base, self.label.base

    def weigh(self, shared):
        """Let equal labels of experts who share errors count less in `decoys` and `subclasses`.

        `shared`, experts × experts, has the share of what two agree on that is no evidence. A label
        counts 1 / (1 + the shares of the others who gave the same one).
        """
        cdef const double[::1] own = shared
        cdef Py_ssize_t i, n = self.experts
        cdef int64_t j, k
        if own.shape[0] != n * n:
            raise ValueError("the shares are a square of the experts")
        self.worth = zeros(self.count)
        for i in range(self.items):
            for j in range(self.start[i], self.start[i + 1]):
                self.worth[j] = 1
                for k in range(self.start[i], self.start[i + 1]):
                    if self.label[k] == self.label[j] and k != j:
                        self.worth[j] += own[self.expert[j] * n + self.expert[k]]
                self.worth[j] = 1 / self.worth[j]

    cdef int threads(self, object requested) except -1:
        return threads_for(requested, LABEL_COST * self.count * min(self.labels, 16))


cdef void _sort(const int32_t[::1] key, const int32_t[::1] order, int32_t[::1] out,
                Py_ssize_t keys):
    """Stable counting sort of `order` by `key`."""
    cdef int64_t[::1] place = zeros(keys + 1, "q")
    cdef Py_ssize_t k
    for k in range(order.shape[0]):
        place[key[order[k]] + 1] += 1
    for k in range(keys):
        place[k + 1] += place[k]
    for k in range(order.shape[0]):
        out[place[key[order[k]]]] = order[k]
        place[key[order[k]]] += 1


class Posterior:
    """What a method found. `items` is items × labels, `experts` what the method knows of each."""

    __slots__ = ("converged", "experts", "items", "iterations", "log_likelihood")

    def __init__(self, items, experts, iterations, converged, log_likelihood=0.0):
        self.items = items
        self.experts = experts
        self.iterations = iterations
        self.converged = converged
        self.log_likelihood = log_likelihood


cdef void count_votes(Labels t, const double[::1] weight, double* votes) noexcept nogil:
    """Shares of an item's weight by label; without any, all labels are as likely."""
    cdef Py_ssize_t i, k, labels = t.labels
    cdef int64_t j
    cdef double total
    for i in range(t.items):
        total = 0
        for j in range(t.start[i], t.start[i + 1]):
            votes[i * labels + t.label[j]] += weight[t.expert[j]]
            total += weight[t.expert[j]]
        for k in range(labels):
            votes[i * labels + k] = votes[i * labels + k] / total if total > 0 else 1.0 / labels


def weighted_vote(Labels t, weight):
    """Shares of votes, items × labels; `weight` is one for each expert, from 0 on."""
    cdef const double[::1] own = weight
    if own.shape[0] != t.experts:
        raise ValueError("one weight for each expert is needed")
    items = zeros(t.items * t.labels)
    cdef double[::1] view = items
    if view.shape[0]:
        count_votes(t, own, &view[0])
    return items


def agreement(Labels t, posterior):
    """For each expert the mean of the posterior at its labels: how far items agree with it."""
    cdef const double[::1] p = posterior
    means = zeros(t.experts)
    cdef double[::1] out = means
    cdef Py_ssize_t e
    cdef int64_t j, row
    cdef double total
    for e in range(t.experts):
        total = 0
        for j in range(t.own_start[e], t.own_start[e + 1]):
            row = t.own[j]
            total += p[t.item[row] * t.labels + t.label[row]]
        if t.own_start[e + 1] > t.own_start[e]:
            out[e] = total / (t.own_start[e + 1] - t.own_start[e])
    return means


def best_given(Labels t, posterior, double epsilon):
    """(label, tied): each item's most probable label of those given, -1 if there is none.

    `tied` says that another one is as probable, within epsilon.
    """
    cdef const double[::1] post = posterior
    cdef Py_ssize_t i
    cdef int64_t j
    cdef const double* row
    places, ties = zeros(t.items, "i"), zeros(t.items, "i")
    cdef int32_t[::1] place = places
    cdef int32_t[::1] tied = ties
    for i in range(t.items):
        place[i] = -1
        row = &post[i * t.labels] if t.labels else NULL
        for j in range(t.start[i], t.start[i + 1]):
            if place[i] < 0 or row[t.label[j]] > row[place[i]]:
                place[i] = t.label[j]
        for j in range(t.start[i], t.start[i + 1]):
            if t.label[j] != place[i] and row[t.label[j]] >= row[place[i]] - epsilon:
                tied[i] = 1
    return places, ties


def limits(Labels t, label):
    """For each item the greatest probability that the experts behind a label can support.

    After n answers, even if all are taken to be right, the next one is wrong with the probability
    1 / (n + 2) (Laplace's rule of succession); all who gave the item this label err at once with
    the product. `label` has one label per item; 0 if nobody gave it.
    """
    cdef const int32_t[::1] chosen = label
    bounds = zeros(t.items)
    cdef double[::1] out = bounds
    cdef double wrong
    cdef Py_ssize_t i, e
    cdef int64_t j
    for i in range(t.items):
        wrong = 1
        for j in range(t.start[i], t.start[i + 1]):
            if t.label[j] == chosen[i]:
                e = t.expert[j]
                wrong /= t.own_start[e + 1] - t.own_start[e] + 2
        out[i] = 1 - wrong
    return bounds


def coincidences(Labels t):
    """(both, same): for each two experts, on how many items both gave a label, and the same one.

    experts × experts, by rows; an expert's second label on an item does not count.
    """
    cdef Py_ssize_t experts = t.experts, i
    cdef int64_t j, k
    first, second = zeros(experts * experts), zeros(experts * experts)
    cdef double[::1] both = first
    cdef double[::1] same = second
    for i in range(t.items):
        for j in range(t.start[i], t.start[i + 1]):
            if j > t.start[i] and t.expert[j] == t.expert[j - 1]:
                continue
            for k in range(j + 1, t.start[i + 1]):
                if t.expert[k] == t.expert[k - 1]:
                    continue
                both[t.expert[j] * experts + t.expert[k]] += 1
                both[t.expert[k] * experts + t.expert[j]] += 1
                if t.label[j] == t.label[k]:
                    same[t.expert[j] * experts + t.expert[k]] += 1
                    same[t.expert[k] * experts + t.expert[j]] += 1
    return first, second


cdef double normalise(double* row, Py_ssize_t count) noexcept nogil:
    """Logs of weights to probabilities; the log of their sum."""
    cdef Py_ssize_t k
    cdef double most = row[0], total = 0
    for k in range(1, count):
        if row[k] > most:
            most = row[k]
    for k in range(count):
        row[k] = exp(row[k] - most)
        total += row[k]
    for k in range(count):
        row[k] /= total
    return log(total) + most


cdef double summed(const double[::1] parts) noexcept nogil:
    cdef Py_ssize_t i
    cdef double total = 0
    for i in range(parts.shape[0]):
        total += parts[i]
    return total


cdef class Steps:
    """What all methods share: the posterior, its buffers, when to stop."""

    def __init__(self, Labels table, num_threads):
        self.t = table
        self.threads = table.threads(num_threads)
        self.post = weighted_vote(table, array("d", [1.0]) * table.experts)
        self.fit = zeros(table.items)
        self.last = 0
        self.begun = False

    cdef bint settled(self, double tolerance) except -1:
        """Whether the log-likelihood has stopped rising; called once per iteration."""
        check_interrupt()
        cdef double now = summed(self.fit)
        cdef bint done = self.begun and fabs(now - self.last) <= tolerance * fabs(now)
        self.begun, self.last = True, now
        return done
