"""Where the fields of a reading stand in the lines of a format, by a sample of them.

The names that people use for a field (path, status, rt) differ from those in logs (url.path, code,
request_time): ALIASES has the names that mean the same. A field that is not found under any of its
names is looked for under its own name, as key=value in text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cotool._lazy import lazy_pattern
from cotool.logs.formats.model import JSON, LOGFMT, MAX_KEY, TEXT
from cotool.logs.measures import model
from cotool.logs.measures.model import COLUMN, GIVEN, KEY, LEVEL, NO_SCALE, NOWHERE, PAIR, Locator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cotool.logs.formats.model import Format
    from cotool.logs.measures.model import Scale, Source

# Each name's column, the part of it, and what a number without a unit stands for.
_Columns = dict[str, "tuple[int, int, Scale | None]"]
# The names that stand for the same, the one that people type first.
ALIASES: dict[str, tuple[str, ...]] = {
    "path": (
        "path", "uri", "url", "request_uri", "request_path", "requestpath", "url.path",
        "http.path", "http.target", "http.url", "req.url", "request.url", "request.uri",
        "cs-uri-stem", "httprequest.requesturl", "target", "endpoint", "route", "requesturi",
    ),
    "method": (
        "method", "http.method", "http_method", "request_method", "req.method", "request.method",
        "cs-method", "httprequest.requestmethod", "http.request.method", "verb", "requestmethod",
    ),
    "status": (
        "status", "status_code", "statuscode", "http.status_code", "http_status", "http.status",
        "res.statuscode", "response.status", "response_code", "sc-status", "code", "elb_status",
        "httprequest.status", "http.response.status_code", "downstreamstatus",
    ),
    "client": (
        "client", "client_ip", "clientip", "remote_addr", "remote_ip", "remoteaddr", "client_addr",
        "source_ip", "sourceip", "ip", "c-ip", "req.remoteaddress", "client.ip", "source.address",
        "httprequest.remoteip", "clientaddr", "clienthost", "request.remote_ip", "peer",
    ),
    "user": (
        "user", "user_id", "userid", "username", "user.name", "user.id", "remote_user",
        "cs-username", "uid", "account", "clientusername",
    ),
    "host": (
        "host", "hostname", "host.name", "server", "server_name", "cs-host", "vhost", "node",
        "request.host", "requesthost",
    ),
    "bytes": (
        "bytes", "body_bytes_sent", "bytes_sent", "response_size", "size", "sc-bytes", "resp_size",
        "content_length", "response_bytes", "http.response.body.bytes", "sent_bytes",
        "downstreamcontentsize", "length",
    ),
    "referer": ("referer", "referrer", "http_referer", "cs(referer)"),
    "agent": ("agent", "user_agent", "useragent", "http_user_agent", "cs(user-agent)"),
    "rt": (
        "rt", "request_time", "duration", "duration_ms", "latency", "latency_ms", "response_time",
        "responsetime", "response_time_ms", "elapsed", "elapsed_ms", "took", "took_ms",
        "time_taken", "time-taken", "request_duration", "duration_seconds", "durationms",
        "elapsedms", "target_processing_time", "latencyms", "duration_us", "duration_ns",
        "httprequest.latency",
    ),
    "component": ("component", "logger", "module", "service", "logger_name", "service.name"),
    "level": ("level",),
    "file": ("file",),
}  # fmt: skip
# What the end of a name says of a number's unit.
_SCALES = [
    (re.compile(f"(?:.*[^a-z])?(?:{ending})"), model.UNITS[unit])
    for ending, unit in (
        ("(?:duration|elapsed|latency|time|took)?(?:ms|msec|msecs|millis|milliseconds)", "ms"),
        ("(?<=_)(?:us|usec|usecs)|micros|microseconds", "us"),
        ("(?<=_)ns|nanos|nanoseconds", "ns"),
        ("(?<=_)(?:s|sec|secs)|seconds", "s"),
        ("minutes|mins", "min"),
        ("bytes|bytes_sent|content_?length", "B"),
        ("(?<=_)kb", "kB"),
        ("(?<=_)mb", "MB"),
        ("(?<=_)gb", "GB"),
        ("(?<=_)kib", "KiB"),
        ("(?<=_)mib", "MiB"),
        ("(?<=_)gib", "GiB"),
    )
]
# In camel case: durationMs, latencyMillis, elapsedSeconds, sentBytes.
_CAMEL = {"Ms": "ms", "Millis": "ms", "Micros": "us", "Nanos": "ns", "Seconds": "s", "Bytes": "B"}
# Units of fields whose names say none, in formats that define them.
_DEFINED: dict[str, Scale] = {
    "request_time": model.UNITS["s"],  # nginx
    "upstream_response_time": model.UNITS["s"],
    "target_processing_time": model.UNITS["s"],  # AWS load balancers
    "request_processing_time": model.UNITS["s"],
    "response_processing_time": model.UNITS["s"],
}
_REQUEST = lazy_pattern(rb"[A-Z]{3,20} \S+(?: HTTP/[\d.]+)?")
_STATUS = lazy_pattern(rb"\d{3}|-")
_COLUMNS = lazy_pattern(rb'"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)')
_PAIRS = lazy_pattern(rb"(?<![^\s,;|(\[{])([A-Za-z_][\w.-]*)=[\"']?[-+]?\.?\d")
_COLUMN = lazy_pattern(r"\$([1-9]\d{0,2})")
_BALANCER = lazy_pattern(
    rb"(?:http|https|h2|grpcs|ws|wss) \d{4}-\d\d-\d\dT\S+ \S+ \S+ \S+ -?[\d.]+ -?[\d.]+ "
)
_BALANCER_NAMES = (
    "type", "time", "elb", "client", "target", "request_processing_time", "target_processing_time",
    "response_processing_time", "elb_status", "target_status", "received_bytes", "sent_bytes",
    "request", "user_agent",
)  # fmt: skip
# What load balancers write where a target gave no answer.
_NO_TIME = b"-1"
# As in logreading.h: an address without its port, what follows the last slash.
_ADDRESS, _LAST = 9, 10
# HAProxy's times of a request, and what follows them: status and bytes.
_TIMERS = lazy_pattern(rb"(?:-?\d+/){4}\+?-?\d+ -?\d{1,3} \+?\d+ ")
_PROXY_NAMES = ("client", "accept_date", "frontend", "backend", "timers", "status", "bytes")
# Envoy's default format, from the time to the upstream's host.
_ENVOY = lazy_pattern(rb'\[\d{4}-[^\]]+\] "[^"]*" \d+ \S+ \d+ \d+ \d+ (?:\d+|-)(?: "[^"]*"){5}')
_ENVOY_NAMES = (
    "time", "request", "status", "response_flags", "bytes_received", "bytes_sent", "duration_ms",
    "upstream_service_time", "x_forwarded_for", "agent", "request_id", "host", "upstream_host",
)  # fmt: skip
# Parts of a request line.
_PARTS = {"method": 1, "path": 2, "protocol": 3}
_ENOUGH = 0.5


def with_fields(
    formats: Sequence[Format], sources: Sequence[Source], lines: Sequence[bytes]
) -> tuple[Format, ...]:
    """Return the formats with the locators of sources, by a sample of lines."""
    return tuple(_with_fields(found, sources, lines) for found in formats)


def locate_anywhere(source: Source) -> Locator:
    """Return where a source stands in a line of no known format."""
    return _simple(source) or _pair(source.name, source.scale)


def fields_of(found: Format, lines: Sequence[bytes]) -> list[str]:
    """Return the names of the fields in a sample of a format, those with aliases by these."""
    names = _Keys(found, lines).names() or list(_columns_of(found, lines)[1])
    if found.kind == TEXT:
        pairs = Counter(
            match[1].decode("ascii")
            for line in lines
            for match in _PAIRS.finditer(line)
            if match[1].lower() not in {b"http", b"https"}
        )
        names += [name for name, count in pairs.items() if count > _ENOUGH * len(lines)]
    short = {alias: name for name, aliases in ALIASES.items() for alias in reversed(aliases)}
    return list(dict.fromkeys(short.get(name.lower(), name) for name in names))


def _with_fields(found: Format, sources: Sequence[Source], lines: Sequence[bytes]) -> Format:
    keys = _Keys(found, lines)
    delimiter, columns = _columns_of(found, lines)
    locators = []
    for source in sources:
        locator = _simple(source)
        if locator is None:
            locator = (
                _column(source, columns)
                or keys.locate(source)
                or (
                    keys.named(source.name, source.scale)
                    if keys.kind != TEXT
                    else _pair_among(source, lines)
                )
            )
        if source.name == "client" and locator.kind in {COLUMN, KEY, PAIR}:
            locator = locator._replace(part=_ADDRESS)
        if locator.kind == COLUMN and _writes_no_time(columns):
            locator = locator._replace(text=_NO_TIME)
        locators.append(locator)
    return replace(found, columns=delimiter, locators=tuple(locators))


def _simple(source: Source) -> Locator | None:
    """Return the locator of a source that is the same in all formats."""
    if source.kind == "text":
        before, after = source.before.encode(), source.after.encode()
        return Locator(model.TEXT, text=before, after=after, scale=source.scale or NO_SCALE)
    if source.kind == "regex":
        return Locator(model.GROUP, scale=source.scale or NO_SCALE)
    if source.name == "level":
        return Locator(LEVEL)
    if source.name == "file":
        return Locator(GIVEN, is_path=True)
    return None


def scale_of(name: str) -> Scale:
    """Return what a number without a unit stands for in a field of this name."""
    last = name.rpartition(".")[2]
    if last.lower() in _DEFINED:
        return _DEFINED[last.lower()]
    for ending, unit in _CAMEL.items():
        if last.endswith(ending) and last != ending:
            return model.UNITS[unit]
    for pattern, scale in _SCALES:
        if pattern.fullmatch(last.lower()):
            return scale
    return NO_SCALE


def _pair(name: str, scale: Scale | None) -> Locator:
    key = name.encode()
    if not 0 < len(key) <= MAX_KEY or _COLUMN.fullmatch(name):
        return Locator(NOWHERE)
    return Locator(PAIR, text=key, scale=scale or scale_of(name))


def _pair_among(source: Source, lines: Sequence[bytes]) -> Locator:
    """Return the key=value of the first of a field's names that lines have."""
    for name in _names(source.name):
        key = re.compile(rb"(?<![^\s,;|(\[{])" + re.escape(name.encode()) + rb"=")
        if any(key.search(line) for line in lines):
            return _pair(name, source.scale)
    return _pair(source.name, source.scale)


