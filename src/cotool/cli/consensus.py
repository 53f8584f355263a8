"""`cotool consensus`: options, one call of the core, rendering."""

from __future__ import annotations

import operator
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cotool.cli import _output
from cotool.consensus.options import CLUSTERINGS, METHODS, METRICS
from cotool.errors import CotoolError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from cotool.consensus.model import Consensus, Question

INPUT, ANALYSIS, OUTPUT = "Input", "Analysis", "Output"

COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
CONDITION = re.compile(r"\s*([a-z]+)\s*(<=|>=|==|!=|<|>)\s*([0-9.]+)\s*")
FAIL_FIELDS: dict[str, Callable[[Consensus], float | None]] = {
    "agreement": lambda result: result.agreement,
    "confidence": lambda result: result.confidence,
    "experts": lambda result: len(result.experts),
    "clusters": lambda result: len(result.clusters),
    "dissent": lambda result: len(result.dissent),
}


def choices(*names: str) -> Any:
    """Shell completion with these values."""
    return lambda incomplete: [name for name in names if name.startswith(incomplete)]


def consensus(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILES...",
            help="JSON, JSONL, CSV or TSV, also gzipped; - is standard input. "
            "Several files are joined on the question.",
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            "-m",
            help=f"{', '.join(METHODS)}.",
            autocompletion=choices(*METHODS),
            envvar="COTOOL_METHOD",
            rich_help_panel=ANALYSIS,
        ),
    ] = "auto",
    metric: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(METRICS)}.",
            autocompletion=choices(*METRICS),
            envvar="COTOOL_METRIC",
            rich_help_panel=ANALYSIS,
        ),
    ] = "auto",
    clustering: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(CLUSTERINGS)}.",
            autocompletion=choices(*CLUSTERINGS),
            envvar="COTOOL_CLUSTERING",
            rich_help_panel=ANALYSIS,
        ),
    ] = "auto",
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Similarity at which texts stand together; chosen from the data if not given.",
            envvar="COTOOL_THRESHOLD",
            rich_help_panel=ANALYSIS,
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EXPERT=NUMBER",
            help="How reliable an expert is, 1 if not given. Repeatable.",
            rich_help_panel=ANALYSIS,
        ),
    ] = None,
    embedder: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:CALLABLE",
            help="Maps a list of texts to vectors, for --metric embedding.",
            envvar="COTOOL_EMBEDDER",
            rich_help_panel=ANALYSIS,
        ),
    ] = None,
    question_key: Annotated[
        str | None, typer.Option(help="Where the question stands.", rich_help_panel=INPUT)
    ] = None,
    id_key: Annotated[
        str | None, typer.Option(help="Where the question's id stands.", rich_help_panel=INPUT)
    ] = None,
    content_key: Annotated[
        str | None, typer.Option(help="Where an answer stands.", rich_help_panel=INPUT)
    ] = None,
    expert_key: Annotated[
        str | None, typer.Option(help="Where the expert's name stands.", rich_help_panel=INPUT)
    ] = None,
    confidence_key: Annotated[
        str | None, typer.Option(help="Where the confidence stands.", rich_help_panel=INPUT)
    ] = None,
    timestamp_key: Annotated[
        str | None, typer.Option(help="Where the time stands.", rich_help_panel=INPUT)
    ] = None,
    embedding_key: Annotated[
        str | None, typer.Option(help="Where the embedding stands.", rich_help_panel=INPUT)
    ] = None,
    responses_key: Annotated[
        str | None,
        typer.Option(help="Where a question's list of responses stands.", rich_help_panel=INPUT),
    ] = None,
    expert_columns: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C",
            help="Keys or columns that hold one expert's answer each.",
            rich_help_panel=INPUT,
        ),
    ] = None,
    skip_bad: Annotated[
        bool,
        typer.Option(
            "--skip-bad",
            help="Leave bad records out and report them.",
            rich_help_panel=INPUT,
        ),
    ] = False,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help=f"{', '.join(_output.FORMATS)}; by --output's ending if not given.",
            autocompletion=choices(*_output.FORMATS),
            envvar="COTOOL_FORMAT",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Short for --format json.", rich_help_panel=OUTPUT)
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write here; the file appears whole or not at all.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    matrix: Annotated[
        bool | None,
        typer.Option(
            "--matrix/--no-matrix",
            help="Agreement matrix in JSON; by default for a single question only.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say why this answer stands.", rich_help_panel=OUTPUT),
    ] = False,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help="Exit with 1 where a question meets it: 'agreement<0.5'. Also confidence, "
            "experts, clusters, dissent. Repeatable.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", "-q", help="No progress, no warnings on stderr.", rich_help_panel=OUTPUT
        ),
    ] = False,
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            "-t",
            min=1,
            max=1024,
            help="Threads; else COTOOL_NUM_THREADS, OMP_NUM_THREADS, all cores.",
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show a traceback where an error ends the command.")
    ] = False,
) -> None:
    """Find what several experts agree on, and who dissents.

    One question gives a report; many give a row each. Answers that can be extracted (a choice,
    a number, yes or no, a label) are voted on; texts are clustered and the most central one stands.
    """
    del debug  # main() looks for it
    conditions = [parse_condition(text) for text in fail_on or ()]
    form = "json" if as_json else form or format_by_ending(output)
    if form not in _output.FORMATS:
        raise InputError(f"unknown format {form!r}", hint=f"one of {', '.join(_output.FORMATS)}")
    weights = dict(parse_weight(text) for text in weight or ())
    paths = input_files(files)
    if output not in {None, "-"} and any(_same_file(path, str(output)) for path in paths):
        raise InputError(f"{output}: is also an input", hint="name another file with --output")

    from cotool.consensus import find_consensus_batch
    from cotool.consensus.readers import read_questions
    from cotool.consensus.responses import Keys

    report = Reporter(paths, quiet=quiet, own_rows=form == "table" and output in {None, "-"})
    keys = Keys(
        question=question_key,
        id=id_key,
        content=content_key,
        expert=expert_key,
        confidence=confidence_key,
        timestamp=timestamp_key,
        embedding=embedding_key,
        responses=responses_key,
        expert_columns=tuple(filter(None, (expert_columns or "").split(","))),
    )
    questions = read_questions(
        paths,
        keys=keys,
        skip_bad=skip_bad,
        on_bad=report.bad_record,
        on_warning=report.warn,
        on_progress=report.progress,
    )
    results = find_consensus_batch(
        questions,
        method=method,
        metric="embedding" if embedder and metric == "auto" else metric,
        clustering=clustering,
        threshold=threshold,
        weights=weights,
        embedder=load_embedder(embedder) if embedder else None,
        num_threads=threads,
        on_error=report.failed_question,
    )
    met = 0
    with report, _output.open_output(output) as stream:
        writer = make_writer(form, stream, matrix=matrix, explain=explain)
        for result in results:
            writer.write(result)
            met += any(holds(result) for holds in conditions)
            report.done()
        writer.close()
    report.summary()
    if report.failed:
        raise typer.Exit(2)
    if met:
        raise typer.Exit(1)


