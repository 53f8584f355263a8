"""Find the fields of a reading in the lines of a format, using a sample of them.

The names that people use for a field (path, status, rt) differ from those in logs (url.path, code,
request_time): `field_names` lists names with the same meaning. A field that is found under
none of them is searched for under its own name, as key=value in text.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, partial

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.columns import (
    ADDRESS,
    HEADER,
    NO_TIME,
    further_lines,
    line_has_time,
    lines_of,
    writes_no_time,
)
from cotool.logs.formats.commas import with_commas
from cotool.logs.formats.field_names import ALIASES, SHARED, is_duration, names_of, scale_of
from cotool.logs.formats.given import bounded
from cotool.logs.formats.keys import COLUMN, SampledKeys, are_meant, leaves_of, members_of, pair_of
from cotool.logs.formats.model import EVERY_LINE, JSON, TEXT, Format, forms_of
from cotool.logs.formats.requests import ANCHOR, PARTS, TIMES, are_seconds
from cotool.logs.formats.stated import columns_of_heads, columns_with_heads, stated
from cotool.logs.formats.titles import ends_in_cell
from cotool.logs.measures import model
from cotool.logs.measures.model import Locator, ValueSource
from cotool.logs.patterns.patterns import compile_group
from cotool.logs.units import NO_SCALE, UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.logs.formats.keys import Read
    from cotool.logs.formats.titles import Columns

_PAIRS = lazy_pattern(rb"(?<![^\s,;|(\[{])([A-Za-z_][\w.-]*)=[\"']?[-+]?\.?\d")
# What may come before the key of a pair, and its value.
_BEFORE_PAIRS = b' \t\n\r\f\v,;|([{"'
_VALUE = lazy_pattern(rb"[\"']?([^\s\"']*)")
# How many keys may be other places of the sources of a format; kernels have room for so many.
_MOST_OTHERS = 32
_ENOUGH = 0.5
_FEW = 0.1


def with_fields(
    formats: Sequence[Format], sources: Sequence[ValueSource], lines: Sequence[bytes]
) -> tuple[Format, ...]:
    """Return the formats with the locators of sources, by a sample of lines.

    If no line has a time or a level, one format says where the sources are in all of them.
    """
    read = cache(leaves_of)  # as all formats look at the same lines
    below = further_lines(formats, lines)
    return tuple(
        _with_fields(
            found, sources, lines_of(found, formats, lines), below, read, several=len(formats) > 1
        )
        for found in formats or (EVERY_LINE,)
    )


def locate_anywhere(source: ValueSource) -> Locator:
    """Return the locator of a source in lines of no known format, if other lines have one."""
    place = _simple(source) or pair_of(source.name, source.scale)
    return place._replace(is_duration=is_duration(source.name))


def fields_of(found: Format, formats: Sequence[Format], lines: Sequence[bytes]) -> list[str]:
    """Return the names of the fields in a sample of one of several formats, as people type them."""
    lines = lines_of(found, formats, lines)
    columns = columns_with_heads(found, lines)[1]
    columns.pop(ANCHOR, None)
    read = cache(leaves_of)
    names = SampledKeys(_with_payload(found, lines, columns, read), lines, read).names()
    names = names or list(columns) or [field.name for field in found.names]
    if found.kind == TEXT:
        pairs = Counter(
            match[1].decode("ascii")
            for line in lines
            for match in _PAIRS.finditer(line)
            if match[1].lower() not in {b"http", b"https"}
        )
        names += [name for name, count in pairs.items() if count > _ENOUGH * len(lines)]
        names += {} if columns else columns_of_heads(found, lines)
    short = {alias: name for name, aliases in ALIASES.items() for alias in reversed(aliases)}
    known = set(names)
    named = (name if short.get(name.lower()) in known else short.get(name.lower(), name)
             for name in names)  # fmt: skip
    return list(dict.fromkeys(named))


def _with_fields(
    found: Format,
    sources: Sequence[ValueSource],
    lines: Sequence[bytes],
    below: Sequence[bytes],
    read: Read,
    *,
    several: bool,
) -> Format:
    delimiter, columns = columns_with_heads(found, lines)
    if not found.is_every_line:
        found = _with_payload(found, lines, columns, read)
    if several and below and found.kind == TEXT and forms_of(found):
        lines = [*lines, *below]
    locators = locators_in(found, sources, lines, columns, read, delimiter=delimiter)
    whole = found.kind == TEXT and any(map(partial(_is_below, below), locators))
    whole |= bool(delimiter and below) and ends_in_cell(lines)
    anchor = columns[ANCHOR][0] if ANCHOR in columns else 0
    header = HEADER if several and _may_have_header(found, columns) else found.header
    return replace(
        found,
        columns=delimiter,
        locators=locators,
        anchor=anchor,
        header=header,
        whole=whole,
    )


def _is_below(below: Sequence[bytes], locator: Locator) -> bool:
    """Return whether a source is in lines of records after their first one."""
    if locator.kind == model.GROUP:
        regex = re.compile(locator.text)
        return any(map(regex.search, below))
    text = {model.PAIR: locator.text + b"=", model.TEXT: locator.text or locator.after}
    needle = text.get(locator.kind, b"")
    return bool(needle) and any(needle in b" " + line for line in below)


def _may_have_header(found: Format, columns: Columns) -> bool:
    """Return whether a line "#Fields: …" that the sample lacks may name the columns of a format."""
    in_front = found.time_token in {0, 1} and not found.time_open and not found.lead
    return in_front and found.kind == found.payload == TEXT and not columns


def locators_in(
    found: Format,
    sources: Sequence[ValueSource],
    lines: Sequence[bytes],
    columns: Columns,
    read: Read | None = None,
    *,
    delimiter: bytes = b"",
) -> tuple[Locator, ...]:
    """Return the locators of sources in a format with these columns, by a sample of lines.

    read: leaves_of, perhaps with a cache. delimiter: of the columns, empty for blanks.
    """
    keys = SampledKeys(found, lines, read or leaves_of)
    is_access = "status" in columns
    heads = {} if columns or found.names else columns_of_heads(found, lines)
    every = []
    for source in sources:
        simple = _simple(source) or _column(source, columns) or _bounded(source, found, lines)
        places = [simple] if simple is not None else keys.locate(source)
        pairs = None
        if is_access and source.name in TIMES and simple in (None, _column(source, columns)):
            # A key of this name comes before a column that has none.
            pairs = _pairs_among(source, lines, is_access=True)
            places = [pair for pair in pairs if pair.text == source.name.encode()] + places
        if places and simple is None and found.kind == TEXT:
            # In text that has an object now and then.
            plain = [line for line in lines if b'{"' not in line]
            if pairs is None or len(plain) < len(lines):
                pairs = _pairs_among(source, plain, is_access=is_access)
            places += pairs
        if not places and found.kind == TEXT:
            head = _column(source, heads)
            places = [head] if head is not None else _in_text(source, lines, is_access=is_access)
        if not places and keys.kind != TEXT:
            places = keys.absent(source)
            if keys.kind == JSON and len(places) > 1 and not keys.are_of_requests:
                places[1:1] = stated(source, lines, is_access=False)
        elif places and simple is None and keys.kind == found.kind == JSON:
            places += keys.beside(source, places)
        every.append(
            [
                _as_meant(source, place, is_access=is_access, no_time=writes_no_time(columns))
                for place in places or [pair_of(source.name, source.scale)]
            ]
        )
    every = with_commas(every, lines, delimiter)
    return tuple(
        places[0]._replace(others=tuple(places[1:count]))
        for places, count in zip(every, _counts(every), strict=True)
    )


def _counts(every: Sequence[Sequence[Locator]]) -> list[int]:
    """Return how many places of each source there is room for: the first ones of all sources."""
    counts, room = [1] * len(every), _MOST_OTHERS
    for k in range(1, max(map(len, every), default=0)):
        for n, places in enumerate(every):
            if k < len(places) and counts[n] == k:
                room -= max(1, len(places[k].path))
                counts[n] += room >= 0
    return counts


def _as_meant(source: ValueSource, place: Locator, *, is_access: bool, no_time: bool) -> Locator:
    """Return a place of a source with what the field's name says of its values."""
    if place.kind == model.PAIR and is_access:
        place = place._replace(token=model.UNQUOTED)
    is_host = source.name == "host" and place.kind == model.COLUMN
    if is_host or (source.name == "client" and place.kind in {model.COLUMN, model.KEY, model.PAIR}):
        place = place._replace(part=ADDRESS)
    if source.name == "bytes" and (source.scale or place.scale) == NO_SCALE:
        place = place._replace(scale=UNITS["B"])
    if place.kind == model.COLUMN and no_time:
        place = place._replace(text=NO_TIME)
    return place._replace(is_duration=is_duration(source.name))


