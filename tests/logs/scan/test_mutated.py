"""Mutated lines of every family: what a line says depends on no cut, no neighbour and no CPU."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool import analyze_logs
from cotool._fast.logs.forms import Forms
from cotool.logs.formats.given import parse_log_format
from cotool.logs.formats.model import is_cyclic
from cotool.logs.formats.recognise import recognise
from cotool.logs.histogram import WIDTHS
from cotool.logs.levels import LEVELS
from logs.scans import by_file, by_pieces, scanner

FAMILIES = sorted((Path(__file__).parents[1] / "formats" / "families").glob("*.log"))
INSERTED = (
    *(
        b"x" * 70,
        b" ",
        b"   ",
        b"\t",
        b"\0",
        b"12:00:00",
        b".123456",
        b"ERROR",
        b"Info  ",
        b"debug9",
    ),
    *(b'"', b"[", b"]", b"{", b"=", b"\xc3", "é".encode(), b"\x80", b"<13>", b"\\ud83d", b"\\"),
)
GIVEN = parse_log_format("{level} {time}") or ()


def mutated(rng: random.Random, line: bytes) -> bytes:
    """Return the line with a few bytes changed, cut, doubled or put in."""
    data = bytearray(line)
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        at, kind = rng.randrange(len(data) + 1), rng.randrange(6)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at : at + rng.choice([1, 2, 10, 1000])]
        elif kind == 2:
            data[at:at] = rng.choice(INSERTED)
        elif kind == 3:
            data[at:at] = data[:at]
        elif kind == 4:
            digits = [n for n, c in enumerate(data[:40]) if chr(c).isdigit()]
            for n in rng.sample(digits, min(2, len(digits))):
                data[n] = rng.choice(b"0123456789")
        else:
            data = data[: rng.choice([63, 64, 65, 128])]
    return bytes(data).replace(b"\n", b"")


class Case:
    """A log of mutated lines with the formats of its family."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        family, other = rng.choice(FAMILIES), rng.choice(FAMILIES)
        whole = family.read_bytes().splitlines()
        self.formats = GIVEN if rng.random() < 0.05 else recognise(whole)
        pool = whole + other.read_bytes().splitlines() * (rng.random() < 0.3)
        self.first = whole[0]
        self.lines = [mutated(rng, rng.choice(pool)) for _ in range(rng.randrange(1, 25))]
        repeats = [rng.choice([1, 1, 2]) for _ in self.lines]
        self.lines = [x for x, n in zip(self.lines, repeats, strict=True) for _ in range(n)]
        ends = [rng.choice([b"\n", b"\n", b"\n", b"\r\n"]) for _ in self.lines]
        if rng.random() < 0.3:
            ends[-1] = b""
        self.data = b"".join(a + b for a, b in zip(self.lines, ends, strict=True))


seeds = st.integers(0, 1 << 30)
cuts = st.fixed_dictionaries(
    {
        "num_threads": st.sampled_from([1, 2, 4]),
        "span_size": st.integers(1, 60) | st.integers(60, 2000),
        "block_size": st.sampled_from([1, 3, 17, 64, 500, 1 << 18]),
    }
)
pieces = st.lists(st.integers(1, 300), max_size=12)


@given(seeds, cuts, pieces)
def test_cuts_change_nothing(seed, cut, sizes):
    """Threads, spans, blocks and pieces give the counts and the records of one whole scan."""
    case = Case(seed)
    given = {"layouts": case.formats}
    counts = by_file(case.data, **given).counts()
    assert by_file(case.data, **given, **cut).counts() == counts
    scan, written = by_pieces(case.data, [], records=True, **given)
    assert scan.counts() == counts
    scan, cut_up = by_pieces(case.data, sizes, records=True, **given, **cut)
    assert scan.counts() == counts
    assert cut_up == written


@given(seeds)
def test_order_changes_nothing(seed):
    """Each line says the same, and has the same form, whatever lines come before and after it."""
    case = Case(seed)
    if any(is_cyclic(x) or any(p.below for p in x.places) for x in case.formats):
        return  # years follow from the order, and levels may stand on the next line
    found = []
    for lines in (case.lines, case.lines[::-1]):
        data = b"\n".join([case.first, *lines, b""])
        _, written = by_pieces(data, [], layouts=case.formats, records=True)
        items = [json.loads(line) for line in written.splitlines()][1:]
        scan = scanner(layouts=case.formats, templates=True)
        scan.feed(data, final=True)
        scan.finish()
        assert scan.forms is not None
        found.append(
            (
                {
                    (x["text"], x["word"], x["continuation"])
                    + (() if x["continuation"] else (x["level"], x["time"]))
                    for x in items
                },
                sorted(map(repr, scan.forms.export())),
            )
        )
    assert found[0] == found[1]


@given(st.lists(st.text("a7 \r.x", max_size=17), max_size=60), st.integers(1, 40), cuts)
def test_lines_of_nothing_have_the_forms_of_each(lines, times, cut):
    """Short lines without a time, which are counted together, have the forms of single ones."""
    lines = [line.encode() for line in lines]
    scan = scanner(layouts=[], templates=True, **cut)
    scan.feed(b"".join(line + b"\n" for line in lines * times), final=True)
    scan.finish()
    single = Forms(WIDTHS)
    for line in lines * times:
        single.add(line.removesuffix(b"\r"), LEVELS.index("unknown"))
    assert scan.forms.export() == single.export()


