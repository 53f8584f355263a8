"""Whether a reading of one response per row is safe.

It is if no other column could as well be the answer, and if no records that differ would become one
question.
"""

from __future__ import annotations

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read import names
from cotool.consensus.read.columns import (
    Column,
    are_crossed,
    common_values,
    determines,
    pairs_unique,
)
from cotool.consensus.read.design import likely_answers
from cotool.consensus.read.layout import (
    CONTENT_NAMES,
    plain_name,
)
from cotool.consensus.read.long import JOINT, is_score, parts_of, scores_beside
from cotool.consensus.read.sample import RecordSample, UnclearError, by_columns, by_parts, listed
from cotool.text import named

if TYPE_CHECKING:
    from cotool.consensus.read.long import Long

# The sides of a chat.
_ASKING = frozenset("user human customer client system prompter".split())
# What a text is called, which is no answer to it.
_TITLES = {("title",), ("headline",), ("abstract",)}
_REPLYING = frozenset("assistant ai bot agent model gpt chatbot".split())


def check_long(sample: RecordSample, long: Long) -> None:
    """Raise UnclearError if a reading is not safe."""
    _check_turns(sample, long)
    _check_records(sample, long)
    _check_design(sample, long)
    others = _other_answers(sample, long) or _battery(sample, long) or _same_labels(sample, long)
    others = others or _other_labels(sample, long) or _other_scores(sample, long)
    others = others or _as_little_known(sample, long)
    if long.close or others:
        raise _several_answers(
            sample, replace(long, close=tuple(dict.fromkeys((*long.close, *others))))
        )
    _check_lists(sample, long)
    _check_units(sample, long)
    _check_items(sample, long)


def _labels(sample: RecordSample, long: Long, *parts: str) -> list[Column]:
    """Return columns of varied labels that are called `parts` and play no part yet."""
    return [
        c
        for c in sample.texts
        if c.path not in long.taken and c.part in parts and c.is_label and not c.is_constant
    ]


def _belongs_to_either(long: Long, column: Column) -> bool:
    """Whether a column belongs to the item or to the expert."""
    return any(one is not None and determines(one, column) for one in (long.item, long.expert))


def _other_answers(sample: RecordSample, long: Long) -> list[Column]:
    """Return the unnamed columns that may be the answer, if it may be the task's own text."""
    if long.answer.part != names.QUESTION or sample.keys.content:
        return []
    if names.words_of(long.answer.path)[-1:] in _TITLES and long.expert is None:
        return [c for c in sample.texts if c is not long.answer and c.distinct > 1]
    if long.item is not None and long.recurs and not determines(long.item, long.answer):
        return []
    return [
        c
        for c in sample.texts
        if c.path not in long.taken
        and c.part == names.UNKNOWN
        and not (c.is_time or c.is_code or c.is_counted)
        and not (c.is_constant and len(sample.rows) > 1)
    ]


def _battery(sample: RecordSample, long: Long) -> list[Column]:
    """Return the other ratings, if the answer was chosen among them for its topic.

    An expert rates an item in several ways (sentiment, respect, insult), each a whole number that
    differs within an item and belongs neither to the item nor to the expert.
    """
    answer = long.answer
    generic = plain_name(answer.path) in CONTENT_NAMES or answer.hint.weight > names.STRONG
    if sample.keys.content or generic or not (long.item and long.expert and answer.is_whole):
        return []
    labels = _labels(sample, long, names.UNKNOWN, names.ANSWER)
    found = [c for c in labels if c.is_whole and not _belongs_to_either(long, c)]
    return found if len(found) > 1 else []


def _other_labels(sample: RecordSample, long: Long) -> list[Column]:
    """Return other labels that experts gave, if the answer is not named as one."""
    answer = long.answer
    if sample.keys.content or not (long.item and long.expert) or answer.is_called(names.ANSWER):
        return []
    return [
        c
        for c in _labels(sample, long, names.UNKNOWN, names.BESIDE)
        if c.is_number == answer.is_number
        and not c.is_code
        and (not _belongs_to_either(long, c) or (answer.is_flag and c.is_flag and long.is_crossed))
    ]


def _other_scores(sample: RecordSample, long: Long) -> list[Column]:
    """Return the scores that experts gave, if the answer may be the category that they rated."""
    if sample.keys.content:
        return []
    if long.answer.is_constant and names.may_be_aspect(long.answer.path):
        return [c for c in sample.texts if is_score(c) and not c.is_constant]
    scores = scores_beside(sample, long.answer, long.expert)
    return [c for c in scores if long.item is None or not determines(long.item, c)]


