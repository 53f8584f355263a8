"""Two groups of experts who agree among themselves, and little with each other.

If experts err independently, the agreement of two beyond chance is the product of how far each
knows the answer. So the mean agreement between two groups is the geometric mean of the agreement
within them. Where it is far less, the groups rely on different sources, or one of them shares an
error. Agreement does not show which group is right, and weights by agreement may follow the wrong
one. Votes then count the same until right answers are known.

Groups of unlike agreement are a weaker sign: the one that agrees more may know what the others do
not, or share errors. So votes count the same if the answers of one of the groups are as consistent
as those of all (`shared_errors.is_contested`), as with a group that may copy.
"""

from __future__ import annotations

from array import array
from math import sqrt
from operator import itemgetter

from cotool._fast.truth import dependence
from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.consensus.truth.copies import (
    FEWEST,
    PARTNERS,
    beyond_chance,
    groups_of,
)
from cotool.text import and_more

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from cotool.consensus.truth.copies import Copy, PairCounts

# Experts up to which groups are looked for.
MOST = 200
# The groups agree with each other less than this part of the geometric mean of the agreement within
# them, and one agrees within itself at least this part of what the other does. 53 of 63 made-up
# worlds of two camps or of shared errors have such groups; without this rule `correlated` was below
# plurality there by up to .25. None of 22 sets of language models and annotators has them, neither
# with all questions nor with 150 or 50: groups that are alike there have .80 at least.
APART, ALIKE = 0.7, 0.65
# The first factor up to which few experts nearly are two groups: agreement may follow the worse
# one, so votes count more beside it (`shared_errors.NEAR_VOTES`). Groups of eight never lose there.
NEARLY, FEW = 0.78, 6
# The second factor is at least this many times as great as chance explains.
SURE = 1.5
# The standard deviation of κ on one question: that of equal answers half of the time, where a fifth
# are equal by chance.
DEVIATION = 0.625
# Experts up to which groups of unlike agreement are looked for, and by how many standard deviations
# they agree less with each other than within. `APART` was not chosen for them; on 60 random worlds
# each, all held out: where two to four weak experts share a source beside as many better ones,
# `correlated` is .083 below plurality without them, .010 with them (at most .247, .113). Where one
# to three good ones stand beside two to four weak ones with the same wrong answers, which looks the
# same, .034 above it are left of .057 (at most .208, .198 below). Of 120 groups of language models
# and 40 worlds of more or better good experts none changes. Larger ones were not tried; the two
# more fits would take as long as all the rest.
MOST_TORN, TORN = 16, 4.0
# Members of a group that are named.
NAMED = 6
# Copies that give this share of equal answers count as one expert.
IDENTICAL = 0.95
# The least change of the gap for which an expert changes its group.
_SETTLED = 1e-9


class Agreement(NamedTuple):
    """Agreement beyond chance: experts, and (expert, expert, questions, κ) of each pair."""

    names: list[str]
    rows: list[tuple[str, str, float, float]]

    @classmethod
    def of(cls, pairs: Iterable[PairCounts], copies: Iterable[Copy]) -> Agreement:
        """Experts who give nearly the same answers count as one."""
        same_source = groups_of(copy for copy in copies if copy.share >= IDENTICAL)
        left_out = {name for group in same_source for name in group[1:]}
        rows = [
            (row[0], row[1], row[2], beyond_chance(*row[2:]))
            for row in pairs
            if row[2] >= FEWEST and left_out.isdisjoint(row[:2])
        ]
        return cls(sorted({name for row in rows for name in row[:2]}), rows)

    def squares(self) -> tuple[array[float], array[float]]:
        """Questions, and how often the two agreed beyond chance, as the kernels take them."""
        size, places = len(self.names), {name: place for place, name in enumerate(self.names)}
        both, agreed = (array("d", bytes(8 * size * size)) for _ in range(2))
        for a, b, asked, kappa in self.rows:
            for cell in (places[a] * size + places[b], places[b] * size + places[a]):
                both[cell], agreed[cell] = asked, asked * kappa
        return both, agreed


class Division(NamedTuple):
    """Two groups of experts, if there are any; `is_near` says that few experts nearly are such."""

    groups: list[list[str]]
    is_near: bool = False


