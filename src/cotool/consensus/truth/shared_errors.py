"""Models of experts who share errors, and which of them explains the labels better."""

from __future__ import annotations

from array import array
from math import log
from operator import eq

from cotool._fast.truth import decoys as _decoys
from cotool._fast.truth import subclasses as _subclasses
from cotool._fast.truth.labels import best_given, weighted_vote
from cotool._fast.truth.one_coin import one_coin
from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cotool._fast.truth.decoy_model import Counts
    from cotool._fast.truth.labels import Labels, Posterior

# Right labels are taken to be equally likely where votes nearly are: the distance of their shares
# from equal ones (Kullback-Leibler, over its greatest) is .02 for letters of choices, .005 for
# breeds of dogs, and above .07 where one of ten labels is half of all. Never if
# there are two labels: then a wrong belief costs most.
NEARLY_EQUAL = 0.03
# The chance below which an expert who gives one label only is called constant.
BY_CHANCE = 1e-6
# Labels of two kinds, in all, up to which decoys are considered: they gain where a class is rare
# and labels are few, and take six times as long as subclasses.
MOST_OF_TWO = 50_000
# Labels up to which subclasses are considered: their chances need items of each.
MOST_SUBCLASS_LABELS = 16
# The power to which posteriors are raised, since the models are overconfident where experts share
# errors, and what the shares of the votes then count beside them. Of 16 settings the best on 12
# language models, a third of these, dogs, ducks and ten made-up worlds, where .0478 more are right
# than by plurality in the mean (.0475 with the posteriors as they are and the votes at .1). On 29
# others and four subsets of them, which did not choose: .0428 (.0399); what ten of them lose
# falls from .0185 to .0132, what the twelve weakest lose from .0458 to .0398. Two camps that copy
# still lose .036: nothing but right answers tells the better camp. Calibration error: 29 models
# .202 → .115, 12 models .220 → .136, dogs .112 → .070. Where experts err independently, the
# posterior is right as it is (`independence`): eleven made-up worlds .116 → .035, where .0001 less
# are right; reported on six others .097 → .027, .0014 less.
POWER, VOTES = 0.7, 0.25
# What the votes count where few experts nearly are two groups. Chosen of .2 to .8 on 41 groups of
# five and six of the 29 models that are such: .0263 more are right than by plurality with .25,
# .0217 with .8, and the greatest losses of .144, .098, .079 become .037, .031, .027. Reported on 42
# others of four to six: .0324 and .0240; what is lost in the mean where plurality is better falls
# from .0160 to .0050, the greatest loss from .149 to .049.
NEAR_VOTES = 0.8

# The share of wrong answers that decoys explain, up to which experts err independently, and from
# which they do not; the log-odds of independence there, and where this is not known: one wrong
# answer of two labels is no decoy, and wrong answers that differ from item to item are few each.
# Of made-up worlds whose experts err independently the share is .04 to .12 (of three experts .2 to
# .25), of 13 sets of language models and dogs .34 to .44, of worlds of copies and camps .4 to .8.
FREE, SHARED = 0.12, 0.3
LIKELY, UNLIKELY, UNKNOWN = 2.5, -3.0, -1.5
TWO = 2
# Labels up to which it is asked whether experts have the same skill: neither skills of their own
# (Akaike's criterion) nor errors of their own (Schwarz's) explain the labels better. Where signals
# are weak, the other models see differences in chance. On ten made-up worlds of 3 to 30 equal
# experts who are right in .35 to .8, answers over plurality rise from -.037 (worst world -.224) to
# .002 (-.004); reported on eight others from -.047 (-.233) to -.004 (-.019). Schwarz's criterion
# for the skills would lose .2 of one good expert beside three. 48 groups of language models do not
# count as equal.
MOST_ALIKE = 50_000
DECOYS, SUBCLASSES, EQUAL = "decoys", "subclasses", "equal skill"
# Wrong answers after which the share counts half.
WRONG = 100.0

# A group that agrees far more than its agreement with the others explains copies, or knows the
# answers while the others share errors. The labels do not tell which if inference that begins with
# the answers of one of them ends with fewer than this share of equal answers; its vote then counts
# so much against one of each other. With `copies.CERTAIN` chosen on 85 random worlds of a few good
# experts beside weak ones who share errors, and 101 of copies: what is lost where plurality is
# better falls from .175 to .009 in the mean of the first, and .005 fewer are right in the second.
# Reported on 60 others of each: .057 to .012 (right .855 to .898), and .000. Of 144 groups of
# language models and ducks one has copies that are in doubt.
AGREED, ALONE = 0.9, 1000.0


def independence(right: float, fell: float, seen: float) -> float:
    """The log-odds that experts err independently, by what decoys explain.

    `right`, `fell`, `seen` are sums of the counts of the model of decoys.
    """
    wrong = seen - right
    free = (SHARED - fell / max(wrong, 1.0)) / (SHARED - FREE)
    told = UNLIKELY + (LIKELY - UNLIKELY) * min(max(free, 0.0), 1.0)
    return UNKNOWN + (told - UNKNOWN) * wrong / (wrong + WRONG)


