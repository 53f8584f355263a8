"""`cotool config`: settings and their sources."""

import os
import sys
from collections.abc import Iterator
from itertools import groupby

from cotool._records import NamedTuple
from cotool._typing import Any
from cotool.cli.shared.commands import App, Given
from cotool.cli.shared.configured import commands_of, is_settable
from cotool.cli.shared.exit_codes import BAD_INPUT
from cotool.cli.shared.options import flag
from cotool.cli.shared.say import say_error
from cotool.cli.shared.settings import (
    TABLES,
    config_path,
    setting_name,
    store_path,
    variables,
)
from cotool.errors import InputError

app = App()
commands = app.group(
    "config",
    no_args_is_help=True,
    help="Show the settings and where each comes from: variable, file or default.",
    epilog="""Examples:

cotool config show

COTOOL_METRIC=tfidf cotool config show --set

cotool config path
""",
)

# The defaults of variables that no config file can replace.
_VARIABLES = {
    "COTOOL_HOME": "the user's own folders",
    "COTOOL_KEYRING": "keyring.vault in the user's data folder",
    "COTOOL_KEY_FILE": "none",
    "COTOOL_IDENTITY": "identity.vault in the user's data folder",
    "COTOOL_PASSPHRASE_FILE": "none: asked for",
    "COTOOL_WRAP_COMMAND": "none",
    "COTOOL_STORE": "experts.db in the user's data folder",
    "COTOOL_NUM_THREADS": "all cores",
    "COTOOL_CPU": "the best of this machine",
    "OMP_NUM_THREADS": "all cores",
}


# The defaults of settings without a value.
_UNSET = {
    "threshold": "chosen from the data",
    "weight": "1 for each expert",
    "topic_key": "none: no topics",
    "half_life": "the setting of the store, else none",
    "expert_columns": "recognised",
    "question_columns": "recognised",
    "threads": "all cores",
}


_DEFAULTS = {"format": "table"}  # if Typer has none, because other options decide


class _Setting(NamedTuple):
    name: str
    value: object
    source: str
    problem: str | None = None
    command: str | None = None
    variables: tuple[str, ...] = ()


@commands.command("show", epilog="Example:  cotool config show --set")
def show(
    *,
    only_set: bool = flag("Output", "Show only what is set, without defaults.", "--set"),
    json: bool = flag("Output", "Write one JSON object to standard output.", "--json"),
    given: Given,
) -> int:
    """Show each setting with its value and source.

    An option of a command overrides a COTOOL_* variable, which overrides config.toml, which
    overrides the default.
    """
    rows = [row for row in _rows(given) if not (only_set and row.source == "default")]
    if json:
        from json import dumps

        document = {
            "schema": "cotool.config/1",
            "path": str(config_path()),
            "exists": config_path().is_file(),
            "settings": [_plain(row) for row in rows if row.command in {None, "consensus"}],
            "commands": {
                table: [_plain(row) for row in rows if row.command == table] for table in TABLES
            },
        }
        print(dumps(document, indent=2, ensure_ascii=False))
    else:
        _print_table(rows)
    bad = [row for row in rows if row.problem]
    for row in bad:
        say_error(str(row.problem))
    return BAD_INPUT if bad else 0


def _plain(row: _Setting) -> dict[str, object]:
    values = row._asdict()
    del values["command"]
    return values


@commands.command("path", epilog='Example:  $EDITOR "$(cotool config path)"')
def path() -> None:
    """Print the path of config.toml, whether the file exists or not."""
    print(config_path())


def _rows(given: Given) -> Iterator[_Setting]:
    """Yield a row for each option of each command. Raises InputError for a broken file.

    This imports every command, 0.2 s: options are declared only in the modules of their commands.
    """
    from cotool.cli.shared.by_typer import traced_context

    for table, group in given.whole().commands.items():
        if table not in TABLES:
            continue
        seen: set[str] = set()
        for words, command in commands_of(group, (table,)):
            context = traced_context(command, words, given.whole)
            for option in command.params:
                name = setting_name(option.opts)
                if is_settable(option) and name not in seen:
                    seen.add(name)
                    yield _traced(table, option, context)._replace(
                        name=name, variables=tuple(variables(table, name))
                    )
    for name, default in _VARIABLES.items():
        value = os.environ.get(name)
        yield _Setting(name, value or default, name if value else "default", variables=(name,))


def _traced(table: str, option: Any, context: Any) -> _Setting:
    from cotool.cli.shared.by_typer import BadParameter, source_of

    value, source = option.consume_value(context, {})
    context.set_parameter_source(option.name, source)
    place = source_of(context, option)
    if place.startswith("-"):
        default = _DEFAULTS.get(option.name, option.get_default(context))
        return _Setting(option.name, default, "default", command=table)
    shown = place if place.startswith("COTOOL_") else config_path().name
    try:
        converted = option.process_value(context, value)
    except BadParameter as error:
        return _Setting(option.name, value, shown, f"{place}: {error.message}", table)
    except InputError as error:
        return _Setting(option.name, value, shown, f"{place}: {error.args[0]}", table)
    if isinstance(converted, list) and all(isinstance(pair, tuple) for pair in converted):
        converted = dict(converted)
    return _Setting(option.name, converted, shown, command=table)


def _print_table(rows: list[_Setting]) -> None:

    from cotool.cli.shared.layout import Text
    from cotool.cli.shared.screen import Screen, fitted
    from cotool.text import one_line

    screen = Screen(sys.stdout)
    there = "" if config_path().is_file() else " (not there)"
    screen.print(Text(f"config file: {one_line(str(config_path()))}{there}"), Text())
    if not rows:
        screen.print(Text("nothing is set: the defaults apply"))
        return
    name_width = max(len("setting"), *(len(row.name) for row in rows))
    source_width = max(len("from"), *(len(one_line(row.source)) for row in rows))
    source_width = min(source_width, max(24, screen.width // 3))
    room = max(12, screen.width - name_width - source_width - 4)
    screen.print(Text(f"{'setting':<{name_width}}  {'value':<{room}}  from", style="bold"))
    for command, section in groupby(rows, key=lambda row: row.command):
        screen.print(Text(), Text(f"cotool {command}" if command else "variables", style="bold"))
        for row in section:
            value = fitted(one_line(_shown(row)), room)
            style = "red" if row.problem else "dim" if row.source == "default" else ""
            source = fitted(one_line(row.source), source_width)
            line = f"{row.name:<{name_width}}  {value}  {source}"
            screen.print(Text(line, style=style, no_wrap=True))
    screen.print(Text(), Text("An option of a command overrides all of these.", style="dim"))
    screen.flush()


def _shown(row: _Setting) -> str:
    if row.value is None and row.name == "store":
        return (
            f"none; --learn: {store_path(None)}" if row.command == "consensus" else store_path(None)
        )
    if row.value is None or row.value in ((), []):
        recognised = row.name.endswith("_key") and row.command == "consensus"
        return _UNSET.get(row.name, "recognised" if recognised else "none")
    if isinstance(row.value, dict):
        return ", ".join(f"{key}={number}" for key, number in row.value.items())
    if isinstance(row.value, (tuple, list)):
        return ", ".join(map(str, row.value))
    return str(row.value)
