"""How files of answers are read, as text or JSON."""

from __future__ import annotations

import json

from cotool._typing import TYPE_CHECKING, TextIO
from cotool.text import plural, visible

if TYPE_CHECKING:
    from cotool.consensus.read.understood import Understood


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
        width = min(40, max((len(key) for key, _, _ in file.columns), default=0))
        sink.writelines(
            f"  {visible(key):{width}}  {part:27}  {visible(seen)}\n"
            for key, part, seen in file.columns
        )
        sink.write("\n")
    questions = plural(understood.questions or 0, "question")
    experts = plural(understood.experts or 0, "expert")
    sink.write(f"{questions}, {experts}\n")
