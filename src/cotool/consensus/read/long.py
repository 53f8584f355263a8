"""Files of one response per row: which columns are the item, the expert and the answer.

Every pair of a candidate item and a candidate expert is scored: by what their names suggest, by
whether items recur, whether an expert answers an item once, and whether items that other columns
distinguish would be merged. The answer is the column that differs between experts within an item.
"""

from __future__ import annotations

from itertools import combinations

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read import names
from cotool.consensus.read.columns import (
    Column,
    are_crossed,
    common_values,
    determines,
    pairs_unique,
)
from cotool.consensus.read.layout import CONTENT_NAMES, OUTPUT_NAMES, QUESTION_ID_NAMES, plain_name

if TYPE_CHECKING:
    from cotool.consensus.read.sample import RecordSample
_CLEAR = 1.0  # the least lead of the best answer over the second
_LEAST = 1.0  # the least score of an answer
_OUTPUT_WORDS = frozenset(
    {"model", "predicted", "pred", "prediction", "generated", "output", "outputs"}
)
_SCORES = frozenset("score scores stars points mark marks".split())
_RATERS = frozenset(
    "rater judge annotator coder reviewer assessor grader evaluator worker participant respondent "
    "labeler labeller user bewerter gutachter prüfer teilnehmer annotateur évaluateur anotador "
    "evaluador эксперт оценщик 評価者 评审".split()
)
_MOST_CALLED = 32  # experts, and items: each expert is tried with each item
_SENTENCE = 3  # words
_RATINGS = frozenset(map(str, range(11)))
_BATTERY = 3  # so many columns of whole numbers are ratings rather than numbers of experts
JOINT = "\x1f"  # between the columns that together identify an item


@dataclass(frozen=True, slots=True)
class Long:
    """One way to read such a file. `close` are columns that are as likely to hold the answer."""

    score: float
    item: Column | None
    expert: Column | None
    answer: Column
    close: tuple[Column, ...] = ()

    @property
    def taken(self) -> set[str]:
        """The paths of the columns that play a part."""
        return paths_of(self.item, self.expert, self.answer)

    @property
    def recurs(self) -> bool:
        """Whether items recur, so that several records belong to one."""
        return self.item is not None and 0 < self.item.distinct < 0.9 * self.item.present

    @property
    def is_crossed(self) -> bool:
        """Whether each expert answers each item once."""
        return bool(self.item and self.expert and are_crossed(self.item, self.expert))

    @property
    def is_own(self) -> bool:
        """Whether the answer is an expert's own rather than a right answer beside a list."""
        return self.answer.present > 0 and (
            self.expert is not None or plain_name(self.answer.path) in OUTPUT_NAMES
        )


def find_long(sample: RecordSample) -> Long | None:
    """Return the best way to read the records as one response each, None if none fits."""
    _name_answers(sample)
    best: Long | None = None
    for expert in _experts(sample):
        for item in _items(sample):
            if item is not None and expert is not None and item.path == expert.path:
                continue
            found = _scored(sample, item, expert)
            if found is not None and (best is None or found.score > best.score):
                best = found
    return best


def _name_answers(sample: RecordSample) -> None:
    """Make columns answers that are called gold, but differ within an item, if there are no others.

    A right answer is the same in all records of an item.
    """
    if not any(c.is_called(names.EXPERT) >= names.STRONG and c.distinct > 1 for c in sample.texts):
        return
    asked = [
        c
        for c in sample.texts
        if c.is_called(names.QUESTION, names.ITEM_ID) >= names.PLAIN and not c.is_unique
    ]
    if not asked or any(c.is_called(names.ANSWER) for c in sample.texts):
        return
    item = joint(asked)
    for column in sample.texts:
        if column.part == names.GOLD and not column.is_flag and not determines(item, column):
            column.hint = names.Hint(names.ANSWER, names.STRONG)


