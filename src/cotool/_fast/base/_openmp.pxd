# The only file that names OpenMP's functions; serial stand-ins where it is absent.

cdef extern from * nogil:
    """
    #ifdef _OPENMP
    #include <omp.h>
    #define COTOOL_OPENMP _OPENMP
    #else
    #define COTOOL_OPENMP 0
    static int omp_get_max_threads(void) { return 1; }
    static int omp_get_thread_num(void) { return 0; }
    #endif
    """
    const int COTOOL_OPENMP
    int omp_get_max_threads()
    int omp_get_thread_num()

cdef int threads_for(object requested, double work) except -1
