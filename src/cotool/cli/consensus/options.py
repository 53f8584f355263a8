"""The options of `cotool consensus`, and what the core makes of them."""

from cotool._typing import Any, cast
from cotool.cli.consensus import values
from cotool.cli.consensus.embedder import NamedEmbedder
from cotool.cli.shared.options import THREADS, flag, option, option_class, size_in_bytes
from cotool.cli.shared.report_options import AS_JSON, OPEN_REPORT, REPORT_FILE
from cotool.consensus.options import (
    CLUSTERINGS,
    INFERENCE,
    MEASURES,
    METHODS,
    METRICS,
    ConsensusOptions,
)
from cotool.consensus.read.layout import Keys

# The parts of a record that have an option --PART-key.
_KEYED = (
    *("question", "id", "content", "expert", "confidence", "timestamp", "embedding", "responses"),
)


def _key(what: str, name: str) -> Any:
    return option("Input", f"Key or column of {what}.", f"{name} KEY", convert=values.text)


@option_class
class ConsensusFlags:
    """The options of the command: the default of a field is its option."""

    method: str = option(
        "Analysis",
        "How the answer is chosen. auto: by the kind of answers; vote: the answer with most "
        "votes; medoid and centre: the text most similar to the others; rover: all texts "
        "merged to one text; supported: the statements that half of the experts make. Numbers "
        "on a scale: mean, median, or weighted by the bias and precision of each expert. "
        f"Truth inference over all questions: {', '.join(INFERENCE[:-1])}, or {INFERENCE[-1]}, for "
        "experts who share errors.",
        "--method -m NAME",
        convert=values.checked,
        words=METHODS,
        default="auto",
    )
    metric: str = option(
        "Analysis",
        "How similarity of texts is measured. "
        + "; ".join(f"{name}: {own.compares}" for name, own in MEASURES.items())
        + "; or auto.",
        "--metric NAME",
        convert=values.checked,
        words=METRICS,
        default="auto",
    )
    clustering: str = option(
        "Analysis",
        "How texts are clustered. average: by average similarity of groups; components: by "
        "chains of similar texts; density: by dense regions; star: around one text; or auto.",
        "--clustering NAME",
        convert=values.checked,
        words=CLUSTERINGS,
        default="auto",
    )
    threshold: float | None = option(
        "Analysis",
        "Minimum similarity within a cluster, 0 to 1. Default: chosen from the data.",
        "--threshold NUMBER",
        convert=values.checked,
    )
    weight: list[str] | None = option(
        "Analysis",
        "Weight of an expert. Default: 1. Repeatable.",
        "--weight EXPERT=NUMBER",
        convert=values.weights,
    )
    embedder: str | None = option(
        "Analysis",
        "What turns texts into vectors: a function MODULE:NAME (implies --metric embedding), "
        "or a model model2vec:NAME or sentence-transformers:NAME, by its name or folder "
        "(implies --metric semantic).",
        "--embedder MODULE:NAME",
        convert=values.text,
    )
    store: str | None = option(
        "Learning",
        "Weigh experts by their reliability, which is kept in this file or database "
        "(postgresql://…).",
        "--store PATH",
        convert=values.text,
    )
    learn: bool = flag(
        "Learning", "Learn from these questions how reliable experts are.", "--learn"
    )
    truth: str | None = option(
        "Learning",
        "File of right answers (columns question,truth) or scores (question,expert,score).",
        "--truth FILE",
    )
    half_life: str | None = option(
        "Learning",
        "Halve the influence of old judgements after this time: 90d, or a count of judgements. "
        "The store keeps the setting.",
        "--half-life TIME",
        convert=values.half_life,
    )
    compare_methods: bool = flag(
        "Learning",
        "Show how often each --method is right, measured with --truth.",
        "--compare-methods",
    )
    question_key: str | None = _key("the question's text", "--question-key")
    id_key: str | None = _key("the question's id, by which responses are joined", "--id-key")
    content_key: str | None = _key("the response's text", "--content-key")
    expert_key: str | None = _key("the expert's name", "--expert-key")
    confidence_key: str | None = _key("the confidence that the expert states", "--confidence-key")
    timestamp_key: str | None = _key("the response's time", "--timestamp-key")
    embedding_key: str | None = _key("the response's vector", "--embedding-key")
    topic_key: str | None = _key("the question's topic, for --store", "--topic-key")
    responses_key: str | None = option(
        "Input",
        "Key of a question's list of responses.",
        "--responses-key KEY",
        convert=values.text,
    )
    demo: bool = flag("Input", "Run on an example that is installed with cotool.", "--demo")
    expert_columns: str | None = option(
        "Input",
        "Keys or columns that each contain the answers of one expert.",
        "--expert-columns A,B,C",
        convert=values.names,
    )
    question_columns: str | None = option(
        "Input",
        "Columns of a survey: one row per person, one column per question.",
        "--question-columns A,B,C",
        convert=values.names,
    )
    table: str | None = option(
        "Input",
        "Table of an SQLite database, or sheet of an Excel workbook, if there are several.",
        "--table NAME",
    )
    explain_input: bool = flag(
        "Input",
        "Show how the files are read, column by column, and stop. Works with --json.",
        "--explain-input",
    )
    skip_bad: bool = flag("Input", "Leave bad rows out and continue.", "--skip-bad")
    max_decompressed: str | None = option(
        "Input",
        "Maximum size of a file after decompression, as in 500MB or 4GiB. "
        "Default: the smaller of 1 GiB and 100 times its own size, but at least 16 MiB.",
        "--max-decompressed SIZE",
        convert=size_in_bytes,
    )
    format: str | None = option(
        "Output",
        "table, json, jsonl, csv or html.",
        "--format -f NAME",
        convert=values.report,
        words=values.FORMATS,
    )
    json: bool = AS_JSON
    output: str | None = REPORT_FILE
    open: bool = OPEN_REPORT
    explain: bool = flag("Output", "Show in the table why this answer was chosen.", "--explain")
    matrix: bool | None = flag(
        "Output",
        "Write the similarities of all pairs to JSON. Default: only for a single question.",
        "--matrix/--no-matrix",
        default=None,
    )
    fail_on: list[str] | None = option(
        "Output",
        "Exit with 1 if this is true of a question, as in 'agreement<0.5'. Repeatable.",
        "--fail-on CONDITION",
    )
    threads: int | None = THREADS

    def keys(self) -> Keys:
        """Return the keys of the parts of a record."""
        return Keys(
            **{part: getattr(self, f"{part}_key") for part in _KEYED},
            expert_columns=cast("tuple[str, ...]", self.expert_columns or ()),
            question_columns=cast("tuple[str, ...]", self.question_columns or ()),
        )

    def analysis(self) -> ConsensusOptions:
        """Return the options of the core. Raises InputError."""
        named = NamedEmbedder(self.embedder) if self.embedder else None
        return ConsensusOptions(
            method=self.method,
            metric=named.metric if named and self.metric == "auto" else self.metric,
            clustering=self.clustering,
            threshold=self.threshold,
            weights=dict(cast("list[tuple[str, float]]", self.weight or [])),
            embedder=named,
            num_threads=self.threads,
        )
