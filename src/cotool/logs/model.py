"""The results of an analysis of logs: small, picklable and mergeable, as a cluster returns them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from cotool._records import dataclass, field, replace
from cotool._typing import TYPE_CHECKING, Self, TypeVar
from cotool.logs.histogram import Histogram, summed
from cotool.logs.levels import KEYWORDS, LEVELS
from cotool.text import plural

if TYPE_CHECKING:
    from cotool.logs.measures.results import Measures
    from cotool.logs.templates.compare import Comparison
    from cotool.logs.templates.template_set import TemplateSet

    _Part = TypeVar("_Part", TemplateSet, Measures)


# The figures of LogCounts that are numbers to add up: how much there is, and what is unusual, with
# the words for it. JSON and --fail-on have all of them; reports show those that are not 0.
SIZES = ("lines", "records", "bytes")
ODDITIES = {
    "timeless": ("record", "without a time"),
    "out_of_order": ("record", "out of order"),
    "long_lines": ("line", "of more than 1 MiB"),
    "left_out": ("record", "left out by the filters"),
    "inferred_dates": ("record", "whose year or date was inferred"),
    "zoneless": ("record", "without a time zone, unlike others in the file"),
}
NUMBERS = (*SIZES, *ODDITIES)


@dataclass(frozen=True, slots=True, order=True)
class Sample:
    """A line to show, with its context; `line` counts from 1, and texts have no line ends."""

    path: str
    line: int
    level: str
    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogCounts:
    """The figures of one file or of many. Bytes and lines are those of the decompressed text.

    - `levels`: records by level, for all of LEVELS.
    - `keywords`: lines that contain an error or a warning word, in any case.
    - `patterns`: lines that match each pattern, by name.
    - `first_seen`, `last_seen`: earliest and latest time, nanoseconds since 1970.
    - `inferred_dates`: records whose year or date is not in the log and was inferred.
    - `zoneless`: records whose time names no zone, in a file where others name theirs.
    - `timeless`: records without a time; `out_of_order`: records earlier than the one before.
    - `long_lines`: lines of more than a mebibyte; regexes see only the first mebibyte.
    - `left_out`: records that the filters excluded; only `out_of_order` also counts them.
    """

    bytes: int = 0
    lines: int = 0
    records: int = 0
    levels: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    keywords: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(KEYWORDS, 0))
    patterns: Mapping[str, int] = field(default_factory=dict)
    histogram: Histogram = field(default_factory=Histogram)
    first_seen: int | None = None
    last_seen: int | None = None
    timeless: int = 0
    out_of_order: int = 0
    long_lines: int = 0
    left_out: int = 0
    inferred_dates: int = 0
    zoneless: int = 0

    def merge(self, other: LogCounts) -> LogCounts:
        """Return the figures of both together. Associative and commutative."""
        return merged((self, other))

    def oddities(self, *, but: Container[str] = ()) -> list[str]:
        """Return what is unusual, in words, without the figures named in `but`."""
        counts = [
            (getattr(self, name), *words) for name, words in ODDITIES.items() if name not in but
        ]
        return [f"{plural(count, noun)} {text}" for count, noun, text in counts if count]


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One file: its figures, the names of the formats found in it, and what went wrong.

    `zoned` is whether its times name their zone, or None if it has no times. `error` is why the
    file was not read to its end.
    """

    path: str
    counts: LogCounts
    formats: tuple[str, ...] = ()
    compression: str | None = None
    zoned: bool | None = None
    error: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis of a set of files.

    After a merge, `files` are sorted by path, and `samples` by path and line. `interrupted`: the
    work was stopped early. `templates`: the templates of the messages, or None if they were not
    requested. `comparison`: how they differ from an earlier run; a merge drops it, since it would
    need the earlier run to be made again. `measures`: the numbers in records, or None if none were
    requested.
    """

    counts: LogCounts = field(default_factory=LogCounts)
    files: tuple[FileSummary, ...] = ()
    samples: tuple[Sample, ...] = ()
    interrupted: bool = False
    templates: TemplateSet | None = None
    comparison: Comparison | None = None
    measures: Measures | None = None

    def merge(self, other: Self) -> Self:
        """Return the analysis of both sets of files. Associative and commutative."""
        return replace(
            self,
            counts=self.counts.merge(other.counts),
            files=tuple(sorted((*self.files, *other.files), key=lambda file: file.path)),
            samples=tuple(sorted((*self.samples, *other.samples))),
            interrupted=self.interrupted or other.interrupted,
            templates=joined(self.templates, other.templates),
            comparison=None,
            measures=joined(self.measures, other.measures),
        )


def merged(parts: Sequence[LogCounts]) -> LogCounts:
    """Return the figures of all parts together."""
    if len(parts) == 1:
        return parts[0]
    return LogCounts(
        **{name: sum(getattr(part, name) for part in parts) for name in NUMBERS},
        levels=_sum([part.levels for part in parts]) or LogCounts().levels,
        keywords=_sum([part.keywords for part in parts]) or LogCounts().keywords,
        patterns=_sum([part.patterns for part in parts]),
        histogram=summed([part.histogram for part in parts]),
        first_seen=min((x.first_seen for x in parts if x.first_seen is not None), default=None),
        last_seen=max((x.last_seen for x in parts if x.last_seen is not None), default=None),
    )


def joined(one: _Part | None, other: _Part | None) -> _Part | None:
    """Return both together, or the one that there is."""
    if one is None:
        return other
    if other is None:
        return one
    return one.merge(other)


def _sum(parts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + count
    return total
