"""An answer that was found in a text."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from cotool._records import dataclass

if TYPE_CHECKING:
    from cotool.consensus.extract.units import Unit


@dataclass(frozen=True, slots=True)
class Extracted:
    """An answer found in a text.

    `value` is its normal form: equal answers have equal values ("18", "C", "yes", "paris"). `kind`
    is "choice", "number", "boolean", "short", "object" or "code". `display` is for people
    ("$1,080"), and `rule` is the phrase or form that gave it ("the answer is"). `unit` is what a
    number counts, `top` the dividend of a quotient (8 of "8/10"), `turn` a number's direction and
    its words ("-", " hours ago").
    """

    value: str
    kind: str
    display: str
    rule: str
    unit: Unit | None = field(default=None, compare=False, repr=False)
    top: str = field(default="", compare=False, repr=False)
    turn: tuple[str, str] = field(default=("", ""), compare=False, repr=False)
