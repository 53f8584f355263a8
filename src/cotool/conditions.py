"""The grammar of conditions: how those of filters and of alarms join comparisons.

condition = and {"or" and}
and       = not {"and" not}
not       = "not" not | "(" condition ")" | comparison
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cotool._typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    import re

T = TypeVar("T")


class ConditionParser(Generic[T]):
    """Recursive descent over a condition; a subclass reads comparisons and says what joins mean.

    `token` matches a word of the condition; `deepest`: the most nested parentheses.
    """

    token: ClassVar[re.Pattern[str]]
    deepest: ClassVar[int]

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._depth = 0

    def comparison(self) -> T:
        """Return the meaning of the comparison that begins."""
        raise NotImplementedError

    def joined(self, word: str, parts: Sequence[T]) -> T:
        """Return the meaning of parts with "or" or "and" between them, or of one after "not"."""
        raise NotImplementedError

    def error(self, reason: str) -> Exception:
        """Return the error for what is at `position`."""
        raise NotImplementedError

    @property
    def position(self) -> int:
        """The number of the character at which the next word begins."""
        rest = self.text[self.at :]
        return self.at + len(rest) - len(rest.lstrip()) + 1

    def whole(self) -> T:
        """Return the meaning of the text."""
        meaning = self._any()
        if self.text[self.at :].strip():
            raise self.error("unexpected text after the condition")
        return meaning

    def peek(self) -> re.Match[str] | None:
        """Return the next word."""
        return self.token.match(self.text, self.at)

    def take(self, *words: str) -> str | None:
        """Take the next word if it is one of these."""
        found = self.peek()
        if found is None or found[0].strip() not in words:
            return None
        self.at = found.end()
        return found[0].strip()

    def _joined(self, word: str, part: Callable[[], T]) -> T:
        parts = [part()]
        while self.take(word):
            parts.append(part())
        return self.joined(word, parts) if len(parts) > 1 else parts[0]

    def _any(self) -> T:
        return self._joined("or", lambda: self._joined("and", self._not))

    def _not(self) -> T:
        self._depth += 1
        if self._depth > self.deepest:
            raise self.error("too many nested parentheses")
        if self.take("not"):
            meaning = self.joined("not", [self._not()])
        elif self.take("("):
            meaning = self._any()
            if not self.take(")"):
                raise self.error("expected )")
        else:
            meaning = self.comparison()
        self._depth -= 1
        return meaning
