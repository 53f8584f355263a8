"""Where a passphrase comes from: a file, a pipe, or standard input."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from cotool._records import dataclass, field
from cotool.errors import InputError
from cotool.vault.files import is_same_file, read_line

PASSPHRASE_LIMIT = 64 << 10  # bytes


@dataclass(frozen=True)
class PassphraseSource:
    """Where one passphrase comes from: a file, which is read once. Subclasses have other sources.

    From a pipe, only the first line is read, so the rest may be content.
    """

    file: str | None = None
    _found: list[str | bytes] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def is_given(self) -> bool:
        """Return whether the source was named."""
        return self.file is not None

    @property
    def is_from_stdin(self) -> bool:
        """Return whether the passphrase is on standard input."""
        return self.file is not None and is_stdin(self.file)

    def read(self, what: str, *, confirm: bool = False) -> str | bytes:  # noqa: ARG002 - subclasses
        """Return the passphrase for `what`. Raises InputError, which never contains it."""
        if not self._found:
            self._found.append(self._read(what))
        return self._found[0]

    def _read(self, what: str) -> str | bytes:
        if self.file is None:
            raise InputError(
                f"there is no passphrase for {what}",
                hint="set COTOOL_PASSPHRASE_FILE or COTOOL_KEY_FILE",
            )
        with Path(self.file).open("rb", buffering=0) as file:
            return first_line(read_line(file.fileno(), PASSPHRASE_LIMIT), self.file)

    def read_before_content(self) -> None:
        """Read a passphrase that comes before the content on standard input.

        Raises InputError if the passphrase would be read again as content.
        """
        if self.file is not None:
            spare_stdin_file(self.file)
        if self.is_from_stdin:
            self.read("the content")


def spare_stdin_file(path: str) -> None:
    """Raise InputError if a file with a secret is also the content on standard input."""
    if is_stdin(path) and stat.S_ISREG(os.fstat(0).st_mode):
        raise InputError(
            f"{path}: is also the content on standard input",
            hint="give the secret in another file, or on another descriptor",
        )


def is_stdin(place: int | str) -> bool:
    """Return whether a descriptor or path is standard input."""
    return is_same_file(place, 0)


def first_line(data: bytes, where: str) -> str | bytes:
    """Return the first line without its end; text is normalised later, other bytes are kept."""
    if len(data) > PASSPHRASE_LIMIT:
        raise InputError(f"{where}: a passphrase has at most {PASSPHRASE_LIMIT >> 10} KiB")
    line = data.split(b"\n", 1)[0].removesuffix(b"\r")
    if not line:
        raise InputError(f"{where}: the first line is empty, so there is no passphrase")
    with contextlib.suppress(UnicodeDecodeError):
        return line.decode()
    return line
