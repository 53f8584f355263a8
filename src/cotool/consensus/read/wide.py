"""Files with several answers per row: a column per expert."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool._typing import TYPE_CHECKING, NoReturn
from cotool.consensus.read import names
from cotool.consensus.read.columns import agreement, common_values, determines
from cotool.consensus.read.families import families, family_of, members_named, sharing
from cotool.consensus.read.long import Long, joint
from cotool.consensus.read.plan import WIDE, Plan
from cotool.consensus.read.sample import UnclearError, by_columns, listed
from cotool.text import named as _option

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column
    from cotool.consensus.read.families import Family
    from cotool.consensus.read.sample import RecordSample

_NUMBERED = lazy_pattern(r"^(.*?)[\s_.\-:]*(\d+|[A-Ea-e])$")
# A word for a person and what distinguishes them: rater_1, Annotator B, Dr. Smith, r2.
_PEOPLE = lazy_pattern(
    r"(rater|annotator|coder|judge|labell?er|worker|reviewer|expert|model|grader|evaluator|doctor"
    r"|assessor|annot|annotateur|bewerter|gutachter|ann|llm|human|turker|student|participant|run"
    r"|sample|system|candidate|agent|dr|prof|[ramw](?!\d{3}))(?:[\s_.:\-]+(\w{1,12})|(\d+))",
    re.IGNORECASE,
)
_FEWEST = 3  # numbered columns without a word for experts
_MOST_GROUPS = 64  # groups of columns that are tried as experts, each beside all columns
_MOST_KEYS = 8  # columns that are tried as parts of a record's identity
# Which of two answers is better.
_SIDES = frozenset("0 1 2 a b tie both none".split())
_MEASURES = frozenset(
    "score tokens latency cost time reason pass correct grade logprob rank".split()
)
_SCALE = frozenset(
    "yes no true false y n t f low medium high none some good bad poor fair excellent never rarely "
    "sometimes often always agree disagree neutral pass fail maybe unsure".split()
)
_NEXT_WORD = re.compile(r"[\s_.:\-]+(?=[^\W\d])")
_LONGEST_NAME = 1000


def find_wide(sample: RecordSample, long: Long | None) -> Plan | None:
    """Return the plan for columns that are experts; None if they are not.

    Names show it (label1 and label2, names of models, rater_a and rater_b), or values do: they are
    more alike within a record than between records. Raises UnclearError if columns have the same
    values, and nothing says whether they are experts or the questions of a survey.
    """
    if sample.keys.content or sample.keys.expert:
        return None
    begun = _begun(sample.texts)
    named = [
        c
        for c in sample.texts
        if c.part not in {names.GOLD, names.TIME, names.CONFIDENCE}
        and not c.is_code
        and c.path not in {sample.keys.question, sample.keys.id}
        # A constant column may name the expert of others: `Model 1` beside `Model 1 output`.
        and not (c.is_constant and c.path.strip() in begun)
    ]
    experts = [
        c
        for c in sample.texts
        if c.is_called(names.EXPERT) >= names.STRONG
        and c.is_name_like
        and (not c.is_unique or (long is not None and long.recurs))
    ]
    models = _with_others(sample, _of_models(named))
    numbered = _numbered(sample, named)
    if numbered and len(models) > 1 and not {*models} & {*numbered}:
        _several_groups(sample, [numbered, models])  # models that judge numbered answers
    for group in (numbered, models, _of_people(named)):
        if len(group) >= 2 and {*experts} <= {*group}:
            _check_people(sample, group)
            return _read_wide(sample, group)
    family = _of_family(sample, long, named)
    if family:
        return _read_wide(sample, family)
    if experts or (long is not None and long.recurs):
        return None
    candidates = [
        c
        for c in named
        if c.part in {names.UNKNOWN, names.ANSWER}
        and c.hint.weight < names.STRONG
        and not (c.is_unique and c.is_whole)
        and not (names.asks(c.path) or names.is_date(c.path))
    ]
    if len(candidates) < 2 or is_by_person(sample):
        return None
    return _by_values(sample, long, candidates)


def _begun(columns: Sequence[Column]) -> set[str]:
    """Return what the names of answers begin with: `Model 1` where one is `Model 1 output`."""
    return {
        c.path[:end]
        for c in columns
        if c.is_called(names.ANSWER) and len(c.path) <= _LONGEST_NAME
        for found in _NEXT_WORD.finditer(c.path)
        for end in range(found.start(), found.end())
    }


def _check_people(sample: RecordSample, group: list[Column]) -> None:
    """Raise UnclearError where records seem to be people, and numbered answers their questions."""
    taken = {*group}
    rest = [c for c in sample.texts if c not in taken]
    if (
        sample.keys.question
        or sample.keys.id
        or any(
            c.is_called(names.QUESTION) or c.is_called(names.ITEM_ID) >= names.PLAIN for c in rest
        )
    ):
        return
    people = [c for c in rest if c.is_called(names.EXPERT) and 2 * c.distinct > c.present]
    if people and all(names.hint_of(c.path).part == names.ANSWER for c in group):
        raise UnclearError(
            f"{sample.name}: it is unclear whether a row is a person or a question: "
            + listed([*people, *group]),
            proposals=by_columns(group, people[0]),
        )


def is_by_person(sample: RecordSample) -> bool:
    """Whether each record is of another person, by a column of names that never recur."""
    return any(c.is_called(names.EXPERT) >= names.PLAIN and c.is_unique for c in sample.texts)


def _of_family(sample: RecordSample, long: Long | None, columns: list[Column]) -> list[Column]:
    """Return a family of columns that are experts, by what the records are or by agreement.

    Numbered columns are experts where each record is an item with a text of its own, or where they
    agree on items that only several columns identify; a record with one number or code may be a
    person's, whose answers agree as well. Named columns may be aspects of an item.
    """
    if is_by_person(sample):
        return []
    close = (long.answer, *long.close) if long is not None and long.close else ()
    found = families(columns)
    for family in found[:_MOST_GROUPS]:
        taken = {*family.columns}
        rest = [c for c in sample.texts if c not in taken and not c.is_time]
        if family.is_over_time or all(names.is_coded(c.path) for c in family.columns):
            continue
        parts = {long.item, long.expert} if long is not None else set()
        if long is not None and long.recurs and len({*close} & taken) < 2 and not parts & taken:
            continue
        if _are_options(sample, list(family.columns)):
            continue
        if family.is_of_experts and (family.shares or family.agrees):
            others = [
                one
                for one in found
                if one is not family and one.is_of_experts and (one.shares or one.agrees)
            ]
            groups = [list(family.columns), *_of_answers(others, taken)]
            return groups[0] if len(groups) == 1 else _several_groups(sample, groups)
        asked = any(c.is_unique and c.part == names.QUESTION for c in rest)
        if len(family.columns) < _FEWEST or not family.numbered:
            continue
        if (asked and family.shares) or (len(identified(rest)) > 1 and family.agrees):
            others = [one for one in found if one is not family and one.numbered]
            groups = [list(family.columns), *_of_answers(others, taken)]
            return groups[0] if len(groups) == 1 else _several_groups(sample, groups)
    return []


def _of_answers(found: Sequence[Family], taken: set[Column]) -> list[list[Column]]:
    """Return the columns of other families that may hold answers."""
    parts = {names.UNKNOWN, names.ANSWER}
    return [
        list(one.columns)
        for one in found
        if not (one.is_over_time or taken.intersection(one.columns))
        and all(c.part in parts and not (c.is_time or c.is_code) for c in one.columns)
    ]


def _several_groups(sample: RecordSample, groups: Sequence[list[Column]]) -> NoReturn:
    raise UnclearError(
        f"{sample.name}: several groups of columns could hold the answers: "
        + "; ".join(map(listed, groups)),
        proposals=[by_columns(group, None)[0] for group in groups[::-1]],
    )


def identified(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the fewest columns that together identify a record; none if all do not."""
    keys = [
        c
        for c in columns
        if c.is_counted
        or (
            c.part not in {names.GOLD, names.BESIDE, names.CONFIDENCE}
            and c.present
            and (c.is_whole or not c.is_number)
        )
    ][:_MOST_KEYS]
    for size in (1, 2, 3):
        for chosen in combinations(keys, size):
            if (chosen[0] if size == 1 else joint(list(chosen))).is_unique:
                return chosen
    return ()