def _names(name: str) -> tuple[str, ...]:
    """Return a field's own name, and those that mean the same."""
    return (name, *(alias for alias in ALIASES.get(name, ()) if alias != name))


# ---- keys of JSON and logfmt


class _Keys:
    """The keys in a sample of a format, with the paths that lead to them."""

    def __init__(self, found: Format, lines: Sequence[bytes]) -> None:
        self.kind = found.payload if found.kind == TEXT else found.kind
        self._paths: dict[tuple[str, ...], int] = {}
        self._requests: set[tuple[str, ...]] = set()
        for line in lines if self.kind != TEXT else ():
            for path, value in _members(line, self.kind, found.kind == TEXT):
                self._paths[path] = self._paths.get(path, 0) + 1
                if _REQUEST.fullmatch(value.encode(errors="replace")):
                    self._requests.add(path)

    def names(self) -> list[str]:
        return [".".join(path) for path in self._paths]

    def locate(self, source: Source) -> Locator | None:
        """Return where a field stands: under its own name, else under another one of it."""
        by_name: dict[str, tuple[str, ...]] = {}
        for path in self._paths:
            by_name.setdefault(".".join(path).lower(), path)
        for name in _names(source.name):
            other = by_name.get(name.lower())
            exact = next((p for p in self._paths if ".".join(p) == name), other)
            if exact is not None:
                part = _PARTS.get(source.name, 0) if exact in self._requests else 0
                return self._locator(exact, source.scale, part)
        if source.name in _PARTS and self._requests:
            return self._locator(min(self._requests), source.scale, _PARTS[source.name])
        # Nested in one object that all records share: {"fields": {"status": 200}}.
        for name in _names(source.name):
            inner = [path for path in self._paths if path[-1].lower() == name and len(path) > 1]
            if len(inner) == 1:
                return self._locator(inner[0], source.scale, 0)
        return None

    def named(self, name: str, scale: Scale | None) -> Locator:
        """Return where a key that the sample lacks would be."""
        path = tuple(name.split(".")) if self.kind == JSON else (name,)
        return self._locator(path, scale, 0)

    def _locator(self, path: tuple[str, ...], scale: Scale | None, part: int) -> Locator:
        keys = tuple(key.encode() for key in path)
        if not all(0 < len(key) <= MAX_KEY for key in keys):
            return Locator(NOWHERE)
        return Locator(KEY, path=keys, part=part, scale=scale or scale_of(path[-1]))


