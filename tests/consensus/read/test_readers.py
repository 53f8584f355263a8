"""Files of every common shape to questions: recognised, joined, streamed; hostile ones refused."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cotool.consensus.read.layout import Keys
from cotool.consensus.read.readers import read_questions
from cotool.consensus.read.spool import Spool
from cotool.consensus.read.values import is_missing
from cotool.errors import InputError
from cotool.io import json_stream as documents

QUESTION = '{"question": "q", "responses": ["a", "b"]}'


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Write each argument into a file of its own and read them all, as (id, {expert: content})."""
    monkeypatch.chdir(tmp_path)

    def read_files(*contents, names=(), **options):
        paths = []
        for place, content in enumerate(contents):
            path = Path(names[place] if names else f"f{place}.json")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        return [
            (question.id, {answer.expert_name: answer.content for answer in question.responses})
            for question in read_questions(paths, **options)
        ]

    return read_files


def skipping(read, *contents):
    """Read with skip_bad, and return the questions and the messages of what was left out."""
    bad: list[InputError] = []
    found = read(*contents, skip_bad=True, on_bad=bad.append)
    return found, [str(error) for error in bad]


AB = {"expert 1": "a", "expert 2": "b"}
MN = {"m": "a", "n": "b"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (QUESTION, [("q", AB)]),
        (f"[{QUESTION}]", [("q", AB)]),
        (f"[\n{QUESTION}\n,\n{QUESTION}]", [("q", AB), ("q", AB)]),
        (f"{QUESTION}\n\n{QUESTION}\n", [("q", AB), ("q", AB)]),
        (json.dumps(json.loads(QUESTION), indent=1), [("q", AB)]),
        (json.dumps(json.loads(QUESTION), indent=1) * 2, [("q", AB), ("q", AB)]),
        ('["a", "b"]', [("f0.json", AB)]),
        ('[\n"a",\n"b"\n]\n', [("f0.json", AB)]),
        ('"a"\n"b"\n', [("f0.json", AB)]),
        ('["a", "b"]\n["a", "b"]', [("f0.json, line 1", AB), ("f0.json, line 2", AB)]),
        ('[["a", "b"],\n["a", "b"]]', [("f0.json, record 1", AB), ("f0.json, record 2", AB)]),
        ('[{"model": "m", "text": "a"}, {"model": "n", "text": "b"}]', [("f0.json", MN)]),
        (
            '[{"task": "q", "model": "m", "text": "a"}, {"task": "q", "model": "n", "text": "b"}]',
            [("q", MN)],
        ),
        (
            '{"qid": 1, "model": "m", "text": "a"}\n{"qid": "1", "model": "n", "text": "b"}',
            [("1", MN)],
        ),
        ("question,worker,answer\nq,m,a\nq,n,b\n", [("q", MN)]),
        ("label;worker;task\r\na;m;q\r\nb;n;q\r\n", [("q", MN)]),
        ("INPUT:x\tOUTPUT:y\tASSIGNMENT:worker_id\nq\ta\tm\nq\tb\tn", [("q", MN)]),
        ('"question","worker","answer"\n"q","m","a"\n"q","n","b"', [("q", MN)]),
        ("question|worker|answer\nq|m|a\nq|n|b\n", [("q", MN)]),
        ("answer\na\nb\n", [("f0.json", AB)]),
        ('{"question": "q", "m": {"text": "a"}, "n": {"text": "b"}}', [("q", MN)]),
        (
            '{"model": "m", "output": [{"text": "a"}]}\n{"model": "n", "output": [{"text": "b"}]}',
            [("f0.json", MN)],
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gzip"])
def test_shapes(read, content, expected, encoding):
    """Each shape is recognised by its content, in every encoding and compressed."""
    data = gzip.compress(content.encode()) if encoding == "gzip" else content.encode(encoding)
    assert read(data) == expected


def test_files_are_joined_on_the_question(read):
    """One expert's answers a file become questions with all experts, in order of appearance."""
    first = '[{"instruction": "q", "output": "a", "generator": "m"}]'
    second = (
        '[{"instruction": "r", "output": "c", "generator": "n"},'
        ' {"instruction": " q ", "output": "b", "generator": "n"}]'
    )
    assert read(first, second) == [("q", MN), ("r", {"n": "c"})]


def test_join_compares_normalized_text(read):
    """Questions are the same where their NFC forms are."""
    found = read('{"question": "\u00e9", "text": "a"}', '{"question": "e\u0301", "text": "b"}')
    assert found == [("\u00e9", {"f0": "a", "f1": "b"})]


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (["Who  is he?"], ["who is he? "], 1),
        (["Us", "us"], ["us", "US"], 3),
        (["Who?", "When?"], ["when?", "Where?"], 3),
    ],
)
def test_texts_that_files_write_differently(read, one, other, joined):
    """Case and white space do not matter between files, unless one file has both texts."""
    files = ["\n".join(json.dumps({"question": q, "text": "a"}) for q in f) for f in (one, other)]
    found = read(*files)
    assert len(found) == joined
    assert sum(len(answers) for _, answers in found) == len(one) + len(other)


