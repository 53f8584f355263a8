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

The posterior of a value is integrated numerically, over the noises and, where numbers are few, over
the common factor of all deviations; so that the interval of a single question is that of Student's
t if the noise is Gaussian. O(numbers) for each iteration, and for each point of the integrals.
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
# By how many numbers the prior of a variance counts, and how probable that is.
STRENGTHS = {INFINITY: 0.55, 40.0: 0.15, 10.0: 0.15, 3.0: 0.15}
# A variance is at least this part of that of all experts, and that this part of the first estimate.
cdef double LEAST = 1e-4, LEAST_POOLED = 1e-2
# A standard deviation in median absolute deviations, and by how many of the latter a bias may
# differ from the middle before it does not count. Chosen on seven kinds of made-up numbers; not
# measured on others.
ABSOLUTE, FAR = 1.4826, 8.0
# Up to this many degrees of freedom in all, the common factor of the deviations is integrated over
# this many points.
ENOUGH, FACTORS = 400, 21
cdef double BIASED = 4
# Of more numbers, about so many show which kinds of noise are likely.
MOST = 20_000
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
