"""Where the fields of a record are: other names, blanks before a column, text within strings."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cotool
from cotool.cli.app import main

STAMP = "02/Mar/2026:10:00:0{} +0000"


def measured(path, *names, **options):
    """Return the count and the sum of each measure over all records."""
    measures = cotool.analyze_logs(path, measures=names, **options).measures
    return [(f.count, f.statistic("sum")) for f in measures.total.measures]


def groups(path, *keys):
    """Return how many records each group has."""
    found = cotool.analyze_logs(path, by=keys).measures.groups
    return {group.values: group.records for group in found}


def test_columns_do_not_depend_on_blanks_in_a_user_name(tmp_path):
    """The columns of an access log are counted from its time and its request."""
    users = ["-", "ann", "bob smith", "a b c", "-", "-", "", "-", "-", "-"]
    log = tmp_path / "access.log"
    log.write_text(
        "".join(
            f'10.0.0.{n} - {user} [{STAMP.format(n)}] "GET /x HTTP/1.1" 200 {n} "-" "[x] \\"y\\""\n'
            for n, user in enumerate(users)
        )
    )
    assert measured(log, "status", "bytes") == [(10, 2000), (10, 45)]
    assert groups(log, "method", "path") == {("GET", "/x"): 10}
    assert groups(log, "client") == {(f"10.0.0.{n}",): 1 for n in range(10)}
    assert groups(log, "user") == {
        ("",): 7, ("ann",): 1, ("bob smith",): 1, ("a b c",): 1,
    }  # fmt: skip


@pytest.mark.parametrize("host", ["", "shop.example.com "])
@pytest.mark.parametrize("share", [1, 2, 3, 5, 10, 20])
def test_any_share_of_the_users_may_have_blanks(tmp_path, host, share):
    """The same fields and $N are read, whether every user's name has blanks, some or hardly any."""
    users = ["ann lee" if n % share == 0 else "ann" for n in range(60)]
    log = tmp_path / "access.log"
    log.write_text(
        "".join(
            f'{host}10.0.0.{n % 2} - {user} [{STAMP.format(n % 10)}] "GET /x HTTP/1.1" 200 {n} '
            f'"-" "[x] y" 77 0.{n + 100} t=0.1{n % 7}2\n'
            for n, user in enumerate(users)
        )
    )
    wanted = (60, pytest.approx(sum(0.1 + n / 1000 for n in range(60))))
    last = 11 + bool(host)
    found = measured(log, "rt", f"${last}:s", f"${last - 1}", "bytes")
    assert found == [wanted, wanted, (60, 60 * 77), (60, sum(range(60)))]
    assert groups(log, "client") == {("10.0.0.0",): 30, ("10.0.0.1",): 30}
    assert groups(log, "user") == {(user,): users.count(user) for user in users}
    assert cotool.analyze_logs(log, measures="t").measures.facts()[0].unit == "s"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("ab.- ", max_size=40).map(str.strip), min_size=1, max_size=9))
def test_users_are_what_is_before_the_time(tmp_path_factory, users):
    """The kernel finds the user and the status that a regex finds, whatever the user's name is."""
    log = tmp_path_factory.mktemp("users") / "access.log"
    users = ["-"] * (len(users) + 1) + users
    lines = [
        f'10.0.0.7 - {user} [{STAMP.format(1)}] "GET /x HTTP/1.1" {200 + n} 5 "-" "M"'
        for n, user in enumerate(users)
    ]
    log.write_text("".join(line + "\n" for line in lines))
    found = [re.fullmatch(r'\S+ - (.*?) *\[.*?\] "[^"]*" (\d+) .*', line) for line in lines]
    wanted = {("" if one[1] == "-" else one[1], one[2]): 1 for one in found}
    assert groups(log, "user", "status") == wanted


