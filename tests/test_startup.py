"""What a start of cotool loads: help and version must not wait for kernels."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import pytest

from cotool.vault import Argon2Cost, Passphrase, encrypt

HEAVY = ("cotool._fast.", "cryptography", "sqlite3", "numpy", "cotool.consensus.api")


PROGRAM = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
from cotool.__main__ import main
sys.exit(main())
"""


def loaded(*arguments):
    """Return the names of all modules that `cotool` imports with `arguments`."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    names = ended.stderr.splitlines()[-1].split()
    assert "cotool" in names
    return set(names)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["consensus", "--help"],
        ["analyze-logs", "--help"],
        ["vault", "encrypt", "--help"],
        ["--debug", "--version"],
    ],
)
def test_start_loads_nothing_heavy(arguments):
    """Neither help nor version imports a kernel, a database, cryptography or numpy."""
    assert [name for name in loaded(*arguments) if name.startswith(HEAVY)] == []


def test_version_alone_does_without_typer():
    """`cotool --version` imports neither Typer nor rich."""
    names = loaded("--version")
    assert not {"typer", "rich", "click", "argparse"} & names


# Modules of the standard library and of others that a call on a small file does without.
UNUSED = {
    "subprocess", "shellingham", "shutil", "tempfile", "secrets", "hmac", "hashlib", "_hashlib",
    "html", "pdb", "asyncio", "multiprocessing", "sqlite3", "distributed", "numpy", "pandas",
    "platform", "platformdirs", "uuid", "difflib", "gettext", "textwrap", "traceback", "tokenize",
    "linecache", "ipaddress", "urllib.parse", "pickle", "rich", "cryptography", "statistics",
    "concurrent.futures", "logging", "random", "bz2", "lzma", "shlex", "typer.completion", "typing",
    "dataclasses",
}  # fmt: skip
UNUSED_OF_COTOOL = {
    "cotool.logs.patterns.automaton", "cotool.logs.patterns.literals", "cotool.logs.scan.cluster",
    "cotool.logs.templates.found", "cotool.engine.cluster", "cotool.engine.checkpoint",
    "cotool.consensus.learning.store", "cotool.cli.html.page", "cotool.logs.measures.results",
    "cotool.logs.scan.state", "cotool.cli.logs.templates_table", "cotool.logs.templates.joins",
    "cotool.logs.formats.keyed", "cotool.logs.formats.documents", "cotool.io.remote",
    "cotool.cli.shared.cluster_run", "cotool.engine.tasks", "cotool.consensus.extract.differences",
    "cotool.consensus.decide.meaning", "cotool.consensus.read.tables", "csv", "fractions",
    "threading", "copy", "inspect", "typer",
}  # fmt: skip


def test_a_vault_header_loads_no_other_command(tmp_path):
    """`vault inspect` loads no cryptography and none of the other commands' work."""
    path = tmp_path / "notes.vault"
    key = Passphrase("a long passphrase", cost=Argon2Cost(passes=1, memory=8, lanes=1))
    encrypt(BytesIO(b"notes"), path, keys=[key])
    unused = UNUSED | {
        f"cotool.cli.vault.{name}"
        for name in (
            "file_commands",
            "change_commands",
            "sign_commands",
            "password_commands",
            "values_run",
        )
    }
    assert unused & loaded("vault", "inspect", str(path)) == set()


@pytest.mark.parametrize("command", ["analyze-logs", "consensus"])
def test_a_small_file_loads_nothing_unused(command, tmp_path):
    """A plain call loads no module that only other calls need."""
    path = tmp_path / "input"
    path.write_text(
        "2024-01-01 00:00:00 ERROR x\n" * 9
        if command == "analyze-logs"
        else '{"question": "q", "responses": [{"content": "42"}, {"content": "4"},'
        ' {"content": "42"}]}\n'
    )
    assert (UNUSED | UNUSED_OF_COTOOL) & loaded(command, str(path)) == set()


def test_a_plain_call_does_without_typer(tmp_path):
    """A call that needs no help loads neither Typer nor what reads signatures."""
    log = tmp_path / "app.log"
    log.write_text("2024-01-01 00:00:00 ERROR x\n")
    assert {"typer", "inspect", "ast"} & loaded("analyze-logs", str(log), "-n", "3") == set()


def test_modules_are_postponed():
    """A stand-in loads its module on first use, and others get the module itself."""
    code = (
        "import sys\n"
        "from cotool._lazy import stand_ins\n"
        "with stand_ins('colorsys', 'json'):\n"
        "    import colorsys as late\n"
        "assert 'colorsys' not in sys.modules\n"
        "assert late.rgb_to_hsv(0, 0, 0) == (0, 0, 0)\n"
        "import colorsys\n"
        "assert colorsys.rgb_to_hsv is late.rgb_to_hsv\n"
        "with stand_ins('fractions:Fraction gcd'):\n"
        "    from fractions import Fraction\n"
        "assert 'fractions' not in sys.modules\n"
        "assert Fraction('1/2') * 2 == 1\n"
        "assert 'fractions' in sys.modules\n"
        "with stand_ins('graphlib'):\n"
        "    import graphlib\n"
        "    assert graphlib.TopologicalSorter\n"
        "    assert sys.modules['graphlib'] is not graphlib\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_version():
    """`cotool --version` prints name and version."""
    ended = subprocess.run(
        [sys.executable, "-m", "cotool", "--version"], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "cotool 0.1.0\n"


def test_usage_error_loads_no_kernel():
    """A wrong option is reported before anything heavy is loaded."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "cotool", "consensus", "--metric", "x", "a"],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert ended.returncode == 2
    assert "cotool._fast." not in ended.stderr
