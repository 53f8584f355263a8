"""What the machine can do at best, beside what a case reaches."""

from __future__ import annotations

import pytest

from cotool.benchmarks import Measured, limit_of, machine_limits
from cotool.cli.bench.table import measured_table

LIMITS = {"newline scan": 10e9, "memory read": 20e9, "AES-GCM": 4e9}


def row(name, *, size, threads=None):
    """Make a result of one second."""
    return Measured(name, 1.0, 0.0, 1.0, 1.0, 5, threads, size, None)


@pytest.mark.parametrize(
    ("name", "limit"),
    [("logs/a/t2", "newline scan"), ("vault/a/t2", "AES-GCM"), ("length/60/t2", "memory read")],
)
def test_each_group_has_its_limit(name, limit):
    """Times the threads; a case that states no bytes has none."""
    assert limit_of(row(name, size=10**9, threads=2), LIMITS) == (limit, 2 * LIMITS[limit])
    assert limit_of(row(name, size=None, threads=2), LIMITS) is None


def test_the_table_shows_the_share(capsys):
    """A gigabyte of log in a second on two threads is a twentieth of the limit."""
    measured_table([row("logs/scan/t2", size=10**9, threads=2)], LIMITS)
    shown = capsys.readouterr().out
    assert "5%" in shown
    assert "newline scan 10 GB/s" in shown
    measured_table([row("startup/help", size=None)], {})
    assert "limit" not in capsys.readouterr().out


def test_limits_are_measured():
    """All three, in bytes per second that a machine can reach."""
    found = machine_limits()
    assert found.keys() == LIMITS.keys()
    assert all(1e7 < rate < 1e12 for rate in found.values())
