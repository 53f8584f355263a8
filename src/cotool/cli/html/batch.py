"""The report on many questions: their agreement, and a row for each that unfolds."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING

from cotool.cli.html import opinions
from cotool.cli.html.experts import experts
from cotool.cli.html.frame import Section, page
from cotool.cli.html.markup import Html, brief, clipped, element, join, said
from cotool.cli.html.parts import bar, chart, columns, figures, note, option, plain_table, points
from cotool.cli.html.tables import Cell, Column, Row, data_table
from cotool.text import percent, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus import Store
    from cotool.consensus.model import Consensus

MOST_QUESTIONS = 2_000
_STEPS = 20  # columns of the histogram of agreement
_MOST_CLUSTERS = 6
_MOST_CHARACTERS = 400
_MOST_QUESTION = 160
_MOST_ANSWER = 120
_MOST_TEXT = 2_000
_MOST_POINTS = 8
_MOST_EXPERTS = 200
_LEAST_SUPPORTED = 10
_COLUMNS = (
    Column("question", kind="text"),
    Column("answer", kind="text"),
    Column("agreement", number=True),
    Column("", kind="drawn", wide=True, sorts=False),
    Column("confidence", number=True, wide=True),
    Column("experts", number=True, wide=True),
    Column("clusters", number=True, wide=True),
)


class BatchPage:
    """Takes results one at a time; counts all, and keeps the rows with the least agreement."""

    def __init__(self, sources: Sequence[str], most: int = MOST_QUESTIONS) -> None:
        self._sources = sources
        self._most = most
        self._count = 0
        self._agreements = [0] * _STEPS
        self._total = 0.0
        self._unanswered = 0
        self._dissent = 0
        self._declined = 0
        self._kinds: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._inside: Counter[str] = Counter()
        # The questions of the least support, as a heap: (-support, -place, cells).
        self._unsupported: list[tuple[float, int, tuple[object, ...]]] = []
        # Of each expert, the sum of the mean supports, and of how many questions.
        self._supports: dict[str, tuple[float, int]] = {}
        # A heap whose root is the row of the greatest agreement: (-agreement, -place, kind, row).
        self._rows: list[tuple[float, int, str, Row]] = []

    def add(self, result: Consensus) -> None:
        """Take one result."""
        self._count += 1
        self._kinds[result.kind] += 1
        self._dissent += bool(result.dissent)
        self._declined += len(result.declined)
        for cluster in result.clusters:
            self._answers.update(cluster.members)
            if cluster.id == 0:
                self._inside.update(cluster.members)
        self._add_support(result)
        agreement = 0.0
        if result.answer is None or result.agreement is None:
            self._unanswered += 1
        else:
            agreement = result.agreement
            self._total += agreement
            self._agreements[min(int(agreement * _STEPS), _STEPS - 1)] += 1
        if len(self._rows) == self._most and -agreement < self._rows[0][0]:
            return
        entry = (-agreement, -self._count, result.kind, _row(result, self._count))
        if len(self._rows) < self._most:
            heapq.heappush(self._rows, entry)
        else:
            heapq.heappushpop(self._rows, entry)

    def _add_support(self, result: Consensus) -> None:
        if result.support is None:
            return
        cells = (
            brief(result.question or result.id or f"question {self._count}", _MOST_QUESTION),
            percent(result.support),
            f"{result.unsupported:,} of {len(result.stated):,}",
            f"{len(result.disputes):,}",
        )
        heapq.heappush(self._unsupported, (-result.support, -self._count, cells))
        if len(self._unsupported) > _LEAST_SUPPORTED:
            heapq.heappop(self._unsupported)
        for name, mean in result.support_by_expert().items():
            total, count = self._supports.get(name, (0.0, 0))
            self._supports[name] = (total + mean, count + 1)

    def page(self, store: Store | None = None) -> str:
        """Return the page."""
        present = set(self._answers)
        judged = experts(store, present) if store is not None else None
        return page(
            kind="Consensus",
            title=plural(self._count, "question"),
            lead=self._lead(),
            sections=[
                self._distribution(),
                self._support(),
                Section("questions", "Questions", self._questions()) if self._rows else None,
                None if judged is None else Section("experts", "Experts", judged),
                self._with_the_consensus(),
            ],
            sources=self._sources,
        )

    def _lead(self) -> Html:
        answered = self._count - self._unanswered
        mean = percent(self._total / answered) if answered else "–"
        low = sum(self._agreements[: _STEPS // 2])
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self._kinds.most_common())
        return join(
            (
                figures(
                    (
                        ("mean agreement", mean, ""),
                        ("agreement under 50 %", f"{low:,}", _part(low, answered)),
                        ("with dissent", f"{self._dissent:,}", _part(self._dissent, self._count)),
                        ("without an answer", f"{self._unanswered:,}", ""),
                        *(
                            [("declined to answer", f"{self._declined:,}", "responses")]
                            if self._declined
                            else []
                        ),
                        ("experts", f"{len(self._answers):,}", ""),
                    )
                ),
                note(f"Kinds of answers: {kinds}") if kinds else "",
            )
        )

    def _distribution(self) -> Section | None:
        if self._count - self._unanswered < 2:
            return None
        width = 100 // _STEPS
        rows = [
            (f"{place * width} to {(place + 1) * width} %", count)
            for place, count in enumerate(self._agreements)
        ]
        axis = element("div", *(element("span", f"{tick} %") for tick in (0, 25, 50, 75, 100)),
                       class_="axis-labels", aria_hidden="true")  # fmt: skip
        table = plain_table(
            "Questions by agreement", ("agreement", "questions"),
            [(name, f"{count:,}") for name, count in rows if count],
        )  # fmt: skip
        picture = columns(rows, "Histogram of agreement")
        return Section("agreement", "How far they agree", chart(picture, below=axis, table=table))

    def _support(self) -> Section | None:
        """Return the questions whose answers are supported least, and experts by their support."""
        if not self._unsupported:
            return None
        parts: list[object] = [
            plain_table(
                "Questions with the least support of the answer's statements",
                ("question", "support", "unsupported", "disputes"),
                (cells for _, _, cells in sorted(self._unsupported, reverse=True)),
            )
        ]
        if 1 < len(self._supports) <= _MOST_EXPERTS:
            means = [
                (total / count, name, count) for name, (total, count) in self._supports.items()
            ]
            parts += [
                element("h3", "Experts by the support of what they state"),
                plain_table(
                    "Experts by the support of what they state",
                    ("expert", "support", "questions"),
                    (
                        (opinions.names([name]), percent(mean), f"{count:,}")
                        for mean, name, count in sorted(means, key=lambda one: (-one[0], one[1]))
                    ),
                ),
                note("Support by others is not being right: experts err together."),
            ]
        return Section("support", "Support of statements", join(parts))

    def _questions(self) -> Html:
        entries = sorted(self._rows, key=lambda entry: -entry[1])
        left_out = self._count - len(entries)
        remark: Html | str = ""
        if left_out:
            remark = note(
                f"Of {self._count:,} questions the {len(entries):,} with the least agreement are "
                f"listed; {left_out:,} are left out. ",
                option("--format jsonl"),
                " has all.",
            )
        groups: Counter[str] = Counter(entry[2] for entry in entries)
        table = data_table(
            "questions-table", "Questions", _COLUMNS, [entry[3] for entry in entries],
            search="filter", groups=dict(groups.most_common()),
        )  # fmt: skip
        return join((remark, table))

    def _with_the_consensus(self) -> Section | None:
        if not 1 < len(self._answers) <= _MOST_EXPERTS:
            return None
        rows = []
        for name, count in self._answers.items():
            share = self._inside[name] / count
            rows.append(
                Row(
                    (
                        Cell(opinions.names([name])),
                        Cell(percent(share), share),
                        Cell(bar(share)),
                        Cell(f"{self._inside[name]:,} of {count:,}", count),
                    )
                )
            )
        rows.sort(key=lambda row: -float(row.cells[1].key or 0))
        table = data_table(
            "with-table", "Experts by how often they agree with the consensus",
            (
                Column("expert", kind="path"),
                Column("share", number=True),
                Column("", kind="drawn", sorts=False, wide=True),
                Column("questions", number=True),
            ),
            rows, sorted_by=1,
        )  # fmt: skip
        remark = note(
            "Agreeing with the consensus does not mean being right, because experts share errors."
        )
        return Section("with", "Who agrees with the consensus", join((table, remark)))


def _row(result: Consensus, place: int) -> Row:
    name = result.question or result.id or f"question {place}"
    answer: object = element("i", "no answer")
    if result.answer is not None:
        answer = brief(result.answer, _MOST_ANSWER)
    agreement = result.agreement if result.agreement is not None else -1.0
    confidence = result.confidence if result.confidence is not None else -1.0
    return Row(
        (
            Cell(brief(name, _MOST_QUESTION)),
            Cell(answer),
            Cell(percent(result.agreement), agreement),
            Cell(bar(max(agreement, 0.0), "low" if agreement < 0.5 else "")),
            Cell(percent(result.confidence), confidence),
            Cell(f"{len(result.experts)}", len(result.experts)),
            Cell(f"{len(result.clusters)}", len(result.clusters)),
        ),
        more=_details(result, name),
        group=result.kind,
    )


def _details(result: Consensus, name: str) -> Html:
    parts: list[object] = []
    if len(name) > _MOST_QUESTION:
        parts.append(element("p", said(name, _MOST_TEXT)))
    words = [f"{result.kind} by {result.method}", opinions.standing(result)]
    if result.id and result.id != result.question:
        words.append(f"id {clipped(result.id, _MOST_ANSWER)}")
    if result.expert:
        words.append(f"in the words of {clipped(result.expert, _MOST_ANSWER)}")
    parts.append(note(said(" · ".join(words))))
    parts.append(opinions.clusters(result, most=_MOST_CLUSTERS, characters=_MOST_CHARACTERS))
    if result.insights:
        parts.append(element("h4", "Insights"))
        parts.append(opinions.insights(result.insights[:_MOST_POINTS]))
    for title, texts in (("Why", result.explanation), ("Warnings", result.warnings)):
        if texts:
            parts.append(element("h4", title))
            parts.append(points(brief(text, _MOST_TEXT) for text in texts[:_MOST_POINTS]))
    return join(parts)


def _part(count: int, total: int) -> str:
    return f"{percent(count / total)} of them" if total else ""
