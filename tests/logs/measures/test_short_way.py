"""Fields of mutated lines of access logs: the short way of most lines finds what all steps find."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from cotool.logs.options import LogOptions
from cotool.logs.scan.scan import Watch, scan_opened
from cotool.logs.scan.sources import LogStream

INSERTED = [
    *(" ", "  ", "\t", '"', "[", "]", "\\", '\\"', "\r", "=", " rt=5", '"rt=5"', "x" * 64, "\0"),
    *("?rt=7&x=1", " bob smith ", '"a b"', "é", "'", ".", ", 0.5", " 12 ms", "rt=", "  [1] "),
]
CLIENTS = ["10.0.0.1", "10.0.0.12:8080", "2001:db8::1", "a.example.com", "[::1]:80"]
PATHS = ["/", "/a/17", "/b?x=1", "/long/" + "x" * 70, "/c d", '/\\"e', "-", ""]
FORMS = [
    '{client} - - [{time}] "GET {path} HTTP/1.1" {status} 12 "-" "agent b" rt={rt}',
    '{client} - u [{time}] "GET {path} HTTP/1.1" {status} 12 "http://x/?rt=9" "a" {rt}',
    'www {client} - - [{time}] "POST {path} HTTP/2" {status} - "-" "a" rt="{rt}" up=3',
    '{client} - - [{time}] "GET {path} HTTP/1.1" {status} 12 rt={rt}, 0.020 more=a=b rt=4',
]


def line_of(rng: random.Random, form: str, clean: bool) -> str:
    line = form.format(
        client=CLIENTS[0] if clean else rng.choice(CLIENTS),
        time=f"01/Mar/2026:12:{rng.randrange(60):02}:{rng.randrange(60):02} +0000",
        path=rng.choice(PATHS[:3] if clean else PATHS),
        status=rng.choice([200, 404, 500]),
        rt=f"{rng.random():.3f}" if clean else rng.choice(["0.5", "-", "1,234", "x", "", "7ms."]),
    )
    for _ in range(0 if clean else rng.choice([0, 1, 1, 2, 3])):
        at, end = sorted(rng.randrange(len(line) + 1) for _ in range(2))
        kept = line[at:] if rng.random() < 0.7 else line[min(end, at + 3) :]
        line = line[:at] + rng.choice(["", *INSERTED]) + kept
    return line + "\n"


@given(st.integers(0, 1 << 40))
@example(2408)  # a path that is a dash, which is none, and one that becomes a dash
@example(1154)  # a tab behind a path
def test_requests_are_read_as_step_by_step(seed):
    """A further group that is no column takes all steps; threads and spans change nothing."""
    rng = random.Random(seed)
    form, by = rng.choice(FORMS), rng.choice(["path", "raw(path)", "client", "method", "status"])
    lines = [line_of(rng, form, True) for _ in range(30)]
    lines += [line_of(rng, form, False) for _ in range(rng.randrange(1, 40))]
    data = "".join(lines).encode()
    check(data, by, rng.choice([64, 300, 5000]))


def check(data: bytes, by: str, size: int) -> None:
    """A further group that is no column or key takes all steps."""
    found = []
    for groups, threads, span in (([by], 2, size), ([by, "level"], 1, None)):
        options = LogOptions(
            measures=["rt", "bytes"], by=groups, num_threads=threads, span_size=span,
            block_size=span,
        )  # fmt: skip
        stream = LogStream(iter([data]), mtime=1.8e9, size=len(data))
        measures = scan_opened("x.log", stream, options, Watch()).measures
        totals: Counter[tuple[object, ...]] = Counter()
        for group in measures.groups:
            totals[group.values[0], "records"] += group.records
            for n, figures in enumerate(group.measures):
                for name in ("count", "missing", "odd", "parts"):
                    totals[group.values[0], n, name] += getattr(figures, name)
        found.append((+totals, [(m.count, m.parts) for m in measures.total.measures]))
        found[-1] += ([fact.further for fact in measures.facts()],)
    assert found[0] == found[1]


KEYED = [
    (
        '{{"time":"{time}","level":"{level}","method":"{method}","path":"{path}","status":{status},'
        '"bytes":{bytes},"rt":{rt}}}'
    ),
    (
        '{{"rt":"{rt}","o":{{"time":"x","path":1}},"time":"{time}","level":"{level}",'
        '"bytes":{bytes},"path":"{path}","end":[{status}]}}'
    ),
    (
        '{{"level":"{level}", "time":"{time}", "q":{{"path":"{path}"}}, "path":"{path}", '
        '"method": "{method}", "bytes":{bytes}, "rt":{rt}}}'
    ),
    "time={time} level={level} method={method} path={path} status={status} bytes={bytes} rt={rt}",
    'level={level} time={time} agent="{method} b" rt="{rt}" a=b=c bytes={bytes} path={path}',
]
PUT = [
    *('"', "\\", '\\"', ",", "}", "]", "{", "[", " ", "\t", "\r", "=", ":", "null", "\0", "é"),
    *('"rt":7,', '"path":"/q",', " rt=7", "path=/q ", '"a":{"rt":7},', " = ", '"a":[{"path":1}],'),
    *("x" * 40, "x" * 2000),
]


def keyed_line(rng: random.Random, form: str, steady: bool, clean: bool) -> str:
    rt = f"{rng.random():.3f}"
    values = {
        "time": f"2026-03-01T12:{rng.randrange(60):02}:{rng.randrange(60):02}Z",
        "level": "info" if steady else rng.choice(["warn", "error", "info"]),
        "method": "GET" if steady else rng.choice(["POST", "G T", "", "PUT"]),
        "path": rng.choice(["/a/17", "/b?x=1", "/long/" + "x" * 70, "/"]),
        "status": rng.choice([200, 404, 500] if clean else ["4,4", "[4]", '"4"', "4 4", "null", 7]),
        "bytes": rng.randrange(1000, 10_000 if steady else 100_000),
        "rt": rt if clean else rng.choice([rt, "-", "null", "x", "", "[1]", '"3"']),
    }
    if not clean and rng.random() < 0.5:  # bytes that end a value, in one as long as others
        values["method"] = "G" + rng.choice('"\\ ,=') + "T"
    line = form.format(**values)
    if not clean and rng.random() < 0.3:  # keys in another order, or fewer of them
        mark = "," if line[0] == "{" else " "
        parts = line.strip("{}").split(mark)
        rng.shuffle(parts)
        line = mark.join(parts[rng.randrange(3) :])
        line = "{" + line + "}" if mark == "," else line
    for _ in range(0 if clean else rng.choice([0, 1, 1, 2])):
        at, put = rng.randrange(len(line) + 1), rng.choice(["", *PUT])
        line = line[:at] + put + line[at + rng.choice([0, 3, len(put), len(put)]) :]
    return line + rng.choice(["\n", "\n", "\r\n"])


@given(st.integers(0, 1 << 40))
def test_lines_of_keys_are_read_as_step_by_step(seed):
    """Lines that nearly fit the plan of lines before have the values that a walk takes."""
    rng = random.Random(seed)
    kinds = KEYED[:3] if rng.random() < 0.6 else KEYED[3:]
    forms = rng.sample(kinds, rng.choice([1, 1, 2]))
    steady = rng.random() < 0.7
    lines = 6 * [keyed_line(rng, form, steady, True) for form in forms for _ in range(20)]
    lines += [
        keyed_line(rng, rng.choice(forms), steady, rng.random() < 0.8)
        for _ in range(rng.randrange(20, 120))
    ]
    lines += lines[:20]
    by = rng.choice(["path", "raw(path)", "method", "status"])
    check("".join(lines).encode(), by, rng.choice([500, 5000, 50_000]))
