"""What the results of many questions have in common, counted one by one."""

from __future__ import annotations

import heapq
from collections import Counter

from cotool._typing import TYPE_CHECKING, Generic, TypeVar
from cotool.text import percent, plural

if TYPE_CHECKING:
    from cotool.consensus.model import Consensus

Item = TypeVar("Item")


class Overall:
    """Counts of results, and how far the statements of each expert are supported."""

    def __init__(self) -> None:
        self.questions = self.answered = self.dissent = self.declined = self.disputed = 0
        self._agreement = 0.0
        self._kinds: Counter[str] = Counter()
        # Of each expert, the sum of the mean supports, and of how many questions.
        self._supports: dict[str, tuple[float, int]] = {}

    def add(self, result: Consensus) -> None:
        """Count a result."""
        self.questions += 1
        self._kinds[result.kind] += 1
        self.dissent += bool(result.dissent)
        self.declined += len(result.declined)
        if result.answer is not None and result.agreement is not None:
            self.answered += 1
            self._agreement += result.agreement
        if result.support is not None:
            self.disputed += bool(result.disputes)
            for name, mean in result.support_by_expert().items():
                total, count = self._supports.get(name, (0.0, 0))
                self._supports[name] = (total + mean, count + 1)

    @property
    def mean(self) -> str:
        """The mean agreement of the questions with an answer."""
        return percent(self._agreement / self.answered if self.answered else None)

    @property
    def kinds(self) -> str:
        """The kinds of answers with their numbers, the most frequent first."""
        return ", ".join(f"{kind} {count:,}" for kind, count in self._kinds.most_common())

    def by_support(self) -> list[tuple[str, float, int]]:
        """Return the experts by the mean support of what they state, and of how many questions."""
        means = [(name, total / count, count) for name, (total, count) in self._supports.items()]
        return sorted(means, key=lambda one: (-one[1], one[0]))


def standing(result: Consensus) -> str:
    """Return how many responses are in the cluster of the one that is shown; "" if it is in none.

    A cluster of texts counts by their similarity, so 6 of 6 may be 52 %.
    """
    count = next((len(c.members) for c in result.clusters if result.expert in c.members), 0)
    where = "" if result.metric is None else " in its cluster"
    return f"{count} of {plural(len(result.experts), 'expert')}{where}" if count else ""


class Lowest(Generic[Item]):
    """The items of the `most` lowest of many values; of equal values the first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.count = 0
        # A heap whose root is the highest: (-value, -place, item).
        self._heap: list[tuple[float, int, Item]] = []

    def takes(self, value: float) -> bool:
        """Return whether the next item is kept if it has this value."""
        return len(self._heap) < self._most or -value > self._heap[0][0]

    def add(self, value: float, item: Item) -> None:
        """Take an item."""
        self.count += 1
        entry = (-value, -self.count, item)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def found(self) -> list[tuple[float, Item]]:
        """Return the lowest values in ascending order, each with its item."""
        return [(-value, item) for value, _, item in sorted(self._heap, reverse=True)]

    def in_order(self) -> list[Item]:
        """Return the items of the lowest values in the order in which they came."""
        return [item for _, _, item in sorted(self._heap, key=lambda entry: -entry[1])]