def _experts(sample: RecordSample) -> list[Column | None]:
    if sample.keys.expert:
        return [sample.by_path.get(sample.keys.expert)]
    called = [
        column
        for column in sample.texts
        if column.is_called(names.EXPERT) and column.is_name_like and not column.is_time
    ]
    strong = [column for column in called if column.hint.weight >= names.STRONG]
    if strong:
        # A provider beside its models is less than who answered.
        providers = [c for c in strong if "provider" in names.words_of(c.path)]
        taken = {*providers}
        return _strongest([*(c for c in strong if c not in taken), *providers])
    # A column with a weak name, such as "system", and one value may be a prompt.
    called = [c for c in called if c.hint.weight > names.WEAK or c.distinct > 1 or c.words <= 1.5]
    ratings = {*_ratings(sample)}
    structural = [
        column
        for column in sample.texts
        if column.part in {names.UNKNOWN, names.ITEM_ID}
        and column not in ratings
        and column.recurs
        and column.is_name_like
        and not column.is_time
        and (column.is_whole or not column.is_number)
    ]
    return [*_strongest(called), *structural[:8], None]


def _strongest(columns: list[Column]) -> list[Column | None]:
    """Return the columns, or of very many those whose names say most, in their order."""
    if len(columns) <= _MOST_CALLED:
        return [*columns]
    kept = {*sorted(columns, key=lambda c: -c.hint.weight)[:_MOST_CALLED]}
    return [c for c in columns if c in kept]


def _ratings(sample: RecordSample) -> list[Column]:
    """Return the columns of whole numbers on one scale, of which several are aspects of an item."""
    found = [
        c
        for c in sample.texts
        if c.part == names.UNKNOWN and all(value in _RATINGS for value in c.counts)
    ]
    return found if len(found) >= _BATTERY else []


def _items(sample: RecordSample) -> list[Column | None]:
    if sample.keys.id or sample.keys.question:
        return [sample.by_path.get(sample.keys.id or sample.keys.question or "")]
    called = [
        column
        for column in sample.texts
        if column.is_called(names.QUESTION, names.ITEM_ID) and not column.is_time
    ]
    unknown = [
        column
        for column in sample.texts
        if (
            column.part in {names.UNKNOWN, names.OWN_ID}
            or (column.is_called(names.ANSWER) == names.WEAK and not column.is_number)
        )
        and column.recurs
        and not column.is_time
    ]
    # "content" and "text" belong to the task if another column is the answer.
    unknown += [
        column
        for column in sample.texts
        if column.is_called(names.ANSWER) == names.WEAK
        and column.is_unique
        and column.words >= _SENTENCE
    ]
    asked = [c for c in called if c.part == names.QUESTION and c.distinct > 1]
    several = [joint(asked[:4])] if len(asked) > 1 else []
    numbered = [c for c in called if c.part == names.ITEM_ID and c.recurs]
    several += [joint([one, other]) for one, other in combinations(numbered[:4], 2)]
    return [*_strongest(called), *unknown[:10], *several, None]


def joint(columns: list[Column]) -> Column:
    """Return a column for items that only several columns together identify."""
    rows = zip(*(column.values for column in columns), strict=True)
    values = [JOINT.join(value or "" for value in row) if any(row) else None for row in rows]
    column = Column(JOINT.join(column.path for column in columns), values)
    weight = min(column.hint.weight for column in columns) - 0.5
    column.hint = names.Hint(names.QUESTION, weight)
    return column


def paths_of(*columns: Column | None) -> set[str]:
    """Return the paths of columns, and those of the columns of which a joint one consists."""
    return {path for c in columns if c is not None for path in (c.path, *c.path.split(JOINT))}


def parts_of(item: Column | None) -> tuple[str, ...]:
    """Return the columns that together identify an item; none where one column does."""
    return tuple(item.path.split(JOINT)) if item is not None and JOINT in item.path else ()


