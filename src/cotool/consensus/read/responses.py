"""Read one record: strings, mappings, dataclasses and API objects become responses.

A record is a whole question with its list of responses, or one response (several where one
expert was sampled several times) that is joined to its question by id or text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice

from cotool._records import NamedTuple, replace
from cotool._typing import Any
from cotool.consensus.model import Response
from cotool.consensus.read import values
from cotool.consensus.read.layout import DEFAULT_KEYS, Keys, Layout, layout_of
from cotool.consensus.read.paths import value_at
from cotool.consensus.read.tool_values import asked
from cotool.errors import InputError
from cotool.io.json_stream import too_deep
from cotool.text import and_more

BadRecord = Callable[[InputError], None]
_EXPECTED = (
    'expected a question with "responses", or one response with "content" '
    "(or output, answer, text, label …)"
)
_HINT = "name other keys with `question`, `content`, `expert`, `responses`"


class ShapeError(InputError):
    """A record that is neither a question with responses nor a response."""


class Record(NamedTuple):
    """What one record says. `expert_name` of a response is "" where the record names no expert.

    `id` and `text` are the question's; `whole` says that the record lists all its responses.
    """

    id: str | None
    text: str | None
    responses: tuple[Response, ...]
    whole: bool


def read_record(
    item: object, *, where: str, keys: Keys = DEFAULT_KEYS, on_bad: BadRecord | None = None
) -> Record:
    """Return what `item` says; a bad response of a question goes to `on_bad`, or is raised.

    Raises ShapeError where `item` has no known shape, InputError if a value is bad.
    """
    try:
        return _record(item, where, keys, on_bad)
    except RecursionError:
        raise too_deep(where) from None


def _record(item: object, where: str, keys: Keys, on_bad: BadRecord | None) -> Record:
    if isinstance(item, (list, tuple)):
        return Record(None, None, _listed(item, "", where, keys, on_bad), whole=True)
    record = _mapping(item)
    if record is None:
        return Record(None, None, responses_of(item, where, keys), whole=False)
    layout = layout_of(tuple(record), keys)
    text = _question_text(record, layout, where)
    question_id = _text(record, layout.question_id, where)
    listed = _value(record, layout.responses)
    if listed is not None and (_is_list(listed) or layout.content is None):
        expert = _text(record, layout.expert, where) or ""
        question_id = question_id or _text(record, layout.record_id, where)
        answers = _listed(listed, expert, where, keys, on_bad)
        # Those of one expert are joined with those of others.
        return Record(question_id, text, answers, whole=not expert)
    experts = keys.expert_columns or experts_in(record, layout, keys)
    if experts:
        columns = {name: record[name] for name in experts if record.get(name) is not None}
        if not columns:
            raise InputError(
                f"{where}: none of the expert columns {_names(experts)} holds an answer",
                hint=f"found {_names(record)}",
            )
        question_id = question_id or _text(record, layout.record_id, where)
        return Record(question_id, text, _listed(columns, "", where, keys, on_bad), whole=True)
    answers = _answers(record, layout, where, keys)
    if question_id is None and text is None and not _is_api_object(record):
        question_id = _text(record, layout.record_id, where)
    if question_id is None and text is None:
        missing = layout.question or layout.question_id or keys.question or keys.id
        if missing:
            raise InputError(
                f"{where}: no question: {missing!r} is missing or empty",
                hint="a response is joined to its question by the question's id or text",
            )
    return Record(question_id, text, answers, whole=False)


def _listed(
    listed: object, expert: str, where: str, keys: Keys, on_bad: BadRecord | None
) -> tuple[Response, ...]:
    """Return the responses in a list of them, or in a mapping of expert to response."""
    if isinstance(listed, Mapping):
        pairs = [(str(name), item) for name, item in listed.items()]
    elif isinstance(listed, (list, tuple)):
        pairs = [(expert, item) for item in listed]
    else:
        raise InputError(
            f"{where}: the responses are {type(listed).__name__}, not a list",
            hint="expected a list of responses, or an object of expert to response",
        )
    answers: list[Response] = []
    complete = True
    for position, (name, item) in enumerate(pairs, 1):
        # If a response is left out, later ones are not renumbered.
        named = values.clean(name).strip() or ("" if complete else f"expert {position}")
        try:
            found = responses_of(item, f"{where}, response {position}", keys, named)
        except InputError as error:
            if on_bad is None:
                raise
            on_bad(error)
            complete = False
            continue
        answers += [
            replace(answer, expert_name=named) if named and not answer.expert_name else answer
            for answer in found
        ]
    return tuple(answers)


def responses_of(item: object, where: str, keys: Keys, expert: str = "") -> tuple[Response, ...]:
    """Return the responses that one item holds: one, or as many as it has samples or choices.

    A bare text is the answer of `expert`.
    """
    if isinstance(item, Response):
        return (_checked(item, where),)
    plain = values.scalar_text(item, where)
    if plain is not None:
        return (Response(plain, expert, where=where, as_written=keys.as_written),)
    record = _mapping(item)
    if record is None:
        raise ShapeError(
            f"{where}: {_kind(item)} is not a response",
            hint="expected a string, or an object with an expert and a content",
        )
    inside = [path for path in (keys.content, keys.expert) if path and path not in record]
    if inside:
        record = {**record, **{path: found for path in inside if (found := value_at(record, path))}}
    return _answers(record, layout_of(tuple(record), keys), where, keys)


def _answers(
    record: Mapping[str, Any], layout: Layout, where: str, keys: Keys
) -> tuple[Response, ...]:
    content = record["choices"] if has_choices(record) else _value(record, layout.content)
    if content is None:
        content = _arguments(record)
    if content is None and (samples := _samples(record, layout)):
        expert = _text(record, layout.expert, where) or ""
        found = (one for item in samples for one in responses_of(item, where, keys))
        return tuple(replace(one, expert_name=one.expert_name or expert) for one in found)
    if content is None:
        if layout.content:
            raise InputError(
                f"{where}: {layout.content!r} is null, found {_names(record)}",
                hint="expected a text; leave such rows out with `skip_bad`",
            )
        expected = f"expected {keys.content!r}" if keys.content else _EXPECTED
        raise ShapeError(f"{where}: found {_names(record)}, {expected}", hint=_HINT)
    expert = (
        _text(record, layout.expert, where)
        or _expert_in_metadata(record, layout, where, keys)
        or _text(record, layout.author, where)
        or ""
    )
    confidence = seconds = vector = None
    if layout.confidence:
        confidence = values.confidence(record.get(layout.confidence), where)
    if layout.timestamp:
        seconds = _timestamp(record.get(layout.timestamp), layout.timestamp, where)
    if layout.embedding:
        vector = values.embedding(record.get(layout.embedding), where)
    metadata = _metadata(record, layout)
    plain = values.scalar_text(content, where)
    if plain is not None:
        return (
            Response(
                plain, expert, confidence, seconds, metadata, vector, where,
                as_written=keys.as_written,
            ),
        )  # fmt: skip
    return tuple(
        Response(
            answer.content,
            expert or answer.expert_name,
            answer.confidence if confidence is None else confidence,
            answer.timestamp if seconds is None else seconds,
            {**answer.metadata, **metadata},
            answer.embedding if vector is None else vector,
            where,
        )
        for answer in _nested(content, where, keys)
    )


def _samples(record: Mapping[str, Any], layout: Layout) -> list[Any]:
    """Return the answers that one expert gave to a question: {"model": …, "choices": […]}.

    Options of a question have labels or numbers beside their texts.
    """
    listed = record.get(layout.responses or "choices") if layout.expert else None
    if not isinstance(listed, list) or layout.question is not None:
        return []
    plain = all(
        isinstance(one, str) or (isinstance(one, Mapping) and {"text", "content"} & one.keys())
        for one in listed
    )
    labelled = any(
        isinstance(one, Mapping) and {"label", "key", "id"} & one.keys() for one in listed
    )
    return listed if plain and not labelled else []


def _nested(content: object, where: str, keys: Keys) -> tuple[Response, ...]:
    """Return the responses in a content that is an API object, its parts, or a list of samples."""
    if isinstance(content, Mapping):
        for wrapper in ("body", "parts"):
            if wrapper in content:
                return _nested(content[wrapper], where, keys)
        return responses_of(content, where, keys)
    if isinstance(content, (list, tuple)) and content:
        if all(isinstance(part, Mapping) for part in content):
            if any("message" in part or "delta" in part for part in content):
                return tuple(
                    answer for part in content for answer in responses_of(part, where, keys)
                )
            text = "\n".join(_part_texts(content))
            if text:
                return (Response(values.clean(text), "", where=where),)
            calls = [part["input"] for part in content if isinstance(part.get("input"), Mapping)]
            if len(calls) == 1 and content[-1].get("type") == "tool_use":
                return (Response(values.clean(json.dumps(calls[0])), "", where=where),)
            if len(content) == 1:  # [{"answer": "…"}]
                return responses_of(content[0], where, keys)
        else:
            return tuple(answer for part in content for answer in responses_of(part, where, keys))
    raise InputError(
        f"{where}: the content is {_kind(content)} that holds no text",
        hint="expected a string, or a chat completion's message",
    )


def _arguments(record: Mapping[str, Any]) -> str | None:
    """Return what a message passes to the one function that it calls in place of a text."""
    calls = record.get("tool_calls")
    if not isinstance(calls, (list, tuple)) or len(calls) != 1:
        return None
    function = calls[0].get("function") if isinstance(calls[0], Mapping) else None
    given = function.get("arguments") if isinstance(function, Mapping) else None
    return given if isinstance(given, str) and given.startswith("{") else None


def _part_texts(parts: Iterable[object]) -> Iterable[str]:
    """Yield the texts of content parts; parts of other types (images, reasoning) have none."""
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Mapping):
            text = part.get("text", part.get("content"))
            if isinstance(text, str):
                yield text
            elif isinstance(text, (list, tuple)):
                yield from _part_texts(text)


def _checked(answer: Response, where: str) -> Response:
    """Return a caller's own Response with every field checked."""
    content = values.scalar_text(answer.content, where)
    if content is None:
        raise InputError(f"{where}: the content is {_kind(answer.content)}", hint="expected a text")
    return replace(
        answer,
        content=content,
        expert_name=values.clean(answer.expert_name).strip(),
        confidence=values.confidence(answer.confidence, where),
        timestamp=values.timestamp(answer.timestamp, where),
        embedding=values.embedding(answer.embedding, where),
        where=answer.where or where,
    )


