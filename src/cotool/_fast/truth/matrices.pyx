"""Positive definite matrices, n × n by rows: Cholesky factors, inverses, precisions of priors."""

from array import array

from libc.math cimport log, sqrt

from cotool._fast.truth.labels cimport zeros


cdef int factor(double* a, Py_ssize_t n) noexcept nogil:
    """Cholesky factor in the lower triangle; -1 if the matrix is not positive definite."""
    cdef Py_ssize_t i, j, k
    cdef double total
    for i in range(n):
        for j in range(i + 1):
            total = a[i * n + j]
            for k in range(j):
                total -= a[i * n + k] * a[j * n + k]
            if i == j:
                if not total > 0:
                    return -1
                a[i * n + i] = sqrt(total)
            else:
                a[i * n + j] = total / a[j * n + j]
    return 0


cdef void backward(const double* a, Py_ssize_t n, double* x) noexcept nogil:
    """Solve with the factor, in place."""
    cdef Py_ssize_t i, k
    for i in range(n):
        for k in range(i):
            x[i] -= a[i * n + k] * x[k]
        x[i] /= a[i * n + i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            x[i] -= a[k * n + i] * x[k]
        x[i] /= a[i * n + i]


cdef double log_root(const double* cholesky, Py_ssize_t n) noexcept nogil:
    """Half the logarithm of the determinant, from the factor."""
    cdef Py_ssize_t i
    cdef double total = 0
    for i in range(n):
        total += log(cholesky[i * n + i])
    return total


def prior_precision(deviation, directions, covariance):
    """The precision of a prior with covariance diag(deviation²) + Σ d dᵀ + `covariance` (n × n)."""
    cdef const double[::1] sd = deviation
    cdef const double[::1] given = covariance
    cdef Py_ssize_t n = sd.shape[0], i, j
    if given.shape[0] != n * n:
        raise ValueError("the covariance is a square of the deviations")
    total = array("d", covariance)
    cdef double[::1] view = total
    cdef const double[::1] d
    for i in range(n):
        view[i * n + i] += sd[i] * sd[i]
    for direction in directions:
        d = direction
        if d.shape[0] != n:
            raise ValueError("a direction has a value for each weight")
        for i in range(n):
            for j in range(n):
                view[i * n + j] += d[i] * d[j]
    return inverse(total, n)


def inverse(matrix, Py_ssize_t n):
    """The inverse of a positive definite matrix, n × n: covariances of a precision, or back."""
    cdef const double[::1] given = matrix
    if given.shape[0] != n * n:
        raise ValueError("the matrix is not a square of this size")
    out = zeros(n * n)
    cdef double[::1] view = out
    cdef double[::1] cholesky = zeros(n * n)
    cdef Py_ssize_t i
    cholesky[:] = given
    if n and factor(&cholesky[0], n) != 0:
        raise ArithmeticError("the matrix is not positive definite")
    for i in range(n):
        view[i * n + i] = 1
        backward(&cholesky[0], n, &view[i * n])
    return out
