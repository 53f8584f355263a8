"""What to read: files, globs, folders, standard input; plain files directly, others as streams."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cotool._records import dataclass, field, replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError, unreadable, why_unreadable
from cotool.io.compression import BLOCK, MAGIC_SIZE, compression_of
from cotool.io.sources import STDIN, Decompressed, buffered, plain_start, read_head, text_blocks
from cotool.logs.scan.rotation import in_time_order

if TYPE_CHECKING:
    from os import PathLike

_WINDOWS = 64
_WINDOW = 1 << 14
# The first window is larger, to have whole lines even if those of structured logs are long.
_FIRST = 1 << 17
_SMALL = 1 << 20
_MOMENT = 0.05  # seconds
_AHEAD = 3  # blocks that a compressed stream is read ahead
_COUNTED = "what came before is counted"
# The most bytes of a decompressed log, if no limit is given: this many times its compressed size,
# but at least this many. Memory does not grow with the length, but time does.
_RATIO, _LEAST = 64, 1 << 34
_COMPRESSED = (".gz", ".zst", ".bz2", ".xz")


@dataclass(frozen=True, slots=True)
class LogSource:
    """Something to read. `path` is as given, "stdin" for standard input; `size` as on disk.

    `spool`: a file with a copy of what can be read only once. `limit`: a plain file's size beyond
    which nothing is read, so that a second look at it sees the same. `url`: of a remote object,
    whose `path` is the same without what is secret. `problem`: why it cannot be read, if that
    is known before it is opened. `max_decompressed`: how long it may be when decompressed, None for
    16 GiB or 64 times its size, whichever is more.
    """

    path: str
    size: int = 0
    is_stdin: bool = False
    spool: str | None = None
    limit: int | None = None
    url: str | None = field(default=None, repr=False)
    problem: str | None = None
    max_decompressed: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is likely a plain file; its content decides when it is opened."""
        return not self.is_stdin and not self.path.endswith(_COMPRESSED)


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A regular file of uncompressed text: bytes from `start` (after a mark) to `size`."""

    fd: int
    size: int
    start: int
    mtime: float
    device: int
    inode: int


@dataclass(slots=True)
class LogStream:
    """Decompressed bytes of UTF-8 or an 8-bit encoding, block by block.

    `size` is that on disk, None if unknown; `done` returns how much of it has been read.
    """

    blocks: Iterator[bytes]
    compression: str | None = None
    mtime: float | None = None
    size: int | None = None
    done: Callable[[], int] = int  # nothing
    _first: bytes | None = field(default=None, init=False)
    _failed: InputError | None = field(default=None, init=False)

    @property
    def position(self) -> int:
        """Bytes read from disk so far."""
        return self.done()

    def peek(self) -> bytes:
        """Return the first block, which read() will give again; empty if there is none."""
        if self._first is None:
            try:
                self._first = self._next()
            except InputError as error:
                self._first, self._failed = b"", error
        return self._first

    def read(self) -> bytes:
        """Return the next bytes, b"" at the end; damage raises InputError after what precedes."""
        if self._first is not None:
            first, self._first = self._first, None
            if first:
                return first
        if self._failed is not None:
            raise self._failed
        return self._next()

    def _next(self) -> bytes:
        return next(filter(None, self.blocks), b"")


def find_sources(
    paths: Sequence[str | PathLike[str]],
    *,
    recursive: bool = False,
    max_decompressed: int | None = None,
) -> list[LogSource]:
    """Return what the paths name, rotated logs oldest first and no file twice.

    A path that does not exist may be a glob. A folder needs `recursive`, and yields its files
    except hidden and binary ones. A file that cannot be read, among others, has a `problem`.
    Raises InputError if nothing is found, or nothing of it can be read.
    """
    sources: list[LogSource] = []
    for path in paths:
        sources += _found(str(path), recursive=recursive, alone=len(paths) == 1)
    if sources and all(source.problem for source in sources):
        raise InputError(
            f"{sources[0].path}: {sources[0].problem}", hint="check the name of the file"
        )
    unique: dict[tuple[int, int] | str, LogSource] = {}
    for source in sources:
        unique.setdefault(_identity(source), source)
    if max_decompressed is not None:
        limited = (replace(source, max_decompressed=max_decompressed) for source in unique.values())
        unique = dict(zip(unique, limited, strict=True))
    return in_time_order(unique.values(), lambda source: source.path)


def _identity(source: LogSource) -> tuple[int, int] | str:
    if source.is_stdin:
        return STDIN
    if source.url is not None:
        return source.url
    try:
        status = os.stat(source.path)  # noqa: PTH116 - quicker, for thousands of files
    except (OSError, ValueError):
        return source.path  # opening it reports why
    return status.st_dev, status.st_ino


@contextmanager
def read_twice(sources: Sequence[LogSource]) -> Iterator[list[LogSource]]:
    """Yield sources that give the same bytes twice: pipes are copied, files keep their size.

    Raises InputError if a copy cannot be written.
    """
    with contextlib.ExitStack() as stack:
        yield [_repeatable(source, stack) for source in sources]


def _repeatable(source: LogSource, stack: contextlib.ExitStack) -> LogSource:
    if source.is_stdin:
        if sys.stdin is None:
            return source
        fd = sys.stdin.fileno()
        status = os.fstat(fd)
        if _plain(source, fd, status) is not None:
            return replace(source, limit=status.st_size)
    elif source.url is not None:
        return source  # an object does not change under its reader
    else:
        try:
            status = Path(source.path).stat()
        except OSError:
            return source  # opening it reports why
        if stat.S_ISREG(status.st_mode):
            return replace(source, limit=status.st_size)
        fd = os.open(source.path, os.O_RDONLY | os.O_CLOEXEC)
        stack.callback(os.close, fd)
    import tempfile

    try:
        copy = tempfile.NamedTemporaryFile(prefix="cotool-")  # noqa: SIM115 - the stack closes it
        stack.enter_context(copy)
        while data := os.read(fd, BLOCK):
            copy.write(data)
        copy.flush()
    except OSError as error:
        raise InputError(
            f"{source.path}: cannot be copied to read it twice: {error.strerror}"
        ) from None
    return replace(source, spool=copy.name)


def _found(path: str, *, recursive: bool, alone: bool) -> list[LogSource]:
    if path == STDIN:
        return [LogSource("stdin", is_stdin=True)]
    if "://" in path:
        from cotool.io.remote import find_objects, is_url, shown

        if is_url(path):
            found = find_objects(path, recursive=recursive)
            return [LogSource(shown(url), size, url=url) for url, size in found]
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        names = _glob(path)
        if names:
            alone = alone and len(names) == 1
            each = (_found(name, recursive=recursive, alone=alone) for name in names)
            return [source for sources in each for source in sources]
        return [LogSource(path, problem=why_unreadable(error))]
    if not stat.S_ISDIR(status.st_mode):
        return [LogSource(path, status.st_size)]
    if not recursive and not alone:
        return [LogSource(path, problem="is a folder")]
    if not recursive:
        raise InputError(f"{path}: is a folder", hint="`recursive` reads all the files in it")
    files = list(_walk(path))
    if not files:
        raise InputError(f"{path}: holds no log file")
    return files


def _glob(pattern: str) -> list[str]:
    import glob

    if not glob.has_magic(pattern):
        return []
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - names stay as they are


def _walk(folder: str) -> Iterator[LogSource]:
    """Yield the logs in a folder, and what cannot be read in it."""
    unread: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=unread.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(root, name)  # noqa: PTH118 - names stay as they are
            if name.startswith("."):
                continue
            try:
                status = os.stat(path)  # noqa: PTH116 - quicker, for thousands of files
            except OSError as error:
                yield LogSource(path, problem=why_unreadable(error))
                continue
            if stat.S_ISREG(status.st_mode) and not _is_binary(path):
                yield LogSource(path, status.st_size)
    yield from (LogSource(str(error.filename), problem=why_unreadable(error)) for error in unread)


def _is_binary(path: str) -> bool:
    """Return whether a file is not a log: zeros at its start that no encoding explains."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False  # opening it again reports why
    try:
        head = os.read(fd, 1024)
    except OSError:
        return False
    finally:
        os.close(fd)
    return _has_zeros(head)


