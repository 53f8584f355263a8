"""How a long kernel call is stopped: by Ctrl-C, or by another thread that wants it no more.

A kernel calls check_interrupt(), with the GIL, between slices of about a fifth of a second.
"""

from cpython.exc cimport PyErr_CheckSignals

cdef extern from "pythread.h":
    unsigned long PyThread_get_thread_ident()

cdef set told = set()


class Stopped(BaseException):
    """The call was told to stop. No Exception: nothing on the way is to take it for an error."""


def stop(thread):
    """Let the kernel calls of a thread (as threading.get_ident() names it) end with Stopped."""
    told.add(thread)


def go_on(thread):
    """Let kernel calls of a thread run again."""
    told.discard(thread)


cdef int check_interrupt() except -1:
    PyErr_CheckSignals()
    if told and PyThread_get_thread_ident() in told:
        raise Stopped
    return 0
