"""Values in the records of known tools: prompts, answers, chat turns, failures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cotool._typing import Any
from cotool.consensus.read.paths import value_at

JsonObject = Mapping[str, Any]

Made = Iterator[dict[str, Any]]

USERS = frozenset({"user", "human", "HUMAN", "prompter"})

QUESTIONS = (
    "question", "problem", "query", "prompt", "instruction", "input", "text", "Question",
    "problem_statement", "ctx", "sentence", "premise", "goal",
)  # fmt: skip


# Statuses of requests that did not fail.
_SUCCEEDED = frozenset({"success", "succeeded", "ok", "completed", "complete", "finished"})


class FailedError(Exception):
    """A record holds no answer, and why."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def reason(item: JsonObject) -> str | None:
    """Return why a record holds no answer, in its tool's words."""
    for path in ("error.message", "error.errorMessage", "error", "errorMessage", "status"):
        found = value_at(item, path)
        if isinstance(found, str) and found and found.casefold() not in _SUCCEEDED:
            return f"the request failed: {found}"
    return None


def asked(value: Any) -> str | None:
    """Return a question's text: a string, or what the user says in a list of messages."""
    if isinstance(value, Mapping):
        inner = next((value[key] for key in QUESTIONS if value.get(key)), None)
        if inner is None and len(value) == 1:
            inner = next(iter(value.values()))
        if inner is not None:
            return asked(inner)
        if "content" in value or "parts" in value:
            return text_of(value)
        texts = [v for v in value.values() if isinstance(v, str)]
        return "\n".join(texts) or None
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        turns = [turn for turn in value if isinstance(turn, Mapping)]
        by_user = [turn for turn in turns if role(turn) in USERS]
        texts = [text for turn in by_user or turns if (text := text_of(turn))]
        return "\n\n".join(texts) or None
    return text_of(value)


def text_of(value: Any) -> str | None:
    """Return the text of a string, a message, content parts or a scalar."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Mapping):
        if value.get("type") in ("reasoning", "thinking", "redacted_thinking", "tool_use"):
            return None
        for key in ("text", "content", "value", "prompt", "parts", "answer", "message", "output"):
            if value.get(key) is not None:
                return text_of(value[key])
        return None
    if isinstance(value, list):
        texts = [text for item in value if (text := text_of(item)) is not None]
        return "\n".join(texts) if texts else None
    return None


def answer_in(value: Any) -> Any:
    """Return an answer, or the list of an expert's answers if it is a list of plain texts."""
    if isinstance(value, list) and value:
        if all(isinstance(item, list) for item in value):
            return [text for item in value if (text := text_of(item)) is not None] or None
        if any(isinstance(item, Mapping) for item in value):
            return text_of(value)
        return [item for item in value if item is not None] or None
    if isinstance(value, Mapping):
        if len(value) == 1:
            return answer_in(next(iter(value.values())))
        return text_of(value)
    return value


def role(turn: JsonObject) -> str:
    """Return the role of a chat's turn, "" if it has none."""
    return str(
        turn.get("role")
        or turn.get("from")
        or value_at(turn, "author.role|author|sender|type")
        or ""
    )


def decoded(value: Any) -> Any:
    """Return the value in a table's cell, in JSON or as Python writes it, or the cell itself."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"[", "{"}:
        return value
    import ast

    for read in (json.loads, ast.literal_eval):
        try:
            found = read(value.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        return found if isinstance(found, (list, dict)) else value
    return value