def test_whole_ids_written_as_decimals(read):
    """The ids of a file that are all like 1.0 are whole numbers; those of sections are not."""
    whole = "qid,text\n1,a\n2,a\n"
    assert len(read(whole, "qid,text\n1.0,b\n2.0,b\n")) == 2
    assert len(read(whole, "qid,text\n1.0,b\n1.1,b\n")) == 4


def test_files_without_a_common_question(read):
    """A warning says that no question has answers of two experts."""
    warnings: list[str] = []
    rows = [json.dumps({"question": q, "text": "a", "model": q}) for q in ("Who?", "When?")]
    read(*rows, on_warning=warnings.append)
    assert "no question in common" in warnings[0]
    read(QUESTION, QUESTION.replace('"q"', '"r"'), on_warning=warnings.append)
    assert len(warnings) == 1


def test_record_without_id_joins_by_text(read):
    """A record that has only the text joins the question whose id another record gives."""
    assert read('{"id": 7, "question": "q", "responses": {"m": "a"}}',
                '{"question": "q", "output": "b", "model": "n"}') == [("7", MN)]  # fmt: skip


def test_row_ids_do_not_split_a_question(read):
    """A bare id beside a question's text is the row's own; question_id is the question's."""
    rows = [{"question": "q", "model": m, "text": t} for m, t in (("m", "a"), ("n", "b"))]
    lines = [json.dumps({"id": place, **row}) for place, row in enumerate(rows)]
    assert read("\n".join(lines)) == [("q", MN)]
    lines = [json.dumps({"question_id": place, **row}) for place, row in enumerate(rows)]
    assert read("\n".join(lines)) == [("0", {"m": "a"}), ("1", {"n": "b"})]


def test_file_names_the_expert(read):
    """Where records name no expert and each is one response, the file's stem is the expert."""
    record = '{"question": "q", "text": "a"}'
    assert read(record, record, names=["x.json.gz", "y.JSONL"]) == [("q", {"x": "a", "y": "a"})]
    assert read(record, record, names=["x/o.json", "y/o.json"]) == [("q", {"x": "a", "y": "a"})]
    assert read(f"{record}\n{record}") == [("q", {"expert 1": "a", "expert 2": "a"})]


def test_lists_without_a_question_stay_apart(read):
    """Lists of responses without a question in several files are questions named by file."""
    assert read('["a", "b"]', '["a", "b"]') == [("f0.json", AB), ("f1.json", AB)]


def test_answers_without_question_and_expert(read):
    """In several files, these may be of one expert a file or of one question: they are refused."""
    rows = '{"pred": "A"}\n{"pred": "B"}\n'
    assert read(rows) == [("f0.json", {"expert 1": "A", "expert 2": "B"})]
    with pytest.raises(InputError, match="the answers name no question") as error:
        read(rows, rows)
    assert "question_id" in str(error.value.hint)


