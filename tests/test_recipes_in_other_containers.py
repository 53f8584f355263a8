"""Each recipe's sample, written as another container, is read as the same questions and answers."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path

import pytest

from cotool.consensus.read.readers import read_questions
from cotool.errors import CotoolError

RECIPES = Path(__file__).parent / "recipes"
# Rows below the header that are titles, and columns of one name, have no form as records.
NO_RECORDS = {"surveymonkey", "qualtrics", "promptfoo-table"}


@cache
def table(path):
    """Return the header and the rows of a sample in which each row has all cells, else None."""
    text = path.read_bytes().decode("utf-8-sig")
    delimiter = csv.Sniffer().sniff(text[:2000]).delimiter
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    whole = len({len(row) for row in rows}) == 1 and len(rows[0]) > 1
    return (rows[0], rows[1:]) if whole else None


def written(rows, delimiter=","):
    """Return rows as the text of a table."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def numbered(rows):
    """Return rows with the number of each before it."""
    return [[str(place), *row] for place, row in enumerate(rows)]


TABLES = {
    "semicolons": lambda head, rows: written([head, *rows], ";").encode(),
    "tabs": lambda head, rows: written([head, *rows], "\t").encode(),
    "a byte order mark": lambda head, rows: written([head, *rows]).encode("utf-8-sig"),
    "UTF-16": lambda head, rows: written([head, *rows]).encode("utf-16"),
    "an index column": lambda head, rows: written([["", *head], *numbered(rows)]).encode(),
    "an unnamed column": lambda head, rows: written(
        [["Unnamed: 0", *head], *numbered(rows)]
    ).encode(),
}
RECORDS = {
    "records": lambda head, rows: [dict(zip(head, row, strict=True)) for row in rows],
    "lists of columns": lambda head, rows: {
        name: [row[place] for row in rows] for place, name in enumerate(head)
    },
    "columns of numbered cells": lambda head, rows: {
        name: {str(number): row[place] for number, row in enumerate(rows)}
        for place, name in enumerate(head)
    },
    "numbered records": lambda head, rows: {
        str(number): dict(zip(head, row, strict=True)) for number, row in enumerate(rows)
    },
    "columns and data": lambda head, rows: {
        "columns": head, "index": list(range(len(rows))), "data": rows
    },
    "a schema and data": lambda head, rows: {
        "schema": {"fields": [{"name": name, "type": "string"} for name in head]},
        "data": [dict(zip(head, row, strict=True)) for row in rows],
    },
}  # fmt: skip
LINES = {
    "a list": lambda records: records,
    "data": lambda records: {"data": records},
    "results": lambda records: {"results": records},
    "a version and items": lambda records: {"version": "1.0", "items": records},
}


def answers(path):
    """Return the experts' answers to each question, or the class of the error."""
    try:
        return sorted(
            (question.text, sorted((said.expert_name, said.content) for said in question.responses))
            for question in read_questions([path])
        )
    except CotoolError as error:
        return type(error).__name__


@pytest.fixture(scope="module")
def as_written():
    """Return what is read from each sample as it is."""
    return {path: answers(path) for path in RECIPES.iterdir() if path.suffix in {".csv", ".jsonl"}}


def check(as_written, tmp_path, written_as, *, suffix):
    """Compare what is read from each sample with what is read from it in another container."""
    for path, expected in as_written.items():
        data = written_as(path) if isinstance(expected, list) else None
        if data is not None:
            # The name of the file may name the expert.
            other = tmp_path / f"{path.stem}{suffix}"
            other.write_bytes(data)
            assert (path.name, answers(other)) == (path.name, expected)


@pytest.mark.parametrize("form", TABLES.values(), ids=TABLES)
def test_tables(as_written, tmp_path, form):
    """Delimiters, encodings and an index column change nothing."""

    def written_as(path):
        found = table(path) if path.suffix == ".csv" else None
        return found and form(*found)

    check(as_written, tmp_path, written_as, suffix=".csv")


@pytest.mark.parametrize("form", RECORDS.values(), ids=RECORDS)
def test_tables_as_documents(as_written, tmp_path, form):
    """The rows of a table are the same in each of the forms that pandas writes."""

    def written_as(path):
        found = table(path) if path.suffix == ".csv" and path.stem not in NO_RECORDS else None
        return found and json.dumps(form(*found)).encode()

    check(as_written, tmp_path, written_as, suffix=".json")


@pytest.mark.parametrize("form", LINES.values(), ids=LINES)
def test_lines_as_documents(as_written, tmp_path, form):
    """Records may be lines of a file, or a list in a document."""

    def written_as(path):
        if path.suffix != ".jsonl":
            return None
        return json.dumps(
            form([json.loads(line) for line in path.read_text("utf-8").splitlines()])
        ).encode()

    check(as_written, tmp_path, written_as, suffix=".json")
