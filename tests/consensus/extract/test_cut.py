"""Responses that a limit of tokens cut off."""

from __future__ import annotations

import pytest

from cotool import find_consensus


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("So we get 6 × 7 and the answer is 4", None), ("We know that 6 × 7 = 4", None),
        ("The answer is 42. This follows from", "42"), ("It is \\boxed{42} and thus", "42"),
        ("42", "42"), ("<answer>4", None), ("Answer:4", None), ("42\nThis is", "42"),
        ('{"answer": "42", "reason": "since', "42"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "reason", [{"finish_reason": "length"}, {"x": {"stopReason": "MAX_TOKENS"}}]
)
def test_what_is_cut_off_counts_if_it_states_its_answer(text, answer, reason):
    """A number right before the cut may lack digits."""
    given = [{"expert": "a", "content": "42"}, {"expert": "b", "content": "41"}]
    cut = {"expert": "c", "content": text, **reason}
    found = find_consensus({"question": "6 × 7?", "responses": [*given, cut]})
    assert found.answers == ("42", "41", answer)
