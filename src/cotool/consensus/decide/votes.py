"""A question whose answers could be extracted: they are voted on."""

from __future__ import annotations

from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide import aggregation
from cotool.consensus.decide.similarity import equal_labels
from cotool.consensus.decide.subject import Grouped

if TYPE_CHECKING:
    from cotool.consensus.decide.subject import Subject

# Responses to one question that are compared pair by pair where answers are voted on: 2,000 take
# 32 MB a matrix, and more votes need none.
MOST_COMPARED = 2_000


def by_vote(subject: Subject, kind: str) -> Grouped:
    """Group the responses by their answers; the plurality, or the decision, picks one."""
    answers = subject.answers
    decision = subject.decision if subject.decision and subject.decision.scores else None
    compared = len(answers) <= MOST_COMPARED
    groups, choice = aggregation.vote(
        answers,
        subject.responses,
        subject.weights,
        lambda i: sum(subject.similarities("cosine").row(i)) if compared else 0.0,
        subject.asked.id,
        independence=subject.independence,
        scores=decision.scores if decision else None,
    )
    shown = [None if answer is None else answer.display for answer in answers]
    voters = [i for i, group in enumerate(groups) if group >= 0]
    abstainers = [
        response.expert_name
        for response, group in zip(subject.responses, groups, strict=True)
        if group < 0
    ]
    rules = list(dict.fromkeys(answer.rule for answer in answers if answer is not None))
    subject.explanation.append(
        f"{kind} answers were extracted from {len(voters)} of {len(groups)} responses "
        f"({', '.join(rules[:3])}{', …' if len(rules) > 3 else ''}) and voted on"
    )
    chosen = "most probable answer" if decision else "plurality"
    subject.explanation.append(f"the {chosen} has {choice.reason}")
    if decision:
        subject.explanation.extend(decision.explanation)
        subject.warnings.extend(decision.warnings)
    if choice.tied:
        subject.warnings.append(f"a tie of {len(choice.tied)} answers: {', '.join(choice.tied)}")
    if abstainers:
        subject.warnings.append(
            f"no {kind} answer is stated and no vote counted: {', '.join(abstainers)}"
        )
    total = sum(subject.weights[i] for i in voters)
    clusters = []
    for members in aggregation.rows_of(groups):
        best = aggregation.representative(members, answers, subject.responses)
        clusters.append(subject.cluster(members, shown[best] or "", total, None))
    metric = None if subject.options.metric == "auto" else subject.options.metric
    matrix = None
    if compared:
        # One who abstains (-1) agrees with nobody.
        matrix = equal_labels(groups) if metric is None else subject.similarities(metric)
    return Grouped(
        kind=kind,
        method=decision.method if decision else "vote",
        index=choice.index,
        answer=shown[choice.index],
        answers=shown,
        clusters=clusters,
        matrix=matrix,
        scores=decision is not None,
        metric=metric,
    )
