"""What known tools write: which key is what. A new tool is a line here, or a function below it.

Sources: the tools' own documentation and code. Keys are paths (`paths`); a path that begins with
`^` is looked up in the document that holds the records. Tools whose keys say by themselves what
they are (ragas, Toloka, SWE-bench tables …) need no line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cotool._records import dataclass
from cotool._typing import Any
from cotool.consensus.extract.cut import is_cut
from cotool.consensus.read import annotation_tools as annotation
from cotool.consensus.read import api_calls, tool_values
from cotool.consensus.read import evaluation_tools as evaluation
from cotool.consensus.read.paths import value_at
from cotool.consensus.read.understood import shown_parts
from cotool.errors import InputError

# The path of the key under which an object holds a record.
_KEY = "<key>"
_SKIP = "leave such rows out with `skip_bad`"

# What is made of one record: canonical records, given what is kept from record to record.
Make = Callable[[Mapping[str, Any], dict[str, Any]], Iterator[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Tool:
    """The form of one tool's files.

    `marks` are paths that its record or document has. `each` is the path of the records in a
    document, `.` where they are the document's values. The other paths give the parts of an
    answer; `id` may be several, which are joined. `make` does what paths cannot say.
    """

    name: str
    marks: tuple[str, ...]
    each: str = ""
    question: str = ""
    id: tuple[str, ...] = ()
    content: str = ""
    responses: str = ""
    expert: str = ""
    timestamp: str = ""
    confidence: str = ""
    make: Make | None = None

    def fits(self, record: Mapping[str, Any]) -> bool:
        """Whether a record or document has all the marks."""
        return all(value_at(record, mark) is not None for mark in self.marks)

    def _check_marks(self, record: Mapping[str, Any]) -> None:
        """Raise KeyError for a mark that a record lacks: it is unlike the first of its file."""
        for mark in self.marks:
            if value_at(record, mark) is None:
                raise KeyError(mark)

    def parts(self) -> tuple[tuple[str, str], ...]:
        """The parts and the keys that play them, for people; none where `make` finds them."""
        if self.make is not None:
            return ()
        pairs = (
            ("question", (self.question,)), ("id", self.id), ("answer", (self.content,)),
            ("answers", (self.responses,)), ("expert", (self.expert,)),
        )  # fmt: skip
        first = ((part, [one.partition("|")[0] for one in paths]) for part, paths in pairs)
        return shown_parts((part, "` + `".join(one).replace("^", "")) for part, one in first)

    def records(
        self,
        document: Mapping[str, Any],
        where: str,
        kept: dict[str, Any],
        on_bad: Callable[[InputError], None],
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the canonical records of a document; `kept` lasts for the file.

        Each part of the document that holds no record goes to `on_bad`.
        """
        kept["document"] = document
        for here, part in self._parts_of(document, where):
            try:
                for record in self._canonical(part, here, kept):
                    yield here, record
            except InputError as error:
                on_bad(error)

    def _parts_of(
        self, document: Mapping[str, Any], where: str
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        if not self.each:
            yield where, document
            return
        items = document if self.each == "." else value_at(document, self.each)
        if isinstance(items, Mapping):
            # Beside objects by id, a plain value tells about all of them.
            nested = any(isinstance(item, Mapping) for item in items.values())
            items = [
                {_KEY: key, **item} if isinstance(item, Mapping) else {_KEY: key, "value": item}
                for key, item in items.items()
                if isinstance(item, Mapping | list) or not nested
            ]
        if items is not None and not isinstance(items, (list, tuple)):
            raise InputError(f"{where}: {self.each!r} holds no records of {self.name}", hint=_SKIP)
        for place, item in enumerate(items or (), 1):
            here = f"{where}, {self.each.rpartition('.')[2] or 'row'} {place}"
            yield here, item if isinstance(item, Mapping) else {"value": item}

    def _canonical(
        self, item: Mapping[str, Any], where: str, kept: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        ends = {"finish_reason": "length"} if is_cut(item) else {}
        try:
            if self.make is not None:
                yield from ({**record, **ends} for record in self.make(item, kept))
                return
            record = self._by_paths(item, kept["document"])
            if not self.each:
                self._check_marks(item)
            yield {**record, **ends}
        except tool_values.FailedError as error:
            raise InputError(f"{where}: {error}", hint=error.hint or _SKIP) from None
        except KeyError as error:
            raise InputError(
                f"{where}: not a row of {self.name}: {error} is missing", hint=_SKIP
            ) from None
        except (AttributeError, IndexError, TypeError, ValueError):
            # `make` relies on the shape that the first record had.
            raise InputError(f"{where}: not a row of {self.name}", hint=_SKIP) from None

    def _by_paths(self, item: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
        def at(path: str) -> Any:
            if not path:
                return None
            if path.startswith("^"):
                return value_at(document, path[1:])
            return value_at(item, path)

        record: dict[str, Any] = {"question": tool_values.asked(at(self.question))}
        parts = [at(path) for path in self.id]
        if parts and None not in parts:
            record["question_id"] = "/".join(map(str, parts))
        if self.responses:
            record["responses"] = at(self.responses)
            return record
        content = tool_values.answer_in(at(self.content))
        if content is None:
            raise tool_values.FailedError(
                tool_values.reason(item) or f"{self.content.partition('|')[0]!r} is missing"
            )
        record["content"] = content
        for key, path in (
            ("expert", self.expert), ("timestamp", self.timestamp), ("confidence", self.confidence),
        ):  # fmt: skip
            value = at(path)
            if isinstance(value, list):
                value = value[0] if value else None
            if value is not None:
                record[key] = value
        return record


_QUESTIONS = "question|prompt|query|input|text|problem"
TOOLS = (
    # Evaluation harnesses.
    Tool("lm-evaluation-harness", ("doc_id", "resps"), make=evaluation.lm_eval),
    Tool(
        "Inspect", ("eval.model", "samples"), each="samples", question="input",
        id=("^eval.task", "id"), expert="^eval.model",
        content="output.completion|output.choices.0.message.content",
    ),
    Tool(
        "Inspect sample", ("epoch", "output.choices", "input"), question="input", id=("id",),
        content="output.completion|output.choices.0.message.content", expert="output.model",
    ),
    Tool("promptfoo", ("results.results.0.vars",), each="results.results",
         make=evaluation.promptfoo),
    Tool("promptfoo", ("vars", "provider", "response|error"), make=evaluation.promptfoo),
    Tool("HELM", ("adapter_spec", "request_states"), each="request_states", make=evaluation.helm),
    Tool(
        "DeepEval", ("testCases.0.input|test_cases.0.input",), each="testCases|test_cases",
        question="input", content="actualOutput|actual_output",
    ),
    Tool("OLMES", ("native_id", "model_output.0.continuation"), question="doc.query",
         id=("native_id",), content="model_output.0.continuation"),
    Tool("OpenAI evals", ("spec.eval_name|spec.completion_fns",), make=evaluation.openai_evals),
    Tool("OpenAI evals", ("sample_id", "type", "data", "event_id"), make=evaluation.openai_evals),
    Tool(
        "OpenAI evals output items", ("datasource_item", "sample.output"), question="sample.input",
        id=("datasource_item_id",), content="sample.output", expert="sample.model",
        timestamp="created_at",
    ),
    Tool("simple-evals", ("convos", "score"), each="convos", make=evaluation.transcript),
    Tool("OpenCompass", ("0.origin_prompt", "0.prediction"), each=".", question="origin_prompt",
         content="prediction"),
    Tool("OpenCompass details", ("details.0.prompt", "details.0.origin_prediction"),
         each="details", question="prompt", id=(_KEY,), content="predictions|origin_prediction"),
    Tool("lighteval", ("doc.query", "model_response.text"), question="doc.query",
         id=("doc.task_name", "doc.id"), content="model_response.text"),
    Tool("EvalPlus", ("eval", "hash|date"), each="eval", id=(_KEY,), content="value.*.solution"),
    Tool(
        "SWE-bench", ("instance_id", "model_patch"), id=("instance_id",), content="model_patch",
        expert="model_name_or_path",
    ),
    Tool(
        "FastChat", ("choices.0.turns",), id=("question_id|uid",), content="choices.*.turns.0",
        expert="model_id|model", timestamp="tstamp",
    ),
    Tool("Arena-Hard", ("games", "judge", "model"), id=("question_id|uid", "model"),
         content="games.0.score|games.0.judgment.answer|games.0.judgment", expert="judge"),
    Tool("Chatbot Arena", ("conversation_a", "conversation_b", "model_a", "model_b"),
         make=evaluation.arena_battle),
    Tool(
        "MT-bench judgments", ("g1_winner", "model_1", "model_2"), content="g1_winner",
        id=("question_id", "model_1", "model_2", "turn"), expert="judge", timestamp="tstamp",
    ),
    Tool(
        "MT-bench judgments", ("judgment", "judge", "question_id", "score"), content="score",
        id=("question_id", "model", "turn"), expert="judge", timestamp="tstamp",
    ),
    Tool(
        "AlpacaEval annotations", ("generator_1", "generator_2", "annotator", "preference"),
        question="instruction", id=("instruction", "generator_1", "generator_2"),
        content="preference", expert="annotator",
    ),
    Tool(
        "SNLI", ("annotator_labels", "sentence1", "sentence2"), make=evaluation.pairs_of_sentences,
    ),
    # Services and logs.
    Tool("UltraFeedback", ("instruction", "completions"), question="instruction",
         responses="completions"),
    Tool("OpenAssistant", ("message_tree_id", "prompt.replies"), question="prompt.text",
         id=("message_tree_id",), responses="prompt.replies"),
    Tool("llm-consortium", ("original_prompt", "model_responses"), question="original_prompt",
         responses="model_responses"),
    Tool(
        "Vertex batch", ("request.contents", "response"), question="request.contents",
        content="response.candidates.*.content.parts", expert="response.modelVersion",
    ),
    Tool(
        "Vertex batch", ("instance", "prediction|predictions"),
        question="instance.prompt|instance.content|instance.messages|instance",
        content="prediction.content|prediction|predictions.*.content|predictions",
    ),
    Tool(
        "Gemini batch", ("key", "response.candidates|error"), id=("key",),
        content="response.candidates.*.content.parts", expert="response.modelVersion",
    ),
    Tool(
        "Bedrock batch", ("modelInput", "recordId"),
        question="modelInput.messages|modelInput.prompt|modelInput.inputText|modelInput.message",
        content="modelOutput.content|modelOutput.output.message.content|modelOutput.generation"
        "|modelOutput.results.*.outputText|modelOutput.completion|modelOutput.outputs.*.text"
        "|modelOutput.choices.*.message.content|modelOutput.text|modelOutput.generations.*.text",
        expert="modelOutput.model|modelId",
    ),
    Tool(
        "requests and responses", ("request.messages|request.prompt|request.input", "response"),
        question="request.messages|request.prompt|request.input",
        content="response.choices.*.message.content|response.choices.*.text|response.content"
        "|response.output_text|response.output|response.text|response.body.choices.*.message.content"
        "|response.message.content|response.response|response",
        expert="request.model|response.model|model", timestamp="timestamp|created_at|time",
    ),
    Tool(
        "LiteLLM", ("messages", "response.choices"), question="messages",
        content="response.choices.*.message.content", expert="model|response.model",
    ),
    Tool(
        "LangSmith", ("run_type", "inputs"), question="inputs", id=("reference_example_id",),
        content="outputs.generations.0.*.text|outputs.generations.*.text"
        "|outputs.messages.-1.kwargs.content|outputs.messages.-1.content"
        "|outputs.choices.*.message.content|outputs",
        expert="extra.metadata.ls_model_name|name", timestamp="start_time",
    ),
    Tool("Replicate", ("input.prompt|input.messages", "output", "version", "status"),
         make=api_calls.replicate),
    Tool("CrewAI", ("tasks_output.0.raw",), each="tasks_output", question="description",
         content="raw", expert="agent"),
    Tool("Phoenix", ("attributes.output.value", "attributes.input.value"), make=evaluation.phoenix),
    Tool(
        "Phoenix experiment", ("example_id", "output", "input", "repetition_number"),
        question="input", id=("example_id",), content="output",
    ),
    Tool("ChatGPT", ("mapping", "title"), make=evaluation.chat_tree),
    Tool("Open WebUI", ("chat.history.messages",), make=evaluation.chats_of_models),
    # People.
    Tool(
        "Scale", ("task_id", "response", "params.attachment"), question="params.attachment",
        id=("task_id",), content="response.category|response.annotations|response",
    ),
    Tool(
        "Vertex labels", ("classificationAnnotation.displayName", "textContent|imageGcsUri"),
        question="textContent|imageGcsUri", content="classificationAnnotation.displayName",
    ),
    Tool("SageMaker Ground Truth", ("answers.0.answerContent", "answers.0.workerId"),
         make=annotation.ground_truth),
    Tool("Amazon A2I", ("humanAnswers.0.answerContent", "humanLoopName"),
         make=annotation.ground_truth),
    Tool("Toloka assignments", ("tasks.0.input_values", "solutions", "user_id"),
         make=annotation.toloka),
    Tool("Labelbox CSV", ("Labeled Data", "Label", "Created By"), make=annotation.labelbox_row),
    Tool(
        "OpenReview", ("notes.0.forum", "notes.0.content"), each="notes", id=("forum",),
        content="content.rating.value|content.rating|content.recommendation.value"
        "|content.recommendation", expert="signatures.0",
    ),
    Tool("Stack Exchange", ("items.0.title", "items.0.answers.0.owner"), each="items",
         make=evaluation.thread),
    Tool("GitHub", ("data.repository.discussion.title|data.repository.issue.title",),
         make=evaluation.thread),
    Tool("Discord", ("messages.0.author", "guild"), each="messages", make=evaluation.replies),
    Tool("Telegram", ("messages.0.from", "messages.0.id", "type"), each="messages",
         make=evaluation.replies),
    Tool("Slack", ("user", "text", "ts", "type"), make=evaluation.slack),
    Tool("Hacker News", ("children.0.author", "title"), make=evaluation.thread),
    Tool("Kili", ("labels.0.jsonResponse",), make=annotation.kili),
    Tool("Label Studio", ("annotations", "data"), make=annotation.label_studio),
    Tool("Labelbox", ("data_row", "projects"), make=annotation.labelbox),
    Tool("Prodigy", ("_task_hash",), make=annotation.prodigy),
    Tool("Prodigy", ("_input_hash", "answer"), make=annotation.prodigy),
    Tool("Argilla", ("fields", "responses"), make=annotation.argilla),
    Tool("Zooniverse", ("annotations", "subject_ids", "classification_id"),
         make=annotation.zooniverse),
    Tool("Mechanical Turk", ("HITId", "Answer.taskAnswers"), make=annotation.task_answers),
)  # fmt: skip
# Tools that no single key marks.
_BY_FORM: tuple[tuple[Callable[[Mapping[str, Any]], bool], Tool], ...] = (
    (evaluation.is_promptfoo_table, Tool("promptfoo table", (), make=evaluation.promptfoo_table)),
    (annotation.is_argilla_table, Tool("Argilla", (), make=annotation.argilla_table)),
    (api_calls.is_call, Tool("calls of a model's API", (), make=api_calls.call)),
    (annotation.holds_spans, Tool("spans", (), make=annotation.refuse_spans)),
    (evaluation.is_transcript, Tool("chat transcripts", (), make=evaluation.transcript)),
)


def tool_of(record: Mapping[str, Any]) -> Tool | None:
    """Return the tool that wrote a record or document, None if it is not known."""
    found = next((tool for tool in TOOLS if tool.fits(record)), None)
    return found or next((tool for fits, tool in _BY_FORM if fits(record)), None)
