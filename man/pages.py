"""The manual pages, written from the program's own help: `make man`.

There is one page per command, in man(7). The pages are committed, because a build cannot ask
Typer; a test compares them with the program.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cotool import __version__
from cotool.cli.app import whole_command

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent

_ENVIRONMENT = """\
.SH ENVIRONMENT
.TP
.B COTOOL_METHOD, COTOOL_ANALYZE_LOGS_TOP, COTOOL_VAULT_PROFILE ...
Settings: COTOOL_, the command unless it is consensus, and the name of an option, all in capitals.
An option on the command line overrides them.
.TP
.B COTOOL_HOME
The folder of config.toml, the store of experts, the keyring and the identity.
.TP
.B COTOOL_NUM_THREADS, OMP_NUM_THREADS
The number of threads; all cores by default.
.TP
.B NO_COLOR, FORCE_COLOR
Never use colours, or use them even in a pipe.
.SH FILES
.TP
.I config.toml
Settings, in one table per command, such as [consensus]. cotool config path prints where the file
is, and cotool config show prints the settings in force.
"""
_EXIT = """\
.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
a condition of \\-\\-fail\\-on is met, or files failed in several ways
.TP
.B 2
usage or bad input
.TP
.B 5
a missing extra
.TP
.B 3, 4, 6 to 10
vault: wrong key, changed, cut off, newer version or no vault, hostile header, missing key version,
refused cost
.TP
.B 70
a defect of cotool
.TP
.B 130, 141
Ctrl\\-C; the reader of the output has gone
"""


def pages() -> dict[str, str]:
    """Return the text of each page under its file name."""
    return {
        f"{'-'.join(path)}.1": _page(path, command)
        for path, command in _walk(whole_command(), ("cotool",))
    }


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _walk(inner, (*path, name))


def _page(path: tuple[str, ...], command: Any) -> str:
    name = "-".join(path)
    help_text = re.sub(r"\[/?bold\]", "", inspect.cleandoc(command.help or ""))
    summary, _, more = help_text.partition("\n\n")
    summary = " ".join(summary.split())
    inner = getattr(command, "commands", {})
    arguments = [found for found in command.params if found.param_type_name == "argument"]
    options = [found for found in command.params if found.param_type_name == "option"]
    words = ["[OPTIONS]", *(str(found.metavar) for found in arguments)]
    if inner:
        words = ["COMMAND", "..."]
    lines = [
        '.\\" Written by man/pages.py from the help of the program.',
        f'.TH "{_text(name.upper())}" 1 "" "cotool {__version__}" "cotool"',
        ".SH NAME",
        f"{_text(name)} \\- {_text(summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_text(' '.join(path))}",
        _text(" ".join(words)),
        ".SH DESCRIPTION",
        _text(summary),
    ]
    for paragraph in filter(None, more.split("\n\n")):
        lines += [".PP", _text(" ".join(paragraph.split()))]
    if inner:
        lines.append(".SH COMMANDS")
        for word, found in inner.items():
            help_text = inspect.cleandoc(found.help or "").partition("\n\n")[0]
            lines += [".TP", f".B {_text(word)}", _text(" ".join(help_text.split()))]
    if arguments:
        lines.append(".SH ARGUMENTS")
        for found in arguments:
            lines += [".TP", f".I {_text(str(found.metavar))}", _help_of(found)]
    lines += _options(options)
    lines += _examples(command.epilog or "")
    if len(path) == 1:
        lines += [*_ENVIRONMENT.splitlines(), *_EXIT.splitlines()]
    lines += [".SH SEE ALSO", _see_also(path, inner)]
    return "\n".join(lines) + "\n"


def _options(options: list[Any]) -> Iterator[str]:
    panels: dict[str, list[Any]] = {}
    for found in options:
        if not found.hidden and not {"--install-completion", "--show-completion"} & {*found.opts}:
            panels.setdefault(getattr(found, "rich_help_panel", None) or "Options", []).append(
                found
            )
    if panels:
        yield ".SH OPTIONS"
    for panel, members in panels.items():
        if len(panels) > 1:
            yield f".SS {_text(panel)}"
        for found in members:
            names = ", ".join([*found.opts, *found.secondary_opts])
            value = "" if found.is_flag else f" {found.metavar or found.type.name.upper()}"
            yield from (".TP", f".B {_text(names)}{_text(value)}", _help_of(found))


def _examples(epilog: str) -> Iterator[str]:
    calls = [
        re.sub(r"^Examples?:\s*", "", line).strip()
        for line in epilog.splitlines()
        if "cotool " in line and not line.startswith("Tab completion")
    ]
    if calls:
        yield ".SH EXAMPLES"
    for call in calls:
        yield from (".PP", ".nf", _text(call), ".fi")


def _see_also(path: tuple[str, ...], inner: dict[str, Any]) -> str:
    names = ["-".join([*path, word]) for word in inner]
    if len(path) > 1:
        names.insert(0, "-".join(path[:-1]))
    return ", ".join(f"\\fB{_text(name)}\\fR(1)" for name in names)


def _help_of(parameter: Any) -> str:
    """Return what an option or argument does, without the signs that rich would need."""
    return _text((parameter.help or "").replace("\\[", "["))


def _text(text: str) -> str:
    """Return text that roff prints as it is."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    escaped = "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in escaped)
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


def main() -> None:
    """Write the pages, and take away those of commands that are gone."""
    wanted = pages()
    for old in FOLDER.glob("*.1"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
