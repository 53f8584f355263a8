"""Which keys of structured records hold the time and the level, by their values and names.

Every key of a sample is examined, including those of nested objects. A key whose values can be read
as times is a candidate for the time, and a key whose values can be read as levels is a candidate
for the level. Names decide among the candidates: the time of the event counts more than the time of
a start or of a change, and the time at which something expires is never the time of the record
(formats/names.py).
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from cotool._fast.logs import logscan
from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple, dataclass, field, replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.formats import model
from cotool.logs.formats.composer import is_zone, literal, moments
from cotool.logs.formats.date_order import DecidedForm, decide
from cotool.logs.formats.model import Place, Reason, TimeKey, layout_forms
from cotool.logs.formats.names import (
    FRACTIONS,
    NEVER,
    OTHER,
    SECONDS,
    STATUS_NAMES,
    WEB_NAMES,
    ZONE_NAMES,
    is_timely,
    level_rank,
    level_scale,
    plain,
    stem,
    time_rank,
)
from cotool.logs.formats.text_times import settled_layouts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Path = tuple[str, ...]

_DEPTH = 5
# How many keys of a record are examined, and how many records of a sample.
_MOST_KEYS = 600
_MOST_ROWS = 300
_DATE_ONLY = lazy_pattern(
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4}|\d{1,2}[ -/]\w{3}[ -/]\d{4}|\d{8}"
)
_TIME_ONLY = lazy_pattern(
    r"\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?: ?[AaPp][Mm])?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
_EPOCH = lazy_pattern(r"\d{10}(?:[.,]\d+)?|\d{13}|\d{16}|\d{19}")
_LONGEST_TIME = 48
_CALM = frozenset(range(4))
_HTTP_FIRST, _HTTP_LAST = 100, 599


class Fields(NamedTuple):
    """Where the records of a sample hold time and level, and why."""

    times: tuple[TimeKey, ...]
    places: tuple[Place, ...]
    fallback: int
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class _Seen:
    """The values of one key in the rows of a sample."""

    rows: int = 0
    times: int = 0
    numbers: int = 0  # times that are plain numbers
    layouts: int = 0
    # Other forms of times, and forms of dates alone, with the numbers whose order must be decided.
    forms: dict[bytes, list[tuple[bytes, ...]]] = field(default_factory=dict)
    days: dict[bytes, list[tuple[bytes, ...]]] = field(default_factory=dict)
    dates: int = 0
    hours: int = 0
    zones: int = 0  # values that name a zone or an offset, under a key that says so
    words: int = 0  # values that name levels
    levels: set[int] = field(default_factory=set)
    digits: list[int] = field(default_factory=list)
    strings: int = 0
    example: str = ""
    order: int = 0


def rows_of(objects: Iterable[Mapping[str, Any]]) -> list[dict[Path, Any]]:
    """Return the values of objects under the paths of their keys; of a list, the first element."""
    return [dict(_flat(value)) for value in objects]


class _Listed(str):
    """The name of a key whose value is a list."""

    __slots__ = ()


def evenly(items: list[Any]) -> list[Any]:
    """Return as many of the items as a sample needs, evenly from first to last."""
    return items[:: -(-len(items) // _MOST_ROWS)] if items else []


def _flat(value: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    left = _MOST_KEYS
    stack: list[tuple[Path, Mapping[str, Any]]] = [((), value)]
    while stack and left > 0:
        prefix, members = stack.pop()
        for key, member in members.items():
            inner = member[0] if isinstance(member, list) and member else member
            path = (*prefix, key if inner is member else _Listed(key))
            if isinstance(inner, dict):
                if len(path) < _DEPTH:
                    stack.append((path, inner))
            elif not isinstance(member, list) and member is not None:
                left -= 1
                yield path, member


def find_fields(rows: Sequence[dict[Path, Any]]) -> Fields:
    """Return the keys of time and level in rows of values under their paths."""
    seen = _look(rows)
    times, reasons = _times(seen, len(rows))
    places, fallback, why = _places(seen, rows)
    return Fields(times, places, fallback, (*reasons, *why))


def _look(rows: Sequence[dict[Path, Any]]) -> dict[Path, _Seen]:
    seen: dict[Path, _Seen] = defaultdict(_Seen)
    for row in rows:
        for path, value in row.items():
            found = seen[path]
            found.rows += 1
            found.order = found.order or len(seen)
            if isinstance(value, bool):
                continue
            text = str(value)
            found.zones += plain(path[-1]) in ZONE_NAMES and is_zone(
                text.encode("utf-8", "replace")
            )
            if isinstance(value, str):
                found.strings += 1
                if not 0 < len(text) <= _LONGEST_TIME:
                    continue
            _look_at(found, text)
    return {path: found for path, found in seen.items() if _is_plain(path)}


def _look_at(found: _Seen, text: str) -> None:
    found.example = found.example or text
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped is not None:
        found.times += 1
        for head in (wrapped[1], wrapped[1].replace("/", "\\/")):  # as it may be escaped in JSON
            found.forms.setdefault(literal(head.encode()) + b"E", []).append(())
        return
    if text.isascii() and text.isdigit() and len(text) < _EPOCH_SIZE:
        found.digits.append(int(text))
    if text[0].isdigit() or ":" in text:
        if _DATE_ONLY.fullmatch(text):
            found.dates += 1
            _compose(found.days, text, _MIDNIGHT)
        elif _TIME_ONLY.fullmatch(text):
            found.hours += 1
        else:
            layouts = layouts_of(text)
            if layouts and not settled_layouts()[layouts.bit_length() - 1]:
                layouts = 0  # all values decide whether the day or the month is first
            found.layouts |= layouts
            found.times += layouts != 0 or _compose(found.forms, text)
            found.numbers += bool(layouts and _EPOCH.fullmatch(text))
    elif not (text[-1].isdigit() and _compose(found.forms, text)):
        level = level_of_value(text)
        if level != model.UNKNOWN:
            found.words += 1
            found.levels.add(level)
    else:
        found.times += 1


# A time of day, and numbers or a name for a date.
_MAYBE = lazy_pattern(r"(?=.*?\d[:.h]\d\d(?!\d))(?=\D*\d+\D+\d+\D+\d)")
# Seconds or milliseconds since 1970 in parentheses: /Date(1709287200000)/
_WRAPPED = lazy_pattern(r"([!-~]{1,16}\()1(?:\d{9}|\d{12})(?:[+-]\d{4})?\)/?")
# A time of day that makes a date a time, and what it adds to the form.
_MIDNIGHT, _CLOCK = " 00:00:00", b"~h:M:SfZ"
# Forms of times, other than known ones, that the values of one key may have.
_MOST_FORMS = 2


def _compose(forms: dict[bytes, list[tuple[bytes, ...]]], text: str, clock: str = "") -> bool:
    """Add the form of a whole value; return whether it has one, a time with date and year."""
    if not clock and not _MAYBE.match(text):
        return False
    value = (text + clock).encode("utf-8", "replace")
    for moment in moments(value)[:1]:
        if moment.at == 0 and moment.end == len(value) and moment.dated and moment.yeared:
            form = moment.form.removesuffix(_CLOCK) if clock else moment.form
            if form in forms or len(forms) < _MOST_FORMS:
                forms.setdefault(form, []).append(moment.numbers)
                return True
    return False


def _key(
    path: tuple[str, ...], layouts: int, forms: dict[bytes, list[tuple[bytes, ...]]]
) -> TimeKey:
    """Return a key of the time with its forms, in the order of their parts that values show."""
    read = [decide(form, numbers) for form, numbers in forms.items()]
    one = read[0] if len(read) == 1 and not layouts else DecidedForm(b"")
    return TimeKey(
        _encoded(path),
        layouts,
        forms=tuple(found.form for found in read),
        other_form=one.other,
        ambiguous=one.ambiguous,
    )


_EPOCH_SIZE = 10
# How much less a time in an element of a list counts than one of the record itself.
_LIST = 30


@lru_cache(maxsize=4096)
def level_of_value(text: str, scale: int = model.WORDS_ONLY) -> int:
    """Return the level that a value states, as the kernel reads it."""
    return logscan.value_level(text.encode("utf-8", "replace"), scale)


def layouts_of(value: object) -> int:
    """Return the bit of the layout that reads a value as a time, or 0."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return 0
    text = str(value).encode("utf-8", "replace")
    for token, opened, layout, at, length, _, _ in logscan.probe_times(text):
        whole = length >= min(len(text), 17) - 1
        if token == 0 and at == 0 and not opened and whole:
            return 1 << int(layout)
    return 0


