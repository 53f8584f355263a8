"""HMAC-SHA256 of many files, in a manifest in the format of `sha256sum`.

    # cotool-signature/1 keyring 8f0c… 3
    4f6c…  report.pdf
    # hmac 9a1b…

The first line names the key. The last line authenticates all lines before it, so no file can be
removed, renamed or added. `sha256sum --check` skips these comments, but it cannot check the sums,
which need the key.
"""

from __future__ import annotations

import errno
import hmac
import os
import re
import stat
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.engine import map_ordered, resolve_num_threads
from cotool.errors import InputError, IntegrityError, WrongKeyError
from cotool.vault.keyring import Keyring
from cotool.vault.keys import Argon2Cost, Passphrase, check_cost, hkdf
from cotool.vault.trees import Wanted, list_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cotool.vault.files import StrPath

_TITLE = "# cotool-signature/1 "
_HMAC = "# hmac "
_FILES = b"cotool.vault/1 sign files\x00"
_MANIFEST = b"cotool.vault/1 sign manifest\x00"
_LIMIT = 256 << 20  # bytes of a manifest, enough for two million names
_BLOCK = 1 << 20
_DESCRIPTORS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")  # pipes that have a writer
_KEYRING_LINE = re.compile(r"keyring ([0-9a-f]{16}) ([1-9][0-9]{0,9})")
_PASSPHRASE_LINE = re.compile(
    r"argon2id m=([0-9]{1,10}),t=([0-9]{1,6}),p=([0-9]{1,4}) ([0-9a-f]{32})"
)
_MAC = re.compile(r"[0-9a-f]{64}")
_FILE_LINE = re.compile(r"(\\?)([0-9a-f]{64})  (.+)")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_UNESCAPES = {escape: character for character, escape in _ESCAPES.items()}


@dataclass(frozen=True, slots=True)
class Checked:
    """One file: `state` is ok, changed, unreadable with its `reason`, or extra: not in the list."""

    path: str
    state: str
    reason: str | None = None


def sign(
    paths: Iterable[StrPath], *, key: Keyring | Passphrase, num_threads: int | None = None
) -> str:
    """Return a signed manifest of files, in the order given.

    Names that are not UTF-8 have surrogates, as in `os.fsdecode`: encode the manifest with
    `surrogateescape`. Raises OSError for a file that cannot be read.
    """
    if isinstance(key, Keyring):
        version = key.primary.version
        title, secret = f"keyring {key.key_id.hex()} {version}", key.own_signing_key
    else:
        slot, secret = key.new_slot()
        title = f"argon2id m={slot.number},t={slot.passes},p={slot.lanes} {slot.salt.hex()}"
    names = [os.fspath(path) for path in paths]
    mac = partial(_file_mac, hkdf(secret, b"", _FILES, 32))
    lines = [_TITLE + title]
    sums = map_ordered(mac, names, resolve_num_threads(num_threads))
    lines += [_line(name, found) for name, found in zip(names, sums, strict=True)]
    text = "\n".join([*lines, ""])
    return f"{text}{_HMAC}{_manifest_mac(secret, text)}\n"


def verify_signatures(
    manifest: str, *, key: Keyring | Passphrase, num_threads: int | None = None
) -> Iterator[Checked]:
    """Yield the outcome for each file of a manifest, in order; names are as when it was made.

    Raises InputError if it is not a manifest, WrongKeyError for the wrong kind of key, and
    IntegrityError before any file is read if the manifest was changed.
    """
    title, names, body, mac = _parse(manifest)
    secrets = _secrets(title, key)
    secret = next((s for s in secrets if hmac.compare_digest(_manifest_mac(s, body), mac)), None)
    if secret is None:
        raise IntegrityError("the manifest was changed or made with another key")
    check = partial(_check, hkdf(secret, b"", _FILES, 32))
    return map_ordered(check, names, resolve_num_threads(num_threads))


def read_manifest(path: StrPath) -> str:
    """Return the text of a manifest. Raises OSError, InputError."""
    name = os.fspath(path)
    pipe = name.startswith(_DESCRIPTORS)
    with open(name, "rb", opener=None if pipe else _open_file) as file:
        data = file.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise InputError(f"{name}: is too large for a manifest")
    return manifest_text(data)


def manifest_text(data: bytes) -> str:
    """Return the text of a manifest; bytes of names that are not UTF-8 become surrogates."""
    return data.decode(errors="surrogateescape")


def manifest_bytes(manifest: str) -> bytes:
    """Return the bytes of a manifest as they are written to a file."""
    return manifest.encode(errors="surrogateescape")


def extra_files(manifest: str, path: StrPath | None = None) -> Iterator[Checked]:
    """Yield what is in the folders of a manifest's files, and below, and not in the manifest.

    path: the manifest itself, which may lie beside them. Links, pipes and folders that cannot be
    read are reported, too.
    """
    signed = {os.path.normpath(name) for name, _ in _parse(manifest)[1]}
    wanted = Wanted(vaults=False, recursive=True, symlinks="follow", everything=True)
    for folder in _tops({os.path.dirname(name) or "." for name in signed}):  # noqa: PTH120
        if not Path(folder).is_dir():
            continue
        listing = list_folder(folder, wanted)
        yield from (
            Checked(str(error.filename), "unreadable", error.strerror) for error in listing.failed
        )
        names = [found.path for found in listing.files]
        for name in sorted([*names, *chain.from_iterable(listing.left_out.values())]):
            known = os.path.normpath(name) in signed
            if not (known or (path is not None and _is_same_file(name, path))):
                yield Checked(os.path.normpath(name), "extra")


