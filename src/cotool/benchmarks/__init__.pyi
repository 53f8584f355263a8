from cotool.benchmarks.cases import GROUPS as GROUPS, Case as Case, find_cases as find_cases
from cotool.benchmarks.comparison import (
    Compared as Compared,
    Scaled as Scaled,
    compare as compare,
    differences as differences,
    scaling as scaling,
)
from cotool.benchmarks.limits import limit_of as limit_of, machine_limits as machine_limits
from cotool.benchmarks.suites import (
    Measured as Measured,
    read_suite as read_suite,
    run_cases as run_cases,
    summarise as summarise,
)
