"""Numbers on a scale: the value of each item, and the bias and spread of each expert.

Expert e says of item i x = t[i] + b[e] + noise with the deviation s[e] (the Gaussian model of
Raykar et al., "Learning from crowds", JMLR 2010). Biases have a Gaussian prior of mean 0 and
variances an inverse gamma one; both are fitted to all experts, so experts with few numbers are like
the others. The noise is Student's t with `FREEDOM` degrees of freedom as a mixture of Gaussians
(Lange, Little, Taylor, JASA 1989): a number far from what is expected counts little. Values and
biases are known only up to a constant: the mean of the biases, weighted by how many numbers each
expert gave, is 0. An expert far from the others does not count in it.

Expectation-maximisation, O(numbers) an iteration.
"""

from array import array
from statistics import median

from libc.math cimport fabs, sqrt
from libc.stdint cimport int32_t

from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.truth.labels cimport zeros

cdef double FREEDOM = 4
# The prior of a variance counts like this many numbers.
cdef double STRENGTH = 4
# A variance is at least this part of that of all experts.
cdef double LEAST = 1e-4
# A standard deviation in median absolute deviations, and by how many of the latter a bias may
# differ from the middle before it does not count. Chosen on seven kinds of made-up numbers; not
# measured on others.
ABSOLUTE, FAR = 1.4826, 8.0


class Estimate:
    """What was found: values and their variances by item, biases and variances by expert."""

    def __init__(self, values, errors, biases, spreads, iterations, converged):
        self.values, self.errors = values, errors
        self.biases, self.spreads = biases, spreads
        self.iterations, self.converged = iterations, converged


def estimate(item, expert, number, start, Py_ssize_t experts, int iterations=100,
             double tolerance=1e-6):
    """Fit the model to numbers of experts about items, from a first value of each item.

    `tolerance` is the largest change of a value or a bias, in deviations of all numbers.
    """
    cdef const int32_t[::1] i = item
    cdef const int32_t[::1] e = expert
    cdef const double[::1] x = number
    cdef Py_ssize_t count = x.shape[0], items = len(start), k
    if i.shape[0] != count or e.shape[0] != count or count == 0:
        raise ValueError("the columns differ in length, or are empty")
    for k in range(count):
        if not (0 <= i[k] < items and 0 <= e[k] < experts):
            raise ValueError("an item or an expert is out of range")
    values, errors = array("d", start), zeros(items)
    biases, spreads = zeros(experts), zeros(experts)
    cdef double[::1] t = values, v = errors, b = biases, s = spreads
    cdef double[::1] weight = zeros(count), above = zeros(max(items, experts))
    cdef double[::1] below = zeros(max(items, experts))
    cdef double pooled = 0, biased = 0, least, moved
    cdef int done = 0
    cdef bint settled = False
    pooled = typical_square([x[k] - t[i[k]] for k in range(count)])
    if pooled > 0:
        biased, least = pooled / 10, LEAST * pooled
        for k in range(experts):
            s[k] = pooled
        while done < iterations and not settled:
            check_interrupt()
            done += 1
            moved = turn(i, e, x, t, v, b, s, weight, above, below, &pooled, &biased,
                         least)
            settled = moved <= tolerance * sqrt(pooled)
        middle = middle_of(biases, expert)
        for k in range(experts):
            b[k] -= middle
        for k in range(items):
            t[k] += middle
    return Estimate(values, errors, biases, spreads, done, pooled == 0 or settled)


def typical_square(apart):
    """Return a variance that a few numbers, however far away, hardly change."""
    sizes = [abs(one) for one in apart]
    return (ABSOLUTE * (median(sizes) or median([one for one in sizes if one] or [0.0]))) ** 2


def middle_of(biases, expert):
    """Return the middle of the biases, each weighted by how many numbers the expert gave."""
    counts = [0] * len(biases)
    for one in expert:
        counts[one] += 1
    given = sorted(bias for bias, count in zip(biases, counts, strict=True) for _ in range(count))
    middle = median(given)
    far = FAR * median(abs(bias - middle) for bias in given)
    near = [bias for bias in given if abs(bias - middle) <= far]
    return sum(near) / len(near)


cdef double turn(const int32_t[::1] i, const int32_t[::1] e, const double[::1] x, double[::1] t,
                 double[::1] v, double[::1] b, double[::1] s, double[::1] weight,
                 double[::1] above, double[::1] below, double* pooled, double* biased,
                 double least) noexcept nogil:
    """One iteration; returns the largest change of a value or a bias."""
    cdef Py_ssize_t count = x.shape[0], items = t.shape[0], experts = b.shape[0], k
    cdef double apart, moved = 0, new, total, middle
    # Values, and how far each number counts.
    for k in range(items):
        above[k] = below[k] = 0
    for k in range(count):
        apart = x[k] - t[i[k]] - b[e[k]]
        weight[k] = (FREEDOM + 1) / (FREEDOM + (apart * apart + v[i[k]]) / s[e[k]])
        above[i[k]] += weight[k] / s[e[k]] * (x[k] - b[e[k]])
        below[i[k]] += weight[k] / s[e[k]]
    for k in range(items):
        if below[k] > 0:
            new = above[k] / below[k]
            moved = max(moved, fabs(new - t[k]))
            t[k], v[k] = new, 1 / below[k]
    # Biases, and their prior.
    for k in range(experts):
        above[k], below[k] = 0, 1 / biased[0]
    for k in range(count):
        above[e[k]] += weight[k] / s[e[k]] * (x[k] - t[i[k]])
        below[e[k]] += weight[k] / s[e[k]]
    total = middle = 0
    for k in range(experts):
        new = above[k] / below[k]
        moved = max(moved, fabs(new - b[k]))
        b[k] = new
        total += new * new + 1 / below[k]
    for k in range(count):
        middle += b[e[k]] / count
    moved = max(moved, fabs(middle))
    for k in range(experts):
        b[k] -= middle
    for k in range(items):
        t[k] += middle
    biased[0] = max(total / experts, LEAST * pooled[0])
    # Variances, and their prior.
    for k in range(experts):
        above[k], below[k] = STRENGTH * pooled[0], STRENGTH
    total = 0
    for k in range(count):
        apart = x[k] - t[i[k]] - b[e[k]]
        new = weight[k] * (apart * apart + v[i[k]])
        above[e[k]] += new
        below[e[k]] += 1
        total += new
    pooled[0] = max(total / count, least)
    for k in range(experts):
        s[k] = max(above[k] / below[k], LEAST * pooled[0])
    return moved
