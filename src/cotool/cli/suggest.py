"""Hints with the right command for input that was mistyped."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING, Any
from cotool.cli.contents import contents_of
from cotool.errors import nearest

if TYPE_CHECKING:
    from cotool.cli.contents import Contents
    from cotool.cli.shared.commands import WholeCommand

# Names that other tools use or that people try.
_OTHER_NAMES = {
    "analyse-logs": "analyze-logs",
    "analyze": "analyze-logs",
    "analyse": "analyze-logs",
    "logs": "analyze-logs",
    "log": "analyze-logs",
    "agree": "consensus",
    "vote": "consensus",
    "answers": "consensus",
    "crypt": "vault encrypt",
    "keyring": "vault keys",
    "identity": "vault identity",
    "recipients": "vault identity",
    "benchmark": "bench run",
    "settings": "config show",
    "expert": "experts",
    "trust": "experts list",
    "help": "--help",
    "version": "--version",
    "completion": "--install-completion",
    "demo": "consensus --demo",
    "report": "consensus --format html",
    "init": "vault keys init",
}
# The same within a group: words after its name.
_OTHER_COMMANDS = {
    ("vault", "list"): "keys list",
    ("vault", "init"): "keys init",
    ("vault", "run"): "exec",
    ("vault", "keygen"): "identity init",
    ("vault", "recipient"): "identity show",
    ("config", "list"): "show",
    ("config", "get"): "show",
    ("config", "set"): "path",
}
# Options of other tools, and the equivalent arguments here.
_OTHER_OPTIONS = {
    "--html": "-o",
    "--grep": "-e",
    "--regex": "-e",
    "--errors": "--level error",
    "--warnings": "--level warning",
    "--password": "--passphrase",
    "--csv": "--format csv",
    "--yaml": "--format json",
    "--verbose": "--debug",
    "-v": "--version",
    "-V": "--version",
}
_READERS: dict[Contents, tuple[str, str]] = {
    "answers": ("experts' answers", "cotool consensus"),
    "log": ("a log", "cotool analyze-logs"),
    "vault": ("a vault file", "cotool vault decrypt"),
    "folder": ("a folder", "cotool analyze-logs -r"),
}
_EXTENSIONS: dict[str, Contents] = {
    ".log": "log", ".json": "answers", ".jsonl": "answers", ".csv": "answers", ".tsv": "answers",
    ".vault": "vault",
}  # fmt: skip
_NO_OPTION = lazy_pattern(r"No such option: (\S+)")
_EXAMPLE = lazy_pattern(r"cotool [^\n]*")


def usage_hint(error: Exception, arguments: Sequence[str], whole: WholeCommand) -> str:
    """Return the command that was meant, or an example of the one that was called.

    `error` is Click's UsageError; `whole` returns the command with all others in it.
    """
    message = error.format_message()  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    if context is not None:
        command, path = context.command, context.command_path
    else:  # parsing stopped at an option without its value
        command, path = _called(arguments, whole())
    if message.startswith("No such command "):
        words = [word for word in arguments if message.startswith(f"No such command {word!r}")]
        hint = _for_word(words[0], arguments, command, whole()) if words else None
        return hint or f"{path} --help lists the commands"
    option = _NO_OPTION.match(message)
    if option and option[1] in _OTHER_OPTIONS:
        meant = _OTHER_OPTIONS[option[1]].split()
        known = {name for found in command.params for name in found.opts}
        if meant[0] in known:
            place = arguments.index(option[1]) if option[1] in arguments else len(arguments)
            call = _call([*arguments[:place], *meant, *arguments[place + 1 :]])
            return f"did you mean: {call}"
    if option:
        near = _nearest_option(option[1], error, command)
        if near:
            return f"did you mean: {_call(_replaced(arguments, option[1], near))}"
    example = _EXAMPLE.search(command.epilog or "")
    lists = f"{path} --help lists the options"
    return f"for example: {example[0]}; {lists}" if example and not option else lists


def _called(arguments: Sequence[str], whole: Any) -> tuple[Any, str]:
    """Return the command that the first words name, and these words."""
    command, path = whole, "cotool"
    for word in arguments:
        inner = getattr(command, "commands", {}).get(word)
        if inner is None:
            break
        command, path = inner, f"{path} {word}"
    return command, path


# The commands of the vault that read folders.
_RECURSIVE = frozenset(
    ("encrypt", "decrypt", "verify", "inspect", "rewrap", "reencrypt", "sign", "import-age")
)


def file_hint(arguments: Sequence[str], message: str, own: str | None = None) -> str | None:
    """Return the call that was meant if an error names a file of the arguments, else `own`.

    The file may be mistyped, a folder, or for another command. `own` is the error's hint. What the
    file looks like is a guess, so it comes after that hint.
    """
    for word in arguments[1:]:
        if word.startswith("-") or not message.startswith((f"{word}: ", f"{word}, ")):
            continue
        # Unlike the methods of Path, these are false for a name that is too long to exist.
        if not os.path.exists(word):  # noqa: PTH110
            near = _nearest_file(word)
            if near is None or near == word:  # a link to nothing
                return own
            return f"did you mean: {_call(_replaced(arguments, word, near))}"
        if os.path.isdir(word):  # noqa: PTH112
            return _for_folder(word, arguments) or own
        # The vault accepts all kinds of files.
        other = None if arguments[0] == "vault" else other_reader(word, arguments[0])
        return f"{own}; or, {other}" if own and other else other or own
    return own


def _nearest_file(path: str) -> str | None:
    """Return a file in the same folder with nearly the same name as a missing path."""
    folder = Path(path).parent
    try:
        names = sorted(found.name for found in folder.iterdir())
    except OSError:
        return None
    near = nearest(Path(path).name, names)
    return str(folder / near) if near else None


def _for_folder(folder: str, arguments: Sequence[str]) -> str | None:
    if arguments[arguments.index(folder) - 1].startswith("--"):
        return None  # the value of an option
    if arguments[0] == "analyze-logs" or (
        arguments[0] == "vault"
        and arguments[1] in _RECURSIVE
        and not {"-r", "--recursive"} & {*arguments}
    ):
        return f"read the files in it: {_call([*arguments, '-r'])}"
    for pattern in ("*.json", "*.jsonl", "*.csv", "*.tsv"):
        if arguments[0] == "consensus" and any(Path(folder).glob(pattern)):
            return f"pass the files in it: cotool consensus {_pasted(folder)}/{pattern}"
    return None


def other_reader(path: str, called: str) -> str | None:
    """Return a sentence with the right command if `path` is not for the one `called`."""
    found = contents_of(path)
    if found is None or found == "folder":
        return None
    what, reader = _READERS[found]
    if reader.split()[1] == called:
        return None
    return f"{path} looks like {what}: {reader} {_pasted(path)}"


def _for_word(word: str, arguments: Sequence[str], group: Any, whole: Any) -> str | None:
    """Return what was meant by a word in place of a command of `group`."""
    top = group.name == "cotool"
    place = arguments.index(word)
    if top and word == "help" and len(arguments) > place + 1:
        return f"did you mean: {_call([*arguments[place + 1 :], '--help'])}"
    inner = _OTHER_COMMANDS.get((str(group.name), word))
    if inner:
        return f"did you mean: {_call([*arguments[:place], *inner.split()])}"
    if top and (os.path.exists(word) or Path(word).suffix in _EXTENSIONS or word == "-"):  # noqa: PTH110
        return _for_file(word, arguments)
    if top:
        known = {name: name for name in whole.commands} | _subcommands(whole) | _OTHER_NAMES
    else:
        known = {name: name for name in group.commands}
    near = word if word in known else nearest(word, known)
    if near:
        place = arguments.index(word)
        meant = [*arguments[:place], *known[near].split(), *arguments[place + 1 :]]
        return f"did you mean: {_call(meant)}"
    elsewhere = {} if top else {name: name for name in whole.commands} | _subcommands(whole)
    if word in elsewhere:
        rest = arguments[arguments.index(word) + 1 :]
        return f"did you mean: {_call([*elsewhere[word].split(), *rest])}"
    return None


def _for_file(word: str, arguments: Sequence[str]) -> str:
    exists = os.path.exists(word)  # noqa: PTH110
    found = contents_of(word) if exists else _EXTENSIONS.get(Path(word).suffix)
    if found is None:
        return (
            f"a command must come first: cotool analyze-logs {_pasted(word)}, "
            f"or cotool consensus {_pasted(word)}"
        )
    what, reader = _READERS[found]
    call = _call([*reader.split()[1:], *arguments])
    if not exists:
        return f"a command must come first, and {word} does not exist: {call}"
    return f"{word} looks like {what}: {call}"


def _subcommands(whole: Any) -> dict[str, str]:
    """Return the commands of the groups under their bare names, those of the vault first."""
    found: dict[str, str] = {}
    for group in ("vault", "experts", "bench"):
        for name in whole.commands[group].commands:
            found.setdefault(name, f"{group} {name}")
    return found


def _nearest_option(option: str, error: Exception, command: Any) -> str | None:
    near: Sequence[str] | None = getattr(error, "possibilities", None)
    return near[0] if near else nearest(option, [n for one in command.params for n in one.opts])


def _replaced(arguments: Sequence[str], word: str, meant: str) -> list[str]:
    """Return the arguments with the first `word`, alone or before an "=", replaced."""
    for place, given in enumerate(arguments):
        name, sign, value = given.partition("=")
        if given == word or (sign and name == word):
            new = [meant] if given == word else [f"{meant}={value}"]
            return [*arguments[:place], *new, *arguments[place + 1 :]]
    return list(arguments)


def _call(arguments: Sequence[str]) -> str:
    return shlex.join(["cotool", *arguments])


def _pasted(path: str) -> str:
    """Return a path as a shell reads it, and not as an option."""
    path = f"./{path}" if path.startswith("-") else path
    if path.isprintable():
        return shlex.quote(path)
    text = path.replace("\\", "\\\\").replace("'", "\\'")
    data = "".join(
        letter if letter.isprintable() else "".join(f"\\x{b:02x}" for b in os.fsencode(letter))
        for letter in text
    )
    return f"$'{data}'"
