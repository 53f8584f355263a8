"""Calls that Typer reads: options, and the other sources of their values.

Click chooses between the command line, a variable, config.toml and a default. `Command` gives each
option its variables and the command its part of config.toml, as Click's `envvar` and `default_map`.
Its errors name the source of a bad value.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated  # noqa: TID251 - Typer reads it

from cotool._lazy import lazy_pattern, stand_ins
from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING, Any
from cotool.cli.shared.commands import App, Given, Interface
from cotool.cli.shared.configured import Configured, is_settable
from cotool.cli.shared.settings import TABLES, config_path, setting_name, variables
from cotool.errors import CotoolError, InputError
from cotool.version import __version__

# Typer, inspect and pathlib need these to measure terminals, open URLs, install completion, read
# UUIDs, show tracebacks, and suggest what was meant: nothing that a right call needs.
with stand_ins(
    *("linecache", "platform", "shellingham", "subprocess", "textwrap", "tokenize", "uuid:UUID"),
    *("shutil:get_terminal_size", "difflib:get_close_matches", "gettext:gettext"),
    "typer.completion:get_completion_inspect_parameters",
    *("urllib.parse:quote_from_bytes", "traceback:FrameSummary StackSummary"),
):
    import typer
    from typer.core import TyperCommand
    from typer.main import get_command

if TYPE_CHECKING:
    import re

    from cotool.cli.shared.commands import WholeCommand
    from cotool.cli.shared.options import Declared

# Click's UsageError. Typer includes its own copy of Click from 0.26 on and imports Click before, so
# no import works for both.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]
BadParameter = typer.BadParameter

# Options that exclude each other. The one given closer to the call overrides the others' settings.
_RIVALS = (
    ("format", "json"),
    ("format", "open"),
    ("scheduler", "scheduler_file"),
    ("passphrase_file", "passphrase_fd", "passphrase_command", "system_keyring"),
    *(("generate", name) for name in ("new_passphrase_file", "new_key_file")),
    *(("generate", name) for name in ("add_passphrase_file", "export_passphrase_file")),
    *(("values", name) for name in ("armor", "update", "engine")),
    *(("only", "others"), ("in_place", "output"), ("fast", "rigorous")),
)
# Options whose values may hold commas: each line of their variable is a value.
_EXPRESSIONS = {"pattern", "measure", "where", "fail_on", "log_format"}
# --templates json and csv set the output, as --format does.
_WRITTEN = {"json", "csv"}
_OF_TEMPLATES = tuple(("templates", name) for name in ("format", "json", "open"))
_RANKS = {"DEFAULT_MAP": 1, "ENVIRONMENT": 2, "COMMANDLINE": 3}
_REPORTS = {".json", ".jsonl", ".ndjson", ".csv", ".html", ".htm"}
# Parameters of the library whose option has another name.
_OPTIONS = {"num_threads": "threads", "armored": "armor", "destination": "output"}
# How hints name parameters, with or without values; several with values form one call.
_ONE_NAMED = lazy_pattern(r"""`([a-z_]+)(=(?:'[^']*'|"[^"]*"|[^`'"\s])*)?`""")
_NAMED = lazy_pattern(rf"{_ONE_NAMED.pattern}(?: {_ONE_NAMED.pattern})*")
_CALL = "cotool.call"
_EPILOG = """Examples:  cotool consensus answers.json

cotool experts list

cotool analyze-logs app.log

cotool vault encrypt report.pdf

cotool bench run --group logs --fast

cotool config show

Tab completion:  cotool --install-completion"""


class CallContext(NamedTuple):
    """What Click's contexts hold as `obj`."""

    whole: WholeCommand
    # Raised instead of calling the command, so that it names options.
    failed: CotoolError | None = None


