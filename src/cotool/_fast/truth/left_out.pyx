"""What a conditional logit would have said of each question had it not seen that question."""

from libc.math cimport fabs
from libc.stdint cimport int64_t

from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.truth.labels cimport zeros
from cotool._fast.truth.logit cimport Choices, chances, widest

# Scores this close are equal.
cdef double SAME = 1e-9


def left_out(Choices t, weights, covariance):
    """The score of each candidate by weights that have not seen its question.

    One Newton step from the mode: with S the covariance of the scores of a question's candidates,
    p their chances and D = diag(p), leaving the question out adds -S (I - D S)⁻¹ (target - p).
    """
    cdef const double[::1] w = weights
    cdef const double[::1] v = covariance
    cdef Py_ssize_t n = w.shape[0], q, k, width = widest(t)
    if n == 0 or v.shape[0] != n * n:
        raise ValueError("the covariance is a square of the weights")
    out = zeros(t.base.shape[0])
    cdef double[::1] score = out
    cdef double[::1] p = zeros(width)
    cdef double[::1] s = zeros(width * width)
    cdef double[::1] a = zeros(width * width)
    cdef double[::1] x = zeros(width)
    cdef double[::1] mean = zeros(width)
    for q in range(t.start.shape[0] - 1):
        check_interrupt()
        k = t.start[q + 1] - t.start[q]
        if k > 0:
            leave_out(t, q, k, &w[0], &v[0], n, &p[0], &s[0], &a[0], &x[0], &mean[0], &score[0])
    return out


def hits(Choices t, scores):
    """How many questions are right where the best score wins; of equal scores each wins in part."""
    cdef const double[::1] score = scores
    cdef int64_t q, c, equal
    cdef double most, good, total = 0
    if score.shape[0] != t.base.shape[0]:
        raise ValueError("a candidate has a score")
    for q in range(t.start.shape[0] - 1):
        most, good, equal = -1e300, 0, 1
        for c in range(t.start[q], t.start[q + 1]):
            if score[c] > most + SAME:
                most, good, equal = score[c], t.target[c], 1
            elif score[c] >= most - SAME:
                good += t.target[c]
                equal += 1
        total += good / equal
    return total


cdef void leave_out(Choices t, Py_ssize_t q, Py_ssize_t k, const double* w, const double* v,
                    Py_ssize_t n, double* p, double* s, double* a, double* x, double* mean,
                    double* score) noexcept nogil:
    cdef int64_t first = t.start[q], i, j
    cdef Py_ssize_t c, d, r, best
    cdef double total = 0, mass = 0, times, grand = 0
    chances(t, q, w, p)
    for c in range(k):
        mass += t.target[first + c]
        score[first + c] = w[0] * t.base[first + c]
        for i in range(t.features[first + c], t.features[first + c + 1]):
            score[first + c] += w[t.feature[i]]
    for c in range(k):
        for d in range(c + 1):
            total = v[0] * t.base[first + c] * t.base[first + d]
            for i in range(t.features[first + c], t.features[first + c + 1]):
                total += v[t.feature[i] * n] * t.base[first + d]
                for j in range(t.features[first + d], t.features[first + d + 1]):
                    total += v[t.feature[i] * n + t.feature[j]]
            for j in range(t.features[first + d], t.features[first + d + 1]):
                total += v[t.feature[j] * n] * t.base[first + c]
            s[c * k + d] = s[d * k + c] = total
    # Scores count from their mean under p: what all candidates share changes nothing.
    for c in range(k):
        mean[c] = 0
        for d in range(k):
            mean[c] += s[c * k + d] * p[d]
        grand += mean[c] * p[c]
    for c in range(k):
        for d in range(k):
            s[c * k + d] += grand - mean[c] - mean[d]
    for c in range(k):
        x[c] = t.target[first + c] - mass * p[c]
        for d in range(k):
            a[c * k + d] = (c == d) - mass * p[c] * s[c * k + d]
    # Gauss's elimination with the largest pivot of a column.
    for c in range(k):
        best = c
        for r in range(c + 1, k):
            if fabs(a[r * k + c]) > fabs(a[best * k + c]):
                best = r
        if fabs(a[best * k + c]) < 1e-9:
            return
        if best != c:
            for d in range(k):
                a[c * k + d], a[best * k + d] = a[best * k + d], a[c * k + d]
            x[c], x[best] = x[best], x[c]
        for r in range(c + 1, k):
            times = a[r * k + c] / a[c * k + c]
            if times == 0:
                continue
            for d in range(c, k):
                a[r * k + d] -= times * a[c * k + d]
            x[r] -= times * x[c]
    for c in range(k - 1, -1, -1):
        for d in range(c + 1, k):
            x[c] -= a[c * k + d] * x[d]
        x[c] /= a[c * k + c]
    for c in range(k):
        for d in range(k):
            score[first + c] -= s[c * k + d] * x[d]
