"""Truth inference on (item, expert, label): which label is right, and what each expert is worth."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import repeat

from cotool import engine
from cotool._fast.truth import labels as kernel
from cotool._fast.truth.dawid_skene import confusions
from cotool._fast.truth.dawid_skene import dawid_skene as _confusions
from cotool._fast.truth.decoys import decoys
from cotool._fast.truth.glad import glad as _glad
from cotool._fast.truth.mace import mace as _mace
from cotool._fast.truth.one_coin import one_coin as _coin
from cotool._records import NamedTuple, dataclass
from cotool.consensus.decide.aggregation import EPSILON, draw
from cotool.consensus.options import INFERENCE
from cotool.consensus.truth.copies import groups_of
from cotool.consensus.truth.relatives import Dependence
from cotool.consensus.truth.shared_errors import (
    EQUAL,
    TWO,
    constants,
    is_balanced,
    is_contested,
    of_shared_errors,
    pooled,
)
from cotool.consensus.truth.table import LabelTable, independent
from cotool.errors import unknown

# The part of the one-coin model in open labels; the rest are the shares of the votes, by the
# weights of `_fast/truth/dependence.pyx`. Set on the same made-up worlds: beyond plurality .034
# with .05, .033 with .1, .024 with 0.
COIN = 0.05
# The part of the votes of all, those of copies included, in open labels: it breaks ties.
COPIES = 0.05


class _Found(NamedTuple):
    """The posterior, the model's name, groups of copies, rivals, and pairs of relatives."""

    posterior: kernel.Posterior
    model: str
    copies: Sequence[Sequence[str]] = ()
    rivals: Sequence[Sequence[str]] = ()
    relatives: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """What a method of truth inference found.

    `answers` has the most probable label of each item (of equal ones, one drawn by a fixed lot),
    `probability` its posterior probability (with ``majority_vote`` and ``wawa`` its share of the
    votes). Labels that nobody gave to the item count as no more probable. An expert who gave n
    labels supports at most 1 - 1 / (n + 2), so one label alone has a probability of 2/3 at most.
    Most methods overstate it where experts share errors. `skills` is how often each expert is
    right, expected under the posterior. `model` names what ``correlated`` chose. Items, experts and
    labels are in sorted order.
    """

    method: str
    items: tuple[str, ...]
    experts: tuple[str, ...]
    labels: tuple[str, ...]
    answers: Mapping[str, str]
    probability: Mapping[str, float]
    skills: Mapping[str, float]
    iterations: int
    converged: bool
    model: str
    copies: tuple[tuple[str, ...], ...]
    rivals: tuple[tuple[str, ...], ...]
    relatives: tuple[tuple[str, str], ...]
    _table: LabelTable
    _posterior: array[float]

    def distribution(self, item: str) -> dict[str, float]:
        """Posterior probability of each label that the item was given, none above `probability`.

        Raises KeyError for an unknown item.
        """
        place = self._table.item_ids[item]
        width = self._table.rows.labels
        row = self._posterior[place * width : (place + 1) * width]
        given = [*self._table.given(place)]
        best = max((own for _, own in given), key=row.__getitem__)
        shares = _at_most(row, best, is_open=self._table.is_open)
        limit = self.probability[item]
        return {label: min(shares[own], limit) for label, own in given}

    def confusion(self, expert: str) -> dict[str, dict[str, float]]:
        """P(label | right label) of an expert, by right label, under the posterior.

        Raises KeyError for an unknown expert, ValueError if labels differ from item to item.
        """
        if self._table.is_open:
            raise ValueError("labels differ from item to item: there are no confusions")
        place, count = self._table.expert_ids[expert], len(self.labels)
        cells = confusions(self._table.rows, self._posterior)
        start = place * count * count
        return {
            right: {label: cells[start + a * count + t] for a, label in enumerate(self.labels)}
            for t, right in enumerate(self.labels)
        }


def infer(
    rows: Iterable[tuple[str, str, str]] | LabelTable, method: str, num_threads: int | None = None
) -> Truth:
    """Infer the truth by the method of this name (`INFERENCE`); see the function of that name.

    Raises InputError for an unknown method, no rows, or labels that the method cannot work on.
    """
    if method not in _METHODS:
        raise unknown(method, INFERENCE, "method")
    threads = engine.resolve_num_threads(num_threads)
    table = rows if isinstance(rows, LabelTable) else LabelTable(rows)
    if method in {"dawid_skene", "mace"}:
        table.check_closed(method)
    return _result(table, method, _METHODS[method](table, threads))


