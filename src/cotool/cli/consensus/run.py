"""A request for consensus carried out: one call of the core, results written as they come."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from cotool import __version__
from cotool.cli.consensus.notes import Notes
from cotool.engine.choice import LOCAL, EngineChoice
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from cotool.cli.consensus.settings import Settings
    from cotool.cli.consensus.writers import Writer
    from cotool.cli.shared.conditions import Condition
    from cotool.cli.shared.progress import ProgressBar
    from cotool.consensus import Learning, Store
    from cotool.consensus.model import Consensus, Question
    from cotool.engine.batches import Spread


@dataclass(frozen=True, slots=True)
class Request:
    """What one call of the command asks for. `matrix` is None where the format decides."""

    paths: tuple[str, ...]
    settings: Settings
    output: str | None
    conditions: tuple[Condition[Consensus], ...]
    skip_bad: bool
    explain: bool
    quiet: bool
    progress: bool
    matrix: bool | None
    learn: bool = False
    truth: str | None = None
    compare: bool = False
    engine: EngineChoice = LOCAL
    shows: bool = False


def run(request: Request) -> int:
    """Carry out a request; return the exit code."""
    from cotool.cli.shared.progress import ProgressBar, stderr_moves
    from cotool.io.output import open_output

    _spare_inputs(request)
    _check_learning(request)
    _check_engine(request)
    style = request.settings.format
    if style == "html":
        from cotool.cli.html.output import report_target

        request = replace(request, output=report_target(request.output, shows=request.shows))
    notes = Notes(
        request.conditions,
        quiet=request.quiet,
        skip_bad=request.skip_bad,
        weighed=request.settings.weight or (),
    )
    shown = request.progress and not request.quiet and stderr_moves()
    with (
        open_output(request.output, data=style != "table") as sink,
        ProgressBar(request.paths, shown=shown) as bar,
        _opened_store(request, notes) as (store, learning),
        _spread(request) as spread,
    ):
        if request.compare:
            _compare(request, notes, bar, sink)
            return notes.end()
        results = _results(request, notes, bar, store, learning, spread=spread)
        single = False
        if style in {"table", "json", "html"}:
            head = list(islice(results, 2))
            single = len(head) == 1 and not notes.failures
            results = chain(head, results)
        writer = _writer(request, sink, store, single=single)
        for result in results:
            if sink.isatty():
                bar.finish()
            writer.write(result)
            notes.answered(result)
            if result.question in request.paths:
                _warn_of_a_log(result.question, notes)
        writer.close()
        if store is not None and learning is not None:
            bar.finish()
            if learning.learn:
                notes.learned(learning.report, store.name)
            notes.findings(learning.report.findings)
    if request.shows:
        from cotool.cli.html.output import show_report

        show_report(str(request.output))
    return notes.end()


def _warn_of_a_log(path: str, notes: Notes) -> None:
    """Warn of a log in JSON lines, which also reads as answers to a question named by the file."""
    from cotool.cli.shared.suggest import other_reader

    found = other_reader(path, "consensus")
    if found:
        notes.warning(found)


def _check_engine(request: Request) -> None:
    """Raise InputError where a cluster is asked for what it does not do."""
    if request.engine.is_cluster:
        for option, given in (
            ("--compare-methods", request.compare),
            ("--matrix", bool(request.matrix)),
        ):
            if given:
                raise InputError(
                    f"--engine {request.engine.name}: {option} is for one machine",
                    hint="leave --engine out",
                )


def _spread(request: Request) -> contextlib.AbstractContextManager[Spread | None]:
    from cotool.cli.shared.cluster_run import spread_of
    from cotool.engine import resolve_num_threads

    settings = request.settings
    # What is asked, of which files in which state.
    states = [_state_of(path) for path in request.paths]
    threads = resolve_num_threads(settings.threads)
    asked = [__version__, settings, request.paths, states, request.learn, request.truth]
    return spread_of(request.engine, asked, threads, quiet=request.quiet)


def _state_of(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - as it is
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _check_learning(request: Request) -> None:
    """Raise InputError where options of learning contradict each other."""
    if request.compare and not request.truth:
        raise InputError(
            "--compare-methods needs answers that are known to be right",
            hint="give them with --truth FILE (columns question,truth)",
        )
    if request.compare and request.settings.format == "html":
        raise InputError("--compare-methods makes no HTML", hint="table, json, jsonl or csv")
    if request.compare and (request.learn or request.settings.store):
        raise InputError("--compare-methods learns nothing", hint="leave --learn and --store out")
    if request.truth and not (request.learn or request.compare):
        raise InputError(
            "--truth alone does nothing",
            hint="--learn learns from it, --compare-methods holds methods against it",
        )
    if request.settings.half_life and not request.learn:
        from cotool.consensus.learning.session import parse_half_life

        parse_half_life(request.settings.half_life)
    if (request.learn or request.settings.store) and request.settings.method not in {
        "auto",
        "vote",
    }:
        raise InputError(
            f"--method {request.settings.method} does not use a store",
            hint="leave --method out: with --store the experts' record decides",
        )


@contextlib.contextmanager
def _opened_store(request: Request, notes: Notes) -> Iterator[tuple[Store | None, Learning | None]]:
    if not (request.learn or request.settings.store):
        yield None, None
        return
    from cotool.cli.shared.settings import store_path
    from cotool.consensus import Store

    learning = _learning(request)
    with Store(store_path(request.settings.store)) as store:
        if not request.learn and store.is_new():
            notes.warning(
                f"{store.name}: nothing was learned yet; the questions are remembered, and "
                "cotool experts feedback can judge them"
            )
        yield store, learning


def _learning(request: Request) -> Learning:
    from cotool.consensus import Gold, Learning, read_gold
    from cotool.consensus.learning.session import parse_half_life

    half_life = request.settings.half_life
    if half_life is not None:
        parse_half_life(half_life)
    return Learning(
        learn=request.learn,
        gold=read_gold(request.truth) if request.truth else Gold(),
        topic_key=request.settings.topic_key,
        half_life=half_life,
    )


def _compare(request: Request, notes: Notes, bar: ProgressBar, sink: TextIO) -> None:
    from cotool.cli.consensus.compare_table import write_comparison
    from cotool.consensus import read_gold
    from cotool.consensus.truth.comparison import compare_methods

    gold = read_gold(str(request.truth))
    questions = _questions(request, notes, bar)
    scores = compare_methods(questions, gold, request.settings.threads)
    rows = list(scores)
    bar.finish()
    write_comparison(rows, request.settings.format, sink)


def _spare_inputs(request: Request) -> None:
    """Raise InputError where the output would replace one of the inputs."""
    if request.output in {None, "-"}:
        return
    for path in request.paths:
        with contextlib.suppress(OSError):
            if path != "-" and os.path.samefile(path, str(request.output)):  # noqa: PTH121 - as it is
                raise InputError(
                    f"{request.output}: is also an input", hint="name another file with --output"
                )


def _questions(request: Request, notes: Notes, bar: ProgressBar) -> Iterator[Question]:
    from cotool.consensus.read.layout import Keys
    from cotool.consensus.read.readers import read_questions

    settings = request.settings
    return read_questions(
        request.paths,
        keys=Keys(
            question=settings.question_key,
            id=settings.id_key,
            content=settings.content_key,
            expert=settings.expert_key,
            confidence=settings.confidence_key,
            timestamp=settings.timestamp_key,
            embedding=settings.embedding_key,
            responses=settings.responses_key,
            expert_columns=settings.expert_columns,
        ),
        skip_bad=request.skip_bad,
        on_bad=notes.bad_record,
        on_warning=notes.warning,
        on_progress=bar.read,
        stdin=None if sys.stdin is None else sys.stdin.buffer,
    )


def _results(
    request: Request,
    notes: Notes,
    bar: ProgressBar,
    store: Store | None,
    learning: Learning | None,
    *,
    spread: Spread | None,
) -> Iterator[Consensus]:
    from cotool.consensus import find_consensus_batch

    settings = request.settings
    questions = _questions(request, notes, bar)
    if spread is not None:
        head = list(islice(questions, 2))
        # One question alone is shown with its similarities, and no work for a cluster.
        spread = spread if len(head) > 1 else None
        questions = chain(head, questions)
    # Who names an embedder wants it used.
    metric = "embedding" if settings.embedder and settings.metric == "auto" else settings.metric
    for result in find_consensus_batch(
        questions,
        method=settings.method,
        metric=metric,
        clustering=settings.clustering,
        threshold=settings.threshold,
        weights=settings.weight,
        embedder=None if settings.embedder is None else load_embedder(settings.embedder),
        num_threads=settings.threads,
        store=store,
        learning=learning,
        on_error=notes.failed,
        spread=spread,
    ):
        bar.answered()
        yield result


def _writer(request: Request, sink: TextIO, store: Store | None, *, single: bool) -> Writer:
    from cotool.cli.consensus import writers as _writers

    keep = single if request.matrix is None else request.matrix
    match request.settings.format:
        case "json":
            return _writers.JsonWriter(sink, single=single, matrix=keep)
        case "jsonl":
            return _writers.JsonLinesWriter(sink, matrix=keep)
        case "csv":
            return _writers.CsvWriter(sink)
        case "html":
            return _writers.HtmlWriter(sink, single=single, sources=request.paths, store=store)
    return _writers.TableWriter(
        sink, single=single, explain=request.explain, to_file=sink is not sys.stdout
    )


def load_embedder(name: str) -> Callable[[Sequence[str]], Any]:
    """Return the callable that MODULE:NAME names; modules of the current folder are found, too.

    Raises InputError where it cannot be imported, is absent or is not callable; what it returns
    raises InputError where the callable fails.
    """
    module_name, colon, path = name.partition(":")
    if not (module_name and colon and path):
        raise InputError(
            f"--embedder: expected MODULE:NAME, got {name!r}", hint="as in mymodels:embed"
        )
    import importlib

    folder = str(os.getcwd())  # noqa: PTH109 - sys.path holds strings
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        found: Any = importlib.import_module(module_name)
        for part in path.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise InputError(
            f"--embedder: {name!r} cannot be loaded: {type(error).__name__}: {error}",
            hint="name a module that Python can import, and a function in it",
        ) from error
    if not callable(found):
        raise InputError(
            f"--embedder: {name!r} is not callable", hint="name a function from texts to vectors"
        )

    def embed(texts: Sequence[str]) -> Any:
        try:
            return found(texts)
        except Exception as error:
            raise InputError(
                f"--embedder: {name!r} failed: {type(error).__name__}: {error}",
                hint="--debug shows where",
            ) from error

    return embed
