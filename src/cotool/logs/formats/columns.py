"""The columns of logs whose lines have fields in fixed places: access logs, W3C, load balancers."""

from __future__ import annotations

from collections import Counter

from cotool._fast.logs import logscan
from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.model import TEXT, Format, forms_of
from cotool.logs.formats.requests import (
    access_columns,
    columns_in,
    morgan_columns,
    parts_of,
)
from cotool.logs.formats.titles import (
    ENOUGH,
    LEAST_COLUMNS,
    NEARLY_ALL,
    cells_of,
    separated_columns,
)
from cotool.logs.units import UNITS

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from cotool.logs.formats.titles import Columns

HEADER = b"#Fields:"
_FRACTION = lazy_pattern(rb"\d*\.\d+")
# What load balancers write if a target gave no answer.
NO_TIME = b"-1"
# As in logreading.h: the part of an address without its port, and what follows the last slash.
ADDRESS, _LAST = 9, 10
_BALANCER = lazy_pattern(
    rb"(?:http|https|h2|grpcs|ws|wss) \d{4}-\d\d-\d\dT\S+ \S+ \S+ \S+ -?[\d.]+ -?[\d.]+ "
)
_CLASSIC = lazy_pattern(rb"\d{4}-\d\d-\d\dT\S+ \S+ \S+:\d+ \S+ (?:-?[\d.]+ ){3}\S+ \S+ \d+ \d+ \"")
_ENVOY = lazy_pattern(rb'\[\d{4}-[^\]]+\] "[^"]*" \d+ \S+ \d+ \d+ \d+ (?:\d+|-)(?: "[^"]*"){5}')
_ISTIO = lazy_pattern(
    rb'\[\d{4}-[^\]]+\] "[^"]*" \d+ \S+ \S+ \S+ "[^"]*" \d+ \d+ \d+ (?:\d+|-)(?: "[^"]*"){5}'
)
_S3 = lazy_pattern(rb"\S+ \S+ \[[^\]]+\] \S+ \S+ \S+ (?:REST|WEBSITE|SOAP|BATCH|S3)\.\S+ \S+ ")
_SQUID = lazy_pattern(rb"\d{9,10}\.\d{3} +\d+ \S+ [A-Z_]+/\d{3} \d+ [A-Z]+ \S+ ")
_FLOW = lazy_pattern(
    rb"2 \d+ eni-\w+ \S+ \S+ (?:(?:\d+|-) ){5}\d{9,10} \d{9,10} (?:ACCEPT|REJECT|-) [A-Z]+"
)
_GIN = lazy_pattern(rb'\[GIN\] \S+ - \S+ \|\s*\d{3} \|\s*\S+ \|\s*\S+ \|\s*[A-Z]+\s+"')
_UWSGI = lazy_pattern(
    rb"\[pid: \d+\|[^\]]*\] \S+ \(\S*\) \{\d+ vars in \d+ bytes\} \[[^\]]+\] [A-Z]+ \S+ => "
    rb"generated \d+ bytes in \d+ msecs "
)
_TIMES = ("request_processing_time", "target_processing_time", "response_processing_time")
# Logs with fixed columns: how a line begins, a mark in it, the names of its columns, and units
# without a name.
_PRODUCTS: tuple[tuple[re.Pattern[bytes], bytes, tuple[str, ...], dict[str, str]], ...] = (
    # AWS load balancers: application, and classic.
    (_BALANCER, b'"',
     ("type", "time", "elb", "client", "target", *_TIMES, "elb_status", "target_status",
      "received_bytes", "sent_bytes", "request", "user_agent"), {}),
    (_CLASSIC, b'"',
     ("time", "elb", "client", "target", *_TIMES, "elb_status", "target_status",
      "received_bytes", "sent_bytes", "request", "user_agent"), {}),
    # Envoy's default format, from the time to the upstream's host.
    (_ENVOY, b'] "',
     ("time", "request", "status", "response_flags", "bytes_received", "bytes_sent", "duration_ms",
      "upstream_service_time", "x_forwarded_for", "agent", "request_id", "host", "upstream_host"),
     {"upstream_service_time": "ms"}),
    # The one of Istio, which adds why there was no answer.
    (_ISTIO, b'] "',
     ("time", "request", "status", "response_flags", "response_code_details",
      "connection_termination_details", "transport_failure_reason", "bytes_received", "bytes_sent",
      "duration_ms", "upstream_service_time", "x_forwarded_for", "agent", "request_id", "host",
      "upstream_host"),
     {"upstream_service_time": "ms"}),
    # Amazon S3's server access log.
    (_S3, b"] ",
     ("owner", "bucket", "time", "client", "user", "request_id", "operation", "key", "request",
      "status", "error", "bytes_sent", "object_size", "rt", "turn_around_time", "referer", "agent"),
     {"rt": "ms", "turn_around_time": "ms", "object_size": "B"}),
    # Flows of Amazon's networks, by default.
    (_FLOW, b" eni-",
     ("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport",
      "protocol", "packets", "bytes", "start", "end", "action", "log-status"), {}),
    # Squid's native format; the status follows the slash of TCP_MISS/200.
    (_SQUID, b"/",
     ("time", "rt", "client", "status", "bytes", "method", "url", "user", "hierarchy", "type"),
     {"rt": "ms"}),
    # uWSGI; client and user are before the request.
    (_UWSGI, b"[pid:",
     ("", "client", *[""] * 7, "method", "path", "", "", "bytes", "", "", "rt"),
     {"rt": "ms", "bytes": "B"}),
    # Gin, a framework of Go.
    (_GIN, b"[GIN]",
     (*[""] * 5, "status", "", "rt", "", "client", "", "method", "path"), {}),
)  # fmt: skip
# HAProxy's times of a request, and what follows them: status and bytes. The search is quick from
# blank to blank.
_TIMERS = lazy_pattern(rb" ((?:-?\d+/){4}\+?-?\d+) -?\d{1,3} \+?\d+ ")
# The same of a TCP connection, which has no status and no request.
_CONNECTION = lazy_pattern(rb" ((?:-?\d+/){2}\+?-?\d+) \+?\d+ \S\S (?:\d+/){4}")
_PROXY_NAMES = ("client", "accept_date", "frontend", "backend", "timers", "status", "bytes")
_LINES_WITH_TIMES = 100


