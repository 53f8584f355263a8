"""`cotool experts`: its commands."""

import json

from cotool._typing import Annotated
from cotool.cli.experts import store
from cotool.cli.experts.options import (
    Changing,
    FeedbackOptions,
    ImportOptions,
    ListOptions,
    QuestionsOptions,
    ResetOptions,
    Shown,
    Stored,
    known_experts,
)
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import argument
from cotool.cli.shared.report_options import shown_format, spare_inputs
from cotool.errors import InputError
from cotool.text import plural

app = App()
commands = app.group(
    "experts",
    no_args_is_help=True,
    help="Show how reliable experts are, judge their answers, manage the store.\n\n"
    "The store keeps what was learned about experts from cotool consensus --learn and from "
    "feedback. It is a file or a database.\n\n"
    "Options can also be set in COTOOL_EXPERTS_* variables (COTOOL_EXPERTS_STORE) and in "
    "config.toml.",
    epilog="""Examples:

cotool experts list

cotool experts feedback q-17 --correct B

cotool experts feedback "Which database?" --best alice

cotool experts export learned.json
""",
)


@commands.command("list", epilog="Example:  cotool experts list --topic law")
def list_experts(*, options: ListOptions) -> None:
    """List the experts by reliability, who copies whom, and whom to ask first."""
    topic = options.topic or ""
    with store.open_store(options.store) as opened:
        from cotool.consensus.learning.report import panel_of, ranked, report

        if options.json:
            store.print_json(report(opened))
            return
        learned = store.known(opened)
        if topic and not any(topic in one.topics for one in learned.experts.values()):
            topics = sorted({name for one in learned.experts.values() for name in one.topics})
            raise InputError(
                f"no expert has answered questions on {topic!r}",
                hint=f"topics: {', '.join(topics[:10])}" if topics else "no topics were given",
            )
        from cotool.cli.experts.table import experts_table

        chosen = None if topic else panel_of(learned, opened.questions())
        experts_table(learned, ranked(learned, topic), topic, chosen, opened.name)


@commands.command("show", epilog="Example:  cotool experts show alice")
def show(
    expert: Annotated[
        str,
        argument("EXPERT", "The expert's name.", known_experts),
    ],
    *,
    options: Shown,
) -> None:
    """Show everything about an expert: topics, trend, habits, copies."""
    with store.open_store(options.store) as opened:
        learned = store.known(opened)
        store.check_names(learned, [expert])
        from cotool.consensus.learning.evidence import describe

        found = describe(learned, expert, learned.weight_errors())
        if options.json:
            store.print_json(found)
            return
        from cotool.cli.experts.table import expert_page

        expert_page(found)


@commands.command("questions", epilog="Example:  cotool experts questions --unjudged")
def questions(*, options: QuestionsOptions) -> None:
    """List the questions that you can give feedback on."""
    if options.limit < 1:
        raise InputError(f"expected a number of at least 1, got {options.limit}", parameter="limit")
    with store.open_store(options.store) as opened:
        rows = opened.questions(judged=False if options.unjudged else None)
    if options.unjudged:
        rows = [row for row in rows if not row.scores]
    rows = rows[: options.limit]
    if options.json:
        listed = [store.question_form(row) for row in rows]
        store.print_json({"questions": listed, "schema": "cotool.questions/1"})
        return
    from cotool.cli.experts.table import questions_table

    questions_table(rows)


