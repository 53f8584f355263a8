"""Answers to one question that are the same in another form: units, percents, sets, names.

What an answer leaves out ("5" beside "5 kg") is known from the other answers alone, so these rules
look at all of them.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from cotool.consensus.extract.dates import resolve
from cotool.consensus.extract.numbers import normal_form
from cotool.consensus.extract.units import unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus.extract.extracted import Extracted
    from cotool.consensus.extract.units import Unit

Answers = list["Extracted | None"]


def same_numbers(answers: Answers) -> Answers:
    """Unify numbers: units of one dimension, percents with and without their sign, ratings."""
    return _same_percent(_same_ratings(_same_units(answers)))


def _number(value: str) -> Fraction | None:
    try:
        return Fraction(value)
    except ValueError:
        return None


def _same_units(answers: Answers) -> Answers:
    """Convert to the commonest unit; another dimension's unit is kept beside the number.

    An answer without a unit is in the unit in which another answer states the same number, or in
    the commonest.
    """
    units = _units(answers)
    if len({unit.symbol for unit in units if unit}) < 2:
        return answers
    common = Counter(unit for unit in units if unit).most_common(1)[0][0]
    values: list[str | None] = []
    stated: dict[str, set[str]] = {}
    for answer, unit in zip(answers, units, strict=True):
        number = _number(answer.value) if answer and unit else None
        if answer is None or unit is None or number is None:
            values.append(None)
            continue
        if unit.dimension == common.dimension:
            value = normal_form(number * unit.factor / common.factor)
        else:
            value = f"{answer.value} {unit.symbol}"
        values.append(value)
        stated.setdefault(answer.value, set()).add(value)
    return [
        replace(answer, value=_value_without_unit(answer.value, stated) if value is None else value)
        if answer
        else None
        for answer, value in zip(answers, values, strict=True)
    ]


def _value_without_unit(value: str, stated: dict[str, set[str]]) -> str:
    same = stated.get(value, ())
    return next(iter(same)) if len(same) == 1 else value


def _units(answers: Answers) -> list[Unit | None]:
    """The unit of each answer; cents are of the currency, and pounds are money, if others are."""
    units = [answer.unit if answer else None for answer in answers]
    dimensions = {unit.dimension for unit in units if unit}
    money = next((one for one in ("dollars", "euros") if one in dimensions), None)
    for place, unit in enumerate(units):
        if unit is None:
            continue
        if unit.dimension == "cents" and money:
            units[place] = unit._replace(dimension=money)
        elif unit.symbol == "lb" and "sterling" in dimensions:
            units[place] = unit_of("£")
    return units


def _same_ratings(answers: Answers) -> Answers:
    """Where one response rates "8/10" and another "8", the divisor was left off: both are 8."""
    bare = {answer.value for answer in answers if answer and not answer.top}
    quotients = [answer for answer in answers if answer and answer.top]
    if not bare or not quotients or any(answer.value in bare for answer in quotients):
        return answers
    bottoms = {_bottom(answer) for answer in quotients}
    if len(bottoms) > 1 or not bottoms <= {"5", "10", "100"}:
        return answers
    if not any(answer.top in bare for answer in quotients):
        return answers
    return [
        replace(answer, value=answer.top) if answer and answer.top else answer for answer in answers
    ]


def _bottom(answer: Extracted) -> str:
    top, value = _number(answer.top), _number(answer.value)
    return normal_form(top / value) if top and value else "0"


def _same_percent(answers: Answers) -> Answers:
    """Where one response says "25%" and another "25", the sign was left off: both are 25%.

    So are 0.25 and a quarter, unless another response says 0.25%.
    """
    percents = {answer.value for answer in answers if answer and answer.value.endswith("%")}
    if not percents:
        return answers
    return [
        answer if answer is None else replace(answer, value=_as_percent(answer.value, percents))
        for answer in answers
    ]


def _as_percent(value: str, percents: set[str]) -> str:
    if f"{value}%" in percents:
        return f"{value}%"
    number = _number(value)
    if number is None or number.denominator == 1:
        return value
    hundredfold = f"{normal_form(number * 100)}%"
    return hundredfold if hundredfold in percents else value


def same_choices(answers: Answers, sets: Sequence[Extracted | None]) -> Answers:
    """Where half of the responses name several options, sets of options are the answers."""
    several = [one for one in sets if one]
    stated = sum(
        answer is not None or one is not None for answer, one in zip(answers, sets, strict=True)
    )
    if len(several) * 2 < max(stated, 2):
        return answers
    return [one or answer for answer, one in zip(answers, sets, strict=True)]


def same_labels(answers: Answers) -> Answers:
    """Unify labels: dates, what stands in brackets behind a name, accents, brackets of lists."""
    values = {answer.value for answer in answers if answer}
    if len(values) < 2:
        return answers
    renamed = {value: _renamed(value, values) for value in values}
    return [
        replace(answer, value=renamed[answer.value])
        if answer and renamed[answer.value] != answer.value
        else answer
        for answer in answers
    ]


def _renamed(value: str, values: set[str]) -> str:
    value = resolve(value, values)
    if value.endswith(")") or "(" in value:
        head = value.partition("(")[0].strip()
        beside = [one for one in values if one.startswith(f"{head} (")]
        if head in values and len(beside) == 1:
            return head
    if value.startswith(("(", "[")):
        inner = value.strip("()[]")
        twins = [one for one in values if one.strip("()[]") == inner]
        if inner in values and len(twins) == 2:
            return inner
    if not value.isascii():
        bare = "".join(
            char for char in unicodedata.normalize("NFD", value) if not unicodedata.combining(char)
        )
        if bare.isascii() and bare in values and len(bare) > _SHORTEST_NAME:
            return bare
    return value


# "Sao Paulo" is São Paulo; "si" and "ano" are other words than "sí" and "año".
_SHORTEST_NAME = 3
