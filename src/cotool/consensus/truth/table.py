"""Labels of items by experts: names as numbers, for the kernels."""

from __future__ import annotations

from array import array

from cotool._fast.truth import dependence
from cotool._fast.truth import labels as kernel
from cotool._typing import TYPE_CHECKING
from cotool.consensus.truth.copies import FEWEST, chance_of, thinned
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cotool.consensus.extract.stated import Stated
    from cotool.consensus.truth.copies import PairCounts

# Labels that differ from question to question (numbers, names) have no confusions and no habits:
# more than this many different ones, and more than one to this many items.
MOST_CLOSED = 20
ITEMS_A_LABEL = 4
# Cells of the confusion matrices of all experts (8 bytes each, twice).
MOST_CELLS = 20_000_000
# Experts up to which copies are looked for: pairs take 16 bytes each.
MOST_COMPARED = 1_000


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
        self._global = kernel.Labels(by_item, by_expert, by_label, *counts)
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

    def _numbered_apart(self) -> kernel.Labels:
        places = [{label: k for k, label in enumerate(own)} for own in self._by_item()]
        item, expert, label = self._global.rows()
        local = array("i", [places[i][own] for i, own in zip(item, label, strict=True)])
        width = max(map(len, places))
        return kernel.Labels(item, expert, local, len(self.item_ids), len(self.expert_ids), width)

    def given(self, place: int) -> Iterable[tuple[str, int]]:
        """The labels that an item was given: name and number in `rows`."""
        own = self._by_item()[place]
        names = self.labels
        return ((names[k], i if self.is_open else k) for i, k in enumerate(own))

    def pairs(self) -> list[PairCounts]:
        """What `find_copies` takes; nothing if there are very many experts."""
        count, names = self.rows.experts, list(self.expert_ids)
        if count > MOST_COMPARED:
            return []
        said: list[dict[str, float]] = [{} for _ in names]
        _, expert, label = self._global.rows()
        for e, k in zip(expert, label, strict=True):
            said[e][self.labels[k]] = said[e].get(self.labels[k], 0.0) + 1
        both, same = kernel.coincidences(self._global)
        return [
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
        ]

    def thin(self, groups: Sequence[Sequence[str]]) -> kernel.Labels:
        """The labels, with one per item from each group of copies, as `thinned` returns them."""
        if not groups:
            return self.rows
        members = [[self.expert_ids[name] for name in group] for group in groups]
        copying = {e for group in members for e in group}
        columns = array("i"), array("i"), array("i")
        apart: dict[int, dict[int, int]] = {}
        for i, e, k in zip(*self.rows.rows(), strict=True):
            if e in copying:
                apart.setdefault(i, {})[e] = k
            else:
                for column, own in zip(columns, (i, e, k), strict=True):
                    column.append(own)
        for i, votes in apart.items():
            for e, k in thinned(votes, members).items():
                for column, own in zip(columns, (i, e, k), strict=True):
                    column.append(own)
        return kernel.Labels(*columns, self.rows.items, self.rows.experts, self.rows.labels)

    def check_closed(self, method: str) -> None:
        """Raise InputError if a method cannot work on open labels, or needs too much memory."""
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


def independence_of(subjects: Iterable[Stated]) -> dict[str, float]:
    """How much each expert's vote counts by `independent`, where answers are open.

    Where labels are closed, weak experts agree little with anyone, so nothing is said.
    """
    rows = {
        (str(place), expert): value
        for place, subject in enumerate(subjects)
        for expert, value in subject.votes
    }
    if not rows:
        return {}
    table = LabelTable((item, expert, value) for (item, expert), value in rows.items())
    if not table.is_open:
        return {}
    return dict(zip(table.expert_ids, independent(table.rows), strict=True))


def independent(rows: kernel.Labels) -> array[float]:
    """How much each expert's vote counts where experts depend on each other; 1 in the mean."""
    if rows.experts > MOST_COMPARED:
        return array("d", [1.0]) * rows.experts
    return dependence.weights(*kernel.coincidences(rows), rows.experts)[0]


def _numbered(column: Sequence[str], what: str) -> tuple[dict[str, int], array[int]]:
    """Names numbered in sorted order, and the column in these numbers."""
    names = set(column)
    odd = next((name for name in names if not isinstance(name, str)), None)
    if odd is not None:
        raise InputError(
            f"{what} {odd!r}: is not a text", hint="items, experts and labels are strings"
        )
    numbers = {name: place for place, name in enumerate(sorted(names))}
    return numbers, array("i", map(numbers.__getitem__, column))