def find_rivals(agreement: Agreement) -> Division:
    """Find the two groups."""
    names, rows = agreement
    size = len(names)
    if not PARTNERS <= size <= MOST:
        return Division([])
    loadings, second = dependence.second_factor(*agreement.squares(), size)
    first = {name for name, loading in zip(names, loadings, strict=True) if loading > 0}
    gap = _gap(_sums(rows, first))
    apart = gap.part if gap.is_alike else 1.0
    if apart < APART and second >= SURE * _by_chance(rows, size):
        return Division([sorted(first), [name for name in names if name not in first]])
    return Division([], is_near=size <= FEW and apart < NEARLY)


def find_torn(agreement: Agreement) -> list[list[str]]:
    """Find two groups that agree little with each other, however much they agree within.

    From the two experts who agree most, one expert after the other joins or leaves their group as
    long as that lowers the agreement with the rest.
    """
    names, rows = agreement
    if not PARTNERS <= len(names) <= MOST_TORN:
        return []
    partners: dict[str, list[tuple[str, float, float]]] = {name: [] for name in names}
    for a, b, asked, kappa in rows:
        partners[a].append((b, asked * kappa, asked))
        partners[b].append((a, asked * kappa, asked))
    first = {*max(rows, key=itemgetter(3))[:2]}
    sums = _sums(rows, first)
    gap = _gap(sums)
    while True:
        moves = []
        for name in names:
            if 1 < len(first ^ {name}) < len(names) - 1:
                changed = _moved(sums, first, name, partners[name])
                moves.append((_gap(changed), name, changed))
        least = min(moves, key=lambda move: move[0].part, default=None)
        if least is None or least[0].part >= gap.part - _SETTLED:
            break
        gap, name, sums = least
        first ^= {name}
    if gap.part >= APART or gap.deviations < TORN:
        return []
    return [sorted(first), [name for name in names if name not in first]]


def described(rivals: Sequence[Sequence[str]]) -> str:
    """Return a sentence on two groups that were found."""
    groups = " and of ".join(and_more(group[:NAMED], len(group)) for group in rivals)
    return (
        f"the groups of {groups} agree among themselves and little with each other; agreement does "
        "not show which of them is right, so all votes count the same without right answers"
    )


class _Gap(NamedTuple):
    """How much two groups agree, as part of what they agree within; 1 if they are no groups.

    `is_alike`: they agree alike within. `deviations`: by how many standard deviations they agree
    less with each other.
    """

    part: float
    is_alike: bool = False
    deviations: float = 0.0


def _gap(sums: Sequence[Sequence[float]]) -> _Gap:
    """The gap between two groups; `sums` has (agreement, weight) within, between, within."""
    if any(weight < 1 for _, weight in sums):
        return _Gap(1.0)
    one, between, other = (agreed / weight for agreed, weight in sums)
    less, more = sorted((one, other))
    if less <= 0:
        return _Gap(1.0)
    within = sqrt(one * other)
    error = DEVIATION / sqrt(sums[1][1])
    return _Gap(between / within, less >= ALIKE * more, (within - between) / error)


def _sums(
    rows: Iterable[tuple[str, str, float, float]], first: Collection[str]
) -> list[list[float]]:
    sums = [[0.0, 0.0] for _ in range(3)]
    for a, b, asked, kappa in rows:
        own = sums[(a in first) + (b in first)]
        own[0] += asked * kappa
        own[1] += asked
    return sums


def _moved(
    sums: Sequence[Sequence[float]],
    first: Collection[str],
    name: str,
    partners: Iterable[tuple[str, float, float]],
) -> list[list[float]]:
    """The sums after an expert joined the other group."""
    own = [[0.0, 0.0], [0.0, 0.0]]
    for other, agreed, asked in partners:
        cell = own[other in first]
        cell[0] += agreed
        cell[1] += asked
    left, joined = (own[1], own[0]) if name in first else (own[0], own[1])
    here, between, there = (sums[2], sums[1], sums[0]) if name in first else sums
    changed = [
        [a - b for a, b in zip(here, left, strict=True)],
        [a + b - c for a, b, c in zip(between, left, joined, strict=True)],
        [a + b for a, b in zip(there, joined, strict=True)],
    ]
    return changed[::-1] if name in first else changed


def _by_chance(rows: Sequence[tuple[str, str, float, float]], size: int) -> float:
    """The greatest eigenvalue of residuals that are chance alone (Wigner's semicircle)."""
    asked = sum(row[2] for row in rows) / len(rows)
    return 2 * sqrt(size / asked) * DEVIATION
