"""Files of any common shape to questions: recognise each by its content, then stream or join."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Any, BinaryIO
from cotool.consensus.read.forms import FileForm
from cotool.consensus.read.layout import DEFAULT_KEYS, Keys
from cotool.consensus.read.plan import ASKED
from cotool.consensus.read.questions import join_text, make_question
from cotool.consensus.read.responses import Record, ShapeError, read_record
from cotool.consensus.read.understood import Understood
from cotool.consensus.read.values import filled
from cotool.errors import InputError
from cotool.io.json_stream import is_json, read_first_line, read_values
from cotool.io.sources import STDIN, check_readable, open_source, source_labels, source_name

if TYPE_CHECKING:
    import io
    from os import PathLike

    from cotool.consensus.model import Question, Response
    from cotool.consensus.read.spool import Spool

# How containers of tables begin, and what reads them in `containers`.
_BINARY = {
    b"PAR1": "parquet", b"ARROW1": "arrow", b"FEA1": "arrow", b"\xff\xff\xff\xff": "arrow",
    b"SQLite format 3\0": "sqlite", b"PK\x03\x04": "zip",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "excel",
}  # fmt: skip
_HEAD = 16
# Keys that pieces of streamed answers have.
_PIECES = frozenset({"choices", "done", "type"})
# A command that numbers the records of a list, or of JSON lines.
_NUMBER = "jq -c '[., inputs] | flatten(1) | to_entries[] | .value + {question_id: .key}'"
_NO_SHAPE = 'expected JSON, JSON lines, or a table with a header such as "question,worker,answer"'


def read_questions(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    keys: Keys = DEFAULT_KEYS,
    table: str | None = None,
    skip_bad: bool = False,
    on_bad: Callable[[InputError], None] | None = None,
    on_warning: Callable[[str], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
    on_understood: Callable[[Understood], None] | None = None,
    stdin: BinaryIO | None = None,
    max_decompressed: int | None = None,
) -> Iterator[Question]:
    """Yield the questions in one file or several, in order of first appearance.

    "-" is standard input. A question whose responses are all in one record is yielded as soon as it
    is read. Responses in separate rows or files are first joined by the question's id, or by its
    text if it has no id. `table` names the table of an SQLite database or the sheet of an Excel
    workbook that has several. With `skip_bad`, a bad record goes to `on_bad` and is left out;
    otherwise its error is raised. `on_warning` gets what is left out without being bad: among
    several files, one that is a single object of another kind; that joined questions have different
    texts; and that the files have no question in common. `on_progress` gets the number of raw bytes
    read so far. `on_understood` is called once, before the first question, with how the files are
    read. `max_decompressed` is how many bytes a compressed file may have when decompressed
    (default: the smaller of 1 GiB and 100 times its own size, but at least 16 MiB).

    Raises InputError for a file that cannot be read, for broken JSON (also with `skip_bad`, since
    what follows cannot be trusted), and if no question is found.
    """
    sources = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    if not sources:
        raise InputError("no file is given", hint='name files, or "-" for standard input')
    if [str(path) for path in sources].count(STDIN) > 1:
        raise InputError('"-" is given twice', hint="standard input can be read only once")
    for path in sources:
        check_readable(path)
    reading = _Files(keys, len(sources) > 1, skip_bad, on_bad, on_warning, on_understood)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if on_progress is not None:
            on_progress(done)

    found = False
    with closing(reading):
        for path, label in zip(sources, source_labels(sources), strict=True):
            with open_source(
                path, stdin=stdin, on_read=count, max_decompressed=max_decompressed
            ) as stream:
                values, flat = values_in(path, stream, reading.bad, on_warning, table)
                for question in reading.read(values, source_name(path), label, flat=flat):
                    found = True
                    yield question
        for question in reading.joined():
            found = True
            yield question
    if not found:
        names = ", ".join(map(source_name, sources))
        raise InputError(f"{names}: no response could be used", hint=_NO_SHAPE)


def questions_in_frame(frame: Any) -> Iterator[Question]:
    """Yield the questions in a frame of pandas or Polars, as in a file with its rows."""
    rows = frame.to_dicts() if hasattr(frame, "to_dicts") else frame.to_dict("records")
    values = (
        (f"row {place}", {str(key): filled(value) for key, value in row.items()})
        for place, row in enumerate(rows, 1)
    )
    with closing(_Files(DEFAULT_KEYS)) as reading:
        yield from reading.read(values, "the frame", "the frame", flat=True)
        yield from reading.joined()


@dataclass
class _Files:
    """The state that is kept from file to file: the spool, and responses without a question."""

    keys: Keys
    several: bool = False
    skip_bad: bool = False
    on_bad: Callable[[InputError], None] | None = None
    on_warning: Callable[[str], None] | None = None
    on_understood: Callable[[Understood], None] | None = None

    def __post_init__(self) -> None:
        self._forms: list[FileForm] = []
        self._spool: Spool | None = None
        # The question of the files that hold one response and no question each.
        self._shared: str | None = None
        # The first file that lists answers without questions and experts.
        self._nameless: str | None = None

    def read(
        self, values: Iterator[tuple[str, Any]] | None, name: str, label: str, *, flat: bool
    ) -> Iterator[Question]:
        """Yield the questions of a file that need no join, and put the rest into the spool.

        `flat` says that the values are rows of a table.
        """
        unasked: tuple[Response, ...] | None = None
        is_list = False
        for where, record in self._read(values, name, flat=flat):
            if record.id is not None or record.text is not None or record.whole:
                key = record.id if record.id or record.text else where
                if record.whole and not self.several:
                    text = record.text or ""
                    self._understood()
                    yield make_question(key or join_text(text), text, record.responses)
                else:
                    own = None if record.whole else label
                    self._add(key, record.text, record.responses, own)
                continue
            # Responses without a question: those of a file are one question, named by the file.
            if unasked is None:
                unasked = record.responses
                continue
            if not is_list:
                is_list = True
                answers = (*unasked, *record.responses)
                if self._forms[-1].plan and not any(one.expert_name for one in answers):
                    self._check_nameless(name, flat=flat)
                self._add(name, None, unasked, label)
            self._add(name, None, record.responses, label)
        if unasked is not None and not is_list:
            self._shared = self._shared or name
            self._add(self._shared, None, unasked, label)

    def _check_nameless(self, name: str, *, flat: bool) -> None:
        """Raise InputError if a file is the second that lists answers of unnamed experts.

        Each may hold the answers of one expert to many questions, or those of many to one.
        """
        if self._nameless is not None:
            from shlex import quote

            numbered = 'in a column "question_id"' if flat else f"{_NUMBER} {quote(name)}"
            raise InputError(
                f"{self._nameless} and {name}: the answers name no question and no expert",
                hint="where the rows of each file answer the same questions in the same order, "
                f"number them: {numbered}; where each file answers one question, give "
                "one file at a time",
            )
        self._nameless = name

    def joined(self) -> Iterator[Question]:
        """Yield the questions that had to be joined."""
        if self._spool is not None and self.several:
            self._take_texts(self._spool)
        for question in () if self._spool is None else self._spool.questions():
            self._understood(self._spool)
            yield question
        if self._spool is not None and self.several and self.on_warning is not None:
            for warning in self._spool.warnings():
                self.on_warning(warning)

    def _take_texts(self, spool: Spool) -> None:
        """Make a file of texts that the other files label the questions; refuse files of those."""
        from cotool.consensus.read.many_files import file_of_texts

        forms = [form for form in self._forms if form.count]
        if all(form.plan is not None and form.plan.shape == ASKED for form in forms):
            names = ", ".join(form.name for form in forms)
            raise InputError(f"{names}: hold questions, but no answers", hint=_NO_SHAPE)
        place = file_of_texts([form.plan for form in forms])
        if place is not None:
            form = forms[place]
            spool.take_as_asked(self._forms.index(form) + 1)
            form.take_as_asked()

    def _understood(self, spool: Spool | None = None) -> None:
        """Report once how the files are read; the numbers are known if all of them are joined."""
        if self.on_understood is not None:
            files = tuple(form.understood() for form in self._forms if form.count)
            counts = (None, None) if spool is None else spool.counts()
            self.on_understood(Understood(files, *counts))
            self.on_understood = None

    def close(self) -> None:
        """Close the spool."""
        if self._spool is not None:
            self._spool.close()

    def _add(
        self, key: str | None, text: str | None, responses: tuple[Response, ...], label: str | None
    ) -> None:
        """Put the responses of a record into the spool, which is opened on first use."""
        if self._spool is None:
            from cotool.consensus.read.spool import Spool

            self._spool = Spool()
        file = len(self._forms) if self.several else None
        self._spool.add(key, text, responses, label, file)

    def _read(
        self, values: Iterator[tuple[str, Any]] | None, name: str, *, flat: bool
    ) -> Iterator[tuple[str, Record]]:
        """Yield the records in the values of a file: of a known tool, as they are, or by a plan."""
        on_bad = self.bad if self.skip_bad else None
        if values is None:
            self.bad(InputError(f"{name}: holds no responses", hint=_NO_SHAPE))
            return
        form = FileForm(name, self.keys, self.bad, flat=flat, several=self.several)
        self._forms.append(form)
        stranger: InputError | None = None
        count = 0
        for where, value in form.records(values):
            count += 1
            if stranger is not None:
                self.bad(stranger)
                stranger = None
            if isinstance(value, Record):
                yield where, value
                continue
            try:
                record = read_record(value, where=where, keys=form.keys, on_bad=on_bad)
            except ShapeError as error:
                stranger = error
            except InputError as error:
                self.bad(error)
            else:
                yield where, record
        stranger = stranger or form.unclear
        if stranger is not None:
            if self.several and max(count, form.count) == 1 and self.on_warning is not None:
                self.on_warning(f"{stranger}; the file is left out")
            else:
                self.bad(stranger)

    def bad(self, error: InputError) -> None:
        """Raise a record's error, or report that the record is left out."""
        if not self.skip_bad:
            raise error
        if self.on_bad is not None:
            self.on_bad(error)