def _members(
    line: bytes,
    kind: int,
    in_text: bool,  # noqa: FBT001 - told by the format
) -> Iterator[tuple[tuple[str, ...], str]]:
    text = line.decode("utf-8", "replace")
    if kind == LOGFMT:
        for match in re.finditer(r'(?<!\S)([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))', text):
            yield (match[1],), match[2] if match[2] is not None else match[3]
        return
    start = text.find('{"') if in_text else text.find("{")
    if start < 0:
        return
    try:
        document, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return
    yield from _leaves(document, ())


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif path and not isinstance(value, list):
        yield path, value if isinstance(value, str) else ""


# ---- columns


def _columns_of(found: Format, lines: Sequence[bytes]) -> tuple[bytes, _Columns]:
    """Return the delimiter of columns (empty: blanks) and each name's column, part and scale."""
    if found.kind != TEXT:
        return b"", {}
    if found.names:
        return b"", {name: (n, 0, None) for name, n in found.names}
    header = next((line for line in lines if line.startswith(b"#Fields:")), None)
    if header is not None:
        return _extended(header, lines)
    rows = [line for line in lines if line.strip()]
    for pattern, names in ((_BALANCER, _BALANCER_NAMES), (_ENVOY, _ENVOY_NAMES)):
        if rows and sum(bool(pattern.match(line)) for line in rows) > _ENOUGH * len(rows):
            at: _Columns = {name: (n, 0, None) for n, name in enumerate(names)}
            if names is _ENVOY_NAMES:
                at["upstream_service_time"] = (at["upstream_service_time"][0], 0, model.UNITS["ms"])
            return b"", at | _parts_of(names.index("request"))
    return b"", _proxy(rows) or _access(rows)


