"""Records that are elements of XML."""

from __future__ import annotations

import json
import random
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cotool
from cotool._fast.logs.envelopes import Elements
from cotool.logs.formats.xml_records import _record, find_xml, xml_lines

WINDOWS = (
    "<Event xmlns='http://x'><System><EventID Qualifiers='1'>7</EventID><Level>{n}</Level>"
    "<TimeCreated SystemTime='2026-03-02T08:00:{s:02}.5Z'/></System>"
    "<EventData><Data Name='ms'>{s}</Data><Data>x</Data></EventData></Event>\n"
)
JUL = (
    "<record>\n  <date>2026-03-02T08:00:{s:02}.5Z</date>\n  <level>{severe}</level>\n"
    "  <message>&lt;a&gt; ms={s}</message>\n</record>\n"
)
LOG4J = (
    '<log4j:event logger="a" timestamp="17724384{s:02}500" level="{word}">\r\n'
    "<log4j:message><![CDATA[<a>]]></log4j:message>\r\n"
    '<log4j:properties><log4j:data name="ms" value="{s}"/></log4j:properties>\r\n'
    "</log4j:event>\r\n\r\n"
)
ATTRIBUTES = '<entry at="2026-03-02 08:00:{s:02}" level="{word}" ms="{s}" note="a > b"/>\n'
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE log SYSTEM "logger.dtd">\n<log>\n'


def log_of(form: str) -> str:
    levels = [
        {"n": 2, "severe": "SEVERE", "word": "ERROR"},
        {"n": 4, "severe": "INFO", "word": "INFO"},
    ]
    return "".join(form.format(s=k, **levels[k % 2]) for k in range(20))


@pytest.mark.parametrize(
    ("form", "head", "tail"),
    [
        (WINDOWS, "", ""),
        (WINDOWS, "\ufeff<Events>", "</Events>"),
        (JUL, DECLARED, "</log>\n"),
        (JUL, DECLARED, JUL[:20]),  # still being written
        (LOG4J, "", ""),
        (ATTRIBUTES, "<log>", "</log>"),
    ],
)
def test_each_element_is_a_record(tmp_path, form, head, tail):
    """Its attributes and children are fields."""
    path = tmp_path / "x.xml"
    path.write_text(head + log_of(form) + tail, encoding="utf-8", newline="")
    found = cotool.analyze_logs(path, measures=["ms"])
    counts = found.counts
    assert (counts.records, counts.timeless) == (20, 0)
    assert (counts.levels["error"], counts.levels["info"]) == (10, 10)
    milliseconds = found.measures.total.measures[0]
    assert (milliseconds.count, milliseconds.greatest) == (20, pytest.approx(0.019))


def test_a_broken_element_is_named(tmp_path):
    """The records before it count, and its line is in the error."""
    path = tmp_path / "x.xml"
    path.write_text(log_of(JUL) + "<record><date>a</dat></record>\n", encoding="utf-8")
    found = cotool.analyze_logs(path)
    assert found.counts.records == 20
    assert "line 101" in str(found.to_dict())


_TEXTS = ["", " ", "a", "x y", "7", "&lt;", "&amp;x", "&#65;", "&#x1F600;", "é", "'", "]]", "\n",
          "\t", "<![CDATA[<b> & ]]>", "<!-- c -->", "&nbsp;", "\r\n", "\x01", "\ufffe", "]]>", "\\",
          "<![CDATA[</e>]]>", "<![CDATA[]]>"]  # fmt: skip
_NAMES = ["a", "b", "n:a", "Data", "text", "e", "level"]
_KEYS = ["a", "Name", "key", "value", "n:a", "x", "text", "e"]


def element(rng: random.Random, name: str, deep: int) -> str:
    """Return an element with attributes, texts and children, mostly of a usual kind."""
    attributes = "".join(
        rng.choice([" ", "\n "]) + key + rng.choice(["=", " = "]) + '"' + usual(rng) + '"'
        for key in rng.sample(_KEYS, rng.choice([0, 0, 1, 2, 3]))
    )
    if rng.random() < 0.2:
        return f"<{name}{attributes}{rng.choice(['', ' '])}/>"
    inner = usual(rng) if rng.random() < 0.7 else ""
    for _ in range(rng.choice([0, 1, 2, 3]) if deep else 0):
        inner += element(rng, rng.choice(_NAMES), deep - 1)
        inner += rng.choice(["", "\n", usual(rng)])
    return f"<{name}{attributes}>{inner}</{name}{rng.choice(['', '', ' '])}>"


def usual(rng: random.Random) -> str:
    return "".join(
        rng.choice(_TEXTS[: rng.choice([14, len(_TEXTS)])]) for _ in range(rng.randrange(4))
    )


@given(st.integers(0, 1 << 40))
def test_elements_are_those_of_expat(seed):
    """What the kernel takes, expat reads alike; each cut of it is left."""
    rng = random.Random(seed)
    text = element(rng, "e", 3).encode()
    if rng.random() < 0.3:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice([b"", b"<", b">", b'"', b"\xff", b"&", b" "]) + text[at + 1 :]
    written, end = Elements(b"e").take(b"x" + text + b"<e", 1)
    assert Elements(b"e").take(text[:-1], 0)[1] < len(text)
    try:
        expected = _record(text, "utf-8")
    except expat.ExpatError:
        assert end != len(text) + 1
        return
    if end > 1:
        assert end == len(text) + 1
        assert json.loads(written) == expected


@pytest.mark.parametrize("form", [WINDOWS, JUL, LOG4J, ATTRIBUTES])
def test_usual_elements_are_taken(form):
    """The kernel leaves none of the logs of products to expat."""
    data = log_of(form).encode().strip()
    name = data[1:].replace(b">", b" ").split(b" ")[0]
    written, end = Elements(name).take(data, 0)
    assert (written.count(b"\n"), end) == (20, len(data))


def test_start_tags_that_nothing_ends_take_linear_time():
    opened = b"<Event>" * 100_000
    assert find_xml(opened) == (b"", [])
    lines = b"".join(
        xml_lines(iter([b"<Event>1</Event>" + opened + b"<Event a='2'/>"]), "a", b"Event")
    )
    assert lines.splitlines() == [b'{"text":"1"}', b'{"a":"2"}']
