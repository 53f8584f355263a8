"""Truth inference where hidden subclasses of items mislead experts alike.

Items of one right label t fall into two hidden subclasses c (in practice: typical and misleading
ones), each with its own chances φ[t, c] of being labelled so or so. An expert e multiplies them by
R[e, t], its deviation from the others: P(label a) ∝ φ[t, c, a] R[e, t, a]. So experts stay
dependent given the right label, as they are where an item itself misleads, and an expert of few
labels stays near the others. With one subclass this is Dawid and Skene's model with a prior that
is learned from all experts.

The right labels may be taken to be equally likely, since shares that are estimated feed on
themselves where labels are confused (dog: .849 so, .844 estimated); where they are far from equal
that misleads (nine in ten of one label: .68 so, .93 estimated).

EM; O(labels × 2) a label and iteration. R is the ratio of counts to those that φ expects, with
one expected label of the prior (accuracy on dog and duck is the same from 1/2 to 1).
"""

from cython.parallel cimport prange
from libc.math cimport exp, log
from libc.stdint cimport int64_t
from libc.string cimport memset

from cotool._fast.truth.labels cimport Labels, Steps, normalise, zeros

from cotool._fast.truth.labels import Posterior

cdef enum:
    PARTS = 2

cdef double PRIOR = 1.0
# What is believed of a subclass before anything is seen: this many labels, this many of them right.
cdef double BELIEF = 10.0
cdef double BELIEVED = 0.7


cdef void own_counts(Labels t, const double[::1] states, Py_ssize_t e,
                     double* counts) noexcept nogil:
    """An expert's expected labels by label and state."""
    cdef Py_ssize_t k, width = t.labels * PARTS
    cdef int64_t j, row
    cdef double* to
    cdef const double* p
    memset(counts, 0, t.labels * width * sizeof(double))
    for j in range(t.own_start[e], t.own_start[e + 1]):
        row = t.own[j]
        p = &states[t.item[row] * width]
        to = counts + t.label[row] * width
        for k in range(width):
            to[k] += p[k]


cdef void own_chances(Py_ssize_t labels, const double* chance, double* counts) noexcept nogil:
    """Counts (label × state) to logs of chances, in place."""
    cdef Py_ssize_t a, r, c, k, width = labels * PARTS
    cdef double seen, expected, ratio, total
    cdef double times[PARTS]
    for r in range(labels):
        for c in range(PARTS):
            times[c] = 0
            for a in range(labels):
                times[c] += counts[a * width + r * PARTS + c]
        for a in range(labels):
            seen = expected = 0
            for c in range(PARTS):
                k = r * PARTS + c
                seen += counts[a * width + k]
                expected += times[c] * chance[a * width + k]
            ratio = (seen + PRIOR) / (expected + PRIOR)
            for c in range(PARTS):
                counts[a * width + r * PARTS + c] = chance[a * width + r * PARTS + c] * ratio
        for c in range(PARTS):
            total = 0
            for a in range(labels):
                total += counts[a * width + r * PARTS + c]
            for a in range(labels):
                k = a * width + r * PARTS + c
                counts[k] = log(counts[k] / total)


cdef double expect(Labels t, const double[::1] tables, const double[::1] prior, Py_ssize_t i,
                   double* row) noexcept nogil:
    cdef Py_ssize_t k, width = t.labels * PARTS
    cdef int64_t j
    cdef const double* own
    cdef double worth = 1
    for k in range(width):
        row[k] = prior[k]
    for j in range(t.start[i], t.start[i + 1]):
        own = &tables[(t.expert[j] * t.labels + t.label[j]) * width]
        if t.worth.shape[0]:
            worth = t.worth[j]
        for k in range(width):
            row[k] += worth * own[k]
    return normalise(row, width)


cdef void split(Labels t, const double[::1] post, double[::1] states):
    """Begin: items on which votes agree in one subclass, the others in the second."""
    cdef Py_ssize_t i, k, c, width = t.labels * PARTS
    cdef double place, weight, total
    unity = [
        round(sum([post[i * t.labels + k] * post[i * t.labels + k] for k in range(t.labels)]), 9)
        for i in range(t.items)
    ]
    # Equal ones share the mean of their ranks, so that the order of items does not matter.
    ranked = sorted(unity, reverse=True)
    first, last = {}, {}
    for i, value in enumerate(ranked):
        first.setdefault(value, i)
        last[value] = i
    shared = {value: (first[value] + last[value]) / 2 for value in first}
    for i in range(t.items):
        total = 0
        for c in range(PARTS):
            place = shared[unity[i]] * PARTS / <double>t.items - (c + 0.5)
            weight = exp(-place * place)
            total += weight
            for k in range(t.labels):
                states[i * width + k * PARTS + c] = post[i * t.labels + k] * weight
        for k in range(width):
            states[i * width + k] /= total


def subclasses(Labels t, bint balanced=True, int iterations=150, double tolerance=1e-7,
               num_threads=None):
    """EM of subclasses; `experts` is experts × label × (right label, subclass), logs of chances.

    `balanced`: right labels are taken to be equally likely, else their shares are estimated.
    """
    cdef Steps s = Steps(t, num_threads)
    cdef Py_ssize_t labels = t.labels, width = t.labels * PARTS, e, i, a, k
    cdef int threads = s.threads, done = 0
    cdef double[::1] post = s.post
    cdef double[::1] fit = s.fit
    cdef double[::1] states = zeros(t.items * width)
    cdef double[::1] chance = zeros(labels * width)
    cdef double[::1] prior = zeros(width)
    own = zeros(t.experts * labels * width)
    cdef double[::1] tables = own
    cdef double total, share
    split(t, post, states)
    converged = False
    while done < iterations and not converged and t.count:
        done += 1
        with nogil:
            for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                            use_threads_if=threads > 1):
                own_counts(t, states, e, &tables[e * labels * width])
            for a in range(labels):
                for k in range(width):
                    chance[a * width + k] = 1 + BELIEF * (
                        BELIEVED if k // PARTS == a else (1 - BELIEVED) / max(labels - 1, 1)
                    )
            for e in range(t.experts):
                for k in range(labels * width):
                    chance[k] += tables[e * labels * width + k]
            for k in range(width):
                total = 0
                for a in range(labels):
                    total += chance[a * width + k]
                for a in range(labels):
                    chance[a * width + k] /= total
            for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                            use_threads_if=threads > 1):
                own_chances(labels, &chance[0], &tables[e * labels * width])
            for k in range(width):
                prior[k] = 1
            for i in range(t.items):
                for k in range(width):
                    prior[k] += states[i * width + k]
            for k in range(labels):
                total = 0
                for a in range(PARTS):
                    total += prior[k * PARTS + a]
                share = 1.0 / labels if balanced else total / (t.items + width)
                for a in range(PARTS):
                    prior[k * PARTS + a] = log(prior[k * PARTS + a] / total * share)
            for i in prange(t.items, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                fit[i] = expect(t, tables, prior, i, &states[i * width])
        converged = s.settled(tolerance)
    for i in range(t.items):
        for k in range(labels):
            if t.count:
                post[i * labels + k] = 0
                for a in range(PARTS):
                    post[i * labels + k] += states[i * width + k * PARTS + a]
    return Posterior(s.post, own, done, converged, s.last)
