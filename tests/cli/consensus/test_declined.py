"""The command shows who declined to answer."""

from __future__ import annotations

import json

ROWS = [
    {"question": q, "responses": {"ann": "5", "bea": "I don't know.", "cy": "The answer is 5."}}
    for q in ("2 + 3", "1 + 4")
]
LINES = "\n".join(map(json.dumps, ROWS)).encode()


def test_one_question(command):
    """The table has a line, and a warning."""
    shown = command("consensus", "-", stdin=json.dumps(ROWS[0]).encode()).out
    assert "declined to answer: bea" in shown
    assert "agreement 100 % (2 of 2 experts)" in shown


def test_all_declined(command):
    """The table says why there is no answer."""
    row = {"question": "Who?", "responses": {"ann": "I don't know.", "bea": "No idea."}}
    shown = command("consensus", "-", stdin=json.dumps(row).encode()).out
    assert "no answer: all experts declined" in shown


def test_batch(command):
    """The summary counts them, and the JSON names them."""
    assert "2 refusals" in command("consensus", "-", stdin=LINES).out
    told = command("consensus", "-", "--format", "jsonl", stdin=LINES).out.splitlines()
    assert [json.loads(line)["declined"] for line in told] == [["bea"], ["bea"]]
