"""A conditional logit: which of a question's candidates is right, from who stands for them.

(McFadden, "Conditional logit analysis of qualitative choice behavior", 1974.) Candidate c of a
question has the score w[0] base[c] + Σ w[e] over the experts e who gave it; it is right with the
softmax of the scores. Experts who err together get small weights, since only what a vote adds to
the others counts. The weights have a Gaussian prior; the posterior is taken as the Gaussian at its
mode (Laplace), so it can be the prior of the next questions: learning is online.

Newton's method, O(weights³) an iteration.
"""

from array import array

from libc.math cimport exp, fabs, log, sqrt
from libc.stdint cimport int32_t, int64_t

from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.truth.truth cimport zeros

cdef int ITERATIONS = 30
cdef double SETTLED = 1e-8


cdef int factor(double* a, Py_ssize_t n) noexcept nogil:
    """Cholesky factor in the lower triangle; -1 where the matrix is not positive definite."""
    cdef Py_ssize_t i, j, k
    cdef double total
    for i in range(n):
        for j in range(i + 1):
            total = a[i * n + j]
            for k in range(j):
                total -= a[i * n + k] * a[j * n + k]
            if i == j:
                if not total > 0:
                    return -1
                a[i * n + i] = sqrt(total)
            else:
                a[i * n + j] = total / a[j * n + j]
    return 0


