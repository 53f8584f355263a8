"""The plan for files of one response per row: every part's column, once the answer is known."""

from __future__ import annotations

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read import names
from cotool.consensus.read.columns import (
    Column,
    determines,
)
from cotool.consensus.read.layout import (
    CONFIDENCE_NAMES,
    QUESTION_ID_NAMES,
    plain_name,
)
from cotool.consensus.read.long import parts_of
from cotool.consensus.read.long_checks import check_long
from cotool.consensus.read.plan import LONG, Plan
from cotool.consensus.read.values import is_confidence, is_timestamp

if TYPE_CHECKING:
    from cotool.consensus.read.long import Long
    from cotool.consensus.read.sample import RecordSample

_NAME_WORDS = 2  # the mean number of words in an item's name
_TIMES = ("submit", "timestamp", "end", "finish", "created", "recorded", "time", "start")


def read_long(sample: RecordSample, long: Long) -> Plan:
    """Return the plan; raises UnclearError if the reading is not safe."""
    check_long(sample, long)
    return plan_long(sample, long)


def plan_long(sample: RecordSample, long: Long) -> Plan:
    """Return the plan, without asking whether another reading is possible."""
    keys, item = sample.keys, long.item
    question, identity = keys.question, keys.id
    join = () if keys.question and keys.id else parts_of(item)
    if join:
        question = keys.question or " + ".join(join)
    elif item is None:
        # The column exists and is empty: each record reports this itself.
        empty = [c for c in sample.columns if not c.present and not c.objects]
        called = (c.path for c in empty if c.is_called(names.QUESTION) >= names.STRONG)
        question = question or next(called, None)
    elif item.part == names.QUESTION or item.is_text:
        question = question or item.path
        identity = identity or _id_beside(sample, item)
    else:
        text = question or _text_beside(sample, item, long)
        if identity is None and text and item.is_unique and _recurs(sample, text):
            # The id numbers the records: one question has several.
            question = text
        else:
            identity, question = identity or item.path, text
    full = replace(
        keys,
        question=question or "",
        id=identity or "",
        content=long.answer.path,
        expert=_expert_path(sample, long),
        confidence=keys.confidence or _confidence(sample, long),
        timestamp=keys.timestamp or _time(sample, long),
        responses="",
    )
    gold = tuple(c.path for c in sample.texts if c.part == names.GOLD)
    return Plan(LONG, full, join=join, sets=_are_sets(long.answer), left_out=gold)


def _recurs(sample: RecordSample, path: str) -> bool:
    """Whether every text of a question occurs several times."""
    column = sample.by_path.get(path)
    return column is not None and column.distinct > 1 and min(column.counts.values()) > 1


def _expert_path(sample: RecordSample, long: Long) -> str:
    if long.expert is None:
        return ""
    path = long.expert.path
    if long.expert.present == len(sample.rows):
        return path
    more = [c.path for c in sample.texts if c.is_called(names.EXPERT) >= names.STRONG]
    return "|".join([path, *(other for other in more if other != path)])


def _id_beside(sample: RecordSample, item: Column) -> str | None:
    """Return the column of the item's id, beside its text."""
    for column in sample.texts:
        if column.part != names.ITEM_ID or column is item:
            continue
        known = plain_name(column.path) in QUESTION_ID_NAMES
        recurs = column.distinct < column.present
        if determines(column, item) and (known or (recurs and determines(item, column))):
            return column.path
    return None


def _text_beside(sample: RecordSample, item: Column, long: Long) -> str | None:
    """Return the column of the question's text, beside its id."""
    inside = [
        c
        for c in sample.texts
        if c.path not in long.taken
        and determines(item, c)
        and (c.is_called(names.QUESTION) or (c.part == names.UNKNOWN and _describes(c, item)))
        and not c.is_time
    ]
    varied = [c for c in inside if c.distinct > 1] or inside
    if not varied:
        return None
    return max(varied, key=lambda c: (c.is_called(names.QUESTION), c.words)).path


def _describes(column: Column, item: Column) -> bool:
    """Whether a column is a text of the item, or a name of more than one word."""
    return column.is_text or (column.words >= _NAME_WORDS and determines(column, item))


def _confidence(sample: RecordSample, long: Long) -> str:
    fits = (
        c.path
        for c in sample.columns
        if c.path not in long.taken
        and (
            (plain_name(c.path) in CONFIDENCE_NAMES and _has_confidences(c))
            or (c.is_called(names.CONFIDENCE) and all(map(is_confidence, c.counts)))
        )
    )
    return next(fits, "")


def _has_confidences(column: Column) -> bool:
    """Whether most values are from 0 to 1; a confidence from 1 to 5 is on another scale."""
    fits = sum(count for value, count in column.counts.items() if is_confidence(value))
    return 2 * fits >= column.present


def _time(sample: RecordSample, long: Long) -> str:
    found = [
        c
        for c in sample.texts
        if c.is_called(names.TIME) and c is not long.answer and all(map(is_timestamp, c.counts))
    ]

    def rank(column: Column) -> int:
        lowered = column.path.casefold()
        return next((i for i, word in enumerate(_TIMES) if word in lowered), len(_TIMES))

    return min(found, key=rank).path if found else ""


def _are_sets(answer: Column) -> bool:
    """Whether lists in an answer's place are several labels of one expert."""
    lists = [value for value in answer.objects if isinstance(value, (list, tuple))]
    if not lists or any(isinstance(item, (dict, list)) for value in lists for item in value):
        return False
    return names.are_label_sets(answer.path, lists)
