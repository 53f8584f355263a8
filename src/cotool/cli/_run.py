"""A request for consensus carried out: one call of the core, results written as they come."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from cotool.cli._notes import Notes
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from cotool.cli._conditions import Condition
    from cotool.cli._progress import ProgressBar
    from cotool.cli._settings import Settings
    from cotool.cli._writers import Writer
    from cotool.consensus.model import Consensus


@dataclass(frozen=True, slots=True)
class Request:
    """What one call of the command asks for. `matrix` is None where the format decides."""

    paths: tuple[str, ...]
    settings: Settings
    output: str | None
    conditions: tuple[Condition, ...]
    skip_bad: bool
    explain: bool
    quiet: bool
    progress: bool
    matrix: bool | None


def run(request: Request) -> int:
    """Carry out a request; return the exit code."""
    from cotool.cli._output import open_output
    from cotool.cli._progress import ProgressBar, stderr_moves

    _spare_inputs(request)
    style = request.settings.format
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
    ):
        results = _results(request, notes, bar)
        single = False
        if style in {"table", "json"}:
            head = list(islice(results, 2))
            single = len(head) == 1 and not notes.failures
            results = chain(head, results)
        writer = _writer(request, sink, single=single)
        for result in results:
            if sink.isatty():
                bar.finish()
            writer.write(result)
            notes.answered(result)
        writer.close()
    return notes.end()


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


def _results(request: Request, notes: Notes, bar: ProgressBar) -> Iterator[Consensus]:
    from cotool.consensus import find_consensus_batch
    from cotool.consensus.layout import Keys
    from cotool.consensus.readers import read_questions

    settings = request.settings
    # Who names an embedder wants it used.
    metric = "embedding" if settings.embedder and settings.metric == "auto" else settings.metric
    questions = read_questions(
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
    for result in find_consensus_batch(
        questions,
        method=settings.method,
        metric=metric,
        clustering=settings.clustering,
        threshold=settings.threshold,
        weights=settings.weight,
        embedder=None if settings.embedder is None else load_embedder(settings.embedder),
        num_threads=settings.threads,
        on_error=notes.failed,
    ):
        bar.answered()
        yield result


def _writer(request: Request, sink: TextIO, *, single: bool) -> Writer:
    from cotool.cli import _writers

    keep = single if request.matrix is None else request.matrix
    match request.settings.format:
        case "json":
            return _writers.JsonWriter(sink, single=single, matrix=keep)
        case "jsonl":
            return _writers.JsonLinesWriter(sink, matrix=keep)
        case "csv":
            return _writers.CsvWriter(sink)
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
