"""What a hint suggests if a file is unclear: options with which the file would be read.

Each suggestion is first tried on the sample. It is not shown if it ends in an error, gives an
expert two answers to a question, or takes a description of the item for the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, permutations

from cotool._records import replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read import names
from cotool.consensus.read.columns import are_crossed, common_values, determines, pairs_unique
from cotool.consensus.read.design import MOST_TEXTS, experts_of, item_of, likely_answers
from cotool.consensus.read.families import between, families, family_of
from cotool.consensus.read.long import joint
from cotool.consensus.read.plan import LISTS, LONG, SURVEY, WIDE, Plan
from cotool.consensus.read.sample import (
    LISTED,
    NAMED,
    Proposal,
    RecordSample,
    UnclearError,
    by_columns,
    by_parts,
    listed,
)
from cotool.text import named

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column

_MOST_TRIED = 8
_NUMBERS_RECORDS = {names.ITEM_ID, names.OWN_ID}
_FEW = 3  # with this many records, columns without common values are not experts


def nothing_found(sample: RecordSample) -> UnclearError:
    """Return the error for a file without a column that is known as the answer."""
    return UnclearError(
        f"{sample.name}: no key or column is known as the answer, found {listed(sample.columns)}",
        proposals=tuple(_guesses(sample)),
    )


def counted(sample: RecordSample, counts: Sequence[Column] | None = None) -> UnclearError:
    """Return the error for a file that counts the answers."""
    return UnclearError(
        f"{sample.name}: these seem to count the answers, and do not say who gave which: "
        + listed(counts or sample.counts),
        hint="export one row per vote, with the question, the voter and the answer",
    )


def with_hint(
    sample: RecordSample, error: UnclearError, plan: Callable[[RecordSample], Plan]
) -> UnclearError:
    """Return the error with a hint: the proposals with which the file is read."""
    if error.hint is not None:
        return error
    if sample.counts:
        return counted(sample)
    kept: dict[str, Proposal] = {}
    quiz = [*_of_quiz(sample)]
    for proposal in (*quiz, *error.proposals[:_MOST_TRIED]):
        if NAMED in kept or (quiz and kept):
            break  # an expert answers several questions, so a record is not a person
        if proposal.reading not in kept and _reads(sample, proposal, plan):
            kept[proposal.reading] = proposal
    wanted = named(**_known_parts(sample))
    if not kept:
        tried = max(_MOST_TRIED, names.MOST_COLUMNS // max(1, len(sample.columns)))
        found = (one for one in islice(_guesses(sample), tried) if _reads(sample, one, plan))
        kept.update((one.reading, one) for one in islice(found, 1))
    hint = "; ".join(map(str, kept.values())) or f"name the keys or columns: {wanted}"
    return UnclearError(str(error), hint=hint)


def _of_quiz(sample: RecordSample) -> Iterator[Proposal]:
    """Yield the proposal for people's answers in numbered columns, with marks numbered alike."""
    numbered = [
        one
        for one in families(sample.texts)
        if one.numbered and not all(c.is_number or c.is_constant for c in one.columns)
    ]
    called = (c for c in sample.texts if c.is_called(names.EXPERT) and c.is_unique)
    person = sample.person or next(called, None)
    if numbered and person is not None and len(families(sample.texts)) > 1:
        yield by_columns(numbered[0].columns, person)[0]


def _known_parts(sample: RecordSample) -> dict[str, str]:
    """Return the column of each part as far as its name tells it; KEY where none does."""
    experts = experts_of(sample) or [c for c in (sample.best(names.EXPERT),) if c]
    item = sample.best(names.QUESTION, names.ITEM_ID)
    answers = [c for c in sample.texts if c.is_called(names.ANSWER) and c is not item]
    expert = experts[0] if experts else None
    identity = sample.best(names.ITEM_ID)
    if not answers and item is not None and item.part == names.QUESTION and identity is not None:
        # {"image_id": …, "caption": …}: an id and a text.
        item, answers = identity, [item] if len(sample.texts) == 2 else []
    left = [c for c in sample.texts if c is not item and c is not expert]
    answer = max(answers, key=lambda c: c.hint.weight, default=left[0] if len(left) == 1 else None)
    found = {"question": item, "expert": expert, "content": answer}
    return {part: "KEY" if column is None else column.path for part, column in found.items()}


