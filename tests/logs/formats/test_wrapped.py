"""Logs that come wrapped: by Docker, a container's runtime, in JSON documents."""

from __future__ import annotations

import gzip
import json

import pytest

from cotool import analyze_logs
from cotool.cli.app import main
from cotool.errors import InputError
from cotool.logs.formats.documents import document_lines, find_document
from cotool.logs.formats.envelopes import find_envelope

INNER = """\
2026-03-02 08:00:00,120 INFO  [main] shop.App - Started in 3.2 s
2026-03-02 08:00:01,311 WARN  [http-1] shop.Cart - slow: 912 ms
2026-03-02 08:00:02,001 ERROR [http-2] shop.Pay - payment failed
java.lang.IllegalStateException: ledger is closed
\tat shop.Pay.book(Pay.java:88)
2026-03-02 08:00:03,500 INFO  [http-1] shop.Cart - done
""".splitlines()


def docker(lines):
    """Lines of a program as Docker keeps them."""
    return [
        json.dumps({"log": f"{line}\n", "stream": "stdout", "time": f"2026-03-02T07:00:{n:02d}Z"})
        for n, line in enumerate(lines)
    ]


def timed(lines, words=""):
    """Lines of a program with a time before them."""
    return [f"2026-03-02T07:00:{n:02d}.5Z {words}{line}" for n, line in enumerate(lines)]


def events(lines):
    """Lines of a program in a document of events."""
    found = [
        {"timestamp": 1772434800000 + n, "message": line, "eventId": n}
        for n, line in enumerate(lines)
    ]
    return json.dumps({"events": found, "nextToken": "x"}, indent=2).splitlines()


WRAPPED = {
    "docker": docker(INNER),
    "timestamps": timed(INNER),
    "cri": timed(INNER, "stderr F "),
    "stream": timed(INNER, "web/app/3f2a "),
    "events": events(INNER),
    "array": json.dumps([{"line": x, "timestamp": "2026-03-02T07:00:00Z"} for x in INNER],
                        indent=1).splitlines(),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRAPPED)
@pytest.mark.parametrize("how", ["plain", "gzip", "records", "pipe"])
def test_the_level_is_that_of_the_inner_line(kind, how, tmp_path, capsys, monkeypatch):
    """Every way of reading gives the program's own levels, and a stack trace to its record."""
    path = tmp_path / "app.log"
    data = "".join(f"{line}\n" for line in WRAPPED[kind]).encode()
    path.write_bytes(gzip.compress(data) if how == "gzip" else data)
    arguments = ["analyze-logs", str(path), "--json", "--show", "1", "--context", "1"]
    if how == "records":
        arguments += ["--records", str(tmp_path / "records.jsonl")]
    if how == "pipe":
        with path.open("rb") as file:
            monkeypatch.setattr("sys.stdin", file)
            arguments[1] = "-"
            assert main(arguments) == 0
    else:
        assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["lines"], found["records"]) == (6, 4)
    assert {level: n for level, n in found["levels"].items() if n} == {
        "info": 2, "warning": 1, "error": 1,
    }  # fmt: skip
    assert found["first_seen"].startswith("2026-03-02T07:00:00")
    assert found["samples"][0]["text"].endswith("shop.Pay - payment failed")
    assert found["samples"][0]["after"] == ["java.lang.IllegalStateException: ledger is closed"]
    if how == "records":
        lines = (tmp_path / "records.jsonl").read_text().splitlines()
        assert [json.loads(line)["continuation"] for line in lines] == [
            False, False, False, True, True, False,
        ]  # fmt: skip


def test_an_object_in_an_envelope_keeps_its_members(tmp_path):
    """Programs that log JSON give level by their own key, and the time by the envelope's."""
    inner = [json.dumps({"level": level, "msg": "x"}) for level in ("info", "error", "warn")]
    for lines in (docker(inner), timed(inner), timed(inner, "stdout F ")):
        path = tmp_path / "app.log"
        path.write_text("\n".join(lines), encoding="utf-8")
        counts = analyze_logs(path).counts
        assert (counts.levels["info"], counts.levels["error"], counts.levels["warning"]) == (1,) * 3
        assert counts.timeless == 0