def _scored(sample: RecordSample, item: Column | None, expert: Column | None) -> Long | None:
    score = _pair_score(sample, item, expert)
    if score is None:
        return None
    if sample.keys.content:
        given = sample.by_path.get(sample.keys.content)
        return None if given is None else Long(score, item, expert, given)
    recurs = _recurring(sample, item)
    taken = paths_of(item, expert)
    answers = [
        (_answer_score(sample, column, item, expert, recurs=recurs), column)
        for column in [*sample.texts, *_without_texts(sample)]
        if column.path not in taken
    ]
    answers.sort(key=lambda pair: -pair[0])
    if not answers or answers[0][0] < _LEAST:
        return None
    top, answer = answers[0]
    if item is None and not _name_score(answer)[1]:
        return None
    close = tuple(
        column
        for other, column in answers[1:]
        if top - other < _CLEAR or (_is_output(answer) and _is_output(column) and other > 0)
    )
    if close:
        answer, close = _preferred(sample, [answer, *close])
    return Long(score + 0.5 * min(top, 8.0), item, expert, answer, close)


def _is_model_output(column: Column) -> bool:
    """Whether a column's name is that of a model's answer rather than of the right one."""
    return plain_name(column.path) in OUTPUT_NAMES or bool(
        _OUTPUT_WORDS.intersection(names.words_of(column.path))
    )


def _is_output(column: Column) -> bool:
    """Whether a platform marks a column as an answer: `Answer.topic`, `OUTPUT:topic`."""
    return column.is_called(names.ANSWER) > names.STRONG and not column.is_text


def _recurring(sample: RecordSample, item: Column | None) -> float:
    """Return the share of records whose item has further records."""
    if item is None:
        return 0.0
    return sum(n for n in item.counts.values() if n > 1) / max(1, len(sample.rows))


def _pair_score(sample: RecordSample, item: Column | None, expert: Column | None) -> float | None:
    """Score an item and an expert; None where neither name nor values suggest an expert."""
    known = expert is not None and bool(sample.keys.expert or expert.is_called(names.EXPERT))
    score = expert.is_called(names.EXPERT) if expert is not None else 0.0
    if item is None:
        return None if expert is not None and not known else score - _merging(sample, item, expert)
    if plain_name(item.path) in QUESTION_ID_NAMES:
        score += 3.0
    score += item.is_called(names.QUESTION, names.ITEM_ID) - item.is_called(names.OWN_ID)
    recurs = _recurring(sample, item)
    score += 2.0 * recurs
    if expert is None and (
        item.part == names.UNKNOWN or (item.is_called(names.ANSWER) and not item.is_unique)
    ):
        # These may be the items or their labels.
        return None
    if expert is not None:
        unique = pairs_unique(item, expert)
        if item.part == names.UNKNOWN and (
            unique < 0.95 or item.is_flag or not known or expert.is_unique
        ):
            return None
        if not known and (unique < 0.95 or recurs < 0.5 or item.distinct < 2):
            return None
        # An expert answers an item once.
        score += max(-5.0, 10.0 * (unique - 1.0)) + (0.0 if known else 1.0)
    return score - _merging(sample, item, expert)


def _merging(sample: RecordSample, item: Column | None, expert: Column | None) -> float:
    """Penalise columns that distinguish questions which `item` would join."""
    taken = paths_of(item, expert)
    return 1.5 * sum(
        1
        for column in sample.texts
        if column.path not in taken
        and column.is_called(names.QUESTION, names.ITEM_ID) >= names.PLAIN
        and plain_name(column.path) not in CONTENT_NAMES
        and (column.distinct > 1 if item is None else not determines(item, column))
    )


def _answer_score(
    sample: RecordSample,
    column: Column,
    item: Column | None,
    expert: Column | None,
    *,
    recurs: float,
) -> float:
    score, named = _name_score(column)
    if column.objects and not column.present:
        return score if column.is_called(names.ANSWER) > names.WEAK else -9.0
    if not column.present:
        return _LEAST if named else -9.0
    score += _value_score(column, named=named)
    if is_given_by(expert, column):
        score += 5.0
    if column.is_constant and len(sample.rows) > 1:
        # All experts may agree, but then the name must be that of an answer.
        score -= 0.5 if named else 3.5
    elif item is not None and recurs > 0:
        score += -2.5 if determines(item, column) else 2.5
    several = expert is not None and expert.recurs
    if several and not column.is_constant and expert and determines(expert, column):
        score -= 3.0
    return score


