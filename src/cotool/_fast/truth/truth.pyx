"""Truth inference: what is right for each item, and what each expert is worth, from labels alone.

`Labels` holds N labels, one (item, expert, label) each, sorted by item and by expert; the methods
return a `Posterior`: items × labels probabilities, and what was learned of the experts. All are
expectation maximization: a step over items (their labels' posterior) and a step over experts (their
parameters), each split over threads by item or by expert. Sums over an item or an expert have one
order, so results depend on neither the order of the rows nor the number of threads. An iteration
costs O(N × labels).

- dawid_skene: a confusion matrix for each expert (Dawid, Skene, Applied Statistics 28(1), 1979).
- one_coin: an expert is right with one probability, wrong labels are equally likely.
- glad: an expert's ability times an item's ease (Whitehill et al., NIPS 2009).
- mace: an expert either knows or answers by habit (Hovy et al., NAACL 2013), variational Bayes
  with several starts; the best bound wins.

decoys.pyx and subclasses.pyx hold the models of errors that experts share.
"""

from array import array

from cpython cimport array as arrays
from cython.parallel cimport prange
from libc.math cimport exp, fabs, log, log1p
from libc.stdint cimport int32_t, int64_t

from cotool._fast.base._openmp cimport threads_for
from cotool._fast.base.interrupt cimport check_interrupt

# Nanoseconds for a label and one of the labels it may be compared with.
cdef double LABEL_COST = 3.0
# What a count begins with, so that no probability is 0.
cdef double TINY = 1e-2


cdef object zeros(Py_ssize_t count, str code="d"):
    """An array of zeros."""
    return arrays.clone(array(code), count, zero=True) if count else array(code)


cdef class Labels:
    """Labels by item and by expert. The ids are 0 … count - 1.

    Raises ValueError where an id is out of range or the arrays differ in length.
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

    def rows(self):
        """(item, expert, label) as three arrays, sorted by item, expert and label."""
        return self.item.base, self.expert.base, self.label.base

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


# ---- votes -----------------------------------------------------------------------------------


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
    """For each expert the mean of the posterior at his labels: how far the items agree with him."""
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
    """(label, tied): each item's most probable label of those given, -1 where there is none.

    `tied` tells that another one is as probable, within epsilon.
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
        """Whether the log-likelihood has stopped rising; called once an iteration."""
        check_interrupt()
        cdef double now = summed(self.fit)
        cdef bint done = self.begun and fabs(now - self.last) <= tolerance * fabs(now)
        self.begun, self.last = True, now
        return done


# ---- Dawid and Skene --------------------------------------------------------------------------


cdef void confusion_of(Labels t, const double[::1] post, Py_ssize_t e,
                       double* table) noexcept nogil:
    """Log of P(label | truth) of an expert, label × truth."""
    cdef Py_ssize_t k, a, labels = t.labels
    cdef int64_t j, row
    cdef const double* p
    cdef double* to
    cdef double total
    for k in range(labels * labels):
        table[k] = TINY
    for j in range(t.own_start[e], t.own_start[e + 1]):
        row = t.own[j]
        p = &post[t.item[row] * labels]
        to = table + t.label[row] * labels
        for k in range(labels):
            to[k] += p[k]
    for k in range(labels):
        total = 0
        for a in range(labels):
            total += table[a * labels + k]
        for a in range(labels):
            table[a * labels + k] = log(table[a * labels + k] / total)


cdef double item_by_confusion(Labels t, const double[::1] tables, const double[::1] prior,
                              Py_ssize_t i, double* row) noexcept nogil:
    cdef Py_ssize_t k, labels = t.labels
    cdef int64_t j
    cdef const double* own
    for k in range(labels):
        row[k] = prior[k]
    for j in range(t.start[i], t.start[i + 1]):
        own = &tables[(t.expert[j] * labels + t.label[j]) * labels]
        for k in range(labels):
            row[k] += own[k]
    return normalise(row, labels)


