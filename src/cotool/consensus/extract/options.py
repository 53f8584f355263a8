"""Options that a question lists: an answer may give the letter of one or its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.labels import named_label
from cotool.consensus.extract.normal_form import short_form

if TYPE_CHECKING:
    Found = dict[str, Extracted | None]

# "A)", "(B)", "C.", "D:".
OPTION_MARK = lazy_pattern(r"(?:\A|(?<=[\s,;]))\(?([A-J])[).:]\s+(?=\S)")
_TEXT = "an option's text"


def listed_options(question: str) -> Iterator[tuple[str, str]]:
    """Yield the letters and texts of the options that a question lists, from A on."""
    marks = list(OPTION_MARK.finditer(question))
    first = next((place for place, mark in enumerate(marks) if mark[1] == "A"), len(marks))
    listed = [mark for place, mark in enumerate(marks[first:]) if ord(mark[1]) - ord("A") == place]
    if len(listed) < 2:  # "A. Lincoln" alone is no option
        return
    ends = [*(mark.start() for mark in listed[1:]), len(question)]
    for mark, end in zip(listed, ends, strict=True):
        yield mark[1], question[mark.end() : end].strip().partition("\n")[0].rstrip(" ,;")


def add_chosen(texts: Sequence[str], found: Sequence[Found], question: str) -> None:
    """Add the option to answers that give its text, if other answers give a letter.

    The text must be the whole answer, or the only option that a short sentence names.
    """
    if all(one.get("choice") is None for one in found):
        return
    options = [(letter, short_form(text)) for letter, text in listed_options(question)]
    forms = [form for _, form in options]
    letters = {form: letter for letter, form in options if form and forms.count(form) == 1}
    if not letters:
        return
    for text, one in zip(texts, found, strict=True):
        if not text or "choice" in one:
            continue
        form = short_form(text)
        named = form if form in letters else named_label(text, letters, anywhere=False)
        if named:
            one["choice"] = Extracted(letters[named], "choice", letters[named], _TEXT)
