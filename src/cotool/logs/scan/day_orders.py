"""Whether the day or the month is first in dates that suit both, by what the lines do not say."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

from cotool._fast.logs import logscan
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.model import Format, TimeKey, forms_of
from cotool.logs.formats.text_times import read_stamp
from cotool.logs.times import DAY_FIRST, DAY_ORDERS

if TYPE_CHECKING:
    from cotool._typing import TypeVar

    _Times = TypeVar("_Times", Format, TimeKey)

# How far from a file's last change its last time may be: clocks of other zones, a quiet night. More
# would take the day of a copy for that of the log.
_NEAR = 86_400


def with_day_order(
    formats: tuple[Format, ...], lines: Sequence[bytes], modified: float | None, order: str
) -> tuple[Format, ...]:
    """Return formats of a sample of lines with the order of their dates settled.

    `order` is the caller's, or any other word. Without it, an order that puts no time after the
    file's last change wins, then one that puts the last time near it. What is not settled stays
    ambiguous.
    """
    if not any(found.other_form or any(key.other_form for key in found.times) for found in formats):
        return formats
    now = time.time() if modified is None else modified
    return tuple(
        replace(
            _settled(found, list(_of_text(found, lines)), now, order),
            times=tuple(
                _settled(key, list(_of_key(key, lines)), now, order) for key in found.times
            ),
        )
        for found in formats
    )


def of_dates(path: str, formats: Sequence[Format]) -> list[str]:
    """Return the warning on a file's dates whose order nothing shows."""
    text = undecided(formats)
    return [f"{path}: {text}"] if text else []


def undecided(formats: Sequence[Format]) -> str:
    """Return a sentence on dates whose order nothing shows, empty if there are none.

    Where the year is missing, the month is first by custom.
    """
    for found in formats:
        every: tuple[Format | TimeKey, ...] = (found, *found.times)
        for times in every:
            if times.ambiguous and not logscan.form_cycle(_form(times)):
                words = DAY_ORDERS if _is_day_first(_form(times)) else DAY_ORDERS[::-1]
                return (
                    "nothing shows whether the day or the month is first in dates; "
                    f"read {words[0]} (the log format {words[1]} reads the other)"
                )
    return ""


def _form(times: Format | TimeKey) -> bytes:
    return times.forms[0] if times.forms else forms_of(Format("", layouts=times.layouts))[0]


def _is_day_first(form: bytes) -> bool:
    """Return whether the day comes before the month in a form; see loglayouts.h."""
    letters = re.sub(rb"\\.", b"", form)
    return max(letters.find(b"e"), letters.find(b"d")) < max(letters.find(b"o"), letters.find(b"m"))


def _settled(times: _Times, pairs: list[tuple[int, int]], now: float, order: str) -> _Times:
    """Return times with their order decided; `pairs` are moments by it, and by the other one."""
    if not times.other_form:
        return times
    other = replace(times, layouts=0, forms=(times.other_form,), other_form=b"", ambiguous=False)
    if order in DAY_ORDERS:
        suits = _is_day_first(_form(times)) == (order == DAY_FIRST)
        return replace(times, ambiguous=False) if suits else other
    if not times.ambiguous or not pairs:
        return times
    ends = [max(moments) for moments in zip(*pairs, strict=True)]
    for fits in (
        [end <= now + _NEAR for end in ends],
        [abs(end - now) <= _NEAR for end in ends],
    ):
        if fits[0] != fits[1]:
            return replace(times, ambiguous=False) if fits[0] else other
    return times


def _of_text(found: Format, lines: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the times of lines of text by the form of a format, and by the other one."""
    for line in lines if found.other_form else ():
        stamps = [read_stamp(line, found, (form,)) for form in (_form(found), found.other_form)]
        if stamps[0] is not None and stamps[1] is not None and not stamps[0][1]:
            yield stamps[0][0], stamps[1][0]


def _of_key(key: TimeKey, lines: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the same of the values of a key of JSON or logfmt."""
    if not key.other_form:
        return
    value = re.compile(rb"\b" + re.escape(key.path[-1]) + rb"[\"']?\s*[=:]\s*[\"']?(?=\d)")
    for line in lines:
        found = value.search(line)
        if found is None:
            continue
        one, two = (
            logscan.read_time(form, line, found.end()) for form in (_form(key), key.other_form)
        )
        if one is not None and two is not None:
            yield one[1], two[1]
