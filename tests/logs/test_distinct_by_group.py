"""Distinct values of groups: exact for a few, estimated for many, whatever the parts are."""

from __future__ import annotations

import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool._fast.logs.measures import Measured, distinct_of
from cotool.logs.api import analyze_logs

CELL = (0, 0, 1, 0, 0, 0, {}, 0)


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=100), st.integers(1, 5))
def test_parts_have_the_distinct_values_of_the_whole(hashes, parts):
    """Hashes are listed up to 64 of them; tables of parts add up to the same, pickled or not."""
    whole, other = Measured(1), Measured(1)
    for n in range(parts):
        part = Measured(1)
        for value in hashes[n::parts]:
            row = ((b"a",), None, False, 1, [CELL], [(value,)])
            part.insert(row)
            whole.insert(row)
        other.merge(pickle.loads(pickle.dumps(part)))
    assert whole.rows() == other.rows()
    if hashes:
        ((*_, (seen,)),) = whole.rows()
        distinct = len(set(hashes))
        assert isinstance(seen, tuple) == (distinct <= 64)
        if distinct <= 64:
            assert seen == tuple(sorted(set(hashes)))


@pytest.mark.parametrize("threads", [1, 2])
def test_clients_of_each_path(tmp_path, threads):
    """The number of distinct clients is exact for few, and close for many; text is counted too."""
    path = tmp_path / "x.log"
    rng = random.Random(2)
    wanted: dict[str, set[str]] = {}
    with path.open("w") as file:
        for n in range(30_000):
            page, client = f"p{n % 3}", f"c{rng.randrange((5, 60, 5000)[n % 3])}"
            wanted.setdefault(page, set()).add(client)
            file.write(f"2026-01-01T00:00:00Z INFO page={page} who={client}\n")
    found = analyze_logs(path, measures=["who"], by=["page"], num_threads=threads)
    counts = {group.values[0]: group.measures[0].distinct for group in found.measures.groups}
    assert counts["p0"] == 5
    assert counts["p1"] == 60
    assert counts["p2"] == pytest.approx(len(wanted["p2"]), rel=0.12)
    document = found.to_dict()["measures"]
    assert {group["measures"]["who"]["distinct"] for group in document["groups"]} == {
        *counts.values()
    }
    assert found.measures.sorted_groups("distinct")[0].values == ("p2",)
    stepped = analyze_logs(path, measures=["who"], by=["page"], step=60)
    assert stepped.measures.groups[0].measures[0].distinct is None


def test_registers_are_estimated():
    """A thousand registers that are empty are no values."""
    assert distinct_of(bytes(1024)) == 0
    assert distinct_of((1, 2, 3)) == 3