def test_one_response_a_file_is_one_question(read):
    """Files that hold one completion each are the experts of one question."""
    files = [
        json.dumps({"model": model, "choices": [{"message": {"content": text}}]})
        for model, text in MN.items()
    ]
    assert read(*files) == [("f0.json", MN)]
    assert read('"a"', '"b"') == [("f0.json", {"f0": "a", "f1": "b"})]


def test_file_of_another_kind_is_left_out_with_a_warning(read):
    """Among several files, a lone object that is no response is left out with a warning."""
    warnings: list[str] = []
    other = '{"win": [1, 2]}'
    assert read(QUESTION, other, on_warning=warnings.append) == [("q", AB)]
    assert warnings[0].startswith("f1.json: no key or column is known as the answer, found 'win'")
    for files in ([QUESTION, f"{other}\n{other}"], [QUESTION, f"{QUESTION}\n{other}"], [other]):
        with pytest.raises(InputError, match="found 'win'"):
            read(*files, on_warning=warnings.append)
    with pytest.raises(InputError, match="found 'win'"):
        read(QUESTION, other)


def test_one_id_of_different_texts_is_reported(read):
    """Answers are joined by id; other cases and blanks are the same text."""
    warnings = []
    rows = [
        json.dumps({"id": "q", "question": text, "responses": ["A", "B"]})
        for text in ("Who?", " who? ", "When?")
    ]
    read(*rows[:2], on_warning=warnings.append)
    assert not warnings
    read(*rows, on_warning=warnings.append)
    assert len(warnings) == 1
    assert "different texts, such as 'q'" in warnings[0]


def test_repeated_expert_is_reported(tmp_path):
    """The same expert in two files is kept apart, with a warning on the question."""
    path = tmp_path / "a.json"
    path.write_text('{"question": "q", "model": "m", "text": "a"}')
    (question,) = read_questions([path, path])
    assert [answer.sample_of for answer in question.responses] == [None, "m"]
    assert question.warnings == ("m answered 2 times; its weight is shared between its answers",)


def test_all_fields_survive_the_join(tmp_path):
    """What is read straight and what goes through the spool is the same."""
    response = {
        "expert": "m", "content": "a\0\ud800", "confidence": 0.1, "timestamp": 3.5,
        "embedding": [1.5, -2.0], "metadata": {"x": [1, None, "ä"]},
    }  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"id": 1, "question": "q", "responses": [response, "b"]}))
    (straight,) = read_questions([path])
    (joined, _) = read_questions([path, io_path(tmp_path, '{"question": "r", "text": "x"}')])
    assert joined == straight
    assert straight.responses[0].where == f"{path}, line 1, response 1"


def io_path(folder, text):
    path = folder / "other.json"
    path.write_text(text)
    return path


def test_keys_and_expert_columns_in_tables(read):
    """Named columns are read; an empty cell of an expert's column is not an answer."""
    table = "q,m,n,note\nx,a,b,!\ny,c,,!\n"
    found = read(table, keys=Keys(question="q", expert_columns=("m", "n")))
    assert found == [("x", MN), ("y", {"m": "c"})]
    found = read("q,who,said\nx,m,a\n", keys=Keys(question="q", expert="who", content="said"))
    assert found == [("x", {"m": "a"})]


def test_quoted_fields(read):
    """Quoted fields hold delimiters, newlines and doubled quotes; other quotes are characters."""
    table = 'question,worker,answer\nq,m,"a, ""b""\nc"\nq,n,5" pipe\nq,o,""\n'
    assert read(table) == [("q", {"m": 'a, "b"\nc', "n": '5" pipe', "o": ""})]


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs",))), min_size=1, max_size=6),
    st.sampled_from([",", "\t", ";"]),
)
def test_tables_read_what_csv_writes(tmp_path_factory, answers, delimiter):
    """Whatever the standard writer writes, quoted, is read back."""
    import csv

    assume(not any(answer.strip() and is_missing(answer) for answer in answers))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["question", "worker", "answer"])
    writer.writerows(["q", f"w{place}", answer] for place, answer in enumerate(answers))
    (question,) = read_questions(["-"], stdin=io.BytesIO(stream.getvalue().encode()))
    assert [response.content for response in question.responses] == answers


