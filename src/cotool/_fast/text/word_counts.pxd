from libc.stdint cimport uint16_t

from cotool._fast.text.tokens cimport Texts


cdef class Counts:
    # How often text t holds word k: counts[k * stride + t], zeros behind the last text.
    cdef Py_ssize_t vocabulary, stride, rows
    cdef uint16_t* counts

cdef Counts counts_of(Texts texts, Py_ssize_t stride)
