"""`cotool vault values`: git's filters and drivers, and documents changed by hand."""

import subprocess
import sys

from cotool import vault
from cotool._typing import Annotated
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import QUIET, argument, option_class
from cotool.cli.vault.keys import names_a_key, sealing_keys, tell
from cotool.cli.vault.options import (
    RECIPIENTS,
    RECIPIENTS_FILE,
    SYNTAX_NAME,
    Keys,
    existing_files,
    pattern,
)
from cotool.cli.vault.people import recipients_of
from cotool.cli.vault.streams import spare_stdin, standard_input, standard_output
from cotool.cli.vault.values_run import syntax_for
from cotool.errors import CotoolError
from cotool.io.target import replace_file
from cotool.text import plural, visible, visible_name
from cotool.vault.files import Source, named
from cotool.vault.locks import locked
from cotool.vault.requests import Opening
from cotool.vault.values.files import read_text
from cotool.vault.values.recognition import START, has_sealed_values

app = App()
commands = app.group(
    "values",
    no_args_is_help=True,
    help="Files with sealed values, as encrypt --values writes them: in git, and after changes by "
    "hand. docs/vault.md has the recipes.",
    epilog="""Examples:

cotool vault values accept config.yaml

cotool vault values textconv config.yaml

cotool vault values merge BASE OURS THEIRS
""",
)

Name = Annotated[str, argument("NAME", "The path of the file, git's %f.")]


@option_class
class Cleaning:
    """The options of `values clean`: how a file is sealed that has no older version."""

    only: str | None = pattern("Seal only values under keys like this.", "--only REGEX")
    others: str | None = pattern("Seal all values except those.", "--except REGEX")
    syntax: str | None = SYNTAX_NAME
    recipient: list[str] | None = RECIPIENTS
    recipients_file: str | None = RECIPIENTS_FILE


@commands.command("accept", epilog="Example:  cotool vault values accept config.yaml")
def accept(
    files: Annotated[
        list[str], argument("FILES...", "Files with sealed values.", convert=existing_files)
    ],
    *,
    quiet: bool = QUIET,
    keys: Keys,
) -> None:
    """Accept files that were changed by hand or merged by lines: give them a MAC that fits.

    Each sealed value must open at its place. Values in clear are sealed, unless --only or --except
    left them readable. cotool cannot see whether values are missing, are older ones, or changed
    places within a list, so look at the file first: cotool vault values textconv FILE.
    """
    from cotool.vault.values.tokens import TOKEN

    spare_stdin(files)
    opening = Opening(keys)
    for path in files:
        with named(path), locked(path) as real:
            data = _read(real)
            result = vault.accept_values(data, keys=[opening], name=path)
            if result != data:
                replace_file(real, result)
        now, before = (len(TOKEN.findall(each.decode())) for each in (result, data))
        sealed = f", {now - before:,} of them sealed now" if now > before else ""
        what = "accepted" if result != data else "not changed"
        tell(f"{what}: {path}, {plural(now, 'sealed value')}{sealed}", quiet=quiet)


@commands.command("merge", epilog="Example:  cotool vault values merge BASE OURS THEIRS")
def merge(
    base: Annotated[str, argument("BASE", "The common version, git's %O.")],
    ours: Annotated[str, argument("OURS", "One side, git's %A; gets the result.")],
    theirs: Annotated[str, argument("THEIRS", "The other side, git's %B.")],
    name: Annotated[
        str | None, argument("[NAME]", "The file's name in messages, git's %P.")
    ] = None,
    *,
    keys: Keys,
) -> int:
    """Merge two versions of a file with sealed values into OURS, as git's merge driver.

    All three are authenticated. Values merge by their paths, other text by its lines. Exits with 1
    and leaves the marks of conflicts if both sides changed the same place.
    """
    name = name or ours
    sides = [_read(path) for path in (base, ours, theirs)]
    done = vault.merge_values(*sides, keys=[Opening(keys)], name=name)
    replace_file(ours, done.data)
    if done.conflict is None:
        return 0
    tell(
        f"cotool: {name}: {done.conflict}; resolve it, then run cotool vault values accept",
        quiet=False,
    )
    return 1


@commands.command("textconv", epilog="Example:  cotool vault values textconv config.yaml")
def textconv(
    file: Annotated[str, argument("FILE", "A file, sealed or not.")],
    *,
    keys: Keys,
) -> None:
    """Write a file in clear, for git diff and git log.

    A file that is not sealed is written as it is. One that does not open is written as it is, too,
    after a line that says why.
    """
    data = _read(file)
    if has_sealed_values(data[:START]):
        try:
            data = vault.decrypt_values(data, keys=[Opening(keys)], name=file)
        except CotoolError as error:
            data = f"# cotool: {visible(str(error))}\n".encode() + data
    _write(data)


@commands.command("clean", epilog="Example:  cotool vault values clean config.yaml < config.yaml")
def clean(name: Name, *, flags: Cleaning, keys: Keys) -> None:
    """Seal standard input for git's index. Values that did not change keep their ciphertext.

    The older version, its keys and its rule come from the index or from HEAD. The options for
    recipients and rules are for files that have none there.

    A file that is sealed already is passed on if it is the older version, or if no value that must
    be sealed is in clear and, with a key that opens it, its MAC fits. Otherwise the exit code is 2.
    """
    from cotool.vault.values.checking import check_sealed
    from cotool.vault.values.document import checked_rule

    content = _read_input(name)
    previous = _version_in_git(name)
    if has_sealed_values(content[:START]):
        if content != previous:
            check_sealed(content, keys=[Opening(keys)], name=name)
        _write(content)
        return
    syntax = syntax_for(name, flags.syntax)
    checked_rule(syntax, flags.only, flags.others)
    openers: list[vault.Key] = [Opening(keys)]
    if previous is None:
        openers = [*recipients_of(flags.recipient, flags.recipients_file)]
        if not openers or names_a_key(keys):
            openers += sealing_keys(keys, profile=None, generate=False)
    sealed = vault.encrypt_values(
        content,
        keys=openers,
        syntax=syntax,
        only=flags.only if previous is None else None,
        others=flags.others if previous is None else None,
        previous=previous,
        name=name,
    )
    _write(sealed)


@commands.command("smudge", epilog="Example:  cotool vault values smudge config.yaml < sealed")
def smudge(name: Name, *, keys: Keys) -> None:
    """Write the document on standard input in clear, for git's working tree.

    If it does not open, it stays sealed, and clean passes it on if nothing in it was changed.
    """
    data = _read_input(name)
    if has_sealed_values(data[:START]):
        try:
            data = vault.decrypt_values(data, keys=[Opening(keys)], name=name)
        except CotoolError as error:  # also the marks of conflicts, which git writes through it
            print(f"cotool: {visible_name(name)}: stays sealed: {error}", file=sys.stderr)
    _write(data)


def _version_in_git(name: str) -> bytes | None:
    """Return the sealed version of a file in the index, or in HEAD during a merge, if any."""
    for version in (f":./{name}", f"HEAD:./{name}"):
        done = subprocess.run(  # noqa: S603 - no shell
            ["git", "cat-file", "blob", version],  # noqa: S607 - the user's git
            capture_output=True,
            check=False,
        )
        if done.returncode == 0 and has_sealed_values(done.stdout[:START]):
            return done.stdout
    return None


def _read(path: str) -> bytes:
    with Source(path) as source:
        return read_text(source)


def _read_input(name: str) -> bytes:
    with named(name):
        return read_text(Source(standard_input()))


def _write(data: bytes) -> None:
    sink = standard_output()
    sink.write(data)
    sink.flush()
