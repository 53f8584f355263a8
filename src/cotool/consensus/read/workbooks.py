"""Sheets of workbooks (XLSX, XLSB, XLS, ODS), read by python-calamine in a process of its own.

Calamine keeps a sheet's whole rectangle: one cell in the last row and column asks for 800 GB, and
repeated cells for as much. Where memory cannot be had, it aborts its process. So another process
reads the workbook, within a limit of memory, and writes the rows as lines of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from cotool._typing import Any
from cotool.errors import InputError

# What a workbook may take in memory: this, or so many times its size if that is more.
_MAX_MEMORY = 384 << 20
_MAX_RATIO = 100

Row = tuple[int, list[Any]]


def sheets_of(path: str) -> dict[str, list[Row]]:
    """Return the rows of each sheet that are not empty, with their numbers.

    Raises InputError, and ValueError for a damaged workbook.
    """
    most = max(_MAX_MEMORY, _MAX_RATIO * Path(path).stat().st_size)
    sheets: dict[str, list[Row]] = {}
    rows: list[Row] = []
    read = 0
    # -P: no module of the current folder is loaded.
    with subprocess.Popen(  # noqa: S603 - this interpreter, with a file as its input
        [sys.executable, "-P", "-m", __name__, path, str(most)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        for line in process.stdout or ():
            value = json.loads(line)
            if isinstance(value, list):
                rows.append((value[0], value[1:]))
            elif "sheet" in value:
                rows = sheets.setdefault(value["sheet"], [])
            elif "error" in value:
                raise ValueError(value["error"])
            else:
                return sheets
            read += len(line)
            if read > most:
                process.kill()
                break
    raise InputError(
        f"{path}: would take more than {most >> 20} MiB of memory",
        hint="delete the cells far from the others, or save the sheet as CSV",
    )


def _cell(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _limit_memory(most: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits: there, the process may be ended from outside
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _write(path: str) -> None:
    """Write the rows of all sheets to standard output, and an empty object at the end."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        print(json.dumps({"sheet": name}))
        for place, row in enumerate(book.get_sheet_by_name(name).iter_rows(), 1):
            if any(cell != "" for cell in row):
                print(json.dumps([place, *row], default=_cell))
    print("{}")


if __name__ == "__main__":
    _limit_memory(int(sys.argv[2]))
    try:
        _write(sys.argv[1])
    except MemoryError:
        sys.exit(1)  # the end is missing
    except BaseException as error:  # noqa: BLE001 - damaged bytes make decoders raise anything
        print(json.dumps({"error": str(error) or type(error).__name__}))