def make_writer(
    form: str, stream: IO[str], *, matrix: bool | None, explain: bool
) -> _output.Writer:
    """The writer of a format."""
    if form == "json":
        return _output.Json(stream, matrix=matrix)
    if form == "jsonl":
        return _output.JsonLines(stream, matrix=bool(matrix))
    if form == "csv":
        return _output.Csv(stream)
    from cotool.cli._render import Table

    return Table(stream, explain=explain)


def input_files(files: list[str] | None) -> list[str]:
    """The files to read; standard input where none is named and it is not a terminal."""
    if files:
        return files
    if sys.stdin is not None and not sys.stdin.isatty():
        return ["-"]
    raise InputError(
        "no file is given",
        hint="cotool consensus FILE.json, or - for standard input; cotool consensus --help",
    )


def format_by_ending(output: str | None) -> str:
    """The format that an output file's ending names, else table."""
    ending = Path(output or "").suffix.lower().lstrip(".")
    return ending if ending in _output.FORMATS else "table"


def parse_weight(text: str) -> tuple[str, float]:
    """EXPERT=NUMBER."""
    expert, _, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not expert or not 0 <= value < float("inf"):
        raise InputError(
            f"--weight {text!r} is not EXPERT=NUMBER", hint="for example --weight gpt-4=2.5"
        )
    return expert, value


