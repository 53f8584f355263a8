"""Records of evaluation harnesses, arenas and chats, made canonical; see annotation_tools."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from cotool._lazy import lazy_pattern
from cotool._typing import Any
from cotool.consensus.read import names
from cotool.consensus.read.paths import value_at
from cotool.consensus.read.tool_values import (
    QUESTIONS,
    USERS,
    FailedError,
    JsonObject,
    Made,
    answer_in,
    asked,
    decoded,
    reason,
    role,
    text_of,
)

_ASSISTANTS = frozenset({"assistant", "gpt", "model", "bot", "chatgpt", "ai", "BOT"})

_TRANSCRIPTS = ("messages", "conversation", "conversations", "chat", "dialogue", "convo")

_GITHUB = "data.repository.discussion|data.repository.issue"
_VARIABLE = lazy_pattern(r"\{\{\s*(.*?)\s*\}\}")
_PROVIDER = lazy_pattern(r"\[([^\]]+)\] (.+)", re.DOTALL)

_VERDICT = lazy_pattern(r"\[(PASS|FAIL|ERROR)\](?: \([\d.]+\))? ?")


def lm_eval(item: JsonObject, kept: dict[str, Any]) -> Made:
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
        next((doc[key] for key in QUESTIONS if doc.get(key)), None)
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


def promptfoo(item: JsonObject, _kept: dict[str, Any]) -> Made:
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


def is_promptfoo_table(row: JsonObject) -> bool:
    """Whether there are columns named `[provider] prompt`."""
    return any(_PROVIDER.fullmatch(str(name)) for name in row)


def promptfoo_table(row: JsonObject, _kept: dict[str, Any]) -> Made:
    """One row: variables, then a column per provider and prompt."""
    answers: dict[str, Any] = {}
    question: list[str] = []
    variables = {name for column in row for name in _VARIABLE.findall(str(column))}
    for name, value in row.items():
        match = _PROVIDER.fullmatch(name)
        if match is None:
            asked = name in variables if variables else not answers
            if asked and value:
                question.append(str(value))
            continue
        expert = match[1] if match[1] not in answers else f"{match[1]} {match[2]}"
        if value:
            answers[expert] = _VERDICT.sub("", str(value), count=1)
    if not answers:
        raise FailedError("no provider has an output")
    yield {"question": "\n".join(question), "responses": answers}


def helm(item: JsonObject, kept: dict[str, Any]) -> Made:
    """One request. Only its first completion counts: further ones are alternatives."""
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


def openai_evals(item: JsonObject, kept: dict[str, Any]) -> Made:
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
    content = answer_in(data.get("sampled"))
    if content is None:
        raise FailedError("nothing was sampled")
    yield {
        "question": asked(data.get("prompt")),
        "question_id": sample,
        "content": content,
        "expert": kept.get("expert"),
        "timestamp": item.get("created_at"),
    }


def arena_battle(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """Two models' last answers in two chats with the same user."""
    for side in "ab":
        chat = item[f"conversation_{side}"]
        yield {
            "question": asked(chat[:-1]),
            "question_id": item.get("question_id"),
            "content": text_of(chat[-1]),
            "expert": item[f"model_{side}"],
        }