def test_stray_quote_names_its_line(read):
    """An unclosed quote is an error at its line; the rows after it are still read."""
    table = 'question,worker,answer\nq,m,"a\nq,n,b\nq,o,c\n'
    with pytest.raises(InputError, match=r"f0\.json, line 2: a quote opens a field"):
        read(table)
    found, bad = skipping(read, table)
    assert found == [("q", {"n": "b", "o": "c"})]
    assert len(bad) == 1
    with pytest.raises(InputError, match="line 2: a quote opens a field"):
        read('question,worker,answer\nq,m,"a" b\n')


def test_stray_quotes_of_tab_separated_tables_are_characters(read):
    """In a tab-separated table quotes that cannot be CSV's are part of the text."""
    table = 'question\tworker\tanswer\nq\tm\t"a\nq\tn\tb"\nq\to\t"c" d\nq\tp\t"e\n'
    assert read(table) == [("q", {"m": '"a', "n": 'b"', "o": '"c" d', "p": '"e'})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "f0.json: holds no responses"),
        (" \n\n", "f0.json: holds no responses"),
        ("[]", "f0.json: no response could be used"),
        ("1,1,3\n1,2,2\n", "line 1: is neither JSON nor the header .*'1,1,3'"),
        ("question,truth\n1,2\n", "no key or column is known as the answer, found 'question'"),
        ("question,worker,answer,answer\nq,m,2,3\n", "several columns could .*'answer.2'"),
        ("question,worker,answer\nq,m\n", "line 2: 'answer' is null"),
        ("question,worker,answer\nq,m,a,b\n", "line 2: 3 columns expected, 4 found"),
        ("question,worker,answer\n,m,a\n", "line 2: no question"),
        ("plain words\n", "line 1: is neither JSON"),
        ('{"question": "q"}', "f0.json: no key .* is known as the answer, found 'question'"),
        ('{"question": "q", "responses": "a"}', "line 1: the responses are str, not a list"),
        ('{"question": "q", "responses": [null]}', "line 1, response 1: null is not a response"),
        ('[\n"a",\nnull]', "record 2: null is not a response"),
        (f"{QUESTION} x", "line 1: is not valid JSON: Extra data"),
        (f"[\n{QUESTION}\n]\n]", "line 4: ']' after the end of the list"),
        (f"[\n{QUESTION}\n", "line 3: is not valid JSON: the list is not closed"),
        (f"[\n{QUESTION}\n{QUESTION}]", "line 3: is not valid JSON: expected a comma or ]"),
        (f"[\n{QUESTION},\n]", "line 3: is not valid JSON: Expecting value"),
        ('{\n"question": "q",\n"responses": ["a" "b"]}', "line 3: is not valid JSON"),
        (f"{QUESTION}\n{{oops}}\n", "line 2: is not valid JSON: .* at column 2"),
        ('{"question": "q\0", "responses": []}', "line 1: is not valid JSON: Invalid control"),
        (b'{"question": "\xff"}', "line 1: byte 15 is not UTF-8"),
        (b'[\n"\xff"]', "line 2: holds a byte that is not UTF-8"),
        (b"question,answer\n\xff\0,a", "line 2: byte 1 is not UTF-8"),
        (b"question,answer\n\xc3\xa9,a\n\xff,a", "line 3: byte 1 is not UTF-8"),
        (b"question,answer\n\xff,a\n\xc3\xa9,a", "line 3: this line is UTF-8, an earlier one"),
        ("[" * 10_000, "line 1: is nested too deeply"),
        ("[\n" + "[" * 100_000, "line 2: is nested too deeply"),
        ('{"question": "q", "question": "r"}', "line 1: the key 'question' occurs twice"),
        ('["a", ' + "9" * 5000 + "]", "line 1: contains a number with too many digits"),
        ("[\n" + "9" * 5000 + "]", "line 2: contains a number with too many digits"),
        ('[{"text": NaN}]', "record 1: nan is not an answer"),
        ('[{"text": "a", "confidence": NaN}]', "record 1: confidence nan"),
        ('[{"text": "a", "embedding": [Infinity]}]', "record 1: number 1 of the embedding"),
        (gzip.compress(QUESTION.encode(), mtime=0)[:-9], "f0.json: the gzip data is damaged"),
        (gzip.compress(QUESTION.encode(), mtime=0) + b"junk", "f0.json: the gzip data is damaged"),
        (QUESTION.encode("utf-16")[:-1], "f0.json: is not valid UTF-16"),
        (b"\xfe\xff\xd8\x00\x00a", "f0.json: is not valid UTF-16"),
    ],
)
def test_bad_input_names_its_place(read, content, message):
    """Every bad file is an InputError with file, place and a hint, never another error."""
    with pytest.raises(InputError, match=message) as caught:
        read(content)
    assert caught.value.hint


