"""An expert either knows the label or answers by habit.

(Hovy et al., "Learning whom to trust with MACE", NAACL 2013.) Variational Bayes from several
starts; the best bound wins.
"""

from cython.parallel cimport prange
from libc.math cimport exp, log, log1p
from libc.stdint cimport int64_t

from cotool._fast.truth.labels cimport Labels, Steps, normalise, zeros

from cotool._fast.truth.labels import Posterior


cdef double digamma(double x) noexcept nogil:
    """Derivative of log gamma (recurrence, then the asymptotic series; error below 1e-12)."""
    cdef double shift = 0, f
    while x < 8:
        shift -= 1 / x
        x += 1
    f = 1 / (x * x)
    return shift + log(x) - 0.5 / x - f * (
        1.0 / 12 - f * (1.0 / 120 - f * (1.0 / 252 - f * (1.0 / 240 - f / 132)))
    )


cdef void improve_habit(Labels t, const double[::1] knows, Py_ssize_t e, double smoothing,
                        double* parts) noexcept nogil:
    """`parts`: the expert's weights of knowing, of guessing, and of each label as a guess."""
    cdef Py_ssize_t k, labels = t.labels
    cdef int64_t j, row
    cdef double known = 0, guessed = 0
    cdef double* habit = parts + 2
    for k in range(labels):
        habit[k] = 0
    for j in range(t.own_start[e], t.own_start[e + 1]):
        row = t.own[j]
        known += knows[row]
        guessed += 1 - knows[row]
        habit[t.label[row]] += 1 - knows[row]
    # Variational Bayes: Beta(1/2, 1/2) for knowing, Dirichlet(smoothing) for habits.
    parts[0] = exp(digamma(known + 0.5) - digamma(known + guessed + 1))
    parts[1] = exp(digamma(guessed + 0.5) - digamma(known + guessed + 1))
    for k in range(labels):
        habit[k] = exp(digamma(habit[k] + smoothing) - digamma(guessed + labels * smoothing))


cdef double item_by_habit(Labels t, const double[::1] parts, const double[::1] share,
                          Py_ssize_t i, double* row, double* knows) noexcept nogil:
    """Posterior of the item, and for each of its labels the chance that the expert knew."""
    cdef Py_ssize_t k, labels = t.labels, width = t.labels + 2
    cdef int64_t j
    cdef const double* own
    cdef double base = 0, guess, fit
    for k in range(labels):
        row[k] = share[k]
    for j in range(t.start[i], t.start[i + 1]):
        own = &parts[t.expert[j] * width]
        guess = own[1] * own[2 + t.label[j]]
        base += log(guess)
        row[t.label[j]] += log1p(own[0] / guess)
    for k in range(labels):
        row[k] += base
    fit = normalise(row, labels)
    for j in range(t.start[i], t.start[i + 1]):
        own = &parts[t.expert[j] * width]
        guess = own[1] * own[2 + t.label[j]]
        knows[j] = row[t.label[j]] * own[0] / (own[0] + guess)
    return fit


cdef unsigned long long scramble(unsigned long long x) noexcept nogil:
    """A step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    x += 0x9E3779B97F4A7C15ULL
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL
    return x ^ (x >> 31)


cdef void shares_of(Labels t, const double[::1] post, double[::1] share) noexcept nogil:
    """The logs of the shares of right labels, with one item of each label as the prior."""
    cdef Py_ssize_t i, k
    for k in range(t.labels):
        share[k] = 1
    for i in range(t.items):
        for k in range(t.labels):
            share[k] += post[i * t.labels + k]
    for k in range(t.labels):
        share[k] = log(share[k] / (t.items + t.labels))


def mace(Labels t, bint balanced=True, int iterations=50, double tolerance=1e-7, int restarts=10,
         double smoothing=0.1, num_threads=None):
    """Variational EM of knowing and guessing; `experts` is the chance that each knows.

    `balanced`: right labels are taken to be equally likely, as in the paper, else their shares are
    estimated. Where one label is rare, equal shares make the habit of giving the others look
    strong: of two labels, one of them right in 5 % of the items and each expert right in 85 %, .70
    of the answers are right with equal shares and .97 with estimated ones.

    The first start takes every vote share as knowledge; the others draw it by a fixed seed.
    """
    cdef Py_ssize_t labels = t.labels, width = t.labels + 2, e, i, k
    cdef int64_t j
    cdef int threads, done, start
    cdef Steps s
    cdef double[::1] post
    cdef double[::1] fit
    cdef double[::1] knows = zeros(t.count)
    cdef double[::1] parts = zeros(t.experts * width)
    cdef double[::1] skill
    cdef double[::1] share = zeros(labels)
    best = None
    for start in range(max(restarts, 1)):
        s = Steps(t, num_threads)
        post, fit, threads = s.post, s.fit, s.threads
        for j in range(t.count):
            knows[j] = post[t.item[j] * labels + t.label[j]]
            if start:
                knows[j] = (scramble(j * 1000003 + start) >> 11) / 9007199254740992.0
        for k in range(labels):
            share[k] = -log(<double>labels)
        done, converged = 0, False
        while done < iterations and not converged and t.count:
            done += 1
            with nogil:
                for e in prange(t.experts, schedule="dynamic", chunksize=8, num_threads=threads,
                                use_threads_if=threads > 1):
                    improve_habit(t, knows, e, smoothing, &parts[e * width])
                if not balanced:
                    shares_of(t, post, share)
                for i in prange(t.items, schedule="static", num_threads=threads,
                                use_threads_if=threads > 1):
                    fit[i] = item_by_habit(t, parts, share, i, &post[i * labels],
                                           &knows[0])
            converged = s.settled(tolerance)
        if best is None or s.last > best.log_likelihood:
            skills = zeros(t.experts)
            skill = skills
            for e in range(t.experts):
                skill[e] = parts[e * width] / max(parts[e * width] + parts[e * width + 1], 1e-300)
            best = Posterior(s.post, skills, done, converged, s.last)
    return best
