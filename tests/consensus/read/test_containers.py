"""Tables in binary files, and zipped logs."""

from __future__ import annotations

import collections
import io
import json
import sqlite3
import struct
import sys
import zipfile
from contextlib import closing
from random import Random

import pytest

from cotool.consensus.read import containers
from cotool.consensus.read.layout import Keys
from cotool.consensus.read.readers import read_questions
from cotool.errors import InputError, MissingExtraError

ROWS = {
    "prompt": ["q", "q", "r", "r"],
    "model": ["m", "n", "m", "n"],
    "output": ["a", "b", "c", None],
}
EXPECTED = [("q", {"m": "a", "n": "b"}), ("r", {"m": "c", "n": ""})]


def read(path, **options):
    return [
        (question.text, {answer.expert_name: answer.content for answer in question.responses})
        for question in read_questions([path], **options)
    ]


@pytest.mark.parametrize("form", ["parquet", "arrow", "stream", "feather"])
def test_parquet_and_arrow(tmp_path, form):
    """Columns are read as those of a table of text; a null is a missing answer."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import feather, ipc, parquet

    path = tmp_path / "answers"
    table = pyarrow.table(ROWS)
    if form == "parquet":
        parquet.write_table(table, path)
    elif form == "feather":
        feather.write_feather(table, path)
    else:
        new = ipc.new_file if form == "arrow" else ipc.new_stream
        with new(path, table.schema) as writer:
            writer.write_table(table)
    assert read(path) == EXPECTED


def test_lists_in_a_column_of_parquet(tmp_path):
    """A column of lists holds the responses of a question, as in JSON."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "answers.parquet"
    parquet.write_table(pyarrow.table({"prompt": ["q"], "responses": [["a", "b"]]}), path)
    assert read(path) == [("q", {"expert 1": "a", "expert 2": "b"})]


def test_sqlite(tmp_path):
    """The only table with a column of answers is read; a choice between several is the user's."""
    path = tmp_path / "answers.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE runs(id, started)")
        database.execute('CREATE TABLE "the answers"(prompt, model, output)')
        rows = zip(*ROWS.values(), strict=True)
        database.executemany('INSERT INTO "the answers" VALUES (?, ?, ?)', rows)
        database.commit()
        assert read(path) == EXPECTED
        database.execute("CREATE TABLE more(prompt, response)")
        database.commit()
    with pytest.raises(InputError, match="the tables 'runs', 'the answers', 'more'") as caught:
        read(path)
    assert "table='the answers'" in str(caught.value.hint)
    assert read(path, table="the answers") == EXPECTED
    with pytest.raises(InputError, match="has no table 'none', but 'runs', 'the answers', 'more'"):
        read(path, table="none")


def test_sqlite_in_another_encoding(tmp_path):
    """Text of a database that is not UTF-8 is an error that names the file."""
    path = tmp_path / "answers.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE answers(prompt, model, output)")
        database.execute("INSERT INTO answers VALUES ('q', 'm', CAST(x'e9' AS TEXT))")
        database.commit()
    with pytest.raises(InputError, match=r"answers\.db: cannot be read as SQLite"):
        read(path)


def sheet(*sheets):
    """A workbook, as small as the format allows, with sheets called one, two, three."""
    names = ["one", "two", "three"][: len(sheets)]
    space = "http://schemas.openxmlformats.org/"
    main = f"{space}spreadsheetml/2006/main"
    relations = f"{space}package/2006/relationships"
    types = f"{space}officeDocument/2006/relationships"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{space}package/2006/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
            f'Type="{types}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{types}"><sheets>'
            + "".join(
                f'<sheet name="{name}" sheetId="{place}" r:id="r{place}"/>'
                for place, name in enumerate(names, 1)
            )
            + "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}">'
            + "".join(
                f'<Relationship Id="r{place}" Type="{types}/worksheet" '
                f'Target="worksheets/sheet{place}.xml"/>'
                for place, _ in enumerate(names, 1)
            )
            + "</Relationships>",
        )
        for place, rows in enumerate(sheets, 1):
            cells = "".join(
                "<row>"
                + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row)
                + "</row>"
                for row in rows
            )
            archive.writestr(
                f"xl/worksheets/sheet{place}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
            )
    return data.getvalue()


def test_excel(tmp_path):
    """A sheet is read with its first row as the header."""
    pytest.importorskip("python_calamine")
    path = tmp_path / "answers.xlsx"
    path.write_bytes(sheet([["prompt", "model", "output"], ["q", "m", "a"], ["q", "n", "b"]]))
    assert read(path) == EXPECTED[:1]


