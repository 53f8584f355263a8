"""`cotool vault`: the group of its commands."""

from cotool.cli.shared.commands import App

app = App()
app.group(
    "vault",
    homes={
        f"cotool.cli.vault.{module}": names
        for module, names in {
            "file_commands": "encrypt decrypt verify",
            "reading_commands": "inspect edit cat",
            "program_command": "exec",
            "change_commands": "rewrap reencrypt rotate",
            "age_command": "import-age",
            "sign_commands": "sign verify-signature",
            "password_commands": "hash-password verify-password",
            "keyring_command": "keys",
            "identity_command": "identity",
            "values_command": "values",
        }.items()
    },
    no_args_is_help=True,
    help="Encrypt files with versioned keys or passphrases, sign files, hash passwords."
    "\n\n"
    "A keyring is a file with the versions of your key. The primary version encrypts; "
    "older ones still open what they encrypted. A passphrase or a key file opens it. Without a "
    "keyring, files are encrypted with a passphrase."
    "\n\n"
    "Options can also be set in COTOOL_VAULT_* variables (COTOOL_VAULT_PROFILE) and in "
    "config.toml.",
    epilog="""Examples:

cotool vault encrypt report.pdf

cotool vault decrypt report.pdf.vault

tar c folder | cotool vault encrypt - > folder.tar.vault

cotool vault keys init
""",
)
