"""Conditions of --fail-on, such as "agreement<0.5"."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cotool.consensus.model import Consensus

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_FIELDS: dict[str, Callable[[Consensus], float]] = {
    # A question without an answer agrees on nothing.
    "agreement": lambda result: result.agreement or 0.0,
    "confidence": lambda result: result.confidence or 0.0,
    "experts": lambda result: len(result.experts),
    "clusters": lambda result: len(result.clusters),
    "dissent": lambda result: len(result.dissent),
}
_FORM = re.compile(r"\s*(\w+)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of one field of a result with a number."""

    text: str
    field: str
    sign: str
    number: float

    def holds(self, result: Consensus) -> bool:
        """Tell whether `result` meets the condition."""
        return _OPERATORS[self.sign](_FIELDS[self.field](result), self.number)


def parse_condition(text: str) -> Condition:
    """Return the condition that `text` states. Raises InputError naming fields and operators."""
    form = _FORM.fullmatch(text)
    if form is None or form[1] not in _FIELDS:
        raise InputError(
            f"--fail-on: cannot read {text!r}",
            hint="write FIELD OPERATOR NUMBER, as in 'agreement<0.5'; "
            f"fields: {', '.join(_FIELDS)}; operators: {' '.join(_OPERATORS)}",
        )
    try:
        number = float(form[3])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(
            f"--fail-on: {form[3]!r} in {text!r} is not a number",
            hint="agreement and confidence are shares from 0 to 1",
        )
    return Condition(text.strip(), form[1], form[2], number)
