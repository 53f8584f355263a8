"""Abilities of experts and ease of items.

(Whitehill et al., "Whose vote should count more", NIPS 2009.) An expert is right with the
probability sigmoid(ability × ease); wrong labels are equally likely.
"""

from array import array

from cython.parallel cimport prange
from libc.math cimport exp, log, log1p
from libc.stdint cimport int64_t

from cotool._fast.truth.labels cimport Labels, Steps, normalise

from cotool._fast.truth.labels import Posterior

# Steps of Newton's method in an iteration: more of them do not move the optimum visibly.
cdef int NEWTON = 2


cdef inline double sigmoid(double x) noexcept nogil:
    return 1.0 / (1.0 + exp(-x))


cdef void improve_ability(Labels t, const double[::1] post, const double[::1] ease, Py_ssize_t e,
                          double* ability) noexcept nogil:
    """Newton steps on the expected log-likelihood, with the prior N(1, 1)."""
    cdef int64_t j, row
    cdef double slope, curve, x, p
    cdef int _step
    for _step in range(NEWTON):
        slope, curve = 1.0 - ability[0], 1.0
        for j in range(t.own_start[e], t.own_start[e + 1]):
            row = t.own[j]
            x = exp(ease[t.item[row]])
            p = sigmoid(ability[0] * x)
            slope += x * (post[t.item[row] * t.labels + t.label[row]] - p)
            curve += x * x * p * (1 - p)
        ability[0] += min(max(slope / curve, -2.0), 2.0)


cdef void improve_ease(Labels t, const double[::1] post, const double[::1] ability, Py_ssize_t i,
                       double* ease) noexcept nogil:
    """The same for the log of an item's ease; curvature without the part that may be negative."""
    cdef int64_t j
    cdef double slope, curve, x, p, z
    cdef int _step
    for _step in range(NEWTON):
        slope, curve = 1.0 - ease[0], 1.0
        z = exp(ease[0])
        for j in range(t.start[i], t.start[i + 1]):
            x = ability[t.expert[j]] * z
            p = sigmoid(x)
            slope += x * (post[i * t.labels + t.label[j]] - p)
            curve += x * x * p * (1 - p)
        ease[0] = min(max(ease[0] + min(max(slope / curve, -1.0), 1.0), -6.0), 6.0)


cdef double item_by_ease(Labels t, const double[::1] ability, double ease, Py_ssize_t i,
                         double* row) noexcept nogil:
    cdef Py_ssize_t k, labels = t.labels
    cdef int64_t j
    cdef double z = exp(ease), x, base = -log(<double>labels), wrong
    cdef double spread = log(<double>max(labels - 1, 1))
    for k in range(labels):
        row[k] = 0
    for j in range(t.start[i], t.start[i + 1]):
        x = ability[t.expert[j]] * z
        # log(1 - sigmoid(x)) without overflow, shared by the wrong labels
        wrong = (-log1p(exp(x)) if x < 0 else -x - log1p(exp(-x))) - spread
        base += wrong
        row[t.label[j]] += x + spread
    for k in range(labels):
        row[k] += base
    return normalise(row, labels)


def glad(Labels t, int iterations=100, double tolerance=1e-7, num_threads=None):
    """EM of abilities and of items' ease; `experts` holds abilities, 0 for a guesser."""
    cdef Steps s = Steps(t, num_threads)
    cdef Py_ssize_t labels = t.labels, e, i
    cdef int threads = s.threads, done = 0
    cdef double[::1] post = s.post
    cdef double[::1] fit = s.fit
    abilities = array("d", [1.0]) * t.experts
    cdef double[::1] ability = abilities
    cdef double[::1] ease = array("d", [1.0]) * t.items
    converged = False
    while done < iterations and not converged and t.count:
        done += 1
        with nogil:
            if done > 1:
                for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                                use_threads_if=threads > 1):
                    improve_ability(t, post, ease, e, &ability[e])
                for i in prange(t.items, schedule="static", num_threads=threads,
                                use_threads_if=threads > 1):
                    improve_ease(t, post, ability, i, &ease[i])
            for i in prange(t.items, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                fit[i] = item_by_ease(t, ability, ease[i], i, &post[i * labels])
        converged = s.settled(tolerance)
    return Posterior(s.post, abilities, done, converged, s.last)