def values_in(
    path: str | PathLike[str],
    stream: io.BufferedReader,
    on_bad: Callable[[InputError], None],
    on_warning: Callable[[str], None] | None = None,
    table: str | None = None,
) -> tuple[Iterator[tuple[str, Any]] | None, bool]:
    """Return the values in a file, and whether they are rows of a table.

    Values are JSON, rows of a table, or rows of a binary container; None means a file that
    holds nothing.
    """
    name = source_name(path)
    head = stream.peek(_HEAD)[:_HEAD]
    kind = next((kind for mark, kind in _BINARY.items() if head.startswith(mark)), None)
    warn = on_warning or (lambda _: None)
    if kind is not None:
        from cotool.consensus.read import containers
        from cotool.consensus.read.tables import without_totals

        if not _is_plain(path, head):
            raise InputError(
                f"{name}: is a binary table, which is read from a file on disk only",
                hint="save it, uncompressed, and give its name",
            )
        return without_totals(containers.READERS[kind](str(path), table), warn), True
    if table is not None:
        from cotool.consensus.read.containers import check_no_table

        check_no_table(name, table)
    first, number = read_first_line(stream)
    if not first:
        return None, False
    if is_json(first):
        return _whole(read_values(stream, name, first, number, on_bad), name), False
    if first.startswith((b"data:", b"event:")):
        from cotool.consensus.read import streamed

        return streamed.joined(streamed.read_events(stream, name, first, number), name), False
    from cotool.consensus.read.tables import read_rows

    return read_rows(stream, name, first, number, on_bad=on_bad, on_warning=warn), True


def _whole(values: Iterator[tuple[str, Any]], name: str) -> Iterator[tuple[str, Any]]:
    """Return values as they are, or the answers that they are pieces of."""
    head = next(values, None)
    if head is None:
        return iter(())
    values = chain([head], values)
    value = head[1]
    if isinstance(value, dict) and not _PIECES.isdisjoint(value):
        from cotool.consensus.read import streamed

        return streamed.joined(values, name) if streamed.is_chunk(value) else values
    return values


def _is_plain(path: str | PathLike[str], head: bytes) -> bool:
    """Whether a file on disk begins with the bytes that were read: it is not compressed."""
    try:
        file = Path(path)
        if str(path) == STDIN or not file.is_file():
            return False
        with file.open("rb") as stream:
            return stream.read(len(head)) == head
    except OSError:
        return False
