"""A question that the store remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cotool._records import dataclass, field
from cotool.consensus.learning.ballots import Ballot
from cotool.text import plural

# Stands between accepted answers, and between a kind and its unit, in a column of the store.
ACCEPTED = "\x1f"

# Questions without an answer in common with those of one id that are reported, if they are most.
FEWEST_STRANGE = 5


@dataclass(slots=True)
class Remembered:
    """A question that was seen. `votes` are normal forms; None if an expert stated no answer.

    `truth` and `scores` are the feedback that was learned from, `agreed` says that its agreement
    was learned from; `said` is the consensus at that time. Several answers that are accepted are
    joined by ACCEPTED. `unit` is what numbers count.
    """

    id: str
    text: str
    topic: str
    votes: dict[str, str | None]
    kind: str
    said: str | None = None
    truth: str | None = None
    scores: dict[str, float] = field(default_factory=dict)
    agreed: bool = False
    unit: str = ""

    @property
    def accepted(self) -> list[str]:
        """The right answers, the most frequent first; empty if none is known."""
        return [] if self.truth is None else self.truth.split(ACCEPTED)

    def judged(self) -> tuple[Ballot, str] | None:
        """Those who stated an answer, and the right answer; all accepted ones count as it."""
        if not self.accepted:
            return None
        right, *also = self.accepted
        ballot = self.ballot()
        votes = {e: right if own in also else own for e, own in ballot.votes.items()}
        return ballot._replace(votes=votes), right

    def said_texts(self) -> list[tuple[str, str]]:
        """The answers as texts, with their unit, and in normal form."""
        values = dict.fromkeys(value for value in self.votes.values() if value is not None)
        return [(f"{value} {self.unit}" if self.unit else value, value) for value in values]

    def ballot(self) -> Ballot:
        """Those who stated an answer."""
        return Ballot(
            self.id, {e: value for e, value in self.votes.items() if value is not None}, self.topic
        )

    def is_taught(self) -> bool:
        """Whether anything was learned from it."""
        return self.agreed or self.truth is not None or bool(self.scores)


def clean(text: str) -> str:
    """A text as every database can hold it: no NUL, no half of a surrogate pair."""
    text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def strange(questions: Sequence[Remembered], before: Mapping[str, Remembered]) -> Iterator[str]:
    """Yield a warning if most known questions get answers that nobody gave before."""
    asked = [(one, old) for one in questions if (old := before.get(one.id))]
    new = [
        (one.id, {value for name, value in one.votes.items() if name not in old.votes}, old)
        for one, old in asked
    ]
    new = [row for row in new if row[1] - {None}]
    alone = [name for name, values, old in new if not values & {*old.votes.values(), *old.accepted}]
    if len(alone) >= FEWEST_STRANGE and 2 * len(alone) > len(new):
        yield (
            f"of {plural(len(new), 'known question')} with answers of other experts, "
            f"{len(alone):,} share no answer with the earlier ones, such as {alone[0]!r}. If these "
            "are other questions, give them other ids"
        )
