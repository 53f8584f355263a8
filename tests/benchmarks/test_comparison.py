"""Two results judged, and one at several numbers of threads."""

from __future__ import annotations

import pyperf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.benchmarks import compare, differences, scaling
from cotool.cli.app import main
from cotool.errors import InputError


def bench(name, values, **metadata):
    """Make a result of pyperf."""
    run = pyperf.Run(list(values), metadata={"name": name, "unit": "second", **metadata},
                     collect_metadata=False)  # fmt: skip
    return pyperf.Benchmark([run])


def suite(**values):
    """Make a suite of results by name."""
    return pyperf.BenchmarkSuite([bench(name, found) for name, found in values.items()])


def test_a_difference_within_the_spread_is_not_judged():
    """Nor is one that is as large as the spread."""
    old = suite(steady=[1.0, 1.0, 1.0], noisy=[0.5, 1.0, 1.5])
    new = suite(steady=[1.1, 1.1, 1.1], noisy=[0.7, 1.2, 1.7])
    rows, alone = compare(old, new)
    assert {row.name: row.verdict for row in rows} == {"steady": "slower", "noisy": "unclear"}
    assert rows[0].ratio == pytest.approx(1.1)
    assert rows[1].spread == pytest.approx(0.5)
    assert alone == []


def test_cases_of_one_file_are_named():
    """And nothing in common is an error."""
    rows, alone = compare(suite(a=[1.0, 1.0], b=[1.0, 1.0]), suite(a=[0.5, 0.5], c=[1.0, 1.0]))
    assert ([row.verdict for row in rows], alone) == (["faster"], ["b", "c"])
    with pytest.raises(InputError, match="in both"):
        compare(suite(a=[1.0, 1.0]), suite(b=[1.0, 1.0]))


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=6), st.floats(1.0, 3.0))
def test_swapping_the_files_swaps_the_verdict(values, factor):
    """Slower one way is faster or, the spread being relative, unclear the other way."""
    old, new = suite(a=values), suite(a=[value * factor for value in values])
    there, back = compare(old, new)[0][0], compare(new, old)[0][0]
    assert there.ratio * back.ratio == pytest.approx(1)
    assert {there.verdict, back.verdict} in (
        {"slower", "faster"},
        {"unclear"},
        {"slower", "unclear"},
    )


def test_scaling_is_against_the_fewest_threads():
    """Speed-up and its share of the ideal."""
    rows = scaling(
        [
            bench("g/a/t2", [1.0, 1.0], cotool_threads=2),
            bench("g/a/t8", [0.5, 0.5], cotool_threads=8),
        ]
    )
    assert [(row.name, row.threads, row.speedup, row.efficiency) for row in rows] == [
        ("g/a", 2, 1.0, 1.0),
        ("g/a", 8, 2.0, 0.5),
    ]


def measured(**metadata):
    """Make a suite of one case with what pyperf and cotool say about the machine."""
    threads = metadata.get("cotool_threads", 2)
    known = {"hostname": "a", "cotool_cpu_level": "avx2", "cotool_threads": 2} | metadata
    return pyperf.BenchmarkSuite([bench(f"g/a/t{threads}", [1.0, 1.1], **known)])


def test_other_settings_are_not_judged():
    """Another host, CPU level or number of threads is named, and nothing is judged."""
    for other, reason in (
        ({"hostname": "b"}, "host a against b"),
        ({"cotool_cpu_level": "avx512"}, "CPU level avx2 against avx512"),
        ({"cotool_threads": 8}, "2 threads against 8"),
    ):
        assert differences(measured(), measured(**other)) == [reason]
        rows, alone = compare(measured(), measured(**other))
        assert ([row.verdict for row in rows], alone) == (["unjudged"], [])
    assert differences(measured(), measured()) == differences(measured(), suite(a=[1.0, 1.0])) == []


@pytest.mark.parametrize("style", ["table", "json", "html"])
def test_the_command_warns_and_does_not_fail(style, tmp_path, capsys):
    """With --fail-above it exits with 2, since nothing can be said."""
    old, new = (str(tmp_path / name) for name in ("old.json", "new.json"))
    measured().dump(old)
    measured(hostname="b").dump(new)
    assert main(["bench", "compare", old, new, "-f", style]) == 0
    shown = capsys.readouterr()
    assert "not judged, because the settings differ: host a against b" in shown.err
    assert "unjudged" in shown.out
    assert main(["bench", "compare", old, new, "--fail-above", "5%"]) == 2
    assert "cannot be judged" in capsys.readouterr().err
