"""Keys of JSON and logfmt in the scanner, against an oracle that parses each line."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.logs.formats.model import (
    BUNYAN,
    DAY,
    JSON,
    KEY,
    LOGFMT,
    NANOS,
    WORDS_ONLY,
    Format,
    Place,
    TimeKey,
    layout_forms,
)
from cotool.logs.options import LEVELS
from logs.scans import by_file, by_pieces

EVERY = (1 << len(layout_forms())) - 1
DAILY = sum(1 << n for n, (_, cycle) in enumerate(layout_forms()) if cycle)
TIMES = (
    TimeKey((b"time",), EVERY & ~DAILY),
    TimeKey((b"date",), EVERY & ~DAILY, DAY, (b"clock",)),
    TimeKey((b"a", b"at", b"s"), EVERY & ~DAILY, NANOS, (b"a", b"at", b"n")),
)
PLACES = (
    Place(KEY, path=(b"level",), scale=BUNYAN),
    Place(KEY, path=(b"a", b"level"), scale=WORDS_ONLY),
)
FORMATS = {
    "json": Format("x", JSON, times=TIMES, places=PLACES, first=b"{ "),
    "logfmt": Format("x", LOGFMT, times=TIMES[:2], places=PLACES[:1], first=b"s"),
}
WORDS = {"info": "info", "ERROR": "error", "4 - Warning": "warning", "Silly": "trace", "http": None,
         "\x1b[32mwarn\x1b[39m": "warning", "INFO2": "info", "a b": None, "": None}  # fmt: skip
NUMBERS = {10: "trace", 30: "info", 50: "error", 3: None, 900: None}
MOMENTS = ["2024-03-01T12:00:00Z", "2024-03-01 12:00:01.5", "1709294402", "no", "12:00:00"]

levels = st.sampled_from([*WORDS, *NUMBERS])
moments = st.sampled_from(MOMENTS)
members = {
    "time": moments, "date": st.sampled_from(["2024-03-01", "x"]),
    "clock": st.sampled_from(["12:00:05", "12:00:06.25", "x"]), "level": levels | st.none(),
}  # fmt: skip
inner = st.fixed_dictionaries({}, optional={
    "level": levels, "x": st.just('a "quote" \\ {'),
    "at": st.fixed_dictionaries({}, optional={
        "s": st.integers(1709294400, 1709294410), "n": st.integers(0, 999_999_999)}),
})  # fmt: skip


@st.composite
def objects(draw):
    """Records whose keys come in any order, among others that may be long."""
    value = draw(st.fixed_dictionaries({}, optional={
        **members, "a": inner | st.lists(inner, min_size=1, max_size=2),
        "pad": st.sampled_from(["x" * 1200, "}", "\\", 'level":"error'])}))  # fmt: skip
    keys = draw(st.permutations(list(value)))
    return {key: value[key] for key in keys}


def level_of(value, *, numbers):
    if isinstance(value, int):
        return NUMBERS.get(value) if numbers else None
    return WORDS.get(value)


def time_of(text):
    if text == "1709294402":
        return "2024-03-01T12:00:02"
    if text in {"no", "12:00:00"} or text is None:
        return None
    return datetime.fromisoformat(text).replace(tzinfo=None).isoformat()


def expected(value):
    """What an object says: its level and its time to the second."""
    a = value.get("a", {})
    a = a[0] if isinstance(a, list) else a
    level = level_of(value.get("level"), numbers=True) or level_of(a.get("level"), numbers=False)
    time = time_of(value.get("time"))
    if time is None and value.get("date", "x") != "x" and value.get("clock", "x") != "x":
        time = f"{value['date']}T{value['clock']}"
    if time is None and "s" in a.get("at", {}):
        at = a["at"]
        time = datetime.fromtimestamp(at["s"], UTC).replace(tzinfo=None).isoformat()
    return level or "unknown", time


def as_line(value, kind):
    if kind == "json":
        return json.dumps(value)
    return "start " + " ".join(f"{key}={json.dumps(str(item))}" for key, item in value.items())


@pytest.mark.parametrize("kind", FORMATS)
@given(st.lists(objects(), min_size=1, max_size=8), st.sampled_from([1, 2]), st.integers(50, 5000),
       st.lists(st.integers(1, 4000), max_size=6))  # fmt: skip
def test_keys_are_the_oracles(kind, values, num_threads, span_size, pieces):
    """Level and time of each line are those of its keys, however it is cut."""
    if kind == "logfmt":
        # A line with neither a time nor a level goes on with the record before it.
        values = [
            {"level": "http"} | {k: v for k, v in value.items() if k != "a" and v is not None}
            for value in values
        ]
    data = "".join(as_line(value, kind) + "\n" for value in values).encode()
    wanted = [expected(value) for value in values]
    cut = {"layouts": [FORMATS[kind]], "num_threads": num_threads, "span_size": span_size}
    _, written = by_pieces(data, pieces, records=True, **cut)
    found = [json.loads(line) for line in written.splitlines()]
    assert [
        (item["level"], item["time"] and item["time"][:19]) for item in found
    ] == [(level, time and time[:19]) for level, time in wanted]  # fmt: skip
    counts = by_file(data, **cut).counts()
    assert dict(zip(LEVELS, counts["levels"], strict=True)) == {
        name: sum(level == name for level, _ in wanted) for name in LEVELS
    }
