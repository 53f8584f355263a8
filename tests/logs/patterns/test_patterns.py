"""Patterns against Python's own regexes: the same lines match, and literals let none of them by."""

from __future__ import annotations

import random
import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool._fast.logs.logscan import Regex
from cotool.errors import InputError
from cotool.logs.patterns.patterns import compile_pattern, parse_pattern, read_patterns

LETTERS = "abAB 1_-é"


def regexes() -> st.SearchStrategy[str]:
    atoms = st.one_of(
        st.sampled_from(LETTERS.replace("-", "")),
        st.sampled_from(
            [".", r"\d", r"\w", r"\s", r"\W", r"\b", r"\B", "^", "$", "[ab]", "[^a]", "[a-b1]", "é"]
        ),
        st.text("abAB1", min_size=2, max_size=5),
    )

    def extended(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.lists(inner, min_size=1, max_size=4).map("".join),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
            st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?"])).map(
                lambda pair: f"(?:{pair[0]}){pair[1]}"
            ),
            inner.map(lambda part: f"(?i:{part})"),
        )

    return st.recursive(atoms, extended, max_leaves=8)


def lines() -> st.SearchStrategy[str]:
    return st.text(LETTERS, max_size=12)


@given(regexes(), st.lists(lines(), min_size=1, max_size=8), st.booleans())
def test_matches_are_those_of_re(regex: str, texts: list[str], fold: bool) -> None:
    """Every line that re matches is found, and no other; literals let all of them through."""
    regex = f"(?i){regex}" if fold else regex
    oracle = re.compile(regex, re.ASCII)
    pattern = compile_pattern("p", regex)
    search = Regex(pattern.program).search
    # Folding é belongs to Unicode, which re.ASCII leaves out and the pattern does not.
    texts = [text for text in texts if not ("i" in regex and "é" in regex and "é" in text)]
    # Until 3.14, re finds \\B in every text but the empty one; here it also stands within a letter
    # of several bytes.
    texts = [text for text in texts if "\\B" not in regex or (text and text.isascii())]
    for text in texts:
        expected = oracle.search(text) is not None
        line = text.encode()
        assert search(line) == expected, (regex, text)
        held = line.lower() if pattern.fold else line
        found = any(literal in held for literal in pattern.literals)
        if pattern.literals and expected:
            assert found
        if pattern.exact:
            assert found == expected
        if pattern.leads:
            begins = Regex(pattern.program, anchored=True).search
            places = [n for n in range(len(held)) if held.startswith(pattern.literals, n)]
            assert any(begins(line, n) for n in places) == expected
            assert search(line, places[0] if places else len(line)) == expected


CASED = "абвяАБВЯёЁéÉßẞςσΣµμǅǆǄ\u10d0\u2c00\u2c30Kkſs_1"


@given(
    st.lists(st.sampled_from(CASED), min_size=1, max_size=4),
    st.booleans(),
    st.booleans(),
    st.text(CASED, max_size=4),
)
def test_case_is_folded_in_every_alphabet(
    letters: list[str], span: bool, negated: bool, text: str
) -> None:
    """Letters, ranges and negated classes match either case of letters beyond ASCII."""
    inner = f"{min(letters)}-{max(letters)}" if span else "".join(letters)
    regex = f"(?i)^[{'^' * negated}{inner}]+$"
    # Python folds the Kelvin sign and the long s to ASCII letters, and the pattern does not.
    if any(c in "Kkſs" for c in letters) or (span and set(text) & set("Kkſs")):
        return
    expected = re.search(regex, text) is not None
    assert Regex(compile_pattern("p", regex).program).search(text.encode()) == expected


@given(
    st.recursive(
        st.sampled_from(["", "a", "."]),
        lambda x: st.tuples(x, st.sampled_from(["{20000}", "{0,300}", "*", "?", "{7}"])).map(
            lambda p: f"({p[0]}){p[1]}"
        ),
        max_leaves=30,
    )
)
def test_repeats_are_compiled_or_refused_in_time(regex: str) -> None:
    """No nesting of counts takes more than a moment, whether it is refused or not."""
    start = time.monotonic()
    with suppress(InputError):
        compile_pattern("p", f"x={regex}")
    assert time.monotonic() - start < 5


