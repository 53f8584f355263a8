"""`cotool analyze-logs`: its options, and the request made from them."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cotool._lazy import stand_ins
from cotool.cli.html.output import report_format
from cotool.cli.logs.request import LogRequest
from cotool.cli.shared.engine_options import with_engine
from cotool.cli.shared.examples import demo_paths
from cotool.cli.shared.options import (
    DEBUG,
    NO_PROGRESS,
    QUIET,
    THREADS,
    flag,
    option,
    size_in_bytes,
)
from cotool.cli.shared.report_options import (
    AS_JSON,
    OPEN_REPORT,
    REPORT_FILE,
    format_of,
    standard_input,
)
from cotool.engine.choice import EngineChoice
from cotool.errors import InputError
from cotool.logs.levels import LEVELS

with stand_ins("cotool.cli.logs.run"):
    from cotool.cli.logs import run as work

if TYPE_CHECKING:
    from cotool.logs.options import LogOptions

EXAMPLES = """Examples:

cotool analyze-logs --demo

cotool analyze-logs app.log

cotool analyze-logs -r /var/log -e timeout='timed? ?out' --fail-on 'error>0'

zcat app.log.gz | cotool analyze-logs --level error,critical --show 5

cotool analyze-logs app.log -o report.html --open

cotool analyze-logs access.log -m rt --by path --sort p99 --fail-on 'p99(rt)>500ms'

cotool analyze-logs app.log --templates json -o monday.json

cotool analyze-logs app.log --baseline monday.json --fail-on 'new_templates(error)>0'

cotool analyze-logs diff monday.json tuesday.json

