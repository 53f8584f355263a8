"""What was compiled in, and what this machine uses of it."""

from __future__ import annotations

import platform
import sys

from cotool._fast.base import _openmp
from cotool._typing import Any
from cotool.engine import resolve_num_threads
from cotool.version import __version__


def build_info() -> dict[str, Any]:
    """Return versions, OpenMP's date (0: built without it), threads, the CPU level in use."""
    return {
        "cotool": __version__,
        "python": platform.python_version(),
        "openmp": _openmp.openmp_version(),
        "threads": resolve_num_threads(),
        "cpu_level": _openmp.cpu_level(),
        "compiler": _openmp.compiler(),
        "free_threading": not getattr(sys, "_is_gil_enabled", lambda: True)(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
