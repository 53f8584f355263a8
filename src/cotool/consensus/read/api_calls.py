"""Logged calls of a model's API: a request and its reply, under whatever keys a log gives them.

A request and a reply are recognised by their own structure, which the APIs define, not by the names
of the keys that hold them. In tables they are JSON in a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cotool._typing import Any
from cotool.consensus.read import names
from cotool.consensus.read.paths import value_at
from cotool.consensus.read.tool_values import (
    USERS,
    FailedError,
    JsonObject,
    Made,
    answer_in,
    asked,
    decoded,
    reason,
    role,
)

# Where replies hold their text: chat completions, text completions, Messages, Gemini, Converse,
# Responses, Cohere, Ollama.
_REPLIES = (
    "choices.*.message.content", "choices.*.text", "candidates.*.content.parts",
    "output.message.content", "message.content", "generations.*.text",
)  # fmt: skip
# Objects within a record that may hold a request or a reply.
_DEPTH = 2
_PROMPTS = ("messages", "contents", "prompt")
_MODELS = ("assistant", "ai", "model")


def is_call(row: JsonObject) -> bool:
    """Whether a record holds the request and the reply of one call."""
    return (_request(row) is not None and _reply(row) is not None) or _is_traced(row)


def _is_traced(row: JsonObject) -> bool:
    """Whether a record holds the messages of the user and those of the model, under any keys."""
    replied = _structured(row) is not None or _said(row, by_user=False) is not None
    return replied and _said(row, by_user=True) is not None


def call(row: JsonObject, _kept: dict[str, Any]) -> Made:
    """One call: what the user says is the question, the model's text the answer."""
    asks = _request(row) or _said(row, by_user=True)
    content = _reply(row) or _said(row, by_user=False)
    if asks is None or content is None:
        raise FailedError(reason(row) or "the call has no reply")
    record = {"question": asked(asks), "content": answer_in(content)}
    model = _model(row)
    if model:
        record["expert"] = model
    yield record


def replicate(row: JsonObject, _kept: dict[str, Any]) -> Made:
    """One prediction of Replicate, whose text comes in pieces."""
    output = row["output"]
    if isinstance(output, list) and all(isinstance(piece, str) for piece in output):
        output = "".join(output)
    record = {"question": asked(row["input"]), "content": answer_in(output)}
    model = row.get("model")
    yield {**record, "expert": model} if isinstance(model, str) else record


def _request(row: JsonObject) -> Any:
    """Return what was asked."""
    for holder in _objects(row):
        for key in _PROMPTS:
            turns = decoded(holder.get(key))
            if _asks(turns):
                return turns
    return None


def _said(row: JsonObject, *, by_user: bool) -> Any:
    """Return the messages under any key that end with the user's, or that the model alone wrote.

    None if there are several: an answer that was chosen, and one that was rejected.
    """
    is_it = _asks if by_user else _replies
    found = [value for one in _objects(row) for value in map(decoded, one.values()) if is_it(value)]
    return found[0] if len(found) == 1 else None


def _replies(turns: Any) -> bool:
    """Whether a value is a list of messages of a model."""
    return (
        isinstance(turns, list)
        and bool(turns)
        and all(isinstance(turn, Mapping) and role(turn) in _MODELS for turn in turns)
    )


def _asks(turns: Any) -> bool:
    """Whether a value is a list of messages that ends with the user's."""
    return (
        isinstance(turns, list)
        and bool(turns)
        and all(isinstance(turn, Mapping) for turn in turns)
        and role(turns[-1]) in USERS
    )


def _reply(row: JsonObject) -> Any:
    """Return what a model replied."""
    found = _structured(row)
    if found is not None:
        return found
    plain = [
        value
        for key, value in row.items()
        if isinstance(value, str) and value and names.is_called(key, names.ANSWER)
    ]
    return plain[0] if len(plain) == 1 else None


def _structured(row: JsonObject) -> Any:
    """Return a reply in the form of an API."""
    for holder in _objects(row):
        if role(holder) == "assistant" and holder.get("content"):
            return holder["content"]
        for path in _REPLIES:
            found = value_at(holder, path)
            if found:
                return found
        output = holder.get("output")
        if isinstance(output, list) and any(
            isinstance(one, Mapping) and role(one) in {"assistant", "message"} for one in output
        ):
            return output
    return None


def _model(row: JsonObject) -> str | None:
    """Return the model: as the request, the reply or the record names it."""
    for key in ("model", "modelVersion"):
        for holder in _objects(row):
            if isinstance(holder.get(key), str):
                return str(holder[key])
    named = [
        value
        for holder in _objects(row)
        for key, value in holder.items()
        if names.is_called(key, names.EXPERT) and isinstance(value, str) and value
    ]
    return next(iter(named), None)


def _objects(row: Mapping[str, Any], depth: int = _DEPTH) -> Iterator[Mapping[str, Any]]:
    """Yield a record and the objects in it, those that are written as JSON included."""
    yield row
    if not depth:
        return
    for value in row.values():
        inner = decoded(value)
        if isinstance(inner, Mapping):
            yield from _objects(inner, depth - 1)
