"""`cotool vault values`: files with sealed values in git, and after changes by hand."""

from functools import partial
from typing import Annotated

from cotool._lazy import stand_ins
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import QUIET, argument
from cotool.cli.vault.change_options import Cleaning
from cotool.cli.vault.options import Job, Keys, existing_files

with stand_ins("cotool.cli.vault.values_git"):
    from cotool.cli.vault import values_git as work

values_app = App(
    no_args_is_help=True,
    help="Files with sealed values, as encrypt --values writes them: in git, and after changes by "
    "hand. docs/vault.md has the recipes.",
    epilog="""Examples:

cotool vault values accept config.yaml

cotool vault values textconv config.yaml

cotool vault values merge BASE OURS THEIRS
""",
)

_Name = Annotated[str, argument("NAME", "The path of the file, git's %f.")]


@values_app.command("accept", epilog="Example:  cotool vault values accept config.yaml")
def accept(
    files: Annotated[
        list[str], argument("FILES...", "Files with sealed values.", convert=existing_files)
    ],
    *,
    quiet: bool = QUIET,
    keys: Keys,
) -> Job:
    """Accept files that were changed by hand or merged by lines: give them a MAC that fits.

    Each sealed value must open at its place. Values in clear are sealed, unless --only or --except
    left them readable. cotool cannot see whether values are missing, are older ones, or changed
    places within a list, so look at the file first: cotool vault values textconv FILE.
    """
    return partial(work.accept, files, keys, quiet=quiet)


@values_app.command("merge", epilog="Example:  cotool vault values merge BASE OURS THEIRS")
def merge(
    base: Annotated[str, argument("BASE", "The common version, git's %O.")],
    ours: Annotated[str, argument("OURS", "One side, git's %A; gets the result.")],
    theirs: Annotated[str, argument("THEIRS", "The other side, git's %B.")],
    name: Annotated[
        str | None, argument("[NAME]", "The file's name in messages, git's %P.")
    ] = None,
    *,
    keys: Keys,
) -> Job:
    """Merge two versions of a file with sealed values into OURS, as git's merge driver.

    All three are authenticated. Values merge by their paths, other text by its lines. Exits with 1
    and leaves the marks of conflicts if both sides changed the same place.
    """
    return partial(work.merge, base, ours, theirs, name or ours, keys)


@values_app.command("textconv", epilog="Example:  cotool vault values textconv config.yaml")
def textconv(
    file: Annotated[str, argument("FILE", "A file, sealed or not.")],
    *,
    keys: Keys,
) -> Job:
    """Write a file in clear, for git diff and git log.

    A file that is not sealed is written as it is. One that does not open is written as it is, too,
    after a line that says why.
    """
    return partial(work.textconv, file, keys)


@values_app.command("clean", epilog="Example:  cotool vault values clean config.yaml < config.yaml")
def clean(name: _Name, *, options: Cleaning, keys: Keys) -> Job:
    """Seal standard input for git's index. Values that did not change keep their ciphertext.

    The older version, its keys and its rule come from the index or from HEAD. The options for
    recipients and rules are for files that have none there.

    A file that is sealed already is passed on if it is the older version, or if no value that must
    be sealed is in clear and, with a key that opens it, its MAC fits. Otherwise the exit code is 2.
    """
    return partial(work.clean, name, keys, options)


@values_app.command("smudge", epilog="Example:  cotool vault values smudge config.yaml < sealed")
def smudge(name: _Name, *, keys: Keys) -> Job:
    """Write the document on standard input in clear, for git's working tree.

    If it does not open, it stays sealed, and clean passes it on if nothing in it was changed.
    """
    return partial(work.smudge, name, keys)
