"""Fields of logs of well-known products: where they are, and their units."""

from __future__ import annotations

import json

import pytest

from cotool import analyze_logs

# Of request n: milliseconds, and the status.
TIMES = [3, 250, 1200, 47, 90, 9, 700, 31]
STATUSES = [200, 503, 200, 200, 404, 200, 200, 200]
CLF = '10.0.0.1 - - [01/Jan/2026:00:00:0{n} +0000] "GET {path} HTTP/1.1" {status} 512'


def _fixed(text):
    """A line of a product with fixed columns."""
    return text.format


def _json(**keys):
    """A JSON line with keys whose values are made of a request."""
    return lambda **request: json.dumps(
        {key: value(request) if callable(value) else value for key, value in keys.items()}
    )


LINES = {
    "application load balancer": _fixed(
        "https 2026-01-01T00:00:0{n}.123456Z app/lb/50dc 192.0.2.1:2817 10.0.0.1:80 0.000 {s:.3f} "
        '0.000 {status} {status} 34 512 "GET https://a.example:443{path} HTTP/1.1" "curl" - - arn '
        '"Root=1"'
    ),
    "classic load balancer": _fixed(
        "2026-01-01T00:00:0{n}.123456Z lb 192.0.2.1:2817 10.0.0.1:80 0.000073 {s:.6f} 0.000057 "
        '{status} {status} 0 512 "GET http://a.example:80{path} HTTP/1.1" "curl" - -'
    ),
    "HAProxy": _fixed(
        "Jan  1 00:00:0{n} lb haproxy[1]: 10.0.0.1:3317 [01/Jan/2026:00:00:0{n}.655] in be/srv "
        '1/0/0/1/{ms} {status} 512 - - ---- 1/1/1/1/0 0/0 {{}} {{}} "GET {path} HTTP/1.1"'
    ),
    "Envoy": _fixed(
        '[2026-01-01T00:00:0{n}.310Z] "GET {path} HTTP/2" {status} - 0 512 {ms} 1 "10.0.0.1" '
        '"agent" "cc21" "a.example" "10.0.2.1:80"'
    ),
    "nginx with times": _fixed(CLF + ' "-" "curl/8" "10.0.0.9" 0.001 {s:.3f}'),
    "nginx with named times": _fixed(CLF + ' "-" "curl/8" rt={s:.3f} uct="0.000"'),
    "Traefik": _fixed(CLF + ' "-" "curl/8" {n} "router@docker" "http://10.0.0.7:80" {ms}ms'),
    "S3": _fixed(
        "79a5 bucket [01/Jan/2026:00:00:0{n} +0000] 10.0.0.1 79a5 3E57 REST.GET.OBJECT a.txt "
        '"GET {path} HTTP/1.1" {status} - 512 900 {ms} 6 "-" "S3Console" -'
    ),
    "Squid": _fixed(
        "176722560{n}.123 {ms:6d} 10.0.0.1 TCP_MISS/{status} 512 GET http://a.example{path} - "
        "DIRECT/1.2.3.4 text/html"
    ),
    "IIS": _fixed(
        "2026-01-01 00:00:0{n} 10.0.0.1 GET {path} - 80 - 10.1.1.1 curl {status} 512 {ms}"
    ),
    "CloudFront": _fixed(
        "2026-01-01\t00:00:0{n}\tSEA19\t512\t10.0.0.1\tGET\td1.example\t{path}\t{status}\t{s:.3f}"
    ),
    "CSV": _fixed('2026-01-01T00:00:0{n},info,"{path}",{status},512,{ms}'),
    "Traefik as JSON": _json(
        time=lambda r: f"2026-01-01T00:00:0{r['n']}Z", level="info", RequestMethod="GET",
        RequestPath=lambda r: r["path"], DownstreamStatus=lambda r: r["status"],
        Duration=lambda r: r["ms"] * 10**6, OriginDuration=1000, DownstreamContentSize=512,
    ),
    "Envoy as JSON": _json(
        start_time=lambda r: f"2026-01-01T00:00:0{r['n']}Z", method="GET",
        path=lambda r: r["path"], response_code=lambda r: r["status"], response_flags="-",
        duration=lambda r: r["ms"], bytes_sent=512,
    ),
    "Caddy": _json(
        level="info", ts=lambda r: 1767225600.5 + r["n"], msg="handled request",
        request=lambda r: {"method": "GET", "host": "a.example", "uri": r["path"]},
        duration=lambda r: r["s"], size=512, status=lambda r: r["status"],
    ),
    "pino-http": _json(
        level=30, time=lambda r: 1767225600000 + r["n"], msg="request completed",
        req=lambda r: {"method": "GET", "url": r["path"]},
        res=lambda r: {"statusCode": r["status"]}, responseTime=lambda r: r["ms"],
        bytes=512,
    ),
    "lograge": _fixed(
        "time=2026-01-01T00:00:0{n}Z level=info method=GET path={path} format=html "
        "controller=Users action=show status={status} duration={ms} view=1.5 db=0.4 bytes=512"
    ),
}  # fmt: skip
HEADS = {
    "IIS": "#Software: IIS\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port "
    "cs-username c-ip cs(User-Agent) sc-status sc-bytes time-taken\n",
    "CloudFront": "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method "
    "cs(Host) cs-uri-stem sc-status time-taken\n",
    "CSV": "time,level,path,status,bytes,duration_ms\n",
}


