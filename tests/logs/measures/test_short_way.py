"""Fields of mutated lines of access logs: the short way of most lines finds what all steps find."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from cotool.logs.options import LogOptions
from cotool.logs.scan.scan import Watch, scan_opened
from cotool.logs.scan.sources import Stream

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
def test_requests_are_read_as_step_by_step(seed):
    """A further group that is no column takes all steps; threads and spans change nothing."""
    rng = random.Random(seed)
    form, by = rng.choice(FORMS), rng.choice(["path", "raw(path)", "client", "method", "status"])
    lines = [line_of(rng, form, True) for _ in range(30)]
    lines += [line_of(rng, form, False) for _ in range(rng.randrange(1, 40))]
    data = "".join(lines).encode()
    found = []
    for groups, threads, span in (([by], 2, rng.choice([64, 300, 5000])), ([by, "level"], 1, None)):
        options = LogOptions(
            measures=["rt", "bytes"], by=groups, num_threads=threads, span_size=span,
            block_size=span,
        )  # fmt: skip
        stream = Stream(iter([data]), mtime=1.8e9, size=len(data))
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
