"""How the records of one file are read: which column plays which part, and what to do with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cotool._records import dataclass
from cotool._typing import Any
from cotool.consensus.model import Response
from cotool.consensus.read.columns import text_of
from cotool.consensus.read.decimal_commas import with_point
from cotool.consensus.read.layout import Keys  # noqa: TC001 - a field of a dataclass
from cotool.consensus.read.paths import value_at
from cotool.consensus.read.responses import Record
from cotool.consensus.read.understood import shown_parts
from cotool.consensus.read.values import NONE, is_missing
from cotool.errors import InputError

# One record per response; per item with a column per expert; per person with a column per
# question; per item with a list of responses.
LONG = "one response per row"
WIDE = "one column per expert"
SURVEY = "one person per row, one question per column"
LISTS = "all responses of a question per row"
ASKED = "one question per row, answered in other files"

# Keys of the responses in a list, which the records themselves do not use for other parts.
_EXPERT, _CONTENT = "expert_name", "answer_text"
_TRUE = frozenset({"true", "1", "1.0"})


@dataclass(frozen=True, slots=True)
class Plan:
    """The layout of one file's records.

    `keys` go to the reader of records. `join` are columns that only together tell items apart.
    `flags` are columns of true and false, each with the label that it represents: the answer is
    the labels that are true. `questions` are the columns of a survey with the question's text;
    `person` is the column that names who answered. `sets` says that a list in the answer's place
    holds several labels of one expert; `none` that "None" is one of the answers; `missing` are the
    numbers that mean "no answer"; `as_written` are the columns of codes and options, `commas` those
    of numbers with decimal commas. `left_out` are right answers beside the experts' own.
    `listed` are the keys of the expert and of the answer in a list of responses; `parallel` are the
    columns that hold lists of experts and of their answers; `apart` says that a question has
    several records with a list each.
    `texts` says that the answers are texts rather than labels.
    `renamed` are the paths of experts' columns with the names of the experts, where these differ.
    `nested` are the paths that are not keys of the records themselves; `evidence` says per column
    what it was taken for, and why.
    """

    shape: str
    keys: Keys
    join: tuple[str, ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    person: str | None = None
    sets: bool = False
    none: bool = False
    missing: frozenset[str] = frozenset()
    as_written: frozenset[str] = frozenset()
    commas: frozenset[str] = frozenset()
    listed: tuple[str, str] | None = None
    parallel: tuple[str, str] | None = None
    apart: bool = False
    renamed: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    texts: bool = False
    nested: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str, str], ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether each record is read as it is."""
        changed = (
            self.nested
            or self.join
            or self.flags
            or self.sets
            or self.none
            or self.missing
            or self.commas
            or self.listed
            or self.parallel
            or self.keys.expert_columns
        )
        return self.shape not in {SURVEY, ASKED} and not changed

    def parts(self) -> tuple[tuple[str, str], ...]:
        """The parts and the columns that play them, for people."""
        keys = self.keys
        found: list[tuple[str, str | Sequence[str] | None]] = [
            ("questions", [column for column, _ in self.questions]),
            ("person", self.person),
        ]
        if self.shape != SURVEY:  # its records are made, with keys that the file does not have
            found = [
                ("question", "` + `".join(self.join) or keys.question),
                ("id", keys.id),
                ("answer", [column for column, _ in self.flags] or keys.content),
                ("answers", keys.responses),
                ("experts", self.parallel and self.parallel[0]),
                ("expert", keys.expert),
                ("experts", keys.expert_columns),
                ("right answer, not an expert", self.left_out),
            ]
        return shown_parts([*found, ("left out as missing", sorted(self.missing))])

    def records(
        self, row: Mapping[str, Any], where: str
    ) -> Iterator[tuple[str, Mapping[str, Any] | Record]]:
        """Yield the records that one record of the file makes; usually the record itself."""
        if self.shape == SURVEY:
            yield from self._answers_of_a_person(row, where)
            return
        if self.shape == ASKED:
            texts = (value_at(row, column) for column in self.join or (str(self.keys.question),))
            said = (text[0] if isinstance(text, list) and text else text for text in texts)
            question = "\n".join(filter(None, map(text_of, said)))
            identity = text_of(value_at(row, str(self.keys.id)))
            yield where, Record(identity, question or None, (), whole=False)
            return
        if self.is_plain:
            yield where, row
            return
        record = {**row, **self._experts(row), **self._question(row), **self._answer(row, where)}
        if not self.apart:
            yield where, record
            return
        asked = {key: record.get(key) for key in (self.keys.question, self.keys.id) if key}
        for response in record[str(self.keys.responses)]:
            given = response if isinstance(response, dict) else {_CONTENT: response}
            yield where, {**asked, **given}

    def _question(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return nested parts by their paths, and a question that several columns make."""
        lifted = {path: value_at(row, path) for path in self.nested if path not in row}
        if self.join:
            texts = [str(value_at(row, column) or "").strip() for column in self.join]
            lifted[str(self.keys.question)] = "\n".join(filter(None, texts)) or None
        return lifted

    def _experts(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of experts, without those that hold no answer."""
        paths = {name: name for name in self.keys.expert_columns}
        paths.update((name, path) for path, name in self.renamed)
        return {name: self._cell(value_at(row, path), path) for name, path in paths.items()}

    def _cell(self, cell: Any, column: str) -> Any:
        """Return the answer in a cell, None if there is none."""
        if self.missing and str(cell).strip() in self.missing:
            return None
        if not isinstance(cell, str):
            return cell
        if column in self.commas:
            return with_point(cell)
        if self.none and cell.strip() == NONE:
            return NONE.lower()
        return None if is_missing(cell) else cell

    def _answer(self, row: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Return an answer that is made of several columns, or of a list."""
        keys = self.keys
        if self.flags and keys.content:
            true = [
                label
                for column, label in self.flags
                if str(value_at(row, column)).strip().casefold() in _TRUE
            ]
            return {keys.content: ", ".join(true)}
        if self.parallel and keys.responses:
            experts, answers = (listed_items(value_at(row, path)) for path in self.parallel)
            if experts is None or answers is None or len(experts) != len(answers):
                one, other = self.parallel
                raise InputError(
                    f"{where}: {one!r} and {other!r} are not two lists of the same length",
                    hint="leave such rows out with `skip_bad`",
                )
            pairs = zip(experts, answers, strict=True)
            return {keys.responses: [{_EXPERT: one, _CONTENT: other} for one, other in pairs]}
        if self.listed and keys.responses:
            items = value_at(row, keys.responses) or ()
            if not isinstance(items, (list, tuple)):
                raise InputError(
                    f"{where}: {keys.responses!r} is not a list",
                    hint="leave such rows out with `skip_bad`",
                )
            return {keys.responses: [_response(item, *self.listed) for item in items]}
        return self._plain_answer(row, keys.content) if keys.content else {}

    def _plain_answer(self, row: Mapping[str, Any], content: str) -> dict[str, Any]:
        """Return the answer of one column where it is not read as it is."""
        value = value_at(row, content)
        if self.missing and str(value).strip() in self.missing:
            return {content: ""}
        if self.none and isinstance(value, str) and value.strip() == NONE:
            return {content: NONE.lower()}
        if self.commas:
            return {content: with_point(value)}
        if not self.sets:
            return {}
        if isinstance(value, (list, tuple)) and not any(isinstance(v, (dict, list)) for v in value):
            return {content: ", ".join(sorted(map(str, value)))}
        return {}

    def _answers_of_a_person(
        self, row: Mapping[str, Any], where: str
    ) -> Iterator[tuple[str, Mapping[str, Any] | Record]]:
        person = row.get(self.person) if self.person else None
        name = str(person).strip() if person is not None else ""
        for column, text in self.questions:
            value = self._cell(row.get(column), column)
            if value is None:
                continue
            expert = name or f"respondent at {where.rpartition(', ')[2]}"
            if column in self.as_written:
                given = Response(str(value), expert, where=where, as_written=True)
                yield where, Record(None, text, (given,), whole=False)
            else:
                yield where, {"question": text, "answer": value, "expert": expert}


def listed_items(value: Any) -> list[Any] | None:
    """Return the items of a list of plain values, also of one that is written as text."""
    if value is None:
        return []
    if isinstance(value, str):
        mark = next((mark for mark in ",;|" if mark in value), None)
        bare = value.strip().removeprefix("[").removesuffix("]")
        return [item.strip(" '\"") for item in bare.split(mark)] if bare else []
    plain = isinstance(value, (list, tuple)) and all(
        isinstance(item, (str, int, float)) for item in value
    )
    return list(value) if plain else None


def _response(item: Any, expert: str, content: str) -> Any:
    if not isinstance(item, dict):
        return item
    return {_EXPERT: item.get(expert), _CONTENT: item.get(content), "metadata": item}
