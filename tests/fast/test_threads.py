"""How the number of threads is chosen."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys

import pytest

from cotool._fast.base import _openmp
from cotool._fast.text.levenshtein import characters
from cotool.engine import map_ordered, resolve_num_threads
from cotool.errors import InputError


def threads_with(**environment):
    """What a fresh process resolves with these variables."""
    done = subprocess.run(
        [sys.executable, "-c", "from cotool.engine import *; print(resolve_num_threads())"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr


def test_the_order_of_settings():
    """A request wins over COTOOL_NUM_THREADS, and that over OMP_NUM_THREADS."""
    assert resolve_num_threads(3) == 3
    assert threads_with(COTOOL_NUM_THREADS="5", OMP_NUM_THREADS="2") == "5"
    assert threads_with(COTOOL_NUM_THREADS="", OMP_NUM_THREADS="1") == "1"


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "99999999999999999999"])
def test_a_bad_environment_variable_is_named(value):
    """A value that is no sensible number names the variable."""
    assert "COTOOL_NUM_THREADS: expected" in threads_with(COTOOL_NUM_THREADS=value)


@pytest.mark.parametrize("value", [0, -1, 100_000])
def test_a_bad_request(value):
    """A request out of range is an InputError."""
    with pytest.raises(InputError, match="num_threads"):
        resolve_num_threads(value)


def forked_distances(texts):
    return characters(texts, 2).tolist()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_does_not_hang():
    """A child of a process that ran a parallel region computes on one thread."""
    texts = ["abc" * 200, "abd" * 210] * 20
    expected = characters(texts, 2).tolist()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(forked_distances, (texts,)).get(timeout=60) == expected


@pytest.mark.parametrize("threads", [1, 3])
def test_map_ordered_keeps_the_order_and_does_not_run_ahead(threads):
    """Results come in input order, and only a bounded number of items is taken early."""
    taken = []

    def items():
        for i in range(200):
            taken.append(i)
            yield i

    results = map_ordered(lambda i: i * i, items(), threads)
    assert next(results) == 0
    assert len(taken) <= 4 * threads + 1
    assert list(results) == [i * i for i in range(1, 200)]


@pytest.mark.parametrize("threads", [1, 3])
def test_map_ordered_raises_in_place(threads):
    """An error comes after the results before it."""

    def divide(i):
        return 6 // (3 - i)

    results = map_ordered(divide, range(10), threads)
    assert [next(results), next(results), next(results)] == [2, 3, 6]
    with pytest.raises(ZeroDivisionError):
        next(results)


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/\n", {"cpu.max": "max 100000"}, None),
        ("0::/\n", {"cpu.max": "50000 100000"}, 1),
        ("0::/\n", {"cpu.max": "150000 100000"}, 2),
        ("0::/\n", {}, None),
        ("0::/\n", {"cpu.max": ""}, None),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000"}, 3),
        ("0::/a\n", {"a/cpu.max": "400000 100000", "cpu.max": "200000 100000"}, 2),
        (
            "3:memory:/x\n2:cpu,cpuacct:/x\n0::/\n",
            {"cpu/cpu.cfs_quota_us": "250000", "cpu/cpu.cfs_period_us": "100000"},
            3,
        ),
        ("2:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ("", {"cpu.max": "50000 100000"}, None),
    ],
)
def test_the_quota_of_a_container_is_read(tmp_path, own, files, expected):
    """The least quota of the control group and its parents counts, in both versions."""
    (tmp_path / "own").write_text(own)
    for name, text in files.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = _openmp.cpu_quota(str(tmp_path / "groups"), str(tmp_path / "own"))
    assert found == expected


def test_without_control_groups_there_is_no_quota(tmp_path):
    """Systems other than Linux have no such files."""
    assert _openmp.cpu_quota(str(tmp_path), str(tmp_path / "none")) is None
