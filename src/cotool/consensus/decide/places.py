"""Short answers that are the same except in one place, where they differ.

"The capital of Australia is Canberra" and "The capital of Australia is Sydney" answer differently,
though most of their words are the same and what is left means something similar.
"""

from __future__ import annotations

from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.aggregation import numbered
from cotool.consensus.decide.anchors import stem
from cotool.consensus.decide.antonyms import poles_of
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS, is_negation

if TYPE_CHECKING:
    from cotool.consensus.decide.words import Words

# At least this many words are around the place, and this part of the text; fewer are enough if the
# place follows a form of "to be": "it is blue".
FRAME = 3
STATED = 2
PART = 0.6
COPULAS = frozenset(
    "is are was were am ist sind war waren est sont était es son era está è sono".split()
)
# The most words in the place.
MOST = 3
# Longer texts that differ in one place only are copies rather than answers in free words.
LONGEST = 60
# A word of this many letters is misspelt if no more than this many others are in its place.
MISSPELT = 5
TYPOS = 2

Frame = tuple[tuple[str, ...], tuple[str, ...]]


def split_by_place(
    labels: Sequence[int], texts: Sequence[Words], closeness: Sequence[float]
) -> list[int]:
    """Split clusters whose members have different contents in the same place.

    From the closest to its cluster outwards, each text joins the first part of the cluster in which
    nobody differs from it. Labels are numbered by first appearance.
    """
    members: dict[int, dict[tuple[str, ...], list[int]]] = {}
    for i in sorted(range(len(labels)), key=lambda i: -closeness[i]):
        members.setdefault(labels[i], {}).setdefault(texts[i].words, []).append(i)
    part_of: dict[int, tuple[int, int]] = {}
    for label, same in members.items():
        known: dict[Frame, dict[tuple[str, ...], set[int]]] = {}
        for words, rows in same.items():
            own = _places(words)
            taken: set[int] = set()
            for frame, content in own.items():
                for other, parts in known.get(frame, {}).items():
                    if not _alike(content, other):
                        taken |= parts
            part = next(part for part in range(len(taken) + 1) if part not in taken)
            for frame, content in own.items():
                known.setdefault(frame, {}).setdefault(content, set()).add(part)
            part_of.update((row, (label, part)) for row in rows)
    return numbered([part_of[i] for i in range(len(labels))])


def _places(words: tuple[str, ...]) -> dict[Frame, tuple[str, ...]]:
    """Return what is in each place of a text, by the words before and after the place."""
    words = tuple(part for word in words for part in _parts(word))
    count = len(words)
    found: dict[Frame, tuple[str, ...]] = {}
    if count > LONGEST:
        return found
    for width in range(1, MOST + 1):
        if count - width < max(STATED, PART * count):
            break
        for start in range(count - width + 1):
            if count - width < FRAME and not (start and words[start - 1] in COPULAS):
                continue
            content = tuple(
                stem(word)
                for word in words[start : start + width]
                if word not in FUNCTION_WORDS or is_negation(word) or poles_of(word)
            )
            if content:
                found[words[:start], words[start + width :]] = content
    return found


def _parts(word: str) -> tuple[str, ...]:
    """Return "it's" as two words, and other words as they are."""
    before, mark, behind = word.partition("'")
    full = {"s": "is", "re": "are", "m": "am"}.get(behind) if mark else None
    return (before, full) if full and before in FUNCTION_WORDS else (word,)


def _alike(content: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return content == other or (len(content) == len(other) and all(map(_misspelt, content, other)))


def _misspelt(word: str, other: str) -> bool:
    if word == other:
        return True
    if min(len(word), len(other)) < MISSPELT or word[0] != other[0]:
        return False
    left = list(other)
    extra = 0
    for letter in word:
        if letter in left:
            left.remove(letter)
        else:
            extra += 1
    return extra + len(left) <= TYPOS
