"""Guessed heads: every line counts as it does where it is read step by step."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from cotool.logs.formats.recognise import recognise
from logs.scans import by_file, by_pieces

# How lines begin: the time by strftime, with %% before what is filled in afterwards.
HEADS = (
    "%Y-%m-%d %H:%M:%S,{ms} {level} [main] {text}",
    "%Y-%m-%d %H:%M:%S | {level} | {text}",
    "%Y-%m-%d %H:%M:%S{zone} {level} {text}",
    "%Y-%m-%dT%H:%M:%S.{digits}{zone} {word} {number} {text}",
    "[%Y-%m-%dT%H:%M:%S] [{level}] {text}",
    "[%a %b %d %H:%M:%S %Y] [core:{word}] [pid {number}] {text}",
    "%y%m%d %H%M%S {number} {level} dfs.DataNode: {text}",
    "%y/%m/%d %H:%M:%S {level} executor: {text}",
    "%b %d %H:%M:%S host app[{number}]: {text}",
    "%b %d %H:%M:%S host app: {word}: {text}",
    '10.0.0.{number} - - [%d/%b/%Y:%H:%M:%S +0000] "GET /{text} HTTP/1.1" {status} {number}',
    '10.0.0.1 - bob [%d/%b/%Y:%H:%M:%S +0000] "GET / HTTP/1.1" {status} {number} "-" "x"',
    "%Y%m%d-%-H:%-M:%-S:{short}|Step|{number}|{text}",
    "- {epoch} %Y.%m.%d R{number} RAS KERNEL {level} {text}",
    "{epoch}.{ms} {level} {text}",
    '{{"time":"%Y-%m-%dT%H:%M:%SZ","level":"{word}","msg":"{text}","n":{number}}}',
    '{{"level":"{word}","ts":{epoch}.{digits},"msg":"{text}"}}',
    'ts=%Y-%m-%dT%H:%M:%S.{ms}Z level={word} n={number} msg="{text}"',
    "%m-%d %H:%M:%S.{ms}  {number}  {number} {letter} Wifi: {text}",
    "{letter}%m%d %H:%M:%S.{ms}000 {number} file.go:12] {text}",
    "%d.%m.%Y %H:%M:%S {level} {text}",
    "{level} %Y-%m-%d %H:%M:%S {text}",
    "<{short}>%b %d %H:%M:%S host app[{number}]: {text}",
    "%H:%M:%S {level} {text}",
    "%m/%d/%Y %-I:%M:%S %p {level} {text}",
    "%d.%m.%Y %I:%M:%S %p {level} {text}",
    "{number} {epoch} {text}",
    "%Y %b %d %H:%M:%S{zone} {level} {text}",
    "%d %B %Y %H.%M.%S {level} {text}",
    "%H:%M:%S.{ms} %d-%m-%Y {level} {text}",
    "%A %d. %b. %Y %H:%M:%S{zone} [{level}] {text}",
    "{number}:M %d %b %Y %H:%M:%S.{ms} {mark} {text}",
)
LEVELS = (
    "INFO",
    "INFO",
    "INFO",
    "DEBUG",
    "WARN",
    "ERROR",
    "WARNING",
    "CRITICAL",
    "Main",
    "X",
    "200",
)
PIECES = (
    *(
        " ",
        "  ",
        "\t",
        "+05",
        "-05",
        ":30",
        " +01",
        " -0230",
        "Z",
        "z",
        " GMT",
        " UTC+2",
        ".5",
        ",7",
        ".123456",
    ),
    *(
        "[",
        "]",
        '"',
        "/",
        ":",
        "-",
        "=",
        "{",
        "}",
        "(",
        "!",
        "|",
        "\r",
        "\0",
        "é",
        "5",
        "12",
        "60",
        "99",
    ),
    *("INFO", "ERROR", "warn", "E", "A", "WARN:", "[error]", "level=error ", "x", "PM", "AM", "08"),
)
ZONES = (
    "",
    "",
    "Z",
    " EST",
    "  CET",
    " Z",
    " z",
    " ES",
    " UTC+2",
    " UTC",
    " +0100",
    "+05",
    "+05:30",
    " - ",
    ".",
    " CEST",
)
TEXTS = ("started", "failed: error", "a [b] c", 'said "no warn', "", "12:00:00", "level=error x=1")


def edited(lot: random.Random, data: bytes) -> bytes:
    """Return the line with one change at its head: bytes put in, replaced or taken out."""
    at = lot.randrange(min(len(data), 70) + 1)
    piece = lot.choice(PIECES).encode() if lot.random() < 0.8 else b""
    return data[:at] + piece + data[at + lot.choice((0, 0, 1, 1, 2, 4, len(piece))) :]


def line(lot: random.Random, head: str, moment: datetime, wild: float) -> bytes:
    """Return a line of a system; the share `wild` of its parts is unusual."""
    strange = lot.random() < wild
    level = lot.choice(LEVELS if strange else LEVELS[:6])
    values = {
        "ms": f"{lot.randrange(1000):03}",
        "digits": "".join(lot.choices("0123456789", k=lot.choice((3, 6, 9, 11)) if strange else 6)),
        "zone": lot.choice(ZONES) if strange else "",
        "level": level,
        "word": lot.choice((level.lower(), level.title())) if strange else level.lower(),
        "letter": lot.choice("IWEDAX") if strange else level[0],
        "mark": lot.choice(".-*#"),
        "status": lot.choice((200, 200, 304, 404, 500, 999, 20)),
        "number": lot.randrange(10 ** lot.randrange(1, 6)),
        "short": lot.randrange(192),
        "epoch": int(moment.timestamp()),
        "text": lot.choice(TEXTS),
    }
    data = moment.strftime(head).format(**values).encode()
    if strange:
        data = edited(lot, data)
    return data + (b"\r\n" if lot.random() < 0.2 else b"\n")


@cache
def formats_of(heads: tuple[str, ...]):
    """Return the formats that are recognised in lines of these systems."""
    lot = random.Random(1)
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    lines = [
        line(lot, head, start + timedelta(seconds=7 * n), 0).rstrip()
        for head in heads
        for n in range(40)
    ]
    return recognise(lines)


def log_of(seed: int) -> tuple[tuple[str, ...], bytes]:
    """Return some systems, and their lines in turns; times go on, and sometimes jump."""
    lot = random.Random(seed)
    heads = tuple(lot.sample(HEADS, lot.choice((1, 1, 2, 3, 6))))
    day = (2026, lot.randrange(1, 13), lot.randrange(1, 29), lot.choice((11, 12, 23)))
    moment = datetime(*day, 59, 30, tzinfo=UTC)
    wild = lot.choice((0.02, 0.2, 0.4))
    lines = []
    while len(lines) < 250:
        head = lot.choice(heads)
        for _ in range(lot.choice((1, 2, 9, 40))):
            moment += timedelta(seconds=lot.choice((0, 0, 1, 3, 40)))
            if lot.random() < 0.02:
                moment += timedelta(hours=lot.choice((-30, -13, 13, 30, 24 * 200)))
            lines.append(line(lot, head, moment, wild))
    return heads, b"".join(lines)


@given(st.integers(0, 1 << 40), st.integers(1, 3000), st.sampled_from([200, 1 << 18]))
def test_guessed_heads_are_those_read_step_by_step(seed, span, block):
    """Counts are the same with guesses, and with records, whose lines are all read step by step."""
    heads, data = log_of(seed)
    layouts = formats_of(heads)
    expected = by_pieces(data, [], layouts=layouts, records=True)[0].counts()
    assert by_file(data, layouts=layouts).counts() == expected
    cut = {"span_size": span, "block_size": block, "num_threads": 2}
    assert by_file(data, layouts=layouts, **cut).counts() == expected
    plain = by_file(data, layouts=layouts, patterns=()).counts()
    assert plain | {"patterns": expected["patterns"]} == expected
