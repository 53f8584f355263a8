"""Whether responses without extractable answers are near-paraphrases, and of which sort."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from cotool.consensus.aggregation import medoid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cotool._fast.matrix import Matrix
    from cotool.consensus.words import Words

# Measured on transcripts of the same recordings by seven workers and on ten language models'
# answers to the same instructions: the medoid's mean similarity in words is above SAME_WORDS for
# 97% of the recordings and 3% of the instructions.
SAME_WORDS = 1 / 3
SAME_TERMS = 0.5
# Half of the texts are this close to the median length: .0 and .05 for transcripts (median, eighth
# decile), .41 and .57 for language models' answers.
SPREAD = 0.25
# Word by word as similar as in any order: the order matters. .84 to 1 for nine in ten recordings,
# below .4 for nine in ten instructions.
ORDER = 0.65


def paraphrase_utility(
    texts: Sequence[Words], similarities: Callable[[str], Matrix]
) -> tuple[str | None, str]:
    """The utility by which a medoid of near-paraphrases is fit, None for free text; and why.

    ``word-levenshtein`` where the same words come in the same order (transcripts), ``tfidf`` where
    they move (translations). `similarities` gives the matrix of a metric.
    """
    lengths = [len(text.words) for text in texts]
    middle = statistics.median(lengths)
    spread = statistics.median(abs(length - middle) for length in lengths) / max(middle, 1)
    if len(texts) < 2:
        return None, "one response alone is not compared"
    if spread > SPREAD:
        return None, f"free text: lengths differ by {spread:.0%} of the median {middle:g} words"
    even = [1.0] * len(texts)
    by_words = medoid(similarities("word-levenshtein"), even)[1]
    in_any_order = medoid(similarities("cosine"), even)[1]
    if by_words >= SAME_WORDS and by_words >= ORDER * in_any_order:
        return "word-levenshtein", (
            f"near-paraphrases in the same order of words: the medoid shares {by_words:.0%} of "
            "its words with the others on average"
        )
    by_terms = medoid(similarities("tfidf"), even)[1]
    if by_words >= SAME_WORDS or by_terms >= SAME_TERMS:
        return "tfidf", (
            f"near-paraphrases in varying order of words: the medoid's mean TF-IDF cosine is "
            f"{by_terms:.2f}, word by word {by_words:.2f}"
        )
    return None, (
        f"free text: the medoid's mean TF-IDF cosine is {by_terms:.2f}, word by word {by_words:.2f}"
    )
