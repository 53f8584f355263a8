"""What analyze_logs() takes, and what it says about the rest."""

from __future__ import annotations

import pytest

from cotool import analyze_logs
from cotool.errors import InputError


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "a.log"
    path.write_text("2026-01-01 10:00:00 ERROR a b\n" * 3, encoding="utf-8")
    return path


def test_patterns_as_the_command_takes_them(log):
    """A list of regexes, with or without a name; one name for `match` needs no list."""
    found = analyze_logs(log, patterns=["a", "late=x"], match="a")
    assert found.counts.patterns == {"a": 3, "late": 0}


@pytest.mark.parametrize(
    ("name", "value"),
    [("since", 3), ("show", "a"), ("context", 1.5), ("match", "ab"), ("patterns", ["a", "a"])],
)
def test_errors_name_the_parameter(log, name, value):
    """A value of the wrong type is no inner error."""
    with pytest.raises(InputError) as raised:
        analyze_logs(log, **{name: value})
    assert raised.value.parameter == name


@pytest.mark.parametrize("name", ["sort", "records", "span_size"])
def test_other_keywords_are_refused(log, name):
    """Also those of the core's own fields."""
    with pytest.raises(TypeError, match=rf"analyze_logs\(\).*'{name}'"):
        analyze_logs(log, **{name: 1})
