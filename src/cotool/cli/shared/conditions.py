"""The grammar of --fail-on, such as "error>0 or rate(warning)>5%", the same for every command.

    condition  = and {"or" and}
    and        = not {"and" not}
    not        = "not" not | "(" condition ")" | comparison
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
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from cotool._lazy import lazy_pattern
from cotool._records import dataclass
from cotool.errors import InputError
from cotool.text import visible

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Mapping

T = TypeVar("T")

_QUANTILE = lazy_pattern(r"p\d[\d.]*")
_TOKEN = lazy_pattern(
    r"\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(%|[a-zA-Zµ]*)"
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
_DEEPEST = 50


class Amount(float):
    """A number that is written as `shown`; `lacks_unit` says that its values had none."""

    shown: str
    lacks_unit: bool

    def __new__(cls, number: float, shown: str, *, lacks_unit: bool = False) -> Self:
        """Return a number with its text."""
        amount = super().__new__(cls, number)
        amount.shown, amount.lacks_unit = shown, lacks_unit
        return amount


class AnyOf(Amount):
    """Numbers of several things: a comparison holds if it holds for any of them."""

    numbers: tuple[float, ...]

    @classmethod
    def of(cls, numbers: Collection[float]) -> Self:
        """Return the greatest of the numbers, of which there is at least one."""
        least, greatest = min(numbers), max(numbers)
        shown = _shown(greatest) if least == greatest else f"{_shown(least)} to {_shown(greatest)}"
        lacks_unit = isinstance(greatest, Amount) and greatest.lacks_unit
        found = cls(greatest, shown, lacks_unit=lacks_unit)
        found.numbers = tuple(numbers)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Condition(Generic[T]):
    """A condition: its text, its test, the quantities that it names, those compared with a unit."""

    text: str
    holds: Callable[[T], bool]
    quantities: Mapping[str, Callable[[T], float]]
    with_unit: frozenset[str] = frozenset()

    def lacking_unit(self, result: T) -> list[str]:
        """Return the quantities that are compared with a unit, though their values have none."""
        found = {name: self.quantities[name](result) for name in sorted(self.with_unit)}
        return [name for name, n in found.items() if isinstance(n, Amount) and n.lacks_unit]

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
    units: Mapping[str, float] | None = None,
) -> Condition[T]:
    """Return the condition that `text` states about `quantities`; `units` may follow numbers.

    Raises InputError with the position of the error, the known names and an `example`.
    """
    return _Parser(text, quantities, example, units or {}).parse()


class _Parser(Generic[T]):
    """Recursive descent: one method for each rule of the grammar."""

    def __init__(
        self,
        text: str,
        quantities: Mapping[str, Callable[[T], float]],
        example: str,
        units: Mapping[str, float],
    ) -> None:
        self._text = text
        self._quantities = quantities
        self._example = example
        self._units = {"": 1.0, "%": 0.01, **units}
        self._at = 0
        self._depth = 0
        self._named: dict[str, Callable[[T], float]] = {}
        self._with_unit: set[str] = set()

    def parse(self) -> Condition[T]:
        truth = self._or()
        if self._text[self._at :].strip():
            raise self._error("unexpected text after the condition")
        return Condition(self._text.strip(), truth, self._named, frozenset(self._with_unit))

    def _error(self, reason: str) -> InputError:
        names = [name for name in self._quantities if "(" not in name]
        for function, arguments in self._functions().items():
            few = len(arguments) <= 2
            shown = "pNN" if _QUANTILE.fullmatch(function) else function
            names += [f"{shown}({argument})" for argument in (arguments if few else ("NAME",))]
        rest = self._text[self._at :]
        position = self._at + len(rest) - len(rest.lstrip()) + 1
        return InputError(
            f"--fail-on: cannot read {self._text!r} at character {position}: {reason}",
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

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _take(self, *words: str) -> str | None:
        """Take the next token if it is one of the words."""
        found = self._peek()
        if found is not None and (found[3] or found[4]) in words:
            self._at = found.end()
            return found[3] or found[4]
        return None

    def _or(self) -> Callable[[T], bool]:
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        return lambda result: any(part(result) for part in parts)

    def _and(self) -> Callable[[T], bool]:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return lambda result: all(part(result) for part in parts)

    def _not(self) -> Callable[[T], bool]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("too many nested parentheses")
        try:
            if self._take("not"):
                inner = self._not()
                return lambda result: not inner(result)
            if self._take("("):
                inner = self._or()
                if not self._take(")"):
                    raise self._error("expected )")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Callable[[T], bool]:
        begin = self._at
        left = self._sum()
        sign = self._take(*_OPERATORS)
        if sign is None:
            raise self._error(f"expected one of {' '.join(_OPERATORS)}")
        right = self._sum()
        words = _TOKEN.finditer(self._text, begin, self._at)
        if any(word[1] and word[2] not in {"", "%"} for word in words):
            compared = "".join(self._text[begin : self._at].split())
            self._with_unit |= {name for name in self._named if name in compared}
        compare = _OPERATORS[sign]
        return lambda result: any(
            compare(one, other) for one in _all(left(result)) for other in _all(right(result))
        )

    def _arguments(self) -> list[str]:
        """Take the names between parentheses."""
        names = []
        while True:
            inner = self._peek()
            if inner is None or not inner[3]:
                raise self._error("expected a name")
            self._at = inner.end()
            names.append(inner[3])
            if self._take("("):
                names[-1] += f"({','.join(self._arguments())})"
            if self._take(")"):
                return names
            if not self._take(","):
                raise self._error("expected )")

    def _sum(self) -> Callable[[T], float]:
        parts = [self._value()]
        while self._take("+"):
            parts.append(self._value())
        if len(parts) == 1:
            return parts[0]
        return lambda result: sum(part(result) for part in parts)

    def _value(self) -> Callable[[T], float]:
        found = self._peek()
        if found is None or found[4]:
            raise self._error("expected a name or a number")
        if found[1]:
            if found[2] not in self._units:
                raise self._error(f"{found[2]!r} is not a unit")
            self._at = found.end()
            number = float(found[1]) * self._units[found[2]]
            return lambda _: number
        begin, self._at, name = self._at, found.end(), found[3]
        if self._take("("):
            name = f"{name}({','.join(self._arguments())})"
        read = self._quantities.get(name)
        if read is None:
            self._at = begin
            takes = self._functions().get(name.partition("(")[0])
            known = f"; it takes {', '.join(takes)}" if takes and "(" in name else ""
            raise self._error(f"{name!r} is unknown{known}")
        self._named[name] = read
        return read