def _as_little_known(sample: RecordSample, long: Long) -> list[Column]:
    """Return other labels without a known name, where one item alone shows which one is the answer.

    Neither the experts nor the answers have a known name; on the others, experts may agree.
    """
    item, expert, answer = long.item, long.expert, long.answer
    if sample.keys.content or item is None or expert is None or sample.keys.expert:
        return []
    known = names.may_be_expert(expert.path) or all(map(names.is_expert_name, expert.counts))
    if known or answer.is_called(names.ANSWER) or expert.is_called(names.EXPERT):
        return []
    given: dict[str | None, set[str | None]] = {}
    for key, value in zip(item.values, answer.values, strict=True):
        given.setdefault(key, set()).add(value)
    if sum(len(values) > 1 for values in given.values()) > 1:
        return []
    place = sample.texts.index(answer)
    return [c for c in _labels(sample, long, names.UNKNOWN) if sample.texts.index(c) < place]


def _check_turns(sample: RecordSample, long: Long) -> None:
    """Raise UnclearError if the experts are the sides of a chat, of which one asks."""
    if sample.keys.names_parts:
        return
    spoken = [c for c in sample.texts if c is long.expert or names.is_sender(c.path)]
    for column in spoken:
        sides = {side.casefold() for side in column.counts}
        known = column is not long.expert or sides <= _ASKING | _REPLYING
        if sides & _ASKING and len(sides) > 1 and known:
            raise UnclearError(
                f"{sample.name}: the rows are turns of a chat: {listed([column])}",
                hint="write one row per expert, with what was asked and the reply",
            )


def _check_design(sample: RecordSample, long: Long) -> None:
    """Raise UnclearError if every item has each "answer" once: these may name the experts."""
    answer, item = long.answer, long.item
    named = sample.keys.content or answer.is_called(names.ANSWER) >= names.PLAIN
    if named or long.expert is not None or item is None or not are_crossed(item, answer):
        return
    others = likely_answers(sample, item, answer)
    if others and answer.distinct <= max(item.counts.values()):
        raise UnclearError(
            f"{sample.name}: each item has each value of {answer.path!r} once, so these may be the "
            f"experts: {listed([answer, *others])}",
            proposals=[by_parts(item, answer, other) for other in others],
        )


def _check_lists(sample: RecordSample, long: Long) -> None:
    """Raise UnclearError if lists of labels, or shares, are or may be the answers to the texts."""
    answer = long.answer
    if sample.keys.content or long.expert is not None:
        return
    if answer.are_shares:
        raise UnclearError(
            f"{sample.name}: {answer.path!r} holds shares of labels, not answers: "
            f"{answer.objects[0]!s:.60}",
            hint=f"where equal lists are equal answers: {named(content=answer.path)}",
        )
    if not answer.is_unique or answer.is_called(names.ANSWER) > names.WEAK:
        return
    found = [
        c
        for c in sample.columns
        if c is not answer and (c.are_labels or c.are_shares or c.are_scored)
    ]
    shown = [f"{c.path!r} ({c.objects[0]!s:.60})" for c in found]
    labels = named(question=answer.path, content=found[0].path) if found else ""
    scores = _scores_in_objects(sample)
    if shown or scores:
        lists = "" if not found or not found[0].are_labels else f"; where the lists are: {labels}"
        raise UnclearError(
            f"{sample.name}: lists or scores beside {answer.path!r} may be the answers: "
            + ", ".join(shown or map(repr, scores)),
            hint=f"where the texts are the answers: {named(content=answer.path)}{lists}",
        )


def _check_records(sample: RecordSample, long: Long) -> None:
    """Raise UnclearError if records of experts are listed beside the only answer of a row."""
    if sample.keys.content or long.expert is not None:
        return
    for column in sample.columns:
        items = [one for value in column.objects if isinstance(value, list) for one in value]
        if column is long.answer or not items or not all(isinstance(one, dict) for one in items):
            continue
        if all(any(_names_expert(str(key)) for key in one) for one in items):
            from cotool.consensus.read.advice import of_records

            raise UnclearError(
                f"{sample.name}: {column.path!r} lists what several experts said, beside "
                f"{listed([long.answer])}",
                proposals=[
                    *of_records(column.path, RecordSample(items, sample.name, sample.keys)),
                    by_parts(long.item, None, long.answer),
                ],
            )


def _names_expert(name: str) -> bool:
    hint = names.hint_of(name)
    return hint.part == names.EXPERT and hint.weight >= names.PLAIN


def _check_units(sample: RecordSample, long: Long) -> None:
    """Raise UnclearError if a column says in which of several units the number of a record is."""
    if not long.answer.is_number or long.answer.path in long.taken - {long.answer.path}:
        return
    for column in sample.texts:
        if column.path in long.taken or column.is_constant or not names.is_unit(column.path):
            continue
        if long.item is None or not determines(long.item, column):
            raise UnclearError(
                f"{sample.name}: {long.answer.path!r} holds numbers in several units: "
                + listed([column]),
                hint="write each number with its unit in one cell, such as 5.2 mg",
            )


