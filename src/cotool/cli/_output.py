"""Results to files and pipes: atomic files, and JSON, JSONL and CSV that stream."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cotool.consensus.model import Consensus

FORMATS = ("table", "json", "jsonl", "csv")
COLUMNS = (
    "question",
    "answer",
    "confidence",
    "agreement",
    "id",
    "kind",
    "method",
    "expert",
    "experts",
    "clusters",
    "dissent",
    "warnings",
)


class Writer(Protocol):
    """Takes results one by one."""

    def write(self, result: Consensus) -> None:
        """Take one result."""

    def close(self) -> None:
        """All results have been given."""


@contextlib.contextmanager
def open_output(path: str | None) -> Iterator[IO[str]]:
    """The stream for results: standard output, or a file that appears whole or not at all."""
    if path in {None, "-"}:
        # Whatever the locale says, results are UTF-8, with "\n" and nothing lost.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        yield sys.stdout
        return
    target = Path(str(path))
    # A link's target is what is replaced, a device or a pipe is written to.
    target = target.resolve() if target.is_symlink() else target
    if target.exists() and not target.is_file():
        if target.is_dir():
            raise InputError(f"{path}: is a folder", hint="name a file with --output")
        with target.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            yield stream
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(
            handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        ) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def plain(result: Consensus, *, matrix: bool) -> dict[str, object]:
    """The JSON form of a result; without its matrix where that is not wanted."""
    form = result.to_dict()
    if not matrix:
        form["matrix"] = None
    return form


class JsonLines:
    """One JSON object a line, at once."""

    def __init__(self, stream: IO[str], *, matrix: bool) -> None:
        self.stream = stream
        self.matrix = matrix

    def write(self, result: Consensus) -> None:
        """Write and flush one line, so that a reader at the other end sees it."""
        line = json.dumps(plain(result, matrix=self.matrix), ensure_ascii=False, allow_nan=False)
        self.stream.write(line + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Nothing follows the last line."""


class Json:
    """One object for one question, an array for several; items are written as they come."""

    def __init__(self, stream: IO[str], *, matrix: bool | None) -> None:
        self.stream = stream
        self.matrix = matrix
        self.first: Consensus | None = None
        self.count = 0

    def write(self, result: Consensus) -> None:
        """Hold the first result back until it is known whether it is the only one."""
        self.count += 1
        if self.count == 1:
            self.first = result
            return
        if self.first is not None:
            self.stream.write("[\n")
            self._item(self.first)
            self.first = None
        self.stream.write(",\n")
        self._item(result)

    def _item(self, result: Consensus) -> None:
        form = plain(result, matrix=bool(self.matrix))
        self.stream.write(json.dumps(form, ensure_ascii=False, allow_nan=False))

    def close(self) -> None:
        """End the array, or write the one object."""
        if self.first is not None:
            form = plain(self.first, matrix=self.matrix is not False)
            json.dump(form, self.stream, ensure_ascii=False, allow_nan=False, indent=2)
            self.stream.write("\n")
        else:
            self.stream.write("\n]\n" if self.count else "[]\n")
        self.stream.flush()


class Csv:
    """One row a question."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.writer = csv.writer(stream, lineterminator="\n")
        self.writer.writerow(COLUMNS)

    def write(self, result: Consensus) -> None:
        """Write and flush one row."""
        self.writer.writerow(
            [
                result.question,
                result.answer,
                None if result.confidence is None else round(result.confidence, 6),
                None if result.agreement is None else round(result.agreement, 6),
                result.id,
                result.kind,
                result.method,
                result.expert,
                len(result.experts),
                len(result.clusters),
                "; ".join(expert for one in result.dissent for expert in one.experts),
                "; ".join(result.warnings),
            ]
        )
        self.stream.flush()

    def close(self) -> None:
        """Nothing follows the last row."""
