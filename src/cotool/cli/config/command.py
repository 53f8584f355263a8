"""`cotool config`: its commands; the work is in `run`."""

from collections.abc import Callable
from functools import partial

import typer

from cotool.cli.config import run as work
from cotool.cli.shared.options import flag
from cotool.cli.shared.settings import App

Job = Callable[[], int]

app = App(
    name="config",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Show the settings and where each comes from: variable, file or default.",
    epilog="""Examples:

cotool config show

COTOOL_METRIC=tfidf cotool config show --set

cotool config path
""",
)


@app.command("show", epilog="Example:  cotool config show --set")
def show(
    context: typer.Context,
    *,
    only_set: bool = flag("Output", "Show only what is set, without defaults.", "--set"),
    json: bool = flag("Output", "Write one JSON object to standard output.", "--json"),
) -> Job:
    """Show each setting with its value and source.

    An option of a command overrides a COTOOL_* variable, which overrides config.toml, which
    overrides the default.
    """
    return partial(work.show, context.obj, only_set=only_set, as_json=json)


@app.command("path", epilog='Example:  $EDITOR "$(cotool config path)"')
def path() -> Job:
    """Print the path of config.toml, whether the file exists or not."""
    return work.path
