"""Lines "#Fields: …" of the W3C's extended log format that change the columns within a file.

IIS writes such a line at each start, with other columns when an administrator has changed them. The
formats of a file come from the first such line of its sample; the rows after another one are read
by the columns that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cotool._records import replace
from cotool.logs.formats.columns import (
    HEADER,
    header_of,
    lines_of,
    names_in,
)
from cotool.logs.formats.level_codes import status_in
from cotool.logs.formats.model import EVERY_LINE, STATUS, TEXT, Format
from cotool.logs.formats.titles import title_of
from cotool.logs.measures.model import COLUMN, ValueSource
from cotool.logs.units import UNITS

# The most bytes of such a line, as in logscan.pyx, and of one read.
_LIMIT = 1 << 16
_BLOCK = 1 << 20


def with_header(formats: Sequence[Format], lines: Sequence[bytes]) -> tuple[Format, ...]:
    """Return the formats with the line of a sample that names the columns."""
    title, preamble = title_of(lines)
    if title:
        return tuple(
            replace(found, title=title, preamble=preamble) for found in formats or (EVERY_LINE,)
        )
    if not header_of(lines):
        return tuple(formats)
    return tuple(
        replace(found, header=header_of(lines_of(found, formats, lines)))
        if found.kind == TEXT and not found.names
        else found
        for found in formats
    )


def changed_columns(
    formats: Sequence[Format], sources: Sequence[ValueSource], header: bytes
) -> tuple[Format, ...]:
    """Return the formats for rows whose columns `header` names."""
    return tuple(_changed(found, sources, header) for found in formats)


def _changed(found: Format, sources: Sequence[ValueSource], header: bytes) -> Format:
    if not found.header or found.header == header:
        return found
    status, places = status_in(header), found.places
    if not places or any(place.kind == STATUS for place in places):
        others = (place for place in places if place.kind != STATUS)
        places = (*others, *([status] if status is not None else []))
    locators = found.locators
    if locators:
        from cotool.logs.formats.located import locators_in

        units = {
            names_in(found.header)[one.token]: one.scale
            for one, source in zip(locators, sources, strict=True)
            if one.kind == COLUMN and one.token < len(names_in(found.header)) and not source.scale
        }
        names = names_in(header)
        if found.header == HEADER:
            # No sample says how times are written: CloudFront has seconds, IIS milliseconds.
            is_edge = any(name.startswith("x-edge-") for name in names)
            units["time-taken"] = UNITS["s" if is_edge else "ms"]
        at = {name.lower(): (n, 0, units.get(name)) for n, name in enumerate(names)}
        locators = locators_in(found, sources, [header], at)
    return replace(found, places=places, locators=locators)


class PassedHeader:
    """The last header in text that is passed over, given in pieces from its start."""

    def __init__(self) -> None:
        self.line: bytes | None = None
        self._kept = b"\n"  # before the first line

    def add(self, data: bytes) -> None:
        """Pass over further bytes."""
        text = self._kept + data
        at = text.rfind(b"\n" + HEADER)
        end = text.find(b"\n", at + 1) if at >= 0 else -1
        if at >= 0 and end < 0:
            # The header before it counts if the text ends within this one.
            self._take(text[: at + 1])
            self._kept = text[at:][:_LIMIT]
            return
        self._take(text)
        self._kept = text[-len(HEADER) :]

    def _take(self, text: bytes) -> None:
        at = text.rfind(b"\n" + HEADER)
        if at >= 0:
            self.line = text[at + 1 :].partition(b"\n")[0][:_LIMIT].rstrip()


def passed_header(read: Callable[[int, int], bytes], start: int, end: int) -> bytes | None:
    """Return the last header in bytes [start, end) of a file, which end with a line."""
    passed = PassedHeader()
    for at in range(start, end, _BLOCK):
        passed.add(read(at, min(end, at + _BLOCK)))
    return passed.line