def _by_values(sample: RecordSample, long: Long | None, candidates: list[Column]) -> Plan | None:
    alike = agreement(candidates) if len(sample.rows) > 3 else 0.0
    gold = [c for c in sample.texts if c.part == names.GOLD]
    shared = common_values([*candidates, *gold])
    item = sample.best(names.QUESTION) or sample.best(names.ITEM_ID)
    if item is None:
        taken = {*candidates, *gold}
        item = next((c for c in sample.texts if c.is_unique and c not in taken), None)
    if item is None:
        item = _apart(candidates)
        candidates = [c for c in candidates if c is not item]
        alike = agreement(candidates) if len(sample.rows) > 3 and len(candidates) > 1 else alike
        shared = common_values([*candidates, *gold])
    texts = all(c.is_text for c in candidates)
    fits = (alike > 0.25 and shared >= 0.5) or (alike > 0.15 and texts)
    # Aspects of an item (clear, helpful) share a scale, as experts do.
    scale = all(_SCALE.issuperset(map(str.casefold, c.counts)) or c.is_number for c in candidates)
    called = item is not None and (
        item.is_called(names.QUESTION) >= names.PLAIN
        or item.is_called(names.ITEM_ID) >= names.STRONG
    )
    if item is not None and not scale and (fits or (called and item.is_unique and shared >= 0.5)):
        return _read_wide(sample, candidates)
    if shared > 0.3 and (long is None or not long.answer.is_called(names.ANSWER)):
        raise UnclearError(
            f"{sample.name}: it is unclear whether these columns are experts or questions: "
            + listed(candidates),
            proposals=by_columns(family_of(sharing(candidates)), None),
        )
    return None