@pytest.fixture(params=LINES)
def log(request, tmp_path):
    """A log of a product."""
    line = LINES[request.param]
    rows = [
        line(n=n, ms=ms, s=ms / 1000, status=status, path=f"/users/{n}/x" if n % 2 else "/login")
        for n, (ms, status) in enumerate(zip(TIMES, STATUSES, strict=True))
    ]
    path = tmp_path / "log"
    path.write_text(HEADS.get(request.param, "") + "\n".join(rows * 3) + "\n")
    return path


def test_times_have_units_and_paths_and_classes_are_known(log):
    """The sum of the times is in seconds; bytes, paths and classes are found."""
    found = analyze_logs(log, measures=["rt", "bytes"], by=["path", "class"]).measures
    rt, size = found.facts()
    assert rt.unit == "s"
    assert found.total.measures[0].sum == pytest.approx(3 * sum(TIMES) / 1000)
    assert found.total.measures[1].sum == 3 * 512 * len(TIMES)
    assert size.unit in {"B", ""}
    groups = {group.values: group.records for group in found.groups if group.values[1]}
    assert {path for path, _ in groups} == {"/login", "/users/<*>/x"}
    assert sum(count for (_, name), count in groups.items() if name == "5xx") == 3
    assert sum(groups.values()) == 3 * len(TIMES)


def test_conditions_compare_times_with_units(log):
    """`rt>=250ms` selects the same requests in every log."""
    found = analyze_logs(log, measures=["rt"], where="rt>=250ms and class=2xx").measures
    assert found.total.measures[0].count == 3 * 2


@pytest.mark.parametrize(
    ("lines", "names", "expected"),
    [
        (["Mar  2 08:00:01 web1 sshd[7]: Accepted", "Mar 12 08:00:02 10.0.0.1 kernel: [1.5] usb"],
         "host program", {("web1", "sshd"), ("10.0.0.1", "kernel")}),
        (["<34>1 2026-03-02T08:00:01Z web1 su 77 ID4 - x", "<34>1 2026-03-02T08:00:02Z web2 - - -"],
         "host component", {("web1", "su"), ("web2", "")}),
        (["2026-03-02T08:00:01.5+00:00 web1 postfix/smtpd[7]: x"] * 2, "host program",
         {("web1", "postfix/smtpd")}),
        (["2026-03-02T08:00:01Z INFO main: x"] * 2, "host", {("",)}),
        (["2026-03-02 08:00:01 worker main: x"] * 2, "host", {("",)}),
        (['{"__REALTIME_TIMESTAMP":"1772438401000000","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"su"}'],
         "host program", {("web1", "su")}),
        (['2026/03/02 08:00:01 [error] 7#0: client: 10.0.0.7, request: "GET /x", host: "shop.a"'],
         "client host path", {("10.0.0.7", "shop.a", "/x")}),
        (["[Mon Mar 02 08:00:01.5 2026] [:error] [pid 7] [client 10.0.0.7:55] [client 10.0.0.7] x"],
         "client", {("10.0.0.7",)}),
        (["2026-03-02 08:00:01 INFO user: dave, level = high"] * 2, "user", {("dave",)}),
        (['{"t":"2026-03-02T08:00:01Z","us\\u0065r":"eve"}'], "user", {("eve",)}),
    ],
)  # fmt: skip
def test_fields_of_text_and_of_other_writing(tmp_path, lines, names, expected):
    """The host of syslog, `name: value`, `name = value`, and keys with escapes are fields."""
    path = tmp_path / "x.log"
    path.write_text("\n".join(lines) + "\n")
    found = analyze_logs(path, measures=[], by=names.split()).measures
    assert {group.values for group in found.groups} == expected


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        (["2026-03-02 08:00:01 INFO rt = 5 ms", "2026-03-02 08:00:02 INFO rt = 7 ms"], 0.012),
        (["2026-03-02T08:00:01+00:00 heroku[router]: path=/a connect=1ms service=12ms"], 0.012),
        (["2026-03-02T08:00:01Z I service=web took=3ms", "2026-03-02T08:00:01Z I took=4ms"], 0.007),
        (['{"level":"info","service":"web","took_ms":7}'], 0.007),
        (['{"level":"info","service":"web"}'], None),
    ],
)  # fmt: skip
def test_request_times_under_other_names(tmp_path, lines, total):
    """Names that mean several fields count by their values."""
    path = tmp_path / "x.log"
    path.write_text("\n".join(lines) + "\n")
    figures = analyze_logs(path, measures=["rt"]).measures.total.measures[0]
    assert figures.odd == 0
    assert (figures.sum if figures.count else None) == (total and pytest.approx(total))


