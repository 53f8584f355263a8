"""The public calls: responses to a Consensus, and a stream of questions to a stream of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cotool import engine
from cotool.consensus.decide.analysis import Options, analyse
from cotool.consensus.model import Consensus, Question
from cotool.consensus.options import CLUSTERINGS, INFERENCE, METHODS, METRICS
from cotool.consensus.read.responses import as_question
from cotool.errors import CotoolError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cotool.consensus.decide.analysis import Embedder
    from cotool.consensus.decide.decision import Decision
    from cotool.consensus.learning.session import Learning
    from cotool.consensus.learning.store import Store
    from cotool.engine.batches import Spread

    # A question's place, the question as it was given, and what decides it.
    Item = tuple[int, object, Decision | None]

# Characters of all responses from which a question is worth handing to another thread.
HEAVY = 4000


def find_consensus(
    responses: Iterable[object] | Mapping[str, Any] | Question,
    *,
    question: str = "",
    method: str = "auto",
    metric: str = "auto",
    clustering: str = "auto",
    threshold: float | None = None,
    weights: Mapping[str, float] | None = None,
    embedder: Embedder | None = None,
    num_threads: int | None = None,
) -> Consensus:
    """Find what several experts agree on.

    `responses` are strings, mappings or dataclasses with ``expert_name``, ``content`` and, where
    known, ``confidence`` (0 to 1), ``timestamp``, ``metadata``, ``embedding`` (or the usual
    synonyms); or one question with its responses. `weights` are the experts' reliabilities by
    name (1 where an expert is not named). `embedder` maps texts to vectors for
    ``metric="embedding"``.

    `method`: ``vote`` over extracted answers, ``medoid`` of near-paraphrases, ``rover``, which
    makes one text of them, ``centre`` of free texts, or ``auto``; methods of truth inference
    (`cotool.majority_vote` …) look at all questions of a batch together. `clustering`:
    ``components``, ``average``, ``density``, ``star``; `threshold` is chosen from the data where
    it is None.

    Raises InputError for responses or options that make no sense.
    """
    options = _checked(
        Options(method, metric, clustering, threshold, weights or {}, embedder, num_threads)
    )
    asked = as_question(responses, where="responses")
    if question:
        asked = Question(question, question, asked.responses, asked.warnings)
    elif not isinstance(responses, Question) and asked.id == "responses":
        asked = Question("", asked.text, asked.responses, asked.warnings)
    decision = None
    if method in INFERENCE:
        from cotool.consensus.truth.inference import decided

        ((asked, decision),) = decided([asked], method, num_threads)
    return analyse(asked, options, decision)


def find_consensus_batch(
    questions: Iterable[object],
    *,
    method: str = "auto",
    metric: str = "auto",
    clustering: str = "auto",
    threshold: float | None = None,
    weights: Mapping[str, float] | None = None,
    embedder: Embedder | None = None,
    num_threads: int | None = None,
    store: Store | None = None,
    learning: Learning | None = None,
    on_error: Callable[[Question, CotoolError], None] | None = None,
    spread: Spread | None = None,
) -> Iterator[Consensus]:
    """Yield the consensus on each question, in input order, several questions at a time.

    Options are those of `find_consensus`. Memory does not grow with the number of questions,
    except for methods of truth inference, which look at all of them before the first comes out.
    With a `store` (`cotool.Store`) the experts' record weighs their answers, and the questions are
    remembered for feedback; `learning` (`cotool.Learning`) says what is to be learned from them.
    A question that fails is handed to `on_error` and left out; without it the error is raised.
    `spread` (`cotool.engine.batches.Spread`) has questions answered by a cluster; similarities
    stay there.
    """
    options = _checked(
        Options(method, metric, clustering, threshold, weights or {}, embedder, num_threads)
    )
    threads = engine.resolve_num_threads(num_threads)
    # One level of parallelism at a time: many questions in flight, one thread to a kernel.
    inner = replace(options, num_threads=1)

    items: Iterator[Item] = ((place, raw, None) for place, raw in enumerate(questions, 1))
    if method in INFERENCE:
        from cotool.consensus.truth.inference import decided

        good = _good(items, on_error)
        items = ((0, *pair) for pair in decided(good, method, num_threads, spread))
    elif store is not None:
        from cotool.consensus.learning.session import Learning, by_store

        good = _good(items, on_error)
        items = ((0, *pair) for pair in by_store(good, store, learning or Learning()))
    results: Iterator[tuple[Question, Consensus | CotoolError]]
    if spread is None:
        results = engine.map_ordered(partial(solve, inner), items, threads, is_heavy=_is_heavy)
    else:
        from cotool.consensus.cluster import solved

        results = solved(spread, inner, items)
    for asked, result in results:
        if isinstance(result, Consensus):
            yield result
        elif on_error is None:
            raise result
        else:
            on_error(asked, result)


def solve(options: Options, item: Item) -> tuple[Question, Consensus | CotoolError]:
    """Return an item's question, and the consensus on it or what is wrong with it."""
    place, raw, decision = item
    asked = raw if isinstance(raw, Question) else Question(f"question {place}", "", ())
    try:
        asked = as_question(raw, where=f"question {place}")
        return asked, analyse(asked, options, decision)
    except CotoolError as error:
        return asked, error


def _good(
    items: Iterable[Item], on_error: Callable[[Question, CotoolError], None] | None
) -> Iterator[Question]:
    """Yield the questions; what is none goes to `on_error`."""
    for place, raw, _ in items:
        try:
            yield as_question(raw, where=f"question {place}")
        except CotoolError as error:
            if on_error is None:
                raise
            on_error(Question(f"question {place}", "", ()), error)


def _is_heavy(item: Item) -> bool:
    """Whether kernels, which run beside each other, take most of the question's time."""
    asked = item[1]
    return not isinstance(asked, Question) or (
        sum(len(response.content) for response in asked.responses) > HEAVY
    )


def _checked(options: Options) -> Options:
    """The options themselves; InputError where one makes no sense."""
    for name, value, known in (
        ("method", options.method, METHODS),
        ("metric", options.metric, METRICS),
        ("clustering", options.clustering, CLUSTERINGS),
    ):
        if value not in known:
            raise InputError(f"unknown {name} {value!r}", hint=f"one of {', '.join(known)}")
    threshold = options.threshold
    if threshold is not None and not 0 <= threshold <= 1:
        raise InputError(f"the threshold must be between 0 and 1, got {threshold:g}")
    for expert, weight in options.weights.items():
        if not 0 <= weight < float("inf"):
            raise InputError(f"the weight of {expert!r} must be a number from 0 on, got {weight:g}")
    engine.resolve_num_threads(options.num_threads)
    return options
