"""Ranges of a file, and files spread over an engine: together what one scan finds."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import random
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool._fast.logs.forms import Forms
from cotool.engine.tasks import Lost, Meter, ThreadEngine
from cotool.logs.api import analyze_sources, summary_of
from cotool.logs.histogram import WIDTHS
from cotool.logs.options import LogOptions
from cotool.logs.patterns.patterns import parse_pattern
from cotool.logs.report.as_json import to_dict
from cotool.logs.scan.cluster import scan_spread, whole_range
from cotool.logs.scan.ranges import JoinedFile, scan_range
from cotool.logs.scan.scan import Watch
from cotool.logs.scan.sources import LogSource
from logs.scan.test_scan import logs

MTIME = 1704200000


def options_of(**given):
    patterns = tuple(map(parse_pattern, ("a=child", r"b=\d+ ms$", "(?i)OOM|kil+ed")))
    return LogOptions(patterns=patterns, **given)


def all_options() -> st.SearchStrategy:
    return st.builds(
        options_of,
        levels=st.sampled_from([None, None, ("error", "unknown")]),
        match=st.sampled_from([None, None, ("a",)]),
        since=st.sampled_from([None, None, "2023-12-20", "2022-12-28"]),
        show=st.sampled_from([0, 3]),
        context=st.sampled_from([0, 2]),
        tz=st.sampled_from([None, "Europe/Berlin"]),
        templates=st.booleans(),
        each_line=st.sampled_from([False, False, True]),
        num_threads=st.just(1),
        span_size=st.sampled_from([None, 40, 200]),
        block_size=st.sampled_from([None, 64]),
    )


def told(summary):
    """All that a summary says."""
    return json.dumps(to_dict(summary)) + repr(list(summary.templates or ()))


@given(data=st.data(), log=logs(), options=all_options(), seed=st.integers(0, 9))
def test_ranges_joined_in_any_order_are_the_file(tmp_path_factory, data, log, options, seed):
    """Cut anywhere, scanned in any order, sent through pickle: ranges give the whole's figures."""
    path = tmp_path_factory.mktemp("ranges") / "a.log"
    path.write_bytes(log)
    os.utime(path, (MTIME, MTIME))
    source = LogSource(str(path), len(log))
    whole = analyze_sources([source], options)
    found = whole_range(0, source, options, 0)
    assert found is not None
    part, mtime = found
    inner = st.integers(part.start, part.size)
    borders = sorted({part.start, part.size, *data.draw(st.lists(inner, max_size=8))})
    if len(borders) == 1:
        borders *= 2
    ranges = [
        replace(part, number=n, begin=begin, end=end)
        for n, (begin, end) in enumerate(pairwise(borders))
    ]
    joined = JoinedFile(ranges, mtime, options)
    left = list(ranges)
    random.Random(seed).shuffle(left)
    while left:
        item = pickle.loads(pickle.dumps(left.pop()))
        left += joined.add(item, pickle.loads(pickle.dumps(scan_range(item, options))))
        if joined.is_whole:
            left += joined.finish()
    assert told(summary_of([joined.scanned()], options.show, Watch())) == told(whole)


def write(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (MTIME, MTIME))
    return LogSource(str(path), len(data))


def lines(count, start=0):
    return b"".join(
        b"2024-03-01 12:%02d:%02d ERROR request %d failed\n\tat place %d\n"
        % (n // 60 % 60, n % 60, n, n)
        for n in range(start, start + count)
    )


def test_files_of_all_kinds_are_spread(tmp_path):
    """Ranges, small files, a mark, UTF-16, gzip, an empty and an absent file: as one by one."""
    text = lines(3000)
    sources = [
        write(tmp_path, "large.log", text),
        write(tmp_path, "marked.log", b"\xef\xbb\xbf" + lines(2000, 500)),
        write(tmp_path, "wide.log", lines(900).decode().encode("utf-16")),
        write(tmp_path, "small.log", lines(3)),
        write(tmp_path, "packed.log.gz", gzip.compress(text)),
        write(tmp_path, "packed-too", gzip.compress(lines(5))),
        write(tmp_path, "empty.log", b""),
        LogSource(str(tmp_path / "absent.log"), 10),
    ]
    options = options_of(show=5, context=2, templates=True, num_threads=2)
    found = scan_spread(sources, options, Watch(), ThreadEngine(2), meter=Meter(), size=20_000)
    there = summary_of(found, options.show, Watch())
    assert told(there) == told(analyze_sources(sources, options))
    assert there.counts.records > 6000


class Losing(ThreadEngine):
    """Loses the tasks whose names hold a word, as if they had killed their workers."""

    def __init__(self, word):
        super().__init__(1)
        self._word = word

    def run(self, function, work, meter):
        """Carry out tasks, but for some."""

        def one(task):
            return Lost("died") if self._word in repr(task) else function(task)

        return super().run(one, work, meter)


def test_a_range_that_is_lost_is_named_and_the_others_are_counted(tmp_path):
    """The error tells the bytes of the file that nobody could read."""
    source = write(tmp_path, "a.log", lines(1000))
    (found,) = scan_spread(
        [source], options_of(), Watch(), Losing("number=1,"), meter=Meter(), size=10_000
    )
    assert re.fullmatch(r".*a\.log: bytes \d+ to \d+: died", found.summary.error)
    assert 600 < found.summary.counts.records < 1000


def test_a_small_file_that_is_lost_is_named_alone(tmp_path):
    """Files that travelled with it are tried again without it."""
    sources = [write(tmp_path, f"{n}.log", lines(10)) for n in range(9)]
    found = scan_spread(sources, options_of(), Watch(), Losing("/4.log"), meter=Meter())
    assert [one.summary.error for one in found if one.summary.error] == [f"{sources[4].path}: died"]
    assert sum(one.summary.counts.records for one in found) == 80


@pytest.mark.parametrize("sizes", [(40_000, 100), (100, 40_000), (40_000, 40_000)])
def test_tables_of_forms_add_up_the_same_after_a_journey(sizes):
    """Also where there were so many forms that words were folded."""

    def table(seed, size):
        forms, words = Forms(WIDTHS), random.Random(seed)
        for n in range(size):
            text = " ".join("".join(words.choices("abcdefghij", k=4)) for _ in range(4))
            forms.add(f"2024-03-01 12:00:00 INFO {text}".encode(), 2, 1_700_000_000 + n)
        return forms

    def total(tables):
        whole = Forms(WIDTHS)
        for one in tables:
            whole.merge(one)
        return whole

    tables = [table(n, size) for n, size in enumerate(sizes)]
    sent = [pickle.loads(pickle.dumps(one)) for one in tables]
    assert any(one.folding for one in tables)
    assert total(sent).export() == total(tables).export()
    assert total(sent[::-1]).export() == total(tables).export()
