"""How time and memory grow with hostile input: cases of about a megabyte, and half of each.

    python bench/limits.py [--write] [--only WORD] [--scale 1]

Each case makes an input of one megabyte that is as bad as we know for its command, and the same at
half the size. The table gives CPU seconds, peak memory, and the growth from the half to the whole:
2 is linear. A case fails if it takes more than 10 s of CPU or 500 MB, ends in a traceback, or grows
by more than 3.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTRO = """
Input that is as bad as we know for each command, about 1 MB (a compressed file counts as what is in
it where its size is bounded): `python bench/limits.py --write`. Growth is CPU time of the whole
beside that of the half: 2 is linear. Start-up takes 0.1 s of the CPU time.
"""
SECONDS, MEGABYTES, GROWTH = 10.0, 500.0, 3.0
# Below this, start-up and noise hide the growth.
_SHORT = 1.0
# Exit codes up to this one are results and errors that are documented.
_LAST_ERROR = 10

Case = tuple[list[str], bytes, str]  # arguments before the file, its bytes, its name


def words(n: int, seed: int = 1) -> list[str]:
    """Return `n` different words."""
    generator = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < n:
        found["".join(generator.choices("abcdefghijklmnoprstuvw", k=generator.randint(3, 9)))] = (
            None
        )
    return list(found)


def rows(records: Iterator[dict[str, object]]) -> bytes:
    """Return JSON lines."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def answers(texts: list[str]) -> bytes:
    """Return the answers of many experts to one question."""
    return rows({"question": "Why?", "expert": f"e{n}", "answer": x} for n, x in enumerate(texts))


def _sentences(n: int, length: int) -> list[str]:
    generator, known = random.Random(2), words(3000)
    return [" ".join(generator.choices(known, k=length)).capitalize() + "." for _ in range(n)]