def _is_plain(path: Path) -> bool:
    """Return whether the names appear in lines unescaped and are short enough."""
    return all(
        0 < len(name.encode("utf-8", "replace")) <= model.MAX_KEY
        and name.isprintable()
        and '"' not in name
        and "\\" not in name
        for name in path
    )


# ---- times


def _times(seen: dict[Path, _Seen], total: int) -> tuple[tuple[TimeKey, ...], list[Reason]]:
    found: list[tuple[int, int, TimeKey, Reason]] = []
    reasons = []
    daily = _daily()
    for path, values in seen.items():
        count, layouts = values.times, values.layouts & ~daily
        if not (layouts or values.forms) or count < 0.3 * values.rows:
            continue
        rank = time_rank(path) + _LIST * any(isinstance(name, _Listed) for name in path)
        name = ".".join(path)
        if rank >= NEVER or (values.numbers and not is_timely(path)):
            reasons.append(
                Reason("time", f"key {name}", "its name is not that of a record's time", count,
                       values.example, used=False))  # fmt: skip
            continue
        key = _key(path, layouts, values.forms)
        why = "its values are times"
        if path[-1].lower() in SECONDS:
            beside = (p for p in seen if p[:-1] == path[:-1])
            other = next((p for p in beside if p[-1].lower() in FRACTIONS), None)
            if other:
                key = replace(key, join=model.NANOS, joined=_encoded(other))
                why = f"its values are seconds, those of {'.'.join(other)} nanoseconds"
        found.append((rank, values.order, key, Reason("time", f"key {name}", why, count,
                                                      values.example)))  # fmt: skip
    found += _joined(seen)
    found = [(*item[:2], _zoned(item[2], item[3].example, seen), item[3]) for item in found]
    if not found:
        found += _days(seen)
    found.sort(key=lambda item: item[:2])
    chosen = found[: model.MAX_TIMES if total else 0]
    return tuple(key for _, _, key, _ in chosen), [*(why for *_, why in chosen), *reasons]


