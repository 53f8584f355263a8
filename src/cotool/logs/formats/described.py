"""The name of a format of text, and where its time and level are, in words for people."""

from __future__ import annotations

import re
from functools import lru_cache

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats import model
from cotool.logs.formats.model import Format, Reason, forms_of, is_cyclic
from cotool.logs.formats.text_levels import is_tagged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.logs.formats.text_times import PlacedTimes


def named(found: Format) -> Format:
    """Return the format with a name that says what was recognised."""
    forms = [form.decode("utf-8", "replace") for form in forms_of(found)]
    kinds = {place.kind for place in found.places}
    if found.pri or (forms[0].startswith("b D H") and found.time_token == 0):
        name = "syslog"
    elif model.GLOG in kinds:
        name = "glog"
    elif model.STATUS in kinds:
        name = "access log"
    elif model.SYMBOL in kinds:
        name = "redis"
    elif model.LETTER in kinds:
        name = "logcat"
    else:
        name = "text"
    level = "no level" if all(map(is_tagged, found.places)) else "level"
    return replace(found, name=f"{name} ({readable(forms[0])}, {level})")


_READABLE = {
    "Y": "YYYY", "y": "YY", "m": "MM", "o": "M", "d": "DD", "D": "DD", "e": "D", "H": "hh",
    "h": "h", "M": "mm", "i": "m", "S": "ss", "s": "s", "b": "Mon", "a": "Day", "6": "ffffff",
    "p": "AM", "f": "", "g": ":ms", "z": "", "E": "seconds since 1970", "B": "Month", "A": "Day",
    "Z": "", "~": " ", "X": "TAI64N",
}  # fmt: skip


@lru_cache(maxsize=256)
def readable(form: str) -> str:
    """Return a form of timestamps as people write one."""
    return re.sub(r"\\(.)|(.)", lambda found: found[1] or _READABLE.get(found[2], found[2]), form)


_KINDS = {
    model.WORD: "a word that names a level",
    model.LETTER: "a letter that means a level",
    model.GLOG: "the letter before the time",
    model.SYMBOL: "a symbol of Redis",
    model.STATUS: "an HTTP status: 5xx is error, 4xx warning, else info",
    model.PRI: "the severity in <PRI>, if the message has no level of its own",
    model.KEY: "the value of a key",
    model.FIND: "the first word in capitals that names a level, between the same marks",
    model.CODE: "the digit of %FACILITY-4-NAME, a severity of syslog",
    model.SHORT: "a code in parentheses, or two letters before them",
}

_PLACED = {model.PRI: "<PRI>", model.GLOG: "before the time", model.SYMBOL: "after the time"}


def reasons(found: Format, lines: Sequence[bytes], times: PlacedTimes) -> tuple[Reason, ...]:
    """Return where the time and the level of a format are, and why."""
    n, at, end = times.members[0]
    forms = [form.decode("utf-8", "replace") for form in forms_of(found)]
    if found.lead:
        lead = found.lead.decode("utf-8", "replace")
        place = f"after {lead!r}" + (" at the start of the line" if not found.reach else "")
    else:
        place = f"token {found.time_token + 1}"
    why = f"reads as {readable(forms[0])}"
    if times.ambiguous:
        why += "; day and month could be the other way round, which no line decides"
    if is_cyclic(found):
        why += "; the year or the date is taken from the file"
    reasons = [
        Reason("time", place, why, len(times.members), lines[n][at:end].decode("utf-8", "replace"))
    ]
    for level in found.places:
        side = "before" if level.before else "after"
        place = (
            f"key {level.key.decode()}"
            if level.kind == model.KEY
            else (
                f"word {level.word + 1} of token {level.token + 1} {side} the time"
                if level.kind in {model.WORD, model.LETTER, model.STATUS, model.SHORT}
                else _PLACED.get(level.kind, "near the start of the line")
            )
        )
        why = _KINDS[level.kind]
        if is_tagged(level):
            why += ", before a colon"
        if level.below:
            place = "first word" if level.kind == model.WORD else place
            place += (
                " of the next line"
                if level.below == model.NEXT_LINE
                else " of the indented lines below"
            )
        reasons.append(Reason("level", place, why))
    if found.entry:
        entry = found.entry.decode("utf-8", "replace")
        why = "heads each of several records below one time"
        reasons.append(Reason("record", f"{entry!r} at the start of a line", why))
    return tuple(reasons)
