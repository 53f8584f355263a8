"""Which key of a record plays which part: the synonyms that files use."""

from __future__ import annotations

import re
from functools import lru_cache

from cotool._lazy import lazy_pattern
from cotool._records import dataclass

# Synonyms in order of priority, as plain_name writes them. Where a record holds a gold
# answer beside a model's, the model's words ("output", "response") come before "answer".
CONTENT_NAMES = (
    "content", "model_output", "model_answer", "model_response", "generated_text", "generation",
    "prediction", "pred", "predicted_answer", "output", "response", "completion", "message",
    "reply", "answer", "answer_text", "solution", "label", "transcription", "transcript",
    "translation", "annotation", "summary", "result", "value", "text",
)  # fmt: skip
_QUESTION = (
    "question", "question_text", "prompt", "instruction", "query", "problem", "task", "item",
    "input", "messages", "document", "audio", "image", "text",
)  # fmt: skip
QUESTION_ID_NAMES = (
    "question_id", "qid", "task_id", "item_id", "prompt_id", "instance_id", "problem_id",
    "example_id", "doc_id", "custom_id", "hit_id",
)  # fmt: skip
_RECORD_ID = ("id", "idx")
EXPERT_NAMES = (
    "expert_name", "expert", "expert_id", "model_name", "model", "model_id", "generator",
    "worker_name", "worker", "worker_id", "annotator_name", "annotator", "annotator_id",
    "performer", "performer_id", "labeler", "labeler_id", "rater", "rater_id", "assessor",
    "agent_name", "agent", "llm",
)  # fmt: skip
_AUTHOR = ("author", "user", "user_id", "engine", "source", "name")
CONFIDENCE_NAMES = ("confidence", "confidence_score", "conf", "probability", "prob", "certainty")
_TIMESTAMP = ("timestamp", "created_at", "created", "submitted_at", "datetime_utc", "time")
_RESPONSES = (
    "responses", "answers", "outputs", "candidates", "completions", "generations", "solutions",
    "predictions", "annotations", "labels", "samples",
)  # fmt: skip

# Lists that hold gold answers if the record also has a model's own words.
_GOLD_LISTS = ("answers", "labels", "solutions", "annotations")
# Names of a text that the experts of a list judged, and of what they were asked to do.
_UNDER_REVIEW = ("text", "content")
_INSTRUCTIONS = ("task", "item")
OUTPUT_NAMES = CONTENT_NAMES[: CONTENT_NAMES.index("answer")]
_WORDS = frozenset(
    (
        *CONTENT_NAMES, *_QUESTION, *QUESTION_ID_NAMES, *_RECORD_ID, *EXPERT_NAMES, *_AUTHOR,
        *CONFIDENCE_NAMES,
        *_TIMESTAMP, *_RESPONSES, "metadata", "usage", "reference", "gold", "ground_truth",
    )
)  # fmt: skip

# Column names as Toloka ("INPUT:audio"), Mechanical Turk ("Answer.label", "HITId") and LangSmith
# ("inputs.question", "outputs.answer") write them.
_PREFIX = lazy_pattern(r"(inputs?|outputs?|assignment|answer)[:.](?=.)", re.IGNORECASE)
_CAMEL = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = lazy_pattern(r"[\s\-]+")


# Compared by identity: it is part of a cache's key for every record.
@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """Names of keys or columns, for files whose own names are not recognised.

    Nested keys are paths: `response.output`. `expert_columns` names the columns that hold one
    expert's answer each (the wide shape), `question_columns` those of a survey, which hold the
    answers to one question each, one row per person. "" says that there is no such key, whatever
    the synonyms. `as_written` says that the answers are codes or options.
    """

    question: str | None = None
    id: str | None = None
    content: str | None = None
    expert: str | None = None
    confidence: str | None = None
    timestamp: str | None = None
    embedding: str | None = None
    responses: str | None = None
    expert_columns: tuple[str, ...] = ()
    question_columns: tuple[str, ...] = ()
    as_written: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """The keys of a record's parts that are named."""
        named = (
            self.question, self.id, self.content, self.expert, self.confidence, self.timestamp,
            self.embedding, self.responses, *self.expert_columns,
        )  # fmt: skip
        return tuple(filter(None, named))

    @property
    def names_parts(self) -> bool:
        """Whether the caller named a key of a part that a record cannot do without."""
        return bool(
            self.question or self.id or self.content or self.expert or self.responses
            or self.expert_columns or self.question_columns
        )  # fmt: skip


