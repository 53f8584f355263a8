"""`cotool analyze-logs diff`: compare two runs by the templates that they wrote."""

import sys

from cotool._typing import TYPE_CHECKING, Annotated, TextIO
from cotool.cli.shared.commands import App
from cotool.cli.shared.exit_codes import FOUND
from cotool.cli.shared.options import argument, option, option_class
from cotool.cli.shared.report_options import AS_JSON, REPORT_FILE, format_of, spare_inputs
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool.logs.templates.compare import Comparison

EXAMPLES = """Examples:

cotool analyze-logs monday.log --templates json -o monday.json

cotool analyze-logs diff monday.json tuesday.json

cotool analyze-logs diff monday.json tuesday.json --fail-on 'new_templates(error)>0'

A log that is called diff is ./diff.
"""
FORMATS = ("table", "json", "csv")


@option_class
class DiffOptions:
    """The options of `analyze-logs diff`."""

    format: str | None = option("Output", "table, json or csv.", "--format -f NAME", words=FORMATS)
    json: bool = AS_JSON
    output: str | None = REPORT_FILE
    fail_on: list[str] | None = option(
        "Output",
        "Exit with 1 if this is true: 'new_templates(error)>0'. Repeatable.",
        "--fail-on CONDITION",
    )


app = App()
commands = app.group(
    "analyze-logs",
    help="Count a log's lines by level, time, pattern and keyword.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@commands.command("diff", epilog=EXAMPLES)
def diff(
    before: Annotated[str, argument("BEFORE.json", "JSON of the earlier run.")],
    after: Annotated[str, argument("AFTER.json", "JSON of the later run.")],
    *,
    options: DiffOptions,
) -> int:
    """Compare two runs: templates that are new, vanished or changed, and numbers that changed."""
    from cotool.cli.logs.conditions import needs, parse_log_condition
    from cotool.io.output import open_output
    from cotool.logs.summary import LogSummary
    from cotool.logs.templates.baseline import read_baseline
    from cotool.logs.templates.compare import compare_baselines

    style = format_of(options.format, FORMATS, json=options.json, output=options.output) or "table"
    spare_inputs([before, after], {"output": options.output})
    parsed = [parse_log_condition(text, ()) for text in options.fail_on or ()]
    for condition in parsed:
        if not needs(condition) or needs(condition) - {"comparison", "numbers"}:
            raise InputError(
                f"{condition.text!r} is not about the differences",
                parameter="fail_on",
                hint="use new_templates, vanished_templates, changed_templates, changed_numbers",
            )
    comparison = compare_baselines(read_baseline(before), read_baseline(after))
    with open_output(options.output, data=style != "table") as sink:
        _write(sink, style, comparison)
    summary = LogSummary(comparison=comparison)
    met = [condition for condition in parsed if condition.reported(summary)]
    return FOUND if met else 0


def _write(sink: "TextIO", style: str, comparison: "Comparison") -> None:
    from cotool.cli.logs.writers import write_json
    from cotool.logs.report.templates import DIFF_SCHEMA, change_rows, comparison_to_dict

    if style == "json":
        write_json(sink, {"schema": DIFF_SCHEMA, **comparison_to_dict(comparison)})
    elif style == "csv":
        import csv

        csv.writer(sink, lineterminator="\n").writerows(change_rows(comparison))
    else:
        from cotool.cli.logs.templates_table import render_comparison
        from cotool.cli.shared.screen import Screen

        screen = Screen(sink, plain=sink is not sys.stdout)
        render_comparison(comparison, screen)
        screen.flush()
