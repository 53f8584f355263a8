"""The public calls: responses to a Consensus, and a stream of questions to a stream of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain

from cotool._records import public_options, replace
from cotool._typing import TYPE_CHECKING, Any, Unpack
from cotool.consensus.batch import all_stated, answered, as_stated, question_of
from cotool.consensus.decide.analysis import analyse
from cotool.consensus.extract.stated import Stated
from cotool.consensus.model import Consensus, Question
from cotool.consensus.options import (
    INFERENCE,
    INNER,
    NUMERIC,
    OVER_QUESTIONS,
    ConsensusOptions,
)
from cotool.consensus.read.questions import as_question
from cotool.engine import resolve_num_threads
from cotool.engine.choice import engine_choice, open_engine
from cotool.errors import CotoolError, InputError

if TYPE_CHECKING:
    from cotool.consensus.batch import Item
    from cotool.consensus.decide.decision import Decision
    from cotool.consensus.learning.lessons import Learning
    from cotool.consensus.learning.store import Store
    from cotool.consensus.options import ConsensusArguments
    from cotool.consensus.truth.recognition import ScaleTest
    from cotool.engine.batches import Spread
    from cotool.engine.choice import EngineChoice

# Questions that are read before the first result, if answers are numbers or short.
MOST_AHEAD = 500
# Questions that are read before the first result in any case.
FIRST_AHEAD = 20


def find_consensus(
    responses: Iterable[object] | Mapping[str, Any] | Question,
    *,
    question: str = "",
    **options: Unpack[ConsensusArguments],
) -> Consensus:
    """Find what several experts agree on.

    `responses` are strings, mappings or dataclasses with ``expert_name``, ``content`` and, where
    known, ``confidence`` (0 to 1), ``timestamp``, ``metadata``, ``embedding`` (or the usual
    synonyms); or one question with its responses. `weights` are the experts' reliabilities by
    name (1 where an expert is not named). `embedder` maps texts to vectors for
    ``metric="embedding"``.

    `method`: ``vote`` over extracted answers, ``medoid`` of near-paraphrases, ``rover``, which
    makes one text of them, ``centre`` of free texts, ``supported``, which writes the statements
    that half of the experts make, or ``auto``; ``mean``, ``median`` and ``weighted`` (by the bias
    and precision of each expert, learned from a batch) combine numbers on a scale; methods of
    truth inference (`cotool.majority_vote` …) look at all questions of a batch together.
    `clustering`: ``components``, ``average``, ``density``, ``star``; `threshold` is chosen from the
    data if it is None.

    Raises InputError for responses or options that make no sense.
    """
    checked = public_options(ConsensusOptions, options, INNER, "find_consensus")
    asked = as_question(responses, where="responses")
    if question:
        asked = Question(question, question, asked.responses, asked.warnings)
    elif not isinstance(responses, Question) and asked.id == "responses":
        asked = Question("", asked.text, asked.responses, asked.warnings)
    subject = Stated.of(asked)
    decision: Decision | None = None
    if checked.method in OVER_QUESTIONS:
        ((subject, decision),) = _decided([subject], checked)
    elif checked.method == "auto":
        decision = _of_numbers(subject, checked)
    return analyse(subject, checked, decision)


def find_consensus_batch(
    questions: Iterable[object],
    *,
    store: Store | None = None,
    learning: Learning | None = None,
    on_error: Callable[[Question, CotoolError], None] | None = None,
    engine: str | None = None,
    scheduler: str | None = None,
    **options: Unpack[ConsensusArguments],
) -> Iterator[Consensus]:
    """Yield the consensus on each question, in input order, several questions at a time.

    Options are those of `find_consensus`. Memory does not grow with the number of questions,
    except with a `store` and with methods of truth inference, which read all questions before the
    first result, and keep the answers. With a `store` (`cotool.Store`), each expert's answers are
    weighed by the expert's history, and the questions are kept for feedback; `learning`
    (`cotool.Learning`) says what is learned from them.
    A data frame of pandas or Polars is read as the rows of a file are.
    A question that fails is passed to `on_error` and left out; without `on_error`, the error is
    raised. `engine` is ``threads``, ``dask`` or ``dask-local`` (processes), `scheduler` the address
    for ``dask``, by default DASK_SCHEDULER_ADDRESS. Results of a cluster have no matrices.
    """
    checked = public_options(ConsensusOptions, options, INNER, "find_consensus_batch")
    choice = engine_choice(engine, scheduler, None)
    answer = partial(
        answer_batch, questions, checked, store=store, learning=learning, on_error=on_error
    )
    return _on_cluster(choice, checked, answer) if choice.is_cluster else answer()


def answer_batch(
    questions: Iterable[object],
    options: ConsensusOptions,
    *,
    store: Store | None = None,
    learning: Learning | None = None,
    on_error: Callable[[Question, CotoolError], None] | None = None,
    spread: Spread | None = None,
) -> Iterator[Consensus]:
    """Do the same as `find_consensus_batch`, with its options as one object."""
    items: Iterator[Item] = _items(questions)
    if store is not None and options.method not in INFERENCE:
        from cotool.consensus.learning.lessons import Learning
        from cotool.consensus.learning.session import by_store

        items = by_store(
            all_stated(_good(items, on_error), None), store, learning or Learning(), options
        )
    elif options.method in OVER_QUESTIONS:
        items = _decided(all_stated(_good(items, on_error), spread), options)
    elif options.method == "auto":
        items, options = _by_votes_or_numbers(items, options, on_error)
    for asked, result in answered(items, options, spread):
        if isinstance(result, Consensus):
            yield result
        elif on_error is None:
            raise result
        else:
            on_error(asked, result)


def _on_cluster(
    choice: EngineChoice,
    options: ConsensusOptions,
    answer: Callable[..., Iterator[Consensus]],
) -> Iterator[Consensus]:
    from cotool.engine.batches import Spread
    from cotool.engine.tasks import Meter

    with open_engine(choice, resolve_num_threads(options.num_threads)) as opened:
        yield from answer(spread=Spread(opened, Meter()))


def _items(questions: Iterable[object]) -> Iterator[tuple[Question, CotoolError | None]]:
    """Yield each question as one, with what is wrong with it."""
    if isinstance(questions, (str, bytes, Mapping)):
        raise InputError(
            f"the questions are a {type(questions).__name__}, not a list of questions",
            hint="pass a list; one question goes to find_consensus",
        )
    if hasattr(questions, "columns") and hasattr(questions, "shape"):  # a frame
        from cotool.consensus.read.readers import questions_in_frame

        questions = questions_in_frame(questions)
    for place, raw in enumerate(questions, 1):
        where = f"question {place}"
        try:
            yield as_question(raw, where=where), None
        except CotoolError as error:
            yield Question(where, "", ()), error


def _by_votes_or_numbers(
    items: Iterator[Item],
    options: ConsensusOptions,
    on_error: Callable[[Question, CotoolError], None] | None,
) -> tuple[Iterator[Item], ConsensusOptions]:
    """Return the questions as they are, or with their values if answers are numbers on a scale.

    If some of the first 20 questions are answered by numbers or a few words, up to 500 are read
    before the first is yielded. The returned options say how independent the experts of open
    answers are.
    """
    head: list[Item] = []
    short: list[Stated] = []
    test: ScaleTest | None = None
    is_open = True
    while is_open and (item := next(items, None)) is not None:
        asked, error = item
        if isinstance(error, CotoolError):
            head.append((asked, error))
            continue
        subject = as_stated(asked)
        head.append((subject, None))
        if subject.kind in {"number", "short"}:
            if test is None:
                from cotool.consensus.truth.recognition import ScaleTest

                test = ScaleTest()
            is_open = test.add(subject)
        if subject.kind == "short":
            short.append(subject)
        is_open = (is_open or bool(short)) and len(head) < (MOST_AHEAD if test else FIRST_AHEAD)
    items = chain(head, items)
    if len(short) > 1 and not options.weights:
        from cotool.consensus.truth.table import independence_of

        options = replace(options, independence=independence_of(short))
    if test is None or not test.is_scale():
        return items, options
    from cotool.consensus.truth.scale import measured, method_for

    subjects = map(as_stated, _good(items, on_error))
    return measured(subjects, method_for(options.weights), options.weights), options


def _of_numbers(subject: Stated, options: ConsensusOptions) -> Decision | None:
    """Combine the answers to a single question if they are numbers on a scale."""
    if subject.kind not in {"number", "short"}:
        return None
    from cotool.consensus.truth.recognition import ScaleTest

    test = ScaleTest()
    test.add(subject)
    if not test.is_scale():
        return None
    from cotool.consensus.truth.scale import Scale, method_for

    return Scale([subject], options.weights, method_for(options.weights)).decision(0, subject)


def _decided(
    subjects: Iterable[Stated], options: ConsensusOptions
) -> Iterator[tuple[Stated, Decision | None]]:
    """Yield each question with what the method decides, which looks at all of them together."""
    if options.method in NUMERIC:
        from cotool.consensus.truth.scale import measured

        return measured(subjects, options.method, options.weights)
    from cotool.consensus.truth.inference import decided

    return decided(subjects, options.method, options.num_threads)


def _good(
    items: Iterable[Item], on_error: Callable[[Question, CotoolError], None] | None
) -> Iterator[Question | Stated]:
    """Yield the questions without an error; errors go to `on_error`, or are raised."""
    for asked, error in items:
        if not isinstance(error, CotoolError):
            yield asked
        elif on_error is None:
            raise error
        else:
            on_error(question_of(asked), error)
