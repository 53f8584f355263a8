"""User patterns: regexes as programs for the kernel, with the literals in every match.

The syntax is that of Python's `re`. The automaton works on bytes (K. Thompson, 1968), so a search
takes time linear in the length of the line, whatever the pattern. Lookaround, back-references and
conditions are refused, because they need backtracking. Classes of digits and of words are those of
ASCII; other letters are matched as their UTF-8 bytes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from cotool._lazy import lazy_pattern
from cotool._records import dataclass
from cotool._typing import Any
from cotool.errors import InputError
from cotool.io.whole import read_stream

_NAME = lazy_pattern(r"[A-Za-z_][\w.-]*")
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """A named regex.

    `literals`: every match contains one of them; empty if none is known. `fold`: their case does
    not count, and they are in lower case. `exact`: a line that contains one matches. `leads`: every
    match begins with one. `program` is the argument of cotool_regex_new.
    """

    name: str
    regex: str
    literals: tuple[bytes, ...]
    fold: bool
    exact: bool
    leads: bool
    program: bytes


def parse_pattern(text: str) -> Pattern:
    """Return the pattern of NAME=REGEX, or of a REGEX that is its own name. Raises InputError."""
    name, equals, regex = text.partition("=")
    if equals and _NAME.fullmatch(name):
        return compile_pattern(name, regex)
    return compile_pattern(text, text)


def all_patterns(texts: Iterable[str], paths: Iterable[str]) -> tuple[Pattern, ...]:
    """Return the patterns of NAME=REGEX texts, then those of files. Raises InputError."""
    found = [parse_pattern(text) for text in texts]
    for path in paths:
        found += read_patterns(path)
    return tuple(found)


def read_patterns(path: str) -> list[Pattern]:
    """Return the patterns of a file, one per line; blank lines and # comments are skipped.

    Raises InputError naming the file and the line.
    """
    from cotool.io.sources import open_source

    with open_source(path) as stream:
        data = read_stream(stream, path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1} is not UTF-8") from None
    patterns = []
    for n, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                patterns.append(parse_pattern(line))
            except InputError as error:
                raise InputError(f"{path}: line {n}: {error}", hint=error.hint) from None
    return patterns


def compile_pattern(name: str, regex: str) -> Pattern:
    """Return a compiled pattern. Raises InputError with the position of the error."""
    from cotool.logs.patterns.automaton import TooLargeError, UnsupportedError, compile_program
    from cotool.logs.patterns.literals import required_literals

    if not regex:
        raise InputError(f"pattern {name!r}: the regex is empty", hint="write NAME=REGEX")
    if len(regex) > _LONGEST:
        raise InputError(f"pattern {name[:40]!r}: the regex is longer than {_LONGEST:,} characters")
    try:
        tree, flags = parse_regex(regex)
        program = compile_program(tree, flags)
        literals, fold, exact, leads = required_literals(tree, flags)
    except FutureWarning as warning:
        reason = str(warning)
        raise InputError(
            f"pattern {name!r}: {reason[0].lower()}{reason[1:]}",
            hint="in a set, write \\[ for a bracket, and \\w or a-z for [:alpha:]",
        ) from None
    except re.error as error:
        position = "" if error.pos is None else f" at character {error.pos + 1}"
        raise InputError(
            f"pattern {name!r}: {error.msg}{position}", hint="the syntax is that of Python's re"
        ) from None
    except UnsupportedError as error:
        raise InputError(
            f"pattern {name!r}: {error}",
            hint="only what can be searched in linear time: no lookaround, no back-references",
        ) from None
    except (TooLargeError, OverflowError):
        raise InputError(
            f"pattern {name!r}: it is too large", hint="use smaller counts in {m,n}"
        ) from None
    except RecursionError:
        raise InputError(f"pattern {name!r}: it is nested too deeply") from None
    return Pattern(name, regex, literals, fold, exact, leads, program)


def parse_regex(regex: str) -> tuple[Any, int]:
    """Return the syntax tree and the flags from Python's own parser.

    The parser is not public, but it is the same in Python 3.11 to 3.14.
    """
    from re import _parser as parser  # type: ignore[attr-defined]

    with warnings.catch_warnings():
        # Of what later versions of Python may read otherwise, as of `[[` and `--` in sets.
        warnings.simplefilter("error", FutureWarning)
        tree = parser.parse(regex)
    return tree, tree.state.flags


def compile_group(name: str, regex: str) -> tuple[bytes, bytes, int]:
    """Return the program that finds group 1 of a regex, a text in every match, and its groups.

    The text is empty if none is known. Raises InputError like compile_pattern().
    """
    from cotool.logs.patterns.automaton import compile_program

    pattern = compile_pattern(name, regex)
    tree, flags = parse_regex(regex)
    needed = pattern.literals[0] if len(pattern.literals) == 1 and not pattern.fold else b""
    return compile_program(tree, flags, captures=True), needed, tree.state.groups - 1
