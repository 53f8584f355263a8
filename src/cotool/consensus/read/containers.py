"""Tables in binary files: Parquet, Arrow, Excel, SQLite; and zipped logs of Inspect.

The first bytes show what a file is. Rows are read in batches, so memory does not grow with
the file, except for Excel sheets. Parquet and Arrow are read by PyArrow, workbooks by
python-calamine (`workbooks`): `pip install cotool[tables]`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read.headers import distinct_names, with_second_row
from cotool.consensus.read.names import ANSWER, is_called
from cotool.consensus.read.values import filled
from cotool.consensus.read.workbooks import sheets_of
from cotool.errors import CotoolError, InputError, MissingExtraError
from cotool.io.json_documents import parse_json
from cotool.io.json_stream import memory_of
from cotool.text import and_more, named

if TYPE_CHECKING:
    from cotool.consensus.read.workbooks import Row

    Values = Iterator[tuple[str, Any]]

_BATCH = 1000
# A sample of an Inspect log that is larger, unpacked, is refused.
_MAX_SAMPLE = 1 << 28
_ZSTD = 93
# What a member may take in memory, and a workbook when unpacked: this, or so many times its size if
# that is more.
_MAX_MEMORY = 384 << 20
_MAX_UNPACKED = 64 << 20
_MAX_RATIO = 100
# What a view or a generated column of an SQLite file of a few kilobytes computes has no end of its
# own: a value has at most so many bytes, and all rows take so many steps, and more in a large file.
_MAX_VALUE = 16 << 20
_MAX_STEPS = 2_000_000
_SHOWN = 12  # names in a message
_PAUSE = 10_000  # steps between two looks at their number


def _parquet(path: str, table: str | None) -> Values:
    """Rows of a Parquet file. Raises InputError, as the others do, also from later rows."""
    check_no_table(path, table)
    parquet = _import("pyarrow.parquet", "Parquet")
    with _reading(path, "Parquet"), parquet.ParquetFile(path) as file:
        yield from _batches(file.iter_batches(batch_size=_BATCH), path)


def _arrow(path: str, table: str | None) -> Values:
    """Rows of an Arrow or Feather file, or of a stream."""
    check_no_table(path, table)
    pyarrow = _import("pyarrow", "Arrow")
    ipc = _import("pyarrow.ipc", "Arrow")
    with _reading(path, "Arrow"), pyarrow.memory_map(path) as source:
        try:
            file = ipc.open_file(source)
            batches = (file.get_batch(place) for place in range(file.num_record_batches))
        except pyarrow.ArrowInvalid:
            source.seek(0)
            batches = iter(ipc.open_stream(source))
        yield from _batches(batches, path)


def _batches(batches: Iterator[Any], path: str) -> Values:
    place = 0
    for batch in batches:
        # Without this check, damaged offsets make PyArrow read outside the file.
        batch.validate(full=True)
        for row in batch.to_pylist():
            place += 1
            yield f"{path}, row {place}", {key: filled(value) for key, value in row.items()}


def _sqlite(path: str, table: str | None) -> Values:
    """Rows of a table of an SQLite database."""
    import sqlite3

    # Read only, and without the locks that a read-only folder refuses.
    uri = f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1"
    with _reading(path, "SQLite"), closing(sqlite3.connect(uri, uri=True)) as database:
        size = Path(path).stat().st_size
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
        pauses = count(_PAUSE, _PAUSE)
        most = max(_MAX_STEPS, _MAX_RATIO * size)
        database.set_progress_handler(lambda: next(pauses) > most, _PAUSE)
        left = max(_MAX_UNPACKED, _MAX_RATIO * size)
        tables: dict[str, list[str]] = {}
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            " AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        ):
            found = database.execute(f"{_all_of(name)} LIMIT 0")
            tables[name] = [column[0] for column in found.description]
        chosen = _chosen(path, "an SQLite database", "table", tables, table)
        columns = tables[chosen]
        rows = database.execute(_all_of(chosen))
        for place, row in enumerate(rows, 1):
            left -= sum([len(cell) if isinstance(cell, str | bytes) else 8 for cell in row])
            if left < 0:
                raise InputError(
                    f"{path}: the rows of {chosen!r} are more than {_MAX_RATIO} times the file",
                    hint="save them as CSV, if the view is right",
                )
            yield f"{path}, row {place}", dict(zip(columns, map(filled, row), strict=True))


def _chosen(
    path: str, what: str, noun: str, tables: Mapping[str, Sequence[str]], table: str | None
) -> str:
    """Return the name of the table to read: the only one, or the only one with answers.

    `tables` are the columns of each. Raises InputError if none or several could be meant.
    """
    if table is not None:
        if table not in tables:
            raise InputError(
                f"{path}: has no {noun} {table!r}, but {_names(tables) or 'none'}",
                hint="give `table` one of these names",
            )
        return table
    # A sheet of one column is a text about the others.
    wide = [name for name in tables if sum(map(bool, tables[name])) > 1] or list(tables)
    fits = [name for name in wide if any(is_called(column, ANSWER) for column in tables[name])]
    chosen = fits if len(wide) > 1 else wide
    if not tables:
        raise InputError(f"{path}: is {what} with no {noun}", hint="check the file")
    if len(chosen) != 1:
        first = (chosen or sorted(tables, key=lambda name: -len(tables[name])))[0]
        raise InputError(
            f"{path}: is {what} with the {noun}s {_names(tables)}",
            hint=f"name the one with the answers: {named(table=first)}; "
            f"where each {noun} is one expert's, save each as a file",
        )
    return chosen[0]


def _names(tables: Mapping[str, Sequence[str]]) -> str:
    return and_more(map(repr, [*tables][:_SHOWN]), len(tables))


def check_no_table(name: str, table: str | None) -> None:
    """Raise InputError if a table is named of a file that has no tables with names."""
    if table is not None:
        raise InputError(
            f"{name}: holds no tables with names",
            hint="`table` is for SQLite databases and Excel workbooks",
        )


def _all_of(table: str) -> str:
    quoted = table.replace('"', '""')
    return f'SELECT * FROM "{quoted}"'  # noqa: S608 - a name that the database gave, quoted


def _zipped(path: str, table: str | None) -> Values:
    """Rows of a workbook, or the samples of an Inspect log."""
    with _reading(path, "zip"), zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        unpacked = sum(
            m.file_size for m in archive.infolist() if m.filename.endswith((".xml", ".bin"))
        )
        if unpacked > max(_MAX_UNPACKED, _MAX_RATIO * Path(path).stat().st_size):
            raise InputError(
                f"{path}: holds {unpacked >> 20} MiB of sheets, "
                f"more than {_MAX_RATIO} times its size",
                hint="save the sheet as CSV",
            )
    if any(name.startswith("xl/") for name in members) or "content.xml" in members:
        return _excel(path, table)
    check_no_table(path, table)
    if any(name.startswith("samples/") for name in members):
        return _inspect(path)
    raise InputError(
        f"{path}: is a zip archive of {', '.join(members[:5])}",
        hint="unpack it, and name the file with the answers",
    )


def _excel(path: str, table: str | None) -> Values:
    """Rows of a sheet of a workbook; the first row that is no title is the header."""
    _import("python_calamine", "Excel")
    with _reading(path, "Excel"):
        sheets = sheets_of(path)
    below = {name: _below_titles(rows) for name, rows in sheets.items()}
    filled = {name: rows for name, rows in below.items() if len(rows) > 1}
    if not filled:
        raise InputError(f"{path}: holds no sheet with rows", hint="save the sheet as CSV")
    found = {name: [_header(row) for _, row in rows[:2]] for name, rows in filled.items()}
    joined = {name: with_second_row(*both) for name, both in found.items()}
    headers = {name: joined[name] or both[0] for name, both in found.items()}
    sheet = _chosen(path, "an Excel workbook", "sheet", headers, table)
    called = distinct_names(headers[sheet])
    for place, row in filled[sheet][2 if joined[sheet] else 1 :]:
        cells = {name: _cell(cell) for name, cell in zip(called, row, strict=False)}
        yield f"{path}, {sheet}, row {place}", cells


def _header(row: list[Any]) -> list[str]:
    return [str(cell).strip() for cell in row]


def _below_titles(rows: list[Row]) -> list[Row]:
    """Return the rows of a sheet without titles: first rows of one cell above wider ones."""
    widths = [sum(cell != "" for cell in row) for _, row in rows]
    titles = next((place for place, width in enumerate(widths) if width > 1), 0)
    # Most rows of a list of texts have one cell.
    return rows[titles:] if 2 * sum(width > 1 for width in widths) > len(rows) - titles else rows


def _cell(value: Any) -> Any:
    """Return a cell as it is shown: Excel holds whole numbers as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _inspect(path: str) -> Values:
    """Samples of a zipped Inspect log, each with the header of the log."""
    with _reading(path, "zip"), zipfile.ZipFile(path) as archive:
        header: dict[str, Any] = {}
        for name in ("header.json", "_journal/start.json"):
            if name in archive.namelist():
                header = _member(archive, path, name)
                break
        evaluation = header.get("eval", header)
        for name in archive.namelist():
            if name.startswith("samples/") and name.endswith(".json"):
                sample = _member(archive, path, name)
                yield f"{path}, {name}", {"eval": evaluation, "samples": [sample]}


