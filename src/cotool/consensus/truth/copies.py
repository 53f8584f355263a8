"""Who copies whom: pairs of experts who agree far more than their agreement with others explains.

If experts err independently, their agreement beyond chance is a product, κ[i, j] ≈ v[i] v[j],
where v says how far an expert knows the answer (the rank-one structure of crowds: Dalvi et al.,
WWW 2013). The v are fitted to log κ by medians, so that a few copies do not bend them. A
pair that agrees far more than that is a copy. Beside fewer than PARTNERS others, medians say
nothing, but experts who always give the same answer are copies if two others agree more with each
other than with them. The right answers need not be known, and an expert who is merely good is not a
copy of anyone: its agreement with each of the others is what the model expects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import exp, log, sqrt

from cotool._records import dataclass
from cotool._typing import TypeVar
from cotool.averages import mean, median
from cotool.consensus.decide.forest import Forest

# Two experts, the questions that both answered, how many equal answers they gave, and the share of
# equal answers if each answered at random as often as it gives each label.
PairCounts = tuple[str, str, float, float, float]

# The fewest questions that both experts of a pair answered, and partners that each of them has.
FEWEST = 20
PARTNERS = 4
# A copy agrees beyond chance and beyond what is expected by at least this much, this surely (in
# standard deviations).
KAPPA = 0.7
EXCESS = 0.25
SURE = 4.0
# Copies that give this share of equal answers in the mean are not experts who know the answers
# (`shared_errors.is_contested` has the figures).
CERTAIN = 0.97
ROUNDS = 30
_LEAST, _MOST = 0.02, 0.99

E = TypeVar("E")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Copy:
    """Two experts (`a` < `b`): how often they said the same, and how often that was expected."""

    a: str
    b: str
    share: float
    expected: float
    questions: float


def find_copies(pairs: Iterable[PairCounts]) -> list[Copy]:
    """Find the pairs that are copies, the most certain first."""
    rows = [row for row in pairs if row[2] >= FEWEST]
    kappas: dict[str, dict[str, float]] = {}
    for a, b, both, same, chance in rows:
        kappa = min(max(beyond_chance(both, same, chance), _LEAST), _MOST)
        kappas.setdefault(a, {})[b] = log(kappa)
        kappas.setdefault(b, {})[a] = log(kappa)
    usual_of = {name: _telling(own) for name, own in kappas.items()}
    known = {name: median(own.values()) / 2 for name, own in usual_of.items()}
    for _ in range(ROUNDS):
        known = {
            name: min(
                (known[name] + median(value - known[other] for other, value in own.items())) / 2, 0
            )
            for name, own in usual_of.items()
        }
    beside_few = _known_beside_few(rows, kappas)
    known |= beside_few
    found = []
    for a, b, both, same, chance in rows:
        few = min(len(kappas[a]), len(kappas[b])) < PARTNERS
        if few and not (a in beside_few and b in beside_few):
            continue
        kappa = exp(kappas[a][b])
        usual = exp(known[a] + known[b])
        expected = min(max(chance + (1 - chance) * usual, 0.01), 0.99)
        z = (same / both - expected) / sqrt(expected * (1 - expected) / both)
        if kappa >= KAPPA and kappa - usual >= EXCESS and z >= SURE:
            found.append((-z, Copy(min(a, b), max(a, b), same / both, expected, both)))
    return [copy for _, copy in sorted(found, key=lambda pair: (pair[0], pair[1].a, pair[1].b))]


def _telling(own: Mapping[str, float]) -> Mapping[str, float]:
    """The partners whose agreement shows how often an expert knows the answer.

    Partners that agree as much as copies are left out if others remain, since half of the experts
    may be copies of one.
    """
    others = {name: value for name, value in own.items() if value < log(KAPPA)}
    return others if len(others) >= PARTNERS else own


def _known_beside_few(
    rows: Iterable[PairCounts], kappas: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """How far experts who give the same answers know the right one, by fewer than PARTNERS others.

    If they are nearly always right, two others agree with each other as the product of their
    agreement with them says. Only experts are returned whose others agree more than that. Those who
    agree less than _MOST may be two who are right, beside others who share errors: with a limit
    of .7, two experts who are right in .97, beside two in .4, would give .30 right answers instead
    of .97.
    """
    alike = [(a, b) for a, b, *_ in rows if kappas[a][b] >= log(_MOST)]
    found: dict[str, float] = {}
    for group in components(alike):
        others = kappas.keys() - {*group}
        few = [row for row in rows if row[0] in others and row[1] in others]
        if len(others) >= PARTNERS or not few:
            continue
        shares = []
        seen = wanted = variance = 0.0
        for a, b, both, same, chance in few:
            beside = [kappas[name].get(a, 0) + kappas[name].get(b, 0) for name in group]
            product = sum(beside) / len(group)
            expected = chance + (1 - chance) * exp(product)
            shares.append(product - kappas[a][b])
            seen += same
            wanted += both * expected
            variance += both * expected * (1 - expected)
        if seen - wanted >= SURE * sqrt(variance):
            found |= dict.fromkeys(group, median(shares) / 2)
    return found


def groups_of(copies: Iterable[Copy]) -> list[list[str]]:
    """Experts who copy each other, directly or through others; each group sorted."""
    return components((copy.a, copy.b) for copy in copies)


def doubtful(copies: Iterable[Copy]) -> list[list[str]]:
    """The groups of copies who may also be experts who err independently and are mostly right.

    They differ now and then, as such experts do.
    """
    copies = list(copies)
    return [
        group
        for group in groups_of(copies)
        if mean([copy.share for copy in copies if copy.a in group]) < CERTAIN
    ]


def components(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Names that pairs join, directly or through others; each group sorted."""
    forest, names = Forest(), set[str]()
    for pair in pairs:
        forest.join(*pair)
        names.update(pair)
    found: dict[object, list[str]] = {}
    for name in sorted(names):
        found.setdefault(forest.root(name), []).append(name)
    return [group for group in found.values() if len(group) > 1]


def thinned(votes: Mapping[E, V], groups: Iterable[Iterable[E]]) -> dict[E, V]:
    """The votes, one for each group of experts who copy each other: what most of them say.

    The first one of the group who voted keeps it; of equally many votes those of the first count.
    """
    left = dict(votes)
    for group in groups:
        own = [name for name in group if name in left]
        if len(own) > 1:
            said = Counter(left[name] for name in own)
            left[own[0]] = max(said, key=said.__getitem__)
            for name in own[1:]:
                del left[name]
    return left


def beyond_chance(both: float, same: float, chance: float) -> float:
    """Agreement beyond chance, Cohen's κ: 1 if all answers are equal."""
    return (same / both - chance) / max(1 - chance, 1e-9)


def chance_of(one: dict[str, float], other: dict[str, float]) -> float:
    """The share of equal answers of two who answer at random, from how often each says what."""
    total, others = sum(one.values()), sum(other.values())
    if not total or not others:
        return 0.0
    return sum(count * other.get(label, 0.0) for label, count in one.items()) / total / others