def pairs_of_sentences(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """Annotators' labels of a premise and a hypothesis."""
    labels = decoded(item["annotator_labels"])
    yield {
        "question": f"{item['sentence1']}\n{item['sentence2']}",
        "question_id": item.get("pairID"),
        "responses": [label for label in labels if label],
    }


def phoenix(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """One span. Only calls of a model count, not the chains and tools around them."""
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
        "content": choices or answer_in(answer),
        "expert": value_at(item, "attributes.llm.model_name"),
        "timestamp": item.get("start_time"),
    }


def is_transcript(row: JsonObject) -> bool:
    """Whether a record is a chat that ends with the assistant, and has no answer beside it."""
    chat = _chat(row)
    if not chat or not isinstance(chat[-1], Mapping) or role(chat[-1]) not in _ASSISTANTS:
        return False
    return not any(
        value and names.is_called(key, names.ANSWER)
        for key, value in row.items()
        if key not in _TRANSCRIPTS
    )


def _chat(row: Any) -> list[Any] | None:
    """Return the turns of a chat: under a known key, else the only list of turns with roles."""
    chat = decoded(next((row[key] for key in _TRANSCRIPTS if row.get(key)), None))
    if chat is None:
        chats = [value for value in row.values() if _are_turns(value)]
        chat = chats[0] if len(chats) == 1 else None
    return chat if isinstance(chat, list) and len(chat) > 1 else None


def _are_turns(value: Any) -> bool:
    """Whether a value is a list in which a user and an assistant speak."""
    if not isinstance(value, list) or not all(isinstance(turn, Mapping) for turn in value):
        return False
    roles = {role(turn) for turn in value}
    return bool(roles & USERS) and bool(roles & _ASSISTANTS)


def chat_tree(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """A chat whose messages point to the one before: the branch that ends last."""
    nodes = item["mapping"]
    leaf = item.get("current_node") or next(reversed(nodes), None)
    turns: list[Mapping[str, Any]] = []
    for _ in nodes:
        node = nodes.get(leaf) or {}
        message = node.get("message")
        if isinstance(message, Mapping) and text_of(message):
            turns.append(message)
        leaf = node.get("parent")
    yield from transcript({**item, "messages": turns[::-1]}, {})


def chats_of_models(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """A chat in which several models reply to what the user says: each reply with its question."""
    nodes = item["chat"]["history"]["messages"]
    for node in nodes.values():
        asker = nodes.get(node.get("parentId") or "")
        if role(node) in _ASSISTANTS and asker is not None:
            record = {"question": asked([asker]), "content": text_of(node)}
            yield {**record, "expert": node.get("model")} if node.get("model") else record


def thread(item: JsonObject, _kept: dict[str, Any]) -> Made:
    """What somebody asked, with the replies of others: a page of a forum."""
    page = value_at(item, _GITHUB) or item
    question = {"question": page["title"]}
    for reply in value_at(page, "answers|children|comments.nodes|comments|replies") or ():
        content = value_at(reply, "body_markdown|body|text|content")
        if content is None:
            continue  # a reply that was deleted
        author = value_at(reply, "owner.display_name|author.name|author.login|author|user.login")
        yield {**question, "content": content, **({"expert": author} if author else {})}


def slack(row: JsonObject, kept: dict[str, Any]) -> Made:
    """A message: one that begins a thread asks, those that follow in it answer."""
    thread_of = row.get("thread_ts")
    if thread_of is None:
        return
    if thread_of == row["ts"]:
        kept[thread_of] = row["text"]
        return
    record = {"question_id": thread_of, "question": kept.get(thread_of), "content": row["text"]}
    yield {**record, "expert": row["user"]}


_PARENT = "reference.messageId|reply_to_message_id|replyToId"


def replies(row: JsonObject, kept: dict[str, Any]) -> Made:
    """A message of a chat: one that replies to another answers it."""
    content = text_of(value_at(row, "body") or row) or value_at(row, "text")
    asks = kept.get(str(value_at(row, _PARENT)))
    if asks is None:
        kept[str(row["id"])] = content
        return
    record = {"question": asks, "question_id": str(value_at(row, _PARENT)), "content": content}
    author = value_at(row, "author.name|from.user.displayName|from")
    yield {**record, "expert": author} if author else record


def transcript(row: JsonObject, _kept: dict[str, Any]) -> Made:
    """A chat: what the user says is the question, the last turn of the assistant the answer."""
    chat = _chat(row) or (row.get("value") if isinstance(row.get("value"), list) else None)
    if not chat or not isinstance(chat[-1], Mapping) or role(chat[-1]) not in _ASSISTANTS:
        raise FailedError("the conversation does not end with an answer")
    record = {"question": asked(chat[:-1]), "content": text_of(chat[-1])}
    identity = next(
        (row[key] for key in row if names.hint_of(str(key)).part == names.ITEM_ID
         and names.words_of(str(key)) not in {("id",), ("idx",), ("index",)}
         and names.words_of(str(key))[0] not in _TRANSCRIPTS), None
    )  # fmt: skip
    if identity is not None:
        record["question_id"] = identity
    called = (row[key] for key in row if names.is_called(key, names.EXPERT))
    expert = next((value for value in called if isinstance(value, str)), None)
    if expert:
        record["expert"] = expert
    yield record
