"""The format of a file whose lines all begin alike, found in one call of a kernel.

Most logs of one program have the time and then the level at the same place of every line. What
recognise() finds in such lines does not depend on the rest of them, so they need not be taken
apart. Whatever could make a difference leaves the file to recognise().
"""

from __future__ import annotations

from functools import lru_cache

from cotool._fast.logs import logscan
from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool.logs.formats.described import named
from cotool.logs.formats.envelopes import examined
from cotool.logs.formats.level_codes import CMTRACE_END, have_codes
from cotool.logs.formats.level_keys import have_keys
from cotool.logs.formats.level_marks import COMMA, LEADS, SPACE, TRAILS, thinned
from cotool.logs.formats.model import SYSLOG, WORD, Format, Place, is_cyclic
from cotool.logs.formats.recognise import SAMPLE
from cotool.logs.formats.text_levels import tagged_places
from cotool.logs.formats.text_times import PlacedTimes, Where, first_bytes, first_time

# The first bytes of lines that are neither objects nor pairs, nor in a document or an envelope.
_BEGINS = lazy_pattern(rb"[\[(\"']?\d")
# A time that may have been put before a line of another program. It is the line's own if the
# first word after it is a level and no other time follows.
_CARRIED = lazy_pattern(rb"\d{4}-\d\d-\d\dT")
_FIRST_WORD = (0, 0, 1 << SPACE, 1 << SPACE)
# What every time contains: a time of day, a date or other digits before six of them, or TAI64N.
_MAY_BE_TIME = lazy_pattern(
    rb"\d(?::|h|\xe6\x99\x82)\d|\d\.\d\d\.\d\d|[\d.\x80-\xff][-T_ /]?\d{6}|@4"
)
_LEADS = sum(1 << lead for lead in LEADS)
_TRAILS = sum(1 << trail for trail in TRAILS)


def same_shape_format(text: bytes) -> Format | None:
    """Return what recognise() finds in all lines of a text, without its reasons; None if unsure."""
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")  # recognise() gets lines without their ends, too
    line, ended, _ = text.partition(b"\n")
    if (
        not (ended and _BEGINS.match(line))
        # Other ends of lines, objects in messages, colours.
        or b"\r" in text
        or b"{" in text
        or b"\x1b" in text
        or (b"\\" in text and b"\\u001" in text)
        or (b">" in text and CMTRACE_END in text)
    ):
        return None
    time = first_time(line)
    if time is None:
        return None
    times = time.placed(line)
    end = times.members[0][2]
    same = logscan.probe_same_level(text, end, time.size, leads=_LEADS, trails=_TRAILS, most=SAMPLE)
    if same is None:
        return None
    (token, word, styles, leads, trails), lines, firsts = same
    if trails >> COMMA & 1:  # a list of levels: system,error,critical
        return None
    if any(first_time(text[at : text.index(b"\n", at)]) != time for at in firsts[1:]):
        return None
    if _CARRIED.match(line) and (
        (token, word, leads, trails) != _FIRST_WORD
        or any(_MAY_BE_TIME.search(text, at + end, text.index(b"\n", at)) for at in examined(lines))
    ):
        return None
    some = [(text[at : text.index(b"\n", at)], end) for at in thinned(lines)]
    # Looking for one byte in the text is quicker than looking at each line.
    coded = b"%" in text or b"(" in text
    if (b"=" in text and have_keys(some)) or (coded and have_codes(some)):
        return None
    place = Place(WORD, 0, 0, token, word, styles, SYSLOG, leads, trails | 1)
    found = _format(times.where, times.layouts, line[:1], (place, *tagged_places(some)))
    return None if is_cyclic(found) else found


@lru_cache(maxsize=64)
def _format(where: Where, layouts: int, first: bytes, places: tuple[Place, ...]) -> Format:
    times = PlacedTimes(where, [(0, 0, 0)], layouts)
    found = Format(
        name="",
        time_token=where.token,
        time_open=where.open,
        layouts=layouts,
        places=places,
        share=1.0,
    )
    return named(replace(found, first=first_bytes(found, [first], times)))
