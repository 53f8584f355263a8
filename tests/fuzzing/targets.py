"""What is fuzzed: each target takes any bytes, runs commands on them, and checks the rules.

The rules, for every input: no defect (exit code 70) and no traceback; an error is an exit code of
the documentation with a message; what is printed as JSON is JSON, without NaN; a vault never gives
wrong bytes. The fuzzer itself bounds time and memory. An input's first bytes choose the options or
the name of the file, so that the fuzzer changes them, too.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TESTS = Path(__file__).parent.parent
EXAMPLES = TESTS.parent / "examples"
SECRET = "correct horse"  # noqa: S105 - of vaults made here
PLAIN = b"The tide tables of the harbour, " * 40
# A seed is at most this long: a fuzzer does little with longer ones.
_SEED = 20_000
_DEFECT = 70


@dataclass(frozen=True)
class Target:
    """A way to use the program with any bytes, and inputs to begin with."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]


def command(*arguments: str) -> tuple[int, str]:
    """Run a command line here; return its exit code and what it printed."""
    from cotool.cli.app import main

    # Records and vaults are written as bytes.
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
    said = err.getvalue()
    assert code != _DEFECT, f"exit code 70: {arguments}: {said}"
    assert "Traceback" not in said, f"a traceback: {arguments}: {said}"
    assert code < 2 or said.strip(), f"exit code {code} without a message: {arguments}"
    out.flush()
    return code, out.buffer.getvalue().decode()  # type: ignore[attr-defined]


def as_json(*arguments: str) -> Any:
    """Run a command that prints JSON; return the document, None after an error."""
    code, text = command(*arguments)
    if code > 1:
        return None

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON: {arguments}")

    return json.loads(text, parse_constant=refuse)


def _file(name: str, data: bytes) -> str:
    Path(name).write_bytes(data)
    return name


def _words(data: bytes, count: int) -> list[str]:
    """Return `count` arguments of a command line out of an input: its first lines."""
    lines = data.decode("utf-8", "surrogateescape").replace("\0", " ").split("\n")
    return (lines + [""] * count)[:count]


def _files(*patterns: str) -> list[bytes]:
    folders = (TESTS / "recipes", TESTS / "logs" / "formats" / "families", EXAMPLES)
    return [
        path.read_bytes()[:_SEED]
        for folder in folders
        for pattern in patterns
        for path in sorted(folder.glob(pattern))
    ]


# The ways to look at a log. Colour and progress never differ with the input.
_LOOKS: list[list[str]] = [
    ["--json"],
    ["--json", "--templates", "json"],
    ["--json", "--templates", "json", "--bucket", "1m", "--show", "3"],
    ["--json", "-m", "ms", "--by", "path,status"],
    ["--json", "--by", "template", "-m", "duration", "--bucket", "1h"],
    ["--explain-format"],
    ["--records", "-"],
    ["--format", "csv", "--templates", "json"],
    ["--format", "html"],
    [],
]


def logs(data: bytes) -> None:
    """Read a log, in one of the ways to look at it."""
    look = _LOOKS[data[0] % len(_LOOKS)] if data else []
    path = _file("any.log", data[1:])
    if "--json" in look:
        as_json("analyze-logs", path, *look)
    else:
        command("analyze-logs", path, *look)


def _logs_seeds() -> list[bytes]:
    return [bytes([n % len(_LOOKS)]) + x[:4000] for n, x in enumerate(_files("*.log"))]


_SHOP = b"".join((EXAMPLES / "shop.log").read_bytes().splitlines(keepends=True)[:40])


def saved(data: bytes) -> None:
    """Compare a log with a saved summary or template set that was changed, and resume a state."""
    log, other = _file("shop.log", _SHOP), _file("saved.json", data[1:])
    way = data[0] % 4 if data else 0
    if way == 0:
        as_json("analyze-logs", log, "--json", "--baseline", other)
    elif way == 1:
        command("analyze-logs", "diff", other, _saved(), "--json")
    elif way == 2:
        command("analyze-logs", "diff", _saved(), other, "--format", "html")
    else:
        as_json("analyze-logs", log, "--json", "--state", other)


def _saved() -> str:
    if not Path("before.json").exists():
        _, text = command("analyze-logs", _file("shop.log", _SHOP), "--templates", "json", "--json")
        _file("before.json", text.encode())
    return "before.json"


def _saved_seeds() -> list[bytes]:
    document = Path(_saved()).read_bytes()
    command("analyze-logs", "shop.log", "--state", "seed.state", "-q")
    return [
        *(bytes([way]) + document for way in range(3)),
        b"\0" + gzip.compress(document),
        b"\3" + Path("seed.state").read_bytes(),
    ]


