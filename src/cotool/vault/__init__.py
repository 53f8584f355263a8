"""File encryption: AES-256-GCM in segments, keys by version, Argon2id for passphrases.

FORMAT.md beside this file is the format, argued.
"""

from __future__ import annotations

from cotool.vault.envelope import Key
from cotool.vault.inspection import FileInfo, SlotInfo, inspect
from cotool.vault.keyring import KeyFile, Keyring
from cotool.vault.keys import Argon2Cost, Passphrase, generate_passphrase
from cotool.vault.operations import Done, decrypt, encrypt, verify
from cotool.vault.passwords import PasswordCheck, hash_passwords, verify_passwords
from cotool.vault.reader import Vault
from cotool.vault.rewrapping import reencrypt, rewrap
from cotool.vault.signing import Checked, sign, verify_signatures

__all__ = [
    "Argon2Cost",
    "Checked",
    "Done",
    "FileInfo",
    "Key",
    "KeyFile",
    "Keyring",
    "Passphrase",
    "PasswordCheck",
    "SlotInfo",
    "Vault",
    "decrypt",
    "encrypt",
    "generate_passphrase",
    "hash_passwords",
    "inspect",
    "reencrypt",
    "rewrap",
    "sign",
    "verify",
    "verify_passwords",
    "verify_signatures",
]
