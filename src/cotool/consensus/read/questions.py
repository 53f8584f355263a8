"""Make a Question from the records of one question, or from what a caller passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cotool._records import replace
from cotool.consensus.model import Question, Response
from cotool.consensus.read import values
from cotool.consensus.read.layout import DEFAULT_KEYS, Keys
from cotool.consensus.read.responses import read_record
from cotool.errors import InputError
from cotool.text import normalised


def as_question(item: object, *, where: str, keys: Keys = DEFAULT_KEYS) -> Question:
    """Return a Question from a Question, a mapping or dataclass of its shape, or its responses.

    Raises InputError where `item` is none of these.
    """
    if isinstance(item, Question):
        names = {response.expert_name for response in item.responses}
        if len(names) == len(item.responses) and "" not in names:
            return item
        return make_question(item.id, item.text, item.responses)
    if hasattr(item, "to_dicts"):  # a frame of Polars
        item = item.to_dicts()
    elif hasattr(item, "to_dict") and hasattr(item, "columns"):  # of pandas
        item = item.to_dict("records")
    elif isinstance(item, (set, frozenset)):
        raise InputError(
            f"{where}: responses cannot be a set: unnamed experts are numbered in order",
            hint="pass a list, or a mapping with the experts' names",
        )
    elif not isinstance(item, (str, bytes, Mapping)) and isinstance(item, Iterable):
        item = list(item)
    record = read_record(item, where=where, keys=keys)
    text = record.text or ""
    return make_question(record.id or join_text(text) or where, text, record.responses)


def make_question(question_id: str, text: str, responses: Iterable[Response]) -> Question:
    """Return a question whose experts have distinct names.

    An unnamed expert becomes "expert N" by its position; where one expert answered several
    times, its further answers are named `name#2`, `name#3` …, and a warning says so.
    """
    named = [
        answer if answer.expert_name else replace(answer, expert_name=f"expert {position}")
        for position, answer in enumerate(responses, 1)
    ]
    missing = [
        place
        for place, answer in enumerate(named)
        if len(answer.content) < 12 and answer.content.strip() and values.is_missing(answer.content)
    ]
    absent: tuple[str, ...] = ()
    if any(named[place].content.strip() == values.NONE for place in missing):
        others = (answer.content for place, answer in enumerate(named) if place not in missing)
        if values.none_is_answer(others, text):
            missing = [p for p in missing if named[p].content.strip() != values.NONE]
    if missing:
        words = dict.fromkeys(named[place].content.strip() for place in missing)
        shown = ", ".join(map(repr, words))
        absent = (f"{len(missing)} of {len(named)} answers are missing ({shown}) and do not count",)
        for place in missing:
            named[place] = replace(named[place], content="")
    counts: dict[str, int] = {}
    for answer in named:
        expert = answer.sample_of or answer.expert_name
        counts[expert] = counts.get(expert, 0) + 1
    if len(counts) == len(named):
        return Question(question_id, text, tuple(named), absent)
    numbers: dict[str, int] = {}
    for place, answer in enumerate(named):
        expert = answer.sample_of or answer.expert_name
        number = numbers.get(expert, 0) + 1
        if number > 1:
            # An expert's own name may look like this.
            while f"{expert}#{number}" in counts:
                number += 1
            name = f"{expert}#{number}"
            named[place] = replace(answer, expert_name=name, sample_of=expert)
        numbers[expert] = number
    warnings = tuple(
        f"{expert} answered {count} times; its weight is shared between its answers"
        for expert, count in counts.items()
        if count > 1
    )
    return Question(question_id, text, tuple(named), (*absent, *warnings))


def join_text(text: str) -> str:
    """Return a question's text as questions are compared: NFC, stripped."""
    return normalised("NFC", text).strip()