def test_metadata_may_hold_what_answers_may_not(read):
    """NaN and nesting are refused only where they stand for a value that is used."""
    nested = "[" * 100 + "]" * 100
    assert read(f'{{"question": "q", "model": "m", "text": "a", "x": [NaN, {nested}]}}') == [
        ("q", {"m": "a"})
    ]


def test_bad_lines_are_left_out(read):
    """With skip_bad a broken line is reported and the others are read."""
    content = QUESTION.encode() + b'\n{"question": \n{"a": "\xff"}\n{"x": 1}\n' + QUESTION.encode()
    found, bad = skipping(read, content)
    assert found == [("q", AB), ("q", AB)]
    assert [message.split(":")[0] for message in bad] == [
        "f0.json, line 2", "f0.json, line 3", "f0.json, line 4",
    ]  # fmt: skip


def test_broken_first_line_is_left_out(read):
    """The first line of JSON lines can be left out as any other."""
    found, bad = skipping(read, f'{{"question" "q"}}\n{QUESTION}\n')
    assert found == [("q", AB)]
    assert len(bad) == 1


def test_bad_rows_are_left_out(read):
    """With skip_bad rows of a wrong width or encoding are reported and the others are read."""
    content = b"question,worker,answer\nq,m,a\nq,m\nq,\xff\0,a\n\nq,n,b,,\nq,o,c,d\n"
    found, bad = skipping(read, content)
    assert found == [("q", MN)]
    assert sorted(message.split(":")[0] for message in bad) == [
        "f0.json, line 3", "f0.json, line 4", "f0.json, line 7",
    ]  # fmt: skip


def test_only_the_bad_response_is_left_out(read):
    """With skip_bad a bad response does not cost the question its other responses."""
    content = '{"question": "q", "responses": {"m": "a", "x": {"text": null}, "n": "b"}}'
    found, bad = skipping(read, content)
    assert found == [("q", MN)]
    assert bad == ["f0.json, line 1, response 2: 'text' is null, found 'text'"]


def test_broken_document_is_an_error_even_with_skip_bad(read):
    """After a syntax error in a document that is not in lines nothing can be trusted."""
    with pytest.raises(InputError, match="line 3: is not valid JSON"):
        skipping(read, f"[\n{QUESTION},\noops]")


def test_nothing_left_is_an_error(read):
    """Where all records are bad, skip_bad still ends in an error."""
    with pytest.raises(InputError, match="no response could be used"):
        skipping(read, '{"x": 1}\n{"x": 2}\n')


def test_unreadable_paths(tmp_path):
    """A missing file, a folder, no file and standard input given twice are errors with hints."""
    cases = {
        (tmp_path / "none.json",): "none.json: cannot be read: No such file",
        (tmp_path,): "is a folder",
        ("a\0b",): "cannot be read",
        (): "no file is given",
        ("-", "-"): "given twice",
    }
    for paths, message in cases.items():
        with pytest.raises(InputError, match=message) as caught:
            list(read_questions(paths))
        assert caught.value.hint


