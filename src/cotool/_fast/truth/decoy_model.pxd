cdef enum:
    KINDS = 2


cdef class Model:
    cdef Py_ssize_t experts, labels
    cdef double values
    # Odds of knowing, and of falling for the decoy, against answering by habit; the log of that.
    cdef double[::1] know, fall, wrong
    cdef double[::1] kinds, habit
    # Shares of right labels, empty where labels differ from item to item.
    cdef double[::1] share
    cdef bint balanced

    cdef void set(self, Py_ssize_t place, double p, double g) noexcept nogil


cdef void estimate(Model m, const double[::1] right, const double[::1] fell,
                   const double[::1] seen, const double[::1] habits,
                   const double[::1] kinds, const double[::1] rights_of) noexcept nogil
