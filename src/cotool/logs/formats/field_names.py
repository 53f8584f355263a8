"""Names of fields that can be measured: which mean the same, and which imply a unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from cotool._lazy import lazy_pattern
from cotool.logs.units import NO_SCALE, UNITS, Scale

# Names that mean the same field, under the one that people type. Earlier names come first.
ALIASES: dict[str, tuple[str, ...]] = {
    "path": (
        "path", "uri", "url", "request_uri", "request_path", "requestpath", "url.path",
        "http.path", "http.target", "http.url", "req.url", "request.url", "request.uri",
        "cs-uri-stem", "httprequest.requesturl", "target", "endpoint", "route", "requesturi",
        "http.request.path", "clientrequesturi", "clientrequestpath", "request.path", "URI",
    ),
    "method": (
        "method", "http.method", "http_method", "request_method", "req.method", "request.method",
        "cs-method", "httprequest.requestmethod", "http.request.method", "verb", "requestmethod",
        "clientrequestmethod", "httpmethod",
    ),
    "status": (
        "status", "status_code", "statuscode", "http.status_code", "http_status", "http.status",
        "res.statuscode", "response.status", "response_code", "sc-status", "code", "elb_status",
        "httprequest.status", "http.response.status_code", "downstreamstatus",
        "edgeresponsestatus", "httpstatus", "httpstatuscode", "http_status_code", "resp",
    ),
    "client": (
        "client", "client_ip", "clientip", "remote_addr", "remote_ip", "remoteaddr", "client_addr",
        "source_ip", "sourceip", "ip", "c-ip", "req.remoteaddress", "client.ip", "source.address",
        "httprequest.remoteip", "clientaddr", "clienthost", "request.remote_ip", "peer",
        "id.orig_h", "src_ip", "srcIP", "srcip", "downstream_remote_address", "client_address",
        "clientipaddress", "source.ip", "client.address", "remote_host", "remotehost",
    ),
    "user": (
        "user", "user_id", "userid", "username", "user.name", "user.id", "remote_user",
        "cs-username", "uid", "account", "clientusername",
    ),
    "host": (
        "host", "hostname", "host.name", "server", "server_name", "cs-host", "vhost", "node",
        "request.host", "requesthost", "x-host-header", "cs(host)", "domain_name",
        "_hostname", "host.hostname", "syslog.hostname", "authority", ":authority",
        "clientrequesthost", "request_host", "http.host", "http_host", "req.headers.host",
        "request.headers.host",
    ),
    "bytes": (
        "bytes", "body_bytes_sent", "bytes_sent", "response_size", "size", "sc-bytes", "resp_size",
        "content_length", "response_bytes", "http.response.body.bytes", "sent_bytes",
        "downstreamcontentsize", "httprequest.responsesize", "http.response.bytes", "length",
        "response.size", "edgeresponsebytes", "sentbytes", "response_body_size", "responsebytes",
        "contentlength",
    ),
    "referer": ("referer", "referrer", "http_referer", "cs(referer)",
        "httprequest.referer", "http.request.referrer", "clientrequestreferer",
        "req.headers.referer", "request.headers.referer"),
    "agent": ("agent", "user_agent", "useragent", "http_user_agent", "cs(user-agent)",
        "userAgent", "httprequest.useragent", "user_agent.original", "http.user_agent",
        "clientrequestuseragent", "req.headers.user-agent", "request.headers.user-agent"),
    "rt": (
        "rt", "request_time", "duration", "duration_ms", "duration_s", "latency", "latency_ms",
        "response_time",
        "responsetime", "response_time_ms", "elapsed", "elapsed_ms", "took", "took_ms",
        "time_taken", "time-taken", "request_duration", "duration_seconds", "durationms",
        "elapsedms", "durationmillis", "target_processing_time", "latencyms", "duration_us",
        "duration_ns",
        "httprequest.latency", "latencies.request", "event.duration", "service",
    ),
    "component": (
        "component", "logger", "module", "service", "logger_name", "service.name", "program",
        "syslog_identifier", "_systemd_unit", "appname", "app_name",
    ),
    "program": ("program", "syslog_identifier", "appname", "app_name", "process.name"),
    "level": ("level",),
    "file": ("file",),
}  # fmt: skip
# Names of times may end in any unit: elapsed_seconds, latencyMs.
_UNITS_OF_TIMES = "_ms _s _us _ns _sec _secs _seconds _millis ms seconds millis".split()
ALIASES["rt"] += tuple(
    name + unit
    for name in ("duration", "elapsed", "latency", "took", "response_time", "request_time")
    for unit in _UNITS_OF_TIMES
    if name + unit not in ALIASES["rt"]
)
# Names that mean several fields, or other things as well: their values decide.
_COUNTS = Counter(alias for name, aliases in ALIASES.items() for alias in aliases if alias != name)
SHARED = {name for name, count in _COUNTS.items() if count > 1 and name not in ALIASES} | {"resp"}
# Units that the last word of a name implies; those of `_AFTER_LINE` only after an underscore.
_ENDINGS = {
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "milliseconds"), "ms"),
    **dict.fromkeys(("us", "usec", "usecs", "micros", "microseconds"), "us"),
    **dict.fromkeys(("ns", "nanos", "nanoseconds"), "ns"),
    **dict.fromkeys(("s", "sec", "secs", "seconds"), "s"),
    **dict.fromkeys(("minutes", "mins"), "min"), "hours": "h", "hrs": "h", "days": "d",
    "bytes": "B", "contentlength": "B",
    "kb": "kB", "mb": "MB", "gb": "GB", "kib": "KiB", "mib": "MiB", "gib": "GiB",
}  # fmt: skip
_AFTER_LINE = {
    "us",
    "usec",
    "usecs",
    "ns",
    "s",
    "sec",
    "secs",
    "kb",
    "mb",
    "gb",
    "kib",
    "mib",
    "gib",
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# What may be joined to a unit of milliseconds: latencyms.
_TIMED = ("duration", "elapsed", "latency", "time", "took")
# In camel case: durationMs, latencyMillis, elapsedSeconds, sentBytes, memorySizeMB.
_CAMEL = {
    "Ms": "ms", "Millis": "ms", "Micros": "us", "Us": "us", "Nanos": "ns", "Ns": "ns",
    "Seconds": "s", "Secs": "s", "Minutes": "min", "Hours": "h", "Days": "d",
    "Bytes": "B", "KB": "kB", "MB": "MB", "GB": "GB", "KiB": "KiB", "MiB": "MiB", "GiB": "GiB",
}  # fmt: skip
# What is counted per second has no unit.
_RATE = lazy_pattern(
    r".*(?:[_-]per[_-]?|[a-z]Per(?=[A-Z]))(?i:m?s|secs?|min|h|seconds?|minutes?|hours?|days?)"
)
_DURATION = lazy_pattern(
    r"(?i:(?<![a-z])(?:rt|duration|elapsed|latency|took|uptime|downtime|dauer|walltime|cput|"
    r"time[ _-]?span|(?:run|cpu|cycle|exec|execution|idle|lock|processing|query|request|response|"
    r"session|total|wait)[ _-]?time)(?![a-z])|duration|elapsed|latency)"
)
# Units that products define for names that imply none.
_DEFINED: dict[str, Scale] = {
    "request_time": UNITS["s"],  # nginx
    "upstream_response_time": UNITS["s"],
    "target_processing_time": UNITS["s"],  # AWS load balancers
    "request_processing_time": UNITS["s"],
    "response_processing_time": UNITS["s"],
    "Query_time": UNITS["s"],  # MySQL's slow log
    "Lock_time": UNITS["s"],
}
# Units of fields that products write without one, by keys that only these products have together.
_OF_PRODUCTS: tuple[tuple[frozenset[str], frozenset[str], Scale], ...] = tuple(
    (frozenset(keys.split()), frozenset(fields.split()), UNITS[unit])
    for keys, fields, unit in (
        ("downstreamstatus duration", "duration originduration overhead", "ns"),  # Traefik
        ("response_code response_flags duration", "duration upstream_service_time", "ms"),  # Envoy
        ("response_code upstream_service_time duration", "duration upstream_service_time", "ms"),
        ("request.uri request.method duration status", "duration", "s"),  # Caddy
        ("req.method req.url responsetime", "responsetime", "ms"),  # pino-http
        ("latencies.request latencies.proxy", "latencies.request latencies.proxy", "ms"),  # Kong
        ("@timestamp event.duration", "event.duration", "ns"),  # Elastic Common Schema
        ("controller action duration", "duration view db", "ms"),  # lograge
    )
)


def is_duration(name: str) -> bool:
    """Return whether a name, or the text around a hole, says that its numbers are durations."""
    return _DURATION.search(name) is not None


def scale_among(name: str, keys: Collection[str]) -> Scale | None:
    """Return the unit of a field in records with these keys; None if no known product has them."""
    known = {key.lower() for key in keys}
    return next(
        (
            scale
            for needed, fields, scale in _OF_PRODUCTS
            if name.lower() in fields and needed <= known
        ),
        None,
    )


def names_of(name: str) -> tuple[str, ...]:
    """Return a field's own name and those that mean the same."""
    return (name, *(alias for alias in ALIASES.get(name, ()) if alias != name))


def scale_of(name: str) -> Scale:
    """Return the unit of plain numbers in a field of this name."""
    last = name.rpartition(".")[2]
    defined = _DEFINED.get(last) or _DEFINED.get(last.lower())
    if defined is not None:
        return defined
    if "per" in last.lower() and _RATE.fullmatch(last):
        return NO_SCALE
    for ending, unit in _CAMEL.items():
        if last.endswith(ending) and last[: -len(ending)][-1:].islower():
            return UNITS[unit]
    low = last.lower()
    low = low.removesuffix("_sent") if low.endswith("bytes_sent") else low
    low = low.replace("content_length", "contentlength")
    before = low.rstrip(_LETTERS)
    word = low[len(before) :]
    implied = _ENDINGS.get(word)
    if implied is not None:
        return UNITS[implied] if word not in _AFTER_LINE or before.endswith("_") else NO_SCALE
    for timed in _TIMED:
        if word.startswith(timed) and _ENDINGS.get(word.removeprefix(timed)) == "ms":
            return UNITS["ms"]
    return NO_SCALE
