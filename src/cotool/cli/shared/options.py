"""Options and arguments of commands, as they are declared.

An option is the default of a command's parameter, or of a field in a class of options:

    output: str | None = option("Output", "Write to a file.", "--output -o FILE")

An argument is part of a parameter's annotation:

    file: Annotated[str, argument("FILE", "A vault file.")]
"""

import functools
import os
import re
from collections.abc import Callable, Sequence

from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple, dataclass, field
from cotool._typing import Any, dataclass_transform
from cotool.engine import check_threads
from cotool.errors import InputError, unknown, why_unreadable


class Declared(NamedTuple):
    """An option, or an argument, which has no names."""

    text: str
    names: tuple[str, ...] = ()
    default: Any = None
    panel: str | None = None
    metavar: str | None = None
    complete: Callable[[str], list[str]] | None = None
    convert: Callable[[Any, str], Any] | None = None

    def converted(self, value: Any, name: str) -> Any:
        """Return the value of the parameter `name` for the command. Raises InputError."""
        if self.convert is None or value is None or value in ((), []):
            return value
        return self.convert(value, name)


def argument(
    metavar: str,
    text: str,
    complete: Callable[[str], list[str]] | None = None,
    *,
    convert: Callable[[Any, str], object] | None = None,
) -> Declared:
    """Return an argument, whose help is `text`; `convert` is as for options."""
    if convert is None and ("FILE" in metavar or "PATH" in metavar):
        convert = named_file
    return Declared(text, metavar=metavar, complete=complete, convert=convert)


def option(
    panel: str,
    text: str,
    names: str,
    *,
    default: Any = None,
    words: Any = None,
    convert: Callable[[Any, str], object] | None = None,
) -> Any:
    """Return an option with a value, such as "--output -o FILE", whose help is `text`.

    words: its completions, or a function that returns them. convert: takes the given value and the
    parameter's name; returns the value for the command, or raises InputError. default: `...` for an
    option that must be given.
    """
    *flags, metavar = names.split()
    complete = None
    if words:

        def complete(incomplete: str) -> list[str]:
            known = words() if callable(words) else words
            return [word for word in known if word.startswith(incomplete)]

    if convert is None and metavar in {"FILE", "PATH"}:
        convert = named_file
    return Declared(text, tuple(flags), default, panel, metavar, complete, convert)


def named_file(value: str | list[str], name: str) -> str | list[str]:
    """Return a path or several. An empty one, as of an unset variable, is not a path left out."""
    paths = [value] if isinstance(value, str) else value
    if "" in paths:
        raise InputError(
            "the file name is empty", parameter=name, hint="check the shell variables in it"
        )
    if any("\0" in path for path in paths):  # of a setting
        raise InputError("the file name has a zero byte", parameter=name)
    return value


def own_file(value: str, name: str) -> str:
    """Return the name of a file that the program keeps, and makes at first: - is no such name."""
    named_file(value, name)
    if value == "-":
        raise InputError("needs a file; ./- is a file with this name", parameter=name)
    return value


def existing_file(value: str | list[str], name: str) -> str | list[str]:
    """Return a path or several. Raises InputError if there is nothing at one of them."""
    named_file(value, name)
    for path in [value] if isinstance(value, str) else value:
        try:
            os.stat(path)  # noqa: PTH116 - faster
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: {why_unreadable(error)}", parameter=name) from None
    return value


input_file = functools.partial(option, convert=existing_file)

_SIZE = lazy_pattern(r"(\d{1,15}(?:\.\d{1,3})?)\s?(?:([kMGT])(i?))?B?", re.IGNORECASE)


def size_in_bytes(value: str, name: str) -> int:
    """Return the number of bytes that a size such as 500MB or 4GiB means."""
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        raise InputError(
            f"{value!r} is not a size", parameter=name, hint="write it as 500MB, 4GiB or in bytes"
        )
    power = " kmgt".index((match[2] or " ").lower())
    return int(float(match[1]) * (1024 if match[3] else 1000) ** power)


def one_of(known: Sequence[str]) -> Callable[[str, str], str]:
    """Return a converter that takes one of the words that are known."""

    def convert(value: str, name: str) -> str:
        if value in known:
            return value
        raise unknown(value, known, name)

    return convert


def flag(panel: str, text: str, names: str, *, default: bool | None = False) -> Any:
    """Return an option without a value, such as "--force -f"."""
    return Declared(text, tuple(names.split()), default, panel)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def option_class(cls: type[Any]) -> Any:
    """Make a class of options: a frozen dataclass, whose fields have the options' defaults."""
    for name, given in [*vars(cls).items()]:
        if isinstance(given, Declared):
            setattr(cls, name, field(default=given.default, metadata={"option": given}))
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


class MadeOf(NamedTuple):
    """How a parameter of a command is made of a class of options: Annotated[T, MadeOf(…)].

    `make` gets the options, and the names of the parameters that are on the command line.
    """

    options: Any
    make: Callable[[Any, frozenset[str]], Any]


def _threads(number: int, name: str) -> int:
    check_threads(number, name)
    return number


THREADS = option(
    "Run", "Threads to use; all cores by default.", "--threads -t NUMBER", convert=_threads
)
QUIET = flag("Run", "Print nothing but errors.", "--quiet -q")
NO_PROGRESS = flag("Run", "Do not show a progress bar.", "--no-progress")
DEBUG = flag("Run", "Show the traceback of an error.", "--debug")
