"""The grammar of --fail-on, such as "error>0 or rate(warning)>5%", the same for every command.

    condition: see cotool.conditions
    comparison = sum ("<" | "<=" | ">" | ">=" | "==" | "=" | "!=") sum
    sum        = value {"+" value}
    value      = NUMBER ["%" | UNIT] | name
    name       = NAME ["(" name {"," name} ")"]

Each command provides a table of its quantities: names such as "error" and "rate(error)", each with
a function that reads the value from a result. A float is a share and is shown as a percentage,
unless it is an Amount, which says how it is written; None is no value: every comparison
with it is false.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from cotool._lazy import lazy_pattern
from cotool._records import dataclass
from cotool._typing import Generic, Self, TypeVar
from cotool.conditions import ConditionParser
from cotool.errors import InputError
from cotool.text import visible

T = TypeVar("T")

_QUANTILE = lazy_pattern(r"p\d[\d.]*")
_TOKEN = lazy_pattern(
    r"\s*(?:(-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:\s*(?!(?:and|or|not)\b)(%|[a-zA-Zµ]+))?"
    r"|([A-Za-z_][\w.-]*)|(<=|>=|==|!=|[<>()+=,]))"
)
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
}


class Amount(float):
    """A number that is written as `shown`.

    `unit` is that of its values, empty if they had none, and None if it cannot have one. `scaled`:
    they are written with a unit, or in another one than seconds or bytes.
    """

    shown: str
    unit: str | None
    scaled: bool

    def __new__(
        cls, number: float, shown: str, unit: str | None = None, *, scaled: bool = False
    ) -> Self:
        """Return a number with its text."""
        amount = super().__new__(cls, number)
        amount.shown, amount.unit, amount.scaled = shown, unit, scaled
        return amount


class AnyOf(Amount):
    """Numbers of several things: a comparison holds if it holds for any of them."""

    numbers: tuple[float, ...]

    @classmethod
    def of(cls, numbers: Collection[float]) -> Self:
        """Return the greatest of one or more numbers."""
        least, greatest = min(numbers), max(numbers)
        shown = _shown(greatest) if least == greatest else f"{_shown(least)} to {_shown(greatest)}"
        known = greatest if isinstance(greatest, Amount) else None
        found = cls(
            greatest,
            shown,
            known.unit if known else None,
            scaled=known is not None and known.scaled,
        )
        found.numbers = tuple(numbers)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Condition(Generic[T]):
    """A condition: its text, its test, the quantities that it names, and units.

    `compared` has the unit of the numbers with which a quantity is compared, empty for none.
    """

    text: str
    holds: Callable[[T], bool]
    quantities: Mapping[str, Callable[[T], float]]
    compared: Mapping[str, str]

    def unlike_units(self, result: T) -> Iterator[tuple[str, str, str]]:
        """Yield the quantities whose values have another unit than they are compared with.

        Each with its own unit, empty if its values have none, and the other. A number without a
        unit counts as seconds or bytes, unless the values are scaled.
        """
        for name, compared in self.compared.items():
            number = self.quantities[name](result)
            if not isinstance(number, Amount) or number.unit in {None, compared}:
                continue
            if compared or number.scaled:
                yield name, number.unit or "", compared

    def evidence(self, result: T) -> str:
        """Return the values in the condition, as "error is 3, rate(warning) is 7%"."""
        return ", ".join(
            f"{name} is {_shown(read(result))}" for name, read in self.quantities.items()
        )

    def reported(self, result: T) -> bool:
        """Return whether the condition is true of a result, and say so on standard error."""
        met = self.holds(result)
        if met:
            text = f"--fail-on {visible(self.text)}: {self.evidence(result)}"
            print(f"cotool: {text}", file=sys.stderr)
        return met


def _all(number: float) -> tuple[float, ...]:
    return number.numbers if isinstance(number, AnyOf) else (number,)


def _shown(number: float) -> str:
    if isinstance(number, Amount):
        return number.shown
    return f"{100 * number:.3g}%" if isinstance(number, float) else f"{number:,}"


def parse_condition(
    text: str,
    quantities: Mapping[str, Callable[[T], float]],
    *,
    example: str,
    units: Mapping[str, tuple[float, str]] | None = None,
) -> Condition[T]:
    """Return the condition that `text` states about `quantities`; `units` may follow numbers.

    Each unit has its factor and the unit that it is converted to. Raises InputError with the
    position of the error, the known names and an `example`.
    """
    return _Parser(text, quantities, example, units or {}).parse()


class _Parser(ConditionParser[Callable[[T], bool]], Generic[T]):
    """One method for each rule of the grammar."""

    token, deepest = _TOKEN, 50

    def __init__(
        self,
        text: str,
        quantities: Mapping[str, Callable[[T], float]],
        example: str,
        units: Mapping[str, tuple[float, str]],
    ) -> None:
        super().__init__(text)
        self._quantities = quantities
        self._example = example
        self._units = {"": (1.0, ""), "%": (0.01, ""), **units}
        self._named: dict[str, Callable[[T], float]] = {}
        self._compared: dict[str, str] = {}

    def parse(self) -> Condition[T]:
        truth = self.whole()
        return Condition(self.text.strip(), truth, self._named, self._compared)

    def error(self, reason: str) -> InputError:
        names = [name for name in self._quantities if "(" not in name]
        for function, arguments in self._functions().items():
            few = len(arguments) <= 2
            shown = "pNN" if _QUANTILE.fullmatch(function) else function
            names += [f"{shown}({argument})" for argument in (arguments if few else ("NAME",))]
        return InputError(
            f"cannot read {self.text!r} at character {self.position}: {reason}",
            parameter="fail_on",
            hint=f"write {self._example!r}; names: {', '.join(dict.fromkeys(names))}",
        )

    def _functions(self) -> dict[str, list[str]]:
        """Return the arguments that each function accepts."""
        functions: dict[str, list[str]] = {}
        for name in self._quantities:
            function, bracket, argument = name.partition("(")
            if bracket:
                functions.setdefault(function, []).append(argument.removesuffix(")"))
        return functions

    def joined(self, word: str, parts: Sequence[Callable[[T], bool]]) -> Callable[[T], bool]:
        if word == "not":
            return lambda result: not parts[0](result)
        decide = any if word == "or" else all
        return lambda result: decide(part(result) for part in parts)

    def comparison(self) -> Callable[[T], bool]:
        begin = self.at
        left = self._sum()
        sign = self.take(*_OPERATORS)
        if sign is None:
            raise self.error(f"expected one of {' '.join(_OPERATORS)}")
        right = self._sum()
        words = _TOKEN.finditer(self.text, begin, self.at)
        units = [self._units[word[2] or ""][1] for word in words if (word[1] or "").strip("0.")]
        if units:
            compared = "".join(self.text[begin : self.at].split())
            self._compared |= {name: max(units) for name in self._named if name in compared}
        compare = _OPERATORS[sign]
        return lambda result: any(
            compare(one, other) for one in _all(left(result)) for other in _all(right(result))
        )

    def _arguments(self) -> list[str]:
        """Take the names between parentheses."""
        names = []
        while True:
            inner = self.peek()
            if inner is None or not inner[3]:
                raise self.error("expected a name")
            self.at = inner.end()
            names.append(inner[3])
            if self.take("("):
                names[-1] += f"({','.join(self._arguments())})"
            if self.take(")"):
                return names
            if not self.take(","):
                raise self.error("expected )")

    def _sum(self) -> Callable[[T], float]:
        parts = [self._value()]
        while self.take("+"):
            parts.append(self._value())
        if len(parts) == 1:
            return parts[0]
        return lambda result: sum(part(result) for part in parts)

    def _value(self) -> Callable[[T], float]:
        found = self.peek()
        if found is None or found[4]:
            raise self.error("expected a name or a number")
        if found[1]:
            unit = found[2] or ""
            if unit not in self._units:
                raise self.error(f"{unit!r} is not a unit")
            self.at = found.end()
            number = float(found[1]) * self._units[unit][0]
            return lambda _: number
        begin, self.at, name = self.at, found.end(), found[3]
        if self.take("("):
            name = f"{name}({','.join(self._arguments())})"
        read = self._quantities.get(name)
        if read is None:
            self.at = begin
            takes = self._functions().get(name.partition("(")[0])
            known = f"; it takes {', '.join(takes)}" if takes and "(" in name else ""
            raise self.error(f"{name!r} is unknown{known}")
        self._named[name] = read
        return read
