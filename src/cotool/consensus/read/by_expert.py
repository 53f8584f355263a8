"""Documents of answers by expert, and of one expert's answers by question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cotool._lazy import lazy_pattern
from cotool._typing import Any
from cotool.consensus.read import names
from cotool.consensus.read.layout import DEFAULT_KEYS, layout_of

# What looks like the id of a question, an item or a file.
IDENTITY = lazy_pattern(
    r"[0-9a-f]{6,}|[0-9a-fA-F-]{32,36}|\w*?[-_/#.]?\d+(?:[-_/#.]\w*\d\w*)*|\d+"
    r"|\S+\.(?=[a-z0-9]{2,5}$)\w*[a-z]\w*",
    re.IGNORECASE,
)


def answers_within(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document by expert without what it says of each expert beside the answers.

    {"gpt": {"accuracy": .9, "results": {"q1": "A"}}} is {"gpt": {"q1": "A"}}; answers may also be
    in a list of records, each with the id of its question.
    """
    found: dict[str, Any] = {}
    for name, part in value.items():
        answers = part
        if isinstance(part, dict):
            inside = [key for key, one in part.items() if isinstance(one, (dict, list)) and one]
            if len(inside) == 1 and not (
                isinstance(part[inside[0]], dict) and _are_responses([part[inside[0]]])
            ):
                answers = part[inside[0]]
        if isinstance(answers, list):
            answers = keyed(answers)
        if not isinstance(answers, dict) or not answers:
            return value
        found[name] = answers
    return found


def keyed(records: Any) -> dict[str, Any] | None:
    """Return a list of answers by the question's id or text, None if they do not name them."""
    found: dict[str, Any] = {}
    for record in records if isinstance(records, list) else ():
        if not isinstance(record, dict):
            return None
        layout = layout_of(tuple(record), DEFAULT_KEYS)
        key = layout.question_id or layout.record_id or layout.question
        if key is None or layout.content is None or layout.expert is not None:
            return None
        identity = str(record[key])
        if identity in found:
            return None
        found[identity] = record
    return found or None


def is_by_expert(value: Mapping[str, Any]) -> bool:
    """Whether a document maps experts to their answers by id: {"gpt": {"q1": "a", "q2": "b"}}."""
    keys = inner_keys(value)
    known = sum(1 for key in keys if IDENTITY.fullmatch(key) or names.asks(key))
    return known > 0.9 * len(keys) > 0 and not all(
        (IDENTITY.fullmatch(key) and not names.is_model(key)) or names.asks(key) for key in value
    )


def of_one_expert(value: Mapping[str, Any]) -> str | None:
    """Return the key of one expert's answers by question: {"model": "gpt", "answers": {…}}.

    The expert may be named in an object beside them: {"config": {"model": "gpt"}}.
    """
    layout = layout_of(tuple(value), DEFAULT_KEYS)
    key = layout.responses
    answers = None if key is None else value[key]
    if isinstance(answers, list):
        answers = keyed(answers)
    if key is None or not isinstance(answers, dict) or not answers:
        return None
    named = expert_of(value) or (author_of(value) and all(map(names.asks, answers)))
    if not (named or all(map(names.is_coded, answers))):
        return None
    if layout.question is not None or layout.question_id is not None or layout.content is not None:
        return None
    if not (are_plain(answers.values()) or _are_responses(answers.values())):
        return None
    # Plain names may be those of people, whose answers these are.
    asked = [IDENTITY.fullmatch(name) is not None or names.asks(name) for name in answers]
    if any(map(names.is_model, answers)) or not all(asked):
        return None
    hints = [names.hint_of(name).part for name in answers]
    return None if names.ANSWER in hints or names.EXPERT in hints else key


def of_one_answer(value: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Return the key and the answer where a record's outputs are one: {"outputs": {"answer": …}}.

    One of its keys names an answer, and the others belong to it; none is an expert.
    """
    layout = layout_of(tuple(value), DEFAULT_KEYS)
    key = layout.responses
    if key is None or layout.content is not None or not isinstance(value[key], dict):
        return None
    parts = {str(name): names.hint_of(str(name)) for name in value[key]}
    if any(names.is_model(name) for name in parts):
        return None
    strongest = max((h.weight for h in parts.values() if h.part == names.ANSWER), default=0.0)
    called = [n for n, hint in parts.items() if hint == names.Hint(names.ANSWER, strongest)]
    unknown = sum(hint.part == names.UNKNOWN for hint in parts.values())
    if len(called) != 1 or 2 * unknown > len(parts):
        return None
    answer = value[key][called[0]]
    return (key, answer) if isinstance(answer, (str, int, float)) else None


def expert_of(value: Mapping[str, Any]) -> str | None:
    """Return the expert that a document names, itself or in one of its objects."""
    for part in (value, *(part for part in value.values() if isinstance(part, dict))):
        layout = layout_of(tuple(part), DEFAULT_KEYS)
        if layout.expert is not None and isinstance(part[layout.expert], str):
            return str(part[layout.expert])
    return None


def author_of(value: Mapping[str, Any]) -> str | None:
    """Return who gave the answers of a document by a name that may also be another one's."""
    author = layout_of(tuple(value), DEFAULT_KEYS).author
    return value[author] if author is not None and isinstance(value[author], str) else None


def are_plain(values: Iterable[Any]) -> bool:
    """Whether values are texts or numbers."""
    return all(isinstance(value, (str, int, float)) for value in values)


def _are_responses(values: Iterable[Any]) -> bool:
    """Whether values are objects with an answer: {"answer": "A", "reasoning": …}."""
    return all(
        isinstance(value, dict) and layout_of(tuple(value), DEFAULT_KEYS).content
        for value in values
    )


def inner_keys(value: Mapping[str, Any]) -> list[str]:
    """Return the keys of a document's objects, where these map the same keys to answers."""
    parts = list(value.values())
    if len(parts) < 2 or not all(isinstance(part, dict) and part for part in parts):
        return []
    keys = [str(key) for part in parts for key in part]
    plain = all(are_plain(part.values()) or _are_responses(part.values()) for part in parts)
    return keys if plain and len(set(keys)) < 0.7 * len(keys) else []