def _parts_of(request: int) -> _Columns:
    return {name: (request, part, None) for name, part in _PARTS.items()}


def _writes_no_time(columns: _Columns) -> bool:
    return "target_processing_time" in columns or "timers" in columns


def _columns(line: bytes) -> list[re.Match[bytes]]:
    return list(_COLUMNS.finditer(line))


def _proxy(rows: Sequence[bytes]) -> _Columns:
    """Return the columns of HAProxy's HTTP log, by where its times stand."""
    places: Counter[tuple[int, int]] = Counter()
    for line in rows:
        timers = _TIMERS.search(line)
        if timers is None:
            continue
        columns = _columns(line)
        first = next((n for n, column in enumerate(columns) if column.start() == timers.start()), 0)
        if first > 3 and columns[first - 3][2] is not None and columns[-1][1] is not None:
            places[first, len(columns) - 1] += 1
    if not places:
        return {}
    (first, request), count = places.most_common(1)[0]
    if count <= _ENOUGH * len(rows):
        return {}
    at: _Columns = {name: (first - 4 + n, 0, None) for n, name in enumerate(_PROXY_NAMES)}
    at["bytes"] = (first + 2, 0, model.UNITS["B"])
    at["rt"] = (first, _LAST, model.UNITS["ms"])
    return at | _parts_of(request)


def _extended(header: bytes, lines: Sequence[bytes]) -> tuple[bytes, _Columns]:
    """Return the columns of the W3C's extended log format, as IIS and CloudFront write it."""
    names = header.decode("utf-8", "replace").split(":", 1)[1].split()
    rows = [line for line in lines if not line.startswith(b"#")]
    tabs = bool(rows) and all(b"\t" in line for line in rows)
    at: _Columns = {}
    for n, name in enumerate(names):
        scale = None
        if name == "time-taken":
            # Seconds with a fraction by the standard; IIS writes whole milliseconds.
            values = [line.split(b"\t" if tabs else None) for line in rows]
            whole = all(b"." not in row[n] for row in values if len(row) > n)
            scale = model.UNITS["ms" if whole else "s"]
        at[name.lower()] = (n, 0, scale)
    return b"\t" if tabs else b"", at


def _access(rows: Sequence[bytes]) -> _Columns:
    """Return the columns of an access log, by where its requests stand: "GET /path HTTP/1.1"."""
    places: Counter[int] = Counter()
    common: Counter[int] = Counter()
    for line in rows:
        columns = _columns(line)
        for n, match in enumerate(columns):
            if match[1] is not None and _REQUEST.fullmatch(match[1]):
                places[n] += 1
                after = columns[n + 1][0] if n + 1 < len(columns) else b""
                # ... [time] "request" status
                common[n] += bool(n and columns[n - 1][2] and _STATUS.fullmatch(after))
                break
    if not places:
        return {}
    request, count = places.most_common(1)[0]
    if count <= _ENOUGH * len(rows):
        return {}
    at = _parts_of(request)
    if common[request] <= _ENOUGH * count:
        return at
    for name, column in (
        ("host", request - 5), ("client", request - 4), ("user", request - 2),
        ("status", request + 1), ("bytes", request + 2), ("referer", request + 3),
        ("agent", request + 4),
    ):  # fmt: skip
        if column >= 0 and (request > 3 or column > request):
            at[name] = (column, 0, model.UNITS["B"] if name == "bytes" else None)
    return at


def _column(source: Source, columns: _Columns) -> Locator | None:
    number = _COLUMN.fullmatch(source.name)
    if number is not None:
        return Locator(COLUMN, int(number[1]) - 1, scale=source.scale or NO_SCALE)
    for name in _names(source.name):
        if name in columns:
            token, part, scale = columns[name]
            return Locator(COLUMN, token, part, scale=source.scale or scale or scale_of(name))
    return None
