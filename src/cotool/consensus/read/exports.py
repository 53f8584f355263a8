"""Answers as batch services and evaluation platforms wrap them.

Sources: OpenAI Batch API (output and error files), Anthropic Message Batches (results), LangSmith's
run format, Braintrust's experiment events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cotool.consensus.read.responses import Record
from cotool.consensus.read.tool_values import asked
from cotool.consensus.read.values import clean
from cotool.consensus.read.wrappers import opened
from cotool.errors import InputError
from cotool.io.json_values import too_deep


def unpacked(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield the records that a value of a file holds, each with its place, usually itself.

    Steps within a traced call are left out: the call itself has the answer. Raises InputError
    where a record says that its request failed.
    """
    if _is_step(value):
        return
    try:
        for there, item in [(where, value)] if _is_run(value) else opened(value, where):
            if not _is_step(item):
                yield there, _run(item, there) if _is_run(item) else item
    except RecursionError:
        raise too_deep(where) from None


def check_succeeded(value: Any, where: str) -> None:
    """Raise InputError if a record of a batch says that its request failed, and why."""
    if not isinstance(value, dict) or "custom_id" not in value:
        return
    response, result = value.get("response"), value.get("result")
    reason: str | None = None
    if isinstance(result, dict) and result.get("type") in {"errored", "canceled", "expired"}:
        reason = _reason(result.get("error")) or str(result["type"])
    elif "error" in value and response is None and result is None:
        reason = _reason(value["error"]) or "no response"
    elif isinstance(response, dict) and response.get("status_code", 200) not in range(200, 300):
        body = response.get("body")
        reason = _reason(body) or f"status {response['status_code']}"
    if reason is not None:
        raise InputError(
            f"{where}: the request {value['custom_id']!r} failed: {reason}",
            hint="leave such records out with `skip_bad`",
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


def _is_run(value: Any) -> bool:
    return isinstance(value, dict) and "run_type" in value


def _is_step(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if "root_span_id" in value and "span_id" in value:
        return bool(value["root_span_id"] != value["span_id"])
    return "run_type" in value and value.get("parent_run_id") is not None


def _run(value: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a run as a record: question, answer, model, and the example that it was run on."""
    inputs, outputs = value.get("inputs"), value.get("outputs")
    if not outputs:
        raise InputError(
            f"{where}: the run {value.get('name')!r} has no outputs: "
            + (_reason(value.get("error")) or "it has not ended"),
            hint="leave such records out with `skip_bad`",
        )
    extra = value.get("extra")
    metadata = extra.get("metadata") if isinstance(extra, dict) else None
    model = metadata.get("ls_model_name") if isinstance(metadata, dict) else None
    record = {
        "question": inputs,
        "content": _said(outputs),
        "model": model or value.get("name"),
        "timestamp": value.get("start_time"),
        "metadata": {"run": value.get("id"), "feedback": value.get("feedback_stats")},
    }
    if value.get("reference_example_id"):
        record["question_id"] = value["reference_example_id"]
    return record


def _said(outputs: Any) -> Any:
    """Return the answer in a run's outputs: the last message, the texts generated."""
    if not isinstance(outputs, dict):
        return outputs
    generations, messages = outputs.get("generations"), outputs.get("messages")
    if isinstance(generations, list):
        flat = [
            item
            for group in generations
            for item in (group if isinstance(group, list) else [group])
        ]
        return [item.get("text") if isinstance(item, dict) else item for item in flat]
    if isinstance(messages, list) and messages:
        last = messages[-1]
        if isinstance(last, dict) and isinstance(last.get("kwargs"), dict):
            return last["kwargs"].get("content")
        return last.get("content") if isinstance(last, dict) else last
    if len(outputs) == 1:
        return next(iter(outputs.values()))
    return outputs
