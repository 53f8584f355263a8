"""How files of answers are read, as text or JSON."""

from __future__ import annotations

import json

from cotool._typing import TYPE_CHECKING, TextIO
from cotool.cli.shared.screen import Screen, clip
from cotool.text import plural, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus.read.understood import Understood


_LEAST = 24  # narrower texts are on lines of their own
_MOST_LINES = 20


def _write_columns(columns: Sequence[tuple[str, str, str]], sink: TextIO) -> None:
    """Write a file's columns with their parts and values, in the width of the screen."""
    first = min(40, max((len(key) for key, _, _ in columns), default=0))
    second = max((len(part) for _, part, _ in columns), default=0)
    width = Screen(sink, plain=True).width
    beside = width - first - second - 6 >= _LEAST
    indent = first + second + 6 if beside else 6
    for key, part, seen in columns:
        lines = clip(seen, width - indent, _MOST_LINES)[0].split("\n")
        head = f"  {visible(key):{first}}  {part:{second}}"
        sink.write(f"{head}  {lines.pop(0)}\n" if beside else f"{head.rstrip()}\n")
        sink.writelines(f"{'':{indent}}{line}\n" for line in lines)


def write_input(understood: Understood, sink: TextIO, *, as_json: bool) -> None:
    """Write the parts of each file and its columns, then the counts."""
    if as_json:
        json.dump(understood.to_dict(), sink, indent=2, ensure_ascii=False)
        sink.write("\n")
        return
    for file in understood.files:
        sink.write(f"{visible(file.file)}: {file.form}\n")
        sink.writelines(f"  {part}: {visible(keys)}\n" for part, keys in file.parts)
        if file.columns:
            sink.write("\n")
        _write_columns(file.columns, sink)
        sink.write("\n")
    questions = plural(understood.questions or 0, "question")
    experts = plural(understood.experts or 0, "expert")
    sink.write(f"{questions}, {experts}\n")