DEFAULT_KEYS = Keys()


@dataclass(frozen=True, slots=True)
class Layout:
    """The key that plays each part, None if there is none.

    `question_id` names the question; `record_id` is a bare "id", which may be the response's own.
    `author` is a weaker `expert` ("source", "name"), true of a response but not of a question.
    `rest` are the keys that play no part; `unknown` those of them that are not words of the format,
    which in the wide shape are experts.
    """

    responses: str | None
    content: str | None
    question: str | None
    context: str | None
    question_id: str | None
    record_id: str | None
    expert: str | None
    author: str | None
    confidence: str | None
    timestamp: str | None
    embedding: str | None
    rest: tuple[str, ...]
    unknown: tuple[str, ...]


@lru_cache(maxsize=1024)
def layout_of(names: tuple[str, ...], keys: Keys) -> Layout:
    """Return the layout of a record with the keys `names`; `keys` precede the synonyms."""
    chosen = {*keys.paths}
    free: dict[str, str] = {}
    for name in names:
        # A caller's mapping may have keys that are not strings; these are ignored.
        if name not in chosen and isinstance(name, str):
            free.setdefault(plain_name(name), name)

    def take(override: str | None, synonyms: tuple[str, ...], *prefixes: str) -> str | None:
        if override is not None:
            return override if override and override in names else None
        for synonym in synonyms:
            if synonym in free:
                return free.pop(synonym)
        alone = [plain for plain, name in free.items() if name.lower().startswith(prefixes)]
        return free.pop(alone[0]) if prefixes and len(alone) == 1 else None

    responses = take(keys.responses, _RESPONSES)
    content = take(keys.content, CONTENT_NAMES, "output:", "answer.", "outputs.")
    expert = take(keys.expert, EXPERT_NAMES)
    if responses and content and responses != keys.responses:
        listed, given = plain_name(responses), plain_name(content)
        gold = listed in _GOLD_LISTS and given in OUTPUT_NAMES
        if gold or (expert and listed != "responses"):
            responses = None
    question = take(keys.question, _QUESTION, "input:", "input.", "inputs.")
    judged = responses is not None and keys.content is None and content in _UNDER_REVIEW
    if judged and (question is None or plain_name(question) in _INSTRUCTIONS):
        # The text that several experts judged; "task" beside it says what they were to do.
        question, content = content, None
    # Alpaca: an instruction and the text that it refers to.
    with_input = question is not None and plain_name(question) == "instruction"
    question_id = take(keys.id, QUESTION_ID_NAMES)
    layout = {
        "responses": responses,
        "content": content,
        "question": question,
        "context": take(None, ("input",)) if with_input else None,
        "question_id": question_id,
        "record_id": None if question_id else take(None, _RECORD_ID),
        "expert": expert,
        "author": None if expert or keys.expert is not None else take(None, _AUTHOR),
        "confidence": take(keys.confidence, CONFIDENCE_NAMES),
        "timestamp": take(keys.timestamp, _TIMESTAMP),
        "embedding": take(keys.embedding, ("embedding", "vector")),
    }
    # A bare "id" is kept among the rest, because it may be the response's own.
    used = {*layout.values(), *keys.expert_columns} - {layout["record_id"]}
    rest = tuple(name for name in names if name not in used)
    unknown = tuple(name for plain, name in free.items() if plain not in _WORDS)
    return Layout(**layout, rest=rest, unknown=unknown)


@lru_cache(maxsize=32_768)
def plain_name(name: str) -> str:
    """Return a name as the synonyms are written: `Answer.workerId` is worker_id."""
    bare = name.strip()
    prefix = _PREFIX.match(bare)
    if prefix:
        bare = bare[prefix.end() :]
    return _SEPARATORS.sub("_", _CAMEL.sub("_", bare)).casefold()
