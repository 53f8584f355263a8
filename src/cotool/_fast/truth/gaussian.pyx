"""Numbers on a scale: the value of each item, and the bias and variance of each expert.

Expert e says of item i x = t[i] + b[e] + noise with the deviation s[e] (the Gaussian model of
Raykar et al., "Learning from crowds", JMLR 2010). The data decide how much of the model they need:

- The noise is Student's t, as a mixture of Gaussians (Lange, Little, Taylor, JASA 1989), with each
  of `FREEDOMS`, or Gaussian. A number far away counts little if other numbers show such tails.
- Variances of experts have an inverse gamma prior, whose strength is one of `STRENGTHS`, or they
  are all equal (Smyth, 2004). The strengths are weighed by their marginal likelihood. Experts who
  gave one number have the same variance.
- Biases have Student's t as prior, with `BIASED` degrees of freedom; its variance is estimated by
  moments (DerSimonian, Laird, 1986).

Values and biases are known only up to a constant: the mean of the biases, weighted by how many
numbers each expert gave, is 0. An expert far from the others does not count in it.

`posterior` integrates over what remains uncertain. O(numbers) for each iteration.
"""

from array import array
from statistics import median

from libc.math cimport INFINITY, exp, fabs, isinf, lgamma, log, sqrt
from libc.stdint cimport int32_t

from cotool._fast.base.interrupt cimport check_interrupt
from cotool._fast.truth.labels cimport zeros

from cotool._fast.truth.posterior import FREEDOMS, Estimate, mixtures_of, posterior

# By how many numbers the prior of a variance counts, and how probable that is.
STRENGTHS = {INFINITY: 0.55, 40.0: 0.15, 10.0: 0.15, 3.0: 0.15}
# A variance is at least this part of that of all experts, and that this part of the first estimate.
cdef double LEAST = 1e-4, LEAST_POOLED = 1e-2
# A standard deviation in median absolute deviations, and by how many of the latter a bias may
# differ from the middle before it does not count. Chosen on seven kinds of made-up numbers; not
# measured on others.
ABSOLUTE, FAR = 1.4826, 8.0
cdef double BIASED = 4
# Of more numbers, about so many show which kinds of noise are likely.
MOST = 20_000


class Fit:
    """The most probable values, biases and variances for one kind of noise."""

    def __init__(self, freedom, start, Py_ssize_t experts, double pooled):
        self.freedom = freedom
        self.values, self.errors = array("d", start), zeros(len(start))
        self.biases, self.spreads = zeros(experts), array("d", [pooled] * experts)
        # Of each expert: how uncertain the bias is, and degrees of freedom behind the variance.
        self.unsure, self.known = zeros(experts), zeros(experts)
        self.behind = [INFINITY] * experts
        self.spread, self.total = 0.0, 0.0


def estimate(item, expert, number, start, Py_ssize_t experts, int iterations=60,
             double tolerance=1e-5):
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
    cdef double pooled = typical_square([x[k] - start[i[k]] for k in range(count)])
    if pooled == 0:
        return Estimate(array("d", start), array("d", start), array("d", start), zeros(experts),
                        zeros(experts), 0.0, [])
    likely = FREEDOMS
    if count > MOST:
        rows = sample_of(item, expert, number)
        fits = fits_of(*rows, start, experts, pooled, likely, iterations, tolerance)
        likely = dict.fromkeys([one[1].freedom for one in mixtures_of(*rows, fits)[1]])
    fits = fits_of(item, expert, number, start, experts, pooled, likely, iterations, tolerance)
    return posterior(item, expert, number, fits)