def log_options(data: bytes) -> None:
    """Give any text to an option of analyze-logs that has a grammar."""
    which = data[0] % 9 if data else 0
    log = _file("shop.log", _SHOP)
    if which == 0:
        command("analyze-logs", log, "--json", "--patterns", _file("patterns.txt", data[1:]))
        return
    option = [
        "--pattern=", "--where=", "--fail-on=", "--measure=", "--by=", "--log-format=", "--since=",
        "--match=",
    ][which - 1]  # fmt: skip
    value, more = _words(data[1:], 2)
    extra = ["-m", more] if more else []
    command("analyze-logs", log, "--json", option + value, *extra)


_OPTIONS = [
    b"\0timeout: timed out\nslow = took \\d{4,}ms\n(?i)error|warn(ing)?",
    b"\1slow=took [0-9]{4,}ms",
    b"\2status>=500 and (ms>1s or path~'/api') and not level=INFO",
    b"\3p99(ms)>500ms or ratio(p50(ms))>1.5 or errors>3\nms",
    b"\4total='took <ms> ms'",
    b"\4/took (\\d+)ms/",
    b"\5raw(path),status,class,client\nms",
    b"\6{time} {level} [{logger}] {message}",
    b"\7yesterday 10:00",
    b"\x082024-01-05T12:11:10+02:00",
]


_ANSWERS = ["jsonl", "json", "csv", "tsv", "txt", "md", "log", "yaml"]


def answers(data: bytes) -> None:
    """Read a file of answers under a name that promises a format."""
    name = "a." + _ANSWERS[data[0] % len(_ANSWERS)] if data else "a.jsonl"
    way = data[0] // len(_ANSWERS) % 4 if data else 0
    path = _file(name, data[1:])
    if way == 0:
        command("consensus", path, "--explain-input")
    elif way == 1:
        command("consensus", path, "--format", "html", "--explain")
    else:
        as_json("consensus", path, "--json", *(["--skip-bad"] if way == 3 else []))


def _answers_seeds() -> list[bytes]:
    return [
        bytes([_ANSWERS.index(kind) + 8 * way]) + x[:3000]
        for kind in ("jsonl", "json", "csv")
        for n, x in enumerate(_files("*." + kind))
        for way in {2, n % 4}
    ]


_CONTAINERS = ["a.jsonl.gz", "a.csv.xz", "a.csv.bz2", "a.zst", "a.eval", "a.xlsx", "a.parquet",
               "a.arrow", "a.db"]  # fmt: skip


def containers(data: bytes) -> None:
    """Read answers and a log out of a compressed file, an archive, a table or a database."""
    path = _file(_CONTAINERS[data[0] % len(_CONTAINERS)] if data else "a", data[1:])
    as_json("consensus", path, "--json")
    as_json("analyze-logs", path, "--json")


def _containers_seeds() -> list[bytes]:
    import bz2
    import lzma
    import sqlite3
    import zipfile

    table = b"id,ann,bob\nq1,yes,yes\nq2,no,yes\nq3,no,no\n"
    lines = (
        b'{"id": 1, "expert": "ann", "answer": "4"}\n{"id": 1, "expert": "bob", "answer": "5"}\n'
    )
    Path("seed.db").unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect("seed.db")) as database:
        database.execute("create table labels (item text, worker text, label text)")
        database.executemany(
            "insert into labels values (?, ?, ?)",
            [(f"q{i}", w, "yes") for i in range(4) for w in "abc"],
        )
        database.commit()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("header.json", (TESTS / "recipes" / "inspect-log.json").read_bytes())
        zipped.writestr("samples/1_epoch_1.json", b'{"id": 1, "epoch": 1, "output": {}}')
    return [
        b"\0" + gzip.compress(lines),
        b"\1" + lzma.compress(table),
        b"\2" + bz2.compress(table),
        b"\4" + archive.getvalue(),
        b"\x08" + Path("seed.db").read_bytes(),
    ]


def texts(data: bytes) -> None:
    """Compare responses of any text, and ask for the support of their statements."""
    import cotool

    given = data.decode("utf-8", "replace").split("\0")[:6]
    found = cotool.find_consensus([{"expert": f"e{n}", "content": x} for n, x in enumerate(given)])
    assert found.confidence is None or 0 <= found.confidence <= 1
    support = cotool.statement_support(given[:2], given)
    assert all(0 <= x.support <= 1 for x in support)
    one, two = (cotool.statement_support(given[:1], given, num_threads=n) for n in (1, 2))
    assert [x.support for x in one] == [x.support for x in two]


