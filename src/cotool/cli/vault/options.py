"""The options that vault commands share."""

from collections.abc import Callable

from cotool._records import fields
from cotool._typing import Annotated, Any
from cotool.cli.shared.options import (
    MadeOf,
    argument,
    existing_file,
    flag,
    input_file,
    one_of,
    option,
    option_class,
    own_file,
)
from cotool.cli.shared.settings import variables
from cotool.cli.vault.secrets import SecretSource
from cotool.errors import InputError
from cotool.vault.files import STDIO
from cotool.vault.requests import KeyRequest, words_of
from cotool.vault.values.recognition import SYNTAXES

Job = Callable[[], int]


_PROFILES = ("low-memory", "high-memory")
PROFILE = option(
    "Keys",
    "Cost of guessing a new passphrase: low-memory (64 MiB) or high-memory (2 GiB).",
    "--profile NAME",
    words=_PROFILES,
    convert=one_of(_PROFILES),
)


def command_text(value: str, name: str) -> str:
    """Return a command. Raises InputError if it cannot be split into words."""
    words_of(value, name)
    return value


def existing_files(value: Any, name: str) -> Any:
    """Return the names of files. Raises InputError if one is missing; - is standard input."""
    paths = [value] if isinstance(value, str) else value
    existing_file([path for path in paths if path != STDIO], name)
    return value


def from_one(value: Any, name: str) -> Any:
    """Return numbers that count from 1. Raises InputError for a lower one."""
    least = value if isinstance(value, int) else min(value)
    if least < 1:
        raise InputError(f"the numbers begin with 1, got {least}", parameter=name)
    return value


def pattern(text: str, names: str) -> Any:
    """Return an option for a pattern of keys, which is checked."""
    return option("Output", text, names, convert=_checked_pattern)


def _checked_pattern(value: str, name: str) -> str:
    from cotool.vault.values.document import check_pattern

    check_pattern(value, name)
    return value


Files = Annotated[list[str], argument("FILES...", "Files, folders (-r); - is standard input.")]
FORCE = flag("Output", "Replace existing files.", "--force -f")
RECURSIVE = flag("Input", "Include the files in folders.", "--recursive -r")
GENERATE = flag("Keys", "Generate a passphrase of 150 bits and show it.", "--generate-passphrase")

RECIPIENTS = option(
    "Keys",
    "Encrypt for this person, a public key as `identity show` prints it. Repeatable.",
    "--recipient -R KEY",
)
RECIPIENTS_FILE = input_file(
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
IMPORT_PASSPHRASE_FILE = input_file(
    "Keys", "Read the passphrase of the other file from a file.", "--import-passphrase-file FILE"
)

NEW_PASSPHRASE_FILE = input_file(
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
        convert=own_file,
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
    """The same for an identity, which may be protected by the mode of its file only."""

    unprotected: bool = _UNPROTECTED


@option_class
class _KeyOptions:
    keyring: str | None = option(
        "Keys", "The keyring; also COTOOL_KEYRING.", "--keyring FILE", convert=own_file
    )
    key_file: str | None = option(
        "Keys",
        "A key file that opens the keyring or identity; also COTOOL_KEY_FILE.",
        "--key-file FILE",
        convert=own_file,
    )
    identity: str | None = option(
        "Keys",
        "Your identity, a private key; also COTOOL_IDENTITY.",
        "--identity FILE",
        convert=own_file,
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
        "Keys",
        "Read the passphrase from the output of a command.",
        "--passphrase-command COMMAND",
        convert=command_text,
    )
    system_keyring: bool = flag(
        "Keys", "Read the passphrase from the operating system's keyring.", "--system-keyring"
    )
    wrap_command: str | None = option(
        "Keys",
        "A program that wraps and unwraps file keys, one call per file; also COTOOL_WRAP_COMMAND.",
        "--wrap-command COMMAND",
        convert=command_text,
    )
    allow_any_cost: bool = flag(
        "Keys", "Open files whose passphrase needs a lot of memory to check.", "--allow-any-cost"
    )


KEY_OPTIONS = {each.name for each in fields(_KeyOptions)}


def key_variables() -> set[str]:
    """Return the variables that set the key options, which name secrets or what opens them."""
    return {name for each in KEY_OPTIONS for name in variables("vault", each)}


def _key_request(given: _KeyOptions, chosen: frozenset[str]) -> KeyRequest:
    # A key on the command line overrides a setting that asks for a passphrase.
    overridden = chosen & {"keyring", "identity", "wrap_command"} and "passphrase" not in chosen
    return KeyRequest(
        keyring=given.keyring,
        key_file=given.key_file,
        passphrase=given.passphrase and not overridden,
        source=SecretSource(
            given.passphrase_file,
            fd=given.passphrase_fd,
            command=given.passphrase_command,
            system=given.system_keyring,
        ),
        allow_any_cost=given.allow_any_cost,
        identity=given.identity,
        wrap_command=given.wrap_command,
        chosen=chosen,
    )


Keys = Annotated[KeyRequest, MadeOf(_KeyOptions, _key_request)]
