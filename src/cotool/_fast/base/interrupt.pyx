"""How a long kernel call is stopped: by Ctrl-C, or by another thread.

A kernel calls check_interrupt(), with the GIL, between slices of about a fifth of a second.
"""

from cpython.exc cimport PyErr_CheckSignals

cdef extern from "pythread.h":
    unsigned long PyThread_get_thread_ident()

cdef set told = set()


class Stopped(BaseException):
    """The call was stopped. It is not an Exception, so that nothing takes it for an error."""


def stop(thread):
    """End the kernel calls of a thread, given by threading.get_ident(), with Stopped."""
    told.add(thread)


def go_on(thread):
    """Let kernel calls of a thread run again."""
    told.discard(thread)


cdef int check_interrupt() except -1:
    PyErr_CheckSignals()
    if told and PyThread_get_thread_ident() in told:
        raise Stopped
    return 0
