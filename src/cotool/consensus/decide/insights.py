"""All insights into a question; each states its evidence in numbers.

Nothing is reported from too little data: outliers need five responses, trends five timestamps.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator, Sequence

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.averages import mean, median
from cotool.consensus.decide.claims import NONE, Claims
from cotool.consensus.decide.words import opposition
from cotool.consensus.model import Insight
from cotool.text import and_more

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.words import Words
    from cotool.consensus.model import Cluster, Response

# Responses that an outlier or a trend needs.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """What the insights are drawn from; rows are responses in one order throughout.

    `lexical` holds TF cosines of the texts, `matrix` the similarities that the clusters were
    made from; both are None if the responses are too many to be compared pair by pair. The
    first of `clusters` is the consensus; `index` is the row of the chosen response.
    """

    responses: Sequence[Response]
    texts: Sequence[Words]
    clusters: Sequence[Cluster]
    matrix: Matrix | None
    lexical: Matrix | None
    extracted: bool
    claims: Claims = NONE
    index: int = 0


def names_of(findings: Findings, rows: Sequence[int]) -> tuple[str, ...]:
    """Return the experts of these rows."""
    return tuple(findings.responses[i].expert_name for i in rows)


def listed(names: Sequence[str]) -> str:
    """Return names for a sentence: up to four, or the first three of more."""
    if len(names) > 4:
        return and_more(names[:3], len(names))
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


MOST_DISPUTES = 5
# Characters of a statement in a message.
QUOTED = 100
# Clusters that are compared with each other.
MOST_CLUSTERS = 12
# Two camps: each at least this share, and this close in size.
CAMP_SHARE = 0.3
CAMP_GAP = 0.15


def opposites(findings: Findings) -> Iterator[Insight]:
    """Clusters that say nearly the same words and contradict each other."""
    lexical = findings.lexical
    if findings.extracted or lexical is None:
        return
    shown = findings.clusters[:MOST_CLUSTERS]
    for place, one in enumerate(shown):
        for other in shown[place + 1 :]:
            i, j = one.indices[0], other.indices[0]
            against = opposition(findings.texts[i], findings.texts[j])
            if not against:
                continue
            similarity = lexical[i, j]
            how = (
                "one negates what the other affirms"
                if against.negated
                else f"{', '.join(against.values)} against {', '.join(against.others)}"
            )
            yield Insight(
                "opposites",
                f"{listed(other.members)} against {listed(one.members)}: nearly the same words "
                f"(cosine {similarity:.2f}), but {how}",
                one.members + other.members,
                {
                    "similarity": similarity,
                    "negation": against.negated,
                    "numbers": [list(against.values), list(against.others)],
                },
            )


def disputed_values(findings: Findings) -> Iterator[Insight]:
    """Values that conflict in what experts state, and what some affirm and others deny."""
    statements = findings.claims.statements
    for dispute in findings.claims.disputes[:MOST_DISPUTES]:
        sides = dispute.sides
        who = " against ".join(f"{one.value} ({listed(one.experts)})" for one in sides)
        if dispute.negation:
            who = " and ".join(f"{one.value} by {listed(one.experts)}" for one in sides)
        yield Insight(
            "disputed-value",
            f"{who}: “{_short(statements[sides[0].statements[0]].text)}”",
            tuple(dict.fromkeys(name for one in sides for name in one.experts)),
            {
                "values": {one.value: len(one.experts) for one in sides},
                "statements": [statements[one.statements[0]].text for one in sides],
                "negation": dispute.negation,
            },
        )


def unsupported_claims(findings: Findings) -> Iterator[Insight]:
    """Statements of the answer that nobody else supports."""
    own = findings.claims.of(findings.index)
    alone = [one for one in own if not one.supporters]
    if not alone:
        return
    first = min(alone, key=lambda one: one.support)
    yield Insight(
        "unsupported-claim",
        f"Of the answer's {len(own)} statements, {len(alone)} {'is' if len(alone) == 1 else 'are'} "
        f"supported by nobody else, least of all “{_short(first.text)}” "
        f"(support {first.support:.2f})",
        first.experts[:1],
        {
            "unsupported": len(alone),
            "statements": len(own),
            "support": first.support,
            "statement": first.text,
        },
    )


def _short(text: str) -> str:
    """Return the first words of a text, on one line."""
    line = " ".join(text.split())
    if len(line) <= QUOTED:
        return line
    end = line.rfind(" ", 0, QUOTED - 1)
    return f"{line[: end if end > 0 else QUOTED - 2]} …"


def polarisation(findings: Findings) -> Iterator[Insight]:
    """Two camps of nearly equal size."""
    if len(findings.responses) < 4 or len(findings.clusters) < 2:
        return
    first, second = sorted(findings.clusters, key=lambda cluster: -cluster.share)[:2]
    if min(len(first.indices), len(second.indices)) < 2:
        return
    if second.share < CAMP_SHARE or first.share - second.share > CAMP_GAP:
        return
    matrix = findings.matrix
    between = 0.0 if findings.extracted else None  # votes for different answers
    if matrix is not None:
        between = mean(matrix[i, j] for i in first.indices for j in second.indices)
    message = (
        f"The experts are split {len(first.indices)} to {len(second.indices)}: "
        f"{listed(first.members)} against {listed(second.members)}"
    )
    if not findings.extracted and between is not None:
        message += f" (mean similarity between the camps {between:.2f})"
    yield Insight(
        "polarisation",
        message,
        first.members + second.members,
        {"first_share": first.share, "second_share": second.share, "between_similarity": between},
    )


def confidence_anomalies(findings: Findings) -> Iterator[Insight]:
    """Dissenters with more confidence than the consensus, and a consensus with little."""
    inside = set(findings.clusters[0].indices)
    stated = [(i, r.confidence) for i, r in enumerate(findings.responses)]
    known = [(i, c) for i, c in stated if c is not None]
    ours = [c for i, c in known if i in inside]
    if len(ours) < 2:
        return
    usual = mean(ours)
    for i, confidence in known:
        if i not in inside and confidence >= max(usual, 0.8):
            name = findings.responses[i].expert_name
            yield Insight(
                "confident-dissent",
                f"{name} dissents with confidence {confidence:.2f}; "
                f"the {len(ours)} in the consensus state {usual:.2f} on average",
                (name,),
                {"confidence": confidence, "consensus_mean": usual, "consensus_stated": len(ours)},
            )
    if usual < 0.5:
        yield Insight(
            "unsure-consensus",
            f"Those in the consensus doubt it: {len(ours)} state {usual:.2f} on average",
            names_of(findings, sorted(inside)),
            {"consensus_mean": usual, "consensus_stated": len(ours)},
        )


MOST_THEMES = 5
# Iglewicz and Hoaglin (1993): a modified z-score beyond 3.5 is an outlier.
OUTLIER = 3.5
# Two texts of at least this many words that are this similar are hardly independent.
COPY_WORDS = 20
COPY_SIMILARITY = 0.98


def copies(findings: Findings) -> Iterator[Insight]:
    """Experts whose long texts are nearly the same and do not contradict each other."""
    lexical = findings.lexical
    if lexical is None:
        return
    long_rows = [i for i, text in enumerate(findings.texts) if len(text.words) >= COPY_WORDS]
    left = set(long_rows)
    for i in long_rows:
        if i not in left:
            continue
        row = lexical.row(i)
        twins = [
            j
            for j in sorted(left)
            if j == i
            or (
                j > i
                and row[j] >= COPY_SIMILARITY
                and not opposition(findings.texts[i], findings.texts[j])
            )
        ]
        if len(twins) > 1:
            left -= set(twins)
            similarity = min(lexical[i, j] for j in twins)
            yield Insight(
                "near-identical",
                f"{listed(names_of(findings, twins))} wrote nearly the same text "
                f"(cosine {similarity:.2f} or more over {len(findings.texts[i].words)} words); "
                "they may not be independent",
                names_of(findings, twins),
                {"similarity": similarity, "words": len(findings.texts[i].words)},
            )


def length_outliers(findings: Findings) -> Iterator[Insight]:
    """Texts far longer or shorter than the rest, by the modified z-score on log lengths."""
    lengths = [len(text.words) for text in findings.texts]
    if len(lengths) < ENOUGH or median(lengths) < 5:
        return
    logs = [math.log(length + 1) for length in lengths]
    middle = median(logs)
    spread = median(abs(value - middle) for value in logs)
    # Lengths vary by a tenth even where the median deviation is tiny.
    spread = max(spread, 0.1)
    for i, value in enumerate(logs):
        score = 0.6745 * (value - middle) / spread
        if abs(score) > OUTLIER:
            name = findings.responses[i].expert_name
            usual = median(lengths)
            yield Insight(
                "length-outlier",
                f"{name} wrote {lengths[i]} words where the median is {usual:g} "
                f"(modified z-score {score:+.1f})",
                (name,),
                {"words": lengths[i], "median": usual, "score": score},
            )


def trends(findings: Findings) -> Iterator[Insight]:
    """What rises or falls with the timestamps: standing with the consensus, confidence, length."""
    timed = sorted(
        (r.timestamp, i) for i, r in enumerate(findings.responses) if r.timestamp is not None
    )
    if len(timed) < ENOUGH:
        return
    inside = set(findings.clusters[0].indices)
    series = [("agreement with the consensus", [(i, float(i in inside)) for _, i in timed])]
    stated = [(i, findings.responses[i].confidence) for _, i in timed]
    series.append(("stated confidence", [(i, c) for i, c in stated if c is not None]))
    series.append(("length in words", [(i, float(len(findings.texts[i].words))) for _, i in timed]))
    for name, points in series:
        values = [value for _, value in points]
        if len(values) < ENOUGH:
            continue
        tau, chance = mann_kendall(values)
        if chance < 0.05:
            half = len(values) // 2
            early, late = mean(values[:half]), mean(values[-half:])
            yield Insight(
                "trend",
                f"{name[0].upper()}{name[1:]} {'rises' if tau > 0 else 'falls'} over time: "
                f"{early:.2f} in the first half of {len(values)} responses, {late:.2f} in the last "
                f"(Kendall's tau {tau:+.2f}, p = {chance:.3f})",
                names_of(findings, [i for i, _ in points]),
                {"tau": tau, "p": chance, "first_half": early, "last_half": late},
            )


def mann_kendall(values: Sequence[float]) -> tuple[float, float]:
    """Kendall's tau of a series against time, and its two-sided p (normal, corrected for ties).

    Mann (1945), Kendall (1975).
    """
    count = len(values)
    score = 0
    earlier: list[float] = []
    for place, value in enumerate(values):
        score += bisect_left(earlier, value) - (place - bisect_right(earlier, value))
        insort(earlier, value)
    ties = Counter(values).values()
    variance = (
        count * (count - 1) * (2 * count + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)
    ) / 18
    if variance <= 0:
        return 0.0, 1.0
    z = (abs(score) - 1) / math.sqrt(variance) if score else 0.0
    return score / (count * (count - 1) / 2), math.erfc(z / math.sqrt(2))


def themes(findings: Findings) -> Iterator[Insight]:
    """Terms that most experts (60 %, at least two) use; a pair of words beats its words."""
    count = len(findings.responses)
    if count < 3 or median(len(text.words) for text in findings.texts) < 5:
        return
    least = max(2, 0.6 * count)
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in findings.texts:
        words.update(text.content)
        pairs.update(text.bigrams)
    shared: dict[tuple[str, ...], list[int]] = {}
    for word, times in words.items():
        if times >= least:
            shared[(word,)] = [i for i, text in enumerate(findings.texts) if word in text.content]
    common = [pair for pair, times in pairs.items() if times >= least]
    for pair in common:
        shared[pair] = [i for i, text in enumerate(findings.texts) if pair in text.bigrams]
    for pair in common:
        for word in pair:
            # The word says no more than the pair where the same experts use it.
            if len(shared.get((word,), ())) <= len(shared[pair]):
                shared.pop((word,), None)
    ranked = sorted(
        shared.items(),
        key=lambda item: (-len(item[1]), -len(item[0]), -sum(map(len, item[0])), item[0]),
    )
    for term, rows in ranked[:MOST_THEMES]:
        phrase = " ".join(term)
        yield Insight(
            "theme",
            f"“{phrase}” is named by {len(rows)} of {count} experts",
            names_of(findings, rows),
            {"term": phrase, "experts": len(rows), "of": count, "coverage": len(rows) / count},
        )


def find_insights(findings: Findings) -> tuple[Insight, ...]:
    """Return all insights, the ones about the answer's standing first."""
    return (
        *opposites(findings),
        *disputed_values(findings),
        *unsupported_claims(findings),
        *polarisation(findings),
        *confidence_anomalies(findings),
        *copies(findings),
        *length_outliers(findings),
        *trends(findings),
        *themes(findings),
    )
