"""The priors of the mixture: assumptions about the weights before right answers are seen."""

from __future__ import annotations

from array import array
from math import log

from cotool._typing import TYPE_CHECKING
from cotool.consensus.learning.basis import EXPERT
from cotool.consensus.learning.mixture import FIXED, Prior

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cotool.consensus.learning.basis import Basis, GoldBallot

# The size at which distilled weights enter, and the deviations of that size and of what all weights
# have in common. Deviations of .1 and .1 let right answers pull all weights together, towards
# plurality: after 20 answers .699 of 29 models' questions are right instead of .704 (12 models .563
# and .563, seven other sets and 14 made-up worlds .001 less in the mean).
SIZE, SIZE_SPREAD, COMMON_SPREAD = 0.5, 0.2, 0.03
# Deviations of a weight from the distilled one with the logarithms of their priors: agreement is
# good until right answers say otherwise. Those of an offset are half of it.
NEAR = ((0.02, 2.0), (0.05, 2.0), (0.1, 1.0), (0.2, 0.0), (0.4, -1.0), (0.8, -2.0), (1.6, -3.0))
OFFSET = 0.5
# The same if agreement shows two groups (`truth/rivals`) and the distilled weights are replaced by
# equal ones: nothing is known of the distance. On 22 made-up worlds of two groups .054 more than by
# plurality are right after 5 right answers of worlds of shared errors, and .016 of two camps; .016
# and .018 with `NEAR`; after 20 .129 and .039, and .105 and .024. Labels have no offsets here: so
# on 31 random worlds of two groups .0006, .0016, .0017, .0017 more are right after 5, 20, 50, 200;
# reported on 32 others: -.0004, .0030, .0039, .0011 (standard errors .0008 to .0025).
DIVIDED = ((0.05, -2.0), (0.2, 0.0), (0.4, 0.0), (0.8, 0.0), (1.6, 0.0))
# And if experts of one group are alike: deviations of the weight of each group, of those within.
# Chosen of ten settings on 44 made-up worlds of two camps, of weak experts with one source, and of
# shared errors (deviations of .8 lose .2 in single worlds after 5 right answers). Reported on 64
# others, after 5, 20, 50, 200 more are right by .008, .003, .006, .002 where two camps copy, .014,
# .009, .005, .006 beside weak ones with one source, .015, .006, .012, .009 of shared errors.
GROUPED = ((0.2, 0.05), (0.4, 0.05), (0.2, 0.2), (0.4, 0.2))
GROUPED_PRIOR = 1.0
# Weights free of agreement: their common mean, their deviations, the prior of each.
FREE, FREE_SPREADS, FREE_PRIOR = 0.2, (0.3, 0.6), log(0.2)
# The same without offsets of labels: common means and deviations, the prior of each.
UNLABELLED, UNLABELLED_PRIOR = ((0.0, 0.316), (0.0, 1.0), (0.2, 0.316)), -1.5
# Equal votes: a weight, and the deviation of that weight.
PLAIN, PLAIN_SPREAD, PLAIN_PRIOR = 0.4, 0.3, -2.0
# The belief of truth inference as it is, where labels are a closed set: deviations of its weight,
# 1, and of those of experts.
BELIEF_SPREAD, BELIEF_EXPERTS, BELIEF_PRIOR = 0.3, 0.12, -2.0
# One expert above all others: its lead, and the prior of all such experts. They are looked for
# among those most often right, up to this many judgements: then the weights tell.
LEAD, STAR_PRIOR, MOST_STARS, STARS_UNTIL = 1.5, log(0.2), 8, 200


def priors(
    basis: Basis,
    near: array[float],
    wide: array[float],
    stars: Sequence[int],
    groups: Sequence[Iterable[str]],
) -> Iterator[Prior]:
    """Yield each prior; `near` are the weights by agreement, `wide` their covariance.

    If the experts are divided into `groups`, `near` are equal weights instead.
    """

    def sized(factor: float) -> array[float]:
        return array("d", [factor * value / SIZE for value in near])

    def deviations(spread: float, offset: float = OFFSET) -> array[float]:
        return basis.column(FIXED, spread, offset * spread + FIXED)

    none = array("d", bytes(8 * len(basis.keys) ** 2))
    common = basis.column(0.0, COMMON_SPREAD, 0.0)
    for spread, prior in DIVIDED if groups else NEAR:
        directions = [sized(SIZE_SPREAD), common]
        yield Prior(
            "free" if groups else "agreement",
            prior,
            sized(SIZE),
            deviations(spread, 0.0 if groups else OFFSET),
            directions,
            wide,
        )
    for among, spread in GROUPED if groups else ():
        directions = [sized(SIZE_SPREAD), *(basis.members(group, among) for group in groups)]
        yield Prior("groups", GROUPED_PRIOR, sized(SIZE), deviations(spread, 0.0), directions, wide)
    free = basis.column(0.0, FREE, 0.0)
    for spread in FREE_SPREADS:
        yield Prior("free", FREE_PRIOR, free, deviations(spread), [free], none)
    for mean, spread in UNLABELLED:
        plain, alike = basis.column(0.0, mean, 0.0), basis.column(FIXED, spread, FIXED)
        yield Prior("free", UNLABELLED_PRIOR, plain, alike, [plain], none)
    plain, alike = basis.column(0.0, PLAIN, 0.0), basis.column(FIXED, FIXED, FIXED)
    size = basis.column(0.0, PLAIN_SPREAD, 0.0)
    yield Prior("plurality", PLAIN_PRIOR, plain, alike, [size], none)
    if basis.is_closed:
        belief = basis.column(BELIEF_SPREAD, BELIEF_EXPERTS, BELIEF_EXPERTS)
        yield Prior("inference", BELIEF_PRIOR, basis.column(1.0, 0.0, 0.0), belief, [], none)
    for place in stars:
        star = sized(0.3)
        star[place] += LEAD
        prior = STAR_PRIOR - log(basis.experts - 1)
        yield Prior("star", prior, star, deviations(0.3), [sized(0.2)], none)


def stars(basis: Basis, judged: Sequence[GoldBallot]) -> list[int]:
    """The places of the experts most often right."""
    right: dict[int, float] = {}
    seen: dict[int, float] = {}
    for one in judged:
        for expert, value in one.ballot.votes.items():
            place = basis.places.get(EXPERT + expert)
            if place is not None:
                seen[place] = seen.get(place, 2.0) + one.share
                right[place] = right.get(place, 1.0) + one.share * (value == one.right)
    return sorted(seen, key=lambda place: (-right[place] / seen[place], place))[:MOST_STARS]
