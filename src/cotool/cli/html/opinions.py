"""The experts' answers: clusters side by side, shares, insights with their evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from cotool._typing import TYPE_CHECKING, Any
from cotool.cli.html import statements
from cotool.cli.html.markup import Html, brief, element, join, marked, words_in
from cotool.cli.html.parts import bar, left_out, note, option, plain_table, unfolding
from cotool.consensus.extract.vocabulary import is_negation
from cotool.text import and_more, percent, plural

if TYPE_CHECKING:
    from cotool.consensus.model import Cluster, Consensus, Dissent, Insight

_MOST_NAMES = 12
_MOST_NAME = 80
_MOST_MESSAGE = 2_000
_MOST_WORDS = 400
_MOST_ANSWERS = 200
_MOST_EVIDENCE = 20
_SHORT_ANSWER = 80


def clusters(result: Consensus, *, most: int, characters: int) -> Html:
    """Return one card per cluster, at most `most`: who, the answer, and what sets it apart."""
    apart = {item.experts: item for item in result.dissent}
    cards = [_card(item, apart.get(item.members), result, characters)
             for item in result.clusters[:most]]  # fmt: skip
    more = len(result.clusters) - len(cards)
    share = sum(cluster.share for cluster in result.clusters[most:])
    what = f"{plural(more, 'more cluster')} with {percent(share)} of the votes left out; "
    rest = note(what, option("--format json"), " has all.") if more > 0 else ""
    return join(element("div", *cards, class_="cards"), rest)


def _card(item: Cluster, apart: Dissent | None, result: Consensus, characters: int) -> Html:
    is_consensus = item.id == 0
    shaded = statements.shaded_cluster(item, result, characters)
    words = [] if result.metric is None else _telling(item, apart, result)
    numbers = [f"{percent(item.share)} of the votes"]
    if item.cohesion is not None:
        numbers.append(f"{percent(item.cohesion)} alike")
    if apart is not None and apart.similarity is not None and result.metric is not None:
        numbers.append(f"{percent(apart.similarity)} similar to the consensus")
    short = result.metric is None and len(item.answer) <= _SHORT_ANSWER
    return element(
        "article",
        element(
            "h3",
            element("span", names(item.members)),
            element("span", "consensus", class_="badge") if is_consensus else "",
        ),
        element("p", bar(item.share, "strong" if is_consensus else ""), class_="share"),
        element("p", " · ".join(numbers), class_="note"),
        element(
            "blockquote",
            marked(item.answer, words, characters) if shaded is None else shaded,
            class_="short" if short else None,
        ),
        _differences(apart) if apart is not None and shaded is None else "",
        class_="card chosen" if is_consensus else "card",
    )


def _telling(item: Cluster, apart: Dissent | None, result: Consensus) -> list[str]:
    """Return the words that set an answer apart; of the consensus, those that some others lack.

    Negations that some other answer lacks are among them.
    """
    if apart is not None:
        words = [*apart.only_here, *apart.numbers]
    else:
        dissent = result.dissent if item.id == 0 else ()
        words = [word for o in dissent for word in (*o.only_in_consensus, *o.consensus_numbers)]
    others = [set(words_in(other.answer)) for other in result.clusters if other is not item]
    words += [
        word
        for word in words_in(item.answer)
        if is_negation(word) and any(word not in other for other in others)
    ]
    return words


def _differences(item: Dissent) -> Html:
    lines = [
        _term(label, brief(", ".join(words), _MOST_WORDS)) for label, words in item.differences
    ]
    if item.negation:
        text = "one of the two denies what the other affirms"
        lines.append(_term("negation", text))
    return element("dl", *lines, class_="apart") if lines else Html("")


def _term(name: str, value: object) -> Html:
    return element("div", element("dt", name), element("dd", value))


def insights(found: Sequence[Insight]) -> Html:
    """Return findings, each with its numbers folded away beneath it; nothing if there are none."""
    items = []
    for insight in found:
        parts: list[object] = [
            element("span", insight.kind, class_="badge"),
            " ",
            brief(insight.message, _MOST_MESSAGE),
        ]
        unnamed = [name for name in insight.experts if name not in insight.message]
        rows: list[list[object]] = [
            [key, brief(_value(value), _MOST_WORDS)] for key, value in insight.evidence.items()
        ]
        if unnamed or rows:
            if unnamed:
                rows.insert(0, ["experts", names(insight.experts)])
            shown = plain_table("Evidence", ("figure", "value"), rows[:_MOST_EVIDENCE], texts=2)
            parts.append(unfolding("evidence", shown))
        items.append(element("li", *parts))
    return element("ul", *items, class_="findings") if items else join()


def _value(value: Any) -> str:
    """Return a figure, however nested, in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, dict):
        few = islice(value.items(), _MOST_NAMES)
        return and_more((f"{key} {_value(item)}" for key, item in few), len(value)) or "–"
    if isinstance(value, (list, tuple)):
        return and_more(map(_value, value[:_MOST_NAMES]), len(value)) or "–"
    return "–" if value is None or value == "" else str(value)


def names(experts: Sequence[str]) -> Html:
    """Return names, at most a dozen."""
    shown = (brief(name, _MOST_NAME) for name in experts[:_MOST_NAMES])
    return Html(and_more(shown, len(experts)))


def answered(result: Consensus) -> Html:
    """Return what was extracted from the answer of each expert; nothing if nothing was."""
    pairs = list(zip(result.experts, result.answers, strict=False))
    if not any(answer is not None for _, answer in pairs):
        return Html("")
    counted: Mapping[str, int] = {
        name: cluster.id for cluster in result.clusters for name in cluster.members
    }
    rows = [
        [names([name]), "–" if answer is None else brief(answer, 60),
         _group(counted.get(name))]
        for name, answer in pairs[:_MOST_ANSWERS]
    ]  # fmt: skip
    return unfolding(
        "What was extracted from each answer",
        plain_table("Answers", ("expert", "answer", "group"), rows, texts=3),
        left_out(len(pairs) - _MOST_ANSWERS, "expert"),
    )


def _group(cluster: int | None) -> str:
    if cluster is None:
        return "–"
    return "with the consensus" if cluster == 0 else "apart"
