"""Edit a vault file. While it is edited, its content is only in memory-backed storage."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.io.target import is_in_memory, replace_file
from cotool.vault.armor import armor
from cotool.vault.files import named
from cotool.vault.in_memory import open_bytes, seal_again
from cotool.vault.reader import read_whole
from cotool.vault.rewrapping import changing
from cotool.vault.values.files import changing_document, has_values_sealed

if TYPE_CHECKING:
    from cotool.vault.envelope import Key
    from cotool.vault.files import StrPath

_FOLDERS = ("XDG_RUNTIME_DIR", "/dev/shm")  # noqa: S108 - checked to be in memory, and private below


_PREFIX = "cotool-edit-"
_VIMS = ("vim", "nvim", "gvim", "rvim", "evim", "mvim")
# No swap file, no viminfo or shada, no backups and no file for undo: they are in other folders.
_VIM_OPTIONS = ("-n", "-i", "NONE", "-c", "set nobackup nowritebackup noundofile")


@dataclass(frozen=True, slots=True)
class _Open:
    """A file that is edited: its real path, its content, and how new content is sealed."""

    path: str
    content: bytes
    seal: Callable[[bytes], bytes]
    seal_whole: Callable[[bytes], bytes]  # for content that `seal` refuses


def edit(
    path: StrPath,
    *,
    keys: Sequence[Key],
    editor: Sequence[str],
    again: Callable[[InputError], bool] = lambda _: False,
) -> bool:
    """Let `editor` change the content of a file, and encrypt it again for the same keys.

    again: returns whether to open the editor once more, after an error in a document with sealed
    values.

    Returns whether the content changed. Raises InputError if there is no memory-backed folder or
    the editor fails, and then does not change the file; OSError, VaultError. If the file cannot be
    written, the edits are kept in memory, encrypted, and the error says where.
    """
    with named(path), _opened(path, keys) as file, _private_folder() as folder:
        place = folder / _plain_name(file.path)
        changed = _edited(file.content, place, editor)
        while changed != file.content:
            result = None
            try:
                result = file.seal(changed)
                replace_file(file.path, result)
            except (OSError, InputError) as error:
                if result is None and isinstance(error, InputError) and again(error):
                    place.unlink()
                    changed = _edited(changed, place, editor)
                    continue
                kept = _keep(place, result or file.seal_whole(changed))
                raise _kept(
                    error, kept, encrypted=kept.name != place.name, written=result
                ) from None
            return True
    return False


@contextlib.contextmanager
def _opened(path: StrPath, keys: Sequence[Key]) -> Iterator[_Open]:
    """Lock and open a vault file, or a document with sealed values."""
    if has_values_sealed(path):
        with changing_document(path, keys) as (real, document):
            whole = functools.partial(seal_again, document.envelope)
            yield _Open(real, document.content(), document.with_content, whole)
        return
    with changing(path, keys) as (real, _, _):
        data, armored = read_whole(real)
        envelope, content = open_bytes(data, keys)

        def seal(changed: bytes) -> bytes:
            sealed = seal_again(envelope, changed)
            return armor(sealed) if armored else sealed

        yield _Open(real, content, seal, seal)


def _plain_name(path: str) -> str:
    name = Path(path).name
    plain = name.removesuffix(".asc").removesuffix(".vault")
    return plain or name


def _kept(
    error: OSError | InputError, kept: Path, *, encrypted: bool, written: bytes | None
) -> InputError:
    """Return the error for edits that could not be written and are kept in memory."""
    if not encrypted:
        hint = "that file is not encrypted: make room, encrypt it, and remove it"
    elif written is None:
        hint = "that is a vault file: decrypt it, mend it, and seal its values again"
    else:
        hint = "make room, and move that file over the vault file"
    return InputError(f"{error}; your edits are kept in {kept}", hint=hint)


def _edited(content: bytes, file: Path, editor: Sequence[str]) -> bytes:
    _write(file, content)
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(file.parent))}
    try:
        code = subprocess.run(  # noqa: S603 - the user's editor
            [*_with_options(editor), str(file)], check=False, env=environment
        ).returncode
    except OSError as error:
        raise InputError(
            f"the editor {editor[0]} cannot be started: {error.strerror}",
            hint="set $VISUAL or $EDITOR",
        ) from None
    if code:
        raise InputError(f"the editor {editor[0]} ended with code {code}; the file is not changed")
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise InputError("the editor removed its file; the vault file is not changed") from None


def _with_options(editor: Sequence[str]) -> list[str]:
    """Return the command of an editor, with what stops it from writing copies elsewhere."""
    program = os.path.realpath(shutil.which(editor[0]) or editor[0])
    options = _VIM_OPTIONS if Path(program).name.startswith(_VIMS) else ()
    return [editor[0], *options, *editor[1:]]


def _write(file: Path, data: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") as stream:  # noqa: PTH123 - a descriptor
        stream.write(data)


def _keep(file: Path, sealed: bytes) -> Path:
    """Keep only the sealed edits, or the file if there is no room, in a folder of another name."""
    kept = file.with_name(f"{file.name}.{secrets.token_hex(4)}.vault")
    try:
        _write(kept, sealed)
    except OSError:
        kept.unlink(missing_ok=True)
        kept = file
    for path in file.parent.iterdir():
        if path != kept:
            with contextlib.suppress(OSError):
                path.unlink()
    folder = file.parent
    return folder.rename(folder.with_name(f"cotool-kept-{secrets.token_hex(4)}")) / kept.name


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    """Give a new folder in memory, with mode 0700, and remove it at the end. Remove stale ones."""
    memory = Path(_memory_folder())
    for folder in memory.glob(f"{_PREFIX}*"):
        with _locked_folder(folder) as is_mine:
            if is_mine:  # the process that made it has ended
                shutil.rmtree(folder, ignore_errors=True)
    made = False
    while not made:  # another edit may take a folder that is not locked yet for a stale one
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=memory))
        with _locked_folder(folder):
            made = folder.is_dir()
            try:
                if made:
                    yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked_folder(folder: Path) -> Iterator[bool]:
    """Lock a folder of this user until the block, or this process, ends; give whether it is locked.

    The editor does not inherit the lock.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # of another user, or gone
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_mine = os.fstat(handle).st_uid == os.geteuid()
        except OSError:
            is_mine = False
        yield is_mine
    finally:
        os.close(handle)


def _memory_folder() -> str:
    """Return a folder in memory. Raises InputError if the system has none."""
    for folder in (os.environ.get(_FOLDERS[0]), _FOLDERS[1]):
        if folder and is_in_memory(folder) and os.access(folder, os.W_OK | os.X_OK):
            return folder
    raise InputError(
        "there is no memory-backed folder for the content ($XDG_RUNTIME_DIR or /dev/shm on tmpfs)",
        hint="decrypt it to a file, edit that, and encrypt it again",
    )
