"""From a question and its answers to a Consensus: groups, the choice, and what follows from it."""

from __future__ import annotations

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide import aggregation
from cotool.consensus.decide.claims import NONE
from cotool.consensus.decide.dissent import find_dissent
from cotool.consensus.decide.insights import Findings, find_insights
from cotool.consensus.decide.subject import Subject
from cotool.consensus.decide.votes import by_vote
from cotool.consensus.extract.spans import WHOLE
from cotool.consensus.model import Consensus
from cotool.consensus.options import NUMERIC, OVER_QUESTIONS, RELATIVE

if TYPE_CHECKING:
    from cotool.consensus.decide.decision import Decision
    from cotool.consensus.decide.subject import Grouped
    from cotool.consensus.extract.stated import Stated
    from cotool.consensus.options import ConsensusOptions

# If there are this many short answers and most differ, a plurality means nothing: experts name what
# comes to mind. Fewer may be right and wrong answers to a question of fact: "Oslo", not "Bergen".
MANY_SHORT = 16

NOT_TRUTH = "agreement is not truth: the confidence is derived from agreement, not calibrated"


def analyse(
    stated: Stated, options: ConsensusOptions, decision: Decision | None = None
) -> Consensus:
    """Find the consensus on one question; a `decision` says which extracted answer it is.

    Responses without a text are left out, and so are those that decline to answer. Raises
    InputError if an option does not fit the responses.
    """
    asked = stated.asked
    warnings = list(asked.warnings)
    declined = tuple(one.expert_name for one in stated.declined)
    if len(stated.responses) + len(declined) < len(asked.responses):
        empty = [one.expert_name for one in asked.responses if not one.content.strip()]
        warnings.append(f"left out for an empty answer: {', '.join(empty)}")
    if declined:
        warnings.append(f"declined to answer, so no vote was counted: {', '.join(declined)}")
    if stated.responses:
        subject = Subject(stated, options, warnings, decision)
        found = _consensus(subject, _grouped(subject))
        return replace(found, declined=declined) if declined else found
    reason = "all experts declined to answer" if declined else "no response could be used"
    return Consensus(
        question=asked.text or asked.id,
        answer=None,
        kind="refusal" if declined else "none",
        method="none",
        id=asked.id,
        explanation=(reason,),
        warnings=tuple(warnings),
        declined=declined,
    )


def _grouped(subject: Subject) -> Grouped:
    """Group the responses by the method that fits them."""
    method = subject.options.method
    if subject.decision is not None and subject.decision.measurement is not None:
        from cotool.consensus.decide.numbers import by_number

        return by_number(subject, subject.decision.measurement)
    over_questions = method in OVER_QUESTIONS
    if method in NUMERIC:
        subject.warnings.append("the answers are not numbers, so they are not combined as such")
    if (
        subject.kind is not None
        and (method in {"auto", "vote"} or over_questions)
        and not (method == "auto" and _scattered(subject))
    ):
        return by_vote(subject, subject.kind)
    if over_questions:
        method = "auto"
        subject.explanation.append("no answers to vote on could be extracted")
    from cotool.consensus.decide.free_texts import by_free_text

    return by_free_text(subject, method)


def _scattered(subject: Subject) -> bool:
    """Return whether short answers in free words are to be grouped by meaning, not voted on."""
    stated = [answer for answer in subject.answers if answer is not None]
    free = sum(answer.rule == WHOLE for answer in stated)
    if (
        subject.kind != "short"
        or 2 * free < len(subject.answers)
        or (subject.decision is not None and subject.decision.scores)
    ):
        return False
    if subject.options.metric in RELATIVE:
        return True
    distinct = len({answer.value for answer in stated})
    scattered = (
        len(stated) >= MANY_SHORT
        and 2 * distinct >= len(stated)
        and subject.options.metric == "auto"
        and subject.options.embedder is None
    )
    if scattered:
        subject.explanation.append(
            f"{distinct} different short answers of {len(stated)} are too many to be voted on"
        )
    return scattered


def _consensus(subject: Subject, found: Grouped) -> Consensus:
    """Number the clusters, the consensus first, then by share, and derive what follows."""
    index = found.index
    ranked = sorted(found.clusters, key=lambda one: (index not in one.indices, -one.share))
    clusters = tuple(
        one if one.id == place else replace(one, id=place) for place, one in enumerate(ranked)
    )
    share = clusters[0].share
    weight = sum(subject.weights[i] for one in clusters for i in one.indices)
    decision = subject.decision
    measurement = None if decision is None else decision.measurement
    if decision is not None and decision.weights:
        subject.explanation.extend(decision.explanation)
    elif not found.scores:
        decision = None
    confidence = None if decision is None else decision.confidence
    if confidence is None:
        confidence = found.support * aggregation.smoothed_share(
            share, weight, max(2, len(clusters))
        )
        subject.explanation.append(NOT_TRUTH)
    if len(subject.responses) == 1:
        subject.explanation.append("a single expert is not a consensus")
    if any(one.share > share + aggregation.EPSILON for one in clusters[1:]):
        subject.warnings.append("the answer is not in the largest cluster")
    lexical = None if found.matrix is None else subject.similarities("cosine")
    between = lexical if found.metric is None else found.matrix
    dissent = find_dissent(clusters, index, subject.texts, between)
    claims = subject.claims(index) if found.kind in {"text", "paraphrase"} else NONE
    if 0 < len(claims.rows) < len(subject.texts):
        subject.explanation.append(
            f"the statements of {len(claims.rows):,} responses, evenly spread, were compared with "
            "one another: there are too many for all"
        )
    if claims.too_many:
        subject.explanation.append(
            f"the responses have {claims.too_many:,} statements, too many to compare with one "
            "another"
        )
    findings = Findings(
        responses=subject.responses,
        texts=subject.texts,
        clusters=clusters,
        matrix=found.matrix,
        lexical=lexical,
        extracted=found.kind not in {"text", "paraphrase"},
        claims=claims,
        index=index,
    )
    return Consensus(
        question=subject.asked.text or subject.asked.id,
        answer=found.answer,
        kind=found.kind,
        method=found.method,
        confidence=confidence,
        agreement=found.support * share,
        clusters=clusters,
        dissent=dissent,
        insights=(*(decision.insights if decision else ()), *find_insights(findings)),
        id=subject.asked.id,
        expert=subject.responses[index].expert_name,
        content=subject.contents[index],
        experts=tuple(response.expert_name for response in subject.responses),
        answers=tuple(found.answers),
        metric=found.metric,
        clustering=found.clustering,
        threshold=found.threshold,
        matrix=found.matrix,
        explanation=tuple(subject.explanation),
        warnings=tuple(subject.warnings),
        judgements=decision.judgements if decision and decision.calibrated else None,
        support=claims.support(index),
        statements=claims.statements,
        disputes=claims.disputes,
        confidence_interval=decision.interval if decision else None,
        interval=None if measurement is None else measurement.interval,
        value=None if measurement is None else measurement.value,
    )
