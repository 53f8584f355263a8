"""`cotool consensus`: the request made from its options."""

from cotool._lazy import stand_ins
from cotool._records import replace
from cotool._typing import Annotated
from cotool.cli.consensus import values
from cotool.cli.consensus.options import ConsensusFlags
from cotool.cli.html.output import report_format
from cotool.cli.shared.commands import App, Given
from cotool.cli.shared.engine_options import Engine
from cotool.cli.shared.examples import demo_paths
from cotool.cli.shared.options import DEBUG, NO_PROGRESS, QUIET, argument
from cotool.cli.shared.report_options import format_of, standard_input

with stand_ins("cotool.cli.consensus.conditions", "cotool.cli.consensus.run"):
    from cotool.cli.consensus import conditions
    from cotool.cli.consensus import run as work

EXAMPLES = """Examples:

cotool consensus --demo

cotool consensus answers.json

cotool consensus model-a.json model-b.json --format csv -o result.csv

cat answers.jsonl | cotool consensus --json --fail-on 'agreement<0.5'

cotool consensus answers.json -o report.html --open

cotool consensus labels.csv --method correlated --format csv

cotool consensus labels.csv --truth gold.csv --learn --store experts.db
"""

app = App()
_TRY = "cotool consensus answers.json, or try: cotool consensus --demo"


@app.command("consensus", epilog=EXAMPLES)
def consensus(
    files: Annotated[
        list[str] | None,
        argument(
            "[FILES]...", "JSON, JSON lines, CSV or TSV, also compressed; - is standard input."
        ),
    ] = None,
    *,
    flags: ConsensusFlags,
    engine: Engine,
    given: Given,
    quiet: bool = QUIET,
    no_progress: bool = NO_PROGRESS,
    debug: bool = DEBUG,  # noqa: ARG001 - main() finds it before Typer does
) -> int:
    """Find the consensus of experts' answers: what they agree on, who dissents, and why.

    Options can also be set in COTOOL_* variables (COTOOL_METRIC) and in config.toml.
    """
    chosen = format_of(flags.format, values.FORMATS, json=flags.json, output=flags.output)
    if "store" not in given.parameters and (
        flags.compare_methods or flags.method not in {"auto", "vote"}
    ):
        # A store from the settings is ignored by calls that use no store.
        flags = replace(flags, store=None)
    if flags.demo:
        files = demo_paths("deployment.json", files, "cotool consensus")
    request = work.ConsensusRequest(
        flags=flags,
        paths=tuple(files or standard_input(_TRY)),
        options=flags.analysis(),
        keys=flags.keys(),
        format=report_format(chosen, shows=flags.open) or "table",
        conditions=tuple(conditions.parse(text) for text in flags.fail_on or ()),
        engine=engine,
        quiet=quiet,
        progress=not no_progress,
    )
    return work.run(request)
