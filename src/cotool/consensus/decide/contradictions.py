"""Whether a sentence contradicts another: by a negation, or by another value in the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._fast.text.marks import capitals
from cotool._fast.text.support import IS_NUMBER
from cotool.consensus.decide.antonyms import contraries
from cotool.consensus.decide.rounding import number_of, rounded

if TYPE_CHECKING:
    from cotool.consensus.decide.passages import Passages

# A sentence may contradict a statement if it shares this much of the rest of the statement: of all
# but the numbers, where these differ; of all but the name, or of all, in the other cases.
SAME_FRAME = 0.55

OPPOSITE = 0.75

# Two sentences that contradict each other share this much of the other one, too; sentences of few
# shared anchors share most of it.
SAME_TOPIC = 0.4

ENOUGH_SHARED = 3

# Words of either sentence that the other lacks, where one says the opposite.
MOST_APART = 8


def opposed(passages: Passages, n: int, sentence: int) -> bool:
    """Return whether one of two sentences denies what the other affirms.

    "Nothing is lost by waiting" denies nothing about waiting: what follows the negation, or
    what comes before it at the end, must be in the other sentence, too.
    """
    if passages.denies(n) == passages.denies(sentence):
        return False
    own, there = set(passages.anchors(n)), set(passages.anchors(sentence))
    same = passages.weight_of(own & there)
    back = passages.weight_of(there)
    if same < OPPOSITE * passages.weight_of(own) or same < SAME_TOPIC * back:
        return False
    if len(own & there) < ENOUGH_SHARED and same < OPPOSITE * back:
        return False
    return denies_said(passages, n, sentence)


def denies_said(passages: Passages, n: int, sentence: int) -> bool:
    """Return whether one of two sentences denies what the other says something about."""
    if passages.denies(n) == passages.denies(sentence):
        return False
    denying, other = (n, sentence) if passages.denies(n) else (sentence, n)
    return _denied_anchors(passages, denying) <= set(passages.anchors(other))


def opposite_words(passages: Passages, n: int, sentence: int) -> list[tuple[str, str]]:
    """Return words of one sentence that say the opposite of a word of another, with that word.

    All else that carries the sentence must be in the other.
    """
    against = {(pair, 1 - side) for pair, side in passages.opposites(sentence)}
    if passages.opposites(n).isdisjoint(against) and not (
        passages.denying(n) or passages.denying(sentence)
    ):
        return []
    words, anchor_of = passages.words, passages.anchor_of
    mine, theirs = dict.fromkeys(passages.said(n)), dict.fromkeys(passages.said(sentence))
    left = {words[word]: word for word in mine if word not in theirs}
    right = {words[word]: word for word in theirs if word not in mine}
    if len(left) > MOST_APART or len(right) > MOST_APART:
        return []
    pairs = contraries(left, right)
    if not pairs or passages.denies(n) != passages.denies(sentence):
        return []
    own, there = set(passages.anchors(n)), set(passages.anchors(sentence))
    shared = own & there
    rest = own - {anchor_of[left[word]] for word, _ in pairs}
    back = there - {anchor_of[right[other]] for _, other in pairs}
    same = passages.weight_of(shared & rest)
    if (
        not same
        or same < OPPOSITE * passages.weight_of(rest)
        or same < SAME_TOPIC * passages.weight_of(back)
    ):
        return []
    return sorted(pairs)


def _denied_anchors(passages: Passages, sentence: int) -> set[int]:
    """Return the anchor behind each negation, or before it where none is behind."""
    found = set()
    before, open_negation = -1, False
    for word in passages.said(sentence):
        if passages.negates(word):
            open_negation = True
        elif (anchor := passages.anchor_of[word]) >= 0:
            if open_negation:
                found.add(anchor)
            before, open_negation = anchor, False
    if open_negation and before >= 0:
        found.add(before)
    return found


def conflicting_values(
    passages: Passages, n: int, passage: int, sentence: int, missing: set[int]
) -> list[tuple[str, str]]:
    """Return pairs of a missing value and the one other value in its place."""
    own, there = set(passages.anchors(n)), set(passages.anchors(sentence))
    shared, foreign = own & there, there - own
    same = passages.weight_of(shared)
    if not same:
        return []
    found = []
    for value in missing:
        kind = passages.kind_of(value)
        named = kind == "name"
        others = (
            _names_beside(passages, n, value, sentence, foreign)
            if named
            else [other for other in foreign if passages.kind_of(other) == kind]
        )
        if len(others) != 1 or (not named and _compatible(passages, value, others[0], missing)):
            continue
        # A date may differ in all its numbers; another name beside is another subject.
        numbers = IS_NUMBER if not named else -1
        mine, theirs = {value}, {others[0]}
        if named:
            mine = _whole_name(passages, n, value, missing)
            theirs = _whole_name(passages, sentence, others[0], foreign)
        rest = own - mine - {a for a in missing if passages.kinds[a] == numbers}
        back = there - theirs - {a for a in foreign if passages.kinds[a] == numbers}
        least = OPPOSITE if named else SAME_FRAME
        if (
            same >= least * passages.weight_of(rest)
            and same >= SAME_TOPIC * passages.weight_of(back)
            and not _also_says(passages, passage, others[0], shared)
        ):
            found.append((passages.shown(value), passages.shown(others[0])))
    return sorted(found)


def _whole_name(passages: Passages, sentence: int, value: int, among: set[int]) -> set[int]:
    """Return the names that stand in a row with a name, all of them `among` some anchors."""
    found = {value}
    row: set[int] = set()
    for word in (*passages.said(sentence), -1):
        anchor = passages.anchor_of[word] if word >= 0 else -1
        if anchor in among and passages.kind_of(anchor) == "name":
            row.add(anchor)
            continue
        if value in row:
            found |= row
        row = set()
    return found


def _compatible(passages: Passages, value: int, other: int, missing: set[int]) -> bool:
    """Return whether a number is another one rounded, or lies between two of a sentence."""
    number, rival = number_of(passages.shown(value)), number_of(passages.shown(other))
    if number is None or rival is None:
        return False
    if rounded(passages.shown(value), passages.shown(other)):
        return True
    ends = [end for one in missing if (end := number_of(passages.shown(one))) is not None]
    return passages.kind_of(value) == "number" and min(ends) < rival < max(ends)


def _also_says(passages: Passages, passage: int, other: int, shared: set[int]) -> bool:
    """Return whether a passage says the other value of the same things, too: "verse 1, 2, 3"."""
    least = SAME_FRAME * passages.weight_of(shared)
    for sentence in range(passages.first[passage], passages.first[passage + 1]):
        there = passages.anchors(sentence)
        if other in there and passages.weight_of(shared.intersection(there)) >= least:
            return True
    return False


def _names_beside(
    passages: Passages, n: int, value: int, sentence: int, foreign: set[int]
) -> list[int]:
    """Return names of a sentence that are beside a word that is beside the value, too."""
    before, behind = set(), set()
    said = passages.said(n)
    for k, word in enumerate(said):
        if passages.anchor_of[word] == value:
            before.add(said[k - 1] if k else -1)
            behind.add(said[k + 1] if k + 1 < len(said) else -1)
    written = {word.casefold() for word in capitals([passages.strings[sentence]])}
    said = passages.said(sentence)
    return list(
        dict.fromkeys(
            passages.anchor_of[word]
            for k, word in enumerate(said)
            if passages.anchor_of[word] in foreign
            and passages.words[word] in written
            and (
                (said[k - 1] if k else -1) in before
                or (said[k + 1] if k + 1 < len(said) else -1) in behind
            )
        )
    )
