"""Tables whose lines do not all begin a row."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cotool
from cotool.logs.formats.table_rows import row_lines

CELLS = st.text(alphabet='ab\n"\r, ;', max_size=6)


@given(
    table=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;"),
    size=st.integers(1, 20),
)
def test_each_row_is_one_line(table, delimiter, size):
    """Line ends in quotes become blanks of the same size, however the text is cut."""
    table = [[cell.replace("\r", "") for cell in row] for row in table]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(table)
    text = file.getvalue().encode()
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    joined = b"".join(row_lines(pieces, delimiter.encode()))
    assert len(joined) == len(text)
    lines = joined.decode().splitlines()
    read = [next(csv.reader([line], delimiter=delimiter)) for line in lines]
    assert read == [[cell.replace("\n", " ") for cell in row] for row in table]


def test_a_stray_quote_hides_no_line():
    """A quote that is never closed belongs to no cell."""
    text = b'a,"b\n' + b"c,d\n" * 3
    assert b"".join(row_lines([text], b",")) == text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_without_a_time(tmp_path, end):
    """Each row is a record with its own level and numbers."""
    path = tmp_path / "x.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator=end)
        writer.writerow(["id", "severity", "elapsed_ms", "message"])
        for n in range(60):
            text = ("plain", f"one{end}17,ERROR,99,two", 'a "b", c')[n % 3]
            writer.writerow([n, ("INFO", "ERROR")[n % 2], n, text])
    found = cotool.analyze_logs(path, measures=["elapsed_ms"], by=["severity"])
    assert (found.counts.records, found.counts.levels["error"]) == (60, 30)
    assert {group.values: group.records for group in found.measures.groups} == {
        ("INFO",): 30,
        ("ERROR",): 30,
    }
    assert found.measures.total.measures[0].sum == pytest.approx(sum(range(60)) / 1000)


def test_text_before_the_names_of_columns(tmp_path):
    """It belongs to no record, and the columns have their names."""
    path = tmp_path / "x.log"
    head = ["\t\tDHCP Service Activity Log", "", "ID  Meaning", "00\tThe log was started.", ""]
    rows = [
        f"1{n % 2},03/02/26,08:00:{n:02},{('Assign', 'Renew')[n % 2]},10.0.0.{n},pc{n},AA01"
        for n in range(30)
    ]
    names = "ID,Date,Time,Description,IP Address,Host Name,MAC Address"
    path.write_text("\n".join([*head, names, *rows, ""]), encoding="utf-8")
    found = cotool.analyze_logs(path, by=["Description"])
    assert (found.counts.records, found.counts.timeless) == (30, 0)
    assert {group.values: group.records for group in found.measures.groups} == {
        ("Assign",): 15,
        ("Renew",): 15,
    }
