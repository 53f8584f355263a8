"""A batch as a table that is printed row by row, so memory does not grow."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING

from cotool.cli.shared.layout import Indent, Text
from cotool.cli.shared.screen import fitted
from cotool.text import one_line, percent, plural

if TYPE_CHECKING:
    from cotool.cli.shared.screen import Screen
    from cotool.consensus.model import Consensus

_NUMBERS = ("agree", "conf", "experts")
_GAP = "  "
_LOW = 0.5
_LISTED = 5
_LEAST_SUPPORTED = 10
_EXPERTS = 8


class BatchTable:
    """One row per question as it arrives, then a summary."""

    def __init__(self, screen: Screen, *, explain: bool) -> None:
        self._screen = screen
        self._explain = explain
        # On a narrow screen, only the agreement is shown beside question and answer.
        self._numbers = _NUMBERS if screen.width >= 60 else _NUMBERS[:1]
        room = screen.width - sum(len(name) + len(_GAP) for name in self._numbers) - len(_GAP)
        self._answer_width = room * 9 // 20
        self._question_width = room - self._answer_width
        self._begun = False
        self._questions = 0
        self._agreement = 0.0
        self._answered = 0
        self._dissent = 0
        self._declined = 0
        self._low = 0
        self._kinds: Counter[str] = Counter()
        self._lowest = _Lowest(_LISTED)
        self._unsupported = _Lowest(_LEAST_SUPPORTED)
        self._disputed = 0
        # Of each expert, the sum of the mean supports, and of how many questions.
        self._supports: dict[str, tuple[float, int]] = {}

    def row(self, result: Consensus) -> None:
        """Print one result as a row."""
        if not self._begun:
            self._begun = True
            self._screen.print(self._line("question", "answer", self._numbers, "bold"))
        name = one_line(result.question or result.id)
        answer = "no answer" if result.answer is None else one_line(result.answer)
        numbers = (percent(result.agreement), percent(result.confidence), f"{len(result.experts)}")
        self._screen.print(self._line(name, answer, numbers, ""))
        if self._explain:
            for reason in result.explanation:
                self._screen.print(Indent(Text(one_line(reason), style="dim"), 4))
        self._screen.flush()
        self._count(result, name)

    def summary(self) -> None:
        """Print the agreement of the batch."""
        if not self._questions:
            return
        parts = [plural(self._questions, "question")]
        if self._answered:
            parts.append(f"mean agreement {percent(self._agreement / self._answered)}")
        if self._questions > self._answered:
            parts.append(f"{self._questions - self._answered:,} without an answer")
        parts.append(f"dissent on {self._dissent:,}")
        if self._declined:
            parts.append(f"{plural(self._declined, 'refusal')}")
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self._kinds.most_common())
        self._screen.print(Text(), Text(" · ".join(parts)), Text(f"kinds: {kinds}"))
        if self._low:
            which = f"the lowest {_LISTED}" if self._low > _LISTED else "they are"
            self._screen.print(Text(f"agreement under {percent(_LOW)} on {self._low:,}; {which}:"))
        self._list(self._lowest)
        self._statements()

    def _list(self, lowest: _Lowest) -> None:
        for low, name in lowest.found():
            text = f"  {percent(low):>5}  "
            self._screen.print(Text(text + fitted(name, self._screen.width - len(text))))

    def _statements(self) -> None:
        """Print how far the statements of long answers are supported."""
        if not self._unsupported.count:
            return
        count = plural(self._unsupported.count, "question")
        which = (
            f"; the lowest {_LEAST_SUPPORTED}" if self._unsupported.count > _LEAST_SUPPORTED else ""
        )
        disputed = f", {self._disputed:,} with disputes" if self._disputed else ""
        self._screen.print(Text(f"support of statements on {count}{disputed}{which}:"))
        self._list(self._unsupported)
        ranked = sorted(
            ((total / count, name) for name, (total, count) in self._supports.items()),
            key=lambda one: (-one[0], one[1]),
        )
        if len(ranked) > 1:
            listed = ", ".join(
                f"{one_line(name)} {percent(mean)}" for mean, name in ranked[:_EXPERTS]
            )
            more = f" and {len(ranked) - _EXPERTS:,} more" if len(ranked) > _EXPERTS else ""
            self._screen.print(Text(f"support of what experts state: {listed}{more}"))

    def _line(self, question: str, answer: str, numbers: tuple[str, ...], style: str) -> Text:
        cells = [fitted(question, self._question_width), fitted(answer, self._answer_width)]
        cells += [
            f"{cell:>{len(name)}}" for name, cell in zip(self._numbers, numbers, strict=False)
        ]
        return Text(_GAP.join(cells), style=style, no_wrap=True)

    def _count(self, result: Consensus, name: str) -> None:
        self._questions += 1
        self._kinds[result.kind] += 1
        self._dissent += bool(result.dissent)
        self._declined += len(result.declined)
        if result.support is not None:
            self._unsupported.add(result.support, name[: self._screen.width])
            self._disputed += bool(result.disputes)
            for expert, mean in result.support_by_expert().items():
                total, count = self._supports.get(expert, (0.0, 0))
                self._supports[expert] = (total + mean, count + 1)
        if result.answer is None or result.agreement is None:
            return
        self._answered += 1
        self._agreement += result.agreement
        if result.agreement < _LOW:
            self._low += 1
            self._lowest.add(result.agreement, name[: self._screen.width])


class _Lowest:
    """The `most` lowest of many values with their names; of equal ones the first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.count = 0
        # A heap whose root is the highest: (-value, -place, name).
        self._heap: list[tuple[float, int, str]] = []

    def add(self, value: float, name: str) -> None:
        """Take a value."""
        self.count += 1
        entry = (-value, -self.count, name)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def found(self) -> list[tuple[float, str]]:
        """Return the lowest values with their names, in ascending order."""
        return [(-value, name) for value, _, name in sorted(self._heap, reverse=True)]