def test_sheets_of_a_workbook(tmp_path):
    """Of several sheets with answers, one must be named; sheets without answers do not count."""
    pytest.importorskip("python_calamine")
    path = tmp_path / "answers.xlsx"
    answers = [["prompt", "model", "output"], ["q", "m", "a"], ["q", "n", "b"]]
    path.write_bytes(sheet([["note"], ["see below"]], answers))
    assert read(path) == EXPECTED[:1]
    path.write_bytes(sheet(answers, [["note"], ["see"]], [*answers[:2], ["q", "n", "c"]]))
    with pytest.raises(InputError, match="with the sheets 'one', 'two', 'three'") as caught:
        read(path)
    assert "table=one" in str(caught.value.hint)
    assert read(path, table="three") == [("q", {"m": "a", "n": "c"})]


def test_titles_and_totals_of_a_sheet(tmp_path):
    """Titles above the header and a row of totals are no rows; a sheet of one column is a text."""
    pytest.importorskip("python_calamine")
    path = tmp_path / "answers.xlsx"
    readme = [["answer sheet"], ["of two raters"], ["kept here"]]
    table = [["Results"], ["2026"], ["item", "m", "n"], ["q", "4", "5"], ["Total", "4", "5"]]
    path.write_bytes(sheet(readme, table))
    warnings: list[str] = []
    keys = Keys(expert_columns=("m", "n"))
    assert read(path, keys=keys, on_warning=warnings.append) == [("q", {"m": "4", "n": "5"})]
    assert "row of totals" in warnings[0]


def test_a_table_of_a_file_without_tables(tmp_path):
    """Files of text have no tables to name."""
    path = tmp_path / "answers.csv"
    path.write_text("question,answer\nq,a\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no tables with names"):
        read(path, table="one")


@pytest.mark.parametrize(
    ("form", "module"),
    [("Parquet", "pyarrow"), ("Arrow", "pyarrow"), ("Excel", "python_calamine")],
)
def test_a_missing_extra_is_named(tmp_path, monkeypatch, form, module):
    """Without the reader the error says what to install, and ends with 5."""
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    path = tmp_path / "answers"
    heads = {"Parquet": b"PAR1" + bytes(20), "Arrow": b"ARROW1" + bytes(20)}
    path.write_bytes(heads.get(form) or sheet([["a"], ["b"]]))
    with pytest.raises(MissingExtraError, match=form) as caught:
        read(path)
    assert caught.value.exit_code == 5
    assert "cotool[tables]" in str(caught.value.hint)


@pytest.mark.parametrize(
    "data",
    [
        b"PAR1" + bytes(40), b"ARROW1\0\0" + bytes(40), b"PK\x03\x04" + bytes(40),
        b"SQLite format 3\0" + bytes(100), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40),
    ],
)  # fmt: skip
def test_damaged_files_are_errors(tmp_path, data):
    """A file that only begins like a container is an error of the input with a hint."""
    path = tmp_path / "answers"
    path.write_bytes(data)
    with pytest.raises(InputError, match="answers: ") as caught:
        read(path)
    assert caught.value.hint


def test_binary_tables_come_from_disk(tmp_path):
    """From standard input a binary table is refused in plain words."""
    data = io.BytesIO(b"PAR1" + bytes(40))
    with pytest.raises(InputError, match="stdin: is a binary table"):
        list(read_questions(["-"], stdin=data))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_zipped_logs_of_inspect(tmp_path, method):
    """Samples are read with the task and the model of the log's header."""
    path = tmp_path / "log.eval"
    header = {"version": 2, "eval": {"task": "capitals", "model": "m"}}
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("header.json", json.dumps(header))
        for place, said in enumerate(("a", "b"), 1):
            sample = {"id": place, "epoch": 1, "input": f"q{place}", "output": {"completion": said}}
            archive.writestr(f"samples/{place}_epoch_1.json", json.dumps(sample))
    assert read(path) == [("q1", {"m": "a"}), ("q2", {"m": "b"})]


def test_other_archives_name_their_members(tmp_path):
    """A zip archive of something else says what is in it."""
    path = tmp_path / "answers.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "question,answer")
    with pytest.raises(InputError, match=r"is a zip archive of a\.csv"):
        read(path)


def written(path, form):
    """Write a small file of answers in a form; return its bytes."""
    if form == "db":
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE answers(prompt, model, output)")
            database.executemany(
                "INSERT INTO answers VALUES (?, ?, ?)", zip(*ROWS.values(), strict=True)
            )
            database.commit()
    elif form == "xlsx":
        pytest.importorskip("python_calamine")
        path.write_bytes(sheet([["prompt", "model", "output"], ["q", "m", "a"], ["q", "n", "b"]]))
    elif form.startswith("eval"):
        with zipfile.ZipFile(path, "w", int(form[4:])) as archive:
            archive.writestr("header.json", '{"eval": {"model": "m"}}')
            archive.writestr(
                "samples/1.json", '{"id": 1, "epoch": 1, "input": "q", "output": {"completion": 2}}'
            )
    else:
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import ipc, parquet

        table = pyarrow.table(ROWS)
        if form == "parquet":
            parquet.write_table(table, path)
        else:
            with (ipc.new_file if form == "arrow" else ipc.new_stream)(
                path, table.schema
            ) as writer:
                writer.write_table(table)
    return path.read_bytes()


