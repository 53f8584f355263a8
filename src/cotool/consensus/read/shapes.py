"""Records of known tools whose form key paths alone cannot describe, made canonical.

A canonical record has `question`, `question_id`, `content` (or `responses`), `expert`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cotool._lazy import lazy_pattern
from cotool.consensus.read import names
from cotool.consensus.read.paths import value_at

Record = Mapping[str, Any]
Made = Iterator[dict[str, Any]]

_USERS = frozenset({"user", "human", "HUMAN", "prompter"})
_ASSISTANTS = frozenset({"assistant", "gpt", "model", "bot", "chatgpt", "ai", "BOT"})
_TRANSCRIPTS = ("messages", "conversation", "conversations", "chat", "dialogue", "convo")
_PROVIDER = lazy_pattern(r"\[([^\]]+)\] (.+)", re.DOTALL)
_VERDICT = lazy_pattern(r"\[(PASS|FAIL|ERROR)\](?: \([\d.]+\))? ?")
_QUESTIONS = (
    "question", "problem", "query", "prompt", "instruction", "input", "text", "Question",
    "problem_statement", "ctx", "sentence", "premise", "goal",
)  # fmt: skip


class FailedError(Exception):
    """A record holds no answer, and why."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def reason(item: Record) -> str | None:
    """Return why a record holds no answer, in the words of the tool that wrote it."""
    for path in ("error.message", "error.errorMessage", "error", "errorMessage", "status"):
        found = value_at(item, path)
        if isinstance(found, str) and found:
            return f"the request failed: {found}"
    return None


def asked(value: Any) -> str | None:
    """Return a question's text: a string, or what the user says in a list of messages."""
    if isinstance(value, Mapping):
        inner = next((value[key] for key in _QUESTIONS if value.get(key)), None)
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
        by_user = [turn for turn in turns if _role(turn) in _USERS]
        said_by_user = [text for turn in by_user or turns if (text := text_of(turn))]
        return "\n\n".join(said_by_user) or None
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
        if value.get("type") in {"reasoning", "thinking", "redacted_thinking", "tool_use"}:
            return None
        for key in ("text", "content", "value", "prompt", "parts", "answer", "message", "output"):
            if value.get(key) is not None:
                return text_of(value[key])
        return None
    if isinstance(value, list):
        texts = [text for item in value if (text := text_of(item)) is not None]
        return "\n".join(texts) if texts else None
    return None


def said(value: Any) -> Any:
    """Return an answer, or the list of an expert's answers where it is one of plain texts."""
    if isinstance(value, list) and value:
        if all(isinstance(item, list) for item in value):
            return [text for item in value if (text := text_of(item)) is not None] or None
        if any(isinstance(item, Mapping) for item in value):
            return text_of(value)
        return [item for item in value if item is not None] or None
    if isinstance(value, Mapping):
        if len(value) == 1:
            return said(next(iter(value.values())))
        return text_of(value)
    return value


def _role(turn: Record) -> str:
    return str(turn.get("role") or turn.get("from") or turn.get("author") or turn.get("type") or "")


