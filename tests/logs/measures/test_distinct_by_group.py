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


@pytest.mark.parametrize("threads", [1, 2])
def test_clients_of_each_minute(tmp_path, threads):
    """distinct(FIELD) counts the values of each step and group; other measures do not."""
    path = tmp_path / "x.log"
    rng = random.Random(3)
    wanted: dict[tuple[str | None, int], set[str]] = {}
    with path.open("w") as file:
        for n in range(20_000):
            page, client, minute = f"p{n % 2}", f"c{rng.randrange((20, 900)[n % 2])}", n // 5000
            for key in (page, None):
                wanted.setdefault((key, minute), set()).add(client)
            file.write(f"2026-01-01T00:{minute:02}:00Z INFO page={page} who={client} ms={n}\n")
    found = analyze_logs(
        path, measures=["who=distinct(who)", "ms"], by=["page"], step=60, num_threads=threads
    ).measures
    for group in (found.total, *found.groups):
        for n, (_, step) in enumerate(sorted(group.steps.items())):
            exact = len(wanted[group.values[0] if group.values else None, n])
            assert step.measures[0]["distinct"] == pytest.approx(exact, rel=0.12)
            assert exact > 64 or step.measures[0]["distinct"] == exact
            assert step.measures[1]["distinct"] is None
    assert found.groups[0].measures[0].distinct == 20
    assert [group.measures[1].distinct for group in found.groups] == [None, None]
    assert [figures[1].count for figures in found.over_time(2)[1].values()] == [10_000, 10_000]


@given(st.sets(st.integers(0, (1 << 64) - 1) | st.sampled_from([0, 1, 1 << 63]), max_size=300))
def test_fewer_registers_are_those_of_fewer_bits(hashes):
    """Registers that are reduced are those that the same hashes fill when there are fewer."""
    few = Measured(1)
    few.insert(((b"a",), None, False, 0, [CELL], [bytes(128)]))
    many = Measured(1)
    for value in hashes:
        many.insert(((b"a",), None, False, 0, [CELL], [(value,)]))
        few.insert(((b"a",), None, False, 0, [CELL], [(value,)]))
    many.insert(((b"a",), None, False, 0, [CELL], [bytes(128)]))
    assert few.rows() == many.rows()
    registers = [0] * 128
    for value in hashes:
        rank = 65 - ((value << 7) & ((1 << 64) - 1) | 1).bit_length()
        registers[value >> 57] = max(registers[value >> 57], rank)
    assert few.rows()[0][-1] == [bytes(registers)]


def test_registers_are_estimated():
    """A thousand registers that are empty are no values."""
    assert distinct_of(bytes(1024), 9) == 0
    assert distinct_of((1, 2, 3), 9) == 3
