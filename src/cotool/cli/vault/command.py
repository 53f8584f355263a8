"""`cotool vault`: the group of its commands."""

from __future__ import annotations

from collections.abc import Sequence

from cotool.cli.shared.commands import App
from cotool.cli.vault.file_commands import commands as file_commands

app = App(
    name="vault",
    no_args_is_help=True,
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
    found = App(**app.settings)
    found.commands |= file_commands.commands
    if words and words[0] in found.commands:
        return found
    from cotool.cli.vault import change_commands, sign_commands
    from cotool.cli.vault.identity_command import identity_app
    from cotool.cli.vault.keyring_command import keys_app
    from cotool.cli.vault.values_command import values_app

    found.commands |= change_commands.commands.commands | sign_commands.commands.commands
    found.groups |= {"keys": keys_app, "identity": identity_app, "values": values_app}
    return found
