"""Conditions of --fail-on."""

from __future__ import annotations

import pytest

from cotool.cli.consensus.conditions import parse as parse_condition
from cotool.errors import InputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("agreement<0.5", False),
        ("agreement < 0.7", True),
        ("confidence>=.55", True),
        ("experts==3", True),
        ("experts!=3", False),
        ("clusters>1", True),
        ("clusters<=1", False),
        ("dissent>0", True),
        ("dissent>-.5", True),
        ("agreement < 50 % or dissent> -1", True),
    ],
)
def test_condition_on_a_result(consensus_of, text, expected):
    """Each field and operator compares with the number."""
    assert parse_condition(text).holds(consensus_of()) is expected


def test_no_answer_has_no_agreement(consensus_of):
    """A question without an answer fails a demand for agreement."""
    result = consensus_of(answer=None, agreement=None, confidence=None)
    assert parse_condition("agreement<0.5").holds(result)
    assert parse_condition("confidence<0.1").holds(result)


@pytest.mark.parametrize("text", ["", "agreement", "agreement=<1", "mood<1", "agreement<", "a<b<c"])
def test_unreadable_condition_names_fields(text):
    """A condition that cannot be read is an error that lists fields and operators."""
    with pytest.raises(InputError, match="fail_on") as caught:
        parse_condition(text)
    assert "agreement, confidence, experts, clusters, dissent" in caught.value.hint


@pytest.mark.parametrize("text", ["agreement<half", "agreement<nan", "agreement<inf"])
def test_condition_needs_a_number(text):
    """A quantity is compared with numbers and other quantities only."""
    with pytest.raises(InputError, match="is unknown"):
        parse_condition(text)


def test_conditions_of_all_commands_have_one_grammar(consensus_of):
    """The grammar has and, or, not, sums, shares and brackets for questions, too."""
    result = consensus_of()
    assert parse_condition("agreement<0.5 or clusters>1").holds(result)
    assert parse_condition("not (agreement<50% and dissent>0)").holds(result)
    condition = parse_condition("experts+clusters>=4")
    assert condition.holds(result)
    assert condition.evidence(result).startswith("experts is 3, clusters is ")
