"""Truth inference on (item, expert, label): which label is right, and what each expert is worth."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from cotool import engine
from cotool._fast.truth import decoys as _decoys
from cotool._fast.truth import subclasses as _subclasses
from cotool._fast.truth import truth
from cotool.consensus.decide.aggregation import EPSILON, draw
from cotool.consensus.options import INFERENCE
from cotool.consensus.truth.copies import FEWEST, chance_of, find_copies, groups_of
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    # The posterior, the model's name, and groups of copies.
    _Found = tuple[truth.Posterior, str, list[list[str]]]

# Labels that differ from question to question (numbers, names) have no confusions and no habits:
# more than so many different ones, and more than one to so many items.
MOST_CLOSED = 20
ITEMS_A_LABEL = 4
# Cells of the confusion matrices of all experts (8 bytes each, twice).
MOST_CELLS = 20_000_000
# Right labels are taken to be equally likely where votes nearly are: the distance of their shares
# from equal ones (Kullback-Leibler, over its greatest) is .02 for letters of choices, .005 for
# breeds of dogs, and above .07 where one of ten labels is half of all. Of two labels never: there a
# wrong belief costs most.
NEARLY_EQUAL = 0.03
# The part of the one-coin model in open labels; the rest are the shares of the votes. Set on
# made-up worlds (right .9033, votes alone .8947, the model alone .8953); on ten systems' answers to
# open questions .5293, .5304 and .5293.
COIN = 0.3
# Experts up to which copies are looked for: pairs take 16 bytes each.
MOST_COMPARED = 1_000
# Labels of two kinds, in all, up to which decoys are considered: they gain where a class is rare
# and labels are few, and take six times as long as subclasses.
MOST_OF_TWO = 50_000
# Labels up to which subclasses are considered: their chances need items of each.
MOST_SUBCLASS_LABELS = 16


@dataclass(frozen=True, slots=True)
class Truth:
    """What a method of truth inference found.

    `answers` has the most probable label of each item (of equal ones, one drawn by a fixed lot),
    `probability` its posterior probability, which most methods overstate where experts share
    errors. `skills` is how often each expert is right, expected under the posterior. `model` names
    what ``correlated`` chose. Items, experts and labels are in sorted order.
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
    _table: LabelTable
    _posterior: array[float]

    def distribution(self, item: str) -> dict[str, float]:
        """Posterior probability of each label that the item was given.

        Raises KeyError for an unknown item.
        """
        place = self._table.item_ids[item]
        width = self._table.rows.labels
        row = self._posterior[place * width : (place + 1) * width]
        return {label: row[own] for label, own in self._table.given(place)}

    def confusion(self, expert: str) -> dict[str, dict[str, float]]:
        """P(label | right label) of an expert, by right label, under the posterior.

        Raises KeyError for an unknown expert, ValueError where labels differ from item to item.
        """
        if self._table.is_open:
            raise ValueError("labels differ from item to item: there are no confusions")
        place, count = self._table.expert_ids[expert], len(self.labels)
        cells = truth.confusions(self._table.rows, self._posterior)
        start = place * count * count
        return {
            right: {label: cells[start + a * count + t] for a, label in enumerate(self.labels)}
            for t, right in enumerate(self.labels)
        }


