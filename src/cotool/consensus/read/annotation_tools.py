"""Records of annotation tools and crowd platforms, made canonical.

A canonical record has `question`, `question_id`, `content` (or `responses`), `expert`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cotool.consensus.read.paths import value_at
from cotool.consensus.read.tool_values import FailedError, JsonObject, Made, asked, decoded, text_of

_NO_SPANS = "export one label per span or per text; `content` names another key"


def holds_spans(row: JsonObject) -> bool:
    """Whether a list holds spans: `[0, 5, "ORG"]`."""
    return any(
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(one, list)
            and len(one) == 3
            and isinstance(one[0], int)
            and isinstance(one[1], int)
            and isinstance(one[2], str)
            for one in value
        )
        for value in row.values()
    )


def refuse_spans(_row: JsonObject, _kept: dict[str, Any]) -> Made:
    """Raise FailedError: spans cannot be compared as answers."""
    raise FailedError(
        "holds spans of a text, which are not compared",
        hint=_NO_SPANS,
    )
    yield {}


def label_studio(item: JsonObject, kept: dict[str, Any]) -> Made:
    """One task: each control is a question, each annotator an expert."""
    done = [
        one for one in item["annotations"]
        if isinstance(one, Mapping) and not one.get("was_cancelled") and one.get("result")
    ]  # fmt: skip
    task = item.get("id", item.get("inner_id"))
    text = asked(item["data"])
    controls: dict[str, dict[str, list[str]]] = {}
    for place, annotation in enumerate(done, 1):
        who = annotation.get("completed_by")
        if isinstance(who, Mapping):
            who = who.get("email") or who.get("username") or who.get("id")
        name = str(who) if who is not None else f"annotator {place}"
        for result in annotation["result"]:
            labels = _studio_labels(result)
            if labels is not None:
                control = str(result.get("from_name") or "")
                controls.setdefault(control, {}).setdefault(name, []).extend(labels)
    if not controls:
        if done:
            yield from refuse_spans(item, kept)
        raise FailedError("the task has no finished annotation")
    for control, answers in controls.items():
        several = len(controls) > 1 or kept.get("controls")
        kept["controls"] = several
        yield {
            "question_id": f"{task}/{control}" if several else task,
            "question": f"{text}\n{control}" if several else text,
            "responses": {name: ", ".join(sorted(labels)) for name, labels in answers.items()},
        }


def _studio_labels(result: JsonObject) -> list[str] | None:
    value = result.get("value") or {}
    if "start" in value or "x" in value or "points" in value:
        return None
    for key in (
        *("choices", "labels", "taxonomy", "text", "rating", "number", "datetime", "selected"),
    ):
        found = value.get(key)
        if found is not None:
            found = found if isinstance(found, list) else [found]
            return [
                " / ".join(map(str, one)) if isinstance(one, list) else str(one) for one in found
            ]
    return None


def labelbox(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """One data row: its classifications, grouped by annotator."""
    answers: dict[str, dict[str, str]] = {}
    for label in value_at(list(item["projects"].values()), "*.labels.*") or ():
        for one in label if isinstance(label, list) else [label]:
            who = str(value_at(one, "label_details.created_by") or f"label {len(answers) + 1}")
            for given in value_at(one, "annotations.classifications") or ():
                answer = value_at(given, "radio_answer.name|text_answer.content")
                chosen = value_at(given, "checklist_answers.*.name") or []
                text = str(answer) if answer else ", ".join(sorted(map(str, chosen)))
                answers.setdefault(str(given.get("name")), {})[who] = text
    if not answers:
        raise FailedError("the data row has no classification")
    identity = value_at(item, "data_row.external_id|data_row.id")
    for name, said_by in answers.items():
        yield {
            "question_id": f"{identity}/{name}",
            "question": f"{value_at(item, 'data_row.row_data') or ''}\n{name}".strip(),
            "responses": said_by,
        }


def prodigy(item: JsonObject, kept: dict[str, Any]) -> Made:
    """One decision: the chosen options, or accept or reject for one label."""
    decision = item.get("answer")
    if decision == "ignore":
        return
    if item.get("spans") and "accept" not in item and "label" not in item:
        yield from refuse_spans(item, kept)
    chosen = item.get("accept")
    if isinstance(chosen, list):
        if decision == "reject":
            return
        content = ", ".join(sorted(map(str, chosen)))
    else:
        content = str(decision)
    label = item.get("label")
    who = value_at(item, "_annotator_id|_session_id")
    text = value_at(item, "text|image|audio|video|html")
    record = {
        "question": f"{text}\n{label}" if label and not isinstance(chosen, list) else text,
        "content": content,
    }
    if who is not None:
        record["expert"] = who
    yield record


def argilla(item: JsonObject, kept: dict[str, Any]) -> Made:
    """One record: each question with its users' values."""
    given = item["responses"]
    text = asked(item["fields"])
    found: dict[str, list[tuple[str, Any]]] = {}
    if isinstance(given, Mapping):
        for question, answers in given.items():
            for answer in answers if isinstance(answers, list) else [answers]:
                if isinstance(answer, Mapping) and answer.get("status") not in {
                    "discarded",
                    "draft",
                }:
                    found.setdefault(question, []).append(
                        (str(answer.get("user_id") or ""), answer.get("value"))
                    )
    else:
        for answer in given:
            if answer.get("status") in {"discarded", "draft"}:
                continue
            for question, one in (answer.get("values") or {}).items():
                value = one.get("value") if isinstance(one, Mapping) else one
                found.setdefault(question, []).append((str(answer.get("user_id")), value))
    if not found:
        raise FailedError("the record has no submitted response")
    identity = value_at(item, "id|external_id|_server_id")
    for question, answers in found.items():
        several = len(found) > 1 or kept.get("several")
        kept["several"] = several
        yield {
            "question_id": f"{identity}/{question}" if several and identity else identity,
            "question": f"{text}\n{question}" if several else text,
            "responses": [
                {"expert": str(user or f"user {place}"), "content": _set_text(value)}
                for place, (user, value) in enumerate(answers, 1)
            ],
        }


