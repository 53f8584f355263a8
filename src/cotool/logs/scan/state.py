"""Where the last run ended in each file, so that the next one reads only what is new.

A file is known by its device and inode, and by fingerprints: hashes of its first bytes, of the
decompressed text, and in plain files of the bytes before the place where reading ended. A log that
was renamed keeps its inode; one that was compressed or copied away keeps its first fingerprint; one
that was truncated or replaced has others, even where all logs begin with the same banner.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from cotool._records import asdict, dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import InputError, unreadable
from cotool.io.json_documents import parse_json
from cotool.io.target import Target, write_whole
from cotool.io.whole import read_whole

if TYPE_CHECKING:
    from cotool.logs.scan.sources import PlainFile

    # Up to so many bytes of a file that end at an offset.
    Before = Callable[[int, int], bytes]

SCHEMA = "cotool.logs.state/1"
_HEAD = _TAIL = 1024
_MOST = 1000


@dataclass(frozen=True, slots=True)
class FilePosition:
    """How far a file has been read: `offset` bytes of text, which are whole `lines`."""

    path: str
    device: int | None
    inode: int | None
    offset: int
    head_size: int
    head_hash: str
    tail_size: int = 0
    tail_hash: str = ""
    lines: int = 0

    def is_start_of(self, head: bytes, before: Before | None) -> bool:
        """Return whether a file with these first bytes may be this one, grown or not.

        before: reads what is before an offset; None if the file is not a plain one.
        """
        if len(head) < self.head_size or _hash(head[: self.head_size]) != self.head_hash:
            return False
        if before is None or not self.tail_size:
            return True
        return _hash(before(self.tail_size, self.offset)) == self.tail_hash

    def is_same_file(self, other: FilePosition) -> bool:
        """Return whether another entry is of the same file, or of a stream of the same name."""
        if other.inode is None:
            return self.inode is None and self.path == other.path
        return (self.device, self.inode) == (other.device, other.inode)


class State:
    """The entries of all files, the latest last."""

    def __init__(self, entries: list[FilePosition] | None = None) -> None:
        self._entries = entries or []

    @property
    def entries(self) -> tuple[FilePosition, ...]:
        """What is known of each file."""
        return tuple(self._entries)

    def known(self, path: str, head: bytes, plain: PlainFile | None) -> tuple[int, int]:
        """Return how many bytes and lines of a file's text are known.

        Both are 0 for a new, truncated or replaced one.

        head: its first bytes, a kibibyte or all; plain: the file itself, unless it is a stream.
        """
        entry = self._entry(path, head[:_HEAD], plain)
        if entry is None or (plain is not None and plain.size < entry.offset):
            return 0, 0
        return entry.offset, entry.lines

    def _entry(self, path: str, head: bytes, plain: PlainFile | None) -> FilePosition | None:
        before = None if plain is None else reader_before(plain.fd)
        for entry in reversed(self._entries):
            if plain is not None and (entry.device, entry.inode) == (plain.device, plain.inode):
                return entry if entry.is_start_of(head, before) else None
        for entry in reversed(self._entries):
            known = bool(entry.head_size) and entry.is_start_of(head, before)
            if known and (entry.path == path or not _is_still_there(entry)):
                return entry
        return None

    def record(self, new: FilePosition) -> None:
        """Take note of how far a file has been read."""
        self._entries = [entry for entry in self._entries if not entry.is_same_file(new)]
        self._entries.append(new)

    def to_json(self) -> str:
        """Return the document that load() reads: the newest entries."""
        document = {"schema": SCHEMA, "files": [asdict(e) for e in self._entries[-_MOST:]]}
        return json.dumps(document, indent=1) + "\n"


def state_entry(
    path: str, head: bytes, plain: PlainFile | None, offset: int, lines: int
) -> FilePosition:
    """Return the entry of a file that has been read up to `offset`; see State.known()."""
    head = head[: min(_HEAD, offset)]
    if plain is None:
        return FilePosition(path, None, None, offset, len(head), _hash(head), lines=lines)
    tail = reader_before(plain.fd)(_TAIL, offset)
    return FilePosition(
        path, plain.device, plain.inode, offset, len(head), _hash(head), len(tail), _hash(tail),
        lines,
    )  # fmt: skip


@contextlib.contextmanager
def kept_state(path: str) -> Iterator[State]:
    """Read a state file, and write it again where the block ends without an error.

    Another run with the same file is refused meanwhile. Raises InputError if it cannot be read
    or written, or is not a state.
    """
    made = _make(path)
    handle = _locked(path)
    try:
        state = load_state(path)
        yield state
        write_whole(path, state.to_json().encode())
    finally:
        if made and _is_at(handle, path):
            os.unlink(path)  # noqa: PTH108 - the run has failed before it wrote the state
        os.close(handle)


def _make(path: str) -> bool:
    """Make a state file without entries, unless there is a file; return whether it was made."""
    if os.path.lexists(path):
        return False
    try:
        with Target(path) as target:
            target.begin(State().to_json().encode())
    except InputError:
        if os.path.lexists(path):  # another run made it meanwhile
            return False
        raise
    return True


def _locked(path: str) -> int:
    """Return a locked handle of the state file, which is its own lock."""
    import fcntl

    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise InputError(f"{path}: is not a regular file", parameter="state")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise InputError(
                f"{path}: another run is using it", hint="wait for it, or give another `state`"
            ) from None
        if _is_at(handle, path):
            return handle
        os.close(handle)  # the run that held the lock has replaced the file


def _is_at(handle: int, path: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), os.stat(path))  # noqa: PTH116 - like fstat
    return False


def load_state(path: str) -> State:
    """Return the state in a file, an empty one if there is none. Raises InputError."""
    try:
        data = read_whole(path)
    except FileNotFoundError:
        return State()
    except OSError as error:
        raise unreadable(path, error) from None
    hint = "delete it to count all files from their start"
    try:
        document: Any = parse_json(data)
        if document["schema"] != SCHEMA:
            raise InputError(f"{path}: its schema is {document['schema']!r}", hint=hint)
        entries = [FilePosition(**item) for item in document["files"]]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: is not a state file: {error}", hint=hint) from None
    for number, entry in enumerate(entries, 1):
        if not _is_valid(entry):
            raise InputError(f"{path}: is not a state file: entry {number} is damaged", hint=hint)
    return State(entries)


def _is_valid(entry: FilePosition) -> bool:
    """Return whether an entry could have been written here."""
    bounds = (
        (entry.offset, sys.maxsize), (entry.lines, sys.maxsize),
        (entry.head_size, _HEAD), (entry.tail_size, _TAIL),
    )  # fmt: skip
    return (
        all(type(size) is int and 0 <= size <= most for size, most in bounds)
        and all(known is None or type(known) is int for known in (entry.device, entry.inode))
        and all(type(text) is str for text in (entry.path, entry.head_hash, entry.tail_hash))
        and "\0" not in entry.path
    )


def reader_before(fd: int) -> Before:
    """Return what reads up to so many bytes of a plain file that end at an offset."""
    return lambda size, offset: os.pread(fd, min(size, offset), max(0, offset - size))


def _hash(head: bytes) -> str:
    import hashlib

    return hashlib.sha256(head).hexdigest()


def _is_still_there(entry: FilePosition) -> bool:
    """Return whether the file of an entry still has its name and its first bytes."""
    try:
        with Path(entry.path).open("rb") as file:
            status = os.fstat(file.fileno())
            same = (status.st_dev, status.st_ino) == (entry.device, entry.inode)
            before = reader_before(file.fileno())
            return same and entry.is_start_of(file.read(_HEAD), before)
    except OSError:
        return False
