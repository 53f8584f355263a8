"""Answers as batch services and evaluation platforms write them."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path

import pytest

from cotool.consensus.read.forms import FileForm
from cotool.consensus.read.layout import DEFAULT_KEYS
from cotool.consensus.read.readers import read_questions
from cotool.errors import InputError

RECIPES = Path(__file__).parents[2] / "recipes"


@pytest.fixture
def read(tmp_path):
    """Write records as JSON lines (or one document), and read their questions."""

    def run(*records, document=None, skip_bad=False, bad=None):
        path = tmp_path / "export.jsonl"
        lines = [json.dumps(record) for record in records]
        text = json.dumps(document, indent=1) if document is not None else "\n".join(lines)
        path.write_text(text, encoding="utf-8")
        return list(read_questions([path], skip_bad=skip_bad, on_bad=bad))

    return run


def answers(questions):
    """What each question was answered with, by whom."""
    return {
        question.text: {answer.expert_name: answer.content for answer in question.responses}
        for question in questions
    }


def places_in(value):
    """The paths of all values within a value."""
    yield []
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from ([key, *rest] for rest in places_in(inner))


def run_of(**changes):
    """A run of LangSmith."""
    return {
        "id": "r1", "name": "bot", "run_type": "chain", "parent_run_id": None, "error": None,
        "inputs": {"question": "q"}, "outputs": {"output": "yes"},
        "extra": {"metadata": {"ls_model_name": "m1"}}, "start_time": "2026-03-02T09:00:00",
        **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ({"output": "yes"}, "yes"),
        ({"anything": "yes"}, "yes"),
        ({"answer": "yes", "sources": ["a"]}, "yes"),
        ({"generations": [[{"text": "yes", "type": "ChatGeneration"}]]}, "yes"),
        (
            {"messages": [{"type": "human", "content": "q"}, {"type": "ai", "content": "yes"}]},
            "yes",
        ),
        ({"messages": [{"id": ["AIMessage"], "kwargs": {"content": "yes"}}]}, "yes"),
        ({"choices": [{"message": {"role": "assistant", "content": "yes"}}]}, "yes"),
    ],
)
def test_outputs_of_a_run(outputs, said, read):
    """The answer of a run is its only output, the last message, or the text that was generated."""
    assert answers(read(run_of(outputs=outputs))) == {"q": {"m1": said}}


@pytest.mark.parametrize(
    "inputs",
    [
        {"question": "q", "context": "c"},
        {"anything": "q"},
        {"messages": [{"role": "user", "content": "q"}]},
    ],
)
def test_inputs_of_a_run(inputs, read):
    """The question of a run is what is called so, its only input, or its messages."""
    assert answers(read(run_of(inputs=inputs))) == {"q": {"m1": "yes"}}


def test_runs_are_joined_on_their_example(read):
    """Runs on one example of a data set are one question, whatever their inputs say."""
    found = read(
        run_of(reference_example_id="e1"),
        run_of(reference_example_id="e1", outputs={"output": "no"}, extra=None, name="other"),
    )
    assert [question.id for question in found] == ["e1"]
    assert answers(found) == {"q": {"m1": "yes", "other": "no"}}


def test_steps_of_a_trace_are_left_out(read):
    """Of a trace only the root answers the question."""
    found = read(run_of(), run_of(id="r2", parent_run_id="r1", outputs={"output": "step"}))
    assert answers(found) == {"q": {"m1": "yes"}}
    span = {"input": "q", "output": "yes", "root_span_id": "s1", "metadata": {"model": "m1"}}
    found = read({**span, "span_id": "s1"}, {**span, "span_id": "s2", "output": {"score": 1}})
    assert answers(found) == {"q": {"m1": "yes"}}


@pytest.mark.parametrize("key", ["events", "data", "runs"])
def test_an_answer_of_an_api_is_its_records(key, read):
    """A document that only lists records, and says where to go on, is its records."""
    records = [{"question": "q", "model": "m1", "output": "yes"}]
    assert answers(read(document={key: records, "cursor": "x"})) == {"q": {"m1": "yes"}}


def test_a_document_that_says_more_is_no_list(read):
    """Where other keys stand beside the list, nothing is guessed."""
    with pytest.raises(InputError, match="found 'events', 'name'"):
        read(document={"events": [{"output": "yes"}], "name": "x"})


def test_the_expert_in_the_metadata(read):
    """A model named in the metadata comes before an author, and after an expert of its own."""
    one = {"input": "q", "output": "a", "metadata": {"model": "m1"}, "name": "n"}
    two = {"input": "q", "output": "b", "metadata": {"model": "m1"}, "model": "m2"}
    assert answers(read(one, two)) == {"q": {"m1": "a", "m2": "b"}}


FAILED = [
    ({"custom_id": "c", "response": None, "error": {"message": "too late"}}, "too late"),
    ({"custom_id": "c", "response": None, "error": None}, "no response"),
    (
        {"custom_id": "c", "response": {"status_code": 400, "body": {"error": {"message": "bad"}}}},
        "bad",
    ),
    ({"custom_id": "c", "response": {"status_code": 503, "body": None}}, "status 503"),
    ({"custom_id": "c", "result": {"type": "expired"}}, "expired"),
    (
        {"custom_id": "c", "result": {"type": "errored",
                                      "error": {"type": "error", "error": {"message": "bad"}}}},
        "bad",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("record", "reason"), FAILED)
def test_a_failed_request_gives_its_reason(record, reason, read):
    """The error has the file, the line, the request and what the service said."""
    with pytest.raises(InputError, match=rf"line 1: the request 'c' failed: {reason}"):
        read(record)
    good = {
        "custom_id": "d",
        "result": {
            "type": "succeeded",
            "message": {
                "role": "assistant",
                "model": "m",
                "content": [{"type": "text", "text": "yes"}],
            },
        },
    }
    bad = []
    assert len(read(record, good, skip_bad=True, bad=bad.append)) == 1
    assert len(bad) == 1


def test_a_run_without_outputs_is_bad(read):
    """A run that failed says why."""
    with pytest.raises(InputError, match="the request failed: timeout"):
        read(run_of(outputs=None, error="timeout"))


@pytest.mark.parametrize(
    "body",
    [
        {
            "body": {
                "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}]
            }
        },
        {"body": {"input": "q"}},
        {"params": {"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}]}},
    ],
)
def test_requests_give_the_question(body, read):
    """The file of requests that was sent gives its results the text of the question."""
    result = {"custom_id": "c", "response": {"status_code": 200, "body": {
        "model": "m", "choices": [{"message": {"content": "yes"}}]}}, "error": None}  # fmt: skip
    found = read({"custom_id": "c", "method": "POST", **body}, result)
    assert answers(found) == {"q": {"m": "yes"}}


@pytest.mark.parametrize("depth", [50, 400, 5000])
def test_nesting_without_end_is_told(depth, tmp_path):
    """Lists of events in events, and errors in errors, end in an error of the input."""
    path = tmp_path / "deep.json"
    path.write_text('{"events": [' * depth + '{"a": 1}' + "]}" * depth, encoding="utf-8")
    with pytest.raises(InputError):
        list(read_questions([path]))
    error = '{"error": ' * depth + '"x"' + "}" * depth
    path.write_text('{"custom_id": "c", "response": null, "error": ' + error + "}")
    with pytest.raises(InputError):
        list(read_questions([path]))


def test_half_an_emoji_in_an_id_is_replaced(tmp_path):
    """A lone surrogate in a request's id or text is read as U+FFFD."""
    request = {
        "custom_id": "a\ud83d",
        "method": "POST",
        "body": {"model": "m", "messages": [{"role": "user", "content": "Why\ud83d?"}]},
    }
    answer = {
        "custom_id": "a\ud83d",
        "response": {
            "status_code": 200,
            "body": {"model": "m", "choices": [{"message": {"content": "42"}}]},
        },
    }
    file = tmp_path / "batch.jsonl"
    file.write_text(f"{json.dumps(request)}\n{json.dumps(answer)}\n", encoding="utf-8")
    [question] = read_questions([file])
    assert (question.id, question.text) == ("a\ufffd", "Why\ufffd?")


