"""Who stands apart from the consensus, and what they say differently."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cotool.consensus.decide.words import opposition
from cotool.consensus.extract.vocabulary import is_negation
from cotool.consensus.model import Dissent

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    here, there = _texts_with(inside), _texts_with(outside)
    scores = {
        word: count / len(inside) - there.get(word, 0) / max(1, len(outside))
        for word, count in here.items()
    }
    # A word in half of these texts and none of the others, or more. Ties keep their order.
    ranked = [word for word in scores if scores[word] >= 0.5]
    ranked.sort(key=lambda word: -scores[word])
    content = frozenset().union(*(text.content for text in inside))
    chosen = [word for word in ranked if word in content or is_negation(word)]
    return tuple((chosen or [w for w in ranked if not w[0].isdigit()])[:MOST_WORDS])


def _texts_with(texts: Sequence[Words]) -> Counter[str]:
    """In how many texts each word occurs, in order of appearance."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(text.counts.keys())
    return found
