"""`cotool config`: its commands; the work is in `run`."""

from collections.abc import Callable
from functools import partial

from cotool.cli.config import run as work
from cotool.cli.shared.commands import App, Given
from cotool.cli.shared.options import flag

Job = Callable[[], int]

app = App(
    name="config",
    no_args_is_help=True,
    help="Show the settings and where each comes from: variable, file or default.",
    epilog="""Examples:

cotool config show

COTOOL_METRIC=tfidf cotool config show --set

cotool config path
""",
)


@app.command("show", epilog="Example:  cotool config show --set")
def show(
    *,
    only_set: bool = flag("Output", "Show only what is set, without defaults.", "--set"),
    json: bool = flag("Output", "Write one JSON object to standard output.", "--json"),
    given: Given,
) -> Job:
    """Show each setting with its value and source.

    An option of a command overrides a COTOOL_* variable, which overrides config.toml, which
    overrides the default.
    """
    return partial(work.show, given.whole, only_set=only_set, as_json=json)


@app.command("path", epilog='Example:  $EDITOR "$(cotool config path)"')
def path() -> Job:
    """Print the path of config.toml, whether the file exists or not."""
    return work.path
