"""Options that a question lists: an answer may give the letter of one or its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.labels import named_label
from cotool.consensus.extract.normal_form import short_form

if TYPE_CHECKING:
    import re

    Found = dict[str, Extracted | None]

# "A)", "(B)", "C.", "D:".
OPTION_MARK = lazy_pattern(r"(?:\A|(?<=[\s,;]))\(?([A-J])()[).:]\s+(?=\S)")
# The same in small letters, Roman numbers and Cyrillic letters.
_OTHER_MARKS = lazy_pattern(
    r"(?:\A|(?<=[\s,;]))\(?(?:([a-j]|[ivx]{1,4}|[А-И])\)\s+|([①-⑩])\s*)(?=\S)"
)
_SERIES = ("abcdefghij", "АБВГДЕЖЗИ", "①②③④⑤⑥⑦⑧⑨⑩")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_TEXT = "an option's text"


def listed_options(question: str) -> Iterator[tuple[str, str]]:
    """Yield the letters and texts of the options that a question lists, from A on."""
    listed = _in_order(list(OPTION_MARK.finditer(question)), "ABCDEFGHIJ")
    others = [] if len(listed) > 1 else list(_OTHER_MARKS.finditer(question))
    for series in (*_SERIES, _ROMAN) if len(others) > 1 else ():
        listed = max(listed, _in_order(others, series), key=len)
    if len(listed) < 2:  # "A. Lincoln" alone is no option
        return
    ends = [*(mark.start() for mark in listed[1:]), len(question)]
    for mark, end in zip(listed, ends, strict=True):
        yield _of(mark), question[mark.end() : end].strip().partition("\n")[0].rstrip(" ,;")


def _in_order(marks: list[re.Match[str]], series: Sequence[str]) -> list[re.Match[str]]:
    """Return the marks that count from the first of a series on."""
    first = next((place for place, mark in enumerate(marks) if _of(mark) == series[0]), len(marks))
    return [mark for mark, name in zip(marks[first:], series, strict=False) if _of(mark) == name]


def _of(mark: re.Match[str]) -> str:
    return mark[1] or mark[2]


def marked(answers: list[Extracted | None], question: str) -> list[Extracted | None]:
    """Return labels; those that give the text of an option are its mark, if others give marks."""
    options = list(listed_options(question))
    marks = {mark.casefold(): short_form(text) for mark, text in options}
    if not any(answer.value in marks for answer in answers if answer):
        return answers
    of_text = {text: mark for mark, text in marks.items()}

    def value_of(answer: Extracted) -> str:
        if answer.value in marks:
            return answer.value
        given = _OTHER_MARKS.match(answer.display)
        text = short_form(answer.display[given.end() :]) if given else answer.value
        mark = of_text.get(text)
        return mark if mark and (given is None or _of(given).casefold() == mark) else answer.value

    return [answer and replace(answer, value=value_of(answer)) for answer in answers]


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
            letter = letters[named].upper() if letters[named] in _SERIES[0] else letters[named]
            one["choice"] = Extracted(letter, "choice", letter, _TEXT)
