"""The options that vault commands share."""

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

from cotool.cli.shared.options import MadeOf, argument, flag, one_of, option, option_class
from cotool.cli.shared.settings import variables
from cotool.cli.vault.secrets import SecretSource
from cotool.vault.requests import KeyRequest
from cotool.vault.values.marks import SYNTAXES

Command = Callable[..., Any]
Job = Callable[[], int]


_PROFILES = ("low-memory", "high-memory")
PROFILE = option(
    "Keys",
    "Cost of guessing a new passphrase: low-memory (64 MiB) or high-memory (2 GiB).",
    "--profile NAME",
    words=_PROFILES,
    convert=one_of(_PROFILES),
)

Files = Annotated[list[str], argument("FILES...", "Files, folders (-r); - is standard input.")]
FORCE = flag("Output", "Replace existing files.", "--force -f")
RECURSIVE = flag("Input", "Include the files in folders.", "--recursive -r")
GENERATE = flag("Keys", "Generate a passphrase of 150 bits and show it.", "--generate-passphrase")

RECIPIENTS = option(
    "Keys",
    "Encrypt for this person, a public key as `identity show` prints it. Repeatable.",
    "--recipient -R KEY",
)
RECIPIENTS_FILE = option(
    "Keys",
    "Encrypt for everyone in a file: lines with a name and a key; # comments.",
    "--recipients-file FILE",
)

SYNTAX_NAME = option(
    "Input",
    "What the files are, if their names do not show it: yaml, json, env, ini.",
    "--syntax NAME",
    words=SYNTAXES,
    convert=one_of(SYNTAXES),
)
ARMOR = flag("Output", "Write text instead of bytes, for YAML, mail or paper.", "--armor -a")
IMPORT_PASSPHRASE_FILE = option(
    "Keys", "Read the passphrase of the other file from a file.", "--import-passphrase-file FILE"
)

NEW_PASSPHRASE_FILE = option(
    "Changes", "Read the new passphrase from a file.", "--new-passphrase-file FILE"
)


@option_class
class NewSecret:
    """How the passphrase of a new file is made."""

    generate: bool = GENERATE
    profile: str | None = PROFILE


@option_class
class ChangedSecret:
    """What opens a keyring or identity from now on; by default, a passphrase is asked for."""

    new_passphrase_file: str | None = NEW_PASSPHRASE_FILE
    new_key_file: str | None = option(
        "Changes",
        "Let a key file open it; a new one is made if there is none.",
        "--new-key-file FILE",
    )
    generate: bool = GENERATE
    profile: str | None = PROFILE


_UNPROTECTED = flag(
    "Keys", "No passphrase or key file; only the file's mode protects it.", "--unprotected"
)


@option_class
class Protection(NewSecret):
    """What protects a new identity."""

    unprotected: bool = _UNPROTECTED


@option_class
class ChangedProtection(ChangedSecret):
    """The same of an identity, which may have no protection but its mode."""

    unprotected: bool = _UNPROTECTED


@option_class
class _KeyOptions:
    keyring: str | None = option("Keys", "The keyring; also COTOOL_KEYRING.", "--keyring FILE")
    key_file: str | None = option(
        "Keys",
        "A key file that opens the keyring or identity; also COTOOL_KEY_FILE.",
        "--key-file FILE",
    )
    identity: str | None = option(
        "Keys", "Your identity, a private key; also COTOOL_IDENTITY.", "--identity FILE"
    )
    passphrase: bool = flag("Keys", "Use a passphrase, not the keyring.", "--passphrase -p")
    passphrase_file: str | None = option(
        "Keys",
        "Read the passphrase from the first line of a file; also COTOOL_PASSPHRASE_FILE.",
        "--passphrase-file FILE",
    )
    passphrase_fd: int | None = option(
        "Keys", "Read the passphrase from a file descriptor.", "--passphrase-fd N"
    )
    passphrase_command: str | None = option(
        "Keys", "Read the passphrase from the output of a command.", "--passphrase-command COMMAND"
    )
    system_keyring: bool = flag(
        "Keys", "Read the passphrase from the operating system's keyring.", "--system-keyring"
    )
    wrap_command: str | None = option(
        "Keys",
        "A program that wraps and unwraps file keys, one call per file; also COTOOL_WRAP_COMMAND.",
        "--wrap-command COMMAND",
    )
    allow_any_cost: bool = flag(
        "Keys", "Open files whose passphrase needs a lot of memory to check.", "--allow-any-cost"
    )


def later(command: Callable[..., int | None]) -> Command:
    """Make a command return its body as its work, which ends with 0 unless it returns a code."""

    @functools.wraps(command)
    def checked(*values: Any, **named: Any) -> Job:
        return lambda: command(*values, **named) or 0

    return checked


def key_variables() -> set[str]:
    """Return the variables that set the key options, which name secrets or what opens them."""
    return {name for each in fields(_KeyOptions) for name in variables("vault", each.name)}


def _key_request(given: _KeyOptions) -> KeyRequest:
    return KeyRequest(
        given.keyring,
        given.key_file,
        given.passphrase,
        SecretSource(
            given.passphrase_file,
            given.passphrase_fd,
            given.passphrase_command,
            given.system_keyring,
        ),
        given.allow_any_cost,
        given.identity,
        given.wrap_command,
    )


Keys = Annotated[KeyRequest, MadeOf(_KeyOptions, _key_request)]
