"""Pairs of experts who share errors without copying each other, and all that agreement shows.

Two who share a source or a teacher agree more than what each of them knows explains: language
models of one family, students of one book. To the models of shared errors (`shared_errors`) such a
pair looks like two experts who know what the others do not. But those agree as much with any third
one who knows it. So a pair is related if its agreement exceeds what two factors explain that were
fitted to all other pairs (`_fast/truth/dependence`).
"""

from __future__ import annotations

from array import array
from math import sqrt

from cotool._fast.truth.dependence import beyond_two_factors
from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.consensus.truth.copies import doubtful, find_copies
from cotool.consensus.truth.rivals import DEVIATION, NAMED, Agreement, find_rivals, find_torn
from cotool.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cotool.consensus.truth.copies import Copy, PairCounts

# Experts between which pairs are looked for: two factors need some, and pairs are examined one by
# one.
FEWEST, MOST = 6, 64
# The agreement of relatives beyond chance exceeds what is expected by more than EXCESS, and by more
# than SURE standard deviations. The rest, relative to their agreement, times FACTOR is no evidence.
# Chosen of 30 settings on 29 language models, six difficult and nine random groups of them, and six
# of 12 others: .0571 more are right than by plurality without this rule, .0584 with it, and what is
# lost in the mean where plurality is better falls from .0054 to .0002 (the twelve weakest -.039 to
# .000, eight of middle strength -.024 to +.005; all 29 .1115 to .1089). Reported on 19 other groups
# and ducks: .0667 and .0691. The greatest loss is that of eight models of which two strong ones
# have no third one beside them: .108 to .055.
EXCESS, FACTOR = 0.04, 1.5
SURE = 3.0


class Dependence(NamedTuple):
    """What agreement shows of experts who depend on each other.

    `relatives` has for two experts the share of their equal answers that is no evidence. Rivals and
    relatives are looked for where labels are closed; if there are rivals, nothing else counts.
    `doubtful` are groups who may know the answers or share errors, which the answers must tell
    (`shared_errors.is_contested`). `is_near` says that the experts nearly are rivals.
    """

    copies: Sequence[Copy] = ()
    rivals: Sequence[Sequence[str]] = ()
    relatives: Mapping[tuple[str, str], float] = {}
    doubtful: Sequence[Sequence[str]] = ()
    is_near: bool = False

    @classmethod
    def of(cls, pairs: Sequence[PairCounts], *, is_open: bool) -> Dependence:
        """Find copies, rivals and relatives."""
        copies = find_copies(pairs)
        if is_open:
            return cls(copies)
        agreement = Agreement.of(pairs, copies)
        rivals, is_near = find_rivals(agreement)
        if rivals:
            return cls((), rivals)
        in_doubt = doubtful(copies) if copies else find_torn(agreement)
        return cls(copies, (), find_relatives(agreement), in_doubt, is_near)

    def shared(self, places: Mapping[str, int]) -> array[float] | None:
        """`relatives` as a square of the experts, for `Labels.weigh`; None if there are none."""
        if not self.relatives:
            return None
        size = len(places)
        cells = array("d", bytes(8 * size * size))
        for (a, b), share in self.relatives.items():
            i, j = places[a], places[b]
            cells[i * size + j] = cells[j * size + i] = share
        return cells


def related(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a sentence on pairs that were found."""
    if pairs:
        named = ", ".join(f"{a} and {b}" for a, b in pairs[:NAMED])
        more = f" and {plural(len(pairs) - NAMED, 'more pair')}" if pairs[NAMED:] else ""
        yield f"equal answers count less where experts share errors: {named}{more}"


def find_relatives(agreement: Agreement) -> dict[tuple[str, str], float]:
    """Find the pairs, and the share of their agreement that is not explained."""
    size = len(agreement.names)
    if not FEWEST <= size <= MOST:
        return {}
    places = {name: place for place, name in enumerate(agreement.names)}
    beyond = beyond_two_factors(*agreement.squares(), size, EXCESS / 2)
    found = {}
    for a, b, asked, kappa in agreement.rows:
        excess = beyond[places[a] * size + places[b]]
        excess -= max(EXCESS, SURE * DEVIATION / sqrt(asked))
        if excess > 0:
            found[a, b] = min(FACTOR * excess / kappa, 1.0)
    return found
