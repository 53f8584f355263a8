"""Which column plays which part, inferred from how the columns of a sample vary.

A column that is the same within an item and differs between items belongs to the item. Where
different experts give different values within one item, the column holds answers. Names are hints:
they settle what variation leaves open. Layouts are tried from the most special to the most
general. If two are close, or none fits, `UnclearError` says what was seen and which options decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cotool._records import replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read import names
from cotool.consensus.read.as_written import are_written
from cotool.consensus.read.columns import determines, pairs_unique
from cotool.consensus.read.decimal_commas import have_decimal_commas
from cotool.consensus.read.design import find_crossed
from cotool.consensus.read.flags import find_flags
from cotool.consensus.read.layout import DEFAULT_KEYS, Keys
from cotool.consensus.read.lists import find_lists
from cotool.consensus.read.long_plan import read_long
from cotool.consensus.read.many_files import find_asked, find_file_of_one, tells_topic
from cotool.consensus.read.missing_codes import codes_of_missing
from cotool.consensus.read.paths import value_at
from cotool.consensus.read.plan import LISTS, LONG, WIDE, Plan
from cotool.consensus.read.sample import RecordSample, UnclearError, by_parts
from cotool.consensus.read.surveys import find_survey
from cotool.consensus.read.values import NONE, none_is_answer
from cotool.consensus.read.wide import find_wide

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column

# With fewer records, each may by chance be of another expert.
_FEW = 3
_WORDS = 3.0  # the mean number of words in a text
_VOTES = frozenset("tally votes histogram distribution".split())


def plan_of(
    rows: Sequence[Mapping[str, Any]],
    *,
    name: str,
    keys: Keys = DEFAULT_KEYS,
    titles: Mapping[str, str] | None = None,
    several: bool = False,
) -> Plan:
    """Return how records such as `rows` are read; `keys` are what the user named.

    `titles` are the texts of a survey's questions by column, if further header rows gave them;
    `several` says that the file is one of several, which may be one expert's each.
    Raises UnclearError, which names the columns and the options that decide.
    """
    sample = RecordSample(rows, name, keys, titles, several=several)
    try:
        plan = _plan(sample)
        _check_counts(sample, plan)
        _check_single(sample, plan)
    except UnclearError as error:
        from cotool.consensus.read.advice import with_hint

        raise with_hint(sample, error, _plan) from None
    return _explained(sample, plan)


def _check_counts(sample: RecordSample, plan: Plan) -> None:
    """Raise UnclearError if numbers of votes would be taken for the answers, or be ignored."""
    given = sample.keys
    if given.content or given.expert_columns or given.question_columns:
        return
    answer = sample.by_path.get(plan.keys.content or "")
    if answer is not None and plan.shape == LONG and not plan.keys.expert and not plan.flags:
        _check_frequencies(sample, plan, answer)
    # `counts_rater_1` holds what a rater counted.
    counts = {
        c.path
        for c in sample.counts
        if not _VOTES.isdisjoint(names.words_of(c.path))
        or ("." in c.path and not names.is_expert_name(c.path.rpartition(".")[2]))
    }
    if not counts:
        return
    text = plan.shape == LONG and not plan.keys.expert and not plan.flags
    if not counts.isdisjoint(plan.keys.expert_columns) or (
        text and answer is not None and answer.is_called(names.ANSWER) < names.PLAIN
    ):
        from cotool.consensus.read.advice import counted

        raise counted(sample)


def _check_single(sample: RecordSample, plan: Plan) -> None:
    """Raise UnclearError if each record would be another expert's answer to another question.

    A column without a known name was taken for the question, or for the answer of all.
    """
    given = sample.keys
    if plan.shape != LONG or plan.join or given.id or given.question or given.content:
        return
    expert = sample.by_path.get(plan.keys.expert or "")
    answer = sample.by_path.get(plan.keys.content or "")
    item = sample.by_path.get(plan.keys.id or plan.keys.question or "")
    if expert is None or answer is None or not expert.is_unique or len(sample.rows) < _FEW:
        return
    if item is None:
        if answer.is_constant and answer.is_called(names.ANSWER) < names.STRONG:
            from cotool.consensus.read.advice import nothing_found

            raise nothing_found(sample)
        return
    asked = sample.by_path.get(plan.keys.question or "")
    if item.is_unique and (asked is None or asked.is_called(names.QUESTION) < names.STRONG):
        shared = [c for c in sample.texts if c.is_constant and c.part != names.BESIDE]
        raise UnclearError(
            f"{sample.name}: each row has another {item.path!r} and another {expert.path!r}, so "
            "no question has the answers of two experts",
            proposals=[by_parts(column, expert, answer) for column in shared],
        )


def _check_frequencies(sample: RecordSample, plan: Plan, answer: Column) -> None:
    """Raise UnclearError if each item has each answer once, with how often it was given."""
    item = sample.by_path.get(plan.keys.id or plan.keys.question or "")
    found = [c for c in sample.texts if c.is_whole and names.counts_answers(c.path)]
    if item is None or not item.recurs or pairs_unique(item, answer) < 1:
        return
    if any(c is not answer and c is not item and not determines(item, c) for c in found):
        from cotool.consensus.read.advice import counted

        raise counted(sample, found)


def _plan(sample: RecordSample) -> Plan:
    keys = sample.keys
    if keys.responses or keys.expert_columns:
        return Plan(WIDE if keys.expert_columns else LISTS, keys)
    named = keys.content is not None
    if keys.question_columns or (sample.titles and not named):
        survey = find_survey(sample, None)
        if survey is not None:
            return survey
    long = find_crossed(sample)
    if not named:
        listed = find_lists(sample, long)
        if listed is not None:
            return listed
        found = find_survey(sample, long) or find_wide(sample, long) or find_flags(sample, long)
        if found is not None:
            return found
    if sample.several and (long is None or tells_topic(long)):
        asked = find_asked(sample)
        if asked is not None:
            return asked
        long = long or find_file_of_one(sample)
    if long is None:
        from cotool.consensus.read.advice import nothing_found

        raise nothing_found(sample)
    return read_long(sample, long)


def _explained(sample: RecordSample, plan: Plan) -> Plan:
    """Return the plan with the part that each column plays, and what its values look like."""
    keys = plan.keys
    parts: dict[str | None, str] = {
        keys.question: "question",
        keys.id: "question id",
        keys.content: "answer",
        keys.expert: "expert",
        keys.confidence: "confidence",
        keys.timestamp: "time",
        keys.responses: "answers",
        plan.person: "person",
        **dict.fromkeys(plan.join, "question"),
        **dict.fromkeys(keys.expert_columns, "one expert's answers"),
        **dict.fromkeys((path for path, _ in plan.renamed), "one expert's answers"),
        **dict.fromkeys((column for column, _ in plan.questions), "one question's answers"),
        **dict.fromkeys((column for column, _ in plan.flags), "answer"),
        **dict.fromkeys(plan.left_out, "right answer, not an expert"),
    }
    evidence = tuple(
        (column.path, parts.get(column.path, "not used"), _seen(column, len(sample.rows)))
        for column in sample.columns
    )
    known = {key for row in sample.rows for key in row} | {name for _, name in plan.renamed}
    nested = tuple(path for path in keys.paths if path not in known)
    paths = [keys.content, *keys.expert_columns, *(path for path, _ in plan.renamed)]
    paths += [path for path, _ in plan.questions]
    columns = [sample.by_path[path] for path in paths if path in sample.by_path]
    asked = [[column] for column in columns] if plan.questions else [columns]
    items = () if plan.questions else _answers_by_item(sample, plan, columns)
    missing = frozenset[str]().union(*(codes_of_missing(one, items) for one in asked))
    none = _has_none(sample, columns)
    written = [one for one in asked if are_written(one)]
    if written and not plan.questions:
        keys = replace(keys, as_written=True)
    commas = [one for one in asked if have_decimal_commas(one)]
    return replace(
        plan, keys=keys, evidence=evidence, nested=nested, none=none, missing=missing,
        texts=bool(columns) and all(c.words >= _WORDS and not c.recurs for c in columns),
        as_written=frozenset(column.path for one in written for column in one),
        commas=frozenset(column.path for one in commas for column in one),
    )  # fmt: skip


def _answers_by_item(
    sample: RecordSample, plan: Plan, columns: Sequence[Column]
) -> Sequence[Sequence[str]]:
    """Return the answers to each item of the sample."""
    if plan.shape != LONG:
        rows = zip(*(column.values for column in columns), strict=True)
        return [[value for value in row if value is not None] for row in rows]
    keys = [key for key in (*plan.join, plan.keys.id or plan.keys.question) if key]
    parts = [sample.by_path[key].values for key in keys if key in sample.by_path]
    found: dict[tuple[str | None, ...], list[str]] = {}
    for column in columns:
        for place, value in enumerate(column.values):
            if value is not None:
                found.setdefault(tuple(part[place] for part in parts), []).append(value)
    return list(found.values()) if parts else []


def _has_none(sample: RecordSample, columns: Sequence[Column]) -> bool:
    """Whether "None" is one of the answers: other answers are such words as "both" or "mild"."""
    if not any(none_is_answer(column.counts) for column in columns):
        return False
    return any(value_at(row, c.path) == NONE for c in columns for row in sample.rows)


def _seen(column: Column, rows: int) -> str:
    if not column.present:
        return "lists or objects" if column.objects else "empty"
    return f"{column.distinct} different in {rows} rows: {column.shown()}"
