"""What is measured: sources of values, measures, groups, conditions. Checked data, no kernel."""

from __future__ import annotations

from cotool._records import NamedTuple, dataclass
from cotool.logs.measures.steps import UTC, Steps
from cotool.logs.units import NO_SCALE, SECONDS, Scale

# As in logreading.h.
NOWHERE, COLUMN, KEY, PAIR, TEXT, GROUP, LEVEL, GIVEN, TEMPLATE, PARAMETER = range(10)
AS_IS, AS_PATH, AS_CLASS = range(3)
UNQUOTED, IN_JSON = 1, 2
# As in lognumbers.h: what a comma in a number means.
THOUSANDS, DECIMALS, UNSURE, BESIDE_POINTS = range(4)
LESS, LEAST, MORE, MOST, EQUAL, OTHER, NOT, AND, OR = range(9)
LONGEST_PART = 512  # bytes of a group's value; more are cut
MAX_SOURCES, MAX_MEASURES, MAX_BY, MAX_TESTS = 16, 8, 4, 32

# The statistics of a measure; other quantiles, such as p99.9, are computed as well.
STATISTICS = ("count", "missing", "odd", "sum", "mean", "min", "p50", "p90", "p99", "max")
QUANTILES = (
    *(f"p{n}" for n in range(1, 100)),
    "p99.5", "p99.8", "p99.9", "p99.95", "p99.99", "p99.999",
)  # fmt: skip

# Those of a group in a step of time.
STEP_STATISTICS = (*STATISTICS, "distinct")


class Locator(NamedTuple):
    """Where to find a source in lines of one format; the fields match cotool_locator.

    `token`: the number of a column or a parameter, or whether a pair must be UNQUOTED or IN_JSON:
    within a string. `program` and `needed`: of a regex, which `text` is. `others`: where to look in
    records without a value there. `is_way`: the field of the place before it, written in another
    way; of several ways, the one that comes first in a record counts.
    """

    kind: int = NOWHERE
    token: int = 0
    part: int = 0
    path: tuple[bytes, ...] = ()
    text: bytes = b""
    after: bytes = b""
    scale: Scale = NO_SCALE
    comma: int = THOUSANDS  # what it separates in numbers
    is_path: bool = False  # the text is the name of the file
    is_duration: bool = False  # as its name says
    program: bytes = b""
    needed: bytes = b""
    others: tuple[Locator, ...] = ()
    is_way: bool = False

    @property
    def is_clock(self) -> bool:
        """Whether values such as 1:02:03 are durations."""
        return self.is_duration or self.scale[-1] == SECONDS

    @property
    def is_of_template(self) -> bool:
        """Whether it is a record's template, or a parameter of it; `after` is the template's id."""
        return self.kind in {TEMPLATE, PARAMETER}

    @property
    def is_searched(self) -> bool:
        """Whether it is found by the text before or around it, in any line of a record."""
        return self.kind in {PAIR, TEXT, GROUP}

    @property
    def is_column(self) -> bool:
        """Whether it is a column of the line."""
        return self.kind == COLUMN


@dataclass(frozen=True, slots=True)
class ValueSource:
    """Where values come from: a field by its name, text with one hole, or a regex with one group.

    `kind` is "field", "text", "regex", "template" or "parameter" (`before` is the template's id,
    `after` the parameter). `scale` is the unit of plain numbers; if it is None, the field's name
    decides.
    """

    kind: str
    name: str = ""
    before: str = ""
    after: str = ""
    program: bytes = b""
    needed: bytes = b""
    scale: Scale | None = None


class Test(NamedTuple):
    """One step of a condition in postfix order; the fields match cotool_test.

    `bare`: the number has no unit; it is in that of the field's numbers without one.
    """

    kind: int
    source: int = 0
    made: int = AS_IS
    number: int | None = None
    text: bytes = b""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read from each record. `measures` and `by` are numbers of `sources`.

    `names` are the measures' names, `keys` the names of the fields to group by. `step`: seconds of
    a step in time, 0: no steps; `steps`: how they are numbered. `greatest`: how many of a measure's
    greatest numbers are kept with their lines. `distinct`: count distinct values; `counted`: the
    numbers of measures whose distinct values are also counted in each step.
    """

    sources: tuple[ValueSource, ...] = ()
    names: tuple[str, ...] = ()
    measures: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    by: tuple[tuple[int, int], ...] = ()
    tests: tuple[Test, ...] = ()
    step: int = 0
    steps: Steps = UTC
    greatest: int = 0
    distinct: bool = True
    counted: frozenset[int] = frozenset()

    def counts_distinct(self, measure: int) -> bool:
        """Return whether the distinct values of a measure are counted in each group."""
        return self.distinct and (not self.step or measure in self.counted)
