"""The options of `cotool analyze-logs`, and the request made from them."""

from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING, cast
from cotool.cli.shared.options import (
    DEBUG,
    NO_PROGRESS,
    QUIET,
    THREADS,
    flag,
    one_of,
    option,
    option_class,
    own_file,
    size_in_bytes,
)
from cotool.cli.shared.report_options import AS_JSON, OPEN_REPORT, REPORT_FILE
from cotool.errors import InputError
from cotool.logs.levels import LEVELS

if TYPE_CHECKING:
    from cotool.engine.choice import EngineChoice
    from cotool.logs.options import LogOptions
    from cotool.logs.scan.sources import LogSource

TEMPLATE_FORMS = ("table", "json", "csv", "off")
FORMATS = ("table", "json", "csv", "html")
# Seconds of a step in time of a report; there are fewer columns, and steps widen by themselves.
_REPORT_STEP = 60


def _zones() -> list[str]:
    from zoneinfo import available_timezones

    return sorted(available_timezones())


@option_class
class LogFlags:
    """The options of `analyze-logs` as they were given."""

    recursive: bool = flag("Input", "Include the files in folders.", "--recursive -r")
    log_format: list[str] | None = option(
        "Input",
        "auto, plain, json, logfmt, or the head of a line, such as '{time} [{}] {level}' "
        "(repeatable); day-first or month-first decides dates such as 02/03/2026.",
        "--log-format FORMAT",
        words=("auto", "plain", "json", "logfmt", "day-first", "month-first"),
    )
    level_word: list[str] | None = option(
        "Input",
        "Treat a word in the logs as a level, as in FEHLER=error. Repeatable.",
        "--level-word WORD=LEVEL",
    )
    each_line: bool = flag(
        "Input", "Count each line as a record, even continuation lines.", "--each-line"
    )
    explain_format: bool = flag(
        "Input",
        "Show which fields are the time and the level, why, and what was not recognised.",
        "--explain-format",
    )
    tz: str | None = option(
        "Input",
        "Time zone of the output, and of times without a zone: a name, +02:00, or local.",
        "--tz ZONE",
        words=_zones,
    )
    state: str | None = option(
        "Input",
        "Continue where the last run with this file ended. Rotated logs count once.",
        "--state FILE",
        convert=own_file,
    )
    max_decompressed: str | None = option(
        "Input",
        "Maximum size of a file after decompression, as in 500MB or 4GiB. "
        "Default: 16 GiB, or 64 times its own size if that is more.",
        "--max-decompressed SIZE",
        convert=size_in_bytes,
    )
    demo: bool = flag("Input", "Run on an example that is installed with cotool.", "--demo")
    follow: bool = flag("Input", "Keep reading as the logs grow. Ctrl-C ends.", "--follow -F")
    pattern: list[str] | None = option(
        "Patterns", "Count the lines that match a regex. Repeatable.", "--pattern -e NAME=REGEX"
    )
    patterns: list[str] | None = option(
        "Patterns", "Read patterns from a file, one per line.", "--patterns FILE"
    )
    level: str | None = option(
        "Filters",
        "Only records of these levels, as in error,warning.",
        "--level -l LEVELS",
        words=LEVELS,
    )
    match: list[str] | None = option(
        "Filters", "Only records that match a pattern. Repeatable.", "--match NAME"
    )
    where: list[str] | None = option(
        "Filters",
        "Only records whose fields meet a condition: 'status>=500 and rt>1s'. Repeatable.",
        "--where CONDITION",
    )
    since: str | None = option(
        "Filters",
        "Only records from this time on: a date, a time, or 2h (two hours ago).",
        "--since WHEN",
    )
    until: str | None = option("Filters", "Only records before this time.", "--until WHEN")
    measure: list[str] | None = option(
        "Numbers",
        "Measure a field (rt, http.latency), text with a hole ('took <ms> ms') or a regex with "
        "a group ('/took (\\d+)/'); distinct(client): values in each --bucket. Repeatable.",
        "--measure -m [NAME=]SOURCE[:UNIT]",
    )
    by: list[str] | None = option(
        "Numbers",
        "Group by fields: path (ids masked), raw(path), method, status, class, client, user, "
        "host, level, file, or any other.",
        "--by KEY[,KEY]",
    )
    sort: str | None = option(
        "Numbers",
        "Order of the groups: records, or a statistic, as in p99 or max(rt).",
        "--sort STATISTIC",
    )
    templates: str | None = option(
        "Templates",
        "Find the templates of messages: table (with the summary), json or csv; off: never, "
        "not even for --records.",
        "--templates NAME",
        words=TEMPLATE_FORMS,
        convert=one_of(TEMPLATE_FORMS),
    )
    top: int = option(
        "Output", "Number of templates or groups in a table.", "--top NUMBER", default=10
    )
    template: str | None = option(
        "Templates",
        "Show one template and its lines; measure its records with -m or --by.",
        "--template ID",
    )
    baseline: str | None = option(
        "Templates",
        "Show what is new, vanished or changed since the run that wrote this JSON.",
        "--baseline FILE",
    )
    show: int = option(
        "Output",
        "Show the first lines that pass the filters, or the first errors; with -m the lines "
        "with the greatest numbers.",
        "--show -n NUMBER",
        default=0,
    )
    context: int = option(
        "Output", "Number of lines around each line shown.", "--context -C NUMBER", default=0
    )
    bucket: str | None = option(
        "Output",
        "Width of a bucket of the time line, as in 5m. Default: automatic. With -m or --by, "
        "also the interval at which figures are kept.",
        "--bucket DURATION",
    )
    records: str | None = option(
        "Output", "Write each line as a JSON object; - is standard output.", "--records FILE"
    )
    format: str | None = option(
        "Output", "table, json, csv or html.", "--format -f NAME", words=FORMATS
    )
    json: bool = AS_JSON
    output: str | None = REPORT_FILE
    open: bool = OPEN_REPORT
    fail_on: list[str] | None = option(
        "Output",
        "Exit with 1 if this is true: 'error>0 or rate(warning)>5%'. Repeatable.",
        "--fail-on CONDITION",
    )
    threads: int | None = THREADS
    quiet: bool = QUIET
    no_progress: bool = NO_PROGRESS
    debug: bool = DEBUG

    @property
    def width(self) -> int | None:
        """The seconds of a bucket. Raises InputError."""
        from cotool.logs.times import parse_duration

        return None if self.bucket is None else parse_duration(self.bucket, "bucket")

    def check(self, chosen: str | None) -> None:
        """Raise InputError for options that contradict each other, or the `chosen` format."""
        templates, template = self.templates, self.template
        if templates in {"json", "csv"} and chosen not in {None, templates}:
            raise InputError(
                f"{templates} sets the output, and so does the format {chosen}",
                parameter="templates",
                hint="--templates table adds templates to the summary",
            )
        if template is not None and chosen in {"csv", "html"} and templates != "csv":
            raise InputError(
                f"one template is shown as a table or JSON, not as {chosen}",
                parameter="template",
                hint="use --templates csv, or an HTML report, which shows each template",
            )
        if template is not None and not template.strip():
            raise InputError(
                "an empty id", parameter="template", hint="--templates table lists the ids"
            )
        if self.top < 0:
            raise InputError(f"{self.top} is negative", parameter="top", hint="give 0 or more")

    def analysis(self, chosen: str | None) -> "LogOptions":
        """Return the options of the analysis."""
        from cotool.logs.options import LogOptions
        from cotool.logs.patterns.patterns import all_patterns

        return LogOptions(
            patterns=all_patterns(self.pattern or (), self.patterns or ()),
            levels=self.level,
            since=self.since,
            until=self.until,
            match=self.match,
            measures=self.measure or (),
            by=self.by or (),
            where=self.where,
            each_line=self.each_line,
            step=self.width or (_REPORT_STEP if chosen == "html" else 0),
            greatest=self.show if self.measure else 0,
            log_format="\n".join(self.log_format or ("auto",)),
            level_words=self.level_word or (),
            tz=self.tz,
            show=0 if self.measure else self.show,
            context=self.context,
            max_decompressed=cast("int | None", self.max_decompressed),
            num_threads=self.threads,
            records=self.records is not None,
        )

    def narrowed(self) -> "LogFlags":
        """Return the flags with --template as a condition on what -m and --by measure."""
        if self.template is None or not (self.measure or self.by):
            return self
        return replace(
            self, template=None, where=[*(self.where or ()), f"template={self.template}"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRequest:
    """What a call asks for: the options as given, and what they mean: the analysis, the output.

    `format` and `output` are the chosen ones; `fields`: those of the first file, where they are
    known; `given`: the options on the command line. What is shown: see table.render() and
    overview.with_overview().
    """

    flags: LogFlags
    paths: tuple[str, ...]
    options: "LogOptions"
    engine: "EngineChoice"
    format: str = "table"
    output: str | None = None
    shown_templates: str = "all"
    shows_requests: bool = False
    fields: tuple[str, ...] | None = None
    given: frozenset[str] = frozenset()

    def find_sources(self) -> "list[LogSource]":
        """Return the sources that the paths name. Raises InputError."""
        from cotool.logs.scan.sources import find_sources

        most = self.options.max_decompressed
        return find_sources(self.paths, recursive=self.flags.recursive, max_decompressed=most)
