"""Formats that the caller gives, instead of having time and level recognised."""

from __future__ import annotations

import re
from collections import Counter
from itertools import takewhile

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError, check_unicode, nearest
from cotool.logs.formats import model
from cotool.logs.formats.columns import time_in
from cotool.logs.formats.model import Format, NamedColumn, Place, TimeKey, layout_forms
from cotool.logs.formats.requests import COLUMNS
from cotool.logs.times import DAY_ORDERS
from cotool.logs.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIELD = lazy_pattern(r"\{(\w*)\}")
_BRACES = lazy_pattern(r"\{[^{}]*\}")
_PIECES = lazy_pattern(r"(\{\w*\}|\s+)")
# A time of day alone, which is the first part of others.
_CLOCK = b"h:M:Sf"
# Known layouts of times need two digits in most fields; these also take one.
_FORMS = (
    b"Y-o-e~h:M:SfZ",
    b"Y/o/e~h:M:SfZ",
    b"e.o.Y~h:M:SfZ",
    b"o/e/Y~h:M:Sf~pZ",
    b"B~e,~Y~h:M:Sf~pZ",
    b"B~e,~Y~h:M:SfZ",
    b"e~B~Y~h:M:SfZ",
    b"e-B-Y~h:M:SfZ",
    b"Y~B~e~h:M:SfZ",
    b"A~B~e~h:M:SfZ~Y",
    b"h:M:Sf~Y-o-e",
    b"h:M:Sf~Y/o/e",
    b"h:M:Sf~e.o.Y",
    b"h:M:Sf~o/e/Y",
    b"h:M:Sf~e~B~Y",
    b"h:M:Sf~B~e,~Y",
    _CLOCK,
)
_LONGEST_LEAD = 64
_OPENS = "[(<{\"'"
_HINT = (
    "write auto, day-first, month-first, plain, json, logfmt, json:time=KEY,level=KEY, or the head "
    "of a line with {time} and {level}, as in '{time} [{}] {level}'"
)

_KEYED = frozenset(("json", "logfmt"))
_ALONE = frozenset(("auto", "plain", *DAY_ORDERS))


def parse_log_format(text: str) -> tuple[Format, ...]:
    """Return the formats that `log_format` gives. Raises InputError.

    `plain`: every line is a record of unknown level. The head of a line has tokens between blanks:
    {time}, {level}, {} or {name} for any word; other text is literal. Several heads are given one
    per line.
    """
    check_unicode(text, "log_format")
    for braces in _BRACES.findall(text):
        if not _FIELD.fullmatch(braces):
            name, _, unit = braces[1:-1].partition(":")
            raise InputError(
                f"{braces!r} is not a field: a name has letters, digits and underscores",
                parameter="log_format",
                hint=f"write {{{name}}} here, and {name}:{unit} in `measures`" if unit else _HINT,
            )
    forms = text.split("\n")
    if len(forms) > 1:
        return _several(forms)
    name, _, keys = text.partition(":")
    if text == "plain":
        return ()
    if name in _KEYED:
        return (_keyed(name, keys),)
    if "{time}" in text or "{level}" in text:
        return (_head(text),)
    raise InputError(f"cannot read {text!r}", parameter="log_format", hint=_HINT)


def with_found_keys(formats: Sequence[Format], lines: Sequence[bytes]) -> tuple[Format, ...]:
    """Return given formats; those of json and logfmt without keys have the keys of a sample."""
    return tuple(_found(found, lines) if found.name in _KEYED else found for found in formats)


def _found(given: Format, lines: Sequence[bytes]) -> Format:
    from cotool.logs.formats.keyed import recognise_json, recognise_logfmt

    rows = [line for line in lines if line.strip()]
    read = recognise_json if given.kind == model.JSON else recognise_logfmt
    found = next(iter(read(rows, len(rows))), given) if rows else given
    return replace(
        given, name=found.name, times=found.times or given.times,
        places=found.places or given.places, fallback=found.fallback,
    )  # fmt: skip