cdef void backward(const double* a, Py_ssize_t n, double* x) noexcept nogil:
    """Solve with the factor, in place."""
    cdef Py_ssize_t i, k
    for i in range(n):
        for k in range(i):
            x[i] -= a[i * n + k] * x[k]
        x[i] /= a[i * n + i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            x[i] -= a[k * n + i] * x[k]
        x[i] /= a[i * n + i]


cdef class Choices:
    """Questions with their candidates.

    Question q has the candidates start[q]:start[q + 1]; candidate c has base[c] and was given by
    the experts expert[voters[c]:voters[c + 1]] (1 … weights - 1). right[q] is the right candidate,
    counted within the question. sign is 1 to learn from the questions, -1 to take that back.
    """

    cdef const int64_t[::1] start, voters
    cdef const int32_t[::1] expert, right
    cdef const double[::1] base
    cdef double sign

    def __init__(self, start, right, base, voters, expert, weights, sign=1.0):
        cdef Py_ssize_t q, k
        self.start, self.right, self.base = start, right, base
        self.voters, self.expert, self.sign = voters, expert, sign
        if (
            self.start.shape[0] != self.right.shape[0] + 1
            or self.voters.shape[0] != self.base.shape[0] + 1
            or self.start[self.right.shape[0]] != self.base.shape[0]
            or self.voters[self.base.shape[0]] != self.expert.shape[0]
        ):
            raise ValueError("the arrays do not fit each other")
        for q in range(self.right.shape[0]):
            if not 0 <= self.right[q] < self.start[q + 1] - self.start[q]:
                raise ValueError("a right candidate is out of range")
        for q in range(self.base.shape[0]):
            if not 0 <= self.voters[q] <= self.voters[q + 1]:
                raise ValueError("voters do not ascend")
        for k in range(self.expert.shape[0]):
            if not 0 < self.expert[k] < weights:
                raise ValueError("an expert is out of range")


cdef double log_likelihood(Choices t, const double* w, Py_ssize_t n, double* slope,
                           double* curve, double* mean) noexcept nogil:
    """The sum over questions; adds to `slope` (n) and `curve` (n × n) unless they are NULL."""
    cdef Py_ssize_t q, d, e
    cdef int64_t c, i, j, first, last
    cdef double most, total, score, p, fit = 0, times
    for q in range(t.right.shape[0]):
        first, last = t.start[q], t.start[q + 1]
        most, total = -1e300, 0
        for c in range(first, last):
            score = w[0] * t.base[c]
            for i in range(t.voters[c], t.voters[c + 1]):
                score += w[t.expert[i]]
            most = max(most, score)
        for c in range(first, last):
            score = w[0] * t.base[c]
            for i in range(t.voters[c], t.voters[c + 1]):
                score += w[t.expert[i]]
            total += exp(score - most)
            if c == first + t.right[q]:
                fit += t.sign * (score - most)
        fit -= t.sign * log(total)
        if slope == NULL:
            continue
        for d in range(n):
            mean[d] = 0
        for c in range(first, last):
            score = w[0] * t.base[c]
            for i in range(t.voters[c], t.voters[c + 1]):
                score += w[t.expert[i]]
            p = exp(score - most) / total
            times = t.sign * p
            mean[0] += p * t.base[c]
            curve[0] += times * t.base[c] * t.base[c]
            if c == first + t.right[q]:
                slope[0] += t.sign * t.base[c]
            for i in range(t.voters[c], t.voters[c + 1]):
                e = t.expert[i]
                mean[e] += p
                curve[e * n] += times * t.base[c]
                if c == first + t.right[q]:
                    slope[e] += t.sign
                for j in range(t.voters[c], t.voters[c + 1]):
                    curve[e * n + t.expert[j]] += times
        # Only the experts of this question have a mean.
        slope[0] -= t.sign * mean[0]
        curve[0] -= t.sign * mean[0] * mean[0]
        for i in range(t.voters[first], t.voters[last]):
            e = t.expert[i]
            slope[e] -= t.sign * mean[e]
            curve[e * n] -= t.sign * mean[e] * mean[0]
            for j in range(t.voters[first], t.voters[last]):
                curve[e * n + t.expert[j]] -= t.sign * mean[e] * mean[t.expert[j]]
    return fit


cdef double penalty(const double* w, const double* prior, const double* precision,
                    Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef double total = 0
    for i in range(n):
        for j in range(n):
            total += (w[i] - prior[i]) * precision[i * n + j] * (w[j] - prior[j])
    return total / 2


def update(Choices t, mean, precision):
    """The mode and the precision (n × n, by rows) of the posterior from those of the prior.

    An expert stands for one candidate of a question only. Raises ArithmeticError where the
    precision is not positive definite.
    """
    cdef const double[::1] prior = mean
    cdef const double[::1] given = precision
    cdef Py_ssize_t n = prior.shape[0], i, j
    cdef int _iteration, _halved
    if n == 0 or given.shape[0] != n * n:
        raise ValueError("the precision is a square of the weights")
    mode = array("d", mean)
    curvature = array("d", precision)
    cdef double[::1] w = mode
    cdef double[::1] h = curvature
    cdef double[::1] slope = zeros(n)
    cdef double[::1] trial = zeros(n)
    cdef double[::1] work = zeros(n)
    cdef double[::1] cholesky = zeros(n * n)
    cdef double now, then, largest, step
    for _iteration in range(ITERATIONS):
        check_interrupt()
        for i in range(n):
            slope[i] = 0
            for j in range(n):
                slope[i] -= given[i * n + j] * (w[j] - prior[j])
                h[i * n + j] = given[i * n + j]
        now = log_likelihood(t, &w[0], n, &slope[0], &h[0], &work[0])
        now -= penalty(&w[0], &prior[0], &given[0], n)
        for i in range(n):
            for j in range(i):
                # Only rows were filled for the base; the matrix is symmetric.
                if j == 0:
                    h[j * n + i] = h[i * n + j]
        cholesky[:] = h
        if factor(&cholesky[0], n) != 0:
            raise ArithmeticError("the precision is not positive definite")
        backward(&cholesky[0], n, &slope[0])
        largest, step = 0, 1
        for _halved in range(20):
            for i in range(n):
                trial[i] = w[i] + step * slope[i]
            then = log_likelihood(t, &trial[0], n, NULL, NULL, NULL)
            then -= penalty(&trial[0], &prior[0], &given[0], n)
            if then >= now - 1e-12 * fabs(now):
                break
            step /= 2
        for i in range(n):
            largest = max(largest, fabs(trial[i] - w[i]))
            w[i] = trial[i]
        if largest < SETTLED:
            break
    return mode, curvature


def covariance(precision, Py_ssize_t n):
    """The inverse of a precision: variances and covariances, n × n."""
    cdef const double[::1] given = precision
    if given.shape[0] != n * n:
        raise ValueError("the precision is a square of the weights")
    out = zeros(n * n)
    cdef double[::1] view = out
    cdef double[::1] cholesky = zeros(n * n)
    cdef Py_ssize_t i
    cholesky[:] = given
    if n and factor(&cholesky[0], n) != 0:
        raise ArithmeticError("the precision is not positive definite")
    for i in range(n):
        view[i * n + i] = 1
        backward(&cholesky[0], n, &view[i * n])
    return out