def _apart(candidates: list[Column]) -> Column | None:
    """Return the only column whose values occur in no other column; None if there are several."""
    columns_with = Counter(value for c in candidates for value in c.counts)
    found = [c for c in candidates if c.is_unique and all(columns_with[v] == 1 for v in c.counts)]
    return found[0] if len(found) == 1 and len(candidates) > 2 else None


def _numbered(sample: RecordSample, columns: list[Column]) -> list[Column]:
    """Return the group of columns that differ in a number or a letter: label1, label2.

    Raises UnclearError where several groups do: model_a and model_b beside response_a, response_b.
    """
    by_stem: dict[str, list[Column]] = {}
    for column in columns:
        match = _NUMBERED.match(column.path.strip())
        if match and match[1] and not names.asks(column.path):
            by_stem.setdefault(match[1].casefold().strip(), []).append(column)
    for column in columns:
        # The first of several columns with one name.
        group = by_stem.get(column.path.casefold())
        if group is not None:
            group.insert(0, column)
    called = [
        group
        for stem, group in by_stem.items()
        if len(group) >= 2
        and (
            names.hint_of(stem).part in {names.ANSWER, names.EXPERT}
            or _PEOPLE.fullmatch(group[0].path)
        )
    ]
    fitting = [group for group in called[:_MOST_GROUPS] if not _are_options(sample, group)]
    if len(fitting) == 1 and len(_stem(fitting[0])) == 1:
        # A1 and A2 beside B1 and B2: one letter says little.
        fitting += [
            group
            for stem, group in by_stem.items()
            if len(stem) == 1 and len(group) > 1 and group is not fitting[0]
        ]
    if len(fitting) > 1:
        _several_groups(sample, fitting)
    return fitting[0] if fitting else []


def _stem(group: Sequence[Column]) -> str:
    return group[0].path.strip().rstrip("0123456789")


def _are_options(sample: RecordSample, group: list[Column]) -> bool:
    """Whether numbered columns are the options that an expert compares or chooses from."""
    own = set(group)
    asked = sample.best(names.QUESTION) or sample.best(names.ITEM_ID)
    if asked is not None and asked not in own and asked.recurs:
        numbered = [c for c in group if _NUMBERED.match(c.path.strip())]
        if all(determines(asked, c) for c in numbered):
            return True  # they belong to a question that several records answer
    return any(
        c not in own and c.is_called(names.ANSWER) >= names.STRONG and c.is_label
        for c in sample.texts
    ) and all(c.distinct >= 0.8 * c.present for c in group)


def _of_models(columns: list[Column]) -> list[Column]:
    found = [
        c
        for c in columns
        if names.is_model(c.path)
        and c.part not in {names.TIME, names.BESIDE, names.ITEM_ID}
        and not _is_measure(c)
    ]
    answers = [c for c in found if c.is_called(names.ANSWER)]
    return answers if len(answers) >= 2 else found


def _with_others(sample: RecordSample, models: list[Column]) -> list[Column]:
    """Return columns of models with those of others: between them, or with their answers."""
    if len(models) < 2:
        return models
    own = {*models}
    places = [place for place, c in enumerate(sample.columns) if c in own]
    between = range(min(places) + 1, max(places))
    given = {value for c in models for value in c.counts}
    return [
        c
        for place, c in enumerate(sample.columns)
        if c in own
        or (
            c.part == names.UNKNOWN
            and not (c.is_constant or c.is_time or c.is_code)
            and c.is_number == models[0].is_number
            and (
                place in between
                or _PEOPLE.fullmatch(c.path.strip())
                or 2 * len(given.intersection(c.counts)) >= c.distinct
            )
        )
    ]


