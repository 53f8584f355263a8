"""Fields that the caller names: columns of --log-format, escaped keys, conditions, alarms."""

from __future__ import annotations

import json

import pytest

import cotool
from cotool.cli.app import main


@pytest.fixture
def run(capsys):
    """Run the command; return what it printed, and its exit code."""

    def run(*words):
        code = main(["analyze-logs", *map(str, words)])
        return "".join(capsys.readouterr()), code

    return run


def measured(path, *names, **options):
    """Return the figures of measures over all records."""
    measures = cotool.analyze_logs(path, measures=names, **options).measures
    return [(f.count, f.statistic("sum")) for f in measures.total.measures]


@pytest.mark.parametrize(
    ("stamp", "form"),
    [
        ("2026-03-02 08:00:0{}", "{time} {level} {rt} {upstream}"),
        ("2026-03-02T08:00:0{}", "{time} {level} {rt} {upstream}"),
        ("Mar  2 08:00:0{}", "{time} {level} {rt} {upstream}"),
        ("[02/Mar/2026:08:00:0{} +0000]", "[{time}] {level} {rt} {upstream}"),
        ("at=2026-03-02 08:00:0{}", "at={time} {level} {rt} {upstream}"),
    ],
)
def test_a_time_with_blanks_is_one_field(tmp_path, stamp, form):
    """Columns after a time are counted from its end."""
    log = tmp_path / "x.log"
    log.write_text("".join(f"{stamp.format(n)} INFO {n} {n + 10}\n" for n in range(1, 5)))
    assert measured(log, "rt", "upstream", log_format=form) == [(4, 10), (4, 50)]


def test_words_in_quotes_have_names(tmp_path):
    """Words of a quoted column are named, and a unit may follow a field."""
    log = tmp_path / "x.log"
    log.write_text(
        "".join(
            f'1.2.3.4 [02/Mar/2026:08:00:0{n} +0000] "GET /{n} HTTP/1.1" 200 5ms\n'
            for n in range(3)
        )
    )
    form = '{client} [{time}] "{method} {path} {}" {status} {rt}ms'
    found = cotool.analyze_logs(log, measures=["rt"], by=["method", "status"], log_format=form)
    assert [group.values for group in found.measures.groups] == [("GET", "200")]
    assert found.measures.total.measures[0].statistic("sum") == pytest.approx(0.015)


@pytest.mark.parametrize("key", ["größe", "größe".upper(), "a/b", "键"])
@pytest.mark.parametrize("escape", [True, False])
def test_escaped_keys_are_found(tmp_path, key, escape):
    """A key is the same with and without escapes."""
    log = tmp_path / "x.jsonl"
    row = {"time": "2026-03-02T08:00:00Z", "level": "info", key: 7}
    log.write_text(json.dumps(row, ensure_ascii=escape).replace("a/b", "a\\/b") + "\n")
    assert measured(log, key) == [(1, 7)]


@pytest.mark.parametrize("value", [r"'DOM\alice'", r"'DOM\\alice'", r"DOM\alice"])
def test_only_backslashes_and_quotes_are_escaped_in_conditions(tmp_path, value):
    """A name is found as `--by` prints it, with quotes and without."""
    log = tmp_path / "x.log"
    log.write_text("".join(f"2026-03-02T08:00:01Z INFO user=DOM\\{n}\n" for n in ("alice", "bob")))
    assert cotool.analyze_logs(log, where=f"user={value}").counts.records == 1


def test_a_name_is_not_the_end_of_another(tmp_path):
    """Of two names that end alike, the one that begins a phrase counts; one alone counts anyway."""
    log = tmp_path / "x.log"
    lines = [
        "max size: 900 ms size: 10 ms",
        "size: 20 ms max size: 900 ms",
        "min size: 3, size: 30 ms",
    ]
    log.write_text("".join(f"2026-03-02T08:00:01Z INFO {line}\n" for line in lines))
    assert measured(log, "size") == [(3, pytest.approx(0.06))]
    log.write_text("2026-03-02T08:00:01Z INFO request done, total size: 10 ms\n" * 3)
    assert measured(log, "size") == [(3, pytest.approx(0.03))]


