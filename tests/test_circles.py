"""What imports must not do and no contract can say."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import cotool

grimp = pytest.importorskip("grimp", reason="the import graph is read by grimp")


@pytest.mark.parametrize("root", ["cotool.logs", "cotool.cli.logs"])
def test_imports_form_no_circle(root):
    """The modules of a package can be put in one order."""
    graph = grimp.build_graph("cotool", cache_dir=None)
    modules = [name for name in graph.modules if name.startswith(root + ".")]
    imports = {
        name: graph.find_modules_directly_imported_by(name) & set(modules) for name in modules
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_no_core_calls_another_by_the_names_of_the_package():
    """The public names are loaded on first use, so the contracts do not see where they lead."""
    root = Path(cotool.__file__).parent
    for room in ("consensus", "logs", "vault", "engine", "io"):
        for path in (root / room).rglob("*.py"):
            names = re.findall(
                r"^\s*from cotool import (.+)", path.read_text("utf-8"), re.MULTILINE
            )
            assert set(names) <= {"engine"}, path
