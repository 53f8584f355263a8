"""Words of a text marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cotool._lazy import lazy_pattern
from cotool.cli.html.markup import Html, element, escape, join

if TYPE_CHECKING:
    from collections.abc import Iterable

# Words as the kernels take them, near enough to find those that they name; numbers with their
# points and commas.
_WORD = lazy_pattern(r"\d[\d.,]*\d|\w+(?:['’]\w+)*")


def marked(text: str, words: Iterable[str], most: int | None = None) -> Html:
    """Return a text, at most this many characters of it, with `words` (case folded) marked."""
    if most is not None and len(text) > most:
        text = text[:most].rstrip() + " …"
    wanted = {word.casefold() for word in words}
    if not wanted:
        return element("bdi", text)
    parts: list[Html] = []
    end = 0
    for found in _WORD.finditer(text):
        if _folded(found[0]) & wanted:
            parts += [escape(text[end : found.start()]), element("mark", found[0])]
            end = found.end()
    parts.append(escape(text[end:]))
    return element("bdi", join(*parts))


def words_in(text: str) -> list[str]:
    """Return the words of a text, case folded."""
    return [found[0].casefold().replace("’", "'") for found in _WORD.finditer(text)]


def _folded(word: str) -> set[str]:
    """Return what a word may be called: as it is, its parts, a number without its commas."""
    folded = word.casefold()
    return {folded, folded.replace(",", ""), *re.split(r"['’]", folded)}
