"""What consensus reads and what it returns: frozen dataclasses, and their JSON form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cotool._lazy import stand_ins
from cotool._records import dataclass, field, is_record
from cotool._typing import TYPE_CHECKING, Any
from cotool.text import percent

with stand_ins("cotool.io.dataframes"):
    from cotool.io import dataframes

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from cotool._fast.base.matrix import Matrix
    from cotool.io.dataframes import TableData

SCHEMA = "cotool.consensus/1"
_MOST_INSIGHTS = 5  # in a notebook


@dataclass(frozen=True, slots=True)
class Response:
    """One expert's answer to one question.

    `confidence` is the expert's own, 0 to 1, None if it is unknown; `timestamp` is seconds
    since the Unix epoch; `where` says where the response was read ("answers.json, response 3").
    `sample_of` is the expert's bare name if one expert answered the question several times and
    this answer was renamed `name#2`: such answers share the expert's weight. `as_written` says that
    the answer is a code or an option, which is compared as it is written.
    """

    content: str
    expert_name: str
    confidence: float | None = None
    timestamp: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    embedding: Sequence[float] | None = None
    where: str = ""
    sample_of: str | None = None
    as_written: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the responses to it, in input order. `id` is what responses are joined on."""

    id: str
    text: str
    responses: tuple[Response, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """Responses that agree. `share` is of the total weight, 0 to 1."""

    id: int
    answer: str
    members: tuple[str, ...]
    indices: tuple[int, ...]
    share: float
    cohesion: float | None


@dataclass(frozen=True, slots=True)
class Dissent:
    """An answer outside the consensus, and what sets it apart from the consensus answer.

    `similarity` is to the consensus answer; `only_here` and `only_in_consensus` are distinguishing
    words; `numbers` are numbers stated here and not there; `negation` says that one of the two
    denies what the other affirms.
    """

    experts: tuple[str, ...]
    answer: str
    share: float
    similarity: float | None
    only_here: tuple[str, ...] = ()
    only_in_consensus: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    consensus_numbers: tuple[str, ...] = ()
    negation: bool = False

    @property
    def differences(self) -> list[tuple[str, tuple[str, ...]]]:
        """The words and numbers that only one of the two has, each with a label for people."""
        found = (
            ("only here", self.only_here),
            ("only in the consensus", self.only_in_consensus),
            ("numbers here", self.numbers),
            ("numbers in the consensus", self.consensus_numbers),
        )
        return [(label, words) for label, words in found if words]


@dataclass(frozen=True, slots=True)
class ConflictingValue:
    """A value of a statement, and another one in its place, with the experts who say the other."""

    value: str
    other: str
    experts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a response, and what the others say about it.

    It is `content[start:end]` of the response with the number `response`. `support` is 0 (nobody
    else says so) to 1; `experts` are all who say so, the author first; `values` are its names and
    numbers. Statements of the same `group` say the same.
    """

    text: str
    experts: tuple[str, ...]
    response: int
    start: int
    end: int
    support: float
    supporters: tuple[str, ...]
    contradicting: tuple[str, ...]
    conflicts: tuple[ConflictingValue, ...]
    values: tuple[str, ...]
    group: int

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: the fields in their order."""
        return _fields_of(self)


@dataclass(frozen=True, slots=True)
class DisputedValue:
    """One side of a dispute: a value, who says so, and the places of the statements that do."""

    value: str
    experts: tuple[str, ...]
    statements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """Values in the same place of what experts state; most experts first.

    With `negation` the values are "affirmed" and "denied".
    """

    sides: tuple[DisputedValue, ...]
    negation: bool = False


@dataclass(frozen=True, slots=True)
class Insight:
    """One finding with its evidence. `evidence` holds the numbers that `message` states."""

    kind: str
    message: str
    experts: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consensus:
    """The consensus on one question.

    `answer` is None if no response could be used. `agreement`, 0 to 1, is the share of the
    experts' weight that supports the answer; for texts, each expert in the answer's cluster
    counts as far as its text is similar to it. `confidence` is derived from agreement alone,
    smoothed for few experts, and is not a calibrated probability (see `explanation`). `expert`
    gave the answer that is shown, in the words of `content`. `answers` holds what was extracted
    from each response, `matrix` pairwise similarities, both in the order of `experts`; `metric`
    is None if responses are similar only by giving the same answer. `judgements` is the number of
    judged answers by which `confidence` is calibrated, or None. A calibrated confidence is a
    probability, and `confidence_interval` is its 95 % interval. `declined` names the
    experts who refused to answer or said that they do not know: they are not among `experts`.
    If `answer` combines numbers on a scale, it is rounded; `value` is the number itself, in the
    unit of `answer`, and `interval` its 95 % interval.
    For texts of several statements, `statements` holds those of all responses, `disputes` what is
    disputed among them, and `support` is the mean support of the statements of `expert`.
    """

    question: str
    answer: str | None
    kind: str
    method: str
    confidence: float | None = None
    agreement: float | None = None
    clusters: tuple[Cluster, ...] = ()
    dissent: tuple[Dissent, ...] = ()
    insights: tuple[Insight, ...] = ()
    id: str = ""
    expert: str | None = None
    content: str | None = None
    experts: tuple[str, ...] = ()
    answers: tuple[str | None, ...] = ()
    metric: str | None = None
    clustering: str | None = None
    threshold: float | None = None
    matrix: Matrix | None = None
    explanation: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    judgements: float | None = None
    declined: tuple[str, ...] = ()
    support: float | None = None
    statements: tuple[Statement, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    confidence_interval: tuple[float, float] | None = None
    interval: tuple[float, float] | None = None
    value: float | None = None

    @property
    def stated(self) -> tuple[Statement, ...]:
        """The statements of the response that is shown."""
        return tuple(one for one in self.statements if one.experts[0] == self.expert)

    @property
    def unsupported(self) -> int | None:
        """How many of these no other response supports; None if there are no statements."""
        if self.support is None:
            return None
        return sum(not one.supporters for one in self.stated)

    @property
    def left_out(self) -> int | None:
        """How many of these are not in a text made of statements; None for another answer."""
        answer = self.answer
        if self.method != "supported" or answer is None or answer == (self.content or "").strip():
            return None
        return sum(f"{one.text} [" not in answer for one in self.stated)

    def support_by_expert(self) -> dict[str, float]:
        """The mean support of each expert's statements; empty if there are no statements."""
        found: dict[int, list[float]] = {}
        for one in self.statements:
            found.setdefault(one.response, []).append(one.support)
        return {self.experts[row]: sum(own) / len(own) for row, own in found.items()}

    def to_dict(self, *, matrix: bool = True) -> dict[str, Any]:
        """Return the JSON form, `cotool.consensus/1`: the fields in their order, then `schema`.

        Numbers are rounded to six decimals, except the value of an answer and its interval. With
        `matrix=False`, the matrix is None.
        """
        document = _fields_of(self, "matrix")
        if matrix and self.matrix is not None:
            document["matrix"] = _json_form(self.matrix.tolist())
        document["schema"] = SCHEMA
        return document

    def to_pandas(self) -> pd.DataFrame:
        """One row per expert: answer, cluster, similarity to the expert whose answer is shown.

        Raises MissingExtraError without pandas.
        """
        return self._by_expert().to_pandas()

    def to_polars(self) -> pl.DataFrame:
        """Return the same with polars. Raises MissingExtraError without it."""
        return self._by_expert().to_polars()

    def _by_expert(self) -> TableData:
        cluster_of = {i: cluster for cluster in self.clusters for i in cluster.indices}
        chosen = self.experts.index(self.expert) if self.expert in self.experts else None
        similar = None if self.matrix is None or chosen is None else self.matrix.row(chosen)
        rows = []
        for i, expert in enumerate(self.experts):
            cluster = cluster_of.get(i)
            rows.append(
                (
                    expert,
                    self.answers[i],
                    None if cluster is None else cluster.id,
                    cluster is not None and cluster.id == 0,
                    None if cluster is None else cluster.share,
                    None if similar is None else float(similar[i]),
                )
            )
        return dataframes.table_of(
            ("expert", "answer", "cluster", "in_consensus", "cluster_share", "similarity"), rows
        )

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        agreement, confidence = percent(self.agreement), percent(self.confidence)
        clusters = dataframes.table_of(
            ("share", "experts", "answer"),
            ((percent(one.share), ", ".join(one.members), one.answer) for one in self.clusters),
        )
        parts = [
            dataframes.heading(self.question or "Consensus"),
            dataframes.line("no answer" if self.answer is None else self.answer),
            dataframes.line(
                f"agreement {agreement} · confidence {confidence} · {self.kind} by {self.method}"
            ),
            dataframes.as_html(clusters, "clusters"),
        ]
        if self.insights:
            found = ((one.kind, one.message) for one in self.insights[:_MOST_INSIGHTS])
            parts.append(dataframes.as_html(dataframes.table_of(("insight", "what"), found)))
        return "<div>" + "".join(parts) + "</div>"


def _fields_of(item: Any, empty: str = "") -> dict[str, Any]:
    """Return the fields of a dataclass by name, in their JSON forms; `empty` is None."""
    document: dict[str, Any] = {}
    for name in item.__slots__:
        value = None if name == empty else getattr(item, name)
        exact = type(value) in _AS_THEY_ARE or name in _EXACT
        document[name] = value if exact else _json_form(value)
    return document


def _json_form(value: Any) -> Any:
    """Return the JSON form of a value: numbers rounded, tuples as lists, dataclasses as objects."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, (tuple, list)):
        return [one if type(one) in _AS_THEY_ARE else _json_form(one) for one in value]
    if is_record(value):
        return _fields_of(value)
    if isinstance(value, (dict, Mapping)):
        return {key: _json_form(item) for key, item in value.items()}
    return value


# Fields of any size and unit.
_EXACT = frozenset({"value", "interval"})
_AS_THEY_ARE = frozenset([str, int, bool, type(None)])
