"""How files are read, shown by the command."""

from __future__ import annotations

import json
import re


def test_explain_input(command, tmp_path, monkeypatch):
    """How files are read is shown per column, as text and JSON, and nothing is decided."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("task,worker,mood\nq,u,x\nq,v,y\nr,u,x\nr,v,x\n")
    shown = command("consensus", "t.csv", "--explain-input")
    assert shown.code == 0
    assert "  expert: `worker`\n" in shown.out
    assert re.search(r"mood +answer +2 different in 4 rows: 'x', 'y'\n", shown.out)
    assert shown.out.endswith("2 questions, 2 experts\n")
    form = json.loads(command("consensus", "t.csv", "--explain-input", "--json").out)
    assert form["schema"] == "cotool.input/1"
    assert form["files"][0]["parts"]["answer"] == "`mood`"
    assert (form["questions"], form["experts"]) == (2, 2)
    said = command("consensus", "t.csv").err
    assert said.startswith("cotool: 2 questions × 2 experts; one response per row: question: ")
    assert command("consensus", "t.csv", "-q").err == ""


def test_columns_in_eighty_columns(command, tmp_path, monkeypatch):
    """Long values continue below their column."""
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"what is asked here {n} times,{w},{w}{n % 2}\n" for n in range(3) for w in "uv")
    (tmp_path / "t.csv").write_text(f"the_text_of_the_question,worker,mood\n{rows}")
    shown = command("consensus", "t.csv", "--explain-input").out
    assert max(map(len, shown.splitlines())) <= 80
