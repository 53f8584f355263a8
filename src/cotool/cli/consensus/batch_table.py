"""A batch as a table that is printed row by row, so memory does not grow."""

from __future__ import annotations

from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.layout import Indent, Text
from cotool.cli.shared.screen import fitted
from cotool.consensus.report.overall import Lowest, Overall
from cotool.text import and_more, one_line, percent, plural

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
        self._overall = Overall()
        self._lowest: Lowest[str] = Lowest(_LISTED)
        self._unsupported: Lowest[str] = Lowest(_LEAST_SUPPORTED)

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
        overall, low = self._overall, self._lowest.count
        if not overall.questions:
            return
        parts = [plural(overall.questions, "question")]
        if overall.answered:
            parts.append(f"mean agreement {overall.mean}")
        if overall.questions > overall.answered:
            parts.append(f"{overall.questions - overall.answered:,} without an answer")
        parts.append(f"dissent on {overall.dissent:,}")
        if overall.declined:
            parts.append(f"{plural(overall.declined, 'refusal')}")
        self._screen.print(Text(), Text(" · ".join(parts)), Text(f"kinds: {overall.kinds}"))
        if low:
            of = f"{plural(low, 'question')} with agreement under {percent(_LOW)}"
            which = f"; the lowest {_LISTED}" if low > _LISTED else ""
            self._screen.print(Text(f"{of}{which}:"))
        self._list(self._lowest)
        self._statements()

    def _list(self, lowest: Lowest[str]) -> None:
        for low, name in lowest.found():
            text = f"  {percent(low):>5}  "
            self._screen.print(Text(text + fitted(name, self._screen.width - len(text))))

    def _statements(self) -> None:
        """Print how far the statements of long answers are supported."""
        count = self._unsupported.count
        if not count:
            return
        which = f"; the lowest {_LEAST_SUPPORTED}" if count > _LEAST_SUPPORTED else ""
        disputed = f", {self._overall.disputed:,} with disputes" if self._overall.disputed else ""
        asked = plural(count, "question")
        self._screen.print(Text(f"support of statements on {asked}{disputed}{which}:"))
        self._list(self._unsupported)
        ranked = self._overall.by_support()
        if len(ranked) > 1:
            shown = [f"{one_line(name)} {percent(mean)}" for name, mean, _ in ranked[:_EXPERTS]]
            listed = and_more(shown, len(ranked))
            self._screen.print(Text(f"mean support by expert: {listed}"))

    def _line(self, question: str, answer: str, numbers: tuple[str, ...], style: str) -> Text:
        texts = fitted(question, self._question_width), fitted(answer, self._answer_width)
        # A confidence of 100 % takes a part of the gap before it.
        cells = [
            f"{cell:>{len(_GAP + name)}}"
            for name, cell in zip(self._numbers, numbers, strict=False)
        ]
        return Text(_GAP.join(texts) + "".join(cells), style=style, no_wrap=True)

    def _count(self, result: Consensus, name: str) -> None:
        self._overall.add(result)
        if result.support is not None:
            self._unsupported.add(result.support, name[: self._screen.width])
        if result.answer is not None and result.agreement is not None and result.agreement < _LOW:
            self._lowest.add(result.agreement, name[: self._screen.width])
