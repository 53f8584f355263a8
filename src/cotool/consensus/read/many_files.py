"""What one of several files is, where no column has a known name for the answer.

Each file may hold one expert's answers, or the questions to which other files hold the answers.
"""

from __future__ import annotations

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read import names
from cotool.consensus.read.long import Long
from cotool.consensus.read.plan import ASKED, LONG, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus.read.columns import Column
    from cotool.consensus.read.sample import RecordSample

_TURNS = {("turns",), ("turn",), ("prompts",)}


def find_file_of_one(sample: RecordSample) -> Long | None:
    """Return the reading of one expert's answers: an item in each row, and one other column."""
    item = _item(sample)
    if item is None or sample.keys.names_parts:
        return None
    left = [
        c
        for c in sample.columns
        if c is not item
        and c.part not in {names.GOLD, names.TIME, names.CONFIDENCE, names.BESIDE}
        and not (c.is_counted or c.is_code)
    ]
    fits = len(left) == 1 and left[0].part == names.UNKNOWN and left[0].present
    return Long(0.0, item, None, left[0]) if fits else None


def tells_topic(long: Long) -> bool:
    """Whether what was taken for the answer may be the topic of a question: its category."""
    return long.expert is None and names.may_be_aspect(long.answer.path)


def find_asked(sample: RecordSample) -> Plan | None:
    """Return the plan of a file of questions: their ids and their texts, without answers."""
    numbers = [c for c in sample.texts if c.part == names.ITEM_ID and c.is_unique]
    asked = [c for c in sample.texts if c.is_called(names.QUESTION) and c.distinct > 1]
    asked += [c for c in sample.columns if _holds_turns(c)]
    others = [
        c
        for c in sample.columns
        if c not in asked
        and c.part in {names.UNKNOWN, names.ANSWER, names.EXPERT}
        and not names.may_be_aspect(c.path)
    ]
    if len(numbers) != 1 or not asked or others or sample.keys.names_parts:
        return None
    texts = tuple(c.path for c in asked)
    keys = replace(
        sample.keys, id=numbers[0].path, question=" + ".join(texts), content="", expert=""
    )
    return Plan(ASKED, keys, join=texts)


def file_of_texts(plans: Sequence[Plan | None]) -> int | None:
    """Return which of several files holds the texts that the others label; None if none does.

    Its texts have an id and a name that answers may have (text), and the others' answers are short.
    """
    found = [
        place
        for place, plan in enumerate(plans)
        if plan is not None
        and plan.shape == LONG
        and plan.texts
        and plan.keys.id
        and not plan.keys.question
        and not names.is_called(plan.keys.expert or "", names.EXPERT)
        and not _is_answer(plan.keys.content or "")
    ]
    others = [plan for place, plan in enumerate(plans) if place not in found]
    labelled = all(plan is not None and not plan.texts for plan in others)
    return found[0] if len(found) == 1 and others and labelled else None


def _is_answer(name: str) -> bool:
    """Whether a name is that of an answer rather than of any text."""
    hint = names.hint_of(name)
    return hint.part == names.ANSWER and hint.weight > names.WEAK


def _holds_turns(column: Column) -> bool:
    """Whether a column holds what a user says in the turns of a chat."""
    lists = column.objects
    return (
        not column.present
        and bool(lists)
        and names.words_of(column.path)[-1:] in _TURNS
        and all(isinstance(v, list) and v and all(isinstance(t, str) for t in v) for v in lists)
    )


def _item(sample: RecordSample) -> Column | None:
    """Return the column that identifies the rows."""
    found = [
        c
        for c in sample.texts
        if c.is_called(names.QUESTION, names.ITEM_ID) and c.is_unique and not c.is_time
    ]
    return max(found, key=lambda c: c.is_called(names.QUESTION, names.ITEM_ID), default=None)
