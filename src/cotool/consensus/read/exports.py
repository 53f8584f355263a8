"""Answers as batch services and evaluation platforms wrap them.

Sources: OpenAI Batch API (output and error files), Anthropic Message Batches (results), traces of
LangSmith and Braintrust.
"""

from __future__ import annotations

from collections.abc import Iterator

from cotool._typing import Any
from cotool.consensus.read.responses import Record
from cotool.consensus.read.tool_values import asked
from cotool.consensus.read.values import clean
from cotool.consensus.read.wrappers import opened
from cotool.errors import InputError
from cotool.io.json_stream import too_deep


def unpacked(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield the records that a value of a file holds, each with its place, usually itself."""
    try:
        yield from opened(value, where)
    except RecursionError:
        raise too_deep(where) from None


def is_step(value: Any) -> bool:
    """Whether a record is a step within a traced call; the call itself has the answer."""
    if not isinstance(value, dict):
        return False
    if "root_span_id" in value and "span_id" in value:
        return bool(value["root_span_id"] != value["span_id"])
    return "run_type" in value and value.get("parent_run_id") is not None


def check_succeeded(value: Any, where: str) -> None:
    """Raise InputError if a record of a batch says that its request failed, and why."""
    if not isinstance(value, dict) or "custom_id" not in value:
        return
    response, result = value.get("response"), value.get("result")
    reason: str | None = None
    if isinstance(result, dict) and result.get("type") in ("errored", "canceled", "expired"):
        reason = _reason(result.get("error")) or str(result["type"])
    elif "error" in value and response is None and result is None:
        reason = _reason(value["error"]) or "no response"
    elif isinstance(response, dict) and response.get("status_code", 200) not in range(200, 300):
        body = response.get("body")
        reason = _reason(body) or f"status {response['status_code']}"
    if reason is not None:
        raise InputError(
            f"{where}: the request {value['custom_id']!r} failed: {reason}",
            hint="leave such rows out with `skip_bad`",
        )


def requested(value: Any) -> Record | None:
    """Return a request that was sent in a batch as a question without responses, if it is one."""
    if not isinstance(value, dict) or not isinstance(value.get("custom_id"), str):
        return None
    body = value.get("body", value.get("params"))
    if not isinstance(body, dict) or "response" in value or "result" in value:
        return None
    text = asked(body.get("messages", body.get("input", body.get("prompt"))))
    return Record(clean(value["custom_id"]), clean(text), (), whole=False) if text else None


def _reason(error: Any) -> str | None:
    """Return the innermost message of an error."""
    for _ in range(3):
        if isinstance(error, dict):
            error = error.get("error") or error.get("message")
    return error if isinstance(error, str) and error else None
