"""The cases: what is measured, under which name, and how it is set up."""

from __future__ import annotations

import fnmatch
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from cotool._records import dataclass
from cotool.benchmarks import inputs
from cotool.errors import InputError, unknown

_MIB = 1 << 20
_LOG_SIZE = 64 * _MIB
_VAULT_SIZE = 64 * _MIB
# The time of Levenshtein grows with the square of the length: this many take seconds.
_PATIENCE = 2_000_000
_METRICS = ("cosine", "tfidf", "jaccard", "levenshtein", "word-levenshtein")
_LENGTHS = (60, 600, 3000)
_COUNTS = (20, 200, 2000)
_CROWDS = (1000, 10_000)
_EXPERTS = (5, 10, 20, 50, 200, 2000)

GROUPS = {
    "similarity": "all pairs of texts, from strings to matrix: characters x texts",
    "neighbours": "the ten nearest of this many sentences, without the matrix",
    "experts": "the consensus of answers of 300 characters that state a choice",
    "length": "the consensus of 20 free texts of this many characters",
    "statements": "8 statements against 20 texts of 150 words",
    "truth": "truth inference on 100,000 labels; seven transcripts merged into one text",
    "extraction": "a choice extracted from the texts of 5 experts, 1,000 questions",
    "logs": "a log of 64 MiB: levels, times, keywords, patterns, templates",
    "vault": "64 MiB encrypted, decrypted, verified; a password hashed",
    "startup": "whole commands from start to end",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run of a case may use; `folder` is for files and is kept between processes."""

    threads: int
    folder: Path
    input: Path | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """What is timed: a function or a command, and the amount of work."""

    call: Callable[[], object] | None = None
    command: Sequence[str] = ()
    bytes: int | None = None
    items: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `has_threads`: whether the number of threads matters."""

    group: str
    name: str
    make: Callable[[Setting], Timed]
    has_threads: bool = True


def all_cases() -> Iterator[Case]:
    """Yield every case, by group."""
    yield from _similarity()
    for metric, threshold in (("tfidf", 0.5), ("jaccard", 0.5), ("levenshtein", 0.8)):
        for count in _CROWDS:
            yield Case(
                "neighbours", f"{metric}/{count}", partial(_nearest, metric, threshold, count)
            )
    for count in _EXPERTS:
        yield Case("experts", str(count), partial(_consensus, count, 300, inputs.made_answers))
    for length in (60, 600, 3000, 30_000):
        yield Case("length", str(length), partial(_consensus, 20, length, inputs.made_texts))
    yield Case("statements", "support", _statements)
    for method in ("dawid_skene", "glad", "mace", "correlated"):
        yield Case("truth", method, partial(_truth, method))
    yield Case("truth", "rover", _rover, has_threads=False)
    yield Case("extraction", "choices", _extraction)
    yield Case("logs", "scan", partial(_scan, {}))
    yield Case(
        "logs", "literals", partial(_scan, {name: name for name in ("timeout", "Payment", "ERROR")})
    )
    yield Case(
        "logs", "regexes", partial(_scan, {"slow": r"took \d{4,} ms", "worker": r"worker-1[0-5]\b"})
    )
    yield Case("logs", "templates", _templates)
    for name in ("encrypt", "decrypt", "verify"):
        yield Case("vault", name, partial(_vault, name))
    yield Case("vault", "rewrap", _rewrap, has_threads=False)
    yield Case("vault", "read-4kB", _read, has_threads=False)
    yield Case("vault", "hash-password", _hash_password, has_threads=False)
    for name, arguments in (
        ("version", ["--version"]),
        ("help", ["--help"]),
        ("consensus", ["consensus", "{answers}", "--format", "json"]),
        ("analyze-logs", ["analyze-logs", "{log}", "--json"]),
        ("vault-inspect", ["vault", "inspect", "--help"]),
    ):
        yield Case("startup", name, partial(_command, arguments), has_threads=False)


def find_cases(groups: Sequence[str] = (), patterns: Sequence[str] = ()) -> list[Case]:
    """Return the cases of some groups whose full names fit one of some globs; all by default.

    Raises InputError for an unknown group, or if no case is left.
    """
    for group in groups:
        if group not in GROUPS:
            raise unknown(group, GROUPS, "groups")
    found = [
        case
        for case in all_cases()
        if (not groups or case.group in groups)
        and (not patterns or any(fnmatch.fnmatch(full_name(case), p) for p in patterns))
    ]
    if not found:
        raise InputError(
            "no case has this name",
            parameter="cases",
            hint="cotool bench list shows the cases",
        )
    return found


def full_name(case: Case, threads: int | None = None) -> str:
    """Return the name of a case in results."""
    name = f"{case.group}/{case.name}"
    return f"{name}/t{threads}" if case.has_threads and threads else name


# ---- similarity, consensus ---------------------------------------------------------------------


def _similarity() -> Iterator[Case]:
    for metric in _METRICS:
        for length in _LENGTHS:
            for count in _COUNTS:
                if "levenshtein" in metric and length * count > _PATIENCE // 2:
                    continue
                name = f"{metric}/{length}x{count}"
                yield Case("similarity", name, partial(_matrix, metric, length, count))


def _matrix(metric: str, length: int, count: int, setting: Setting) -> Timed:
    from cotool import similarity_matrix

    texts = _texts(setting, length, count)
    return Timed(
        lambda: similarity_matrix(texts, metric, setting.threads),
        bytes=sum(len(text.encode()) for text in texts),
        items=len(texts) * (len(texts) - 1) // 2,
    )


def _nearest(metric: str, threshold: float, count: int, setting: Setting) -> Timed:
    from cotool import neighbours

    texts = _texts(setting, 60, count)
    return Timed(
        lambda: neighbours(texts, metric, threshold=threshold, top=10, num_threads=setting.threads),
        items=len(texts),
    )


def _texts(
    setting: Setting,
    length: int,
    count: int,
    made: Callable[[int, int], list[str]] = inputs.made_texts,
) -> list[str]:
    """Return texts of the user's file, or generated ones."""
    if setting.input is None:
        return made(length, count)
    return inputs.read_texts(setting.input)[:count]


def _consensus(
    count: int, length: int, made: Callable[[int, int], list[str]], setting: Setting
) -> Timed:
    from cotool import find_consensus

    texts = _texts(setting, length, count, made)
    return Timed(lambda: find_consensus(texts, num_threads=setting.threads), items=len(texts))


def _statements(setting: Setting) -> Timed:
    from cotool import statement_support

    statements = inputs.made_passages(8, 150, 1)[0].split(". ")
    texts = inputs.made_passages(9, 150, 20)
    if setting.input is not None:
        statements, texts = (given := inputs.read_texts(setting.input))[:8], given[8:28]
    return Timed(
        lambda: statement_support(statements, texts, num_threads=setting.threads),
        items=len(statements),
    )


def _extraction(setting: Setting) -> Timed:
    from cotool import find_consensus_batch

    own = setting.input
    texts = inputs.read_texts(own) if own else inputs.made_answers(600, 5000)
    questions = [
        {"question": str(n), "responses": texts[n : n + 5]} for n in range(0, len(texts), 5)
    ]
    return Timed(
        lambda: sum(1 for _ in find_consensus_batch(questions, num_threads=setting.threads)),
        items=len(texts),
    )


def _truth(method: str, setting: Setting) -> Timed:
    import cotool

    rows = (
        inputs.made_labels(100_000) if setting.input is None else inputs.read_labels(setting.input)
    )
    infer = getattr(cotool, method)
    return Timed(lambda: infer(rows, num_threads=setting.threads), items=len(rows))


def _rover(setting: Setting) -> Timed:
    from cotool import find_consensus

    own = setting.input
    texts = inputs.read_texts(own) if own else inputs.made_transcripts(120, 7)
    return Timed(lambda: find_consensus(texts, method="rover", num_threads=1), items=len(texts))


# ---- logs, vault -------------------------------------------------------------------------------


def _file(
    setting: Setting, name: str, size: int, made: Callable[[Path, int], None]
) -> tuple[Path, int]:
    """Return the user's file, or one generated once for all processes, and its size."""
    path = setting.input or setting.folder / f"{name}-{size}"
    if setting.input is None and not path.exists():
        made(path, size)
    return path, path.stat().st_size


def _scan(patterns: dict[str, str], setting: Setting) -> Timed:
    from cotool import analyze_logs

    path, size = _file(setting, "log", _LOG_SIZE, inputs.made_log)
    return Timed(
        lambda: analyze_logs(path, patterns=patterns, num_threads=setting.threads), bytes=size
    )


def _templates(setting: Setting) -> Timed:
    from cotool import mine_templates

    path, size = _file(setting, "events", _LOG_SIZE, inputs.made_events)
    return Timed(lambda: mine_templates(path, num_threads=setting.threads).templates, bytes=size)


def _vault(name: str, setting: Setting) -> Timed:
    from cotool import Keyring, decrypt, encrypt, verify

    plain, size = _file(setting, "plain", _VAULT_SIZE, inputs.made_bytes)
    folder = _own_folder(setting)
    ring, sealed, out = Keyring.generate(), folder / "sealed", folder / "out"
    encrypt(plain, sealed, keys=[ring], force=True)
    threads = setting.threads
    calls: dict[str, Callable[[], object]] = {
        "encrypt": lambda: encrypt(plain, out, keys=[ring], force=True, num_threads=threads),
        "decrypt": lambda: decrypt(sealed, out, keys=[ring], force=True, num_threads=threads),
        "verify": lambda: verify(sealed, keys=[ring], num_threads=threads),
    }
    return Timed(calls[name], bytes=size)


def _rewrap(setting: Setting) -> Timed:
    from cotool import Keyring, encrypt, rewrap

    plain, _ = _file(setting, "plain", _VAULT_SIZE, inputs.made_bytes)
    sealed = _own_folder(setting) / "sealed"
    rings = [Keyring.generate(), Keyring.generate()]
    encrypt(plain, sealed, keys=[rings[0]], force=True)

    def call() -> None:
        rewrap(sealed, keys=[rings[0]], add=[rings[1]], remove=[1])
        rings.reverse()

    return Timed(call)


def _read(setting: Setting) -> Timed:
    from cotool import Keyring, Vault, encrypt

    plain, size = _file(setting, "plain", _VAULT_SIZE, inputs.made_bytes)
    sealed = _own_folder(setting) / "sealed"
    ring = Keyring.generate()
    encrypt(plain, sealed, keys=[ring], force=True)

    def call() -> bytes:
        with Vault(sealed, keys=[ring]) as vault:
            return vault.read(size // 2, 4096)

    return Timed(call)


def _hash_password(_: Setting) -> Timed:
    from cotool import hash_passwords

    return Timed(lambda: list(hash_passwords(["correct horse"], num_threads=1)))


def _own_folder(setting: Setting) -> Path:
    """Return a folder of this process in the shared one, which is removed as a whole."""
    return Path(tempfile.mkdtemp(dir=setting.folder))


# ---- the command -------------------------------------------------------------------------------


def _command(arguments: list[str], setting: Setting) -> Timed:
    answers, _ = _file(setting, "answers.json", 2000, _write_answers)
    log, _ = _file(Setting(1, setting.folder), "log", 100_000, inputs.made_log)
    words = [word.format(answers=answers, log=log) for word in arguments]
    return Timed(command=[sys.executable, "-m", "cotool", *words])


def _write_answers(path: Path, _: int) -> None:
    import json

    path.write_text(json.dumps(inputs.made_answers(300, 5)), encoding="utf-8")
