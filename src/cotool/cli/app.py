"""The Typer app and main(): the only place where errors become exit codes.

Exit codes: 0 success; 1 a --fail-on condition is true, or files failed for different reasons; 2
wrong usage or bad input; 5 a missing extra; 3, 4 and 6 to 10 vault: wrong key, changed, truncated,
newer version or not a vault file, malformed header, missing key version, refused cost; 70 a bug in
cotool; 130 Ctrl-C; 141 the reader of standard output has closed it, as after SIGPIPE.
"""

import contextlib
import copy
import inspect
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from typer.main import get_command

from cotool.cli.shared.settings import App
from cotool.errors import CotoolError
from cotool.text import visible
from cotool.version import __version__

Job = Callable[[], int]

_DEFECT = 70
_INTERRUPTED = 130
_CLOSED_PIPE = 141

# Click's UsageError. Typer includes its own copy of Click from 0.26 on and imports Click before, so
# no import works for both.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

_COMMANDS = {  # and the first sentence of their help
    "consensus": "Find the consensus of experts' answers: what they agree on, who dissents, "
    "and why.",
    "experts": "Show how reliable experts are, judge their answers, manage the store.",
    "analyze-logs": "Count a log's lines by level, time, pattern and keyword: gigabytes in "
    "one pass.",
    "vault": "Encrypt files with versioned keys or passphrases, sign files, hash passwords.",
    "bench": "Measure how fast cotool is on this machine, with pyperf, and compare results.",
    "config": "Show the settings and where each comes from: variable, file or default.",
}


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it by position
    if wanted:
        print(f"cotool {__version__}")
        raise typer.Exit


