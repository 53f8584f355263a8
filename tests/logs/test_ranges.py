"""Ranges of a file, and files spread over an engine: together what one scan finds."""

from __future__ import annotations

import json
import os
import pickle
import random
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cotool.logs.analyze import LogOptions, analyze_sources, summary_of
from cotool.logs.patterns import parse_pattern
from cotool.logs.ranges import JoinedFile, scan_range
from cotool.logs.report import to_dict
from cotool.logs.scan import Watch
from cotool.logs.sources import Source
from cotool.logs.spread import whole_range
from logs.test_scan import logs

MTIME = 1704200000


def options_of(**given):
    patterns = tuple(map(parse_pattern, ("a=child", r"b=\d+ ms$", "(?i)OOM|kil+ed")))
    return LogOptions(patterns=patterns, **given).to_scan()


def all_options() -> st.SearchStrategy:
    return st.builds(
        options_of,
        levels=st.sampled_from([None, None, ("error", "unknown")]),
        match=st.sampled_from([None, None, ("a",)]),
        since=st.sampled_from([None, None, "2023-12-20", "2022-12-28"]),
        show=st.sampled_from([0, 3]),
        context=st.sampled_from([0, 2]),
        tz=st.sampled_from([None, "Europe/Berlin"]),
        mine=st.booleans(),
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
    source = Source(str(path), len(log))
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
