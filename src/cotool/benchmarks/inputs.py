"""What cases work on: texts and logs made from a seed, or the user's own file."""

from __future__ import annotations

import json
import os
import random
from typing import TYPE_CHECKING

from cotool.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_WORDS = 8000
_LINE = "2026-03-{:02} {:02}:{:02}:{:02},{:03} {} [worker-{}] shop.{} - {}\n"
_LEVELS = ("DEBUG", "INFO", "INFO", "INFO", "INFO", "INFO", "WARN", "ERROR")
_COMPONENTS = ("Cart", "Mail", "Order", "Payment", "Stock")


def made_texts(length: int, count: int) -> list[str]:
    """Texts of about `length` characters with word frequencies like those of English."""
    chance = random.Random(length)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(_WORDS)]
    shares = [1 / (rank + 2.7) for rank in range(len(words))]
    return [
        " ".join(chance.choices(words, shares, k=max(1, chance.randint(length // 9, length // 5))))
        for _ in range(count)
    ]


def made_answers(length: int, count: int) -> list[str]:
    """Reasonings of about `length` characters that end in a choice, most in the same one."""
    chance = random.Random(count)
    texts = made_texts(length, count)
    return [f"{text}. The answer is ({chance.choice('CCCAB')})." for text in texts]


def made_log(path: Path, size: int) -> None:
    """Write a log of about `size` bytes: dated lines with levels; the same bytes each time."""
    chance = random.Random(7)
    messages = made_texts(70, 2000)
    lines = []
    for second in range(20_000):
        level = chance.choice(_LEVELS)
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
                tail,
            )
        )
    block = "".join(lines).encode()
    _write(path, (block * (size // len(block) + 1))[:size])


def made_bytes(path: Path, size: int) -> None:
    """Write bytes that do not compress."""
    _write(path, random.Random(size).randbytes(size))


def _write(path: Path, data: bytes) -> None:
    """Write a file that appears whole: several processes may make it at once."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)


def read_texts(path: Path) -> list[str]:
    """Return the texts of a JSON list of strings, else the lines of a file. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8") from None
    try:
        found = json.loads(text)
    except ValueError:
        found = [line for line in text.splitlines() if line.strip()]
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found) or not found:
        raise InputError(f"{path}: holds no texts", hint="a JSON list of strings, or lines")
    return found
