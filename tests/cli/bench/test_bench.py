"""Sessions of `cotool bench`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyperf
import pytest

from cotool.benchmarks import GROUPS
from cotool.cli.bench.command import app

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "bench.md").read_text(encoding="utf-8")


@pytest.fixture
def bench(command, tmp_path, monkeypatch):
    """Run `cotool bench …` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: command("bench", *arguments)


@pytest.fixture
def quick(monkeypatch):
    """Measure once where the command asks for --fast."""
    from cotool.benchmarks import suites

    run = suites._run
    monkeypatch.setattr(suites, "_run", lambda case, threads, _, *rest: run(
        case, threads, "debug-single-value", *rest))  # fmt: skip


def write(path, **values):
    """Write a suite as pyperf does."""
    benches = [
        pyperf.Benchmark([pyperf.Run(found, metadata={"name": name}, collect_metadata=False)])
        for name, found in values.items()
    ]
    pyperf.BenchmarkSuite(benches).dump(str(path), replace=True)


def test_list_names_cases(bench):
    """By group, or as JSON."""
    done = bench("list", "--group", "vault")
    assert done.code == 0
    assert "  vault/encrypt\n" in done.out
    found = json.loads(bench("list", "--json").out)
    assert found["schema"] == "cotool.bench.list/1"
    assert list(found["groups"]) == list(GROUPS)


def test_run_writes_what_pyperf_reads(bench, quick, tmp_path):
    """A table, a file, JSON; threads in the name."""
    chosen = ["-c", "similarity/cosine/60x20", "--threads", "1,2", "--fast"]
    done = bench("run", *chosen, "-o", "now.json")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^similarity/cosine/60x20/t1 +[\d.]+ .s", done.out, re.MULTILINE)
    names = pyperf.BenchmarkSuite.load(str(tmp_path / "now.json")).get_benchmark_names()
    assert names == ["similarity/cosine/60x20/t1", "similarity/cosine/60x20/t2"]
    rows = json.loads(bench("run", *chosen, "--json").out)["results"]
    assert [row["threads"] for row in rows] == [1, 2]
    done = bench("run", *chosen, "-o", "-")
    assert len(json.loads(done.out)["benchmarks"]) == 2


def test_scaling_draws_bars(bench, quick):
    """A row for each number of threads."""
    done = bench("scaling", "-c", "similarity/cosine/60x20", "--threads", "1,2")
    assert done.code == 0
    assert re.search(r"60x20 +1 .* 1\.00 +100% +█", done.out)
    done = bench("scaling", "-g", "startup")
    assert (done.code, "one thread" in done.err) == (2, True)


def test_compare_fails_on_a_clear_regression_only(bench, tmp_path):
    """Exit code 1 beyond --fail-above; noise is not a regression."""
    write(tmp_path / "old.json", steady=[1.0, 1.0], noisy=[1.0, 2.0])
    write(tmp_path / "new.json", steady=[1.1, 1.1], noisy=[1.5, 2.5])
    assert bench("compare", "old.json", "new.json").code == 0
    assert bench("compare", "old.json", "new.json", "--fail-above", "20%").code == 0
    done = bench("compare", "old.json", "new.json", "--fail-above", "5%")
    assert done.code == 1
    assert "1 case slower by more than 5%: steady" in done.err
    assert re.search(r"noisy .* unclear", done.out)
    found = json.loads(bench("compare", "new.json", "old.json", "--json").out)
    assert found["cases"][0]["verdict"] == "faster"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "-g", "bogus"], "'bogus' is not one of"),
        (["run", "-c", "bogus"], "no case has this name"),
        (["run", "--fast", "--rigorous"], "contradicts"),
        (["run", "--threads", "0"], "expected a whole number from 1"),
        (["run", "--threads", "x"], "expected numbers"),
        (["run", "--input", "x"], "--input needs a group"),
        (["run", "-o", "nothere/now.json"], "nothere/now.json: cannot be written"),
        (["run", "-g", "logs", "--input", "nothere"], "nothere: No such file"),
        (["compare", "nothere", "nothere"], "nothere: cannot be read: No such file"),
        (["compare", "x", "x", "--fail-above", "much"], "expected a percentage"),
    ],
)
def test_wrong_words_are_told(bench, arguments, told):
    """Exit code 2, and what was expected."""
    done = bench(*arguments)
    assert done.code == 2
    assert told in done.err


def test_info_says_what_was_compiled_in(bench):
    """As lines and as JSON."""
    assert "cpu level " in bench("info").out
    found = json.loads(bench("info", "--json").out)
    assert found["cpu_level"] in {"avx512", "avx2", "plain"}
    assert found["packages"]["pyperf"]


def test_the_documentation_names_everything(bench):
    """docs/bench.md has every command, option and group."""
    options = set()
    for name in app.groups["bench"].commands:
        assert re.search(rf"`{name}`|bench {name}", DOCUMENTED)
        options |= set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", bench(name, "--help").out))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", DOCUMENTED))
    assert options - named - {"--help", "--quiet"} == set()
    assert named - options == set()
    for group in GROUPS:
        assert f"`{group}`" in DOCUMENTED
