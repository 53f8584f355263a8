"""The cases: names, inputs, and that each can be measured."""

from __future__ import annotations

import json
from functools import partial

import pytest

from cotool.benchmarks import GROUPS, find_cases, inputs, read_suite, run_cases, summarise
from cotool.benchmarks.cases import Setting, full_name
from cotool.benchmarks.inputs import (
    made_answers,
    made_labels,
    made_log,
    made_texts,
    read_texts,
)
from cotool.errors import CotoolError, InputError

QUICK = [
    case
    for case in find_cases()
    if not full_name(case).endswith(("x2000", "3000x200", "/30000"))
    and case.name != "hash-password"
]


def test_names_are_unique_and_every_group_has_cases():
    """A result is found again by its name."""
    names = [full_name(case) for case in find_cases()]
    assert len(set(names)) == len(names)
    assert {case.group for case in find_cases()} == set(GROUPS)


def test_groups_and_globs_choose():
    """Both narrow the choice; unknown ones are errors."""
    assert [full_name(case) for case in find_cases(["similarity"], ["*/cosine/60x20*"])] == [
        "similarity/cosine/60x20",
        "similarity/cosine/60x200",
        "similarity/cosine/60x2000",
    ]
    with pytest.raises(InputError, match="'x' is not one of"):
        find_cases(["x"])
    with pytest.raises(InputError, match="no case"):
        find_cases(["vault"], ["similarity/*"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of files that the cases make once."""
    return tmp_path_factory.mktemp("cases")


def few(made, length, count):
    """At most 300 texts."""
    return made(length, min(count, 300))


def few_texts(_, length, count, made=made_texts):
    """The texts of a case."""
    return few(made, length, count)


@pytest.mark.parametrize("case", QUICK, ids=full_name)
def test_every_case_runs(case, folder, monkeypatch):
    """What is timed does not fail, on made data of a small size."""
    monkeypatch.setattr("cotool.benchmarks.cases._LOG_SIZE", 200_000)
    monkeypatch.setattr("cotool.benchmarks.cases._VAULT_SIZE", 2_000_000)
    monkeypatch.setattr(inputs, "made_answers", partial(few, made_answers))
    monkeypatch.setattr("cotool.benchmarks.cases._texts", few_texts)
    monkeypatch.setattr(inputs, "made_labels", lambda _: made_labels(3_000))
    work = case.make(Setting(2, folder))
    assert (work.call is None) == (case.group == "startup")
    if work.call is not None:
        work.call()
        work.call()
    else:
        assert "{" not in " ".join(work.command)


def test_made_data_is_the_same_each_time(tmp_path):
    """Two processes measure the same."""
    assert made_texts(60, 5) == made_texts(60, 5)
    assert 40 < sum(map(len, made_texts(60, 200))) / 200 < 80
    assert made_answers(60, 3)[0].endswith(").")
    for name in ("a", "b"):
        made_log(tmp_path / name, 100_000)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").stat().st_size == 100_000


def test_own_texts_are_json_or_lines(tmp_path):
    """--input of the groups that read texts."""
    path = tmp_path / "texts"
    path.write_text('["one", "two"]')
    assert read_texts(path) == ["one", "two"]
    path.write_text("one\n\ntwo\n")
    assert read_texts(path) == ["one", "two"]
    path.write_text('{"a": 1}')
    with pytest.raises(InputError, match="contains no texts"):
        read_texts(path)
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        read_texts(path)


def test_a_run_records_what_explains_it(tmp_path, monkeypatch):
    """Threads, bytes, CPU level, compiler, version; the environment reaches pyperf's processes."""
    monkeypatch.setenv("OMP_WAIT_POLICY", "passive")
    monkeypatch.setenv("COTOOL_CPU", "plain")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)  # Dask sets it in a process that used it
    path = tmp_path / "texts.json"
    path.write_text(json.dumps(["a b c", "a b d", "c d"]))
    cases = find_cases(["similarity"], ["*/cosine/60x20"])
    seen = []
    (bench,) = run_cases(
        cases, threads=[2], speed="debug-single-value", own_input=path, started=seen.append
    )
    known = bench.get_metadata()
    assert seen == ["similarity/cosine/60x20/t2"] == [bench.get_name()]
    assert (known["cotool_threads"], known["cotool_items"], known["cotool_bytes"]) == (2, 3, 13)
    assert known["cotool_cpu_level"] == "plain"
    assert known["cotool_environment"] == "OMP_WAIT_POLICY=passive COTOOL_CPU=plain"
    assert {"cotool_version", "cotool_compiler", "cotool_openmp", "python_version"} <= set(known)
    found = summarise(bench)
    assert (found.values, found.deviation, found.threads) == (1, 0.0, 2)
    assert found.fastest == found.mean == found.median > 0


def test_a_case_that_fails_says_why(tmp_path):
    """The error of the process, without its traceback."""
    path = tmp_path / "texts"
    path.write_text("{}")
    cases = find_cases(["similarity"], ["*/cosine/60x20"])
    with pytest.raises(CotoolError, match=r"^similarity/cosine/60x20: .*contains no texts$"):
        list(run_cases(cases, speed="debug-single-value", own_input=path))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"benchmarks": []}', "\x00", '{"version": "1.0"}', "[" * 50_000]
)
def test_what_is_no_result_is_told(tmp_path, text):
    """InputError that names the file."""
    path = tmp_path / "old.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"old\.json: is not (JSON|a result of pyperf)"):
        read_suite(str(path))
