"""Results as JSON, JSON lines and CSV."""

from __future__ import annotations

import csv
import io
import json

from cotool.cli.consensus.writers import write_array, write_csv, write_lines, write_object


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say yes."""
        return True


def test_single_json_is_the_object(consensus_of):
    """One question is one object, equal to to_dict(), its keys in the documented order."""
    sink = io.StringIO()
    result = consensus_of()
    write_object([result], sink, matrix=True)
    document = json.loads(sink.getvalue())
    assert document == json.loads(json.dumps(result.to_dict()))
    assert list(document)[:9] == [
        "question", "answer", "kind", "method", "confidence", "agreement", "clusters", "dissent",
        "insights",
    ]  # fmt: skip
    assert sink.getvalue().count("\n") < 50


def test_json_array_without_matrix(consensus_of):
    """Several questions are an array in order; the matrix is null where it is left out."""
    sink = io.StringIO()
    write_array([consensus_of(id="a"), consensus_of(id="b")], sink, matrix=False)
    document = json.loads(sink.getvalue())
    assert [item["id"] for item in document] == ["a", "b"]
    assert all(item["matrix"] is None for item in document)


def test_json_array_of_nothing():
    """No results are an empty array."""
    sink = io.StringIO()
    write_array([], sink, matrix=False)
    assert json.loads(sink.getvalue()) == []


def test_json_lines(consensus_of):
    """A result is a line, whatever line ends its text holds."""
    sink = io.StringIO()
    text = "a\nb\u2028c\x85d"
    write_lines([consensus_of(answer=text), consensus_of()], sink, matrix=True)
    lines = sink.getvalue().splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0])["answer"] == text
    assert json.loads(lines[1])["matrix"][1] == [0.25, 1.0, 0.2]


def test_csv_is_read_back(consensus_of):
    """A row is a result; quotes, commas and line ends of its text survive."""
    sink = io.StringIO(newline="")
    text = '=1+1, "two"\nlines\x1b'
    result = consensus_of(question="", answer=text, warnings=("a", "b"))
    none = consensus_of(answer=None, agreement=None, confidence=None)
    write_csv([result, none], sink)
    assert "\r" not in sink.getvalue()
    header, first, second = csv.reader(io.StringIO(sink.getvalue(), newline=""))
    assert header[:4] == ["question", "answer", "confidence", "agreement"]
    row = dict(zip(header, first, strict=True))
    assert row["question"] == "q1"
    assert row["answer"] == text
    assert row["agreement"] == "0.666667"
    assert [row[name] for name in ("experts", "clusters", "dissent")] == ["3", "2", "1"]
    assert row["warnings"] == "a; b"
    assert second[1:4] == ["", "", ""]


def test_csv_on_a_terminal_is_safe(consensus_of):
    """Only a terminal gets escapes in place of controls."""
    sink = Terminal(newline="")
    write_csv([consensus_of(answer="\x1b[2J")], sink)
    assert "\x1b" not in sink.getvalue()
    assert r"\x1b[2J" in sink.getvalue()
