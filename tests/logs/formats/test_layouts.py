"""Layouts that recognition composes, in any order and by any cuts, against a plain oracle."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cotool.logs.formats.model import forms_of, is_cyclic
from cotool.logs.formats.recognise import recognise
from cotool.logs.formats.text_times import read_stamp
from logs.scans import by_file, by_pieces, figures

# A time after what stands before it in other lines, at the line's start after a mark, in a code, in
# a key, behind a letter in brackets, and composed forms with and without a year.
_NAMES = (
    "auditd", "weblogic", "erlang", "tornado", "jupyter2", "threadfirst", "asa", "ios", "forge",
    "vsftpd", "icinga", "nats", "timefirst", "ampm", "semis", "kv", "wincsv", "glassfish", "juljpl",
)  # fmt: skip
_FAMILIES = {
    name: path.read_bytes().splitlines()
    for name in _NAMES
    if (path := Path(__file__).parent / "families" / f"{name}.log").exists()
}


@given(
    st.sampled_from(sorted(_FAMILIES)),
    st.lists(st.integers(0, 100), min_size=1, max_size=60),
    st.sampled_from([1, 2, 4]),
    st.integers(1, 400),
    st.integers(1, 300),
    st.lists(st.integers(1, 200), min_size=1, max_size=9),
)
def test_times_are_the_oracles_however_the_log_is_cut(name, order, threads, span, block, pieces):
    """First and last time are those that the lines have alone, and no cut changes a figure."""
    family = _FAMILIES[name]
    formats = recognise(family)
    lines = [family[n % len(family)] for n in order]
    data = b"".join(line + b"\n" for line in lines)
    whole = by_file(data, layouts=formats)
    cut = {"layouts": formats, "num_threads": threads, "span_size": span}
    assert figures(by_file(data, block_size=block, **cut)) == figures(whole)
    assert figures(by_pieces(data, pieces, **cut)[0]) == figures(whole)
    readers = [(one, forms_of(one)) for one in formats]
    times = [
        read[0]
        for line in lines
        if (read := next(filter(None, (read_stamp(line, *reader) for reader in readers)), None))
    ]
    counts = whole.counts()
    assert counts["records"] - counts["timeless"] == len(times)
    if times and not any(map(is_cyclic, formats)):
        first, last = counts["times"][0][:2]
        assert (first // 10**9, last // 10**9) == (min(times), max(times))