def test_all_paths_are_checked_before_any_is_read(tmp_path):
    """A missing last file is reported before the first question comes out."""
    path = io_path(tmp_path, QUESTION)
    with pytest.raises(InputError, match="cannot be read"):
        next(read_questions([path, tmp_path / "none.json"]))


@pytest.mark.parametrize("compressed", [False, True])
def test_questions_come_out_of_a_pipe_as_they_arrive(compressed):
    """A question is given as soon as its line has been written, without seeking or waiting."""
    receive, send = os.pipe()
    with os.fdopen(receive, "rb") as stdin, os.fdopen(send, "wb", buffering=0) as pipe:
        writer = gzip.GzipFile(fileobj=pipe, mode="wb") if compressed else pipe
        questions = read_questions(["-"], stdin=stdin)
        for place in range(3):
            writer.write(json.dumps({"question": str(place), "responses": ["a"]}).encode() + b"\n")
            writer.flush()
            assert next(questions).id == str(place)
        writer.close()
        pipe.close()
        assert list(questions) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_any_block_size_reads_the_same(size):
    """However the bytes arrive, the questions are the same: numbers and letters are not cut."""
    content = '[\n{"question": "ä😀", "responses": [12345, true]},\r\n  {"text": "\\ud83d\\ude00"}]'

    class Slow(io.RawIOBase):
        def __init__(self, data):
            self.stream = io.BytesIO(data)

        def readable(self):
            return True

        def read(self, _=-1):
            return self.stream.read(size)

    for data in (content.encode(), content.encode("utf-16"), gzip.compress(content.encode())):
        first, second = read_questions(["-"], stdin=Slow(data))
        assert first.id == "ä😀"
        assert [answer.content for answer in first.responses] == ["12345", "true"]
        assert [answer.content for answer in second.responses] == ["😀"]
    (numbers,) = read_questions(["-"], stdin=Slow(b"[\n12345,\n678]"))
    assert [answer.content for answer in numbers.responses] == ["12345", "678"]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=30), st.integers(0, 2))
def test_documents_larger_than_a_block(texts, indent):
    """Arrays are read item by item across blocks of any size."""
    assume(not any(text.strip() and is_missing(text) for text in texts))
    records = [{"question": f"q{place}", "responses": [text]} for place, text in enumerate(texts)]
    data = json.dumps(records, indent=indent or None, ensure_ascii=indent == 1).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_BLOCK", 16)
        patch.setattr(documents, "_FIRST_LINE", 16)
        found = list(read_questions(["-"], stdin=io.BytesIO(data)))
    expected = [
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts
    ]
    assert [question.responses[0].content for question in found] == expected


def test_over_long_records_are_refused(monkeypatch):
    """One line or value cannot take all memory."""
    monkeypatch.setattr(documents, "MAX_RECORD", 1 << 17)
    for content in (QUESTION + "\n" + " " * (1 << 18), '[\n"' + "a" * (1 << 19) + '"]'):
        with pytest.raises(InputError, match="longer than"):
            list(read_questions(["-"], stdin=io.BytesIO(content.encode())))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    """No bytes lead to anything but questions or an InputError that names the source."""
    try:
        list(read_questions(["-"], stdin=io.BytesIO(data)))
    except InputError as error:
        message = str(error)
        assert message.startswith("stdin")


@given(st.data())
def test_changed_files_are_read_or_refused(data):
    """Files with bytes changed, cut out or doubled never crash the reader, with skip_bad or not."""
    base = data.draw(
        st.sampled_from(
            [
                f"{QUESTION}\n{QUESTION}\n".encode(),
                f"[\n{QUESTION},\n{QUESTION}]".encode(),
                b'question\tworker\tanswer\nq\tm\t"a\nb"\nq\tn\tc\n',
                gzip.compress(QUESTION.encode(), mtime=0),
                QUESTION.encode("utf-16"),
            ]
        )
    )
    start = data.draw(st.integers(0, len(base)))
    end = data.draw(st.integers(start, min(len(base), start + 4)))
    changed = base[:start] + data.draw(st.binary(max_size=4)) + base[end:]
    for skip_bad in (False, True):
        try:
            list(read_questions(["-"], stdin=io.BytesIO(changed), skip_bad=skip_bad))
        except InputError as error:
            message = str(error)
            assert message.startswith("stdin")