def sample_of(item, expert, number):
    """Return about `MOST` of the numbers: all those of items evenly spread."""
    step = -(-len(item) // MOST)
    rows = [k for k in range(len(item)) if item[k] % step == 0]
    return (
        array("i", [item[k] for k in rows]),
        array("i", [expert[k] for k in rows]),
        array("d", [number[k] for k in rows]),
    )


def fits_of(item, expert, number, start, experts, pooled, freedoms, iterations, tolerance):
    """Fit the model with each kind of noise."""
    return [
        fitted(item, expert, number, Fit(freedom, start, experts, pooled), iterations, tolerance)
        for freedom in freedoms
    ]


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


def fitted(item, expert, number, found, int iterations, double tolerance):
    """Iterate to the most probable values, biases and variances."""
    cdef const int32_t[::1] i = item
    cdef const int32_t[::1] e = expert
    cdef const double[::1] x = number
    cdef double[::1] t = found.values, v = found.errors, b = found.biases, s = found.spreads
    cdef double[::1] unsure = found.unsure, known = found.known
    cdef Py_ssize_t items = t.shape[0], experts = b.shape[0], k
    cdef double[::1] weight = zeros(x.shape[0]), above = zeros(max(items, experts))
    cdef double[::1] below = zeros(max(items, experts)), given = zeros(experts)
    cdef double freedom = found.freedom, first = s[0], moved, spread = 0
    cdef int _turn
    for k in range(x.shape[0]):
        given[e[k]] += 1
    squares = zeros(experts)
    # One number shows no precision of its own: experts who gave one have the same.
    groups = [[k] for k in range(experts) if given[k] > 1]
    if once := [k for k in range(experts) if given[k] == 1]:
        groups.append(once)
    for _turn in range(iterations):
        check_interrupt()
        moved = values_turn(i, e, x, freedom, t, v, b, s, weight, above, below)
        spread = biases_turn(i, e, x, t, b, s, weight, given, above, below, unsure, &moved)
        squares_turn(i, e, x, t, v, b, s, weight, given, spread, squares, known)
        shrunk, behind, pooled = shrunk_variances(
            [sum([squares[k] for k in group]) for group in groups],
            [sum([found.known[k] for k in group]) for group in groups],
            LEAST_POOLED * first,
        )
        for group, variance, freedom_behind in zip(groups, shrunk, behind, strict=True):
            for k in group:
                s[k] = max(<double>variance, LEAST * <double>pooled)
                found.behind[k] = freedom_behind
        if moved <= tolerance * sqrt(first):
            break
    found.spread, found.total = spread, sum(known)
    middle = middle_of(found.biases, expert)
    for k in range(experts):
        b[k] -= middle
    for k in range(items):
        t[k] += middle
    return found


cdef double values_turn(const int32_t[::1] i, const int32_t[::1] e, const double[::1] x,
                        double freedom, double[::1] t, double[::1] v, double[::1] b,
                        double[::1] s, double[::1] weight, double[::1] above,
                        double[::1] below) noexcept nogil:
    """Find values, and how far each number counts; return the largest change of a value."""
    cdef Py_ssize_t items = t.shape[0], k
    cdef double apart, new, moved = 0
    for k in range(items):
        above[k] = below[k] = 0
    for k in range(x.shape[0]):
        apart = x[k] - t[i[k]] - b[e[k]]
        weight[k] = 1
        if not isinf(freedom):
            weight[k] = (freedom + 1) / (freedom + (apart * apart + v[i[k]]) / s[e[k]])
        above[i[k]] += weight[k] / s[e[k]] * (x[k] - b[e[k]])
        below[i[k]] += weight[k] / s[e[k]]
    for k in range(items):
        if below[k] > 0:
            new = above[k] / below[k]
            moved = max(moved, fabs(new - t[k]))
            t[k], v[k] = new, 1 / below[k]
    return moved


cdef double biases_turn(const int32_t[::1] i, const int32_t[::1] e, const double[::1] x,
                        double[::1] t, double[::1] b, double[::1] s, double[::1] weight,
                        double[::1] given, double[::1] above, double[::1] below,
                        double[::1] unsure, double* moved) noexcept nogil:
    """Find the variance of the biases, and these; experts with one number have none."""
    cdef Py_ssize_t count = x.shape[0], experts = b.shape[0], k, several = 0
    cdef double total = 0, mean = 0, square = 0, apart = 0, spread = 0, new, middle = 0
    for k in range(experts):
        above[k] = below[k] = 0
    for k in range(count):
        above[e[k]] += weight[k] / s[e[k]] * (x[k] - t[i[k]])
        below[e[k]] += weight[k] / s[e[k]]
    for k in range(experts):
        if given[k] > 1:
            several += 1
            total += below[k]
            square += below[k] * below[k]
            mean += above[k]
    if several > 1:
        mean /= total
        for k in range(experts):
            if given[k] > 1:
                apart += below[k] * (above[k] / below[k] - mean) ** 2
        spread = max(0.0, (apart - (several - 1)) / (total - square / total))
    for k in range(experts):
        new = unsure[k] = 0
        if spread > 0 and given[k] > 1:
            apart = (above[k] / below[k] - mean) ** 2 / (spread + 1 / below[k])
            unsure[k] = 1 / (below[k] + (BIASED + 1) / (BIASED + apart) / spread)
            new = above[k] * unsure[k]
        moved[0] = max(moved[0], fabs(new - b[k]))
        b[k] = new
    for k in range(count):
        middle += b[e[k]] / count
    for k in range(experts):
        b[k] -= middle
    for k in range(t.shape[0]):
        t[k] += middle
    return spread


cdef void squares_turn(const int32_t[::1] i, const int32_t[::1] e, const double[::1] x,
                       double[::1] t, double[::1] v, double[::1] b, double[::1] s,
                       double[::1] weight, double[::1] given, double spread,
                       double[::1] squares, double[::1] known) noexcept nogil:
    """Add up squared distances, and the degrees of freedom that values and biases leave."""
    cdef Py_ssize_t k
    cdef double apart, own
    for k in range(b.shape[0]):
        squares[k] = known[k] = 0
    for k in range(x.shape[0]):
        apart = x[k] - t[i[k]] - b[e[k]]
        own = weight[k] / s[e[k]]
        squares[e[k]] += weight[k] * apart * apart
        known[e[k]] += 1 - own * v[i[k]]
    if spread > 0:
        for k in range(b.shape[0]):
            if given[k] > 1:
                known[k] -= known[k] / given[k] / (1 + s[k] / (given[k] * spread))


def shrunk_variances(squares, known, double least=0.0):
    """Return variances, degrees of freedom behind each, and the variance in common.

    `squares` are sums of squares, `known` their degrees of freedom. Each variance is shrunk towards
    the common one as far as the others are alike; they are all equal if nothing contradicts it.
    `least` is the least common variance.
    """
    cdef double[::1] q = array("d", squares)
    cdef double[::1] m = array("d", known)
    cdef Py_ssize_t count = q.shape[0], k
    cdef double total = sum(known), common, strength, most = -INFINITY, own
    pooled = max(sum(squares) / total if total > 0 else 0.0, least)
    if pooled <= 0:
        return [0.0] * count, [INFINITY] * count, 0.0
    if count == 1:
        return [pooled], [INFINITY], pooled
    found = []
    for chosen, prior in STRENGTHS.items():
        strength = chosen
        common = pooled if isinf(strength) else common_variance(q, m, strength, pooled, least)
        own = log(<double>prior) + likelihood(q, m, strength, common)
        most = max(most, own)
        found.append((own, strength, common))
    weights = [exp(own - most) for own, _, _ in found]
    whole = sum(weights)
    precision, unknown = zeros(count), zeros(count)
    cdef double[::1] p = precision, u = unknown
    for weight, (_, chosen, shared) in zip(weights, found, strict=True):
        strength, common, own = chosen, shared, weight / whole
        for k in range(count):
            if isinf(strength):
                p[k] += own / common
            else:
                p[k] += own * (m[k] + strength) / (q[k] + strength * common)
                u[k] += own / (m[k] + strength)
    middle = sum(weight * one[2] for weight, one in zip(weights, found, strict=True)) / whole
    return (
        [1 / one for one in precision],
        [1 / one if one > 0 else INFINITY for one in unknown],
        middle,
    )


cdef double common_variance(double[::1] q, double[::1] m, double strength, double first,
                            double least) noexcept nogil:
    """The most probable scale of an inverse gamma prior of this strength."""
    cdef double common = first, total
    cdef Py_ssize_t count = q.shape[0], k
    cdef int _turn
    for _turn in range(30):
        total = 0
        for k in range(count):
            total += (m[k] + strength) / (q[k] + strength * common)
        common = max(count / total, least)
    return common


cdef double likelihood(double[::1] q, double[::1] m, double strength,
                       double common) noexcept nogil:
    """The logarithm of the marginal likelihood of sums of squares, up to a constant."""
    cdef double total = 0
    cdef Py_ssize_t k
    for k in range(q.shape[0]):
        if isinf(strength):
            total -= m[k] / 2 * log(2 * common) + q[k] / (2 * common)
        else:
            total += (lgamma((m[k] + strength) / 2) - lgamma(strength / 2)
                      + strength / 2 * log(strength * common)
                      - (m[k] + strength) / 2 * log(q[k] + strength * common))
    return total