@commands.command("feedback", epilog="Example:  cotool experts feedback q-17 --correct B")
def feedback(
    question: Annotated[
        str,
        argument("QUESTION", "The question's id or text, or the beginning of one."),
    ],
    *,
    options: FeedbackOptions,
) -> None:
    """Judge the answers to a question. The store learns from it at once."""
    scores = store.scores_of(options.score or ())
    if not options.correct and options.best is None and not scores:
        raise InputError(
            "no judgement is given", hint="--correct ANSWER, --best EXPERT or --score EXPERT=0.8"
        )
    from cotool.consensus import give_feedback

    with store.open_store(options.store) as opened:
        one = give_feedback(
            opened, question, correct=options.correct or None, best=options.best, scores=scores
        )
    if options.quiet:
        return
    lines = []
    if options.correct:
        lines.append(store.verdict(one))
    if one.scores and (scores or options.best is not None):
        ranked = sorted(one.scores.items(), key=lambda pair: (-pair[1], pair[0]))
        lines.append("scores: " + ", ".join(f"{name} {score:g}" for name, score in ranked))
    store.say(f"learned from {one.id!r}: " + "; ".join(lines))


@commands.command("reset", epilog="Example:  cotool experts reset alice")
def reset(
    experts: Annotated[
        list[str] | None,
        argument("[EXPERT]...", "Experts to forget.", known_experts),
    ] = None,
    *,
    options: ResetOptions,
) -> None:
    """Forget experts, or everything."""
    experts = experts or []
    if options.everything == bool(experts):
        raise InputError(
            "give the experts to forget, or --all", hint="cotool experts reset alice bob"
        )
    from cotool.consensus.learning.lessons import forget_experts

    with store.open_store(options.store) as opened:
        learned = store.known(opened)
        store.check_names(learned, experts)
        who = "everything that was learned" if options.everything else ", ".join(experts)
        store.confirm(f"Forget {who} in {opened.name}?", yes=options.yes)
        if options.everything:
            opened.reset()
        else:
            forget_experts(opened, experts)
        if not options.quiet:
            store.say(f"forgot {who}")


@commands.command("export", epilog="Example:  cotool experts export learned.json")
def export(
    file: Annotated[str, argument("[FILE]", "The file to write. Default: standard output.")] = "-",
    *,
    options: Stored,
) -> None:
    """Write the store as JSON."""
    from cotool.consensus.learning.exchange import exported
    from cotool.io.output import open_output

    shown_format(file, ("json",))
    with store.open_store(options.store) as opened:
        spare_inputs([opened.name], {"file": file})
        found = exported(store.known(opened), reversed(opened.questions()))
    with open_output(file, data=True) as sink:
        sink.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


@commands.command("import", epilog="Example:  cotool experts import learned.json")
def import_(
    file: Annotated[str, argument("FILE", "A file written by export; - is standard input.")],
    *,
    options: ImportOptions,
) -> None:
    """Replace the store with an export."""
    learned, remembered = store.read_export(file)
    with store.open_store(options.store, create=True) as opened:
        if not opened.is_new():
            store.confirm(f"Replace the contents of {opened.name}?", yes=options.yes)
        with opened.changing() as change:
            change.replace(learned, remembered)
        if not options.quiet:
            store.say(f"{plural(len(learned.experts), 'expert')} imported into {opened.name}")


@commands.command("merge", epilog="Example:  cotool experts merge team-b.db learned.json")
def merge(
    others: Annotated[list[str], argument("STORE...", "Stores, or files written by export.")],
    *,
    options: Changing,
) -> None:
    """Add what other stores learned from other questions."""
    from cotool.consensus.learning.merging import StoreContent, merged

    found = [store.read_other(name) for name in others]
    with store.open_store(options.store, create=True) as opened:
        with opened.changing() as change:
            own = StoreContent(opened.name, change.learned, reversed(opened.questions()))
            done = merged([own, *found])
            change.learned = done.learned
            change.remember(
                one for key, one in done.questions.items() if own.questions.get(key) != one
            )
        for name, count in done.added.items():
            store.say(
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
            store.say(
                f"warning: {plural(done.differing, 'question')} judged differently; the first "
                "judgement stays"
            )
        if not options.quiet:
            store.say(
                f"{plural(len(others), 'store')} merged into {opened.name}: "
                f"{plural(len(done.learned.experts), 'expert')}, "
                f"{plural(done.new, 'new question')}"
                + (f"; {plural(done.known, 'question')} known before" if done.known else "")
            )
