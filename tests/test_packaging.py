"""What an installation holds beside the modules."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def distribution():
    """The distribution as pyproject.toml describes it."""
    setuptools = pytest.importorskip("setuptools")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        found = setuptools.Distribution()
        found.parse_config_files(ignore_option_errors=True)
        yield found


def test_the_wheel_has_the_examples(distribution, monkeypatch):
    """Every file of examples/ is data of the package, where `--demo` looks for it."""
    monkeypatch.chdir(ROOT)
    build = distribution.get_command_obj("build_py")
    build.ensure_finalized()
    packed = {
        name for package, _, _, names in build.data_files if package == "cotool" for name in names
    }
    wanted = {f"examples/{path.name}" for path in (ROOT / "examples").iterdir()}
    assert wanted
    assert wanted <= packed


def test_the_wheel_has_the_manual(distribution, monkeypatch):
    """Every page goes to share/man/man1."""
    monkeypatch.chdir(ROOT)
    files = dict(distribution.data_files)
    assert {Path(name).name for name in files["share/man/man1"]} == {
        path.name for path in (ROOT / "man").glob("*.1")
    }


def test_there_is_one_copy_of_each_example():
    """The package's folder is a link to the one that README names."""
    link = ROOT / "src" / "cotool" / "examples"
    if not link.is_symlink():
        pytest.skip("an unpacked archive has no links")
    assert link.resolve() == (ROOT / "examples").resolve()
