"""The form of one file: records of a known tool, records that say what they are, or a plan.

If the first record is a known tool's or lists all its responses, records pass through as they are
read. Otherwise a bounded sample is held back, and a plan is made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice

from cotool._records import replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read import names
from cotool.consensus.read.columns import are_shares
from cotool.consensus.read.exports import check_succeeded, is_step, requested, unpacked
from cotool.consensus.read.layout import DEFAULT_KEYS, Keys, layout_of, plain_name
from cotool.consensus.read.paths import leaves
from cotool.consensus.read.responses import experts_in, has_choices, is_message
from cotool.consensus.read.sample import UnclearError
from cotool.consensus.read.tools import Tool, tool_of
from cotool.consensus.read.understood import FileUnderstood, shown_parts
from cotool.consensus.read.wrappers import by_question, is_by_question, turned
from cotool.errors import InputError
from cotool.text import named

if TYPE_CHECKING:
    from cotool.consensus.read.plan import Plan

# A plan is made from at most this many records or characters.
_SAMPLE_ROWS = 1000
_SAMPLE_SIZE = 1 << 21
_SAMPLE_CELLS = 1 << 20  # columns times records
_FEWEST_ROWS = 3
# Keys by which the objects of APIs and batches are recognised.
_API = frozenset({"custom_id", "candidates", "root_span_id"})

# Roles of those who ask in a chat, and the keys that a turn may have.
_SPEAKER_KEYS = ("role", "from")
_SPEAKERS = ("user", "human", "system")
# Keys of objects whose keys may be labels instead of experts.
_OF_LABELS = frozenset({"labels", "predictions"})
_TURN = frozenset({*_SPEAKER_KEYS, "content", "value", "text", "name", "id", "timestamp"})


class FileForm:
    """How one file is read, found from its first records.

    Each record is read with `keys`. `unclear` is the error if no plan could be made; `count` is the
    number of records that had been seen by then.
    """

    def __init__(
        self,
        name: str,
        keys: Keys,
        on_bad: Callable[[InputError], None],
        *,
        flat: bool = False,
        several: bool = False,
    ) -> None:
        # Rows of a table, which wrap no other records.
        self._flat = flat
        # Whether it is one of several files, of which each may be one expert's.
        self._several = several
        self.name = name
        self._given = keys
        self._on_bad = on_bad
        self._kept: dict[str, Any] = {}
        # Sets of keys whose records are known not to wrap others.
        self._plain: set[tuple[str, ...]] = set()
        self._columns: tuple[str, ...] | None = None
        self._head: tuple[str, ...] | None = None
        self.keys = keys
        self.tool: Tool | None = None
        # The tool whose records the file's documents wrap.
        self.tool_within: Tool | None = None
        self.plan: Plan | None = None
        self.unclear: UnclearError | None = None
        self.count = 0

    def records(self, values: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        """Yield the records in the values of the file, as they are read."""
        found = self._opened(values)
        head = next(found, None)
        if head is None:
            return
        self.count = 1
        if isinstance(head[1], dict):
            self._head = tuple(head[1])
        found = chain([head], found)
        if _is_turn(head[1]) and not self._given.names_parts:
            self.unclear = _turns(self.name, head[1])
            return
        scored = None if self._given.names_parts else _scored(head[1])
        if scored is not None:
            self.unclear = _shares(self.name, head[1], scored)
            return
        if isinstance(head[1], list):
            yield from self._listed(found)
            return
        known = self.tool is not None or self.tool_within is not None
        if known or not isinstance(head[1], dict) or self._is_clear(head[1]):
            yield from found
            return
        yield from self._planned(found)

    def understood(self) -> FileUnderstood:
        """Say how the file is read."""
        tool = self.tool or self.tool_within
        if tool is not None:
            return FileUnderstood(self.name, tool.name, tool.parts())
        if self.plan is not None:
            return FileUnderstood(self.name, self.plan.shape, self.plan.parts(), self.plan.evidence)
        if self._head is None:
            return FileUnderstood(self.name, "responses", ())
        layout = layout_of(self._head, self._given)
        parts = shown_parts(
            [
                ("question", layout.question),
                ("id", layout.question_id),
                ("answers", layout.responses),
                ("answer", None if layout.responses else layout.content),
                ("expert", layout.expert or layout.author),
            ]
        )
        return FileUnderstood(self.name, "questions with their answers", parts)

    def take_as_asked(self) -> None:
        """Say from now on that the file's texts are what was asked."""
        from cotool.consensus.read.plan import ASKED

        if self.plan is not None:
            keys = replace(self.plan.keys, question=self.plan.keys.content, content="")
            self.plan = replace(self.plan, shape=ASKED, keys=keys)

    def _opened(self, values: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        """Yield what the values hold: records of a tool made canonical, wrappers opened."""
        head = next(values, None)
        if head is None:
            return
        if (
            isinstance(head[1], dict)
            and not self._given.names_parts
            and (self._flat or not turned(head[1]))
        ):
            self.tool = tool_of(head[1])
        heads = [head]
        if not (self._flat or self._given.names_parts) and is_by_question(head[1]):
            # Several objects of questions and answers are of a person each.
            more = next(values, None)
            heads = [*by_question(*head)] if more is None else [head, more]
        yield from self._of_values(chain(heads, values))

    def _of_values(self, values: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        for where, value in values:
            row = self._row(value) if isinstance(value, list) else value
            if (row is None and value is not None) or is_step(row):
                continue
            yield from self._guarded(self._of_value(row, where))

    def _guarded(self, found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        """Yield the records of one part of the file, so that a bad one does not end the file."""
        try:
            yield from found
        except InputError as error:
            self._on_bad(error)

    def _of_value(self, value: Any, where: str) -> Iterator[tuple[str, Any]]:
        if self.tool is not None:
            if not isinstance(value, dict):
                raise InputError(
                    f"{where}: is not written by {self.tool.name}, as the rows before it are",
                    hint="name the keys of the question and the answer",
                )
            yield from self.tool.records(value, where, self._kept, self._on_bad)
            return
        shape = tuple(value) if isinstance(value, dict) else ()
        if self._flat or shape in self._plain:
            yield from self._checked(value, where)
            return
        for place, item in unpacked(value, where):
            if is_step(item):
                continue
            if item is value:
                self._plain.add(shape)
            elif isinstance(item, dict) and not self._given.names_parts:
                # A wrapper of a tool's records: {"results": [{…}]}.
                inner = self.tool_within or tool_of(item)
                if inner is not None and not inner.each:
                    self.tool_within = inner
                    yield from inner.records(item, place, self._kept, self._on_bad)
                    continue
            elif self._given.responses in shape and self._given.responses not in item:
                # The named key held one expert's answers by question, which are now records.
                self._given = self.keys = replace(self._given, responses=None)
            yield from self._guarded(self._checked(item, place))

    def _row(self, value: list[Any]) -> Any:
        """Return a list as a row if the first list of the file is a header; None for the header."""
        if self._columns is None:
            self._columns = tuple(value) if _is_header(value) else ()
            if self._columns:
                return None
        if self._columns and len(value) == len(self._columns):
            return dict(zip(self._columns, value, strict=True))
        return value

    def _checked(self, item: Any, where: str) -> Iterator[tuple[str, Any]]:
        request = requested(item)
        if request is None:
            check_succeeded(item, where)
        if isinstance(item, dict) and len(item) > names.MOST_COLUMNS:
            raise InputError(
                f"{where}: has {len(item):,} keys; at most {names.MOST_COLUMNS:,} are read",
                hint="keep the question, the experts and their answers",
            )
        yield where, item if request is None else request

    def _is_clear(self, record: Mapping[str, Any]) -> bool:
        """Whether a record says what it is: it lists all responses, or an API wrote it."""
        keys = self._given
        if keys.question_columns:
            return False
        metadata = record.get("metadata")
        if (
            _API & record.keys()
            or has_choices(record)
            or is_message(record)
            or (isinstance(metadata, dict) and "feedback" in metadata)
        ):
            return True
        try:
            layout = layout_of(tuple(record), keys)
        except TypeError:
            return True
        if any(isinstance(value, list) and names.is_crowd(key) for key, value in record.items()):
            return False  # the names of those who gave the responses
        listed = record.get(layout.responses) if layout.responses else None
        if isinstance(listed, (list, dict)) and listed:
            if isinstance(listed, dict):
                return True
            if keys.responses is not None:
                return True
            flat = [item for item in listed if not isinstance(item, (dict, list))]
            known = (
                layout.question
                or layout.question_id
                or not (layout.content or layout.expert or _is_about_a_text(record, listed))
            )
            return bool(known) and not (
                flat and names.are_label_sets(str(layout.responses), [flat])
            )
        if layout.responses == "responses" and listed is not None and layout.content is None:
            return True
        if experts_in(record, layout, keys):
            return True
        content = record.get(layout.content) if layout.content else None
        asks = layout.question is not None or layout.question_id is not None
        nested = isinstance(content, dict) or (
            isinstance(content, list) and bool(content) and isinstance(content[0], dict)
        )
        return nested and asks

    def _listed(self, found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        """Yield lists of responses; empty lists, or rows of a table without a header, end it."""
        sample = list(islice(found, _SAMPLE_ROWS))
        rows = [value for _, value in sample]
        if len(rows) == _SAMPLE_ROWS and not any(rows):
            self.count = len(sample)
            self.unclear = UnclearError(
                f"{self.name}: the first {_SAMPLE_ROWS:,} lists are empty",
                hint="let each list hold the responses to one question",
            )
            return
        if _are_rows(rows):
            self.count = len(sample)
            self.unclear = UnclearError(
                f"{self.name}: the lists seem to be rows of a table without a header, such as "
                f"{rows[0]}",
                hint='let the first list name the columns: ["question", "expert", "answer"]',
            )
            return
        yield from chain(sample, found)

    def _planned(self, found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        # Imported here: records that list their responses need no plan.
        from cotool.consensus.read.infer import plan_of
        from cotool.consensus.read.lists import with_lists, written_lists
        from cotool.consensus.read.surveys import without_titles

        sample: list[tuple[str, Any]] = []
        columns: set[str] = set()
        size = 0
        for where, value in found:
            sample.append((where, value))
            size += _size_of(value)
            columns.update(leaves(value) if isinstance(value, dict) else ())
            if len(columns) > names.MOST_COLUMNS:
                raise InputError(
                    f"{where}: with this row, the rows have more than "
                    f"{names.MOST_COLUMNS:,} different keys",
                    hint="values belong under the same keys in each row",
                )
            if (
                len(sample) >= _SAMPLE_ROWS
                or size >= _SAMPLE_SIZE
                or len(columns) * len(sample) >= _SAMPLE_CELLS
            ):
                break
        self.count = len(sample)
        rows = [value for _, value in sample if isinstance(value, dict)]
        written = written_lists(rows)
        if written:
            sample = [(where, with_lists(value, written)) for where, value in sample]
            found = ((where, with_lists(value, written)) for where, value in found)
            rows = [value for _, value in sample if isinstance(value, dict)]
        titles_count, titles = without_titles(rows)
        del rows[:titles_count]
        try:
            self.plan = plan_of(
                rows, name=self.name, keys=self._given, titles=titles, several=self._several
            )
        except UnclearError as error:
            self.unclear = error
            return
        finally:
            del rows
        self.keys = self.plan.keys
        plain = self.plan.is_plain and not titles_count
        for where, value in chain(_taken(sample), found):
            if plain or not isinstance(value, dict):
                yield where, value
            elif titles_count:
                titles_count -= 1
            else:
                yield from self._guarded(self.plan.records(value, where))


def _is_about_a_text(record: Mapping[str, Any], listed: list[Any]) -> bool:
    """Whether a text, which may be the question, is beside responses that name their experts."""
    return any(isinstance(part, str) for part in record.values()) and all(
        isinstance(item, dict) and any(names.is_called(key, names.EXPERT) for key in item)
        for item in listed
    )


def _taken(sample: list[Any]) -> Iterator[Any]:
    """Yield the items of a list in order, and release each."""
    sample.reverse()
    while sample:
        yield sample.pop()


def _is_turn(value: Any) -> bool:
    """Whether a record is a turn of a chat in which somebody asks."""
    return (
        isinstance(value, dict)
        and value.keys() <= _TURN
        and any(value.get(key) in _SPEAKERS for key in _SPEAKER_KEYS)
    )


def _turns(name: str, turn: Mapping[str, Any]) -> UnclearError:
    spoke = next(key for key in _SPEAKER_KEYS if key in turn)
    content = next((key for key in ("content", "value", "text") if key in turn), "content")
    return UnclearError(
        f"{name}: the rows are turns of a chat ({spoke!r} is {turn[spoke]!r}, …), "
        "not responses of several experts",
        hint=f'write one record per conversation, {{"messages": [turns]}}; if every record is an '
        f"expert's response: {named(expert=spoke, content=content)}",
    )


def _scored(value: Any) -> str | None:
    """Return the key of an object that may hold a score for each label: {"joy": 1, "fear": 0}."""
    if not isinstance(value, dict):
        return None
    key = layout_of(tuple(value), DEFAULT_KEYS).responses
    scores = value.get(key) if key else None
    if key is None or not isinstance(scores, dict) or any(map(names.is_expert_name, scores)):
        return None
    of_labels = plain_name(key) in _OF_LABELS and all(one in (0, 1) for one in scores.values())
    return key if of_labels or are_shares(scores.values()) else None


def _shares(name: str, record: Mapping[str, Any], key: str) -> UnclearError:
    return UnclearError(
        f"{name}: the numbers under {key!r} may be scores of labels: {record[key]!s:.60}",
        hint=f"where {key!r} holds one answer by expert: {named(responses=key)}; otherwise write "
        "one label per row",
    )


def _is_header(value: list[Any]) -> bool:
    """Whether a list is a header: it names an answer, and a question or an expert."""
    if not all(isinstance(name, str) for name in value):
        return False
    parts = {hint.part for name in value if (hint := names.hint_of(name)).weight >= names.STRONG}
    return names.ANSWER in parts and bool(parts & {names.QUESTION, names.ITEM_ID, names.EXPERT})


def _are_rows(values: list[Any]) -> bool:
    """Whether lists are rows: each position has its own values, and some of them recur."""
    first = values[0]
    if len(values) < _FEWEST_ROWS or len(first) < 2:
        return False
    if not all(
        isinstance(row, list)
        and len(row) == len(first)
        and all(isinstance(cell, (str, int, float)) for cell in row)
        for row in values
    ):
        return False
    columns = [[str(cell).casefold() for cell in column] for column in zip(*values, strict=True)]
    different = [set(column) for column in columns]
    return len(set().union(*different)) == sum(map(len, different)) and any(
        1 < len(one) < len(values) for one in different
    )


def _size_of(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_size_of, value.values())) + 16
    if isinstance(value, list):
        return sum(map(_size_of, value)) + 16
    return 8
