"""The command says whether numbers were voted on or combined, and how to choose otherwise."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(
    ("contents", "method", "said"),
    [
        (["17", "19", "18.5", "400"], "weighted", "were combined; --method vote"),
        (["391", "381", "401"], "vote", "were voted on; to combine them, use --method weighted"),
        (["391", "391", "401"], "vote", ""),
        (["Oslo", "Rome", "Bonn"], "vote", ""),
    ],
)
def test_numbers_are_voted_on_or_combined(command, contents, method, said):
    """One line on standard error, unless a vote is what everybody expects."""
    row = {"question": "How many?", "responses": {f"e{k}": one for k, one in enumerate(contents)}}
    outcome = command("consensus", "-", "--json", stdin=json.dumps(row).encode())
    assert json.loads(outcome.out)["method"] == method
    assert said in outcome.err
    assert ("--method" in outcome.err) == bool(said)