def test_a_record_unlike_the_first_is_bad(read):
    """Where the first record shows the tool and another lacks one of its keys, the key is named."""
    game = {"judgment": "[[A>B]]", "score": "A>B"}
    records = [
        {"question_id": "q1", "model": "m", judge: "a", "games": [game]}
        for judge in ("judge", "juge")
    ]
    with pytest.raises(InputError, match="line 2: not a row of Arena-Hard: 'judge' is missing"):
        read(*records)
    assert len(read(*records, skip_bad=True)) == 1


def test_a_bad_part_of_a_document_is_left_out_alone(read):
    """Behind an assignment without solutions, and behind a failed request, the others are read."""
    task = {"id": "t", "input_values": {"text": "Good?"}}
    given = [
        {"tasks": [task], "solutions": [{"output_values": {"label": label}}], "user_id": label}
        for label in ("yes", "no", "maybe")
    ]
    given[1]["solutions"] = []
    bad = "items 2: the assignment has no solution"
    with pytest.raises(InputError, match=bad):
        read({"items": given})
    [question] = read({"items": given}, skip_bad=True)
    assert [one.content for one in question.responses] == ["yes", "maybe"]
    replies = [
        {"custom_id": str(n), "response": {"body": {"choices": [{"message": {"content": "4"}}]}}}
        for n in range(3)
    ]
    replies[1] = {"custom_id": "1", "response": None, "error": {"message": "too long"}}
    assert len(read({"data": replies}, skip_bad=True)) == 2


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.json*")), ids=lambda path: path.name)
def test_values_of_other_kinds_are_bad_records(path):
    """Whatever stands in one place of a tool's record, it is read or refused, never a defect."""
    text = path.read_text("utf-8")
    lines = text.splitlines() if path.suffix == ".jsonl" else [text]
    records = [json.loads(line) for line in lines]
    kinds = itertools.cycle([7, None, {}, "x", [], {"a": None}, [[]], True, [{}]])
    places = [[n, *place] for n, record in enumerate(records) for place in places_in(record)]
    for place, kind in zip(places[:: len(places) // 20 + 1], kinds, strict=False):
        changed = copy.deepcopy(records)
        parent = changed
        for key in place[:-1]:
            parent = parent[key]
        parent[place[-1]] = kind
        rows = (("a.json", record) for record in changed)
        try:
            places_read = [
                where for where, _ in FileForm("a.json", DEFAULT_KEYS, [].append).records(rows)
            ]
        except InputError as error:
            places_read = [str(error)]
        assert all(where.startswith("a.json") for where in places_read)