def test_a_missing_virtual_host_moves_no_column(tmp_path):
    """Lines without the virtual host in front have the other fields, and hosts have no port."""
    hosts = ["shop.example.com:443 ", "shop.example.com:443 ", ""]
    log = tmp_path / "access.log"
    log.write_text(
        "".join(
            f'{host}10.0.0.7 - ann [{STAMP.format(n)}] "GET /x HTTP/1.1" 200 5 "-" "Moz"\n'
            for n, host in enumerate(hosts)
        )
    )
    assert groups(log, "host", "client", "user") == {
        ("shop.example.com", "10.0.0.7", "ann"): 2, ("", "10.0.0.7", "ann"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["json", "logfmt", "text"])
def test_each_record_has_the_field_under_its_own_name(tmp_path, form):
    """Records of several kinds have a field under several names, each with its own unit."""
    rows = [{"level": "info", "duration_ms": 100, "path": "/a"}] * 3
    rows += [{"level": "info", "request_time": 0.2, "url": "/b"}] * 2
    log = tmp_path / "x.log"
    as_pairs = [" ".join(f"{key}={value}" for key, value in row.items()) for row in rows]
    lines = {
        "json": map(json.dumps, rows),
        "logfmt": as_pairs,
        "text": [f"2026-03-02 10:00:00 INFO request done, {pairs}" for pairs in as_pairs],
    }[form]
    log.write_text("".join(line + "\n" for line in lines))
    assert measured(log, "rt") == [(5, pytest.approx(0.7))]
    assert groups(log, "path") == {("/a",): 3, ("/b",): 2}
    found = cotool.analyze_logs(log, measures=["rt"], where="rt>150ms").measures
    assert found.total.records == 2


def test_numbers_with_and_without_a_unit_are_said(tmp_path, capsys):
    """A warning says that numbers of several names are not in the same unit."""
    log = tmp_path / "x.jsonl"
    log.write_text('{"level":"info","rt":100}\n{"level":"info","duration_ms":100}\n')
    assert main(["analyze-logs", str(log), "-m", "rt", "-f", "csv"]) == 0
    assert "-m rt: values with and without a unit" in " ".join(capsys.readouterr().err.split())


def test_names_that_occur_together_are_not_mixed(tmp_path):
    """A key beside a field's first name in other records does not replace it where it is absent."""
    log = tmp_path / "x.jsonl"
    rows = [{"level": "info", "bytes": 10, "size": 7}, {"level": "info", "size": 9}]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows * 5))
    assert measured(log, "bytes") == [(5, 50)]


def test_other_names_need_values_of_the_field(tmp_path):
    """A key that may mean the field does not where its values are of another kind."""
    log = tmp_path / "x.jsonl"
    rows = [{"level": "info", "status": 200, "path": "/a"}, {"level": "info", "status_code": "404"}]
    rows += [{"level": "warn", "code": "E17", "target": "app::db"}, {"level": "warn", "code": 7}]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert groups(log, "status", "path") == {("200", "/a"): 1, ("404", ""): 1, ("", ""): 2}


def test_late_fields_of_logfmt_are_found(tmp_path):
    """A field that the sample lacks is found under each of its names."""
    log = tmp_path / "x.logfmt"
    boot = "".join(f"level=info msg=boot text={'x' * 60} i={n}\n" for n in range(30_000))
    log.write_text(boot + "level=info msg=done duration_ms=5 path=/a\n" * 3)
    assert measured(log, "rt") == [(3, pytest.approx(0.015))]


def test_pairs_in_the_message_of_json_are_fields(tmp_path):
    """A key=value in a string of JSON is found, unless clients choose the text."""
    log = tmp_path / "x.jsonl"
    texts = ["took=12ms path=/a", 'done path=\\"/b c\\" took=1,000ms.', "path='/d', took=8ms"]
    log.write_text("".join(f'{{"PRIORITY":"6","MESSAGE":"{text}"}}\n' for text in texts))
    assert measured(log, "took") == measured(log, "rt") == [(3, pytest.approx(1.02))]
    assert groups(log, "path") == {("/a",): 1, ("/b c",): 1, ("/d",): 1}
    log.write_text('{"level":"info","path":"/a","user_agent":"x rt=9 y"}\n' * 3)
    assert measured(log, "rt") == [(0, 0)]


def test_columns_of_lines_without_a_time(tmp_path):
    """$N counts the columns of lines that no format explains."""
    log = tmp_path / "x.log"
    log.write_text("GET /login 200 12.5 ms - 512\n" * 4)
    assert measured(log, "$4", "$7") == [(4, 50), (4, 2048)]


@pytest.mark.parametrize("delimiter", ["|", ";", ","])
def test_columns_without_names_have_delimiters(tmp_path, delimiter):
    """$N counts the cells of a table without a header, which may be quoted."""
    log = tmp_path / "x.log"
    rows = [("2026-03-02 10:00:00", f'"/a{delimiter}b"', "200", str(n)) for n in range(5)]
    log.write_text("".join(delimiter.join(row) + "\n" for row in rows))
    assert measured(log, "$3", "$4") == [(5, 1000), (5, 10)]