def decoded(value: Any) -> Any:
    """Return what a cell of a table holds as JSON, else the cell."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


# Evaluation harnesses.


def lm_eval(item: Record, kept: dict[str, Any]) -> Made:
    """One sample: raw responses of one filter, since every filter repeats them."""
    if kept.setdefault("filter", item.get("filter")) != item.get("filter"):
        return
    doc = item.get("doc")
    arguments = item.get("arguments")
    pairs = [
        (value_at(one, "arg_0|0"), value_at(one, "arg_1|1"))
        for one in (arguments.values() if isinstance(arguments, Mapping) else arguments or ())
    ]
    question = (
        next((doc[key] for key in _QUESTIONS if doc.get(key)), None)
        if doc and isinstance(doc, Mapping)
        else None
    )
    parts = [str(item["doc_id"]), str(item.get("doc_hash") or "")[:8]]
    record = {
        "question": asked(question) or (pairs and asked(decoded(pairs[0][0]))) or None,
        "question_id": "/".join(filter(None, parts)),
    }
    responses = [
        one for group in item["resps"] for one in (group if isinstance(group, list) else [group])
    ]
    texts = [one for one in responses if isinstance(one, str)]
    if texts:
        yield {**record, "content": texts}
        return
    likely = [
        float(one[0])
        if isinstance(one, list) and one and isinstance(one[0], (int, float, str))
        else None
        for one in responses
    ]
    choices = [pair[1] for pair in pairs]
    if (
        len(likely) != len(choices)
        or None in likely
        or not all(isinstance(c, str) for c in choices)
        or len(choices) < 2
    ):
        raise FailedError(
            "holds log-likelihoods, no generated text",
            hint="run the task with output_type: generate_until, or --predict_only",
        )
    best = max(range(len(likely)), key=lambda place: likely[place] or 0.0)
    yield {**record, "content": choices[best].strip()}


def inspect_sample(item: Record, kept: dict[str, Any]) -> Made:
    """A sample of an Inspect log that was written apart from its log."""
    content = value_at(item, "output.completion|output.choices.0.message.content")
    if content is None:
        raise FailedError(reason(item) or "the sample has no output")
    header = kept.get("header") or {}
    parts = [value_at(header, "eval.task"), item.get("id")]
    yield {
        "question": asked(item.get("input")),
        "question_id": "/".join(str(part) for part in parts if part is not None),
        "content": said(content),
        "expert": value_at(header, "eval.model") or value_at(item, "output.model"),
    }


def promptfoo(item: Record, _kept: dict[str, Any]) -> Made:
    """One result: the variables are the question, since several prompts may ask it."""
    content = value_at(item, "response.output|output")
    if content is None:
        raise FailedError(reason(item) or "the result has no output")
    provider = value_at(item, "provider.label|provider.id|provider")
    variables = value_at(item, "vars|testCase.vars") or {}
    shown = {key: value for key, value in variables.items() if key != "sessionId"}
    yield {
        "question": asked(shown) or value_at(item, "prompt.raw"),
        "content": content if isinstance(content, str) else json.dumps(content, ensure_ascii=False),
        "expert": provider,
    }


def is_promptfoo_table(row: Record) -> bool:
    """Whether columns are called `[provider] prompt`."""
    return any(_PROVIDER.fullmatch(str(name)) for name in row)


def promptfoo_table(row: Record, _kept: dict[str, Any]) -> Made:
    """One row: variables, then a column per provider and prompt."""
    answers: dict[str, Any] = {}
    question: list[str] = []
    for name, value in row.items():
        match = _PROVIDER.fullmatch(name)
        if match is None:
            if not answers and value:
                question.append(str(value))
            continue
        expert = match[1] if match[1] not in answers else f"{match[1]} {match[2]}"
        if value:
            answers[expert] = _VERDICT.sub("", str(value), count=1)
    if not answers:
        raise FailedError("no provider has an output")
    yield {"question": "\n".join(question), "responses": answers}


def helm(item: Record, kept: dict[str, Any]) -> Made:
    """One request: of multiple choice the first completion, since the others are alternatives."""
    completions = value_at(item, "result.completions")
    if not completions:
        raise FailedError(str(value_at(item, "result.error") or "the request has no completion"))
    spec = kept["document"]["adapter_spec"]
    texts = [str(value_at(one, "text") or "").strip() for one in completions]
    if str(spec.get("method", "")).startswith("multiple_choice"):
        texts = texts[:1]
    question = value_at(item, "instance.input.text|instance.input")
    parts = [value_at(item, path) for path in ("instance.id", "instance.perturbation.name")]
    options = item.get("output_mapping")
    if isinstance(options, Mapping) and question:
        question = "\n".join([question, *(f"{key}. {text}" for key, text in options.items())])
    yield {
        "question": question,
        "question_id": "/".join(str(part) for part in parts if part),
        "content": texts,
        "expert": spec.get("model") or value_at(item, "request.model"),
    }


def openai_evals(item: Record, kept: dict[str, Any]) -> Made:
    """One event: the first sampling of each sample; a later one is that of the grader."""
    if "spec" in item:
        functions = value_at(item, "spec.completion_fns")
        kept["expert"] = functions[0] if isinstance(functions, list) and functions else None
        return
    sample = item.get("sample_id")
    seen = kept.setdefault("seen", set())
    if item.get("type") != "sampling" or sample in seen:
        return
    seen.add(sample)
    data = item.get("data") or {}
    content = said(data.get("sampled"))
    if content is None:
        raise FailedError("nothing was sampled")
    yield {
        "question": asked(data.get("prompt")),
        "question_id": sample,
        "content": content,
        "expert": kept.get("expert"),
        "timestamp": item.get("created_at"),
    }


def evalplus(item: Record, _kept: dict[str, Any]) -> Made:
    """The solutions of one task."""
    solutions = [one for one in (item.get("value") or ()) if isinstance(one, Mapping)]
    texts = [one["solution"] for one in solutions if isinstance(one.get("solution"), str)]
    if not texts:
        raise FailedError("holds results, no solutions", hint="give the file of samples instead")
    yield {"question_id": item[""], "content": texts}


def turns(item: Record, _kept: dict[str, Any]) -> Made:
    """A model's answer to the first turn; each choice is a sample."""
    texts = [text_of(choice["turns"][0]) for choice in item["choices"] if choice.get("turns")]
    yield {
        "question_id": value_at(item, "question_id|uid"),
        "content": [text for text in texts if text is not None],
        "expert": value_at(item, "model_id|model"),
        "timestamp": item.get("tstamp"),
    }


