"""`cotool experts`: its commands; the work is in `run`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from cotool.cli.experts import run as work
from cotool.cli.experts.options import (
    Changing,
    FeedbackOptions,
    ImportOptions,
    ListOptions,
    QuestionsOptions,
    ResetOptions,
    Shown,
    Stored,
    known_experts,
)
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import argument

Job = Callable[[], int]

app = App(
    name="experts",
    no_args_is_help=True,
    help="Show how reliable experts are, judge their answers, manage the store.\n\n"
    "The store keeps what was learned about experts from cotool consensus --learn and from "
    "feedback. It is a file or a database.",
    epilog="""Examples:

cotool experts list

cotool experts feedback q-17 --correct B

cotool experts feedback "Which database?" --best alice

cotool experts export learned.json
""",
)


@app.command("list", epilog="Example:  cotool experts list --topic law")
def list_experts(*, options: ListOptions) -> Job:
    """List the experts by reliability, who copies whom, and whom to ask first."""
    return partial(work.list_experts, options)


@app.command("show", epilog="Example:  cotool experts show alice")
def show(
    expert: Annotated[
        str,
        argument("EXPERT", "The expert's name.", known_experts),
    ],
    *,
    options: Shown,
) -> Job:
    """Show everything about an expert: topics, trend, habits, copies."""
    return partial(work.show, expert, options)


@app.command("questions", epilog="Example:  cotool experts questions --unjudged")
def questions(*, options: QuestionsOptions) -> Job:
    """List the questions that you can give feedback on."""
    return partial(work.questions, options)


@app.command("feedback", epilog="Example:  cotool experts feedback q-17 --correct B")
def feedback(
    question: Annotated[
        str,
        argument("QUESTION", "The question's id or text, or the beginning of one."),
    ],
    *,
    options: FeedbackOptions,
) -> Job:
    """Judge the answers to a question. The store learns from it at once."""
    return partial(work.feedback, question, options)


@app.command("reset", epilog="Example:  cotool experts reset alice")
def reset(
    experts: Annotated[
        list[str] | None,
        argument("[EXPERT]...", "Experts to forget.", known_experts),
    ] = None,
    *,
    options: ResetOptions,
) -> Job:
    """Forget experts, or everything."""
    return partial(work.reset, experts or [], options)


@app.command("export", epilog="Example:  cotool experts export learned.json")
def export(
    file: Annotated[str, argument("[FILE]", "The file to write. Default: standard output.")] = "-",
    *,
    options: Stored,
) -> Job:
    """Write the store as JSON."""
    return partial(work.export, file, options)


@app.command("import", epilog="Example:  cotool experts import learned.json")
def import_(
    file: Annotated[str, argument("FILE", "A file written by export; - is standard input.")],
    *,
    options: ImportOptions,
) -> Job:
    """Replace the store with an export."""
    return partial(work.import_, file, options)


@app.command("merge", epilog="Example:  cotool experts merge team-b.db learned.json")
def merge(
    others: Annotated[list[str], argument("STORE...", "Stores, or files written by export.")],
    *,
    options: Changing,
) -> Job:
    """Add what other stores learned from other questions."""
    return partial(work.merge, others, options)
