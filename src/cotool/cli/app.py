"""The Typer app and main(): the only place where errors become exit codes.

Exit codes: 0 success; 1 a --fail-on condition is true, or files failed for different reasons; 2
wrong usage or bad input; 5 a missing extra; 3, 4 and 6 to 10 vault: wrong key, changed, truncated,
newer version or not a vault file, malformed header, missing key version, refused cost; 70 a bug in
cotool; 129, 130 and 143 SIGHUP, Ctrl-C and SIGTERM; 141 the reader of standard output has closed
it, as after SIGPIPE.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from cotool._typing import Any
from cotool.cli.shared.commands import App, plain_call
from cotool.cli.shared.exit_codes import BAD_INPUT, CLOSED_PIPE, DEFECT, INTERRUPTED
from cotool.cli.shared.say import say_error
from cotool.cli.shared.settings import COMMANDS
from cotool.cli.shared.signals import ended_by_signals
from cotool.errors import CotoolError, InputError

_SIZE_DIGITS = 5

_HOMES = {f"cotool.cli.{name.removeprefix('analyze-')}.command": name for name in COMMANDS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with `arguments` (default: those of the process); return the exit code.

    A command returns its work as a function, which runs outside Typer, because Typer exits with 1
    when a pipe is closed.
    """
    arguments, debug = _without_debug(sys.argv[1:] if arguments is None else arguments)
    _occupy_streams()
    _forget_odd_sizes()
    with _escaped_output(), ended_by_signals():
        return _exit_code(arguments, debug=debug)


def _exit_code(arguments: Sequence[str], *, debug: bool) -> int:
    try:
        code = _run(arguments)
        _flush()
    except CotoolError as error:
        hint = _hint(str(error), error.hint, arguments)
        return _report(str(error), hint, error.exit_code, debug=debug)
    except BrokenPipeError:
        _discard_output()
        return CLOSED_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:
        hint = "use fewer questions or responses at a time, or --threads 1"
        return _report("out of memory", hint, BAD_INPUT, debug=debug)
    except OSError as error:
        message = _os_error(error)
        return _report(message, _hint(message, None, arguments), BAD_INPUT, debug=debug)
    except Exception as error:  # noqa: BLE001 - the last line before the user
        if _is_usage_error(error):
            if not error.format_message():  # type: ignore[attr-defined]
                return BAD_INPUT  # a group was called without a command: show its help
            return _report(*_usage(error, arguments), BAD_INPUT, debug=debug)
        hint = "this is a bug in cotool; --debug shows where it happened"
        return _report(f"{type(error).__name__}: {error}", hint, DEFECT, debug=debug)
    return code


class _Closed(io.TextIOBase):
    """Standard output that is closed: print() would say nothing about it."""

    closed = True

    def write(self, _text: str) -> int:
        """Raise InputError."""
        raise InputError("standard output is closed", hint="give a file with --output")

    def flush(self) -> None:
        """Do nothing: nothing has been written."""

    def isatty(self) -> bool:
        """Return that no person reads it."""
        return False


def _occupy_streams() -> None:
    """Open nothing in the place of standard streams that are closed.

    Otherwise, the first files that are opened take these places, and messages go to standard
    output, or into one of these files.
    """
    for handle in range(3):
        try:
            os.fstat(handle)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - at the end


def _forget_odd_sizes() -> None:
    """Remove sizes of a terminal that are no sensible numbers: rich and Click read them."""
    for name in ("COLUMNS", "LINES"):
        size = os.environ.get(name, "0")
        if not (size.isascii() and size.isdecimal() and len(size) <= _SIZE_DIGITS):
            del os.environ[name]


