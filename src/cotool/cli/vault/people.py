"""The recipients and signers that a vault command names: strings, and files with one per line."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cotool.vault import Recipient, Signer


def recipients_of(strings: Sequence[str] | None, file: str | None) -> list[Recipient]:
    """Return the recipients that were named, each once. Raises InputError, OSError."""
    if not strings and file is None:
        return []
    from cotool.vault import Recipient, read_recipients

    found = [Recipient.parse(text) for text in strings or ()]
    if file is not None:
        found += [member.recipient for member in read_recipients(file)]
    return list({recipient.head: recipient for recipient in found}.values())


def removed_people(wanted: Sequence[str] | None) -> list[Recipient | str]:
    """Return who is to be removed: recipients, or ids of identities. Raises InputError."""
    from cotool.vault import Recipient
    from cotool.vault.recipients import identity_id

    return [
        Recipient.parse(text) if ":" in text else identity_id(text).hex() for text in wanted or ()
    ]


def signers_of(strings: Sequence[str] | None, file: str | None) -> list[Signer]:
    """Return the signers that were named. Raises InputError, OSError."""
    from cotool.vault import Signer

    people = recipients_of((), file)
    return [*map(Signer.parse, strings or ()), *(person.signer for person in people)]