def _has_zeros(head: bytes) -> bool:
    return b"\0" in head and plain_start(head) is not None


@contextmanager
def open_source(source: LogSource, *, ahead: bool = True) -> Iterator[PlainFile | LogStream]:
    """Open a source. Raises InputError naming it if it cannot be read.

    ahead: decompress in a thread of its own, ahead of what takes the text.
    """
    if source.problem is not None:
        raise InputError(f"{source.path}: {source.problem}")
    if source.url is not None and source.spool is None:
        with _remote_stream(source) as stream:
            yield stream
        return
    piped = source.is_stdin and source.spool is None
    fd = _stdin() if piped else _opened(source)
    try:
        status = os.fstat(fd)
        if stat.S_ISDIR(status.st_mode):
            raise InputError(
                f"{source.path}: is a folder", hint="`recursive` reads the files in it"
            )
        plain = _plain(source, fd, status)
        if plain is not None:
            yield plain
            return
        mtime, size = (None, None) if piped else (status.st_mtime, status.st_size)
        pipe = fd if piped else None
        is_file = stat.S_ISREG(status.st_mode) and not os.lseek(fd, 0, os.SEEK_CUR)
        again = (lambda start, size: os.pread(fd, size, start)) if is_file else None
        read = _reader(source, fd)
        with _stream(read, source, mtime, size, pipe, ahead=ahead, again=again) as stream:
            if stat.S_ISCHR(status.st_mode) and _has_zeros(stream.peek()):
                raise InputError(f"{source.path}: is a device that gives no text")
            yield stream
    finally:
        if not piped:
            os.close(fd)


