"""`--format html`, `-o report.html` and `--open`."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyperf
import pytest

from html_pages import checked


@pytest.fixture
def opened(monkeypatch):
    """Give the list of what the browser is asked to show."""
    shown = []
    monkeypatch.setattr(webbrowser, "open", lambda url: shown.append(url) or True)
    return shown


def shown_file(url):
    """Return the file of a URL."""
    return Path(unquote(urlparse(url).path))


@pytest.fixture
def results(tmp_path):
    """Give two files of results."""
    for name, value in (("old.json", 1.0), ("new.json", 2.0)):
        run = pyperf.Run([value, value], metadata={"name": "a"}, collect_metadata=False)
        pyperf.BenchmarkSuite([pyperf.Benchmark([run])]).dump(str(tmp_path / name))
    return tmp_path / "old.json", tmp_path / "new.json"


@pytest.fixture
def asked(examples, results):
    """Give the arguments of each command that makes a report."""
    return {
        "question": ["consensus", examples / "deployment.json"],
        "batch": ["consensus", examples / "word-problems.jsonl"],
        "logs": ["analyze-logs", examples / "shop.log"],
        "bench": ["bench", "compare", *results],
    }


@pytest.mark.parametrize("name", ["question", "batch", "logs", "bench"])
def test_the_ending_of_the_file_makes_a_report(name, asked, command, tmp_path):
    """The same as --format html, which writes it to standard output; the same each time."""
    done = command(*asked[name], "-o", tmp_path / "report.html")
    assert (done.code, done.out) == (0, "")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    checked(page)
    piped = command(*asked[name], "--format", "html")
    assert (piped.code, piped.out) == (0, page)


@pytest.mark.parametrize("name", ["question", "batch", "logs", "bench"])
def test_open_shows_the_report(name, asked, command, opened, tmp_path):
    """In the file that is named, or in one of its own."""
    path = tmp_path / "a report?.html"
    assert command(*asked[name], "-o", path, "--open").code == 0
    done = command(*asked[name], "--open")
    assert (done.code, done.out) == (0, "")
    assert shown_file(opened[0]) == path
    own = shown_file(opened[1])
    assert f"cotool: report: {own}" in done.err
    assert own.read_bytes() == path.read_bytes()
    own.unlink()
    own.parent.rmdir()


def test_no_browser_is_a_warning(asked, command, monkeypatch, tmp_path):
    """The report is there, and its place is told."""
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    path = tmp_path / "report.html"
    done = command(*asked["question"], "-o", path, "--open")
    assert done.code == 0
    assert "no browser could be opened" in done.err
    assert str(path) in done.err
    assert path.exists()


@pytest.mark.parametrize("name", ["question", "logs", "bench"])
def test_what_contradicts_open_is_refused(name, asked, command, opened, tmp_path):
    """Another format, or standard output."""
    for more in (["--format", "json"], ["-o", tmp_path / "a.json"], ["--json"]):
        done = command(*asked[name], "--open", *more)
        assert done.code == 2
        assert "--open shows HTML" in done.err
    assert command(*asked[name], "--open", "-o", "-").code == 2
    assert opened == []


@pytest.mark.parametrize("name", ["question", "logs", "bench"])
def test_html_is_not_written_to_a_terminal(name, asked, command, monkeypatch):
    """The hint says how to get a file."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    done = command(*asked[name], "--format", "html")
    assert done.code == 2
    assert "-o report.html" in done.err


def test_experts_of_a_store_have_their_intervals(command, examples, tmp_path):
    """One question or many: those who answered, with what the store knows of them."""
    store = tmp_path / "experts.db"
    labels, truth = examples / "labels.csv", examples / "labels-truth.csv"
    path = tmp_path / "report.html"
    learned = command(
        "consensus", labels, "--truth", truth, "--learn", "--store", store, "-o", path
    )
    assert learned.code == 0
    document = checked(path.read_text(encoding="utf-8"))
    assert len(document.all("svg", class_="interval")) == 5
    one = tmp_path / "one.json"
    one.write_text('{"question": "q", "responses": [{"expert_name": "ana", "content": "cat"}, '
                   '{"expert_name": "new", "content": "dog"}]}')  # fmt: skip
    assert command("consensus", one, "--store", store, "-o", path).code == 0
    document = checked(path.read_text(encoding="utf-8"))
    assert len(document.all("svg", class_="interval")) == 1


def test_methods_side_by_side_make_no_report(command, examples):
    """It is said before anything is read."""
    labels, truth = examples / "labels.csv", examples / "labels-truth.csv"
    done = command("consensus", labels, "--truth", truth, "--compare-methods", "--format", "html")
    assert done.code == 2
    assert "--compare-methods cannot write HTML" in done.err


def test_what_fails_leaves_no_report(command, tmp_path):
    """Nor a part of one."""
    bad = tmp_path / "bad.json"
    bad.write_text("[{")
    assert command("consensus", bad, "-o", tmp_path / "report.html").code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.json"]


def test_json_of_a_comparison_goes_to_a_file(command, results, tmp_path):
    """By the ending of its name, and a table to any other."""
    assert command("bench", "compare", *results, "-o", tmp_path / "c.json").out == ""
    assert '"schema": "cotool.bench.compare/1"' in (tmp_path / "c.json").read_text()
    assert command("bench", "compare", *results, "-o", tmp_path / "c.txt").out == ""
    assert "slower" in (tmp_path / "c.txt").read_text()
    assert command("bench", "compare", *results, "--format", "csv").code == 2
