"""No circle of imports, those inside functions and under TYPE_CHECKING included."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import pytest

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
