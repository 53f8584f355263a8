"""The options of `cotool experts`, one class per command."""

from cotool.cli.shared.options import QUIET, flag, option, option_class

_WHAT = "What"


def known_experts(incomplete: str = "") -> list[str]:
    """Return the experts in the store whose names begin so, or none if it cannot be read."""
    from cotool.cli.shared.settings import store_path
    from cotool.consensus import Store
    from cotool.errors import CotoolError

    try:
        with Store(store_path(None), create=False) as store:
            names = sorted(store.read().experts)
    except CotoolError:
        return []
    return [name for name in names if name.startswith(incomplete)]


@option_class
class Stored:
    """The option of each command, and the only one of `export`."""

    store: str | None = option(
        _WHAT,
        "The store: a file or postgresql://…. Default: COTOOL_STORE, or your own file.",
        "--store PATH",
    )


@option_class
class Shown(Stored):
    """The options of each command that shows something; all those of `show`."""

    json: bool = flag("Output", "Write one JSON object to standard output.", "--json")


@option_class
class ListOptions(Shown):
    """The options of `list`."""

    topic: str | None = option(_WHAT, "Reliability on this topic only.", "--topic NAME")


@option_class
class QuestionsOptions(Shown):
    """The options of `questions`."""

    unjudged: bool = flag(_WHAT, "Only questions without a judgement.", "--unjudged")
    limit: int = option(
        _WHAT, "Maximum number of questions, latest first.", "--limit NUMBER", default=20
    )


@option_class
class Changing(Stored):
    """The options of each command that changes the store; all those of `merge`."""

    quiet: bool = QUIET


@option_class
class FeedbackOptions(Changing):
    """The options of `feedback`: what a person says about the answers to a question."""

    correct: list[str] | None = option(
        _WHAT, "The right answer. Repeatable, if several are accepted.", "--correct -c ANSWER"
    )
    best: str | None = option(
        _WHAT, "The expert whose answer is best.", "--best -b EXPERT", words=known_experts
    )
    score: list[str] | None = option(
        _WHAT, "A score for an expert's answer, 0 to 1. Repeatable.", "--score -s EXPERT=NUMBER"
    )


@option_class
class ImportOptions(Changing):
    """The options of `import`."""

    yes: bool = flag(_WHAT, "Do not ask for confirmation.", "--yes -y")


@option_class
class ResetOptions(ImportOptions):
    """The options of `reset`."""

    everything: bool = flag(_WHAT, "Forget everybody.", "--all")
