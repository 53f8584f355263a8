"""Files whose records list their responses: objects, plain values, or two lists side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cotool._records import replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read import names
from cotool.consensus.read.layout import CONTENT_NAMES, Keys, plain_name
from cotool.consensus.read.paths import value_at
from cotool.consensus.read.plan import LISTS, Plan, listed_items
from cotool.consensus.read.sample import UnclearError
from cotool.consensus.read.sample import listed as listed_columns
from cotool.consensus.read.tool_values import decoded
from cotool.text import named

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column
    from cotool.consensus.read.long import Long
    from cotool.consensus.read.sample import RecordSample

_MOST_CROWDS = 64  # lists of experts that are compared with lists of answers


def find_lists(sample: RecordSample, long: Long | None) -> Plan | None:
    """Return the plan for records that each have a list of responses; None if they do not."""
    parallel = _parallel(sample)
    if parallel is not None:
        expert, answer = parallel
        keys = _keys(sample, answer.path, {expert, answer})
        return None if keys is None else Plan(LISTS, keys, parallel=(expert.path, answer.path))
    plan = _lists(sample)
    if plan is None or long is None:
        return plan
    # A response of its own beside a list that names no experts: the list is something else.
    rival = long.expert is not None and long.recurs if plan.listed else long.is_own
    return None if rival else plan


def _lists(sample: RecordSample) -> Plan | None:
    found = [column for column in sample.columns if _holds_responses(column)]
    if not found:
        return None
    found.sort(key=lambda c: (-c.is_called(names.ANSWER), _rank(c)))
    objects = [c for c in found if any(isinstance(item, dict) for v in c.objects for item in v)]
    if len(objects) > 1:
        raise UnclearError(
            f"{sample.name}: several keys hold lists of responses: {listed_columns(objects)}",
            hint=f"name one: {named(responses=objects[0].path)}",
        )
    keys = _keys(sample, found[0].path, {found[0]})
    if keys is None:
        return None
    items = [item for value in found[0].objects for item in value if isinstance(item, dict)]
    asked = sample.by_path.get(keys.question or keys.id or "")
    # Records of one question, with the responses of one or several experts each.
    apart = asked is not None and asked.distinct < asked.present
    listed = _keys_of(items)
    return Plan(LISTS, keys, listed=listed, apart=apart and listed is not None)


def _keys(sample: RecordSample, responses: str, taken: set[Column]) -> Keys | None:
    """Return the keys of a file whose records list their responses; None without a question."""
    texts = [c for c in sample.texts if c not in taken]
    asking = [c for c in texts if c.part == names.QUESTION]
    weak = [c for c in texts if c.is_called(names.ANSWER) == names.WEAK and c.distinct > 1]
    # "task" says in every record what the experts were to do; the texts are what they judged.
    varied = [c for c in asking if c.distinct > 1] or weak or asking
    question = max(varied, key=lambda c: (c.hint.weight, c.words), default=None)
    identity = max(
        (c for c in texts if c.is_called(names.ITEM_ID)),
        key=lambda c: (c.hint.weight, c.distinct > 1),
        default=None,
    )
    unique = [c for c in texts if c.is_unique and c.part == names.UNKNOWN]
    if question is None and identity is None and len(unique) == 1:
        question = unique[0]
    if question is None and identity is None and len(sample.rows) > 1:
        return None
    return replace(
        sample.keys,
        responses=responses,
        question=sample.keys.question or (question.path if question else ""),
        id=sample.keys.id or (identity.path if identity and not question else None),
    )


def _parallel(sample: RecordSample) -> tuple[Column, Column] | None:
    """Return two columns of lists: the names of the experts, and their answers.

    In tables the lists are texts: "0,1,1" beside "Ann,Bob,Eve".
    """
    experts = _with_sizes(sample, (c for c in sample.columns if names.is_crowd(c.path)))
    if not 1 <= len(experts) <= _MOST_CROWDS:
        return None
    named = (c for c in sample.columns if names.of_several(c.path).part == names.ANSWER)
    answers = _with_sizes(sample, named)
    pairs = [
        (one, other)
        for one, sizes in experts
        for other, others in answers
        if _are_alike(sizes, others)
    ]
    return pairs[0] if len(pairs) == 1 else None


def _with_sizes(sample: RecordSample, columns: Iterable[Column]) -> list[tuple[Column, list[int]]]:
    """Return the columns of lists, each with how many items its lists have."""
    return [(c, sizes) for c in columns if (sizes := _sizes(sample, c)) is not None]


def _are_alike(sizes: Sequence[int], others: Sequence[int]) -> bool:
    """Whether most lists of several items are beside as many; a row with others is bad."""
    alike = [one == other for one, other in zip(sizes, others, strict=True) if one > 1 or other > 1]
    return sum(alike) > len(alike) / 2


def _sizes(sample: RecordSample, column: Column) -> list[int] | None:
    """Return how many items each record has in a column; None if it holds no lists."""
    found = [listed_items(value_at(row, column.path)) for row in sample.rows]
    if any(items is None for items in found):
        return None
    sizes = [len(items) for items in found if items is not None]
    return sizes if max(sizes, default=0) > 1 else None


def _keys_of(items: Sequence[dict[str, Any]]) -> tuple[str, str] | None:
    """Return the keys of the expert and of the answer in the items of lists."""
    if not items or not all(map(_is_response, items)):
        return None
    keys = list(dict.fromkeys(str(key) for item in items for key in item))

    def strongest(part: str) -> str:
        called = [key for key in keys if names.hint_of(key).part in {part, names.UNKNOWN}]
        return max(called, key=lambda key: names.hint_of(key).weight)

    return strongest(names.EXPERT), strongest(names.ANSWER)


def _holds_responses(column: Column) -> bool:
    lists = [value for value in column.objects if isinstance(value, (list, tuple))]
    if column.present or not lists or len(lists) < len(column.objects):
        return False
    if column.part in {names.BESIDE, names.GOLD, names.CONFIDENCE}:
        return False
    items = [item for value in lists for item in value]
    if items and all(map(_is_response, items)):
        return True
    return (
        column.is_called(names.ANSWER) > 0
        and all(isinstance(item, (str, int, float)) for item in items)
        and not names.are_label_sets(column.path, lists)
        and max(map(len, lists)) > 1
    )


def _is_response(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    hints = [names.hint_of(str(key)) for key in item]
    parts = {hint.part for hint in hints}
    experts = [h for h in hints if h == names.Hint(names.EXPERT, names.STRONG)]
    if len(item) == 2 and len(experts) == 1 and names.UNKNOWN in parts:
        return True  # {"voter": …, "option": …}
    # {"name", "value"} may be anything.
    sure = any(h.weight >= names.STRONG and h.part in {names.ANSWER, names.EXPERT} for h in hints)
    return names.ANSWER in parts and names.EXPERT in parts and sure


def _rank(column: Column) -> int:
    plain = plain_name(column.path).removesuffix("s")
    return CONTENT_NAMES.index(plain) if plain in CONTENT_NAMES else len(CONTENT_NAMES)


def written_lists(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the keys whose values are lists written as text: "['Lima']" under `predictions`."""
    found = []
    for key in rows[0] if rows else ():
        name = plain_name(str(key))
        if name.removesuffix("s") not in CONTENT_NAMES or not name.endswith("s"):
            continue
        cells = [row[key] for row in rows if row.get(key)]
        if cells and all(isinstance(_list_in(cell), list) for cell in cells):
            found.append(key)
    return tuple(found)


def with_lists(row: Any, keys: Sequence[str]) -> Any:
    """Return a record with the lists that are written as text under `keys`."""
    if not isinstance(row, dict):
        return row
    return {**row, **{key: _list_in(row[key]) for key in keys if row.get(key)}}


def _list_in(cell: Any) -> Any:
    """Return the list that a text holds, in JSON or as Python writes it, else the cell itself."""
    found = decoded(cell)
    return found if isinstance(found, list) else cell
