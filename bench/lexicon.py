"""Prints the words of `cotool.logs.templates.lexicon` that are counted: those of Python's texts.

    python bench/lexicon.py

Each text is a string in the standard library of the Python that runs this, docstrings included,
but not of its tests. A word counts if it has small letters only. Words that verbs, adverbs and
abstract nouns are known by, their endings, are left out, and so are names of accounts.
"""

from __future__ import annotations

import ast
import os
import re
import textwrap
from collections import defaultdict
from pathlib import Path

from cotool.logs.templates import lexicon

LEAST_FILES = 12
SKIPPED = ("site-packages", "/test", "idlelib", "lib2to3", "turtle")
ACCOUNTS = {"root", "guest"}
_WORD = re.compile(r"(?<![\w.%])[a-z][a-z']+(?![\w(])")


def words_of(source: str) -> set[str]:
    """Return the words of all texts of a module."""
    return {
        word
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
        for word in _WORD.findall(node.value)
    }


def main() -> None:
    """Print the words that enough files use."""
    files: dict[str, set[str]] = defaultdict(set)
    for path in Path(os.__file__).parent.rglob("*.py"):
        if not any(part in str(path) for part in SKIPPED):
            for word in words_of(path.read_text(encoding="utf-8", errors="replace")):
                files[word].add(path.name)
    common = sorted(
        word
        for word, names in files.items()
        if len(names) >= LEAST_FILES
        and word.isalpha()
        and word not in ACCOUNTS
        and not lexicon.ENDING.fullmatch(word)
    )
    print(textwrap.fill(" ".join(common), 96))


if __name__ == "__main__":
    main()
