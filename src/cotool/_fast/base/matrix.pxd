cdef class Matrix:
    cdef float* data
    cdef readonly Py_ssize_t rows
    cdef readonly Py_ssize_t columns
    cdef Py_ssize_t[2] buffer_shape
    cdef Py_ssize_t[2] buffer_strides

cdef Matrix new_matrix(Py_ssize_t rows, Py_ssize_t columns)
cdef void touch(Matrix matrix, int threads) noexcept nogil
