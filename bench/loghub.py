"""A long log made of samples such as those of loghub, one day later each time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

# Forms of times at the start of lines: what is matched, how it is read and written.
FORMS = (
    (rb"\[(\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4})\]", "%a %b %d %H:%M:%S %Y"),
    (rb"(\d{6} \d{6}) ", "%y%m%d %H%M%S"),
    (rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", "%Y-%m-%d %H:%M:%S"),
    (rb"(\d\d/\d\d/\d\d \d\d:\d\d:\d\d)", "%y/%m/%d %H:%M:%S"),
    (rb"(\d{8})-\d", "%Y%m%d"),
    (rb"(\w{3} [ \d]\d \d\d:\d\d:\d\d) ", "%b %d %H:%M:%S"),
)


def pieces(line: bytes) -> tuple[bytes, datetime | int | None, str, bytes]:
    """What precedes the time of a line, the time, its form, and what follows it."""
    for regex, form in FORMS:
        if found := re.match(regex, line):
            text = found[1].decode()
            if form.startswith("%b"):  # a leap year
                moment = datetime.strptime(f"2004 {text}", f"%Y {form}").replace(tzinfo=UTC)
            else:
                moment = datetime.strptime(text, form).replace(tzinfo=UTC)
            return line[: found.start(1)], moment, form, line[found.end(1) :]
    if found := re.match(rb"(\S+ )(\d{10})(?= )", line):
        return found[1], int(found[2]), "", line[found.end() :]
    return line, None, "", b""


def make_log(logs: list[Path], target: Path, size: int) -> None:
    """Write `size` bytes: all lines of the logs again and again, each time a day later."""
    lines = [
        pieces(line if line.endswith(b"\n") else line + b"\r\n")
        for log in logs
        for line in log.read_bytes().splitlines(keepends=True)
    ]
    with target.open("wb") as file:
        day = 0
        while file.tell() < size:
            written: dict[tuple[datetime, str], bytes] = {}
            parts = []
            for before, moment, form, after in lines:
                if isinstance(moment, datetime):
                    key = (moment, form)
                    if key not in written:
                        shifted = moment + timedelta(days=day)
                        text = shifted.strftime(form)
                        if form.startswith("%b"):
                            text = f"{MONTHS[shifted.month - 1]} {shifted.day:2d}{text[6:]}"
                        written[key] = text.encode()
                    parts += [before, written[key], after]
                elif moment is not None:
                    parts += [before, str(moment + 86400 * day).encode(), after]
                else:
                    parts.append(before)
            file.write(b"".join(parts))
            day += 1