def test_progress_counts_raw_bytes(tmp_path):
    """Progress ends at the size of the files on disk, compressed as they are."""
    paths = [tmp_path / "a.json.gz", io_path(tmp_path, QUESTION)]
    paths[0].write_bytes(gzip.compress(QUESTION.encode() * 100))
    seen: list[int] = []
    list(read_questions(paths[1:], on_progress=seen.append))
    assert seen == sorted(seen)
    assert seen[-1] == paths[1].stat().st_size


def test_memory_does_not_grow_with_the_questions():
    """Streaming and joining take the same memory for eight times as many questions."""

    class Lines(io.RawIOBase):
        def __init__(self, count, shape):
            self.lines = (shape % (place, place) for place in range(count))

        def readable(self):
            return True

        def read(self, _=-1):
            return next(self.lines, "").encode()

    def peak(count, shape):
        tracemalloc.start()
        found = sum(1 for _ in read_questions(["-"], stdin=Lines(count, shape)))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == count
        return size

    for shape in (
        '{"question": "q%d", "responses": ["%d"]}\n',
        '{"question": "q%d", "model": "m", "text": "%d"}\n',
    ):
        peak(200, shape)
        assert peak(8_000, shape) < peak(1_000, shape) + 300_000


def test_join_keeps_order_at_scale():
    """Questions come in order of first appearance, responses in order of input, across batches."""
    random.seed(7)
    rows = [(random.randrange(500), place) for place in range(5_000)]
    table = "question,worker,answer\n" + "".join(f"{q},{p},{p}\n" for q, p in rows)
    found = list(read_questions(["-"], stdin=io.BytesIO(table.encode())))
    order = list(dict.fromkeys(str(question) for question, _ in rows))
    assert [question.id for question in found] == order
    for question in found:
        answers = [int(answer.content) for answer in question.responses]
        assert answers == [place for q, place in rows if str(q) == question.id]


def test_unfinished_reading_leaves_nothing_open(tmp_path, monkeypatch):
    """A reader that is dropped halfway closes its files and its database."""
    closed = []
    close = Spool.close
    monkeypatch.setattr(Spool, "close", lambda spool: (closed.append(spool), close(spool)))
    path = io_path(tmp_path, '{"question": "q", "text": "a"}\n{"question": "r", "text": "b"}\n')
    questions = read_questions([path, path])
    next(questions)
    questions.close()
    assert len(closed) == 1


def data_folder():
    given_folder = os.environ.get("COTOOL_DATA")
    beside = Path(__file__).parents[4] / "shared" / "data"
    folder = Path(given_folder) if given_folder else beside
    if not folder.is_dir():
        pytest.skip("no data: set COTOOL_DATA, or put it into ../shared/data")
    return folder


@pytest.mark.parametrize(
    ("pattern", "questions", "responses"),
    [
        ("alpaca-eval/*.json", 400, 4000),
        ("gsm8k/*.jsonl", 1319, 5276),
        ("mmlu-pro/labels.csv", 3000, 31631),
        ("mmlu-pro/reasoning.jsonl.gz", 400, 4800),
        ("crowdspeech/*-crowd.tsv", 2864, 20048),
        ("truth-inference/duck/answer.csv", 108, 4212),
    ],
)
def test_real_files(pattern, questions, responses):
    """Real files of every kind are read without a flag, all their responses."""
    paths = sorted(data_folder().glob(pattern))
    found = list(read_questions(paths, on_warning=lambda _: None))
    assert len(found) == questions
    assert sum(len(question.responses) for question in found) == responses