def test_thousands_keep_their_unit(tmp_path):
    """A unit belongs to a number with separators of thousands."""
    log = tmp_path / "x.log"
    lines = ["wait=1,234ms", "wait=2,500 ms,", "wait=999ms"]
    log.write_text("".join(f"2026-03-02 08:00:00 INFO {line} x\n" for line in lines))
    assert measured(log, "wait") == [(3, pytest.approx(4.733))]


def test_sums_have_all_digits(tmp_path, run):
    """Sums and extremes are not rounded."""
    log = tmp_path / "x.jsonl"
    log.write_text("".join(f'{{"level": "info", "n": {1234567890 + n}}}\n' for n in range(3)))
    output, _ = run(log, "-m", "n", "-f", "json")
    figures = json.loads(output)["measures"]["measures"][0]
    assert (figures["sum"], figures["min"], figures["max"]) == (3703703673, 1234567890, 1234567892)


@pytest.fixture
def access(tmp_path):
    """Return an access log of 20 requests."""
    log = tmp_path / "access.log"
    log.write_text(
        "".join(
            f"10.0.0.{n % 3} - {'ann' if n % 2 else '-'} [02/Mar/2026:08:00:{n:02} +0000] "
            f'"GET /users/{n}/{"orders" if n % 4 else "bills"} HTTP/1.1" '
            f"{503 if n < 5 else 200} 12 "
            f'"-" "curl" 0.{n:03}\n'
            for n in range(20)
        )
    )
    return log


@pytest.mark.parametrize(
    ("conditions", "records"),
    [
        (["status>=500", "user=ann"], 2),
        (["status=5xx"], 5),
        (["class!=5xx"], 15),
        (["path='/users/<*>/bills'"], 5),
        (["raw(path)=/users/4/bills"], 1),
        (["user=-"], 10),
        (["user!=ann"], 10),
    ],
)
def test_conditions(access, run, conditions, records):
    """Several conditions must all be met; classes, masked paths and dashes are understood."""
    words = [word for condition in conditions for word in ("--where", condition)]
    output, code = run(access, "-f", "json", *words)
    assert (json.loads(output)["records"], code) == (records, 0)


PATHS = ["/a", "/a?q=1", "/a#f", "/a;s", "/ab", "/a/", "/a/17", "/a/18?q=/a", "http://h/a?x", "/?q"]


@pytest.mark.parametrize("kind", ["json", "access"])
@pytest.mark.parametrize("group", ["/a", "/ab", "/a/", "/a/<*>", "/", "/b"])
def test_a_path_is_compared_as_it_is_grouped(tmp_path, kind, group):
    """`path` is a group of --by path, without query and fragment, `raw(path)` as in the log."""
    log = tmp_path / "requests.log"
    form = {
        "json": '{{"time": "2026-03-02T08:00:01Z", "path": "{}", "status": 200}}\n',
        "access": '10.0.0.1 - - [02/Mar/2026:08:00:01 +0000] "GET {} HTTP/1.1" 200 1 "-" "M"\n',
    }[kind]
    log.write_text("".join(map(form.format, PATHS * 3)))

    def records(**options):
        return {g.values[0]: g.records for g in cotool.analyze_logs(log, **options).measures.groups}

    of_log = records(by="path")
    wanted = {path: count for path, count in of_log.items() if path == group}
    assert records(by="path", where=f"path='{group}'") == wanted
    others = {path: count for path, count in of_log.items() if path != group}
    assert records(by="path", where=f"path!='{group}'") == others
    raw = {group: 3} if group in PATHS else {}
    assert records(by="raw(path)", where=f"raw(path)='{group}'") == raw


