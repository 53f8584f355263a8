"""Dates that can begin with the day or the month, which no line decides."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import pytest

import cotool

FORMS = {
    "text": "02-03-2026 08:00:{n:02} INFO order {n}",
    "slashes": "02/03/2026 08:00:{n:02} INFO order {n}",
    "two digits": "[02-03-26 08:00:{n:02}.123] INFO : order {n}",
    "JSON": '{{"time":"02/03/2026 08:00:{n:02}","level":"info","n":{n}}}',
    "logfmt": 'time="02/03/2026 08:00:{n:02}" level=info n={n}',
}
MARCH, FEBRUARY = "2026-03-02", "2026-02-03"


def _log(path, line, modified):
    path.write_text("".join(line.format(n=n) + "\n" for n in range(20)), encoding="utf-8")
    moment = datetime.fromisoformat(modified).replace(tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return path


@pytest.mark.parametrize("line", FORMS.values(), ids=FORMS)
def test_the_last_change_or_the_caller_decides(tmp_path, line):
    """No time lies after the file's last change, and the last one is near it; else it is said."""
    for modified, first in (
        ("2026-03-02T09:00", MARCH),
        ("2026-02-03T09:00", FEBRUARY),
        ("2026-02-20T09:00", FEBRUARY),
        ("2026-03-03T06:00", MARCH),
    ):
        path = _log(tmp_path / "x.log", line, modified)
        summary = cotool.analyze_logs(path)
        assert summary.to_dict()["first_seen"].startswith(first)
        assert summary.files[0].warnings == ()
    path = _log(tmp_path / "x.log", line, "2026-10-10")
    summary = cotool.analyze_logs(path)
    read, other = ("day-first", "month-first")
    if summary.to_dict()["first_seen"].startswith(FEBRUARY):
        read, other = other, read
    assert f"read {read} (the log format {other} reads the other)" in summary.files[0].warnings[0]
    for order, first in (("day-first", MARCH), ("month-first", FEBRUARY)):
        summary = cotool.analyze_logs(path, log_format=order)
        assert json.dumps(summary.to_dict()).count(f'"first_seen": "{first}') == 2
        assert summary.files[0].warnings == ()


def test_lines_decide_first(tmp_path):
    """A day above 12, or days one after another, count more than the caller's word."""
    for days in (("12-03", "13-03"), ("02-03", "03-03")):
        path = tmp_path / "x.log"
        rows = [f"{day}-2026 08:00:{n:02} INFO x\n" for day in days for n in range(20)]
        path.write_text("".join(rows), encoding="utf-8")
        summary = cotool.analyze_logs(path)
        assert summary.to_dict()["last_seen"].startswith(f"2026-03-{days[1][:2]}")
        assert summary.files[0].warnings == ()
