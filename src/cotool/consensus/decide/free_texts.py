"""A question whose answers are free texts: the method, the metric, and how many are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cotool._lazy import stand_ins
from cotool._typing import TYPE_CHECKING
from cotool.averages import median, median_low
from cotool.consensus.decide import texts as few_texts
from cotool.consensus.decide.features import short_answers
from cotool.errors import InputError

with stand_ins("cotool.consensus.decide.many_texts", "cotool.consensus.decide.embedders"):
    from cotool.consensus.decide import embedders, many_texts

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.subject import Grouped, Subject
    from cotool.consensus.decide.words import Words

# Measured on 400 recordings, each transcribed by seven workers, and on ten language models' answers
# to 400 instructions. The most typical text shares SAME_WORDS with half of the others, and lengths
# vary by less than SPREAD, for 98% of the recordings and 1% of the instructions.
SAME_WORDS = 0.3
# The median distance to the median length, as a part of it: .0 and .05 for transcripts (median and
# eighth decile), .41 and .57 for language models' answers.
SPREAD = 0.25
# Word by word as similar as in any order: the order matters. Above .82 for nine in ten recordings,
# below .32 for nine in ten instructions.
ORDER = 0.65
# Sentences (this many words) that share their terms are near-paraphrases in any order; longer texts
# on one subject share as much without saying the same.
SAME_TERMS = 0.5
SENTENCE = 60
# A transcript of hours. Aligning two texts takes quadratic time: 10 texts of
# 160,000 words took 12 seconds.
LONGEST = 50_000


def paraphrase_utility(
    texts: Sequence[Words], similarities: Callable[[str], Matrix]
) -> tuple[str | None, str]:
    """Return the metric for the medoid of near-paraphrases, None for free text; and why.

    ``word-levenshtein`` where the same words come in the same order (transcripts), ``tfidf`` where
    they move (translations). `similarities` gives the matrix of a metric.
    """
    lengths = [len(text.words) for text in texts]
    middle = median(lengths)
    spread = median(abs(length - middle) for length in lengths) / max(middle, 1)
    if len(texts) < 2:
        return None, "a single response is not compared"
    if middle > LONGEST:
        return None, f"free text: {middle:,.0f} words are too many to be compared word by word"
    if spread > SPREAD:
        return None, f"free text: lengths differ by {spread:.0%} of the median {middle:g} words"
    by_words = _typical(similarities("word-levenshtein"))
    in_any_order = _typical(similarities("cosine"))
    if by_words >= SAME_WORDS and by_words >= ORDER * in_any_order:
        return "word-levenshtein", (
            f"near-paraphrases in the same order of words: the most typical response shares "
            f"{by_words:.0%} of its words with half of the others"
        )
    by_terms = _typical(similarities("tfidf"))
    measured = (
        f"the most typical response has a TF-IDF cosine of {by_terms:.2f} with half of the "
        f"others, word by word {by_words:.2f}"
    )
    if by_words >= SAME_WORDS or (by_terms >= SAME_TERMS and middle <= SENTENCE):
        return "tfidf", f"near-paraphrases in varying order of words: {measured}"
    return None, f"free text: {measured}"


def _typical(matrix: Matrix) -> float:
    """Return the greatest of the rows' medians of similarity to the others (low medians).

    Half of the others must be near: a pair of twins among three texts is not enough.
    """
    rows = ((i, matrix.row(i)) for i in range(matrix.rows))
    return max(median_low(row[:i] + row[i + 1 :]) for i, row in rows)


def by_free_text(subject: Subject, method: str) -> Grouped:
    """Group the responses by the similarity of their texts, with the method that fits them."""
    count = len(subject.texts)
    if method == "vote":
        raise InputError(
            f"question {subject.asked.id!r}: no answers to vote on could be extracted",
            hint="the method auto chooses a method for free text",
        )
    many = count > few_texts.MOST_TEXTS
    if many and method in {"rover", "supported"}:
        raise InputError(
            f"question {subject.asked.id!r}: {count:,} texts are too many for the method {method}",
            hint=f"it takes at most {few_texts.MOST_TEXTS:,}",
        )
    utility = "word-levenshtein" if method == "rover" else None
    if method in {"auto", "medoid"}:
        utility, reason = paraphrase_utility(*subject.sample())
        if method == "auto":
            method = "medoid" if utility else "centre" if many else "statements"
            subject.explanation.append(reason)
    group = many_texts.by_many_texts if many else few_texts.by_text
    return group(subject, method, utility or _metric(subject))


def _metric(subject: Subject) -> str:
    """Return the metric of free text; the explanation says where answers are short."""
    asked = subject.options
    if asked.metric != "auto" or asked.embedder or not short_answers(subject.texts):
        return "tfidf"
    few = len(subject.texts) <= few_texts.MOST_TEXTS
    if embedders.semantic_installed() and (few or asked.clustering in {"auto", "average"}):
        subject.explanation.append("short answers: compared by meaning (semantic)")
        return "semantic"
    subject.explanation.append(
        "short answers: compared by stems and groups of letters (ngrams); with cotool[semantic] "
        "they are compared by meaning"
    )
    return "ngrams"
