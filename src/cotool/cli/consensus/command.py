"""`cotool consensus`: its options, and the request made from them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from cotool._lazy import stand_ins
from cotool.cli.consensus import values
from cotool.cli.consensus.embedder import NamedEmbedder
from cotool.cli.html.output import report_format
from cotool.cli.shared.engine_options import with_engine
from cotool.cli.shared.examples import demo_paths
from cotool.cli.shared.options import DEBUG, NO_PROGRESS, QUIET, THREADS, size_in_bytes
from cotool.cli.shared.options import flag as _flag
from cotool.cli.shared.options import option as _option
from cotool.cli.shared.report_options import (
    AS_JSON,
    OPEN_REPORT,
    REPORT_FILE,
    format_of,
    standard_input,
)
from cotool.cli.shared.settings import from_command_line
from cotool.consensus.options import CLUSTERINGS, MEASURES, METHODS, METRICS, ConsensusOptions
from cotool.consensus.read.layout import Keys
from cotool.engine.choice import EngineChoice

with stand_ins("cotool.cli.consensus.run"):
    from cotool.cli.consensus import run as work

if TYPE_CHECKING:
    from cotool.cli.shared.conditions import Condition
    from cotool.consensus.model import Consensus

EXAMPLES = """Examples:

cotool consensus --demo

cotool consensus answers.json

cotool consensus model-a.json model-b.json --format csv -o result.csv

cat answers.jsonl | cotool consensus --json --fail-on 'agreement<0.5'

cotool consensus answers.json -o report.html --open

cotool consensus labels.csv --method correlated --format csv

