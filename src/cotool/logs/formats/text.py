"""Lines of text: where the time is, and the places after or before it that name a level.

No product is named here. A time is found by its form (see composer): at the start of a token, after
the same text as in other lines, or at the line's start. Levels are at places that hold words for
levels in many lines.
"""

from __future__ import annotations

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.columns import is_universal
from cotool.logs.formats.described import named, reasons
from cotool.logs.formats.entries import entry_of
from cotool.logs.formats.level_codes import status_column
from cotool.logs.formats.level_keys import places_below
from cotool.logs.formats.model import Format
from cotool.logs.formats.text_levels import is_of_alarm, is_tagged, level_places, timeless
from cotool.logs.formats.text_times import find_times, first_bytes
from cotool.logs.formats.titles import without_fractions

if TYPE_CHECKING:
    import re

_SOME = 0.25


def recognise_text(
    lines: list[bytes],
    total: int,
    *,
    pri: re.Pattern[bytes] | None = None,
    timed: bool = False,
) -> list[Format]:
    """Return the formats of lines in a sample of `total`; `pri` matches the <PRI> before each.

    `timed`: records in other lines of the sample begin with a time.
    """
    if not lines:
        return []
    strip = [pri.match(line).end() if pri else 0 for line in lines]  # type: ignore[union-attr]
    bodies = [line[start:] for line, start in zip(lines, strip, strict=True)]
    utc = is_universal(bodies)
    status = status_column(bodies)
    if status is not None:
        bodies = [line for line in bodies if line[:1] != b"#"]
    formats = []
    covered: set[int] = set()
    for times in find_times(without_fractions(bodies)):
        covered.update(n for n, _, _ in times.members)
        found = Format(
            name="",
            pri=int(pri is not None),
            time_token=times.where.token,
            time_open=times.where.open,
            lead=times.where.lead,
            reach=times.where.reach,
            layouts=times.layouts,
            forms=times.forms,
            other_form=times.other,
            ambiguous=times.ambiguous,
            share=len(times.members) / total,
            utc=utc,
        )
        places = level_places([(bodies[n], end) for n, _, end in times.members], found)
        if status is not None:
            places = (status,)
        elif all(map(is_tagged, places)):
            below, lines_below = places_below(bodies, times.members)
            places = below or places
            covered |= lines_below
        found = replace(
            found,
            places=places,
            first=first_bytes(found, bodies, times),
            entry=entry_of(bodies, times),
        )
        formats.append(named(replace(found, reasons=reasons(found, bodies, times))))
    rest = [
        body
        for n, body in enumerate(bodies)
        if n not in covered and not (n - 1 in covered and is_of_alarm(body, bodies[n - 1]))
    ]
    if rest and pri:
        places = level_places([(body, 0) for body in rest], Format(name="", pri=1))
        formats.append(Format(name="syslog", pri=1, places=places, first=b"<",
                              share=len(rest) / total))  # fmt: skip
    elif sum(line[:1] not in b" \t" for line in rest) > _SOME * len(bodies):
        # A smaller share belongs to lines with a time: "SomeException: ERROR: duplicate key".
        formats += timeless(rest, total, alone=not formats and not timed)
    return formats