def _scores_in_objects(sample: RecordSample) -> list[str]:
    """Return the objects that hold a number for each of several labels: {"joy": .3, "fear": .7}."""
    inside: dict[str, list[Column]] = {}
    for column in sample.texts:
        outer, dot, _ = column.path.rpartition(".")
        if dot and not (column.is_counted or names.is_called(outer, names.CONFIDENCE)):
            inside.setdefault(outer, []).append(column)
    return [
        outer
        for outer, columns in inside.items()
        if len(columns) > 1
        and names.may_score(outer)
        and all(c.part in {names.UNKNOWN, names.BESIDE} and c.is_number for c in columns)
    ]


def _same_labels(sample: RecordSample, long: Long) -> list[Column]:
    """Return the columns with the same labels as the answer, if every record is another item.

    These may be the experts, and the answer what they agreed on.
    """
    answer = long.answer
    if sample.keys.content or long.expert is not None or long.recurs or not answer.is_label:
        return []
    if answer.is_called(names.ANSWER) < names.STRONG and long.item is not None:
        # Nothing says that this column is the answer rather than another with few values.
        found = _labels(sample, long, names.UNKNOWN)
        if found:
            return found
    labels = _labels(sample, long, names.UNKNOWN, names.ANSWER, names.EXPERT)
    found = [c for c in labels if common_values([answer, c]) >= 0.5]
    return found if len(found) > 1 else []


def _check_items(sample: RecordSample, long: Long) -> None:
    """Raise UnclearError where records that differ would become one question."""
    if len(sample.rows) < 2:
        return
    apart = _apart(sample, long) if long.item is None else _explaining(sample, long)
    if apart:
        what = (
            "no key is recognised as the question"
            if long.item is None
            else "experts have several answers to one question"
        )
        raise UnclearError(
            f"{sample.name}: {what}; these keys differ between rows: {listed(apart)}",
            proposals=[by_parts(column, long.expert, long.answer) for column in apart],
        )
    expert = long.expert
    if long.item is None and expert is not None and expert.distinct < expert.present:
        raise UnclearError(
            f"{sample.name}: no key is known as the question, and an expert answers several "
            f"times, found {listed(sample.columns)}",
            hint="add a key or column for the question, or name it with `question`",
        )


def _apart(sample: RecordSample, long: Long) -> list[Column]:
    """Return the columns that may distinguish questions, where no column is the question."""
    apart = [
        column
        for column in sample.texts
        if column not in (long.answer, long.expert)
        and column.distinct > 1
        and not column.is_time
        and (
            column.part in {names.UNKNOWN, names.QUESTION, names.ITEM_ID, names.OWN_ID}
            or (long.expert is None and column.part == names.BESIDE and not column.is_number)
        )
        and (column.is_whole or not column.is_number)
        and not (long.expert is not None and determines(long.expert, column))
    ]
    lists = [c for c in sample.columns if c.objects and not c.present and c is not long.answer]
    varied = [c for c in lists if len({repr(value) for value in c.objects}) > 1]
    return apart + [c for c in varied if c.part in {names.UNKNOWN, names.QUESTION}]


def _explaining(sample: RecordSample, long: Long) -> list[Column]:
    """Return the texts that distinguish records where an expert seems to have answered twice."""
    item, expert = long.item, long.expert
    if item is None or expert is None or sample.keys.id or sample.keys.question:
        return []
    if pairs_unique(item, expert) > 0.9:
        return []
    return [
        column
        for column in sample.texts
        if column.path not in long.taken
        and column.distinct > 1
        and column.words >= 2
        and column.part in {names.UNKNOWN, names.QUESTION}
        and not column.is_time
        and not determines(item, column)
        and pairs_unique(_joined_with(item, column), expert) > 0.95
    ]


def _joined_with(item: Column, column: Column) -> Column:
    pairs = zip(item.values, column.values, strict=True)
    return Column(item.path, [f"{one}{JOINT}{other}" for one, other in pairs])


def _several_answers(sample: RecordSample, long: Long) -> UnclearError:
    columns = [long.answer, *long.close]
    item = long.item
    parts = parts_of(item)
    asked = sample.by_path[parts[0]] if parts else item
    proposals = [by_parts(asked, long.expert, column) for column in columns]
    expert = long.expert
    if expert is not None and common_values([expert, long.answer]) >= 0.5:
        # What was taken for the experts' names are another expert's answers.
        proposals = by_columns([expert, *columns], None)[:1]
    elif expert is None:
        labels = [c for c in columns if not c.is_text and (c.is_number or not c.is_unique)]
        if len(labels) > 1:
            proposals = by_columns(labels, None, surveyed=sample.is_dated) + proposals
    return UnclearError(
        f"{sample.name}: several columns could hold the answer: {listed(columns)}",
        proposals=proposals,
    )
