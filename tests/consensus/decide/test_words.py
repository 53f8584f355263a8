"""Words, numbers and the guard against texts that contradict each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.consensus.decide import antonyms
from cotool.consensus.decide.anchors import stem
from cotool.consensus.decide.words import Words, opposition

NEGATING = [
    ("The drug is safe for children.", "The drug is not safe for children."),
    ("We can deploy it now.", "We cannot deploy it now."),
    ("It is safe.", "It isn't safe."),
    ("The bridge is safe to cross.", "The bridge is unsafe to cross."),
    ("Le pont est ouvert ce soir.", "Le pont n'est pas ouvert ce soir."),
    ("Die Brücke ist sicher.", "Die Brücke ist nicht sicher."),
    ("这个药是安全的", "这个药是不安全的"),
    ("Yes, because the load fell last week.", "No. The tests fail, and nobody is on call."),
]


@pytest.mark.parametrize(("one", "other"), NEGATING)
def test_a_negation_is_found_both_ways(one, other):
    """Texts that differ by a negation contradict each other, in either order."""
    assert opposition(Words.of(one), Words.of(other)).negated
    assert opposition(Words.of(other), Words.of(one)).negated


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The drug is safe.", "The drug is safe."),
        ("It is not safe at all.", "It is unsafe at all."),
        ("We do not deploy it.", "We don't deploy it."),
        ("paris", "not sure, maybe rome"),
        ("The comet has a tail.", "Bread should not rest in the sun for long, says the baker."),
        ("It cost 1,080 euros in all.", "It cost 1080 euros in all."),
        ("Wait 5 days and see.", "Wait some days and see."),
        ("", "not"),
        ("It is hot.", "It is not cold."),
        ("hot soup", "cold drinks"),
        ("They buy and sell houses.", "They sell and buy houses."),
    ],
)
def test_what_is_no_contradiction(one, other):
    """The same meaning, or texts that are not near-paraphrases, do not contradict."""
    assert not opposition(Words.of(one), Words.of(other))
    assert not opposition(Words.of(other), Words.of(one))


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        ("hot", "cold", ("hot", "cold")),
        ("Prices increased.", "Prices are decreasing.", ("increased", "decreasing")),
        ("fewer people", "more people", ("fewer", "more")),
        ("increase parking", "less parking", ("increase", "less")),
        ("before dinner", "after dinner", ("before", "after")),
        ("Turn left.", "Turn right.", ("left", "right")),
        ("The shop is closed today.", "The shop is open today.", ("closed", "open")),
        ("das Wasser ist heiß", "das Wasser ist kalt", ("heiss", "kalt")),
        ("3 dogs", "4 dogs", ("3", "4")),
        ("two dogs", "three dogs", ("2", "3")),
        ("in 2019", "2021", ("2019", "2021")),
    ],
)
def test_opposite_words_and_numbers_contradict(one, other, values):
    """Words that say the opposite, and other numbers, contradict where nothing else differs."""
    found = opposition(Words.of(one), Words.of(other))
    assert (found.values, found.others) == ((values[0],), (values[1],))
    assert not found.negated


def test_other_numbers_contradict():
    """Near-paraphrases with different numbers name both sides' numbers."""
    found = opposition(
        Words.of("It costs 1,200 euros a month."), Words.of("It costs 900 euros a month.")
    )
    assert found
    assert not found.negated
    assert (found.values, found.others) == (("1200",), ("900",))


@given(one=st.text(max_size=60), other=st.text(max_size=60))
def test_symmetry(one, other):
    """Contradiction is mutual."""
    mine, theirs = Words.of(one), Words.of(other)
    forth, back = opposition(mine, theirs), opposition(theirs, mine)
    assert forth.negated == back.negated
    assert (set(forth.values), set(forth.others)) == (set(back.others), set(back.values))


def test_content_leaves_out_grammar():
    """Content is neither function words nor numbers nor single letters."""
    text = Words.of("The ledger is not on 24 servers, x says.")
    assert text.content == {"ledger", "servers", "says"}
    assert text.numbers == ("24",)
    assert text.negations == 1
    assert ("servers", "x") not in text.bigrams


def test_words_are_opposite_in_all_their_forms():
    """Each word of the table, also with an ending, has the sides of all words of its stem."""
    lines = [line.split("/") for line in antonyms._SIDES.strip().splitlines()]
    sides: dict[str, set[tuple[int, int]]] = {}
    for pair, line in enumerate(lines):
        for side, words in enumerate(line):
            for word in words.casefold().split():
                sides.setdefault(stem(word), set()).add((pair, side))
    for line in lines:
        for word in "/".join(line).replace("/", " ").casefold().split():
            for form in (word, f"{word}s", f"{word}ing"):
                assert antonyms.poles_of(form) == sides.get(stem(form), frozenset())