cotool consensus labels.csv --truth gold.csv --learn --store experts.db
"""

_TRY = "cotool consensus answers.json, or try: cotool consensus --demo"


def _key(help_text: str, name: str) -> Any:
    return _option("Input", help_text, f"{name} KEY", convert=values.text)


@with_engine
def consensus(
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILES]...",
            help="JSON, JSON lines, CSV or TSV, also compressed; - is standard input.",
            show_default=False,
        ),
    ] = None,
    *,
    method: str = _option(
        "Analysis",
        "How the answer is chosen. auto: by the kind of answers; vote: the answer with most "
        "votes; medoid and centre: the text most similar to the others; rover: all texts "
        "merged to one text; supported: the statements that half of the experts make. Numbers "
        "on a scale: mean, median, or weighted by the bias and precision of each expert. "
        "Truth inference over all questions: majority_vote, wawa, dawid_skene, "
        "one_coin_dawid_skene, glad, mace, or correlated, for experts who share errors.",
        "--method -m NAME",
        convert=values.checked,
        words=METHODS,
        default="auto",
    ),
    metric: str = _option(
        "Analysis",
        "How similarity of texts is measured. "
        + "; ".join(f"{name}: {own.compares}" for name, own in MEASURES.items())
        + "; or auto.",
        "--metric NAME",
        convert=values.checked,
        words=METRICS,
        default="auto",
    ),
    clustering: str = _option(
        "Analysis",
        "How texts are clustered. average: by average similarity of groups; components: by "
        "chains of similar texts; density: by dense regions; star: around one text; or auto.",
        "--clustering NAME",
        convert=values.checked,
        words=CLUSTERINGS,
        default="auto",
    ),
    threshold: float | None = _option(
        "Analysis",
        "Minimum similarity within a cluster, 0 to 1. Default: chosen from the data.",
        "--threshold NUMBER",
        convert=values.checked,
    ),
    weight: list[str] | None = _option(
        "Analysis",
        "Weight of an expert. Default: 1. Repeatable.",
        "--weight EXPERT=NUMBER",
        convert=values.weights,
    ),
    embedder: str | None = _option(
        "Analysis",
        "What turns texts into vectors: a function MODULE:NAME (implies --metric embedding), "
        "or a model model2vec:NAME or sentence-transformers:NAME, by its name or folder "
        "(implies --metric semantic).",
        "--embedder MODULE:NAME",
        convert=values.text,
    ),
    store: str | None = _option(
        "Learning",
        "Weigh experts by their reliability, which is kept in this file or database "
        "(postgresql://…).",
        "--store PATH",
        convert=values.text,
    ),
    learn: bool = _flag(
        "Learning", "Learn from these questions how reliable experts are.", "--learn"
    ),
    truth: str | None = _option(
        "Learning",
        "File of right answers (columns question,truth) or scores (question,expert,score).",
        "--truth FILE",
    ),
    half_life: str | None = _option(
        "Learning",
        "Halve the influence of old judgements after this time: 90d, or a count of judgements. "
        "The store keeps the setting.",
        "--half-life TIME",
        convert=values.half_life,
    ),
    compare_methods: bool = _flag(
        "Learning",
        "Show how often each --method is right, measured with --truth.",
        "--compare-methods",
    ),
    question_key: str | None = _key("Key or column of the question's text.", "--question-key"),
    id_key: str | None = _key(
        "Key or column of the question's id, by which responses are joined.", "--id-key"
    ),
    content_key: str | None = _key("Key or column of the response's text.", "--content-key"),
    expert_key: str | None = _key("Key or column of the expert's name.", "--expert-key"),
    confidence_key: str | None = _key(
        "Key or column of the confidence that the expert states.", "--confidence-key"
    ),
    timestamp_key: str | None = _key("Key or column of the response's time.", "--timestamp-key"),
    embedding_key: str | None = _key("Key or column of the response's vector.", "--embedding-key"),
    topic_key: str | None = _key(
        "Key or column of the question's topic, for --store.", "--topic-key"
    ),
    responses_key: str | None = _key("Key of a question's list of responses.", "--responses-key"),
    demo: bool = _flag("Input", "Run on an example that is installed with cotool.", "--demo"),
    expert_columns: str | None = _option(
        "Input",
        "Keys or columns that each contain the answers of one expert.",
        "--expert-columns A,B,C",
        convert=values.names,
    ),
    question_columns: str | None = _option(
        "Input",
        "Columns of a survey: one row per person, one column per question.",
        "--question-columns A,B,C",
        convert=values.names,
    ),
    table: str | None = _option(
        "Input",
        "Table of an SQLite database, or sheet of an Excel workbook, if there are several.",
        "--table NAME",
    ),
    explain_input: bool = _flag(
        "Input",
        "Show how the files are read, column by column, and stop. Works with --json.",
        "--explain-input",
    ),
    skip_bad: bool = _flag("Input", "Leave bad rows out and continue.", "--skip-bad"),
    max_decompressed: str | None = _option(
        "Input",
        "Maximum size of a compressed file when decompressed: 500MB, 4GiB. "
        "Default: the smaller of 1 GiB and 100 times its own size, but at least 16 MiB.",
        "--max-decompressed SIZE",
        convert=size_in_bytes,
    ),
    format: str | None = _option(  # noqa: A002 - the option's name
        "Output",
        "table, json, jsonl, csv or html.",
        "--format -f NAME",
        convert=values.report,
        words=values.FORMATS,
    ),
    json: bool = AS_JSON,
    output: str | None = REPORT_FILE,
    open: bool = OPEN_REPORT,  # noqa: A002 - the option's name
    explain: bool = _flag("Output", "Show in the table why this answer was chosen.", "--explain"),
    matrix: bool | None = _flag(
        "Output",
        "Write the similarities of all pairs to JSON. Default: only for a single question.",
        "--matrix/--no-matrix",
        default=None,
    ),
    fail_on: list[str] | None = _option(
        "Output",
        "Exit with 1 if this is true of a question, as in 'agreement<0.5'. Repeatable.",
        "--fail-on CONDITION",
    ),
    threads: int | None = THREADS,
    engine: EngineChoice,
    quiet: bool = QUIET,
    no_progress: bool = NO_PROGRESS,
    debug: bool = DEBUG,  # noqa: ARG001 - main() finds it before Typer does
) -> Callable[[], int]:
    """Find the consensus of experts' answers: what they agree on, who dissents, and why.

    Options can also be set in COTOOL_* variables (COTOOL_METRIC) and in config.toml.
    """  # fmt: skip
    chosen = format_of(format, values.FORMATS, json=json, output=output)
    if not from_command_line(context, "store") and (
        compare_methods or method not in {"auto", "vote"}
    ):
        # A store from the settings is ignored by calls that use no store.
        store = None
    if demo:
        files = demo_paths("deployment.json", files, "cotool consensus")
    named = NamedEmbedder(embedder) if embedder else None
    request = work.Request(
        paths=tuple(files or standard_input(_TRY)),
        options=ConsensusOptions(
            method=method,
            metric=named.metric if named and metric == "auto" else metric,
            clustering=clustering,
            threshold=threshold,
            weights=dict(cast("list[tuple[str, float]]", weight or [])),
            embedder=named,
            num_threads=threads,
        ),
        keys=Keys(
            question=question_key,
            id=id_key,
            content=content_key,
            expert=expert_key,
            confidence=confidence_key,
            timestamp=timestamp_key,
            embedding=embedding_key,
            responses=responses_key,
            expert_columns=cast("tuple[str, ...]", expert_columns or ()),
            question_columns=cast("tuple[str, ...]", question_columns or ()),
        ),
        table=table,
        store=store,
        learn=learn,
        truth=truth,
        topic_key=topic_key,
        half_life=half_life,
        format=report_format(chosen, shows=open) or "table",
        output=output,
        conditions=_conditions(fail_on) if fail_on else (),
        skip_bad=skip_bad,
        max_decompressed=cast("int | None", max_decompressed),
        explain_input=explain_input,
        explain=explain,
        quiet=quiet,
        progress=not no_progress,
        matrix=matrix,
        compare=compare_methods,
        engine=engine,
        shows=open,
    )
    return partial(work.run, request)


def _conditions(texts: Sequence[str]) -> "tuple[Condition[Consensus], ...]":
    from cotool.cli.consensus.conditions import parse_consensus_condition

    return tuple(map(parse_consensus_condition, texts))
