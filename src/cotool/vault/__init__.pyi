from cotool.vault.age import (
    AgeKeys as AgeKeys,
    import_age as import_age,
    read_identities as read_identities,
)
from cotool.vault.envelope import Key as Key
from cotool.vault.identity import Identity as Identity
from cotool.vault.inspection import FileInfo as FileInfo, SlotInfo as SlotInfo, inspect as inspect
from cotool.vault.key_file import KeyFile as KeyFile
from cotool.vault.keyring import Keyring as Keyring
from cotool.vault.keys import (
    Argon2Cost as Argon2Cost,
    Passphrase as Passphrase,
    generate_passphrase as generate_passphrase,
)
from cotool.vault.manifest import Checked as Checked
from cotool.vault.operations import (
    Done as Done,
    decrypt as decrypt,
    encrypt as encrypt,
    verify as verify,
)
from cotool.vault.passwords import (
    PasswordCheck as PasswordCheck,
    hash_passwords as hash_passwords,
    verify_passwords as verify_passwords,
)
from cotool.vault.reader import Vault as Vault
from cotool.vault.recipients import (
    Recipient as Recipient,
    Signer as Signer,
    read_recipients as read_recipients,
)
from cotool.vault.rewrapping import reencrypt as reencrypt, rewrap as rewrap
from cotool.vault.wrap_command import WrapCommand as WrapCommand
from cotool.vault.signing import sign as sign, verify_signatures as verify_signatures
from cotool.vault.values.document import (
    accept_values as accept_values,
    decrypt_values as decrypt_values,
    encrypt_values as encrypt_values,
)
from cotool.vault.values.merging import Merged as Merged, merge_values as merge_values
