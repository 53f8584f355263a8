"""One confusion matrix for each expert, by EM.

(Dawid, Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm",
Applied Statistics 28(1), 1979.) An iteration costs O(labels of all items × different labels).
"""

from cython.parallel cimport prange
from libc.math cimport exp, log
from libc.stdint cimport int64_t

from cotool._fast.truth.labels cimport Labels, Steps, normalise, zeros

from cotool._fast.truth.labels import Posterior

# What a count begins with, so that no probability is 0.
cdef double TINY = 1e-2


cdef void confusion_of(Labels t, const double[::1] post, Py_ssize_t e,
                       double* table) noexcept nogil:
    """Log of P(label | truth) of an expert, label × truth."""
    cdef Py_ssize_t k, a, labels = t.labels
    cdef int64_t j, row
    cdef const double* p
    cdef double* to
    cdef double total
    for k in range(labels * labels):
        table[k] = TINY
    for j in range(t.own_start[e], t.own_start[e + 1]):
        row = t.own[j]
        p = &post[t.item[row] * labels]
        to = table + t.label[row] * labels
        for k in range(labels):
            to[k] += p[k]
    for k in range(labels):
        total = 0
        for a in range(labels):
            total += table[a * labels + k]
        for a in range(labels):
            table[a * labels + k] = log(table[a * labels + k] / total)


cdef double item_by_confusion(Labels t, const double[::1] tables, const double[::1] prior,
                              Py_ssize_t i, double* row) noexcept nogil:
    cdef Py_ssize_t k, labels = t.labels
    cdef int64_t j
    cdef const double* own
    for k in range(labels):
        row[k] = prior[k]
    for j in range(t.start[i], t.start[i + 1]):
        own = &tables[(t.expert[j] * labels + t.label[j]) * labels]
        for k in range(labels):
            row[k] += own[k]
    return normalise(row, labels)


def dawid_skene(Labels t, int iterations=100, double tolerance=1e-7, num_threads=None):
    """EM of confusion matrices. `experts` is experts × label × truth, logs of probabilities."""
    cdef Steps s = Steps(t, num_threads)
    cdef Py_ssize_t labels = t.labels, e, i, k
    cdef int threads = s.threads, done = 0
    tables = zeros(t.experts * labels * labels)
    cdef double[::1] confusion = tables
    cdef double[::1] prior = zeros(labels)
    cdef double[::1] post = s.post
    cdef double[::1] fit = s.fit
    converged = False
    while done < iterations and not converged and t.count:
        done += 1
        with nogil:
            for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                            use_threads_if=threads > 1):
                confusion_of(t, post, e, &confusion[e * labels * labels])
            for k in range(labels):
                prior[k] = TINY
            for i in range(t.items):
                for k in range(labels):
                    prior[k] += post[i * labels + k]
            for k in range(labels):
                prior[k] = log(prior[k] / (t.items + TINY * labels))
            for i in prange(t.items, schedule="static", num_threads=threads,
                            use_threads_if=threads > 1):
                fit[i] = item_by_confusion(t, confusion, prior, i, &post[i * labels])
        converged = s.settled(tolerance)
    return Posterior(s.post, tables, done, converged, s.last)


def confusions(Labels t, posterior):
    """P(label | truth) of each expert under a posterior, experts × label × truth."""
    cdef const double[::1] post = posterior
    cdef Py_ssize_t labels = t.labels, e, k
    tables = zeros(t.experts * labels * labels)
    cdef double[::1] out = tables
    for e in range(t.experts):
        confusion_of(t, post, e, &out[e * labels * labels])
    for k in range(out.shape[0]):
        out[k] = exp(out[k])
    return tables
