"""One record of any shape to responses."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.consensus.model import Question, Response
from cotool.consensus.read.layout import DEFAULT_KEYS, Keys
from cotool.consensus.read.questions import as_question
from cotool.consensus.read.responses import ShapeError, read_record, responses_of
from cotool.errors import InputError

CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "yes"}}],
}


def one(item, keys=DEFAULT_KEYS):
    (response,) = responses_of(item, "w", keys)
    return response


def as_responses(items):
    return as_question(list(items), where="responses").responses


@pytest.mark.parametrize("name", ["expert_name", "expert", "model", "generator", "worker", "name"])
@pytest.mark.parametrize("key", ["content", "output", "answer", "text", "response", "label"])
def test_synonyms_of_expert_and_content(name, key):
    """Every usual key for the expert is read together with every usual key for the answer."""
    response = one({name: " a ", key: "x"})
    assert (response.expert_name, response.content) == ("a", "x")


@pytest.mark.parametrize("key", ["question", "prompt", "instruction", "task", "item", "input"])
def test_synonyms_of_question(key):
    """Every usual key for the question is read."""
    assert as_question({key: "q", "responses": ["a"]}, where="w").text == "q"


@pytest.mark.parametrize("key", ["responses", "answers", "outputs", "candidates", "completions"])
def test_synonyms_of_responses(key):
    """Every usual key for the list of responses is read."""
    question = as_question({"question": "q", key: ["a", "b"]}, where="w")
    assert [answer.content for answer in question.responses] == ["a", "b"]


def test_names_in_camel_case_and_with_prefixes():
    """Toloka's and Mechanical Turk's column names are read like the plain ones."""
    toloka = {"INPUT:clip": "c", "OUTPUT:heard": "h", "ASSIGNMENT:worker_id": "7"}
    turk = {"HITId": "t", "WorkerId": "7", "Answer.label": "h"}
    for record in (toloka, turk):
        read = read_record(record, where="w")
        assert [(a.expert_name, a.content) for a in read.responses] == [("7", "h")]
    assert read_record(toloka, where="w").text == "c"
    assert read_record(turk, where="w").id == "t"


def test_missing_expert_is_named_by_position():
    """A response without an expert, or with an empty one, is expert N."""
    names = [answer.expert_name for answer in as_responses(["a", {"expert": " ", "text": "b"}])]
    assert names == ["expert 1", "expert 2"]


@pytest.mark.parametrize(
    ("value", "text"), [(42, "42"), (2.5, "2.5"), (True, "true"), (False, "false"), (10**400, None)]
)
def test_numbers_and_bools_are_answers(value, text):
    """A number or bool as content is shown as text."""
    assert one({"content": value}).content == (text or str(value))
    assert one(value).content == (text or str(value))


@pytest.mark.parametrize("empty", ["", "  "])
def test_empty_content_is_kept(empty):
    """An empty answer is a response: leaving it out is the analysis' part."""
    assert one({"expert": "a", "content": empty}).content == empty


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_is_no_answer(value):
    """NaN and infinity are refused as content."""
    with pytest.raises(InputError, match=r"w: .* is not an answer"):
        one({"content": value})


def test_null_content_names_the_keys_found():
    """A null content is an error that shows the keys of the record."""
    with pytest.raises(InputError, match="'content' is null, found 'expert', 'content'"):
        one({"expert": "a", "content": None})


def test_missing_content_names_keys_found_and_expected():
    """A record of no known shape is an error with what was found, what was expected, and a hint."""
    with pytest.raises(ShapeError, match=r"'wrote', expected .*content") as caught:
        one({"expert": "a", "wrote": "x"})
    assert "`content`" in str(caught.value.hint)
    with pytest.raises(ShapeError, match="null is not a response"):
        one(None)


@pytest.mark.parametrize(
    ("value", "number"),
    [(0, 0.0), (1, 1.0), (0.5, 0.5), ("0.25", 0.25), ("85%", 0.85), (" ", None), (None, None)],
)
def test_confidence(value, number):
    """A confidence is a number or numeric string from 0 to 1, or a percentage, or unknown."""
    assert one({"content": "x", "confidence": value}).confidence == number


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1, 1.01, True, "high", "nan", "120%", []])
def test_bad_confidence(value):
    """NaN, infinity, bools, words and numbers outside 0 to 1 are not confidences."""
    with pytest.raises(InputError, match=r"w: confidence .* is not a number from 0 to 1"):
        one({"content": "x", "confidence": value})


