"""Insights on the responses as a whole: copies, odd lengths, trends over time, shared themes."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from typing import TYPE_CHECKING

from cotool.averages import mean, median
from cotool.consensus.decide.findings import ENOUGH, listed, names_of
from cotool.consensus.decide.words import opposition
from cotool.consensus.model import Insight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cotool.consensus.decide.findings import Findings

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
