"""What notebooks show, and data frames."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser

import pytest

import cotool
from cotool.errors import InputError, MissingExtraError
from cotool.io.dataframes import as_html, table_of

HOSTILE = '</table><script>alert(1)</script><img src=x onerror="x">\u202e\x1b[31m\ud800&amp;'
LOG = """\
2026-03-02 08:00:00 INFO up
2026-03-02 08:00:01 ERROR order 7 failed
2026-03-02 08:00:09 ERROR order 8 failed
"""


class Tags(HTMLParser):
    """Collects tags and their attributes, and holds them to their nesting."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.open, self.attributes = set(), [], set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        """Take note of a tag."""
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Hold an end to its start."""
        assert self.open.pop() == tag


@pytest.fixture
def consensus():
    """A result on three answers."""
    return cotool.find_consensus(["The answer is 42.", "It is 42.", "It is 41."], question="q")


@pytest.fixture
def summary(tmp_path):
    """A log's analysis, with templates."""
    path = tmp_path / "app.log"
    path.write_text(LOG)
    return cotool.analyze_logs(path, templates=True, patterns={"seven": "7"})


def test_hostile_input_is_shown_not_run(tmp_path):
    """Tags, controls, bidi marks and surrogates of the input are text, in every notebook table."""
    found = cotool.find_consensus(
        [
            {"expert": HOSTILE, "content": f"{HOSTILE} a"},
            {"expert": "b", "content": f"{HOSTILE} b"},
        ],
        question=HOSTILE,
    )
    path = tmp_path / "x.log"
    path.write_text(LOG + f"2026-03-02 08:00:10 ERROR {HOSTILE}\n", errors="replace")
    logs = cotool.analyze_logs(path, templates=True)
    for shown in (found._repr_html_(), logs._repr_html_(), logs.templates._repr_html_()):
        tags = Tags(shown)
        assert tags.seen <= {"div", "p", "b", "table", "caption", "tr", "th", "td", "br"}
        assert tags.attributes <= {"scope", "colspan"}
        assert re.search("[\u202e\x1b\ud800]", shown) is None
        assert "&lt;script&gt;" in shown
        assert len(shown) < 10_000


def test_what_a_notebook_shows(consensus, summary):
    """The answer with its figures; the levels with their counts."""
    shown = consensus._repr_html_()
    assert "<p>42</p>" in shown
    assert "agreement 67 %" in shown
    shown = summary._repr_html_()
    assert "3 lines, 3 records" in shown
    assert "<td>error</td><td>2</td><td>66.7 %</td>" in shown
    assert "order &lt;*&gt; failed" in shown


def test_long_tables_are_cut_with_a_note():
    """At most twenty rows are shown, and how many more there are."""
    shown = as_html(table_of(("n",), ((n,) for n in range(1025))))
    assert shown.count("<tr>") == 22
    assert "… 1,005 more" in shown


def test_a_summary_has_its_json_form(summary):
    """LogSummary.to_dict() is what --json writes."""
    assert summary.to_dict(bucket=60)["histogram"]["bucket_seconds"] == 60
    assert summary.to_dict()["schema"] == "cotool.logs/1"


def columns_and_rows(frame):
    """A frame of either library as names and lists."""
    if hasattr(frame, "rows"):
        return frame.columns, [list(row) for row in frame.rows()]
    return list(frame.columns), frame.astype(object).where(frame.notna(), None).values.tolist()


@pytest.mark.parametrize("library", ["pandas", "polars"])
class TestFrames:
    """Both libraries give the same rows."""

    def test_a_consensus_has_a_row_an_expert(self, library, consensus):
        """Who said what, and whether it is the consensus."""
        pytest.importorskip(library)
        names, rows = columns_and_rows(getattr(consensus, f"to_{library}")())
        assert names[:4] == ["expert", "answer", "cluster", "in_consensus"]
        assert [row[:4] for row in rows] == [
            ["expert 1", "42", 0, True], ["expert 2", "42", 0, True], ["expert 3", "41", 1, False],
        ]  # fmt: skip

    def test_a_batch_has_a_row_a_question(self, library):
        """cotool.to_pandas() takes what find_consensus_batch() yields."""
        pytest.importorskip(library)
        results = cotool.find_consensus_batch([["a", "a"], ["b", "c", "b"]])
        names, rows = columns_and_rows(getattr(cotool, f"to_{library}")(results))
        assert [row[names.index("experts")] for row in rows] == [2, 3]
        assert names[:4] == ["question", "answer", "confidence", "agreement"]

    def test_logs_by_time_file_and_template(self, library, summary):
        """The parts of a summary, with times as times."""
        pytest.importorskip(library)
        convert = getattr(summary, f"to_{library}")
        names, rows = columns_and_rows(convert())
        assert [row[names.index("error")] for row in rows] == [0, 1, 1]
        assert [row[0].second for row in rows] == [0, 1, 9]
        names, rows = columns_and_rows(convert("files"))
        assert [
            (row[names.index("records")], row[names.index("pattern:seven")]) for row in rows
        ] == [(3, 1)]
        names, rows = columns_and_rows(convert("templates"))
        assert rows[0][1:3] == ["order <*> failed", 2]
        names, rows = columns_and_rows(getattr(summary.templates, f"to_{library}")())
        assert len(rows) == 2
        with pytest.raises(InputError, match="'x' is not one of"):
            convert("x")

    def test_without_the_library_the_extra_is_named(self, library, consensus, monkeypatch):
        """MissingExtraError says what to install."""
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(MissingExtraError, match=f"{library} is not installed") as caught:
            getattr(consensus, f"to_{library}")()
        assert f"cotool[{library}]" in caught.value.hint


def test_templates_that_were_not_mined_are_told(tmp_path):
    """The hint says how to get them."""
    pytest.importorskip("pandas")
    path = tmp_path / "app.log"
    path.write_text(LOG)
    with pytest.raises(InputError, match="no templates") as caught:
        cotool.analyze_logs(path).to_pandas("templates")
    assert "templates=True" in caught.value.hint


def test_notebooks_load_no_frame_library():
    """Importing cotool and showing a result imports neither pandas nor polars."""
    import subprocess

    code = (
        "import sys, cotool; cotool.find_consensus(['a', 'b'])._repr_html_();"
        "assert not {'pandas', 'polars', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
