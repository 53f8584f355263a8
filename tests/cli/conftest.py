"""Results made by hand, and a way to run the command line within the test."""

from __future__ import annotations

import io
import json
import os
from typing import NamedTuple

import pytest

from cotool.cli.app import main
from cotool.consensus.model import Cluster, Consensus, Dissent, Insight


class Rows:
    """A matrix of the shape that a Consensus holds, from rows of numbers."""

    def __init__(self, rows):
        self._rows = rows

    def row_json(self, i):
        """The row in JSON."""
        return json.dumps(self.row(i))

    def row(self, i):
        """Return row `i`."""
        return self._rows[i]

    def tolist(self):
        """Return all rows."""
        return self._rows


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def make_consensus(**changes):
    """Return a Consensus of three experts, two of whom agree, with `changes`."""
    fields = {
        "question": "Is the bridge safe?",
        "answer": "Yes, it is safe.",
        "kind": "text",
        "method": "centre",
        "confidence": 0.55,
        "agreement": 2 / 3,
        "clusters": (
            Cluster(0, "Yes, it is safe.", ("ann", "bob"), (0, 2), 2 / 3, 0.9),
            Cluster(1, "No, a beam is cracked.", ("cid",), (1,), 1 / 3, None),
        ),
        "dissent": (
            Dissent(
                experts=("cid",),
                answer="No, a beam is cracked.",
                share=1 / 3,
                similarity=0.25,
                only_here=("beam", "cracked"),
                only_in_consensus=("yes",),
                numbers=("7",),
                consensus_numbers=("9",),
                negation=True,
            ),
        ),
        "insights": (Insight("length", "one answer is 4 times as long", ("cid",)),),
        "id": "q1",
        "expert": "ann",
        "content": "Yes, it is safe.",
        "experts": ("ann", "cid", "bob"),
        "answers": (None, None, None),
        "metric": "tfidf",
        "clustering": "average",
        "threshold": 0.5,
        "matrix": Rows([[1.0, 0.25, 0.9], [0.25, 1.0, 0.2], [0.9, 0.2, 1.0]]),
        "explanation": ("free text, so the centre stands",),
        "warnings": ("one answer is empty: dan",),
    }
    return Consensus(**{**fields, **changes})


@pytest.fixture
def consensus_of():
    """Give the maker of hand-made results."""
    return make_consensus


@pytest.fixture
def rows():
    """Give the class of hand-made matrices."""
    return Rows


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch, tmp_path):
    """Keep the settings and the terminal of whoever runs the tests out of them."""
    for name in list(os.environ):
        if name.startswith("COTOOL_") and name != "COTOOL_DATA":
            monkeypatch.delenv(name)
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path / "home"))


@pytest.fixture
def command(monkeypatch, capsys):
    """Give a function that runs `cotool` with arguments and standard input."""

    def run(*arguments, stdin=b""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run
