"""Answers as APIs stream them: the pieces of each are joined.

Sources: server-sent events (WHATWG HTML), and the chunks of OpenAI (Chat Completions, Responses),
Anthropic, Gemini and Ollama, as events or as lines of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read.paths import value_at
from cotool.errors import InputError
from cotool.io.json_stream import decode_text, read_line

if TYPE_CHECKING:
    import io

    Values = Iterator[tuple[str, Any]]

_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b": ")
_ENDS = ("[DONE]", "message_stop", "response.completed", "response.incomplete")
_BEGINS = ("message_start", "response.created")
# Where a chunk has a piece of the text, and why it is the last one.
_TEXT = "delta.content|delta.text|text|content.parts.0.text|message.content|response"
_REASON = (
    "finish_reason|finishReason|delta.stop_reason|done_reason|response.incomplete_details.reason"
)


def read_events(stream: io.BufferedReader, name: str, first: bytes, number: int) -> Values:
    """Yield the data of each event, with its place."""
    line = first
    while line:
        where = f"{name}, line {number}"
        if line.startswith(b"data:"):
            text = decode_text(line[5:], where).strip()
            try:
                yield where, text if text in _ENDS else json.loads(text)
            except (ValueError, RecursionError) as error:
                raise InputError(
                    f"{where}: the event is not JSON: {error}", hint="expected data: {…}"
                ) from None
        elif line.strip() and not line.startswith(_FIELDS):
            raise InputError(
                f"{where}: is not a line of an event", hint="expected data: {…} or event: …"
            )
        number += 1
        line = read_line(stream, name, number)


def is_chunk(value: Any) -> bool:
    """Whether a value is a piece of a streamed answer."""
    if not isinstance(value, Mapping):
        return False
    delta = value_at(value, "choices.0.delta")
    return (
        isinstance(delta, Mapping)
        or value.get("type") in _BEGINS
        or (value.get("done") is False and ("message" in value or "response" in value))
    )


@dataclass
class _Answer:
    where: str
    model: str | None = None
    texts: dict[int, str] = field(default_factory=dict)
    reason: str | None = None

    def record(self) -> dict[str, Any]:
        texts = list(self.texts.values())
        content = texts if len(texts) > 1 else texts[0]
        # A stream that does not end is cut off.
        record = {"content": content, "finish_reason": self.reason or "length"}
        return {**record, "model": self.model} if self.model else record


def joined(values: Iterable[tuple[str, Any]], name: str) -> Values:
    """Yield an answer for the chunks of each, which follow each other or have an id in common."""
    found: dict[object, _Answer] = {}
    current: object = None
    for where, value in values:
        chunk = value if isinstance(value, Mapping) else {"type": value}
        kind = chunk.get("type")
        named = value_at(chunk, "message.id|response.id|responseId|id")
        if isinstance(named, str) and not str(kind).startswith("content_block"):
            current = named
        answer = found.setdefault(current, _Answer(where))
        model = value_at(chunk, "model|message.model|response.model|modelVersion")
        answer.model = model if isinstance(model, str) else answer.model
        _add(answer, chunk)
        if kind in _ENDS or chunk.get("done") is True:
            answer.reason = answer.reason or "stop"
            current = object()
    told = [answer for answer in found.values() if any(answer.texts.values())]
    if not told:
        where = next((answer.where for answer in found.values()), name)
        raise InputError(f"{where}: the events hold no text", hint="expected chunks of an answer")
    yield from ((answer.where, answer.record()) for answer in told)


def _add(answer: _Answer, chunk: Mapping[str, Any]) -> None:
    """Add what a chunk says to its answer."""
    if chunk.get("type") == "response.output_text.delta":
        parts: list[Any] = [{"text": chunk.get("delta")}]
    elif chunk.get("type") == "response.incomplete":
        parts = [chunk]
    else:
        parts = chunk.get("choices") or chunk.get("candidates") or [chunk]
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, Mapping):
            continue
        text, reason = value_at(part, _TEXT), value_at(part, _REASON)
        if isinstance(text, str):
            place = part.get("index", 0) if part is not chunk else 0
            answer.texts[place] = answer.texts.get(place, "") + text
        answer.reason = reason if isinstance(reason, str) else answer.reason
