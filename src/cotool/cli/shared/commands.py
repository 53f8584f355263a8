"""Commands as they are declared, and calls that are read without Typer.

Most calls consist of a command, its arguments, and options by their full names. `plain_call` reads
these; Typer reads all others and does the rest: help, mistakes, completion, settings. Both give a
command the same values. Without Typer, a start takes 15 ms less of 65 (CPU).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, wraps
from importlib import import_module
from types import NoneType, UnionType

from cotool._records import NamedTuple, fields, is_record
from cotool._typing import TYPE_CHECKING, Any, TypeVar
from cotool.cli.shared.options import Declared, MadeOf
from cotool.cli.shared.settings import is_anything_set, setting_name
from cotool.errors import CotoolError

if TYPE_CHECKING:
    Function = TypeVar("Function", bound=Callable[..., Any])
    WholeCommand = Callable[[], Any]


class Given(NamedTuple):
    """The call of a command, for a parameter with this annotation."""

    parameters: frozenset[str]  # those on the command line
    words: tuple[str, ...]  # what follows the name of the command
    whole: WholeCommand  # returns Click's command with all others in it


class App:
    """A group of commands and of other groups, with Typer's settings of each.

    homes: modules by the words that call their commands and groups. Each has an `app` with these.
    """

    def __init__(self, homes: Mapping[str, str] | None = None, **settings: Any) -> None:
        self.settings = settings
        self.commands: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {}
        self.groups: dict[str, App] = {}
        self._homes = homes or {}

    def command(self, name: str, **settings: Any) -> Callable[[Function], Function]:
        """Register a function as a command, which ends with 0 unless the function returns a code.

        A call of the command returns the work, so that it runs outside Typer.
        """

        def registered(command: Function) -> Function:
            @wraps(command)
            def called(*values: Any, **named: Any) -> Callable[[], int]:
                return lambda: command(*values, **named) or 0

            self.commands[name] = called, settings
            return command

        return registered

    def group(self, name: str, **settings: Any) -> App:
        """Register a group, and return it."""
        self.groups[name] = App(**settings)
        return self.groups[name]

    def load(self, words: Sequence[str] = ()) -> App:
        """Load the modules of the command that `words` call, or else of all; return the group."""
        called, *rest = words or ("",)
        homes = {home: [*names.split()] for home, names in self._homes.items()}
        wanted = [home for home, names in homes.items() if called in names]
        for home in wanted or homes:
            loaded = import_module(home).app
            # In the order of the homes, also if some were loaded before.
            for own, more in ((self.commands, loaded.commands), (self.groups, loaded.groups)):
                for name in more:
                    own.pop(name, None)
                own.update(more)
        for group in self.groups.values():
            group.load(rest)
        return self


class CommandParameter(NamedTuple):
    """A parameter of a command; `...` is the default of one that must be given."""

    name: str
    annotation: Any
    declared: Declared
    default: Any


class Interface:
    """The parameters of a command, with the fields of each class of options in its place.

    Whatever their order in the class, the options for how a command runs are the last ones.
    """

    def __init__(self, command: Callable[..., Any]) -> None:
        self._command = command
        self._made: dict[str, tuple[MadeOf, list[str]]] = {}
        self._given: str | None = None
        self.parameters: list[CommandParameter] = []
        for name, annotation, default in _signature(command):
            made = _made_of(annotation)
            if annotation is Given:
                self._given = name
            elif made is not None:
                own = sorted(fields(made.options), key=_is_of_run)
                types = _types_of(*reversed(made.options.__mro__))
                self._made[name] = made, [each.name for each in own]
                for each in own:
                    option, type_ = each.metadata["option"], types[each.name]
                    self.parameters.append(
                        CommandParameter(each.name, type_, option, option.default)
                    )
            elif isinstance(default, Declared):
                self.parameters.append(CommandParameter(name, annotation, default, default.default))
            else:
                (argument,) = annotation.__metadata__
                self.parameters.append(
                    CommandParameter(name, annotation.__origin__, argument, default)
                )

    def call(self, values: dict[str, Any], given: Given) -> Any:
        """Call the command with the values of its parameters; return its work."""
        for name, (made, names) in self._made.items():
            options = made.options(**{each: values.pop(each) for each in names})
            values[name] = made.make(options, given.parameters)
        if self._given is not None:
            values[self._given] = given
        return self._command(**values)

    def read(self, words: Sequence[str]) -> tuple[dict[str, Any], frozenset[str]] | None:
        """Return the values of a plain call and the names of those given; None for another call."""
        found = self._options(words)
        if found is None:
            return None
        values, rest = found
        for parameter in self.parameters:
            if not parameter.declared.names and rest:
                if _is_list(parameter.annotation):
                    values[parameter.name], rest = rest, []
                else:
                    values[parameter.name], *rest = rest
        if rest:
            return None
        given = frozenset(values)
        for name, annotation, declared, default in self.parameters:
            value = values.get(name, default)
            if value is ...:
                return None
            try:
                if name in given and declared.metavar is not None:
                    kind = _required(annotation)
                    value = [*map(kind.__args__[0], value)] if _is_list(kind) else kind(value)
                values[name] = declared.converted(value, name)
            except (CotoolError, ValueError):
                return None
        return values, given

    def _options(self, words: Sequence[str]) -> tuple[dict[str, Any], list[str]] | None:
        """Return the values of options as they are given, and the other words."""
        known = {
            name: (parameter, n == 0)
            for parameter in self.parameters
            for names in parameter.declared.names
            for n, name in enumerate(names.split("/"))
        }
        values: dict[str, Any] = {}
        rest: list[str] = []
        upcoming = iter(words)
        for word in upcoming:
            if word == "-" or not word.startswith("-"):
                rest.append(word)
                continue
            name, sign, value = word.partition("=") if word.startswith("--") else (word, "", "")
            if name not in known or os.path.lexists(word):
                return None
            parameter, is_on = known[name]
            if parameter.declared.metavar is None:
                if sign:
                    return None
                values[parameter.name] = is_on
                continue
            value = value if sign else next(upcoming, "--")
            if value.startswith("-") and value != "-":
                return None
            if _is_list(parameter.annotation):
                values.setdefault(parameter.name, []).append(value)
            else:
                values[parameter.name] = value
        return values, rest


def plain_call(app: App, words: Sequence[str], whole: WholeCommand) -> Callable[[], Any] | None:
    """Return a call of the command that the words name, which returns its work.

    None if only Typer understands the words, or if there are settings.
    """
    table = next(iter(words), "")
    group: App | None = app
    while group is not None:
        app, (name, *words) = group, words or [""]
        group = app.groups.get(name)
    if name not in app.commands:
        return None
    interface = Interface(app.commands[name][0])
    read = interface.read(words)
    settings = (setting_name(each.declared.names) for each in interface.parameters)
    if read is None or is_anything_set(table, settings):
        return None
    values, given = read
    return partial(interface.call, values, Given(given, tuple(words), whole))


def _signature(command: Callable[..., Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield each parameter's name, annotation and default, without `inspect`, which takes 4 ms."""
    own: Any = command
    while hasattr(own, "__wrapped__"):
        own = own.__wrapped__
    annotations = _types_of(own)
    code = own.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = own.__defaults__ or ()
    known = dict(zip(names[code.co_argcount - len(defaults) :], defaults, strict=False))
    known |= own.__kwdefaults__ or {}
    for name in names:
        yield name, annotations[name], known.get(name, ...)


def _types_of(*owners: Any) -> dict[str, Any]:
    """Return the types by name that a function, or classes, are annotated with."""
    return {
        name: eval(type_, vars(sys.modules[owner.__module__])) if isinstance(type_, str) else type_  # noqa: S307
        for owner in owners
        for name, type_ in getattr(owner, "__annotations__", {}).items()
    }


def _made_of(annotation: Any) -> MadeOf | None:
    for note in getattr(annotation, "__metadata__", ()):
        if isinstance(note, MadeOf):
            return note
    if isinstance(annotation, type) and is_record(annotation):
        return MadeOf(annotation, lambda given, _: given)
    return None


def _is_of_run(field: Any) -> bool:
    return bool(field.metadata["option"].panel == "Run")


def _required(annotation: Any) -> Any:
    """Return the type of a value that is not None."""
    if isinstance(annotation, UnionType):
        (annotation,) = (each for each in annotation.__args__ if each is not NoneType)
    return annotation


def _is_list(annotation: Any) -> bool:
    return getattr(_required(annotation), "__origin__", None) is list
