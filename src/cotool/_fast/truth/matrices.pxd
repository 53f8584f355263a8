cdef int factor(double* a, Py_ssize_t n) noexcept nogil
cdef void backward(const double* a, Py_ssize_t n, double* x) noexcept nogil
cdef double log_root(const double* cholesky, Py_ssize_t n) noexcept nogil