def test_missing_confidence_is_unknown():
    """No confidence is None, not 1; a score is not taken for a confidence."""
    assert one("x").confidence is None
    assert one({"content": "x", "score": 4}).confidence is None


@pytest.mark.parametrize(
    "value",
    [
        1_700_000_000, 1_700_000_000.0, "1700000000", 1_700_000_000_000, 1_700_000_000_000_000,
        1_700_000_000_000_000_000, "2023-11-14T22:13:20Z", "2023-11-14T22:13:20",
        "2023-11-14T23:13:20+01:00", "2023-11-14 22:13:20 UTC", "20231114T221320Z",
    ],
)  # fmt: skip
def test_timestamp(value):
    """ISO 8601 and epoch counts of any unit give the same second; no zone means UTC."""
    assert one({"content": "x", "timestamp": value}).timestamp == 1_700_000_000


@pytest.mark.parametrize("value", ["yesterday", math.nan, True, 1e30, [], "2023-13-01"])
def test_bad_timestamp(value):
    """What is no time is refused."""
    with pytest.raises(InputError, match=r"w: timestamp .* is not a time"):
        one({"content": "x", "timestamp": value})


def test_time_may_be_a_duration():
    """A small number under "time" is how long the answer took, not when it came."""
    assert one({"content": "x", "time": 3.2}).timestamp is None
    assert one({"content": "x", "time": 1_700_000_000}).timestamp == 1_700_000_000


def test_embedding():
    """An embedding is a list of finite numbers, or an array that gives one."""
    assert one({"content": "x", "embedding": [1, 0.5]}).embedding == (1.0, 0.5)
    array = SimpleNamespace(tolist=lambda: [1.0, 2.0])
    assert one({"content": "x", "embedding": array}).embedding == (1.0, 2.0)
    assert one({"content": "x", "embedding": None}).embedding is None


@pytest.mark.parametrize("value", [[], [math.nan], [1, None], [1, True], ["1"], 3, "1,2", {}])
def test_bad_embedding(value):
    """Empty vectors and vectors with anything but finite numbers are refused."""
    with pytest.raises(InputError, match="embedding"):
        one({"content": "x", "embedding": value})


def test_metadata_takes_the_remaining_keys():
    """Keys that play no part are kept, beside the record's own metadata."""
    response = one({"content": "x", "cost": 2, "metadata": {"tokens": 3}})
    assert response.metadata == {"cost": 2, "tokens": 3}


def test_lone_surrogates_are_replaced():
    """A lone surrogate, which cannot be written, becomes U+FFFD; pairs and others stay."""
    assert one("a\ud800b\udc00😀").content == "a\ufffdb\ufffd😀"


@given(st.text(st.characters(exclude_categories=())))
def test_content_can_always_be_encoded(text):
    """Any string's content can be written as UTF-8, and valid text is unchanged."""
    content = one(text).content
    content.encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert content == text


def test_dataclasses_and_models_and_responses():
    """Dataclasses, pydantic-like objects and Responses are read as their mappings are."""

    @dataclass
    class Answer:
        expert: str
        content: str
        confidence: float

    mapping = {"expert": "a", "content": "x", "confidence": 0.5}
    expected = one(mapping)
    assert one(Answer("a", "x", 0.5)) == expected
    assert one(SimpleNamespace(model_dump=lambda: mapping)) == expected
    assert one(Response("x", "a", 0.5)) == expected
    with pytest.raises(InputError, match="confidence"):
        one(Response("x", "a", 2.0))


def test_chat_completion():
    """A chat completion gives its message, model and time; its id is not the question's."""
    response = one(CHAT)
    assert (response.content, response.expert_name) == ("yes", "m")
    assert response.timestamp == 1_700_000_000
    assert read_record(CHAT, where="w").id is None


def test_chat_completion_with_parts_and_choices():
    """Content parts are joined, parts without text left out, and each choice is a response."""
    parts = [{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "text", "text": "b"}]
    choices = [{"message": {"content": parts}}, {"message": {"content": "c"}}]
    answers = as_responses([{"model": "m", "choices": choices}])
    assert [(a.expert_name, a.content) for a in answers] == [("m", "a\nb"), ("m#2", "c")]


@pytest.mark.parametrize(
    "item",
    [
        {"role": "assistant", "id": "msg_1", "model": "m", "content": [{"text": "yes"}]},
        {"model": "m", "output": [{"type": "message", "content": [{"text": "yes"}]}]},
        {"custom_id": "r", "response": {"status_code": 200, "body": CHAT}},
        {"question": "q", "response": CHAT},
        {"model": "m", "choices": [{"text": "yes", "finish_reason": "stop"}]},
    ],
)
def test_other_api_objects(item):
    """Message, response, batch and legacy completion objects give their text and model."""
    (answer,) = read_record(item, where="w").responses
    assert (answer.content, answer.expert_name) == ("yes", "m")


