"""Results to text, one at a time: JSON, JSON lines, CSV, and tables for people."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Protocol

from cotool.consensus.dataframes import COLUMNS, row_of
from cotool.text import json_visible, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from cotool.consensus import Store
    from cotool.consensus.model import Consensus


class Writer(Protocol):
    """Writes results in order; `close` writes the end of the document."""

    def write(self, result: Consensus) -> None:
        """Write one result."""

    def close(self) -> None:
        """Write the end of the document."""


class JsonWriter:
    """One object if `single`, otherwise an array, written item by item."""

    def __init__(self, sink: TextIO, *, single: bool, matrix: bool) -> None:
        self._sink = sink
        self._single = single
        self._matrix = matrix
        self._count = 0

    def write(self, result: Consensus) -> None:
        """Write one result."""
        if self._single:
            self._sink.write(_laid_out(result.to_dict(matrix=self._matrix)) + "\n")
        else:
            self._sink.write(",\n" if self._count else "[\n")
            self._sink.write(_dump(result.to_dict(matrix=self._matrix)))
        self._count += 1

    def close(self) -> None:
        """Write the end of the array."""
        if not self._single:
            self._sink.write("\n]\n" if self._count else "[]\n")


class JsonLinesWriter:
    """One object per line, flushed so that the reader of a pipe gets each at once."""

    def __init__(self, sink: TextIO, *, matrix: bool) -> None:
        self._sink = sink
        self._matrix = matrix

    def write(self, result: Consensus) -> None:
        """Write one result."""
        self._sink.write(_dump(result.to_dict(matrix=self._matrix)) + "\n")
        self._sink.flush()

    def close(self) -> None:
        """Write nothing."""


class CsvWriter:
    """One row per question, flushed row by row; cells are never altered.

    On a terminal alone characters that would act on it are written as escapes.
    """

    def __init__(self, sink: TextIO) -> None:
        self._sink = sink
        self._for_eyes = sink.isatty()
        self._row(COLUMNS)

    def write(self, result: Consensus) -> None:
        """Write one result."""
        self._row(round(cell, 6) if isinstance(cell, float) else cell for cell in row_of(result))

    def close(self) -> None:
        """Nothing stands after the last row."""

    def _row(self, cells: Iterable[object]) -> None:
        row = io.StringIO()
        csv.writer(row, lineterminator="\n").writerow(cells)
        self._sink.write(visible(row.getvalue()) if self._for_eyes else row.getvalue())
        self._sink.flush()


class TableWriter:
    """What people read: all there is to know of one question, or a row for each of many."""

    def __init__(self, sink: TextIO, *, single: bool, explain: bool, to_file: bool) -> None:
        from cotool.cli.shared.screen import Screen

        self._screen = Screen(sink, plain=to_file)
        self._explain = explain
        self._single = single
        if not single:
            from cotool.cli.consensus.batch_table import BatchTable

            self._batch = BatchTable(self._screen, explain=explain)

    def write(self, result: Consensus) -> None:
        """Write one result."""
        if self._single:
            from cotool.cli.consensus.table import render

            render(result, self._screen, explain=self._explain)
        else:
            self._batch.row(result)

    def close(self) -> None:
        """Write the summary of a batch."""
        if not self._single:
            self._batch.summary()


class HtmlWriter:
    """A page: on one question where `single`, else on all that come, with what `store` knows."""

    def __init__(
        self, sink: TextIO, *, single: bool, sources: Sequence[str], store: Store | None
    ) -> None:
        from cotool.cli.html.batch import BatchPage

        self._sink = sink
        self._sources = sources
        self._store = store
        self._single: Consensus | None = None
        self._batch = None if single else BatchPage(sources)

    def write(self, result: Consensus) -> None:
        """Take one result."""
        if self._batch is None:
            self._single = result
        else:
            self._batch.add(result)

    def close(self) -> None:
        """Write the page."""
        if self._batch is not None:
            self._sink.write(self._batch.page(self._store))
        elif self._single is not None:
            from cotool.cli.html.question import question_page

            self._sink.write(question_page(self._single, sources=self._sources, store=self._store))


def _dump(value: Any) -> str:
    return json_visible(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _laid_out(document: dict[str, Any]) -> str:
    """Return an object as JSON with one line per key, and one line per item of a list."""
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
            items = ",\n".join(f"    {_dump(item)}" for item in value)
            lines.append(f"  {_dump(key)}: [\n{items}\n  ]")
        else:
            lines.append(f"  {_dump(key)}: {_dump(value)}")
    return "{\n" + ",\n".join(lines) + "\n}"
