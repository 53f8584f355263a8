"""Calls that are read without Typer have the values that Typer would give them."""

from __future__ import annotations

import pytest

from cotool.cli.app import _app, main, whole_command
from cotool.cli.shared.by_typer import CallContext, UsageError
from cotool.cli.shared.commands import Interface, plain_call
from cotool.errors import CotoolError

VALUES = (
    "2",
    "0.5",
    "name",
    "ann=2",
    "5MB",
    "90d",
    "csv",
    "cosine",
    "average",
    "low-memory",
    "yaml",
    "",
)


def walk(app, path=()):
    """Yield the words of each command and its function."""
    for name, (command, _) in app.commands.items():
        yield (*path, name), command
    for name, group in app.groups.items():
        yield from walk(group, (*path, name))


COMMANDS = dict(walk(_app(None)))
WHOLE = whole_command()


def typer_values(path, words):
    """Return what Typer calls the command with, or None if it refuses the words."""
    command = WHOLE
    for name in path:
        command = command.commands[name]
    call = CallContext(whole_command)
    try:
        return command.main([*words], path[-1], standalone_mode=False, obj=call)
    except (CotoolError, UsageError):
        return None


def calls(interface):
    """Yield the words of calls: no option, each option in each form, and many options at once."""
    positional = [["7"] * count for count in range(4)]
    yield from positional
    base = next(words for words in positional if interface.read(words) or len(words) == 3)
    together = []
    for found in interface.parameters:
        for names in found.declared.names:
            for name in names.split("/"):
                if found.declared.metavar is None:
                    yield [*base, name]
                    yield [f"{name}=1", *base]
                    together.append([name])
                    continue
                read = [value for value in VALUES if interface.read([*base, name, value])]
                yield from ([name, value, *base] for value in (*read[:1], VALUES[0], VALUES[-1]))
                together += [[name, value] for value in read[:2]]
                yield [*base, f"{name}=2"]
                yield [*base, f"{name}2"]
                yield [*base, name]
                yield [*base, name, "-", name, "-1"]
    yield [*base, *(word for words in together for word in words)]
    yield [*(word for words in reversed(together) for word in words), *base]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_values_are_those_of_typer(path, monkeypatch, tmp_path):
    """Whatever is read without Typer is what Typer reads, and most right calls are."""
    monkeypatch.chdir(tmp_path)
    for name in ("7", "name"):
        (tmp_path / name).touch()
    monkeypatch.setattr(Interface, "call", lambda _, values, given: (values, given))
    interface = Interface(COMMANDS[path])
    plain = right = 0
    for words in calls(interface):
        known = typer_values(path, words)
        read = interface.read(words)
        right += known is not None
        if read is not None:
            plain += 1
            values, given = known
            assert (words, *read, given.words) == (words, values, given.parameters, tuple(words))
    assert path == ("vault", "exec") or plain > right // 2


@pytest.mark.parametrize(
    "words",
    [
        *(["--help"], ["-h"], ["a", "--unknown"], ["--"], ["--", "a"], ["-n"], ["-n5", "a"]),
        *(["--json=1", "a"], ["-n=5", "a"], ["--show", "-5", "a"], ["--sho", "5", "a"], ["-rq"]),
    ],
    ids=" ".join,
)
def test_other_calls_are_left_to_typer(words):
    """Help, mistakes, short forms and whatever might be one are not read."""
    assert Interface(COMMANDS["analyze-logs",]).read(words) is None


def test_settings_are_left_to_typer(monkeypatch, tmp_path):
    """A variable of the command's options, or a config file, is not overlooked."""
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path))
    words = ["analyze-logs", "a"]
    app = _app(words)
    assert plain_call(app, words, whole_command)
    monkeypatch.setenv("COTOOL_METRIC", "tfidf")
    monkeypatch.setenv("COTOOL_ANALYZE_LOGS_SHOW", "")
    assert plain_call(app, words, whole_command)
    monkeypatch.setenv("COTOOL_ANALYZE_LOGS_SHOW", "3")
    assert plain_call(app, words, whole_command) is None
    monkeypatch.delenv("COTOOL_ANALYZE_LOGS_SHOW")
    (tmp_path / "config.toml").touch()
    assert plain_call(app, words, whole_command) is None


def test_an_option_that_is_a_file_is_left_to_typer(monkeypatch, tmp_path):
    """A file named like an option is refused, as Typer's command does."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "--json").touch()
    assert Interface(COMMANDS["analyze-logs",]).read(["a", "--json"]) is None


def test_errors_of_the_work_name_options(tmp_path, capsys):
    """An error of a call read without Typer names the option of a parameter."""
    assert main(["analyze-logs", str(tmp_path), "-r", "--since", "never"]) == 2
    assert "--since" in capsys.readouterr().err