def command_line(app: App, words: Sequence[str] = (), *, add_completion: bool = True) -> Any:
    """Return Click's command for `cotool` with the commands of `app`.

    words: those of the call; the command has only the one that they name, if any.
    """
    made = typer.Typer(
        name="cotool",
        add_completion=add_completion,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback(invoke_without_command=True, epilog=_EPILOG)(_cotool)
    command = _unwrapped(get_command(_filled(made, app, words)))
    for parameter in command.params:
        if parameter.name in {"install_completion", "show_completion"}:
            parameter.hidden = True
    return command


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it by position
    if wanted:
        print(f"cotool {__version__}")
        raise typer.Exit


def _cotool(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - its callback acts
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    debug: Annotated[  # noqa: ARG001 - main() finds it before Typer does
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
) -> None:
    """Consensus among experts, analysis of logs, encryption of files."""
    if context.invoked_subcommand is None:
        from cotool.cli.welcome import WELCOME

        print(WELCOME, end="")


def _filled(made: typer.Typer, app: App, words: Sequence[str]) -> typer.Typer:
    """Return a group for Typer, with only the command or group that `words` name, if any."""
    named = {*words[:1]} & {*app.commands, *app.groups}
    for name, (command, settings) in app.commands.items():
        if not named or name in named:
            made.command(name, cls=Command, **settings)(_with_parameters(command))
    for name, group in app.groups.items():
        if not named or name in named:
            inner = typer.Typer(rich_markup_mode="rich", **group.settings)
            made.add_typer(_filled(inner, group, words[1:]), name=name)
    return made


def _unwrapped(command: Any) -> Any:
    """Return the command with each paragraph of its help on one line, for rich to wrap."""
    if command.help:
        paragraphs = inspect.cleandoc(command.help).split("\n\n")
        command.help = "\n\n".join(" ".join(text.split()) for text in paragraphs)
    for inner in getattr(command, "commands", {}).values():
        _unwrapped(inner)
    return command


def _with_parameters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return a command as a function whose signature Typer reads."""
    interface = Interface(command)

    @functools.wraps(command)
    def called(*, typer_context: typer.Context, **values: Any) -> Any:
        given = (name for name in values if _rank(typer_context, name) == _RANKS["COMMANDLINE"])
        words = tuple(typer_context.meta[_CALL][1:])
        return interface.call(values, Given(frozenset(given), words, typer_context.obj.whole))

    parameters = [_for_typer("typer_context", typer.Context)]
    for name, annotation, declared, default in interface.parameters:
        if declared.names:
            parameters.append(_for_typer(name, annotation, _typer_option(declared)))
        else:
            argument = typer.Argument(
                help=_escaped(declared.text), metavar=declared.metavar,
                autocompletion=declared.complete,
                callback=_callback(declared), show_default=False,
            )  # fmt: skip
            parameters.append(_for_typer(name, Annotated[annotation, argument], default))
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {each.name: each.annotation for each in parameters}
    return called


def _for_typer(name: str, annotation: Any, default: Any = ...) -> inspect.Parameter:
    found = inspect.Parameter
    default = found.empty if default is ... else default
    return found(name, found.KEYWORD_ONLY, default=default, annotation=annotation)


def _escaped(text: str) -> str:
    """Return a text for rich, which would take `[semantic]` for markup."""
    return text.replace("[", "\\[")


def _typer_option(declared: Declared) -> Any:
    return typer.Option(
        declared.default, *declared.names, help=_escaped(declared.text), metavar=declared.metavar,
        rich_help_panel=declared.panel, autocompletion=declared.complete,
        callback=_callback(declared), show_default=False,
    )  # fmt: skip


def _callback(declared: Declared) -> Any:
    def converted(param: typer.CallbackParam, value: Any) -> Any:
        return declared.converted(value, str(param.name))

    return None if declared.convert is None else converted


class Command(TyperCommand):
    """A command whose options may also be set by variables and in config.toml."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Return the context with variables and the config file attached; neither is read yet."""
        table = _table(info_name, parent)
        # A broken file stops neither --help nor completion.
        own = args[: args.index("--")] if "--" in args else args
        helps = {"-h", "--help"} & {*own} or extra.get("resilient_parsing")
        if table is not None and not helps:
            whole = None if parent is None else parent.obj.whole
            extra["default_map"] = self.attach(table, whole)
        given = tuple(args)  # which parsing empties
        context = super().make_context(info_name, args, parent, **extra)
        context.meta[_CALL] = (context.command_path, *given)
        return context

    def attach(self, table: str, whole: WholeCommand | None) -> Configured:
        """Attach the variables to the options, and return what the config file sets.

        whole: returns the whole command line, for the keys of other commands.
        """
        settable: list[Any] = [found for found in self.params if is_settable(found)]
        for found in settable:
            found.envvar = variables(table, setting_name(found.opts))
            found.show_envvar = False
            if found.multiple:
                found.type = copy.copy(found.type)
                found.type.envvar_list_splitter = "\n" if found.name in _EXPRESSIONS else ","
        return Configured(table, settable, whole or (lambda: self))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, choose and convert; errors name the source of the value."""
        if not ctx.resilient_parsing:
            _spare_file_names(args)
        with _naming_sources(ctx):
            rest = super().parse_args(ctx, args)
        _drop_rivals(ctx)
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Return the command's work; its errors name options, too."""
        with _naming_sources(ctx):
            if ctx.obj.failed is not None:
                raise ctx.obj.failed
            job = super().invoke(ctx)
        return partial(_run_named, ctx, job) if callable(job) else job


def _spare_file_names(args: Sequence[str]) -> None:
    """Raise InputError for an option that is also the name of a file.

    A shell expands `*` to whatever names others have given to files in the folder.
    """
    for arg in args:
        if arg == "--":
            return
        if len(arg) > 1 and arg.startswith("-") and os.path.lexists(arg):
            raise InputError(
                f"{arg}: there is a file of this name, which may not be meant as an option",
                hint=f"write ./{arg} for the file, or -- before all file names",
            )


def _run_named(ctx: Any, job: Callable[[], int]) -> int:
    with _naming_sources(ctx):
        return job()


def source_of(ctx: Any, parameter: Any) -> str:
    """Return what set a parameter: "--metric", "COTOOL_METRIC", "FILE: [table] key", "default"."""
    source = getattr(ctx.get_parameter_source(parameter.name), "name", "DEFAULT")
    if source == "ENVIRONMENT":
        return str(next(name for name in parameter.envvar if os.environ.get(name)))
    if source == "DEFAULT_MAP":
        return f"{config_path()}: {ctx.default_map.label(parameter.name)}"
    if parameter.param_type_name != "option":
        return str(parameter.make_metavar(ctx)).strip("[].")
    return str(max(parameter.opts, key=len))


def traced_context(command: Any, words: Sequence[str], whole: WholeCommand) -> Any:
    """Return a context of a command without arguments, so every value comes from settings."""
    context = typer.Context(command, info_name=words[-1], resilient_parsing=True)
    context.default_map = command.attach(words[0], whole)
    return context


def _table(info_name: str | None, parent: Any) -> str | None:
    """Return the table of a command: the first word after `cotool`, or None."""
    name = info_name
    while parent is not None and parent.parent is not None:
        name, parent = parent.info_name, parent.parent
    return name if name in TABLES else None


def _rank(ctx: Any, name: str) -> int:
    return _RANKS.get(getattr(ctx.get_parameter_source(name), "name", ""), 0)


def _drop_rivals(ctx: Any) -> None:
    """Unset what another option overrides, such as a `format` in the config file by --json."""
    defaults = {found.name: found.default for found in ctx.command.params}
    writes = ctx.params.get("templates") in _WRITTEN
    for rivals in (*_RIVALS, *(_OF_TEMPLATES if writes else ())):
        ranks = {name: _rank(ctx, name) for name in rivals if name in ctx.params}
        for name, rank in ranks.items():
            if 0 < rank < max(ranks.values()):
                ctx.params[name] = defaults[name]
    # The extension of a file that is given closer to the call decides the format.
    suffix = Path(ctx.params.get("output") or "").suffix.lower()
    for name in ("format", "templates") if writes else ("format",):
        if suffix in _REPORTS and 0 < _rank(ctx, name) < _rank(ctx, "output"):
            ctx.params[name] = defaults[name]


@contextlib.contextmanager
def _naming_sources(ctx: Any) -> Iterator[None]:
    """In an error, replace the parameter by the option, variable or key that set it."""
    try:
        yield
    except typer.BadParameter as error:
        if error.param is not None and error.param.name is not None:
            place = source_of(ctx, error.param)
            if not place.startswith("-"):
                error.param_hint = f"'{place}'"
        raise
    except CotoolError as error:
        if isinstance(error, InputError) and error.parameter is not None:
            found = _parameter(ctx, error.parameter)
            if found is not None:
                error.parameter = source_of(ctx, found)
        if error.hint is not None:
            error.hint = _NAMED.sub(partial(_with_options, ctx), error.hint)
        raise


def _parameter(ctx: Any, name: str) -> Any:
    """Return the parameter of a command for one of the library; None if there is none."""
    known = {found.name: found for found in ctx.command.params}
    name = _OPTIONS.get(name, name)
    return known.get(name) or known.get(f"{name}_key") or known.get(name.removesuffix("s"))


def _with_options(ctx: Any, match: re.Match[str]) -> str:
    """Return the options for parameters in a hint, in the whole call if they have values."""
    words = []
    for name, value in _ONE_NAMED.findall(match[0]):
        found = _parameter(ctx, name)
        option = f"--{name.replace('_', '-')}" if found is None else max(found.opts, key=len)
        words.append(f"{option} {value[1:]}" if value else option)
    text = " ".join(words)
    if "=" not in match[0]:
        return text
    import shlex

    path, *given = ctx.meta[_CALL]
    return " ".join(filter(None, (path, shlex.join(given), text)))
