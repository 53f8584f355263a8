"""What is kept of a run for the next one."""

from __future__ import annotations

from collections import deque
from contextlib import suppress

import pytest

from cotool.engine.checkpoint import open_checkpoint


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


class LostError(Exception):
    """The cluster is gone."""


def leave(*tasks, resume=False):
    """Begin a run, finish some tasks, and lose the cluster."""
    with suppress(LostError), open_checkpoint("run", resume=resume) as checkpoint:
        for task in tasks:
            checkpoint.put(task, task * 2)
        raise LostError


def known(*tasks):
    """What a resumed run knows of tasks."""
    with suppress(LostError), open_checkpoint("run", resume=True) as checkpoint:
        found = [checkpoint.get(task) for task in tasks]
        raise LostError
    return found


def test_a_run_that_never_began_costs_nothing():
    """Without resume, what was done before is there until the first result of the new run."""
    leave(1, 2)
    leave()
    assert known(1, 2) == [2, 4]
    leave(3)
    assert known(1, 2, 3) == [None, None, 6]


def test_a_full_disk_ends_no_run(cache):
    """The results are no longer kept, and the run goes on."""
    import resource

    work, results = deque(range(9)), ((n, {"a": "x" * 3000}) for n in range(9))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (7000, limits[1]))
    try:
        with open_checkpoint("request", resume=False) as checkpoint:
            assert len(list(checkpoint.kept(work, results))) == 9
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_nothing_is_left_of_a_run_that_kept_nothing(cache):
    """No empty file stays behind, and none of a run that came to its end."""
    leave()
    assert list(cache.rglob("*.tasks")) == []
    with open_checkpoint("run", resume=False) as checkpoint:
        results = iter([(1, 2)])
        assert list(checkpoint.kept(deque([1]), results)) == [(1, 2)]
    assert list(cache.rglob("*.tasks")) == []
