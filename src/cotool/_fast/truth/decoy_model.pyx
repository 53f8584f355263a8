"""The parameters of the model of decoys (see `decoys`): expected counts, and chances from them."""

from array import array

from libc.math cimport exp, log

from cotool._fast.truth.labels cimport zeros

# Weights of the priors, as numbers of labels. On mmlu-pro and subsets of it accuracy is flat from
# a fifth to five times each.
cdef double SKILL = 4.0
cdef double FALL = 10.0
cdef double HABIT = 20.0
cdef double SHARE = 5.0
# What is believed of experts before anything is seen: so many labels, so many of them right, so
# many of the others by a decoy. It decides where there are few items, and keeps a majority from
# being taken for a decoy.
cdef double BELIEF = 20.0
cdef double BELIEVED = 0.7
cdef double BELIEVED_FALL = 0.3
# In each kind of items, decoys draw at most this part of what right labels draw in the mean: else
# the model may take the majority for the decoy. Without a limit the weakest 12 of 29 language
# models are .048 below plurality, with .8 .040, with .6 .020; all 29 are .114, .111 and .100 above.
# On 12 other models, dogs, ducks and made-up worlds the limit changes less than .002, but for
# hard items with a decoy (-.024, -.017, -.016).
cdef double MAJORITY = 0.8


class Counts:
    """Expected counts, all of doubles: what an expert's labels were taken for.

    `right` (the expert knew), `fell`, `seen`: kind × expert; `habits`: expert × label, empty
    where labels differ from item to item; `kinds`: items by kind; `labels`: items by right
    label, empty as `habits` may be.
    """

    __slots__ = ("fell", "habits", "kinds", "labels", "right", "seen")

    def __init__(self, experts, labels):
        self.right, self.fell, self.seen = (zeros(KINDS * experts) for _ in range(3))
        self.habits = zeros(experts * labels)
        self.labels = zeros(labels)
        self.kinds = zeros(KINDS)


cdef class Model:
    """Probabilities from counts, as logs where they are multiplied."""

    def __init__(self, experts, labels, values, closed, balanced):
        self.balanced = balanced
        self.share = zeros(labels if closed else 0)
        self.experts, self.labels, self.values = experts, labels, values
        self.know, self.wrong, self.fall = (zeros(KINDS * experts) for _ in range(3))
        self.kinds = zeros(KINDS)
        self.habit = zeros(experts * labels if closed else 0)

    cdef void set(self, Py_ssize_t place, double p, double g) noexcept nogil:
        p = min(max(p, 0.02), 0.98)
        g = min(max(g, 0.01), 0.95)
        self.know[place] = p / ((1 - p) * (1 - g))
        self.wrong[place] = log((1 - p) * (1 - g))
        self.fall[place] = g / (1 - g)


cdef double logit(double p) noexcept nogil:
    p = min(max(p, 0.01), 0.99)
    return log(p / (1 - p))


cdef void estimate(Model m, const double[::1] right, const double[::1] fell,
                   const double[::1] seen, const double[::1] habits,
                   const double[::1] kinds, const double[::1] rights_of) noexcept nogil:
    """The step over experts: counts to probabilities, few of them pulled to the mean."""
    cdef Py_ssize_t c, e, k, place, experts = m.experts, labels = m.labels
    cdef double rights = 0, total = 0, mean, own, expected, items = 0, share
    cdef double r[KINDS]
    cdef double f[KINDS]
    cdef double n[KINDS]
    cdef double g
    cdef double scale[KINDS]
    for c in range(KINDS):
        r[c] = f[c] = n[c] = 0
        for e in range(experts):
            r[c] += right[c * experts + e]
            f[c] += fell[c * experts + e]
            n[c] += seen[c * experts + e]
        rights += r[c]
        total += n[c]
        items += kinds[c]
        scale[c] = min(1.0, MAJORITY * r[c] / f[c]) if f[c] > 0 else 1.0
    mean = (rights + BELIEF * BELIEVED) / (total + BELIEF)
    for c in range(KINDS):
        m.kinds[c] = log((kinds[c] + SHARE) / (items + KINDS * SHARE))
    for e in range(experts):
        rights = total = 0
        for c in range(KINDS):
            rights += right[c * experts + e]
            total += seen[c * experts + e]
        own = (rights + SKILL * mean) / (total + SKILL)
        for c in range(KINDS):
            place = c * experts + e
            # The expert's and the kind's odds together.
            expected = logit(own) + logit((r[c] + BELIEF * mean) / (n[c] + BELIEF)) - logit(mean)
            expected = 1 / (1 + exp(-expected))
            g = (scale[c] * f[c] + BELIEF * BELIEVED_FALL) / (n[c] - r[c] + BELIEF)
            m.set(place, (right[place] + SKILL * expected) / (seen[place] + SKILL),
                  (scale[c] * fell[place] + FALL * g) / (seen[place] - right[place] + FALL))
    if m.habit.shape[0] == 0:
        return
    total = 0
    for k in range(labels):
        total += rights_of[k]
    for k in range(labels):
        m.share[k] = 1.0 / labels if m.balanced else (rights_of[k] + 1) / (total + labels)
    total = 0
    for k in range(labels * experts):
        total += habits[k]
    for k in range(labels):
        share = 1
        for e in range(experts):
            share += habits[e * labels + k]
        share /= total + labels
        for e in range(experts):
            m.habit[e * labels + k] = habits[e * labels + k] + HABIT * share
    for e in range(experts):
        total = HABIT
        for k in range(labels):
            total += habits[e * labels + k]
        for k in range(labels):
            m.habit[e * labels + k] /= total


def add(one, other):
    """The sum of two counts."""
    total = Counts(0, 0)
    for name in ("right", "fell", "seen", "habits", "kinds", "labels"):
        sums = map(float.__add__, getattr(one, name), getattr(other, name))
        setattr(total, name, array("d", sums))
    return total