@pytest.mark.parametrize("content", [{}, [], [{"type": "image_url"}], {"parts": []}])
def test_content_without_text(content):
    """An object or list without text is an error."""
    with pytest.raises(InputError):
        one({"content": content})


def test_multiple_choice_options_are_no_completion():
    """A question's own list of choices is not taken for a chat completion's."""
    options = [{"label": "A", "text": "x"}, {"label": "B", "text": "y"}]
    record = read_record({"question": "q", "choices": options, "answer": "A"}, where="w")
    assert [answer.content for answer in record.responses] == ["A"]


def test_model_output_goes_before_gold_answer():
    """Where a record holds a gold answer and a model's output, the output is the response."""
    for gold in ({"answer": "g"}, {"answers": ["g"]}, {"solution": "g"}):
        record = read_record({"question": "q", "output": "x", "model": "m", **gold}, where="w")
        assert [answer.content for answer in record.responses] == ["x"]


def test_input_belongs_to_the_instruction():
    """Alpaca's input is part of the question, so equal instructions stay apart."""
    record = read_record({"instruction": "Sum up.", "input": "ab", "output": "x"}, where="w")
    assert record.text == "Sum up.\n\nab"


def test_wide_shape_by_objects_and_by_columns():
    """Experts as keys are found where they hold objects, and named by expert_columns otherwise."""
    objects = {
        "question": "q",
        "truth": "1",
        "a": {"solution": "x", "ok": True},
        "b": {"text": "y"},
    }
    question = as_question(objects, where="w")
    assert [(a.expert_name, a.content) for a in question.responses] == [("a", "x"), ("b", "y")]
    assert question.responses[0].metadata == {"ok": True}
    plain = {"question": "q", "a": "x", "b": None, "note": "z"}
    question = as_question(plain, where="w", keys=Keys(expert_columns=("a", "b")))
    assert [(a.expert_name, a.content) for a in question.responses] == [("a", "x")]
    with pytest.raises(InputError, match="none of the expert columns 'c'"):
        as_question(plain, where="w", keys=Keys(expert_columns=("c",)))


def test_responses_by_expert():
    """Responses may be an object of expert to answer."""
    question = as_question(
        {"question": "q", "responses": {"a": "x", "b": {"text": "y"}}}, where="w"
    )
    assert [(a.expert_name, a.content) for a in question.responses] == [("a", "x"), ("b", "y")]


def test_keys_go_before_synonyms():
    """A named key is taken although a synonym is present, and an absent one is an error."""
    record = {"id": 1, "q": "?", "content": "no", "said": "yes", "who": "a"}
    keys = Keys(question="q", content="said", expert="who", id="id")
    read = read_record(record, where="w", keys=keys)
    assert (read.id, read.text) == ("1", "?")
    assert [(a.expert_name, a.content) for a in read.responses] == [("a", "yes")]
    with pytest.raises(InputError, match="expected 'other'"):
        read_record(record, where="w", keys=Keys(content="other"))
    with pytest.raises(InputError, match="no question: 'other'"):
        read_record({"content": "x"}, where="w", keys=Keys(question="other"))


def test_repeated_expert_is_renamed_and_reported():
    """An expert's further answers get unique names, know their expert, and give a warning."""
    items = [{"model": name, "text": "x"} for name in ("m", "m", "m#2", "m", "n")]
    question = as_question(items, where="w")
    assert [a.expert_name for a in question.responses] == ["m", "m#3", "m#2", "m#4", "n"]
    assert [a.sample_of for a in question.responses] == [None, "m", None, "m", None]
    assert question.warnings == ("m answered 3 times; its weight is shared between its answers",)
    assert as_question(question, where="w") == question


@given(st.lists(st.sampled_from(["m", "n", "m#2", "m#2#2", ""]), max_size=12))
def test_expert_names_are_unique(names):
    """Every response has its own name, and sample_of leads back to its expert."""
    answers = as_responses([{"model": name, "text": "x"} for name in names])
    assert len({answer.expert_name for answer in answers}) == len(names)
    for name, answer in zip(names, answers, strict=True):
        assert not name or (answer.sample_of or answer.expert_name) == name


