"""Answers that a person takes for the same are one, and others are not: a table of cases.

answers.jsonl has one case per line: `texts`, whether they give the `same` answer or each another
one, and the `value` of the answer in its normal form where the texts state one.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cotool import find_consensus
from cotool.consensus.extract.extraction import extract_answers

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("answers.jsonl").read_text(encoding="utf-8").splitlines()
]
VOTED = {"number", "choice", "boolean", "short", "object", "code"}


def name(case: dict) -> str:
    """Return a name for a case in the report of a test run."""
    return f"{case['group']}-{case['texts'][0][:30]}"


@pytest.mark.parametrize("case", [case for case in CASES if case["same"]], ids=name)
def test_same_answer(case):
    """One answer in several forms is one cluster, and every response has it."""
    result = find_consensus(case["texts"])
    assert len(result.clusters) == 1, result.answers
    if "value" in case:
        kind, answers = extract_answers(case["texts"])
        assert kind in VOTED
        assert {answer and answer.value for answer in answers} == {case["value"]}
    elif result.kind in VOTED:
        assert None not in result.answers


@pytest.mark.parametrize("case", [case for case in CASES if not case["same"]], ids=name)
def test_other_answers(case):
    """Different answers are different clusters, however much the texts have in common."""
    result = find_consensus(case["texts"])
    assert len(result.clusters) == len(set(case["texts"])), result.answers


@pytest.mark.parametrize("case", CASES, ids=name)
def test_order_does_not_matter(case):
    """The responses may come in any order."""
    result = find_consensus(case["texts"][::-1])
    assert (len(result.clusters) == 1) == case["same"]
