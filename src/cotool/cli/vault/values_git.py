"""The work of `vault values`: git's filters and drivers, and documents changed by hand."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from cotool.cli.vault.keys import names_a_key, sealing_keys, tell
from cotool.cli.vault.people import recipients_of
from cotool.cli.vault.streams import spare_stdin, standard_input, standard_output
from cotool.cli.vault.values_run import syntax_for
from cotool.errors import CotoolError
from cotool.io.target import replace_file
from cotool.text import plural, visible, visible_name
from cotool.vault import Key, accept_values, decrypt_values, encrypt_values, merge_values
from cotool.vault.files import Source, named
from cotool.vault.locks import locked
from cotool.vault.requests import KeyRequest, Opening
from cotool.vault.values.checking import check_sealed
from cotool.vault.values.document import checked_rule
from cotool.vault.values.files import read_text
from cotool.vault.values.marks import START, has_sealed_values
from cotool.vault.values.tokens import TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.cli.vault.change_options import Cleaning


def accept(files: Sequence[str], request: KeyRequest, *, quiet: bool) -> int:
    """Give documents the MACs that fit them as they are."""
    spare_stdin(files)
    opening = Opening(request)
    for path in files:
        with named(path), locked(path) as real:
            data = _read(real)
            result = accept_values(data, keys=[opening], name=path)
            if result != data:
                replace_file(real, result)
        now, before = (len(TOKEN.findall(each.decode())) for each in (result, data))
        sealed = f", {now - before:,} of them sealed now" if now > before else ""
        what = "accepted" if result != data else "not changed"
        tell(f"{what}: {path}, {plural(now, 'sealed value')}{sealed}", quiet=quiet)
    return 0


def merge(base: str, ours: str, theirs: str, name: str, request: KeyRequest) -> int:
    """Merge into `ours`; return 1 if people must decide."""
    sides = [_read(path) for path in (base, ours, theirs)]
    done = merge_values(*sides, keys=[Opening(request)], name=name)
    replace_file(ours, done.data)
    if done.conflict is None:
        return 0
    tell(
        f"cotool: {name}: {done.conflict}; resolve it, then run cotool vault values accept",
        quiet=False,
    )
    return 1


def textconv(file: str, request: KeyRequest) -> int:
    """Write a file in clear if it opens."""
    data = _read(file)
    if has_sealed_values(data[:START]):
        try:
            data = decrypt_values(data, keys=[Opening(request)], name=file)
        except CotoolError as error:
            data = f"# cotool: {visible(str(error))}\n".encode() + data
    return _write(data)


def clean(name: str, request: KeyRequest, first: Cleaning) -> int:
    """Seal standard input, with the ciphertexts of the version in git."""
    content = _read_input(name)
    previous = _version_in_git(name)
    if has_sealed_values(content[:START]):
        if content != previous:
            check_sealed(content, keys=[Opening(request)], name=name)
        return _write(content)
    syntax = syntax_for(name, first.syntax)
    checked_rule(syntax, first.only, first.others)
    keys: list[Key] = [Opening(request)]
    if previous is None:
        keys = [*recipients_of(first.recipient, first.recipients_file)]
        if not keys or names_a_key(request):
            keys += sealing_keys(request, profile=None, generate=False)
    sealed = encrypt_values(
        content,
        keys=keys,
        syntax=syntax,
        only=first.only if previous is None else None,
        others=first.others if previous is None else None,
        previous=previous,
        name=name,
    )
    return _write(sealed)


def smudge(name: str, request: KeyRequest) -> int:
    """Write standard input in clear, or as it is if it does not open."""
    data = _read_input(name)
    if has_sealed_values(data[:START]):
        try:
            data = decrypt_values(data, keys=[Opening(request)], name=name)
        except CotoolError as error:  # also the marks of conflicts, which git writes through it
            print(f"cotool: {visible_name(name)}: stays sealed: {error}", file=sys.stderr)
    return _write(data)


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


def _write(data: bytes) -> int:
    sink = standard_output()
    sink.write(data)
    sink.flush()
    return 0
