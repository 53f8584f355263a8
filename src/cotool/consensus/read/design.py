"""Crossed designs: items that several experts answer once each, found from the table's own keys.

An item and an expert together identify a record; an item may need several columns (sample and
analyte, document and aspect). A column that the item determines describes the item, and one that
the expert determines describes the expert. Without times, links, numbers of records and free
remarks, what still varies is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read import names
from cotool.consensus.read.columns import are_crossed, determines
from cotool.consensus.read.long import (
    Long,
    find_long,
    is_given_by,
    is_rater,
    joint,
    paths_of,
    scores_beside,
)

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column
    from cotool.consensus.read.sample import RecordSample

# Words for what numbers an expert's answers to the same item, or says how the item was asked.
_REPEATS = frozenset(
    "run seed repeat repetition trial attempt replicate iteration epoch fold variant condition "
    "strategy setting shot shots fewshot mode".split()
)
_MOST_KEYS = 10  # columns that are tried as parts of an item
MOST_TEXTS = 512  # columns of a response; each is tried with each: 1.7 s of CPU for 500
_MOST_PARTS = 3  # columns that together identify an item
_REMARK_WORDS = 2.0  # the mean number of words in a remark
_REMARK_DISTINCT = 0.8  # the least share of different remarks


def find_crossed(sample: RecordSample) -> Long | None:
    """Return the likeliest reading of one response per row, None if none fits.

    The scored reading is kept if it is itself a crossed design with one answer. A record of many
    texts holds more than one response.
    """
    if len(sample.texts) > MOST_TEXTS and not (sample.keys.expert or sample.keys.content):
        return None
    long = find_long(sample)
    if long is not None and long.is_crossed and not (long.close or long.answer.is_constant):
        return long
    found = find_design(sample)
    if found is None and (long is None or long.item is None):
        found = find_design(sample, anything=True)
    return found or _with_whole_item(sample, long)


def _with_whole_item(sample: RecordSample, long: Long | None) -> Long | None:
    """Return a reading in which an expert answers an item once, if more columns identify items.

    Where each expert always gives the same answer, the answers alone do not show the design.
    """
    if long is None or long.item is None or long.expert is None or long.is_crossed:
        return long
    item = item_of(sample, long.expert)
    if item is None or long.answer.path in paths_of(item) or not determines(item, long.item):
        return long
    return replace(long, item=item)


def find_design(sample: RecordSample, *, anything: bool = False) -> Long | None:
    """Return the reading of a crossed design, None if there is none.

    With `anything`, a column that usually accompanies an answer may be a part of the item.
    """
    for expert in experts_of(sample):
        item = item_of(sample, expert, anything=anything)
        if item is None:
            continue
        answers = likely_answers(sample, item, expert)
        if answers:
            return Long(0.0, item, expert, answers[0], tuple(answers[1:]))
    return None


def experts_of(sample: RecordSample) -> list[Column]:
    """Return the columns that may name the experts, the likeliest first."""
    if sample.keys.expert:
        named = sample.by_path.get(sample.keys.expert)
        return [named] if named is not None and named.present else []
    if len(sample.texts) > MOST_TEXTS:
        return []
    found = [
        column
        for column in sample.texts
        if column.recurs
        and column.is_name_like
        and not column.is_time
        and (column.is_called(names.EXPERT) or _may_be_expert(sample, column))
    ]
    # A judge rates the answers of several models.
    return sorted(found, key=lambda c: (-c.is_called(names.EXPERT), not is_rater(c)))


def _may_be_expert(sample: RecordSample, column: Column) -> bool:
    """Whether the name is that of an agent, or the values are names of experts: coder A, gpt-4o.

    A column that an item before it determines describes the item: who collected a specimen.
    """
    if column.part not in {names.UNKNOWN, names.ITEM_ID, names.BESIDE}:
        return False
    if not names.may_be_expert(column.path):
        return all(names.is_expert_name(value) for value in column.counts)
    before = sample.texts[: sample.texts.index(column)]
    return not any(c.recurs and determines(c, column) for c in before)


def item_of(sample: RecordSample, expert: Column, *, anything: bool = False) -> Column | None:
    """Return the smallest set of columns with which an expert answers every item once."""
    keys = sample.keys
    if keys.id or keys.question:
        named = sample.by_path.get(keys.id or keys.question or "")
        return named if named is not None and are_crossed(named, expert) else None
    columns = _keys(sample, expert, anything=anything)
    for size in range(1, _MOST_PARTS + 1):
        found = [
            (chosen, column)
            for chosen in combinations(columns, size)
            for column in [chosen[0] if size == 1 else joint(list(chosen))]
            if are_crossed(column, expert) and not all(part.is_time for part in chosen)
        ]
        if found:
            return _likeliest(found)
    return None


def _keys(sample: RecordSample, expert: Column, *, anything: bool) -> list[Column]:
    """Return the columns that may identify an item, the likeliest first."""
    found = [
        column
        for column in sample.texts
        if column is not expert
        and column.path != sample.keys.content
        and column.recurs
        and column.part not in {names.GOLD, names.CONFIDENCE, names.TIME}
        and (
            anything
            or (column.part != names.BESIDE and _REPEATS.isdisjoint(names.words_of(column.path)))
        )
        and (column.is_called(names.ANSWER) < names.STRONG or scores_beside(sample, column, expert))
        and not is_given_by(expert, column)
        and (column.is_called(names.EXPERT) < names.STRONG or _is_rated(column, expert))
        and not determines(expert, column)
    ]
    return sorted(found, key=lambda column: -_weight(column))[:_MOST_KEYS]


def _is_rated(column: Column, expert: Column) -> bool:
    """Whether a column names whose work an expert rates: a model beside its judges."""
    return is_rater(expert) and not is_rater(column)


def _weight(column: Column) -> float:
    """Return how likely a column is a part of an item, by its name."""
    if column.part == names.OWN_ID:
        return names.WEAK
    if column.is_number and not column.is_whole:
        return -names.WEAK
    return column.is_called(names.QUESTION, names.ITEM_ID) - column.is_called(names.ANSWER)


def _likeliest(found: Sequence[tuple[tuple[Column, ...], Column]]) -> Column | None:
    """Return the likeliest item; None if another one that groups records differently ties."""
    ranked = sorted(found, key=lambda pair: -sum(map(_weight, pair[0])))
    best = ranked[0]
    weight = sum(map(_weight, best[0]))
    for chosen, column in ranked[1:]:
        if sum(map(_weight, chosen)) < weight:
            break
        if not (determines(best[1], column) and determines(column, best[1])):
            return None
    return best[1]


def likely_answers(sample: RecordSample, item: Column, expert: Column) -> list[Column]:
    """Return the likeliest answer, and the columns that are as likely; none if nothing varies."""
    if sample.keys.content:
        given = sample.by_path.get(sample.keys.content)
        return [] if given is None else [given]
    varied = _varied(sample, item, expert)
    labels = [column for column in varied if not _is_remark(column)]
    if not all(column.is_number for column in labels):
        # Decimals beside words are measures of them.
        labels = [column for column in labels if column.is_whole or not column.is_number]
    named = max((column.is_called(names.ANSWER) for column in varied), default=0.0)
    if named >= names.STRONG:
        return [column for column in varied if column.is_called(names.ANSWER) == named]
    known = [column for column in labels or varied if column.part != names.BESIDE]
    if expert.is_called(names.EXPERT) and not is_rater(expert):
        labels = []  # what is measured of a model or a player
    return known or labels or _unanimous(sample, item, expert)


def _unanimous(sample: RecordSample, item: Column, expert: Column) -> list[Column]:
    """Return the only column that is called an answer, where all experts gave the same ones."""
    taken = paths_of(item, expert)
    found = [
        c
        for c in sample.texts
        if c.path not in taken and (c.is_called(names.ANSWER) or is_given_by(expert, c))
    ]
    named = expert.is_called(names.EXPERT) and item.is_called(names.QUESTION, names.ITEM_ID)
    return found if named and len(found) == 1 else []


def _varied(sample: RecordSample, item: Column, expert: Column) -> list[Column]:
    """Return columns that vary within items and within experts, except times and links."""
    taken = paths_of(item, expert)
    beside = {names.GOLD, names.CONFIDENCE, names.TIME, names.OWN_ID, names.EXPERT}
    return [
        c
        for c in sample.texts
        if c.path not in taken
        and c.part not in beside
        and not (c.is_constant or c.is_counted or c.is_time or c.is_code)
        and not (c.part == names.ITEM_ID and c.is_unique)
        and not (determines(item, c) or determines(expert, c))
    ]


def _is_remark(column: Column) -> bool:
    """Whether a column holds free remarks: several words each, which hardly recur."""
    return column.words >= _REMARK_WORDS and column.distinct > _REMARK_DISTINCT * column.present
