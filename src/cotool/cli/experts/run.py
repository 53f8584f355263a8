"""The work of the commands of `cotool experts`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cotool.errors import InputError
from cotool.io.json_documents import read_document
from cotool.text import json_visible, plural, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cotool.cli.experts.options import (
        Changing,
        FeedbackOptions,
        ImportOptions,
        ListOptions,
        QuestionsOptions,
        ResetOptions,
        Shown,
        Stored,
    )
    from cotool.consensus.learning.learned import Learned
    from cotool.consensus.learning.merging import Part
    from cotool.consensus.learning.remembered import Remembered
    from cotool.consensus.learning.store import Store


def list_experts(options: ListOptions) -> int:
    """Print a table of all experts."""
    topic = options.topic or ""
    with _open(options.store) as opened:
        from cotool.consensus.learning.report import panel_of, ranked, report

        if options.json:
            _print(report(opened))
            return 0
        learned = _known(opened)
        if topic and not any(topic in one.topics for one in learned.experts.values()):
            topics = sorted({name for one in learned.experts.values() for name in one.topics})
            raise InputError(
                f"no expert has answered questions on {topic!r}",
                hint=f"topics: {', '.join(topics[:10])}" if topics else "no topics were given",
            )
        from cotool.cli.experts.table import experts_table

        chosen = None if topic else panel_of(learned, opened.questions())
        experts_table(learned, ranked(learned, topic), topic, chosen, opened.name)
    return 0


def show(expert: str, options: Shown) -> int:
    """Print what is known about one expert."""
    with _open(options.store) as opened:
        learned = _known(opened)
        _check_names(learned, [expert])
        from cotool.consensus.learning.evidence import describe

        form = describe(learned, expert, learned.weight_errors())
        if options.json:
            _print(form)
            return 0
        from cotool.cli.experts.table import expert_page

        expert_page(form)
    return 0


def questions(options: QuestionsOptions) -> int:
    """Print the questions that are remembered."""
    if options.limit < 1:
        raise InputError(f"--limit: expected a number of at least 1, got {options.limit}")
    with _open(options.store) as opened:
        rows = opened.questions(judged=False if options.unjudged else None)
    if options.unjudged:
        rows = [row for row in rows if not row.scores]
    rows = rows[: options.limit]
    if options.json:
        _print({"questions": [_form(row) for row in rows], "schema": "cotool.questions/1"})
        return 0
    from cotool.cli.experts.table import questions_table

    questions_table(rows)
    return 0


def _form(row: Remembered) -> dict[str, Any]:
    return {**asdict(row), "truth": row.truth and " or ".join(row.accepted)}


def feedback(question: str, options: FeedbackOptions) -> int:
    """Learn from a judgement."""
    scores = _scores(options.score or ())
    if not options.correct and options.best is None and not scores:
        raise InputError(
            "no judgement is given", hint="--correct ANSWER, --best EXPERT or --score EXPERT=0.8"
        )
    from cotool.consensus import give_feedback

    with _open(options.store) as opened:
        one = give_feedback(
            opened, question, correct=options.correct or None, best=options.best, scores=scores
        )
    if options.quiet:
        return 0
    lines = []
    if options.correct:
        lines.append(_verdict(one))
    if one.scores and (scores or options.best is not None):
        ranked = sorted(one.scores.items(), key=lambda pair: (-pair[1], pair[0]))
        lines.append("scores: " + ", ".join(f"{name} {score:g}" for name, score in ranked))
    _say(f"learned from {one.id!r}: " + "; ".join(lines))
    return 0


def _scores(given: Sequence[str]) -> dict[str, float]:
    """The scores by expert. Raises InputError."""
    from cotool.consensus.read.gold import parse_score

    found: dict[str, float] = {}
    for text in given:
        expert, sign, number = text.rpartition("=")
        if not (expert.strip() and sign):
            raise InputError(f"--score: expected EXPERT=NUMBER, got {text!r}")
        found[expert.strip()] = parse_score(number.strip(), f"--score {expert.strip()}")
    return found


def _verdict(one: Remembered) -> str:
    """Say who is right; if nobody is, what was answered."""
    ballot, right = one.judged() or (one.ballot(), "")
    given = sorted(ballot.votes.items())
    experts = [name for name, value in given if value == right]
    if not experts:
        answers = ", ".join(f"{name} {value}" for name, value in given)
        return f"{right} is right, which nobody answered: {answers}"
    wrong = [name for name, value in given if value != right]
    others = f"; not {', '.join(wrong)}" if wrong else ""
    return f"{right} is right: {', '.join(experts)}{others}"


def reset(experts: Sequence[str], options: ResetOptions) -> int:
    """Forget experts, or all."""
    if options.everything == bool(experts):
        raise InputError(
            "give the experts to forget, or --all", hint="cotool experts reset alice bob"
        )
    from cotool.consensus.learning.lessons import forget_experts

    with _open(options.store) as opened:
        learned = _known(opened)
        _check_names(learned, experts)
        who = "everything that was learned" if options.everything else ", ".join(experts)
        _confirm(f"Forget {who} in {opened.name}?", yes=options.yes)
        if options.everything:
            opened.reset()
        else:
            forget_experts(opened, experts)
        if not options.quiet:
            _say(f"forgot {who}")
    return 0


def export(file: str, options: Stored) -> int:
    """Write the store as JSON."""
    from cotool.consensus.learning.exchange import exported
    from cotool.io.output import open_output

    with _open(options.store) as opened:
        form = exported(_known(opened), reversed(opened.questions()))
    with open_output(file, data=True) as sink:
        sink.write(json.dumps(form, ensure_ascii=False, indent=1) + "\n")
    return 0


def import_(file: str, options: ImportOptions) -> int:
    """Replace the store."""
    learned, remembered = _read_export(file)
    with _open(options.store, create=True) as opened:
        if not opened.is_new():
            _confirm(f"Replace the contents of {opened.name}?", yes=options.yes)
        with opened.changing() as change:
            change.replace(learned, remembered)
        if not options.quiet:
            _say(f"{plural(len(learned.experts), 'expert')} imported into {opened.name}")
    return 0


def merge(others: Sequence[str], options: Changing) -> int:
    """Add what other stores learned from other questions."""
    from cotool.consensus.learning.merging import Part, merged

    found = [_read_other(name) for name in others]
    with _open(options.store, create=True) as opened:
        with opened.changing() as change:
            own = Part(opened.name, change.learned, reversed(opened.questions()))
            done = merged([own, *found])
            change.learned = done.learned
            change.remember(
                one for key, one in done.questions.items() if own.questions.get(key) != one
            )
        for name, count in done.added.items():
            _say(
                f"warning: the counts of {name} were added up, since it has forgotten a part of "
                "what it learned"
                + (
                    f"; {plural(count, 'question')} that it no longer remembers would count twice "
                    "if another store learned from them"
                    if count
                    else ""
                )
            )
        if done.differing:
            _say(
                f"warning: {plural(done.differing, 'question')} judged differently; the first "
                "judgement stays"
            )
        if not options.quiet:
            _say(
                f"{plural(len(others), 'store')} merged into {opened.name}: "
                f"{plural(len(done.learned.experts), 'expert')}, "
                f"{plural(done.new, 'new question')}"
                + (f"; {plural(done.known, 'question')} known before" if done.known else "")
            )
    return 0


def _read_other(name: str) -> Part:
    """Read a store, or a file written by export."""
    from cotool.consensus import Store
    from cotool.consensus.learning.merging import Part

    path = Path(name)
    if path.is_file():
        with path.open("rb") as stream:
            if not stream.read(16).startswith(b"SQLite format 3"):
                return Part(name, *_read_export(name))
    with Store(name, create=False) as opened:
        return Part(name, _known(opened), reversed(opened.questions()))


def _read_export(file: str) -> tuple[Learned, list[Remembered]]:
    from cotool.consensus.learning.exchange import imported

    return imported(read_document(file, hint="give a file written by export"), file)


def _open(store: str | None, *, create: bool = False) -> Store:
    from cotool.cli.shared.settings import store_path
    from cotool.consensus import Store

    return Store(store_path(store), create=create)


def _known(opened: Store) -> Learned:
    learned = opened.read()
    if not learned.experts:
        raise InputError(
            f"{opened.name}: nothing was learned yet",
            hint="cotool consensus FILES --learn --store PATH learns from agreement, "
            "--truth FILE from right answers",
        )
    return learned


def _check_names(learned: Learned, names: Sequence[str]) -> None:
    from difflib import get_close_matches

    for name in names:
        if name not in learned.experts:
            near = get_close_matches(name, list(learned.experts), n=1)
            raise InputError(
                f"no expert {name!r} is known",
                hint=f"did you mean {near[0]}?"
                if near
                else "cotool experts list shows all experts",
            )


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError(f"cannot ask for confirmation: {question}", hint="use --yes")
    print(f"{visible(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise InputError("nothing was changed")


def _print(form: Mapping[str, Any]) -> None:
    print(json_visible(json.dumps(form, ensure_ascii=False, indent=2)))


def _say(text: str) -> None:
    print(f"cotool: {visible(text)}", file=sys.stderr)
