"""The messages of a run on standard error: rows left out, warnings, failures, true conditions."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.exit_codes import BAD_INPUT, FOUND
from cotool.cli.shared.say import say_error, say_warning
from cotool.text import one_line, plural, visible

if TYPE_CHECKING:
    from cotool.cli.shared.conditions import Condition
    from cotool.consensus.learning.lessons import Lessons
    from cotool.consensus.model import Consensus, Question
    from cotool.consensus.read.understood import Understood
    from cotool.errors import CotoolError

_MOST = 5  # messages of each kind; the others are only counted


class Notes:
    """Collects and prints messages beside the results. With `quiet`, only errors.

    `weighed` are the experts with a weight. One that never appears is probably a typo.
    """

    def __init__(
        self,
        conditions: Sequence[Condition[Consensus]],
        *,
        quiet: bool,
        skip_bad: bool,
        weighed: Iterable[str] = (),
    ) -> None:
        self._conditions = conditions
        self._unseen = set(weighed)
        self._quiet = quiet
        self._skip_bad = skip_bad
        self._bad_records = 0
        self._questions = 0
        self._met: Counter[Condition[Consensus]] = Counter()
        self._first: dict[Condition[Consensus], str] = {}
        self._measured = 0
        self._voted = self._all_different = 0
        self.failures = 0

    def warning(self, text: str) -> None:
        """Print a warning."""
        if not self._quiet:
            say_warning(text)

    def understood(self, found: Understood) -> None:
        """Print one line about how the files are read."""
        if not self._quiet:
            print(f"cotool: {visible(found.line())}", file=sys.stderr)

    def bad_record(self, error: CotoolError) -> None:
        """Record a row that is left out."""
        self._bad_records += 1
        if self._bad_records <= _MOST:
            self.warning(f"left out: {error}")

    def failed(self, question: Question, error: CotoolError) -> None:
        """Record a question without a result; it is a warning if bad input is skipped."""
        self._questions += 1
        self.failures += 1
        if self.failures > _MOST:
            return
        message = str(error)
        if question.id not in message:
            message = f"{one_line(question.text or question.id)}: {message}"
        if self._skip_bad:
            self.warning(f"left out: {message}")
            return
        say_error(message, error.hint)

    def answered(self, result: Consensus) -> None:
        """Record a result, and the conditions that are true of it."""
        self._questions += 1
        self._measured += result.metric == "distance"
        if result.method == "vote" and _are_numbers(result):
            self._voted += 1
            self._all_different += all(len(one.members) == 1 for one in result.clusters)
        if self._unseen:
            self._unseen.difference_update(result.experts)
        for condition in self._conditions:
            if condition.holds(result):
                self._met[condition] += 1
                self._first.setdefault(condition, one_line(result.question or result.id))

    def learned(self, report: Lessons, store: str) -> None:
        """Print what was learned, and where it is stored."""
        if self._quiet:
            return
        parts = [
            plural(count, noun)
            for count, noun in (
                (report.truths, "right answer"),
                (report.scores, "scored question"),
                (report.agreement, "question"),
            )
            if count
        ]
        if report.agreement and parts:
            parts[-1] += " by agreement"
        text = "learned from " + (" and ".join(parts) if parts else "nothing new")
        if report.extended:
            again = plural(report.extended, "question")
            text += f"; {again} learned again because the answers changed"
        if report.again:
            text += f"; {plural(report.again, 'question')} skipped: already learned"
        if parts or report.extended or report.again:
            text += f": {visible(store)}"
        print(f"cotool: {text}", file=sys.stderr)
        if report.unmatched:
            self.warning(f"{plural(report.unmatched, 'right answer')} in --truth match no question")
        if report.replaced:
            self.warning(
                f"{plural(report.replaced, 'question')} replaced an earlier one with the same id "
                "and a different text; what was learned from the earlier one is lost. Ids must be "
                "unique"
            )
        if report.twice:
            self.warning(
                f"{plural(report.twice, 'question')} in --truth with scores and a right answer: "
                "only the right answer counts"
            )
        if report.strangers:
            self.warning(
                f"{plural(report.strangers, 'score')} in --truth: the expert did not answer the "
                "question"
            )

    def findings(self, texts: Sequence[str]) -> None:
        """Warn about experts with a suspect history."""
        for text in texts[:_MOST]:
            self.warning(text)
        if len(texts) > _MOST:
            more = len(texts) - _MOST
            self.warning(f"{more:,} more such warnings: cotool experts list")

    def end(self) -> int:
        """Print the totals of rows left out, failures and true conditions; return the exit code."""
        questions = plural(self._questions, "question")
        if self._measured and not self._quiet:
            print(
                f"cotool: the answers to {self._measured:,} of {questions} are numbers on a scale "
                "and were combined; --method vote counts equal answers",
                file=sys.stderr,
            )
        if 2 * self._all_different > self._voted and not self._quiet:
            print(
                f"cotool: the answers to {self._all_different:,} of {questions} are numbers that "
                "all differ. They were voted on; to combine them, use --method weighted",
                file=sys.stderr,
            )
        for expert in sorted(self._unseen):
            self.warning(f"a weight is given for {expert!r}, who answered no question")
        if self._bad_records:
            self.warning(f"{plural(self._bad_records, 'bad row')} left out")
        if self.failures > 1:
            self.warning(f"{self.failures:,} of {questions} failed")
        for condition, count in self._met.items():
            self.warning(
                f"{condition.text} on {count:,} of {questions}, first: {self._first[condition]}"
            )
        if self.failures and not self._skip_bad:
            return BAD_INPUT
        return FOUND if self._met else 0


def _are_numbers(result: Consensus) -> bool:
    """Whether several experts answered, and all by numbers."""
    return len(result.experts) > 1 and (
        result.kind == "number"
        or (
            result.kind == "short"
            and all(one.answer.replace(".", "", 1).isdecimal() for one in result.clusters)
        )
    )
