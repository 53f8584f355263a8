"""Records that are elements of XML."""

from __future__ import annotations

import pytest

import cotool

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
