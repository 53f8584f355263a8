"""Answers to one question that are the same, written in another way: units, percents, sets, names.

What an answer leaves out ("5" beside "5 kg") is known from the other answers alone, so these rules
look at all answers to a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from cotool._lazy import lazy_pattern, stand_ins
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.bare_names import bare_names
from cotool.consensus.extract.beside import Beside, renamed_beside
from cotool.consensus.extract.numbers import normal_form
from cotool.consensus.extract.same_names import full_names, without_typos
from cotool.consensus.extract.spellings import spellings
from cotool.consensus.extract.units import unit_of

if TYPE_CHECKING:
    from cotool.consensus.extract.extracted import Extracted
    from cotool.consensus.extract.units import Unit

Answers = list["Extracted | None"]

_SCALES = {"M": 10**6, "B": 10**9}


with stand_ins("fractions"):  # few numbers are fractions
    import fractions


def valued(answers: Answers, value_of: Callable[[Extracted], str]) -> Answers:
    """Return answers with other values."""
    return [answer and _valued(answer, value_of(answer)) for answer in answers]


def _valued(answer: Extracted, value: str) -> Extracted:
    return answer if value == answer.value else replace(answer, value=value)


def same_numbers(answers: Answers) -> Answers:
    """Unify numbers: units of one dimension, percents with and without their sign, ratings.

    If answers give numbers different directions ("2 hours ago", "2 hours from now"), these are kept
    with the numbers.
    """
    answers = _same_thousands(_signed(answers))
    unified = _same_percent(_same_ratings(_same_units(_same_scales(answers))))
    if len({answer.turn[0] for answer in answers if answer and answer.turn[0]}) < 2:
        return unified
    return [
        replace(
            one, value=f"{one.value} {answer.turn[0]}", display=f"{answer.display}{answer.turn[1]}"
        )
        if one and answer and answer.turn[0]
        else one
        for one, answer in zip(unified, answers, strict=True)
    ]


_BELOW_ZERO = lazy_pattern(
    r"below zero|under zero|below sea level|(?:below|under) par", re.IGNORECASE
)


def _signed(answers: Answers) -> Answers:
    """Write directions as signs where other numbers have signs: "down 5" beside -5.

    A number below zero is negative, unless all answers say so in words.
    """
    given = [answer for answer in answers if answer]
    below = [answer for answer in given if answer.turn[1] and _BELOW_ZERO.search(answer.turn[1])]
    if not any(answer.value.startswith("-") for answer in given) and not (
        below and any(not answer.turn[0] for answer in given)
    ):
        return answers
    return [
        replace(
            answer,
            value=f"-{answer.value}" if answer.turn[0] == "-" else answer.value,
            display=f"{answer.display}{answer.turn[1]}",
            turn=("", ""),
        )
        if answer and answer.turn[0] in {"+", "-"} and not answer.value.startswith("-")
        else answer
        for answer in answers
    ]


_POINTED = lazy_pattern(r"\D{0,4}[1-9]\d{0,2}\.\d{3}")


def _same_thousands(answers: Answers) -> Answers:
    """Read 1.500 as 1500 where another answer says so, and none says 1.5."""
    pointed = [
        answer is not None and "." in answer.display and bool(_POINTED.fullmatch(answer.display))
        for answer in answers
    ]
    if not any(pointed):
        return answers
    plain = {one.value for one, own in zip(answers, pointed, strict=True) if one and not own}
    larger = [
        normal_form(fractions.Fraction(one.value) * 1000) if one and own else ""
        for one, own in zip(answers, pointed, strict=True)
    ]
    if plain.isdisjoint(larger) or any(
        one.value in plain for one, own in zip(answers, pointed, strict=True) if one and own
    ):
        return answers
    return [
        replace(one, value=other) if one and other else one
        for one, other in zip(answers, larger, strict=True)
    ]


def _same_scales(answers: Answers) -> Answers:
    """Read the letter as a unit, not a scale, if one response says "0.5M" and another "0.5"."""
    values = {answer.value for answer in answers if answer}
    return valued(answers, lambda answer: _unscaled(answer, values))


def _unscaled(answer: Extracted, values: set[str]) -> str:
    scale = _SCALES.get(answer.display[-1:])
    number = _number(answer.value) if scale and answer.unit is None else None
    if scale is None or number is None or answer.display[-2:-1] == " ":
        return answer.value
    bare = normal_form(number / scale)
    return bare if bare in values else answer.value


def _number(value: str) -> fractions.Fraction | None:
    try:
        return fractions.Fraction(value)
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
        elif unit.dimension in _ZEROS and common.dimension in _ZEROS:
            value = normal_form(_degrees(number, unit.dimension, common.dimension))
        else:
            value = f"{normal_form(number * unit.factor)} {unit.dimension}"
        values.append(value)
        stated.setdefault(answer.value, set()).add(value)
    return [
        answer
        and replace(
            answer,
            value=_value_without_unit(answer.value, stated) if value is None else value,
            display=_with_unit(answer.display, unit),
        )
        for answer, value, unit in zip(answers, values, units, strict=True)
    ]


# Absolute zero on each scale of temperature, and the number of its degrees in nine kelvins.
_ZEROS = {"celsius": ("-273.15", "9"), "kelvin": ("0", "9"), "fahrenheit": ("-459.67", "16.2")}


def _degrees(number: fractions.Fraction, scale: str, other: str) -> fractions.Fraction:
    """Return a temperature on another scale."""
    (zero, size), (other_zero, other_size) = _ZEROS[scale], _ZEROS[other]
    kelvins = (number - fractions.Fraction(zero)) / fractions.Fraction(size)
    return kelvins * fractions.Fraction(other_size) + fractions.Fraction(other_zero)


def common_unit(answers: Sequence[Extracted | None]) -> str:
    """The unit that numbers are in after they were unified; empty if none states one."""
    units = Counter(unit for unit in _units(list(answers)) if unit)
    return units.most_common(1)[0][0].symbol if units else ""


def _with_unit(display: str, unit: Unit | None) -> str:
    """Return the answer as it is shown among answers in other units."""
    return display if unit is None or unit.symbol in display else f"{display} {unit.symbol}"


def _value_without_unit(value: str, stated: dict[str, set[str]]) -> str:
    same = stated.get(value, ())
    return next(iter(same)) if len(same) == 1 else value


def _units(answers: Answers) -> list[Unit | None]:
    """Return the unit of each answer; cents and pounds count as money if other answers are money.

    ¥ is the sign of two currencies: it means yuan if other responses name yuan and none names yen.
    """
    units = [answer.unit if answer else None for answer in answers]
    dimensions = {unit.dimension for unit in units if unit}
    symbols = {unit.symbol for unit in units if unit}
    temperatures = [one for one in dict.fromkeys(units) if one and one.symbol in {"°C", "°F"}]
    money = next((one for one in ("dollars", "euros") if one in dimensions), None)
    for place, unit in enumerate(units):
        if unit is None:
            continue
        if unit.dimension == "cents" and money:
            units[place] = unit._replace(dimension=money)
        elif unit.symbol == "lb" and "sterling" in dimensions:
            units[place] = unit_of("£")
        elif unit.symbol == "°" and len(temperatures) == 1:
            units[place] = temperatures[0]
        elif unit.symbol == "¥" and "yuan" in dimensions and "yen" not in symbols:
            units[place] = unit_of("元")
    return units


def _same_ratings(answers: Answers) -> Answers:
    """Unify ratings: if one response says "8/10" and another "8", both are 8."""
    bare = {answer.value for answer in answers if answer and not answer.top}
    quotients = [answer for answer in answers if answer and answer.top]
    if not bare or not quotients or any(answer.value in bare for answer in quotients):
        return answers
    bottoms = {_bottom(answer) for answer in quotients}
    if len(bottoms) > 1 or not bottoms <= {"5", "10", "100"}:
        return answers
    if not any(answer.top in bare for answer in quotients):
        return answers
    return valued(answers, lambda answer: answer.top or answer.value)


def _bottom(answer: Extracted) -> str:
    top, value = _number(answer.top), _number(answer.value)
    return normal_form(top / value) if top and value else "0"


def _same_percent(answers: Answers) -> Answers:
    """Unify percents: if one response says "25%" and another "25", both are 25%.

    So are 0.25 and a quarter, unless another response says 0.25%.
    """
    percents = {answer.value for answer in answers if answer and answer.value.endswith("%")}
    if not percents:
        return answers
    return valued(answers, lambda a: _as_percent(a.value, percents) if a.unit is None else a.value)


def _as_percent(value: str, percents: set[str]) -> str:
    if f"{value}%" in percents:
        return f"{value}%"
    number = _number(value)
    if number is None or number.denominator == 1:
        return value
    hundredfold = f"{normal_form(number * 100)}%"
    return hundredfold if hundredfold in percents else value


def same_choices(answers: Answers, sets: Sequence[Extracted | None]) -> Answers:
    """Take sets of options as the answers if half of the responses name several."""
    several = [one for one in sets if one]
    stated = sum(
        answer is not None or one is not None for answer, one in zip(answers, sets, strict=True)
    )
    if len(several) * 2 < max(stated, 2):
        return answers
    return [one or answer for answer, one in zip(answers, sets, strict=True)]


def _is_word(answer: Extracted) -> bool:
    """Whether an answer is letters and digits, which no rule for labels makes another."""
    value, display = answer.value, answer.display
    return value.isascii() and value.isalnum() and display.isascii() and display.isalnum()


_CODED = lazy_pattern(r"(\d{1,2})\s?[-–:.=)]\s?([^\W\d_].*)")


def _coded(values: set[str]) -> dict[str, str]:
    """Return "4 - agree" for "4" and "agree"; nothing if a code has two labels."""
    found: dict[str, str] = {}
    for value in values:
        if match := _CODED.fullmatch(value):
            for name in match.groups():
                if found.setdefault(name, value) != value:
                    return {}
    return found


def _is_counted(value: str, other: str) -> bool:
    """Whether another spelling writes a number word of any language in digits."""
    return other[:1].isdigit() and not any(map(str.isdigit, value))


def same_labels(answers: Answers, question: str = "") -> Answers:
    """Unify labels: dates, brackets after a name, accents, brackets around lists, short names."""
    values = {answer.value for answer in answers if answer}
    if len(values) < 2:
        return answers
    if any(" " in value for value in values):
        bare = bare_names({answer.value: answer.display for answer in answers if answer}, question)
        if bare:
            answers = valued(answers, lambda answer: bare.get(answer.value, answer.value))
            values = {answer.value for answer in answers if answer}
    # A number word of another language needs the number in digits beside it: once, eleven.
    digits = {one.value for one in answers if one and any(map(str.isdigit, one.display))}
    spelled = {
        value: tuple(
            one for one in spellings(value) if one in digits or not _is_counted(value, one)
        )
        for value in values
    }
    if not any(spelled.values()) and all(_is_word(one) for one in answers if one):
        return answers
    given = Counter(one for value, others in spelled.items() for one in {value, *others})
    expanded = _expanded({answer.value: answer.display for answer in answers if answer})
    coded = _coded(values)
    known = Beside(values)

    def shared(value: str, others: tuple[str, ...]) -> str | None:
        """Return the spelling that most labels have in common, if another is spelled so."""
        found = max((value, *others), key=lambda one: (given[one], one))
        return found if given[found] > 1 and found != value else None

    renamed = {
        value: coded.get(value)
        or expanded.get(value)
        or renamed_beside(shared(value, others) or value, known)
        for value, others in spelled.items()
    }
    unified = valued(answers, lambda answer: renamed[answer.value])
    counts = Counter(answer.value for answer in unified if answer)
    if typos := without_typos(counts, question):
        unified = valued(unified, lambda answer: typos.get(answer.value, answer.value))
    shown: dict[str, str] = {}
    for answer in unified:
        # Brackets after a name say more than the name alone.
        if answer and (answer.value not in shown or answer.display.endswith(")")):
            shown[answer.value] = answer.display
    full = full_names(shown, question)
    return valued(unified, lambda a: full.get(a.value, a.value)) if full else unified


# Words that initials leave out: "United States of America" is USA.
_SMALL_WORDS = frozenset("of and the for de du des la et und der del y e".split())
_LONGEST_INITIALS = 6


def _expanded(shown: dict[str, str]) -> dict[str, str]:
    """Return the label that each label in capitals abbreviates: UN is United Nations.

    An abbreviation that fits several labels stays as it is.
    """
    names = {
        value: "".join(word[0] for word in words)
        for value, display in shown.items()
        if len(words := [w for w in display.split() if w.casefold() not in _SMALL_WORDS]) > 1
        and all(word[0].isupper() for word in words)
    }
    found: dict[str, str] = {}
    for value, display in shown.items():
        initials = display.removeprefix("The ").removeprefix("the ").replace(".", "")
        if not (initials.isalpha() and initials.isupper() and len(initials) <= _LONGEST_INITIALS):
            continue
        same = [name for name, own in names.items() if own == initials and name != value]
        if len(initials) > 1 and len(same) == 1:
            found[value] = same[0]
    return found
