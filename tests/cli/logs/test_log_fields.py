"""Fields of logs on the command line: what the summary names and shows, and unknown ones."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def run(command):
    """Run analyze-logs."""
    return lambda *words: command("analyze-logs", *words)


@pytest.fixture
def access(tmp_path):
    """An access log with seven paths, of which the last is the slowest."""
    lines = [
        f"10.0.0.{n % 9} - - [01/Mar/2024:12:{n // 60:02d}:{n % 60:02d} +0000] "
        f'"GET /p{min(n % 20, 6)}/{n} HTTP/1.1" {503 if n % 10 == 0 else 200} {n} "-" "agent" '
        f"rt={0.9 if n % 20 == 5 else 0.1:.3f}\n"
        for n in range(600)
    ]
    path = tmp_path / "access.log"
    path.write_text("".join(lines))
    return str(path)


def test_an_access_log_shows_its_requests(run, access):
    """Without an option: requests by class, the busiest and the slowest paths, in 80 columns."""
    code, out, err = run(access)
    assert (code, err) == (0, "")
    assert "600 requests: 2xx 90 %, 5xx 10 %" in out
    busiest, slowest = out.index("busiest paths"), out.index("slowest paths, by p99")
    assert out[busiest:slowest].splitlines()[1].startswith("/p6/<*>")
    assert out[slowest:].splitlines()[1].split()[0] == "/p5/<*>"
    assert "900 ms" in out[slowest:].splitlines()[1]
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = run(access, "--json")
    assert "measures" not in json.loads(out)


def test_requests_are_not_shown_where_numbers_are_requested(run, access):
    """`-m`, `--by` and filters by fields show what they ask for."""
    for words in (["-m", "rt"], ["--by", "status"], ["--where", "status=200"]):
        assert "busiest paths" not in run(access, *words)[1]


def test_other_logs_have_no_requests(run, tmp_path):
    """Records without a path and a status are not requests."""
    path = tmp_path / "app.log"
    path.write_text("2024-03-01T12:00:00 INFO job done in 12ms\n" * 9)
    assert "request" not in run(str(path))[1]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["-m", "rtt"], "-m rtt: no record has this field; did you mean rt?"),
        (["--by", "pth"], "--by pth: no record has this field; did you mean path?"),
        (
            ["--where", "statu>=500"],
            "--where statu: no record has this field; did you mean status",
        ),
        (["-m", "zzz"], "no record has this field; there are method, path"),
        (["-m", "items.0.price"], "values in arrays are not read"),
    ],
)
def test_unknown_fields_are_named(run, access, words, text):
    """A field that no record has is a warning with the nearest names, or all."""
    code, _, err = run(access, *words)
    assert code == 0
    assert text in err
    assert run(access, *words, "-q")[2] == ""


def test_a_rare_field_is_no_warning(run, tmp_path):
    """A condition that selects some records knows its field."""
    path = tmp_path / "app.log"
    path.write_text(
        "time=2024-03-01T12:00:00Z level=info msg=a\n" * 50
        + "time=2024-03-01T12:00:00Z level=info msg=a cost=3\n"
    )
    code, out, err = run(str(path), "--where", "cost>2", "-m", "cost")
    assert (code, err) == (0, "")
    assert "50 records left out" in out


def test_numbers_without_a_unit_are_a_warning(run, tmp_path):
    """`wait>1s` on plain numbers says how it was understood; with a unit it does not."""
    path = tmp_path / "app.log"
    path.write_text("time=2024-03-01T12:00:00Z level=info wait=3 idle=2ms\n" * 20)
    err = run(str(path), "--where", "wait>1s")[2]
    assert "--where wait: its numbers have no unit and are compared with 1s in s" in err
    assert run(str(path), "--where", "wait>1")[2] == ""
    assert run(str(path), "--where", "idle>1ms")[2] == ""
    err = run(str(path), "--where", "idle>1")[2]
    assert "--where idle: its numbers have units, and 1 has none: it is compared in s" in err
    assert run(str(path), "-m", "wait:ms", "--where", "wait>1ms")[2] == ""


def test_explain_format_names_the_fields(run, access):
    """The names that -m, --by and --where know, as text and JSON."""
    assert "fields: method, path, protocol, client" in run(access, "--explain-format")[1]
    found = json.loads(run(access, "--explain-format", "--json")[1])
    assert "rt" in found["files"][0]["fields"]
