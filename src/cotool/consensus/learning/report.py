"""All that is known about a group of experts, for people and programs."""

from __future__ import annotations

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.learning.evidence import describe, groups, panel, reliability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cotool.consensus.learning.ballots import Ballot
    from cotool.consensus.learning.learned import Learned
    from cotool.consensus.learning.remembered import Remembered
    from cotool.consensus.learning.store import Store

SCHEMA = "cotool.experts-report/1"
# The panel is chosen on this many of the latest questions.
PANEL_QUESTIONS = 300
# From this many judged questions on, the panel is chosen by right answers, not by agreement.
FEWEST_JUDGED = 20
# The most experts for which panels are tried.
MOST_TRIED = 40


@dataclass(frozen=True, slots=True)
class Panel:
    """The fewest experts that reach 95 % of the accuracy of all, in the order to ask them.

    `accuracy` is that of the experts up to each, on `questions`, of which those that are forgotten
    in part count in part; `by_agreement` says that too few right answers are known, so the
    consensus of all was used instead.
    """

    experts: tuple[str, ...]
    accuracy: tuple[float, ...]
    questions: int
    by_agreement: bool


def panel_of(learned: Learned, questions: Iterable[Remembered]) -> Panel | None:
    """The panel, None if no questions are remembered, or too many experts to try."""
    judged: list[tuple[Ballot, str]] = []
    said: list[tuple[Ballot, str]] = []
    for one in questions:
        ballot = one.ballot()
        if not ballot.votes:
            continue
        if (right := one.judged()) is not None:
            judged.append(right)
        if one.said is not None:
            said.append((ballot, one.said))
        elif len(ballot.votes) > 1 and len(said) < PANEL_QUESTIONS:
            said.append((ballot, learned.predict([ballot])[0].best))
    by_agreement = len(judged) < FEWEST_JUDGED
    rows = (said if by_agreement else judged)[:PANEL_QUESTIONS]
    names = {name for ballot, _ in rows for name in ballot.votes}
    if len(rows) < FEWEST_JUDGED or not 1 < len(names) <= MOST_TRIED:
        return None
    counts = [
        learned.known[ballot.question].share if ballot.question in learned.known else 1.0
        for ballot, _ in rows
    ]
    chosen = panel(learned, rows, [1.0] * len(rows) if by_agreement else counts)
    return Panel(
        tuple(name for name, _ in chosen),
        tuple(share for _, share in chosen),
        len(rows),
        by_agreement,
    )


def ranked(learned: Learned, topic: str = "") -> list[str]:
    """Experts, the most reliable first; those of one topic by their record on it."""

    def rank(name: str) -> tuple[float, str]:
        one = learned.experts[name]
        return -reliability(one.topics[topic] if topic else one.total).share, name

    names = [name for name, one in learned.experts.items() if not topic or topic in one.topics]
    return sorted(names, key=rank)


def report(store: Store) -> dict[str, Any]:
    """The report as JSON: every expert, groups of copies, the panel."""
    learned = store.read()
    chosen = panel_of(learned, store.questions())
    errors = learned.weight_errors()
    return {
        "experts": [describe(learned, name, errors) for name in ranked(learned)],
        "copies": groups(learned),
        "panel": None
        if chosen is None
        else {
            "experts": list(chosen.experts),
            "accuracy": [round(share, 4) for share in chosen.accuracy],
            "questions": chosen.questions,
            "by_agreement": chosen.by_agreement,
        },
        "judged": round(learned.judged, 2),
        "questions": round(learned.questions, 2),
        "calibrated_on": round(learned.trust().calibration.judged, 2),
        "calibration": [
            {
                "stated": round(one.stated, 4),
                "right": round(one.right, 4),
                "questions": round(one.questions, 2),
            }
            for one in learned.trust().calibration.bins
        ],
        "settings": store.settings(),
        "schema": SCHEMA,
    }