_TEXTS = [
    b"The answer is 12,5 kg.\0I think it is 12.5kg\x002 h 30 min",
    "Die Antwort lautet C.\0因此，选C。\0(C) Paris\0[[A>B]]".encode(),
    b"$\\frac{1}{2}$\x001/2\x000.5\0\\boxed{x = 2 \\text{ or } 3}",
    b"The bridge opened in 1932. It is not safe.\0It opened on 19 March 1932; it is safe.",
    b'```python\nx + 1\n```\0{"a": [1, 2]}\0{"a": [1, 3]}',
    b"- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\0I don't know\0n/a",
]


def store(data: bytes) -> None:
    """Import an export of experts that was changed, and list, show and export the result."""
    for rest in Path().glob("n.db*"):
        rest.unlink()
    if data[:1] == b"\1":
        command("experts", "merge", _file("m.db", data[1:]), "--store", "n.db")
    else:
        command("experts", "import", _file("export.json", data[1:]), "--yes", "--store", "n.db")
    if Path("n.db").exists():
        listed = as_json("experts", "list", "--json", "--store", "n.db")
        assert listed is not None, "an import that was accepted cannot be listed"
        code, _ = command("experts", "export", "--store", "n.db")
        assert code == 0, "an import that was accepted cannot be exported"


def _store_seeds() -> list[bytes]:
    for rest in Path().glob("seed.db*"):
        rest.unlink()
    questions = str(EXAMPLES / "word-problems.jsonl")
    command("consensus", questions, "--learn", "-q", "--store", "seed.db", "--json")
    _, text = command("experts", "export", "--store", "seed.db")
    return [b"\0" + text.encode(), b"\1" + Path("seed.db").read_bytes()[: 3 * _SEED]]


def _keys() -> list[str]:
    if not Path("key").exists():
        _file("pw", SECRET.encode() + b"\n")
        Path("pw").chmod(0o600)
        command("vault", "keys", "init", "--keyring", "ring", "--key-file", "key")
        command("vault", "identity", "init", "--identity", "me", "--key-file", "my.key")
    return ["--keyring", "ring", "--key-file", "key"]


def vaults(data: bytes) -> None:
    """Open a vault that was changed: refused, or the bytes that were sealed."""
    path, keys = _file("a.vault", data), _keys()
    as_json("vault", "inspect", path, "--json")
    Path("plain").unlink(missing_ok=True)
    code, _ = command("vault", "decrypt", path, "-o", "plain", *keys)
    if code == 0:
        assert Path("plain").read_bytes() == PLAIN, "wrong bytes"
    else:
        assert not Path("plain").exists(), "an unfinished file"


def _vaults_seeds() -> list[bytes]:
    keys = _keys()
    found = []
    path = _file("plain.txt", PLAIN)
    for more in ([], ["--armor"], ["--passphrase-file", "pw", "-p"]):
        Path("seed.vault").unlink(missing_ok=True)
        code, _ = command("vault", "encrypt", path, "-o", "seed.vault", "--force", *keys, *more)
        if code == 0:
            found.append(Path("seed.vault").read_bytes())
    return found


_DOCUMENTS = {
    "a.json": b'{"db": {"password": "hunter2", "port": 5432}, "on": [true, null, "x"]}\n',
    "a.env": b'A=1\n# a comment\nexport B="x y"\n',
    "a.ini": b"[db]\npassword = hunter2\n; a comment\nport: 5432\n",
    "a.yaml": b"db:\n  password: hunter2  # a comment\n  port: 5432\non: [true, null, 'x']\n",
}


def sealed_values(data: bytes) -> None:
    """Open a document whose sealed values were changed, or seal a document of any content."""
    keys, names = _keys(), list(_DOCUMENTS)
    name = names[data[0] % len(names)] if data else names[0]
    path = _file(f"changed-{name}", data[1:])
    Path("plain").unlink(missing_ok=True)
    if data and data[0] < 128:
        code, _ = command("vault", "decrypt", path, "-o", "plain", *keys)
        if code == 0:
            assert Path("plain").read_bytes() == _DOCUMENTS[name], "wrong values"
        return
    Path("sealed").unlink(missing_ok=True)
    code, _ = command("vault", "encrypt", "--values", path, "-o", "sealed", *keys)
    if code == 0:
        code, _ = command("vault", "decrypt", "sealed", "-o", "plain", *keys)
        assert code == 0, "sealed values do not open"
        assert Path("plain").read_bytes() == data[1:], "other values than those that were sealed"