def _member(archive: zipfile.ZipFile, path: str, name: str) -> Any:
    entry = archive.getinfo(name)
    if entry.file_size > _MAX_SAMPLE:
        raise InputError(f"{path}, {name}: is longer than 256 MiB", hint="leave it out")
    with _reading(f"{path}, {name}", "zip"):
        text = _zstd(archive, entry) if entry.compress_type == _ZSTD else archive.read(name)
    if memory_of(text) > max(_MAX_MEMORY, _MAX_RATIO * entry.compress_size):
        raise InputError(
            f"{path}, {name}: would take more than {_MAX_MEMORY >> 20} MiB of memory",
            hint="leave it out",
        )
    with _reading(f"{path}, {name}", "zip"):
        return parse_json(text)


def _zstd(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return a member that zipfile cannot unpack before Python 3.14."""
    import sys

    if sys.version_info >= (3, 14):
        return archive.read(entry.filename)
    from backports import zstd

    file = archive.fp
    if file is None:
        raise zipfile.BadZipFile("the archive is closed")
    file.seek(entry.header_offset)
    local = file.read(30)
    file.seek(int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little"), 1)
    found = zstd.ZstdDecompressor().decompress(
        file.read(entry.compress_size), max_length=entry.file_size + 1
    )
    if len(found) != entry.file_size:
        raise zipfile.BadZipFile("a member is not as long as the archive says")
    return found


def _import(module: str, kind: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtraError(
            f"{kind} files need {module.partition('.')[0].replace('_', '-')}, which is not "
            "installed",
            hint="pip install 'cotool[tables]', or save the table as CSV or JSON lines",
        ) from None


@contextmanager
def _reading(path: str, kind: str) -> Iterator[None]:
    """Raise InputError for whatever a decoder raises: none of them documents all its errors."""
    try:
        yield
    except CotoolError:
        raise
    except Exception as error:  # noqa: BLE001 - damaged bytes make decoders raise anything
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if getattr(error, "sqlite_errorname", None) == "SQLITE_INTERRUPT":
            reason = "its view takes too many steps for the size of the file"
        raise InputError(
            f"{path}: cannot be read as {kind}: {reason}", hint="check the file, or save it as CSV"
        ) from None


READERS = {
    "parquet": _parquet, "arrow": _arrow, "sqlite": _sqlite, "zip": _zipped, "excel": _excel
}  # fmt: skip
