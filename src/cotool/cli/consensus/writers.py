"""Results to text, one at a time: JSON, JSON lines, CSV, and tables for people."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from itertools import chain

from cotool._lazy import stand_ins
from cotool._typing import TYPE_CHECKING, Any
from cotool.text import json_visible, visible

with stand_ins("cotool.consensus.dataframes"):
    from cotool.consensus import dataframes

if TYPE_CHECKING:
    from cotool._typing import TextIO
    from cotool.consensus import Store
    from cotool.consensus.model import Consensus


def write_object(results: Iterable[Consensus], sink: TextIO, *, matrix: bool) -> None:
    """Write the only result as one object, laid out for people."""
    for result in results:
        _write_json(result, sink, matrix=matrix, laid_out=True)
        sink.write("\n")


def write_array(results: Iterable[Consensus], sink: TextIO, *, matrix: bool) -> None:
    """Write an array with one object per line."""
    start = "[\n"
    for result in results:
        sink.write(start)
        _write_json(result, sink, matrix=matrix, laid_out=False)
        start = ",\n"
    sink.write("[]\n" if start == "[\n" else "\n]\n")


def write_lines(results: Iterable[Consensus], sink: TextIO, *, matrix: bool) -> None:
    """Write one object per line; each line is flushed, so that the reader of a pipe gets it."""
    for result in results:
        _write_json(result, sink, matrix=matrix, laid_out=False)
        sink.write("\n")
        sink.flush()


def write_csv(results: Iterable[Consensus], sink: TextIO) -> None:
    """Write one row per question, flushed row by row; cells are never altered.

    On a terminal alone, characters that would act on it are written as escapes.
    """
    import csv

    for cells in chain([dataframes.COLUMNS], map(dataframes.row_of, results)):
        row = io.StringIO()
        rounded = [round(cell, 6) if isinstance(cell, float) else cell for cell in cells]
        csv.writer(row, lineterminator="\n").writerow(rounded)
        sink.write(visible(row.getvalue()) if sink.isatty() else row.getvalue())
        sink.flush()


def write_table(
    results: Iterable[Consensus], sink: TextIO, *, single: bool, explain: bool, to_file: bool
) -> None:
    """Write everything about one question, or one row per question and a summary."""
    from cotool.cli.shared.screen import Screen

    screen = Screen(sink, plain=to_file)
    if single:
        from cotool.cli.consensus.table import render

        for result in results:
            render(result, screen, explain=explain)
    else:
        from cotool.cli.consensus.batch_table import BatchTable

        batch = BatchTable(screen, explain=explain)
        for result in results:
            batch.row(result)
        batch.summary()


def write_page(
    results: Iterable[Consensus],
    sink: TextIO,
    *,
    single: bool,
    sources: Sequence[str],
    store: Store | None,
) -> None:
    """Write a page on one question if `single`, else on all, with what `store` knows of experts."""
    if single:
        from cotool.cli.html.question import question_page

        sink.writelines(question_page(result, sources=sources, store=store) for result in results)
    else:
        from cotool.cli.html.batch import BatchPage

        batch = BatchPage(sources)
        for result in results:
            batch.add(result)
        sink.write(batch.page(store))


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
