"""Scans of one log, cut in every way, for tests that compare them."""

from __future__ import annotations

import tempfile

from hypothesis import strategies as st

from cotool._fast.logs import logscan
from cotool.logs.api import analyze_sources
from cotool.logs.formats.recognise import recognise
from cotool.logs.histogram import MOST_BUCKETS, WIDTHS
from cotool.logs.levels import LEVELS
from cotool.logs.options import LogOptions
from cotool.logs.patterns.patterns import compile_pattern
from cotool.logs.scan.inferred import TimeFigures
from cotool.logs.scan.sources import find_sources

FORMATS = recognise(
    [
        b"2024-03-01 12:00:00,123 INFO started",
        b"2024-03-01 12:00:01,123 ERROR broke",
        b"2024-03-01 12:00:02 WARN hm",
        b"Mar  1 12:00:00 host prog[1]: words",
        b"Mar 11 12:00:00 host prog[1]: words",
    ]
    * 3
)


PATTERNS = [
    compile_pattern("a", "child"),
    compile_pattern("b", r"\d+ ms$"),
    compile_pattern("c", "(?i)OOM|kil+ed"),
    compile_pattern("d", r"(?i)in [a-z]+ [0-9\0]"),
]


def scanner(*, layouts=FORMATS, date=(2023, 1, 1), resumed=False, midway=False, cycle=0, **given):
    return logscan.Scanner(
        LogOptions(**{"patterns": PATTERNS, "num_threads": 1, **given}),
        [found.to_kernel() for found in layouts],
        date,
        keywords=((b"error", b"exception", b"failed"), (b"warn",)),
        widths=WIDTHS,
        most_buckets=MOST_BUCKETS,
        resumed=resumed,
        midway=midway,
        cycle=cycle,
    )


def by_file(data, **given):
    """Scan a file in batches."""
    scan = scanner(**given)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        position = 0
        while position < len(data):
            position = scan.scan_file(file.fileno(), position, len(data))
    scan.finish()
    return scan


def by_pieces(data, sizes, **given):
    """Scan what comes in pieces."""
    scan = scanner(**given)
    written = b""
    at = 0
    for size in sizes:
        scan.feed(data[at : at + size], final=False)
        written += b"".join(scan.take_written())
        at += size
    scan.feed(data[at:], final=True)
    scan.finish()
    return scan, written + b"".join(scan.take_written())


def figures(scan):
    """The scanner's totals in the oracle's terms, without zeros."""
    counts = scan.counts()
    found = {
        name: counts[name]
        for name in ("lines", "records", "bytes", "timeless", "out_of_order", "left_out")
    }
    found |= dict(zip(LEVELS, counts["levels"], strict=True))
    found |= {"errors": counts["keywords"][0], "warnings": counts["keywords"][1]}
    whole, inferred = (TimeFigures(*given) for given in counts["times"])
    times = whole.merge(inferred)
    found |= {f"pattern {n}": count for n, count in enumerate(counts["patterns"])}
    return {name: count for name, count in found.items() if count} | {
        "first": times.first,
        "last": times.last,
        "histogram": {
            start: {level: n for level, n in zip(LEVELS, row, strict=True) if n}
            for start, row in times.buckets.items()
        },
    }


sizes = st.lists(st.integers(1, 200), max_size=12)


threads = st.sampled_from([1, 2, 4])


spans = st.one_of(st.integers(1, 40), st.integers(40, 2000))


blocks = st.sampled_from([1, 3, 17, 64, 500, 1 << 18])


def analyzed(path, **given):
    """What analyze_logs() returns, with options that divide the work."""
    return analyze_sources(find_sources([path]), LogOptions(**given))
