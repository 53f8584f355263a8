"""The public side of identities: recipients to encrypt for, and signers to trust.

Both are strings for mail, scripts and files. A mistyped one is refused: it ends in a checksum.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import threading

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.vault import hybrid
from cotool.vault.files import read_limited
from cotool.vault.keys import KEY_SIZE, Budget, wrap_salt
from cotool.vault.slots import IDENTITY_SLOT, Slot

if TYPE_CHECKING:
    from cotool.vault.files import StrPath
    from cotool.vault.header import Header

RECIPIENT = "cotool-recipient-1:"
SIGNER = "cotool-signer-1:"
_SHOWN = 40  # characters of a wrong string in an error
_SIGNER_SIZE = 32
_BODY_SIZE = 12 + hybrid.PUBLIC_SIZE + _SIGNER_SIZE
_INFO = b"cotool.vault/2 recipient\x00"
_LIMIT = 8 << 20  # bytes of a file of recipients
# Files for which a message to a recipient is used. A new message costs 0.3 ms.
_SHARED = 1024


@dataclass(frozen=True, slots=True)
class Signer:
    """The hash of an identity's verifying keys: who may have signed a manifest."""

    digest: bytes

    def __str__(self) -> str:
        return _text(SIGNER, self.digest)

    @classmethod
    def of(cls, public: bytes) -> Signer:
        """Return the signer with these verifying keys."""
        return cls(hashlib.sha256(public).digest())

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Return the signer of a signer's or a recipient's string. Raises InputError."""
        if text.strip().startswith(RECIPIENT):
            return Recipient.parse(text).signer
        return cls(_body(text, SIGNER, _SIGNER_SIZE, "signer"))


class Recipient:
    """The public key of one version of an identity. It makes slots and opens none."""

    def __init__(self, key_id: bytes, version: int, public: bytes, signer: Signer) -> None:
        self.key_id = key_id
        self.version = version
        self.signer = signer
        self._public = public
        self._key = hybrid.encryption_key(public)
        self._lock = threading.Lock()
        self._message, self._secret, self._uses = b"", b"", _SHARED

    def __repr__(self) -> str:
        return f"Recipient({self.key_id.hex()}, version {self.version})"

    def __str__(self) -> str:
        number = self.version.to_bytes(4, "big")
        return _text(RECIPIENT, self.key_id + number + self._public + self.signer.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipient) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash((self.key_id, self.version, self._public))

    @classmethod
    def parse(cls, text: str) -> Recipient:
        """Return the recipient of a string, as `cotool vault identity show` prints it.

        Raises InputError.
        """
        body = _body(text, RECIPIENT, _BODY_SIZE, "recipient")
        key_id, number = body[:8], int.from_bytes(body[8:12], "big")
        public, signer = body[12 : 12 + hybrid.PUBLIC_SIZE], body[-_SIGNER_SIZE:]
        with contextlib.suppress(ValueError):
            if number:
                return cls(key_id, number, public, Signer(signer))
        raise InputError(
            f"{text.strip()[:_SHOWN]}…: is not a valid public key",
            hint="get the recipient again from its owner",
        )

    @property
    def head(self) -> bytes:
        """The first bytes of a slot for this recipient."""
        return self._slot(b"").head

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:  # noqa: ARG002
        """Return an unwrapped slot for this recipient, and the key to wrap with.

        The slots of several files share a message, as those of a passphrase share a salt. Each file
        is still wrapped under a key of its own.
        """
        with self._lock:
            if self._uses >= _SHARED:
                self._secret, self._uses = os.urandom(KEY_SIZE), 0
                self._message = hybrid.seal(self._secret, self._key, message_info(self.head))
            self._uses += 1
            return self._slot(self._message), self._secret

    def candidates(self, slot: Slot, budget: Budget) -> tuple[bytes, ...]:  # noqa: ARG002
        """Return nothing: a public key opens no slot."""
        return ()

    def _slot(self, message: bytes) -> Slot:
        return Slot(IDENTITY_SLOT, 0, 0, self.version, self.key_id, message, wrap_salt())


def identity_id(text: str) -> bytes:
    """Return the id in 16 hexadecimal digits. Raises InputError."""
    with contextlib.suppress(ValueError):
        if len(text) == 16:
            return bytes.fromhex(text)
    raise InputError(
        f"{text[:_SHOWN]}: is not the id of an identity",
        hint="cotool vault inspect FILE shows the ids",
    )


def message_info(head: bytes) -> bytes:
    """Return what the HPKE message of a slot is bound to."""
    return _INFO + head


@dataclass(frozen=True, slots=True)
class Member:
    """One line of a file of recipients."""

    name: str
    recipient: Recipient
    line: int


def read_recipients(path: StrPath) -> list[Member]:
    """Return the recipients of a text file: one per line, after an optional name; # comments.

    Raises OSError; InputError with the number of the line.
    """
    data = read_limited(path, _LIMIT, "a file of recipients")
    path = os.fspath(path)
    members: list[Member] = []
    seen: dict[bytes, int] = {}
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), 1):
        try:
            words = _words(line)
            found = Recipient.parse(words[-1]) if words else None
        except InputError as error:
            error.args = (f"{path}, line {number}: {error}",)
            raise
        if found is None:
            continue
        first = seen.setdefault(found.head, number)
        if first != number:
            raise InputError(
                f"{path}, line {number}: is the same identity as line {first}",
                hint="keep one of the two lines",
            )
        members.append(Member(" ".join(words[:-1]), found, number))
    if not members:
        raise InputError(
            f"{path}: has no recipients",
            hint="each line has one, as cotool vault identity show prints it",
        )
    return members


def _words(line: str) -> list[str]:
    """Return a name and a recipient. Raises InputError if a second one would be overlooked."""
    text = line.removesuffix("\r")
    words = text.partition("#")[0].split()
    if len(text.splitlines()) > 1:
        raise InputError("has an end of line that is neither LF nor CR LF", hint="use LF")
    if any(word.startswith((RECIPIENT, SIGNER)) for word in words[:-1]):
        raise InputError("has several keys", hint="write one name and one key on each line")
    return words


def _text(prefix: str, body: bytes) -> str:
    return prefix + base64.urlsafe_b64encode(body + _checksum(prefix, body)).decode()


def _body(text: str, prefix: str, size: int, what: str) -> bytes:
    """Return the bytes in a string. Raises InputError, which shows the start of the string."""
    text = text.strip()
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    if not text.startswith(prefix):
        raise InputError(
            f"{shown or 'an empty string'}: is not a {what}",
            hint=f"it begins with {prefix}; cotool vault identity show prints it",
        )
    coded = text.removeprefix(prefix)
    try:
        data = base64.b64decode(coded, altchars=b"-_", validate=True)
    except ValueError:
        data = b""
    body = data[:size]
    if len(body) != size or _text(prefix, body) != text:
        raise InputError(
            f"{shown}: the {what} is mistyped or incomplete: its checksum is wrong",
            hint="copy it again, as one line",
        )
    return body


def _checksum(prefix: str, body: bytes) -> bytes:
    size = 6 + -len(body) % 3  # so that base64 needs no padding
    return hashlib.sha256(prefix.encode() + body).digest()[:size]
