"""Sets that grow together."""

from __future__ import annotations


class Forest:
    """Disjoint sets of whatever is hashable."""

    def __init__(self) -> None:
        self._parents: dict[object, object] = {}

    def root(self, item: object) -> object:
        """Return the item that represents the set of `item`."""
        parents = self._parents
        parents.setdefault(item, item)
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    def join(self, one: object, other: object) -> None:
        """Make one set of two."""
        self._parents[self.root(other)] = self.root(one)
