"""The columns of a sample of records, and how their values vary.

A sample is bounded, so this costs the same for files of any size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from cotool._lazy import lazy_pattern, once
from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read.names import (
    ANSWER,
    BESIDE,
    GOLD,
    STRONG,
    UNKNOWN,
    Hint,
    hint_of,
)
from cotool.consensus.read.paths import leaves
from cotool.consensus.read.values import is_missing

if TYPE_CHECKING:
    import re

_NUMBER = lazy_pattern(r"[-+]?(\d+([.,]\d+)*|\.\d+)([eE][-+]?\d+)?\s*%?")
_WHOLE = lazy_pattern(r"[-+]?\d+")
_TIME = lazy_pattern(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T]\d{1,2}:\d{2}.*)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([ ,T]+\d{1,2}:\d{2}.*)?"
    r"|\w{3} \w{3} \d{1,2} \d\d:\d\d:\d\d .*|\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?"
)
_UNIQUE_ID = lazy_pattern(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{16,}")
_LINK = lazy_pattern(r"[a-z]+://\S+")
_EVEN = 0.8  # the least share of items with the usual number of answers
_ONCE = 0.98  # the least share of records whose item and expert occur for the first time
_ROUNDED = 0.02  # how far the sum of rounded shares may be from one
_LONGEST_LABEL = 40
_SIDES = frozenset({"assistant", "user", "system", "tool"})
_FLAGS = frozenset({"true", "false", "0", "1", "0.0", "1.0"})


def text_of(value: Any) -> str | None:
    """Return a scalar as the text that is compared; None for a missing value, and for objects."""
    if isinstance(value, str):
        text = value.strip()
        return None if is_missing(text) else text
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, (dict, list, tuple)) or value != value:  # noqa: PLR0124 - NaN
        return None
    return str(value)


def are_shares(numbers: Collection[object]) -> bool:
    """Whether numbers are shares of one: 0.25 and 0.75."""
    shares = [number for number in numbers if isinstance(number, float)]
    return 1 < len(shares) == len(numbers) and abs(sum(shares) - 1) < _ROUNDED


def _is_scored(item: object) -> bool:
    """Whether an object is a label and its score."""
    if not isinstance(item, dict) or len(item) != 2:
        return False
    return {*map(type, item.values())} in ({str, float}, {str, int})


def _label_in(item: object) -> str | None:
    """Return a label of a list, None for anything else."""
    return item if isinstance(item, str) and len(item) <= _LONGEST_LABEL else None


# Compared by identity, since a sample holds each column once.
@dataclass(eq=False)
class Column:
    """One key path over the sample: `values` are texts, None if a record has none."""

    path: str
    values: list[str | None]
    # Lists and objects that occur in place of texts.
    objects: list[Any] = field(default_factory=list)

    @once
    def hint(self) -> Hint:
        """What the name suggests; the side of a chat is no answer, whatever the name."""
        hint = hint_of(self.path)
        is_side = self.distinct == 1 and self.counts.keys() <= _SIDES
        if is_side and hint.part in {UNKNOWN, ANSWER}:
            return Hint(BESIDE, hint.weight)
        if self.path.casefold() == "ref" and self.words > 1:
            return Hint(GOLD, STRONG)  # a reference rather than a number of reference
        return hint

    @property
    def part(self) -> str:
        """The part that the name suggests."""
        return self.hint.part

    def is_called(self, *parts: str) -> float:
        """How strongly the name suggests one of `parts`."""
        return self.hint.weight if self.hint.part in parts else 0.0

    @once
    def counts(self) -> Counter[str]:
        """How often each value occurs."""
        return Counter(value for value in self.values if value is not None)

    @once
    def present(self) -> int:
        """How many records have a text here."""
        return self.counts.total()

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(self.counts)

    @property
    def recurs(self) -> bool:
        """Whether there are several values, of which some occur again."""
        return 1 < self.distinct < self.present

    @property
    def is_constant(self) -> bool:
        """Whether there is at most one value."""
        return self.distinct <= 1

    @property
    def is_unique(self) -> bool:
        """Whether no value occurs twice."""
        return self.distinct == self.present > 1

    @property
    def are_labels(self) -> bool:
        """Whether the values are lists of labels: no list holds one twice, and some recur."""
        if self.present or not all(isinstance(value, list) for value in self.objects):
            return False
        items = Counter(_label_in(item) for value in self.objects for item in value)
        if None in items or not any(n > 1 for n in items.values()):
            return False
        return all(len({*map(_label_in, value)}) == len(value) for value in self.objects)

    @property
    def are_shares(self) -> bool:
        """Whether the values are lists of shares of one: [0.25, 0.75]."""
        lists = [value for value in self.objects if isinstance(value, list)]
        return not self.present and bool(lists) and all(map(are_shares, lists))

    @property
    def are_scored(self) -> bool:
        """Whether the values are lists of labels with a score: [{"label": "joy", "score": 0.9}]."""
        items = [one for v in self.objects for one in (v if isinstance(v, list) else [None])]
        return bool(items) and not self.present and all(map(_is_scored, items))

    def _share(self, pattern: re.Pattern[str]) -> float:
        hits = sum(n for value, n in self.counts.items() if pattern.fullmatch(value))
        return hits / max(1, self.present)

    @once
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return self.present > 0 and self._share(_NUMBER) > 0.95

    @once
    def is_whole(self) -> bool:
        """Whether the values are whole numbers."""
        return self.present > 0 and self._share(_WHOLE) > 0.95

    @once
    def is_counted(self) -> bool:
        """Whether the values are whole numbers that increase from record to record."""
        if not self.is_unique or not self.is_whole:
            return False
        try:
            numbers = [int(value) for value in self.values if value is not None]
        except ValueError:
            return False
        return all(one < other for one, other in pairwise(numbers))

    @once
    def is_time(self) -> bool:
        """Whether the values are dates or times."""
        return self.present > 0 and self._share(_TIME) > 0.9

    @once
    def is_code(self) -> bool:
        """Whether the values are UUIDs, hashes or links."""
        return self.present > 0 and max(self._share(_UNIQUE_ID), self._share(_LINK)) > 0.9

    @once
    def is_flag(self) -> bool:
        """Whether the values are true and false, or 1 and 0."""
        return self.present > 0 and all(value.casefold() in _FLAGS for value in self.counts)

    @once
    def words(self) -> float:
        """The mean number of words in a value."""
        total = sum(len(value.split()) * n for value, n in self.counts.items())
        return total / max(1, self.present)

    @property
    def is_text(self) -> bool:
        """Whether the values are sentences rather than names or labels."""
        return self.words > 4 or any(len(value) > 120 for value in self.counts)

    @once
    def is_label(self) -> bool:
        """Whether there are few short values over many records."""
        return (
            self.present > 0
            and not self.is_text
            and not self.is_time
            and self.distinct <= max(2, min(30, 0.5 * self.present))
        )

    @once
    def is_name_like(self) -> bool:
        """Whether the values could be names of people or models."""
        return self.present > 0 and not any(
            len(value) > 100 or len(value.split()) > 6 or value.endswith((".", "!", "?"))
            for value in self.counts
        )

    def shown(self, most: int = 3) -> str:
        """A few values, for messages."""
        some = [
            value if len(value) <= 24 else f"{value[:23]}…" for value in list(self.counts)[:most]
        ]
        more = ", …" if self.distinct > most else ""
        return ", ".join(map(repr, some)) + more


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    """Return the columns of records, in order of appearance."""
    found: dict[str, Column] = {}
    for place, row in enumerate(rows):
        for path, value in leaves(row).items():
            column = found.get(path)
            if column is None:
                column = found[path] = Column(path, [None] * place)
            if len(column.values) > place:
                continue
            if isinstance(value, (dict, list, tuple)) and value:
                column.objects.append(value)
            column.values.append(text_of(value))
        for column in found.values():
            if len(column.values) <= place:
                column.values.append(None)
    return list(found.values())


def number_of(text: str) -> float | None:
    """Return the number that a cell holds, with a point or a comma before its decimals."""
    bare = text.strip(" %")
    if bare.count(",") == 1 and "." not in bare:
        bare = bare.replace(",", ".")
    try:
        return float(bare.replace(",", ""))
    except ValueError:
        return None


def determines(one: Column, other: Column) -> bool:
    """Whether the same value of `one` always goes with the same value of `other`."""
    seen: dict[str, str] = {}
    for key, value in zip(one.values, other.values, strict=True):
        if key is not None and value is not None and seen.setdefault(key, value) != value:
            return False
    return True


def pairs_unique(one: Column, other: Column) -> float:
    """The share of records whose pair of values occurs for the first time."""
    pairs = [
        pair
        for pair in zip(one.values, other.values, strict=True)
        if pair[0] is not None and pair[1] is not None
    ]
    return len(set(pairs)) / len(pairs) if pairs else 0.0


def are_crossed(item: Column, expert: Column) -> bool:
    """Whether each expert answers an item once, and items have the same number of answers."""
    if not item.recurs:
        return False
    usual, times = Counter(item.counts.values()).most_common(1)[0]
    return usual > 1 and times >= _EVEN * item.distinct and pairs_unique(item, expert) >= _ONCE


def agreement(columns: Sequence[Column]) -> float:
    """How much more often columns are alike within a record than between records, -1 to 1.

    Labels are alike where they are equal; texts by the words that they share.
    """
    together: list[float] = []
    apart: list[float] = []
    size = len(columns[0].values)
    for place in range(min(size, 200)):
        here = [column.values[place] for column in columns]
        there = [column.values[(place + 1 + size // 3) % size] for column in columns]
        for i, one in enumerate(here[:8]):
            for j in range(i + 1, min(8, len(here))):
                other, far = here[j], there[j]
                if one is not None and other is not None:
                    together.append(_alike(one, other))
                if one is not None and far is not None:
                    apart.append(_alike(one, far))
    if not together or not apart:
        return 0.0
    by_chance = sum(apart) / len(apart)
    if by_chance >= 1:
        return 0.0
    return (sum(together) / len(together) - by_chance) / (1 - by_chance)


def _alike(one: str, other: str) -> float:
    if one.casefold() == other.casefold():
        return 1.0
    first, second = set(one.casefold().split()), set(other.casefold().split())
    return len(first & second) / len(first | second) if len(first | second) > 4 else 0.0


def common_values(columns: Iterable[Column]) -> float:
    """The share of the values that occur in at least two columns."""
    counts: Counter[str] = Counter()
    for column in columns:
        counts.update({value.casefold() for value in column.counts})
    return sum(n > 1 for n in counts.values()) / max(1, len(counts))
