"""Folders: which files a command takes, what it leaves out and why, and where the results go.

A tree that is written elsewhere has the same relative paths, modes and times. Symbolic links are
left out, followed or made again, as asked. A result is current if it has the time of its source and
the size that goes with it.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from cotool._lazy import lazy_pattern
from cotool._records import dataclass, field, replace
from cotool.errors import CotoolError, InputError
from cotool.vault.armor import is_armored
from cotool.vault.batch import Job, Outcome
from cotool.vault.files import STDIO
from cotool.vault.header import MAGIC
from cotool.vault.values.recognition import START, has_sealed_values, syntax_of

SUFFIX = ".vault"
ARMOR_SUFFIX = ".vault.asc"
AGE_SUFFIX = ".age"
_PART = lazy_pattern(r"\..*\.[0-9a-f]{16}\.part", re.DOTALL)

# Why a path is left out: the words for one and for several.
VAULTS = ("vault file", "vault files")
OTHERS = ("file without the suffix .vault", "files without the suffix .vault")
NOT_AGE = ("file without the suffix .age", "files without the suffix .age")
OUTPUT = ("output folder", "output folders")
LINKS = ("symbolic link", "symbolic links")
BROKEN = ("broken symbolic link", "broken symbolic links")
OUTWARD = ("link that leads out of the folder", "links that lead out of the folder")
CYCLES = ("link to a folder above it", "links to folders above them")
SPECIAL = ("pipe, socket or device", "pipes, sockets or devices")
PARTS = ("unfinished result", "unfinished results")
NEWER = ("result that is newer than its source", "results that are newer than their sources")
KEYS = ("keyring or identity in use", "keyrings or identities in use")
EXPECTED = (VAULTS, OTHERS, NOT_AGE, OUTPUT)  # what the command does not work on anyway
Reason = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TreePath:
    """A path that was given or found in a folder; `relative` is its path in a tree of results."""

    path: str
    relative: str
    in_folder: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to take from folders.

    Args:
        vaults: only vault files. Otherwise, everything else; into another folder, everything.
        age: only age files.
        everything: all files.
        documents: with `vaults`, also documents with sealed values that kept their names.
        recursive: accept folders.
        symlinks: "skip", "follow", "keep", or "inside": follow those that stay in the folder.
        output: where the results go: None is beside the sources, `STDIO` is standard output.

    """

    vaults: bool
    recursive: bool = False
    symlinks: str = "skip"
    output: str | None = None
    everything: bool = False
    documents: bool = False
    age: bool = False


@dataclass(slots=True)
class Listing:
    """What was found: files, folders, links to make again, what was left out, and failures."""

    files: list[TreePath] = field(default_factory=list)
    folders: list[TreePath] = field(default_factory=list)
    links: list[TreePath] = field(default_factory=list)
    left_out: dict[Reason, list[str]] = field(default_factory=dict)
    failed: list[OSError] = field(default_factory=list)

    @property
    def failures(self) -> list[Outcome]:
        """Each folder that could not be read, as the outcome of a job."""
        return [Outcome(Job(str(error.filename)), None, error) for error in self.failed]

    def leave_out(self, reason: Reason, path: str) -> None:
        """Note that the command does not work on something."""
        self.left_out.setdefault(reason, []).append(path)


def list_files(paths: Sequence[str], wanted: Wanted) -> Listing:
    """Return the files that `paths` name, and those in the folders among them.

    A single folder is the root of its files' relative paths. Several arguments keep their names.
    Raises InputError, also if none of the files exists.
    """
    listing = Listing()
    for path in paths:
        if path == STDIO or not Path(path).is_dir():
            listing.files.append(TreePath(path, Path(path).name, in_folder=False))
        elif not wanted.recursive:
            raise InputError(f"{path}: is a folder", hint="give the files in it")
        else:
            relative = "" if len(paths) == 1 else Path(os.path.abspath(path)).name  # noqa: PTH100
            listing.folders.append(TreePath(path, relative, in_folder=False))
            _Walk(listing, wanted, path).run(path, relative)
    listing.files = list({found.path: found for found in reversed(listing.files)}.values())[::-1]
    _check_found(listing)
    return listing


def list_folder(path: str, wanted: Wanted) -> Listing:
    """Return what is in a folder and below, which may be nothing."""
    listing = Listing()
    _Walk(listing, wanted, path).run(path, "")
    return listing


def _check_found(listing: Listing) -> None:
    """Raise InputError if there is nothing to do, before a passphrase is asked for."""
    names = [found.path for found in listing.files]
    if not (names or listing.failed or listing.links):
        raise InputError("no files were found")
    if names.count(STDIO) > 1 or (STDIO in names and len(names) > 1):
        raise InputError("standard input cannot be combined with files")
    if names and not listing.failed and not any(n == STDIO or os.path.lexists(n) for n in names):
        raise InputError(f"{names[0]}: cannot be read: No such file or directory")


