"""`cotool vault exec`: a program that gets the variables of vault files."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from cotool._typing import Annotated, NoReturn
from cotool.cli.shared.commands import App, Given
from cotool.cli.shared.options import argument, option
from cotool.cli.vault.options import Keys, existing_files, key_variables
from cotool.cli.vault.secrets import SecretSource
from cotool.errors import InputError
from cotool.text import visible_name
from cotool.vault.files import STDIO
from cotool.vault.passphrases import is_stdin
from cotool.vault.requests import KeyRequest, Opening

app = App()
_FIRST_OTHER = 3  # the first descriptor after standard error


@app.command("exec", epilog="Example:  cotool vault exec --env .env.vault -- make deploy")
def run_program(
    program: Annotated[
        list[str],
        argument("PROGRAM...", "After --, the program and its arguments."),
    ],
    *,
    env: list[str] = option(
        "Input",
        "A vault file with NAME=value lines. Repeatable.",
        "--env FILE",
        default=...,
        convert=existing_files,
    ),
    keys: Keys,
    given: Given,
) -> NoReturn:
    """Run a program with the variables of encrypted .env files; nothing is written to disk.

    The variables replace those of the same name. The program replaces cotool, so its signals,
    terminal and exit code are its own.
    """
    from cotool.vault.variables import read_variables

    words = given.words
    if "--" not in words or [*words[words.index("--") + 1 :]] != program:
        raise InputError(
            "the program and its arguments must follow --",
            hint="cotool vault exec --env FILE -- PROGRAM ARGUMENTS",
        )
    _spare_stdin(env, keys)
    # A name without a slash is searched in PATH, which the files may set.
    if os.sep in program[0] and not Path(program[0]).exists():
        raise InputError(f"the program {visible_name(program[0])} was not found")
    variables = read_variables(env, [Opening(keys)])
    environment = dict(os.environb)
    for name in key_variables():
        environment.pop(name.encode(), None)
    environment |= {name.encode(): value.encode() for name, value in variables.items()}
    _keep_secrets_from_program(keys)
    # Python ignores these signals, and a program would inherit that.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(program[0], program, environment)  # noqa: S606 - the user's program
    except (OSError, ValueError) as error:
        raise _not_started(program[0], environment, error) from None


def _places(request: KeyRequest) -> Iterator[str | int]:
    """Yield the paths and descriptors that secrets are read from."""
    source = request.secret
    if isinstance(source, SecretSource) and source.fd is not None:
        yield source.fd
    named = (source.file, request.key_file_path, request.keyring_path, request.identity_path)
    yield from filter(None, named)


def _spare_stdin(files: Sequence[str], request: KeyRequest) -> None:
    """Raise InputError if a secret would be read from the program's standard input."""
    for place in (*files, *_places(request)):
        if place == STDIO or is_stdin(place):
            shown = f"descriptor {place}" if isinstance(place, int) else visible_name(place)
            raise InputError(
                f"{shown} is the standard input of the program",
                hint="give the secret in another file, or on another descriptor",
            )


def _keep_secrets_from_program(request: KeyRequest) -> None:
    """Let the program inherit no descriptor that a secret was read from."""
    secret = [found for found in map(_status, _places(request)) if found is not None]
    for number in (int(path.name) for path in Path("/dev/fd").iterdir()):
        found = _status(number)
        if number < _FIRST_OTHER or found is None:
            continue
        if any(os.path.samestat(found, other) for other in secret):
            os.set_inheritable(number, False)  # noqa: FBT003 - takes no keyword


def _status(place: str | int) -> os.stat_result | None:
    with contextlib.suppress(OSError):
        return os.stat(place)  # noqa: PTH116 - or a descriptor
    return None


def _not_started(
    program: str, environment: dict[bytes, bytes], error: OSError | ValueError
) -> InputError:
    name = visible_name(program)
    if not isinstance(error, FileNotFoundError):
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return InputError(f"the program {name} cannot be started: {reason}")
    path = os.fsdecode(environment.get(b"PATH", os.fsencode(os.defpath)))
    if shutil.which(program, path=path):
        return InputError(
            f"the program {name} cannot be started",
            hint="the interpreter in its first line does not exist",
        )
    return InputError(f"the program {name} was not found", hint="see the variable PATH")