@pytest.mark.parametrize(
    "lines",
    [
        ['{"level":"info","message":"2026-03-02 08:00:00 ERROR x","time":1772434800}'] * 3,
        ['{"message":"hello","time":"2026-03-02T07:00:00Z"}'] * 3,
        ["2026-03-02T07:00:00Z INFO up", "2026-03-02T07:00:01Z ERROR down"],
        ["2026-03-02T07:00:00Z stdout F INFO up"],
        ["plain"],
        [],
        ["{", "[", '{"log": 3}', '{"log": "x"'],
    ],
)
def test_lines_that_speak_for_themselves_stay(lines):
    """An object with a level, a text without one, a time before a level: nothing to take out."""
    assert find_envelope([line.encode() for line in lines]) is None


def test_state_goes_on_in_a_wrapped_file(tmp_path, capsys):
    """The second run counts what was added: the rest of a stack trace, and a record."""
    path, state = tmp_path / "app.log", tmp_path / "state"
    lines = docker(INNER)
    path.write_text("\n".join(lines[:3]) + "\n" + lines[3][:20], encoding="utf-8")
    arguments = ["analyze-logs", str(path), "--state", str(state), "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 3
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["lines"], found["records"]) == (3, 1)
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["lines"] == 0


def test_documents_one_after_another(tmp_path):
    """Two answers in one file are read both, and what stands beside the list is left out."""
    path = tmp_path / "out.json"
    path.write_text("\n".join([*events(INNER), *events(INNER)]), encoding="utf-8")
    assert analyze_logs(path).counts.records == 8