class _Walk:
    """The walk through one folder. Folders are read after the files beside them."""

    def __init__(self, listing: Listing, wanted: Wanted, top: str) -> None:
        self._listing = listing
        self._wanted = wanted
        self._top = os.path.realpath(top)
        self._output = file_identity(wanted.output) if wanted.output not in {None, STDIO} else None
        self._elsewhere = wanted.output is not None and self._output != file_identity(top)

    def run(self, folder: str, relative: str) -> None:
        """List a folder and all below it."""
        waiting = [(folder, relative, frozenset({file_identity(folder)}))]
        while waiting:
            folder, relative, above = waiting.pop()
            below = []
            try:
                with os.scandir(folder) as entries:
                    inside = sorted(entries, key=lambda entry: entry.name)
                for entry in inside:
                    name = str(Path(relative, entry.name))
                    if self._is_folder(entry, name, above):
                        below.append((entry.path, name, above | {file_identity(entry.path)}))
            except OSError as error:
                self._listing.failed.append(error)
            waiting += reversed(below)

    def _is_folder(
        self, entry: os.DirEntry[str], name: str, above: frozenset[tuple[int, int] | None]
    ) -> bool:
        """List an entry; return whether it is a folder to go into."""
        listing, path = self._listing, entry.path
        found = TreePath(path, name, in_folder=True)
        follow = self._wanted.symlinks in {"follow", "inside"}
        if entry.is_symlink() and self._leads_out(path):
            listing.leave_out(OUTWARD, path)
        elif entry.is_symlink() and not follow:
            if self._wanted.symlinks == "keep" and self._elsewhere:
                listing.links.append(found)
            else:
                listing.leave_out(LINKS, path)
        elif entry.is_dir(follow_symlinks=follow):
            if self._output is not None and self._elsewhere and file_identity(path) == self._output:
                listing.leave_out(OUTPUT, path)
            elif file_identity(path) in above:
                listing.leave_out(CYCLES, path)
            else:
                listing.folders.append(found)
                return True
        elif entry.is_file(follow_symlinks=follow):
            self._add_file(found, entry.name)
        else:
            listing.leave_out(BROKEN if entry.is_symlink() else SPECIAL, path)
        return False

    def _leads_out(self, link: str) -> bool:
        inside = self._wanted.symlinks == "inside"
        return inside and not Path(os.path.realpath(link)).is_relative_to(self._top)

    def _add_file(self, found: TreePath, name: str) -> None:
        listing, path = self._listing, found.path
        if self._wanted.everything:
            listing.files.append(found)
        elif _PART.fullmatch(name):
            listing.leave_out(PARTS, path)
        elif self._wanted.age:
            if name.endswith(AGE_SUFFIX):
                listing.files.append(found)
            else:
                listing.leave_out(NOT_AGE, path)
        elif self._wanted.vaults and not self._is_sealed(path):
            listing.leave_out(OTHERS, path)
        elif not (self._wanted.vaults or self._elsewhere) and is_vault(path):
            listing.leave_out(VAULTS, path)
        else:
            listing.files.append(found)

    def _is_sealed(self, path: str) -> bool:
        if path.endswith((SUFFIX, ARMOR_SUFFIX)):
            return True
        if not self._wanted.documents or syntax_of(path) is None:
            return False
        return has_sealed_values(_start(path))


def is_vault(path: str) -> bool:
    """Return whether a file has the name and the first bytes of a vault file."""
    if not path.endswith((SUFFIX, ARMOR_SUFFIX)):
        return False
    start = _start(path)
    return start.startswith(MAGIC) or is_armored(start) or has_sealed_values(start)


