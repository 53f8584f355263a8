"""Measures of logs that no format of ours describes, against lists of the same numbers."""

from __future__ import annotations

import json
import random

import pytest

import cotool
from reference import quantile_of

N = 60
_chance = random.Random(11)
V = [round(_chance.lognormvariate(3, 1), 2) for _ in range(N)]  # decimals
I = [int(number * 10) + 1 for number in V]  # whole numbers  # noqa: E741
MS = [number / 1000 for number in V]
IMS = [number / 1000 for number in I]
TIMES = ("1m2.5s", "2h", "15us")
REQUESTS = ("GET /a HTTP/1.1", "-", r"\x16\x03")


def at(n):
    """A time."""
    return f"2026-01-01 00:00:{n:02}"


def iso(n):
    """A time with a zone."""
    return f"2026-01-01T00:00:{n:02}Z"


def lines(make, head=""):
    """A log of lines."""
    return head + "".join(make(n) + "\n" for n in range(N))


# Each: the log, what is measured, the numbers, the unit.
CASES = {
    "text": (lines(lambda n: f"{at(n)},123 - app - INFO - batch {n} in {I[n]} ms"),
             "in <ms> ms", IMS, "s"),
    "unit after a blank": (lines(lambda n: f"{at(n)} INFO - done duration={V[n]} ms next=1"),
                           "duration", MS, "s"),
    "regex": (lines(lambda n: f"{at(n)} [INF] GET http://h/a - 200 - application/json {V[n]}ms"),
              r"/([\d.]+)ms$/:ms", MS, "s"),
    "microseconds": (lines(lambda n: f"time={iso(n)} level=info took={V[n]}µs"),
                     "took", [number / 1e6 for number in V], "s"),
    "durations": (lines(lambda n: f"time={iso(n)} level=info took={TIMES[n % 3]}"),
                  "took", [(62.5, 7200, 15e-6)[n % 3] for n in range(N)], "s"),
    "text in JSON": (lines(lambda n: json.dumps({"time": at(n), "level": "info",
                                                 "latency": f"{V[n]}ms"})), "latency", MS, "s"),
    "numbers as strings": (lines(lambda n: json.dumps({"time": at(n), "level": "info",
                                                       "bytes": str(I[n])})), "bytes", I, "B"),
    "quoted CSV": (lines(lambda n: f'{at(n)},info,"/a,b/{n}",{I[n]}', "time,level,url,ms\n"),
                   "ms", IMS, "s"),
    "semicolons": (lines(lambda n: f"{at(n)};info;u{n % 3};{V[n]}", "time;level;user;amount\n"),
                   "amount", V, ""),
    "Postfix": (lines(lambda n: f"Jan  1 00:00:{n:02} mx postfix/smtp[12]: 3F{n:04X}: to=<a@b>, "
                      f"delay={V[n]}, delays=0.1/0/0.2/0.22, dsn=2.0.0, status=sent"),
                "delay", V, ""),
    "PostgreSQL": (lines(lambda n: f"{at(n)}.123 UTC [7] LOG:  duration: {V[n]} ms  statement: x"),
                   "duration: <ms> ms", MS, "s"),
    "klog": (lines(lambda n: f'I0101 00:00:{n:02}.000000       1 trace.go:205] "List" (total time: '
                   f"{I[n]}ms)"), "(total time: <t>)", IMS, "s"),
    "collector": (lines(lambda n: f"[{n}.3s][info][gc] GC({n}) Pause Young 24M->4M(9M) {V[n]}ms"),
                  r"/Pause .* ([\d.]+)ms/:ms", MS, "s"),
    "negative": (lines(lambda n: f"{at(n)} INFO temp={-V[n]} hum=4"),
                 "temp", [-number for number in V], ""),
    "exponents": (lines(lambda n: f"{at(n)} INFO step={n} loss={V[n]:.6e}"), "loss", V, ""),
    "thousands": (lines(lambda n: f"{at(n)} INFO rows={1001 * n:,} done"),
                  "rows", [1001 * n for n in range(N)], ""),
    "percentages": (lines(lambda n: f"{at(n)} INFO cpu={V[n]}% mem=3%"), "cpu", V, ""),
    "Docker": (lines(lambda n: json.dumps({"log": f"{at(n)} INFO rt={V[n]}ms\n", "stream": "stdout",
                                           "time": iso(n)})), "rt", MS, "s"),
    "Kubernetes": (lines(lambda n: f"2026-01-01T00:00:{n:02}.123456789Z stderr F "
                         + json.dumps({"level": "info", "ts": at(n), "dur_ms": I[n]})),
                   "dur_ms", IMS, "s"),
    "JSON after text": (lines(lambda n: f"{at(n)} INFO [main] "
                              + json.dumps({"event": "x", "o": {"k": V[n]}})), "o.k", V, ""),
    "quotes": (lines(lambda n: f'{at(n)} INFO x rt="{V[n]}" user="a b"'), "rt", V, ""),
    "traces": (lines(lambda n: f"{at(n)} ERROR failed took={V[n]}\n  at a.b(C.java:12) took=99999"),
               "took", V, ""),
    "CRLF": (lines(lambda n: f"{at(n)} INFO a rt={V[n]}ms\r"), "rt", MS, "s"),
    "colours": (lines(lambda n: f"\x1b[2m{at(n)}\x1b[0m \x1b[32mINFO\x1b[0m x "
                      f"\x1b[3mtook\x1b[0m\x1b[2m=\x1b[0m{V[n]}ms"), "took", MS, "s"),
    "full stops": (lines(lambda n: f"{at(n)} INFO done (took=1ms), size={I[n]}KB."),
                   "size", [1000 * number for number in I], "B"),
    "no values": (lines(lambda n: json.dumps({"time": at(n), "level": "info",
                                              "v": (V[n], None, "-", "", "x")[n % 5]})),
                  "v", V[::5], ""),
    "no numbers": (lines(lambda n: f"{at(n)} INFO v={(V[n], 'NaN', 'inf', '1e999')[n % 4]}"),
                   "v", V[::4], ""),
    "columns": (lines(lambda n: f"{at(n)} INFO job {n} took {V[n]}"), "$7", V, ""),
    "requests that cannot be read": (
        lines(lambda n: f'10.0.0.1 - - [01/Jan/2026:00:00:{n:02} +0000] "{REQUESTS[n % 3]}" '
              f'{(200, 408, 400)[n % 3]} {I[n]} "-" "x"'), "bytes", I, "B"),
    "sizes": (lines(lambda n: f"{at(n)} INFO size={('4KB', '2MiB', '100B')[n % 3]}"),
              "size", [(4000, 2 << 20, 100)[n % 3] for n in range(N)], "B"),
    "camel case": (lines(lambda n: json.dumps({"@timestamp": iso(n), "log.level": "INFO",
                                               "event": {"durationMs": I[n]}})),
                   "event.durationMs", IMS, "s"),
    "Elastic": (lines(lambda n: json.dumps({"@timestamp": iso(n), "log.level": "info",
                                            "event.duration": I[n] * 10**6})), "rt", IMS, "s"),
    "Google": (lines(lambda n: json.dumps({"timestamp": iso(n), "severity": "INFO", "httpRequest": {
        "requestUrl": "https://a.b/u", "status": 200, "latency": f"{V[n]}s"}})), "rt", V, "s"),
    "Heroku": (lines(lambda n: f"2026-01-01T00:00:{n:02}.123456+00:00 heroku[router]: at=info "
                     f'method=GET path="/a" connect=1ms service={I[n]}ms status=200'),
               "service", IMS, "s"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_those_of_the_log(tmp_path, name):
    """Counts, sums and ranges are exact, quantiles within 1/128, and the unit is known."""
    text, source, numbers, unit = CASES[name]
    path = tmp_path / "a.log"
    path.write_bytes(text.encode())
    found = cotool.analyze_logs(path, measures={"x": source}).measures
    figures = found.total.measures[0]
    assert figures.count == len(numbers)
    assert figures.sum == pytest.approx(sum(numbers))
    assert (figures.least, figures.greatest) == pytest.approx((min(numbers), max(numbers)))
    for share in (0.1, 0.5, 0.9, 0.99):
        exact = quantile_of(sorted(numbers), share)
        assert figures.quantile(share) == pytest.approx(exact, rel=1 / 127)
    assert found.facts()[0].unit == unit