_ZONED = lazy_pattern(r".*(?:[A-Za-z]|[+-]\d\d:?\d\d)|[\d.]+")


def _zoned(key: TimeKey, example: str, seen: dict[Path, _Seen]) -> TimeKey:
    """Return the key together with the key of its zone, if its own values have no zone."""
    if _ZONED.fullmatch(example) or key.join == model.NANOS:
        return key
    for path, values in seen.items():
        if values.zones >= 0.9 * values.rows and _encoded(path[:-1]) == key.path[:-1]:
            space = " " if values.example[0].isalpha() else ""
            layouts = layouts_of(f"{example}{space}{values.example}")
            if layouts:
                return replace(key, layouts=key.layouts | layouts, zone=_encoded(path))
    return key


def _joined(seen: dict[Path, _Seen]) -> Iterator[tuple[int, int, TimeKey, Reason]]:
    """Yield the keys of a date that has a key with the time of day beside it."""
    hours = [path for path, values in seen.items() if values.hours >= 0.5 * values.rows]
    for path, values in seen.items():
        if values.dates < 0.5 * values.rows or not hours:
            continue
        kept = stem(path)
        other = next((p for p in hours if p[:-1] == path[:-1] and stem(p) == kept), None)
        rank = time_rank(path)
        if other is None or rank >= NEVER:
            continue
        example = f"{values.example} {seen[other].example}"
        layouts = layouts_of(example)
        if layouts:
            name = ".".join(path)
            key = TimeKey(_encoded(path), layouts, model.DAY, _encoded(other))
            why = f"its values are dates, those of {'.'.join(other)} times of day"
            yield rank, values.order, key, Reason("time", f"key {name}", why, values.dates, example)


def _days(seen: dict[Path, _Seen]) -> Iterator[tuple[int, int, TimeKey, Reason]]:
    """Yield the keys of dates without a time of day whose names say that they date the record."""
    for path, values in seen.items():
        rank = time_rank(path)
        if values.days and values.dates >= 0.5 * values.rows and rank < OTHER and is_timely(path):
            key = _key(path, 0, values.days)
            why = "its values are dates, and no key has a time of day: 00:00 of that day"
            label = f"key {'.'.join(path)}"
            yield rank, values.order, key, Reason("time", label, why, values.dates, values.example)


