"""Similarity of short answers to one question, by their words and by what these mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._fast.text import embedding, pairwise
from cotool.consensus.decide.embedders import built_in
from cotool.consensus.decide.features import ENOUGH, features_of
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.options import Embedder


def by_features(texts: Sequence[str], question: str = "", num_threads: int | None = None) -> Matrix:
    """TF-IDF cosine of stems and groups of letters."""
    return pairwise.bags(features_of(texts, question).features, "tfidf", num_threads)


def by_meaning(
    texts: Sequence[str],
    question: str = "",
    embedder: Embedder | None = None,
    num_threads: int | None = None,
) -> Matrix:
    """The mean of the cosine of vectors and of the stems that the shorter text shares.

    Vectors are those of `embedder`, else of the model that cotool[semantic] brings. The shared
    stems let one answer be contained in another, and hold words together that the model lacks.
    Raises MissingExtraError without a model, InputError for an embedder's vectors.
    """
    vectors = vectors_of(texts, question, embedder, num_threads)
    near = pairwise.vector_cosine(vectors, num_threads)
    stems = features_of(texts, question).stems
    return pairwise.mean_of(near, pairwise.bags(stems, "containment", num_threads))


def vectors_of(
    texts: Sequence[str],
    question: str = "",
    embedder: Embedder | None = None,
    num_threads: int | None = None,
    chosen: int | None = None,
) -> Matrix:
    """Vectors of length 1; of enough texts, relative to the first `chosen` of them (to all)."""
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
    return embedding.spread_axes(vectors, len(texts) if chosen is None else chosen, topic)


def _given(embedder: Embedder, texts: Sequence[str]) -> Matrix:
    rows = list(embedder(texts))
    if len(rows) != len(texts):
        raise InputError(
            f"the embedder gave {len(rows)} vectors for {len(texts)} texts",
            hint="an embedder returns one vector for each text, in their order",
        )
    try:
        return pairwise.unit_rows(rows)
    except ValueError as error:
        raise InputError(str(error)) from None
