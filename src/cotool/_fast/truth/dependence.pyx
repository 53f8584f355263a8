"""How much votes are worth where experts depend on each other, from how often they agree.

If experts err independently, two of them agree as often as the product of how far each knows the
answer, P[i, j] = v[i] v[j] (the rank-one structure of crowds: Dalvi et al., WWW 2013). `weights`
fits v by least squares over the pairs and measures what is left beyond chance: the dependence d,
the root mean square of the residuals in units of the standard deviation of one answer. Where d is
small, votes count the same. Where it is not, agreement says who repeats whom: votes then count
(K + λ I)⁻¹ 1, with K the shares of agreement, the combination of equally good experts with the
least variance (generalized least squares: Aitken, 1935). Of ten experts of whom seven share a
source, the seven count for about four. In between the two are mixed, d² / (d² + LARGE²).

`second_factor` finds the two groups of experts that the residuals set apart most: the signs of the
eigenvector of the greatest eigenvalue, by power iteration.

`beyond_two_factors` tells experts who share errors from experts who know much. Two who know what
others do not know agree more than one factor explains, but so do they with every third one who
knows it, and a second factor explains that. The agreement of two who share a source or a teacher
is theirs alone: two factors that are fitted without their pair do not foresee it.

O(experts²) a round of the fit and of the iteration, O(experts³) for the weights, O(experts²) for
each pair that is examined.
"""

from array import array

from libc.math cimport fabs, sin, sqrt

from cotool._fast.truth.labels cimport zeros
from cotool._fast.truth.matrices cimport backward, factor

cdef int ROUNDS = 50
# What is believed of a pair before it is seen: this many questions of the usual agreement.
cdef double BELIEF = 4.0
# λ and LARGE were set on 17 made-up worlds of open answers: right answers beyond plurality .028 to
# .035 in the mean, with λ from .3 to 1 and LARGE from .02 to .05. Real answers of ten systems to
# 3,610 questions were known when the rule was made, so their gain (.013) is not held out.
cdef double RIDGE = 0.5
cdef double LARGE = 0.03
# Standard deviations of the sum of squared residuals that chance is allowed.
cdef double SURE = 1.0
# The least weight, as a part of the greatest one.
cdef double LEAST = 0.02
# An expert who knows less than this part of what they know in the mean has as much less weight:
# who answers at random depends on nobody.
cdef double KNOWING = 0.5
# Rounds of the fit of two factors, and the penalty on the square of a loading.
cdef int FACTOR_ROUNDS = 30
cdef double PENALTY = 0.01
# Rounds of the power iteration, and the change of the vector at which it ends.
cdef int MOST_ROUNDS = 2000
cdef double SETTLED = 1e-9


cdef void knowledge(const double* both, const double* same, double* v, double* next_,
                    Py_ssize_t n) noexcept nogil:
    """The v of the rank-one fit."""
    cdef Py_ssize_t i, j
    cdef double pairs = 2, equal = 1, middle, above, below
    cdef int _round
    for i in range(n):
        for j in range(n):
            if i != j:
                pairs += both[i * n + j]
                equal += same[i * n + j]
    middle = sqrt(equal / pairs)
    for i in range(n):
        v[i] = middle
    for _round in range(ROUNDS):
        for i in range(n):
            above = BELIEF / 2 * middle * middle * middle
            below = BELIEF / 2 * middle * middle
            for j in range(n):
                if i != j:
                    above += same[i * n + j] * v[j]
                    below += both[i * n + j] * v[j] * v[j]
            next_[i] = min(max((v[i] + above / below) / 2, 0.02), 0.98)
        for i in range(n):
            v[i] = next_[i]


cdef double left_over(const double* both, const double* same, const double* v,
                      Py_ssize_t n) noexcept nogil:
    """d², the mean squared residual of a pair less what chance explains."""
    cdef Py_ssize_t i, j
    cdef double total = 0, pairs = 0, questions = 0, p, residual
    for i in range(n):
        for j in range(i):
            if both[i * n + j] > 0:
                p = v[i] * v[j]
                residual = same[i * n + j] - both[i * n + j] * p
                total += residual * residual / (both[i * n + j] * p * (1 - p)) - 1
                questions += both[i * n + j]
                pairs += 1
    total -= SURE * sqrt(2 * pairs)
    return max(total / questions, 0.0) if questions > 0 else 0.0


def weights(both, same, Py_ssize_t experts):
    """(weight of each expert's vote, 1 in the mean; d), from `labels.coincidences`."""
    cdef const double[::1] met = both
    cdef const double[::1] agreed = same
    cdef Py_ssize_t n = experts, i, j
    if met.shape[0] != n * n or agreed.shape[0] != n * n:
        raise ValueError("the counts are squares of the experts")
    out = array("d", [1.0]) * n
    if n < 3:
        return out, 0.0
    cdef double[::1] w = out
    cdef double[::1] v = zeros(n)
    cdef double[::1] work = zeros(n)
    cdef double[::1] k = zeros(n * n)
    cdef double spare, mix, most = 0, total = 0, known = 0
    with nogil:
        knowledge(&met[0], &agreed[0], &v[0], &work[0], n)
        spare = left_over(&met[0], &agreed[0], &v[0], n)
        for i in range(n):
            for j in range(n):
                k[i * n + j] = (agreed[i * n + j] + BELIEF * v[i] * v[j]) / (
                    met[i * n + j] + BELIEF
                )
            k[i * n + i] = 1 + RIDGE
    mix = spare / (spare + LARGE * LARGE)
    # A matrix of shares that come from different questions may not be positive definite.
    if mix == 0 or factor(&k[0], n) != 0:
        return out, sqrt(spare)
    backward(&k[0], n, &w[0])
    for i in range(n):
        most = max(most, w[i])
        known += v[i] / n
    for i in range(n):
        w[i] = max(w[i], LEAST * most) * min(1.0, v[i] / (KNOWING * known))
        total += w[i]
    for i in range(n):
        w[i] = 1 - mix + mix * w[i] * n / total
    return out, sqrt(spare)


