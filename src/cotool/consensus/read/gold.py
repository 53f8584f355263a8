"""Files of right answers to questions, or of scores of experts' answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.refusals import declines
from cotool.consensus.read.names import GOLD, is_called
from cotool.consensus.read.readers import values_in
from cotool.consensus.read.values import NONE, is_missing, none_is_answer
from cotool.errors import InputError
from cotool.io.sources import check_readable, open_source, source_name
from cotool.text import and_more, plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from cotool._typing import Any

_QUESTION = ("question", "question_id", "id", "item", "task", "qid", "prompt", "instruction")
_TRUTH = ("truth", "gold", "correct", "ground_truth", "answer", "label", "target", "expected")
_EXPERT = ("expert", "expert_name", "worker", "model", "generator")
_SCORE = ("score", "preference", "rating", "quality")
_SHAPE = 'expected columns "question,truth", or "question,expert,score"'
# Columns that an error names.
_NAMED = 8


@dataclass(slots=True)
class Gold:
    """Right answers and scores by question, which is named by its id or its text.

    A list holds several answers that are all accepted, or the members of a set. `scores` are from
    0 to 1, by expert. `unknown` says which rows have no right answer but an empty cell, N/A or a
    refusal; "" if there are none.
    """

    answers: dict[str, str | list[str]] = field(default_factory=dict)
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    unknown: str = ""

    def answer(self, question_id: str, text: str) -> list[str]:
        """The right answers to a question; empty if none is known."""
        found = self.answers.get(question_id, self.answers.get(text))
        if found is None:
            return []
        return [str(one) for one in found] if isinstance(found, (list, tuple)) else [str(found)]

    def score(self, question_id: str, text: str) -> Mapping[str, float]:
        """The scores of experts' answers to a question."""
        return self.scores.get(question_id) or self.scores.get(text) or {}

    def __len__(self) -> int:
        return len(self.answers.keys() | self.scores.keys())


def read_gold(path: str | PathLike[str]) -> Gold:
    """Read a file like one of answers: a question with its truth, or with an expert's score.

    Raises InputError for a file that cannot be read, a row without these, two right answers to one
    question, a score that is not a number from 0 to 1, and a file without rows.
    """
    check_readable(path)
    gold = Gold()
    name = source_name(path)
    unknown: list[tuple[str, str, str]] = []
    for where, row in _rows(path):
        if not isinstance(row, dict):
            raise InputError(f"{where}: expected an object, got {row!r:.40}", hint=_SHAPE)
        plain = {str(key).strip().casefold(): value for key, value in row.items()}
        question = _first(plain, _QUESTION)
        expert, score = _first(plain, _EXPERT), _first(plain, _SCORE)
        if question is None:
            raise InputError(f"{where}: names no question", hint=_shape(plain))
        if expert is not None and score is not None:
            gold.scores.setdefault(question, {})[expert] = parse_score(score, where)
            continue
        names = _TRUTH if any(name in plain for name in _TRUTH) else _called_gold(plain)
        truth = _several(plain, names) or _first(plain, names)
        if truth is None and any(
            _is_empty(plain[name]) for name in (*names, *_SCORE) if name in plain
        ):
            truth = ""
        if truth is None:
            raise InputError(f"{where}: has no right answer", hint=_shape(plain))
        if isinstance(truth, str) and (is_missing(truth) or declines(truth)):
            unknown.append((where, question, truth))
        else:
            _add(gold, where, question, truth)
    unknown = _unknown(gold, unknown)
    if unknown:
        where, _, word = unknown[0]
        rows = plural(len(unknown), "row")
        gold.unknown = f"{rows} of {name} without a right answer, first: {where}: {word!r:.60}"
    if not len(gold):
        raise InputError(f"{gold.unknown or name}: holds no right answers", hint=_SHAPE)
    return gold


def _shape(row: Mapping[str, Any]) -> str:
    return f"{_SHAPE}; found {and_more([f'{name!r:.40}' for name in row][:_NAMED], len(row))}"


def _unknown(gold: Gold, rows: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the rows without a right answer; "None" is one if other right answers show it."""
    others = [one for one in gold.answers.values() if isinstance(one, str)]
    if not none_is_answer(others):
        return [*rows]
    for where, question, word in rows:
        if word == NONE:
            _add(gold, where, question, word)
    return [row for row in rows if row[2] != NONE]


def _add(gold: Gold, where: str, question: str, truth: str | list[str]) -> None:
    if gold.answers.setdefault(question, truth) != truth:
        raise InputError(
            f"{where}: {question!r} is {truth!r} here and {gold.answers[question]!r} before",
            hint="a question has one right answer",
        )


def parse_score(text: str, where: str) -> float:
    """A score from 0 to 1. Raises InputError naming `where`."""
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise InputError(f"{where}: expected a score from 0 to 1, got {text!r}")
    return score


def _rows(path: str | PathLike[str]) -> Iterator[tuple[str, Any]]:
    def bad(error: InputError) -> None:
        raise error

    with open_source(path, stdin=None, on_read=lambda _: None) as stream:
        values, flat = values_in(path, stream, bad)
        for where, value in values or ():
            yield from [(where, value)] if flat else _pairs(where, value)


def _pairs(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the rows of a value; a plain object {question: truth} has one per question."""
    if isinstance(value, dict) and not any(str(key).casefold() in _QUESTION for key in value):
        for question, truth in value.items():
            yield where, {"question": question, "truth": truth}
        return
    yield where, value


def _called_gold(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the only column that is called a right answer: correct_answer, gold_label."""
    called = tuple(name for name in row if is_called(name, GOLD))
    return called if len(called) == 1 else ()


def _several(row: Mapping[str, Any], names: tuple[str, ...]) -> list[str] | None:
    """Return the right answers of a list of values, which a table holds as JSON."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip().startswith("["):
            try:
                parts = json.loads(value)
            except ValueError:
                continue
            # [1, 2] may be an interval.
            value = parts if all(isinstance(one, str) for one in parts) else None
        if isinstance(value, list) and value:
            plain = [str(one).strip() for one in value if not isinstance(one, (dict, list))]
            return plain if len(plain) == len(value) and all(plain) else None
    return None


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = row.get(name)
        if value is not None and not isinstance(value, (dict, list)) and str(value).strip():
            return str(value).strip()
    return None
