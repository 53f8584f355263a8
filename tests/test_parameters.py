"""The cores name parameters; only the command line writes options."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import cotool
from cotool.cli.app import main
from cotool.text import named

ROOT = Path(cotool.__file__).parent
# Programs: cotool's own entry point, and what starts other processes.
PROGRAMS = {"__main__.py", "benchmarks"}
# Options of other programs, by the file that names them.
OTHERS = {
    ("io/compression.py", "--test"),  # gzip, zstd, bzip2, xz
    ("io/json_stream.py", "--json-lines"),  # python -m json.tool
    ("engine/choice.py", "--scheduler-file"),  # dask scheduler
    ("engine/cluster.py", "--nthreads"),  # dask worker
    ("consensus/read/evaluation_tools.py", "--predict_only"),  # lm-eval
    ("vault/manifest.py", "--check"),  # sha256sum
    ("errors.py", "--upgrade"),  # pip
}
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]+")


def test_no_core_names_an_option():
    """No string outside cli has an option of the command line, docstrings included."""
    found = set()
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT)
        if name.parts[0] in {"cli", *PROGRAMS}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {(name.as_posix(), option) for option in OPTION.findall(node.value)}
    assert found == OTHERS


@pytest.mark.parametrize("column", ["person answer", "it's", 'a"b`c'])
def test_hints_become_options(column, tmp_path, capsys):
    """A hint that names columns shows the call with their options, whatever their names."""
    path = tmp_path / "a b.csv"
    other = '"' + column.replace('"', '""') + '"'
    path.write_text(f"x,{other},zz\n" + "".join(f"{n},w{n}w,v{n}v\n" for n in range(3)))
    assert main(["consensus", str(path), "--metric", "tfidf"]) == 2
    err = capsys.readouterr().err
    assert f"cotool consensus '{path}' --metric tfidf --" in err
    assert "`content" not in err
    assert "`expert" not in err


def test_parameters_in_hints():
    """A hint names a parameter of the library with its value."""
    assert named(content="a", id="b c") == "`content=a` `id='b c'`"