def _start(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(START)


def file_identity(path: str | None) -> tuple[int, int] | None:
    """Return what a file or folder is identified by; None if there is none."""
    try:
        found = Path(str(path)).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@dataclass(slots=True)
class JobPlan:
    """The jobs of a command, the tree that they fill, and what is not done and why."""

    listing: Listing
    jobs: list[Job]
    root: str | None
    failures: list[Outcome]
    unchanged: int = 0
    _made: set[str] = field(default_factory=set)

    @property
    def sources(self) -> list[str]:
        """The names of the files to work on."""
        return [job.source for job in self.jobs]

    def make_folders(self) -> None:
        """Make the folders of the results; the jobs of one that cannot be made fail."""
        if self.root is None:
            return
        errors: dict[str, OSError | CotoolError] = {}
        top = [TreePath(self.root, "", in_folder=False)]
        for found in top + [each for each in self.listing.folders if each.relative]:
            path = str(Path(self.root, found.relative))
            parent = str(Path(path).parent)
            if parent in errors and found.relative:
                errors[path] = errors[parent]
                continue
            try:
                if _make_folder(path, follow=not found.relative):
                    self._made.add(path)
            except (OSError, CotoolError) as error:
                errors[path] = error
                self.failures.append(Outcome(Job(found.path), None, error))
        folders = {job: str(Path(str(job.destination)).parent) for job in self.jobs}
        self.jobs = [job for job in self.jobs if folders[job] not in errors]
        self.failures += [
            Outcome(job, None, errors[folder])
            for job, folder in folders.items()
            if folder in errors
        ]

    def finish_folders(self, *, force: bool) -> None:
        """Make links again, and give folders the modes and times of their sources."""
        if self.root is None:
            return
        for found in self.listing.links:
            try:
                _copy_link(found.path, str(Path(self.root, found.relative)), force=force)
            except (OSError, InputError) as error:
                self.failures.append(Outcome(Job(found.path), None, error))
        for found in reversed(self.listing.folders):
            path = Path(self.root, found.relative)
            # The user named this folder: its mode is kept unless it is new.
            if not found.relative and str(path) not in self._made:
                continue
            with contextlib.suppress(OSError):
                if path.is_dir() and not (found.relative and path.is_symlink()):
                    was = Path(found.path).stat()
                    path.chmod(was.st_mode & 0o777)
                    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def plan(
    listing: Listing,
    name: Callable[[str], str],
    *,
    seals: bool,
    output: str | None,
    update: bool = False,
    content_size: Callable[[str], int] | None = None,
) -> JobPlan:
    """Return a job for each file, whose result is called `name` of the source's name.

    seals: the results are vault files; otherwise the sources are. output: a file, a folder, or
    `STDIO`. It is a folder if it is one or ends in a slash, and also if the files come from a
    folder. update: leave out files whose result is current. content_size: returns the size of the
    content in a source that is neither plain nor a vault file.

    Raises InputError if two results have the same name, or several have no folder.
    """
    into = output not in {None, STDIO} and bool(
        listing.folders or Path(str(output)).is_dir() or str(output).endswith("/")
    )
    if output is not None and not into and len(listing.files) > 1:
        raise InputError(
            "several files need a folder for their results",
            hint="`destination` must be an existing folder, or end in /",
        )
    result = JobPlan(listing, [], str(output) if into else None, listing.failures)
    for found in listing.files:
        try:
            target = _target(found, name, output, into=into)
        except InputError as error:
            if len(listing.files) == 1:
                raise
            result.failures.append(Outcome(Job(found.path), None, error))
            continue
        job = Job(
            found.path,
            target,
            named=output is not None and not into,
            preserve=found.in_folder or update,
        )
        state = _state(job, content_size or _size, seals=seals) if update else "missing"
        _add(result, job, state)
    _check_names(result)
    return result


def _target(found: TreePath, name: Callable[[str], str], output: str | None, *, into: bool) -> str:
    if into:
        return str(Path(str(output), name(found.relative)))
    if output is not None:
        return output
    return STDIO if found.path == STDIO else name(found.path)


def _add(plan: JobPlan, job: Job, state: str) -> None:
    if state == "current":
        plan.unchanged += 1
    elif state == "newer":
        plan.listing.leave_out(NEWER, str(job.destination))
    else:
        if state == "old":
            job = replace(job, replace=True)
        plan.jobs.append(job)


def _check_names(plan: JobPlan) -> None:
    names = [str(job.destination) for job in plan.jobs]
    if plan.root is not None:
        names += [str(Path(plan.root, found.relative)) for found in plan.listing.links]
    if len(set(names)) < len(names):
        raise InputError(
            "two files would have the same name in that folder", hint="use another output folder"
        )


def _state(job: Job, content_size: Callable[[str], int], *, seals: bool) -> str:
    """Return whether the result of a job is missing, other, old, newer or current.

    A result that this command cannot have written is "other", and is not replaced.
    """
    from cotool.vault.inspection import inspect

    sealed, plain = job.destination, job.source
    if not seals:
        sealed, plain = plain, sealed
    try:
        source, result = Path(job.source).stat(), Path(str(job.destination)).lstat()
        if not stat.S_ISREG(result.st_mode):
            return "other"
        header = inspect(str(sealed))
        size = content_size(str(plain))
    except FileNotFoundError:
        return "missing"
    except (CotoolError, OSError):
        return "other"
    same = header.content_bytes == size
    if result.st_mtime_ns > source.st_mtime_ns:
        # A rewrap gives a vault file a new time, so that backups notice it.
        return "current" if seals and same and header.generation else "newer"
    return "current" if same and result.st_mtime_ns == source.st_mtime_ns else "old"


def _size(path: str) -> int:
    return Path(path).stat().st_size


def _make_folder(path: str, *, follow: bool) -> bool:
    """Make a folder unless it exists; a link to one is not a folder unless it was named."""
    try:
        Path(path).mkdir(mode=0o700, parents=follow)
    except FileExistsError:
        status = Path(path).stat() if follow else Path(path).lstat()
        if stat.S_ISDIR(status.st_mode):
            return False
        raise InputError(f"{path}: exists and is not a folder") from None
    return True


def _copy_link(source: str, path: str, *, force: bool) -> None:
    aim = Path(source).readlink()
    with contextlib.suppress(FileNotFoundError):
        status = Path(path).lstat()
        if stat.S_ISLNK(status.st_mode) and Path(path).readlink() == aim:
            return
        if not force or stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path}: already exists", hint="replace it with `force`")
        Path(path).unlink()
    Path(path).symlink_to(aim)
    was = Path(source).lstat()
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns), follow_symlinks=False)