def is_balanced(shares: Sequence[float]) -> bool:
    """Whether labels with these shares of the votes may be taken to be equally likely to be right.

    If so, this is better than estimated shares, which reinforce themselves.
    """
    count = len(shares)
    if count <= 2:
        return False
    distance = sum(share * log(share * count) for share in shares if share > 0)
    return distance / log(count) < NEARLY_EQUAL


def constants(said: Mapping[str, Mapping[str, float]]) -> set[str]:
    """The experts who give one label only, where chance does not explain it; `said` counts labels.

    Chance is the label's share among the answers of the others. Such an expert says nothing about
    items, and its label may look frequent only because of it: three of eight experts always say A.
    """
    totals: dict[str, float] = {}
    for own in said.values():
        for label, count in own.items():
            totals[label] = totals.get(label, 0.0) + count
    everything = sum(totals.values())
    found = set()
    for expert, own in said.items():
        given = [(label, count) for label, count in own.items() if count > 0]
        if len(given) == 1:
            label, count = given[0]
            others = everything - count
            share = (totals[label] - count + 1) / (others + 2)
            if others > 0 and count * log(share) < log(BY_CHANCE):
                found.add(expert)
    return found


def pooled(rows: Labels, found: Posterior, model: str, *, is_near: bool) -> array[float]:
    """Posteriors of items as a second opinion beside the shares of the votes.

    The probability of the labels that an item was given is spread among them more evenly; the less,
    the surer it is that experts err independently, as the model of decoys shows.
    """
    items, free = found.items, 0.0
    if model == DECOYS and rows.labels > TWO:
        counts = found.experts
        told = independence(sum(counts.right), sum(counts.fell), sum(counts.seen))
        free = max(told, 0.0) / LIKELY
    power = POWER + free * (1 - POWER)
    share = NEAR_VOTES if is_near else (1 - free) * VOTES
    votes = weighted_vote(rows, array("d", [1.0]) * rows.experts)
    mixed = array("d", items)
    for first in range(0, len(mixed), rows.labels):
        given = [k for k in range(first, first + rows.labels) if votes[k] > 0]
        raised = [items[k] ** power for k in given]
        size = (1 - share) * sum(items[k] for k in given) / (sum(raised) or 1.0)
        for k in range(first, first + rows.labels):
            mixed[k] *= 1 - share
        for k, own in zip(given, raised, strict=True):
            mixed[k] = size * own + share * votes[k]
    return mixed


def is_contested(
    rows: Labels, places: Iterable[int], found: Posterior, fit: Callable[[Counts], Posterior]
) -> bool:
    """Whether labels agree as well with other answers: those of the experts at these places.

    `found` is the posterior of decoys, and `fit` fits them from counts to begin with.
    """
    weights = array("d", [1.0]) * rows.experts
    for place in places:
        weights[place] = ALONE
    other = fit(_decoys.begin(rows, habits=True, weights=weights))
    answers, others = (best_given(rows, one.items, 0.0)[0] for one in (found, other))
    same: int = sum(map(eq, answers, others))
    return same < AGREED * rows.items


def of_shared_errors(
    rows: Labels,
    balanced: bool,  # noqa: FBT001 - as the kernels take it
    threads: int | None,
    decoy: Posterior | None = None,
    *,
    thinned: bool,
) -> tuple[Posterior, str]:
    """The likelier of the two models of experts who share errors, and its name.

    If nothing shows that experts differ, all have the same skill; never if copies are left out
    (`thinned`), since these differ from the others. `decoy` is what the model of decoys found, if
    that is known already.
    """
    labels, seen = rows.labels, [0] * rows.experts
    for expert in rows.rows()[1]:
        seen[expert] += 1
    if decoy is None and (labels > 2 or rows.count <= MOST_OF_TWO):
        decoy = _decoys.decoys(rows, balanced=balanced, num_threads=threads)
    # If there are two labels, only one error is possible: no decoy and no habit.
    own, habits = (4, labels - 1) if labels > TWO else (2, 0)
    size = sum(own * n / (n + 10) + habits * n / (n + 20) for n in seen)
    found, name = decoy, DECOYS
    if found is None or labels <= MOST_SUBCLASS_LABELS:
        subclass = _subclasses.subclasses(rows, balanced, num_threads=threads)
        others = labels * (labels - 1) * (2 + sum(n / (n + labels**2) for n in seen))
        if found is None or found.log_likelihood - size <= subclass.log_likelihood - others:
            found, name, size = subclass, SUBCLASSES, others
    if rows.count <= MOST_ALIKE and not thinned:
        equal = one_coin(rows, num_threads=threads, alike=True)
        if _are_alike(rows, found.log_likelihood - size * log(rows.items) / 2, equal, threads):
            return equal, EQUAL
    return found, name


def _are_alike(rows: Labels, other: float, equal: Posterior, threads: int | None) -> bool:
    """Whether labels show neither that skills differ nor how experts err."""
    if other > equal.log_likelihood:
        return False
    skills = one_coin(rows, num_threads=threads)
    return skills.log_likelihood - equal.log_likelihood < rows.experts - 1
