"""`cotool vault`: the group of its commands."""

from __future__ import annotations

from cotool.cli.shared.settings import App
from cotool.cli.vault import change_commands, file_commands, sign_commands
from cotool.cli.vault.identity_command import identity_app
from cotool.cli.vault.keyring_command import keys_app

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
app.registered_commands = [
    *file_commands.commands.registered_commands,
    *change_commands.commands.registered_commands,
    *sign_commands.commands.registered_commands,
]
app.add_typer(keys_app, name="keys")
app.add_typer(identity_app, name="identity")