CONSENSUS: dict[str, Callable[[float], Case]] = {
    "10,000 questions, 3 answers": lambda k: (
        [],
        rows(
            {"id": f"q{n}", "expert": who, "answer": f"{n * 7 % 11}"}
            for n in range(int(7000 * k))
            for who in "abc"
        ),
        "a.jsonl",
    ),
    "20,000 questions, 2 answers": lambda k: (
        [],
        json.dumps(
            [{"question": f"q{n}", "responses": [f"x{n}", f"y{n}"]} for n in range(int(20000 * k))]
        ).encode(),
        "a.json",
    ),
    "25 items, 16,000 experts": lambda k: (
        [],
        "\n".join(
            [
                "item," + ",".join(f"expert_{n}" for n in range(int(16000 * k))),
                *(
                    f"{item}," + ",".join("12345"[n * n % 5] for n in range(int(16000 * k)))
                    for item in range(25)
                ),
            ]
        ).encode(),
        "a.csv",
    ),
    "a table of 16,000 columns of words": lambda k: (
        [],
        "\n".join(
            [
                "item," + ",".join(words(int(16000 * k))),
                *(f"{row}," + ",".join(words(int(16000 * k), row)) for row in (2, 3)),
            ]
        ).encode(),
        "a.csv",
    ),
    "30,000 different addresses as answers": lambda k: (
        [],
        json.dumps(
            {"question": "Which?", "responses": [f"{n}.{n}.{n}.{n}" for n in range(int(30000 * k))]}
        ).encode(),
        "a.json",
    ),
    "16,000 different words as answers": lambda k: ([], answers(words(int(16000 * k))), "a.jsonl"),
    "4,000 texts of 30 words": lambda k: ([], answers(_sentences(int(4000 * k), 30)), "a.jsonl"),
    "4,000 texts, the matrix as JSON": lambda k: (
        ["--json"],
        answers(_sentences(int(4000 * k), 30)),
        "a.jsonl",
    ),
    "3 texts of 300 kB": lambda k: ([], answers(_sentences(3, int(50000 * k))), "a.jsonl"),
    "3 texts of 10,000 sentences with a number": lambda k: (
        [],
        answers(
            [" ".join(f"Cats like {7 * n + m}." for n in range(int(10000 * k))) for m in range(3)]
        ),
        "a.jsonl",
    ),
    "3 texts without a blank": lambda k: (
        [],
        answers(["x" * int(340000 * k), "y" * int(340000 * k), "xy" * int(170000 * k)]),
        "a.jsonl",
    ),
    "combining marks out of order": lambda k: (
        [],
        answers(["a" + "\u0301\u0323" * int(40000 * k), "b", "a"]),
        "a.jsonl",
    ),
    "brackets nested in an answer": lambda k: (
        [],
        answers(["(" * int(300000 * k), "[{" * int(150000 * k), "\\boxed{" * int(40000 * k)]),
        "a.jsonl",
    ),
    "numbers of 300,000 digits": lambda k: (
        [],
        answers(["7" * int(300000 * k), "7" * int(300000 * k) + "1", "1,000" * int(60000 * k)]),
        "a.jsonl",
    ),
    "JSON nested 500,000 deep": lambda k: ([], b"[" * int(500000 * k), "a.json"),
    "one JSON object of 60,000 keys": lambda k: (
        [],
        json.dumps({f"key{n}": n for n in range(int(60000 * k))}).encode(),
        "a.json",
    ),
    "CSV with an open quote, then doubled ones": lambda k: (
        [],
        b'question,expert,answer\nq,"' + b'""' * int(500000 * k),
        "a.csv",
    ),
    "CSV of 350,000 columns": lambda k: ([], b"q,a,b\n" + b"," * int(350000 * k), "a.csv"),
    "CSV with a header of commas": lambda k: ([], b"," * int(1000000 * k) + b"\n1,2\n", "a.csv"),
    "gzip of blank lines": lambda k: (
        [],
        gzip.compress(b"\n" * int(300_000_000 * k), 6),
        "a.jsonl.gz",
    ),
    "gzip of one long string": lambda k: (
        [],
        gzip.compress(b'{"question": "' + b"a" * int(200_000_000 * k) + b'"}', 6),
        "a.json.gz",
    ),
    "gzip of a list of numbers": lambda k: (
        [],
        gzip.compress(b"[" + b"1," * int(100_000_000 * k) + b"1]", 6),
        "a.json.gz",
    ),
    "gzip of a list of empty lists": lambda k: (
        [],
        gzip.compress(b"[" + b"[]," * int(60_000_000 * k) + b"[]]", 6),
        "a.json.gz",
    ),
    "gzip of CSV rows": lambda k: (
        [],
        gzip.compress(b"question,expert,answer\n" + b"q1,a,yes\n" * int(90_000_000 * k), 6),
        "a.csv.gz",
    ),
}

_LINE = "2026-03-01T10:00:00Z INFO "


def _log(lines: Iterator[str]) -> bytes:
    return "".join(f"{_LINE}{line}\n" for line in lines).encode()