def _tops(folders: set[str]) -> list[str]:
    """Return the folders that are not below another one; all are normalised."""
    tops: list[str] = []
    for folder in sorted(folders, key=lambda name: (name != ".", name.split("/"))):
        if tops and folder.startswith(f"{tops[-1].rstrip('/')}/"):
            continue
        if "." in tops and not folder.startswith(("/", "..")):
            continue
        tops.append(folder)
    return tops


def _is_same_file(one: str, other: StrPath) -> bool:
    try:
        return bool(Path(one).samefile(other))
    except OSError:
        return False


def _parse(manifest: str) -> tuple[str, list[tuple[str, str]], str, str]:
    lines = manifest.split("\n")
    if not lines[0].startswith(_TITLE):
        raise InputError(
            f"line 1: expected {_TITLE.strip()!r}, so this is not a manifest of cotool",
            hint="make one with cotool vault sign FILES -o MANIFEST",
        )
    if len(lines) < 3 or lines[-1] or not lines[-2].startswith(_HMAC):
        raise IntegrityError(
            f"the manifest is truncated: its last line, {_HMAC.strip()!r}, is missing"
        )
    names = []
    for number, line in enumerate(lines[1:-2], 2):
        found = _FILE_LINE.fullmatch(line)
        if found is None:
            raise InputError(f"line {number}: expected 64 hexadecimal digits and a name")
        name = re.sub(r"\\.", _unescape, found[3]) if found[1] else found[3]
        names.append((name, found[2]))
    body = "\n".join([*lines[:-2], ""])
    mac = lines[-2].removeprefix(_HMAC)
    if not _MAC.fullmatch(mac):
        raise IntegrityError("the manifest was changed: its last line is not an HMAC")
    return lines[0].removeprefix(_TITLE), names, body, mac


def _secrets(title: str, key: Keyring | Passphrase) -> list[bytes]:
    if found := _KEYRING_LINE.fullmatch(title):
        if not isinstance(key, Keyring):
            raise WrongKeyError("signed with a keyring", hint="name it with `keyring`")
        if key.key_id.hex() != found[1]:
            raise WrongKeyError(
                f"signed with key {found[1]}, the keyring has key {key.key_id.hex()}",
                hint="name another with `keyring`",
            )
        return key.signing_keys(int(found[2]))
    if found := _PASSPHRASE_LINE.fullmatch(title):
        if not isinstance(key, Passphrase):
            raise WrongKeyError("signed with a passphrase", hint="`passphrase` asks for it")
        cost = Argon2Cost(int(found[2]), int(found[1]), int(found[3]))
        if not (cost.passes and cost.lanes and cost.memory >= 8 * cost.lanes):
            raise InputError("line 1: not a valid Argon2id cost")
        check_cost(cost)
        return [key.derive(bytes.fromhex(found[4]), cost)]
    raise InputError(
        "line 1: does not name a key", hint="it may come from a newer version of cotool"
    )


def signed_with_keyring(manifest: str) -> bool:
    """Return whether a manifest was signed with a keyring rather than a passphrase."""
    return manifest.startswith(f"{_TITLE}keyring ")


def _line(name: str, mac: str) -> str:
    escaped = "".join(_ESCAPES.get(character, character) for character in name)
    return f"{'' if escaped == name else chr(92)}{mac}  {escaped}"


def _unescape(found: re.Match[str]) -> str:
    return _UNESCAPES.get(found[0], found[0])


def _file_mac(key: bytes, path: str) -> str:
    mac = hmac.new(key, digestmod="sha256")
    with open(path, "rb", buffering=0, opener=_open_file) as file:
        buffer = memoryview(bytearray(_BLOCK))
        while size := file.readinto(buffer):
            mac.update(buffer[:size])
    return mac.hexdigest()


def _open_file(path: str, flags: int) -> int:
    """Open a regular file; anything else might never end, or wait for a writer."""
    handle = os.open(path, flags | os.O_NONBLOCK)
    mode = os.fstat(handle).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        os.close(handle)
        raise OSError(errno.EINVAL, "is not a regular file", path)
    return handle


def _manifest_mac(secret: bytes, body: str) -> str:
    return hmac.digest(hkdf(secret, b"", _MANIFEST, 32), manifest_bytes(body), "sha256").hex()


def _check(key: bytes, entry: tuple[str, str]) -> Checked:
    path, expected = entry
    try:
        found = _file_mac(key, path)
    except OSError as error:
        return Checked(path, "unreadable", error.strerror or str(error))
    except ValueError as error:  # a NUL byte in a name
        return Checked(path, "unreadable", str(error))
    return Checked(path, "ok" if hmac.compare_digest(found, expected) else "changed")