def _guesses(sample: RecordSample) -> Iterator[Proposal]:
    """Yield proposals for how the file is read, the likeliest first."""
    texts = sample.texts
    person, dated = sample.person or _may_be_person(sample), sample.is_dated
    few = len(sample.rows) < _FEW
    left = [
        c
        for c in texts
        if _may_answer(c) and c is not person and (c.is_number or few or not c.is_unique)
    ]
    dates = [c for c in left if names.is_date(c.path)]
    if len(dates) > 1:
        first = next((c for c in texts if c not in dates and c.is_unique), None)
        yield by_columns(dates, first, surveyed=True)[0]
        left = [c for c in left if c not in dates]
    coded = [c for c in left if names.is_coded(c.path)]
    if len(coded) > 1:
        numbered = next((c for c in texts if c.is_unique and not c.is_time), None)
        yield by_columns(coded, person or numbered, surveyed=True)[0]
    family = family_of(left)
    if family is not left:
        yield from by_columns(family, person, surveyed=dated)
    yield from _by_design(sample)
    if person is not None or dated:
        yield by_columns([c for c in left if not c.is_number] or left, person, surveyed=True)[0]
    if len(left) > 1 and (few or common_values(left) > 0):
        yield by_columns(left, None)[0]
    for column in sample.columns:
        lists = [v for v in column.objects if isinstance(v, (list, tuple)) and len(v) > 1]
        items = [item for value in lists for item in value]
        if len(lists) == len(sample.rows) and not any(isinstance(i, (dict, list)) for i in items):
            yield Proposal(LISTED, {"responses": (column.path,)})
        elif 2 * len(lists) > len(sample.rows) and all(isinstance(item, dict) for item in items):
            yield from of_records(column.path, RecordSample(items, sample.name, sample.keys))
    yield from _by_names(sample, left)


def _may_be_person(sample: RecordSample) -> Column | None:
    """Return the first column if each record has another one of who may have answered: a bank."""
    column = next(iter(sample.texts), None)
    fits = column is not None and column.is_unique and column.is_name_like
    return column if fits and column and names.may_be_expert(column.path) else None


def of_records(path: str, inside: RecordSample) -> Iterator[Proposal]:
    """Yield the proposal that the records in a list are the responses, named by their keys."""
    expert = inside.best(names.EXPERT)
    answers = [
        c
        for c in inside.texts
        if c is not expert
        and c.distinct > 1
        and (_may_answer(c) or c.is_called(names.EXPERT) == names.WEAK)
    ]
    answer = max(answers, key=lambda c: c.is_called(names.ANSWER), default=None)
    if answer is not None:
        who = {} if expert is None else {"expert": (expert.path,)}
        yield Proposal(LISTED, {"responses": (path,), "content": (answer.path,), **who})


def _by_names(sample: RecordSample, left: Sequence[Column]) -> Iterator[Proposal]:
    """Yield proposals that rely on names: numbered questions, records' numbers, experts."""
    texts, person = sample.texts, sample.person
    item = sample.best(names.QUESTION, names.ITEM_ID)
    numbered = next((one for one in families(texts) if one.numbered), None)
    if person is not None and numbered is not None and len(numbered.columns) > 1:
        yield by_columns(numbered.columns, person, surveyed=True)[0]
    record = next((c for c in texts if c.is_unique and c.part in _NUMBERS_RECORDS), None)
    if person is None and record is not None and not common_values(left):
        asked = [c for c in left if c.is_label and not c.is_constant]
        if len(asked) > 1:
            yield by_columns(asked, record, surveyed=True)[0]
    expert = next((c for c in experts_of(sample) if c is not item), None)
    if expert is not None:
        others = [c for c in texts if c is not expert and c.recurs]
        yield from (
            by_parts(one, expert, answer)
            for answer in left
            for one in ([item] if item is not None else others)
            if answer is not one and answer is not expert
        )
    yield from (by_parts(item, None, answer) for answer in left if answer is not item)