def _stdin() -> int:
    if sys.stdin is None:
        raise InputError("stdin: is closed", hint="give a file")
    return sys.stdin.fileno()


def _opened(source: LogSource) -> int:
    try:
        return os.open(source.spool or source.path, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise unreadable(source.path, error) from None


def _plain(source: LogSource, fd: int, status: os.stat_result) -> PlainFile | None:
    """Return a regular file without compression, which is at its start; None for another one."""
    if not stat.S_ISREG(status.st_mode) or os.lseek(fd, 0, os.SEEK_CUR):
        return None
    try:
        head = os.pread(fd, MAGIC_SIZE, 0)
    except OSError as error:
        raise unreadable(source.path, error) from None
    start = plain_start(head)
    # Files of /proc have the size 0, but are not empty.
    if start is None or (head and not status.st_size):
        return None
    size = status.st_size if source.limit is None else min(status.st_size, source.limit)
    return PlainFile(fd, size, start, status.st_mtime, status.st_dev, status.st_ino)


def _reader(source: LogSource, fd: int) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        try:
            return os.read(fd, size)
        except OSError as error:
            raise unreadable(source.path, error) from None

    return read


@contextmanager
def _remote_stream(source: LogSource) -> Iterator[LogStream]:
    from cotool.io.remote import describe

    found = describe(str(source.url))
    # Whole blocks, so that the format does not depend on how the network cuts them.
    with (
        _ahead(found.blocks(), 1) as blocks,
        _stream(buffered(blocks).read, source, found.mtime, found.size) as stream,
    ):
        yield stream


@contextmanager
def _stream(
    given: Callable[[int], bytes],
    source: LogSource,
    mtime: float | None,
    size: int | None,
    pipe: int | None = None,
    *,
    ahead: bool = True,
    again: Callable[[int, int], bytes] | None = None,
) -> Iterator[LogStream]:
    position = 0
    limits = Decompressed(
        source.path, source.max_decompressed, ratio=_RATIO, least=_LEAST, greatest=None
    )

    def read(size: int) -> bytes:
        nonlocal position
        data = given(size)
        position += len(data)
        limits.took(len(data))
        return data

    head = read_head(read)
    while pipe is not None and len(head) < _SMALL and _is_ready(pipe) and (data := read(BLOCK)):
        head += data  # with more lines at once, the format is recognised better
    kind = compression_of(head)
    blocks = text_blocks(head, read, source.path, strict=False, hint=_COUNTED, again=again)
    if kind:
        blocks = limits.checked(blocks)
    with _ahead(blocks, _AHEAD) if kind and ahead else contextlib.nullcontext(blocks) as blocks:
        yield LogStream(blocks, kind, mtime, size, lambda: position)


@contextmanager
def _ahead(blocks: Iterator[bytes], most: int) -> Iterator[Iterator[bytes]]:
    from cotool.io.ahead import Ahead

    ahead = Ahead(blocks, most)
    try:
        yield iter(ahead)
    finally:
        ahead.close()


def _is_ready(pipe: int) -> bool:
    """Return whether a pipe has more to read within a moment."""
    import select

    try:
        return bool(select.select([pipe], [], [], _MOMENT)[0])
    except (OSError, ValueError):  # what cannot be waited for
        return False


def sample(opened: PlainFile | LogStream) -> list[bytes]:
    """Return bytes to recognise a format from: all of a small file, else windows of it.

    The first one begins at the source's start. For a stream, it is the first block.
    """
    if isinstance(opened, LogStream):
        return [opened.peek()[:_SMALL]]
    return [
        os.pread(opened.fd, stop - start, start)
        for start, stop in windows_of(opened.start, opened.size)
    ]


def windows_of(start: int, size: int) -> list[tuple[int, int]]:
    """Return the parts of a text in bytes [start, size) that sample() takes."""
    length = size - start
    if length <= _SMALL:
        return [(start, size)]
    step = (length - _WINDOW) / (_WINDOWS - 1)
    begins = [start + int(n * step) for n in range(_WINDOWS)]
    return [(start, start + _FIRST), *((begin, begin + _WINDOW) for begin in begins[1:])]
