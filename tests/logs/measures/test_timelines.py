"""Time lines of groups: their figures and their text agree with the sketches they are made of."""

from __future__ import annotations

import math
import pickle
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from cotool._fast.logs.measures import UNIT, Measured, bucket_of
from cotool._fast.logs.timelines import timelines
from cotool.logs.measures.figures import Figures
from cotool.logs.measures.model import STEP_STATISTICS
from cotool.logs.report.timelines import SpreadText, TimelineText, parsed, text_pieces
from reference import spread_of, statistics_of

NUMBERS = st.lists(
    st.one_of(
        st.integers(-20, 20).map(lambda number: number * UNIT),
        st.integers(-(10**24), 10**24),
        st.sampled_from([0, UNIT // 3, 10**29, -(10**29)]),
    ),
    max_size=30,
)
CELLS = st.tuples(NUMBERS, st.integers(1, 30), st.integers(0, 5), st.integers(0, 5))
NAMES = ("rt", 'a "name"\n')


def cell_of(numbers: list[int], times: int, missing: int, odd: int):
    """Return the cell of numbers, each of them this many times."""
    sketch: dict[int, int] = {}
    for number in numbers:
        bucket = bucket_of(number)
        sketch[bucket] = sketch.get(bucket, 0) + times
    total = times * sum(numbers)
    ends = (min(numbers), max(numbers)) if numbers else (0, 0)
    return (times * len(numbers), missing, odd, total, *ends, sketch, 0)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from([None, (b"/a",), (b"/b",)]), st.integers(-3, 3)),
        st.tuples(CELLS, CELLS),
    )
)
def test_steps_agree_with_their_sketches(steps):
    """Each step of each group has the figures of its sketches, as numbers and as JSON."""
    table = Measured(2, 0, 60)
    wanted: dict[object, dict[int, tuple[int, list[tuple]]]] = {}
    for records, ((values, step), cells) in enumerate(steps.items()):
        rows = [cell_of(*cell) for cell in cells]
        table.insert((values, 60 * step, False, records, rows))
        wanted.setdefault(values, {})[60 * step] = (records, rows)
    found = timelines(table)
    assert found.keys() == wanted.keys()
    starts = {60 * step: str(step).encode() for step in range(-3, 4)}
    for values, line in found.items():
        assert line.records() == {start: each for start, (each, _) in wanted[values].items()}
        written = parsed(TimelineText(line, text_pieces(NAMES), starts))
        for (start, records, cells), item in zip(line.figures(), written, strict=True):
            assert wanted[values][start][0] == records == item["records"]
            assert (item["start"], [*item["measures"]]) == (start // 60, [*NAMES])
            for name, cell, kept in zip(NAMES, cells, wanted[values][start][1], strict=True):
                assert [*item["measures"][name]] == [*STEP_STATISTICS]
                for one, other, text in zip(
                    statistics_of(kept, UNIT), cell, item["measures"][name].values(), strict=True
                ):
                    if one is None:
                        assert other is text is None
                    else:
                        assert math.isclose(one, other, rel_tol=1e-14)
                        assert math.isclose(one, text, rel_tol=1e-8)


@given(CELLS, CELLS)
def test_a_cell_has_the_figures_of_its_sketch(one, other):
    """Statistics and distributions of cells agree with the oracle, also of two cells together."""
    given_cells = [cell_of(*one), cell_of(*other)]
    table = Measured(2)
    table.insert((None, None, False, 1, given_cells))
    ((_, _, _, _, cells, distinct),) = table.cells()
    sketch = Counter(given_cells[0][6]) + Counter(given_cells[1][6])
    ends = [number for cell in given_cells if cell[0] for number in cell[4:6]] or [0]
    sums = [
        first + second for first, second in zip(*(cell[:4] for cell in given_cells), strict=True)
    ]
    both = (*sums, min(ends), max(ends), dict(sketch), 0)
    assert distinct == [None, None]
    for cell, wanted in zip([*cells, cells[0].merge(cells[1])], [*given_cells, both], strict=True):
        figures = Figures(cell)
        found = [figures.statistic(name) for name in STEP_STATISTICS]
        assert found == statistics_of(wanted, UNIT)
        assert figures.distribution.counts == spread_of(wanted, UNIT)
        assert parsed(SpreadText(cell)) == figures.distribution.to_dict()
        assert pickle.loads(pickle.dumps(cell)) == cell


def test_no_steps():
    """A table without steps has no time lines."""
    assert timelines(Measured(1)) == {}
    assert parsed(TimelineText(None, text_pieces(()), {})) == []
