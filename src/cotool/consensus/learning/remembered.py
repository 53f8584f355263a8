"""A question that the store remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from cotool.consensus.learning.ballots import Ballot


@dataclass(slots=True)
class Remembered:
    """A question that was seen. `votes` are normal forms; None if an expert stated no answer.

    `truth` and `scores` are the feedback that was learned from, `agreed` says that its agreement
    was learned from; `said` is the consensus at that time.
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
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
