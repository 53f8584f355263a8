"""Every --help has examples, and the examples are right."""

from __future__ import annotations

import re
import shlex

import pytest

from cotool.cli.app import whole_command
from cotool.errors import InputError


def walk(command, path=()):
    """Yield every command with the words that call it."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, (*path, name))


COMMANDS = dict(walk(whole_command()))


def examples(command):
    """The calls of cotool in a command's help, each as a list of words."""
    for line in (command.epilog or "").splitlines():
        if "cotool " not in line or line.startswith("Tab completion"):
            continue
        call = re.sub(r"^Examples?:\s*", "", line).strip()
        inner = re.search(r"\$\((cotool .*)\)", call)
        part = []
        for word in shlex.split(inner[1] if inner else call):
            if word not in {"|", "<", ">", "&&", "||"}:
                part.append(word)
            elif "cotool" in part:
                break
            else:
                part = []
        yield part[part.index("cotool") + 1 :]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_help_has_an_example(path):
    """Each command's help ends in at least one call of that very command, or of one in it."""
    called = list(examples(COMMANDS[path]))
    assert called
    assert any(words[: len(path)] == list(path) for words in called)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_examples_parse(path):
    """Each example names a command that exists, with options that it has."""
    for words in examples(COMMANDS[path]):
        named = ()
        while getattr(COMMANDS[named], "commands", None):
            named = (*named, words[len(named)])
        try:
            with COMMANDS[named].make_context(named[-1], words[len(named) :]) as context:
                assert context.command is COMMANDS[named]
        except InputError as error:
            if not str(error).endswith("No such file or directory"):
                raise


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_does(path):
    """Each command, argument and option has a sentence, which ends in a full stop."""
    command = COMMANDS[path]
    texts = [command.help.split("\n\n")[0]]
    texts += [
        found.help
        for found in command.params
        if "--install-completion" not in found.opts and "--show-completion" not in found.opts
    ]
    assert [text for text in texts if not (text and text.strip().endswith("."))] == []


def test_brackets_are_printed(command):
    """The name of an extra is no markup."""
    assert "[semantic]" in command("consensus", "--help").out


def test_the_same_words_for_the_same_options():
    """An option that several commands share is called the same in each, and says the same."""
    seen = {}
    for path, command in COMMANDS.items():
        if path[:1] == ("bench",):
            continue  # whose options are about pyperf
        for found in command.params:
            if found.opts[0] in {"--threads", "--quiet", "--debug", "--no-progress", "--profile"}:
                seen.setdefault(found.opts[0], set()).add((found.help, found.metavar))
    assert {name: texts for name, texts in seen.items() if len(texts) > 1} == {}


def test_the_same_panels_in_every_help():
    """The groups of options have one name each, from a short list."""
    panels = {
        getattr(found, "rich_help_panel", None)
        for command in COMMANDS.values()
        for found in command.params
    } - {None}
    assert panels <= {
        "Input", "Analysis", "Learning", "Patterns", "Filters", "Numbers", "Templates", "Output",
        "Run", "Keys", "Changes", "What", "How",
    }  # fmt: skip
