"""Ranges are answers of their own."""

from __future__ import annotations

import pytest

from cotool.consensus.extract.extraction import extract_answers


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["The price is between $5 and $6", "The price is $6."], ["5–6", "6"]),
        (["The length is from 3 to 4 m.", "The length is 4 m."], ["3–4", "4"]),
        (["Costs are between 5 and 6.", "Costs are between 5 and 7."], ["5–6", "5–7"]),
    ],
)
def test_range(texts, values):
    """A range differs from a number at its end, and from other ranges."""
    kind, answers = extract_answers(texts)
    assert kind == "number"
    assert [answer.value for answer in answers] == values