LOGS: dict[str, Callable[[float], Case]] = {
    "one line of 1 MB": lambda k: ([], b"x " * int(500000 * k), "a.log"),
    "each line of a structure of its own": lambda k: (
        ["--templates", "json"],
        _log(
            " ".join(words(3, n)[: 1 + n % 3]) + " " * (n % 7) + "=" * (n % 9)
            for n in range(int(25000 * k))
        ),
        "a.log",
    ),
    "each line of random words": lambda k: (
        ["--templates", "json"],
        _log(iter(_sentences(int(12000 * k), 8))),
        "a.log",
    ),
    "nested brackets": lambda k: (
        ["--templates", "json"],
        _log("(" * (n % 300) + "[{" * 40 for n in range(int(4000 * k))),
        "a.log",
    ),
    "JSON lines of many keys": lambda k: (
        [],
        rows({f"k{n}_{i}": i for i in range(100)} for n in range(int(700 * k))),
        "a.log",
    ),
    "a JSON line nested 100,000 deep": lambda k: ([], b'{"a":' * int(180000 * k) + b"\n", "a.log"),
    "a regex without a literal": lambda k: (
        ["-e", r"x=(\w*a\w*b\w*c\w*)+[0-9]$"],
        b"abc" * int(330000 * k) + b"\n",
        "a.log",
    ),
    "every record an error, all shown with context": lambda k: (
        ["-l", "error", "--show", "100000", "--context", "1000", "--json"],
        _log(f"item {n}" for n in range(int(3000 * k))).replace(b"INFO", b"ERROR"),
        "a.log",
    ),
    "each second of 1 to 30 years": lambda k: (
        ["--bucket", "1s", "--json"],
        "".join(
            f"{1996 + n % 30}-{1 + n % 12:02}-{1 + n % 28:02}T10:00:{n % 60:02}Z INFO x\n"
            for n in range(int(30000 * k))
        ).encode(),
        "a.log",
    ),
    "20,000 groups, each with distinct values": lambda k: (
        ["-m", "distinct(rt)", "--by", "user", "--bucket", "1h", "--json"],
        _log(f"user=u{n} rt={n % 977}" for n in range(int(20000 * k))),
        "a.log",
    ),
    "start tags without an end": lambda k: ([], b"<Event>" * int(140000 * k), "a.log"),
    "gzip of blank lines (log)": lambda k: (
        [],
        gzip.compress(b"\n" * int(1_000_000_000 * k), 6),
        "a.log.gz",
    ),
    "gzip of one-byte lines, templates": lambda k: (
        ["--templates", "json"],
        gzip.compress(b"a\nb\n7\n\n" * int(143_000_000 * k), 6),
        "a.log.gz",
    ),
}

VAULT: dict[str, Callable[[float], Case]] = {
    "a vault of zeros": lambda k: ([], b"\0" * int(1_000_000 * k), "a.vault"),
    "a keyring nested 500,000 deep": lambda k: ([], b"[" * int(500000 * k), "a.vault"),
}

COMMANDS = {
    "consensus": (["consensus"], CONSENSUS),
    "analyze-logs": (["analyze-logs"], LOGS),
    "vault inspect": (["vault", "inspect"], VAULT),
}


def run(command: list[str], case: Case, folder: Path) -> tuple[float, float, int, str]:
    """Return CPU seconds, peak megabytes, exit code and the first line of the errors."""
    arguments, content, name = case
    path = folder / name
    path.write_bytes(content)
    # GNU time is small, so the memory of this process does not count as that of the command.
    measured = folder / "time"
    process = subprocess.run(
        [
            *("/usr/bin/time", "-f", "%U %S %M", "-o", str(measured)),
            *(sys.executable, "-m", "cotool", *command, *arguments, str(path)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    user, system, memory = map(float, measured.read_text().split()[-3:])
    first = process.stderr.decode(errors="replace").strip().splitlines()[:1]
    return user + system, memory / 1024, process.returncode, first[0] if first else ""


def main() -> int:
    """Measure all cases; return 1 where one is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_write(parser)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    report = Report("Limits", INTRO, write=options.write and not options.only)
    report("| command | input | s | MB | growth | exit code |")
    report("|---|---|---:|---:|---:|---:|")
    over = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (command, cases) in COMMANDS.items():
            for what, case in cases.items():
                if options.only not in f"{name} {what}":
                    continue
                half = run(command, case(options.scale / 2), Path(folder))[0]
                seconds, memory, code, said = run(command, case(options.scale), Path(folder))
                growth = seconds / half if seconds > _SHORT else 0
                bad = (
                    seconds > SECONDS
                    or memory > MEGABYTES
                    or growth > GROWTH
                    or code > _LAST_ERROR
                    or code < 0
                )
                over += bad
                shown = f"{growth:.1f}" if growth else "–"
                mark = " **over**" if bad else ""
                report(
                    f"| {name} | {what} | {seconds:.1f}{mark} | {memory:.0f} | {shown} | {code} |"
                )
                print(f"    {said}", file=sys.stderr)
    report.save()
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