def test_the_end_of_a_nested_key_names_it(tmp_path):
    """Capital letters in it do not matter, and it may have several parts."""
    log = tmp_path / "x.jsonl"
    log.write_text('{"level":"info","attr":{"op":{"durationMillis":2}}}\n' * 5)
    for name in ("durationMillis", "op.durationMillis", "attr.op.durationMillis"):
        assert measured(log, name) == [(5, pytest.approx(0.01))]
    log.write_text('{"level":"info","http.latency":7,"http":{"latency":3}}\n')
    assert measured(log, "rt") == [(1, 3)]


@pytest.mark.parametrize(
    "line",
    [
        'INFO:     10.0.0.7:5123 - "GET /login HTTP/1.1" 404 OK\n',
        '[GIN] 2026/03/02 - 10:00:00 | 404 |       1.5ms |      10.0.0.7 | GET     "/login"\n',
    ],
)
def test_access_logs_of_frameworks(tmp_path, line):
    """The access logs of uvicorn and Gin have a client, a request and a status."""
    log = tmp_path / "x.log"
    log.write_text(line * 5)
    assert groups(log, "client", "method", "path", "status") == {
        ("10.0.0.7", "GET", "/login", "404"): 5
    }


def test_lines_without_a_request_have_no_columns(tmp_path):
    """What the server of an access log says about itself is not read by the columns of requests."""
    log = tmp_path / "x.log"
    request = 'INFO:     10.0.0.7:5123 - "GET /login HTTP/1.1" 404 OK\n'
    log.write_text(request * 5 + "INFO:     Uvicorn running on http://127.0.0.1:8000 (quit)\n")
    assert groups(log, "client", "method", "status") == {
        ("10.0.0.7", "GET", "404"): 5, ("", "", ""): 1,
    }  # fmt: skip
    request = f'10.0.0.7 - - [{STAMP.format(1)}] "GET /a HTTP/1.1" 200 5 "-" "Moz"\n'
    log.write_text(request * 5 + f"a b c [{STAMP.format(2)}] server restarts after 17 days\n")
    assert groups(log, "client", "status") == {("10.0.0.7", "200"): 5, ("", ""): 1}


def test_columns_that_a_header_within_a_file_names(tmp_path):
    """Lines #Fields that come after records of another format name the columns below them."""
    log = tmp_path / "x.log"
    access = f'10.0.0.7 - - [{STAMP.format(1)}] "GET /a HTTP/1.1" 200 5 "-" "Moz" rt=0.5\n' * 1500
    header = "#Fields: date time s-ip cs-method cs-uri-stem s-port c-ip sc-status time-taken\n"
    rows = "2026-03-02 10:00:02 10.0.0.1 GET /b 443 10.0.2.65 200 250\n" * 1500
    objects = '{"level": "info", "ts": 1772445600.5, "path": "/c", "latency_ms": 5}\n' * 1500
    log.write_text(access + header + rows + objects)
    assert groups(log, "path") == {("/a",): 1500, ("/b",): 1500, ("/c",): 1500}
    for threads in (1, 2):
        assert measured(log, "rt", num_threads=threads) == [(4500, pytest.approx(1500 * 0.755))]


def test_names_in_quotes_may_have_any_character(tmp_path, capsys):
    """A name in quotes is a field in measures, groups and conditions."""
    log = tmp_path / "x.jsonl"
    rows = [{"level": "info", "took ms": n, "a:b": "x", "u,v": "y"} for n in range(1, 5)]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert measured(log, '"took ms"') == [(4, pytest.approx(0.01))]
    assert measured(log, 't="took ms":s', where='"took ms">2.5s and "a:b"=x') == [(2, 7)]
    assert groups(log, '"a:b","u,v"') == {("x", "y"): 4}
    command = ["analyze-logs", str(log), "--where", '"a:b"=z', "--by", "'u,v'"]
    assert main(command) == 0
    assert "no record" not in capsys.readouterr().err


def test_cut_values_of_groups_are_said(tmp_path, capsys):
    """A warning says that long values are cut, and how a parameter of a template is written."""
    log = tmp_path / "x.logfmt"
    log.write_text(f"level=info k={'a' * 600}1 path=/{'b' * 600}\nlevel=info k={'a' * 600}2\n")
    assert main(["analyze-logs", str(log), "--by", "k,path", "-m", "5e27de.ms"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "--by k: values are cut to 512 bytes" in said
    assert "--by path: values are cut to 512 bytes" in said
    assert "a parameter of a template is written 5e27de#ms" in said
