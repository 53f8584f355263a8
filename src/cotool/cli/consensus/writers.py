"""Results to text, one at a time: JSON, JSON lines, CSV, and tables for people."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from cotool._lazy import stand_ins
from cotool.text import json_visible, visible

with stand_ins("cotool.consensus.dataframes"):
    from cotool.consensus import dataframes

if TYPE_CHECKING:
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
    """One object (`form`: "object"), an array, written item by item, or "lines" of one object each.

    A line is flushed, so that the reader of a pipe gets it at once.
    """

    def __init__(self, sink: TextIO, form: str, *, matrix: bool) -> None:
        self._sink = sink
        self._form = form
        self._matrix = matrix
        self._count = 0

    def write(self, result: Consensus) -> None:
        """Write one result."""
        if self._form == "array":
            self._sink.write(",\n" if self._count else "[\n")
        self._count += 1
        _write_json(result, self._sink, matrix=self._matrix, laid_out=self._form == "object")
        if self._form != "array":
            self._sink.write("\n")
        if self._form == "lines":
            self._sink.flush()

    def close(self) -> None:
        """Write the end of the array."""
        if self._form == "array":
            self._sink.write("\n]\n" if self._count else "[]\n")


class CsvWriter:
    """One row per question, flushed row by row; cells are never altered.

    On a terminal alone characters that would act on it are written as escapes.
    """

    def __init__(self, sink: TextIO) -> None:
        self._sink = sink
        self._for_eyes = sink.isatty()
        self._row(dataframes.COLUMNS)

    def write(self, result: Consensus) -> None:
        """Write one result."""
        cells = dataframes.row_of(result)
        self._row(round(cell, 6) if isinstance(cell, float) else cell for cell in cells)

    def close(self) -> None:
        """Nothing follows the last row."""

    def _row(self, cells: Iterable[object]) -> None:
        import csv

        row = io.StringIO()
        csv.writer(row, lineterminator="\n").writerow(cells)
        self._sink.write(visible(row.getvalue()) if self._for_eyes else row.getvalue())
        self._sink.flush()


class TableWriter:
    """What people read: everything about one question, or one row per question."""

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
    """A page on one question if `single`, else on all, with what `store` knows of experts."""

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


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _dump(value: Any) -> str:
    return json_visible(_encode(value))


def _write_json(result: Consensus, sink: TextIO, *, matrix: bool, laid_out: bool) -> None:
    """Write a result as a JSON object, the matrix row by row.

    An object that is laid out has one line per key, and one line per item of a list of objects or
    lists.
    """
    if not laid_out and not (matrix and result.matrix is not None):
        sink.write(_dump(result.to_dict(matrix=False)))
        return
    start, comma, end = ("{\n  ", ",\n  ", "\n}") if laid_out else ("{", ", ", "}")
    for place, (key, value) in enumerate(result.to_dict(matrix=False).items()):
        sink.write(f"{comma if place else start}{_dump(key)}: ")
        if key == "matrix" and matrix and result.matrix is not None:
            rows = map(result.matrix.row_json, range(len(result.experts)))
            _write_items(rows, sink, laid_out=laid_out)
        elif laid_out and isinstance(value, list) and value and isinstance(value[0], (dict, list)):
            _write_items(map(_dump, value), sink, laid_out=True)
        else:
            sink.write(_dump(value))
    sink.write(end)


def _write_items(items: Iterable[str], sink: TextIO, *, laid_out: bool) -> None:
    start, comma, end = ("[\n    ", ",\n    ", "\n  ]") if laid_out else ("[", ", ", "]")
    sink.writelines((comma if place else start) + item for place, item in enumerate(items))
    sink.write(end)
