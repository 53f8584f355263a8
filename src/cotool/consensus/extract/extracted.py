"""Answers as they are read from a text, and as they count for a question."""

from __future__ import annotations

from cotool._records import NamedTuple, dataclass, field
from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cotool.consensus.extract.units import Unit


@dataclass(frozen=True, slots=True)
class Extracted:
    """An answer found in a text.

    `value` is its normal form: equal answers have equal values ("18", "C", "yes", "paris"). `kind`
    is "choice", "number", "boolean", "short", "object" or "code". `display` is for people
    ("$1,080"), and `rule` is the phrase or mark that gave it ("the answer is"). `unit` is what a
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


class SpanReading(NamedTuple):
    """What a span says from its beginning to `end`, read as one kind of answer.

    `value` is empty where the span offers several answers ("18 or 20"); `options` are all options
    that a choice names, and `note` is added to the rule. The other fields are those of `Extracted`.
    """

    value: str
    end: int
    display: str = ""
    note: str = ""
    unit: Unit | None = None
    top: str = ""
    options: tuple[str, ...] = ()
    turn: tuple[str, str] = ("", "")

    def extracted(self, kind: str, rule: str) -> Extracted:
        """Return this as the answer of a text, found by a rule."""
        return Extracted(self.value, kind, self.display, rule, self.unit, self.top, self.turn)
