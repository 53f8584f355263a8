"""Similarity of short answers to one question, by their words and by what these mean."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

from cotool._fast.text import embedding, pairwise
from cotool._fast.text.matches import best_matches
from cotool._fast.text.tokens import intern
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.embedders import built_in
from cotool.consensus.decide.features import ENOUGH, features_of
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.features import Features
    from cotool.consensus.options import Embedder

# The weight of the matched words; the vectors of whole texts have the rest.
# Data: ProtoQA (21 questions) and ArgKP (29); sum of the adjusted Rand indices.
# Chosen: from .5 to .8, together with powers of the cosine of two words from 1 to 4 and the
# deviations in clustering.py. Neighbouring values do as well.
MATCHED = 0.6
# Words that are compared with one another, the most frequent: a table of 16 MB. The others match
# themselves only.
MOST_WORDS = 4_096


def by_features(texts: Sequence[str], question: str = "", num_threads: int | None = None) -> Matrix:
    """TF-IDF cosine of stems and groups of letters."""
    return pairwise.bags(features_of(texts, question).features, "tfidf", num_threads)


def by_meaning(
    texts: Sequence[str],
    question: str = "",
    embedder: Embedder | None = None,
    num_threads: int | None = None,
) -> Matrix:
    """The cosine of vectors, and how far the words of the shorter text are matched.

    Vectors are those of `embedder`, else of the model that cotool[semantic] brings. Matched words
    let one answer be contained in another. With the built-in model a word matches a similar one,
    too; an `embedder` is not asked about words, so they match themselves only.
    Raises MissingExtraError without a model, InputError for an embedder's vectors.
    """
    vectors = vectors_of(texts, question, embedder, num_threads)
    near = pairwise.vector_cosine(vectors, num_threads)
    found = features_of(texts, question)
    if embedder is not None:
        matched = pairwise.bags(found.stems, "containment", num_threads)
    else:
        matched = _matched(found, num_threads)
    return pairwise.mixed(near, matched, MATCHED)


def _matched(found: Features, num_threads: int | None) -> Matrix:
    """Return how far the stems of the shorter of two texts are matched in the other."""
    ids, starts, stems = intern(found.stems)
    counts = Counter(ids)
    order = sorted(range(len(stems)), key=lambda stem: -counts[stem])
    place = dict(zip(order, range(len(order)), strict=True))
    words = [found.written[stems[stem]] for stem in order[:MOST_WORDS]]
    ranked = array("i", map(place.__getitem__, ids))
    return best_matches(ranked, starts, built_in().embed(words, num_threads), num_threads)


def vectors_of(
    texts: Sequence[str],
    question: str = "",
    embedder: Embedder | None = None,
    num_threads: int | None = None,
    chosen: int | None = None,
    *,
    declining: bool = False,
) -> Matrix:
    """Vectors of length 1; of enough texts, relative to the first `chosen` of them (to all).

    With `declining`, the axes on which the vectors differ most come first; cosines do not change.
    """
    asked = [question] if question.strip() else []
    if embedder is None:
        model = built_in()
        vectors = model.embed(texts, num_threads)
        topic = model.embed(asked) if asked else None
    else:
        vectors = _given(embedder, texts)
        topic = _given(embedder, asked) if asked else None
    if len(texts) < ENOUGH:
        return vectors
    if topic is not None and topic.shape[1] != vectors.shape[1]:
        raise InputError("the embedder gave vectors of different lengths", parameter="embedder")
    return embedding.spread_axes(
        vectors, len(texts) if chosen is None else chosen, topic, num_threads, declining
    )


def given_vectors(embedder: Embedder, texts: Sequence[str]) -> list[Sequence[float]]:
    """Return the vectors that a caller's embedder gives. Raises InputError for another number."""
    rows = list(embedder(texts))
    if len(rows) != len(texts):
        raise InputError(
            f"the embedder gave {len(rows)} vectors for {len(texts)} texts",
            hint="an embedder returns one vector for each text, in their order",
        )
    return rows


def _given(embedder: Embedder, texts: Sequence[str]) -> Matrix:
    try:
        return pairwise.unit_rows(given_vectors(embedder, texts))
    except ValueError as error:
        raise InputError(str(error)) from None
