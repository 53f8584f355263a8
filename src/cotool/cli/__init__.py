"""The command line: the only place that knows Typer, rich, terminals and exit codes."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cotool import __version__
from cotool.cli import _config
from cotool.cli.consensus import consensus
from cotool.errors import CotoolError

EXAMPLES = """Example:  cotool consensus examples/deployment.json

Settings: a flag wins over COTOOL_METHOD, COTOOL_FORMAT …, and those over
config.toml in $COTOOL_HOME or the user's configuration folder.
Exit codes: 0 done, 1 a --fail-on was met, 2 usage or bad input, 130 Ctrl-C."""

app = typer.Typer(
    name="cotool",
    help="Consensus among experts, at the speed of the machine.",
    epilog=EXAMPLES.replace("\n\n", "\n\n\n"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# Parameter errors of the Click that Typer uses, vendored or not.
UsageError = typer.BadParameter.__bases__[0]


def show_version(wanted: bool) -> None:  # noqa: FBT001 (Typer calls it so)
    """Print the version and stop."""
    if wanted:
        typer.echo(f"cotool {__version__}")
        raise typer.Exit


@app.callback()
def cotool(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", help="Print the version.", callback=show_version, is_eager=True
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show a traceback where an error ends the command.")
    ] = False,
) -> None:
    """Consensus among experts, at the speed of the machine."""


app.command()(consensus)


def fail(message: str, hint: str | None = None) -> None:
    """One line of error, and what to do about it."""
    print(f"cotool: error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code: the only place where errors become one."""
    debug = "--debug" in arguments
    try:
        code = app(
            arguments,
            prog_name="cotool",
            standalone_mode=False,
            default_map=_config.default_map(arguments),
        )
        sys.stdout.flush()
    except CotoolError as error:
        if debug:
            raise
        fail(str(error), error.hint)
        return error.exit_code
    except UsageError as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "cotool"
        fail(error.format_message(), f"{path} --help shows the usage")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        print("cotool: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError as error:
        if debug:
            raise
        fail(f"out of memory: {error or 'the input is too large'}", "try fewer responses at a time")
        return 2
    except OSError as error:
        if debug:
            raise
        fail(f"{error.filename or 'output'}: {error.strerror or error}")
        return 2
    return code if isinstance(code, int) else 0
