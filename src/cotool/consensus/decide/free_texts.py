"""A question whose answers are free texts: the method, the metric, and how many are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.consensus.decide import many_texts
from cotool.consensus.decide.embedders import semantic_installed
from cotool.consensus.decide.features import short_answers
from cotool.consensus.decide.paraphrases import paraphrase_utility
from cotool.consensus.decide.texts import by_text
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool.consensus.decide.subject import Grouped, Subject


def by_free_text(subject: Subject, method: str) -> Grouped:
    """Group the responses by the similarity of their texts, with the method that fits them."""
    count = len(subject.texts)
    if method == "vote":
        raise InputError(
            f"question {subject.asked.id!r}: no answers to vote on could be extracted",
            hint="the method auto chooses a method for free text",
        )
    many = count > many_texts.MOST_TEXTS
    if many and method in {"rover", "supported"}:
        raise InputError(
            f"question {subject.asked.id!r}: {count:,} texts are too many for the method {method}",
            hint=f"it takes at most {many_texts.MOST_TEXTS:,}",
        )
    utility = "word-levenshtein" if method == "rover" else None
    if method in {"auto", "medoid"}:
        utility, reason = paraphrase_utility(*subject.sample())
        if method == "auto":
            method = "medoid" if utility else "centre" if many else "statements"
            subject.explanation.append(reason)
    group = many_texts.by_many_texts if many else by_text
    return group(subject, method, utility or _metric(subject))


def _metric(subject: Subject) -> str:
    """Return the metric of free text; the explanation says where answers are short."""
    asked = subject.options
    if asked.metric != "auto" or asked.embedder or not short_answers(subject.texts):
        return "tfidf"
    few = len(subject.texts) <= many_texts.MOST_TEXTS
    if semantic_installed() and (few or asked.clustering in {"auto", "average"}):
        subject.explanation.append("short answers: compared by meaning (semantic)")
        return "semantic"
    subject.explanation.append(
        "short answers: compared by stems and groups of letters (ngrams); with cotool[semantic] "
        "they are compared by meaning"
    )
    return "ngrams"
