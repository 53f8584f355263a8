"""Records of annotation tools and crowd platforms, made canonical.

A canonical record has `question`, `question_id`, `content` (or `responses`), `expert`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from cotool._typing import Any
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
    raise FailedError("holds spans of a text, which are not compared", hint=_NO_SPANS)
    yield {}


def _by_question(found: Mapping[str, Any], identity: Any, text: Any, kept: dict[str, Any]) -> Made:
    """Yield one record per question about an item; if there is only one, it has the item's id."""
    several = kept["several"] = len(found) > 1 or bool(kept.get("several"))
    for name, answers in found.items():
        yield {
            "question_id": f"{identity}/{name}" if several and identity is not None else identity,
            "question": f"{text or ''}\n{name}".strip() if several else text,
            "responses": answers,
        }


def _set_text(value: Any) -> str:
    """Return an answer as text; labels that were given together are sorted."""
    if not isinstance(value, list):
        return "" if value is None else str(text_of(value))
    plain = (
        value_at(one, "value|choice|name") or one if isinstance(one, Mapping) else one
        for one in value
    )
    return ", ".join(sorted(str(one) for one in plain if one is not None))


def label_studio(item: JsonObject, kept: dict[str, Any]) -> Made:
    """One task: each control is a question, each annotator an expert."""
    done = [
        one for one in item["annotations"]
        if isinstance(one, Mapping) and not one.get("was_cancelled") and one.get("result")
    ]  # fmt: skip
    controls: dict[str, dict[str, list[str]]] = {}
    for place, annotation in enumerate(done, 1):
        who = annotation.get("completed_by")
        if isinstance(who, Mapping):
            who = value_at(who, "email|username|id")
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
    found = {
        control: {name: _set_text(labels) for name, labels in answers.items()}
        for control, answers in controls.items()
    }
    yield from _by_question(found, value_at(item, "id|inner_id"), asked(item["data"]), kept)


def _studio_labels(result: JsonObject) -> list[str] | None:
    value = result.get("value") or {}
    if "start" in value or "x" in value or "points" in value:
        return None
    found = value_at(value, "choices|labels|taxonomy|text|rating|number|datetime|selected")
    if found is None:
        return None
    return [
        " / ".join(map(str, one)) if isinstance(one, list) else str(one)
        for one in (found if isinstance(found, list) else [found])
    ]