def is_rater(expert: Column) -> bool:
    """Whether the experts are called raters of what others made."""
    return not _RATERS.isdisjoint(names.words_of(expert.path))


def is_given_by(expert: Column | None, column: Column) -> bool:
    """Whether a column holds the scores that raters give; those of models are measured."""
    return expert is not None and is_rater(expert) and is_score(column)


def is_score(column: Column) -> bool:
    """Whether a column holds scores."""
    return column.is_number and not _SCORES.isdisjoint(names.words_of(column.path)[-1:])


def scores_beside(sample: RecordSample, column: Column, expert: Column | None) -> list[Column]:
    """Return the scores that raters gave, if a column may be what they rated: a category."""
    if not names.may_be_aspect(column.path):
        return []
    return [c for c in sample.texts if is_given_by(expert, c) and not c.is_constant]


def _name_score(column: Column) -> tuple[float, bool]:
    """Return a score for a column's name as that of the answer, and whether it names an answer."""
    part, weight = column.hint
    if plain_name(column.path) in CONTENT_NAMES and part != names.ANSWER:
        return 1.0, True
    asks = -1.0 if weight < names.STRONG else -5.0
    known = {names.ANSWER: weight, names.UNKNOWN: 0.0, names.QUESTION: asks, names.BESIDE: -3.0}
    return known.get(part, -6.0), part == names.ANSWER


def _value_score(column: Column, *, named: bool) -> float:
    """Score a column's values as answers."""
    score = 0.0
    if column.is_time or column.is_code:
        score -= 5.0
    if column.is_unique and column.is_whole and column.present > 2 and not named:
        score -= 3.0
    if column.is_number and not column.is_whole and column.distinct > 0.5 * column.present:
        score -= 2.0
    # Few values over many records suggest labels; without a name, two records prove nothing.
    if column.is_label and (named or 2 * column.distinct <= column.present >= 4):
        score += 1.5
    return score


def _without_texts(sample: RecordSample) -> list[Column]:
    """Return the columns without texts (empty, or lists) that are named like answers."""
    return [
        column
        for column in sample.columns
        if not column.present
        and (column.is_called(names.ANSWER) or plain_name(column.path) in CONTENT_NAMES)
    ]


def _says_nothing(column: Column) -> bool:
    """Whether a column is empty, or the same flag in several records."""
    if column.present:
        return column.present > 1 and column.is_constant and column.is_flag
    return not any(
        item is not None
        for value in column.objects
        for item in (value if isinstance(value, (list, tuple)) else [value])
    )


def _preferred(sample: RecordSample, close: list[Column]) -> tuple[Column, tuple[Column, ...]]:
    """Choose among equally likely columns by name; return the choice and the rivals that remain."""
    told = [c for c in close if not _says_nothing(c)]
    if 0 < len(told) < len(close):
        close = told
        if len(close) == 1:
            return close[0], ()
    outputs = [c for c in close if _is_model_output(c)]
    if outputs and len(outputs) < len(close) and not any(_is_output(c) for c in close):
        # A right answer beside a model's: "answer" and "model_answer".
        close = outputs
        if len(close) == 1:
            return close[0], ()
    ranked = [c for c in close if plain_name(c.path) in CONTENT_NAMES]
    others = [c for c in close if c not in ranked]
    if any(c.is_called(names.ANSWER) >= names.STRONG for c in others):
        ranked = []
    labels = [c for c in ranked if c.is_label and c.distinct > 1]
    if ranked and (len(labels) < 2 or common_values(labels) > 0.5):
        ranked.sort(key=lambda c: CONTENT_NAMES.index(plain_name(c.path)))
        return ranked[0], ()
    answer = max(close, key=lambda c: (c.is_called(names.ANSWER), -sample.columns.index(c)))
    return answer, tuple(c for c in close if c is not answer)
