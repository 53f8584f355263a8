"""Carry out a request for consensus: one call of the core, results written as they arrive."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from itertools import chain, islice

from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING, cast
from cotool.cli.consensus.notes import Notes
from cotool.cli.shared.report_options import spare_inputs
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool._typing import TextIO
    from cotool.cli.consensus.options import ConsensusFlags
    from cotool.cli.shared.conditions import Condition
    from cotool.cli.shared.progress import ProgressBar
    from cotool.consensus import Learning, Store
    from cotool.consensus.model import Consensus, Question
    from cotool.consensus.options import ConsensusOptions
    from cotool.consensus.read.layout import Keys
    from cotool.consensus.read.understood import Understood
    from cotool.engine.batches import Spread
    from cotool.engine.choice import EngineChoice


@dataclass(frozen=True, slots=True)
class ConsensusRequest:
    """What a call asks for: the options as given, and what they mean."""

    flags: ConsensusFlags
    paths: tuple[str, ...]
    options: ConsensusOptions
    keys: Keys
    format: str
    conditions: tuple[Condition[Consensus], ...]
    engine: EngineChoice
    quiet: bool
    progress: bool

    @property
    def uses_store(self) -> bool:
        """Whether the store is read or written."""
        return self.flags.learn or self.flags.store is not None


def run(request: ConsensusRequest) -> int:
    """Carry out a request; return the exit code."""
    from cotool.cli.shared.progress import ProgressBar, stderr_moves
    from cotool.io.output import open_output

    flags, style = request.flags, request.format
    spare_inputs([*request.paths, flags.truth, flags.store], {"output": flags.output})
    _check_learning(request)
    _check_engine(request)
    output = flags.output
    if style == "html":
        from cotool.cli.html.output import report_target

        output = report_target(output, shows=flags.open)
    notes = Notes(
        request.conditions,
        quiet=request.quiet,
        skip_bad=flags.skip_bad,
        weighed=request.options.weights,
    )
    shown = request.progress and not request.quiet and stderr_moves()
    with (
        open_output(output, data=style != "table") as sink,
        ProgressBar(request.paths, shown=shown) as bar,
        _opened_store(request, notes) as (store, learning),
        _spread(request) as spread,
    ):
        if flags.compare_methods or flags.explain_input:
            steps = _explain_input if flags.explain_input else _compare
            steps(request, notes, bar, sink)
            return notes.end()
        results = _results(request, notes, bar, store, learning, spread=spread)
        single = False
        if style in {"table", "json", "html"}:
            head = list(islice(results, 2))
            single = len(head) == 1 and not notes.failures
            results = chain(head, results)
        _write(request, _noted(results, request, notes, bar, sink), sink, store, single=single)
        if store is not None and learning is not None:
            bar.finish()
            if learning.learn:
                notes.learned(learning.report, store.name)
            notes.findings([*learning.report.misses.sentences(), *learning.report.findings])
    if flags.open:
        from cotool.cli.html.output import show_report

        show_report(str(output))
    return notes.end()


def _explain_input(request: ConsensusRequest, notes: Notes, bar: ProgressBar, sink: TextIO) -> None:
    """Print how the files are read, without finding a consensus."""
    from cotool.cli.consensus.input_table import write_input

    found: list[Understood] = []
    experts: set[str] = set()
    count = 0
    for question in _questions(request, notes, bar, on_understood=found.append):
        count += 1
        experts.update(one.sample_of or one.expert_name for one in question.responses)
    bar.finish()
    understood = replace(found[0], questions=count, experts=len(experts))
    write_input(understood, sink, as_json=request.format in {"json", "jsonl"})


def _check_engine(request: ConsensusRequest) -> None:
    """Raise InputError if the request cannot run on a cluster."""
    flags = request.flags
    alone = (("--compare-methods", flags.compare_methods), ("--matrix", flags.matrix))
    for option, given in alone:
        if given and request.engine.is_cluster:
            raise InputError(
                f"--engine {request.engine.name}: {option} works on one machine only",
                hint="omit --engine",
            )


def _spread(request: ConsensusRequest) -> contextlib.AbstractContextManager[Spread | None]:
    if not request.engine.is_cluster:
        return contextlib.nullcontext()
    from cotool.cli.shared.cluster_run import spread_of
    from cotool.engine import resolve_num_threads
    from cotool.engine.checkpoint import file_state

    files = [*request.paths, request.flags.truth or ""]
    asked = [request.flags, files, [file_state(path) for path in files]]
    threads = resolve_num_threads(request.options.num_threads)
    return spread_of(request.engine, asked, threads, quiet=request.quiet)


def _check_learning(request: ConsensusRequest) -> None:
    """Raise InputError if options for learning contradict each other."""
    flags, compares = request.flags, request.flags.compare_methods
    if compares and not flags.truth:
        raise InputError(
            "--compare-methods needs right answers",
            hint="give them with --truth FILE (columns question,truth)",
        )
    if compares and request.format == "html":
        raise InputError(
            "--compare-methods cannot write HTML", hint="use table, json, jsonl or csv"
        )
    if compares and request.uses_store:
        raise InputError("--compare-methods does not learn", hint="omit --learn and --store")
    if flags.truth and not (flags.learn or compares):
        raise InputError(
            "--truth has no effect alone",
            hint="add --learn to learn from it, or --compare-methods to measure methods with it",
        )
    if request.uses_store and flags.method not in {"auto", "vote"}:
        raise InputError(
            f"--method {flags.method} does not use a store",
            hint="omit --method: with --store, the experts' reliability decides",
        )


@contextlib.contextmanager
def _opened_store(
    request: ConsensusRequest, notes: Notes
) -> Iterator[tuple[Store | None, Learning | None]]:
    if not request.uses_store:
        yield None, None
        return
    from cotool.cli.shared.settings import store_path
    from cotool.consensus import Gold, Learning, Store, read_gold

    flags = request.flags
    learning = Learning(
        learn=flags.learn,
        gold=read_gold(flags.truth) if flags.truth else Gold(),
        topic_key=flags.topic_key,
        half_life=flags.half_life,
    )
    if learning.gold.unknown:
        notes.warning(learning.gold.unknown)
    with Store(store_path(flags.store), create=flags.learn) as store:
        if not flags.learn and store.is_new():
            notes.warning(
                f"{store.name}: nothing was learned yet; the questions are remembered, and "
                "you can judge them with cotool experts feedback"
            )
        yield store, learning


def _compare(request: ConsensusRequest, notes: Notes, bar: ProgressBar, sink: TextIO) -> None:
    from cotool.cli.consensus.compare_table import write_comparison
    from cotool.consensus import read_gold
    from cotool.consensus.extract.right_answers import Misses
    from cotool.consensus.truth.comparison import compare_methods

    gold = read_gold(str(request.flags.truth))
    if gold.unknown:
        notes.warning(gold.unknown)
    questions = _questions(request, notes, bar)
    misses = Misses()
    rows = compare_methods(questions, gold, request.options.num_threads, misses)
    bar.finish()
    notes.findings(list(misses.sentences()))
    write_comparison(rows, request.format, sink)


def _questions(
    request: ConsensusRequest,
    notes: Notes,
    bar: ProgressBar,
    on_understood: Callable[[Understood], None] | None = None,
) -> Iterator[Question]:
    from cotool.consensus.read.readers import read_questions

    return read_questions(
        request.paths,
        keys=request.keys,
        table=request.flags.table,
        skip_bad=request.flags.skip_bad,
        on_bad=notes.bad_record,
        on_warning=notes.warning,
        on_understood=on_understood or notes.understood,
        on_progress=bar.read,
        stdin=None if sys.stdin is None else sys.stdin.buffer,
        max_decompressed=cast("int | None", request.flags.max_decompressed),
    )


def _results(
    request: ConsensusRequest,
    notes: Notes,
    bar: ProgressBar,
    store: Store | None,
    learning: Learning | None,
    *,
    spread: Spread | None,
) -> Iterator[Consensus]:
    from cotool.consensus.api import answer_batch

    questions = _questions(request, notes, bar)
    if spread is not None:
        head = list(islice(questions, 2))
        # A single question is shown with its similarities and needs no cluster.
        spread = spread if len(head) > 1 else None
        questions = chain(head, questions)
    for result in answer_batch(
        questions,
        request.options,
        store=store,
        learning=learning,
        on_error=notes.failed,
        spread=spread,
    ):
        bar.answered()
        yield result


def _noted(
    results: Iterator[Consensus],
    request: ConsensusRequest,
    notes: Notes,
    bar: ProgressBar,
    sink: TextIO,
) -> Iterator[Consensus]:
    """Yield the results, and take note of each when it is written.

    A log in JSON lines may be read as answers to one question, which a warning says.
    """
    for result in results:
        if sink.isatty():
            bar.finish()
        yield result
        notes.answered(result)
        if result.question in request.paths:
            from cotool.cli.suggest import other_reader

            if log := other_reader(result.question, "consensus"):
                notes.warning(log)


def _write(
    request: ConsensusRequest,
    results: Iterator[Consensus],
    sink: TextIO,
    store: Store | None,
    *,
    single: bool,
) -> None:
    from cotool.cli.consensus import writers

    keep = single if request.flags.matrix is None else request.flags.matrix
    match request.format:
        case "json":
            write = writers.write_object if single else writers.write_array
            write(results, sink, matrix=keep)
        case "jsonl":
            writers.write_lines(results, sink, matrix=keep)
        case "csv":
            writers.write_csv(results, sink)
        case "html":
            writers.write_page(results, sink, single=single, sources=request.paths, store=store)
        case _:
            explain, to_file = request.flags.explain, sink is not sys.stdout
            writers.write_table(results, sink, single=single, explain=explain, to_file=to_file)
