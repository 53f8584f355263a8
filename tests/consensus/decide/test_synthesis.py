"""One text from several."""

from __future__ import annotations

import pytest

from cotool import InputError, find_consensus
from cotool.consensus.decide.synthesis import MOST_WORDS, synthesise


def of(*texts, weights=None):
    ones = [1.0] * len(texts)
    return synthesise(texts, weights or ones, ones)


def test_each_place_takes_the_word_of_most():
    """Three transcripts with one error each give the text without any."""
    assert (
        of(
            "the cat sat in the mat",
            "a cat sat on the mat",
            "the cat on the mat",
        )
        == "the cat sat on the mat"
    )


def test_case_and_punctuation_are_those_of_most():
    """They do not divide votes, and come from the winning words."""
    assert of("Well, it works!", "well it works", "Well, it works") == "Well, it works"


def test_reliable_experts_weigh_more():
    """One expert of weight 3 outvotes two."""
    assert of("ten men", "tin men", "tin men", weights=[3.0, 1.0, 1.0]) == "ten men"


def test_texts_without_spaces_are_aligned_by_character():
    """Chinese is put together again without spaces."""
    assert of("我们明天去北京", "我们今天去北京", "我们明天去南京") == "我们明天去北京"


def test_the_order_of_texts_does_not_matter():
    """The nearest begins, ties are decided by the text."""
    texts = ["one two three", "one too three", "won two tree"]
    assert len({of(*texts), of(*texts[::-1]), of(texts[1], texts[0], texts[2])}) == 1


def test_a_text_that_is_too_long_is_told():
    """Rather than taking all memory."""
    with pytest.raises(InputError, match="too long to be aligned"):
        of("word " * (MOST_WORDS + 1), "word")


def test_rover_as_a_method():
    """The consensus is a synthesis, which says so, by nobody alone."""
    found = find_consensus(
        ["the cat sat in the mat", "a cat sat on the mat", "the cat on the mat"], method="rover"
    )
    assert (found.answer, found.kind, found.method) == (
        "the cat sat on the mat",
        "paraphrase",
        "rover",
    )
    assert any("synthesis" in reason for reason in found.explanation)