def columns_of(found: Format, lines: Sequence[bytes]) -> tuple[bytes, Columns]:
    """Return the delimiter of columns (empty: blanks) and each name's column, part and scale."""
    if found.kind != TEXT:
        return b"", {}
    if found.names:
        return b"", _named(found, lines)
    header = header_of(lines)
    if header:
        return _extended(header, lines)
    rows = [line for line in lines if line.strip()]
    separated = separated_columns(rows)
    if separated is not None:
        return separated
    text = b"\n".join(rows)
    for pattern, mark, names, units in _PRODUCTS:
        # Looking for the mark does without compiling the pattern.
        if mark in text and sum(map(bool, map(pattern.match, rows))) > ENOUGH * len(rows):
            at: Columns = {
                name: (n, _LAST if name == "status" and pattern is _SQUID else 0, None)
                for n, name in enumerate(names)
                if name
            }
            at |= {
                name: (column, part, UNITS[units[name]])
                for name, (column, part, _) in at.items()
                if name in units
            }
            return b"", at | (parts_of(names.index("request")) if "request" in names else {})
    columns = _proxy(rows) or access_columns(rows) or morgan_columns(rows)
    return b"" if columns else _delimiter(rows), columns


def _named(found: Format, lines: Sequence[bytes]) -> Columns:
    """Return the columns that the caller has named."""
    wide = Counter(
        width
        for line in lines[:_LINES_WITH_TIMES]
        if (width := blanks_of_time(found, line)) is not None
    )
    more = wide.most_common(1)[0][0] if wide else 0
    named: Columns = {
        x.name: (x.column + more * x.is_after, x.part, None) for x in found.names if x.column >= 0
    }
    if not named:
        return {}
    column, part, _ = named.get("request", (0, 1, None))
    return named if part else parts_of(column) | named


def time_in(found: Format, line: bytes) -> tuple[int, int]:
    """Return where a line's time begins and ends: at the same place if it has none."""
    if found.lead:
        start = line.find(found.lead) + len(found.lead)
    else:
        number = max(0, found.time_token)
        rest = line.split(None, number)[number:]
        start = len(line) - len(rest[0]) + bool(found.time_open) if rest else 0
        if found.pri and not number and line.startswith(b"<"):
            start = line.find(b">") + 1
    end = start + max(
        read[0] if (read := logscan.read_time(form, line, start)) else 0 for form in forms_of(found)
    )
    return start, end


def line_has_time(found: Format, line: bytes) -> bool:
    """Return whether a line has a time of the format."""
    start, end = time_in(found, line)
    return end > start


def blanks_of_time(found: Format, line: bytes) -> int | None:
    """Return how many columns a line's time takes beside its first one; None without a time."""
    start, end = time_in(found, line)
    return sum(start < column.start() < end for column in columns_in(line)) if end > start else None


def header_of(lines: Sequence[bytes]) -> bytes:
    """Return the first line "#Fields: …" of the W3C's extended log format, b"" without one."""
    return next((line.rstrip() for line in lines if line.startswith(HEADER)), b"")


def is_universal(lines: Sequence[bytes]) -> bool:
    """Return whether the lines are in the W3C's extended format, whose times are in UTC.

    Windows Firewall says "#Time Format: Local".
    """
    names = header_of(lines).split()
    return b"time" in names and not any(
        line.startswith(b"#Time Format:") and b"local" in line.lower() for line in lines
    )


