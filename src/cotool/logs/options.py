"""The options of an analysis of logs: one checked set, from the caller down to the kernel.

A new option of the scanner needs a field here, a keyword of LogArguments, and its place in the
kernel; the command line adds a flag. This module loads no kernel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cotool._lazy import lazy_pattern
from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING, Any, TypedDict, cast
from cotool.engine import resolve_num_threads
from cotool.errors import InputError, check_whole, listed, unknown
from cotool.logs.levels import ERRORS, LEVELS, level_named
from cotool.logs.patterns.patterns import Pattern, compile_pattern, parse_pattern
from cotool.logs.times import DAY_ORDERS, Moment, parse_moment, parse_zone, zone_name, zone_table

if TYPE_CHECKING:
    from datetime import tzinfo

    from cotool.logs.formats.model import Format
    from cotool.logs.measures.model import Reading
    from cotool.logs.templates.labels import Labels

    class LogArguments(TypedDict, total=False):
        """The keyword arguments of analyze_logs() that become LogOptions."""

        patterns: Mapping[str, str] | Iterable[str] | None
        levels: Iterable[str] | None
        since: str | None
        until: str | None
        match: Iterable[str] | None
        log_format: str
        level_words: Mapping[str, str] | Iterable[str]
        tz: str | None
        show: int
        context: int
        templates: bool
        measures: Mapping[str, str] | Iterable[str]
        by: Iterable[str]
        where: str | Iterable[str] | None
        step: int
        greatest: int
        each_line: bool
        max_decompressed: int | None
        num_threads: int | None


# Words of `log_format` with which formats are recognised.
RECOGNISED = ("auto", *DAY_ORDERS)
# Each span keeps room for as many lines.
_MOST_SHOWN = 1_000_000
# Fields that are no keywords of analyze_logs().
INNER = frozenset(("reading", "records", "labels", "span_size", "block_size"))
_WORD = lazy_pattern(r"[^\W\d_]\w+")


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What to find and count in each source. Raises InputError at once for invalid options.

    See analyze_logs() for the fields up to `num_threads`. The caller's texts are parsed once, when
    the options are made: patterns are compiled, moments become absolute, levels get their standard
    names. The other fields are for callers within the core: `records` writes a JSON object for each
    line; `labels` names their templates; `reading` is the parsed form of `measures`, `by` and
    `where`; `span_size` and `block_size` divide the work differently without changing a result.
    """

    patterns: Mapping[str, str] | Iterable[str | Pattern] | None = ()
    levels: Iterable[str] | None = None
    since: str | Moment | None = None
    until: str | Moment | None = None
    match: Iterable[str] | None = None
    log_format: str = "auto"
    level_words: Mapping[str, str] | Iterable[str] = ()
    tz: str | None = None
    show: int = 0
    context: int = 0
    templates: bool = False
    measures: Mapping[str, str] | Iterable[str] = ()
    by: Iterable[str] = ()
    where: str | Iterable[str] | None = None
    step: int = 0
    greatest: int = 0
    each_line: bool = False
    max_decompressed: int | None = None
    num_threads: int | None = None
    reading: Reading | None = field(default=None, init=False)
    records: bool = False
    labels: Labels | None = None
    span_size: int | None = field(default=None, repr=False)
    block_size: int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        given: Any = self.patterns or ()
        if isinstance(given, Mapping):
            listed(given.values(), "patterns")
            patterns = tuple(compile_pattern(str(name), text) for name, text in given.items())
        else:
            several = isinstance(given, Iterable) and not isinstance(given, str)
            every = list(given) if several else [given]
            listed([one for one in every if not isinstance(one, Pattern)], "patterns")
            patterns = tuple(parse_pattern(one) if isinstance(one, str) else one for one in every)
        names = [pattern.name for pattern in patterns]
        listed([self.log_format], "log_format")
        if self.tz is not None:
            listed([self.tz], "tz")
            object.__setattr__(self, "tz", zone_name(self.tz))
        zone = self.zone
        read = {
            "patterns": patterns,
            "levels": _levels(self.levels),
            "level_words": _level_words(self.level_words),
            "since": _moment(self.since, "since", zone),
            "until": _moment(self.until, "until", zone),
            "match": None if self.match is None else frozenset(listed(self.match, "match")),
        }
        for name, value in read.items():
            object.__setattr__(self, name, value)
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(
                f"two patterns are called {twice!r}",
                parameter="patterns",
                hint="a pattern without a name is called like its regex; write NAME=REGEX",
            )
        for name in self.match or ():
            if name not in names:
                raise unknown(name, names, "match", message=f"there is no pattern {name!r}")
        self._check_bounds()
        resolve_num_threads(self.num_threads)
        _ = self.formats
        if self.measures or self.by or self.where is not None:
            from cotool.logs.measures.parse import make_reading

            reading = make_reading(
                self.measures,
                self.by,
                self.where,
                step=self.step,
                zone_table=self.zone_table,
                greatest=self.greatest,
            )
            if reading is not None and self.labels is not None:
                from cotool.logs.measures.of_templates import resolved

                known = zip(self.labels.ids, self.labels.parameters, strict=True)
                reading = resolved(reading, dict(known))
            object.__setattr__(self, "reading", reading)

    def _check_bounds(self) -> None:
        since, until = self.since, self.until
        if isinstance(since, Moment) and isinstance(until, Moment) and since >= until:
            raise InputError(
                "is not later than the start of the time range",
                parameter="until",
                hint="2h means two hours ago, so `since` must go further back than `until`",
            )
        check_whole(self.show, "show", most=_MOST_SHOWN)
        for name in ("context", "step", "greatest"):
            check_whole(getattr(self, name), name)
        if self.max_decompressed is not None:
            check_whole(self.max_decompressed, "max_decompressed", 1)
        for name in ("templates", "each_line"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(
                    f"expected True or False, got {getattr(self, name)!r}", parameter=name
                )

    @property
    def compiled(self) -> tuple[Pattern, ...]:
        """The patterns, which are compiled when the options are made."""
        return cast("tuple[Pattern, ...]", self.patterns)

    @property
    def zone(self) -> tzinfo | None:
        """The zone of times without a zone."""
        return None if self.tz is None else parse_zone(self.tz)

    @property
    def formats(self) -> tuple[Format, ...] | None:
        """The formats to use instead of recognition, or None."""
        if self.log_format in RECOGNISED:
            return None
        from cotool.logs.formats.given import parse_log_format

        return parse_log_format(self.log_format)

    @property
    def own_words(self) -> Mapping[str, str]:
        """The level of each word in `level_words`."""
        return cast("Mapping[str, str]", self.level_words)

    @property
    def level_forms(self) -> list[tuple[bytes, int, int]]:
        """Each form of these words with the number of its level, and its styles as bits."""
        if not self.own_words:
            return []
        from cotool.logs.formats.words import word_forms

        return [(form, *meaning) for form, meaning in word_forms(self.own_words).items()]

    @property
    def threads(self) -> int:
        """The number of threads."""
        return resolve_num_threads(self.num_threads)

    @property
    def passing(self) -> Collection[int] | None:
        """The numbers of the levels that are counted, or None for all."""
        return None if self.levels is None else [LEVELS.index(level) for level in self.levels]

    @property
    def shown(self) -> Collection[int]:
        """The numbers of the levels whose records are kept as samples."""
        return [LEVELS.index(level) for level in self.levels or ERRORS]

    @property
    def wanted(self) -> Collection[int] | None:
        """The numbers of the patterns that select records, or None for all records."""
        if self.match is None:
            return None
        return [n for n, pattern in enumerate(self.compiled) if pattern.name in self.match]

    @property
    def zone_table(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The offsets of the zone and when they begin."""
        return zone_table(self.zone)

    @property
    def moves_with_years(self) -> bool:
        """Whether an inferred year decides what is counted."""
        return bool(self.since or self.until or self.tz)


def _levels(levels: Iterable[str] | None) -> frozenset[str] | None:
    if levels is None:
        return None
    words = levels.split(",") if isinstance(levels, str) else listed(levels, "levels")
    named = frozenset(level_named(word, "levels") for word in words if word)
    if not named:
        raise InputError("no level is named", parameter="levels")
    return named


def _level_words(given: Mapping[str, str] | Iterable[str]) -> dict[str, str]:
    pairs = (
        given.items() if isinstance(given, Mapping) else map(_pair, listed(given, "level_words"))
    )
    words: dict[str, str] = {}
    for word, level in pairs:
        if not (isinstance(word, str) and _WORD.fullmatch(word)):
            raise InputError(
                f"{word!r} is not a word of at least two letters", parameter="level_words"
            )
        words[word] = level_named(listed([level], "level_words")[0], "level_words")
    return words


def _pair(text: str) -> tuple[str, str]:
    word, equals, level = text.partition("=")
    if not equals:
        raise InputError(
            f"{text!r} has no equals sign", parameter="level_words", hint="write WORD=LEVEL"
        )
    return word.strip(), level


def _moment(text: str | Moment | None, parameter: str, zone: tzinfo | None) -> Moment | None:
    if text is None or isinstance(text, Moment):
        return text
    if not isinstance(text, str):
        raise InputError(f"expected a text such as 2h, got {text!r}", parameter=parameter)
    return parse_moment(text, parameter, zone)
