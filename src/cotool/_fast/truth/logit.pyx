"""A conditional logit: which of a question's candidates is right, from the votes for each.

(McFadden, "Conditional logit analysis of qualitative choice behavior", 1974.) Candidate c of a
question has the score w[0] base[c] + the sum of w[f] over its features f: the experts who gave it,
and offsets of labels. It is right with the softmax of the scores. Experts who err together get
small weights, since only what a vote adds to the others counts. The weights have a Gaussian prior;
the posterior is taken as the Gaussian at its mode (Laplace), so it can be the prior of the next
questions. The evidence says how well a prior foresaw the questions (MacKay, "Bayesian
interpolation", 1992).

Newton's method, O(weights³) an iteration.
"""

from array import array

from libc.math cimport exp, fabs, log
from libc.stdint cimport int32_t, int64_t

from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.truth.labels cimport zeros
from cotool._fast.truth.matrices cimport backward, factor, log_root

cdef int ITERATIONS = 30
cdef double SETTLED = 1e-8
cdef class Choices:
    """Questions with their candidates.

    Question q has the candidates start[q]:start[q + 1]. Candidate c has base[c] and the features
    feature[features[c]:features[c + 1]] (1 … weights - 1). target[c] is how often it was right: 1
    for the right answer and 0 for the others, or the posterior of each, or less for what is half
    forgotten.
    """

    def __init__(self, start, target, base, features, feature, weights):
        cdef Py_ssize_t q, k
        self.start, self.target, self.base = start, target, base
        self.features, self.feature = features, feature
        cdef Py_ssize_t questions = self.start.shape[0] - 1, candidates = self.base.shape[0]
        if (
            questions < 0
            or self.start[0] != 0
            or self.start[questions] != candidates
            or self.target.shape[0] != candidates
            or self.features.shape[0] != candidates + 1
            or self.features[0] != 0
            or self.features[candidates] != self.feature.shape[0]
        ):
            raise ValueError("the arrays do not fit each other")
        for q in range(questions):
            if self.start[q] > self.start[q + 1]:
                raise ValueError("questions do not ascend")
        for q in range(candidates):
            if self.features[q] > self.features[q + 1]:
                raise ValueError("features do not ascend")
        for k in range(self.feature.shape[0]):
            if not 0 < self.feature[k] < weights:
                raise ValueError("a feature is out of range")
        # The different features of each question.
        own = array("i", bytes(4 * self.feature.shape[0]))
        own_start = array("i", bytes(4 * (questions + 1)))
        last = array("q", [-1]) * weights
        cdef int64_t[::1] seen = last
        self.own, self.own_start = own, own_start
        cdef int32_t count = 0
        for q in range(questions):
            for k in range(self.features[self.start[q]], self.features[self.start[q + 1]]):
                if seen[self.feature[k]] != q:
                    seen[self.feature[k]] = q
                    self.own[count] = self.feature[k]
                    count += 1
            self.own_start[q + 1] = count


cdef double chances(Choices t, Py_ssize_t q, const double* w, double* p) noexcept nogil:
    """The probabilities of the candidates of a question; returns its log-likelihood."""
    cdef int64_t c, i, first = t.start[q], last = t.start[q + 1]
    cdef double most = -1e300, total = 0, fit = 0, mass = 0
    for c in range(first, last):
        p[c - first] = w[0] * t.base[c]
        for i in range(t.features[c], t.features[c + 1]):
            p[c - first] += w[t.feature[i]]
        most = max(most, p[c - first])
        fit += t.target[c] * p[c - first]
        mass += t.target[c]
    for c in range(last - first):
        p[c] = exp(p[c] - most)
        total += p[c]
    for c in range(last - first):
        p[c] /= total
    return fit - mass * (most + log(total))


cdef double log_likelihood(Choices t, const double* w, Py_ssize_t n, double* slope,
                           double* curve, double* mean, double* p) noexcept nogil:
    """The sum over questions; adds to `slope` (n) and the lower triangle of `curve` (n × n)."""
    cdef Py_ssize_t q
    cdef int64_t c, i, j, first, last
    cdef int32_t e, f
    cdef double fit = 0, mass, base
    for q in range(t.start.shape[0] - 1):
        first, last = t.start[q], t.start[q + 1]
        fit += chances(t, q, w, p)
        if slope == NULL:
            continue
        mass = base = 0
        for c in range(first, last):
            mass += t.target[c]
        if mass == 0:
            continue
        for i in range(t.own_start[q], t.own_start[q + 1]):
            mean[t.own[i]] = 0
        for c in range(first, last):
            base += p[c - first] * t.base[c]
            curve[0] += mass * p[c - first] * t.base[c] * t.base[c]
            slope[0] += t.target[c] * t.base[c]
            for i in range(t.features[c], t.features[c + 1]):
                e = t.feature[i]
                mean[e] += p[c - first]
                slope[e] += t.target[c]
                curve[e * n] += mass * p[c - first] * t.base[c]
                for j in range(t.features[c], t.features[c + 1]):
                    f = t.feature[j]
                    if f <= e:
                        curve[e * n + f] += mass * p[c - first]
        slope[0] -= mass * base
        curve[0] -= mass * base * base
        for i in range(t.own_start[q], t.own_start[q + 1]):
            e = t.own[i]
            slope[e] -= mass * mean[e]
            curve[e * n] -= mass * mean[e] * base
            for j in range(t.own_start[q], t.own_start[q + 1]):
                f = t.own[j]
                if f <= e:
                    curve[e * n + f] -= mass * mean[e] * mean[f]
    return fit


