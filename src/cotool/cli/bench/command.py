"""`cotool bench`: its commands and their options; the work is in `run`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from cotool.cli.bench import run as work
from cotool.cli.bench.compare import CompareOptions, compare_results
from cotool.cli.bench.request import CASES, GROUPS, JSON, Request
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import argument

Job = Callable[[], int]

app = App(
    name="bench",
    no_args_is_help=True,
    help="Measure how fast cotool is on this machine, with pyperf, and compare results.\n\n"
    "A case is one piece of work, such as the similarity of 600 texts; pyperf repeats and times "
    "it in fresh processes.",
    epilog="""Examples:

cotool bench run --group similarity --fast -o now.json

cotool bench compare before.json now.json --fail-above 5%

cotool bench compare before.json now.json -o report.html --open

cotool bench scaling --group logs --fast

cotool bench run --group logs --input /var/log/syslog
""",
)


@app.command("list", epilog="Example:  cotool bench list --group vault")
def list_cases(
    *, groups: list[str] | None = GROUPS, cases: list[str] | None = CASES, json: bool = JSON
) -> Job:
    """List the cases and what they measure."""
    return partial(work.list_cases, groups or [], cases or [], as_json=json)


@app.command("run", epilog="Example:  cotool bench run --group logs --fast -o now.json")
def run(*, options: Request) -> Job:
    """Measure cases; pyperf's own compare_to, hist and stats read what --output writes."""
    return partial(work.run, options)


@app.command("compare", epilog="Example:  cotool bench compare old.json new.json --fail-above 5%")
def compare(
    old: Annotated[str, argument("OLD", "The earlier result of `bench run -o`.")],
    new: Annotated[str, argument("NEW", "The later result.")],
    *,
    options: CompareOptions,
) -> Job:
    """Compare two results, case by case.

    A case is faster or slower only if the difference of the medians is larger than the spread,
    which is the larger of the two standard deviations.
    """
    return partial(compare_results, old, new, options)


@app.command("scaling", epilog="Example:  cotool bench scaling -c '*/cosine/600x*' --fast")
def scaling(*, options: Request) -> Job:
    """Measure cases on 1, 2, 4 … threads: the speed-up and its share of the ideal."""
    return partial(work.scaling, options)


@app.command("info", epilog="Example:  cotool bench info --json")
def info(*, json: bool = JSON) -> Job:
    """Show what was compiled in, what this machine uses, and the versions of dependencies."""
    return partial(work.info, as_json=json)
