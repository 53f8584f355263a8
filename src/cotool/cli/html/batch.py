"""The report on many questions: their agreement, and one row per question that unfolds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.html import opinions
from cotool.cli.html.data_table import Cell, Row, TableColumn, data_table, row
from cotool.cli.html.experts import experts
from cotool.cli.html.markup import Html, brief, clipped, element, join, said
from cotool.cli.html.page import Section, page
from cotool.cli.html.parts import bar, chart, columns, figures, note, option, plain_table, points
from cotool.consensus.report.overall import Lowest, Overall, standing
from cotool.text import percent, plural

if TYPE_CHECKING:
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
    TableColumn("question", kind="text"),
    TableColumn("answer", kind="text"),
    TableColumn("agreement", number=True),
    TableColumn("", kind="drawn", wide=True, sorts=False),
    TableColumn("confidence", number=True, wide=True),
    TableColumn("experts", number=True, wide=True),
    TableColumn("clusters", number=True, wide=True),
)


class BatchPage:
    """Takes results one at a time; counts all, and keeps the rows with the least agreement."""

    def __init__(self, sources: Sequence[str], most: int = MOST_QUESTIONS) -> None:
        self._sources = sources
        self._overall = Overall()
        self._agreements = [0] * _STEPS
        self._answers: Counter[str] = Counter()
        self._inside: Counter[str] = Counter()
        self._unsupported: Lowest[tuple[object, ...]] = Lowest(_LEAST_SUPPORTED)
        self._rows: Lowest[Row] = Lowest(most)

    def add(self, result: Consensus) -> None:
        """Take one result."""
        self._overall.add(result)
        for cluster in result.clusters:
            self._answers.update(cluster.members)
            if cluster.id == 0:
                self._inside.update(cluster.members)
        name = result.question or result.id or f"question {self._overall.questions}"
        if result.support is not None:
            lone = f"{result.unsupported:,} of {len(result.stated):,}"
            disputes = f"{len(result.disputes):,}"
            cells = (brief(name, _MOST_QUESTION), percent(result.support), lone, disputes)
            self._unsupported.add(result.support, cells)
        agreement = 0.0
        if result.answer is not None and result.agreement is not None:
            agreement = result.agreement
            self._agreements[min(int(agreement * _STEPS), _STEPS - 1)] += 1
        if self._rows.takes(agreement):
            self._rows.add(agreement, _row(result, name))

    def page(self, store: Store | None = None) -> str:
        """Return the page."""
        present = set(self._answers)
        judged = "" if store is None else experts(store, present)
        return page(
            kind="Consensus",
            title=plural(self._overall.questions, "question"),
            lead=self._lead(),
            sections=[
                Section("agreement", "How far they agree", self._distribution()),
                Section("support", "Support of statements", self._support()),
                Section("questions", "Questions", self._questions()),
                Section("experts", "Experts", judged),
                Section("with", "Who agrees with the consensus", self._with_the_consensus()),
            ],
            sources=self._sources,
        )

    def _lead(self) -> Html:
        overall, low = self._overall, sum(self._agreements[: _STEPS // 2])
        declined = ("declined to answer", f"{overall.declined:,}", "responses")
        return join(
            figures(
                ("mean agreement", overall.mean, ""),
                ("agreement under 50 %", f"{low:,}", _part(low, overall.answered)),
                ("with dissent", f"{overall.dissent:,}", _part(overall.dissent, overall.questions)),
                ("without an answer", f"{overall.questions - overall.answered:,}", ""),
                *([declined] if overall.declined else []),
                ("experts", f"{len(self._answers):,}", ""),
            ),
            note(f"Kinds of answers: {overall.kinds}") if overall.kinds else "",
        )

    def _distribution(self) -> Html:
        if self._overall.answered < 2:
            return join()
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
        return chart(picture, below=axis, table=table)

    def _support(self) -> Html:
        """Return the questions whose answers are supported least, and experts by their support."""
        if not self._unsupported.count:
            return join()
        parts: list[object] = [
            plain_table(
                "Questions with the least support of the answer's statements",
                ("question", "support", "unsupported", "disputes"),
                (cells for _, cells in self._unsupported.found()),
            )
        ]
        means = self._overall.by_support()
        if 1 < len(means) <= _MOST_EXPERTS:
            parts += [
                element("h3", "Mean support by expert"),
                plain_table(
                    "Mean support by expert",
                    ("expert", "support", "questions"),
                    (
                        (opinions.names([name]), percent(mean), f"{count:,}")
                        for name, mean, count in means
                    ),
                ),
                note("Support by others is not being right: experts err together."),
            ]
        return join(*parts)

    def _questions(self) -> Html:
        rows, count = self._rows.in_order(), self._overall.questions
        if not rows:
            return join()
        left_out = count - len(rows)
        remark: Html | str = ""
        if left_out:
            remark = note(
                f"Of {count:,} questions the {len(rows):,} with the least agreement are "
                f"listed; {left_out:,} are left out. ",
                option("--format jsonl"),
                " has all.",
            )
        groups = Counter(row.group for row in rows)
        table = data_table(
            "questions-table", "Questions", _COLUMNS, rows,
            search="filter", groups=dict(groups.most_common()),
        )  # fmt: skip
        return join(remark, table)

    def _with_the_consensus(self) -> Html:
        if not 1 < len(self._answers) <= _MOST_EXPERTS:
            return join()
        rows = []
        for name, count in self._answers.items():
            share = self._inside[name] / count
            rows.append(
                row(
                    opinions.names([name]),
                    Cell(percent(share), share),
                    bar(share),
                    Cell(f"{self._inside[name]:,} of {count:,}", count),
                )
            )
        rows.sort(key=lambda row: -float(row.cells[1].key or 0))
        table = data_table(
            "with-table", "Experts by how often they agree with the consensus",
            (
                TableColumn("expert", kind="path"),
                TableColumn("share", number=True),
                TableColumn("", kind="drawn", sorts=False, wide=True),
                TableColumn("questions", number=True),
            ),
            rows, sorted_by=1,
        )  # fmt: skip
        remark = note(
            "Agreeing with the consensus does not mean being right, because experts share errors."
        )
        return join(table, remark)


def _row(result: Consensus, name: str) -> Row:
    answer: object = element("i", "no answer")
    if result.answer is not None:
        answer = brief(result.answer, _MOST_ANSWER)
    agreement = result.agreement if result.agreement is not None else -1.0
    confidence = result.confidence if result.confidence is not None else -1.0
    return row(
        brief(name, _MOST_QUESTION),
        answer,
        Cell(percent(result.agreement), agreement),
        bar(max(agreement, 0.0), "low" if agreement < 0.5 else ""),
        Cell(percent(result.confidence), confidence),
        Cell(f"{len(result.experts)}", len(result.experts)),
        Cell(f"{len(result.clusters)}", len(result.clusters)),
        more=_details(result, name),
        group=result.kind,
    )


def _details(result: Consensus, name: str) -> Html:
    parts: list[object] = []
    if len(name) > _MOST_QUESTION:
        parts.append(element("p", said(name, _MOST_TEXT)))
    words = [f"{result.kind}, method {result.method}", standing(result)]
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
    return join(*parts)


def _part(count: int, total: int) -> str:
    return f"{percent(count / total)} of them" if total else ""