def _cotool(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - its callback acts
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    debug: Annotated[  # noqa: ARG001 - main() finds it before Typer does
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
) -> None:
    """Consensus among experts, analysis of logs, encryption of files."""
    if context.invoked_subcommand is None:
        from cotool.cli.welcome import WELCOME

        print(WELCOME, end="")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with `arguments` (default: those of the process); return the exit code.

    Typer only parses. A command returns its work as a function, which runs outside Typer, because
    Typer exits with 1 when a pipe is closed.
    """
    arguments, debug = _without_debug(sys.argv[1:] if arguments is None else arguments)
    _escape_output()
    try:
        job: Job | int | None = _command(arguments)(
            args=arguments, prog_name="cotool", standalone_mode=False, obj=whole_command
        )
        code = job() if callable(job) else job or 0
        if sys.stdout is not None:
            sys.stdout.flush()
    except CotoolError as error:
        return _report(str(error), _hint(error, arguments), error.exit_code, debug=debug)
    except BrokenPipeError:
        _discard_output()
        return _CLOSED_PIPE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except MemoryError:
        hint = "use fewer questions or responses at a time, or --threads 1"
        return _report("out of memory", hint, CotoolError.exit_code, debug=debug)
    except OSError as error:
        from cotool.cli.shared.suggest import file_hint

        message = _os_error(error)
        code = CotoolError.exit_code
        return _report(message, file_hint(arguments, message), code, debug=debug)
    except _UsageError as error:
        if not error.format_message():  # type: ignore[attr-defined]
            return CotoolError.exit_code  # a group was called without a command: show its help
        return _report(*_usage(error, arguments), CotoolError.exit_code, debug=debug)
    except Exception as error:  # noqa: BLE001 - the last line before the user
        hint = "this is a bug in cotool; --debug shows where it happened"
        return _report(f"{type(error).__name__}: {error}", hint, _DEFECT, debug=debug)
    return code


def _escape_output() -> None:
    """Let standard output escape what its encoding lacks, as standard error does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _without_debug(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """Remove `--debug`, so that it may be anywhere and also works for usage errors.

    A file of that name is left for the command, which refuses it.
    """
    if os.path.lexists("--debug"):
        return list(arguments), False
    end = arguments.index("--") if "--" in arguments else len(arguments)
    left = [word for word in arguments[:end] if word != "--debug"]
    return left + list(arguments[end:]), len(left) < end


def whole_command() -> Any:
    """Return Click's command with all its groups and commands, for manuals and tests."""
    return _unwrapped(get_command(_make_app([], whole=True)))


def _command(arguments: Sequence[str]) -> Any:
    command = _unwrapped(get_command(_make_app(arguments, whole="_COTOOL_COMPLETE" in os.environ)))
    for parameter in command.params:
        if parameter.name in {"install_completion", "show_completion"}:
            parameter.hidden = True
    return command


def _unwrapped(command: Any) -> Any:
    """Return the command with each paragraph of its help on one line, for rich to wrap."""
    if command.help:
        paragraphs = inspect.cleandoc(command.help).split("\n\n")
        command.help = "\n\n".join(" ".join(text.split()) for text in paragraphs)
    for inner in getattr(command, "commands", {}).values():
        _unwrapped(inner)
    return command


def _make_app(arguments: Sequence[str], *, whole: bool) -> typer.Typer:
    """Return the app, `whole` or with only the called command: importing the rest takes 40 ms."""
    words = [word for word in arguments if not word.startswith("-")]
    called = words[0] if words and words[0] in _COMMANDS and not whole else None
    app = App(
        name="cotool",
        add_completion=arguments[:1] != [called],  # its options come before the command
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(
        invoke_without_command=True,
        epilog="Examples:  cotool consensus answers.json\n\n"
        "cotool experts list\n\n"
        "cotool analyze-logs app.log\n\n"
        "cotool vault encrypt report.pdf\n\n"
        "cotool bench run --group logs --fast\n\n"
        "cotool config show\n\n"
        "Tab completion:  cotool --install-completion",
    )(_cotool)
    for name, text in _COMMANDS.items():
        if called is None and not whole:
            app.command(name, help=text)(_listed)
        elif whole or name == called:
            _ADD[name](app, [] if whole else words[1:])
    return app


def _listed() -> None:
    """Take the place of a command that is listed but not called."""


def _add_consensus(app: typer.Typer, _: Sequence[str]) -> None:
    from cotool.cli.consensus import command as consensus

    app.command("consensus", epilog=consensus.EXAMPLES, no_args_is_help=False)(consensus.consensus)


def _add_experts(app: typer.Typer, words: Sequence[str]) -> None:
    from cotool.cli.experts import command as experts

    app.add_typer(_narrowed(experts.app, words), name="experts")


def _add_analyze_logs(app: typer.Typer, words: Sequence[str]) -> None:
    if words[:1] == ["diff"]:
        from cotool.cli.logs import diff as analyze_logs_diff

        app.add_typer(analyze_logs_diff.app, name="analyze-logs")
        return
    from cotool.cli.logs import command as analyze_logs

    app.command("analyze-logs", epilog=analyze_logs.EXAMPLES, no_args_is_help=False)(
        analyze_logs.analyze_logs
    )


def _add_vault(app: typer.Typer, words: Sequence[str]) -> None:
    from cotool.cli.vault import command as vault

    app.add_typer(_narrowed(vault.group(words), words), name="vault")


def _add_bench(app: typer.Typer, words: Sequence[str]) -> None:
    from cotool.cli.bench import command as bench

    app.add_typer(_narrowed(bench.app, words), name="bench")


def _add_config(app: typer.Typer, words: Sequence[str]) -> None:
    from cotool.cli.config import command as config

    app.add_typer(_narrowed(config.app, words), name="config")


def _narrowed(app: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """Return a group with only the command or group that the first word names, if any."""
    commands = [info for info in app.registered_commands if words and info.name == words[0]]
    groups = [info for info in app.registered_groups if words and info.name == words[0]]
    if not commands and not groups:
        return app
    narrow = copy.copy(app)
    narrow.registered_commands, narrow.registered_groups = commands, []
    for info in groups:
        group = copy.copy(info)
        if group.typer_instance is not None:
            group.typer_instance = _narrowed(group.typer_instance, words[1:])
        narrow.registered_groups.append(group)
    return narrow


_ADD = {
    "consensus": _add_consensus,
    "experts": _add_experts,
    "analyze-logs": _add_analyze_logs,
    "vault": _add_vault,
    "bench": _add_bench,
    "config": _add_config,
}


def _usage(error: Exception, arguments: Sequence[str]) -> tuple[str, str]:
    """Return Click's message about a wrong argument, and the command that was meant."""
    from cotool.cli.shared.suggest import usage_hint

    message: str = error.format_message()  # type: ignore[attr-defined]
    message = message.partition(" Did you mean")[0].removesuffix(".")
    return message[:1].lower() + message[1:], usage_hint(error, arguments, whole_command)


def _hint(error: CotoolError, arguments: Sequence[str]) -> str | None:
    """Return the error's hint, with the call that was meant if the error names a file."""
    from cotool.cli.shared.suggest import file_hint

    return file_hint(arguments, str(error), error.hint)


def _os_error(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def _report(message: str, hint: str | None, code: int, *, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    print(f"cotool: error: {_indented(message)}", file=sys.stderr)
    if hint:
        print(f"hint: {_indented(hint)}", file=sys.stderr)
    return code


def _indented(message: str) -> str:
    """Return a message whose further lines, as in a file's name, do not look like messages."""
    return visible(message).replace("\n", "\n    ")


def _discard_output() -> None:
    """Redirect standard output to nowhere, so that Python's last flush does not fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