def _several(forms: list[str]) -> tuple[Format, ...]:
    """Return the formats of a file that has several, in the order in which they are tried."""
    if not _ALONE.isdisjoint(forms) or len(forms) > model.MAX_FORMATS:
        raise InputError(
            "auto, plain, day-first and month-first are given alone"
            if len(forms) <= model.MAX_FORMATS
            else "too many formats",
            parameter="log_format",
            hint=_HINT,
        )
    return tuple(found for form in forms for found in parse_log_format(form))


def _every_layout() -> int:
    # One of _FORMS also reads what follows the seconds of times with a comma after the day.
    return sum(1 << n for n, (form, _) in enumerate(layout_forms()) if not form.startswith("b e,"))


def _clocks() -> int:
    return sum(1 << n for n, (form, _) in enumerate(layout_forms()) if form == "H:M:Sf")


def _keyed(name: str, keys: str) -> Format:
    chosen = {"time": "time", "level": "level"}
    for pair in filter(None, keys.split(",")):
        field, equals, key = pair.partition("=")
        if not equals or field not in chosen or not 0 < len(key.encode()) < 48:
            raise InputError(
                f"cannot read {pair!r} in {name}:{keys}", parameter="log_format", hint=_HINT
            )
        chosen[field] = key
    return Format(
        name=f"{name} (time in {chosen['time']}, level in {chosen['level']})" if keys else name,
        kind=model.JSON if name == "json" else model.LOGFMT,
        times=tuple(TimeKey(path, _every_layout()) for path in _paths(chosen["time"]))[
            : model.MAX_TIMES
        ],
        places=tuple(
            Place(model.KEY, path=path, scale=model.BUNYAN) for path in _paths(chosen["level"])
        )[: model.MAX_PLACES],
        first=b"{" if name == "json" else bytes(range(33, 256)),
    )


def _paths(key: str) -> list[tuple[bytes, ...]]:
    """Return what a dotted key may be: one name, or names of nested objects."""
    first, dot, rest = key.partition(".")
    if not dot or not first or not rest:
        return [(key.encode(),)]
    nested = [(first.encode(), *path) for path in _paths(rest)]
    whole = [(first.encode() + b"." + path[0], *path[1:]) for path in _paths(rest)]
    return [*whole, *nested]


def _lead(text: str, glued: str) -> tuple[bytes, int]:
    """Return the text right before {time}, and how far to look for it; empty if a token begins.

    The scanner itself handles a bracket or a quote at the start of a token. If the text before
    {time} has no field, the line begins with it.
    """
    if not glued or (len(glued) == 1 and glued in _OPENS):
        return b"", 0
    lead = _FIELD.split(glued)[-1].encode()
    if not lead:
        raise InputError(
            "nothing shows where a field ends and {time} begins", parameter="log_format", hint=_HINT
        )
    if len(text.encode()) >= _LONGEST_LEAD:
        raise InputError("the text before {time} is too long", parameter="log_format", hint=_HINT)
    return (lead, 512) if _FIELD.search(text) else (text.encode(), 0)


def _head(text: str) -> Format:
    for field in _FIELD.findall(text):
        near = nearest(field, ("time", "level"))
        if near not in {None, field}:
            hint = f"did you mean {{{near}}}?"
            raise InputError(f"{{{field}}} is any word", parameter="log_format", hint=hint)
    tokens = text.split()
    times = [n for n, token in enumerate(tokens) if "{time}" in token]
    levels = [n for n, token in enumerate(tokens) if "{level}" in token]
    if len(times) > 1 or len(levels) > 1 or text.count("{time}") > 1 or text.count("{level}") > 1:
        raise InputError(
            "{time} and {level} may occur only once", parameter="log_format", hint=_HINT
        )
    time_token, opened, lead, reach = -1, 0, b"", 0
    if times:
        time_token = times[0]
        before = tokens[time_token].partition("{time}")[0]
        lead, reach = _lead(text.partition("{time}")[0], before)
        opened = ord(before) if before and not lead else 0
    places: tuple[Place, ...] = ()
    if levels:
        token = tokens[levels[0]]
        head = token.partition("{level}")[0]
        is_before = bool(times) and text.index("{level}") < text.index("{time}")
        count = levels[0]
        if times and not is_before:
            after = tokens[time_token].partition("{time}")[2].lstrip("])>}\"'")
            same = levels[0] == time_token
            if same:
                head = head.partition("{time}")[2].lstrip("])>}\"'")
            count = levels[0] - time_token - (0 if after or same else 1)
        words = len(re.findall(r"\w+", _FIELD.sub("x", head)))
        places = (
            Place(model.WORD, int(is_before), token=count, word=words),
            Place(model.LETTER, int(is_before), token=count),
        )
    return Format(
        name=text,
        time_token=time_token,
        time_open=opened,
        lead=lead,
        reach=reach,
        layouts=_every_layout() & ~_clocks() if times else 0,
        forms=_FORMS if times else (),
        places=places,
        first=lead[:1] if lead and not reach else bytes(set(range(256)) - set(b" \t")),
        names=_named_columns(text),
    )