def test_a_table_with_blanks_has_titles(tmp_path):
    """As of flows of Amazon's networks, whose columns the caller may have chosen."""
    path = tmp_path / "flow.log"
    path.write_text(
        "version srcaddr dstaddr srcport dstport packets bytes start action\n"
        "5 10.0.0.1 10.0.0.2 443 55 7 420 1772438400 ACCEPT\n"
        "5 10.0.0.3 10.0.0.2 443 56 8 580 1772438401 REJECT\n"
    )
    found = analyze_logs(path, measures=["bytes"], by=["action"])
    groups = {group.values: group.measures[0].sum for group in found.measures.groups}
    assert groups == {("ACCEPT",): 420, ("REJECT",): 580}
    assert found.counts.records == 2
    path.write_text("Server starts on port\nServer is up at last\nClient is gone for good\n")
    assert analyze_logs(path).counts.records == 3


HEAD = "#Fields: date-time,client-ip,event-id,total-bytes,message-subject"
BESIDE = "Mar 02 2026 12:00:0{n} fw : %ASA-6-302014: Teardown duration 0:02:0{n} bytes {n} TCP FINs"


@pytest.mark.parametrize(
    ("lines", "source", "total"),
    [
        ([HEAD, '2026-03-02T08:00:0{n}Z,10.0.0.1,SEND,{n},"a, b"'], "total-bytes", 6),
        ([BESIDE], "bytes", 6),
        ([BESIDE], "duration", 366),
        (["2026-03-02T12:00:0{n}Z sent 7 bytes 5 times"], "bytes", 15),
        (["[INFO] Total time:  {n} s"], '"Total time"', 6),
    ],
)
def test_numbers_behind_their_names(tmp_path, lines, source, total):
    """Columns between commas, a name and a number, and blanks behind a name."""
    path = tmp_path / "x.log"
    rows = [lines[-1].format(n=n) for n in (1, 2, 3)]
    path.write_text("\n".join([*lines[:-1], *rows]) + "\n")
    assert analyze_logs(path, measures=[source]).measures.total.measures[0].sum == total


def test_a_message_in_brackets_is_what_happened(tmp_path):
    """TiDB writes the message as text in brackets, before its fields."""
    path = tmp_path / "x.log"
    head = "[2026/03/02 08:00:0{n}.123 +00:00] [INFO] [server.go:{n}] "
    texts = [
        '["new connection"] [conn={n}]',
        '["slow query"] [cost_time={n}ms] [conn={n}]',
        '["command failed"] [err="no {n}"]',
        '["region is split"]',
    ]
    path.write_text("".join((head + text + "\n").format(n=n) for text in texts for n in range(4)))
    found = analyze_logs(path, templates=True).templates.templates
    assert {one.text.split("]")[0] + "]" for one in found} == {
        text.split(" [")[0] for text in texts
    }
