"""A sample of one file's records as columns, and errors that describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cotool._lazy import once
from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read import names
from cotool.consensus.read.columns import Column, columns_of
from cotool.errors import InputError
from cotool.text import and_more, named

if TYPE_CHECKING:
    from cotool.consensus.read.layout import Keys


BY_EXPERT = "where each column is one expert's"
BY_PERSON = "where each row is one person's, with a column per question"
BY_FILE = "where each file is one expert's"
LISTED = "where each row lists the answers"
NAMED = "name the parts"
# Words for a tally, and names of answers that are counted.
_TALLIES = frozenset("counter counts tally votes histogram distribution".split())
_COUNTED = frozenset(
    "yes no true false agree disagree neutral positive negative unsure maybe abstain for against "
    "entailment contradiction unknown other none support oppose keep delete accept reject".split()
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Parameters that would settle how a file is read; `reading` says when they are right."""

    reading: str
    parts: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        shown = {part: ",".join(columns) for part, columns in self.parts.items()}
        return f"{self.reading}: {named(**shown)}"


class UnclearError(InputError):
    """No layout fits, or two fit equally well.

    `proposals` are what the hint may suggest; each is first tried.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, proposals: Sequence[Proposal] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.proposals = proposals


class RecordSample:
    """Records of a file, their columns, and the keys that the user named.

    `texts` are the columns that hold texts, numbers or flags; `titles` the texts of a survey's
    questions by column, where further header rows gave them; `several` says that there are further
    files.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        name: str,
        keys: Keys,
        titles: Mapping[str, str] | None = None,
        *,
        several: bool = False,
    ) -> None:
        self.rows = rows
        self.name = name
        self.keys = keys
        self.titles = titles
        self.several = several
        self.columns = columns_of(rows)
        self.by_path = {column.path: column for column in self.columns}
        self.texts = [column for column in self.columns if column.present]

    @once
    def is_dated(self) -> bool:
        """Whether each record has a time of its own, as answers to a questionnaire have."""
        return any(c.is_time and 2 * c.distinct > c.present for c in self.texts)

    @once
    def person(self) -> Column | None:
        """The column whose values name experts, none of them twice: each record is a person's."""
        return next((c for c in self.texts if c.is_called(names.EXPERT) and c.is_unique), None)

    @once
    def counts(self) -> list[Column]:
        """Columns that count answers: whole numbers named like answers, or numbers of a tally."""
        found = [
            c
            for c in self.texts
            if (c.is_whole and c.path.rpartition(".")[2].strip().casefold() in _COUNTED)
            or (c.is_number and not _TALLIES.isdisjoint(names.words_of(c.path)))
        ]
        more = any(value not in {"0", "1"} for c in found for value in c.counts)
        return found if len(found) > 1 and more else []

    def best(self, *parts: str) -> Column | None:
        """Return the column whose name suggests the first of the parts that any suggests."""
        called = next(filter(None, ([c for c in self.texts if c.is_called(p)] for p in parts)), [])
        return max(called, key=lambda c: (c.hint.weight, c.distinct > 1, c.words), default=None)


def by_parts(item: Column | None, expert: Column | None, answer: Column) -> Proposal:
    """Return the parts of records with one response each."""
    parts: dict[str, tuple[str, ...]] = {}
    if item is not None:
        parts["id" if item.part == names.ITEM_ID else "question"] = (item.path,)
    if expert is not None:
        parts["expert"] = (expert.path,)
    reading = NAMED if expert is not None else BY_FILE
    return Proposal(reading, {**parts, "content": (answer.path,)})


def by_columns(
    columns: Sequence[Column], person: Column | None, *, surveyed: bool = False
) -> list[Proposal]:
    """Return both readings of columns: as experts, and as the questions of a survey."""
    paths = tuple(column.path for column in columns)
    who = {"expert": (person.path,)} if person is not None else {}
    both = [
        Proposal(BY_EXPERT, {"expert_columns": paths}),
        Proposal(BY_PERSON, {"question_columns": paths, **who}),
    ]
    return both[::-1] if surveyed or person is not None else both


def listed(columns: Sequence[Column]) -> str:
    """Return columns with a few of their values, for messages."""
    shown = [
        f"{column.path!r} ({column.shown(2)})" if column.present else repr(column.path)
        for column in columns[:12]
    ]
    return and_more(shown, len(columns))
