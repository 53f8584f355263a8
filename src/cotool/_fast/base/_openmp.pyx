"""How many threads a kernel uses: the sole owner of OpenMP.

An explicit request wins, then COTOOL_NUM_THREADS, then OMP_NUM_THREADS. Without any of them it is
what OpenMP would take (the CPU affinity, threadpoolctl), but not more than the CPU quota of the
process's control group pays for: threads beyond it only wait for the next period.
"""

import os
from contextlib import suppress

from libc.stdlib cimport getenv, strtol

cdef extern from "base/cpu.h" nogil:
    int cotool_cpu_level()

cdef extern from *:
    """
    #if defined(__clang__)
    #define COTOOL_COMPILER "Clang " __clang_version__
    #else
    #define COTOOL_COMPILER "GCC " __VERSION__
    #endif
    """
    const char* COTOOL_COMPILER

# A greater request is a typing error.
cdef int MOST_THREADS = 1024

# Waking a second thread costs about 3 us with passive waiting on the machine of the README's
# figures; one thread does 5 us of work in the time that is worth it. In nanoseconds.
cdef double WORTH_A_THREAD = 20_000.0

cdef bint forked = False
cdef int quota = 0  # in threads, once it has been read


def _after_fork() -> None:
    # libgomp hangs if a parallel region ran, the process forked, and the child opens another one.
    global forked
    forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def cpu_quota(str mounted="/sys/fs/cgroup", str own="/proc/self/cgroup"):
    """Return how many CPUs the control group of this process may use, rounded up; None: all.

    The smallest quota of the group and of its parents counts: `cpu.max` of version 2, and
    `cpu.cfs_quota_us` of version 1.
    """
    try:
        with open(own) as file:
            lines = [line for line in file.read().splitlines() if line.count(":") > 1]
    except OSError:
        return None
    found = []
    for _, controllers, path in [line.split(":", 2) for line in lines]:
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = os.path.join(mounted, "cpu") if controllers else mounted
        names = ("cpu.cfs_quota_us", "cpu.cfs_period_us") if controllers else ("cpu.max",)
        folder = path.strip("/")
        while True:
            with suppress(OSError, ValueError, ZeroDivisionError):
                words = []
                for name in names:
                    with open(os.path.join(root, folder, name)) as file:
                        words += file.read().split()
                if len(words) == 2 and int(words[0]) > 0:  # "max" and -1: no quota
                    found.append(max(1, -(-int(words[0]) // int(words[1]))))
            if not folder:
                break
            folder = folder.rpartition("/")[0]
    return min(found, default=None)


cdef int from_quota() except -1:
    global quota
    if quota == 0:
        quota = min(cpu_quota() or MOST_THREADS, MOST_THREADS)
    return quota


cdef int from_environment() except -1:
    cdef const char* text = getenv("COTOOL_NUM_THREADS")
    cdef char* end
    cdef long value
    if text == NULL or text[0] == 0:
        text = getenv("OMP_NUM_THREADS")
        if text != NULL and text[0] != 0:
            return min(omp_get_max_threads(), MOST_THREADS)
        return min(omp_get_max_threads(), from_quota())
    value = strtol(text, &end, 10)
    if end[0] != 0 or value < 1 or value > MOST_THREADS:
        raise ValueError(
            f"COTOOL_NUM_THREADS: expected a whole number from 1 to {MOST_THREADS}, "
            f"got {text.decode('utf-8', 'replace')!r}"
        )
    return <int>value


cdef int threads_for(object requested, double work) except -1:
    """Threads for `work` nanoseconds of one thread's time; never more than the work pays for."""
    cdef int count
    if requested is None:
        count = from_environment()
    else:
        count = requested
        if count < 1 or count > MOST_THREADS:
            raise ValueError(
                f"num_threads: expected a whole number from 1 to {MOST_THREADS}, got {count}"
            )
    if forked or work < 2 * WORTH_A_THREAD:
        return 1
    return <int>min(<double>count, work / WORTH_A_THREAD)


def resolve_num_threads(requested=None):
    """Return the number of threads to use; ValueError if a setting is not a sensible number."""
    return threads_for(requested, 1e18)


def openmp_version():
    """Return OpenMP's date as yyyymm, 0 if the kernels were built without it."""
    return COTOOL_OPENMP


def cpu_level():
    """Return the CPU level that the kernels use: "avx512", "avx2" or "plain"."""
    return ("plain", "avx2", "avx512")[cotool_cpu_level()]


def compiler():
    """Return the name and version of the C compiler that built the kernels."""
    return COTOOL_COMPILER.decode().strip()