def lines_of(found: Format, formats: Sequence[Format], lines: Sequence[bytes]) -> Sequence[bytes]:
    """Return the lines of one of several formats of a sample: those that have its time.

    Those of a format without times are the ones with which it may begin.
    Lines "#Fields: …" count if they have as many names as these lines have columns. Times in
    brackets are those of one format: a user's name in front of them may have blanks.
    """
    if len(formats) == 1 or found.kind != TEXT or found.names:
        return lines
    if separated_columns([line for line in lines if line.strip()]) is not None:
        return lines  # rows of one table, whose times may be written in several ways
    if not forms_of(found):
        return [line for line in lines if line[:1] in found.first] if found.first else lines
    alike = [
        one
        for one in formats
        if one is found or (one.time_open == found.time_open == ord("[") and one.kind == TEXT)
    ]
    rows = [line for line in lines if any(line_has_time(one, line) for one in alike)]
    widths = {len(names_in(line)) for line in lines if line.startswith(HEADER)}
    fit = sum(not widths.isdisjoint((len(row.split()), len(row.split(b"\t")))) for row in rows)
    if not widths or fit <= ENOUGH * len(rows):
        return rows
    own = set(rows)
    return [line for line in lines if line in own or line.startswith(HEADER)]


def further_lines(formats: Sequence[Format], lines: Sequence[bytes]) -> Sequence[bytes]:
    """Return the lines of a sample that continue records of text: those without their own time.

    There are none in logs of JSON and of pairs, and if no line has a time.
    """
    dated = [found for found in formats if forms_of(found)]
    if not dated or any(found.kind != TEXT for found in formats):
        return []
    return [
        line
        for line in lines
        if line.strip()
        and not line.startswith(HEADER)
        and not any(line_has_time(found, line) for found in dated)
    ]


def names_in(header: bytes) -> list[str]:
    """Return the names of the columns in a line "#Fields: …"; blanks or commas separate them."""
    names = header.decode("utf-8", "replace").split(":", 1)[1]
    return names.split() if len(names.split()) > 1 else names.strip().split(",")


def _delimiter(rows: Sequence[bytes]) -> bytes:
    """Return what separates columns without names: the same number in rows with hardly a blank."""
    few = sum(len(columns_in(row)) < LEAST_COLUMNS for row in rows)
    for delimiter in (b"|", b";", b",") if few > NEARLY_ALL * len(rows) else ():
        widths = Counter(len(cells_of(row, delimiter.decode())) for row in rows)
        width, count = widths.most_common(1)[0]
        if width >= LEAST_COLUMNS and count > NEARLY_ALL * len(rows):
            return delimiter
    return b""


def writes_no_time(columns: Columns) -> bool:
    """Return whether logs with these columns write NO_TIME for an unknown time."""
    return "target_processing_time" in columns or "timers" in columns


def _proxy(rows: Sequence[bytes]) -> Columns:
    """Return the columns of HAProxy's logs of requests, or else of connections, by their timers."""
    first, last = _timers(rows, _TIMERS)
    names: tuple[str, ...] = _PROXY_NAMES
    if not first:
        first, _ = _timers(rows, _CONNECTION)
        names = tuple(name for name in names if name != "status")
    if not first:
        return {}
    at: Columns = {name: (first - 4 + n, 0, None) for n, name in enumerate(names)}
    at["bytes"] = (at["bytes"][0], 0, UNITS["B"])
    at["rt"] = (first, _LAST, UNITS["ms"])
    return at | (parts_of(last) if "status" in at else {})


def _timers(rows: Sequence[bytes], form: re.Pattern[bytes]) -> tuple[int, int]:
    """Return the column of timers behind an [accept date], and the last one; zeros without any."""
    places: Counter[tuple[int, int]] = Counter()
    for line in rows:
        timers = form.search(line) if line.count(b"/") > 3 else None
        if timers is None:
            continue
        columns = columns_in(line)
        at = timers.start(1)
        first = next((n for n, column in enumerate(columns) if column.start() == at), 0)
        is_last = form is not _TIMERS or columns[-1][1] is not None
        if first > 3 and columns[first - 3][2] is not None and is_last:
            places[first, len(columns) - 1] += 1
    found, count = places.most_common(1)[0] if places else ((0, 0), 0)
    return found if count > ENOUGH * len(rows) else (0, 0)


def _extended(header: bytes, lines: Sequence[bytes]) -> tuple[bytes, Columns]:
    """Return the columns of the W3C's extended log format, as IIS and CloudFront write it."""
    names = names_in(header)
    rows = [line for line in lines if not line.startswith(b"#")]
    tabs = bool(rows) and all(b"\t" in line for line in rows)
    delimiter = b"\t" if tabs else b"," if b"," in header else b""
    at: Columns = {}
    for n, name in enumerate(names):
        scale = None
        if name == "time-taken":
            # Seconds with a fraction by the standard; IIS writes whole milliseconds.
            cells = _cells_under(name, lines, delimiter or None)
            scale = UNITS["s" if any(map(_FRACTION.fullmatch, cells)) else "ms"]
        at[name.lower()] = (n, 0, scale)
    return delimiter, at


def _cells_under(name: str, lines: Sequence[bytes], delimiter: bytes | None) -> Iterator[bytes]:
    """Yield the cells of a column; each line "#Fields: …" says where it is in the rows after it."""
    column: int | None = None
    for line in lines:
        if line.startswith(HEADER):
            names = names_in(line)
            column = names.index(name) if name in names else None
        elif column is not None and not line.startswith(b"#"):
            cells = line.split(delimiter)
            if len(cells) > column:
                yield cells[column]
