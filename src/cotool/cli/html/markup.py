"""HTML that is safe by type: everything that is not `Html` is input, and is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from cotool._lazy import lazy_pattern
from cotool.text import one_line, visible

_VOID = frozenset({"input", "img", "link", "meta"})
_SHAPES = frozenset({"rect", "line", "path", "circle"})


class Html(str):
    """Markup: it goes into a page as it is. Only this package makes it."""

    __slots__ = ()


def escape(value: object) -> Html:
    r"""Return a value as markup; control and bidi characters of input become `\x1b`, `\u202e`."""
    if isinstance(value, Html):
        return value
    return Html(html.escape(visible(str(value))))


def join(*parts: object) -> Html:
    """Return parts one after another."""
    return Html("".join(map(escape, parts)))


def element(name: str, /, *children: object, **attributes: object) -> Html:
    """Return an element.

    In an attribute's name, `_` at the end is dropped and others become `-`. An attribute that is
    None or False is left out, True is written without a value; floats have five digits.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.removesuffix("_").replace("_", "-")
        text = f"{value:.5g}" if isinstance(value, float) else escape(value)
        words.append(attribute if value is True else f'{attribute}="{text}"')
    start = " ".join(words)
    if name in _SHAPES:
        return Html(f"<{start}/>")
    return Html(f"<{start}>" if name in _VOID else f"<{start}>{join(*children)}</{name}>")


def clipped(text: str, most: int) -> str:
    """Return a text on one line, made visible, cut after `most` characters."""
    # No more than what may be shown is looked at: texts may be megabytes long.
    line = one_line(text[: 4 * most])
    whole = len(line) <= most and len(text) <= 4 * most
    return line if whole else line[:most].rstrip() + " …"


def brief(text: str, most: int) -> Html:
    """Return clipped() as markup, in its own direction; a dash where there is nothing."""
    return element("bdi", clipped(text, most) or "–")


def said(text: str, most: int | None = None, **attributes: object) -> Html:
    """Return a text from the input, in its own direction, cut after `most` characters."""
    cut = text if most is None or len(text) <= most else text[:most].rstrip() + " …"
    return element("bdi", cut, **attributes)


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
    """Return the forms of a word that count: itself, its parts, a number without its commas."""
    folded = word.casefold()
    return {folded, folded.replace(",", ""), *re.split(r"['’]", folded)}