def arena_games(item: Record, _kept: dict[str, Any]) -> Made:
    """A judge's verdict on the first game of two models."""
    verdict = value_at(item, "games.0.score|games.0.judgment.answer|games.0.judgment")
    if verdict is None:
        raise FailedError("the judge gave no verdict")
    yield {
        "question_id": f"{value_at(item, 'question_id|uid')}/{item['model']}",
        "content": text_of(verdict),
        "expert": item["judge"],
    }


def pairs_of_sentences(item: Record, _kept: dict[str, Any]) -> Made:
    """Annotators' labels of a premise and a hypothesis."""
    labels = decoded(item["annotator_labels"])
    yield {
        "question": f"{item['sentence1']}\n{item['sentence2']}",
        "question_id": item.get("pairID"),
        "responses": [label for label in labels if label],
    }


# Services.


def phoenix(item: Record, _kept: dict[str, Any]) -> Made:
    """One span: calls of a model count, chains and tools around them do not."""
    kind = item.get("span_kind")
    if kind is not None and kind != "LLM":
        return
    question = decoded(value_at(item, "attributes.input.value"))
    answer = decoded(value_at(item, "attributes.output.value"))
    if isinstance(question, Mapping) and isinstance(question.get("messages"), list):
        question = question["messages"]
    choices = value_at(answer, "choices.*.message.content")
    yield {
        "question": asked(question),
        "content": choices or said(answer),
        "expert": value_at(item, "attributes.llm.model_name"),
        "timestamp": item.get("start_time"),
    }


def is_transcript(row: Record) -> bool:
    """Whether a record is a chat that ends with the assistant, and has no answer beside it."""
    chat = _chat(row)
    if not chat or not isinstance(chat[-1], Mapping) or _role(chat[-1]) not in _ASSISTANTS:
        return False
    return not any(
        value and names.hint_of(str(key)) == names.Hint(names.ANSWER, names.STRONG)
        for key, value in row.items()
        if key not in _TRANSCRIPTS
    )


def _chat(row: Any) -> list[Any] | None:
    chat = next((row[key] for key in _TRANSCRIPTS if row.get(key)), None)
    chat = decoded(chat)
    return chat if isinstance(chat, list) and len(chat) > 1 else None


def transcript(row: Record, _kept: dict[str, Any]) -> Made:
    """A chat: what the user says is the question, the last turn of the assistant the answer."""
    chat = _chat(row) or (row.get("value") if isinstance(row.get("value"), list) else None)
    if not chat or not isinstance(chat[-1], Mapping) or _role(chat[-1]) not in _ASSISTANTS:
        raise FailedError("the conversation does not end with an answer")
    record = {"question": asked(chat[:-1]), "content": text_of(chat[-1])}
    identity = next(
        (row[key] for key in row if names.hint_of(str(key)).part == names.ITEM_ID
         and names.words_of(str(key)) not in {("id",), ("idx",), ("index",)}), None
    )  # fmt: skip
    if identity is not None:
        record["question_id"] = identity
    expert = next((row[key] for key in row if _is_expert(key) and isinstance(row[key], str)), None)
    if expert:
        record["expert"] = expert
    yield record


def _is_expert(key: Any) -> bool:
    hint = names.hint_of(str(key))
    return hint.part == names.EXPERT and hint.weight >= names.STRONG


# People.


def holds_spans(row: Record) -> bool:
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


def refuse_spans(_row: Record, _kept: dict[str, Any]) -> Made:
    """Spans are no answers."""
    raise FailedError(
        "holds spans of a text, which are not compared",
        hint="export one label per span or per text; --content-key names another key",
    )
    yield {}


def label_studio(item: Record, kept: dict[str, Any]) -> Made:
    """One task: annotations by who completed them; each control is a question."""
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


def _studio_labels(result: Record) -> list[str] | None:
    value = result.get("value") or {}
    if "start" in value or "x" in value or "points" in value:
        return None
    for key in ("choices", "labels", "taxonomy", "text", "rating", "number", "datetime"):
        found = value.get(key)
        if found is not None:
            found = found if isinstance(found, list) else [found]
            return [
                " / ".join(map(str, one)) if isinstance(one, list) else str(one) for one in found
            ]
    return None


def labelbox(item: Record, _kept: dict[str, Any]) -> Made:
    """One data row: the classifications of each label, by who made it."""
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


def prodigy(item: Record, kept: dict[str, Any]) -> Made:
    """One decision: the options that were chosen, or accept and reject of a label."""
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


def argilla(item: Record, kept: dict[str, Any]) -> Made:
    """One record: each question with the values that users gave."""
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


def is_argilla_table(row: Record) -> bool:
    """Whether columns are called `x.responses` and `x.responses.users`."""
    return any(str(key).endswith(".responses") and f"{key}.users" in row for key in row)


def argilla_table(row: Record, _kept: dict[str, Any]) -> Made:
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


def zooniverse(item: Record, _kept: dict[str, Any]) -> Made:
    """One classification: the answers to its tasks, in their order."""
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


def task_answers(row: Record, _kept: dict[str, Any]) -> Made:
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