@given(seeds)
def test_the_container_changes_nothing(tmp_path_factory, seed):
    """A compressed log gives the summary of the plain one."""
    case = Case(seed)
    folder = tmp_path_factory.mktemp("log")
    plain, packed = folder / "a.log", folder / "a.log.gz"
    plain.write_bytes(case.data)
    packed.write_bytes(gzip.compress(case.data))
    found = []
    for path in (plain, packed):
        os.utime(path, (1_798_632_000, 1_798_632_000))
        summary = analyze_logs([str(path)]).to_dict()
        for file in summary["files"]:
            del file["path"], file["compression"]
            file["error"] = (file["error"] or "").replace(f"{path}: ", "")
            file["warnings"] = [text.replace(f"{path}: ", "") for text in file["warnings"]]
        found.append(summary)
    assert found[0] == found[1]


@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 28), st.integers(0, 23)), max_size=120),
    st.booleans(),
    cuts,
    pieces,
)
def test_inferred_years_stay_near(moments, dated, cut, sizes):
    """Stamps that keep stepping back span some ten years and are out of order, in every cut."""
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    data = b"".join(
        f"{months[m - 1]} {d:2d} {h:02d}:00:00 host p[1]: x\n".encode()
        if dated
        else f"{h:02d}:00:{d:02d} INFO x\n".encode()
        for m, d, h in moments
    )
    sample = b"Mar  1 12:00:00 host p[1]: words" if dated else b"12:00:00 INFO x"
    given = {"layouts": recognise([sample] * 5)}
    counts = by_file(data, **given).counts()
    assert by_file(data, **given, **cut).counts() == counts
    assert by_pieces(data, sizes, **given, **cut)[0].counts() == counts
    first, last, *_ = counts["times"][1]
    if moments:
        assert (last - first) / 10**9 < 12.01 * 366 * 86400


def test_hosts_one_after_the_other_are_out_of_order():
    """Years stop after ten, and what steps back from there is reported."""
    year = [f"{m} 15 12:00:00 host p[1]: x\n".encode() for m in ("Jan", "Jun", "Dec")]
    counts = by_file(b"".join(year * 3000), layouts=recognise([line.strip() for line in year]))
    first, last, *_ = counts.counts()["times"][1]
    assert (last - first) / 10**9 < 12.01 * 366 * 86400
    assert counts.counts()["out_of_order"] == 2989


def test_times_beyond_the_clock_are_none():
    """Years that 64 bits of nanoseconds cannot hold make no wrong first and last time."""
    years = (b"0001", b"1677", b"1678", b"2024", b"2261", b"2262", b"9999")
    data = b"".join(b"%s-12-31 23:59:59 INFO x\n" % year for year in years)
    scan = by_file(data, layouts=recognise([b"2024-12-31 23:59:59 INFO x"] * 5))
    first, last, *_ = scan.counts()["times"][0]
    assert scan.counts()["timeless"] == 4
    assert [datetime.fromtimestamp(time // 10**9, UTC).year for time in (first, last)] == [
        1678,
        2261,
    ]


odd = st.text(st.sampled_from("²٣१0123456789:-.TZ \ud83d\ude00é/"), max_size=12)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["time", "level", "msg", "severity", "ts", "\udc00"]),
            odd
            | st.integers(-(10**30), 10**30)
            | st.floats()
            | st.none()
            | st.lists(odd, max_size=2),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["", "2024-03-01 12:00:00 "]),
)
def test_no_value_of_a_key_stops_recognition(records, head):
    """Lone surrogates, digits of other scripts and huge numbers are values like any other."""
    lines = [head.encode() + json.dumps(record).encode() for record in records]
    formats = recognise(lines)
    counts = by_file(b"\n".join(lines), layouts=formats).counts()
    assert counts["lines"] == len(lines)
    "".join(found.name for found in formats).encode()


def digest(count: int) -> str:
    """Return a hash of what the first cases say."""
    whole = hashlib.sha256()
    for seed in range(count):
        case = Case(seed)
        scan, written = by_pieces(case.data, [], layouts=case.formats, records=True)
        counts = by_file(case.data, layouts=case.formats).counts()
        assert scan.counts() == counts
        whole.update(repr(sorted(counts["levels"])).encode() + written)
        whole.update(repr((counts["records"], counts["timeless"], counts["times"])).encode())
    return whole.hexdigest()


@pytest.mark.parametrize("level", ["avx2", "plain"])
def test_lower_cpu_levels_say_the_same(level):
    """Every instruction set reads mutated lines alike."""
    count = 20_000 if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 400
    found = subprocess.run(
        [sys.executable, "-c", f"import test_mutated; print(test_mutated.digest({count}))"],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parent,
        env={
            **os.environ,
            "COTOOL_CPU": level,
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path]),
        },
    ).stdout
    assert found.strip() == digest(count)