def _mapping(item: object) -> Mapping[str, Any] | None:
    if isinstance(item, (dict, Mapping)):
        return item
    if isinstance(item, (type, str, Response)):
        return None
    if hasattr(type(item), "__dataclass_fields__"):
        from dataclasses import fields  # noqa: TID251 - of any class

        names = (part.name for part in fields(item))  # type: ignore[arg-type]
        return {name: getattr(item, name) for name in names}
    # Client libraries return pydantic models.
    dump = getattr(item, "model_dump", None)
    return dump() if callable(dump) else None


def experts_in(record: Mapping[str, Any], layout: Layout, keys: Keys) -> tuple[str, ...]:
    """Return the keys that hold objects with a content, if at least two do: the wide shape."""
    if layout.expert is not None or (layout.question is None and layout.question_id is None):
        return ()
    experts = tuple(
        name
        for name in layout.unknown
        if isinstance(record[name], Mapping)
        and layout_of(tuple(record[name]), keys).content is not None
    )
    return experts if len(experts) >= 2 else ()


def _expert_in_metadata(
    record: Mapping[str, Any], layout: Layout, where: str, keys: Keys
) -> str | None:
    """Return the expert that a response's metadata name, such as their "model"."""
    given = record.get("metadata")
    if layout.expert or not isinstance(given, Mapping) or not given:
        return None
    return _text(given, layout_of(tuple(given), keys).expert, where)


