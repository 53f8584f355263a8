"""Families of columns: names that differ in one word or number, and values that belong together.

Rater 1 and rater 2, J1 to J9, `included_ann` and `included_ben`: such columns are several experts'
answers to one item, several items that one person answers, or several measures of one answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cotool._lazy import lazy_pattern
from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read import names
from cotool.consensus.read.columns import agreement, common_values, number_of

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column

_TOKEN = lazy_pattern(r"[^\W\d_]+|\d+")
# Words for what numbers the measurements of one expert.
_OVER_TIME = frozenset("week day month year time visit wave round hour minute quarter date".split())
_TITLES = frozenset(("dr", "prof"))
_ALIKE = 0.25  # how much more alike experts' labels are in a record than between records
_SPREAD = 0.5  # the share of numbers' variance that lies between records


@dataclass(frozen=True, slots=True)
class Family:
    """Columns whose names share `stem`; `numbered` if they differ in a number or a letter."""

    stem: tuple[str, ...]
    columns: tuple[Column, ...]
    numbered: bool

    @property
    def agrees(self) -> bool:
        """Whether the columns are more alike within a record than between records."""
        if all(column.is_number for column in self.columns):
            return between(self.columns) > _SPREAD
        return agreement(self.columns) > _ALIKE

    @property
    def shares(self) -> bool:
        """Whether most values occur in several of the columns."""
        return common_values(self.columns) >= 0.5

    @property
    def is_over_time(self) -> bool:
        """Whether the columns follow each other in time."""
        return not _OVER_TIME.isdisjoint(self.stem)

    @property
    def is_of_experts(self) -> bool:
        """Whether the stem itself has a word for an expert, or a title: `diagnosis_dr_lee`."""
        return any(
            word in _TITLES
            or names.may_be_expert(word)
            or names.hint_of(word) == names.Hint(names.EXPERT, names.STRONG)
            for word in self.stem
        )


def families(columns: Sequence[Column]) -> list[Family]:
    """Return the families of at least two columns, the largest first; each column is in one."""
    groups: dict[tuple[tuple[str, ...], int], dict[str, Column]] = {}
    for column in columns:
        if names.asks(column.path):
            continue
        words = tuple(map(str.casefold, _TOKEN.findall(column.path)))
        for place, word in enumerate(words):
            stem = words[:place] + words[place + 1 :]
            if stem and not all(map(str.isdigit, stem)):
                groups.setdefault((stem, place), {})[word] = column
    found: list[Family] = []
    taken: set[str] = set()

    def rank(
        group: tuple[tuple[tuple[str, ...], int], dict[str, Column]],
    ) -> tuple[bool, bool, int]:
        (stem, _), members = group
        return not _are_numbers(members), _is_measure(stem), -len(members)

    for (stem, _), members in sorted(groups.items(), key=rank):
        left = {word: column for word, column in members.items() if column.path not in taken}
        if len(left) > 1:
            found.append(Family(stem, tuple(left.values()), _are_numbers(left)))
            taken.update(column.path for column in left.values())
    return found


def _are_numbers(words: Iterable[str]) -> bool:
    return all(word.isdigit() or len(word) == 1 for word in words)


def _is_measure(stem: tuple[str, ...]) -> bool:
    """Whether what the columns hold is measured beside the answers: `model_1_ms`."""
    return names.hint_of(stem[-1]).part == names.BESIDE


def sharing(columns: Sequence[Column]) -> Sequence[Column]:
    """Return the columns that share values; all columns if fewer than two share any."""
    columns_with = Counter(value for column in columns for value in column.counts)
    found = [
        column for column in columns if any(columns_with[value] > 1 for value in column.counts)
    ]
    inside = {column.path.rpartition(".")[0] for column in columns}
    one_object = len(inside) == 1 and "" not in inside
    return found if len(found) > 1 and not one_object else columns


def family_of(columns: Sequence[Column]) -> Sequence[Column]:
    """Return the numbered columns among others, such as P1 to P9 beside their median."""
    found = families(columns)
    alone = len(found) == 1 and found[0].numbered and len(found[0].columns) > 2
    return found[0].columns if alone else columns


def between(columns: Sequence[Column]) -> float:
    """Return the share of the numbers' variance that lies between records, at most 1."""
    rows = [
        [number for value in row if value is not None and (number := number_of(value)) is not None]
        for row in zip(*(column.values for column in columns), strict=True)
    ]
    rows = [row for row in rows if len(row) > 1]
    flat = [number for row in rows for number in row]
    if len(rows) < 3:
        return 0.0
    mean = sum(flat) / len(flat)
    total = sum((number - mean) ** 2 for number in flat) / (len(flat) - 1)
    within = sum(
        sum((number - sum(row) / len(row)) ** 2 for number in row) / (len(row) - 1) for row in rows
    ) / len(rows)
    return 1 - within / total if total else 0.0


def members_named(paths: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the paths of one object's members with their names; () if they are not of one.

    The answers may be one member further inside: {"results": {"gpt": {"content": …}, …}}.
    """
    before = {path.rpartition(".")[0] for path in paths}
    if len(before) == 1 and "" not in before:
        return tuple((path, path.rpartition(".")[2]) for path in paths)
    above = {path.partition(".")[0] for path in paths}
    last = {path.rpartition(".")[2] for path in paths}
    if len(above) == len(last) == 1 and all(path.count(".") > 1 for path in paths):
        return tuple((path, path.partition(".")[2].rpartition(".")[0]) for path in paths)
    return ()
