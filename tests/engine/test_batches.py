"""Batches on an engine, and what is kept of a run: in order, whole, and read back safely."""

from __future__ import annotations

import os
import pickle
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.engine.batches import Batch, Spread
from cotool.engine.checkpoint import open_checkpoint
from cotool.engine.tasks import Lost, Meter, ThreadEngine
from cotool.errors import InputError


class Shuffled:
    """An engine whose results come latest first, and which loses what holds a 13."""

    def run(self, function, work, _meter):
        """Carry out what is there."""
        held = []
        while work or held:
            while work and len(held) < 5:
                held.append(work.popleft())
            item = held.pop()
            yield item, Lost("died") if 13 in item.items else function(item)


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(1, 9))
def test_results_come_in_the_order_of_the_items(items, most):
    """Whatever order batches end in, and only the item that was lost is."""
    spread = Spread(Shuffled(), Meter())
    found = list(spread.map(lambda n: n * n, items, most=most))
    assert found == [(n, Lost("died") if n == 13 else n * n) for n in items]


def test_an_error_of_the_stream_comes_in_its_place():
    """What stands before it is yielded first."""

    def items():
        yield from range(7)
        raise InputError("line 8 is broken")

    found = Spread(ThreadEngine(2), Meter()).map(abs, items(), most=2)
    assert [next(found)[0] for _ in range(7)] == list(range(7))
    with pytest.raises(InputError, match="line 8"):
        next(found)


def test_the_stream_is_read_no_further_than_needed():
    """A batch that is slow holds the stream back, so memory does not grow."""
    read = []

    def items():
        for n in range(5000):
            read.append(n)
            yield n

    class Stuck(Shuffled):
        def run(self, function, work, _meter):
            if not work:
                return
            first = work.popleft()
            for _ in range(4000):
                if not work:
                    break
                item = work.popleft()
                yield item, function(item)
            yield first, function(first)

    found = Spread(Stuck(), Meter()).map(abs, items(), most=1)
    assert next(found) == (0, 0)
    assert len(read) < 600
    assert [item for item, _ in found] == list(range(1, 5000))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder of its own for what is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "cotool" / "runs"


def interrupted(request, count):
    """Run batches up to a failure; return what was worked on."""
    worked = []

    def work(n):
        if n == count:
            raise KeyboardInterrupt
        worked.append(n)
        return n

    with (
        pytest.raises(KeyboardInterrupt),
        open_checkpoint(request, resume=True) as checkpoint,
    ):
        list(Spread(ThreadEngine(1), Meter(), checkpoint).map(work, range(9), most=1))
    return worked


def resumed(request, *, resume=True):
    worked = []
    with open_checkpoint(request, resume=resume) as checkpoint:
        found = list(
            Spread(ThreadEngine(1), Meter(), checkpoint).map(
                lambda n: worked.append(n) or n, range(9), most=1
            )
        )
    assert found == [(n, n) for n in range(9)]
    return worked


def test_a_run_that_was_broken_off_goes_on(cache):
    """What was done is not done again, and nothing is left once all is."""
    assert interrupted("a", 5) == [0, 1, 2, 3, 4]
    assert resumed("another") == list(range(9))
    assert resumed("a") == [5, 6, 7, 8]
    assert not list(cache.glob("*"))


def test_without_resume_a_run_begins_anew(cache):
    """What an earlier one left is dropped."""
    interrupted("a", 5)
    assert resumed("a", resume=False) == list(range(9))


def test_a_torn_or_damaged_file_costs_only_its_end(cache):
    """A frame that is cut off or changed is done again, with all after it."""
    interrupted("a", 5)
    (path,) = cache.glob("*.tasks")
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    assert interrupted("a", 7) == [4, 5, 6]
    data = bytearray(path.read_bytes())
    data[len(whole) // 5 * 2 + 20] ^= 1
    path.write_bytes(data)
    assert resumed("a") == list(range(2, 9))


class Evil:
    """Pickled, it makes a file when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_file_that_was_planted_makes_nothing_run(cache, tmp_path):
    """Only plain values and the project's classes are read back; others are done again."""
    with open_checkpoint("a", resume=False) as checkpoint:
        checkpoint.put(Batch(0, 1, (0,)), Evil(str(tmp_path / "made")))
        checkpoint.keep()
    assert resumed("a") == list(range(9))
    assert not (tmp_path / "made").exists()


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    """The run goes on, and keeps nothing."""
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert resumed("a") == list(range(9))


def test_the_same_run_at_once_keeps_nothing(cache):
    """Two of them do not write to one file."""
    with open_checkpoint("a", resume=False) as first, open_checkpoint("a", resume=False) as second:
        first.put("item", 1)
        second.put("item", 2)
        assert (first.get("other"), second.get("item")) == (None, None)
    assert not list(cache.glob("*"))


def test_threads_take_what_comes_while_they_work():
    """Items that are put in while others are yielded are done, too."""
    work = deque([3])
    found = []
    for item, _ in ThreadEngine(2).run(pickle.dumps, work, Meter()):
        found.append(item)
        if item:
            work.append(item - 1)
    assert found == [3, 2, 1, 0]