def parse_condition(text: str) -> Callable[[Consensus], bool]:
    """A condition of --fail-on as a function of a result."""
    match = CONDITION.fullmatch(text)
    try:
        value = float(match[3]) if match else 0.0
    except ValueError:
        match = None
    if match is None or match[1] not in FAIL_FIELDS:
        raise InputError(
            f"--fail-on {text!r} is not a condition",
            hint=f"FIELD<NUMBER with a field of {', '.join(FAIL_FIELDS)} and <, <=, >, >=, ==, !=",
        )
    field, compare = FAIL_FIELDS[match[1]], COMPARISONS[match[2]]

    def holds(result: Consensus) -> bool:
        found = field(result)
        # A question without an answer has no agreement: it fails any demand for some.
        return compare(0.0 if found is None else found, value)

    return holds


def load_embedder(name: str) -> Any:
    """Import MODULE:CALLABLE, with the current folder on the path as `python -m` has it."""
    import importlib

    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise InputError(f"--embedder {name!r} is not MODULE:CALLABLE")
    sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except ImportError as error:
        raise InputError(f"--embedder {name}: {error}") from None
    except AttributeError:
        raise InputError(f"--embedder {name}: {module_name} has no {attribute!r}") from None
    if not callable(found):
        raise InputError(f"--embedder {name}: is not callable")
    return found


def _same_file(path: str, other: str) -> bool:
    try:
        return path != "-" and Path(path).samefile(other)
    except OSError:
        return False


class Reporter:
    """What is said on stderr: progress on long work, records left out, questions that failed."""

    MOST_SHOWN = 5
    PATIENCE = 0.5  # seconds before a progress bar appears

    def __init__(self, paths: list[str], *, quiet: bool, own_rows: bool) -> None:
        self.quiet = quiet
        self.failed = 0
        self.bad = 0
        self.questions = 0
        self.bar: Any = None
        # Rows that appear in the same terminal show the progress themselves.
        self.wants_bar = sys.stderr.isatty() and not quiet and not (own_rows and _terminal())
        self.total = sum(_size(path) for path in paths) if "-" not in paths else 0
        self.start = 0.0
        self.read = 0

    def __enter__(self) -> None:
        import time

        self.start = time.monotonic()

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def warn(self, message: str) -> None:
        """Say something that does not end the command."""
        if not self.quiet:
            print(f"cotool: warning: {message}", file=sys.stderr)

    def bad_record(self, error: InputError) -> None:
        """A record that --skip-bad leaves out; the first few are shown."""
        self.bad += 1
        if self.bad <= self.MOST_SHOWN:
            self.warn(f"left out: {error}")

    def failed_question(self, question: Question, error: CotoolError) -> None:
        """A question without a result; the rest goes on."""
        self.failed += 1
        text = str(error)
        if question.id and question.id not in text:
            text = f"question {question.id!r}: {text}"
        print(f"cotool: error: {text}", file=sys.stderr)
        if error.hint and self.failed == 1:
            print(f"hint: {error.hint}", file=sys.stderr)

    def progress(self, done: int) -> None:
        """So many bytes of the input have been read."""
        self.read = done

    def done(self) -> None:
        """One more question has its result."""
        self.questions += 1
        if not self.wants_bar:
            return
        import time

        if self.bar is None:
            if time.monotonic() - self.start < self.PATIENCE:
                return
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self.bar = Progress(
                TextColumn("{task.fields[questions]:,} questions"),
                BarColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self.bar.start()
            self.bar.add_task("read", total=self.total or None, questions=0)
        self.bar.update(0, completed=self.read, questions=self.questions)

    def summary(self) -> None:
        """What was left out, after all results."""
        if self.bad:
            records = "record" if self.bad == 1 else "records"
            self.warn(f"{self.bad:,} bad {records} left out")
        if self.failed:
            questions = "question" if self.failed == 1 else "questions"
            print(f"cotool: {self.failed:,} {questions} without a result", file=sys.stderr)


def _terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