def _question_text(record: Mapping[str, Any], layout: Layout, where: str) -> str | None:
    text = _text(record, layout.question, where)
    if layout.context is None:
        return text
    context = _text(record, layout.context, where)
    return f"{text}\n\n{context}" if text and context else text


def _timestamp(value: object, key: str, where: str) -> float | None:
    # "time" may also be a duration: a value below 1e8 seconds is not a date after March 1973.
    if key == "time" and isinstance(value, (int, float)) and value < 1e8:
        return None
    return values.timestamp(value, where)


def _value(record: Mapping[str, Any], key: str | None) -> Any:
    return None if key is None else record.get(key)


def _text(record: Mapping[str, Any], key: str | None, where: str) -> str | None:
    """Return a key's value as stripped text; None if it is missing, null or empty."""
    value = None if key is None else record.get(key)
    if value is None:
        return None
    text = values.scalar_text(value, where)
    if text is None:
        text = asked(value)
    if text is None:
        raise InputError(f"{where}: {key!r} is {_kind(value)}", hint="expected text")
    return values.clean(text).strip() or None


def _metadata(record: Mapping[str, Any], layout: Layout) -> dict[str, Any]:
    if not layout.rest:
        return {}
    rest = {name: record[name] for name in layout.rest if name != "choices"}
    given = rest.get("metadata")
    if isinstance(given, Mapping):
        del rest["metadata"]
        rest.update(given)
    return rest


def has_choices(record: Mapping[str, Any]) -> bool:
    """Whether a record is a completion of an API, with its choices."""
    choices = record.get("choices")
    return (
        isinstance(choices, (list, tuple))
        and bool(choices)
        and all(
            isinstance(choice, Mapping)
            # A multiple-choice question also lists choices: {"label", "text"}.
            and ("message" in choice or ("text" in choice and "finish_reason" in choice))
            for choice in choices
        )
    )


def _is_api_object(record: Mapping[str, Any]) -> bool:
    # The "id" of such an object is the response's own.
    return has_choices(record) or is_message(record)


def is_message(record: Mapping[str, Any]) -> bool:
    """Whether a record is a message as an API returns it, in parts or with its type."""
    return record.get("role") == "assistant" and (
        isinstance(record.get("content"), list) or record.get("type") == "message"
    )


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple, Mapping))


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kind = "object" if isinstance(value, Mapping) else type(value).__name__
    return f"an empty {kind}" if _is_list(value) and not value else f"a {kind}"


def _names(names: Collection[str]) -> str:
    return and_more((repr(str(name)) for name in islice(names, 12)), len(names)) or "no keys"