def is_argilla_table(row: JsonObject) -> bool:
    """Whether there are columns named `x.responses` and `x.responses.users`."""
    return any(str(key).endswith(".responses") and f"{key}.users" in row for key in row)


def argilla_table(row: JsonObject, _kept: dict[str, Any]) -> Made:
    """One row of an Argilla dataset on the Hub."""
    asking = [key for key in row if str(key).endswith(".responses") and f"{key}.users" in row]
    text = asked(
        {
            key: value
            for key, value in row.items()
            if "." not in key and isinstance(value, str) and key not in {"id", "status"}
        }
    )
    for key in asking:
        values, users = decoded(row[key]), decoded(row[f"{key}.users"])
        if not values:
            continue
        question = key.removesuffix(".responses")
        yield {
            "question_id": f"{row.get('id')}/{question}" if len(asking) > 1 else row.get("id"),
            "question": f"{text}\n{question}" if len(asking) > 1 else text,
            "responses": [
                {"expert": str(user), "content": _set_text(value)}
                for user, value in zip(users, values, strict=False)
            ],
        }


def _set_text(value: Any) -> str:
    if isinstance(value, list):
        shown = [
            str(one.get("value", one)) if isinstance(one, Mapping) else str(one) for one in value
        ]
        return ", ".join(sorted(shown))
    return "" if value is None else str(text_of(value))


def zooniverse(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """One classification: the answers to its tasks, in order."""
    annotations = decoded(item["annotations"])
    if not isinstance(annotations, list):
        raise FailedError("the annotations are not JSON")
    values = [
        _zooniverse_value(one.get("value")) for one in annotations if isinstance(one, Mapping)
    ]
    if any(value is None for value in values):
        raise FailedError("holds marks on an image, which are not compared")
    first = str(value_at(annotations, "0.task_label") or "").strip()
    user = item.get("user_name") or item.get("user_id")
    yield {
        "question_id": str(item["subject_ids"]),
        "question": f"{first}\nsubject {item['subject_ids']}".strip(),
        "content": ", ".join(value for value in values if value),
        "expert": user,
        "timestamp": item.get("created_at"),
    }


def _zooniverse_value(value: Any) -> str | None:
    if isinstance(value, list):
        if any(isinstance(one, Mapping) and "x" in one for one in value):
            return None
        return ", ".join(
            sorted(
                str(one.get("choice", one.get("value", one)))
                if isinstance(one, Mapping)
                else str(one)
                for one in value
            )
        )
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True)
    return "" if value is None else str(value)


def task_answers(row: JsonObject, _kept: dict[str, Any]) -> Made:
    """One assignment: Answer.taskAnswers holds JSON, radio buttons as true and false."""
    answers = decoded(row["Answer.taskAnswers"])
    answers = answers[0] if isinstance(answers, list) and answers else answers
    if not isinstance(answers, Mapping) or not answers:
        raise FailedError("Answer.taskAnswers holds no answers")
    inputs = [value for key, value in row.items() if key.startswith("Input.") and value]
    for name, given in answers.items():
        value = given
        if isinstance(given, Mapping):
            value = ", ".join(sorted(str(key) for key, on in given.items() if on is True))
        several = len(answers) > 1
        yield {
            "question_id": f"{row['HITId']}/{name}" if several else row["HITId"],
            "question": "\n".join([*map(str, inputs), *([name] if several else [])]),
            "content": value if isinstance(value, (str, int, float)) else json.dumps(value),
            "expert": row.get("WorkerId"),
            "timestamp": None,
        }


def ground_truth(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """One object's answers: a control per question, a worker per answer."""
    found: dict[str, dict[str, str]] = {}
    for one in item["answers"]:
        for control, value in (one.get("answerContent") or {}).items():
            text = value_at(value, "label|labels") or value
            labels = text if isinstance(text, list) else [text_of(text)]
            found.setdefault(control, {})[str(one.get("workerId"))] = ", ".join(
                sorted(str(label) for label in labels if label is not None)
            )
    for control, answers in found.items():
        yield {"question_id": control, "question": control, "responses": answers}


def kili(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """One asset: each job is a question, each author of a label an expert."""
    found: dict[str, dict[str, str]] = {}
    for place, label in enumerate(item["labels"], 1):
        who = str(value_at(label, "author.email|author.id") or f"annotator {place}")
        if label.get("isLatestLabelForUser") is False:
            continue
        for job, given in (label.get("jsonResponse") or {}).items():
            chosen = value_at(given, "categories.*.name") or [value_at(given, "text")]
            if any(chosen):
                found.setdefault(job, {})[who] = ", ".join(sorted(map(str, chosen)))
    if not found:
        raise FailedError("the asset has no classification", hint=_NO_SPANS)
    identity = value_at(item, "externalId|id")
    for job, answers in found.items():
        several = len(found) > 1
        yield {
            "question_id": f"{identity}/{job}" if several else identity,
            "question": f"{item.get('content') or ''}\n{job}" if several else item.get("content"),
            "responses": answers,
        }
