"""One table of config.toml as the `default_map` of a Click command."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Iterator, Sequence
from functools import cached_property

from cotool._typing import TYPE_CHECKING, Any
from cotool.cli.shared.settings import config_path, read_config
from cotool.errors import InputError, unknown

if TYPE_CHECKING:
    from cotool.cli.shared.commands import WholeCommand

# Options that describe a single call, for which a setting makes no sense.
_ONLY_CALLED = {"debug", "demo", "explain_input", "table"}


class Configured(UserDict[str, object]):
    """One table of the config file as Click's `default_map`, read when Click first asks.

    A table may have keys for any command of its group: `cotool vault verify` accepts a file that
    sets `armor` for `cotool vault encrypt`.
    """

    def __init__(self, table: str, parameters: Sequence[Any], whole: WholeCommand) -> None:
        self._table = table
        self._whole = whole
        self._parameters = {found.name: found for found in parameters}
        self._keys: dict[str, str] = {}

    def label(self, name: str) -> str:
        """Return the name of an option in the file."""
        return f"[{self._table}] {self._keys.get(name, name)}"

    @cached_property
    def data(self) -> dict[str, object]:  # type: ignore[override]
        """The values by the names of parameters."""
        values = {}
        names = option_names(self._parameters.values())
        for key, value in read_config().get(self._table, {}).items():
            name = names.get(key.replace("-", "_"))
            if name is None:
                self._check(key)
                continue
            self._keys[name] = key
            where = f"{config_path()}: {self.label(name)}"
            values[name] = _from_toml(self._parameters[name], value, where)
        return values

    def _check(self, key: str) -> None:
        """Raise InputError if no command of the table has an option of this name."""
        whole = self._whole()
        inner = getattr(whole, "commands", {}).get(self._table, whole)
        known: dict[str, str] = {}
        for _, command in commands_of(inner, (self._table,)):
            known |= option_names(command.params)
        if key.replace("-", "_") not in known:
            message = f"{config_path()}: unknown key {key!r} in [{self._table}]"
            raise unknown(key.replace("-", "_"), known, message=message)


def option_names(parameters: Any) -> dict[str, str]:
    """Return the names of parameters by the long names of their options, "_" for "-"."""
    return {
        option[2:].replace("-", "_"): found.name
        for found in parameters
        if is_settable(found)
        for option in found.opts
        if option.startswith("--")
    }


def commands_of(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command of a group with the words that call it; a command yields itself."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, found in inner.items():
        yield from commands_of(found, (*path, name))


def _from_toml(parameter: Any, value: object, where: str) -> object:
    """Return a value of the file as the command line would give it."""
    if parameter.is_flag:
        if not isinstance(value, bool):
            raise InputError(f"{where}: expected true or false, got {value!r}")
        return value
    names_file = {*(parameter.metavar or "").split()} & {"FILE", "PATH"}
    if names_file and not isinstance(value, (str, list) if parameter.multiple else str):
        raise InputError(f"{where}: expected a name in quotation marks, got {value!r}")
    if parameter.multiple and isinstance(value, dict):
        return [f"{key}={_scalar(inner, where)}" for key, inner in value.items()]
    values = [_scalar(inner, where) for inner in (value if isinstance(value, list) else [value])]
    if parameter.multiple:
        return values
    if not isinstance(value, list):
        return values[0]
    import csv
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


def _scalar(value: object, where: str) -> str:
    import datetime as dt

    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise InputError(f"{where}: expected a string or a number, got {value!r}")


def is_settable(parameter: Any) -> bool:
    """Return whether variables and the config file may set a parameter."""
    return parameter.param_type_name == "option" and parameter.name not in _ONLY_CALLED
