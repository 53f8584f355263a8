from libc.stdint cimport uint32_t

# Filled for the code points beyond ASCII of every text that is prepared.
cdef uint32_t* POINTS

cdef str prepared(str text)