@pytest.mark.parametrize("path", ["/a?q=1", "/a/17", "http://h/a", "/a#f"])
def test_a_path_that_is_no_group_is_refused(tmp_path, path):
    log = tmp_path / "x.log"
    log.write_text("2026-03-02T08:00:01Z INFO path=/a\n")
    with pytest.raises(cotool.InputError, match=r"raw\(path\)="):
        cotool.analyze_logs(log, where=f"path='{path}'")


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["-m", "rt", "--fail-on", "p99(rt)>1KB"], 2, "its values are in s, not in B"),
        (["--fail-on", "p99(rt)>1s"], 2, "-m rt measures a field"),
        (["-m", "rt", "--by", "path", "--fail-on", "max(rt,path)>1ms"], 1, "(/users/<*>/orders)"),
        (["-m", "nope", "--fail-on", "p99(nope)>1", "-q"], 0, "no record has this field"),
        (
            ["-m", "rt", "--where", "rt>9h", "--fail-on", "p99(rt)>1s", "-q"],
            0,
            "no records that the filters keep",
        ),
        (["-m", "rt", "--fail-on", "ratio(p99(rt))>500ms"], 2, "a ratio has no unit"),
        (["-m", "rt", "--where", "rt>1KB"], 0, "its numbers are in s, and 1KB is not"),
        (["-m", "/slept (\\d+)/"], 0, "no record has this text in its first line"),
    ],
)
def test_alarms_and_warnings_say_what_is_wrong(access, run, words, code, text):
    """An alarm that cannot be judged as it is written is reported."""
    output, found = run(access, *words)
    assert text in output
    assert found == code


@pytest.mark.parametrize("order", [1, -1])
def test_seconds_and_bytes_of_a_measure_are_not_compared(tmp_path, run, order):
    """Values of both are named, the figures have no unit, and a limit is an error."""
    log = tmp_path / "x.log"
    lines = ["INFO val=8ms\n", "INFO val=17KB\n", "INFO val=9ms\n"]
    log.write_text("".join(f"2026-03-02T08:00:01Z {line}" for line in lines[::order]))
    words = ("-m", "val", "--fail-on")
    for limit in ("max(val)>1s", "max(val)>1KB", "max(val)>1"):
        output, code = run(log, *words, limit)
        assert code == 2
        assert "its values are in s and in B" in output
        assert "max(val) is" not in output
        assert "-m val: values in s and in B are added" in output
    assert "values in s and in B are added" in run(log, "-m", "val", "-f", "csv")[0]
    (fact,) = cotool.analyze_logs(log, measures=["val"]).to_dict()["measures"]["measures"]
    assert (fact["unit"], fact["units"], fact["max"]) == (None, ["s", "B"], 17_000)


def test_measures_that_do_not_fit_are_named(access, run):
    """A narrow table leaves out whole measures, and cuts no number."""
    words = [word for name in ("rt", "bytes", "status", "$1") for word in ("-m", name)]
    output, _ = run(access, *words, "--by", "path,method,class,client")
    assert "no room for" in output
    assert "…\n" not in output


def test_the_table_of_all_records_counts_distinct_values(access, run):
    """CSV has the distinct values, with groups and without."""
    output, _ = run(access, "-m", "client", "-f", "csv")
    head, row = (line.split(",") for line in output.splitlines()[:2])
    assert dict(zip(head, row, strict=True))["client_distinct"] == "3"


def test_groups_of_other_keys_are_not_compared(access, run, tmp_path):
    """An alarm on the ratio of groups needs the same groups in both runs."""
    earlier = tmp_path / "earlier.json"
    run(access, "-m", "rt", "--by", "path", "-f", "json", "-o", earlier)
    words = (access, "-m", "rt", "--baseline", earlier, "--fail-on")
    alarm = "ratio(p99(rt,{}))>1.5"
    output, code = run(*words, alarm.format("method"), "--by", "method")
    assert code == 2
    assert "has groups by path, not by method" in output
    assert run(*words, alarm.format("path"), "--by", "path")[1] == 0


@pytest.mark.parametrize(("alarm", "code"), [("ratio(p99(rt))>1.5", 2), ("p99(rt)>1h", 0)])
def test_other_units_than_before_are_said(tmp_path, run, alarm, code):
    """Numbers of two runs in different units are not compared."""
    log, earlier = tmp_path / "x.log", tmp_path / "earlier.json"
    line = '{{"ts": "2026-03-02T12:00:00Z", "rt": {}}}\n'
    log.write_text(line.format(4985) * 60)
    run(log, "-m", "rt", "-f", "json", "-o", earlier)
    log.write_text(line.format('"4985ms"') * 60)
    output, found = run(log, "-m", "rt", "--baseline", earlier, "--fail-on", alarm)
    assert "plain numbers in the earlier run and is in s now" in output
    assert found == code


