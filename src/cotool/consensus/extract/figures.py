"""Labels that are amounts, or say yes or no, beside labels of other kinds: 90 min, 1.5 hours."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool.consensus.extract.alike import common_unit, same_numbers
from cotool.consensus.extract.counted import counted
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.last_numbers import NUMERAL, last_number
from cotool.consensus.extract.normal_form import short_form
from cotool.consensus.extract.preparation import clean
from cotool.consensus.extract.readings import read
from cotool.consensus.extract.spans import WHOLE
from cotool.consensus.extract.units import unit_of
from cotool.consensus.extract.vocabulary import NEGATIONS

_FIGURES = lazy_pattern(r"\+?[\d./:-]+|\d+(?:,\d{1,2})+")


def in_figures(
    labels: list[Extracted | None], numbers: list[Extracted | None]
) -> list[Extracted | None]:
    """Return labels; numbers at their beginnings are in normal form, and amounts in one unit.

    A label of digits alone stays as it is: 1.10 and 007 are not quantities, 5/2021 is a month, and
    2,5 may be a pair.
    """
    if not any(numbers):
        return labels
    begins = [
        number
        if label and number and number.value and number.rule == label.rule
        and label.display.startswith(number.display)
        and label.value[2:3] != ":"  # a time of day
        else None
        for label, number in zip(labels, numbers, strict=True)
    ]  # fmt: skip
    amounts = [
        number if label and number and _is_amount(label.display, number) else None
        for label, number in zip(labels, begins, strict=True)
    ]
    common = common_unit(amounts)
    return [
        label if label is None or number is None
        else _amount(label, amount, common) if amount else _with_figure(label, number)
        for label, number, amount in zip(labels, begins, same_numbers(amounts), strict=True)
    ]  # fmt: skip


# The length of a text whose only number may be its answer.
_FEW_WORDS = 60
_NONE = frozenset(
    "none nil nothing nobody keine keiner aucun aucune ninguno nenhum nessuno".split()
)
# Shorter labels may be names: "Apollo 11".
_SENTENCE_WORDS = 4


def read_sentences(texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]) -> None:
    """Read the number of a short sentence that others state: "The ticket cost 15 EUR."."""
    values = {number.value for one in found if (number := one.get("number"))}
    words = {label.value for one in found if (label := one.get("short"))}.intersection(counted())
    values.update(counted()[word] for word in words)
    stated = sum(bool(one.get("number") or _said(one) in words) for one in found)
    if stated < _MOST * sum(map(bool, texts)):
        return
    for text, one in zip(texts, found, strict=True):
        label = one.get("short")
        if not label or one.get("number") or len(label.display.split()) < _SENTENCE_WORDS:
            continue
        number = last_number(text) or _number_word(label.display)
        if number and number.value in values:
            shown = f"{number.display} {number.unit.symbol if number.unit else ''}".strip()
            one["number"] = number
            one["short"] = replace(number, kind="short", value=short_form(shown), display=shown)


_MOST = 0.6


def _said(one: dict[str, Extracted | None]) -> str:
    label = one.get("short")
    return label.value if label else ""


def _number_word(text: str) -> Extracted | None:
    """Read the only number word of any language in a sentence without digits."""
    said = [number for word in text.casefold().split() if (number := counted().get(word))]
    return Extracted(said[0], "number", said[0], "number word") if len(said) == 1 else None


def _is_amount(display: str, number: Extracted) -> bool:
    """Whether a label is a number with its unit and nothing else."""
    rest = display[len(number.display) :].strip()
    return number.unit is not None and (not rest or unit_of(rest) == number.unit)


def _amount(label: Extracted, number: Extracted, common: str) -> Extracted:
    """Return a label that is an amount; a unit of another dimension is in the number's value."""
    same = number.value if " " in number.value else f"{number.value} {common}"
    return replace(label, value=same)


def in_truths(
    labels: list[Extracted | None], truths: list[Extracted | None]
) -> list[Extracted | None]:
    """Return labels; those that say yes or no are "yes" and "no"."""
    return [
        replace(label, value=truth.value) if label and truth else label
        for label, truth in zip(labels, truths, strict=True)
    ]


def _with_figure(label: Extracted, number: Extracted) -> Extracted:
    """Return a label that begins with a number, with the number in its normal form."""
    if _FIGURES.fullmatch(number.display):
        return label
    rest = label.display[len(number.display) :].strip()
    if rest.lower() in {"percent", "per cent"}:
        rest = "%"
    if number.unit and number.unit.symbol in "$€£¥₹₽₩":
        rest = f"{number.unit.symbol} {rest}".strip()
    value = number.value.removesuffix("%") if rest.startswith("%") else number.value
    if rest == "%":
        return replace(label, value=f"{value}%")
    unit = unit_of(rest) if "–" in value else None
    counted = unit.symbol if unit else short_form(rest)
    return replace(label, value=f"{value} {counted}".strip() if rest else value)


def add_figures(
    texts: Sequence[str], found: Sequence[dict[str, Extracted | None]], *, least: float
) -> None:
    """Read the only number of a few words as their answer, where others give just that number.

    `least` is the share of the texts that must give one.
    """
    bare = [one.get("number") for one in found]
    values = {answer.value for answer in bare if answer and answer.rule == WHOLE}
    if not values or sum(map(bool, bare)) < least * sum(map(bool, texts)):
        return
    for text, one in zip(texts, found, strict=True):
        if "number" in one or len(text) > _FEW_WORDS or not NEGATIONS.isdisjoint(text.split()):
            continue
        numerals = list(NUMERAL.finditer(text))
        reading = read("number", clean(text[numerals[0].start() :])) if len(numerals) == 1 else None
        if reading and reading.value in values:
            one["number"] = reading.extracted("number", "the only number")


def add_none(texts: Sequence[str], found: Sequence[dict[str, Extracted | None]]) -> None:
    """Read "none" as 0 where others give numbers."""
    if any(one.get("number") for one in found):
        for text, one in zip(texts, found, strict=True):
            if text.rstrip(".!").casefold() in _NONE:
                one["number"] = Extracted("0", "number", text, WHOLE)