cdef double greatest(const double* r, Py_ssize_t n, double* u, double* next_) noexcept nogil:
    """The greatest eigenvalue of a symmetric matrix; its eigenvector is left in `u`."""
    cdef Py_ssize_t i, j
    cdef double shift = 0, row, length, moved
    cdef int _round
    # Adding the shift to the diagonal makes the greatest eigenvalue that of greatest size.
    for i in range(n):
        row = 0
        for j in range(n):
            row += fabs(r[i * n + j])
        shift = max(shift, row)
        u[i] = sin(i + 1)
    for _round in range(MOST_ROUNDS):
        length = moved = 0
        for i in range(n):
            next_[i] = shift * u[i]
            for j in range(n):
                next_[i] += r[i * n + j] * u[j]
            length += next_[i] * next_[i]
        length = sqrt(length)
        if length == 0:
            return 0
        for i in range(n):
            moved = max(moved, fabs(next_[i] / length - u[i]))
            u[i] = next_[i] / length
        if moved < SETTLED:
            break
    return length - shift


cdef void fit_two(const double* both, const double* agreed, Py_ssize_t n, Py_ssize_t first,
                  Py_ssize_t second, double* u) noexcept nogil:
    """Two loadings for each expert by alternating least squares, without one pair."""
    cdef Py_ssize_t i, j
    cdef double a, b, c, p, q, kappa, area
    cdef int _round
    for _round in range(FACTOR_ROUNDS):
        for i in range(n):
            a = c = PENALTY
            b = p = q = 0
            for j in range(n):
                if i == j or both[i * n + j] <= 0:
                    continue
                if (i == first and j == second) or (i == second and j == first):
                    continue
                kappa = agreed[i * n + j] / both[i * n + j]
                a += u[2 * j] * u[2 * j]
                b += u[2 * j] * u[2 * j + 1]
                c += u[2 * j + 1] * u[2 * j + 1]
                p += u[2 * j] * kappa
                q += u[2 * j + 1] * kappa
            area = a * c - b * b
            u[2 * i] = (u[2 * i] + (c * p - b * q) / area) / 2
            u[2 * i + 1] = (u[2 * i + 1] + (a * q - b * p) / area) / 2


def beyond_two_factors(both, agreed, Py_ssize_t experts, double least):
    """Agreement of pairs beyond what two factors explain that were fitted without the pair.

    experts × experts; 0 for pairs that agree less than `least` beyond one factor. `both` and
    `agreed` are as in `second_factor`.
    """
    cdef const double[::1] met = both
    cdef const double[::1] same = agreed
    loadings, value = second_factor(both, agreed, experts)
    cdef Py_ssize_t n = experts, i, j, k
    cdef double size = sqrt(max(value, 0.0)), left
    out = zeros(n * n)
    cdef double[::1] found = out
    cdef double[::1] second = loadings
    cdef double[::1] v = zeros(n)
    cdef double[::1] work = zeros(n)
    cdef double[::1] start = zeros(2 * n)
    cdef double[::1] u = zeros(2 * n)
    if n == 0:
        return out
    with nogil:
        knowledge(&met[0], &same[0], &v[0], &work[0], n)
        for i in range(n):
            start[2 * i], start[2 * i + 1] = v[i], size * second[i]
        fit_two(&met[0], &same[0], n, -1, -1, &start[0])
        for i in range(n):
            for j in range(i):
                if met[i * n + j] <= 0:
                    continue
                if same[i * n + j] / met[i * n + j] - v[i] * v[j] < least:
                    continue
                for k in range(2 * n):
                    u[k] = start[k]
                fit_two(&met[0], &same[0], n, i, j, &u[0])
                left = max(u[2 * i] * u[2 * j] + u[2 * i + 1] * u[2 * j + 1], 0.0)
                left = same[i * n + j] / met[i * n + j] - left
                found[i * n + j] = found[j * n + i] = left
    return out


def second_factor(both, agreed, Py_ssize_t experts):
    """(loading of each expert, eigenvalue) of what the rank-one fit leaves of agreement.

    `both` has the questions that two experts answered, `agreed` how often they agreed beyond
    chance; both are 0 on the diagonal.
    """
    cdef const double[::1] met = both
    cdef const double[::1] same = agreed
    cdef Py_ssize_t n = experts, i, j
    if met.shape[0] != n * n or same.shape[0] != n * n:
        raise ValueError("the counts are squares of the experts")
    if n == 0:
        return array("d"), 0.0
    out = zeros(n)
    cdef double[::1] u = out
    cdef double[::1] v = zeros(n)
    cdef double[::1] work = zeros(n)
    cdef double[::1] r = zeros(n * n)
    cdef double found
    with nogil:
        knowledge(&met[0], &same[0], &v[0], &work[0], n)
        for i in range(n):
            for j in range(n):
                if i != j and met[i * n + j] > 0:
                    r[i * n + j] = same[i * n + j] / met[i * n + j] - v[i] * v[j]
        found = greatest(&r[0], n, &u[0], &work[0])
    return out, found
