"""`cotool experts`: its commands and their options; the work is in `_experts_work`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from cotool.cli.experts import run as work
from cotool.cli.shared.options import QUIET, flag, option
from cotool.cli.shared.settings import App

Job = Callable[[], int]

_WHAT, _OUTPUT = "What", "Output"


def _experts(incomplete: str = "") -> list[str]:
    """Return the experts in the store, for completion."""
    return [name for name in work.known_names() if name.startswith(incomplete)]


app = App(
    name="experts",
    no_args_is_help=True,
    rich_markup_mode="rich",
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

STORE = option(
    _WHAT,
    "The store: a file or postgresql://…. Default: COTOOL_STORE, or your own file.",
    "--store PATH",
)
JSON = flag(_OUTPUT, "Write one JSON object to standard output.", "--json")
YES = flag(_WHAT, "Do not ask for confirmation.", "--yes -y")


@app.command("list", epilog="Example:  cotool experts list --topic law")
def list_experts(
    *,
    topic: str | None = option(_WHAT, "Reliability on this topic only.", "--topic NAME"),
    store: str | None = STORE,
    json: bool = JSON,
) -> Job:
    """List the experts by reliability, who copies whom, and whom to ask first."""
    return partial(work.list_experts, store, topic or "", as_json=json)


@app.command("show", epilog="Example:  cotool experts show alice")
def show(
    expert: Annotated[
        str, typer.Argument(metavar="EXPERT", help="The expert's name.", autocompletion=_experts)
    ],
    *,
    store: str | None = STORE,
    json: bool = JSON,
) -> Job:
    """Show everything about an expert: topics, trend, habits, copies."""
    return partial(work.show, store, expert, as_json=json)


@app.command("questions", epilog="Example:  cotool experts questions --unjudged")
def questions(
    *,
    unjudged: bool = flag(_WHAT, "Only questions without a judgement.", "--unjudged"),
    limit: int = option(
        _WHAT, "Maximum number of questions, latest first.", "--limit NUMBER", default=20
    ),
    store: str | None = STORE,
    json: bool = JSON,
) -> Job:
    """List the questions that you can give feedback on."""
    return partial(work.questions, store, limit, unjudged=unjudged, as_json=json)


@app.command("feedback", epilog="Example:  cotool experts feedback q-17 --correct B")
def feedback(
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION", help="The question's id or text, or the beginning of one."
        ),
    ],
    *,
    correct: list[str] | None = option(
        _WHAT, "The right answer. Repeatable, if several are accepted.", "--correct -c ANSWER"
    ),
    best: str | None = option(
        _WHAT, "The expert whose answer is best.", "--best -b EXPERT", words=_experts
    ),
    score: list[str] | None = option(
        _WHAT, "A score for an expert's answer, 0 to 1. Repeatable.", "--score -s EXPERT=NUMBER"
    ),
    store: str | None = STORE,
    quiet: bool = QUIET,
) -> Job:
    """Judge the answers to a question. The store learns from it at once."""
    judged = work.Judgement(tuple(correct or ()), best, tuple(score or ()))
    return partial(work.feedback, store, question, judged, quiet=quiet)


@app.command("reset", epilog="Example:  cotool experts reset alice")
def reset(
    experts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EXPERT]...", help="Experts to forget.", autocompletion=_experts),
    ] = None,
    *,
    everything: bool = flag(_WHAT, "Forget everybody.", "--all"),
    yes: bool = YES,
    store: str | None = STORE,
    quiet: bool = QUIET,
) -> Job:
    """Forget experts, or everything."""
    return partial(work.reset, store, experts or [], everything=everything, yes=yes, quiet=quiet)


@app.command("export", epilog="Example:  cotool experts export learned.json")
def export(
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="The file to write. Default: standard output.")
    ] = "-",
    *,
    store: str | None = STORE,
) -> Job:
    """Write the store as JSON."""
    return partial(work.export, store, file)


@app.command("import", epilog="Example:  cotool experts import learned.json")
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A file written by export; - is standard input.")
    ],
    *,
    yes: bool = YES,
    store: str | None = STORE,
    quiet: bool = QUIET,
) -> Job:
    """Replace the store with an export."""
    return partial(work.import_, store, file, yes=yes, quiet=quiet)


@app.command("merge", epilog="Example:  cotool experts merge team-b.db learned.json")
def merge(
    others: Annotated[
        list[str], typer.Argument(metavar="STORE...", help="Stores, or files written by export.")
    ],
    *,
    store: str | None = STORE,
    quiet: bool = QUIET,
) -> Job:
    """Add what other stores learned from other questions."""
    return partial(work.merge, store, others, quiet=quiet)
