"""A sample of one file's records as columns, and errors that describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cotool.consensus.read import names
from cotool.consensus.read.columns import Column, columns_of, pairs_unique
from cotool.errors import InputError
from cotool.text import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cotool.consensus.read.layout import Keys


class UnclearError(InputError):
    """No layout fits, or two fit equally well."""


class Sample:
    """Records of a file, their columns, and the keys that the user named.

    `texts` are the columns that hold texts, numbers or flags; `titles` the texts of a survey's
    questions by column, where further header rows gave them.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        name: str,
        keys: Keys,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self.rows = rows
        self.name = name
        self.keys = keys
        self.titles = titles
        self.columns = columns_of(rows)
        self.by_path = {column.path: column for column in self.columns}
        self.texts = [column for column in self.columns if column.present]

    def best(self, part: str) -> Column | None:
        """Return the column whose name suggests a part most strongly."""
        called = [c for c in self.texts if c.is_called(part)]
        return max(called, key=lambda c: (c.hint.weight, c.distinct > 1, c.words), default=None)

    def nothing(self) -> UnclearError:
        """Return the error that no column is known as the answer."""
        return UnclearError(
            f"{self.name}: no key or column is known as the answer, found {listed(self.columns)}",
            hint=f"name them: {self._guess()}",
        )

    def _guess(self) -> str:
        item = self.best(names.QUESTION) or self.best(names.ITEM_ID)
        expert = self.best(names.EXPERT)
        alone = (item and item.is_unique) or (expert and expert.is_unique)
        if (item is None or expert is None) and not alone:
            item, expert = self._crossed(item, expert)
        taken = {item and item.path, expert and expert.path}
        left = [
            c
            for c in self.texts
            if c.path not in taken and c.part in {names.UNKNOWN, names.ANSWER} and not c.is_time
        ]
        parts = {"question": item.path} if item else {}
        if not left:
            left = [c for c in self.texts if c.path not in taken and c.part == names.BESIDE]
        if expert is None and len(left) > 1 and all(names.is_coded(c.path) for c in left):
            return named(question_columns=joined(left))
        by_person = self._by_person(item, expert)
        if by_person and left:
            varied = [c for c in left if not (c.is_constant or c.is_unique or c.is_number)] or left
            person = named(question_columns=joined(varied[:8]), expert=by_person.path)
            return f"{person}; or, where a record is a question: " + named(
                **parts, expert_columns=joined(varied[:8])
            )
        if expert is None and len(left) > 1:
            return named(**parts, expert_columns=joined(left[:8]))
        if expert:
            parts["expert"] = expert.path
        return named(**parts, content=left[0].path if left else "KEY")

    def _by_person(self, item: Column | None, expert: Column | None) -> Column | None:
        """Return the column that names the person, where each record seems to be of another one."""
        timed = any(c.is_time or c.is_called(names.TIME) for c in self.texts)
        if expert is not None and expert.is_unique:
            return expert
        asked = item is not None and item.part == names.QUESTION
        return item if timed and expert is None and item and item.is_unique and not asked else None

    def _crossed(
        self, item: Column | None, expert: Column | None
    ) -> tuple[Column | None, Column | None]:
        """Return an item and an expert, of which each pair occurs once, and each one recurs."""
        recurring = [
            c
            for c in self.texts
            if 1 < c.distinct < c.present and (c.is_whole or not c.is_number) and not c.is_time
        ]
        pairs = [
            (one, other)
            for one in ([item] if item else recurring)
            for other in ([expert] if expert else recurring)
            if one is not other and pairs_unique(one, other) == 1.0
        ]
        if item or expert or not pairs:
            return pairs[0] if pairs else (item, expert)
        # There are usually more items than experts; if not, the items come first.
        return max(pairs, key=lambda pair: pair[0].distinct >= 2 * pair[1].distinct)


def joined(columns: Sequence[Column]) -> str:
    """Return the names of columns as one value."""
    return ",".join(column.path for column in columns)


def listed(columns: Sequence[Column]) -> str:
    """Return columns with a few of their values, for messages."""
    shown = [
        f"{column.path!r} ({column.shown(2)})" if column.present else repr(column.path)
        for column in columns[:12]
    ]
    more = f" and {len(columns) - 12} more" if len(columns) > 12 else ""
    return ", ".join(shown) + more