def _with_payload(found: Format, lines: Sequence[bytes], columns: Columns, read: Read) -> Format:
    """Return a format of text as one with JSON objects, if most lines hold one."""
    if found.kind != TEXT or found.payload != TEXT or columns:
        return found
    if forms_of(found):
        lines = [line for line in lines if line_has_time(found, line)]
    objects = [line for line in lines if members_of(line, found, JSON, read)]
    # Those of zap's messages come last, if there are any.
    least = _FEW if all(line.rstrip().endswith(b"}") for line in objects) else _ENOUGH
    return replace(found, payload=JSON) if len(objects) > least * len(lines) else found


def _simple(source: ValueSource) -> Locator | None:
    """Return the locator of a source that is the same in all formats."""
    if source.kind == "text":
        before, after = source.before.encode(), source.after.encode()
        return Locator(model.TEXT, text=before, after=after, scale=source.scale or NO_SCALE)
    if source.kind == "regex":
        regex, scale = source.name.encode(), source.scale or NO_SCALE
        return Locator(
            model.GROUP, text=regex, scale=scale, program=source.program, needed=source.needed
        )
    if source.kind == "template":
        return Locator(model.TEMPLATE)
    if source.kind == "parameter":
        scale, template = source.scale or NO_SCALE, source.before.encode()
        return Locator(model.PARAMETER, int(source.after), after=template, scale=scale)
    if source.name == "level":
        return Locator(model.LEVEL)
    if source.name == "file":
        return Locator(model.GIVEN, is_path=True)
    return None