def test_many_samples_of_one_expert_are_named_quickly():
    """Naming is linear in the number of one expert's answers."""
    answers = as_responses([{"model": "m", "text": "x"}] * 50_000)
    assert answers[-1].expert_name == "m#50000"


def test_questions_of_the_library():
    """Questions, mappings of a question's shape and lists of responses are questions."""
    given_questions = [
        Question("7", "q", (Response("x", "a"),)),
        {"id": 7, "question": "q", "responses": [{"expert": "a", "content": "x"}]},
        [{"expert": "a", "content": "x"}],
        ({"expert": "a", "content": "x"} for _ in range(1)),
    ]
    places = enumerate(given_questions, 1)
    found = [as_question(item, where=f"question {place}") for place, item in places]
    assert [question.id for question in found] == ["7", "7", "question 3", "question 4"]
    assert all(a.expert_name == "a" for question in found for a in question.responses)


def test_bad_response_of_a_question_is_left_out():
    """With on_bad the other responses of the question stay, under the names of their places."""
    bad: list[InputError] = []
    record = read_record(
        {"question": "q", "responses": ["a", {"content": None}, "c"]}, where="w", on_bad=bad.append
    )
    assert [a.content for a in record.responses] == ["a", "c"]
    assert record.responses[1].expert_name == "expert 3"
    assert [str(error) for error in bad] == ["w, response 2: 'content' is null, found 'content'"]


def test_nested_contents_end_in_an_error():
    """Objects nested without end are an InputError, not a crash."""
    item: object = "x"
    for _ in range(100_000):
        item = {"content": item}
    with pytest.raises(InputError, match="nested too deeply"):
        read_record(item, where="w")
    while isinstance(item, dict):  # CPython frees so deep a chain only step by step
        item = item.pop("content")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["question", "responses", "content", "choices", "message", "model", "id", "text",
                 "confidence", "timestamp", "embedding", "metadata", "x"]
            ),
            inner,
            max_size=5,
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_json_is_read_or_refused(item):
    """Any JSON value is a record or an InputError that names its place, never another error."""
    bad: list[InputError] = []
    try:
        record = read_record(item, where="here", on_bad=bad.append)
    except InputError as error:
        bad.append(error)
    else:
        assert all(isinstance(answer.content, str) for answer in record.responses)
    assert all(str(error).startswith("here") and error.hint for error in bad)


class Colour(enum.StrEnum):
    """An answer of a closed set."""

    RED = "red"


class Shape(enum.Enum):
    """The same, whose members are not strings."""

    ROUND = "round"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Colour.RED, "red"), (Shape.ROUND, "round"), (Decimal("1.10"), "1.10"),
        (date(2024, 1, 31), "2024-01-31"), (UUID(int=1), str(UUID(int=1))), (3, "3"),
    ],
)  # fmt: skip
def test_scalars_of_other_kinds(value, text):
    """Members of enumerations, decimals, dates and UUIDs are read as their text, exactly a str."""
    assert type(one(value).content) is str
    assert one(value).content == text
    assert one({"expert": value, "content": value}).expert_name == text


def test_numpy():
    """Scalars and arrays of NumPy are read as those of Python."""
    numpy = pytest.importorskip("numpy")
    contents = [answer.content for answer in as_responses(numpy.array(["a", "b"]))]
    assert contents == ["a", "b"]
    assert type(contents[0]) is str
    for value, text in ((numpy.int64(3), "3"), (numpy.float32(2.5), "2.5"), (numpy.True_, "true")):
        assert one(value).content == text
    assert one({"content": "x", "confidence": numpy.float64(0.5)}).confidence == 0.5
    vector = numpy.array([1.0, 0.5], dtype=numpy.float32)
    assert one({"content": "x", "embedding": vector}).embedding == (1.0, 0.5)
    with pytest.raises(InputError, match="nan is not an answer"):
        one(numpy.float32("nan"))


def test_sets_are_refused():
    """The order of a set is another in each run of Python, and it numbers unnamed experts."""
    with pytest.raises(InputError, match="responses cannot be a set"):
        as_question({"a", "b"}, where="responses")
    with pytest.raises(InputError, match="found 'red'"):
        as_question({Colour.RED: "x"}, where="responses")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames(library):
    """A frame is its rows, not the names of its columns."""
    frame = pytest.importorskip(library).DataFrame({"model": ["m", "n"], "output": ["a", "b"]})
    answers = as_question(frame, where="w").responses
    assert [(a.expert_name, a.content) for a in answers] == [("m", "a"), ("n", "b")]
