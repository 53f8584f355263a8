"""Values of keys in lines of JSON and of pairs, held to a parser that reads byte by byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool._fast.logs import logscan

PATHS = [[b"a"], [b"b"], [b"longer_key_name"], [b"b", b"a"], [b"b", b"c", b"a"], [b"m\\"]]
PAIRS = [[b"a"], [b"b"], [b"longer_key_name"], [b"m\\"]]
NAMES = st.sampled_from(["a", "b", "c", "longer_key_name", "m\\", "other", ""])
# Bytes that mean something to a parser, and runs that cross the ends of blocks.
MARKS = [bytes([byte]) for byte in b'"\\{}[]:, \t\r=ab\xff']
PARTS = st.sampled_from(
    [*MARKS, b"null", b'"a":', b'"b":{', b'a="', b"b=", b"x" * 61, b"\\" * 63, b'{"a":1']
)


def values():
    leaves = st.one_of(
        st.none(), st.integers(), st.text(max_size=80), st.text('\\"{}[],: ', max_size=80)
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=5)
        ),
        max_leaves=20,
    )


@pytest.mark.parametrize("plain", [False, True])
@given(st.dictionaries(NAMES, values(), max_size=8), st.booleans(), st.data())
def test_members_of_json(plain, record, spaced, data):
    """The values of an object, whole or cut anywhere, are those that the oracle reads."""
    text = json.dumps(record, separators=None if spaced else (",", ":"), ensure_ascii=False)
    line = text.encode("utf-8", "surrogatepass")
    line = line[: data.draw(st.integers(0, len(line)))] if data.draw(st.booleans()) else line
    assert logscan.members(line, PATHS, plain=plain) == reference.json_members(line, PATHS)


@pytest.mark.parametrize("plain", [False, True])
@given(st.lists(PARTS, max_size=24).map(b"".join))
def test_members_of_any_bytes(plain, line):
    """Of bytes that are no JSON and no pairs the kernels read what the oracles read."""
    braced = b"{" + line
    assert logscan.members(braced, PATHS, plain=plain) == reference.json_members(braced, PATHS)
    found = logscan.members(line, PAIRS, logfmt=True, plain=plain)
    assert found == reference.logfmt_members(line, PAIRS)


def changed(line, data):
    """Put a few bytes in the place of others: the outline may still fit, or just not."""
    at = data.draw(st.integers(0, len(line)))
    return line[:at] + data.draw(PARTS) + line[at + data.draw(st.integers(0, 3)) :]


@pytest.mark.parametrize("plain", [False, True])
@given(st.dictionaries(NAMES, values(), max_size=8), st.data())
def test_members_by_the_outline_of_a_line_before(plain, record, data):
    """A line that nearly has the outline of the one before has the values that the oracle reads."""
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    before = text.encode("utf-8", "surrogatepass")
    line = changed(before, data)
    found = logscan.members(line, PATHS, before=[before, line, before], plain=plain)
    assert found == reference.json_members(line, PATHS)
    parts = st.one_of(PARTS, st.sampled_from([b' a="x"', b" b=1"]))
    pairs = data.draw(st.lists(parts, max_size=12))
    before = b"".join(pairs)
    line = changed(before, data)
    found = logscan.members(line, PAIRS, before=[before], logfmt=True, plain=plain)
    assert found == reference.logfmt_members(line, PAIRS)


@pytest.mark.parametrize("plain", [False, True])
@given(st.lists(PARTS, max_size=24).map(b"".join), st.integers(0, 9))
def test_columns_of_any_bytes(plain, line, count):
    """Columns are words and what is in quotes or brackets, wherever blocks end."""
    assert logscan.columns(line, count, plain=plain) == reference.columns(line, count)


def test_members_of_json_by_name():
    """Nested keys, the first element of a list and the first of equal keys are found."""
    line = rb'{"x":[{"y":"1"},{"y":"2"}],"s":"a \"q\" \\","n":null,"k":-1.5e3,"k":2,"o":{"p":true}}'
    paths = [[b"x", b"y"], [b"s"], [b"n"], [b"k"], [b"o", b"p"], [b"o"]]
    found = [b"1", rb"a \"q\" \\", None, b"-1.5e3", b"true", None]
    assert logscan.members(line, paths) == found


def test_members_of_pairs_by_name():
    """Values in quotes hold blanks; words between pairs are left out."""
    line = rb'ts=2024 msg="a \"b\" c" word =odd k= last=9'
    paths = [[b"ts"], [b"msg"], [b"k"], [b"last"], [b"odd"]]
    found = [b"2024", rb"a \"b\" c", b"", b"9", None]
    assert logscan.members(line, paths, logfmt=True) == found