cdef double penalty(const double* w, const double* prior, const double* precision,
                    Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef double total = 0, row
    for i in range(n):
        row = 0
        for j in range(n):
            row += precision[i * n + j] * (w[j] - prior[j])
        total += (w[i] - prior[i]) * row
    return total / 2


cdef double quadratic(const double* w, const double* precision, const double* slope,
                      Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef double total = 0, row
    for i in range(n):
        row = 0
        for j in range(n):
            row += precision[i * n + j] * w[j]
        total += w[i] * (slope[i] - row / 2)
    return total


cdef Py_ssize_t widest(Choices t):
    cdef Py_ssize_t q, most = 1
    for q in range(t.start.shape[0] - 1):
        most = max(most, t.start[q + 1] - t.start[q])
    return most


def fit(Choices t, mean, precision, known_precision, known_slope):
    """(mode, precision, log evidence) of the posterior, from mean and precision of the prior.

    Older questions count by the quadratic that is left of their log-likelihood: slope w - w
    precision w / 2. Precisions are n × n, by rows. Raises ArithmeticError if one is not positive
    definite.
    """
    cdef const double[::1] prior = mean
    cdef const double[::1] given = precision
    cdef const double[::1] old = known_precision
    cdef const double[::1] pull = known_slope
    cdef Py_ssize_t n = prior.shape[0], i, j
    cdef int _iteration, _halved
    if n == 0 or not (given.shape[0] == old.shape[0] == n * n) or pull.shape[0] != n:
        raise ValueError("the precision is a square of the weights")
    mode = array("d", mean)
    curvature = array("d", precision)
    cdef double[::1] w = mode
    cdef double[::1] h = curvature
    cdef double[::1] slope = zeros(n)
    cdef double[::1] trial = zeros(n)
    cdef double[::1] work = zeros(n)
    cdef double[::1] p = zeros(widest(t))
    cdef double[::1] cholesky = zeros(n * n)
    cdef double now = 0, then, largest, step, before
    cholesky[:] = given
    if factor(&cholesky[0], n) != 0:
        raise ArithmeticError("the precision is not positive definite")
    before = log_root(&cholesky[0], n)
    for _iteration in range(ITERATIONS):
        check_interrupt()
        for i in range(n):
            slope[i] = pull[i]
            for j in range(n):
                slope[i] -= given[i * n + j] * (w[j] - prior[j]) + old[i * n + j] * w[j]
                h[i * n + j] = given[i * n + j] + old[i * n + j]
        now = log_likelihood(t, &w[0], n, &slope[0], &h[0], &work[0], &p[0])
        now -= penalty(&w[0], &prior[0], &given[0], n)
        now += quadratic(&w[0], &old[0], &pull[0], n)
        for i in range(n):
            for j in range(i):
                h[j * n + i] = h[i * n + j]
        cholesky[:] = h
        if factor(&cholesky[0], n) != 0:
            raise ArithmeticError("the precision is not positive definite")
        backward(&cholesky[0], n, &slope[0])
        largest, step = 0, 1
        for _halved in range(20):
            for i in range(n):
                trial[i] = w[i] + step * slope[i]
            then = log_likelihood(t, &trial[0], n, NULL, NULL, NULL, &p[0])
            then -= penalty(&trial[0], &prior[0], &given[0], n)
            then += quadratic(&trial[0], &old[0], &pull[0], n)
            if then >= now - 1e-12 * fabs(now):
                break
            step /= 2
        for i in range(n):
            largest = max(largest, fabs(trial[i] - w[i]))
            w[i] = trial[i]
        now = then
        if largest < SETTLED:
            break
    return mode, curvature, now + before - log_root(&cholesky[0], n)


def curve_at(Choices t, weights):
    """(curvature, slope) of the log-likelihood at these weights; the curvature by rows."""
    cdef const double[::1] w = weights
    cdef Py_ssize_t n = w.shape[0], i, j
    curvature, slope = zeros(n * n), zeros(n)
    cdef double[::1] h = curvature
    cdef double[::1] g = slope
    cdef double[::1] work = zeros(n)
    cdef double[::1] p = zeros(widest(t))
    if n:
        log_likelihood(t, &w[0], n, &g[0], &h[0], &work[0], &p[0])
    for i in range(n):
        for j in range(i):
            h[j * n + i] = h[i * n + j]
    return curvature, slope