def _in_text(source: ValueSource, lines: Sequence[bytes], *, is_access: bool) -> list[Locator]:
    """Return the places of a field in text: key=value, and values after its name."""
    pairs = _pairs_among(source, lines, is_access=is_access)
    if not any(source.name.encode() in line for line in lines):
        return pairs or stated(source, lines, is_access=is_access)
    if not pairs:
        return stated(source, lines, is_access=is_access)
    key = re.compile(re.escape(pairs[0].text) + rb"=[\"']?([-+.]?\d)?")
    found = [match[1] for line in lines for match in key.finditer(line)]
    numbers = sum(map(bool, found)) > _ENOUGH * len(found)
    others = stated(source, lines, is_access=is_access, numbers=numbers, key=pairs[0].text)
    if pairs[0].text != source.name.encode():
        return pairs + others
    return [
        pairs[0],
        *(place._replace(is_way=place.kind == model.TEXT) for place in others),
        *pairs[1:],
    ]


def _pairs_among(source: ValueSource, lines: Sequence[bytes], *, is_access: bool) -> list[Locator]:
    """Return the places key=value of those of a field's names that lines have, the first first."""
    text = b"\n".join(lines)
    # Most names are before no equals sign, which the words before these show.
    before = b"= ".join({piece.rpartition(b" ")[2] for piece in text.split(b"=")[:-1]}) + b"="
    places: list[Locator] = []
    known: set[int] = set()  # the lines that have one of these names
    for name in names_of(source.name):
        key = name.encode() + b"="
        if key not in (text if b" " in key else before):
            continue
        found = {
            n: value
            for n, line in enumerate(lines)
            for value in _values(key, line, quoted=not is_access)
        }
        values = list(found.values())
        texts = [value.decode("utf-8", "replace") for value in values]
        doubtful = bool(places) or name in SHARED
        if found and known.isdisjoint(found) and (not doubtful or are_meant(source.name, texts)):
            scale = source.scale
            if is_access and scale is None and scale_of(name) == NO_SCALE and are_seconds(values):
                scale = UNITS["s"]
            places.append(pair_of(name, scale))
            known |= set(found)
    return places


def _values(key: bytes, line: bytes, *, quoted: bool) -> Sequence[bytes]:
    """Return the value of a pair, as cotool_pair() in the kernel finds it; nothing without one."""
    inside = []
    at = line.find(key)
    while at >= 0:
        start = at + len(key)
        if not at or line[at - 1] in _BEFORE_PAIRS:
            value = _VALUE.match(line, start)
            text = value[1] if value else b""
            if (line.count(b'"', 0, at) - line.count(b'\\"', 0, at)) % 2:
                inside.append(text)
            elif not line.endswith(b'"', 0, at):
                return [text]
        at = line.find(key, start)
    return inside[:1] if quoted else []


def _column(source: ValueSource, columns: Columns) -> Locator | None:
    number = COLUMN.fullmatch(source.name)
    if number is not None:
        return Locator(model.COLUMN, int(number[1]) - 1, scale=source.scale or NO_SCALE)
    for name in (*names_of(source.name), source.name.lower()):
        if name in columns:
            token, part, scale = columns[name]
            return Locator(model.COLUMN, token, part, scale=source.scale or scale or scale_of(name))
    return None


def _bounded(source: ValueSource, found: Format, lines: Sequence[bytes]) -> Locator | None:
    """Return the place of a field of a format that the caller gives, by the text around it."""
    parts = [(name, 0) for name in names_of(source.name)]
    if source.name in PARTS:
        parts.append(("request", PARTS[source.name]))
    for name, part in parts if found.names else ():
        regex = bounded(found, name, lines)
        if regex is not None:
            scale = source.scale or scale_of(name)
            program, needed, _ = compile_group(name, regex)
            return Locator(
                model.GROUP, 0, part, text=regex.encode(), scale=scale, program=program,
                needed=needed,
            )  # fmt: skip
    return None
