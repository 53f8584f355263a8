"""`cotool vault`: the group of its commands."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from cotool.cli.shared.settings import App
from cotool.cli.vault.file_commands import commands as file_commands

if TYPE_CHECKING:
    from collections.abc import Sequence

app = App(
    name="vault",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Encrypt files with versioned keys or passphrases, sign files, hash passwords."
    "\n\n"
    "A keyring is a file with the versions of your key. The primary version encrypts; "
    "older ones still open what they encrypted. A passphrase or a key file opens it. Without a "
    "keyring, files are encrypted with a passphrase.",
    epilog="""Examples:

cotool vault encrypt report.pdf

cotool vault decrypt report.pdf.vault

tar c folder | cotool vault encrypt - > folder.tar.vault

cotool vault keys init
""",
)


def group(words: Sequence[str] = ()) -> App:
    """Return the group; a call of a command for files does not load the other commands."""
    found = copy.copy(app)
    found.registered_commands = [*file_commands.registered_commands]
    if any(info.name == words[0] for info in found.registered_commands if words):
        return found
    from cotool.cli.vault import change_commands, sign_commands
    from cotool.cli.vault.identity_command import identity_app
    from cotool.cli.vault.keyring_command import keys_app
    from cotool.cli.vault.values_command import values_app

    found.registered_commands += change_commands.commands.registered_commands
    found.registered_commands += sign_commands.commands.registered_commands
    found.registered_groups = []
    found.add_typer(keys_app, name="keys")
    found.add_typer(identity_app, name="identity")
    found.add_typer(values_app, name="values")
    return found
