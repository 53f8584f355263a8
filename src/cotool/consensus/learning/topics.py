"""Topics that are found in the words of questions: clusters of their TF-IDF vectors.

They are found once, from the first questions that suffice, and kept: counts of experts by topic
then add up. Spherical k-means (Dhillon, Modha, Machine Learning 2001) begins with the vector next
to the mean and takes the farthest one in turn, so that equal questions give equal topics.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt

from cotool._records import dataclass, field
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS

# Different questions from which topics are found, and those that are looked at.
FEWEST_TEXTS, MOST_TEXTS = 100, 600
# Topics: at most so many, of so many questions each in the mean.
MOST_TOPICS, QUESTIONS_A_TOPIC = 20, 25
# Words of a topic that are kept; its name has the first ones.
MOST_WORDS, NAMED = 40, 3
# Words count that are in at least so many questions and at most in this share of them.
FEWEST_QUESTIONS, MOST_SHARE = 3, 0.25
ROUNDS = 8
# Cosine from which a question belongs to a topic.
NEAR = 0.1
# Cosine from which two topics are one.
ALIKE = 0.3

_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(slots=True)
class Topics:
    """The words of each topic with their weights, by the topic's name; none before any are found.

    `rarity` has the inverse document frequency of the words.
    """

    words: dict[str, dict[str, float]] = field(default_factory=dict)
    rarity: dict[str, float] = field(default_factory=dict)

    def of(self, text: str) -> str:
        """The topic of a question, "" where its words tell none."""
        scores = _scores(_vector(text, self.rarity), self.words)
        best = max(scores, key=lambda name: (scores[name], name), default="")
        return best if best and scores[best] >= NEAR else ""

    def add(self, other: Topics) -> None:
        """Add those that another store found, as far as there is room."""
        for name, words in other.words.items():
            if name in self.words or len(self.words) < MOST_TOPICS:
                self.words.setdefault(name, dict(words))
        for word, value in other.rarity.items():
            self.rarity.setdefault(word, value)


def find_topics(texts: Iterable[str]) -> Topics:
    """Find topics; none if there are too few different texts, or their words show no groups."""
    texts = sorted({*texts})
    step = max(len(texts) / MOST_TEXTS, 1.0)
    texts = [texts[int(k * step)] for k in range(min(len(texts), MOST_TEXTS))]
    if len(texts) < FEWEST_TEXTS:
        return Topics()
    counts = Counter(word for text in texts for word in {*_words(text)} - FUNCTION_WORDS)
    most = MOST_SHARE * len(texts)
    rarity = {
        word: log(len(texts) / count)
        for word, count in sorted(counts.items())
        if FEWEST_QUESTIONS <= count <= most
    }
    vectors = [vector for text in texts if (vector := _vector(text, rarity))]
    count = min(MOST_TOPICS, len(vectors) // QUESTIONS_A_TOPIC)
    if count < 2:
        return Topics()
    centres = _centres(vectors, count)
    for _ in range(ROUNDS):
        groups: list[list[Mapping[str, float]]] = [[] for _ in centres]
        named = {str(k): centre for k, centre in enumerate(centres)}
        for vector in vectors:
            scores = _scores(vector, named)
            if scores:
                groups[int(max(scores, key=lambda name: (scores[name], -int(name))))].append(vector)
        centres = [_mean(group) for group in groups if group]
    centres = _merged(centres)
    found = {_name(centre): centre for centre in centres}
    kept = {word for centre in found.values() for word in centre}
    return Topics(found, {word: value for word, value in rarity.items() if word in kept})


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _vector(text: str, rarity: Mapping[str, float]) -> dict[str, float]:
    """TF-IDF of a text at length 1; empty where no word counts."""
    own = Counter(word for word in _words(text) if word in rarity)
    weights = {word: (1 + log(count)) * rarity[word] for word, count in own.items()}
    return _unit(weights)


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = sqrt(sum(value * value for value in weights.values()))
    return {word: value / length for word, value in weights.items()} if length else {}


def _scores(
    vector: Mapping[str, float], centres: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """The cosine of a vector with each centre that shares a word with it."""
    found = {
        name: sum(value * centre.get(word, 0.0) for word, value in vector.items())
        for name, centre in centres.items()
    }
    return {name: score for name, score in found.items() if score > 0}


def _centres(vectors: Sequence[Mapping[str, float]], count: int) -> list[dict[str, float]]:
    """Vectors far apart."""
    nearest = [1 - score for score in _cosines(vectors, _mean(vectors))]
    chosen = min(range(len(vectors)), key=nearest.__getitem__)
    centres = [dict(vectors[chosen])]
    near = _cosines(vectors, centres[0])
    while len(centres) < count:
        # Among the unlike ones, the one that is most like the rest: an outlier is not a topic.
        chosen = min(range(len(vectors)), key=lambda k: near[k] + 0.5 * nearest[k])
        centres.append(dict(vectors[chosen]))
        own = _cosines(vectors, centres[-1])
        near = [max(a, b) for a, b in zip(near, own, strict=True)]
    return centres


def _merged(centres: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """Centres of which no two are alike."""
    left = list(centres)
    while len(left) > 1:
        pairs = [
            (_cosines([left[a]], left[b])[0], a, b) for b in range(len(left)) for a in range(b)
        ]
        like, a, b = max(pairs, key=lambda pair: (pair[0], -pair[1], -pair[2]))
        if like < ALIKE:
            break
        left[a] = _mean([left[a], left.pop(b)])
    return left


def _cosines(vectors: Sequence[Mapping[str, float]], centre: Mapping[str, float]) -> list[float]:
    return [sum(v * centre.get(word, 0.0) for word, v in vector.items()) for vector in vectors]


def _mean(vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The direction of the sum, its heaviest words."""
    total: dict[str, float] = {}
    for vector in vectors:
        for word, value in vector.items():
            total[word] = total.get(word, 0.0) + value
    heavy = sorted(total, key=lambda word: (-total[word], word))[:MOST_WORDS]
    return _unit({word: total[word] for word in heavy})


def _name(centre: Mapping[str, float]) -> str:
    return ", ".join(sorted(centre, key=lambda word: (-centre[word], word))[:NAMED])
