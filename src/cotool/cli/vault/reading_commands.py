"""`cotool vault inspect`, `cat` and `edit`."""

import os
import sys

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING, Annotated
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import QUIET, argument, flag, option
from cotool.cli.shared.say import say_error
from cotool.cli.vault.batch_run import find_files, plan_in_place, run_jobs
from cotool.cli.vault.file_options import BatchFlags
from cotool.cli.vault.keys import tell
from cotool.cli.vault.options import RECURSIVE, Files, Keys, existing_files
from cotool.cli.vault.streams import source_of, spare_stdin, standard_output
from cotool.errors import InputError
from cotool.text import plural, size, visible, visible_name
from cotool.vault.files import named
from cotool.vault.requests import Opening, words_of

if TYPE_CHECKING:
    from cotool.vault import FileInfo, SlotInfo
    from cotool.vault.batch import Job
    from cotool.vault.inspection import ValuesInfo
    from cotool.vault.options import VaultOptions

app = App()
_RANGE = lazy_pattern(r"(-?\d{0,18}):(-?\d{0,18})")


@app.command("inspect", epilog="Example:  cotool vault inspect report.pdf.vault --json")
def inspect(
    files: Files,
    *,
    recursive: bool = RECURSIVE,
    recipients_file: str | None = option(
        "Input", "Show the names of people in this recipients file.", "--recipients-file FILE"
    ),
    json: bool = flag("Output", "Write one JSON object per line.", "--json"),
) -> int:
    """Show the headers of vault files: sizes, and which keys open them. Needs no key.

    A slot is a place in the header for one key or passphrase that opens the file.
    """
    from cotool import vault

    people = [] if recipients_file is None else vault.read_recipients(recipients_file)
    names = {member.recipient.key_id.hex(): member.name for member in people}
    planned = plan_in_place(files, recursive=recursive)

    def work(job: "Job", _: "VaultOptions") -> None:
        infos[job.source] = vault.inspect(source_of(job.source))

    infos: dict[str, FileInfo] = {}
    code = run_jobs(planned, work, BatchFlags(quiet=True), verb="")
    for name in (job.source for job in planned.jobs):
        if name in infos:
            if json:
                from json import dumps

                print(dumps({"file": name, **infos[name].to_dict()}))
            else:
                print(_describe(name, infos[name], names))
    return code


def _describe(name: str, info: "FileInfo", names: dict[str, str]) -> str:
    content = "unknown" if info.content_bytes is None else size(info.content_bytes)
    if info.values is not None:
        content = _describe_values(info.values)
    armor = "armored, " if info.armored else ""
    copies = "1 header copy" if info.copies == 1 else f"{info.copies} header copies"
    lines = [
        visible_name(name),
        f"  content     {content}",
        f"  format      version {info.format}, {armor}{copies}",
        f"  file id     {info.file_id}, rewrapped {plural(info.generation, 'time')}",
    ]
    lines += [f"  slot {slot.number}      {_describe_slot(slot, names)}" for slot in info.slots]
    if info.damage:
        lines.append(f"  damage      {visible(info.damage)}; cotool vault rewrap repairs it")
    return "\n".join(lines)


def _describe_values(values: "ValuesInfo") -> str:
    rules = (("only", values.only), ("all except", values.others))
    rule = "".join(f"; sealed are {what} {key}" for what, key in rules if key is not None)
    return f"{values.syntax} with {plural(values.sealed, 'sealed value')}{visible(rule)}"


def _describe_slot(slot: "SlotInfo", names: dict[str, str]) -> str:
    if slot.kind == "keyring":
        return f"key {slot.key_id} version {slot.version}"
    if slot.kind == "identity":
        name = names.get(slot.key_id or "")
        shown = f" ({visible(name)})" if name else ""
        return f"identity {slot.key_id} version {slot.version}{shown}"
    if slot.kind == "program":
        return f"key {visible(slot.program_key or '')} of a wrap command"
    if slot.kind == "unknown":
        return "a kind of key that a newer version of cotool may know"
    memory = (slot.memory_kib or 0) / 1024
    return f"passphrase, Argon2id with {memory:,.0f} MiB, {slot.passes} passes, {slot.lanes} lanes"


@app.command("edit", epilog="Example:  EDITOR=vim cotool vault edit secrets.yaml.vault")
def edit(
    file: Annotated[str, argument("FILE", "A vault file.")], *, quiet: bool = QUIET, keys: Keys
) -> None:
    """Open the content in $VISUAL or $EDITOR, in memory only, and encrypt it again on save."""
    import shutil

    from cotool.vault.editing import edit as edit_file

    spare_stdin([file])
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    if not command.strip():
        raise InputError("no editor is set", hint="EDITOR=nano cotool vault edit FILE")
    editor = words_of(command, "$VISUAL or $EDITOR")
    if shutil.which(editor[0]) is None:
        raise InputError(f"the editor {editor[0]} was not found", hint="set $VISUAL or $EDITOR")
    changed = edit_file(file, keys=[Opening(keys)], editor=editor, again=_edit_again)
    tell(f"{'encrypted again' if changed else 'not changed'}: {visible_name(file)}", quiet=quiet)


def _edit_again(error: InputError) -> bool:
    """Ask on a terminal whether to open the editor again, with what was written."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    say_error(str(error))
    try:
        input("Enter opens the editor again, Ctrl-C stops: ")
    except (EOFError, KeyboardInterrupt):
        return False
    return True


@app.command("cat", epilog="Example:  cotool vault cat --range 0:100 report.pdf.vault")
def cat(
    files: Annotated[list[str], argument("FILES...", "Vault files.", convert=existing_files)],
    *,
    byte_range: str | None = option(
        "Output",
        "Bytes A to B, without B, as in a Python slice. Only their segments are read.",
        "--range A:B",
    ),
    keys: Keys,
) -> None:
    """Write the content of vault files, or a range of it, to standard output."""
    from cotool import vault

    wanted = None if byte_range is None else _parse_range(byte_range)
    find_files(files, recursive=False)
    key = Opening.of_files(keys, files)
    sink = standard_output()
    for file in files:
        source = source_of(file)
        if wanted is None:
            vault.decrypt(source, sink, keys=[key])
            continue
        with named(file), vault.Vault(source, keys=[key]) as content:
            start, end, _ = wanted.indices(content.size)
            while start < end:
                piece = content.read(start, min(end - start, 1 << 20))
                sink.write(piece)
                start += len(piece)
    sink.flush()


def _parse_range(text: str) -> slice:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise InputError(
            f"{text}: expected A:B in bytes",
            parameter="byte_range",
            hint="as in 0:100, 4096:, or -100:",
        )
    return slice(*(None if part == "" else int(part) for part in found.groups()))