@contextlib.contextmanager
def _escaped_output() -> Iterator[None]:
    """Let standard output escape what its encoding lacks, as standard error does.

    With PYTHONUNBUFFERED, Python does not report a write that a full disk cuts short. Output that
    is not buffered gets a buffer here, which does.
    """
    given = sys.stdout
    if not isinstance(given, io.TextIOWrapper):
        yield
        return
    given.reconfigure(errors="backslashreplace")
    if not isinstance(given.buffer, io.RawIOBase):
        yield
        return
    buffer = io.BufferedWriter(given.buffer)
    buffered = sys.stdout = io.TextIOWrapper(
        buffer, given.encoding, "backslashreplace", line_buffering=given.isatty()
    )
    try:
        yield
    finally:
        sys.stdout = given
        with contextlib.suppress(OSError):  # it was reported already
            buffered.detach()
            buffer.detach()


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
    from cotool.cli.shared.by_typer import command_line

    return command_line(_app(None))


def _run(arguments: Sequence[str]) -> int:
    """Run a call that is plain, or as Typer reads it; return the exit code."""
    completes = "_COTOOL_COMPLETE" in os.environ
    words = [word for word in arguments if not word.startswith("-")]
    app = _app(None if completes else words)
    call = None if completes else plain_call(app, arguments, whole_command)
    if call is None:
        return _run_by_typer(app, arguments, words)
    try:
        return _result(call())
    except CotoolError as error:
        trace = error.__traceback__
        with contextlib.suppress(CotoolError):
            _run_by_typer(app, arguments, words, error)  # which names options in it
        raise error.with_traceback(trace) from None


def _run_by_typer(
    app: App, arguments: Sequence[str], words: Sequence[str], failed: CotoolError | None = None
) -> int:
    from cotool.cli.shared.by_typer import CallContext, command_line

    called = words[0] if words and words[0] in COMMANDS else None
    options_first = arguments[:1] != [called]  # those of cotool itself come before the command
    command = command_line(app, words if called else (), add_completion=options_first)
    call = CallContext(whole_command, failed)
    return _result(command(args=[*arguments], prog_name="cotool", standalone_mode=False, obj=call))


def _result(job: Callable[[], int] | int | None) -> int:
    return job() if callable(job) else job or 0


def _app(words: Sequence[str] | None) -> App:
    """Return the app with the command that `words` call, or whole: importing all takes 40 ms."""
    if words is None or {*words[:1]} & {*COMMANDS}:
        is_diff = [*(words or ())[:2]] == ["analyze-logs", "diff"]
        homes = {"cotool.cli.logs.diff": "analyze-logs"} if is_diff else _HOMES
        return App(homes).load(words or ())
    app = App()
    for name, text in COMMANDS.items():
        app.command(name, help=text)(_listed)
    return app


def _listed() -> None:
    """Take the place of a command that is listed but not called."""


# A hint guesses from any arguments and files; if that fails, the error itself must still be shown.
_A_HINT_MAY_FAIL = contextlib.suppress(Exception)


def _is_usage_error(error: Exception) -> bool:
    if "typer" not in sys.modules:
        return False
    from cotool.cli.shared.by_typer import UsageError

    return isinstance(error, UsageError)


def _usage(error: Exception, arguments: Sequence[str]) -> tuple[str, str | None]:
    """Return Click's message about a wrong argument, and the command that was meant."""
    from cotool.cli.suggest import usage_hint

    message: str = error.format_message()  # type: ignore[attr-defined]
    message = message.partition(" Did you mean")[0].removesuffix(".")
    hint = None
    with _A_HINT_MAY_FAIL:
        hint = usage_hint(error, arguments, whole_command)
    return message[:1].lower() + message[1:], hint


def _hint(message: str, own: str | None, arguments: Sequence[str]) -> str | None:
    """Return an error's own hint, with the call that was meant if its message names a file."""
    from cotool.cli.suggest import file_hint

    with _A_HINT_MAY_FAIL:
        return file_hint(arguments, message, own)
    return own


def _os_error(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        error.filename = "standard output"
        raise


def _report(message: str, hint: str | None, code: int, *, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    with contextlib.suppress(OSError):  # the exit code says it where no message can be written
        say_error(message, hint)
    return code


def _discard_output() -> None:
    """Redirect standard output to nowhere, so that Python's last flush does not fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
