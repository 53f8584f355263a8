"""One probability of being right for each expert; wrong labels are equally likely.

The one-coin case of Dawid and Skene's model, by EM.
"""

from cython.parallel cimport prange
from libc.math cimport log
from libc.stdint cimport int64_t

from cotool._fast.truth.labels cimport Labels, Steps, normalise, zeros

from cotool._fast.truth.labels import Posterior, agreement

# What a count begins with, so that no probability is 0.
cdef double TINY = 1e-2


cdef double item_by_skill(Labels t, const double[::1] odds, const double[::1] wrong, Py_ssize_t i,
                          double* row) noexcept nogil:
    """Posterior from log-odds: `odds` of right against one wrong label, `wrong` of a wrong one."""
    cdef Py_ssize_t k, labels = t.labels
    cdef int64_t j
    cdef double base = -log(<double>labels)
    for j in range(t.start[i], t.start[i + 1]):
        base += wrong[t.expert[j]]
    for k in range(labels):
        row[k] = base
    for j in range(t.start[i], t.start[i + 1]):
        row[t.label[j]] += odds[t.expert[j]]
    return normalise(row, labels)


def one_coin(Labels t, int iterations=100, double tolerance=1e-7, num_threads=None,
             bint alike=False):
    """EM of one probability to be right for each expert, which `experts` holds.

    With `alike` it is the same for all.
    """
    cdef Steps s = Steps(t, num_threads)
    cdef Py_ssize_t labels = t.labels, e, i
    cdef int threads = s.threads, done = 0
    cdef int64_t own
    cdef double total
    cdef double[::1] post = s.post
    cdef double[::1] fit = s.fit
    cdef double[::1] odds = zeros(t.experts)
    cdef double[::1] wrong = zeros(t.experts)
    cdef double[::1] skill
    skills = zeros(t.experts)
    converged = False
    while done < iterations and not converged and t.count:
        done += 1
        skills = agreement(t, s.post)
        skill = skills
        if alike:
            total = 0
            for e in range(t.experts):
                total += skill[e] * (t.own_start[e + 1] - t.own_start[e])
            for e in range(t.experts):
                skill[e] = total / t.count
        for e in range(t.experts):
            own = t.count if alike else t.own_start[e + 1] - t.own_start[e]
            skill[e] = (skill[e] * own + TINY) / (own + 2 * TINY)
            wrong[e] = log((1 - skill[e]) / max(labels - 1, 1))
            odds[e] = log(skill[e]) - wrong[e]
        with nogil:
            for i in prange(t.items, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                fit[i] = item_by_skill(t, odds, wrong, i, &post[i * labels])
        converged = s.settled(tolerance)
    return Posterior(s.post, skills, done, converged, s.last)
