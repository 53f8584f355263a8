"""Options for commands: with a value, or without.

An option is the default of a command's parameter, or of a field in a class of options:

    output: str | None = option("Output", "Write to a file.", "--output -o FILE")
"""

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, dataclass_transform

import typer
from typer.models import OptionInfo

from cotool._lazy import lazy_pattern
from cotool._records import dataclass
from cotool.errors import InputError


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
    complete = callback = None
    if words:

        def complete(incomplete: str) -> list[str]:
            known = words() if callable(words) else words
            return [word for word in known if word.startswith(incomplete)]

    if convert is None and metavar in {"FILE", "PATH"}:
        convert = _named
    if convert is not None:

        def callback(param: typer.CallbackParam, value: Any) -> Any:
            return value if value in (None, (), []) else convert(value, str(param.name))

    return typer.Option(
        default,
        *flags,
        help=text,
        metavar=metavar,
        rich_help_panel=panel,
        autocompletion=complete,
        callback=callback,
        show_default=False,
    )


def _named(value: str | list[str], name: str) -> str | list[str]:
    """Return a path or several. An empty one, as of an unset variable, is not a path left out."""
    if "" in ([value] if isinstance(value, str) else value):
        raise InputError(
            "the name of the file is empty", parameter=name, hint="is a variable in it empty?"
        )
    return value


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
        raise InputError(
            f"{value!r} is not one of {', '.join(known)}",
            parameter=name,
            hint=nearest(value, known),
        )

    return convert


def nearest(word: str, known: Sequence[str]) -> str:
    """Return a hint: the known word that is nearest to `word`, else all that are known."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def flag(panel: str, text: str, names: str, *, default: bool | None = False) -> Any:
    """Return an option without a value, such as "--force -f"."""
    return typer.Option(
        default, *names.split(), help=text, rich_help_panel=panel, show_default=False
    )


@dataclass_transform(frozen_default=True, kw_only_default=True)
def option_class(cls: type[Any]) -> Any:
    """Make a class of options: a frozen dataclass, whose fields have the options' defaults."""
    for name, given in [*vars(cls).items()]:
        if isinstance(given, OptionInfo):
            setattr(cls, name, dataclasses.field(default=given.default, metadata={"option": given}))
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


class MadeOf(NamedTuple):
    """How a parameter of a command is made of a class of options: Annotated[T, MadeOf(…)]."""

    options: Any
    make: Callable[[Any], Any]


def with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of each parameter that is a class of options, or made of one.

    They take the parameter's place. Whatever their order in the class, the options for how a
    command runs are the last ones.
    """
    own = inspect.signature(command, eval_str=True)
    parameters: list[inspect.Parameter] = []
    classes: dict[str, tuple[MadeOf, list[str]]] = {}
    keyword = inspect.Parameter.KEYWORD_ONLY
    for name, parameter in own.parameters.items():
        made = _made_of(parameter.annotation)
        if made is None:
            parameters.append(parameter.replace(kind=keyword))
            continue
        fields = sorted(dataclasses.fields(made.options), key=_is_of_run)
        classes[name] = made, [each.name for each in fields]
        parameters += [
            inspect.Parameter(
                each.name, keyword, default=each.metadata["option"], annotation=each.type
            )
            for each in fields
        ]
    if not classes:
        return command

    @functools.wraps(command)
    def wrapper(**values: Any) -> Any:
        for name, (made, names) in classes.items():
            values[name] = made.make(made.options(**{each: values.pop(each) for each in names}))
        return command(**values)

    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def _made_of(annotation: Any) -> MadeOf | None:
    for note in getattr(annotation, "__metadata__", ()):
        if isinstance(note, MadeOf):
            return note
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return MadeOf(annotation, lambda given: given)
    return None


def _is_of_run(field: Any) -> bool:
    return bool(field.metadata["option"].rich_help_panel == "Run")


MOST_THREADS = 1024


def _threads(number: int, name: str) -> int:
    if 1 <= number <= MOST_THREADS:
        return number
    raise InputError(
        f"expected a whole number from 1 to {MOST_THREADS}, got {number}", parameter=name
    )


THREADS = option(
    "Run", "Threads to use; all cores by default.", "--threads -t NUMBER", convert=_threads
)
QUIET = flag("Run", "Print nothing but errors.", "--quiet -q")
NO_PROGRESS = flag("Run", "Do not show a progress bar.", "--no-progress")
DEBUG = flag("Run", "Show the traceback of an error.", "--debug")
