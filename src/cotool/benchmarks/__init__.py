"""How fast cotool is on this machine: cases that call it as its users do, measured by pyperf.

`cases` names what is measured, `__main__` is the process that pyperf starts again and again,
`suites` runs cases and reads results, `comparison` judges them. Cases import the public names of
`cotool` only.
"""

from __future__ import annotations

from cotool.benchmarks.cases import GROUPS, Case, find_cases
from cotool.benchmarks.comparison import Compared, Scaled, compare, scaling
from cotool.benchmarks.suites import Measured, read_suite, run_cases, summarise

__all__ = [
    "GROUPS",
    "Case",
    "Compared",
    "Measured",
    "Scaled",
    "compare",
    "find_cases",
    "read_suite",
    "run_cases",
    "scaling",
    "summarise",
]
