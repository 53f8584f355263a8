"""The data for cases: texts and logs generated from a seed, or the user's file."""

from __future__ import annotations

import os
import random

from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.io.json_documents import parse_json
from cotool.io.whole import read_whole

if TYPE_CHECKING:
    from pathlib import Path

_WORDS = 8000
_LINE = "2026-03-{:02} {:02}:{:02}:{:02},{:03} {} [worker-{}] shop.{} - {}\n"
LEVELS = ("DEBUG", "INFO", "INFO", "INFO", "INFO", "INFO", "WARN", "ERROR")
_COMPONENTS = ("Cart", "Mail", "Order", "Payment", "Stock")


def made_texts(length: int, count: int) -> list[str]:
    """Return texts of about `length` characters with word frequencies like those of English."""
    chance = random.Random(length)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(_WORDS)]
    shares = [1 / (rank + 2.7) for rank in range(len(words))]
    return [
        " ".join(chance.choices(words, shares, k=max(1, chance.randint(length // 9, length // 5))))
        for _ in range(count)
    ]


def made_passages(sentences: int, words: int, count: int) -> list[str]:
    """Return texts of sentences, `words` in all, that share words, numbers and names."""
    chance = random.Random(sentences)
    facts = made_texts(6 * words // sentences, 2 * sentences)
    texts = []
    for _ in range(count):
        said = chance.sample(range(len(facts)), sentences)
        texts.append(" ".join(f"In {1900 + n} Mr Name{n} {facts[n]} {n}." for n in sorted(said)))
    return texts


def made_answers(length: int, count: int) -> list[str]:
    """Return texts of about `length` characters that end in a choice, mostly the same one."""
    chance = random.Random(count)
    texts = made_texts(length, count)
    return [f"{text}. The answer is ({chance.choice('CCCAB')})." for text in texts]


def made_labels(count: int) -> list[tuple[str, str, str]]:
    """Return (item, expert, label): ten labels per item, half of the wrong ones equal."""
    lot = random.Random(1)
    skills = {f"w{k}": lot.uniform(0.4, 0.9) for k in range(200)}
    names = sorted(skills)
    rows = []
    for item in range(count // 10):
        right, decoy = lot.sample("ABCD", 2)
        for name in lot.sample(names, 10):
            wrong = decoy if lot.random() < 0.5 else lot.choice("ABCD")
            rows.append((f"q{item}", name, right if lot.random() < skills[name] else wrong))
    return rows


def made_transcripts(length: int, count: int) -> list[str]:
    """Return versions of one text with a given length, each with a tenth of its words wrong."""
    lot = random.Random(2)
    words = made_texts(length, 1)[0].split()
    return [
        " ".join(word if lot.random() < 0.9 else lot.choice(words) for word in words)
        for _ in range(count)
    ]


def read_labels(path: Path) -> list[tuple[str, str, str]]:
    """Return the first three columns of a CSV file with a header: item, expert, label.

    Raises InputError for a file that cannot be read, or a row that is shorter.
    """
    import csv

    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))[1:]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: {error}", hint="give a CSV file: item, expert, label") from None
    if not rows or any(len(row) < 3 for row in rows):
        raise InputError(
            f"{path}: expected item, expert and label in every row",
            hint="give a CSV file with these columns",
        )
    return [(row[0], row[1], row[2]) for row in rows]


def made_log(path: Path, size: int) -> None:
    """Write a log of about `size` bytes: dated lines with levels. The bytes are always the same."""
    _write_log(path, size, made_texts(70, 2000))


def made_events(path: Path, size: int) -> None:
    """Write a log like that of made_log, of 200 messages, each with two varying numbers."""
    _write_log(path, size, [f"{text} {{}} of {{}}" for text in made_texts(50, 200)])


def _write_log(path: Path, size: int, messages: list[str]) -> None:
    chance = random.Random(7)
    lines = []
    for second in range(20_000):
        level = chance.choice(LEVELS)
        tail = f"took {chance.randint(1, 5000)} ms" if second % 5 == 0 else chance.choice(messages)
        lines.append(
            _LINE.format(
                1 + second // 86400,
                second // 3600 % 24,
                second // 60 % 60,
                second % 60,
                chance.randint(0, 999),
                level,
                chance.randint(1, 16),
                chance.choice(_COMPONENTS),
                tail.format(chance.randint(1, 10**6), chance.randint(1, 100)),
            )
        )
    block = "".join(lines).encode()
    write_data(path, (block * (size // len(block) + 1))[:size])


def made_bytes(path: Path, size: int) -> None:
    """Write bytes that do not compress."""
    write_data(path, random.Random(size).randbytes(size))


def write_data(path: Path, data: bytes) -> None:
    """Write a file that appears complete, because several processes may make it at once."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)


def read_texts(path: Path) -> list[str]:
    """Return the texts of a JSON list of strings, or the lines of a file. Raises InputError."""
    try:
        text = read_whole(path).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8") from None
    try:
        found = parse_json(text)
    except ValueError:
        found = [line for line in text.splitlines() if line.strip()]
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found) or not found:
        raise InputError(f"{path}: contains no texts", hint="a JSON list of strings, or lines")
    return found