def _by_design(sample: RecordSample) -> Iterator[Proposal]:
    """Yield proposals for a table in which each expert answers each item once."""
    for expert in experts_of(sample):
        item = item_of(sample, expert) or sample.best(names.QUESTION, names.ITEM_ID)
        if item is None or item is expert:
            continue
        dates = [c for c in sample.texts if c.is_time and not determines(item, c)]
        for answer in likely_answers(sample, item, expert) or dates:
            yield by_parts(item, expert, answer)
    unknown = [c for c in sample.texts if c.part == names.UNKNOWN]
    for item, expert in permutations(unknown if len(sample.texts) <= MOST_TEXTS else (), 2):
        if are_crossed(item, expert):
            for answer in likely_answers(sample, item, expert):
                yield by_parts(item, expert, answer)


def _may_answer(column: Column) -> bool:
    return (
        column.part in {names.UNKNOWN, names.ANSWER, names.BESIDE}
        and not column.is_time
        and not column.is_code
        and not column.is_counted
    )


def _reads(sample: RecordSample, proposal: Proposal, plan: Callable[[RecordSample], Plan]) -> bool:
    """Whether the file can be read with a proposal, and is then read as the proposal says."""
    parts: dict[str, Any] = {
        part: columns if part.endswith("_columns") else columns[0]
        for part, columns in proposal.parts.items()
    }
    try:
        found = plan(
            RecordSample(sample.rows, sample.name, replace(sample.keys, **parts), sample.titles)
        )
    except UnclearError:
        return False
    if found.shape == LONG:
        return _are_parts(sample, found)
    if found.shape == LISTS:
        return True
    paths = found.keys.expert_columns if found.shape == WIDE else dict(found.questions)
    columns = [sample.by_path[path] for path in paths if path in sample.by_path]
    if found.shape == SURVEY:
        taken = {*columns}
        rest = [c for c in sample.texts if c not in taken]
        asked = (c for c in rest if c.part == names.QUESTION)
        if found.person is None and any(c.recurs for c in rest):
            return False  # an item recurs
        if found.person is None and (len(columns) < 2 or all(c.is_unique for c in columns)):
            return False
        return not any(c.is_unique for c in asked) and not any(
            c.is_unique and c.is_whole and c.present > 2 for c in columns
        )
    if len(columns) < 2 or len({c.is_number for c in columns}) > 1:
        return False
    numbers = columns[0].is_number
    few = len(sample.rows) < _FEW
    return few or common_values(columns) > 0.3 or (numbers and between(columns) > 0)


def _are_parts(sample: RecordSample, plan: Plan) -> bool:
    """Whether the parts of a long table are plausible: experts answer once, and answers vary."""
    keys = plan.keys
    asked = plan.join or tuple(filter(None, (keys.id or keys.question,)))
    items = [sample.by_path[path] for path in asked if path in sample.by_path]
    answer = sample.by_path.get(keys.content or "")
    expert = sample.by_path.get(keys.expert or "")
    if not items or answer is None:
        return False
    item = joint(items) if len(items) > 1 else items[0]
    if expert is None:
        return item.is_unique and not (answer.is_constant or answer.is_text)
    described = determines(answer, item) and not answer.is_called(names.ANSWER)
    return (
        pairs_unique(item, expert) > 0.9
        and (item.distinct < item.present or len(sample.rows) < _FEW)
        and not (described and determines(item, answer))
        and not (expert.recurs and answer.distinct > 1 and determines(expert, answer))
    )
