"""The report on one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.html import opinions, statements
from cotool.cli.html.experts import experts
from cotool.cli.html.heatmap import heat_map
from cotool.cli.html.markup import Html, brief, clipped, element, join, said
from cotool.cli.html.page import MOST_HEADING, Section, page
from cotool.cli.html.parts import figures, note, points, unfolding
from cotool.consensus.report.overall import standing
from cotool.consensus.report.similarities import by_cluster
from cotool.text import percent, plural

if TYPE_CHECKING:
    from cotool.consensus import Store
    from cotool.consensus.model import Consensus

_MOST_CLUSTERS = 24
_MOST_CHARACTERS = 6_000
_MOST_CONTENT = 50_000
_MOST_NOTE = 200
_MOST_POINT = 2_000
_MOST_POINTS = 100
_SHORT_ANSWER = 60


def question_page(result: Consensus, *, sources: Sequence[str], store: Store | None = None) -> str:
    """Return everything about one question as a page."""
    judged = "" if store is None else experts(store, set(result.experts))
    how = result.metric or "same answer"
    sections = [
        Section("disputes", "What is disputed", statements.disputes(result)),
        Section("statements", "What they state", statements.table(result)),
        Section("clusters", "Clusters", _clusters(result)),
        Section("insights", "Insights", opinions.insights(result.insights)),
        Section("matrix", f"Agreement matrix ({how})", _matrix(result, how)),
        Section("experts", "Experts", judged),
        Section("why", "Why this answer", _sentences(result.explanation)),
        Section("warnings", "Warnings", _sentences(result.warnings)),
    ]
    return page(
        kind="Consensus",
        title=result.question or result.id or "Question",
        lead=_lead(result),
        sections=sections,
        sources=sources,
    )


def _figures(result: Consensus) -> Iterator[tuple[str, str, str]]:
    judged = "from agreement, not calibrated"
    if result.judgements is not None:
        judged = f"calibrated on {plural(round(result.judgements), 'judgement')}"
        if result.confidence_interval is not None:
            low, high = map(percent, result.confidence_interval)
            judged = f"95 % interval {low} to {high}, {judged}"
    yield "agreement", percent(result.agreement), standing(result)
    yield "confidence", percent(result.confidence), judged
    yield "kind", result.kind, f"method {result.method}"
    yield "clusters", f"{len(result.clusters):,}", f"dissent: {len(result.dissent):,}"
    if result.declined:
        who = clipped(", ".join(result.declined), _MOST_NOTE)
        yield "declined to answer", f"{len(result.declined):,}", who
    if result.interval is not None:
        least, most = result.interval
        yield "95 % interval", f"{least:.4g} to {most:.4g}", "of the combined number"
    if result.support is not None:
        lone = f"{result.unsupported:,} of {plural(len(result.stated), 'statement')} unsupported"
        disputes = plural(len(result.disputes), "dispute")
        yield "support", percent(result.support), f"{lone}, {disputes}"


def _lead(result: Consensus) -> Html:
    if result.answer is None:
        return element("p", "No answer: no response could be used.", class_="answer")
    short = result.metric is None and len(result.answer) <= _SHORT_ANSWER
    shaded = None
    if result.expert in result.experts:
        row = result.experts.index(result.expert)
        shaded = statements.shaded(result.answer, row, result, _MOST_CHARACTERS, reached=True)
    answer = element(
        "blockquote",
        said(result.answer, _MOST_CHARACTERS) if shaded is None else shaded,
        class_="answer short" if short else "answer",
    )
    words = f"in the words of {clipped(result.expert, _MOST_NOTE)}" if result.expert else ""
    if result.left_out is not None:
        words += f"; {result.left_out:,} of {plural(len(result.stated), 'statement')} left out"
    whole: Html | str = ""
    if result.content is not None and result.content.strip() != result.answer.strip():
        whole = unfolding(
            f"The whole response of {clipped(result.expert or '–', _MOST_NOTE)}",
            element("blockquote", said(result.content, _MOST_CONTENT)),
        )
    name = result.question or result.id
    asked = unfolding("The whole question", element("blockquote", said(name, _MOST_CONTENT)))
    return join(
        asked if len(name) > MOST_HEADING else "",
        answer,
        statements.legend(result) if result.statements else "",
        note(said(words, _MOST_NOTE)) if words else "",
        whole,
        figures(*_figures(result)),
    )


def _clusters(result: Consensus) -> Html:
    if not result.clusters:
        return join()
    marks: Html | str = ""
    if result.dissent and not result.statements and result.metric is not None:
        marks = note(
            element("mark", "Marked"),
            " are words and numbers that tell an answer from the consensus, and those that the "
            "consensus has and others lack.",
        )
    cards = opinions.clusters(result, most=_MOST_CLUSTERS, characters=_MOST_CHARACTERS)
    return join(marks, cards, opinions.answered(result))


def _matrix(result: Consensus, how: str) -> Html:
    if result.matrix is None or len(result.experts) < 2:
        return join()
    label = f"Similarity of answers ({how}), by cluster"
    return heat_map(result.experts, result.matrix.row, by_cluster(result), label)


def _sentences(texts: Sequence[str]) -> Html:
    items: list[object] = [brief(text, _MOST_POINT) for text in texts[:_MOST_POINTS]]
    if len(texts) > _MOST_POINTS:
        items.append(f"{len(texts) - _MOST_POINTS:,} more")
    return points(items)
