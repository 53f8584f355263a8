"""Parses what people write for measures, groups and conditions into a Reading.

measure   = [NAME "="] source [":" UNIT] | "distinct(" measure ")"
source    = FIELD | quoted | text with one <hole> | "/" regex with one group "/" | ID "#" parameter
key       = FIELD | quoted | "raw(" FIELD ")"
quoted    = a field with any other name, in double or single quotes
condition: see cotool.conditions, with comparison = FIELD operator VALUE
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from cotool._lazy import lazy_pattern
from cotool.conditions import ConditionParser
from cotool.errors import InputError, listed
from cotool.logs.levels import level_named
from cotool.logs.measures import model
from cotool.logs.measures.model import Reading, Test, ValueSource
from cotool.logs.measures.of_templates import TEMPLATE, parameter_source
from cotool.logs.measures.steps import steps_of
from cotool.logs.units import NO_SCALE, PLAIN, UNITS, Scale

_NAME = lazy_pattern(r"[\w.-]+")
_FIELD = lazy_pattern(r"[\w.@$()/-]+")
# A name that has other characters, such as blanks and colons, in quotes.
_QUOTED = lazy_pattern(r"""(?P<quote>["'])(.+)(?P=quote)""")
_KEYS = lazy_pattern(r"""\s*("[^"]*"|'[^']*'|[^,]*)\s*(?:,|$)""")
_HOLE = lazy_pattern(r"<(\w*)>")
# An index in a path. It may be 0 before a key: of an array, the first object is read.
_INDEX = lazy_pattern(r"\[\d+\]")
_FIRST = lazy_pattern(r"\[0\](?=\.)")
# Units that are as likely the name of a hole: <d> is rarely a number of days.
_LETTERS = {"m", "h", "d"}
_OF_MEASURE = lazy_pattern(rf"(?:{'|'.join(model.STATISTICS[:6])}|max|p\d+(?:\.\d+)?)\(([^()]+)\)")
_DISTINCT = lazy_pattern(r"^([\w.-]+=)?distinct\((.+)\)$")
_CLASS = lazy_pattern(r"[1-5]xx")
_RAW = lazy_pattern(r"raw\(([^()]+)\)")
_UNIT_AT = lazy_pattern(r"\s?([a-zA-Zµ]+)\b")
_TOKEN = lazy_pattern(
    r"""\s*(?:(<=|>=|==|!=|[<>=()])|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s<>=!()]+(?:\([^\s<>=!()]+\))?))"""
)
_OPERATORS = {
    "<": model.LESS, "<=": model.LEAST, ">": model.MORE, ">=": model.MOST,
    "=": model.EQUAL, "==": model.EQUAL, "!=": model.OTHER,
}  # fmt: skip
_MEASURE_HINT = (
    "write a field (rt), text with a hole ('took <ms> ms') or a regex with a group "
    "('/took (\\d+)ms/'), with a name and a unit if you like: wait=queue_wait:ms"
)
_WHERE_HINT = "write it as in 'status>=500 and rt>1s'"


def make_reading(
    measures: Mapping[str, str] | Iterable[str] = (),
    by: Iterable[str] = (),
    where: str | Iterable[str] | None = None,
    *,
    step: int = 0,
    zone_table: tuple[tuple[int, ...], tuple[int, ...]] = ((), ()),
    greatest: int = 0,
) -> Reading | None:
    """Return what is to be read, or None for nothing. Raises InputError naming the parameter."""
    named_sources = measures if isinstance(measures, Mapping) else {}
    texts = listed(measures, "measures")
    listed(named_sources.values(), "measures")
    by = listed(by, "by")
    conditions = listed(where, "where")
    sources = _Sources()
    given = list(named_sources.values()) or texts
    counted = frozenset(n for n, text in enumerate(given) if _DISTINCT.fullmatch(text))
    given = [_DISTINCT.sub(r"\1\2", text) for text in given]
    pairs = (
        [(name, *_source(text, text)) for name, text in zip(named_sources, given, strict=True)]
        if named_sources
        else [_measure(text) for text in given]
    )
    named = [(name, sources.number(source)) for name, source, *_ in pairs]
    written = [key.strip() for text in by for key in _apart(text)]
    parts = [_key(key, sources) for key in written]
    keys = [_QUOTED.sub(r"\2", key) for key in written]
    tests: tuple[Test, ...] = ()
    for text in conditions:
        tests += (*_Condition(text, sources).whole(), *([Test(model.AND)] if tests else []))
    names = tuple(name for name, _ in named)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(
            f"two measures are called {twice!r}", parameter="measures", hint="write NAME=SOURCE"
        )
    for parameter, count, most in (
        ("measures", len(names), model.MAX_MEASURES),
        ("by", len(parts), model.MAX_BY),
        ("where", len(tests), model.MAX_TESTS),
        ("measures", len(sources.found), model.MAX_SOURCES),
    ):
        if count > most:
            raise InputError(f"{count} are more than the {most} possible", parameter=parameter)
    if not names and not parts and not tests:
        return None
    return Reading(
        sources=tuple(sources.found),
        names=names,
        measures=tuple(number for _, number in named),
        keys=tuple(keys),
        by=tuple(parts),
        tests=tests,
        step=step if names or parts else 0,
        steps=steps_of(zone_table, step),
        greatest=greatest if names else 0,
        counted=counted,
    )


class _Sources:
    """The sources of a reading, each once."""

    def __init__(self) -> None:
        self.found: list[ValueSource] = []

    def number_of_field(self, name: str) -> int:
        """Return the number of a field in a condition, in the unit that its measure gives it."""
        measured = [
            source for source in self.found if (source.kind, source.name) == ("field", name)
        ]
        return self.number(measured[0] if measured else ValueSource("field", name))

    def number(self, source: ValueSource) -> int:
        if source not in self.found:
            self.found.append(source)
        return self.found.index(source)


def _measure(text: str) -> tuple[str, ValueSource]:
    name, equals, rest = text.partition("=")
    if equals and _NAME.fullmatch(name) and rest and not rest.startswith("<"):
        return name, _source(rest, text)[0]
    source, plain = _source(text, text)
    return plain, source


def _source(text: str, whole: str) -> tuple[ValueSource, str]:
    """Return a source, and the name that it gives itself."""
    body, scale = _unit_of(text)
    quoted = _QUOTED.fullmatch(body)
    if quoted is not None and not _HOLE.search(body):
        return ValueSource("field", quoted[2], scale=scale), quoted[2]
    if body.startswith("/") and body.endswith("/") and len(body) > 2:
        return _regex(body[1:-1], whole, scale), body
    parameter = parameter_source(body, scale)
    if parameter is not None:
        return parameter, body
    holes = _HOLE.findall(body)
    if holes:
        before = re.findall(r"\w+", body.partition("<")[0])
        named = holes[0] and (holes[0] not in UNITS or holes[0] in _LETTERS)
        return _text(body, whole, scale), holes[0] if named else before[-1] if before else body
    statistic = _OF_MEASURE.fullmatch(body)
    if statistic is not None:
        raise InputError(
            f"{whole!r} names a statistic; a measure is a field",
            parameter="measures",
            hint=f"write {statistic[1]}: every statistic is computed; conditions and orders name "
            "one",
        )
    field = _FIRST.sub("", body)
    if _INDEX.search(field):
        raise InputError(
            f"{whole!r} names an item of an array other than the first",
            parameter="measures",
            hint="the first object of an array can be read: items[0].ms",
        )
    if not _FIELD.fullmatch(field):
        raise InputError(f"cannot read {whole!r}", parameter="measures", hint=_MEASURE_HINT)
    return ValueSource("field", field, scale=scale), body


def _unit_of(text: str) -> tuple[str, Scale | None]:
    body, colon, unit = text.rpartition(":")
    if colon and unit in UNITS and body:
        return body, UNITS[unit]
    if body and _FIELD.fullmatch(body) and unit.isalpha():
        raise InputError(
            f"{text!r}: {unit!r} is not a unit",
            parameter="measures",
            hint=f"units are {', '.join(UNITS)}",
        )
    return text, None


def _text(body: str, whole: str, scale: Scale | None) -> ValueSource:
    before, after = _HOLE.split(body)[::2][:2]
    if len(_HOLE.findall(body)) > 1:
        raise InputError(
            f"{whole!r} has more than one hole", parameter="measures", hint=_MEASURE_HINT
        )
    if not before.strip() and not after.strip():
        raise InputError(
            f"{whole!r} needs text before or after its hole",
            parameter="measures",
            hint=_MEASURE_HINT,
        )
    unit = _UNIT_AT.match(after)
    if scale is None and unit and unit[1] in UNITS:
        scale = UNITS[unit[1]]
    hole = _HOLE.findall(body)[0]
    if scale is None and hole in UNITS and hole not in _LETTERS:
        scale = UNITS[hole]
    return ValueSource("text", body, before, after, scale=scale or NO_SCALE)


def _regex(regex: str, whole: str, scale: Scale | None) -> ValueSource:
    from cotool.logs.patterns.patterns import compile_group

    program, needed, groups = compile_group(whole, regex)
    if groups != 1:
        raise InputError(
            f"{whole!r} has {groups} groups, not one",
            parameter="measures",
            hint="(...) is the number; (?:...) only groups",
        )
    return ValueSource("regex", regex, program=program, needed=needed, scale=scale or NO_SCALE)


def _apart(text: str) -> list[str]:
    """Return the keys of a list with commas, which names in quotes may contain."""
    if '"' not in text and "'" not in text:
        return text.split(",")
    found, at = [], 0
    while at < len(text):
        key = _KEYS.match(text, at)
        if key is None:
            return text.split(",")
        found.append(key[1])
        at = key.end()
    return found


def _key(text: str, sources: _Sources) -> tuple[int, int]:
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        return sources.number(ValueSource("field", quoted[2])), model.AS_IS
    raw = _RAW.fullmatch(text)
    name = raw[1] if raw else text
    if not _FIELD.fullmatch(name):
        raise InputError(
            f"cannot read {text!r}",
            parameter="by",
            hint="write a field: path, raw(path), method, status, class, client, user, level, file",
        )
    if name == TEMPLATE:
        return sources.number(ValueSource(TEMPLATE)), model.AS_IS
    if not raw and name == "class":
        return sources.number(ValueSource("field", "status")), model.AS_CLASS
    made = model.AS_PATH if not raw and name.rpartition(".")[2] == "path" else model.AS_IS
    return sources.number(ValueSource("field", name)), made


class _Condition(ConditionParser[tuple[Test, ...]]):
    """A condition on fields; its meaning is its tests in postfix order."""

    token, deepest = _TOKEN, 20

    def __init__(self, text: str, sources: _Sources) -> None:
        super().__init__(text)
        self._sources = sources

    def error(self, reason: str) -> InputError:
        return InputError(
            f"cannot read {self.text!r} at character {self.position}: {reason}",
            parameter="where",
            hint=_WHERE_HINT,
        )

    def joined(self, word: str, parts: Sequence[tuple[Test, ...]]) -> tuple[Test, ...]:
        join = Test({"or": model.OR, "and": model.AND, "not": model.NOT}[word])
        if word == "not":
            return *parts[0], join
        return (*parts[0], *(test for part in parts[1:] for test in (*part, join)))

    def comparison(self) -> tuple[Test, ...]:
        field = self.peek()
        quoted = (field[2] or field[3]) if field is not None else None
        if field is None or not (quoted or (field[4] and _FIELD.fullmatch(field[4]))):
            raise self.error("expected a field")
        self.at = field.end()
        sign = self.take(*_OPERATORS)
        if sign is None:
            raise self.error(f"expected one of {' '.join(_OPERATORS)}")
        value = self.peek()
        if value is None or value[1]:
            raise self.error("expected a value")
        if value[4] and value[4][0] in "\"'":
            raise self.error("the quotation mark is not closed")
        if value[4] and value[4][0] == "~":
            raise self.error("values are compared as text, and patterns as regexes")
        self.at = value.end()
        return (self._test(field[4] or "", _OPERATORS[sign], value, quoted or ""),)

    def _level(self, text: str, kind: int) -> str:
        if kind not in {model.EQUAL, model.OTHER}:
            raise self.error("compare levels with = or != only")
        return level_named(text, "where")

    def _check_path(self, field: str, text: str) -> None:
        """Refuse a path that no group by path has: one with a query, a fragment or an id."""
        from cotool._fast.logs import logscan

        group = logscan.mask_path(text.encode()).decode("utf-8", "replace")
        if group != text:
            raise self.error(
                f"{field} is compared without its query and with <*> for ids: write "
                f"{field}='{group}' for all such paths, or raw({field})='{text}' for this one"
            )

    def _test(self, field: str, kind: int, value: re.Match[str], name: str) -> Test:
        from cotool._fast.logs import logscan

        made, raw, text = model.AS_IS, _RAW.fullmatch(field), value[4]
        if text is None:
            quoted = value[2] if value[2] is not None else value[3]
            text = re.sub(r"""\\([\\'"])""", r"\1", quoted)
        if raw:
            field = raw[1]
        elif field == "class" or (field == "status" and _CLASS.fullmatch(text)):
            field, made = "status", model.AS_CLASS
        elif field.rpartition(".")[2] == "path" and kind in {model.EQUAL, model.OTHER}:
            made = model.AS_PATH
            self._check_path(field, text)
        if (name or field) == "level":
            text = self._level(text, kind)
        source = (
            self._sources.number(ValueSource(TEMPLATE))
            if field == TEMPLATE
            else self._sources.number_of_field(name or field)
        )
        if text == "-":  # which is how logs write that there is no value
            text = ""
        if value[4] is None or not text:
            return Test(kind, source, made, None, text.encode())
        read = logscan.read_number(text.encode())
        if isinstance(read, tuple) and made == model.AS_IS:
            number, dimension, _ = read
            return Test(kind, source, made, number, text.encode(), bare=dimension == PLAIN)
        if kind not in {model.EQUAL, model.OTHER}:
            raise self.error(f"{text!r} is not a number; compare text with = or != only")
        return Test(kind, source, made, None, text.encode())