cotool analyze-logs app.log --records - | duckdb -c "from read_json('/dev/stdin')"
"""

TEMPLATE_FORMS = ("table", "json", "csv", "off")
FORMATS = ("table", "json", "csv", "html")
# Seconds of a step in time of a report; there are fewer columns, and steps widen by themselves.
_REPORT_STEP = 60
_TRY = "cotool analyze-logs app.log, or try: cotool analyze-logs --demo"


def _zones() -> list[str]:
    from zoneinfo import available_timezones

    return sorted(available_timezones())


@with_engine
def analyze_logs(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILES]...",
            help="Logs, globs or folders (-r), also gzip, zstd, bzip2, xz; - is standard input.",
            show_default=False,
        ),
    ] = None,
    *,
    recursive: bool = flag("Input", "Include the files in folders.", "--recursive -r"),
    log_format: list[str] | None = option(
        "Input",
        "auto, plain, json, logfmt, or the head of a line, such as '{time} [{}] {level}'. "
        "Repeatable.",
        "--log-format FORMAT",
        words=("auto", "plain", "json", "logfmt"),
    ),
    level_word: list[str] | None = option(
        "Input",
        "Level of a word that logs use for it, as in FEHLER=error. Repeatable.",
        "--level-word WORD=LEVEL",
    ),
    explain_format: bool = flag(
        "Input",
        "Show which fields are the time and the level, why, and what was not recognised.",
        "--explain-format",
    ),
    tz: str | None = option(
        "Input",
        "Time zone of the output, and of times without a zone: a name, +02:00, or local.",
        "--tz ZONE",
        words=_zones,
    ),
    state: str | None = option(
        "Input",
        "Continue where the last run with this file ended. Rotated logs count once.",
        "--state FILE",
    ),
    max_decompressed: str | None = option(
        "Input",
        "How long a compressed file may be when decompressed: 500MB, 4GiB. "
        "Default: 16 GiB, or 64 times its own size if that is more.",
        "--max-decompressed SIZE",
        convert=size_in_bytes,
    ),
    demo: bool = flag("Input", "Run on an example that is installed with cotool.", "--demo"),
    follow: bool = flag("Input", "Keep reading as the logs grow. Ctrl-C ends.", "--follow -F"),
    pattern: list[str] | None = option(
        "Patterns", "Count the lines that match a regex. Repeatable.", "--pattern -e NAME=REGEX"
    ),
    patterns: list[str] | None = option(
        "Patterns", "Read patterns from a file, one per line.", "--patterns FILE"
    ),
    level: str | None = option(
        "Filters",
        "Only records of these levels, as in error,warning.",
        "--level -l LEVELS",
        words=LEVELS,
    ),
    match: list[str] | None = option(
        "Filters", "Only records that match a pattern. Repeatable.", "--match NAME"
    ),
    where: str | None = option(
        "Filters",
        "Only records whose fields meet a condition: 'status>=500 and rt>1s'.",
        "--where CONDITION",
    ),
    since: str | None = option(
        "Filters",
        "Only records from this time on: a date, a time, or 2h (two hours ago).",
        "--since WHEN",
    ),
    until: str | None = option("Filters", "Only records before this time.", "--until WHEN"),
    measure: list[str] | None = option(
        "Numbers",
        "Measure a field (rt, http.latency), text with a hole ('took <ms> ms') or a regex with "
        "a group ('/took (\\d+)/'); distinct(client): values in each --bucket. Repeatable.",
        "--measure -m [NAME=]SOURCE[:UNIT]",
    ),
    by: list[str] | None = option(
        "Numbers",
        "Group by fields: path (ids masked), raw(path), method, status, class, client, user, "
        "host, level, file, or any other.",
        "--by KEY[,KEY]",
    ),
    sort: str | None = option(
        "Numbers",
        "Order of the groups: records, or a statistic, as in p99 or max(rt).",
        "--sort STATISTIC",
    ),
    templates: str | None = option(
        "Templates",
        "Find the templates of messages: table (with the summary), json or csv; off: never, "
        "not even for --records.",
        "--templates NAME",
        words=TEMPLATE_FORMS,
    ),
    top: int = option(
        "Output", "Number of templates or groups in a table.", "--top NUMBER", default=10
    ),
    template: str | None = option("Templates", "Show one template and its lines.", "--template ID"),
    baseline: str | None = option(
        "Templates",
        "Show what is new, vanished or changed since the run that wrote this JSON.",
        "--baseline FILE",
    ),
    show: int = option(
        "Output",
        "Show the first lines that pass the filters, or the first errors; with -m the lines "
        "with the greatest numbers.",
        "--show -n NUMBER",
        default=0,
    ),
    context: int = option(
        "Output", "Number of lines around each line shown.", "--context -C NUMBER", default=0
    ),
    bucket: str | None = option(
        "Output",
        "Width of a bucket of the time line, as in 5m. Default: chosen. With -m or --by, also "
        "of the steps in time.",
        "--bucket DURATION",
    ),
    records: str | None = option(
        "Output", "Write each line as a JSON object; - is standard output.", "--records FILE"
    ),
    format: str | None = option(  # noqa: A002 - the option's name
        "Output", "table, json, csv or html.", "--format -f NAME", words=FORMATS
    ),
    json: bool = AS_JSON,
    output: str | None = REPORT_FILE,
    open: bool = OPEN_REPORT,  # noqa: A002 - the option's name
    fail_on: list[str] | None = option(
        "Output",
        "Exit with 1 if this is true: 'error>0 or rate(warning)>5%'. Repeatable.",
        "--fail-on CONDITION",
    ),
    threads: int | None = THREADS,
    engine: EngineChoice,
    quiet: bool = QUIET,
    no_progress: bool = NO_PROGRESS,
    debug: bool = DEBUG,  # noqa: ARG001 - main() finds it before Typer does
) -> Callable[[], int]:
    """Count a log's lines by level, time, pattern and keyword: gigabytes in one pass.

    A record is a line that begins an entry, with the lines that continue it, such as a stack trace.
    """
    chosen = report_format(format_of(format, FORMATS, json=json, output=output), shows=open)
    if templates is not None and templates not in TEMPLATE_FORMS:
        raise InputError(
            f"--templates: {templates!r} is not a form", hint=", ".join(TEMPLATE_FORMS)
        )
    as_said = json or format or chosen == "html"
    if templates in {"json", "csv"} and as_said and chosen != templates:
        raise InputError(
            f"--templates {templates} and --format {chosen} both set the output",
            hint="--templates table adds templates to the summary",
        )
    if template is not None and chosen in {"csv", "html"} and templates != "csv":
        raise InputError(
            f"--template shows one template as a table or JSON, not as {chosen}",
            hint="use --templates csv, or an HTML report, which shows each template",
        )
    if template is not None and not template.strip():
        raise InputError("--template: an empty id", hint="--templates table lists the ids")
    if top < 0:
        raise InputError(f"{top} is negative", parameter="top", hint="give 0 or more")
    if demo:
        files = demo_paths("shop.log", files, "cotool analyze-logs")
    from cotool.logs.options import LogOptions
    from cotool.logs.patterns.patterns import all_patterns
    from cotool.logs.times import parse_duration

    width = None if bucket is None else parse_duration(bucket, "bucket")
    options = LogOptions(
        patterns=all_patterns(pattern or (), patterns or ()),
        levels=level,
        since=since,
        until=until,
        match=match,
        measures=measure or (),
        by=by or (),
        where=where,
        step=width or (_REPORT_STEP if chosen == "html" else 0),
        greatest=show if measure else 0,
        log_format="\n".join(log_format or ("auto",)),
        level_words=level_word or (),
        tz=tz,
        show=0 if measure else show,
        context=context,
        max_decompressed=cast("int | None", max_decompressed),
        num_threads=threads,
        records=records is not None,
    )
    paths = tuple(files or standard_input(_TRY))
    if explain_format:
        return _explain(paths, options, chosen, recursive=recursive, output=output)
    request = LogRequest(
        paths=paths,
        recursive=recursive,
        options=options,
        state=state,
        follow=follow,
        bucket=width,
        records=records,
        format=chosen or "table",
        output=output,
        conditions=tuple(fail_on or ()),
        quiet=quiet,
        progress=not no_progress,
        engine=engine,
        shows=open,
        templates=templates,
        top=top,
        sort=sort,
        baseline=baseline,
        template=template,
    )
    return partial(work.run, request)


def _explain(
    paths: tuple[str, ...],
    options: "LogOptions",
    chosen: str | None,
    *,
    recursive: bool,
    output: str | None,
) -> Callable[[], int]:
    if chosen not in {None, "table", "json"}:
        raise InputError(f"--explain-format writes a table or JSON, not {chosen}")
    from cotool.cli.logs.explain import explain

    return partial(
        explain, paths, options, recursive=recursive, output=output, as_json=chosen == "json"
    )
