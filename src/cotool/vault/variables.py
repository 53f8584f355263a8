"""Variables in sealed .env files, read into memory and checked.

No message shows a value, since values are secrets.
"""

from __future__ import annotations

from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.vault.dotenv import parse
from cotool.vault.files import named
from cotool.vault.reader import Vault

if TYPE_CHECKING:
    from cotool.vault.envelope import Key

LIMIT = 1 << 20  # bytes of one .env file; systems allow a program little more


def read_variables(paths: Sequence[str], keys: Sequence[Key]) -> dict[str, str]:
    """Return the variables of vault files. All of each file is verified before it is read.

    Raises OSError, VaultError; InputError for a bad line, a name that occurs twice, in one file or
    in two, and a file of more than 1 MiB.
    """
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    for path in paths:
        with named(path), Vault(path, keys=keys) as vault:
            if vault.size > LIMIT:
                raise InputError(f"has more than {LIMIT >> 20} MiB, too much for variables")
            content = vault.read(0, vault.size)
        for variable in parse(content, path):
            place = f"{path}, line {variable.line}"
            if variable.name in found:
                raise InputError(
                    f"{place}: {variable.name} is already set in {places[variable.name]}",
                    hint="keep one of the two lines",
                )
            found[variable.name], places[variable.name] = variable.value, place
    return found
