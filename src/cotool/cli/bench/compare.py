"""`cotool bench compare`: compare two files of results and write the comparison."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from cotool.cli.html.output import report_format, report_target, show_report
from cotool.errors import InputError
from cotool.io.output import open_output
from cotool.text import plural

FORMATS = ("table", "json", "html")
_REGRESSION = 1


@dataclass(frozen=True)
class Report:
    """How the judgement is written: `style` is one of FORMATS, None for a table."""

    style: str | None
    output: str | None
    shows: bool

    def resolved(self) -> Report:
        """Return the same with its style and its file. Raises InputError."""
        style = report_format(self.style, shows=self.shows) or "table"
        output = self.output
        if style == "html":
            output = report_target(output, shows=self.shows)
        return Report(style, output, self.shows)


def compare_results(old: str, new: str, report: Report, *, fail_above: str | None) -> int:
    """Compare two files of results; return the exit code."""
    from cotool.benchmarks import compare, differences, read_suite

    report = report.resolved()
    limit = _parse_percent(fail_above)
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
    with open_output(report.output, data=report.style != "table") as sink:
        if report.style == "json":
            document = {
                "schema": "cotool.bench.compare/1",
                "cases": [row.to_dict() for row in rows],
                "only_in_one": alone,
                "differences": unlike,
            }
            sink.write(json.dumps(document, indent=2) + "\n")
        elif report.style == "html":
            from cotool.cli.html.bench import bench_page

            sink.write(bench_page(rows, alone, unlike, old=old, new=new))
        else:
            from cotool.cli.bench.table import compared_table

            compared_table(rows, sink)
    if unlike:
        print(
            f"cotool: warning: not judged, because the settings differ: {'; '.join(unlike)}",
            file=sys.stderr,
        )
    if alone and report.style == "table":
        print(f"{plural(len(alone), 'case')} in one file only are left out", file=sys.stderr)
    if worse:
        print(
            f"cotool: {plural(len(worse), 'case')} slower by more than {fail_above}:"
            f" {', '.join(row.name for row in worse)}",
            file=sys.stderr,
        )
    if report.shows:
        show_report(str(report.output))
    return _REGRESSION if worse else 0


def _parse_percent(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        raise InputError(f"--fail-above: expected a percentage such as 5%, got {text!r}")
    return value / 100
