"""Groups, steps and sketches are bounded; what is kept does not depend on the order of records."""

from __future__ import annotations

import pickle
import random

import pytest

from cotool._fast.logs.measures import UNIT, Measured, bucket_of
from cotool.logs.api import analyze_logs
from cotool.logs.measures.figures import Figures
from cotool.logs.measures.results import Measures, merged_measures
from reference import quantile_of


def wide_cell(rng: random.Random, count: int):
    """Return a cell of numbers over many magnitudes."""
    numbers = [int(UNIT * 10 ** rng.uniform(-6, 6)) for _ in range(count)]
    sketch: dict[int, int] = {}
    for number in numbers:
        sketch[bucket_of(number)] = sketch.get(bucket_of(number), 0) + 1
    return (count, 0, 0, sum(numbers), min(numbers), max(numbers), sketch, 0), sorted(numbers)


def halves(table: Measured, rows) -> Measured:
    """Return a table that was made in two parts, of which one was pickled."""
    parts = Measured(1, 0, table.width), Measured(1, 0, table.width)
    for n, row in enumerate(rows):
        parts[n % 2].insert(row)
    whole = Measured(1, 0, table.width)
    for part in (pickle.loads(pickle.dumps(parts[1])), parts[0]):
        whole.merge(part)
    return whole


@pytest.mark.parametrize("groups", [500, 9_000])
def test_sketches_are_reduced_alike_in_any_order(groups):
    """Many sketches over many magnitudes lose precision, the same in each order; sums are exact."""
    rng = random.Random(groups)
    cell, numbers = wide_cell(rng, 400)
    rows = [((b"g%d" % (n % groups),), None, False, 400, [cell]) for n in range(groups + 50)]
    table = Measured(1)
    for row in rows:
        table.insert(row)
    rng.shuffle(rows)
    other = halves(table, rows)
    assert table.rows() == other.rows()
    assert table.relative_error == other.relative_error
    assert (table.relative_error > 1 / 128) == (groups > 1000)
    *_, cells, _ = table.cells()[-1]
    figures = Figures(cells[0])
    for share in (0.1, 0.5, 0.99):
        exact = quantile_of(numbers, share) / UNIT
        assert figures.quantile(share) == pytest.approx(exact, rel=table.relative_error * 1.001)
    assert table.relative_error < 0.1


def test_a_few_sketches_are_not_reduced():
    """One sketch keeps its precision over all magnitudes."""
    table = Measured(1)
    numbers = [sign << bit for bit in range(100) for sign in (1, -1)] * 3
    for number in numbers:
        cell = (1, 0, 0, number, number, number, {bucket_of(number): 1}, 0)
        table.insert((None, None, False, 1, [cell]))
    (row,) = table.rows()
    assert row[4][0][6] == {bucket_of(number): 3 for number in numbers}
    assert table.relative_error == 1 / 128


def test_groups_that_are_left_out_are_counted(tmp_path):
    """The other groups have exact counts and sums; fewer groups are kept of more measures."""
    path = tmp_path / "x.log"
    path.write_text(
        "".join(f"2026-01-01T00:00:00Z INFO a={n} b=2 c=x g=g{n}\n" for n in range(24_000)),
        encoding="utf-8",
    )
    summary = analyze_logs(path, measures=["a", "b", "c"], by=["g"])
    measures = summary.measures
    assert len(measures.groups) == measures.folded == 65_536 // 3
    records, (a, b, c) = measures.other
    assert records == a.count == b.count == c.odd == 24_000 - 65_536 // 3
    assert b.to_dict()["sum"] == 2 * records
    assert a.parts + sum(group.measures[0].parts for group in measures.groups) == (
        measures.total.measures[0].parts
    )
    document = summary.to_dict()["measures"]
    assert document["other"]["records"] == records
    assert document["groups_left_out"]
    assert len(measures.limits) == 1


def test_wide_steps_are_reported():
    """A table whose steps were widened says so, after merges as well."""
    cell = (1, 0, 0, UNIT, UNIT, UNIT, {bucket_of(UNIT): 1}, 0)
    table = Measured(1, 0, 1)
    for second in range(140_000):
        table.insert((None, second, False, 1, [cell]))
    measures = merged_measures([Measures(("rt",), (), table)] * 2)
    assert measures.merge(Measures(("rt",), (), Measured(1, 0, 1))).widened
    assert pickle.loads(pickle.dumps(table)).widened
    assert not Measured(1, 0, 1).widened