@lru_cache(maxsize=1)
def _daily() -> int:
    """Return the bits of the layouts without a date, which alone do not give a time."""
    return sum(1 << n for n, (_, cycle) in enumerate(layout_forms()) if cycle == 2)


def _encoded(path: Path) -> tuple[bytes, ...]:
    return tuple(name.encode("utf-8", "replace") for name in path)


# ---- levels


def _places(
    seen: dict[Path, _Seen], rows: Sequence[dict[Path, Any]]
) -> tuple[tuple[Place, ...], int, list[Reason]]:
    names = {path[-1].lower() for path in seen}
    found: list[tuple[tuple[int, ...], Place, Reason]] = []
    rejected = []
    for path, values in seen.items():
        rank = level_rank(path)
        label = f"key {'.'.join(path)}"
        if rank is None:
            continue
        scale, which = level_scale(path, values.digits, names)
        count = values.words + (len(values.digits) if scale != model.WORDS_ONLY else 0)
        if count and count >= 0.1 * values.rows:
            why = "its values name levels" if values.words else which
            # Severities of an outer line yield to words within; other keys come before those.
            outer = len(path) if scale != model.SYSLOG else 1 + _DEPTH
            found.append(((outer, not values.words, rank),
                          Place(model.KEY, scale=scale, path=_encoded(path)),
                          Reason("level", label, why, count, values.example)))  # fmt: skip
        elif values.digits:
            why = "nothing says which scale its numbers are of"
            rejected.append(
                Reason("level", label, why, len(values.digits), values.example, used=False)
            )
    found = found or _stated(seen) or _unnamed(seen)
    serilog = "@t" in names and not names.isdisjoint({"@mt", "@m", "@r", "@i"})
    if not found and not serilog:
        found = _statuses(seen, rows)
    found.sort(key=lambda item: item[0])
    chosen = found[: model.MAX_PLACES]
    # Serilog omits the level Information.
    fallback = (
        model.INFO
        if serilog and all(place.path == (b"@l",) for _, place, _ in chosen)
        else model.UNKNOWN
    )
    return tuple(place for _, place, _ in chosen), fallback, [*(x for *_, x in chosen), *rejected]


def _of_words(path: Path, values: _Seen) -> tuple[tuple[int, ...], Place, Reason]:
    """Return the place of a key all of whose values are words of levels."""
    why = "all its values are levels"
    reason = Reason("level", f"key {'.'.join(path)}", why, values.words, values.example)
    return (1, len(path)), Place(model.KEY, scale=model.WORDS_ONLY, path=_encoded(path)), reason


def _stated(seen: dict[Path, _Seen]) -> list[tuple[tuple[int, ...], Place, Reason]]:
    """Return a key "status" all of whose values are levels; success and failure are outcomes."""
    return [
        _of_words(path, values)
        for path, values in seen.items()
        if path[-1].lower() == "status" and len(path) == 1 and values.words == values.rows
        and not values.example.lower().startswith("fail")
    ]  # fmt: skip


def _unnamed(seen: dict[Path, _Seen]) -> list[tuple[tuple[int, ...], Place, Reason]]:
    """Return a key of another name whose values are all levels, and not only alarms."""
    return [
        _of_words(path, values)
        for path, values in seen.items()
        if values.words == values.rows >= _ENOUGH_WORDS and len(values.levels) > 1
        and values.levels & _CALM and len(path) == 1
    ]  # fmt: skip


_ENOUGH_WORDS = 5


def _statuses(
    seen: dict[Path, _Seen], rows: Sequence[dict[Path, Any]]
) -> list[tuple[tuple[int, ...], Place, Reason]]:
    """Return the key of the HTTP status, if records describe requests and have no level."""
    web = any(plain(path[-1]) in WEB_NAMES for path in seen)
    if not web:
        return []
    found: list[tuple[tuple[int, ...], Place, Reason]] = [
        ((2, len(path)), Place(model.KEY, scale=model.HTTP, path=_encoded(path)),
         Reason("level", f"key {'.'.join(path)}", "the status of HTTP is used as the level",
                len(values.digits), values.example))
        for path, values in seen.items()
        if plain(path[-1]) in STATUS_NAMES and values.digits
        and len(values.digits) >= 0.9 * values.rows >= 0.45 * len(rows)
        and min(filter(None, values.digits), default=0) >= _HTTP_FIRST
        and max(values.digits) <= _HTTP_LAST
    ]  # fmt: skip
    return found[:1]
