"""Lines taken out of envelopes, held to Python's JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool._fast.logs.envelopes import Unwrapper

TIME = "2026-03-01T12:00:00Z"
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def unwrapped(unwrapper, data, sizes=()):
    """Feed data in pieces of the sizes, the rest at once."""
    out, start = b"", 0
    for size in sizes:
        out += unwrapper.feed(data[start : start + size])
        start += size
    return out + unwrapper.feed(data[start:], final=True)


def oracle(texts, begins=None):
    """What is taken out of one text a line, each of which ends there."""
    lines = []
    for text in texts:
        data = text.encode().removesuffix(b"\n")
        if data and (begins is None or data[0] in begins):
            if len(data) > 2 and data.startswith(b'{"'):
                data = f'{{"time":"{TIME}",'.encode() + data[1:]
            else:
                data = f"{TIME} ".encode() + data
        lines.append(data + b"\n")
    return b"".join(lines)


@given(st.lists(TEXT, max_size=8), st.booleans(), st.lists(st.integers(0, 50), max_size=6))
def test_objects_give_what_json_reads(texts, ascii_only, sizes):
    """The text of each object is that of json.loads, wherever the blocks are cut."""
    data = "".join(
        json.dumps({"a": ["}", {"log": "no"}], "log": text, "time": TIME}, ensure_ascii=ascii_only)
        + "\n"
        for text in texts
    ).encode()
    assert unwrapped(Unwrapper(text_key=b"log", time_key=b"time"), data, sizes) == oracle(texts)


@given(st.lists(TEXT.filter(lambda text: "\n" not in text and "\r" not in text), max_size=8),
       st.lists(st.integers(0, 50), max_size=6))  # fmt: skip
def test_words_before_the_text_are_dropped(texts, sizes):
    """Of a container runtime's line the time and the text are left."""
    data = "".join(f"{TIME} stdout F {text}\n" for text in texts).encode()
    assert unwrapped(Unwrapper(words=2, tagged=True), data, sizes) == oracle(texts)


@given(st.binary(max_size=200), st.lists(st.integers(0, 50), max_size=6))
def test_any_bytes_pass(data, sizes):
    """What is no envelope is given unchanged, each line with its end, whatever it is."""
    expected = b"".join(
        line.removesuffix(b"\r") + b"\n" for line in data.removesuffix(b"\n").split(b"\n")
    )
    for kind in ({"text_key": b"log", "time_key": b"time"}, {"words": 2, "tagged": True}):
        out = unwrapped(Unwrapper(**kind), data, sizes)
        if b"{" not in data and not any(line[:1].isdigit() for line in data.split(b"\n")):
            assert out == (expected if data else b"")


def test_a_text_that_goes_on():
    """Docker's long lines end in a newline in their last piece, CRI's are tagged P until then."""
    pieces = [{"log": "ERROR be"}, {"log": "gin "}, {"log": "and end\n"}, {"log": "INFO x\n"}]
    data = "".join(json.dumps({**piece, "time": TIME}) + "\n" for piece in pieces).encode()
    expected = f"{TIME} ERROR begin and end\n{TIME} INFO x\n".encode()
    assert unwrapped(Unwrapper(text_key=b"log", time_key=b"time", ended=True), data) == expected
    words = [("P", "ERROR be"), ("P:x", "gin "), ("F", "and end"), ("F", "INFO x")]
    data = "".join(f"{TIME} stderr {tag} {text}\n" for tag, text in words).encode()
    assert unwrapped(Unwrapper(words=2, tagged=True), data) == expected


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n"])
def test_a_text_cut_off_at_the_end(tail):
    """A text whose last piece is missing ends where the file ends."""
    data = json.dumps({"log": "half", "time": TIME}).encode() + tail
    unwrapper = Unwrapper(text_key=b"log", time_key=b"time", ended=True)
    assert unwrapped(unwrapper, data) == f"{TIME} half\n".encode()


def test_what_begins_no_record_has_no_time():
    """A line of a stack trace belongs to the record before it."""
    texts = ["2026 ERROR x", "java.lang.Error", "\tat X", "2026 INFO y", ""]
    data = "".join(f"{TIME} {text}\n" for text in texts).encode()
    expected = oracle(texts, begins=b"0123456789")
    assert unwrapped(Unwrapper(begins=b"0123456789"), data) == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d", "\ufffd"),
        (r"\ud83d\u0041", "\ufffdA"),
        (r"\ude00", "\ufffd"),
        (r"\u00zz", r"\u00zz"),
        (r"\q", r"\q"),
        (r"a\/b\"c\\", 'a/b"c\\'),
    ],
)
def test_escapes(written, read):
    """Pairs of surrogates are one character, lone ones none; what is no escape stays."""
    data = f'{{"log":"{written}","time":"{TIME}"}}'.encode()
    out = unwrapped(Unwrapper(text_key=b"log", time_key=b"time"), data)
    assert out.decode() == f"{TIME} {read}\n"


def test_a_number_as_time():
    """Milliseconds stand as they are; without a time the text stands alone."""
    out = unwrapped(Unwrapper(text_key=b"m", time_key=b"t"), b'{"m":"x","t":17}\n{"m":"y"}\n')
    assert out == b"17 x\ny\n"
