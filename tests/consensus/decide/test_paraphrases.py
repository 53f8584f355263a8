"""Whether texts are near-paraphrases, and the utility that fits them."""

from __future__ import annotations

import pytest

from cotool.consensus.decide.free_texts import paraphrase_utility
from cotool.consensus.decide.similarity import similarity_matrix
from cotool.consensus.decide.words import Words

TRANSCRIPTS = [
    "the old lighthouse keeper climbed the stairs every evening before dark",
    "the old light house keeper climbed the stairs every evening before dark",
    "the old lighthouse keeper climbs the stairs every evening before dawn",
    "an old lighthouse keeper climbed stairs every evening before dark",
]
MOVED = [
    "every evening before dark the old lighthouse keeper climbed the stairs",
    "the stairs the old lighthouse keeper climbed before dark every evening",
    "before dark the stairs every evening climbed the old lighthouse keeper",
]
FREE = [
    "Sleep is when memories settle, so a tired student forgets what she read.",
    "Short answer: rest.",
    "Researchers found that eight hours help pupils recall facts, while coffee only masks fatigue.",
]


@pytest.mark.parametrize(
    ("texts", "utility", "reason"),
    [
        (TRANSCRIPTS, "word-levenshtein", "same order"),
        (MOVED, "tfidf", "varying order"),
        (FREE, None, "free text"),
        (FREE[:1], None, "a single response"),
    ],
)
def test_utility(texts, utility, reason):
    """Transcripts keep their order of words, translations move it, free text shares too little."""
    words = [Words.of(text) for text in texts]
    found, why = paraphrase_utility(words, lambda metric: similarity_matrix(texts, metric))
    assert found == utility
    assert reason in why


def test_a_pair_of_twins_among_three_is_free_text():
    """Half of the others must be near, not one."""
    texts = [TRANSCRIPTS[0], TRANSCRIPTS[1], FREE[0]]
    found, _ = paraphrase_utility(
        [Words.of(text) for text in texts], lambda metric: similarity_matrix(texts, metric)
    )
    assert found is None


def test_same_length_is_not_enough():
    """Unrelated sentences of one length are free text."""
    texts = ["one two three four", "five six seven eight", "nine ten eleven twelve"]
    found, why = paraphrase_utility(
        [Words.of(text) for text in texts], lambda metric: similarity_matrix(texts, metric)
    )
    assert found is None
    assert "0.00" in why


def test_texts_too_long_to_align():
    """Texts of many hours are not aligned word by word, which would take minutes."""
    words = [Words(("word",) * 50_001)] * 3
    found, why = paraphrase_utility(words, lambda metric: pytest.fail(f"compared by {metric}"))
    assert found is None
    assert "50,001 words are too many" in why
