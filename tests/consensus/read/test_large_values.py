"""Small files that hold very large values, and tables with very many columns or quotes."""

from __future__ import annotations

import gzip
import json
import time
import zipfile
from contextlib import suppress

import pytest

from consensus.written import read, table
from cotool.consensus.read.readers import read_questions
from cotool.errors import InputError

ROW = '{"question":"q","expert":"a","answer":"x"}\n'


def test_a_file_that_becomes_too_long():
    """A small compressed file is not decompressed without end; the error names the parameter."""
    data = gzip.compress(ROW.encode() + b"\n" * (40 << 20))
    with pytest.raises(InputError, match="when decompressed") as caught:
        read(data)
    assert caught.value.parameter == "max_decompressed"
    with pytest.raises(InputError, match="when decompressed"):
        read(gzip.compress(ROW.encode() * 100), max_decompressed=1000)
    assert read(gzip.compress(ROW.encode()), max_decompressed=1000) == {"q": {"a": "x"}}


@pytest.mark.parametrize("value", ["[" + "[]," * (5 << 20) + "[]]", "[" + "1," * (13 << 20) + "1]"])
def test_a_value_that_takes_too_much_memory(value):
    """A value of a compressed file counts by what it would take in memory."""
    data = ROW + '{"question":"q","responses":' + value + "}\n"
    with pytest.raises(InputError, match="line 2: a value would take more than 384 MiB"):
        read(gzip.compress(data.encode()), max_decompressed=1 << 30)


def test_blank_lines_are_skipped_at_once():
    """Blank lines before, between and after rows change neither rows nor the lines in messages."""
    blank = "\n" * 100_000
    assert read(blank + ROW + blank) == {"q": {"a": "x"}}
    rows = table("question,expert,answer", "q,a,x", blank, 'q,b,"y', "", "", 'z"')
    assert read(blank + rows) == {"q": {"a": "x", "b": "y\n\n\nz"}}
    with pytest.raises(InputError, match="line 200002"):
        read(blank + ROW + blank + "{}}")


def test_too_many_responses_to_one_question(monkeypatch):
    """More responses to one question than the limit are an error, in a row or not."""
    monkeypatch.setattr("cotool.consensus.read.spool.MOST_RESPONSES", 50)
    message = "line 52: there are more than 50 responses to one question"
    assert len(read(table("question,expert,answer", *["q,a,x"] * 50))["q"]) == 50
    with pytest.raises(InputError, match=message):
        read(table("question,expert,answer", *["q,a,x"] * 51))
    with pytest.raises(InputError, match="there are more than 50 responses to one question"):
        read(table("question,expert,answer", *["q,a,x", "r,a,x"] * 51))
    with pytest.raises(InputError, match="record 51: there are more than 50 responses"):
        read("[" + "1," * 99 + "1]")


def test_a_list_of_empty_lists():
    """Many empty lists are an error after the first of them."""
    with pytest.raises(InputError, match="the first 1,000 lists are empty"):
        read("[" + "[]," * 100_000 + "[]]")


def test_too_many_columns():
    """A table or a record has at most as many columns as a spreadsheet."""
    many = [f"c{place}" for place in range(20_000)]
    with pytest.raises(InputError, match="20,003 columns; at most 16,384"):
        read(table("question,expert,answer," + ",".join(many), "q,a,x" + ",1" * 20_000))
    members = ",".join(f'"{name}":1' for name in many)
    with pytest.raises(InputError, match="20,003 keys; at most 16,384"):
        read('{"question":"q","expert":"a","answer":"x",' + members + "}")


def test_equal_column_names_are_numbered():
    """The columns of a header without names differ, as do those with one name."""
    assert read(table("question,answer,answer,answer", "q,x,y,y")) == {
        "q": {"answer": "x", "answer.2": "y", "answer.3": "y"}
    }


def test_a_quote_that_is_never_closed():
    """Lines behind an open quote are looked at once, and the error names the line of the quote."""
    lines = ['""x"",""y"",z'] * 50_000
    with pytest.raises(InputError, match="line 2: a quote opens a field"):
        read(table("question,worker,answer", 'q,w,"open', *lines))


@pytest.mark.parametrize(
    "name", ["What is {}?", "model_{}", "Model {} answer", "e{} score", "c{}x"]
)
def test_the_time_for_a_table_does_not_grow_with_the_square_of_its_columns(name):
    """A table of 3,000 columns takes seconds of CPU at most, whatever the columns are called."""
    rows = [",".join(name.format(n) for n in range(3000))]
    rows += [",".join(str(n * r % 7) for n in range(3000)) for r in range(4)]
    began = time.process_time()
    with suppress(InputError):
        read("\n".join(rows) + "\n")
    assert time.process_time() - began < 5


def test_records_whose_keys_all_differ():
    """Records that have more keys together than a table may have columns are refused."""
    data = "".join(json.dumps({f"k{r}_{n}": n for n in range(1000)}) + "\n" for r in range(17))
    with pytest.raises(InputError, match=r"line 17: .* more than 16,384 different keys"):
        read(data)


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("samples/1.json", "[" + "[]," * (7 << 20) + "[]]", "would take more than 384 MiB"),
        ("xl/worksheets/sheet1.xml", " " * (65 << 20), "65 MiB of sheets, more than 100 times"),
    ],
)
def test_a_small_archive_that_becomes_very_large(tmp_path, member, value, message):
    """A log or workbook is refused before it takes the memory that its members ask for."""
    path = tmp_path / "small.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(member, value)
    with pytest.raises(InputError, match=message):
        list(read_questions([path]))
