"""Conditions of `analyze-logs --fail-on`, such as "error>0 or rate(warning)>5%"."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cotool.errors import InputError
from cotool.logs.options import KEYWORDS, LEVELS
from cotool.logs.report.activity import find_bursts, find_gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cotool.logs.model import LogSummary
    from cotool.logs.templates.compare import Change

    Number = Callable[[LogSummary], float]
    Truth = Callable[[LogSummary], bool]

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)(%?)|([A-Za-z_][\w.-]*)|(<=|>=|==|!=|[<>()+=]))")
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
_PLAIN: dict[str, Number] = {
    "lines": lambda summary: summary.counts.lines,
    "records": lambda summary: summary.counts.records,
    "bytes": lambda summary: summary.counts.bytes,
    "timeless": lambda summary: summary.counts.timeless,
    "out_of_order": lambda summary: summary.counts.out_of_order,
    "bursts": lambda summary: len(find_bursts(summary.counts.histogram)),
    "gaps": lambda summary: len(find_gaps(summary.counts.histogram)),
}


# What a condition says of templates, and what that needs: templates, or a comparison as well.
_TEMPLATES: dict[str, str] = {
    "templates": "templates",
    "rare_templates": "templates",
    "new_templates": "comparison",
    "vanished_templates": "comparison",
    "changed_templates": "comparison",
}


@dataclass(frozen=True, slots=True)
class LogCondition:
    """A condition as it was written, and the test that it states.

    `needs`: "templates" where it speaks of them, "comparison" where it speaks of an earlier run.
    """

    text: str
    holds: Truth
    values: dict[str, Number]

    @property
    def needs(self) -> frozenset[str]:
        """What must be found out for it."""
        return frozenset(
            _TEMPLATES[name.partition("(")[0]]
            for name in self.values
            if name.partition("(")[0] in _TEMPLATES
        )

    def evidence(self, summary: LogSummary) -> str:
        """Return the figures that the condition speaks of, as "error is 3, rate(warning) is 7%"."""
        parts = []
        for name, value in self.values.items():
            number = value(summary)
            shown = f"{100 * number:.3g}%" if name.startswith("rate(") else f"{number:,.0f}"
            parts.append(f"{name} is {shown}")
        return ", ".join(parts)


def parse_log_condition(text: str, patterns: Iterable[str]) -> LogCondition:
    """Return the condition that `text` states; `patterns` are the names of user patterns.

    Raises InputError with the position of what cannot be read, and the names that are known.
    """
    return _Parser(text, tuple(patterns)).parse()


class _Parser:
    """Recursive descent: or, and, not, comparison, sum, value."""

    def __init__(self, text: str, patterns: tuple[str, ...]) -> None:
        self._text = text
        self._patterns = patterns
        self._at = 0
        self._depth = 0
        self._values: dict[str, Number] = {}

    def parse(self) -> LogCondition:
        truth = self._or()
        if self._text[self._at :].strip():
            raise self._error("something else follows")
        return LogCondition(self._text, truth, self._values)

    def _error(self, reason: str) -> InputError:
        names = [*LEVELS, *_PLAIN, *_TEMPLATES, *self._patterns]
        return InputError(
            f"--fail-on: cannot read {self._text!r} at character {self._at + 1}: {reason}",
            hint=f"write 'error>0 or rate(warning)>5%'; names: {', '.join(names)}, rate(NAME), "
            f""
            f"{', '.join(f'mentions({name})' for name in KEYWORDS)}, new_templates(LEVEL)",
        )

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _take(self, *words: str) -> str | None:
        """Take the next token where it is one of the words."""
        found = self._peek()
        if found is not None and (found[3] or found[4]) in words:
            self._at = found.end()
            return found[3] or found[4]
        return None

    def _or(self) -> Truth:
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        return lambda summary: any(part(summary) for part in parts)

    def _and(self) -> Truth:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return lambda summary: all(part(summary) for part in parts)

    def _not(self) -> Truth:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("it is nested too deeply")
        try:
            if self._take("not"):
                inner = self._not()
                return lambda summary: not inner(summary)
            if self._take("("):
                inner = self._or()
                if not self._take(")"):
                    raise self._error("expected )")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Truth:
        left = self._sum()
        sign = self._take(*_OPERATORS)
        if sign is None:
            raise self._error(f"expected one of {' '.join(_OPERATORS)}")
        right = self._sum()
        compare = _OPERATORS[sign]
        return lambda summary: compare(left(summary), right(summary))

    def _sum(self) -> Number:
        parts = [self._value()]
        while self._take("+"):
            parts.append(self._value())
        return lambda summary: sum(part(summary) for part in parts)

    def _value(self) -> Number:
        found = self._peek()
        if found is None or found[4]:
            raise self._error("expected a name or a number")
        start = self._at
        if found[1]:
            self._at = found.end()
            number = float(found[1]) / (100 if found[2] else 1)
            return lambda _: number
        name = found[3]
        self._at = found.end()
        if name in {"rate", "mentions", *_TEMPLATES} and self._take("("):
            inner = self._peek()
            if inner is None or not inner[3]:
                raise self._error("expected a name")
            argument = inner[3]
            value = self._function(name, argument)
            self._at = inner.end()
            if not self._take(")"):
                raise self._error("expected )")
            self._values[f"{name}({argument})"] = value
            return value
        counted = self._count(name)
        if counted is None:
            self._at = start + len(self._text[start:]) - len(self._text[start:].lstrip())
            raise self._error(f"{name!r} is not known")
        self._values[name] = counted
        return counted

    def _function(self, name: str, argument: str) -> Number:
        if name == "mentions":
            if argument not in KEYWORDS:
                raise self._error(f"{argument!r} is not known to mentions()")
            return lambda summary: summary.counts.keywords[argument]
        if name in _TEMPLATES:
            if argument not in LEVELS:
                raise self._error(f"{argument!r} is not a level")
            return lambda summary: _template_count(summary, name, argument)
        counted = self._count(argument)
        if counted is None:
            raise self._error(f"{argument!r} is not known")
        if argument in self._patterns:
            return lambda summary: counted(summary) / max(summary.counts.lines, 1)
        return lambda summary: counted(summary) / max(summary.counts.records, 1)

    def _count(self, name: str) -> Number | None:
        if name in self._patterns:
            return lambda summary: summary.counts.patterns[name]
        if name in LEVELS:
            return lambda summary: summary.counts.levels[name]
        if name in _TEMPLATES:
            return lambda summary: _template_count(summary, name, None)
        return _PLAIN.get(name)


def _template_count(summary: LogSummary, name: str, level: str | None) -> float:
    """Return how many templates there are of a kind, with `level` those that have such records."""
    if name in {"templates", "rare_templates"}:
        from cotool.logs.templates.report import rare_templates

        found = summary.templates
        if found is None:
            return 0
        chosen = found.templates if name == "templates" else rare_templates(found)
        return sum(level is None or template.levels[level] > 0 for template in chosen)
    changes: tuple[Change, ...] = ()
    if summary.comparison is not None:
        changes = getattr(summary.comparison, name.removesuffix("_templates"))
    return sum(level is None or change.levels.get(level, 0) > 0 for change in changes)