@pytest.mark.parametrize(
    "form", ["parquet", "arrow", "stream", "db", "xlsx", "eval0", "eval8", "eval12", "eval14"]
)
def test_damaged_files_are_refused_or_read(tmp_path, form):
    """Whatever a decoder raises for damaged bytes becomes an InputError; none of them crashes."""
    path = tmp_path / "answers"
    whole = written(path, form)
    random = Random(form)
    refused = 0
    for _ in range(120):
        data = bytearray(whole)
        for _ in range(random.choice([1, 1, 3])):
            place = random.randrange(4, len(data))
            if random.random() < 0.8:
                data[place] = random.choice([0, 1, 127, 255, random.randrange(256)])
            else:
                del data[place : place + 8]
        path.write_bytes(data)
        try:
            read(path)
        except InputError:
            refused += 1
    assert refused


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c\n r='XFD1048576'><v>1</v></c></row>",
    ],
)
def test_cells_far_apart_are_refused(tmp_path, row):
    """A workbook of a kilobyte cannot ask for the memory of a whole sheet."""
    pytest.importorskip("python_calamine")
    path = tmp_path / "answers.xlsx"
    near = sheet([["prompt", "model", "output"], ["q", "m", "a"]])
    with zipfile.ZipFile(io.BytesIO(near)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</sheetData>", row + b"</sheetData>"))
    with pytest.raises(InputError, match=r"would take more than 384 MiB of memory"):
        read(path)


def binary_workbook(*cells):
    """A workbook as XLSB, with these (row, column, text)."""

    def record(kind, data=b""):
        head = bytes([kind & 127 | 128, kind >> 7]) if kind > 127 else bytes([kind])
        return head + bytes([len(data)]) + data

    def text(value):
        return struct.pack("<I", len(value)) + value.encode("utf-16le")

    rows = b"".join(
        record(0, struct.pack("<I13x", row))
        + record(6, struct.pack("<II", column, 0) + text(value))
        for row, column, value in cells
    )
    types = "http://schemas.openxmlformats.org"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", f'<Types xmlns="{types}/package/2006/content-types"/>'
        )
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{types}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{types}/officeDocument/2006/relationships/worksheet" '
            'Target="worksheets/sheet1.bin"/></Relationships>',
        )
        named = struct.pack("<II", 0, 1) + text("r1") + text("one")
        archive.writestr(
            "xl/workbook.bin",
            record(131) + record(143) + record(156, named) + record(144) + record(132),
        )
        size = record(148, struct.pack("<IIII", 0, 2, 0, 2))
        archive.writestr(
            "xl/worksheets/sheet1.bin",
            record(129) + size + record(145) + rows + record(146) + record(130),
        )
    return data.getvalue()


def test_binary_workbooks(tmp_path):
    """XLSB is read like XLSX, and far cells are refused."""
    pytest.importorskip("python_calamine")
    path = tmp_path / "answers.xlsb"
    near = [
        (row, column, value)
        for row, values in enumerate(
            [["prompt", "model", "output"], ["q", "m", "a"], ["q", "n", "b"]]
        )
        for column, value in enumerate(values)
    ]
    path.write_bytes(binary_workbook(*near))
    assert read(path) == EXPECTED[:1]
    path.write_bytes(binary_workbook(*near, (1048575, 16383, "far")))
    with pytest.raises(InputError, match=r"would take more than 384 MiB of memory"):
        read(path)


def test_encrypted_archives_are_refused(tmp_path):
    """A member that needs a password is an error that names it."""
    path = tmp_path / "log.eval"
    data = bytearray(written(path, "eval0"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for at in range(len(data)):
            if data[at : at + 4] == mark:
                data[at + place] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"cannot be read as zip: .*header\.json.* encrypted"):
        read(path)


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("select n as prompt, n as model, n as response from t", "too many steps"),
        ("select 'q' as prompt, 'm' as model, count(*) as response from t", "too many steps"),
        ("select n as prompt, 'm' as model, hex(zeroblob(1e8)) as response from t", "too big"),
        ("select n as prompt, 'm' as model, hex(zeroblob(8e6)) as response from t", "times the"),
    ],
)
def test_a_view_without_end(tmp_path, select, reason):
    """What a view of a small file computes is bounded, in steps and in bytes."""
    path = tmp_path / "v.db"
    endless = "with recursive t(n) as (select 1 union all select n + 1 from t)"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"create view v as {endless} {select}")
    with pytest.raises(InputError, match=reason):
        collections.deque(containers.READERS["sqlite"](str(path), None), 0)