@given(st.binary(max_size=200))
def test_any_bytes_are_searched_and_no_program_crashes(data: bytes) -> None:
    """Broken UTF-8 is only text, and what is not a program is refused."""
    assert Regex(compile_pattern("p", "a.*b").program).search(
        b"a" + data.replace(b"\n", b"") + b"b"
    )
    with pytest.raises(ValueError, match="not a program"):
        Regex(data)


def test_changed_programs_do_not_crash() -> None:
    """A program with changed bytes is refused or runs; it never reads beyond its tables."""
    program = compile_pattern("p", r"(?:ab|\d+)*x\b").program
    chance = random.Random(7)
    refused = 0
    for _ in range(3000):
        changed = bytearray(program)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            regex = Regex(bytes(changed))
        except ValueError:
            refused += 1
            continue
        assert regex.search(b"ab12x ababx" * 20) in {True, False}
    assert 0 < refused < 3000


@pytest.mark.parametrize(
    "regex",
    [
        *("(a+)+$", "(a|a)*b", "(.*)*x", "(a?){50}a{50}c", "(?:a|b)*a(?:a|b){14}c"),
        *("[a-b]{1,2000}c", r"\w{1,300} \w{1,300} \w{1,300}c", "[ab]*a[ab]{600}c"),
    ],
)
def test_nothing_hangs(regex: str) -> None:
    """What takes backtracking engines for ever is linear."""
    line = b"ab" * 500_000 + b"!"
    start = time.monotonic()
    Regex(compile_pattern("p", regex).program).search(line)
    assert time.monotonic() - start < 10  # a hang takes longer than the universe


@pytest.mark.parametrize(
    ("regex", "reason"),
    [
        (r"(?=a)b", "lookaround"),
        (r"(?<!a)b", "lookaround"),
        (r"(a)\1", "back-reference"),
        (r"(a)?(?(1)b|c)", "condition"),
        (r"a++", "possessive"),
        (r"(?>a)", "atomic"),
        (r"(a", "character 1"),
        (r"a{3,2}", "min repeat"),
        ("[[:alpha:]]", "possible nested set"),
        (r"(?:a{1000}){1000}", "too large"),
        (r"x=((()){20000}){20000}", "too large"),
        ("(" * 2000 + "a" + ")" * 2000, "deeply"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_is_refused(regex: str, reason: str) -> None:
    """Each refusal says why."""
    with pytest.raises(InputError, match=reason):
        compile_pattern("p", regex)


def test_names_and_regexes_are_told_apart() -> None:
    """NAME=REGEX, or a regex that is its own name."""
    assert parse_pattern("slow=took \\d+").name == "slow"
    assert parse_pattern("slow=took \\d+").regex == "took \\d+"
    assert parse_pattern("time out").name == "time out"
    assert parse_pattern("a b=c").regex == "a b=c"


def test_a_file_of_patterns_names_its_bad_line(tmp_path) -> None:
    """Comments and blank lines are left out; an error names file and line."""
    path = tmp_path / "p.txt"
    path.write_text("# mine\n\nslow=took\nbad=(a\n")
    with pytest.raises(InputError, match=r"p\.txt: line 4: pattern 'bad'"):
        read_patterns(str(path))
    path.write_text("# mine\n\nslow=took\nquick=fast|swift\n")
    assert [pattern.name for pattern in read_patterns(str(path))] == ["slow", "quick"]


@pytest.mark.parametrize(
    ("regex", "literals", "exact"),
    [
        ("error|failed", (b"error", b"failed"), True),
        ("(?i)Time(?:d)? ?out", (b"time out", b"timed out", b"timedout", b"timeout"), True),
        (
            r"[Ff]ailed password for .* from \d",
            (b"Failed password for ", b"failed password for "),
            False,
        ),
        (r"\d+", (), False),
        (r"\bfoo\b", (b"foo",), False),
        ("foo(?:bar)?", (b"foo",), True),
    ],
)
def test_literals_are_found(regex: str, literals: tuple[bytes, ...], exact: bool) -> None:
    """The prefilter is what every match holds."""
    pattern = compile_pattern("p", regex)
    assert (pattern.literals, pattern.exact) == (literals, exact)
