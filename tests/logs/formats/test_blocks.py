"""Records that are blocks of labelled lines."""

from __future__ import annotations

import pytest

import cotool

PLAIN = "Time: 2026-03-02 08:00:{s:02}\nSeverity: {level}\nElapsed: {s} ms\n\n"
TIME_LAST = (
    "Severity : {level}\nElapsed : {s} ms\nText : a\n  b\nTime : 2026-03-02 08:00:{s:02}\n\n\n"
)
RULES = "-----\nTimestamp: 3/2/2026 8:00:{s:02} AM\nSeverity: {level}\nInfo:\n  Elapsed: {s} ms\n"
EQUALS = (
    "Date       = 2026-03-02 08:00:{s:02}\r\nLevel      = {level}\r\nElapsed    = {s} ms\r\n\r\n"
)


def log_of(form: str) -> str:
    return "".join(form.format(s=k, level="ERROR" if k % 3 else "INFO") for k in range(30))


@pytest.mark.parametrize("form", [PLAIN, TIME_LAST, RULES, EQUALS])
def test_each_block_is_a_record(tmp_path, form):
    """Its labels are fields, whatever their order and what separates blocks."""
    path = tmp_path / "x.log"
    path.write_text(log_of(form), encoding="utf-8", newline="")
    found = cotool.analyze_logs(path, measures=["Elapsed"])
    counts = found.counts
    assert (counts.records, counts.timeless, counts.levels["error"]) == (30, 0, 20)
    elapsed = found.measures.total.measures[0]
    assert (elapsed.count, elapsed.greatest) == (30, pytest.approx(0.029))


@pytest.mark.parametrize(
    "form",
    [
        "2026-03-02 08:00:{s:02} {level} a: b\nc: d\n\n",
        "Mar  2 08:00:{s:02} host app[7]: {level}: b\n\n",
        "{level}: 2026-03-02 08:00:{s:02} a\n\n",
        "Note: a\nb: {s}\n\n2026-03-02 08:00:{s:02} {level} x\n\n",
    ],
)
def test_other_lines_with_colons_are_lines(tmp_path, form):
    """Empty lines between records do not make blocks of them."""
    path = tmp_path / "x.log"
    path.write_text(log_of(form), encoding="utf-8")
    found = cotool.analyze_logs(path)
    assert found.counts.lines == log_of(form).count("\n")
    assert found.counts.levels["error"] == 20
