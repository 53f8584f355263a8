"""Who stands apart from the consensus, and what they say differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.consensus.decide.words import opposition
from cotool.consensus.extract.vocabulary import is_negation
from cotool.consensus.model import Dissent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.words import Words
    from cotool.consensus.model import Cluster

MOST_WORDS = 8
# Dissents whose words are told apart, the heaviest: a thousand answers need no thousand lists.
MOST_DETAILED = 50


def find_dissent(
    clusters: Sequence[Cluster], answer: int, texts: Sequence[Words], matrix: Matrix | None
) -> tuple[Dissent, ...]:
    """One Dissent for each cluster but the first, which is the consensus; the heaviest first.

    `answer` is the row of the response that stands; each dissent is set against it where the two
    are near-paraphrases (negation, numbers), and against the whole consensus cluster in words.
    `matrix` is None where the responses are too many to be compared pair by pair.
    """
    if len(clusters) < 2:
        return ()
    inside = [texts[i] for i in clusters[0].indices]
    ours = dict.fromkeys(number for text in inside for number in text.numbers)
    found = []
    ranked = sorted(clusters[1:], key=lambda cluster: -cluster.share)
    for cluster in ranked[:MOST_DETAILED]:
        outside = [texts[i] for i in cluster.indices]
        closest = cluster.indices[0]
        if matrix is not None:
            closest = max(cluster.indices, key=lambda i: matrix[i, answer])
        against = opposition(texts[closest], texts[answer])
        theirs = dict.fromkeys(number for text in outside for number in text.numbers)
        found.append(
            Dissent(
                experts=cluster.members,
                answer=cluster.answer,
                share=cluster.share,
                similarity=None if matrix is None else matrix[closest, answer],
                only_here=distinguishing(outside, inside),
                only_in_consensus=distinguishing(inside, outside),
                numbers=tuple(number for number in theirs if number not in ours)[:MOST_WORDS],
                consensus_numbers=tuple(number for number in ours if number not in theirs)[
                    :MOST_WORDS
                ],
                negation=against.negated,
            )
        )
    found += [
        Dissent(
            experts=cluster.members, answer=cluster.answer, share=cluster.share, similarity=None
        )
        for cluster in ranked[MOST_DETAILED:]
    ]
    return tuple(found)


def distinguishing(inside: Sequence[Words], outside: Sequence[Words]) -> tuple[str, ...]:
    """Words of `inside` by how many more of its texts hold them than of `outside`'s, at most 8.

    Negations always count; other function words only where nothing else sets the two apart.
    """
    scores: dict[str, float] = {}
    places: dict[str, int] = {}
    for text in inside:
        for word in text.counts:
            places.setdefault(word, len(places))
            scores[word] = scores.get(word, 0.0) + 1 / len(inside)
    for text in outside:
        for word in text.counts:
            if word in scores:
                scores[word] -= 1 / len(outside)
    content = {word for text in inside for word in text.content}

    def strongest(words: Iterable[str]) -> tuple[str, ...]:
        # A word in half of these texts and none of the others, or more.
        chosen = [word for word in words if scores[word] >= 0.5]
        return tuple(sorted(chosen, key=lambda word: (-scores[word], places[word]))[:MOST_WORDS])

    return strongest(w for w in scores if w in content or is_negation(w)) or strongest(
        w for w in scores if not w[0].isdigit()
    )