def dawid_skene(Labels t, int iterations=100, double tolerance=1e-7, num_threads=None):
    """EM of confusion matrices. `experts` is experts × label × truth, logs of probabilities."""
    cdef Steps s = Steps(t, num_threads)
    cdef Py_ssize_t labels = t.labels, e, i, k
    cdef int threads = s.threads, done = 0
    tables = zeros(t.experts * labels * labels)
    cdef double[::1] confusion = tables
    cdef double[::1] prior = zeros(labels)
    cdef double[::1] post = s.post
    cdef double[::1] fit = s.fit
    converged = False
    while done < iterations and not converged and t.count:
        done += 1
        with nogil:
            for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                            use_threads_if=threads > 1):
                confusion_of(t, post, e, &confusion[e * labels * labels])
            for k in range(labels):
                prior[k] = TINY
            for i in range(t.items):
                for k in range(labels):
                    prior[k] += post[i * labels + k]
            for k in range(labels):
                prior[k] = log(prior[k] / (t.items + TINY * labels))
            for i in prange(t.items, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                fit[i] = item_by_confusion(t, confusion, prior, i, &post[i * labels])
        converged = s.settled(tolerance)
    return Posterior(s.post, tables, done, converged, s.last)


def confusions(Labels t, posterior):
    """P(label | truth) of each expert under a posterior, experts × label × truth."""
    cdef const double[::1] post = posterior
    cdef Py_ssize_t labels = t.labels, e, k
    tables = zeros(t.experts * labels * labels)
    cdef double[::1] out = tables
    for e in range(t.experts):
        confusion_of(t, post, e, &out[e * labels * labels])
    for k in range(out.shape[0]):
        out[k] = exp(out[k])
    return tables


# ---- one coin ---------------------------------------------------------------------------------


cdef double item_by_skill(Labels t, const double[::1] odds, const double[::1] wrong, Py_ssize_t i,
                          double* row) noexcept nogil:
    """Posterior from log-odds: `odds` of right against one wrong label, `wrong` of a wrong one."""
    cdef Py_ssize_t k, labels = t.labels
    cdef int64_t j
    cdef double base = -log(<double>labels)
    for j in range(t.start[i], t.start[i + 1]):
        base += wrong[t.expert[j]]
    for k in range(labels):
        row[k] = base
    for j in range(t.start[i], t.start[i + 1]):
        row[t.label[j]] += odds[t.expert[j]]
    return normalise(row, labels)


def one_coin(Labels t, int iterations=100, double tolerance=1e-7, num_threads=None):
    """EM of one probability to be right for each expert, which `experts` holds."""
    cdef Steps s = Steps(t, num_threads)
    cdef Py_ssize_t labels = t.labels, e, i
    cdef int threads = s.threads, done = 0
    cdef int64_t own
    cdef double[::1] post = s.post
    cdef double[::1] fit = s.fit
    cdef double[::1] odds = zeros(t.experts)
    cdef double[::1] wrong = zeros(t.experts)
    cdef double[::1] skill
    skills = zeros(t.experts)
    converged = False
    while done < iterations and not converged and t.count:
        done += 1
        skills = agreement(t, s.post)
        skill = skills
        for e in range(t.experts):
            own = t.own_start[e + 1] - t.own_start[e]
            skill[e] = (skill[e] * own + TINY) / (own + 2 * TINY)
            wrong[e] = log((1 - skill[e]) / max(labels - 1, 1))
            odds[e] = log(skill[e]) - wrong[e]
        with nogil:
            for i in prange(t.items, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                fit[i] = item_by_skill(t, odds, wrong, i, &post[i * labels])
        converged = s.settled(tolerance)
    return Posterior(s.post, skills, done, converged, s.last)


# ---- GLAD -------------------------------------------------------------------------------------

# Steps of Newton's method in an iteration: more of them move the optimum by nothing that is seen.
cdef int NEWTON = 2


cdef inline double sigmoid(double x) noexcept nogil:
    return 1.0 / (1.0 + exp(-x))


cdef void improve_ability(Labels t, const double[::1] post, const double[::1] ease, Py_ssize_t e,
                          double* ability) noexcept nogil:
    """Newton steps on the expected log-likelihood, with the prior N(1, 1)."""
    cdef int64_t j, row
    cdef double slope, curve, x, p
    cdef int _step
    for _step in range(NEWTON):
        slope, curve = 1.0 - ability[0], 1.0
        for j in range(t.own_start[e], t.own_start[e + 1]):
            row = t.own[j]
            x = exp(ease[t.item[row]])
            p = sigmoid(ability[0] * x)
            slope += x * (post[t.item[row] * t.labels + t.label[row]] - p)
            curve += x * x * p * (1 - p)
        ability[0] += min(max(slope / curve, -2.0), 2.0)


cdef void improve_ease(Labels t, const double[::1] post, const double[::1] ability, Py_ssize_t i,
                       double* ease) noexcept nogil:
    """The same for the log of an item's ease; curvature without the part that may be negative."""
    cdef int64_t j
    cdef double slope, curve, x, p, z
    cdef int _step
    for _step in range(NEWTON):
        slope, curve = 1.0 - ease[0], 1.0
        z = exp(ease[0])
        for j in range(t.start[i], t.start[i + 1]):
            x = ability[t.expert[j]] * z
            p = sigmoid(x)
            slope += x * (post[i * t.labels + t.label[j]] - p)
            curve += x * x * p * (1 - p)
        ease[0] = min(max(ease[0] + min(max(slope / curve, -1.0), 1.0), -6.0), 6.0)


cdef double item_by_ease(Labels t, const double[::1] ability, double ease, Py_ssize_t i,
                         double* row) noexcept nogil:
    cdef Py_ssize_t k, labels = t.labels
    cdef int64_t j
    cdef double z = exp(ease), x, base = -log(<double>labels), wrong
    cdef double spread = log(<double>max(labels - 1, 1))
    for k in range(labels):
        row[k] = 0
    for j in range(t.start[i], t.start[i + 1]):
        x = ability[t.expert[j]] * z
        # log(1 - sigmoid(x)) without overflow, shared by the wrong labels
        wrong = (-log1p(exp(x)) if x < 0 else -x - log1p(exp(-x))) - spread
        base += wrong
        row[t.label[j]] += x + spread
    for k in range(labels):
        row[k] += base
    return normalise(row, labels)


def glad(Labels t, int iterations=100, double tolerance=1e-7, num_threads=None):
    """EM of abilities and of items' ease; `experts` holds abilities, 0 for a guesser."""
    cdef Steps s = Steps(t, num_threads)
    cdef Py_ssize_t labels = t.labels, e, i
    cdef int threads = s.threads, done = 0
    cdef double[::1] post = s.post
    cdef double[::1] fit = s.fit
    abilities = array("d", [1.0]) * t.experts
    cdef double[::1] ability = abilities
    cdef double[::1] ease = array("d", [1.0]) * t.items
    converged = False
    while done < iterations and not converged and t.count:
        done += 1
        with nogil:
            if done > 1:
                for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                                use_threads_if=threads > 1):
                    improve_ability(t, post, ease, e, &ability[e])
                for i in prange(t.items, schedule="static", num_threads=threads,
                                use_threads_if=threads > 1):
                    improve_ease(t, post, ability, i, &ease[i])
            for i in prange(t.items, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                fit[i] = item_by_ease(t, ability, ease[i], i, &post[i * labels])
        converged = s.settled(tolerance)
    return Posterior(s.post, abilities, done, converged, s.last)


# ---- MACE -------------------------------------------------------------------------------------


cdef double digamma(double x) noexcept nogil:
    """Derivative of log gamma (recurrence, then the asymptotic series; error below 1e-12)."""
    cdef double shift = 0, f
    while x < 8:
        shift -= 1 / x
        x += 1
    f = 1 / (x * x)
    return shift + log(x) - 0.5 / x - f * (
        1.0 / 12 - f * (1.0 / 120 - f * (1.0 / 252 - f * (1.0 / 240 - f / 132)))
    )


cdef void improve_habit(Labels t, const double[::1] knows, Py_ssize_t e, double smoothing,
                        double* parts) noexcept nogil:
    """`parts`: the expert's weights of knowing, of guessing, and of each label as a guess."""
    cdef Py_ssize_t k, labels = t.labels
    cdef int64_t j, row
    cdef double known = 0, guessed = 0
    cdef double* habit = parts + 2
    for k in range(labels):
        habit[k] = 0
    for j in range(t.own_start[e], t.own_start[e + 1]):
        row = t.own[j]
        known += knows[row]
        guessed += 1 - knows[row]
        habit[t.label[row]] += 1 - knows[row]
    # Variational Bayes: Beta(1/2, 1/2) for knowing, Dirichlet(smoothing) for habits.
    parts[0] = exp(digamma(known + 0.5) - digamma(known + guessed + 1))
    parts[1] = exp(digamma(guessed + 0.5) - digamma(known + guessed + 1))
    for k in range(labels):
        habit[k] = exp(digamma(habit[k] + smoothing) - digamma(guessed + labels * smoothing))


cdef double item_by_habit(Labels t, const double[::1] parts, Py_ssize_t i, double* row,
                          double* knows) noexcept nogil:
    """Posterior of the item, and for each of its labels the chance that the expert knew."""
    cdef Py_ssize_t k, labels = t.labels, width = t.labels + 2
    cdef int64_t j
    cdef const double* own
    cdef double base = -log(<double>labels), guess, fit
    for k in range(labels):
        row[k] = 0
    for j in range(t.start[i], t.start[i + 1]):
        own = &parts[t.expert[j] * width]
        guess = own[1] * own[2 + t.label[j]]
        base += log(guess)
        row[t.label[j]] += log1p(own[0] / guess)
    for k in range(labels):
        row[k] += base
    fit = normalise(row, labels)
    for j in range(t.start[i], t.start[i + 1]):
        own = &parts[t.expert[j] * width]
        guess = own[1] * own[2 + t.label[j]]
        knows[j] = row[t.label[j]] * own[0] / (own[0] + guess)
    return fit


cdef unsigned long long scramble(unsigned long long x) noexcept nogil:
    """A step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    x += 0x9E3779B97F4A7C15ULL
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL
    return x ^ (x >> 31)


def mace(Labels t, int iterations=50, double tolerance=1e-7, int restarts=10,
         double smoothing=0.1, num_threads=None):
    """Variational EM of knowing and guessing; `experts` is the chance that each knows.

    The first start takes every vote share as knowledge; the others draw it by a fixed seed.
    """
    cdef Py_ssize_t labels = t.labels, width = t.labels + 2, e, i
    cdef int64_t j
    cdef int threads, done, start
    cdef Steps s
    cdef double[::1] post
    cdef double[::1] fit
    cdef double[::1] knows = zeros(t.count)
    cdef double[::1] parts = zeros(t.experts * width)
    cdef double[::1] skill
    best = None
    for start in range(max(restarts, 1)):
        s = Steps(t, num_threads)
        post, fit, threads = s.post, s.fit, s.threads
        for j in range(t.count):
            knows[j] = post[t.item[j] * labels + t.label[j]]
            if start:
                knows[j] = (scramble(j * 1000003 + start) >> 11) / 9007199254740992.0
        done, converged = 0, False
        while done < iterations and not converged and t.count:
            done += 1
            with nogil:
                for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                                use_threads_if=threads > 1):
                    improve_habit(t, knows, e, smoothing, &parts[e * width])
                for i in prange(t.items, schedule="static", num_threads=threads,
                                use_threads_if=threads > 1):
                    fit[i] = item_by_habit(t, parts, i, &post[i * labels], &knows[0])
            converged = s.settled(tolerance)
        if best is None or s.last > best.log_likelihood:
            skills = zeros(t.experts)
            skill = skills
            for e in range(t.experts):
                skill[e] = parts[e * width] / max(parts[e * width] + parts[e * width + 1], 1e-300)
            best = Posterior(s.post, skills, done, converged, s.last)
    return best
