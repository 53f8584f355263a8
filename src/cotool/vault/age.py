"""Read age files (https://age-encryption.org/v1) with pyrage: who can open them, their content.

The plaintext is never written to disk: pyrage decrypts in a thread, and a pipe passes the content
on. Only files that a passphrase opens are decrypted in memory, because pyrage has no other way.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence

from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING, Any, BinaryIO
from cotool.errors import (
    CostRefusedError,
    InputError,
    IntegrityError,
    MalformedHeaderError,
    MissingExtraError,
    TruncatedError,
    UnsupportedFormatError,
    VaultError,
    WrongKeyError,
)
from cotool.text import and_more, visible
from cotool.vault.envelope import COMPACT_LIMIT, Key
from cotool.vault.files import Source, named, read_limited
from cotool.vault.in_memory import LIMIT
from cotool.vault.operations import Done, encrypt_source
from cotool.vault.options import VaultOptions, ignore

if TYPE_CHECKING:
    from cotool.vault.files import StrPath

SCRYPT = "scrypt"  # the kind of a recipient, as the header calls it
MOST_IN_MEMORY = 256 << 20  # bytes of a file that a passphrase opens
_MAGIC = b"age-encryption.org/v1\n"
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_ARMOR_END = b"-----END AGE ENCRYPTED FILE-----"
_MOST_HEADER = 1 << 20
_NONCE, _CHUNK, _TAG = 16, 64 << 10, 16
_END = re.compile(rb"^--- [A-Za-z0-9+/]{43}\n", re.MULTILINE)
_STANZA = re.compile(rb"^-> ([\x21-\x7e]+)", re.MULTILINE)
_OWN = {"X25519", SCRYPT, "ssh-ed25519", "ssh-rsa"}  # all others belong to plugins
_MOST_KINDS = 6  # in an error


@dataclass(frozen=True)
class AgeKeys:
    """What opens age files: identities, and a passphrase, which is read when it is needed."""

    identities: Sequence[Any] = ()
    passphrase: Callable[[], str | bytes] | None = None
    # scrypt takes up to 1 GiB of memory, so one file at a time.
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def open_with_passphrase(self, data: bytes) -> bytes:
        """Return the content of an age file. Raises VaultError."""
        if self.passphrase is None:
            raise WrongKeyError(
                "a passphrase opens it", hint="`age_passphrase_file` names a file with it"
            )
        secret = self.passphrase()
        with self._lock, _explained({SCRYPT}):
            text = secret if isinstance(secret, str) else secret.decode()
            content: bytes = _pyrage().passphrase.decrypt(data, text)
        return content


def import_age(
    source: StrPath | BinaryIO,
    destination: StrPath | BinaryIO,
    *,
    age: AgeKeys,
    keys: Sequence[Key],
    armored: bool = False,
    force: bool = False,
    preserve: bool = False,
    num_threads: int | None = None,
    progress: Callable[[int], None] = ignore,
) -> Done:
    """Decrypt an age file, armored or not, and encrypt its content so that each of `keys` opens it.

    The destination appears only after all of the age file was authenticated. age: what opens the
    age file. The other arguments are those of `encrypt`.

    Raises OSError, InputError, VaultError, MissingExtraError.
    """
    options = VaultOptions(
        armored=armored,
        force=force,
        preserve=preserve,
        num_threads=num_threads,
        progress=progress,
    )
    return import_age_file(source, destination, keys, options, age=age)


def import_age_file(
    source: StrPath | BinaryIO,
    destination: StrPath | BinaryIO,
    keys: Sequence[Key],
    options: VaultOptions,
    *,
    age: AgeKeys,
) -> Done:
    """Encrypt the content of an age file: `import_age` with its options in one."""
    with named(source), _Content(source, age) as content:
        return encrypt_source(content, destination, keys, options)


def read_identities(path: str, passphrase: Callable[[], str | bytes] | None = None) -> list[Any]:
    """Return the identities in a file of age, which a passphrase may protect.

    Raises OSError; InputError with the number of the line, which never shows the line.
    """
    data = read_limited(path, LIMIT, "a file of identities")
    if data.startswith((_MAGIC, _ARMOR)):
        with named(path):
            data = AgeKeys(passphrase=passphrase).open_with_passphrase(data)
    if b"PRIVATE KEY-----" in data:
        try:
            return [_pyrage().ssh.Identity.from_buffer(data)]
        except Exception:  # noqa: BLE001 - the reason may contain a part of the key
            raise InputError(f"{path}: is not an SSH key that pyrage can use") from None
    found = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            found.append(_identity(text, f"{path}, line {number}"))
    if not found:
        raise InputError(f"{path}: has no identities", hint="age-keygen makes such a file")
    return found


def _identity(text: str, place: str) -> Any:
    if text.startswith("AGE-PLUGIN-"):
        raise InputError(f"{place}: is an identity of a plugin", hint=_BY_AGE)
    try:
        return _pyrage().x25519.Identity.from_str(text)
    except _pyrage().IdentityError:
        raise InputError(
            f"{place}: is not an X25519 identity of age",
            hint="it begins with AGE-SECRET-KEY-1 and has 74 characters",
        ) from None


_BY_AGE = "use a pipe: age -d -i IDENTITY FILE | cotool vault encrypt - > FILE.vault"


@dataclass(frozen=True, slots=True)
class AgeHeader:
    """What the start of an age file says: the kinds of its recipients, and its own size."""

    kinds: tuple[str, ...]
    size: int
    is_armored: bool

    @property
    def is_for_passphrase(self) -> bool:
        """Whether a passphrase opens the file; then nothing else does."""
        return SCRYPT in self.kinds


def read_age_header(path: str) -> AgeHeader:
    """Return the header of an age file. Raises OSError, VaultError."""
    with named(path), Source(path) as file:
        return _header_of(file)


def age_content_size(path: str) -> int:
    """Return the size of the content of an age file, as its length says.

    Raises OSError, VaultError.
    """
    with named(path), Source(path) as file:
        header = _header_of(file)
        if header.is_armored:
            size = _armored_size(file)
        elif file.size is None:
            raise InputError("a pipe has no known size")
        else:
            size = file.size
    return _content_size(size - header.size)


def _content_size(payload: int) -> int:
    sealed = payload - _NONCE
    chunks = -(-sealed // (_CHUNK + _TAG))
    if sealed < _TAG or sealed - (chunks - 1) * (_CHUNK + _TAG) < _TAG:
        raise TruncatedError("the age file ends too early")
    return sealed - _TAG * chunks


def _armored_size(file: Source) -> int:
    """Return how many bytes armored text encodes."""
    count, piece = 0, memoryview(bytearray(1 << 20))
    rest = bytes(piece[: file.read(piece)]).lstrip().partition(b"\n")[2]
    while rest:
        text, end, _ = rest.partition(b"-")
        count += len(text.translate(None, b" \t\r\n="))
        rest = b"" if end else bytes(piece[: file.read(piece)])
    return count * 3 // 4


def _header_of(file: Source) -> AgeHeader:
    """Return the header of an age file; nothing that was read for it is lost."""
    size = 4096
    while size < 2 * _MOST_HEADER:
        start = file.peek(size)
        header = _parse_header(start)
        if header is not None:
            return header
        if len(start) < size:
            raise TruncatedError("the age file ends within its header")
        size *= 2
    raise MalformedHeaderError("the header of the age file does not end")


def _parse_header(start: bytes) -> AgeHeader | None:
    """Return the header at the start of an age file, or None if more of it is needed."""
    text = start.lstrip() if start.lstrip().startswith(_ARMOR) else start
    is_armored = text.startswith(_ARMOR)
    binary = _dearmored(text) if is_armored else text
    if not (binary.startswith(_MAGIC) or _MAGIC.startswith(binary)):
        if binary.startswith(b"age-encryption.org/"):
            raise UnsupportedFormatError("an age file of another version than v1")
        raise UnsupportedFormatError("not an age file")
    end = _END.search(binary)
    if end is None:
        return None
    kinds = [kind.decode() for kind in _STANZA.findall(binary, 0, end.start())]
    if not kinds:
        raise MalformedHeaderError("the age file has no recipients")
    return AgeHeader(tuple(kinds), end.end(), is_armored)


def _dearmored(text: bytes) -> bytes:
    """Return the bytes of the whole lines at the start of armored text."""
    lines = text.split(b"\n")[1:-1]
    coded = b"".join(line.strip() for line in lines if not line.startswith(_ARMOR_END[:5]))
    with contextlib.suppress(binascii.Error):
        return base64.b64decode(coded[: len(coded) // 4 * 4], validate=True)
    raise MalformedHeaderError("the armor of the age file is not base64")


class _Content(Source):
    """The content of an age file as a source: of known size if it is decrypted in memory."""

    def __init__(self, source: StrPath | BinaryIO, age: AgeKeys) -> None:
        super().__init__(source)
        self._content: BinaryIO | None = None
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        try:
            self._begin(age)
        except BaseException:
            self.__exit__()
            raise

    def _begin(self, age: AgeKeys) -> None:
        header = _header_of(self)
        if header.is_for_passphrase:
            self._keep(age.open_with_passphrase(self._age_file(MOST_IN_MEMORY)))
            return
        kinds = {kind for kind in header.kinds if not kind.endswith("-grease")}
        if not age.identities:
            hint = "`identity_file` names the file with your identity"
            raise WrongKeyError(f"is encrypted for {_listed(kinds)}", hint=hint)
        if self.size is not None and self.size < COMPACT_LIMIT:
            data = self._age_file(COMPACT_LIMIT)
            with _explained(kinds):
                self._keep(_pyrage().decrypt(data, age.identities))
            return
        self.size = None
        pipe, sink = os.pipe()
        self._content = os.fdopen(pipe, "rb")
        self._thread = threading.Thread(
            target=self._decrypt, args=(sink, age.identities, kinds), daemon=True
        )
        self._thread.start()

    def _age_file(self, limit: int) -> bytes:
        megabytes = limit >> 20
        too_long = f"more than {megabytes} MiB would have to be decrypted in memory"
        return self.whole(limit, InputError(too_long, hint=_BY_AGE))

    def _keep(self, content: bytes) -> None:
        self._data, self.size, self._content = content, len(content), io.BytesIO(content)

    def _decrypt(self, sink: int, identities: Sequence[Any], kinds: set[str]) -> None:
        reader = _Reader(self)
        try:
            with open(sink, "wb", buffering=0) as output, _explained(kinds):
                _pyrage().decrypt_io(reader, output, identities)
        except BaseException as error:  # noqa: BLE001 - raised again by read()
            self._error = reader.error or error

    def read(self, into: memoryview) -> int:
        """Fill `into` with the next bytes of the content, or of the age file before it is open."""
        if self._content is None:
            return super().read(into)
        count: int = self._content.readinto(into)  # type: ignore[attr-defined] # both kinds have it
        if count < len(into) and self._thread is not None:
            self._thread.join()
            if self._error is not None:
                raise self._error
        return count

    def __exit__(self, *error: object) -> None:
        if self._content is not None:
            self._content.close()  # ends the thread, which cannot write any more
        if self._thread is not None and self._handle >= 0:
            self._thread.join()
        super().__exit__(*error)


class _Reader:
    """The bytes of an age file as pyrage reads them; an error of the source is kept."""

    def __init__(self, source: _Content) -> None:
        self._source = source
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        piece = memoryview(bytearray(size))
        try:
            return bytes(piece[: Source.read(self._source, piece)])
        except BaseException as error:
            self.error = error
            raise


@contextlib.contextmanager
def _explained(kinds: set[str]) -> Iterator[None]:
    """Turn the errors of pyrage into ours, which say who can open the file."""
    try:
        yield
    except UnicodeDecodeError:
        raise WrongKeyError("the passphrase of an age file is UTF-8") from None
    except (_pyrage().DecryptError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _error_of(str(error), kinds) from None


def _error_of(reason: str, kinds: set[str]) -> VaultError:
    if reason.startswith("No matching keys"):
        hint = _BY_AGE if kinds and not kinds & _OWN else None
        return WrongKeyError(f"no identity opens it; it is for {_listed(kinds)}", hint=hint)
    if reason.startswith("Decryption failed"):
        return WrongKeyError("wrong passphrase, or the header was changed")
    if reason.startswith("Excessive work"):
        return CostRefusedError("the passphrase demands too much time to check", hint=_BY_AGE)
    if reason.startswith("failed to fill"):
        return TruncatedError("the age file ends too early")
    return IntegrityError(f"the age file was changed or is incomplete: {visible(reason)}")


def _listed(kinds: set[str]) -> str:
    shown = [kind if kind in _OWN else f"the plugin {visible(kind)}" for kind in sorted(kinds)]
    return and_more(shown[:_MOST_KINDS], len(shown))


def _pyrage() -> Any:
    """Return the package that reads age files. Raises MissingExtraError."""
    try:
        import pyrage
    except ImportError:
        raise MissingExtraError(
            "age files need the pyrage package", hint="pip install 'cotool[age]'"
        ) from None
    return pyrage
