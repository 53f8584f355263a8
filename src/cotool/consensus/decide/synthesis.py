"""One text from several near-paraphrases, word by word, without a model."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Sequence

from cotool._fast.truth.rover import align
from cotool._lazy import lazy_pattern
from cotool.errors import InputError

# Words of a text that can be aligned: a network of this many positions and a text of as many words
# take 64 MB.
MOST_WORDS = 8_000
# How much more weight a transcript has if it is nearer to the others. Word error rates over 2,862
# recordings: .115 with 0, .111 with 1, .109 with 2, .109 with 4.
POWER = 2
# Scripts that are written without spaces: every character is a word.
_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3040-\u309f"
    "\u3400-\u9fff\uf900-\ufaff"
)
_TOKEN = lazy_pattern(rf"[{_ALONE}]|[^\s{_ALONE}]+")


def synthesise(texts: Sequence[str], weights: Sequence[float], nearness: Sequence[float]) -> str:
    """Align the texts and take the word of the greatest weight at every position, or none.

    `weights` are the experts', `nearness` is the mean similarity of each text to the others, 0 to
    1: the nearest begins, and each text weighs its expert's weight times its nearness squared.
    Upper case and punctuation are those of most texts with the word. With equal weights, the text
    that comes first in this order decides.

    Raises InputError if a text is too long to be aligned.
    """
    tokens = [_TOKEN.findall(text) for text in texts]
    order = sorted(
        (i for i in range(len(texts)) if weights[i] > 0), key=lambda i: (-nearness[i], texts[i])
    )
    numbers: dict[str, int] = {}
    words, starts, own = array("i"), array("q", [0]), array("d")
    shown: list[list[str]] = []
    for i in order:
        kept = [(token, key) for token in tokens[i] if (key := _key(token))]
        if len(kept) > MOST_WORDS:
            raise InputError(
                f"a text of {len(kept):,} words is too long to be aligned (at most {MOST_WORDS:,})",
                hint="the method medoid picks one of the texts",
            )
        words.extend(numbers.setdefault(key, len(numbers)) for _, key in kept)
        shown.append([token for token, _ in kept])
        starts.append(len(words))
        own.append(weights[i] * max(nearness[i], 0.01) ** POWER)
    network = align(words, starts, own)
    places = [0] * len(order)
    chosen: list[str] = []
    for start in range(0, len(network), len(order)):
        position = network[start : start + len(order)]
        votes: defaultdict[int, float] = defaultdict(float)
        for k, word in enumerate(position):
            votes[word] += own[k]
        best = max(votes, key=votes.__getitem__)
        spellings: defaultdict[str, float] = defaultdict(float)
        for k, word in enumerate(position):
            if word >= 0:
                if word == best:
                    spellings[shown[k][places[k]]] += own[k]
                places[k] += 1
        if best >= 0:
            chosen.append(max(spellings, key=spellings.__getitem__))
    return _joined(chosen)


def _key(token: str) -> str:
    """A token without case and punctuation; empty if it is nothing else."""
    return "".join(char for char in token.casefold() if char.isalnum() or char in "'’")


def _joined(tokens: Sequence[str]) -> str:
    """Tokens with spaces between them, except between characters that are words themselves."""
    text = " ".join(tokens)
    return re.sub(rf"(?<=[{_ALONE}]) (?=[{_ALONE}])", "", text)
