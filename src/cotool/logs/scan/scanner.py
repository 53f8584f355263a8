"""The formats of a source, by a sample of its lines, and the kernel's scanner for it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache

from cotool._fast.logs import logscan
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.logs.formats.columns import HEADER
from cotool.logs.formats.envelopes import Wrapping, find_wrapping
from cotool.logs.formats.headers import changed_columns, with_header
from cotool.logs.formats.model import EVERY_LINE, Format
from cotool.logs.formats.recognise import SAMPLE, recognise, sample_lines
from cotool.logs.formats.same_shape import same_shape_format
from cotool.logs.formats.words import with_known_words
from cotool.logs.histogram import MOST_BUCKETS, WIDTHS
from cotool.logs.levels import KEYWORDS
from cotool.logs.measures.model import AND, NOT, OR

if TYPE_CHECKING:
    from datetime import datetime

    from cotool.logs.options import LogOptions
    from cotool.logs.scan.tally import Tally

# Many files have one format.
_to_kernel = lru_cache(maxsize=16)(Format.to_kernel)
# Lines that hold one of these, in any case, are counted apart from levels, as by grep -ci.
_ERROR_WORDS = (b"error", b"exception", b"failed")
_WARNING_WORDS = (b"warn",)
_KEYWORD_SETS = dict(zip(KEYWORDS, (_ERROR_WORDS, _WARNING_WORDS), strict=True))


def look_at(
    windows: Sequence[bytes], options: LogOptions, *, explained: bool = True
) -> tuple[tuple[Format, ...], Wrapping]:
    """Return the formats of a source, and how its lines are wrapped, by samples of its text.

    Formats of the options replace recognition. The wrapping has the lines of the sample. If the
    formats need not be `explained`, these lines and the reasons may be absent: only times without
    a date need the lines.
    """
    lines: list[bytes] = []
    given = options.formats
    plain = given is None and options.reading is None and not options.own_words
    if plain and not explained:
        if len(windows) == 1 and windows[0].count(b"\n") <= SAMPLE:
            text = windows[0]
        else:
            lines = windows_lines(windows)
            text = b"\n".join([*lines, b""])
        same = same_shape_format(text)
        if same is not None:
            return (same,), Wrapping([])
    if given is None and options.own_words:
        windows = [with_known_words(window, options.own_words) for window in windows]
    reading = options.reading
    if not lines:
        lines = windows_lines(windows)
    if given is not None:
        from cotool.logs.formats.given import with_found_keys

        formats, wrapping = with_found_keys(given, lines), Wrapping(lines)
    else:
        wrapping = find_wrapping(windows[0] if windows else b"", lines)
        formats = recognise(wrapping.lines)
        if wrapping.envelope is not None and wrapping.envelope.utc:
            formats = tuple(replace(found, utc=True) for found in formats)
    if reading is not None:
        from cotool.logs.formats.located import with_fields

        formats = with_fields(formats, reading.sources, wrapping.lines)
    return with_header(formats, wrapping.lines), wrapping


def windows_lines(windows: Sequence[bytes]) -> list[bytes]:
    """Return whole lines of samples, the first of which begins where the source does."""
    return sample_lines((window, n == 0) for n, window in enumerate(windows))


def make_scanner(
    options: LogOptions,
    formats: Sequence[Format],
    date: datetime,
    *,
    prefix: bytes = b"",
    resumed: bool = False,
    midway: bool = False,
    cycle: int = 0,
    in_pieces: bool = False,
    path: str = "",
    size: int | None = None,
    lines_before: int = 0,
) -> logscan.Scanner:
    """Return the kernel's scanner for a source of these formats, which begins at `date`.

    `in_pieces`: it is fed pieces that threads share. `size`: of the source, if known.
    `lines_before`: lines of it that another scan has read.
    """
    others = next((found for found in formats if found.is_every_line), EVERY_LINE)
    formats = [found for found in formats if not found.is_every_line]
    if options.reading is not None and not others.locators:
        from cotool.logs.formats.located import locate_anywhere

        others = replace(others, locators=tuple(map(locate_anywhere, options.reading.sources)))
    if options.records or options.show:
        _check_conditions(options, formats)
    sources = options.reading.sources if options.reading is not None else ()

    @lru_cache(maxsize=16)  # files may change between the same columns again and again
    def columns(header: bytes) -> list[Mapping[str, object]]:
        return [found.to_kernel() for found in changed_columns(formats, sources, header)]

    return logscan.Scanner(
        options,
        list(map(_to_kernel, formats)),
        (date.year, date.month, date.day),
        keywords=tuple(_KEYWORD_SETS.values()),
        widths=WIDTHS,
        most_buckets=MOST_BUCKETS,
        prefix=prefix,
        resumed=resumed,
        midway=midway,
        cycle=cycle,
        small_spans=options.records or in_pieces,
        path=os.fsencode(path),
        others=others.to_kernel(),
        header=next((found.header for found in formats if found.header), None),
        columns=columns,
        size=size,
        lines_before=lines_before,
        title=next((found.title for found in (*formats, others) if found.title), b""),
        preamble=any(found.preamble for found in formats),
        comments=any(found.title or found.header not in {b"", HEADER} for found in formats),
    )


def _check_conditions(options: LogOptions, formats: Sequence[Format]) -> None:
    """Refuse conditions on later lines of records if lines are written before these are read."""
    reading = options.reading
    if reading is None:
        return
    for test in reading.tests:
        name = reading.sources[test.source].name
        if any(
            found.whole and found.locators[test.source].is_searched
            for found in formats
            if test.kind not in {NOT, AND, OR}
        ):
            raise InputError(
                f"{name} may be in any line of a record, and lines are written one by one",
                parameter="where",
                hint="count and measure the records, or choose them with match=REGEX",
            )


def is_zoned(tally: Tally, options: LogOptions) -> bool | None:
    """Return whether times name their zone; None if there are none."""
    dated = tally.counts.records > tally.counts.timeless
    return tally.zoned > 0 or options.tz is not None if dated else None
