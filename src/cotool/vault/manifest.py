"""Manifests: signed lists of files in the format of `sha256sum`, as text and as fields.

    # cotool-signature/1 keyring 8f0c… 3
    4f6c…  report.pdf
    # hmac 9a1b…

The first line names the key. The last line authenticates all lines before it, so no file can be
removed, renamed or added. `sha256sum --check` skips these comments. In version 1, the sums are
HMACs, which need the key. In version 2, they are plain SHA-256, and a line before the last one has
the signer's public keys:

    # cotool-signature/2 cotool-signer-1:2DaY…
    4f6c…  report.pdf
    # key 9dGx…
    # signature iK2p…
"""

from __future__ import annotations

import base64
import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, BinaryIO
from cotool.errors import UPDATE, InputError, IntegrityError, unreadable
from cotool.io.whole import read_stream
from cotool.vault.files import is_same_file
from cotool.vault.trees import Wanted, list_folder

if TYPE_CHECKING:
    from cotool.vault.files import StrPath

_TITLE = "# cotool-signature/"
_ENDS = {1: "# hmac ", 2: "# signature "}
_KEY = "# key "
_LIMIT = 256 << 20  # bytes of a manifest, enough for two million names
_DESCRIPTORS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")  # pipes that have a writer
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


@dataclass(frozen=True, slots=True)
class Manifest:
    """The fields of a manifest. `body` is what `proof`, an HMAC or a signature, authenticates."""

    version: int
    title: str
    entries: list[tuple[str, str]]
    body: str
    proof: bytes
    public: bytes = b""


def unsigned(version: int, title: str, entries: Iterable[tuple[str, str]]) -> str:
    """Return the lines of a manifest before those that prove it; an entry is a name and a sum."""
    lines = [f"{_TITLE}{version} {title}", *(_line(name, found) for name, found in entries), ""]
    return "\n".join(lines)


def with_key(body: str, public: bytes) -> str:
    """Return a manifest with the line of public keys."""
    return f"{body}{_KEY}{base64.b64encode(public).decode()}\n"


def with_proof(version: int, body: str, proof: bytes) -> str:
    """Return a whole manifest."""
    text = proof.hex() if version == 1 else base64.b64encode(proof).decode()
    return f"{body}{_ENDS[version]}{text}\n"


def version_of(manifest: str) -> int:
    """Return the version of a manifest, 0 if it is not one."""
    return next((n for n in _ENDS if manifest.startswith(f"{_TITLE}{n} ")), 0)


def read_manifest(path: StrPath) -> str:
    """Return the text of a manifest. Raises InputError."""
    name = os.fspath(path)
    pipe = name.startswith(_DESCRIPTORS)
    try:
        with open(name, "rb", opener=None if pipe else open_file) as file:
            return manifest_text(file, name)
    except OSError as error:
        raise unreadable(name, error) from None


def manifest_text(file: BinaryIO, name: str) -> str:
    """Return the text of a manifest; bytes of names that are not UTF-8 become surrogates.

    Raises InputError if it is too long.
    """
    return read_stream(file, name, _LIMIT).decode(errors="surrogateescape")


def manifest_bytes(manifest: str) -> bytes:
    """Return the bytes of a manifest as they are written to a file."""
    return manifest.encode(errors="surrogateescape")


def extra_files(manifest: str, path: StrPath | None = None) -> Iterator[Checked]:
    """Yield the files in and below the folders of a manifest that it does not list.

    path: the manifest itself, which may be beside them. Links, pipes and folders that cannot be
    read are reported, too.
    """
    signed = {os.path.normpath(name) for name, _ in parse_manifest(manifest).entries}
    wanted = Wanted(vaults=False, recursive=True, symlinks="inside", everything=True)
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
            if not (known or (path is not None and is_same_file(name, path))):
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


def parse_manifest(manifest: str) -> Manifest:
    """Return the fields of a manifest. Raises InputError, IntegrityError."""
    lines = manifest.split("\n")
    version = version_of(manifest)
    if not version:
        raise _no_manifest(lines[0])
    end = _ENDS[version]
    if len(lines) < 3 or lines[-1] or not lines[-2].startswith(end):
        raise IntegrityError(
            f"the manifest is truncated: its last line, {end.strip()!r}, is missing"
        )
    last, public = -2, b""
    if version == 2:
        last -= 1
        if not lines[last].startswith(_KEY):
            raise IntegrityError(f"the manifest was changed: {_KEY.strip()!r} is missing")
        public = _decoded(lines[last].removeprefix(_KEY))
    entries = []
    for number, line in enumerate(lines[1:last], 2):
        found = _FILE_LINE.fullmatch(line)
        if found is None:
            raise InputError(f"line {number}: expected 64 hexadecimal digits and a name")
        name = re.sub(r"\\.", _unescape, found[3]) if found[1] else found[3]
        entries.append((name, found[2]))
    proof = lines[-2].removeprefix(end)
    if version == 1 and not _MAC.fullmatch(proof):
        raise IntegrityError("the manifest was changed: its last line is not an HMAC")
    decoded = bytes.fromhex(proof) if version == 1 else _decoded(proof)
    title = lines[0].split(" ", 2)[2]
    return Manifest(version, title, entries, "\n".join([*lines[:-2], ""]), decoded, public)


def _no_manifest(first: str) -> InputError:
    if first.startswith(_TITLE):
        return InputError("line 1: the manifest comes from a newer version of cotool", hint=UPDATE)
    return InputError(
        f"line 1: expected '{_TITLE}1', so this is not a manifest of cotool",
        hint="make one with cotool vault sign FILES -o MANIFEST",
    )


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if base64.b64encode(data).decode() != text:
        raise IntegrityError("the manifest was changed: one of its last lines is not base64")
    return data


def _line(name: str, mac: str) -> str:
    escaped = "".join(_ESCAPES.get(character, character) for character in name)
    return f"{'' if escaped == name else chr(92)}{mac}  {escaped}"


def _unescape(found: re.Match[str]) -> str:
    return _UNESCAPES.get(found[0], found[0])


def open_file(path: str, flags: int) -> int:
    """Open a regular file; anything else might never end, or wait for a writer."""
    handle = os.open(path, flags | os.O_NONBLOCK)
    mode = os.fstat(handle).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        os.close(handle)
        raise OSError(errno.EINVAL, "is not a regular file", path)
    return handle
