"""Insights on how firm the answer is: camps, contradictions, disputes, confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.averages import mean
from cotool.consensus.decide.findings import listed, names_of
from cotool.consensus.decide.words import opposition
from cotool.consensus.model import Insight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cotool.consensus.decide.findings import Findings

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
    """Values in conflict in what experts state, and what some affirm and others deny."""
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
    from textwrap import shorten

    return shorten(text, QUOTED, placeholder=" …")


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
    """Dissenters who are surer than the consensus, and a consensus that is unsure of itself."""
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