def _named_columns(text: str) -> tuple[NamedColumn, ...]:
    """Return the fields with names that are columns, or words of a column in quotes or brackets.

    A unit may follow a field: {rt}ms. If one is neither, other text bounds the fields, and none is
    read as a column.
    """
    columns, is_after = [], False
    for n, match in enumerate(COLUMNS.finditer(text.encode())):
        words = (match[1] or match[2] or match[3] or b"").decode().split()
        for k, word in enumerate(words, 1):
            name, _, unit = word.removeprefix("{").partition("}")
            is_field = word == f"{{{name}}}{unit}" and (not unit or unit in UNITS)
            if is_field and name not in {"", "time", "level"}:
                columns.append(NamedColumn(name, n, k if len(words) > 1 else 0, is_after))
        is_after = is_after or "{time}" in match[0].decode()
    names = [name for name in _FIELD.findall(text) if name not in {"", "time", "level"}]
    if len(columns) == len(names):
        return tuple(columns)
    if re.search(r"\}\{(?!time\})", text.replace("{time}{", "{")):
        raise InputError(
            "nothing shows where a field ends and the next one begins",
            parameter="log_format",
            hint=_HINT,
        )
    return tuple(NamedColumn(name, -1, 0, is_after=False) for name in names)


def bounded(found: Format, name: str, lines: Sequence[bytes]) -> str | None:
    """Return a regex whose group is a field that the text around it shows; None without one.

    What a time contains of the text behind it is counted in a sample of lines.
    """
    if not any(field.name == name and field.column < 0 for field in found.names):
        return None
    times = [line[slice(*time_in(found, line))].decode("utf-8", "replace") for line in lines]
    pieces = [piece for piece in _PIECES.split(found.name.strip()) if piece]
    regex = r"^\s*"
    for n, piece in enumerate(pieces):
        after = pieces[n + 1] if n + 1 < len(pieces) else ""
        if piece.isspace():
            regex += r"\s+"
        elif not _FIELD.fullmatch(piece):
            regex += re.escape(piece)
        elif piece == "{time}":
            regex += _time_before(after[:1], list(filter(None, times)))
        else:
            mark = "".join(pieces[n + 2 : n + 3]) if after.isspace() else ""
            is_word = not after or bool(_FIELD.match(mark))
            text = r"\S+" if is_word else ".*?"
            if piece != f"{{{name}}}":
                regex += text
                continue
            unit = "".join(takewhile(str.isalpha, after))
            unit, rest = (unit, after[len(unit) :]) if unit in UNITS else ("", after)
            ends = r"\s+" if after.isspace() else re.escape(rest)
            return f"{regex}({text}{unit})" + ("" if is_word else ends + re.escape(mark))
    return None


def _time_before(mark: str, times: Sequence[str]) -> str:
    """Return a regex for a time that ends before a mark, which it may contain."""
    one = r"\s" if mark.isspace() or not mark else re.escape(mark)
    counts = Counter(len(re.findall(f"{one}+", time)) for time in times)
    count = counts.most_common(1)[0][0] if counts else 0
    other = r"\S" if one == r"\s" else f"[^{one}]"
    return f"{other}+(?:{one}+{other}+){{{count}}}"
