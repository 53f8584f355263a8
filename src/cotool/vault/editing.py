"""Edit a vault file. Meanwhile its content is only in memory-backed storage."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.errors import InputError
from cotool.io.target import is_in_memory, replace_file
from cotool.vault.armor import armor
from cotool.vault.envelope import open_bytes, seal_again
from cotool.vault.operations import named
from cotool.vault.reader import read_whole
from cotool.vault.rewrapping import changing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.vault.envelope import Key
    from cotool.vault.files import StrPath

_FOLDERS = ("XDG_RUNTIME_DIR", "/dev/shm")  # noqa: S108 - checked to be in memory, and private below


def edit(path: StrPath, *, keys: Sequence[Key], editor: Sequence[str]) -> bool:
    """Let `editor` change the content of a file, and encrypt it again for the same keys.

    Returns whether the content changed. Raises InputError if there is no memory-backed folder or
    the editor fails, and then does not change the file; OSError, VaultError.
    """
    with named(path), changing(path, keys) as (real, _, _):
        data, armored = read_whole(real)
        envelope, content = open_bytes(data, keys)
        changed = _edited(content, Path(real).stem, editor)
        if changed == content:
            return False
        sealed = seal_again(envelope, changed)
        replace_file(real, armor(sealed) if armored else sealed)
    return True


def _edited(content: bytes, name: str, editor: Sequence[str]) -> bytes:
    folder = Path(tempfile.mkdtemp(prefix="cotool-", dir=_memory_folder()))  # mode 0700
    try:
        file = folder / name
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(handle, "wb") as stream:  # noqa: PTH123 - a descriptor
            stream.write(content)
        try:
            code = subprocess.run([*editor, str(file)], check=False).returncode  # noqa: S603 - the user's editor
        except OSError as error:
            raise InputError(
                f"the editor {editor[0]} cannot be started: {error.strerror}",
                hint="set $VISUAL or $EDITOR",
            ) from None
        if code:
            raise InputError(
                f"the editor {editor[0]} ended with code {code}; the file is not changed"
            )
        try:
            return file.read_bytes()
        except FileNotFoundError:
            raise InputError("the editor removed its file; the vault file is not changed") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _memory_folder() -> str:
    """Return a folder in memory. Raises InputError if the system has none."""
    for folder in (os.environ.get(_FOLDERS[0]), _FOLDERS[1]):
        if folder and is_in_memory(folder) and os.access(folder, os.W_OK | os.X_OK):
            return folder
    raise InputError(
        "there is no memory-backed folder for the content ($XDG_RUNTIME_DIR or /dev/shm on tmpfs)",
        hint="decrypt it to a file, edit that, and encrypt it again",
    )
