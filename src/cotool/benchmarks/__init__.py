"""Measure how fast cotool is on this machine: cases that call it as users do, run by pyperf.

`cases` defines what is measured, `__main__` is the process that pyperf starts repeatedly, `suites`
runs cases and reads results, `comparison` compares them. Cases import the public names of `cotool`
only.
"""

from __future__ import annotations

from cotool._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
