"""The posterior of values on a scale, and the ends of its 95 % intervals.

It is integrated numerically, over the noises that `gaussian` fits and, where numbers are few, over
the common factor of all deviations; so that the interval of a single question is that of Student's
t if the noise is Gaussian. O(numbers) for each point of the integrals.
"""

from array import array
from functools import lru_cache
from statistics import median

from libc.math cimport INFINITY, cos, exp, fabs, isinf, lgamma, log, log1p, sinh, sqrt, tan
from libc.stdint cimport int32_t

from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.truth.labels cimport zeros

# Degrees of freedom of the noise with their prior probabilities: a far-out number of a single
# question is one, and equal noise in small batches is mostly Gaussian. Set, not chosen by data.
FREEDOMS = {INFINITY: 0.8, 10.0: 0.05, 4.0: 0.05, 2.0: 0.05, 1.0: 0.05}
# Up to this many degrees of freedom in all, the common factor of the deviations is integrated over
# this many points.
ENOUGH, FACTORS = 400, 21
# Points of the integral over a value. Mixtures of less weight than this are left out.
cdef int POINTS = 121
cdef double LEAST_WEIGHT = 1e-4
# A value is within this many deviations of a number.
cdef double FARTHEST = 50
# Parts of the integral for a quantile of Student's t.
cdef int PARTS = 2000


class Estimate:
    """What was found: values and the ends of their 95 % intervals, biases and variances.

    `spread` is the variance of the biases; `noises` are triples: the weight, degrees of freedom and
    the deviation of an expert in the middle.
    """

    def __init__(self, values, lows, highs, biases, spreads, spread, noises):
        self.values, self.lows, self.highs = values, lows, highs
        self.biases, self.spreads, self.spread = biases, spreads, spread
        self.noises = noises


def mixtures_of(item, expert, number, fits):
    """Return where the numbers of each item begin, and the kinds of noise.

    Kinds are (weight, fit, places without bias, deviations, degrees of freedom, common factor).
    """
    cdef const int32_t[::1] i = item
    cdef Py_ssize_t count = len(item), items = len(fits[0].values), k
    first = array("i", [0] * (items + 1))
    cdef int32_t[::1] begins = first
    for k in range(count):
        begins[i[k] + 1] += 1
    for k in range(items):
        begins[k + 1] += begins[k]
    order = array("i", sorted(range(count), key=item.__getitem__))
    mixtures = []
    for found in fits:
        apart, deviations, freedoms = noise_of(order, expert, number, found)
        for factor in factors_of(found.total):
            scale = array("d", [one * factor for one in deviations])
            log_weight = log(<double>FREEDOMS[found.freedom])
            if len(fits) > 1 or found.total <= ENOUGH:
                log_weight += evidence(first, apart, scale, freedoms, found.values, found.errors)
            mixtures.append((log_weight, found, apart, scale, freedoms, factor))
    most = max(one[0] for one in mixtures)
    mixtures = [(exp(one[0] - most), *one[1:]) for one in mixtures]
    whole = sum(one[0] for one in mixtures)
    mixtures = [one for one in mixtures if one[0] > LEAST_WEIGHT * whole]
    return first, mixtures


def posterior(item, expert, number, fits):
    """Integrate over noises and the common factor; return the medians and intervals."""
    first, mixtures = mixtures_of(item, expert, number, fits)
    cdef const int32_t[::1] begins = first
    cdef Py_ssize_t count = len(item), items = len(fits[0].values), k, at
    whole = sum(one[0] for one in mixtures)
    best = max(fits, key=lambda one: sum(own[0] for own in mixtures if own[1] is one))
    values, lows, highs = array("d", best.values), array("d", best.values), array("d", best.values)
    cdef double[::1] middle = values, low = lows, high = highs
    cdef double[::1] grid = zeros(POINTS), mixed = zeros(POINTS), own = zeros(POINTS)
    cdef double width
    for k in range(items):
        if begins[k] == begins[k + 1]:
            continue
        check_interrupt()
        mixed[:] = 0
        width = max(reach(one[2], one[3], begins[k], begins[k + 1], best.values[k])
                    for one in mixtures)
        grid_of(best.values[k], sqrt(<double>best.errors[k]), width, grid)
        for weight, _, apart, scale, freedoms, _ in mixtures:
            density(apart, scale, freedoms, begins[k], begins[k + 1], grid, own)
            normalised(grid, own)
            for at in range(POINTS):
                mixed[at] += <double>weight / <double>whole * own[at]
        middle[k] = quantile(grid, mixed, 0.5)
        low[k], high[k] = quantile(grid, mixed, 0.025), quantile(grid, mixed, 0.975)
    # The mean of all biases is unknown: it is 0 up to their deviation.
    counts = [0] * len(best.biases)
    for one in expert:
        counts[one] += 1
    share = sum((one / count) ** 2 for one in counts)
    width = student(sum(one > 1 for one in counts) - 1) * sqrt(best.spread * share)
    for k in range(items):
        low[k] = middle[k] - sqrt((middle[k] - low[k]) ** 2 + width * width)
        high[k] = middle[k] + sqrt((high[k] - middle[k]) ** 2 + width * width)
    noises = [
        (weight / whole, found.freedom, factor * sqrt(median(found.spreads)))
        for weight, found, _, _, _, factor in mixtures
    ]
    return Estimate(values, lows, highs, best.biases, best.spreads, best.spread, noises)


