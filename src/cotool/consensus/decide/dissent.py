"""Who dissents from the consensus, and what they say differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.words import opposition
from cotool.consensus.extract.vocabulary import is_negation
from cotool.consensus.model import Dissent

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.words import Words
    from cotool.consensus.model import Cluster

MOST_WORDS = 8
# The least difference between the shares of texts that have a word, for it to set them apart.
HALF = 0.5
# Only the heaviest dissents have their differing words listed.
MOST_DETAILED = 50


def find_dissent(
    clusters: Sequence[Cluster], answer: int, texts: Sequence[Words], matrix: Matrix | None
) -> tuple[Dissent, ...]:
    """Return one Dissent per cluster except the first, the consensus; the heaviest first.

    `answer` is the row of the chosen response; each dissent is set against it where the two
    are near-paraphrases (negation, numbers), and against the whole consensus cluster in words.
    `matrix` is None if the responses are too many to be compared pair by pair.
    """
    if len(clusters) < 2:
        return ()
    inside = [texts[i] for i in clusters[0].indices]
    own = Vocabulary.of(inside)
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
        other = Vocabulary.of(outside)
        found.append(
            Dissent(
                experts=cluster.members,
                answer=cluster.answer,
                share=cluster.share,
                similarity=None if matrix is None else matrix[closest, answer],
                only_here=other.apart_from(own),
                only_in_consensus=own.apart_from(other),
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


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of some texts in order of appearance, each with the share of texts that have it.

    `content` has those that are neither function words nor numbers.
    """

    shares: dict[str, float]
    content: frozenset[str]

    @classmethod
    def of(cls, texts: Sequence[Words]) -> Vocabulary:
        """Return the words of texts."""
        if len(texts) == 1:
            return cls(dict.fromkeys(texts[0].counts, 1.0), texts[0].content)
        counts = Counter(word for text in texts for word in text.counts)
        return cls(
            {word: count / len(texts) for word, count in counts.items()},
            frozenset(word for text in texts for word in text.content),
        )

    def apart_from(self, other: Vocabulary) -> tuple[str, ...]:
        """Return words that these texts have more often than the others, at most 8.

        Negations always count; other function words only if no other word distinguishes the two.
        """
        # A word in half of these texts and none of the others, or more.
        chosen = [
            (word, score)
            for word, share in self.shares.items()
            if (score := share - other.shares.get(word, 0.0)) >= HALF
        ]
        chosen.sort(key=lambda one: -one[1])
        strong = [word for word, _ in chosen if word in self.content or is_negation(word)]
        words = strong or [word for word, _ in chosen if not word[0].isdigit()]
        return tuple(words[:MOST_WORDS])
