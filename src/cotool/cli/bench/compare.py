"""`cotool bench compare`: compare two files of results and write the comparison."""

import json
import sys

from cotool.cli.html.output import report_format, report_target, show_report
from cotool.cli.shared.options import option, option_class
from cotool.cli.shared.report_options import (
    AS_JSON,
    OPEN_REPORT,
    REPORT_FILE,
    format_of,
    spare_inputs,
)
from cotool.cli.shared.say import say_warning
from cotool.errors import InputError
from cotool.io.output import open_output
from cotool.text import plural

FORMATS = ("table", "json", "html")
_REGRESSION = 1


@option_class
class CompareOptions:
    """The options of `compare`."""

    fail_above: str | None = option(
        "How", "Exit with 1 if a case is clearly slower by more than this.", "--fail-above PERCENT"
    )
    format: str | None = option("Output", "table, json or html.", "--format -f NAME", words=FORMATS)
    json: bool = AS_JSON
    output: str | None = REPORT_FILE
    open: bool = OPEN_REPORT

    def style(self) -> str:
        """Return the format to write, one of FORMATS. Raises InputError."""
        named = format_of(self.format, FORMATS, json=self.json, output=self.output)
        return report_format(named, shows=self.open) or "table"


def compare_results(old: str, new: str, options: CompareOptions) -> int:
    """Compare two files of results; return the exit code."""
    from cotool.benchmarks import compare, differences, read_suite

    style, output = options.style(), options.output
    if style == "html":
        output = report_target(output, shows=options.open)
    spare_inputs([old, new], {"output": output})
    limit = _parse_percent(options.fail_above)
    before, after = read_suite(old), read_suite(new)
    unlike = differences(before, after)
    if unlike and limit is not None:
        raise InputError(
            f"the results cannot be judged, because their settings differ: {'; '.join(unlike)}",
            hint="measure both on the same machine, with the same --threads",
        )
    rows, alone = compare(before, after)
    worse = [
        row
        for row in rows
        if limit is not None and row.verdict == "slower" and row.ratio - 1 > limit
    ]
    with open_output(output, data=style != "table") as sink:
        if style == "json":
            document = {
                "schema": "cotool.bench.compare/1",
                "cases": [row.to_dict() for row in rows],
                "only_in_one": alone,
                "differences": unlike,
            }
            sink.write(json.dumps(document, indent=2) + "\n")
        elif style == "html":
            from cotool.cli.html.bench import bench_page

            sink.write(bench_page(rows, alone, unlike, old=old, new=new))
        else:
            from cotool.cli.bench.table import compared_table

            compared_table(rows, sink)
    if unlike:
        say_warning(f"not judged, because the settings differ: {'; '.join(unlike)}")
    if alone and style == "table":
        print(f"{plural(len(alone), 'case')} in one file only are left out", file=sys.stderr)
    if worse:
        print(
            f"cotool: {plural(len(worse), 'case')} slower by more than {options.fail_above}:"
            f" {', '.join(row.name for row in worse)}",
            file=sys.stderr,
        )
    if options.open:
        show_report(str(output))
    return _REGRESSION if worse else 0


def _parse_percent(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        raise InputError(f"expected a percentage such as 5%, got {text!r}", parameter="fail_above")
    return value / 100