def _of_people(columns: list[Column]) -> list[Column]:
    """Return the largest group of columns with one word for a person: rater_1, rater_2."""
    by_word: dict[str, list[Column]] = {}
    for column in columns:
        match = _PEOPLE.fullmatch(column.path.strip())
        if match is None or (column.is_unique and column.is_whole and column.present > 2):
            continue
        if match[2] and (_is_word(match[2]) or _is_measure(column)):
            continue
        by_word.setdefault(match[1].casefold(), []).append(column)
    return max(by_word.values(), key=len, default=[])


def _is_word(suffix: str) -> bool:
    """Whether the word after a person's names an attribute: rater_id, model_answer."""
    return names.hint_of(suffix).part != names.UNKNOWN or not names.words_of(suffix)


def _is_measure(column: Column) -> bool:
    return bool(_MEASURES.intersection(names.words_of(column.path)))


def _check_preferred(sample: RecordSample, group: list[Column], rest: list[Column]) -> None:
    """Raise UnclearError where texts are beside what somebody thought of them: the better one."""
    if not all(c.is_text for c in group) or sample.keys.expert_columns:
        return
    found = [
        c
        for c in rest
        if not (c.is_text or c.is_constant)
        and (
            names.is_preference(c.path)
            or (names.is_choice(c.path) and _SIDES.issuperset(map(str.casefold, c.counts)))
        )
    ]
    if found:
        texts = ",".join(c.path for c in group)
        asked = [c.path for c in sample.columns if c.is_called(names.QUESTION) >= names.PLAIN]
        keys = {"question": asked[0]} if asked else {}
        raise UnclearError(
            f"{sample.name}: the answers could be the texts or what was preferred: "
            + listed([*group, *found]),
            hint=f"where the texts are the answers: {_option(expert_columns=texts, **keys)}; where "
            f"the preferences are: {_option(content=found[0].path, **keys)}",
        )


def _read_wide(sample: RecordSample, group: list[Column]) -> Plan:
    keys = sample.keys
    own = set(group)
    rest = [c for c in sample.texts if c not in own]
    called = [c for c in rest if c.is_called(names.QUESTION)]
    texts = [c for c in rest if c.part == names.UNKNOWN and c.is_text and c.distinct > 1]
    likely = (
        *(c for c in rest if c.path == keys.question),
        *sorted(called, key=lambda c: (c.distinct < 2, -c.hint.weight, -c.words)),
        *sorted(texts, key=lambda c: -c.words),
    )
    question = next(iter(likely), None)
    unique = [c for c in rest if c.is_unique and not c.is_time]
    identity = next((c for c in unique if c.is_called(names.ITEM_ID) >= names.PLAIN), None)
    if identity is None and (question is None or not question.is_unique):
        identity = next((c for c in unique if c.part == names.ITEM_ID), None)
    joined_keys: tuple[Column, ...] = ()
    if question is None and identity is None:
        joined_keys = identified([c for c in rest if c.is_called(names.ANSWER) < names.STRONG])
        identity = joined_keys[0] if len(joined_keys) == 1 else None
    _check_preferred(sample, group, rest)
    gold = tuple(
        c.path for c in rest if c.part == names.GOLD or c.is_called(names.ANSWER) >= names.STRONG
    )
    asked = [c.path for c in called if c.distinct > 1]
    join: tuple[str, ...] = ()
    stems = {match[1] for path in asked if (match := _NUMBERED.match(path))}
    if len(stems) == 1 and len(asked) > 1:
        # sentence1 and sentence2
        join = tuple(path for path in asked if _NUMBERED.match(path))
    elif identity is None and question is not None and not question.is_unique and len(asked) > 1:
        join = tuple(asked)
    elif len(joined_keys) > 1:
        join = tuple(c.path for c in joined_keys)
    paths = [c.path for c in group]
    renamed = members_named(paths)
    full = replace(
        keys,
        question=" + ".join(join) or (question.path if question else ""),
        id=keys.id or (identity.path if identity else ""),
        expert_columns=tuple(name for _, name in renamed) or tuple(paths),
        responses="",
    )
    return Plan(WIDE, full, join=join, left_out=gold, renamed=renamed)
