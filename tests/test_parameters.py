"""The cores name parameters; only the command line writes options."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

import cotool
from cotool.cli.app import main
from cotool.consensus import options as consensus_options
from cotool.logs import options as log_options
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


@pytest.mark.parametrize(
    ("options", "core"), [(log_options, "Log"), (consensus_options, "Consensus")]
)
def test_the_keywords_are_the_public_fields(options, core):
    """What type checkers know is what the call takes."""
    found = next(
        node
        for node in ast.walk(ast.parse(inspect.getsource(options)))
        if isinstance(node, ast.ClassDef) and node.name == f"{core}Arguments"
    )
    named = [each.target.id for each in found.body if isinstance(each, ast.AnnAssign)]
    known = [each.name for each in fields(getattr(options, f"{core}Options"))]
    assert named == [name for name in known if name not in options.INNER]


def test_fields_of_the_core_are_no_keywords():
    """A call refuses what is for callers within the core."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'independence'"):
        cotool.find_consensus(["a"], independence={})
