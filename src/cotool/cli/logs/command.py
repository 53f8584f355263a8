"""`cotool analyze-logs`: the command."""

from cotool._lazy import stand_ins
from cotool._typing import Annotated
from cotool.cli.html.output import report_format
from cotool.cli.logs.request import FORMATS, LogFlags, LogRequest
from cotool.cli.shared.commands import App, Given
from cotool.cli.shared.engine_options import Engine
from cotool.cli.shared.examples import demo_paths
from cotool.cli.shared.options import argument
from cotool.cli.shared.report_options import format_of, shown_format, standard_input
from cotool.errors import InputError

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

app = App()
_TRY = "cotool analyze-logs app.log, or try: cotool analyze-logs --demo"


@app.command("analyze-logs", epilog=EXAMPLES)
def analyze_logs(
    files: Annotated[
        list[str] | None,
        argument(
            "[FILES]...",
            "Logs, globs or folders (-r), also gzip, zstd, bzip2, xz; - is standard input.",
        ),
    ] = None,
    *,
    flags: LogFlags,
    given: Given,
    engine: Engine,
) -> int:
    """Count a log's lines by level, time, pattern and keyword: gigabytes in one pass.

    A record is a line that begins an entry, with the lines that continue it, such as a stack trace.

    Options can also be set in COTOOL_ANALYZE_LOGS_* variables (COTOOL_ANALYZE_LOGS_TZ) and in
    config.toml.
    """
    chosen = report_format(
        format_of(flags.format, FORMATS, json=flags.json, output=flags.output),
        shows=flags.open,
    )
    shown_format(flags.records, ("json", "jsonl"))
    flags.check(chosen)
    flags = flags.narrowed()
    if flags.demo:
        files = demo_paths("shop.log", files, "cotool analyze-logs")
    paths = tuple(files or standard_input(_TRY))
    request = LogRequest(
        flags=flags,
        paths=paths,
        options=flags.analysis(chosen),
        engine=engine,
        format=chosen or "table",
        output=flags.output,
        given=given.parameters,
    )
    if not flags.explain_format:
        with stand_ins("json"):  # a table of text logs needs none
            from cotool.cli.logs.run import run
        return run(request)
    if request.format not in {"table", "json"}:
        raise InputError(f"--explain-format writes a table or JSON, not {chosen}")
    from cotool.cli.logs.explain import explain

    return explain(request)