def _sealed_values_seeds() -> list[bytes]:
    keys, found = _keys(), []
    for number, (name, content) in enumerate(_DOCUMENTS.items()):
        found.append(bytes([128 + number]) + content)
        Path("seed").unlink(missing_ok=True)
        path = _file(name, content)
        code, _ = command("vault", "encrypt", "--values", path, "-o", "seed", *keys)
        if code == 0:  # YAML needs its extra
            found.append(bytes([number]) + Path("seed").read_bytes())
    return found


def age_files(data: bytes) -> None:
    """Import a file of age that was changed, or with an identity file that was."""
    keys = _keys()
    Path("b.vault").unlink(missing_ok=True)
    age, identity = data[1:].partition(b"\0\0\0\0")[::2] if data[:1] == b"\1" else (data, b"")
    one = _file("identity", identity or _AGE_IDENTITY)
    command("vault", "import-age", _file("b.age", age), "--identity-file", one, *keys)


_AGE_IDENTITY = b"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n"
_AGE = (
    b"age-encryption.org/v1\n-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\n"
    b"EmECAEcKN+n/Vs9SbWiV+Hu0r+E8R77DdWYyd83nw7U\n"
    b"--- Vn+54jqiiUCE+WZcEVY3f1sqHjlu/z1LCQ/T7Xm7qI0\n"
)


def keyrings(data: bytes) -> None:
    """Use a keyring, an identity, or a list of recipients that was changed."""
    _keys()
    way, path = data[0] % 3 if data else 0, _file("changed", data[1:])
    Path(path).chmod(0o600)
    if way == 0:
        command("vault", "keys", "list", "--keyring", path, "--key-file", "key")
    elif way == 1:
        command("vault", "identity", "show", "--identity", path, "--key-file", "my.key")
    else:
        out = "sealed.vault"
        Path(out).unlink(missing_ok=True)
        command("vault", "encrypt", _file("p", PLAIN), "-o", out, "--recipients-file", path)


def _keyrings_seeds() -> list[bytes]:
    _keys()
    _, shown = command("vault", "identity", "show", "--identity", "me", "--key-file", "my.key")
    lines = shown.strip().splitlines()
    return [
        b"\0" + Path("ring").read_bytes(),
        b"\1" + Path("me").read_bytes(),
        b"\2# the team\n" + lines[-1].encode() + b"\n" if lines else b"\2",
    ]


def manifests(data: bytes) -> None:
    """Verify a manifest of signatures that was changed."""
    keys = _keys()
    _file("plain.txt", PLAIN)
    command("vault", "verify-signature", _file("MANIFEST", data), *keys)


def _manifests_seeds() -> list[bytes]:
    keys = _keys()
    _file("plain.txt", PLAIN)
    Path("seed.manifest").unlink(missing_ok=True)
    command("vault", "sign", "plain.txt", "-o", "seed.manifest", *keys)
    return [Path("seed.manifest").read_bytes()] if Path("seed.manifest").exists() else [b""]


def configs(data: bytes) -> None:
    """Read a config file of any content."""
    home = Path(os.environ["COTOOL_HOME"])
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_bytes(data)
    try:
        command("config", "show")
        command("analyze-logs", _file("shop.log", _SHOP), "--json")
    finally:
        (home / "config.toml").unlink()


_CONFIGS = [
    b'[consensus]\nmetric = "tfidf"\nthreshold = 0.5\n',
    b'[analyze-logs]\nlevel = ["ERROR"]\ntop = 5\nbucket = "5m"\n',
    b"[vault.encrypt]\nthreads = 2\n",
]


TARGETS: dict[str, Target] = {
    "logs": Target(logs, _logs_seeds),
    "log-options": Target(log_options, lambda: _OPTIONS),
    "saved": Target(saved, _saved_seeds),
    "answers": Target(answers, _answers_seeds),
    "containers": Target(containers, _containers_seeds),
    "texts": Target(texts, lambda: _TEXTS),
    "store": Target(store, _store_seeds),
    "vaults": Target(vaults, _vaults_seeds),
    "sealed-values": Target(sealed_values, _sealed_values_seeds),
    "age-files": Target(age_files, lambda: [_AGE, b"\1" + _AGE + bytes(4) + _AGE_IDENTITY]),
    "keyrings": Target(keyrings, _keyrings_seeds),
    "manifests": Target(manifests, _manifests_seeds),
    "configs": Target(configs, lambda: _CONFIGS),
}