def noise_of(order, expert, number, found):
    """Of each number in order: its place without bias, its deviation, degrees of freedom."""
    free = [
        INFINITY if one == found.freedom == INFINITY else 1 / (1 / found.freedom + 1 / one)
        for one in found.behind
    ]
    spread = [sqrt(s + u) for s, u in zip(found.spreads, found.unsure, strict=True)]
    who = [expert[k] for k in order]
    return (
        array("d", [number[k] - found.biases[expert[k]] for k in order]),
        array("d", [spread[one] for one in who]),
        array("d", [free[one] for one in who]),
    )


def factors_of(double total):
    """Points of the common factor of deviations, evenly spaced by ratio."""
    if total > ENOUGH:
        return [1.0]
    total = max(total, 0.5)
    low, high = -3.3 / sqrt(2 * total), 7 / total + 3 / sqrt(2 * total)
    return [exp(<double>(low + (high - low) * k / (FACTORS - 1))) for k in range(FACTORS)]


cdef double evidence(const int32_t[::1] begins, const double[::1] apart, const double[::1] scale,
                     const double[::1] freedoms, const double[::1] values,
                     const double[::1] errors):
    """The logarithm of the marginal likelihood of all numbers."""
    cdef double[::1] grid = zeros(POINTS), own = zeros(POINTS)
    cdef double total = 0
    cdef Py_ssize_t k
    for k in range(begins.shape[0] - 1):
        if begins[k + 1] > begins[k] + 1:
            grid_of(values[k], sqrt(errors[k]),
                    reach(apart, scale, begins[k], begins[k + 1], values[k]), grid)
            density(apart, scale, freedoms, begins[k], begins[k + 1], grid, own)
            total += normalised(grid, own)
    return total


cdef double reach(const double[::1] apart, const double[::1] scale, Py_ssize_t begin,
                  Py_ssize_t end, double middle) noexcept nogil:
    """How far from the middle the posterior of a value may be."""
    cdef double far = 0
    cdef Py_ssize_t k
    for k in range(begin, end):
        far = max(far, fabs(apart[k] - middle) + FARTHEST * scale[k])
    return far


cdef void grid_of(double middle, double unit, double width, double[::1] grid) noexcept nogil:
    """Points around a middle, dense within a unit, evenly spaced by ratio far away."""
    cdef double last = log(width / unit + sqrt(width / unit * (width / unit) + 1))
    cdef Py_ssize_t k, half = grid.shape[0] // 2
    for k in range(grid.shape[0]):
        grid[k] = middle + unit * sinh(last * (k - half) / half)


cdef void density(const double[::1] apart, const double[::1] scale, const double[::1] freedoms,
                  Py_ssize_t begin, Py_ssize_t end, const double[::1] grid,
                  double[::1] own) noexcept nogil:
    """The logarithm of the likelihood of an item's numbers at each point."""
    cdef Py_ssize_t k, at
    cdef double constant = 0, z, f
    own[:] = 0
    for k in range(begin, end):
        f = freedoms[k]
        if isinf(f):
            constant -= log(scale[k]) + 0.9189385332046727
            for at in range(grid.shape[0]):
                z = (apart[k] - grid[at]) / scale[k]
                own[at] -= z * z / 2
        else:
            constant += lgamma((f + 1) / 2) - lgamma(f / 2) - log(f * 3.141592653589793) / 2
            constant -= log(scale[k])
            for at in range(grid.shape[0]):
                z = (apart[k] - grid[at]) / scale[k]
                own[at] -= (f + 1) / 2 * log1p(z * z / f)
    for at in range(grid.shape[0]):
        own[at] += constant


cdef double normalised(const double[::1] grid, double[::1] own) noexcept nogil:
    """Turn logarithms into a density that adds up to 1; return the logarithm of its sum before."""
    cdef Py_ssize_t k
    cdef double most = own[0], total = 0
    for k in range(own.shape[0]):
        most = max(most, own[k])
    for k in range(own.shape[0]):
        own[k] = exp(own[k] - most)
        if k > 0:
            total += (own[k] + own[k - 1]) / 2 * (grid[k] - grid[k - 1])
    for k in range(own.shape[0]):
        own[k] /= total
    return log(total) + most


cdef double quantile(const double[::1] grid, const double[::1] density, double share) noexcept:
    """The place below which this share of a density lies."""
    cdef double below = 0, own
    cdef Py_ssize_t k
    for k in range(1, grid.shape[0]):
        own = (density[k] + density[k - 1]) / 2 * (grid[k] - grid[k - 1])
        if below + own >= share:
            return grid[k - 1] + (share - below) / own * (grid[k] - grid[k - 1])
        below += own
    return grid[grid.shape[0] - 1]


@lru_cache(maxsize=256)
def student(double freedom):
    """The 97.5 % quantile of Student's t, for one degree of freedom or more."""
    cdef double step = 1.5707963267948966 / PARTS, whole = 0, below = 0, own
    cdef int k
    if freedom > 1e6:
        return 1.959963984540054
    freedom = max(freedom, 1.0)
    # t is the root of the freedom times the tangent of an angle whose density is a power of cosine.
    for k in range(PARTS):
        whole += cos((k + 0.5) * step) ** (freedom - 1)
    for k in range(PARTS):
        own = cos((k + 0.5) * step) ** (freedom - 1)
        if below + own >= 0.95 * whole:
            return sqrt(freedom) * tan((k + (0.95 * whole - below) / own) * step)
        below += own
    return INFINITY
