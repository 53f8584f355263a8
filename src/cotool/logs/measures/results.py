"""What was measured: figures of each measure, by group and step in time. Mergeable, picklable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cotool._fast.logs.measures import UNIT, Cell, Measured
from cotool._fast.logs.timelines import Timeline, timelines
from cotool._records import NamedTuple, dataclass, field
from cotool._typing import Any
from cotool.errors import InputError
from cotool.logs.measures.figures import RELATIVE_ERROR, Figures, or_least
from cotool.logs.measures.model import STEP_STATISTICS, Reading, ValueSource
from cotool.logs.measures.steps import UTC, Steps
from cotool.logs.units import PLAIN, UNIT_NAMES


def check_sort(text: str, reading: Reading | None) -> None:
    """Raise InputError if groups cannot be sorted by this."""
    statistic, n = _statistic_of(text, reading.names if reading else ())
    if reading and statistic == "distinct" and not reading.counts_distinct(n or 0):
        raise InputError(
            "distinct values are not counted in steps",
            parameter="sort",
            hint=f"`measures` with 'distinct({reading.names[n or 0]})' counts them",
        )


def _statistic_of(text: str, names: tuple[str, ...]) -> tuple[str, int | None]:
    """Return the statistic that "p99" or "p99(rt)" names, and the number of its measure."""
    name, bracket, rest = text.partition("(")
    if name == "records" and not bracket:
        return name, None
    measure = rest.rstrip(")") if bracket else (names[0] if names else "")
    if measure not in names:
        raise InputError(
            f"there is no measure {measure!r}" if measure else f"{text!r} needs a measure",
            parameter="sort",
            hint=f"measures: {', '.join(names)}" if names else "give a measure, or sort by records",
        )
    Figures().statistic(name)
    return name, names.index(measure)


@dataclass(frozen=True, slots=True)
class GreatLine:
    """A line with one of the greatest numbers of a measure; `line` counts from 1."""

    path: str
    line: int
    number: float
    text: str


class Step(NamedTuple):
    """The records of a group in a step of time, and the STEP_STATISTICS of each measure."""

    records: int
    measures: tuple[Mapping[str, float | None], ...]


@dataclass(frozen=True, slots=True)
class Exact:
    """What is known of a measure without its distribution; `parts` is the sum, in UNIT parts."""

    count: int
    missing: int
    odd: int
    parts: int

    def to_dict(self) -> dict[str, float | None]:
        """Return the statistics by their names."""
        return {
            "count": self.count,
            "missing": self.missing,
            "odd": self.odd,
            "sum": self.parts / UNIT,
            "mean": self.parts / (UNIT * self.count) if self.count else None,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """The records whose fields have the same values: `values` are in the order of the keys.

    `measures` are their figures, `timeline` has the same for each step in time; None without steps.
    """

    values: tuple[str, ...]
    records: int
    measures: tuple[Figures, ...]
    timeline: Timeline | None = field(default=None, repr=False, compare=False)

    @property
    def steps(self) -> dict[int, Step]:
        """The figures by the start of each step."""
        return {
            start: Step(
                records, tuple(dict(zip(STEP_STATISTICS, cell, strict=True)) for cell in cells)
            )
            for start, records, cells in (self.timeline.figures() if self.timeline else ())
        }

    @property
    def step_records(self) -> dict[int, int]:
        """The records by the start of each step."""
        return self.timeline.records() if self.timeline else {}


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """What is known of a measure over all records.

    `unit` is "s", "B" or "" (none), and `units` has those of all values: plain numbers beside a
    unit were used as they are, and seconds beside bytes leave the figures without one.
    `distinct`: distinct values, ± 2 %, odd ones included;
    `odd_examples`: some of those; `added`: lists whose numbers were added up; `scaled`: the
    field's name, the product or the caller says that its numbers are, say, milliseconds; `stated`:
    the numbers themselves do; `further`: records with more than one value, of which the first
    counts.
    """

    name: str
    unit: str
    units: tuple[str, ...]
    added: int
    scaled: bool
    stated: bool
    further: int
    distinct: int | None
    odd_examples: tuple[str, ...]
    greatest: tuple[GreatLine, ...]

    @property
    def mixed(self) -> bool:
        """Whether the values had several units, or some had none."""
        return len(self.units) > 1

    @property
    def unlike(self) -> str:
        """The units of values that do not add up, as "s and in B"; empty if they do."""
        known = [unit for unit in self.units if unit]
        return " and in ".join(known) if len(known) > 1 else ""

    @property
    def unlike_note(self) -> str:
        """A sentence about such values, empty if there are none."""
        return f"values in {self.unlike} are added" if self.unlike else ""


class Measures:
    """What a run has measured, in one file or in many."""

    def __init__(
        self,
        names: tuple[str, ...],
        keys: tuple[str, ...],
        table: Measured,
        greatest: tuple[tuple[GreatLine, ...], ...] = (),
        steps: Steps = UTC,
        *,
        sources: tuple[ValueSource, ...] = (),
    ) -> None:
        self.names = names
        self.sources = sources
        self.keys = keys
        self._table = table
        self._greatest = greatest or ((),) * len(names)
        self._steps = steps
        self._groups: tuple[Group, ...] | None = None

    def add(self, other: Measures) -> None:
        """Add the figures of other records: the same measures by the same keys, in one zone."""
        if (self.names, self.sources, self.keys) != (other.names, other.sources, other.keys):
            raise InputError(
                "figures of different measures or keys do not add up",
                parameter="measures",
                hint="analyse all logs with the same `measures` (units included) and `by`",
            )
        if other.step and other._steps != self._steps:
            raise InputError(
                "steps of different zones do not add up",
                parameter="tz",
                hint="analyse all logs with the same zone",
            )
        self._table.merge(other._table, dated=True)
        self._greatest = tuple(
            tuple(
                sorted((*own, *others), key=lambda line: (-line.number, line.path, line.line))[
                    : self._table.most
                ]
            )
            for own, others in zip(self._greatest, other._greatest, strict=True)
        )
        self._groups = None

    def empty(self) -> Measures:
        """Return the figures of no records, of the same measures by the same keys."""
        table = Measured(len(self.names), self._table.most, self._table.width)
        return Measures(self.names, self.keys, table, steps=self._steps, sources=self.sources)

    def merge(self, other: Measures) -> Measures:
        """Return the figures of both. Associative and commutative."""
        return merged_measures([self, other])

    @property
    def step(self) -> int:
        """Seconds of a step in time, 0: there are none."""
        return int(self._table.width)

    @property
    def steps(self) -> Steps:
        """How steps are numbered."""
        return self._steps

    def number(self, start: int) -> int:
        """Return the number of the step that begins at a time: a multiple of `step`."""
        number = self._steps.local(start)
        return number - number % self.step

    @property
    def folded(self) -> int:
        """The most groups that are kept, if there were more; else 0.

        The others count in `total` alone.
        """
        return int(self._table.most_groups) if self._table.folded else 0

    @property
    def widened(self) -> bool:
        """Whether steps are wider than was asked, because there were too many."""
        return bool(self._table.widened)

    @property
    def relative_error(self) -> float:
        """The greatest part of a number by which a quantile may differ from it.

        It is RELATIVE_ERROR, and more if there were so many groups, steps and magnitudes that
        sketches were reduced.
        """
        return float(self._table.relative_error)

    @property
    def total(self) -> Group:
        """All records."""
        return self._all()[0]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, in the order of their values."""
        return self._all()[1:]

    @property
    def other(self) -> tuple[int, tuple[Exact, ...]] | None:
        """The records of the groups that are left out, with exact figures; None without any."""
        if not self.folded:
            return None
        kept, total = self.groups, self.total
        return total.records - sum(group.records for group in kept), tuple(
            Exact(
                *(
                    getattr(figures, name) - sum(getattr(group.measures[n], name) for group in kept)
                    for name in ("count", "missing", "odd", "parts")
                )
            )
            for n, figures in enumerate(total.measures)
        )

    @property
    def limits(self) -> tuple[str, ...]:
        """Sentences on what was reduced because there was too much of it."""
        found = []
        if self.other is not None:
            found.append(
                f"More than {self.folded:,} groups: {self.other[0]:,} records count in the totals "
                "alone. Which groups are kept does not depend on their size: the greatest may be "
                "among the others."
            )
        if self.widened:
            found.append("Too many groups and steps: steps are wider than asked.")
        if self.relative_error > RELATIVE_ERROR:
            found.append(
                "Too many distributions: quantiles are within "
                f"{100 * self.relative_error:.1f} % of the exact ones."
            )
        return tuple(found)

    def sorted_groups(self, by: str | None = None) -> list[Group]:
        """Return the groups, the greatest first.

        by: "records", or a statistic of the first measure or of one by name: p99, "p99(rt)".
        Default: records. Raises InputError.
        """
        read = self.reader(by or "records")
        return sorted(self.groups, key=lambda group: (-(or_least(read(group))), group.values))

    def reader(self, text: str) -> Callable[[Group], float | None]:
        """Return what reads "records", "p99" or "p99(rt)" of a group. Raises InputError."""
        statistic, n = _statistic_of(text, self.names)
        if n is None:
            return lambda group: group.records
        return lambda group: group.measures[n].statistic(statistic)

    def over_time(self, columns: int) -> tuple[int, dict[int, tuple[Figures, ...]]]:
        """Return the figures of all records in at most this many equal parts of the time.

        Returns the seconds of a part, and the figures of each measure by the number of its first
        step; both are empty without steps.
        """
        steps = {
            start: tuple(map(Figures, cells))
            for _, start, _, _, cells, _ in self._table.cells(whole=True)
            if start is not None
        }
        if not steps:
            return 0, {}
        count = (max(steps) - min(steps)) // self.step + 1
        width = self.step * -(-count // columns)
        first = min(steps) - min(steps) % width
        if (max(steps) - first) // width + 1 > columns:
            first = min(steps)
        parts: dict[int, tuple[Figures, ...]] = {}
        for start, figures in sorted(steps.items()):
            part = first + (start - first) // width * width
            before = parts.get(part)
            parts[part] = (
                figures
                if before is None
                else tuple(one.merge(other) for one, other in zip(before, figures, strict=True))
            )
        return width, parts

    def facts(self) -> tuple[MeasureFacts, ...]:
        """Return what is known of each measure over all records."""
        facts = []
        for n, known in enumerate(self._table.overall()):
            dimensions, added, scaled, stated, further, distinct, examples, _ = known
            present = [k for k, count in enumerate(dimensions) if count]
            others = [k for k in present if k != PLAIN]
            facts.append(
                MeasureFacts(
                    self.names[n],
                    UNIT_NAMES[others[0]] if len(others) == 1 else "",
                    tuple(UNIT_NAMES[k] for k in present),
                    added,
                    scaled > 0,
                    stated > 0,
                    further,
                    None if distinct is None else round(distinct),
                    tuple(text.decode("utf-8", "replace") for text in examples),
                    self._greatest[n],
                )
            )
        return tuple(facts)

    def _all(self) -> tuple[Group, ...]:
        if self._groups is None:
            steps = timelines(self._table, self._steps.begin if self._steps.starts else None)
            rows = self._table.totals().cells() or [
                (None, None, False, 0, [Cell() for _ in self.names], [None for _ in self.names])
            ]
            self._groups = tuple(
                Group(
                    tuple(value.decode("utf-8", "replace") for value in values or ()),
                    records,
                    tuple(map(Figures, cells, distinct)),
                    steps.get(values),
                )
                for values, _, _, records, cells, distinct in rows
            )
        return self._groups

    def __getstate__(self) -> dict[str, Any]:
        return {"names": self.names, "keys": self.keys, "table": self._table,
                "greatest": self._greatest, "steps": self._steps,
                "sources": self.sources}  # fmt: skip

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]


def measures_of(
    table: Measured,
    names: tuple[str, ...],
    keys: tuple[str, ...],
    path: str,
    *,
    steps: Steps = UTC,
    sources: tuple[ValueSource, ...] = (),
    back: Callable[[int], int] | None = None,
) -> Measures:
    """Return what a scan of one file has measured; `back` moves steps whose year was inferred."""
    greatest = tuple(
        tuple(
            GreatLine(path, line + 1, number / UNIT, text.decode("utf-8", "replace"))
            for number, line, text in top
        )
        for *_, top in table.overall()
    )
    if back is not None:
        table = table.moved(back)
    measures = Measures(names, keys, table, greatest, steps, sources=sources)
    return merged_measures([measures, measures.empty()]) if table.inferred else measures


def merged_measures(parts: Sequence[Measures]) -> Measures:
    """Return the figures of one or more parts together."""
    if len(parts) == 1:
        return parts[0]
    whole = parts[0].empty()
    for part in parts:
        whole.add(part)
    return whole