def majority_vote(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """The label that most experts gave; of equally many, one drawn by a fixed lot."""
    return infer(rows, "majority_vote", num_threads)


def wawa(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """Votes weighted by how often an expert is with the majority, of ties with a part of it."""
    return infer(rows, "wawa", num_threads)


def dawid_skene(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """A confusion matrix for each expert (Dawid, Skene, Applied Statistics 1979)."""
    return infer(rows, "dawid_skene", num_threads)


def one_coin_dawid_skene(
    rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None
) -> Truth:
    """One probability to be right for each expert; wrong labels are equally likely."""
    return infer(rows, "one_coin_dawid_skene", num_threads)


def glad(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """Abilities of experts and ease of items (Whitehill et al., NIPS 2009)."""
    return infer(rows, "glad", num_threads)


def mace(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """Experts know, or answer by habit (Hovy et al., NAACL 2013).

    The paper takes right labels to be equally likely; where votes are far from equal, their shares
    are estimated.
    """
    return infer(rows, "mace", num_threads)


def correlated(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """Experts who share errors: cotool's own.

    Two models are fitted: decoys, where an item has a wrong answer that draws many, and
    subclasses, where hidden kinds of items mislead experts alike (see `_fast/truth/decoys.pyx`,
    `_fast/truth/subclasses.pyx`). The model with the greater likelihood is used, after the number
    of parameters that the data move is subtracted (Akaike's criterion). Experts who copy each
    other count as one (`copies.py`); equal answers of two who share a source count less
    (`relatives.py`). If two groups of experts agree among themselves but not with
    each other, all votes count the same (`rivals.py`), and most where a few experts are nearly such
    groups. Where labels differ from item to item,
    shared errors look like right answers to such models. There votes count less the more their
    experts depend on each other (`_fast/truth/dependence.pyx`), and the one-coin model little more
    than breaks ties.
    """
    return infer(rows, "correlated", num_threads)


def _vote(table: LabelTable, weights: Sequence[float]) -> kernel.Posterior:
    shares = kernel.weighted_vote(table.rows, array("d", weights))
    return kernel.Posterior(shares, None, iterations=1, converged=True)


def _by_majority(table: LabelTable, _: int) -> _Found:
    return _Found(_vote(table, [1.0] * table.rows.experts), "votes")


def _by_agreement(table: LabelTable, _: int) -> _Found:
    shares, width = _by_majority(table, 1).posterior.items, table.rows.labels
    places, ties = kernel.best_given(table.rows, shares, EPSILON)
    sure = array("d", bytes(8 * len(shares)))
    for item, (best, tied) in enumerate(zip(places, ties, strict=True)):
        first = item * width
        # A tie is with each of its labels in part.
        most = [own for _, own in table.given(item)] if tied else [best]
        most = [own for own in most if shares[first + own] >= shares[first + best] - EPSILON]
        for own in most:
            sure[first + own] = 1 / len(most)
    return _Found(_vote(table, kernel.agreement(table.rows, sure)), "votes")


def _by_correlation(table: LabelTable, threads: int) -> _Found:
    dependence = Dependence.of(table.pairs(), is_open=table.is_open)
    if dependence.rivals:
        return _by_majority(table, threads)._replace(rivals=dependence.rivals)
    copies = groups_of(dependence.copies)
    rows = table.thin(copies)
    if table.is_open:
        coin = _coin(rows, num_threads=threads)
        counted = kernel.weighted_vote(rows, independent(rows))
        every = kernel.weighted_vote(table.rows, array("d", [1.0]) * rows.experts)
        rest = 1 - COIN - COPIES
        coin.items = array(
            "d",
            [
                COIN * a + rest * b + COPIES * c
                for a, b, c in zip(coin.items, counted, every, strict=True)
            ],
        )
        return _Found(coin, "votes by how far experts depend on each other", copies)
    decoy = None
    if dependence.doubtful and rows.labels > TWO:
        fit = partial(decoys, rows, balanced=_is_balanced(rows), num_threads=threads)
        decoy = fit(None)
        for group in dependence.doubtful:
            if is_contested(rows, [table.expert_ids[name] for name in group], decoy, fit):
                rivals = [group, sorted(table.expert_ids.keys() - {*group})]
                return _by_majority(table, threads)._replace(rivals=rivals)
    shared = dependence.shared(table.expert_ids)
    if shared is not None:
        rows.weigh(shared)
        decoy = None
    found, name = of_shared_errors(rows, _is_balanced(rows), threads, decoy, thinned=bool(copies))
    if name != EQUAL:
        found.items = pooled(rows, found, name, is_near=dependence.is_near)
    return _Found(found, name, copies, relatives=list(dependence.relatives))


def _is_balanced(rows: kernel.Labels) -> bool:
    said: dict[str, dict[str, float]] = {}
    for (expert, label), count in Counter(zip(*rows.rows()[1:], strict=True)).items():
        said.setdefault(str(expert), {})[str(label)] = float(count)
    constant = constants(said)
    counted = array("d", [float(str(expert) not in constant) for expert in range(rows.experts)])
    votes = kernel.weighted_vote(rows, counted)
    return is_balanced([sum(votes[k :: rows.labels]) / rows.items for k in range(rows.labels)])


def _by_habit(table: LabelTable, threads: int) -> _Found:
    found = _mace(table.rows, balanced=_is_balanced(table.rows), num_threads=threads)
    return _Found(found, "habits")


_METHODS: dict[str, Callable[[LabelTable, int], _Found]] = {
    "majority_vote": _by_majority,
    "wawa": _by_agreement,
    "dawid_skene": lambda t, n: _Found(_confusions(t.rows, num_threads=n), "confusions"),
    "one_coin_dawid_skene": lambda t, n: _Found(_coin(t.rows, num_threads=n), "one coin"),
    "glad": lambda t, n: _Found(_glad(t.rows, num_threads=n), "abilities"),
    "mace": _by_habit,
    "correlated": _by_correlation,
}


def _at_most(row: array[float], best: int, *, is_open: bool) -> Sequence[float]:
    """A posterior in which no label is more probable than the best of those that were given.

    The answer is one that was given: that a model prefers another only says that it may be wrong.
    What is missing from 1 is shared by the labels without a probability. Open labels are all given.
    """
    if is_open:
        return row
    most, missing = row[best], 1 - sum(row)
    unknown = most * row.count(0.0)
    if max(row) <= most and missing <= unknown + EPSILON:
        return row
    held = [min(own, most) for own in row]
    total = sum(held) + min(max(missing, 0.0), unknown)
    return [own / total for own in held]


def _result(table: LabelTable, method: str, outcome: _Found) -> Truth:
    found = outcome.posterior
    width, names = table.rows.labels, list(table.item_ids)
    places, ties = kernel.best_given(table.rows, found.items, EPSILON)
    shares = method in {"majority_vote", "wawa"}
    limits = repeat(1.0) if shares else kernel.limits(table.rows, places)
    probability = {
        name: min(
            limit,
            _at_most(found.items[i * width : (i + 1) * width], own, is_open=table.is_open)[own],
        )
        for i, (name, own, limit) in enumerate(zip(names, places, limits, strict=False))
    }
    if table.is_open:
        answers = {
            name: next(label for label, k in table.given(i) if k == places[i])
            for i, name in enumerate(names)
        }
    else:
        answers = dict(zip(names, map(table.labels.__getitem__, places), strict=True))
    for i, tied in enumerate(ties):
        if tied:
            row = found.items[i * width : (i + 1) * width]
            best = row[places[i]] - EPSILON
            equal = [label for label, own in table.given(i) if row[own] >= best]
            answers[names[i]] = equal[draw(equal, names[i])]
    skills = kernel.agreement(table.rows, found.items)
    return Truth(
        method=method,
        items=tuple(table.item_ids),
        experts=tuple(table.expert_ids),
        labels=table.labels,
        answers=answers,
        probability=probability,
        skills=dict(zip(table.expert_ids, skills, strict=True)),
        iterations=found.iterations,
        converged=found.converged,
        model=outcome.model,
        copies=tuple(map(tuple, outcome.copies)),
        rivals=tuple(map(tuple, outcome.rivals)),
        relatives=tuple(outcome.relatives),
        _table=table,
        _posterior=found.items,
    )
