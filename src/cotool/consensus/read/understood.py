"""How files of answers were understood: a line for standard error, and the full description."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cotool._records import dataclass
from cotool._typing import Any
from cotool.text import and_more, plural

SCHEMA = "cotool.input/1"
_MOST_KEYS = 6


def shown_parts(
    parts: Iterable[tuple[str, str | Sequence[str] | None]],
) -> tuple[tuple[str, str], ...]:
    """Return the parts that one or several keys play, with these keys as they are shown."""
    listed = ((part, [keys] if isinstance(keys, str) else keys or ()) for part, keys in parts)
    return tuple(
        (part, and_more([f"`{key}`" for key in keys[:_MOST_KEYS]], len(keys)))
        for part, keys in listed
        if any(keys)
    )


@dataclass(frozen=True, slots=True)
class FileUnderstood:
    """How one file is read.

    `form` is the tool that wrote it, or the layout; `parts` are the parts with the keys that play
    them. If a plan was made from a sample, `columns` are all keys with the part they play and what
    was seen in them.
    """

    file: str
    form: str
    parts: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "file": self.file,
            "form": self.form,
            "parts": dict(self.parts),
            "columns": [
                {"key": key, "part": part, "seen": seen} for key, part, seen in self.columns
            ],
        }


@dataclass(frozen=True, slots=True)
class Understood:
    """How files are read together; counts are None where questions are streamed."""

    files: tuple[FileUnderstood, ...]
    questions: int | None = None
    experts: int | None = None

    def line(self) -> str:
        """One line: how many questions and experts, and which key plays which part."""
        forms = dict.fromkeys((file.form, file.parts) for file in self.files)
        read = "; ".join(
            f"{form}: " + ", ".join(f"{part}: {keys}" for part, keys in parts) if parts else form
            for form, parts in list(forms)[:3]
        )
        more = f"; and {len(forms) - 3} other forms" if len(forms) > 3 else ""
        if self.questions is None:
            return read + more
        counts = f"{plural(self.questions, 'question')} × {plural(self.experts or 0, 'expert')}"
        return f"{counts}; {read}{more}"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, `cotool.input/1`."""
        return {
            "files": [file.to_dict() for file in self.files],
            "questions": self.questions,
            "experts": self.experts,
            "schema": SCHEMA,
        }
