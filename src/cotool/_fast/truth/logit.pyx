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

from libc.math cimport exp, fabs, log, sqrt
from libc.stdint cimport int32_t, int64_t

from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.truth.truth cimport zeros

cdef int ITERATIONS = 30
cdef double SETTLED = 1e-8
# Scores this close are equal.
cdef double SAME = 1e-9


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

    Question q has the candidates start[q]:start[q + 1]. Candidate c has base[c] and the features
    feature[features[c]:features[c + 1]] (1 … weights - 1). target[c] is how often it was right: 1
    for the right answer and 0 for the others, or the posterior of each, or less for what is half
    forgotten.
    """

    cdef const int64_t[::1] start, features
    cdef const int32_t[::1] feature
    cdef const double[::1] base, target
    cdef int32_t[::1] own, own_start

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


cdef double log_root(const double* cholesky, Py_ssize_t n) noexcept nogil:
    """Half the logarithm of the determinant, from the factor."""
    cdef Py_ssize_t i
    cdef double total = 0
    for i in range(n):
        total += log(cholesky[i * n + i])
    return total


cdef Py_ssize_t widest(Choices t):
    cdef Py_ssize_t q, most = 1
    for q in range(t.start.shape[0] - 1):
        most = max(most, t.start[q + 1] - t.start[q])
    return most


def fit(Choices t, mean, precision, known_precision, known_slope):
    """(mode, precision, log evidence) of the posterior, from mean and precision of the prior.

    Older questions count by the quadratic that is left of their log-likelihood: slope w - w
    precision w / 2. Precisions are n × n, by rows. Raises ArithmeticError where one is not positive
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
    # Scores count from their mean under p: what all candidates share tells nothing.
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


def prior_precision(deviation, directions, covariance):
    """The precision of a prior with covariance diag(deviation²) + Σ d dᵀ + `covariance` (n × n)."""
    cdef const double[::1] sd = deviation
    cdef const double[::1] given = covariance
    cdef Py_ssize_t n = sd.shape[0], i, j
    if given.shape[0] != n * n:
        raise ValueError("the covariance is a square of the deviations")
    total = array("d", covariance)
    cdef double[::1] view = total
    cdef const double[::1] d
    for i in range(n):
        view[i * n + i] += sd[i] * sd[i]
    for direction in directions:
        d = direction
        if d.shape[0] != n:
            raise ValueError("a direction has a value for each weight")
        for i in range(n):
            for j in range(n):
                view[i * n + j] += d[i] * d[j]
    return inverse(total, n)


def inverse(matrix, Py_ssize_t n):
    """The inverse of a positive definite matrix, n × n: covariances of a precision, or back."""
    cdef const double[::1] given = matrix
    if given.shape[0] != n * n:
        raise ValueError("the matrix is no square of this size")
    out = zeros(n * n)
    cdef double[::1] view = out
    cdef double[::1] cholesky = zeros(n * n)
    cdef Py_ssize_t i
    cholesky[:] = given
    if n and factor(&cholesky[0], n) != 0:
        raise ArithmeticError("the matrix is not positive definite")
    for i in range(n):
        view[i * n + i] = 1
        backward(&cholesky[0], n, &view[i * n])
    return out