class LabelTable:
    """Labels as the kernels take them: names as numbers in sorted order.

    Where labels are open, an item's are numbered for themselves.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        columns = list(zip(*rows, strict=True))
        if not columns:
            raise InputError("there are no labels", hint="give (item, expert, label) rows")
        items, experts, labels = columns
        self.item_ids, by_item = _numbered(items, "item")
        self.expert_ids, by_expert = _numbered(experts, "expert")
        self.label_ids, by_label = _numbered(labels, "label")
        self.labels = tuple(self.label_ids)
        counts = len(self.item_ids), len(self.expert_ids), len(self.labels)
        self.is_open = counts[2] > max(MOST_CLOSED, counts[0] // ITEMS_A_LABEL)
        self._global = truth.Labels(by_item, by_expert, by_label, *counts)
        self.rows = self._global
        self._start: list[list[int]] | None = None
        if self.is_open:
            self.rows = self._numbered_apart()

    def _by_item(self) -> list[list[int]]:
        """The different labels of each item, sorted."""
        if self._start is None:
            given: list[set[int]] = [set() for _ in self.item_ids]
            item, _, label = self._global.rows()
            for place, own in zip(item, label, strict=True):
                given[place].add(own)
            self._start = [sorted(own) for own in given]
        return self._start

    def _numbered_apart(self) -> truth.Labels:
        places = [{label: k for k, label in enumerate(own)} for own in self._by_item()]
        item, expert, label = self._global.rows()
        local = array("i", [places[i][own] for i, own in zip(item, label, strict=True)])
        width = max(map(len, places))
        return truth.Labels(item, expert, local, len(self.item_ids), len(self.expert_ids), width)

    def given(self, place: int) -> Iterable[tuple[str, int]]:
        """The labels that an item was given: name and number in `rows`."""
        own = self._by_item()[place]
        names = self.labels
        return ((names[k], i if self.is_open else k) for i, k in enumerate(own))

    def copies(self) -> list[list[str]]:
        """Groups of experts who copy each other; none are looked for among very many experts."""
        count, names = self.rows.experts, list(self.expert_ids)
        if count > MOST_COMPARED:
            return []
        said: list[dict[str, float]] = [{} for _ in names]
        _, expert, label = self._global.rows()
        for e, k in zip(expert, label, strict=True):
            said[e][self.labels[k]] = said[e].get(self.labels[k], 0.0) + 1
        both, same = truth.coincidences(self._global)
        return groups_of(
            find_copies(
                (
                    names[i],
                    names[j],
                    both[i * count + j],
                    same[i * count + j],
                    chance_of(said[i], said[j]),
                )
                for i in range(count)
                for j in range(i + 1, count)
                if both[i * count + j] >= FEWEST
            )
        )

    def thin(self, groups: Sequence[Sequence[str]]) -> truth.Labels:
        """The labels of which each group of copies gives an item only one."""
        if not groups:
            return self.rows
        group = dict.fromkeys(range(self.rows.experts), -1)
        for place, members in enumerate(groups):
            group.update((self.expert_ids[name], place) for name in members)
        columns = array("i"), array("i"), array("i")
        taken: dict[tuple[int, int], int] = {}
        for i, e, k in zip(*self.rows.rows(), strict=True):
            if group[e] < 0 or taken.setdefault((i, group[e]), e) == e:
                columns[0].append(i)
                columns[1].append(e)
                columns[2].append(k)
        return truth.Labels(*columns, self.rows.items, self.rows.experts, self.rows.labels)

    def check_closed(self, method: str) -> None:
        """Raise InputError where a method cannot work on open labels, or needs too much memory."""
        cells = len(self.expert_ids) * len(self.labels) ** 2
        if self.is_open:
            raise InputError(
                f"{method}: {len(self.labels):,} different labels on {len(self.item_ids):,} items "
                "differ from item to item, so there are no confusions to learn",
                hint="the methods correlated, glad, wawa and one_coin_dawid_skene can be used",
            )
        if cells > MOST_CELLS:
            raise InputError(
                f"{method}: {len(self.expert_ids):,} experts x {len(self.labels):,}² labels are "
                f"more than {MOST_CELLS:,} cells",
                hint="the methods correlated, glad and one_coin_dawid_skene need less memory",
            )


def _numbered(column: Sequence[str], what: str) -> tuple[dict[str, int], array[int]]:
    """Names numbered in sorted order, and the column in these numbers."""
    names = set(column)
    odd = next((name for name in names if not isinstance(name, str)), None)
    if odd is not None:
        raise InputError(
            f"{what} {odd!r}: is no text", hint="items, experts and labels are strings"
        )
    numbers = {name: place for place, name in enumerate(sorted(names))}
    return numbers, array("i", map(numbers.__getitem__, column))


def is_balanced(shares: Sequence[float]) -> bool:
    """Whether labels with these shares of the votes may be taken to be equally likely to be right.

    Where they are, this is better than shares that are estimated, which feed on themselves.
    """
    count = len(shares)
    if count <= 2:
        return False
    distance = sum(share * log(share * count) for share in shares if share > 0)
    return distance / log(count) < NEARLY_EQUAL


def infer(
    rows: Iterable[tuple[str, str, str]] | LabelTable, method: str, num_threads: int | None = None
) -> Truth:
    """Infer the truth by the method of this name (`INFERENCE`); see the function of that name.

    Raises InputError for an unknown method, no rows, or labels that the method cannot work on.
    """
    if method not in _METHODS:
        raise InputError(f"unknown method {method!r}", hint=f"one of {', '.join(INFERENCE)}")
    threads = engine.resolve_num_threads(num_threads)
    table = rows if isinstance(rows, LabelTable) else LabelTable(rows)
    if method in {"dawid_skene", "mace"}:
        table.check_closed(method)
    return _result(table, method, _METHODS[method](table, threads))


def majority_vote(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """The label that most experts gave; of equally many, one drawn by a fixed lot."""
    return infer(rows, "majority_vote", num_threads)


def wawa(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """Votes weighted by how often an expert is with the majority."""
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
    """Experts know, or answer by habit (Hovy et al., NAACL 2013)."""
    return infer(rows, "mace", num_threads)


def correlated(rows: Iterable[tuple[str, str, str]], *, num_threads: int | None = None) -> Truth:
    """Experts who share errors: cotool's own.

    Two models are fitted: decoys, where an item has a wrong answer that draws many, and
    subclasses, where hidden kinds of items mislead experts alike (see `_fast/truth/decoys.pyx`,
    `_fast/truth/subclasses.pyx`). The one of the greater likelihood stands, less its number of
    parameters that the data move (Akaike's criterion). Of experts who copy each other one counts
    (`copies.py`). Where labels differ from item to item the one-coin model is fitted instead, and
    taken together with the votes: shared errors look like right answers there.
    """
    return infer(rows, "correlated", num_threads)


def _vote(table: LabelTable, weights: Sequence[float]) -> truth.Posterior:
    shares = truth.weighted_vote(table.rows, array("d", weights))
    return truth.Posterior(shares, None, iterations=1, converged=True)


def _by_majority(table: LabelTable, _: int) -> _Found:
    return _vote(table, [1.0] * table.rows.experts), "votes", []


def _by_agreement(table: LabelTable, _: int) -> _Found:
    majority = _vote(table, [1.0] * table.rows.experts)
    right = _result(table, "majority_vote", (majority, "votes", []))
    names = list(table.item_ids)
    sure = array("d", bytes(8 * len(majority.items)))
    for place, name in enumerate(names):
        answer = right.answers[name]
        own = table.label_ids[answer]
        if table.is_open:
            own = next(k for label, k in table.given(place) if label == answer)
        sure[place * table.rows.labels + own] = 1.0
    return _vote(table, truth.agreement(table.rows, sure)), "votes", []


def _by_correlation(table: LabelTable, threads: int) -> _Found:
    labels, copies = len(table.labels), table.copies()
    rows = table.thin(copies)
    if table.is_open:
        coin = truth.one_coin(rows, num_threads=threads)
        counted = truth.weighted_vote(rows, array("d", [1.0]) * rows.experts)
        coin.items = array(
            "d", [COIN * a + (1 - COIN) * b for a, b in zip(coin.items, counted, strict=True)]
        )
        return coin, "one coin and votes", copies
    votes = truth.weighted_vote(rows, array("d", [1.0]) * rows.experts)
    shares = [sum(votes[label::labels]) / rows.items for label in range(labels)]
    return *of_shared_errors(rows, is_balanced(shares), threads), copies


def of_shared_errors(
    rows: truth.Labels,
    balanced: bool,  # noqa: FBT001 - as the kernels take it
    threads: int | None,
    decoy: truth.Posterior | None = None,
) -> tuple[truth.Posterior, str]:
    """The likelier of the two models of experts who share errors, and its name.

    `decoy` is what the model of decoys found, if that is known already.
    """
    labels, seen = rows.labels, [0] * rows.experts
    for expert in rows.rows()[1]:
        seen[expert] += 1
    if decoy is None and (labels > 2 or rows.count <= MOST_OF_TWO):
        decoy = _decoys.decoys(rows, balanced=balanced, num_threads=threads)
    if decoy is not None and labels > MOST_SUBCLASS_LABELS:
        return decoy, "decoys"
    subclass = _subclasses.subclasses(rows, balanced, num_threads=threads)
    # Of two labels, one is the only error: there is none to fall for, and no habit.
    own, habits = (4, labels - 1) if labels > 2 else (2, 0)
    decoy_size = sum(own * n / (n + 10) + habits * n / (n + 20) for n in seen)
    size = labels * (labels - 1) * (2 + sum(n / (n + labels**2) for n in seen))
    if decoy is not None and decoy.log_likelihood - decoy_size > subclass.log_likelihood - size:
        return decoy, "decoys"
    return subclass, "subclasses"


_METHODS: dict[str, Callable[[LabelTable, int], _Found]] = {
    "majority_vote": _by_majority,
    "wawa": _by_agreement,
    "dawid_skene": lambda t, n: (truth.dawid_skene(t.rows, num_threads=n), "confusions", []),
    "one_coin_dawid_skene": lambda t, n: (truth.one_coin(t.rows, num_threads=n), "one coin", []),
    "glad": lambda t, n: (truth.glad(t.rows, num_threads=n), "abilities", []),
    "mace": lambda t, n: (truth.mace(t.rows, num_threads=n), "habits", []),
    "correlated": _by_correlation,
}


def _result(table: LabelTable, method: str, outcome: _Found) -> Truth:
    found, model, copies = outcome
    width, names = table.rows.labels, list(table.item_ids)
    places, ties = truth.best_given(table.rows, found.items, EPSILON)
    probability = {
        name: found.items[i * width + own]
        for i, (name, own) in enumerate(zip(names, places, strict=True))
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
    skills = truth.agreement(table.rows, found.items)
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
        model=model,
        copies=tuple(map(tuple, copies)),
        _table=table,
        _posterior=found.items,
    )


def calibration_error(
    probabilities: Sequence[float], right: Sequence[bool], bins: int = 10
) -> float:
    """Expected calibration error: mean distance of share right and stated, in bins of equal width.

    (Naeini, Cooper, Hauskrecht, AAAI 2015.)
    """
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for probability, is_right in zip(probabilities, right, strict=True):
        groups[min(int(probability * bins), bins - 1)].append((probability, is_right))
    return sum(abs(sum(p for p, _ in group) - sum(own for _, own in group)) for group in groups) / (
        len(probabilities) or 1
    )


def auroc(scores: Sequence[float], right: Sequence[bool]) -> float | None:
    """Chance that a right answer scores above a wrong one, ties counted half; None without both."""
    ranked = sorted(zip(scores, right, strict=True))
    positives = sum(own for _, own in ranked)
    negatives = len(ranked) - positives
    if not positives or not negatives:
        return None
    total = 0.0
    below = place = 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        here = sum(own for _, own in ranked[place:end])
        wrong = end - place - here
        total += here * (below + wrong / 2)
        below += wrong
        place = end
    return total / positives / negatives


def brier(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """Mean squared distance of what was stated and what came true."""
    return sum((p - own) ** 2 for p, own in zip(probabilities, right, strict=True)) / (
        len(probabilities) or 1
    )
