"""What a start of cotool loads: help and version must not wait for kernels."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("cotool._fast.", "cryptography", "sqlite3", "numpy", "cotool.consensus.api")


def loaded(*arguments):
    """Return the names of all modules that `cotool` imports with `arguments`."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "cotool", *arguments],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    names = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "cotool" in names
    return names


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["consensus", "--help"], ["--debug", "--version"]]
)
def test_start_loads_nothing_heavy(arguments):
    """Neither help nor version imports a kernel, a database, cryptography or numpy."""
    assert [name for name in loaded(*arguments) if name.startswith(HEAVY)] == []


def test_version_alone_does_without_typer():
    """`cotool --version` imports neither Typer nor rich."""
    names = loaded("--version")
    assert not {"typer", "rich", "click", "argparse"} & names


def test_version():
    """`cotool --version` prints name and version."""
    ended = subprocess.run(
        [sys.executable, "-m", "cotool", "--version"], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "cotool 0.1.0\n"


def test_usage_error_loads_no_kernel():
    """A wrong option is told before anything heavy is loaded."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "cotool", "consensus", "--metric", "x", "a"],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert ended.returncode == 2
    assert "cotool._fast." not in ended.stderr