def labelbox(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """One data row: its classifications, grouped by annotator."""
    answers: dict[str, dict[str, str]] = {}
    for label in value_at(list(item["projects"].values()), "*.labels.*") or ():
        for one in label if isinstance(label, list) else [label]:
            who = str(value_at(one, "label_details.created_by") or f"label {len(answers) + 1}")
            for given in value_at(one, "annotations.classifications") or ():
                answer = value_at(given, "radio_answer.name|text_answer.content")
                text = str(answer) if answer else _set_text(given.get("checklist_answers"))
                answers.setdefault(str(given.get("name")), {})[who] = text
    if not answers:
        raise FailedError("the data row has no classification")
    identity = value_at(item, "data_row.external_id|data_row.id")
    text = value_at(item, "data_row.row_data")
    yield from _by_question(answers, identity, text, {"several": True})


def labelbox_row(row: JsonObject, _kept: dict[str, Any]) -> Made:
    """One label of a table of Labelbox: its classifications are JSON in a cell."""
    label = decoded(row["Label"])
    if isinstance(label, str):
        label = {"classifications": [{"title": "", "answer": label}]}
    found: dict[str, str] = {}
    for one in value_at(label, "classifications") or ():
        answer = one.get("answer", one.get("answers"))
        chosen = value_at(answer, "title|value") if isinstance(answer, Mapping) else answer
        found[str(value_at(one, "title|value"))] = _set_text(
            value_at(chosen, "*.title") if isinstance(chosen, list) else chosen
        )
    if not found:
        raise FailedError("the label has no classification", hint=_NO_SPANS)
    identity = value_at(row, "External ID|DataRow ID")
    for name, text in found.items():
        several = len(found) > 1
        yield {
            "question_id": f"{identity}/{name}" if several else identity,
            "question": f"{row['Labeled Data']}\n{name}" if several else row["Labeled Data"],
            "content": text,
            "expert": row["Created By"],
        }


def prodigy(item: JsonObject, kept: dict[str, Any]) -> Made:
    """One decision: the chosen options, or accept or reject for one label."""
    decision, chosen, label = item.get("answer"), item.get("accept"), item.get("label")
    if decision == "ignore" or (decision == "reject" and isinstance(chosen, list)):
        return
    if item.get("spans") and "accept" not in item and "label" not in item:
        yield from refuse_spans(item, kept)
    content = _set_text(chosen) if isinstance(chosen, list) else str(decision)
    who = value_at(item, "_annotator_id|_session_id")
    text = value_at(item, "text|image|audio|video|html")
    record = {
        "question": f"{text}\n{label}" if label and not isinstance(chosen, list) else text,
        "content": content,
    }
    yield record if who is None else {**record, "expert": who}


def argilla(item: JsonObject, kept: dict[str, Any]) -> Made:
    """One record: each question with its users' values."""
    given = item["responses"]
    if isinstance(given, Mapping):
        pairs = [
            (question, answer, answer.get("value"))
            for question, answers in given.items()
            for answer in (answers if isinstance(answers, list) else [answers])
            if isinstance(answer, Mapping)
        ]
    else:
        pairs = [
            (question, answer, one.get("value") if isinstance(one, Mapping) else one)
            for answer in given
            for question, one in (answer.get("values") or {}).items()
        ]
    found: dict[str, list[dict[str, str]]] = {}
    for question, answer, value in pairs:
        if answer.get("status") not in ("discarded", "draft"):
            answers = found.setdefault(question, [])
            who = str(answer.get("user_id") or f"user {len(answers) + 1}")
            answers.append({"expert": who, "content": _set_text(value)})
    if not found:
        raise FailedError("the row has no submitted response")
    identity = value_at(item, "id|external_id|_server_id")
    yield from _by_question(found, identity, asked(item["fields"]), kept)


def is_argilla_table(row: JsonObject) -> bool:
    """Whether there are columns named `x.responses` and `x.responses.users`."""
    return any(str(key).endswith(".responses") and f"{key}.users" in row for key in row)


def argilla_table(row: JsonObject, kept: dict[str, Any]) -> Made:
    """One row of an Argilla dataset on the Hub."""
    asking = [key for key in row if str(key).endswith(".responses") and f"{key}.users" in row]
    kept["several"] = len(asking) > 1
    text = asked(
        {
            key: value
            for key, value in row.items()
            if "." not in key and isinstance(value, str) and key not in {"id", "status"}
        }
    )
    found = {}
    for key in asking:
        users, values = decoded(row[f"{key}.users"]), decoded(row[key])
        if not values:
            continue
        if not (isinstance(users, list) and isinstance(values, list)):
            raise FailedError(f"{key!r} and {key + '.users'!r} hold no lists")
        found[key.removesuffix(".responses")] = [
            {"expert": str(user), "content": _set_text(value)}
            for user, value in zip(users, values, strict=False)
        ]
    yield from _by_question(found, row.get("id"), text, kept)


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
    yield {
        "question_id": str(item["subject_ids"]),
        "question": f"{first}\nsubject {item['subject_ids']}".strip(),
        "content": ", ".join(value for value in values if value),
        "expert": value_at(item, "user_name|user_id"),
        "timestamp": item.get("created_at"),
    }


def _zooniverse_value(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, list) and any(isinstance(one, Mapping) and "x" in one for one in value):
        return None
    return _set_text(value)


def task_answers(row: JsonObject, kept: dict[str, Any]) -> Made:
    """One assignment: Answer.taskAnswers holds JSON, radio buttons as true and false."""
    answers = decoded(row["Answer.taskAnswers"])
    answers = answers[0] if isinstance(answers, list) and answers else answers
    if not isinstance(answers, Mapping) or not answers:
        raise FailedError("Answer.taskAnswers holds no answers")
    inputs = [str(value) for key, value in row.items() if key.startswith("Input.") and value]
    for record in _by_question(answers, row["HITId"], "\n".join(inputs), kept):
        value = record.pop("responses")
        if isinstance(value, Mapping):
            value = _set_text([key for key, on in value.items() if on is True])
        content = value if isinstance(value, (str, int, float)) else json.dumps(value)
        yield {**record, "content": content, "expert": row.get("WorkerId"), "timestamp": None}


def ground_truth(item: JsonObject, kept: dict[str, Any]) -> Made:
    """The answers about one object: one control per question, one worker per answer."""
    found: dict[str, dict[str, str]] = {}
    for one in value_at(item, "answers|humanAnswers"):
        for control, value in (one.get("answerContent") or {}).items():
            text = _set_text(value_at(value, "label|labels") or value)
            found.setdefault(control, {})[str(one.get("workerId"))] = text
    if "humanLoopName" in item:
        asks = asked(item.get("inputContent"))
        yield from _by_question(found, item["humanLoopName"], asks, kept)
        return
    for control, answers in found.items():
        yield {"question_id": control, "question": control, "responses": answers}


def toloka(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """One assignment: one performer's solutions of several tasks."""
    if not item["solutions"]:
        raise FailedError("the assignment has no solution")
    for task, solution in zip(item["tasks"], item["solutions"], strict=True):
        given = solution["output_values"]
        for name, value in given.items():
            yield {
                "question_id": f"{task['id']}/{name}" if len(given) > 1 else task["id"],
                "question": asked(task["input_values"]),
                "content": _set_text(value),
                "expert": item["user_id"],
            }


def kili(item: JsonObject, kept: dict[str, Any]) -> Made:
    """One asset: each job is a question, each author of a label an expert."""
    found: dict[str, dict[str, str]] = {}
    for place, label in enumerate(item["labels"], 1):
        who = str(value_at(label, "author.email|author.id") or f"annotator {place}")
        if label.get("isLatestLabelForUser") is False:
            continue
        for job, given in (label.get("jsonResponse") or {}).items():
            chosen = value_at(given, "categories.*.name") or [value_at(given, "text")]
            if any(chosen):
                found.setdefault(job, {})[who] = _set_text(chosen)
    if not found:
        raise FailedError("the asset has no classification", hint=_NO_SPANS)
    yield from _by_question(found, value_at(item, "externalId|id"), item.get("content"), kept)
