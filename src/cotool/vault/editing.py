"""Edit a vault file. Meanwhile its content is only in memory-backed storage."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.errors import InputError
from cotool.io.target import is_in_memory, replace_file
from cotool.vault.armor import armor
from cotool.vault.files import named
from cotool.vault.in_memory import open_bytes, seal_again
from cotool.vault.reader import read_whole
from cotool.vault.rewrapping import changing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.vault.envelope import Key
    from cotool.vault.files import StrPath

_FOLDERS = ("XDG_RUNTIME_DIR", "/dev/shm")  # noqa: S108 - checked to be in memory, and private below


_VIMS = ("vim", "nvim", "gvim", "rvim", "evim", "mvim")
# No swap file, no viminfo or shada, no backups and no file for undo: they lie in other folders.
_VIM_OPTIONS = ("-n", "-i", "NONE", "-c", "set nobackup nowritebackup noundofile")


def edit(path: StrPath, *, keys: Sequence[Key], editor: Sequence[str]) -> bool:
    """Let `editor` change the content of a file, and encrypt it again for the same keys.

    Returns whether the content changed. Raises InputError if there is no memory-backed folder or
    the editor fails, and then does not change the file; OSError, VaultError. If the file cannot be
    written, the edits are kept in memory, encrypted, and the error says where.
    """
    with (
        named(path),
        changing(path, keys) as (real, _, _),
        contextlib.ExitStack() as cleaning,
    ):
        data, armored = read_whole(real)
        envelope, content = open_bytes(data, keys)
        folder = Path(tempfile.mkdtemp(prefix="cotool-", dir=_memory_folder()))  # mode 0700
        cleaning.callback(shutil.rmtree, folder, ignore_errors=True)
        file = folder / Path(real).stem
        changed = _edited(content, file, editor)
        if changed == content:
            return False
        sealed = seal_again(envelope, changed)
        result = armor(sealed) if armored else sealed
        try:
            replace_file(real, result)
        except (OSError, InputError) as error:
            cleaning.pop_all()
            kept = _keep(file, result)
            raise InputError(
                f"{error}; your edits are kept in {kept}",
                hint="make room, and move that file over the vault file"
                if kept != file
                else "that file is not encrypted: make room, encrypt it, and remove it",
            ) from None
    return True


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
    """Leave only the sealed edits in the folder of a file, or the file if there is no room."""
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
    return kept


def _memory_folder() -> str:
    """Return a folder in memory. Raises InputError if the system has none."""
    for folder in (os.environ.get(_FOLDERS[0]), _FOLDERS[1]):
        if folder and is_in_memory(folder) and os.access(folder, os.W_OK | os.X_OK):
            return folder
    raise InputError(
        "there is no memory-backed folder for the content ($XDG_RUNTIME_DIR or /dev/shm on tmpfs)",
        hint="decrypt it to a file, edit that, and encrypt it again",
    )
