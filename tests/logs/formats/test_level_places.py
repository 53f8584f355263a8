"""Where levels are that stand neither right behind the time nor in a place of their own."""

from __future__ import annotations

import pytest

import cotool

AT = "2026-03-02 08:00:{n:02} "
SYSLOG = "Mar  2 08:00:{n:02} gw "
CRI = "2026-03-02T08:00:{n:02}.5Z stdout F "


@pytest.mark.parametrize(
    ("lines", "levels"),
    [
        # A label, or brackets, between the name of the program and the level.
        (
            [
                SYSLOG + "vpnd[7]: main: user {n} left",
                SYSLOG + "vpnd[7]: worker: warning: slow handshake {n}",
                SYSLOG + "kernel: [{n}.5] error: disk {n} is gone",
                SYSLOG + "vpnd[7]: no known error: 0",
            ],
            {"unknown": 20, "warning": 10, "error": 10},
        ),
        # The same names of parts of a program, right behind the time.
        (
            [
                "[2026-03-02T08:00:{n:02}] sched: allocated {n}",
                "[2026-03-02T08:00:{n:02}] done: {n}",
                "[2026-03-02T08:00:{n:02}] error: low memory {n}",
                "[2026-03-02T08:00:{n:02}] sched: error: no node",
            ],
            {"unknown": 20, "error": 20},
        ),
        # The last of several levels in a list.
        (
            [
                AT + "system,info started {n}",
                AT + "system,error,critical login failed from {n}",
                AT + "dhcp,warning pool {n} is full",
            ],
            {"info": 10, "critical": 10, "warning": 10},
        ),
        # A column before the time with one of a few words.
        (
            [
                "build\t02-Mar-2026 08:00:{n:02}\tstarting task {n}",
                "error\t02-Mar-2026 08:00:{n:02}\tcode {n}",
            ],
            {"unknown": 10, "error": 10},
        ),
        # Behind another time in the same brackets, in another zone than the outer one.
        (
            [
                CRI + "[2026-03-02 09:00:{n:02},123: INFO/MainProcess] task {n}",
                CRI + "[2026-03-02 09:00:{n:02},123: ERROR/MainProcess] task {n} failed",
            ],
            {"info": 10, "error": 10},
        ),
        # Compilers: behind the place in a file, or first in the line; other lines are records.
        (
            [
                "gcc -c a{n}.c",
                "src/a.c: In function 'main':",
                "src/a.c:{n}:7: error: 'x' undeclared",
                "src/b.c:{n}:7: warning: unused variable 'y'",
                "error: linking {n} failed",
            ],
            {"unknown": 20, "error": 20, "warning": 10},
        ),
        (
            [
                "Build started {n}.",
                "C:\\src\\a b.cs({n},2): error CS1002: ; expected",
                "C:\\src\\b.cs({n},2): warning CS0168: unused",
            ],
            {"unknown": 10, "error": 10, "warning": 10},
        ),
        # Seconds aligned to the right, without a date.
        (
            [
                "{n:8}.123 Info Manager.cpp:5: saving {n}",
                "{n:8}.456 Error Socket.cpp:7: lost {n}",
                "{n:8}.789 loading {n}",
            ],
            {"info": 10, "error": 10, "unknown": 10},
        ),
    ],
)
def test_levels_at_other_places(tmp_path, lines, levels):
    """Each record has its level, and no other word is one."""
    path = tmp_path / "x.log"
    rows = [line.format(n=n) for n in range(10) for line in lines]
    path.write_text("\n".join([*rows, ""]), encoding="utf-8")
    counts = cotool.analyze_logs(path).counts
    assert {level: count for level, count in counts.levels.items() if count} == levels
    assert counts.records == counts.lines == sum(levels.values())
