"""The options that all vault commands share, added to a command by `with_keys`."""

from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

import typer

from cotool._records import dataclass
from cotool.cli.shared.options import flag, one_of, option, with_options
from cotool.cli.shared.settings import variables
from cotool.cli.vault.secrets import SecretSource
from cotool.vault.requests import KeyRequest
from cotool.vault.values.marks import SYNTAXES

Command = Callable[..., Any]
Job = Callable[[], int]


_PROFILES = ("low-memory", "high-memory")
Profile = Annotated[
    str | None,
    option(
        "Keys",
        "Cost of guessing a new passphrase: low-memory (64 MiB) or high-memory (2 GiB).",
        "--profile NAME",
        words=_PROFILES,
        convert=one_of(_PROFILES),
    ),
]

Files = Annotated[
    list[str], typer.Argument(metavar="FILES...", help="Files, folders (-r); - is standard input.")
]
Force = Annotated[bool, flag("Output", "Replace existing files.", "--force -f")]
Recursive = Annotated[bool, flag("Input", "Include the files in folders.", "--recursive -r")]
Generate = Annotated[
    bool, flag("Keys", "Generate a passphrase of 150 bits and show it.", "--generate-passphrase")
]

Recipients = Annotated[
    list[str] | None,
    option(
        "Keys",
        "Encrypt for this person, a public key as `identity show` prints it. Repeatable.",
        "--recipient -R KEY",
    ),
]
RecipientsFile = Annotated[
    str | None,
    option(
        "Keys",
        "Encrypt for everyone in a file: lines with a name and a key; # comments.",
        "--recipients-file FILE",
    ),
]

SyntaxName = Annotated[
    str | None,
    option(
        "Input",
        "What the files are, if their names do not show it: yaml, json, env, ini.",
        "--syntax NAME",
        words=SYNTAXES,
        convert=one_of(SYNTAXES),
    ),
]
Armor = Annotated[
    bool, flag("Output", "Write text instead of bytes, for YAML, mail or paper.", "--armor -a")
]
ImportPassphraseFile = Annotated[
    str | None,
    option(
        "Keys",
        "Read the passphrase of the other file from a file.",
        "--import-passphrase-file FILE",
    ),
]

NewPassphraseFile = Annotated[
    str | None,
    option("Changes", "Read the new passphrase from a file.", "--new-passphrase-file FILE"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """How the passphrase of a new file is made."""

    generate: Generate = False
    profile: Profile = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSecret:
    """What opens a keyring or identity from now on; by default, a passphrase is asked for."""

    new_passphrase_file: NewPassphraseFile = None
    new_key_file: Annotated[
        str | None,
        option(
            "Changes",
            "Let a key file open it; a new one is made if there is none.",
            "--new-key-file FILE",
        ),
    ] = None
    generate: Generate = False
    profile: Profile = None


_Unprotected = Annotated[
    bool,
    flag("Keys", "No passphrase or key file; only the file's mode protects it.", "--unprotected"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection(NewSecret):
    """What protects a new identity."""

    unprotected: _Unprotected = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedProtection(ChangedSecret):
    """The same of an identity, which may have no protection but its mode."""

    unprotected: _Unprotected = False


@dataclass(frozen=True, slots=True)
class _KeyOptions:
    keyring: Annotated[
        str | None, option("Keys", "The keyring; also COTOOL_KEYRING.", "--keyring FILE")
    ] = None
    key_file: Annotated[
        str | None,
        option(
            "Keys",
            "A key file that opens the keyring or identity; also COTOOL_KEY_FILE.",
            "--key-file FILE",
        ),
    ] = None
    identity: Annotated[
        str | None,
        option("Keys", "Your identity, a private key; also COTOOL_IDENTITY.", "--identity FILE"),
    ] = None
    passphrase: Annotated[
        bool, flag("Keys", "Use a passphrase, not the keyring.", "--passphrase -p")
    ] = False
    passphrase_file: Annotated[
        str | None,
        option(
            "Keys",
            "Read the passphrase from the first line of a file; also COTOOL_PASSPHRASE_FILE.",
            "--passphrase-file FILE",
        ),
    ] = None
    passphrase_fd: Annotated[
        int | None,
        option("Keys", "Read the passphrase from a file descriptor.", "--passphrase-fd N"),
    ] = None
    passphrase_command: Annotated[
        str | None,
        option(
            "Keys",
            "Read the passphrase from the output of a command.",
            "--passphrase-command COMMAND",
        ),
    ] = None
    system_keyring: Annotated[
        bool,
        flag(
            "Keys",
            "Read the passphrase from the operating system's keyring.",
            "--system-keyring",
        ),
    ] = False
    wrap_command: Annotated[
        str | None,
        option(
            "Keys",
            "A program that wraps and unwraps file keys, one call per file; also "
            "COTOOL_WRAP_COMMAND.",
            "--wrap-command COMMAND",
        ),
    ] = None
    allow_any_cost: Annotated[
        bool,
        flag(
            "Keys",
            "Open files whose passphrase needs a lot of memory to check.",
            "--allow-any-cost",
        ),
    ] = False


def key_variables() -> set[str]:
    """Return the variables that set the key options, which name secrets or what opens them."""
    return {name for each in fields(_KeyOptions) for name in variables("vault", each.name)}


def with_keys(command: Command) -> Command:
    """Add the key options to a command, which gets them as `keys`, a KeyRequest."""
    return with_options(command, "keys", _KeyOptions, _key_request)


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
