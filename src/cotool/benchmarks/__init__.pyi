from cotool.benchmarks.cases import (
    GROUPS as GROUPS,
    Case as Case,
    find_cases as find_cases,
)
from cotool.benchmarks.comparison import (
    Compared as Compared,
    Scaled as Scaled,
    compare as compare,
    scaling as scaling,
)
from cotool.benchmarks.suites import (
    Measured as Measured,
    read_suite as read_suite,
    run_cases as run_cases,
    summarise as summarise,
)
