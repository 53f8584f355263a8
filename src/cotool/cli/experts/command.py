"""`cotool experts`: its commands and their options; the work is in `_experts_work`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from cotool.cli.experts import run as work
from cotool.cli.shared.options import Quiet, flag, option
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

Store = Annotated[
    str | None,
    option(
        _WHAT,
        "The store: a file or postgresql://…. Default: COTOOL_STORE, or your own file.",
        "--store PATH",
    ),
]
Json = Annotated[bool, flag(_OUTPUT, "Write one JSON object to standard output.", "--json")]
Yes = Annotated[bool, flag(_WHAT, "Do not ask for confirmation.", "--yes -y")]


@app.command("list", epilog="Example:  cotool experts list --topic law")
def list_experts(
    *,
    topic: Annotated[
        str | None, option(_WHAT, "Reliability on this topic only.", "--topic NAME")
    ] = None,
    store: Store = None,
    json: Json = False,
) -> Job:
    """List the experts by reliability, who copies whom, and whom to ask first."""
    return partial(work.list_experts, store, topic or "", as_json=json)


@app.command("show", epilog="Example:  cotool experts show alice")
def show(
    expert: Annotated[
        str, typer.Argument(metavar="EXPERT", help="The expert's name.", autocompletion=_experts)
    ],
    *,
    store: Store = None,
    json: Json = False,
) -> Job:
    """Show everything about an expert: topics, trend, habits, copies."""
    return partial(work.show, store, expert, as_json=json)


@app.command("questions", epilog="Example:  cotool experts questions --unjudged")
def questions(
    *,
    unjudged: Annotated[
        bool, flag(_WHAT, "Only questions without a judgement.", "--unjudged")
    ] = False,
    limit: Annotated[
        int, option(_WHAT, "Maximum number of questions, latest first.", "--limit NUMBER")
    ] = 20,
    store: Store = None,
    json: Json = False,
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
    correct: Annotated[
        str | None, option(_WHAT, "The right answer.", "--correct -c ANSWER")
    ] = None,
    best: Annotated[
        str | None,
        option(_WHAT, "The expert whose answer is best.", "--best -b EXPERT", words=_experts),
    ] = None,
    score: Annotated[
        list[str] | None,
        option(
            _WHAT, "A score for an expert's answer, 0 to 1. Repeatable.", "--score -s EXPERT=NUMBER"
        ),
    ] = None,
    store: Store = None,
    quiet: Quiet = False,
) -> Job:
    """Judge the answers to a question. The store learns from it at once."""
    judged = work.Judgement(correct, best, tuple(score or ()))
    return partial(work.feedback, store, question, judged, quiet=quiet)


@app.command("reset", epilog="Example:  cotool experts reset alice")
def reset(
    experts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EXPERT]...", help="Experts to forget.", autocompletion=_experts),
    ] = None,
    *,
    everything: Annotated[bool, flag(_WHAT, "Forget everybody.", "--all")] = False,
    yes: Yes = False,
    store: Store = None,
    quiet: Quiet = False,
) -> Job:
    """Forget experts, or everything."""
    return partial(work.reset, store, experts or [], everything=everything, yes=yes, quiet=quiet)


@app.command("export", epilog="Example:  cotool experts export learned.json")
def export(
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="The file to write. Default: standard output.")
    ] = "-",
    *,
    store: Store = None,
) -> Job:
    """Write the store as JSON."""
    return partial(work.export, store, file)


@app.command("import", epilog="Example:  cotool experts import learned.json")
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A file written by export; - is standard input.")
    ],
    *,
    yes: Yes = False,
    store: Store = None,
    quiet: Quiet = False,
) -> Job:
    """Replace the store with an export."""
    return partial(work.import_, store, file, yes=yes, quiet=quiet)


@app.command("merge", epilog="Example:  cotool experts merge team-b.db learned.json")
def merge(
    others: Annotated[
        list[str], typer.Argument(metavar="STORE...", help="Stores, or files written by export.")
    ],
    *,
    store: Store = None,
    quiet: Quiet = False,
) -> Job:
    """Add what other stores learned from other questions."""
    return partial(work.merge, store, others, quiet=quiet)
