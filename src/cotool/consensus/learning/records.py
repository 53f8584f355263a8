"""The history of experts: counts and sums, which add up and can be stored."""

from __future__ import annotations

from cotool._records import asdict, dataclass, field, fields
from cotool._typing import Any

# How many labels are remembered for an expert, the most frequent ones.
MOST_LABELS = 64
# What agreement counts of a judgement.
WEAK = 0.2
# Questions after which half of the recent record, which shows trends, is forgotten.
RECENT = 20.0


@dataclass(slots=True)
class Judgements:
    """Judgements of one expert: of answers known to be right or wrong, and scores from 0 to 1.

    `root` sums the scores' square roots: judges' scores are mostly near 0 or 1, and means of roots
    vary less. `agreed` of `compared` is how often agreement took the expert to be right (the
    weaker evidence).
    """

    judged: float = 0.0
    correct: float = 0.0
    scored: float = 0.0
    score: float = 0.0
    root: float = 0.0
    compared: float = 0.0
    agreed: float = 0.0

    @property
    def number(self) -> float:
        """How many judgements there are; agreement is none."""
        return self.judged + self.scored

    def add(self, other: Judgements, sign: float = 1.0) -> None:
        """Add another tally, or take it away."""
        self.judged += sign * other.judged
        self.correct += sign * other.correct
        self.scored += sign * other.scored
        self.score += sign * other.score
        self.root += sign * other.root
        self.compared += sign * other.compared
        self.agreed += sign * other.agreed

    def scale(self, factor: float) -> None:
        """Forget a part."""
        for one in fields(Judgements):
            setattr(self, one.name, getattr(self, one.name) * factor)

    def fade(self, by: Judgements, factor: float) -> None:
        """Forget a part of the figures that `by` also has: judgements, or agreement."""
        if by.judged or by.scored:
            self.judged *= factor
            self.correct *= factor
            self.scored *= factor
            self.score *= factor
            self.root *= factor
        if by.compared:
            self.compared *= factor
            self.agreed *= factor


@dataclass(slots=True)
class Expert:
    """One expert. Counts are numbers of questions, less what is forgotten.

    `seen`, `right`, `fell`: by kind of question, as _fast/decoys counts them under agreement;
    `said`: the expert's answers by label; `recent` is a tally that halves every RECENT questions.
    """

    answers: float = 0.0
    seen: list[float] = field(default_factory=lambda: [0.0, 0.0])
    right: list[float] = field(default_factory=lambda: [0.0, 0.0])
    fell: list[float] = field(default_factory=lambda: [0.0, 0.0])
    habits: dict[str, float] = field(default_factory=dict)
    said: dict[str, float] = field(default_factory=dict)
    total: Judgements = field(default_factory=Judgements)
    recent: Judgements = field(default_factory=Judgements)
    topics: dict[str, Judgements] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Expert:
        """Return a record from its JSON. Raises TypeError or KeyError if it is not valid."""
        plain = dict(found)
        for name in ("total", "recent"):
            plain[name] = Judgements(**plain[name])
        plain["topics"] = {name: Judgements(**own) for name, own in plain["topics"].items()}
        return cls(**plain)

    def scale(self, factor: float) -> None:
        """Forget a part."""
        self.answers *= factor
        for own in (self.seen, self.right, self.fell):
            own[:] = [value * factor for value in own]
        for table in (self.habits, self.said):
            for label in table:
                table[label] *= factor
        for tally in (self.total, *self.topics.values()):
            tally.scale(factor)

    def add(self, other: Expert) -> None:
        """Add what another store knows of the same expert."""
        self.answers += other.answers
        for own, more in (
            (self.seen, other.seen),
            (self.right, other.right),
            (self.fell, other.fell),
        ):
            own[:] = [a + b for a, b in zip(own, more, strict=True)]
        for table, extra in ((self.habits, other.habits), (self.said, other.said)):
            for label, value in extra.items():
                table[label] = table.get(label, 0.0) + value
        self.total.add(other.total)
        self.recent.add(other.recent)
        for topic, tally in other.topics.items():
            self.topics.setdefault(topic, Judgements()).add(tally)
        self.trim()

    def trim(self) -> None:
        """Keep the most frequent labels."""
        for table in (self.habits, self.said):
            if len(table) > 2 * MOST_LABELS:
                kept = sorted(table.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_LABELS]
                table.clear()
                table.update(kept)


@dataclass(slots=True)
class Pair:
    """Two experts, by name in sorted order: questions that both answered, and how.

    `same`: with the same answer.
    """

    both: float = 0.0
    same: float = 0.0

    def scale(self, factor: float) -> None:
        """Forget a part."""
        self.both *= factor
        self.same *= factor

    def add(self, other: Pair) -> None:
        """Add another pair's counts."""
        self.both += other.both
        self.same += other.same
