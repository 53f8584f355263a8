"""--log-format and --tz: what the caller says instead of recognition."""

from __future__ import annotations

import json

import pytest

from cotool.cli.app import main
from cotool.errors import InputError
from cotool.logs.api import analyze_logs
from cotool.logs.formats.given import parse_log_format

_CASES = {
    "####<{time}> <{level}>": (
        "####<Mar 3, 2024 10:11:12,123 PM GMT> <Error> <x>\n",
        "2024-03-03T22:11:12.123Z",
    ),
    "main::{level}::{time}": (
        "main::ERROR::2024-03-03 22:11:12,123::x\n",
        "2024-03-03T22:11:12.123",
    ),
    "{time}|{level}": ("2024-03-03 22:11:12.123|ERROR|x\n", "2024-03-03T22:11:12.123"),
    "{} app={time} {level}": ("7 app=2024/3/3 22:11:12.123 ERROR x\n", "2024-03-03T22:11:12.123"),
    "{time} [{}] {level}": ("3.3.2024 22:11:12.123 [a b] ERROR x\n", "2024-03-03T22:11:12.123"),
}


@pytest.mark.parametrize("form", _CASES)
def test_the_head_of_a_line_with_any_text(form, tmp_path):
    """Text before {time} stands for itself, whatever the separators."""
    line, time = _CASES[form]
    path = tmp_path / "app.log"
    path.write_text(line, encoding="utf-8")
    found = analyze_logs(path, log_format=form)
    assert found.counts.levels["error"] == 1
    assert found.to_dict()["first_seen"] == time


def test_a_field_needs_an_end():
    """A field right before {time} could end anywhere."""
    with pytest.raises(InputError, match="nothing shows where a field ends"):
        parse_log_format("{}{time}")


@pytest.mark.parametrize(
    ("zone", "seen"),
    [("+02:00", "2024-03-03T20:11:12Z"), ("-0530", "2024-03-04T03:41:12Z"),
     ("Asia/Tokyo", "2024-03-03T13:11:12Z")],
)  # fmt: skip
def test_zones_are_names_or_offsets(zone, seen, tmp_path):
    """Times that name no zone are in the zone that is given."""
    path = tmp_path / "app.log"
    path.write_text("2024-03-03 22:11:12 INFO x\n", encoding="utf-8")
    found = analyze_logs(path, tz=zone)
    assert found.to_dict()["first_seen"] == seen


def test_local_is_the_zone_of_this_machine(tmp_path, monkeypatch):
    """`local` means what TZ says, and an unknown name is refused."""
    path = tmp_path / "app.log"
    path.write_text("2024-03-03 22:11:12 INFO x\n", encoding="utf-8")
    monkeypatch.setenv("TZ", "America/New_York")
    assert analyze_logs(path, tz="local").to_dict()["first_seen"] == "2024-03-04T03:11:12Z"
    with pytest.raises(InputError, match="not a time zone"):
        analyze_logs(path, tz="+25:00")


def test_several_formats_are_tried_in_order(tmp_path, capsys):
    """A file may mix formats that are given; auto and plain are given alone."""
    path = tmp_path / "mixed.log"
    path.write_text(
        '{"time": "2024-03-01T10:00:00Z", "level": "error"}\n2024-03-01 10:00:01 [main] WARN x\n',
        encoding="utf-8",
    )
    given = ["--log-format", "json", "--log-format", "{time} [{}] {level}"]
    assert main(["analyze-logs", str(path), *given, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["levels"]["error"], found["levels"]["warning"], found["timeless"]) == (1, 1, 0)
    assert main(["analyze-logs", str(path), *given, "--log-format", "plain"]) == 2
    assert "auto, plain, day-first and month-first are given alone" in capsys.readouterr().err


def test_a_format_that_is_not_unicode_is_refused():
    """A format in another encoding is an error of the parameter."""
    with pytest.raises(InputError, match="is not UTF-8") as error:
        parse_log_format("{t\udcb3me} {time} {level}")
    assert error.value.parameter == "log_format"


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("{time}|{level}|{host}|{rt}|{}", "2026-03-02 12:00:0%d|WARN|web|7ms|x y"),
        ("{time}:{level}:{host}:{rt}", "2026-03-02 12:00:0%d:WARN:web:7ms"),
        ("{time}, {level}, {host}, {rt}ms, {}", "2026-03-02 12:00:0%d,003, WARN, web, 7ms, x"),
        ("{time} [{level}] ({host}) <{rt}> {}", "2026-03-02 12:00:0%d [WARN] (web) <7ms> x"),
        ("{time} {level} {} | {host}:{rt}ms", "2 Mar 2026 12:00:0%d WARN a/b | web:7ms"),
        ("{level}|{host}|{time}|{rt}|", "WARN|web|2026-03-02 12:00:0%d|7ms|x y"),
        ("{time} {level} {host} {rt} {}", "12:00:0%d 2026-03-02 WARN web 7ms x"),
        ("{time} | {level} | {host} | {rt}", "12:00:0%d 2 Mar 2026 | WARN | web | 7ms"),
        ("{time} {level} {host} {rt}", "12:00:0%d WARN web 7ms"),
    ],
)
def test_fields_with_names_between_any_text(form, line, tmp_path):
    """Text that is no blank ends a field as well, and a time of day may come before its date."""
    path = tmp_path / "app.log"
    path.write_text("".join(f"{line % n}\n" for n in range(5)), encoding="utf-8")
    found = analyze_logs(path, log_format=form, measures=["rt"], by=["host"])
    assert (found.counts.levels["warning"], found.counts.timeless) == (5, 0)
    assert {group.values: group.records for group in found.measures.groups} == {("web",): 5}
    assert found.measures.total.measures[0].sum == pytest.approx(0.035)
    day, _, time = found.to_dict()["last_seen"].partition("T")
    assert time[:8] == "12:00:04"
    assert day == "2026-03-02" or "2026" not in line


def test_fields_side_by_side_have_no_end():
    """Nothing shows where the first of two ends."""
    with pytest.raises(InputError, match="where a field ends and the next one begins"):
        parse_log_format("{time} {host}{rt}")
