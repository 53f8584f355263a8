"""Rankings: the order of the items is the answer."""

from __future__ import annotations

import pytest

from cotool import find_consensus


@pytest.mark.parametrize(
    ("question", "same", "other"),
    [
        (
            "Rank A, B and C from best to worst.",
            ["1. A 2. B 3. C", "A, B, C", "A > B > C"],
            "B, A, C",
        ),
        (
            "Put these in order: kilo, mega, giga",
            ["kilo, mega, giga", "1. kilo\n2. mega\n3. giga", "The order is kilo, mega, giga."],
            "giga, mega, kilo",
        ),
        ("", ["Oslo > Rome > Lima", "Oslo → Rome → Lima"], "Rome > Oslo > Lima"),
        (
            "Ordne die Planeten.",
            ["Mars, Venus und Erde", "Mars > Venus > Erde"],
            "Venus, Mars, Erde",
        ),
    ],
)
def test_the_order_counts(question, same, other):
    """Rankings in any notation are one answer; another order is another one."""
    result = find_consensus([*same, other], question=question)
    assert [len(cluster.members) for cluster in result.clusters] == [len(same), 1]


@pytest.mark.parametrize(
    "question", ["Which apply?", "What sort of fruit is it?", "In order to win?"]
)
def test_a_list_without_order(question):
    """A list is a set unless the question asks for an order."""
    result = find_consensus(["apple, pear", "pear, apple"], question=question)
    assert len(result.clusters) == 1


def test_inequalities_are_no_rankings():
    """Two sides of "x > 3" are no items, and may change places."""
    assert len(find_consensus(["x > 3", "x>3", "3 < x", "x < 3"]).clusters) == 2