def test_a_time_line_keeps_empty_time(tmp_path, run):
    """Columns of a time line are equally long, also if most have no record."""
    log = tmp_path / "x.log"
    days = ("01-01", "01-02", "12-31")
    log.write_text("".join(f"2026-{day}T00:00:0{n} INFO x\n" for day in days for n in range(9)))
    output, _ = run(log, "--bucket", "1s")
    [row] = [line for line in output.splitlines() if line.startswith("info     ")]
    assert row.count(" " * 40) == 1


def groups(tmp_path, lines, names):
    """Return the groups of lines by fields."""
    log = tmp_path / "x.log"
    log.write_text("\n".join(lines) + "\n")
    found = cotool.analyze_logs(log, measures=[], by=names.split()).measures
    return {group.values for group in found.groups}


def test_keys_with_escapes_in_some_records_only(tmp_path):
    """Two producers of one file: each way of writing a key is read, also below other keys."""
    log = tmp_path / "x.log"
    records = [{"größe": n, "daten": {"客户": {"é": f"c{n % 2}"}}} for n in range(40)]
    lines = [json.dumps(one, ensure_ascii=n % 4 < 2) for n, one in enumerate(records)]
    log.write_text("\n".join(lines) + "\n")
    assert measured(log, "größe") == [(40, 780)]
    assert measured(log, "größe", where="größe>=20 and daten.客户.é=c1") == [(10, 300)]
    assert groups(tmp_path, lines, "daten.客户.é") == {("c0",), ("c1",)}


@pytest.mark.parametrize(
    ("head", "host", "program", "vhost"),
    [
        ("<190>May  1 10:00:00 web1 nginx: ", "web1", "nginx", ""),
        ("May  1 10:00:00 web1 nginx[12]: ", "web1", "nginx", ""),
        ("<190>2026-05-01T10:00:00.1+00:00 web1 nginx: ", "web1", "nginx", ""),
        ("2026-05-01T10:00:00.1+00:00 web1 nginx: ", "web1", "nginx", ""),
        ("<190>1 2026-05-01T10:00:00.1Z web1 nginx 12 - - ", "web1", "nginx", ""),
        ("May  1 10:00:00 web1 nginx: www.example.com ", "web1", "nginx", "www.example.com"),
        ("www.example.com ", "www.example.com", "", "www.example.com"),
        ("", "", "", ""),
    ],
)
def test_the_host_of_requests_sent_by_syslog(tmp_path, head, host, program, vhost):
    """Host and program are those of syslog; a virtual host before a client has no colon."""
    request = '2001:db8::1 - - [01/May/2026:10:00:00 +0000] "GET /x HTTP/2.0" 201 5 "-" "curl"'
    assert groups(tmp_path, [head + request] * 9, "host program") == {(host, program)}
    if vhost != host:
        assert groups(tmp_path, [head + request] * 9, "vhost") == {(vhost,)}


@pytest.mark.parametrize("time", ["<150>May  1 10:00:00", "2026-05-01T10:00:00+00:00"])
def test_the_host_of_haproxy(tmp_path, time):
    line = (
        f"{time} web1 haproxy[77]: 10.0.0.2:5000 [01/May/2026:10:00:00.123] fe be/s 0/0/1/4/5 "
        '200 123 - - ---- 1/1/0/0/0 0/0 "GET /x HTTP/1.1"'
    )
    assert groups(tmp_path, [line] * 9, "host program client") == {("web1", "haproxy", "10.0.0.2")}


@pytest.mark.parametrize(
    ("line", "names", "values"),
    [
        ('{":authority": "a.b", "response_code": 200}', "host status", ("a.b", "200")),
        ('{"authority": "a.b", "path": "/x"}', "host path", ("a.b", "/x")),
        ('{"response": {"status": 200, "size": "51"}}', "bytes status", ("51", "200")),
        (('I0502 10:00:00.1 1 httplog.go:132] "HTTP" verb="GET" URI="/api" userAgent="k" '
         'srcIP="10.0.0.1:44" resp=200'), "path status client agent",
         ("/api", "200", "10.0.0.1", "k")),
        ('{"ClientRequestHost": "a.b", "EdgeResponseStatus": 200, "EdgeResponseBytes": 7}',
         "host status bytes", ("a.b", "200", "7")),
    ],
)  # fmt: skip
def test_names_of_products(tmp_path, line, names, values):
    assert groups(tmp_path, [line] * 9, names) == {values}
