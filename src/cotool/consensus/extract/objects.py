"""Responses that are JSON objects: the field that is the answer, or the fields that all share."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cotool._typing import Any
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.normal_form import short_form

# Names of fields that explain or weigh an answer.
_BESIDE = frozenset(
    """
    reason reasons reasoning explanation explain why rationale justification thought thoughts
    analysis comment comments notes note evidence steps chain_of_thought cot
    confidence score probability certainty likelihood prob
    """.split()
)
_LONGEST_VALUE = 60
_LONGEST_OBJECT = 20_000
# The share of the responses that must be objects.
_MOST = 0.6


def object_of(text: str) -> dict[str, Any] | None:
    """Return the JSON object between a text's outermost braces, or None."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end - start > _LONGEST_OBJECT:
        return None
    try:
        found = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        found = _python_object(text[start : end + 1])
    return found if isinstance(found, dict) and found else None


def _python_object(text: str) -> Any:
    """Return a dictionary as Python writes it: {'item': 'pen'}."""
    if not text.startswith(("{'", "{ '", "{\n")):
        return None
    from ast import literal_eval

    try:
        return json.loads(json.dumps(literal_eval(text)))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def answer_fields(objects: Sequence[dict[str, Any]]) -> list[str]:
    """Return the fields that all objects have, except long ones and explanations."""
    shared = [key for key in objects[0] if all(key in one for one in objects)]
    short = [
        key for key in shared if all(len(_plain(one[key])) <= _LONGEST_VALUE for one in objects)
    ]
    return [key for key in short if key.lower() not in _BESIDE] or short


def unwrapped(
    texts: Sequence[str], known: Sequence[str]
) -> tuple[list[str], list[Extracted | None]]:
    """Replace each object by its answer, where one field of it is the answer.

    Returns the texts, and for each the object as an answer where several of its fields are one,
    None if it is not such an object. Objects with a field of a `known` name are left as they are.
    """
    plain = list(texts)
    answers: list[Extracted | None] = [None] * len(texts)
    found = {i: one for i, text in enumerate(texts) if "{" in text and (one := object_of(text))}
    named = {i: one[name] for i, one in found.items() for name in known[::-1] if name in one}
    if named or not found:
        for i, value in named.items():
            if isinstance(value, list) and len(value) > 1:
                plain[i] = ", ".join(map(_plain, value))
        return plain, answers
    if len(found) >= _MOST * sum(map(bool, texts)):
        fields = answer_fields(list(found.values()))
    else:
        fields = []
    bare = {short_form(text) for i, text in enumerate(texts) if i not in found and len(text) <= 60}
    if len(fields) != 1 and bare:
        fields = _equal_to(found.values(), bare) or fields
    if len(fields) == 1:
        for i, one in found.items():
            plain[i] = _plain(one.get(fields[0], ""))
    elif fields:
        for i, one in found.items():
            answers[i] = _answer(texts[i], one, fields)
    return plain, answers


def whole_object(text: str) -> Extracted | None:
    """Return an object as an answer, by its answer fields; None for another text."""
    found = object_of(text)
    return None if found is None else _answer(text, found, answer_fields([found]))


def _answer(text: str, found: dict[str, Any], fields: Sequence[str]) -> Extracted:
    value = json.dumps({key: _normal(found[key]) for key in sorted(fields)}, ensure_ascii=False)
    return Extracted(value, "object", text, "fields that all share")


def _normal(value: Any) -> Any:
    """Return a value in normal form: "3" is 3, and "012" is neither."""
    if isinstance(value, list):
        return [_normal(one) for one in value]
    if isinstance(value, dict):
        return {key: _normal(one) for key, one in sorted(value.items())}
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return short_form(value) if isinstance(value, str) and value else _plain(value)


def _equal_to(objects: Any, bare: set[str]) -> list[str]:
    """Return the field whose value other responses state without an object."""
    names = {
        key for one in objects for key, value in one.items() if short_form(_plain(value)) in bare
    }
    return list(names) if len(names) == 1 else []


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