def test_a_broken_document_is_told(tmp_path, capsys):
    """What precedes the damage counts, the error names the file and the line, exit code 2."""
    path = tmp_path / "out.json"
    text = "\n".join(events(INNER))
    path.write_text(text[: text.index("shop.Pay")], encoding="utf-8")
    assert main(["analyze-logs", str(path), "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["records"] == 2
    line = text[: text.index("shop.Pay")].count("\n") + 1
    assert f"{path}, line {line}: is not valid JSON: Unterminated string" in err


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_document_in_pieces(size):
    """Records are the same wherever the blocks are cut."""
    data = "\n".join(events(INNER)).encode()
    blocks = iter([data[n : n + size] for n in range(0, len(data), size)])
    found = b"".join(document_lines(blocks, "x", ("events",))).splitlines()
    assert [json.loads(line)["message"] for line in found] == INNER


@pytest.mark.parametrize(
    "head",
    [b"", b"[main] INFO x", b"[]", b"{}", b"[1, 2]", b'{"level": "info"}\n{"level": "info"}',
     b'{"level": "info", "entries": [{"a": 1}]}\n' * 2,
     b'{"alerts": [{"time": "2026-03-02T08:00:00Z"}], "id": 1, "b": 2, "c": 3}', b"{not json",
     b'{\n "level": "info"\n}\nINFO and text\n', b"[{", b'{"events": 3}'],
)  # fmt: skip
def test_what_is_no_document(head):
    """Text, objects a line and documents without a list are read as lines."""
    assert find_document(head) is None


def records(path, capsys):
    """What each line of a file's records says."""
    assert main(["analyze-logs", str(path), "--records", "-", "--quiet"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("how", ["cri", "docker"])
def test_pieces_of_two_streams_are_kept_apart(how, tmp_path, capsys):
    """Long lines of stdout and stderr that come in pieces do not run into each other."""
    lines = []
    for n in range(20):
        for stream, piece, more in (
            ("stdout", f"{n} INFO all is", True), ("stderr", f"{n} ERROR it is", True),
            ("stdout", " well", False), ("stderr", " broken", False),
        ):  # fmt: skip
            time = f"2026-03-02T07:00:{n:02d}Z"
            if how == "cri":
                lines.append(f"{time} {stream} {'P' if more else 'F'} {piece}")
            else:
                log = piece + ("" if more else "\n")
                lines.append(json.dumps({"log": log, "stream": stream, "time": time}))
    path = tmp_path / "x.log"
    path.write_text("\n".join(lines) + "\n")
    found = records(path, capsys)
    assert [line["level"] for line in found] == ["info", "error"] * 20
    assert found[0]["text"].endswith("0 INFO all is well")
    assert found[1]["text"].endswith("0 ERROR it is broken")


def test_a_last_piece_is_a_line(tmp_path, capsys):
    """A piece that is never completed is read as it is."""
    path = tmp_path / "x.log"
    whole = [f"2026-03-02T07:00:0{n}Z stderr F ERROR {n}" for n in range(9)]
    path.write_text("\n".join([*whole, "2026-03-02T07:00:09Z stderr P ERROR the last"]) + "\n")
    found = records(path, capsys)
    assert len(found) == 10
    assert found[-1]["text"] == "2026-03-02T07:00:09Z ERROR the last"


BODIES = {
    "json": [json.dumps({"ts": f"2026-03-02T07:00:0{n}Z", "level": level, "msg": "x"})
             for n, level in enumerate(["info", "error", "warn", "info"])],
    "text": [f"2026-03-02 07:00:0{n} {level} x"
             for n, level in enumerate(["INFO", "ERROR", "WARN", "INFO"])],
    "logfmt": [f"ts=2026-03-02T07:00:0{n}Z level={level} msg=x"
               for n, level in enumerate(["info", "error", "warn", "info"])],
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "prefix", ["api-1  | ", "db | ", "[pod/web-7d9f/app] ", "web-7d9f6c5b4-x2x9z app "]
)
def test_names_before_the_lines_are_left_out(prefix, body, tmp_path, capsys):
    """Names of containers before lines hide neither their levels nor their times."""
    path = tmp_path / "x.log"
    path.write_text("".join(f"{prefix}{line}\n" for line in BODIES[body]))
    found = records(path, capsys)
    assert [line["level"] for line in found] == ["info", "error", "warning", "info"]
    assert [line["time"][17:19] for line in found] == ["00", "01", "02", "03"]


@pytest.mark.parametrize(
    "head",
    ["<14>Mar  2 08:00:00 host app[12]: ", "Mar  2 08:00:00 host app[12]: ",
     "<14>1 2026-03-02T08:00:00Z host app 12 - - ", "2026-03-02 08:00:00 INFO app - "],
)  # fmt: skip
def test_the_fields_of_an_object_count_more_than_the_head(head, tmp_path, capsys):
    """The level and time in a message of JSON are the record's; where it has none, the head's."""
    path = tmp_path / "x.log"
    none = json.dumps({"msg": "says nothing"})
    path.write_text("".join(f"{head}{line}\n" for line in [*BODIES["json"] * 3, none]))
    found = records(path, capsys)
    assert [line["level"] for line in found[:4]] == ["info", "error", "warning", "info"]
    assert [line["time"][11:19] for line in found[:2]] == ["07:00:00", "07:00:01"]
    assert found[-1]["time"][11:19] == "08:00:00"
    assert found[-1]["level"] == ("unknown" if head.startswith("Mar") else "info")


def test_an_object_behind_messages_is_no_payload(tmp_path, capsys):
    """Where an object follows a message, the head's level stays the record's."""
    path = tmp_path / "x.log"
    texts = ["cart saved", "user left", "disk full", "page shown", "mail sent", "job done", "up"]
    path.write_text("".join(
        f'2026-03-02 08:00:0{n} ERROR {text} {{"level": "info", "n": {n}}}\n'
        for n, text in enumerate(texts)
    ))  # fmt: skip
    assert {line["level"] for line in records(path, capsys)} == {"error"}


COLOURED = {
    "spring": "\x1b[2m2026-03-02 08:00:00.123\x1b[0;39m \x1b[32m {}\x1b[0;39m \x1b[2m---\x1b[0m x",
    "tracing": "\x1b[2m2026-03-02T08:00:00.123Z\x1b[0m \x1b[32m {}\x1b[0m \x1b[2mapp\x1b[0m: x",
    "winston": "2026-03-02T08:00:00.123Z \x1b[31m{}\x1b[39m: x",
}


@pytest.mark.parametrize("wrap", ["plain", "docker"])
@pytest.mark.parametrize("kind", COLOURED)
def test_colours_hide_nothing(kind, wrap, tmp_path, capsys):
    """Level and time are read through escapes, which neither records nor templates hold."""
    levels = ["INFO", "ERROR", "WARN", "INFO"] * 3
    lines = [COLOURED[kind].format(level) for level in levels]
    path = tmp_path / "x.log"
    path.write_text("\n".join(docker(lines) if wrap == "docker" else lines) + "\n")
    found = records(path, capsys)
    assert [line["level"].upper()[:4] for line in found] == [level[:4] for level in levels]
    assert all(line["time"] and "\x1b" not in line["text"] for line in found)
    assert main(["analyze-logs", str(path), "--templates", "table", "--json"]) == 0
    assert "\x1b" not in capsys.readouterr().out.replace("\\u001b", "\x1b")


def test_colours_in_json_values(tmp_path, capsys):
    """A coloured level in JSON is a level."""
    path = tmp_path / "x.log"
    path.write_text("".join(
        json.dumps({"time": "2026-03-02T08:00:00Z", "level": f"\x1b[3{n}m{level}\x1b[39m"}) + "\n"
        for n, level in enumerate(["info", "error", "warn"])
    ))  # fmt: skip
    assert [line["level"] for line in records(path, capsys)] == ["info", "error", "warning"]


RECORD = {"time": "2026-03-02T08:00:00Z", "level": "error", "message": "x"}
OTEL = {"timeUnixNano": "1772438400000000000", "severityNumber": 17, "body": {"stringValue": "x"}}
SPREAD = {
    "pretty": "\n".join(json.dumps(RECORD, indent=2) for _ in range(3)),
    "concatenated": json.dumps(RECORD, indent=1) * 3,
    "Records": json.dumps({"Records": [RECORD] * 3}),
    "any name": json.dumps({"alarms": [RECORD] * 3}, indent=1),
    "a holder a line": (json.dumps({"logs": [RECORD]}) + "\n") * 3,
    "a list a line": json.dumps([RECORD] * 3),
    "OpenTelemetry": json.dumps({"resourceLogs": [
        {"resource": {"attributes": [{"key": "a"}]},
         "scopeLogs": [{"scope": {}, "logRecords": [OTEL] * 3}]}]}),
}  # fmt: skip


@pytest.mark.parametrize("kind", SPREAD)
def test_records_of_a_document(kind, tmp_path):
    """Records are found in lists of any name, in lists of lists, and over several lines."""
    path = tmp_path / "x.json"
    path.write_text(SPREAD[kind])
    found = analyze_logs(path)
    assert (found.counts.records, found.counts.levels["error"]) == (3, 3)
    assert found.counts.first_seen == found.counts.last_seen is not None


def test_an_object_without_an_end():
    """A document that ends within an object says so."""
    with pytest.raises(InputError, match=r"x, line 1: is not valid JSON: Expecting"):
        list(document_lines(iter([b'{"a": 1, ']), "x"))


def test_times_of_other_forms_dates_alone_and_pairs_after_blanks(tmp_path, capsys):
    """A date that is not the whole value is no time, and blanks may follow <PRI>."""
    path = tmp_path / "x.log"
    rows = [{"dateAdded": f"2024-03-0{n}"} for n in range(1, 9)] + [{"dateAdded": "2024-03-09 x"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = records(path, capsys)
    assert found[0]["time"].startswith("2024-03-01T00:00:00")
    assert found[8].get("time") is None
    path.write_text('{"datetime": "Tue Dec  31 02:22:22 2022"}\n' * 3)
    assert records(path, capsys)[2]["time"].startswith("2022-12-31T02:22:22")
    path.write_text('<134>  id=fw sn=1 time="2022-05-16 08:19:21" pri=6\n' * 9)
    assert records(path, capsys)[8]["time"].startswith("2022-05-16T08:19:21")


def entry(number, message, priority=None):
    """One entry of the journal's export format; text with a newline is binary."""
    fields = {
        "__CURSOR": f"s={number}",
        "__REALTIME_TIMESTAMP": str(1709287200_000000 + number * 1_500_000),
        "_HOSTNAME": "web1",
        **({} if priority is None else {"PRIORITY": str(priority)}),
        "MESSAGE": message,
        "SYSLOG_IDENTIFIER": "app",
    }
    parts = []
    for name, value in fields.items():
        data = value.encode()
        size = len(data).to_bytes(8, "little")
        parts.append(name.encode() + (b"\n" + size if "\n" in value else b"=") + data + b"\n")
    return b"".join(parts) + b"\n"


ENTRIES = [
    entry(0, "Started", 6),
    entry(1, "failed = yes\n  at x\n\nPRIORITY=7\n", 3),
    entry(2, "slow", 4),
    entry(3, "no priority"),
    entry(4, "gone", 2),
]


@pytest.mark.parametrize("how", ["plain", "gzip", "cut"])
def test_entries_of_a_journal_export_are_records(how, tmp_path):
    """Each entry has its time and PRIORITY, whatever its binary fields hold."""
    path = tmp_path / "journal.export"
    data = b"".join(ENTRIES)
    data += b"SYSLOG_IDEN" * (how == "cut")
    path.write_bytes(gzip.compress(data) if how == "gzip" else data)
    found = analyze_logs(path)
    counts = found.counts
    assert (counts.records, counts.timeless) == (5, 0)
    assert {level: n for level, n in counts.levels.items() if n} == {
        "unknown": 1, "info": 1, "warning": 1, "error": 1, "critical": 1,
    }  # fmt: skip
    assert found.files[0].formats[0].endswith("in the journal's export format")
    document = found.to_dict()
    assert document["first_seen"] == "2024-03-01T10:00:00Z"
    assert document["last_seen"] == "2024-03-01T10:00:06Z"


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        (b"__CURSOR=x\nMESSAGE\n" + b"\xff" * 8, "line 28: the field MESSAGE says"),
        (b"__CURSOR=x\nMESSAGE\n\x05\0\0\0\0\0\0\0ab", "line 28: the field MESSAGE does not"),
        (b"== words\n", "line 27: no field"),
    ],
)
def test_a_broken_journal_export_names_its_line(tail, reason, tmp_path):
    """What is no field ends the file, with its line."""
    path = tmp_path / "journal.export"
    path.write_bytes(b"".join(ENTRIES[:3]) + tail)
    found = analyze_logs(path)
    assert found.counts.records == 3
    assert reason in (found.files[0].error or "")


@pytest.mark.parametrize("form", ["export", "json"])
def test_a_few_levels_in_texts_leave_the_priority(form, tmp_path):
    """PRIORITY counts, unless most messages have a level of their own."""
    few = ["ERROR: boom" if n % 10 == 1 else f"Started unit {n}" for n in range(60)]
    most = [f"{'ERROR' if n % 10 == 1 else 'INFO'}: unit {n}" for n in range(60)]
    for texts, errors in ((few, 0), (most, 6)):
        path = tmp_path / "journal"
        if form == "export":
            path.write_bytes(b"".join(entry(n, text, 6) for n, text in enumerate(texts)))
        else:
            rows = [
                {"__REALTIME_TIMESTAMP": "1709287200000000", "PRIORITY": "6", "MESSAGE": text}
                for text in texts
            ]
            path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        levels = analyze_logs(path).counts.levels
        assert (levels["info"], levels["error"]) == (60 - errors, errors)


CELERY = """\
[2026-03-02 08:00:00,120: INFO/MainProcess] Task add succeeded in 3.2 s
[2026-03-02 08:00:01,311: WARNING/MainProcess] drift
[2026-03-02 08:00:02,001: ERROR/MainProcess] Task x raised
Traceback (most recent call last):
ValueError
[2026-03-02 08:00:03,500: INFO/MainProcess] done
""".splitlines()


@pytest.mark.parametrize("kind", ["docker", "cri"])
@pytest.mark.parametrize("hour", [8, 7])
def test_times_that_agree_with_those_around_them(tmp_path, kind, hour):
    """They are in UTC, and all is found as in the lines alone; others are local."""
    stamps = [f"2026-03-02T{hour:02}:00:{n:02}.25Z" for n in (0, 1, 2, 2, 2, 3)]
    lines = [
        json.dumps({"log": f"{line}\n", "stream": "stdout", "time": stamp})
        if kind == "docker"
        else f"{stamp} stdout F {line}"
        for stamp, line in zip(stamps, CELERY, strict=True)
    ]
    path = tmp_path / "x.log"
    path.write_text("\n".join(lines) + "\n")
    found = analyze_logs(path, tz="Europe/Berlin")
    moments = (found.counts.first_seen // 1_000_000, found.counts.last_seen // 1_000_000)
    if hour == 8:
        assert moments == (1_772_438_400_120, 1_772_438_403_500)
        assert found.counts.records == 4
        assert found.counts.levels["error"] == found.counts.levels["warning"] == 1
    else:
        assert moments == (1_772_434_800_250, 1_772_434_803_250)
